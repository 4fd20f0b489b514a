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

#endif
