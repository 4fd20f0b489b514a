/*
 * What the parts of take share: commits that arrive (take.c), grants that are
 * followed (take_grants.c), dossiers that are fetched (take_filled.c).
 */
#ifndef COMMON_REPLICA_TAKE_PRIVATE_H
#define COMMON_REPLICA_TAKE_PRIVATE_H

#include "common/replica/dossier.h"
#include "common/replica/grants.h"
#include "common/replica/take.h"

/* A school's own dossier and the partnership need no grant. */
bool take_needs_no_grant(struct replica *replica, uint64_t dossier);

/* A commit of that dossier, which is held, gets the item's place; what lies
 * behind a freeze by that leaves.  TAKE_PLACED, or TAKE_BROKEN: another stands
 * there. */
enum status take_place(struct replica *replica, const struct item *item,
    uint64_t dossier, enum take_result *result, struct error *err);

/*
 * Bring what is held of a dossier to what its latest grant says.  start: a
 * fresh client gets by stream only what lies behind it.
 */
enum status take_follow_grant(struct replica *replica,
    const struct grant *grant, uint64_t start, struct error *err);

/* What lies behind sequence leaves this replica: it was written here, and
 * taken after the dossier had been passed on. */
enum status take_cut_dossier(struct replica *replica, uint64_t dossier,
    uint64_t sequence, struct error *err);

/* It ends at sequence, and is to be purged. */
enum status take_close_dossier(struct replica *replica, struct dossier *dossier,
    uint64_t sequence, struct error *err);

#endif
