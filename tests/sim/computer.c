/*
 * One computer: what `throughline run` does around the engine, with the
 * world's line, disk and clock in place of the real ones.
 *
 *	OFF --start--> WAITING --dial--> CONNECTING --open--> CONNECTED
 *	                  ^                  |                    |
 *	                  +------ lost ------+--------------------+
 *
 * On and off: computer_power.c.  See client/agent/agent.c, whose policy of
 * dialling again this follows.
 */
#include <string.h>

#include "client/agent/agent.h"
#include "client/engine/engine_private.h"
#include "common/replica/check.h"
#include "tests/sim/computer_private.h"
#include "tests/sim/hostile.h"
#include "tests/sim/invariants/invariant.h"
#include "tests/sim/node.h"

enum {
	ROUSED_PIECE = 256,
	LOOK_EVERY = 32 /* nights */
};

static const struct bytes nothing = { NULL, 0 };

/* --- time, faults --------------------------------------------------------- */

uint64_t
computer_now(const struct computer *computer)
{
	const struct world *world = computer->world;
	int64_t lived = (int64_t)(world->now_ms - WORLD_BEGAN_MS);

	return (uint64_t)((int64_t)world->now_ms + computer->clock_error_ms +
			  lived / 1000000 * computer->drift_ppm);
}

static uint64_t
elapsed(const struct computer *computer)
{
	return 1000 + computer->world->now_ms - computer->started_ms;
}

static bool
is_of_the_world(enum status status)
{
	return status == STATUS_IO || status == STATUS_FULL ||
	       status == STATUS_NOMEM || status == STATUS_BUSY;
}

bool
node_may_say(const struct node_fault *fault, enum status status)
{
	if (status == STATUS_CORRUPT)
		return fault->shaken || fault->rotten;
	return fault->on && is_of_the_world(status);
}

static bool
shares_a_number_with_a_liar(const struct computer *computer)
{
	const struct world *world = computer->world;

	for (uint32_t i = 0; i < world->computer_count; i++)
		if (world->computers[i].site == computer->site &&
		    world->computers[i].was_hostile)
			return true;
	return false;
}

bool
computer_ok(struct computer *computer, enum status status,
    const struct error *err)
{
	if (status == STATUS_OK)
		return true;
	/* A liar with its number has used up all that it could give. */
	if (status == STATUS_FULL && !computer->fault.on &&
	    shares_a_number_with_a_liar(computer))
		return false;
	if (!node_may_say(&computer->fault, status))
		world_fail(computer->world, "no-error: %s: %s: %s",
		    computer->name, status_name(status), err->text);
	trace_line(&computer->world->trace, computer->world->now_ms,
	    computer->name, "fails: %s", status_name(status));
	return false;
}

/* --- the line ------------------------------------------------------------- */

void
computer_dial_after(struct computer *computer, uint64_t ms)
{
	struct world *world = computer->world;

	schedule_put(&world->schedule, world->now_ms + ms, EVENT_CONNECT,
	    computer->index, computer->starts);
}

static uint64_t
wait_before_dialling(struct computer *computer)
{
	const struct engine_status *status = NULL;

	if (computer->engine != NULL)
		status = &computer->engine->status;
	return back_off_next(&computer->back_off, status,
	    (uint32_t)random_next(&computer->random));
}

struct connection *
computer_connection(struct computer *computer)
{
	if (computer->connection == 0)
		return NULL;
	return wire_find(&computer->world->wire, computer->connection);
}

static void step(struct computer *computer, enum engine_event_type type,
    struct bytes bytes);

static void hang_up(struct computer *computer, bool abrupt);

/* The connection is gone at this end: the engine hears of it, and dials. */
static void
disconnected(struct computer *computer)
{
	bool was_open = computer->open;

	computer->connection = 0;
	computer->open = false;
	if (!computer->on)
		return;
	if (computer->hostile != NULL)
		hostile_disconnected(computer->hostile);
	else if (was_open)
		step(computer, ENGINE_DISCONNECTED, nothing);
	if (computer->on)
		computer_dial_after(computer, wait_before_dialling(computer));
}

void
computer_sleep(struct computer *computer)
{
	if (!computer->on || computer->asleep)
		return;
	computer->asleep = true;
	hang_up(computer, true);
}

