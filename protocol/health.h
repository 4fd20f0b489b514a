/*
 * How a computer is, in its own words: part of HELLO and of FOUND (message.h).
 */
#ifndef PROTOCOL_HEALTH_H
#define PROTOCOL_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/bytes.h"

/* The client's disk.  Who does not know it, or is too old, tells nothing. */
struct room {
	bool known;
	uint64_t database_bytes; /* 0 if not known */
	uint64_t free_bytes;
};

/* What the client tells of itself, for the administrator. */
struct health {
	uint64_t pending; /* commits that wait for the hub */
	uint64_t refused; /* commits set aside */
	uint64_t conflicts;
	struct bytes program; /* "0.1.0" */
	struct room room;
};

#endif
