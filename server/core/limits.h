/*
 * What one site may ask of the hub.  Generous: an honest computer that brings
 * a year's work after a summer off line stays far below all of them.
 */
#ifndef SERVER_CORE_LIMITS_H
#define SERVER_CORE_LIMITS_H

#include <assert.h>

#include "protocol/limits.h"

enum {
	HUB_TURN_BYTES = 16 * 1024 * 1024, /* of commits, a site and turn */
	HUB_DAY_COMMITS = 500 * 1000,
	HUB_DAY_MEGABYTES = 2 * 1024,
	HUB_REFUSED_KEPT = 1000,        /* refused commits kept a site */
	HUB_COPIES = 10,                /* reused numbers before a site stops */
	HUB_EMPTY_STREAM_MS = 5 * 1000, /* cursors move on without items */
	HUB_QUEUED_FETCHES = 4 * LIMIT_FETCHES,
	HUB_UNREAD_BYTES = 4 * LIMIT_OUTPUT_BYTES, /* of who never reads */
	HUB_DAY_MS = 24 * 60 * 60 * 1000,
	HUB_RUNS = 8,                /* computers compared at once */
	HUB_RUN_REST_MS = 60 * 1000, /* of one that asks no more */
	HUB_RUN_SKETCHES = 256,      /* blocks of cells in a run */
	HUB_RUNS_AT_ONCE = 4,        /* one after the other; then slowly */
	HUB_RUN_EVERY_MS = 60 * 1000,
};

static_assert(HUB_TURN_BYTES > 2 * LIMIT_BODY_BYTES,
    "a turn has room for more than one batch");

#endif
