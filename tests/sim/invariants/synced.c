/*
 * "Synced" is never said when it is not so: when it begins to be said
 * the hub's {count, sum} for the school is ours; and as long as it
 * is said, ours is what it was then.
 */
#include <inttypes.h>

#include "client/engine/engine_private.h"
#include "common/replica/ledger.h"
#include "server/core/hub_state.h"
#include "tests/sim/invariants/look.h"

#define NAME "synced-is-so"

static const char owner;

struct proved {
	bool said;
	uint64_t version; /* of the replica, when last looked */
	uint64_t at_ms;   /* of the proof */
	uint64_t count;
	struct digest_sum sum;
};

static bool
scope_of(struct world *world, struct computer *computer, uint64_t *count,
    struct digest_sum *sum)
{
	struct replica *replica = look_at_computer(computer);
	struct error err = { 0 };
	uint64_t filling;
	bool known;

	if (replica == NULL)
		return false;
	known = look_status(world,
		    dossier_scope(replica, count, sum, &filling, &err),
		    &err) == STATUS_OK;
	if (known && filling != 0)
		world_fail(world,
		    NAME ": %s says so while it fetches %" PRIu64 " files",
		    computer->name, filling);
	return known;
}

/* Only while both stand at the same place can they be compared. */
static void
compare(struct world *world, struct computer *computer,
    const struct proved *proved)
{
	struct replica *hub = look_at_hub(world);
	struct error err = { 0 };
	struct digest_sum sum;
	uint64_t count, head;

	/* a command beside the hub may have written what it has yet to see */
	if (hub == NULL ||
	    look_status(world, ledger_head(hub, &head, &err), &err) !=
		STATUS_OK ||
	    head != computer->engine->cursor ||
	    look_status(world,
		grants_scope(hub, world->schools[computer->school].record,
		    &count, &sum, &err),
		&err) != STATUS_OK)
		return;
	if (count != proved->count || !digest_sum_equal(&sum, &proved->sum))
		world_fail(world,
		    NAME ": %s says so with %" PRIu64
			 " commits, and the hub has %" PRIu64 " for it",
		    computer->name, proved->count, count);
}

/* The proof is new, or said again. */
static void
begin(struct world *world, struct computer *computer, struct proved *proved)
{
	if (!scope_of(world, computer, &proved->count, &proved->sum))
		return;
	proved->said = true;
	proved->at_ms = computer->engine->status.last_proved_ms;
	compare(world, computer, proved);
}

static void
go_on(struct world *world, struct computer *computer,
    const struct proved *proved)
{
	struct digest_sum sum;
	uint64_t count;

	if (scope_of(world, computer, &count, &sum) &&
	    (count != proved->count || !digest_sum_equal(&sum, &proved->sum)))
		world_fail(world,
		    NAME ": %s says so still, and has %" PRIu64
			 " commits where it proved %" PRIu64,
		    computer->name, count, proved->count);
}

/* As engine_get_status tells people. */
static bool
is_said(struct world *world, struct computer *computer,
    const struct engine *engine)
{
	uint64_t waiting;

	return engine->proved &&
	       look_number(world, computer->replica,
		   "SELECT count(*) FROM pending WHERE state = 0", 0, 0,
		   &waiting) &&
	       waiting == 0;
}

static void
at_step(struct world *world, struct computer *computer)
{
	struct proved *all =
	    invariant_memory(world, &owner, WORLD_COMPUTERS * sizeof(*all));
	struct proved *proved = &all[computer->index];
	const struct engine *engine = computer->engine;
	uint64_t version;

	if (engine == NULL || look_at_computer(computer) == NULL)
		return;
	version = look_version(computer);
	if (!is_said(world, computer, engine))
		proved->said = false;
	else if (!proved->said ||
		 proved->at_ms != engine->status.last_proved_ms)
		begin(world, computer, proved);
	else if (version != proved->version)
		go_on(world, computer, proved);
	proved->version = version;
}

const struct invariant invariant_synced = {
	.name = NAME,
	.says = "\"synced\" is never said when it is not so",
	.at_step = at_step,
};
