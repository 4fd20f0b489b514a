/*
 * The rows of the commits that wait or were set aside.
 */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "common/replica/dossier_private.h"
#include "common/replica/fold_private.h"
#include "common/replica/ledger_private.h"
#include "common/replica/pending_private.h"

#define ROW_COLUMNS "id, dossier, lane, state, refusal, at, digest, bytes"

static enum status
read_row(struct sql *sql, struct pending_row *row, struct error *err)
{
	struct bytes digest = sql_column_bytes(sql, 6);

	row->id = sql_column_id(sql, 0);
	row->dossier = sql_column_id(sql, 1);
	row->lane = (enum lane)sql_column_id(sql, 2);
	row->state = (enum pending_state)sql_column_id(sql, 3);
	row->refusal = (uint32_t)sql_column_id(sql, 4);
	row->at_ms = sql_column_id(sql, 5);
	row->bytes = sql_column_bytes(sql, 7);
	if (digest.size != sizeof(row->digest.bytes))
		return error_set(err, STATUS_CORRUPT,
		    "a waiting commit has a digest of %zu bytes", digest.size);
	memcpy(row->digest.bytes, digest.data, digest.size);
	return STATUS_OK;
}

/* --- adding --------------------------------------------------------------- */

/* What protects a child goes first, then what moves one. */
static enum status
choose_lane(struct replica *replica, const struct commit *commit,
    enum lane *lane, struct error *err)
{
	struct dossier dossier;
	enum status status;

	*lane = LANE_REST;
	status = dossier_get(replica, commit->dossier, &dossier, err);
	if (status != STATUS_OK)
		return status;
	if (dossier.kind == DOSSIER_KIND_SAFEGUARDING ||
	    bytes_equal_text(commit->changes[0].collection, "intake"))
		*lane = LANE_SAFEGUARDING;
	else if (dossier.kind == DOSSIER_KIND_PUPIL)
		*lane = LANE_TRANSITION;
	return STATUS_OK;
}

static enum status
insert_row(struct replica *replica, const struct pending_row *row,
    struct error *err)
{
	struct sql *sql =
	    sql_use(replica, "INSERT OR REPLACE INTO pending (" ROW_COLUMNS ")"
			     " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");

	sql_bind_id(sql, 1, row->id);
	sql_bind_id(sql, 2, row->dossier);
	sql_bind_integer(sql, 3, row->lane);
	sql_bind_integer(sql, 4, row->state);
	sql_bind_integer(sql, 5, row->refusal);
	sql_bind_id(sql, 6, row->at_ms);
	sql_bind_blob(sql, 7,
	    (struct bytes){ row->digest.bytes, sizeof(row->digest.bytes) });
	sql_bind_blob(sql, 8, row->bytes);
	return sql_finish(sql, err);
}

enum status
pending_add(struct replica *replica, const struct commit *commit,
    struct bytes bytes, uint64_t now_ms, struct error *err)
{
	struct pending_row row = {
		.id = commit->id,
		.dossier = commit->dossier,
		.state = PENDING_WAITING,
		.at_ms = now_ms,
		.digest = digest_of(bytes),
		.bytes = bytes,
	};
	enum status status;

	assert(replica_in_transaction(replica));
	status = dossier_ensure(replica, commit, err);
	if (status == STATUS_OK)
		status = choose_lane(replica, commit, &row.lane, err);
	if (status == STATUS_OK)
		status = insert_row(replica, &row, err);
	if (status == STATUS_OK)
		status = touch_commit(replica, commit, err);
	return status;
}

/* --- reading -------------------------------------------------------------- */

enum status
pending_get(struct replica *replica, uint64_t id, struct pending_row *row,
    struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "SELECT " ROW_COLUMNS " FROM pending WHERE id = ?1");
	enum status status;

	sql_bind_id(sql, 1, id);
	status = sql_step(sql, err);
	if (status == STATUS_OK)
		status = read_row(sql, row, err);
	else if (status == STATUS_NOT_FOUND)
		error_set(err, status, "commit %" PRIu64 " does not wait", id);
	if (status == STATUS_OK) {
		buffer_clear(&replica->pending_bytes);
		if (buffer_append(&replica->pending_bytes, row->bytes) !=
		    STATUS_OK)
			status = error_set(err, STATUS_NOMEM,
			    "there is no memory for a commit");
		row->bytes = buffer_view(&replica->pending_bytes);
	}
	sql_release(sql);
	return status;
}

