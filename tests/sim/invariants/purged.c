/*
 * Purge means purge: what a replica had to let go of has a receipt, and of its
 * commits no byte is left in any file of the disk.
 */
#include <inttypes.h>

#include "server/core/sites.h"
#include "tests/sim/invariants/look.h"

#define NAME "purged-with-receipt"

enum {
	TRACE_BYTES = 24 /* of a commit: its id and stamp, and more */
};

/* The first bytes of a commit hold its number and stamp, which no other has;
 * the number alone may stand in a note or a reference. */
static void
look_for_trace(struct world *world, struct computer *computer, uint64_t dossier)
{
	struct sql *sql = sql_use(look_at_hub(world),
	    "SELECT id, bytes FROM ledger WHERE dossier = ?1"
	    " ORDER BY sequence LIMIT 3");

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

		if (!look_hub_was_restored(world))
			look_for_receipt(world, computer, dossier,
			    sql_column_id(sql, 1));
		look_for_trace(world, computer, dossier);
	}
	sql_release(sql);
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
