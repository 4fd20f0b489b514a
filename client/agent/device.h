/*
 * A computer's own record among the partnership's sites: found once, and told
 * the public key with which this computer signs.
 */
#ifndef CLIENT_AGENT_DEVICE_H
#define CLIENT_AGENT_DEVICE_H

#include <stdbool.h>

#include "client/agent/folder.h"
#include "common/replica/replica.h"

/*
 * Note the record's id ("site_record") and write the key into it unless it is
 * there.  *done is false while the record has not arrived yet.
 */
enum status device_introduce(const struct folder *folder,
    struct replica *replica, uint64_t now_ms, bool *done, struct error *err);

#endif
