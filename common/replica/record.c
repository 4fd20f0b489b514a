/*
 * One record: its row among all records, its row in the table of its
 * collection, and whether it waits for the hub.
 */
#include "common/replica/record_private.h"

#include <inttypes.h>
#include <string.h>

#include "common/replica/fold_private.h"
#include "common/replica/tables.h"
#include "protocol/commit.h"

static enum status
not_found(uint64_t id, struct error *err)
{
	return error_set(err, STATUS_NOT_FOUND, "there is no record %" PRIu64,
	    id);
}

/* --- its row among all records -------------------------------------------- */

static enum status
read_row(struct replica *replica, uint64_t id, struct record *record,
    struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "SELECT dossier, collection, state, conflicts, flags"
	    " FROM record WHERE id = ?1");
	enum status status;

	sql_bind_id(sql, 1, id);
	status = sql_step(sql, err);
	if (status == STATUS_OK) {
		record->id = id;
		record->dossier = sql_column_id(sql, 0);
		record->collection =
		    catalogue_collection(sql_column_bytes(sql, 1));
		record->state = (enum record_state)sql_column_id(sql, 2);
		record->conflicts = (uint32_t)sql_column_id(sql, 3);
		record->flags = (uint32_t)sql_column_id(sql, 4);
	}
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? not_found(id, err) : status;
}

enum status
record_locate(struct replica *replica, uint64_t id, uint64_t *dossier,
    const struct collection **collection, enum record_state *state,
    struct error *err)
{
	struct record record;
	enum status status;

	status = read_row(replica, id, &record, err);
	if (status != STATUS_OK)
		return status;
	*dossier = record.dossier;
	*collection = record.collection;
	*state = record.state;
	return STATUS_OK;
}

enum status
record_get_heads(struct replica *replica, uint64_t id, struct arena *arena,
    struct record_heads *heads, struct error *err)
{
	struct sql *sql =
	    sql_use(replica, "SELECT heads FROM record WHERE id = ?1");
	const char *copy;
	struct bytes blob;
	enum status status;

	sql_bind_id(sql, 1, id);
	status = sql_step(sql, err);
	if (status == STATUS_OK) {
		blob = sql_column_bytes(sql, 0);
		copy = arena_text(arena, blob);
		blob.data = (const uint8_t *)copy;
		status = copy != NULL
		             ? heads_decode(blob, arena, heads, err)
		             : error_set(err, STATUS_NOMEM, "read heads");
	}
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? not_found(id, err) : status;
}

/* --- waiting -------------------------------------------------------------- */

static bool
writes_arbitrated(const struct change *change,
    const struct collection *collection)
{
	for (uint32_t f = 0; f < change->field_count; f++)
		for (uint32_t v = 0; v < change->fields[f].value_count; v++) {
			const struct column *column =
			    collection_column(collection,
				change->fields[f].values[v].column);

			if (column != NULL &&
			    collection_field_is_arbitrated(collection,
				column_field(column)))
				return true;
		}
	return false;
}

static enum status
commit_waits(struct bytes bytes, struct record *record, struct error *err)
{
	struct arena arena = { 0 };
	struct commit commit;
	enum status status;

	status = commit_decode(bytes, &arena, &commit, err);
	for (uint32_t i = 0; status == STATUS_OK && i < commit.change_count;
	     i++)
		if (commit.changes[i].record == record->id &&
		    writes_arbitrated(&commit.changes[i], record->collection))
			record->waiting = true;
	arena_deinit(&arena);
	return status;
}

static bool
has_arbitrated(const struct collection *collection)
{
	for (const struct column *column = collection->columns;
	     column->name != NULL; column++)
		if ((column->flags & COLUMN_ARBITRATED) != 0)
			return true;
	return false;
}

enum status
record_read_waiting(struct replica *replica, struct record *record,
    struct error *err)
{
	struct sql *sql;
	enum status status;

	record->waiting = false;
	if (!has_arbitrated(record->collection))
		return STATUS_OK;
	sql = sql_use(replica,
	    "SELECT p.bytes FROM touch t JOIN pending p ON p.id = t.id"
	    " WHERE t.record = ?1 AND p.state = 0");
	sql_bind_id(sql, 1, record->id);
	while ((status = sql_step(sql, err)) == STATUS_OK) {
		status = commit_waits(sql_column_bytes(sql, 0), record, err);
		if (status != STATUS_OK || record->waiting)
			break;
	}
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* --- the whole ------------------------------------------------------------ */

static enum status
read_values(struct replica *replica, struct arena *arena, struct record *record,
    struct error *err)
{
	enum status status;

	record->values =
	    arena_array(arena, collection_column_count(record->collection) + 1,
		sizeof(*record->values));
	if (record->values == NULL)
		return error_set(err, STATUS_NOMEM, "read a record");
	status = tables_get_row(replica, record->collection, record->id, arena,
	    record->values, err);
	/* What is deleted or not complete has no row there. */
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
record_get(struct replica *replica, uint64_t id, struct arena *arena,
    struct record *record, struct error *err)
{
	enum status status;

	status = read_row(replica, id, record, err);
	if (status != STATUS_OK)
		return status;
	if (record->collection == NULL)
		return error_set(err, STATUS_UNSUPPORTED,
		    "record %" PRIu64 " is of a kind that this version does "
		    "not know",
		    id);
	status = read_values(replica, arena, record, err);
	if (status != STATUS_OK)
		return status;
	return record_read_waiting(replica, record, err);
}

struct value
record_value(const struct record *record, const char *name)
{
	const struct column *column =
	    collection_column(record->collection, bytes_of_text(name));

	if (column == NULL)
		return value_null();
	return record
	    ->values[collection_column_index(record->collection, column)];
}

/* --- what was written to it ----------------------------------------------- */

enum status
record_redact(struct replica *replica, struct commit *commit, struct error *err)
{
	bool any;
	enum status status;

	status = redaction_any(replica, commit->id, commit->change_count,
	    commit->dossier, &any, err);
	for (uint32_t i = 0;
	     status == STATUS_OK && any && i < commit->change_count; i++) {
		bool this_one;

		if (redaction_is_one(&commit->changes[i]))
			continue;
		status = redaction_any(replica, commit->id + i, 1,
		    commit->dossier, &this_one, err);
		if (status == STATUS_OK && this_one)
			change_redact(&commit->changes[i]);
	}
	return status;
}

enum status
record_find_change(struct replica *replica, uint64_t id, struct arena *arena,
    struct ledger_row *row, struct commit *commit, struct change **change,
    struct error *err)
{
	enum status status;

	status = ledger_find_change(replica, id, arena, row, commit, err);
	if (status == STATUS_OK)
		status = record_redact(replica, commit, err);
	if (status == STATUS_OK)
		*change = &commit->changes[id - commit->id];
	return status;
}