void
computer_rouse(struct computer *computer)
{
	if (!computer->asleep)
		return;
	computer->asleep = false;
	/* byte by byte for a day shows what it can show */
	if (computer->line.piece > 0 && computer->line.piece < ROUSED_PIECE)
		computer->line.piece = ROUSED_PIECE;
	if (computer->on)
		computer_dial_after(computer,
		    COMPUTER_DIAL_FIRST_MS +
			random_below_of(&computer->random, 2000));
}

static void
hang_up(struct computer *computer, bool abrupt)
{
	struct connection *connection = computer_connection(computer);

	if (connection != NULL)
		connection_close(connection, UP, abrupt,
		    computer->world->now_ms);
	disconnected(computer);
}

/* --- the engine ----------------------------------------------------------- */

/* The agent's timer fires at the moment that the engine named. */
static void
arrange_wake(struct computer *computer, uint64_t wake_ms)
{
	struct world *world = computer->world;
	struct connection *connection = computer_connection(computer);
	size_t unsent = 0;
	uint64_t at;

	if (connection != NULL)
		unsent = connection_unsent(connection, UP, world->now_ms);
	if (unsent > 0 && computer->line.rate > 0) {
		uint64_t drained =
		    elapsed(computer) + unsent * 1000 / computer->line.rate + 1;

		wake_ms = drained < wake_ms ? drained : wake_ms;
	}
	if (wake_ms == UINT64_MAX) {
		computer->wake_ms = 0;
		return;
	}
	at = computer->started_ms + wake_ms - 1000;
	/* the agent's timer is no finer */
	if (at < world->now_ms + AGENT_LOOK_MS)
		at = world->now_ms + AGENT_LOOK_MS;
	if (computer->wake_ms != 0 && computer->wake_ms <= at &&
	    computer->wake_ms > world->now_ms)
		return; /* an earlier one is coming, and will look again */
	computer->wake_ms = at;
	schedule_put(&world->schedule, at, EVENT_WAKE, computer->index,
	    computer->starts);
}

static void
give_out(struct computer *computer, struct bytes bytes)
{
	struct world *world = computer->world;
	struct connection *connection = computer_connection(computer);

	if (bytes.size == 0 || connection == NULL || !computer->open)
		return;
	book_hear(world, computer->connection, computer, UP, false, bytes);
	connection_send(connection, UP, bytes, world->now_ms);
}

/* The hub let it go: its data are removed, as `throughline leave` does. */
static void
gone(struct computer *computer, const char *why)
{
	trace_line(&computer->world->trace, computer->world->now_ms,
	    computer->name, "%s", why);
	computer_stop(computer);
	computer->exists = false;
}

static void
act_on(struct computer *computer, const struct engine_update *update)
{
	give_out(computer, update->output);
	if (update->left) {
		gone(computer, "left");
		computer->left = true;
		return;
	}
	if (update->revoked) {
		gone(computer, "was removed");
		return;
	}
	arrange_wake(computer, update->wake_ms);
	if (update->wish == ENGINE_HANG_UP && computer->connection != 0)
		hang_up(computer, false);
}

/* While its disk fails, nothing can be read of it. */
static void
look_closely(struct computer *computer)
{
	struct node_fault none = { 0 };

	if (!computer->on || computer->fault.on)
		return;
	node_enter(&none, computer->catalogue);
	invariants_at_step(computer->world, computer);
	node_leave(&none);
}

/* A quiet night's look at tables that nobody touched costs as much as all else
 * in a year: it is taken now and then.  After a mend it always is, and where
 * something went bad. */
static bool
is_worth_a_look(struct computer *computer)
{
	const struct found *found = &computer->engine->night.found;

	return found->only_hub + found->only_client + found->damaged +
	               found->refolded >
	           0 ||
	       computer->fault.rotten || computer->looks++ % LOOK_EVERY == 0;
}

/* The agent looks at tables and file on a connection of its own; here at once.
 * When it cannot, the night begins anew. */
static enum status
look_at_tables(struct computer *computer, struct error *err)
{
	struct check_result result = { 0 };
	enum status status;

	if (!is_worth_a_look(computer)) {
		engine_checked(computer->engine, 0);
		return STATUS_OK;
	}
	status =
	    check_replica(computer->replica, NULL, NULL, NULL, &result, err);
	if (status != STATUS_OK && status != STATUS_CORRUPT)
		return status;
	engine_checked(computer->engine, result.faults);
	return STATUS_OK;
}

