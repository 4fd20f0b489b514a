/*
 * How long to wait before dialling again: longer after every connection that
 * moved nothing, however much was said on it.  A hub that greets everybody and
 * can store nothing (its disk is full) is left in peace.  So are each other two
 * copies of one computer: whoever is replaced waits longer each time, until the
 * other has had the line for long enough to get all.  Pure.
 */
#ifndef CLIENT_AGENT_BACK_OFF_H
#define CLIENT_AGENT_BACK_OFF_H

#include <stdint.h>

#include "client/engine/engine.h"

struct back_off {
	uint32_t failures; /* in a row; 0 at first */
	uint64_t progress; /* as the engine told when the last one ended */
};

/* A connection ended, or could not be made.  status: the engine's now, or NULL
 * when it cannot be had; chance: random bits.  Returns ms, at most
 * LIMIT_BACKOFF_MS. */
uint64_t back_off_next(struct back_off *back_off,
    const struct engine_status *status, uint32_t chance);

#endif
