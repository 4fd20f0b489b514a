/*
 * The bytes by which the hub will know a commit again are right.
 */
#include <inttypes.h>

#include "server/core/hub_state.h"
#include "tests/sim/invariants/look.h"

#define NAME "marks-are-right"

/* In which the place was given: what lies before a restore keeps its mark. */
static uint64_t
generation_of(const struct generation *list, uint32_t count, uint64_t sequence)
{
	uint64_t generation = 0;

	for (uint32_t i = 0; i < count; i++)
		if (i == 0 || sequence > list[i].left_at)
			generation = list[i].number;
	return generation;
}

static void
at_turn(struct world *world)
{
	const struct news *news = look_news(world);
	struct replica *hub = look_at_hub(world);
	const struct mark_key *key;
	struct generation *list;
	struct error err = { 0 };
	uint32_t count;

	if (hub == NULL ||
	    look_status(world,
		replica_generations(hub, &world->arena, &list, &count, &err),
		&err) != STATUS_OK)
		return;
	key = &world->hub.hub->options.mark_key;
	for (uint32_t i = 0; i < news->count; i++) {
		const struct news_row *row = &news->rows[i];
		struct mark mark = mark_make(key, row->id, &row->digest,
		    generation_of(list, count, row->sequence), row->sequence);

		if (!mark_equal(&mark, &row->mark))
			world_fail(world,
			    NAME ": the mark of %s at %" PRIu64 " is another",
			    book_name(world, row->id), row->sequence);
	}
}

const struct invariant invariant_marks = {
	.name = NAME,
	.says = "the hub can know again whatever it took",
	.at_turn = at_turn,
};
