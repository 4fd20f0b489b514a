/*
 * Which commits touch which record.  Private to common/replica.
 */
#ifndef COMMON_REPLICA_LEDGER_PRIVATE_H
#define COMMON_REPLICA_LEDGER_PRIVATE_H

#include "common/replica/ledger.h"

enum status touch_commit(struct replica *replica, const struct commit *commit,
    struct error *err);

enum status touch_remove(struct replica *replica, const struct commit *commit,
    struct error *err);

#endif
