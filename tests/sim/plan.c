/*
 * Drawing plans, and handing each deed to those who do it.
 */
#include "tests/sim/plan.h"

#include <assert.h>
#include <stdlib.h>

#include "tests/sim/node.h"

/* --- lists of deeds ------------------------------------------------------- */

const char *
deed_name(enum deed_type type)
{
	static const char *const names[] = {
#define DEED_NAME(name, word, what) word,
		DEED_LIST(DEED_NAME)
#undef DEED_NAME
	};

	assert(type < DEED_COUNT);
	return names[type];
}

void
plan_put(struct plan *plan, uint64_t after_ms, enum deed_type type,
    uint32_t who, uint64_t salt)
{
	struct deed deed = { after_ms, type, who, salt };

	if ((plan->count & (plan->count + 1)) == 0) {
		size_t room = plan->count == 0 ? 1 : 2 * (plan->count + 1);

		plan->deeds = realloc(plan->deeds, room * sizeof(deed));
		assert(plan->deeds != NULL);
	}
	plan->deeds[plan->count++] = deed;
}

void
plan_deinit(struct plan *plan)
{
	free(plan->deeds);
	plan->deeds = NULL;
	plan->count = 0;
}

/* --- drawing -------------------------------------------------------------- */

/* Most worlds are small, so that their people meet; one in sixteen is the
 * whole partnership. */
static void
draw_shape(struct plan *plan, struct random *random)
{
	struct world_shape *shape = &plan->shape;

	shape->schools = 2 + (uint32_t)random_below_of(random, 3);
	if (random_one_in(random, 16))
		shape->schools = 11;
	shape->computers = shape->schools + (uint32_t)random_below_of(random,
						shape->schools + 1);
}

void
plan_draw(uint64_t seed, struct plan *plan)
{
	struct random random = random_fork(seed, 1);
	uint32_t deeds = 30 + (uint32_t)random_below_of(&random, 60);

	*plan = (struct plan){ .seed = seed };
	draw_shape(plan, &random);
	plan_add_year(plan, &random, deeds);
	/* one in eight has no fault: then every refusal is our own doing */
	if (!random_one_in(&random, 8))
		plan_add_faults(plan, &random,
		    (uint32_t)random_below_of(&random, deeds));
	random = random_fork(seed, 2);
	if (random_one_in(&random, 6))
		plan_add_rot(plan, &random,
		    (uint32_t)random_between(&random, 1, 4));
}

/* How often each fault comes, beside the others. */
static const struct {
	enum deed_type type;
	uint32_t weight;
} weights[] = {
	{ DEED_CUT, 20 },
	{ DEED_HALF_OPEN, 8 },
	{ DEED_STALL, 5 },
	{ DEED_LINE, 10 },
	{ DEED_LINE_UP, 5 },
	{ DEED_KILL, 8 },
	{ DEED_POWER_CUT, 8 },
	{ DEED_HUB_OFF, 3 },
	{ DEED_HUB_ON, 4 },
	{ DEED_HUB_KILL, 4 },
	{ DEED_HUB_POWER_CUT, 4 },
	{ DEED_DISK_FULL, 4 },
	{ DEED_DISK_ERROR, 8 },
	{ DEED_DISK_SLOW, 3 },
	{ DEED_CLOCK, 6 },
	{ DEED_HUB_CLOCK, 1 },
	{ DEED_MEMORY, 8 },
	{ DEED_COPY, 5 },
	{ DEED_RESTORE, 4 },
	{ DEED_CLONE, 2 },
	{ DEED_HUB_BACKUP, 2 },
	{ DEED_HUB_RESTORE, 2 },
	{ DEED_HOSTILE, 2 },
	{ DEED_CALM, 2 },
};

static enum deed_type
draw_fault(struct random *random)
{
	uint64_t sum = 0, drawn;
	uint32_t i;

	for (i = 0; i < sizeof(weights) / sizeof(weights[0]); i++)
		sum += weights[i].weight;
	drawn = random_below_of(random, sum);
	for (i = 0; drawn >= weights[i].weight; i++)
		drawn -= weights[i].weight;
	return weights[i].type;
}

/* Soon after what people do, for that is when it hurts. */
void
plan_add_faults(struct plan *plan, struct random *random, uint32_t count)
{
	struct plan mixed = *plan;

	mixed.deeds = NULL;
	mixed.count = 0;
	for (uint32_t i = 0; i < plan->count; i++) {
		const struct deed *deed = &plan->deeds[i];

		plan_put(&mixed, deed->after_ms, deed->type, deed->who,
		    deed->salt);
		while (random_below_of(random, plan->count + count) < count)
			plan_put(&mixed, random_below_of(random, 2000),
			    draw_fault(random), (uint32_t)random_next(random),
			    random_next(random));
	}
	free(plan->deeds);
	*plan = mixed;
}

/* Anywhere in the year; the hub looks at itself soon after it went bad. */
void
plan_add_rot(struct plan *plan, struct random *random, uint32_t count)
{
	struct plan mixed = *plan;

	mixed.deeds = NULL;
	mixed.count = 0;
	for (uint32_t i = 0; i < plan->count; i++) {
		const struct deed *deed = &plan->deeds[i];
		bool hub = random_one_in(random, 3);

		plan_put(&mixed, deed->after_ms, deed->type, deed->who,
		    deed->salt);
		if (random_below_of(random, plan->count) >= count)
			continue;
		plan_put(&mixed, random_below_of(random, 2000),
		    hub ? DEED_HUB_ROT : DEED_ROT,
		    (uint32_t)random_next(random), random_next(random));
		if (hub)
			plan_put(&mixed, random_below_of(random, 600000),
			    DEED_HUB_NIGHT, 0, 0);
	}
	free(plan->deeds);
	*plan = mixed;
}

/* --- doing ---------------------------------------------------------------- */

static void
office_does(struct world *world, const struct deed *deed)
{
	struct computer *computer =
	    &world->computers[deed->who % world->computer_count];

	switch ((int)deed->type) {
	case DEED_SWITCH_ON:
		if (computer->copies == 0)
			computer_start(computer);
		break;
	case DEED_SWITCH_OFF:
		computer_stop(computer);
		break;
	case DEED_JOIN:
		computer = world_add_computer(world,
		    (uint32_t)(deed->salt % world->school_count));
		if (computer != NULL)
			computer_start(computer);
		break;
	case DEED_LEAVE:
		if (!world->rotten)
			computer_leave(computer);
		break;
	case DEED_UPGRADE_HUB:
		hub_node_upgrade(world);
		break;
	default:
		computer_upgrade(computer);
		break;
	}
}

void
world_do(struct world *world, const struct deed *deed)
{
	if (world->computer_count == 0)
		return;
	if (deed->type == DEED_CALM)
		world_calm(world);
	else if (deed->type < DEED_SWITCH_ON)
		people_do(world, deed);
	else if (deed->type < DEED_CUT)
		office_does(world, deed);
	else if (deed->type < DEED_WAIT)
		faults_do(world, deed);
}
