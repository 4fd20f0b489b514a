#include "tests/sim/hostile/watch.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdlib.h>

#include "tests/sim/hostile/judge.h"
#include "tests/sim/world.h"

struct watch {
	struct judge judge;
	uint64_t starts; /* of the hub, when the judge began */
	bool sits;
	int64_t changes; /* in the hub's database, when last judged */
};

struct watch *
hostile_watch_create(void)
{
	struct watch *watch = calloc(1, sizeof(*watch));

	assert(watch != NULL);
	return watch;
}

void
hostile_watch_forget(struct watch *watch)
{
	if (watch->sits)
		judge_deinit(&watch->judge);
	watch->sits = false;
}

void
hostile_watch_destroy(struct watch *watch)
{
	if (watch == NULL)
		return;
	hostile_watch_forget(watch);
	free(watch);
}

/* The hub's process has one replica; another process another. */
static struct judge *
judge_of(struct watch *watch, struct world *world)
{
	if (watch->sits && watch->starts != world->hub.starts)
		hostile_watch_forget(watch);
	if (!watch->sits)
		judge_init(&watch->judge, world->hub.replica);
	watch->sits = true;
	watch->starts = world->hub.starts;
	return &watch->judge;
}

void
hostile_watch_output(struct watch *watch, struct computer *computer,
    const struct session *session, struct bytes given_out)
{
	struct world *world = computer->world;
	struct judge *judge;

	if (world->hub.fault.on) /* nothing can be looked up */
		return;
	judge = judge_of(watch, world);
	if (!judge_heard(judge, computer->site,
		world->schools[computer->school].record, given_out) ||
	    !judge_session(judge, session))
		world_fail(world, "hostile: to %s: %s", computer->name,
		    judge->breach);
}

void
hostile_watch_turn(struct watch *watch, struct world *world)
{
	struct judge *judge;
	int64_t changes;

	if (world->hub.fault.on)
		return;
	judge = judge_of(watch, world);
	changes = sqlite3_total_changes64(replica_database(world->hub.replica));
	if (changes == watch->changes)
		return; /* most turns write nothing */
	watch->changes = changes;
	if (!judge_ledger(judge))
		world_fail(world, "hostile: %s", judge->breach);
}
