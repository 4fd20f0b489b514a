/*
 * Commits are whole: bytes that decode to what they are stored as, with that
 * digest, found by each record that they write to; and where another replica
 * has one, it is the same to the byte.
 */
#include <inttypes.h>
#include <string.h>

#include "tests/sim/invariants/look.h"

#define NAME "commits-are-whole"

/* --- at the hub, when taken ----------------------------------------------- */

static void
look_at_touches(struct world *world, struct replica *hub,
    const struct commit *commit)
{
	for (uint32_t i = 0; i < commit->change_count; i++) {
		if (i > 0 &&
		    commit->changes[i].record == commit->changes[i - 1].record)
			continue;
		if (look_row(world, hub,
			"SELECT 1 FROM touch WHERE record = ?1 AND id = ?2",
			commit->changes[i].record,
			commit->id) == STATUS_NOT_FOUND)
			world_fail(world,
			    NAME ": change %u of %s is not in the history of "
				 "its record",
			    i, book_name(world, commit->id));
	}
}

static void
at_turn(struct world *world)
{
	const struct news *news = look_news(world);
	struct replica *hub = look_at_hub(world);

	for (uint32_t i = 0; hub != NULL && i < news->count; i++) {
		const struct news_row *row = &news->rows[i];
		struct digest digest = digest_of(row->bytes);

		if (row->bytes.size == 0)
			continue; /* no memory to look */
		if (!row->is_commit || row->commit.id != row->id ||
		    row->commit.dossier != row->dossier)
			world_fail(world,
			    NAME ": the hub keeps as %s what is not",
			    book_name(world, row->id));
		if (!row->redacted && !digest_equal(&digest, &row->digest))
			world_fail(world,
			    NAME ": at the hub %s is not what its digest says",
			    book_name(world, row->id));
		look_at_touches(world, hub, &row->commit);
	}
}

/* --- at every holder ------------------------------------------------------ */

struct holder {
	struct world *world;
	struct computer *computer;
	struct replica *hub;
};

/* A school that passed a file on does not hear of what was redacted later. */
static bool
keeps_it_as_it_was(const struct holder *holder, uint64_t dossier)
{
	return look_row(holder->world, look_at_computer(holder->computer),
		   "SELECT 1 FROM dossier WHERE number = ?1 AND state = 2"
		   " AND ?2 = 0",
		   dossier, 0) == STATUS_OK;
}

static void
look_at_copy(const struct holder *holder, const struct ledger_row *row,
    struct sql *sql)
{
	struct world *world = holder->world;
	struct bytes digest = sql_column_bytes(sql, 1);
	bool redacted = sql_column_integer(sql, 2) != 0;

	if (digest.size != LIMIT_DIGEST_BYTES ||
	    memcmp(digest.data, row->digest.bytes, digest.size) != 0)
		world_fail(world,
		    NAME ": %s has other bytes of %s than the hub",
		    holder->computer->name, book_name(world, row->id));
	if (redacted == row->redacted &&
	    !bytes_equal(sql_column_bytes(sql, 3), row->bytes) &&
	    !(redacted && keeps_it_as_it_was(holder, row->dossier)))
		world_fail(world, NAME ": %s keeps %s other than the hub does",
		    holder->computer->name, book_name(world, row->id));
	if (sql_column_id(sql, 0) != row->sequence)
		world_fail(world,
		    NAME ": %s has %s at %" PRIu64 ", the hub at %" PRIu64,
		    holder->computer->name, book_name(world, row->id),
		    row->sequence, sql_column_id(sql, 0));
}

static bool
look_at_row(void *context, const struct ledger_row *row)
{
	const struct holder *holder = context;
	struct sql *sql = sql_use(holder->hub,
	    "SELECT sequence, digest, redacted, bytes FROM ledger"
	    " WHERE id = ?1");
	enum status status;

	sql_bind_id(sql, 1, row->id);
	status = look_step(holder->world, sql);
	if (status == STATUS_NOT_FOUND)
		world_fail(holder->world,
		    NAME ": %s has %s, which the hub has not",
		    holder->computer->name, book_name(holder->world, row->id));
	if (status == STATUS_OK)
		look_at_copy(holder, row, sql);
	sql_release(sql);
	return true;
}

static void
at_calm(struct world *world)
{
	for (uint32_t i = 0; i < world->computer_count; i++) {
		struct computer *computer = &world->computers[i];
		struct replica *replica = look_at_computer(computer);
		struct holder holder = { world, computer, NULL };
		struct error err = { 0 };

		if (replica == NULL || !look_is_member(world, computer))
			continue;
		holder.hub = look_at_hub(world);
		(void)look_status(world,
		    ledger_each(replica, 0, look_at_row, &holder, &err), &err);
	}
}

const struct invariant invariant_whole = {
	.name = NAME,
	.says = "commits are whole everywhere, and the same",
	.at_turn = at_turn,
	.at_calm = at_calm,
};
