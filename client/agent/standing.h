/*
 * How this computer stands with the hub, as lines of the morning report.
 */
#ifndef CLIENT_AGENT_STANDING_H
#define CLIENT_AGENT_STANDING_H

#include <jansson.h>

#include "common/replica/replica.h"

/* Append to the array lines: what memo_read tells. */
enum status standing_add_lines(struct replica *replica, json_t *lines,
    struct error *err);

#endif
