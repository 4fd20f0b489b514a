/*
 * Recovery of a restored hub, a site's side: what the engine calls of it.
 */
#ifndef CLIENT_ENGINE_ENGINE_OFFER_H
#define CLIENT_ENGINE_ENGINE_OFFER_H

#include "client/engine/engine_private.h"

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
