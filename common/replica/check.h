/*
 * check: SQLite's integrity check, every commit decoded and digested, counts
 * and sums added up, and every table folded anew in memory and compared.
 */
#ifndef COMMON_REPLICA_CHECK_H
#define COMMON_REPLICA_CHECK_H

#include "common/replica/fold.h"
#include "common/replica/replica.h"

struct check_result {
	uint64_t commits;
	uint64_t records;
	uint64_t faults;
	uint64_t file_faults; /* of them: SQLite's, of the file itself */
	uint64_t damaged; /* of them: commits that are not what was stored */
};

/* One sentence a fault, with ids but no values. */
typedef void check_reporter(void *context, const char *sentence);

/* STATUS_CORRUPT when there is any fault; STATUS_CANCELLED when progress says
 * so.  Changes nothing. */
enum status check_replica(struct replica *replica, check_reporter *report,
    fold_progress *progress, void *context, struct check_result *result,
    struct error *err);

/* A digest over all folded tables, the same on every replica with the same
 * set: for comparing two databases. */
enum status check_tables_digest(struct replica *replica, struct digest *digest,
    struct error *err);

/* Copy the whole database into a new file, in one snapshot, beside a running
 * writer.  STATUS_EXISTS: there is something at path. */
enum status check_backup(struct replica *replica, const char *path,
    struct error *err);

#endif