static enum status
visit_rows(struct sql *sql, pending_visitor *visit, void *context,
    struct error *err)
{
	struct pending_row row;
	enum status status;

	while ((status = sql_step(sql, err)) == STATUS_OK) {
		status = read_row(sql, &row, err);
		if (status != STATUS_OK || !visit(context, &row))
			break;
	}
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
pending_each_waiting(struct replica *replica, enum lane lane, uint64_t after,
    pending_visitor *visit, void *context, struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "SELECT " ROW_COLUMNS " FROM pending"
	    " WHERE state = 0 AND lane = ?1 AND id > ?2 ORDER BY id");

	sql_bind_integer(sql, 1, lane);
	sql_bind_id(sql, 2, after);
	return visit_rows(sql, visit, context, err);
}

enum status
pending_each_aside(struct replica *replica, pending_visitor *visit,
    void *context, struct error *err)
{
	struct sql *sql =
	    sql_use(replica, "SELECT " ROW_COLUMNS
			     " FROM pending WHERE state = 1 ORDER BY lane, id");

	return visit_rows(sql, visit, context, err);
}

enum status
pending_count(struct replica *replica, uint64_t *waiting, uint64_t *aside,
    struct error *err)
{
	enum status status;

	status =
	    sql_finish_id(sql_use(replica,
			      "SELECT count(*) FROM pending WHERE state = 0"),
		waiting, err);
	if (status == STATUS_OK)
		status = sql_finish_id(sql_use(replica,
					   "SELECT count(*) FROM pending"
					   " WHERE state = 1"),
		    aside, err);
	return status;
}

enum status
pending_in_dossier(struct replica *replica, uint64_t dossier, uint64_t *waiting,
    struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "SELECT count(*) FROM pending WHERE dossier = ?1 AND state = 0");

	sql_bind_id(sql, 1, dossier);
	return sql_finish_id(sql, waiting, err);
}

enum status
pending_load(struct replica *replica, uint64_t id, enum pending_state state,
    struct arena *arena, struct commit *commit, struct error *err)
{
	struct pending_row row;
	const char *copy;
	enum status status;

	status = pending_get(replica, id, &row, err);
	if (status != STATUS_OK)
		return status;
	if (row.state != state)
		return error_set(err, STATUS_NOT_FOUND, "commit %" PRIu64 " %s",
		    id,
		    row.state == PENDING_WAITING ? "was not refused"
						 : "no longer waits");
	copy = arena_text(arena, row.bytes);
	if (copy == NULL)
		return error_set(err, STATUS_NOMEM,
		    "there is no memory for a commit");
	row.bytes.data = (const uint8_t *)copy;
	return commit_decode(row.bytes, arena, commit, err);
}

enum status
pending_next(struct replica *replica, uint64_t dossier,
    enum pending_state state, uint64_t after, uint64_t *id, struct error *err)
{
	struct sql *sql =
	    sql_use(replica, "SELECT min(id) FROM pending"
			     " WHERE dossier = ?1 AND state = ?2 AND id > ?3");

	sql_bind_id(sql, 1, dossier);
	sql_bind_integer(sql, 2, state);
	sql_bind_id(sql, 3, after);
	return sql_finish_id(sql, id, err);
}

bool
commit_holds(const struct commit *commit, uint64_t id)
{
	return id >= commit->id && id - commit->id < commit->change_count;
}

bool
commit_creates(const struct commit *commit, uint64_t record)
{
	return commit_holds(commit, record) &&
	       commit->changes[record - commit->id].record == record;
}

/* --- leaving -------------------------------------------------------------- */

static enum status
delete_row(struct replica *replica, uint64_t id, struct error *err)
{
	struct sql *sql = sql_use(replica, "DELETE FROM pending WHERE id = ?1");

	sql_bind_id(sql, 1, id);
	return sql_finish(sql, err);
}

