#include "tests/sim/shrink.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	SHRINK_RUNS = 600 /* it takes as long as it takes, but not for ever */
};

struct shrink {
	struct plan *plan;
	const char *failure;
	shrink_runner *runner;
	uint32_t runs;
};

bool
shrink_is_same(const char *failure, const char *other)
{
	size_t name = strcspn(failure, ":");

	return name == strcspn(other, ":") &&
	       strncmp(failure, other, name) == 0;
}

/* Whether this one fails so too; then it is the plan from now on. */
static bool
try(struct shrink *shrink, struct plan *candidate)
{
	struct world_outcome outcome;

	if (shrink->runs >= SHRINK_RUNS)
		return false;
	shrink->runs++;
	shrink->runner(candidate, &outcome);
	if (!outcome.failed ||
	    !shrink_is_same(outcome.failure, shrink->failure))
		return false;
	*shrink->plan = *candidate;
	return true;
}

/* The plan without count deeds from place on.  Their time passes all the
 * same, unless it is dropped with them. */
static bool
without(struct shrink *shrink, uint32_t place, uint32_t count, bool keep_time)
{
	const struct plan *plan = shrink->plan;
	struct plan candidate = *plan;
	uint64_t passed = 0;

	candidate.deeds = malloc((plan->count + 1) * sizeof(*candidate.deeds));
	assert(candidate.deeds != NULL);
	memcpy(candidate.deeds, plan->deeds, place * sizeof(*plan->deeds));
	memcpy(candidate.deeds + place, plan->deeds + place + count,
	    (plan->count - place - count) * sizeof(*plan->deeds));
	candidate.count = plan->count - count;
	for (uint32_t i = 0; i < count; i++)
		passed += plan->deeds[place + i].after_ms;
	if (keep_time && place < candidate.count)
		candidate.deeds[place].after_ms += passed;
	if (try(shrink, &candidate))
		return true; /* the longer list stays allocated: short lives */
	free(candidate.deeds);
	return false;
}

static void
drop_deeds(struct shrink *shrink)
{
	uint32_t part = shrink->plan->count / 2;

	while (part > 0) {
		bool dropped = false;

		for (uint32_t place = 0; place < shrink->plan->count;) {
			uint32_t left = shrink->plan->count - place;
			uint32_t count = part < left ? part : left;

			if (without(shrink, place, count, true) ||
			    without(shrink, place, count, false))
				dropped = true;
			else
				place += count;
		}
		if (!dropped || part > shrink->plan->count)
			part /= 2;
	}
}

static void
drop_schools(struct shrink *shrink)
{
	struct plan candidate;

	do {
		candidate = *shrink->plan;
		candidate.shape.computers--;
		if (candidate.shape.schools > candidate.shape.computers)
			candidate.shape.schools = candidate.shape.computers;
	} while (candidate.shape.computers > 0 && try(shrink, &candidate));
	do {
		candidate = *shrink->plan;
		candidate.shape.schools--;
	} while (candidate.shape.schools > 0 && try(shrink, &candidate));
}

static void
drop_waits(struct shrink *shrink)
{
	for (uint32_t i = 0; i < shrink->plan->count; i++) {
		struct deed *deed = &shrink->plan->deeds[i];
		uint64_t was = deed->after_ms;
		struct plan candidate = *shrink->plan;

		for (uint64_t ms = 0; ms < was; ms = ms == 0 ? 1000 : 30 * ms) {
			deed->after_ms = ms;
			if (try(shrink, &candidate))
				break;
			deed->after_ms = was;
		}
	}
}

uint32_t
shrink_plan(struct plan *plan, const char *failure, shrink_runner *runner)
{
	struct shrink shrink = { plan, failure, runner, 0 };
	uint32_t before;

	do {
		before = plan->count;
		drop_deeds(&shrink);
		drop_schools(&shrink);
	} while (plan->count < before);
	drop_waits(&shrink);
	return shrink.runs;
}

void
shrink_print(const struct plan *plan)
{
	printf("%u schools, %u computers, seed %" PRIu64 ":\n",
	    plan->shape.schools, plan->shape.computers, plan->seed);
	for (uint32_t i = 0; i < plan->count; i++) {
		const struct deed *deed = &plan->deeds[i];

		printf("  after %9.3f s: %-13s who %u salt %" PRIu64 "\n",
		    (double)deed->after_ms / 1000, deed_name(deed->type),
		    deed->who, deed->salt);
	}
}
