/*
 * Cursors never go back within a generation of the hub: not where a computer
 * keeps its own, not what it told the hub to be confirmed, not what the hub
 * knows of it; and the hub never believes more than the computer has.
 */
#include <inttypes.h>

#include "client/engine/engine_private.h"
#include "tests/sim/invariants/look.h"

#define NAME "cursors-never-go-back"

static const char owner;

struct places {
	uint32_t site;
	uint64_t restores;       /* in the world, when this was noted */
	uint64_t own_generation; /* of the hub, as the computer knows it */
	uint64_t told_before;    /* confirmed in the one before; 0: told anew */
	uint64_t generation;     /* in which the hub counts for it */
	uint64_t cursor;
	uint64_t confirmed;
	uint64_t hub_cursor;
	uint64_t hub_confirmed;
};

/* What is remembered of it; forgotten when something old was put back. */
static struct places *
places_of(struct world *world, struct computer *computer)
{
	struct places *all =
	    invariant_memory(world, &owner, WORLD_COMPUTERS * sizeof(*all));
	struct places *places = &all[computer->index];

	if (places->site != computer->site ||
	    places->restores != world->counts.restores)
		*places = (struct places){ .site = computer->site,
			.restores = world->counts.restores };
	return places;
}

static void
must_not_go_back(struct world *world, const struct computer *computer,
    const char *what, uint64_t *before, uint64_t now)
{
	if (now < *before)
		world_fail(world,
		    NAME ": %s of %s went from %" PRIu64 " to %" PRIu64, what,
		    computer->name, *before, now);
	*before = now;
}

/* A computer that hears of a restore goes back to where both were, whenever it
 * hears of it. */
static void
follow_generation(struct world *world, struct computer *computer,
    struct replica *replica, struct places *places)
{
	struct generation *list;
	struct error err = { 0 };
	uint64_t last;
	uint32_t count;

	if (look_status(world,
		replica_generations(replica, &world->arena, &list, &count,
		    &err),
		&err) != STATUS_OK)
		return;
	last = count == 0 ? 0 : list[count - 1].number;
	if (places->own_generation != last) {
		places->cursor = places->confirmed = 0;
		places->told_before = computer->engine->confirmed_sent;
	}
	places->own_generation = last;
}

/* Somebody sent again what had been refused in a file that has ended since: it
 * waits there, and says so.  The hub keeps to what it was told first. */
static bool
waits_behind_an_end(struct world *world, struct replica *replica)
{
	return look_row(world, replica,
		   "SELECT 1 FROM pending JOIN dossier ON number = dossier"
		   " WHERE pending.state = 0 AND dossier.state IN (2, 3)",
		   0, 0) == STATUS_OK;
}

static void
at_step(struct world *world, struct computer *computer)
{
	struct replica *replica = look_at_computer(computer);
	struct places *places = places_of(world, computer);
	uint64_t cursor;

	if (replica == NULL || computer->engine == NULL)
		return;
	follow_generation(world, computer, replica, places);
	if (look_number(world, replica,
		"SELECT value FROM meta WHERE name = 'cursor'", 0, 0, &cursor))
		must_not_go_back(world, computer, "the cursor", &places->cursor,
		    cursor);
	if (computer->engine->confirmed_sent != places->told_before)
		places->told_before = 0;
	if (computer->engine->confirmed_sent < places->confirmed &&
	    waits_behind_an_end(world, replica))
		places->confirmed = computer->engine->confirmed_sent;
	if (computer->engine->state != ENGINE_OFFLINE &&
	    places->told_before == 0)
		must_not_go_back(world, computer, "what was confirmed",
		    &places->confirmed, computer->engine->confirmed_sent);
}

/* --- what the hub knows --------------------------------------------------- */

static void
look_at_state(struct world *world, struct computer *computer, struct sql *sql)
{
	struct places *places = places_of(world, computer);
	uint64_t generation = sql_column_id(sql, 1);
	uint64_t cursor = sql_column_id(sql, 2);
	uint64_t confirmed = sql_column_id(sql, 3);
	uint64_t has;

	if (places->generation != generation)
		places->hub_cursor = places->hub_confirmed = 0;
	places->generation = generation;
	must_not_go_back(world, computer, "the cursor at the hub",
	    &places->hub_cursor, cursor);
	must_not_go_back(world, computer, "what is confirmed at the hub",
	    &places->hub_confirmed, confirmed);
	if (confirmed > cursor)
		world_fail(world, NAME ": of %s more is confirmed than stored",
		    computer->name);
	if (look_has_excuse(world, computer) ||
	    look_at_computer(computer) == NULL || computer->engine == NULL ||
	    computer->engine->fresh) /* it has not heard where it begins */
		return;
	has = computer->engine->cursor;
	if (cursor > has)
		world_fail(world,
		    NAME ": the hub believes %s to be at %" PRIu64
			 " and it is at %" PRIu64,
		    computer->name, cursor, has);
}

static struct computer *
find_site(struct world *world, uint64_t site)
{
	for (uint32_t i = 0; i < world->computer_count; i++)
		if (world->computers[i].site == site)
			return &world->computers[i];
	return NULL;
}

static void
at_turn(struct world *world)
{
	struct replica *hub = look_at_hub(world);
	struct sql *sql;

	if (hub == NULL)
		return;
	sql = sql_use(hub, "SELECT number, generation, cursor, confirmed"
			   " FROM site_state");
	while (look_step(world, sql) == STATUS_OK) {
		struct computer *computer =
		    find_site(world, sql_column_id(sql, 0));

		if (computer != NULL && computer->hostile == NULL)
			look_at_state(world, computer, sql);
	}
	sql_release(sql);
	catalogue_use(world->hub.catalogue);
}

const struct invariant invariant_cursors = {
	.name = NAME,
	.says = "cursors never go back but with a disk that was put back",
	.at_step = at_step,
	.at_turn = at_turn,
};
