/*
 * The sets that a night compares (section 17 of PROTOCOL.md): the commits with
 * a sequence of at most `at` in the dossiers that were open to a school there.
 * What is damaged (see damage.h) is in neither.
 */
#ifndef COMMON_REPLICA_SCOPE_H
#define COMMON_REPLICA_SCOPE_H

#include "common/replica/replica.h"
#include "protocol/digest.h"

/* Return false to stop early.  Within a dossier sequences ascend. */
typedef bool scope_visitor(void *context, uint64_t sequence,
    const struct digest *digest);

/* At a client: of dossiers that are open or frozen, and filled. */
enum status scope_each_here(struct replica *replica, uint64_t at,
    scope_visitor *visit, void *context, struct error *err);

/* At a client: dossiers that are open but not filled yet, ascending;
 * STATUS_TOO_LARGE: more than max. */
enum status scope_left_out(struct replica *replica, uint64_t *dossiers,
    uint32_t max, uint32_t *count, struct error *err);

/*
 * At the hub: the partnership, the school's own dossier, and those of which
 * its latest grant with opened <= at is not closed at or before `at`: up to
 * the freeze, or to `at`.  Not the dossiers left_out (ascending).
 */
enum status scope_each_of_school(struct replica *replica, uint64_t school,
    uint64_t at, const uint64_t *left_out, uint32_t left_out_count,
    scope_visitor *visit, void *context, struct error *err);

/* {count, sum} of one dossier, up to `at`. */
enum status scope_sum_up(struct replica *replica, uint64_t dossier, uint64_t at,
    uint64_t *count, struct digest_sum *sum, struct error *err);

#endif
