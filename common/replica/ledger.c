/*
 * The ledger: rows in the hub's order, the touches, and the counts and sums
 * of the dossiers.
 */
#include "common/replica/ledger.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "common/replica/damage.h"
#include "common/replica/dossier_private.h"
#include "common/replica/ledger_private.h"
#include "common/replica/replica_private.h"

static enum status
copy_fixed(void *out, size_t size, struct bytes in, struct error *err)
{
	if (in.size != size)
		return error_set(err, STATUS_CORRUPT,
		    "the ledger holds a digest or mark of %zu bytes", in.size);
	memcpy(out, in.data, size);
	return STATUS_OK;
}

enum status
ledger_read_row(struct sql *sql, struct ledger_row *row, struct error *err)
{
	enum status status;

	row->sequence = sql_column_id(sql, 0);
	row->id = sql_column_id(sql, 1);
	row->dossier = sql_column_id(sql, 2);
	row->received_ms = sql_column_id(sql, 3);
	row->redacted = sql_column_integer(sql, 6) != 0;
	row->bytes = sql_column_bytes(sql, 7);
	status = copy_fixed(row->digest.bytes, sizeof(row->digest.bytes),
	    sql_column_bytes(sql, 4), err);
	if (status == STATUS_OK)
		status = copy_fixed(row->mark.bytes, sizeof(row->mark.bytes),
		    sql_column_bytes(sql, 5), err);
	return status;
}

/* --- touches -------------------------------------------------------------- */

enum status
touch_commit(struct replica *replica, const struct commit *commit,
    struct error *err)
{
	uint64_t before = 0;

