/*
 * A school year, from the arrival in September to that of the next: places are
 * offered on 1 March, those of the juniors on 16 April; nominations in spring;
 * data, meetings and class lists in May and June; the files go in July; summer
 * school; and children who move at any time.
 *
 * A season is told in scenes of a few deeds: somebody does something; several
 * do at once, to the same child; computers are away for weeks and their people
 * go on; a child moves, or nearly does.
 */
#include <assert.h>
#include <stddef.h>

#include "tests/sim/plan.h"
#include "tests/sim/random.h"

#define MINUTE_MS UINT64_C(60000)
#define HOUR_MS   (60 * MINUTE_MS)
#define DAY_MS    (24 * HOUR_MS)

enum {
	YEAR_DAYS = 365,
	WEIGHTS = 24
};

struct weight {
	enum deed_type type;
	uint32_t weight;
};

struct season {
	uint32_t first; /* days after 1 September */
	uint32_t last;
	uint32_t share; /* of a hundred deeds */
	struct weight weights[WEIGHTS];
};

static const struct season seasons[] = {
	/* arrival: who is here, who is new, on which computer */
	{ 0, 28, 24,
	    { { DEED_ADMIT, 40 }, { DEED_IMPORT, 7 }, { DEED_STAFF, 10 },
		{ DEED_NOTE, 14 }, { DEED_EDIT, 14 }, { DEED_READ, 4 },
		{ DEED_TRANSFER_ACCEPT, 3 }, { DEED_JOIN, 3 },
		{ DEED_COUNT, 0 } } },
	/* autumn and winter: lessons, and moves within the year */
	{ 29, 180, 22,
	    { { DEED_EDIT, 26 }, { DEED_NOTE, 14 }, { DEED_DELETE, 10 },
		{ DEED_ADMIT, 6 }, { DEED_TRANSFER_OPEN, 6 },
		{ DEED_TRANSFER_ANSWER, 10 }, { DEED_TRANSFER_ACCEPT, 8 },
		{ DEED_TRANSFER_CANCEL, 2 }, { DEED_RESOLVE, 8 },
		{ DEED_RETRY, 6 }, { DEED_REDACT, 3 }, { DEED_STAFF, 4 },
		{ DEED_READ, 4 }, { DEED_REVOKE, 1 }, { DEED_LEAVE, 1 },
		{ DEED_COUNT, 0 } } },
	/* from 1 March: offers, and nominations */
	{ 181, 226, 16,
	    { { DEED_TRANSFER_OPEN, 16 }, { DEED_NOTE, 22 }, { DEED_EDIT, 12 },
		{ DEED_TRANSFER_ANSWER, 16 }, { DEED_TRANSFER_ACCEPT, 6 },
		{ DEED_TRANSFER_CANCEL, 3 }, { DEED_DELETE, 4 },
		{ DEED_RETRY, 4 }, { DEED_RESOLVE, 4 }, { DEED_READ, 4 },
		{ DEED_REDACT, 2 }, { DEED_COUNT, 0 } } },
	/* from 16 April: the juniors'; data, meetings, class lists */
	{ 227, 302, 18,
	    { { DEED_TRANSFER_OPEN, 6 }, { DEED_TRANSFER_ANSWER, 16 },
		{ DEED_TRANSFER_ACCEPT, 6 }, { DEED_NOTE, 20 },
		{ DEED_EDIT, 20 }, { DEED_IMPORT, 4 }, { DEED_DELETE, 8 },
		{ DEED_RESOLVE, 8 }, { DEED_RETRY, 6 },
		{ DEED_TRANSFER_CANCEL, 2 }, { DEED_READ, 5 },
		{ DEED_REDACT, 3 }, { DEED_STAFF, 3 }, { DEED_REVOKE, 1 },
		{ DEED_COUNT, 0 } } },
	/* July: the files go */
	{ 303, 333, 12,
	    { { DEED_TRANSFER_ACCEPT, 28 }, { DEED_TRANSFER_ANSWER, 18 },
		{ DEED_TRANSFER_CANCEL, 3 }, { DEED_TRANSFER_OPEN, 4 },
		{ DEED_EDIT, 14 }, { DEED_DELETE, 4 }, { DEED_RETRY, 6 },
		{ DEED_RESOLVE, 6 }, { DEED_REDACT, 2 }, { DEED_LEAVE, 1 },
		{ DEED_COUNT, 0 } } },
	/* August: summer school; and new programs */
	{ 334, 364, 4,
	    { { DEED_NOTE, 20 }, { DEED_EDIT, 10 }, { DEED_UPGRADE_HUB, 8 },
		{ DEED_UPGRADE, 10 }, { DEED_READ, 4 }, { DEED_COUNT, 0 } } },
	/* arrival check */
	{ 365, 378, 4,
	    { { DEED_TRANSFER_ACCEPT, 20 }, { DEED_EDIT, 12 },
		{ DEED_ADMIT, 8 }, { DEED_READ, 6 }, { DEED_RETRY, 6 },
		{ DEED_RESOLVE, 6 }, { DEED_UPGRADE, 4 }, { DEED_COUNT, 0 } } },
};

