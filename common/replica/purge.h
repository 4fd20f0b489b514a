/*
 * Dropping a dossier: commits, rows, index entries and heads, in the caller's
 * transaction; afterwards, out of it, purge_finish leaves no byte in any file
 * (secure_delete, FTS optimize, at a client VACUUM, WAL truncated).
 *
 * What was set aside in it stays: nobody else has these words, and their
 * author has still to see them, and to send them on or to drop them.
 */
#ifndef COMMON_REPLICA_PURGE_H
#define COMMON_REPLICA_PURGE_H

#include "common/replica/replica.h"
#include "protocol/digest.h"

struct purge_result {
	uint64_t count; /* commits that the ledger held of it */
	struct digest_sum sum;
	uint64_t sequence; /* of the close */
};

/* STATUS_BUSY: something waits in it that the hub has not answered. */
enum status purge_dossier(struct replica *replica, uint64_t dossier,
    struct purge_result *result, struct error *err);

enum status purge_finish(struct replica *replica, struct error *err);

/* What was taken out in this transaction (a dossier, a value) is to leave no
 * byte. */
enum status purge_note(struct replica *replica, struct error *err);

/* Whether purge_finish has something to do since it was called last in this
 * process. */
bool purge_is_wanted(const struct replica *replica);

#endif