	for (uint32_t i = 0; i < commit->change_count; i++) {
		struct sql *sql;
		enum status status;

		if (commit->changes[i].record == before)
			continue;
		before = commit->changes[i].record;
		sql =
		    sql_use(replica, "INSERT OR IGNORE INTO touch (record, id)"
				     " VALUES (?1, ?2)");
		sql_bind_id(sql, 1, before);
		sql_bind_id(sql, 2, commit->id);
		status = sql_finish(sql, err);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

enum status
touch_remove(struct replica *replica, const struct commit *commit,
    struct error *err)
{
	for (uint32_t i = 0; i < commit->change_count; i++) {
		struct sql *sql = sql_use(replica,
		    "DELETE FROM touch WHERE record = ?1 AND id = ?2");
		enum status status;

		sql_bind_id(sql, 1, commit->changes[i].record);
		sql_bind_id(sql, 2, commit->id);
		status = sql_finish(sql, err);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

enum status
touch_remove_all(struct replica *replica, uint64_t id, struct error *err)
{
	struct sql *sql = sql_use(replica, "DELETE FROM touch WHERE id = ?1");

	sql_bind_id(sql, 1, id);
	return sql_finish(sql, err);
}

/* --- appending ------------------------------------------------------------ */

static enum status
insert_row(struct replica *replica, struct ledger_row *row, struct error *err)
{
	struct sql *sql =
	    sql_use(replica, "INSERT INTO ledger (" LEDGER_COLUMNS ")"
			     " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
	enum status status;

	if (row->sequence != 0)
		sql_bind_id(sql, 1, row->sequence);
	sql_bind_id(sql, 2, row->id);
	sql_bind_id(sql, 3, row->dossier);
	sql_bind_id(sql, 4, row->received_ms);
	sql_bind_blob(sql, 5,
	    (struct bytes){ row->digest.bytes, sizeof(row->digest.bytes) });
	sql_bind_blob(sql, 6,
	    (struct bytes){ row->mark.bytes, sizeof(row->mark.bytes) });
	sql_bind_integer(sql, 7, row->redacted);
	sql_bind_blob(sql, 8, row->bytes);
	status = sql_finish(sql, err);
	if (status == STATUS_OK && row->sequence == 0)
		row->sequence =
		    (uint64_t)sqlite3_last_insert_rowid(replica->database);
	return status;
}

enum status
ledger_append(struct replica *replica, struct ledger_row *row,
    const struct commit *commit, struct error *err)
{
	enum status status;

	assert(replica_in_transaction(replica));
	assert(row->id == commit->id && row->dossier == commit->dossier);
	status = insert_row(replica, row, err);
	if (status == STATUS_OK)
		status = touch_commit(replica, commit, err);
	if (status == STATUS_OK)
		status = dossier_add_commit(replica, commit, &row->digest,
		    row->sequence, err);
	if (status == STATUS_OK && replica->stamp_seen < commit->stamp)
		replica->stamp_seen = commit->stamp;
	return status;
}

/* --- finding -------------------------------------------------------------- */

/*
 * The row is borrowed until the next call on the ledger, but the statement has
 * to be given back now: what it pointed to is kept in the replica.
 */
static enum status
keep_bytes(struct replica *replica, struct bytes *bytes, struct error *err)
{
	buffer_clear(&replica->row_bytes);
	if (buffer_append(&replica->row_bytes, *bytes) != STATUS_OK)
		return error_set(err, STATUS_NOMEM,
		    "there is no memory for a commit");
	*bytes = buffer_view(&replica->row_bytes);
	return STATUS_OK;
}

static enum status
get_row(struct replica *replica, struct sql *sql, struct ledger_row *row,
    struct error *err)
{
	enum status status = sql_step(sql, err);

	if (status == STATUS_OK)
		status = ledger_read_row(sql, row, err);
	if (status == STATUS_OK)
		status = keep_bytes(replica, &row->bytes, err);
	sql_release(sql);
	return status;
}

enum status
ledger_get(struct replica *replica, uint64_t id, struct ledger_row *row,
    struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "SELECT " LEDGER_COLUMNS " FROM ledger WHERE id = ?1");
	enum status status;

	sql_bind_id(sql, 1, id);
	status = get_row(replica, sql, row, err);
	if (status == STATUS_NOT_FOUND)
		error_set(err, status, "commit %" PRIu64 " is not held", id);
	return status;
}

enum status
ledger_get_at(struct replica *replica, uint64_t sequence,
    struct ledger_row *row, struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "SELECT " LEDGER_COLUMNS " FROM ledger WHERE sequence = ?1");
	enum status status;

	sql_bind_id(sql, 1, sequence);
	status = get_row(replica, sql, row, err);
	if (status == STATUS_NOT_FOUND)
		error_set(err, status, "nothing is held at %" PRIu64, sequence);
	return status;
}

/* Whether the commit, of which the row is the last one not behind change,
 * reaches as far as change. */
static bool
reaches(struct bytes bytes, uint64_t change)
{
	struct commit head;

	return commit_peek(bytes, &head) == STATUS_OK &&
	       change - head.id < head.change_count;
}

static enum status
find_in(struct sql *sql, uint64_t change, struct arena *arena,
    struct ledger_row *row, struct error *err)
{
	const char *copy;
	enum status status;

	sql_bind_id(sql, 1, change);
	status = sql_step(sql, err);
	if (status == STATUS_OK)
		status = ledger_read_row(sql, row, err);
	if (status == STATUS_OK && !reaches(row->bytes, change))
		status = STATUS_NOT_FOUND;
	if (status == STATUS_OK) {
		copy = arena_text(arena, row->bytes);
		row->bytes.data = (const uint8_t *)copy;
		if (copy == NULL)
			status = error_set(err, STATUS_NOMEM,
			    "there is no memory for a commit");
	}
	sql_release(sql);
	return status;
}

enum status
ledger_find_change(struct replica *replica, uint64_t change,
    struct arena *arena, struct ledger_row *row, struct commit *commit,
    struct error *err)
{
	enum status status;

	status = find_in(sql_use(replica,
			     "SELECT " LEDGER_COLUMNS " FROM ledger"
			     " WHERE id <= ?1 ORDER BY id DESC LIMIT 1"),
	    change, arena, row, err);
	/* The + keeps SQLite from the index of lanes, which has all that
	 * waits in another order. */
	if (status == STATUS_NOT_FOUND)
		status = find_in(sql_use(replica,
				     "SELECT 0, id, dossier, at, digest,"
				     " zeroblob(8), 0, bytes FROM pending"
				     " WHERE id <= ?1 AND +state = 0"
				     " ORDER BY id DESC LIMIT 1"),
		    change, arena, row, err);
	if (status == STATUS_NOT_FOUND)
		return error_set(err, status, "change %" PRIu64 " is not held",
		    change);
	if (status == STATUS_OK)
		status = commit_decode(row->bytes, arena, commit, err);
	return status;
}

/* Commits do not overlap: it is the last one not behind them, or none. */
enum status
ledger_holds_any(struct replica *replica, uint64_t first, uint64_t count,
    bool *holds, struct error *err)
{
	struct sql *sql =
	    sql_use(replica, "SELECT id, bytes FROM ledger WHERE id <= ?1"
			     " ORDER BY id DESC LIMIT 1");
	enum status status;

	assert(count > 0);
	sql_bind_id(sql, 1, first + count - 1);
	status = sql_step(sql, err);
	*holds = status == STATUS_OK &&
	         (sql_column_id(sql, 0) >= first ||
		     reaches(sql_column_bytes(sql, 1), first));
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
ledger_head(struct replica *replica, uint64_t *sequence, struct error *err)
{
	return sql_finish_id(sql_use(replica,
				 "SELECT max(coalesce(max(sequence), 0),"
				 " coalesce((SELECT value FROM meta"
				 " WHERE name = 'head'), 0)) FROM ledger"),
	    sequence, err);
}

/* --- visiting ------------------------------------------------------------- */

static enum status
visit_rows(struct sql *sql, ledger_visitor *visit, void *context,
    struct error *err)
{
	struct ledger_row row;
	enum status status;

	while ((status = sql_step(sql, err)) == STATUS_OK) {
		status = ledger_read_row(sql, &row, err);
		if (status != STATUS_OK || !visit(context, &row))
			break;
	}
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
ledger_each_of_dossier(struct replica *replica, uint64_t dossier, uint64_t from,
    uint64_t to, ledger_visitor *visit, void *context, struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "SELECT " LEDGER_COLUMNS " FROM ledger WHERE dossier = ?1"
	    " AND sequence > ?2 AND sequence <= ?3 ORDER BY sequence");

	sql_bind_id(sql, 1, dossier);
	sql_bind_id(sql, 2, from);
	sql_bind_id(sql, 3, to);
	return visit_rows(sql, visit, context, err);
}

/* The latest grant counts, row by row: a join with ORDER BY would sort all
 * that the school may have in a temporary table first. */
enum status
ledger_each_of_school(struct replica *replica, uint64_t school, uint64_t from,
    uint64_t to, ledger_visitor *visit, void *context, struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "SELECT " LEDGER_COLUMNS " FROM ledger AS l"
	    " WHERE sequence > ?2 AND sequence <= ?3"
	    " AND (dossier = 0 OR dossier = ?1 OR"
	    " (SELECT g.closed = 0 AND g.opened < l.sequence"
	    " AND (g.frozen = 0 OR l.sequence <= g.frozen)"
	    " FROM grants AS g WHERE g.school = ?1 AND g.dossier = l.dossier"
	    " ORDER BY g.opened DESC, g.grant_id DESC LIMIT 1))"
	    " ORDER BY sequence");

	sql_bind_id(sql, 1, school);
	sql_bind_id(sql, 2, from);
	sql_bind_id(sql, 3, to);
	return visit_rows(sql, visit, context, err);
}

enum status
ledger_each(struct replica *replica, uint64_t from, ledger_visitor *visit,
    void *context, struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "SELECT " LEDGER_COLUMNS
	    " FROM ledger WHERE sequence > ?1 ORDER BY sequence");

	sql_bind_id(sql, 1, from);
	return visit_rows(sql, visit, context, err);
}

/* --- redaction and removal ------------------------------------------------ */

enum status
ledger_replace_bytes(struct replica *replica, uint64_t id, struct bytes bytes,
    struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "UPDATE ledger SET bytes = ?2, redacted = 1 WHERE id = ?1");

	assert(replica_in_transaction(replica));
	sql_bind_id(sql, 1, id);
	sql_bind_blob(sql, 2, bytes);
	return sql_finish(sql, err);
}

enum status
ledger_remove(struct replica *replica, uint64_t id, struct error *err)
{
	struct arena arena = { 0 };
	struct commit commit;
	struct ledger_row row;
	struct sql *sql;
	bool damaged;
	enum status status;

	assert(replica_in_transaction(replica));
	status = damage_make_way(replica, 0, id, &damaged, err);
	if (status != STATUS_OK || damaged)
		return status;
	status = ledger_get(replica, id, &row, err);
	if (status == STATUS_OK)
		status = commit_decode(row.bytes, &arena, &commit, err);
	if (status == STATUS_OK)
		status = touch_remove(replica, &commit, err);
	if (status == STATUS_OK) {
		sql = sql_use(replica, "DELETE FROM ledger WHERE id = ?1");
		sql_bind_id(sql, 1, id);
		status = sql_finish(sql, err);
	}
	if (status == STATUS_OK) {
		sql = sql_use(replica, "DELETE FROM unplaced WHERE id = ?1");
		sql_bind_id(sql, 1, id);
		status = sql_finish(sql, err);
	}
	if (status == STATUS_OK)
		status = dossier_subtract_commit(replica, row.dossier,
		    &row.digest, err);
	arena_deinit(&arena);
	return status;
}
