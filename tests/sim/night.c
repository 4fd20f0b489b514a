/*
 * A night at once: the hub looks at what it stores, and every computer is
 * compared with it, whenever that would be due.
 */
#include "client/engine/engine_private.h"
#include "common/replica/damage.h"
#include "server/core/nights.h"
#include "tests/sim/hub_node_private.h"

enum {
	LOOK_MS = 500,
	ROWS_MOST = 1000 * 1000
};

/* --- the hub's own -------------------------------------------------------- */

/* Who holds sound copies is asked for them by a comparison with everyone. */
static enum status
look_over(struct world *world, struct replica *replica, struct error *err)
{
	uint64_t upto = 0, damaged = 0;
	bool done;
	enum status status;

	status = damage_look(replica, ROWS_MOST, hub_node_now(world), &upto,
	    &damaged, &done, err);
	if (status == STATUS_OK)
		status = nights_want(replica, 0, err);
	return status;
}

/* Turns of the core are in transactions: between two of them. */
static enum status
look_in_a_transaction(struct world *world, struct error *err)
{
	struct hub_node *hub = &world->hub;
	enum status status = STATUS_OK;

	if (replica_in_transaction(hub->replica))
		status = hub_end_turn(hub->hub, hub_node_now(world), err);
	if (status == STATUS_OK)
		status = replica_begin(hub->replica, err);
	if (status != STATUS_OK)
		return status;
	status = look_over(world, hub->replica, err);
	if (status == STATUS_OK)
		status = replica_commit(hub->replica, err);
	if (status != STATUS_OK)
		replica_rollback(hub->replica);
	return status;
}

void
hub_node_night(struct world *world)
{
	struct hub_node *hub = &world->hub;
	struct error err = { 0 };
	enum status status;

	if (!hub->on)
		return;
	trace_line(&world->trace, world->now_ms, "hub", "looks at itself");
	node_enter(&hub->fault, hub->catalogue);
	status = look_in_a_transaction(world, &err);
	node_leave(&hub->fault);
	(void)hub_node_ok(world, status, &err);
	hub_node_arrange_turn(world);
}

/* --- everybody's ---------------------------------------------------------- */

struct before {
	uint64_t starts;
	uint64_t nights;
};

static bool
is_compared(const struct computer *computer)
{
	return computer->on && computer->hostile == NULL && !computer->leaving;
}

static void
ask_all(struct world *world, struct before before[WORLD_COMPUTERS])
{
	for (uint32_t i = 0; i < world->computer_count; i++) {
		struct computer *computer = &world->computers[i];

		if (!is_compared(computer))
			continue;
		before[i].starts = computer->starts;
		before[i].nights = computer->engine->status.nights;
		engine_reconcile(computer->engine);
		computer_look(computer);
	}
}

/* One that has not ended; NULL: all have. */
static struct computer *
find_waiting(struct world *world, const struct before before[WORLD_COMPUTERS])
{
	for (uint32_t i = 0; i < world->computer_count; i++) {
		struct computer *computer = &world->computers[i];

		if (is_compared(computer) &&
		    computer->starts == before[i].starts &&
		    computer->engine->status.nights == before[i].nights)
			return computer;
	}
	return NULL;
}

void
world_compare(struct world *world)
{
	struct before before[WORLD_COMPUTERS] = { 0 };
	uint64_t until = world->now_ms + WORLD_CALM_MS;
	struct computer *waiting;

	ask_all(world, before);
	while ((waiting = find_waiting(world, before)) != NULL) {
		if (world->now_ms > until)
			world_fail(world,
			    "converges: after %d minutes without faults %s was "
			    "not compared, stage %d",
			    WORLD_CALM_MS / 60000, waiting->name,
			    (int)waiting->engine->status.reconciling);
		world_advance(world, LOOK_MS);
	}
}
