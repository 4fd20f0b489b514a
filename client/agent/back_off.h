/*
 * How long to wait before dialling again: longer after every connection that
 * moved nothing, however much was said on it.  A hub that greets everybody and
 * can store nothing (its disk is full) is left in peace.  Pure.
 */
#ifndef CLIENT_AGENT_BACK_OFF_H
#define CLIENT_AGENT_BACK_OFF_H

#include <stdint.h>

struct back_off {
	uint32_t failures; /* in a row; 0 at first */
	uint64_t progress; /* as the engine told when the last one ended */
};

/* A connection ended, or could not be made.  progress: of the engine's status
 * now; chance: random bits.  Returns ms, at most LIMIT_BACKOFF_MS. */
uint64_t back_off_next(struct back_off *back_off, uint64_t progress,
    uint32_t chance);

#endif
