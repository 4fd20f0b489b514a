/*
 * check, the same in both programs: is what is stored sound?
 */
#ifndef COMMON_COMMAND_VERIFY_H
#define COMMON_COMMAND_VERIFY_H

#include <stdbool.h>

#include "common/replica/replica.h"

/* Check all, and tell each fault and the sum of it on standard output.
 * STATUS_CORRUPT: there were faults. */
enum status verify_replica(struct replica *replica, bool json,
    struct error *err);

/*
 * Make anew all that is computed from the commits, in one transaction; then
 * verify_replica.  Damaged commits are noted and stay out of the tables until
 * sound copies come; nothing else is lost.  Nobody else may have the replica
 * at hand.
 */
enum status verify_repair(struct replica *replica, bool json, uint64_t now_ms,
    struct error *err);

#endif
