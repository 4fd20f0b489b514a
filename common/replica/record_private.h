/*
 * What reading one record and reading lists share.
 */
#ifndef COMMON_REPLICA_RECORD_PRIVATE_H
#define COMMON_REPLICA_RECORD_PRIVATE_H

#include "common/replica/ledger.h"
#include "common/replica/record.h"
#include "common/replica/replica_private.h"

/* Whether a commit that waits writes an arbitrated field of the record. */
enum status record_read_waiting(struct replica *replica, struct record *record,
    struct error *err);

/*
 * The change of that id, decoded into arena, without its values when a
 * redaction in the set names it.
 */
enum status record_find_change(struct replica *replica, uint64_t id,
    struct arena *arena, struct ledger_row *row, struct commit *commit,
    struct change **change, struct error *err);

/* Drop the values of what redactions in the set name. */
enum status record_redact(struct replica *replica, struct commit *commit,
    struct error *err);

#endif
