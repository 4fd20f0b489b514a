/*
 * Purge means purge: what a replica had to let go of has a receipt, and neither
 * its commits nor the word that only this dossier holds are left in any file
 * of the disk.  Nor is the word of a dossier that was never there.
 */
#include <inttypes.h>

#include "server/core/sites.h"
#include "tests/sim/invariants/look.h"
#include "tests/sim/people/people.h"

#define NAME "purged-with-receipt"

enum {
	TRACE_BYTES = 24, /* of a commit: its id and stamp, and more */
	STRANGERS = 2 /* dossiers of others that each disk is searched for */
};

/* The first bytes of a commit hold its number and stamp, which no other has;
 * the number alone may stand in a note or a reference. */
static void
look_for_commit(struct world *world, struct computer *computer,
    uint64_t dossier)
{
	struct sql *sql = sql_use(look_at_hub(world),
	    "SELECT id, bytes FROM ledger WHERE dossier = ?1"
	    " ORDER BY sequence LIMIT 1");

	sql_bind_id(sql, 1, dossier);
	while (look_step(world, sql) == STATUS_OK) {
		struct bytes bytes = sql_column_bytes(sql, 1);

		if (bytes.size > TRACE_BYTES)
			bytes.size = TRACE_BYTES;
		if (bytes.size == TRACE_BYTES &&
		    disk_contains(computer->disk, bytes))
			world_fail(world,
			    NAME ": the disk of %s still holds %s of %s",
			    computer->name,
			    book_name(world, sql_column_id(sql, 0)),
			    book_name(world, dossier));
	}
	sql_release(sql);
}

static bool
has_refused_work(struct world *world, struct computer *computer,
    uint64_t dossier)
{
	uint64_t count;

	return !look_number(world, look_at_computer(computer),
		   "SELECT count(*) FROM pending WHERE dossier = ?1"
		   " AND state = 1 AND ?2 = 0",
		   dossier, 0, &count) ||
	       count > 0;
}

static void
look_for_canary(struct world *world, struct computer *computer,
    uint64_t dossier)
{
	char canary[PEOPLE_CANARY_BYTES] = "";

	people_canary(world, dossier, canary);
	if (has_refused_work(world, computer, dossier))
		return; /* whose author has still to see it */
	if (canary[0] != '\0' &&
	    disk_contains(computer->disk, bytes_of_text(canary)))
		world_fail(world,
		    NAME ": the disk of %s holds a word of %s, which its "
			 "school may not have",
		    computer->name, book_name(world, dossier));
}

/* Some that were never granted to the school, others at each calm. */
static void
look_for_strangers(struct world *world, struct computer *computer)
{
	struct sql *sql = sql_use(look_at_hub(world),
	    "SELECT number FROM dossier WHERE kind = 4 AND number NOT IN"
	    " (SELECT dossier FROM grants WHERE school = ?1)"
	    " ORDER BY (number + ?2) * 2654435761 & 65535 LIMIT ?3");

	sql_bind_id(sql, 1, world->schools[computer->school].record);
	sql_bind_id(sql, 2, world->counts.calms + computer->index);
	sql_bind_id(sql, 3, STRANGERS);
	while (look_step(world, sql) == STATUS_OK)
		look_for_canary(world, computer, sql_column_id(sql, 0));
	sql_release(sql);
}

static void
look_for_receipt(struct world *world, struct computer *computer,
    uint64_t dossier, uint64_t closed)
{
	struct sql *sql = sql_use(look_at_hub(world),
	    "SELECT 1 FROM purge_receipt AS r JOIN site AS s ON s.id = r.site"
	    " WHERE r.dossier = ?1 AND r.sequence >= ?2 AND s.number = ?3");
	enum status status;

	sql_bind_id(sql, 1, dossier);
	sql_bind_id(sql, 2, closed);
	sql_bind_id(sql, 3, computer->site);
	status = look_step(world, sql);
	sql_release(sql);
	if (status == STATUS_NOT_FOUND)
		world_fail(world,
		    NAME ": %s let go of %s at %" PRIu64 " without a receipt",
		    computer->name, book_name(world, dossier), closed);
}

static void
look_at_replica(struct world *world, struct computer *computer)
{
	struct replica *replica = look_at_computer(computer);
	struct sql *sql;

	if (replica == NULL || !look_is_member(world, computer))
		return;
	sql = sql_use(replica, "SELECT number, closed FROM dossier"
			       " WHERE state = 4 AND closed <> 0");
	while (look_step(world, sql) == STATUS_OK) {
		uint64_t dossier = sql_column_id(sql, 0);

		/* a restored hub gave places anew: any receipt will do */
		look_for_receipt(world, computer, dossier,
		    world->hub.restores > 0 ? 0 : sql_column_id(sql, 1));
		look_for_commit(world, computer, dossier);
		look_for_canary(world, computer, dossier);
	}
	sql_release(sql);
	look_for_strangers(world, computer);
}

static void
at_calm(struct world *world)
{
	for (uint32_t i = 0; i < world->computer_count; i++)
		look_at_replica(world, &world->computers[i]);
}

const struct invariant invariant_purged = {
	.name = NAME,
	.says = "what was purged has a receipt and left no byte",
	.at_calm = at_calm,
};
