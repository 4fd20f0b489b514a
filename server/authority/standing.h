/*
 * How the hub and its computers stand, as lines of the morning report.
 */
#ifndef SERVER_AUTHORITY_STANDING_H
#define SERVER_AUTHORITY_STANDING_H

#include <jansson.h>

#include "common/replica/replica.h"

enum {
	STANDING_SILENT_DAYS = 3, /* then somebody should look at a computer */
	STANDING_SITES_MAX = 50   /* told one by one */
};

/* Append to the array lines.  Schools and computers, and no child. */
enum status standing_add_lines(struct replica *replica, uint64_t now_ms,
    json_t *lines, struct error *err);

#endif
