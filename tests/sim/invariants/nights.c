/*
 * After a quiet night all sets are equal: whoever was compared holds, commit
 * by commit and byte by byte, what the hub has for it.  And where nothing was
 * damaged there is no difference to be found: each one is a defect of sync.
 */
#include <inttypes.h>
#include <string.h>

#include "client/engine/engine_private.h"
#include "common/replica/scope.h"
#include "tests/sim/invariants/look.h"

#define NAME "equal-after-the-night"

static const char owner;

struct compared {
	uint64_t starts;
	uint64_t nights;
};

/* --- what it found -------------------------------------------------------- */

static void
judge(struct world *world, const struct computer *computer,
    const struct found *found)
{
	static const char *const outcomes[] = { "equal", "mended", "unfinished",
		"failed" };

	if (found->outcome == FOUND_EQUAL && found->refolded == 0)
		return;
	world_fail(world,
	    NAME ": %s ended %s at %" PRIu64 ", with %" PRIu64
		 " only at the hub, %" PRIu64 " only here, %" PRIu64
		 " damaged, %" PRIu64 " faults, %srefolded",
	    computer->name, outcomes[found->outcome], found->at,
	    found->only_hub, found->only_client, found->damaged, found->faults,
	    found->refolded ? "" : "not ");
}

static void
at_step(struct world *world, struct computer *computer)
{
	struct compared *all =
	    invariant_memory(world, &owner, WORLD_COMPUTERS * sizeof(*all));
	struct compared *compared = &all[computer->index];
	const struct engine_status *status;

	if (computer->engine == NULL)
		return;
	status = &computer->engine->status;
	if (compared->starts != computer->starts)
		*compared = (struct compared){ .starts = computer->starts };
	if (compared->nights == status->nights)
		return;
	compared->nights = status->nights;
	if (!world->rotten)
		judge(world, computer, &status->found);
}

/* --- what is held --------------------------------------------------------- */

struct comparison {
	struct world *world;
	struct computer *computer;
	struct replica *replica;
	struct replica *hub;
	uint64_t count;
};

static bool
count_one(void *context, uint64_t sequence, const struct digest *digest)
{
	(void)sequence;
	(void)digest;
	(*(uint64_t *)context)++;
	return true;
}

static bool
is_same(struct sql *ours, struct sql *theirs)
{
	for (int i = 0; i < 4; i++) {
		struct value a = sql_column_value(ours, i);
		struct value b = sql_column_value(theirs, i);

		if (a.type == VALUE_INTEGER ? a.integer != b.integer
					    : !bytes_equal(a.bytes, b.bytes))
			return false;
	}
	/* What was redacted after a freeze, the hub alone has without it; and
	 * no digest vouches for what a redaction left, should it go bad. */
	return sql_column_integer(ours, 4) != 0 ||
	       sql_column_integer(theirs, 4) != 0 ||
	       bytes_equal(sql_column_bytes(ours, 5),
		   sql_column_bytes(theirs, 5));
}

static bool
compare_row(void *context, uint64_t sequence, const struct digest *digest)
{
	static const char text[] =
	    "SELECT id, sequence, digest, mark, redacted, bytes FROM ledger"
	    " WHERE sequence = ?1";
	struct comparison *comparison = context;
	struct world *world = comparison->world;
	struct sql *ours = sql_use(comparison->replica, text);
	struct sql *theirs = sql_use(comparison->hub, text);
	uint64_t id = 0;
	bool same;

	(void)digest;
	sql_bind_id(ours, 1, sequence);
	sql_bind_id(theirs, 1, sequence);
	same = look_step(world, ours) == STATUS_OK &&
	       look_step(world, theirs) == STATUS_OK && is_same(ours, theirs);
	id = sql_column_id(ours, 0);
	sql_release(ours);
	sql_release(theirs);
	comparison->count++;
	if (!same)
		world_fail(world,
		    NAME ": %s has another %s at %" PRIu64 " than the hub",
		    comparison->computer->name, book_name(world, id), sequence);
	return true;
}

static void
compare_sets(struct world *world, struct computer *computer,
    struct replica *replica, struct replica *hub)
{
	struct comparison comparison = { world, computer, replica, hub, 0 };
	uint64_t at = computer->engine->cursor, count = 0;
	struct error err = { 0 };

	(void)look_status(world,
	    scope_each_here(replica, at, compare_row, &comparison, &err), &err);
	(void)look_status(world,
	    scope_each_of_school(hub, world->schools[computer->school].record,
		at, NULL, 0, count_one, &count, &err),
	    &err);
	if (count != comparison.count)
		world_fail(world,
		    NAME ": %s holds %" PRIu64 " commits, and the hub %" PRIu64
			 " for it",
		    computer->name, comparison.count, count);
}

static void
at_calm(struct world *world)
{
	struct replica *hub = look_at_hub(world);

	for (uint32_t i = 0; hub != NULL && i < world->computer_count; i++) {
		struct computer *computer = &world->computers[i];
		struct replica *replica = look_at_computer(computer);

		if (replica != NULL && computer->engine != NULL &&
		    look_is_member(world, computer))
			compare_sets(world, computer, replica, hub);
	}
}

const struct invariant invariant_nights = {
	.name = NAME,
	.says = "after a quiet night all sets are equal",
	.bears_rot = true,
	.at_step = at_step,
	.at_calm = at_calm,
};
