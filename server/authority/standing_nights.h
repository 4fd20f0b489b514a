/*
 * What the comparisons of the last day came to, as lines of the morning
 * report.
 */
#ifndef SERVER_AUTHORITY_STANDING_NIGHTS_H
#define SERVER_AUTHORITY_STANDING_NIGHTS_H

#include <jansson.h>

#include "common/replica/replica.h"

/* "Compared with the hub" and "Defects of sync". */
enum status standing_add_nights(struct replica *replica, uint64_t now_ms,
    json_t *lines, struct error *err);

#endif
