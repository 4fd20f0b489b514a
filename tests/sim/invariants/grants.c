/*
 * A replica holds nothing outside its school's grants, as the hub has them:
 * when all is calm, nothing at all; before that, nothing of another's that got
 * its place after the grant had ended.
 */
#include <inttypes.h>

#include "common/replica/unplaced.h"
#include "protocol/identifier.h"
#include "tests/sim/invariants/look.h"

#define NAME "nothing-outside-grants"

static const char owner;

struct seen {
	uint64_t starts;
	uint64_t sequence; /* looked through so far */
};

static uint64_t
school_of(struct world *world, const struct computer *computer)
{
	return world->schools[computer->school].record;
}

/* *end: the last place that the school may have; 0: none.  What it got before a
 * close it may have until all is calm. */
static bool
find_end(struct world *world, const struct computer *computer, uint64_t dossier,
    bool calm, uint64_t *end)
{
	struct replica *hub = look_at_hub(world);
	uint64_t school = school_of(world, computer);
	struct error err = { 0 };
	struct grant grant;
	enum status status;

	*end = INT64_MAX;
	if (dossier == DOSSIER_PARTNERSHIP || dossier == school)
		return true;
	if (hub == NULL)
		return false;
	status = look_status(world,
	    grants_get(hub, school, dossier, &grant, &err), &err);
	if (status == STATUS_NOT_FOUND)
		*end = 0;
	else if (grant.closed != 0)
		*end = calm ? 0 : grant.closed;
	else if (grant.frozen != 0)
		*end = grant.frozen;
	return status == STATUS_OK || status == STATUS_NOT_FOUND;
}

/* --- as it comes ---------------------------------------------------------- */

static void
look_at_row(struct world *world, struct computer *computer, struct sql *sql)
{
	uint64_t sequence = sql_column_id(sql, 0);
	uint64_t id = sql_column_id(sql, 1);
	uint64_t end;

	if (identifier_site(id) == computer->site)
		return;
	if (find_end(world, computer, sql_column_id(sql, 2), false, &end) &&
	    sequence > end)
		world_fail(world,
		    NAME ": %s got %s at %" PRIu64 ", and its right to %s "
			 "ended at %" PRIu64,
		    computer->name, book_name(world, id), sequence,
		    book_name(world, sql_column_id(sql, 2)), end);
}

/* The life of the hub of which a replica knows; 0: of none. */
static bool
find_life(struct world *world, struct replica *replica, uint64_t *life)
{
	struct generation *list;
	struct error err = { 0 };
	uint32_t count;

	if (look_status(world,
		replica_generations(replica, &world->arena, &list, &count,
		    &err),
		&err) != STATUS_OK)
		return false;
	*life = count == 0 ? 0 : list[count - 1].number;
	return true;
}

/* A disk from before the hub was restored has places of that life, until the
 * hub says so; and a restored hub has its grants again when all is calm. */
static bool
can_be_judged(struct world *world, struct replica *replica)
{
	struct replica *hub = look_at_hub(world);
	uint64_t theirs;
	uint64_t own;

	return hub != NULL && !look_hub_went_back(world) &&
	       find_life(world, hub, &theirs) &&
	       find_life(world, replica, &own) && own == theirs;
}

/* What lost its place has none to compare, nor may it hide what comes after:
 * it stands behind all. */
static void
at_step(struct world *world, struct computer *computer)
{
	struct seen *all =
	    invariant_memory(world, &owner, WORLD_COMPUTERS * sizeof(*all));
	struct seen *seen = &all[computer->index];
	struct replica *replica = look_at_computer(computer);
	struct sql *sql;
	uint64_t head;

	if (replica == NULL || !world->hub.on)
		return;
	if (!can_be_judged(world, replica)) {
		*seen = (struct seen){ 0 };
		return;
	}
	if (seen->starts != computer->starts)
		*seen = (struct seen){ .starts = computer->starts };
	if (!look_number(world, replica,
		"SELECT max(sequence) FROM ledger WHERE sequence < ?1",
		UNPLACED_FROM, 0, &head) ||
	    head <= seen->sequence)
		return;
	sql = sql_use(replica, "SELECT sequence, id, dossier FROM ledger"
			       " WHERE sequence > ?1 AND sequence < ?2");
	sql_bind_id(sql, 1, seen->sequence);
	sql_bind_id(sql, 2, UNPLACED_FROM);
	while (look_step(world, sql) == STATUS_OK)
		look_at_row(world, computer, sql);
	sql_release(sql);
	seen->sequence = head;
}

/* --- when calm ------------------------------------------------------------ */

/* More closes in a day than a school would see wait for a person; so do files
 * that were granted only by what a restored hub does not have. */
static bool
waits_for_person(struct world *world, const struct computer *computer,
    struct replica *replica, uint64_t dossier)
{
	struct replica *hub = look_at_hub(world);
	uint64_t count;

	return look_row(world, replica,
		   "SELECT 1 FROM dossier WHERE number = ?1 AND state = 3",
		   dossier, 0) == STATUS_OK &&
	       ((world->hub.restores > 0 && hub != NULL &&
		    look_row(world, hub,
			"SELECT 1 FROM grants WHERE dossier = ?1"
			" AND school = ?2",
			dossier,
			school_of(world, computer)) == STATUS_NOT_FOUND) ||
		   (look_number(world, replica,
			"SELECT value FROM meta WHERE name = 'closes_count'", 0,
			0, &count) &&
		       count >= LIMIT_CLOSES_PER_DAY));
}

static void
look_at_dossier(struct world *world, struct computer *computer,
    struct replica *replica, uint64_t dossier, uint64_t last)
{
	struct dossier held = { 0 };
	uint64_t end;

	if (!find_end(world, computer, dossier, true, &end) || last <= end ||
	    waits_for_person(world, computer, replica, dossier))
		return;
	(void)look_at_computer(computer);
	(void)dossier_get(replica, dossier, &held, ERROR_IGNORED);
	if (end == 0)
		world_fail(world,
		    NAME ": %s still has %s (state %d, %" PRIu64 " commits)",
		    computer->name, book_name(world, dossier), (int)held.state,
		    held.count);
	world_fail(world,
	    NAME ": %s has %s up to %" PRIu64 " and may have it to %" PRIu64,
	    computer->name, book_name(world, dossier), last, end);
}

static void
look_at_replica(struct world *world, struct computer *computer)
{
	struct replica *replica = look_at_computer(computer);
	struct sql *sql;

	if (replica == NULL || !look_is_member(world, computer))
		return;
	sql = sql_use(replica,
	    "SELECT dossier, max(sequence) FROM ledger GROUP BY dossier"
	    " UNION ALL SELECT DISTINCT dossier, 1 FROM record"
	    " UNION ALL SELECT DISTINCT dossier, 1 FROM redacted");
	while (look_step(world, sql) == STATUS_OK)
		look_at_dossier(world, computer, replica, sql_column_id(sql, 0),
		    sql_column_id(sql, 1));
	sql_release(sql);
}

static void
at_calm(struct world *world)
{
	for (uint32_t i = 0; i < world->computer_count; i++)
		look_at_replica(world, &world->computers[i]);
}

const struct invariant invariant_grants = {
	.name = NAME,
	.says = "a replica holds nothing outside its grants",
	.at_step = at_step,
	.at_calm = at_calm,
};
