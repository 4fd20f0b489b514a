/*
 * Every commit that the hub answered with a place is in its ledger, with that
 * digest and (while its order lives) at that place; also after a crash.
 */
#include <inttypes.h>
#include <string.h>

#include "protocol/identifier.h"
#include "tests/sim/invariants/look.h"

struct acknowledged {
	uint64_t starts; /* of the hub, when the bits were begun */
	uint8_t seen[INVARIANT_ENTRIES / 8];
};

#define NAME "acknowledged-is-kept"

static const char owner;

/* --- what a restore may cost ---------------------------------------------- */

static bool
is_shared(const struct world *world, const struct entry *entry)
{
	const struct computer *author = &world->computers[entry->computer];

	return entry->dossier != DOSSIER_PARTNERSHIP &&
	       entry->dossier != world->schools[author->school].record;
}

/* The author's school may read only what lies before the end of its grant:
 * what is behind it leaves its author with the answer. */
static void
note_passed_on(struct world *world, struct replica *hub, struct entry *entry)
{
	const struct computer *author = &world->computers[entry->computer];
	struct error err = { 0 };
	struct grant grant;

	if (is_shared(world, entry) &&
	    look_status(world,
		grants_get(hub, world->schools[author->school].record,
		    entry->dossier, &grant, &err),
		&err) == STATUS_OK)
		entry->passed_on =
		    grant.closed != 0 ||
		    (grant.frozen != 0 && entry->sequence > grant.frozen);
}

/* The author had to let the file go since. */
static bool
was_purged(struct world *world, const struct entry *entry)
{
	struct computer *author = &world->computers[entry->computer];
	struct replica *replica = look_at_computer(author);

	return replica != NULL &&
	       look_row(world, replica,
		   "SELECT 1 FROM dossier WHERE number = ?1 AND state >= 3",
		   entry->dossier, 0) == STATUS_OK;
}

/* Nobody may hold any more what the hub lost by a restore. */
static bool
is_gone(struct world *world, const struct entry *entry)
{
	const struct computer *author = &world->computers[entry->computer];

	return !author->exists || look_may_have_forgotten(author) ||
	       entry->passed_on || was_purged(world, entry);
}

static void
is_missing(struct world *world, struct entry *entry)
{
	if (!entry->undone)
		world_fail(world,
		    NAME ": the hub answered %s with place %" PRIu64
			 " and has it no more",
		    book_name(world, entry->id), entry->sequence);
	if (!world->calm || look_hub_collects(world))
		return;
	if (!is_gone(world, entry))
		world_fail(world,
		    NAME ": the hub was restored to before %s, and %s did not "
			 "bring it back",
		    book_name(world, entry->id),
		    world->computers[entry->computer].name);
	entry->fate = ENTRY_LOST;
}

/* --- looking -------------------------------------------------------------- */

static void
look_at_entry(struct world *world, struct replica *hub, struct entry *entry)
{
	struct sql *sql =
	    sql_use(hub, "SELECT sequence, digest FROM ledger WHERE id = ?1");
	struct bytes digest;
	uint64_t sequence;
	bool same;
	enum status status;

	sql_bind_id(sql, 1, entry->id);
	status = look_step(world, sql);
	sequence = sql_column_id(sql, 0);
	digest = sql_column_bytes(sql, 1);
	same = status == STATUS_OK && digest.size == LIMIT_DIGEST_BYTES &&
	       memcmp(digest.data, entry->digest.bytes, digest.size) == 0;
	sql_release(sql);
	if (status == STATUS_NOT_FOUND)
		is_missing(world, entry);
	if (status != STATUS_OK || (entry->undone && !world->calm))
		return;
	if (!same && entry->heard)
		world_fail(world, NAME ": the hub has other bytes of %s",
		    book_name(world, entry->id));
	if (entry->undone) /* it is back, at another place */
		entry->sequence = sequence;
	entry->undone = false;
	if (sequence != entry->sequence)
		world_fail(world,
		    NAME ": %s was told to be at %" PRIu64
			 " and is at %" PRIu64,
		    book_name(world, entry->id), entry->sequence, sequence);
	note_passed_on(world, hub, entry);
}

static void
look_at_all(struct world *world, bool again)
{
	struct acknowledged *memory =
	    invariant_memory(world, &owner, sizeof(*memory));
	struct replica *hub = look_at_hub(world);
	struct entry *entries;
	uint32_t count;

	if (hub == NULL)
		return;
	if (again || memory->starts != world->hub.starts)
		memset(memory->seen, 0, sizeof(memory->seen));
	memory->starts = world->hub.starts;
	entries = book_entries(world->book, &count);
	for (uint32_t i = 0; i < count && i < INVARIANT_ENTRIES; i++) {
		if (entries[i].fate != ENTRY_TAKEN ||
		    (memory->seen[i / 8] >> (i % 8) & 1) != 0)
			continue;
		look_at_entry(world, hub, &entries[i]);
		memory->seen[i / 8] |= (uint8_t)(1 << (i % 8));
	}
}

static void
at_turn(struct world *world)
{
	look_at_all(world, false);
}

static void
at_calm(struct world *world)
{
	look_at_all(world, true);
}

const struct invariant invariant_acknowledged = {
	.name = NAME,
	.says = "what the hub acknowledged is never lost",
	.at_turn = at_turn,
	.at_calm = at_calm,
};
