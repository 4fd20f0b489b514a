/*
 * The life of a world: it begins, events happen in their order, it calms
 * down, it ends.
 */
#include "tests/sim/world.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/catalogue/in_force.h"
#include "server/core/hub_state.h"
#include "tests/sim/hostile/watch.h"
#include "tests/sim/invariants/invariant.h"
#include "tests/sim/memory.h"
#include "tests/sim/node.h"
#include "tests/sim/rot.h"

enum {
	CALM_LOOK_MS = 2000,
	AWAKE_MS = 15 * 1000, /* after the last thing that somebody did */
	AWAKE_LONG_MS = LIMIT_SILENCE_MS + 15 * 1000,
	ROUSED_MS = 5 * 1000 /* before the next */
};

/* --- processes ------------------------------------------------------------ */

void
node_enter(struct node_fault *fault, const struct catalogue *catalogue)
{
	catalogue_use(catalogue);
	if (fault->memory_in > 0)
		memory_fail_at(fault->memory_in, MEMORY_FAILS_ONCE);
}

void
node_leave(struct node_fault *fault)
{
	if (fault->memory_in > 0) {
		uint64_t count = memory_count();

		memory_off();
		fault->memory_in =
		    count < fault->memory_in ? fault->memory_in - count : 0;
	}
	catalogue_use(NULL);
}

/* --- beginning and end ---------------------------------------------------- */

struct world *
world_create(const struct plan *plan)
{
	struct world *world = calloc(1, sizeof(*world));

	assert(world != NULL);
	world->plan = plan;
	world->now_ms = WORLD_BEGAN_MS;
	trace_init(&world->trace, WORLD_BEGAN_MS);
	wire_init(&world->wire, &world->schedule);
	world->book = book_create();
	world->watch = hostile_watch_create();
	return world;
}

static void
end_nodes(struct world *world)
{
	memory_off();
	catalogue_use(NULL);
	for (uint32_t i = 0; i < world->computer_count; i++) {
		struct computer *computer = &world->computers[i];

		if (computer->beside != NULL)
			replica_close(computer->beside);
		computer->beside = NULL;
		computer_stop(computer);
		disk_destroy(computer->disk);
		disk_destroy(computer->kept);
	}
	if (world->hub.on)
		hub_node_crash(world, false);
	disk_destroy(world->hub.disk);
	disk_destroy(world->hub.kept);
}

void
world_destroy(struct world *world)
{
	if (world == NULL)
		return;
	end_nodes(world);
	wire_deinit(&world->wire);
	schedule_deinit(&world->schedule);
	book_destroy(world->book);
	hostile_watch_destroy(world->watch);
	trace_deinit(&world->trace);
	arena_deinit(&world->arena);
	free(world->invariants);
	free(world->people);
	free(world);
}

void
world_fail(struct world *world, const char *format, ...)
{
	va_list args;

	memory_off();
	va_start(args, format);
	vsnprintf(world->failure, sizeof(world->failure), format, args);
	va_end(args);
	trace_line(&world->trace, world->now_ms, "----", "%s", world->failure);
	if (world->fails != NULL)
		world->fails(world);
	longjmp(world->failed, 1);
}

/* --- time ----------------------------------------------------------------- */

static struct computer *
computer_of(struct world *world, const struct event *event)
{
	struct connection *connection;

	if (event->type == EVENT_CONNECT || event->type == EVENT_WAKE ||
	    event->type == EVENT_HEAL || event->type == EVENT_START)
		return &world->computers[event->who];
	connection = wire_find(&world->wire, event->who);
	if (connection == NULL)
		return NULL;
	return &world->computers[connection_computer(connection)];
}

/* Of the two ends of a connection, or of a process, whose is it? */
static bool
is_of_hub(const struct event *event)
{
	switch (event->type) {
	case EVENT_TURN:
	case EVENT_TICK:
	case EVENT_ACCEPTED:
	case EVENT_DRAINED:
		return true;
	case EVENT_ARRIVES:
		return event->number == UP;
	case EVENT_LOST:
		return event->number == DOWN;
	case EVENT_HEAL:
	case EVENT_START:
		return event->number == 0;
	case EVENT_DEED:
	case EVENT_CONNECT:
	case EVENT_OPEN:
	case EVENT_WAKE:
		break;
	}
	return false;
}

