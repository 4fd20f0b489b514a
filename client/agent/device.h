/*
 * What this computer tells of itself: the public key with which it signs, once,
 * in its own record among the partnership's sites; and the room on its disk.
 */
#ifndef CLIENT_AGENT_DEVICE_H
#define CLIENT_AGENT_DEVICE_H

#include "client/agent/folder.h"
#include "common/replica/replica.h"
#include "protocol/message.h"

/* Write the key into the record unless it is there.  STATUS_NOT_FOUND: the
 * record has not arrived yet. */
enum status device_introduce(const struct folder *folder,
    struct replica *replica, uint64_t now_ms, struct error *err);

/* Not known where it cannot be measured. */
struct room device_measure(const struct folder *folder);

#endif
