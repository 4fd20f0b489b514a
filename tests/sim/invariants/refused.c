/*
 * A refused commit is visible to its author: set aside with the reason, until
 * a person retries or drops it.
 */
#include <inttypes.h>

#include "protocol/refusal.h"
#include "tests/sim/invariants/look.h"

#define NAME "refusal-is-visible"

/* Aside with a reason; or it goes again by itself (after an upgrade, with a
 * stamp that is right), or went. */
static bool
is_visible(struct world *world, struct replica *replica,
    const struct entry *entry)
{
	return look_row(world, replica,
		   "SELECT 1 FROM pending WHERE id = ?1"
		   " AND (state <> 1 OR refusal <> 0)"
		   " UNION ALL SELECT 1 FROM ledger WHERE id = ?1",
		   entry->id, 0) != STATUS_NOT_FOUND;
}

static void
look_at_entry(struct world *world, struct entry *entry)
{
	struct computer *computer = &world->computers[entry->computer];
	struct replica *replica = look_at_computer(computer);

	if (replica == NULL)
		return;
	if (is_visible(world, replica, entry))
		return;
	if (look_may_have_forgotten(computer))
		entry->fate = ENTRY_LOST;
	else
		world_fail(world,
		    NAME ": %s was refused (%s), and %s shows it no more",
		    book_name(world, entry->id), refusal_name(entry->refusal),
		    computer->name);
}

static void
at_calm(struct world *world)
{
	struct entry *entries;
	uint32_t count;

	entries = book_entries(world->book, &count);
	for (uint32_t i = 0; i < count; i++)
		if (entries[i].fate == ENTRY_REFUSED && entries[i].heard &&
		    !entries[i].given_up)
			look_at_entry(world, &entries[i]);
}

const struct invariant invariant_refused = {
	.name = NAME,
	.says = "a refused commit is visible to its author",
	.at_calm = at_calm,
};
