/*
 * Nothing at the hub is stamped later than five minutes after its time, so
 * nothing wins for ever.
 */
#include <inttypes.h>

#include "protocol/stamp.h"
#include "server/core/hub_state.h"
#include "tests/sim/invariants/look.h"

#define NAME "no-stamp-ahead"

enum {
	OWN_STEPS_MS = 1000 /* the hub's own stamps count on from those */
};

static void
at_turn(struct world *world)
{
	const struct news *news = look_news(world);
	uint64_t latest;

	if (look_at_hub(world) == NULL)
		return;
	latest = stamp_from_ms(world->hub.hub->writer.now_ms +
			       LIMIT_STAMP_AHEAD_MS + OWN_STEPS_MS);
	for (uint32_t i = 0; i < news->count; i++)
		if (news->rows[i].is_commit &&
		    news->rows[i].commit.stamp > latest)
			world_fail(world,
			    NAME ": %s is stamped %" PRIu64
				 " ms after the hub's time",
			    book_name(world, news->rows[i].id),
			    stamp_to_ms(news->rows[i].commit.stamp) -
				world->hub.hub->writer.now_ms);
}

const struct invariant invariant_stamps = {
	.name = NAME,
	.says = "no stamp at the hub is more than five minutes ahead",
	.bears_rot = true,
	.at_turn = at_turn,
};
