/*
 * An honest computer has no reason for an alarm, unless something old was put
 * back since all was calm: the hub sends it nothing that is broken, foreign or
 * other than what it has.
 */
#include <inttypes.h>

#include "client/engine/engine_private.h"
#include "tests/sim/invariants/look.h"

#define NAME "no-alarm-without-cause"

static const char owner;

struct forgiven {
	uint64_t starts;
	uint64_t alarms; /* since then, for a reason */
};

static void
at_step(struct world *world, struct computer *computer)
{
	struct forgiven *all =
	    invariant_memory(world, &owner, WORLD_COMPUTERS * sizeof(*all));
	struct forgiven *forgiven = &all[computer->index];

	if (computer->engine == NULL)
		return;
	if (forgiven->starts != computer->starts)
		*forgiven = (struct forgiven){ .starts = computer->starts };
	if (world->rotten || look_has_excuse(world, computer))
		forgiven->alarms = computer->engine->status.alarms;
	if (computer->engine->status.alarms == forgiven->alarms)
		return;
	world_fail(world, NAME ": %s had %" PRIu64 " alarms", computer->name,
	    computer->engine->status.alarms);
}

const struct invariant invariant_alarms = {
	.name = NAME,
	.says = "the hub sends nobody what is broken, foreign or different",
	.bears_rot = true,
	.at_step = at_step,
};