static void
step(struct computer *computer, enum engine_event_type type, struct bytes bytes)
{
	struct world *world = computer->world;
	struct connection *connection = computer_connection(computer);
	struct engine_event event = {
		.type = type,
		.now_ms = computer_now(computer),
		.elapsed_ms = elapsed(computer),
		.bytes = bytes,
	};
	struct engine_update update;
	struct error err = { 0 };
	enum status status;
	bool check;

	if (connection != NULL && computer->open)
		event.unsent_bytes =
		    connection_unsent(connection, UP, world->now_ms);
	world->counts.steps++;
	node_enter(&computer->fault, computer->catalogue);
	status = engine_step(computer->engine, &event, &update, &err);
	check = status == STATUS_OK && update.check;
	if (check)
		status = look_at_tables(computer, &err);
	node_leave(&computer->fault);
	if (!computer_ok(computer, status, &err)) {
		if (computer->connection != 0)
			hang_up(computer, true);
		return;
	}
	act_on(computer, &update);
	look_closely(computer);
	if (check && computer->on && computer->connection != 0)
		step(computer, ENGINE_TICK, nothing);
}

void
computer_look(struct computer *computer)
{
	if (computer->on && computer->hostile == NULL)
		step(computer, ENGINE_TICK, nothing);
}

bool
computer_status(struct computer *computer, struct engine_status *status)
{
	struct error err = { 0 };

	memset(status, 0, sizeof(*status));
	if (!computer->on || computer->engine == NULL)
		return false;
	return computer_ok(computer,
	    engine_get_status(computer->engine, status, &err), &err);
}

/* --- events --------------------------------------------------------------- */

static void
dial(struct computer *computer)
{
	struct world *world = computer->world;

	if (!computer->on || computer->asleep || computer->connection != 0)
		return;
	if (computer->line.down || !world->hub.on) {
		computer_dial_after(computer, wait_before_dialling(computer));
		return;
	}
	computer->connection = wire_connect(&world->wire, computer->index,
	    &computer->line, world->now_ms, random_next(&computer->random));
}

static void
opened(struct computer *computer)
{
	computer->open = true;
	if (computer->hostile != NULL)
		hostile_connected(computer->hostile);
	else
		step(computer, ENGINE_CONNECTED, nothing);
}

static void
arrived(struct computer *computer)
{
	struct world *world = computer->world;
	uint64_t id = computer->connection;
	struct bytes bytes =
	    connection_take(computer_connection(computer), DOWN, world->now_ms);

	if (bytes.size == 0)
		return;
	book_hear(world, id, computer, DOWN, true, bytes);
	if (computer->hostile != NULL)
		hostile_received(computer->hostile, bytes);
	else
		step(computer, ENGINE_RECEIVED, bytes);
}

static void
woken(struct computer *computer)
{
	struct world *world = computer->world;

	if (computer->hostile != NULL) {
		hostile_woken(computer->hostile);
		return;
	}
	if (world->now_ms < computer->wake_ms)
		return;
	computer->wake_ms = 0;
	if (computer->open)
		step(computer, ENGINE_TICK, nothing);
}

void
computer_event(struct computer *computer, const struct event *event)
{
	switch (event->type) {
	case EVENT_CONNECT:
		if (event->number == computer->starts)
			dial(computer);
		break;
	case EVENT_OPEN:
		if (event->who == computer->connection && computer->on)
			opened(computer);
		break;
	case EVENT_ARRIVES:
		if (event->who == computer->connection && computer->open)
			arrived(computer);
		break;
	case EVENT_LOST:
		if (event->who == computer->connection)
			disconnected(computer);
		break;
	case EVENT_WAKE:
		if (event->number == computer->starts && computer->on)
			woken(computer);
		break;
	case EVENT_HEAL:
		computer_heal(computer);
		break;
	case EVENT_START:
		/* in a calm, copies are on in turns, whenever they crashed */
		if (computer->copies == 0 || !computer->world->calm)
			computer_start(computer);
		break;
	case EVENT_DEED:
	case EVENT_ACCEPTED:
	case EVENT_DRAINED:
	case EVENT_TURN:
	case EVENT_TICK:
		break;
	}
}
