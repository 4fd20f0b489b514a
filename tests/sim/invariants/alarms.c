/*
 * An honest computer whose disk was never put back has no reason for an alarm:
 * the hub sends it nothing that is broken, foreign or other than what it has.
 */
#include <inttypes.h>

#include "client/engine/engine_private.h"
#include "tests/sim/invariants/look.h"

#define NAME "no-alarm-without-cause"

static void
at_step(struct world *world, struct computer *computer)
{
	if (computer->engine == NULL || computer->engine->status.alarms == 0 ||
	    look_has_excuse(world, computer))
		return;
	world_fail(world, NAME ": %s had %" PRIu64 " alarms", computer->name,
	    computer->engine->status.alarms);
}

const struct invariant invariant_alarms = {
	.name = NAME,
	.says = "the hub sends nobody what is broken, foreign or different",
	.at_step = at_step,
};
