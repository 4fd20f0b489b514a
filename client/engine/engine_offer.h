/*
 * Recovery of a restored hub, a site's side: what the engine calls of it.
 * Part of engine_private.h.
 */
#ifndef CLIENT_ENGINE_ENGINE_OFFER_H
#define CLIENT_ENGINE_ENGINE_OFFER_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/message.h"

enum {
	ENGINE_OFFERS_IN_FLIGHT = 4
};

struct engine;

/* Where it stands. */
struct offering {
	bool recovering;  /* not all that is here has a place again */
	bool collecting;  /* the hub is */
	bool offering;    /* and waits for what is here */
	bool offered_all; /* up to this place: */
	uint64_t offered_generation;
	uint64_t offered_sequence;
	uint32_t offers_sent;
	bool asked_again;   /* what this site wrote waits again */
	uint64_t head_then; /* the hub's, at WELCOME */
};

/* A connection begins or ends. */
void offer_reset(struct engine *engine);

/* Into engine->status. */
void offer_tell(struct engine *engine);

/* After WELCOME, in its transaction. */
enum status offer_begin(struct engine *engine, const struct welcome *welcome,
    struct error *err);

/* What waits may build on what has no place, and stays. */
bool offer_holds_pushes(const struct engine *engine);

/* Offer; when all is caught up, ask about what still has no place. */
enum status offer_pump(struct engine *engine, struct error *err);

enum status offer_take_offered(struct engine *engine, struct bytes body,
    struct error *err);

#endif
