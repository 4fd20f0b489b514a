/*
 * How this computer stands with the hub, as lines of the morning report.
 */
#ifndef CLIENT_AGENT_MEMO_LINES_H
#define CLIENT_AGENT_MEMO_LINES_H

#include <jansson.h>

#include "common/replica/replica.h"

/* Append to the array lines: what memo_read tells. */
enum status memo_lines_add(struct replica *replica, json_t *lines,
    struct error *err);

#endif
