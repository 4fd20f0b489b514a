/*
 * What is done to a computer or the hub in good order: it leaves, or gets the
 * newer program.
 */
#include "tests/sim/catalogues.h"
#include "tests/sim/node.h"

void
computer_leave(struct computer *computer)
{
	struct world *world = computer->world;

	if (!computer->on || computer->hostile != NULL || computer->leaving)
		return;
	computer->leaving = true;
	trace_line(&world->trace, world->now_ms, computer->name,
	    "is going to leave");
	engine_leave(computer->engine);
	computer_look(computer);
}

/* The database is closed under the one catalogue and opened under the other. */
void
computer_upgrade(struct computer *computer)
{
	struct world *world = computer->world;
	bool was_on = computer->on;

	if (computer->catalogue != NULL || !computer->exists ||
	    computer->hostile != NULL)
		return;
	computer_stop(computer);
	computer->catalogue = catalogues_next();
	trace_line(&world->trace, world->now_ms, computer->name,
	    "gets the newer program");
	if (was_on)
		computer_start(computer);
}

void
hub_node_upgrade(struct world *world)
{
	struct hub_node *hub = &world->hub;
	bool was_on = hub->on;

	if (hub->catalogue != NULL)
		return;
	hub_node_stop(world);
	hub->catalogue = catalogues_next();
	trace_line(&world->trace, world->now_ms, "hub",
	    "gets the newer program");
	if (was_on)
		hub_node_start(world);
}
