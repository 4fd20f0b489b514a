/*
 * Memory and queues stay under their limits, at every computer and at the hub
 * for every session.
 */
#include <inttypes.h>

#include "client/engine/engine_private.h"
#include "server/core/session.h"
#include "tests/sim/invariants/look.h"

#define NAME "queues-are-bounded"

enum {
	FRAME_BYTES = LIMIT_FRAME_BYTES + 5, /* with its head */
	/* answers to a turn's batches, and what was made before them */
	HELD_BYTES = LIMIT_OUTPUT_BYTES + LIMIT_BODY_BYTES,
	/* one PUSH of each in flight, a FILL, a FETCH and small ones */
	ENGINE_OUTPUT_BYTES =
	    (ENGINE_BATCHES_IN_FLIGHT + 2) * LIMIT_FRAME_BYTES,
	LACKING_BYTES = 1024 * 1024
};

struct measure {
	const char *what;
	size_t is;
	size_t limit;
};

static void
look_at(struct world *world, const char *who, const struct measure *measures,
    uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (measures[i].is > measures[i].limit)
			world_fail(world, NAME ": %s of %s is %zu, over %zu",
			    measures[i].what, who, measures[i].is,
			    measures[i].limit);
}

static void
at_step(struct world *world, struct computer *computer)
{
	const struct engine *engine = computer->engine;

	if (engine == NULL)
		return;
	const struct measure measures[] = {
		{ "input", engine->input.size, FRAME_BYTES },
		{ "output", engine->output.size, ENGINE_OUTPUT_BYTES },
		{ "what was given out", engine->given.size,
		    ENGINE_OUTPUT_BYTES },
		{ "a decompressed body", engine->scratch.size,
		    LIMIT_BODY_BYTES },
		{ "a body", engine->body.size, LIMIT_BODY_BYTES },
		{ "what is lacking", engine->lacking.size, LACKING_BYTES },
		{ "batches in flight", engine->sent_count,
		    ENGINE_BATCHES_IN_FLIGHT },
		{ "fills asked for", engine->asked_count, LIMIT_FILLS },
		{ "fetches asked for", engine->fetching, LIMIT_FETCHES },
		{ "batch bytes", engine->batch_bytes, LIMIT_BATCH_BYTES },
	};

	look_at(world, computer->name, measures,
	    sizeof(measures) / sizeof(measures[0]));
}

static void
look_at_session(struct world *world, const struct session *session)
{
	const struct measure measures[] = {
		{ "input", session->input.size, FRAME_BYTES },
		{ "what is held", session->held.size, HELD_BYTES },
		{ "output", session->output.size, HELD_BYTES },
		{ "a decompressed body", session->scratch.size,
		    LIMIT_BODY_BYTES },
		{ "a body", session->body.size, LIMIT_BODY_BYTES },
		{ "commits of a turn", session->turn_bytes,
		    HUB_TURN_BYTES + LIMIT_BODY_BYTES },
		{ "what is unread", session->unread_bytes,
		    HUB_UNREAD_BYTES + HELD_BYTES },
		{ "fills", session->fill_count, LIMIT_FILLS },
		{ "fetches", session->fetch_count, HUB_QUEUED_FETCHES },
		{ "batch bytes", session->batch_bytes, LIMIT_BATCH_BYTES },
	};

	look_at(world, "a session at the hub", measures,
	    sizeof(measures) / sizeof(measures[0]));
}

static void
at_turn(struct world *world)
{
	size_t sessions = 0;

	if (world->hub.hub == NULL)
		return;
	for (const struct session *session = world->hub.hub->sessions;
	     session != NULL; session = session->next) {
		look_at_session(world, session);
		sessions++;
	}
	if (sessions > LIMIT_SESSIONS)
		world_fail(world, NAME ": the hub has %zu sessions", sessions);
}

const struct invariant invariant_limits = {
	.name = NAME,
	.says = "memory and queues stay under their limits",
	.bears_rot = true,
	.at_step = at_step,
	.at_turn = at_turn,
};
