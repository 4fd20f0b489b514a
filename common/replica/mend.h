/*
 * The nightly repair: what one side lacks is put back where it was.  All
 * functions run in the caller's transaction.
 */
#ifndef COMMON_REPLICA_MEND_H
#define COMMON_REPLICA_MEND_H

#include "common/replica/fold.h"
#include "common/replica/ledger.h"
#include "common/replica/take.h"

/* At a client: the hub has it, and this replica has it not, or damaged, or in
 * another place.  Of another commit that stands in its place the hub is asked
 * for the right one, as by mend_unplace. */
enum status mend_take(struct replica *replica, const struct item *item,
    enum take_result *result, struct error *err);

/* At a client: the hub had lost it, and has given it this place, of which what
 * mend_take says is true.  Nothing happens when the id is not held. */
enum status mend_place(struct replica *replica, uint64_t id, uint64_t sequence,
    const struct mark *mark, struct error *err);

/*
 * At a client: the hub does not know it.  It loses its place; what was written
 * here is to be sent again, and all else to be asked for (see unplaced.h:
 * the replica is recovering from now on).
 */
enum status mend_unplace(struct replica *replica, uint64_t id,
    uint64_t generation, struct error *err);

/*
 * At the hub: a commit whose mark is right for that place goes back there, and
 * is folded; nothing follows from it anew.  STATUS_EXISTS: another commit
 * stands there, or this id elsewhere.  That its dossier has not been destroyed
 * is for the caller to know.
 */
enum status mend_put_back(struct replica *replica, const struct ledger_row *row,
    const struct commit *commit, struct error *err);

/* Count a dossier anew: what went behind the program's back was counted still
 * when it was put back. */
enum status mend_recount(struct replica *replica, uint64_t dossier,
    struct error *err);

/*
 * Make anew all that is computed from the commits: which records each touches,
 * counts and sums of the dossiers, every table.  What is damaged is noted, and
 * stays out of the tables, and counts.  STATUS_CORRUPT: something else cannot
 * be read.
 */
enum status mend_rebuild(struct replica *replica, fold_progress *progress,
    void *context, struct error *err);

#endif
