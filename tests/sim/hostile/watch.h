/*
 * The judge in the world.  It looks at what the hub gives out to every
 * computer, hostile or not, and at every commit that it took.
 *
 *	hostile_watch_output  in hub_node_turn.c, between hub_output
 *			      and connection_send
 *	hostile_watch_turn    after a turn
 *
 * While a fault of the hub is on neither looks.
 *
 * A breach ends the run by world_fail.
 */
#ifndef TESTS_SIM_HOSTILE_WATCH_H
#define TESTS_SIM_HOSTILE_WATCH_H

#include "protocol/bytes.h"

struct computer;
struct session;
struct watch;
struct world;

/* For one world.  Accepts NULL. */
struct watch *hostile_watch_create(void);

void hostile_watch_destroy(struct watch *watch);

void hostile_watch_output(struct watch *watch, struct computer *computer,
    const struct session *session, struct bytes given_out);

void hostile_watch_turn(struct watch *watch, struct world *world);

/* The hub's database was closed, or put back: what was judged is forgotten. */
void hostile_watch_forget(struct watch *watch);

#endif
