/*
 * Is a database sound, the hub's own or a copy of it?
 */
#ifndef SERVER_NIGHT_VERIFY_H
#define SERVER_NIGHT_VERIFY_H

#include "common/replica/check.h"
#include "server/night/plan.h"

/*
 * check_replica, with the first faults among the outcome's details, and
 * commits, records, faults and the digest of all tables among its numbers.
 * STATUS_CORRUPT: there were faults.
 */
enum status night_verify(struct night_work *work, struct replica *replica,
    struct night_outcome *outcome, struct check_result *result,
    struct error *err);

/* The same of a file that nobody else has open; it is opened for reading.
 * STATUS_CORRUPT, also when it is no database at all. */
enum status night_verify_file(struct night_work *work, const char *path,
    struct night_outcome *outcome, struct check_result *result,
    struct error *err);

#endif
