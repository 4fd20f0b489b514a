/*
 * The hub's order: each place follows the one before, times of receipt never
 * run backward, and the head never goes back but in a new generation.
 */
#include <inttypes.h>

#include "server/core/hub_state.h"
#include "tests/sim/invariants/look.h"

#define NAME "order-only-grows"

static const char owner;

struct last {
	uint64_t head;
	uint64_t received_ms;
};

enum {
	CLOCK_MS = 10 * 60 * 1000 /* how wrong a hub's may be */
};

/* What the schools brought back after a restore comes as it is offered, with
 * its times of receipt. */
static bool
may_be_brought_back(const struct world *world, const struct news_row *row)
{
	return world->hub.restores > 0 &&
	       row->received_ms < world->hub.restored_ms + CLOCK_MS;
}

static void
look_at_row(struct world *world, const struct news_row *row, struct last *last)
{
	if (row->sequence != last->head + 1 && !world->rotten)
		world_fail(world,
		    NAME ": %s is at %" PRIu64
			 " and the one before at %" PRIu64,
		    book_name(world, row->id), row->sequence, last->head);
	if (row->received_ms < last->received_ms &&
	    !may_be_brought_back(world, row))
		world_fail(world,
		    NAME ": %s at %" PRIu64
			 " was received before the one before it",
		    book_name(world, row->id), row->sequence);
	if (row->received_ms > world->hub.hub->writer.now_ms)
		world_fail(world, NAME ": %s was received later than now",
		    book_name(world, row->id));
	last->head = row->sequence;
	if (last->received_ms < row->received_ms)
		last->received_ms = row->received_ms;
}

static void
at_turn(struct world *world)
{
	const struct news *news = look_news(world);
	struct last *last = invariant_memory(world, &owner, sizeof(*last));

	if (look_at_hub(world) == NULL || news->generation == 0)
		return;
	if (news->restored)
		*last = (struct last){ 0 };
	if (news->head < last->head)
		world_fail(world,
		    NAME ": the head went from %" PRIu64 " to %" PRIu64
			 " in one generation",
		    last->head, news->head);
	for (uint32_t i = 0; i < news->count; i++)
		look_at_row(world, &news->rows[i], last);
}

const struct invariant invariant_order = {
	.name = NAME,
	.says = "the hub's order only grows",
	.bears_rot = true,
	.at_turn = at_turn,
};
