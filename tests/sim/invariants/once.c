/*
 * Nothing is applied twice: no two commits of the hub share a change's number,
 * and at a computer a commit has its place or waits, not both.
 */
#include <inttypes.h>

#include "tests/sim/invariants/look.h"

#define NAME "nothing-twice"

static const char owner;

struct once {
	uint64_t versions[WORLD_COMPUTERS]; /* when last looked */
};

/* --- the hub -------------------------------------------------------------- */

static void
look_at_neighbours(struct world *world, struct replica *hub,
    const struct news_row *row)
{
	uint64_t last = row->id + row->commit.change_count - 1;
	struct commit before;
	struct sql *sql;
	uint64_t id;

	if (look_number(world, hub,
		"SELECT id FROM ledger WHERE id > ?1 AND id <= ?2", row->id,
		last, &id))
		world_fail(world, NAME ": at the hub %s and %s share a number",
		    book_name(world, row->id), book_name(world, id));
	sql = sql_use(hub, "SELECT bytes FROM ledger WHERE id < ?1"
			   " ORDER BY id DESC LIMIT 1");
	sql_bind_id(sql, 1, row->id);
	if (look_step(world, sql) == STATUS_OK &&
	    commit_peek(sql_column_bytes(sql, 0), &before) == STATUS_OK &&
	    before.id + before.change_count > row->id)
		world_fail(world,
		    NAME ": at the hub %s writes on into the numbers of %s",
		    book_name(world, before.id), book_name(world, row->id));
	sql_release(sql);
}

static void
at_turn(struct world *world)
{
	const struct news *news = look_news(world);
	struct replica *hub = look_at_hub(world);

	for (uint32_t i = 0; hub != NULL && i < news->count; i++)
		if (news->rows[i].is_commit)
			look_at_neighbours(world, hub, &news->rows[i]);
}

/* --- the computers -------------------------------------------------------- */

static void
look_at_pending(struct world *world, struct computer *computer)
{
	struct replica *replica = look_at_computer(computer);
	uint64_t id;

	if (replica != NULL &&
	    look_number(world, replica,
		"SELECT p.id FROM pending AS p JOIN ledger AS l ON l.id = p.id"
		" WHERE p.state <> 1",
		0, 0, &id))
		world_fail(world,
		    NAME ": at %s %s has its place and waits as well",
		    computer->name, book_name(world, id));
}

static void
at_step(struct world *world, struct computer *computer)
{
	struct once *memory = invariant_memory(world, &owner, sizeof(*memory));
	uint64_t version;

	if (look_at_computer(computer) == NULL)
		return;
	version = look_version(computer);
	if (memory->versions[computer->index] == version)
		return;
	memory->versions[computer->index] = version;
	look_at_pending(world, computer);
}

static void
at_calm(struct world *world)
{
	for (uint32_t i = 0; i < world->computer_count; i++)
		look_at_pending(world, &world->computers[i]);
}

const struct invariant invariant_once = {
	.name = NAME,
	.says = "nothing is applied twice",
	.at_step = at_step,
	.at_turn = at_turn,
	.at_calm = at_calm,
};