/* The tables stay as they are, but people see that it no longer waits. */
static void
touch_records(struct replica *replica, const struct commit *commit)
{
	for (uint32_t i = 0; i < commit->change_count; i++) {
		const struct change *change = &commit->changes[i];
		const struct collection *collection =
		    catalogue_collection(change->collection);

		if (collection != NULL)
			replica_touch(replica, collection->name,
			    change->record);
	}
}

enum status
pending_settle(struct replica *replica, uint64_t id, uint64_t sequence,
    uint64_t received_ms, const struct mark *mark, struct error *err)
{
	struct arena arena = { 0 };
	struct commit commit;
	struct pending_row row;
	struct ledger_row place;
	enum status status;

	assert(replica_in_transaction(replica));
	status =
	    pending_load(replica, id, PENDING_WAITING, &arena, &commit, err);
	if (status == STATUS_OK)
		status = pending_get(replica, id, &row, err);
	if (status == STATUS_OK)
		status = delete_row(replica, id, err);
	if (status == STATUS_OK) {
		place = (struct ledger_row){
			.sequence = sequence,
			.id = id,
			.dossier = row.dossier,
			.received_ms = received_ms,
			.digest = row.digest,
			.mark = *mark,
			.bytes = row.bytes,
		};
		status = ledger_append(replica, &place, &commit, err);
	}
	/* A redaction that waited may be undone; one that is settled not. */
	if (status == STATUS_OK)
		status = redaction_follow(replica, &commit, err);
	if (status == STATUS_OK)
		touch_records(replica, &commit);
	arena_deinit(&arena);
	return status;
}

enum status
pending_mark_aside(struct replica *replica, const struct commit *commit,
    uint32_t refusal, uint64_t now_ms, struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "UPDATE pending SET state = 1, refusal = ?2, at = ?3"
	    " WHERE id = ?1");
	enum status status;

	sql_bind_id(sql, 1, commit->id);
	sql_bind_integer(sql, 2, refusal);
	sql_bind_id(sql, 3, now_ms);
	status = sql_finish(sql, err);
	if (status == STATUS_OK)
		status = touch_remove(replica, commit, err);
	return status;
}

enum status
pending_encode(struct replica *replica, struct commit *commit,
    struct error *err)
{
	struct buffer bytes = { 0 };
	struct digest digest;
	struct sql *sql;
	enum status status;

	status = commit_encode(commit, &bytes, err);
	if (status == STATUS_OK) {
		digest = digest_of(buffer_view(&bytes));
		sql = sql_use(replica,
		    "UPDATE pending SET digest = ?2, bytes = ?3"
		    " WHERE id = ?1");
		sql_bind_id(sql, 1, commit->id);
		sql_bind_blob(sql, 2,
		    (struct bytes){ digest.bytes, sizeof(digest.bytes) });
		sql_bind_blob(sql, 3, buffer_view(&bytes));
		status = sql_finish(sql, err);
	}
	buffer_deinit(&bytes);
	return status;
}

enum status
pending_each_passed_on(struct replica *replica, pending_visitor *visit,
    void *context, struct error *err)
{
	struct sql *sql =
	    sql_use(replica, "SELECT " ROW_COLUMNS
			     " FROM pending WHERE state = 2 ORDER BY lane, id");

	return visit_rows(sql, visit, context, err);
}

enum status
pending_note_passed_on(struct replica *replica, uint64_t id, uint64_t dossier,
    uint64_t received_ms, struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "INSERT OR REPLACE INTO pending"
	    " (id, dossier, lane, state, refusal, at, digest, bytes)"
	    " VALUES (?1, ?2, 2, 2, 0, ?3, zeroblob(16), zeroblob(0))");

	sql_bind_id(sql, 1, id);
	sql_bind_id(sql, 2, dossier);
	sql_bind_id(sql, 3, received_ms);
	return sql_finish(sql, err);
}

enum status
pending_drop(struct replica *replica, uint64_t refused, struct error *err)
{
	struct pending_row row;
	enum status status;

	assert(replica_in_transaction(replica));
	status = pending_get(replica, refused, &row, err);
	if (status == STATUS_OK && row.state == PENDING_WAITING)
		return error_set(err, STATUS_NOT_FOUND,
		    "commit %" PRIu64 " was not refused", refused);
	if (status == STATUS_OK)
		status = delete_row(replica, refused, err);
	return status;
}
