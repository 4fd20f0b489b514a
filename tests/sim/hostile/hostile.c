/*
 * The liar in the world: it knows what the computer's replica holds, speaks on
 * the computer's connection, and takes its time by the world's schedule.
 */
#include "tests/sim/hostile.h"

#include <assert.h>
#include <stdlib.h>

#include "common/replica/dossier.h"
#include "common/replica/ledger.h"
#include "common/replica/pending.h"
#include "tests/sim/hostile/liar.h"
#include "tests/sim/world.h"

enum {
	FRAMES_LEAST = 20,
	FRAMES_MOST = 200,
	PAUSE_MS = 4000
};

struct hostile {
	struct computer *computer;
	struct liar *liar;
	struct random random; /* when it speaks, not what */
	uint64_t wake_ms;     /* 0: it has said all */
	bool open;
};

/* --- what it knows -------------------------------------------------------- */

static bool
know_row(void *context, const struct ledger_row *row)
{
	liar_know(context, row->bytes, row->sequence);
	return true;
}

static bool
know_pending(void *context, const struct pending_row *row)
{
	liar_know(context, row->bytes, 0);
	return true;
}

static bool
hint_dossier(void *context, const struct dossier *dossier)
{
	liar_hint(context, dossier->number);
	return true;
}

/* Numbers are no secret: it may guess those of every dossier there is. */
static void
guess(struct liar *liar, struct world *world)
{
	struct error err = { 0 };

	if (world->hub.on && !world->hub.fault.on)
		(void)dossier_each(world->hub.replica, -1, hint_dossier, liar,
		    &err);
	for (uint32_t i = 0; i < world->school_count; i++)
		liar_hint(liar, world->schools[i].record);
}

static void
read_replica(struct liar *liar, struct replica *replica)
{
	struct error err = { 0 };

	(void)ledger_each(replica, 0, know_row, liar, &err);
	for (int lane = 0; lane < LANE_COUNT; lane++)
		(void)pending_each_waiting(replica, (enum lane)lane, 0,
		    know_pending, liar, &err);
}

struct hostile *
hostile_create(struct computer *computer, uint64_t salt)
{
	struct hostile *hostile = calloc(1, sizeof(*hostile));
	struct replica *replica = computer->replica;
	struct liar_facts facts = { .seed = salt };
	struct arena arena = { 0 };
	struct error err = { 0 };

	assert(hostile != NULL && replica != NULL);
	hostile->computer = computer;
	hostile->random = random_fork(salt, 2);
	facts.site = computer->site;
	facts.school = replica_identity(replica).school;
	facts.frames =
	    random_between(&hostile->random, FRAMES_LEAST, FRAMES_MOST);
	(void)replica_meta_get(replica, "cursor", 0, &facts.cursor, &err);
	facts.confirmed = facts.cursor;
	(void)replica_generations(replica, &arena, &facts.generations,
	    &facts.generation_count, &err);
	hostile->liar = liar_create(&facts);
	read_replica(hostile->liar, replica);
	guess(hostile->liar, computer->world);
	arena_deinit(&arena);
	return hostile;
}

void
hostile_destroy(struct hostile *hostile)
{
	if (hostile == NULL)
		return;
	liar_destroy(hostile->liar);
	free(hostile);
}

/* --- speaking ------------------------------------------------------------- */

static void
arrange(struct hostile *hostile)
{
	struct world *world = hostile->computer->world;

	hostile->wake_ms =
	    world->now_ms + 1 + random_below_of(&hostile->random, PAUSE_MS);
	schedule_put(&world->schedule, hostile->wake_ms, EVENT_WAKE,
	    hostile->computer->index, hostile->computer->starts);
}

static void
send(struct hostile *hostile, const struct buffer *out, uint64_t before)
{
	struct computer *computer = hostile->computer;
	struct world *world = computer->world;
	struct connection *connection =
	    wire_find(&world->wire, computer->connection);

	world->counts.hostile_frames += liar_frames(hostile->liar) - before;
	if (connection != NULL && connection_is_open(connection, UP) &&
	    out->size > 0)
		connection_send(connection, UP, buffer_view(out),
		    world->now_ms);
}

void
hostile_connected(struct hostile *hostile)
{
	uint64_t before = liar_frames(hostile->liar);
	struct buffer out = { 0 };

	hostile->open = true;
	liar_greet(hostile->liar, computer_now(hostile->computer), &out);
	send(hostile, &out, before);
	buffer_deinit(&out);
	arrange(hostile);
}

void
hostile_received(struct hostile *hostile, struct bytes bytes)
{
	liar_hear(hostile->liar, bytes);
}

void
hostile_woken(struct hostile *hostile)
{
	uint64_t before = liar_frames(hostile->liar);
	struct buffer out = { 0 };
	bool more;

	if (!hostile->open || hostile->wake_ms == 0 ||
	    hostile->computer->world->now_ms < hostile->wake_ms)
		return;
	hostile->wake_ms = 0;
	more = liar_speak(hostile->liar, computer_now(hostile->computer), &out);
	send(hostile, &out, before);
	buffer_deinit(&out);
	if (more)
		arrange(hostile);
}

void
hostile_disconnected(struct hostile *hostile)
{
	hostile->open = false;
	hostile->wake_ms = 0;
}

uint64_t
hostile_frames(const struct hostile *hostile)
{
	return liar_frames(hostile->liar);
}
