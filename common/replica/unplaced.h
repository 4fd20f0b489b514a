/*
 * Commits that lost their place because the hub was restored (section 16 of
 * PROTOCOL.md).  They stay in the ledger, and so in the set and in the tables,
 * behind all that has a place: under a sequence >= UNPLACED_FROM, in the order
 * of the places that they had.
 *
 *	unplaced(id, generation, sequence)	the place that it had
 *
 * All functions run in the caller's transaction.
 */
#ifndef COMMON_REPLICA_UNPLACED_H
#define COMMON_REPLICA_UNPLACED_H

#include "common/replica/ledger.h"
#include "protocol/identifier.h"

#define UNPLACED_FROM (SEQUENCE_MAX + 1)

/*
 * Go back to the last place that this replica and the hub of generations both
 * went through, and take over its list.  Changes cursor and start too.
 * *went: they had not gone the same way.
 */
enum status unplaced_go_back(struct replica *replica,
    const struct generation *generations, uint32_t count, bool *went,
    struct error *err);

/* One commit that the hub does not know loses the place that it had in that
 * generation.  Nothing happens to what has none, or is not held. */
enum status unplaced_add(struct replica *replica, uint64_t id,
    uint64_t generation, struct error *err);

/*
 * From going back until all has been asked about: nothing is purged, nothing
 * is pushed that may build on what has no place, nothing is proved.
 */
enum status unplaced_is_recovering(struct replica *replica, bool *recovering,
    struct error *err);

/* All has a place.  A file that was granted only by what the hub does not have
 * is neither proved nor purged any more: a person decides. */
enum status unplaced_end_recovering(struct replica *replica, struct error *err);

enum status unplaced_count(struct replica *replica, uint64_t *count,
    struct error *err);

/* Whether that commit, or a step of that record, has no place. */
enum status unplaced_has_commit(struct replica *replica, uint64_t id, bool *has,
    struct error *err);

enum status unplaced_has_record(struct replica *replica, uint64_t record,
    bool *has, struct error *err);

/* Rows with the place that they had, in the order of those, behind one.  row's
 * sequence is the one that it had. */
typedef bool unplaced_visitor(void *context, uint64_t generation,
    const struct ledger_row *row);

enum status unplaced_each(struct replica *replica, uint64_t generation,
    uint64_t sequence, unplaced_visitor *visit, void *context,
    struct error *err);

/* It has a place again. */
enum status unplaced_place(struct replica *replica, uint64_t id,
    uint64_t sequence, uint64_t received_ms, const struct mark *mark,
    struct error *err);

/* Whether the hub wrote it: of its own accord, or because of a step.  What a
 * school may not write tells. */
bool unplaced_is_of_hub(const struct commit *commit);

/* What this site wrote waits again, to be pushed. */
enum status unplaced_wait_again(struct replica *replica, struct error *err);

/* Up to max ids of what the hub is to be asked for. */
enum status unplaced_to_fetch(struct replica *replica, uint64_t *ids,
    uint32_t max, uint32_t *count, struct error *err);

/* The hub has it not, or not for this school: it leaves the set.  Nothing
 * happens to a commit that has a place. */
enum status unplaced_give_up(struct replica *replica, uint64_t id,
    struct error *err);

#endif
