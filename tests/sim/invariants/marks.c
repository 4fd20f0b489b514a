/*
 * The bytes by which the hub will know a commit again are right.
 */
#include <inttypes.h>

#include "server/core/hub_state.h"
#include "tests/sim/invariants/look.h"

#define NAME "marks-are-right"

/* What came back after a restore keeps the mark of its own generation. */
static void
at_turn(struct world *world)
{
	const struct news *news = look_news(world);
	const struct mark_key *key;

	if (look_at_hub(world) == NULL || look_hub_was_restored(world))
		return;
	key = &world->hub.hub->options.mark_key;
	for (uint32_t i = 0; i < news->count; i++) {
		const struct news_row *row = &news->rows[i];
		struct mark mark = mark_make(key, row->id, &row->digest,
		    news->generation, row->sequence);

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
