/*
 * Between the hub's process going on and off and what it does while it is on.
 */
#ifndef TESTS_SIM_HUB_NODE_PRIVATE_H
#define TESTS_SIM_HUB_NODE_PRIVATE_H

#include "tests/sim/node.h"

/* Its own idea of the time, Unix ms. */
uint64_t hub_node_now(const struct world *world);

/* The callbacks of struct hub_options; context is the world. */
void hub_node_on_wake(void *context, struct session *session);

void hub_node_on_hang_up(void *context, struct session *session);

/* A turn ends as soon as the hub is not busy. */
void hub_node_arrange_turn(struct world *world);

void hub_node_end_turn(struct world *world);

/* silent: the other end does not hear of it. */
void hub_node_end_connections(struct world *world, bool silent);

#endif
