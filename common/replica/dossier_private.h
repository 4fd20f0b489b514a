/*
 * How the ledger keeps the dossiers' counts.  Private to common/replica.
 */
#ifndef COMMON_REPLICA_DOSSIER_PRIVATE_H
#define COMMON_REPLICA_DOSSIER_PRIVATE_H

#include "common/replica/dossier.h"
#include "protocol/commit.h"

/* The row of the dossier that commit lies in, made open when there is none. */
enum status dossier_ensure(struct replica *replica, const struct commit *commit,
    struct error *err);

/* A commit was appended at sequence; makes the dossier's row if need be. */
enum status dossier_add_commit(struct replica *replica,
    const struct commit *commit, const struct digest *digest, uint64_t sequence,
    struct error *err);

/* A commit was taken out. */
enum status dossier_subtract_commit(struct replica *replica, uint64_t dossier,
    const struct digest *digest, struct error *err);

/* Count and sum of those first..last from the ledger anew.  What has no digest
 * counts without one. */
enum status dossier_recount(struct replica *replica, uint64_t first,
    uint64_t last, struct error *err);

/* An open dossier of that number and kind, when there is none. */
enum status dossier_make(struct replica *replica, uint64_t number,
    enum dossier_kind kind, struct error *err);

/* Whether its commits are kept but not folded. */
enum status dossier_is_filling(struct replica *replica, uint64_t number,
    bool *filling, struct error *err);

#endif
