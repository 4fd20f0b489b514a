/*
 * Rows of the ledger as they are stored, and which commits touch which record.
 * Private to common/replica.
 */
#ifndef COMMON_REPLICA_LEDGER_PRIVATE_H
#define COMMON_REPLICA_LEDGER_PRIVATE_H

#include "common/replica/ledger.h"
#include "common/replica/sql.h"

/* The columns of a struct ledger_row, in the order in which it is read. */
#define LEDGER_COLUMNS \
	"sequence, id, dossier, received, digest, mark, redacted, bytes"

/* STATUS_CORRUPT: a digest or mark of another size; the rest is filled in. */
enum status ledger_read_row(struct sql *sql, struct ledger_row *row,
    struct error *err);

enum status touch_commit(struct replica *replica, const struct commit *commit,
    struct error *err);

enum status touch_remove(struct replica *replica, const struct commit *commit,
    struct error *err);

/* Of a commit that cannot be read: looks at all touches. */
enum status touch_remove_all(struct replica *replica, uint64_t id,
    struct error *err);

#endif