static void
happen(struct world *world, const struct event *event)
{
	struct computer *computer;

	if (event->at_ms > world->now_ms) {
		world->counts.simulated_ms += event->at_ms - world->now_ms;
		world->now_ms = event->at_ms;
		disk_vfs_set_time(world->now_ms);
	}
	arena_reset(&world->arena);
	if (event->type == EVENT_DEED) {
		world_do(world, &world->plan->deeds[event->number]);
	} else if (is_of_hub(event)) {
		hub_node_event(world, event);
	} else {
		computer = computer_of(world, event);
		if (computer != NULL)
			computer_event(computer, event);
	}
}

void
world_advance(struct world *world, uint64_t ms)
{
	uint64_t until = world->now_ms + ms;
	struct event event;

	while (schedule_take(&world->schedule, until, &event))
		happen(world, &event);
	world->counts.simulated_ms += until - world->now_ms;
	world->now_ms = until;
	disk_vfs_set_time(until);
}

void
world_pass(struct world *world, uint64_t ms)
{
	/* one in four lasts until silence is noticed */
	uint64_t awake_ms = ms % 4 == 0 ? AWAKE_LONG_MS : AWAKE_MS;

	if (ms <= awake_ms + ROUSED_MS) {
		world_advance(world, ms);
		return;
	}
	world_advance(world, awake_ms);
	world->lids_shut = true;
	for (uint32_t i = 0; i < world->computer_count; i++)
		computer_sleep(&world->computers[i]);
	world_advance(world, ms - awake_ms - ROUSED_MS);
	world->lids_shut = false;
	for (uint32_t i = 0; i < world->computer_count; i++)
		computer_rouse(&world->computers[i]);
	world_advance(world, ROUSED_MS);
}

/* --- calm ----------------------------------------------------------------- */

/* In step with all that the hub has, which agrees that the sets are the same;
 * a proof from before the line broke says nothing of what came since. */
static bool
is_proved(struct computer *computer)
{
	const struct hub *hub = computer->world->hub.hub;
	struct engine_status status;

	return computer_status(computer, &status) && status.proved &&
	       status.waiting == 0 && hub != NULL && status.cursor == hub->head;
}

static void
explain(struct world *world)
{
	for (uint32_t i = 0; i < world->computer_count; i++) {
		struct computer *computer = &world->computers[i];
		struct engine_status status;

		if (!computer->exists || is_proved(computer) ||
		    !computer_status(computer, &status))
			continue;
		world_fail(world,
		    "converges: after %d minutes without faults %s is not in "
		    "step: state %d, %d waiting, %d filling, cursor %d of %d, "
		    "differs %d, goodbye %d %.*s",
		    WORLD_CALM_MS / 60000, computer->name, (int)status.state,
		    (int)status.waiting, (int)status.filling,
		    (int)status.cursor, (int)status.head, status.differs,
		    (int)status.goodbye.code, (int)status.goodbye.text.size,
		    (const char *)status.goodbye.text.data);
	}
	world_fail(world, "converges: nobody says why");
}

/* Of those that share a number only this one is on. */
static void
leave_one(struct world *world, struct computer *one)
{
	for (uint32_t i = 0; i < world->computer_count; i++) {
		struct computer *computer = &world->computers[i];

		if (computer != one && computer->site == one->site)
			computer_stop(computer);
	}
	computer_start(one);
}

static bool
all_proved(struct world *world)
{
	for (uint32_t i = 0; i < world->computer_count; i++) {
		struct computer *computer = &world->computers[i];

		if (computer->on && computer->hostile == NULL &&
		    !is_proved(computer))
			return false;
	}
	return true;
}

