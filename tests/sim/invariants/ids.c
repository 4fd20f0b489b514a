/*
 * A computer never uses a number twice for different things, unless its disk
 * was copied or put back; and the counter's jump makes even that improbable.
 */
#include <inttypes.h>

#include "protocol/identifier.h"
#include "protocol/refusal.h"
#include "tests/sim/invariants/look.h"

#define NAME "numbers-are-used-once"

static const char owner;

static void
look_at_site(struct world *world, struct computer *computer)
{
	struct replica *hub = look_at_hub(world);
	uint64_t *forgiven = invariant_memory(world, &owner,
	    WORLD_COMPUTERS * sizeof(*forgiven));
	uint64_t count = 0;

	forgiven += computer->index;
	if (hub == NULL)
		return;
	(void)look_number(world, hub,
	    "SELECT count FROM counter"
	    " WHERE site = ?1 AND name = 'alarm.reused'",
	    computer->site, 0, &count);
	if (look_has_excuse(world, computer))
		*forgiven = count;
	if (count > *forgiven)
		world_fail(world,
		    NAME ": %s used %" PRIu64 " numbers for two things",
		    computer->name, count);
}

static void
at_calm(struct world *world)
{
	for (uint32_t i = 0; i < world->computer_count; i++)
		look_at_site(world, &world->computers[i]);
}

/* Of whom a commit is, its number tells; the hub follows in numbers that the
 * cause left free. */
static void
at_turn(struct world *world)
{
	const struct news *news = look_news(world);

	for (uint32_t i = 0; i < news->count; i++) {
		const struct news_row *row = &news->rows[i];
		uint64_t last;

		if (!row->is_commit)
			continue;
		last = row->id + row->commit.change_count - 1;
		if (!identifier_is_valid(row->id) ||
		    !identifier_is_valid(last) ||
		    identifier_site(row->id) != identifier_site(last))
			world_fail(world, NAME ": %s leaves its site's numbers",
			    book_name(world, row->id));
	}
}

const struct invariant invariant_ids = {
	.name = NAME,
	.says = "a number stands for one thing",
	.bears_rot = true,
	.at_turn = at_turn,
	.at_calm = at_calm,
};
