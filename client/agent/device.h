/*
 * A computer's own record among the partnership's sites: found once, and told
 * the public key with which this computer signs.
 */
#ifndef CLIENT_AGENT_DEVICE_H
#define CLIENT_AGENT_DEVICE_H

#include "client/agent/folder.h"
#include "common/replica/replica.h"

/* Write the key into the record unless it is there.  STATUS_NOT_FOUND: the
 * record has not arrived yet. */
enum status device_introduce(const struct folder *folder,
    struct replica *replica, uint64_t now_ms, struct error *err);

#endif