/* Where the telling is. */
struct telling {
	struct plan *plan;
	struct random *random;
	const struct season *season;
	uint64_t at_ms;   /* of the scene, since the year began */
	uint64_t told_ms; /* of the last deed */
};

/* --- one deed ------------------------------------------------------------- */

static uint64_t
draw_topic(struct telling *telling)
{
	return random_next(telling->random) >> 32;
}

static uint32_t
draw_computer(struct telling *telling)
{
	return (uint32_t)random_below_of(telling->random,
	    telling->plan->shape.computers);
}

static void
tell(struct telling *telling, uint64_t after_ms, enum deed_type type,
    uint32_t who, uint64_t topic)
{
	uint64_t salt =
	    topic << 32 | (random_next(telling->random) & UINT32_MAX);
	uint64_t wait = 0;

	telling->at_ms += after_ms;
	if (telling->at_ms > telling->told_ms)
		wait = telling->at_ms - telling->told_ms;
	plan_put(telling->plan, wait, type, who, salt);
	telling->told_ms += wait;
}

static enum deed_type
draw_type(struct telling *telling)
{
	const struct weight *weights = telling->season->weights;
	uint64_t sum = 0, drawn;
	uint32_t i;

	for (i = 0; weights[i].type != DEED_COUNT; i++)
		sum += weights[i].weight;
	drawn = random_below_of(telling->random, sum);
	for (i = 0; drawn >= weights[i].weight; i++)
		drawn -= weights[i].weight;
	return weights[i].type;
}

/* --- scenes --------------------------------------------------------------- */

/* Several at once, most to the same record. */
static void
tell_burst(struct telling *telling)
{
	static const enum deed_type types[] = { DEED_EDIT, DEED_EDIT, DEED_EDIT,
		DEED_NOTE, DEED_DELETE, DEED_TRANSFER_OPEN,
		DEED_TRANSFER_ANSWER, DEED_TRANSFER_ACCEPT,
		DEED_TRANSFER_CANCEL, DEED_RESOLVE, DEED_REDACT, DEED_STAFF };
	struct random *random = telling->random;
	uint64_t topic = draw_topic(telling);
	uint64_t deeds = random_between(random, 3, 6);

	for (uint64_t i = 0; i < deeds; i++)
		tell(telling, random_below_of(random, 400),
		    types[random_below_of(random,
			sizeof(types) / sizeof(types[0]))],
		    draw_computer(telling), topic);
}

/* Two computers, where there are two of one school, are off for up to some
 * weeks; their people write the same field meanwhile. */
static void
tell_absence(struct telling *telling)
{
	const struct world_shape *shape = &telling->plan->shape;
	struct random *random = telling->random;
	uint64_t topic = draw_topic(telling);
	uint32_t one = draw_computer(telling);
	uint32_t other = (one + shape->schools) % shape->computers;

	tell(telling, 0, DEED_SWITCH_OFF, one, topic);
	if (other != one)
		tell(telling, MINUTE_MS, DEED_SWITCH_OFF, other, topic);
	tell(telling, HOUR_MS, DEED_EDIT, one, topic);
	tell(telling, random_below_of(random, 2 * DAY_MS),
	    random_one_in(random, 4) ? DEED_DELETE : DEED_EDIT, other, topic);
	if (random_one_in(random, 2))
		tell(telling, HOUR_MS, draw_type(telling), one, topic);
	tell(telling, random_between(random, 1, 20) * DAY_MS, DEED_SWITCH_ON,
	    one, topic);
	tell(telling, random_below_of(random, HOUR_MS), DEED_SWITCH_ON, other,
	    topic);
	if (random_one_in(random, 2))
		tell(telling, HOUR_MS, DEED_RESOLVE, one, topic);
}

/* From a few seconds, in which not all have heard, to a week. */
static uint64_t
draw_pause(struct telling *telling)
{
	static const uint64_t pauses[] = { 300, 5000, HOUR_MS, 2 * DAY_MS,
		7 * DAY_MS };

	return random_below_of(telling->random,
	    pauses[random_below_of(telling->random, 5)]);
}

