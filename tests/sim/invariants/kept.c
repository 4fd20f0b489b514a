/*
 * Unsent edits survive whatever happens to the right to make them: every
 * commit that people wrote is in the hub's ledger, or still at its computer
 * (waiting, set aside, or noted as passed on), until a person lets it go.
 */
#include <inttypes.h>

#include "tests/sim/invariants/look.h"

#define NAME "edits-survive"

static void
look_at_entry(struct world *world, struct replica *hub, struct entry *entry)
{
	struct computer *computer = &world->computers[entry->computer];
	struct replica *replica;
	enum status status;

	catalogue_use(world->hub.catalogue);
	status = look_row(world, hub, "SELECT 1 FROM ledger WHERE id = ?1",
	    entry->id, 0);
	if (status != STATUS_NOT_FOUND || computer->hostile != NULL)
		return;
	replica = look_at_computer(computer);
	if (replica == NULL && computer->exists)
		return; /* it is off, and keeps what it has */
	if (!computer->exists) {
		if (entry->fate == ENTRY_TAKEN)
			world_fail(world, NAME ": %s, which left, wrote %s",
			    computer->name, book_name(world, entry->id));
		return;
	}
	if (look_row(world, replica, "SELECT 1 FROM pending WHERE id = ?1",
		entry->id, 0) != STATUS_NOT_FOUND)
		return;
	if (look_may_have_forgotten(computer))
		entry->fate = ENTRY_LOST;
	else
		world_fail(world,
		    NAME ": nobody has %s, which was written at %s",
		    book_name(world, entry->id), computer->name);
}

static void
at_calm(struct world *world)
{
	struct replica *hub = look_at_hub(world);
	struct entry *entries;
	uint32_t count;

	if (hub == NULL || look_hub_collects(world))
		return;
	entries = book_entries(world->book, &count);
	for (uint32_t i = 0; i < count; i++)
		if (entries[i].fate != ENTRY_LOST && !entries[i].given_up)
			look_at_entry(world, hub, &entries[i]);
}

const struct invariant invariant_kept = {
	.name = NAME,
	.says = "no edit is lost with the right to make it",
	.at_calm = at_calm,
};
