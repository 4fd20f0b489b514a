/*
 * Between one deed and the next the computers of schools are off: at night,
 * on Sundays, in August.  That is what lets a year pass in a second, since
 * whoever is connected says so three times a minute.
 */
#include "tests/sim/people/people.h"
#include "tests/sim/world.h"

enum {
	EVENING_MS = 90 * 1000,   /* work goes on for so long */
	MORNING_MS = 30 * 1000,   /* on again so long before the next deed */
	SHORT_MS = 10 * 60 * 1000 /* nobody goes home for this */
};

void
people_let_pass(struct world *world, uint64_t ms)
{
	bool were_on[WORLD_COMPUTERS];

	if (ms < SHORT_MS) {
		world_advance(world, ms);
		return;
	}
	world_advance(world, EVENING_MS);
	for (uint32_t i = 0; i < world->computer_count; i++) {
		were_on[i] = world->computers[i].on;
		computer_stop(&world->computers[i]);
	}
	world_advance(world, ms - EVENING_MS - MORNING_MS);
	for (uint32_t i = 0; i < world->computer_count; i++)
		if (were_on[i])
			computer_start(&world->computers[i]);
	world_advance(world, MORNING_MS);
}