static void
tell_move(struct telling *telling)
{
	struct random *random = telling->random;
	uint64_t topic = draw_topic(telling);
	uint32_t who = draw_computer(telling);

	tell(telling, 0, DEED_TRANSFER_OPEN, who, topic);
	tell(telling, draw_pause(telling), DEED_TRANSFER_ANSWER, who, topic);
	if (random_one_in(random, 3)) {
		tell(telling, draw_pause(telling), DEED_TRANSFER_CANCEL, who,
		    topic);
		if (random_one_in(random, 2))
			return;
		tell(telling, draw_pause(telling), DEED_TRANSFER_OPEN, who,
		    topic);
		tell(telling, draw_pause(telling), DEED_TRANSFER_ANSWER, who,
		    topic);
	}
	tell(telling, draw_pause(telling), DEED_TRANSFER_ACCEPT, who, topic);
}

/* A child moves while the school that sends it is off, or has only just sent
 * what it wrote: some of that gets its place after the file was passed on. */
static void
tell_passing_on(struct telling *telling)
{
	const struct world_shape *shape = &telling->plan->shape;
	struct random *random = telling->random;
	uint64_t topic = draw_topic(telling);
	uint32_t from = draw_computer(telling);
	uint32_t to = (from + 1) % shape->computers;
	bool off = random_one_in(random, 2);

	tell(telling, 0, DEED_TRANSFER_OPEN, from, topic);
	tell(telling, MINUTE_MS, DEED_TRANSFER_ANSWER, to, topic);
	if (off)
		tell(telling, MINUTE_MS, DEED_SWITCH_OFF, from, topic);
	tell(telling, MINUTE_MS, DEED_TRANSFER_ACCEPT, to, topic);
	for (uint64_t i = random_between(random, 1, 3); i > 0; i--)
		tell(telling, random_below_of(random, off ? HOUR_MS : 50),
		    random_one_in(random, 2) ? DEED_EDIT : DEED_NOTE, from,
		    topic);
	if (off)
		tell(telling, random_below_of(random, 3 * DAY_MS),
		    DEED_SWITCH_ON, from, topic);
}

static void
tell_scene(struct telling *telling)
{
	uint64_t chance = random_below_of(telling->random, 100);
	bool settled = telling->season->first > 0;

	if (settled && chance < 7)
		tell_burst(telling);
	else if (settled && chance < 19)
		tell_absence(telling);
	else if (settled && chance < 27)
		tell_move(telling);
	else if (settled && chance < 32)
		tell_passing_on(telling);
	else
		tell(telling, 0, draw_type(telling), draw_computer(telling),
		    draw_topic(telling));
}

/* --- the year ------------------------------------------------------------- */

/* Scenes begin where the season is by the share of it that was told. */
static void
tell_season(struct telling *telling, uint32_t count)
{
	const struct season *season = telling->season;
	uint64_t length = (season->last - season->first + 1) * DAY_MS;
	uint32_t first = telling->plan->count;

	while (telling->plan->count - first < count) {
		uint32_t told = telling->plan->count - first;

		telling->at_ms =
		    season->first * DAY_MS + length * told / count +
		    random_below_of(telling->random, length / count);
		if (telling->at_ms < telling->told_ms)
			telling->at_ms = telling->told_ms + MINUTE_MS;
		tell_scene(telling);
	}
}

/* The first morning.  Somebody is always late by some weeks. */
static void
tell_beginning(struct telling *telling)
{
	for (uint32_t i = 0; i < telling->plan->shape.computers; i++)
		if (!random_one_in(telling->random, 10))
			tell(telling,
			    random_below_of(telling->random, MINUTE_MS),
			    DEED_SWITCH_ON, i, 0);
}

void
plan_add_year(struct plan *plan, struct random *random, uint32_t count)
{
	struct telling telling = { .plan = plan, .random = random };
	uint32_t first = plan->count;
	uint32_t share = 0;

	assert(plan->shape.computers > 0);
	tell_beginning(&telling);
	count += plan->count - first;
	for (size_t i = 0; i < sizeof(seasons) / sizeof(seasons[0]); i++) {
		uint32_t due;

		telling.season = &seasons[i];
		share += seasons[i].share;
		due = (uint32_t)((uint64_t)count * share / 100);
		if (plan->count - first < due)
			tell_season(&telling, due - (plan->count - first));
	}
	if (telling.told_ms < YEAR_DAYS * DAY_MS)
		plan_put(plan, YEAR_DAYS * DAY_MS - telling.told_ms, DEED_WAIT,
		    0, 0);
}
