/*
 * A pupil has exactly one holder and at most one open transfer, in the grants
 * and in the record alike.
 */
#include <inttypes.h>

#include "common/replica/record.h"
#include "tests/sim/invariants/look.h"

#define NAME "one-holder"

static void
look_at_field(struct world *world, struct replica *hub, uint64_t pupil,
    const char *field)
{
	struct error err = { 0 };
	struct record_heads heads;
	const struct field_heads *found;

	if (look_status(world,
		record_get_heads(hub, pupil, &world->arena, &heads, &err),
		&err) != STATUS_OK)
		return;
	found = heads_field(&heads, bytes_of_text(field));
	if (found != NULL && found->head_count > 1)
		world_fail(world, NAME ": %s has %u heads of %s",
		    book_name(world, pupil), found->head_count, field);
}

static void
look_at_transfers(struct world *world, struct replica *hub, uint64_t pupil)
{
	uint64_t open, named;

	if (!look_number(world, hub,
		"SELECT count(*) FROM transfer WHERE _dossier = ?1"
		" AND state IN ('open', 'answered')",
		pupil, 0, &open) ||
	    !look_number(world, hub,
		"SELECT open_transfer IS NOT NULL FROM pupil WHERE id = ?1",
		pupil, 0, &named))
		return;
	if (open > 1)
		world_fail(world, NAME ": %s has %" PRIu64 " open transfers",
		    book_name(world, pupil), open);
	if (open != named)
		world_fail(world,
		    NAME ": %s names %s transfer as open, and %s is",
		    book_name(world, pupil), named != 0 ? "a" : "no",
		    open != 0 ? "one" : "none");
}

static void
look_at_pupil(struct world *world, struct replica *hub, uint64_t pupil)
{
	uint64_t holders, holder, named;

	if (look_row(world, hub,
		"SELECT 1 FROM dossier WHERE number = ?1 AND state <> 4"
		" AND EXISTS (SELECT 1 FROM record WHERE id = ?1"
		" AND collection = 'pupil')",
		pupil, 0) != STATUS_OK)
		return;
	if (!look_number(world, hub,
		"SELECT count(DISTINCT school) FROM grants WHERE dossier = ?1"
		" AND kind = 1 AND frozen = 0 AND closed = 0",
		pupil, 0, &holders))
		return;
	if (holders != 1)
		world_fail(world, NAME ": %s has %" PRIu64 " holders",
		    book_name(world, pupil), holders);
	if (look_number(world, hub,
		"SELECT school FROM grants WHERE dossier = ?1"
		" AND kind = 1 AND frozen = 0 AND closed = 0",
		pupil, 0, &holder) &&
	    look_number(world, hub, "SELECT holder FROM pupil WHERE id = ?1",
		pupil, 0, &named) &&
	    named != 0 && named != holder) /* 0: its creation was redacted */
		world_fail(world,
		    NAME ": %s is held by %s, and its record names %s",
		    book_name(world, pupil), book_name(world, holder),
		    book_name(world, named));
	look_at_field(world, hub, pupil, "holder");
	look_at_field(world, hub, pupil, "open_transfer");
	look_at_transfers(world, hub, pupil);
}

static void
at_turn(struct world *world)
{
	const struct news *news = look_news(world);
	struct replica *hub = look_at_hub(world);

	if (hub == NULL || news->count == 0 || look_hub_collects(world))
		return;
	for (uint32_t i = 0; i < news->dossier_count; i++)
		look_at_pupil(world, hub, news->dossiers[i]);
}

static bool
look_at_each(void *context, const struct dossier *dossier)
{
	struct world *world = context;

	look_at_pupil(world, world->hub.replica, dossier->number);
	return true;
}

static void
at_calm(struct world *world)
{
	struct replica *hub = look_at_hub(world);
	struct error err = { 0 };

	if (hub != NULL && !look_hub_collects(world))
		(void)look_status(world,
		    dossier_each(hub, -1, look_at_each, world, &err), &err);
}

const struct invariant invariant_holder = {
	.name = NAME,
	.says = "a child has one holder and at most one open transfer",
	.at_turn = at_turn,
	.at_calm = at_calm,
};