static void
wait_for_all(struct world *world)
{
	uint64_t until = world->now_ms + WORLD_CALM_MS;
	uint32_t quiet = 0;

	while (quiet < 2) {
		if (world->now_ms > until)
			explain(world);
		world_advance(world, CALM_LOOK_MS);
		quiet = all_proved(world) ? quiet + 1 : 0;
	}
}

/* A restored hub waits for a word of every computer, so one of each number is
 * on until it has heard them all. */
static void
wait_for_the_hub(struct world *world)
{
	uint64_t until = world->now_ms + WORLD_CALM_MS;

	for (uint32_t i = 0; i < world->computer_count; i++)
		if (world->computers[i].exists &&
		    world->computers[i].copies > 0)
			leave_one(world, &world->computers[i]);
	while (world->hub.hub != NULL && world->hub.hub->collecting) {
		if (world->now_ms > until)
			explain(world);
		world_advance(world, CALM_LOOK_MS);
	}
}

/* Copies of a computer take turns, since the hub hears one at a time; those of
 * other computers are off until it is theirs. */
static void
wait_for_copies(struct world *world)
{
	wait_for_the_hub(world);
	for (uint32_t i = 0; i < world->computer_count; i++)
		if (world->computers[i].copies > 0)
			computer_stop(&world->computers[i]);
	for (uint32_t round = 0; round < 2; round++) {
		for (uint32_t i = 0; i < world->computer_count; i++) {
			struct computer *computer = &world->computers[i];

			if (!computer->exists || computer->copies == 0)
				continue;
			leave_one(world, computer);
			wait_for_all(world);
			if (world->rotten)
				world_compare(world);
		}
	}
}

static void
start_all(struct world *world)
{
	hub_node_start(world);
	for (uint32_t i = 0; i < world->computer_count; i++) {
		struct computer *computer = &world->computers[i];

		if (!computer->exists)
			hub_node_excuse(world, computer);
		else if (computer->copies == 0)
			computer_start(computer);
	}
}

/* All are whole again: from now on nothing old explains anything. */
static void
end_excuses(struct world *world)
{
	world->hub.went_back = false;
	for (uint32_t i = 0; i < world->computer_count; i++)
		world->computers[i].put_back = false;
}

/* What is damaged is mended; then nobody finds a difference. */
static void
compare_all(struct world *world)
{
	if (world->rotten) {
		hub_node_night(world);
		world_compare(world);
		wait_for_all(world);
		rot_end(world);
	}
	world_compare(world);
	wait_for_all(world);
}

void
world_calm(struct world *world)
{
	trace_line(&world->trace, world->now_ms, "----", "calm");
	world->calm = true;
	faults_end(world);
	start_all(world);
	if (world->rotten)
		hub_node_night(world);
	wait_for_copies(world);
	wait_for_all(world);
	compare_all(world);
	invariants_at_calm(world);
	end_excuses(world);
	world->counts.calms++;
	world->calm = false;
}

/* --- a run ---------------------------------------------------------------- */

static void
live(struct world *world)
{
	const struct plan *plan = world->plan;

	world_make(world);
	start_all(world);
	for (uint32_t i = 0; i < plan->count; i++) {
		world_pass(world, plan->deeds[i].after_ms);
		world_do(world, &plan->deeds[i]);
		world->counts.deeds++;
	}
	world_calm(world);
}

void
world_run(const struct plan *plan, struct trace *trace,
    struct world_outcome *outcome)
{
	struct world *world = world_create(plan);

	memset(outcome, 0, sizeof(*outcome));
	if (trace != NULL) {
		world->trace.keep = trace->keep;
		world->trace.print = trace->print;
		world->trace.frames = trace->frames;
	}
	if (setjmp(world->failed) == 0) {
		live(world);
	} else {
		outcome->failed = true;
		memcpy(outcome->failure, world->failure,
		    sizeof(outcome->failure));
	}
	world->counts.cuts = world->wire.cuts;
	outcome->trace_hash = world->trace.hash;
	outcome->counts = world->counts;
	if (trace != NULL && trace->keep) {
		buffer_deinit(&trace->text);
		trace->text = world->trace.text;
		world->trace.text = (struct buffer){ 0 };
	}
	world_destroy(world);
}
