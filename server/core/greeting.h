/*
 * HELLO and WELCOME: who the site is, and from where its stream goes on.
 */
#ifndef SERVER_CORE_GREETING_H
#define SERVER_CORE_GREETING_H

#include "server/core/session.h"

enum status greeting_step(struct session *session, struct bytes body,
    struct error *err);

/*
 * The place after which the stream of a client goes on that stands at cursor
 * in the last of its generations: there, or where the two lists part.
 */
uint64_t greeting_start(const struct generation *ours, uint32_t our_count,
    const struct generation *theirs, uint32_t their_count, uint64_t cursor);

#endif
