/*
 * What a record comes to, and how that is stored.
 */
#include <assert.h>
#include <string.h>

#include "common/replica/fold_private.h"
#include "common/replica/tables.h"

/* --- making --------------------------------------------------------------- */

enum status
folded_begin(struct folded *folded, struct bytes name, struct arena *arena,
    struct error *err)
{
	folded->name = name;
	folded->collection = catalogue_collection(name);
	folded->values = NULL;
	if (folded->collection == NULL) {
		folded->flags |= RECORD_UNKNOWN_COLUMN;
		return STATUS_OK;
	}
	folded->values =
	    arena_array(arena, collection_column_count(folded->collection) + 1,
		sizeof(*folded->values));
	if (folded->values == NULL)
		return error_set(err, STATUS_NOMEM,
		    "there is no memory for a record");
	return STATUS_OK;
}

static void
set_column(struct folded *folded, const struct column *column,
    const struct value *value)
{
	uint32_t place = collection_column_index(folded->collection, column);

	folded->values[place] = value_null();
	if (column_check(column, value, NULL) != STATUS_OK) {
		folded->flags |= RECORD_BAD_VALUE;
		return;
	}
	if (column_code_is_unknown(column, value))
		folded->flags |= RECORD_UNKNOWN_CODE;
	folded->values[place] = *value;
}

void
folded_set(struct folded *folded, const struct field_write *write,
    bool redacted)
{
	const struct value null = value_null();

	for (uint32_t i = 0; i < write->value_count; i++) {
		const struct column_value *value = &write->values[i];
		const struct column *column = NULL;

		if (bytes_equal_text(value->column, COLUMN_DELETED))
			continue;
		if (folded->collection != NULL)
			column = collection_column(folded->collection,
			    value->column);
		if (column == NULL)
			folded->flags |= RECORD_UNKNOWN_COLUMN;
		else
			set_column(folded, column,
			    redacted ? &null : &value->value);
	}
}

struct value
folded_value(const struct folded *folded, const char *name)
{
	const struct column *column;

	if (folded->collection == NULL)
		return value_null();
	column = collection_column(folded->collection, bytes_of_text(name));
	assert(column != NULL); /* of this program's own catalogue */
	return folded
	    ->values[collection_column_index(folded->collection, column)];
}

uint64_t
folded_id(const struct folded *folded, const char *name)
{
	struct value value = folded_value(folded, name);

	if (value.type != VALUE_INTEGER || value.integer < 0)
		return 0;
	return (uint64_t)value.integer;
}

/* --- storing -------------------------------------------------------------- */

static enum status
store_record(struct replica *replica, const struct folded *folded,
    struct error *err)
{
	struct buffer heads = { 0 };
	uint32_t conflicts = 0;
	struct sql *sql;
	enum status status;

	if (heads_encode(&folded->heads, &heads) != STATUS_OK) {
		buffer_deinit(&heads);
		return error_set(err, STATUS_NOMEM,
		    "there is no memory for a record");
	}
	if (folded->state == RECORD_LIVE)
		conflicts = heads_conflict_count(&folded->heads);
	sql = sql_use(replica,
	    "INSERT OR REPLACE INTO record"
	    " (id, collection, dossier, state, conflicts, flags, heads)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
	sql_bind_id(sql, 1, folded->id);
	sql_bind_text(sql, 2, folded->name);
	sql_bind_id(sql, 3, folded->dossier);
	sql_bind_integer(sql, 4, folded->state);
	sql_bind_integer(sql, 5, conflicts);
	sql_bind_integer(sql, 6, folded->flags);
	sql_bind_blob(sql, 7, buffer_view(&heads));
	status = sql_finish(sql, err);
	buffer_deinit(&heads);
	return status;
}

enum status
folded_store(struct replica *replica, const struct folded *folded,
    struct error *err)
{
	bool live = folded->state == RECORD_LIVE;
	enum status status;

	status = store_record(replica, folded, err);
	if (status != STATUS_OK || folded->collection == NULL)
		return status;
	if (live)
		status = tables_put_row(replica, folded->collection, folded->id,
		    folded->dossier, folded->values, err);
	else
		status = tables_drop_row(replica, folded->collection,
		    folded->id, err);
	if (status == STATUS_OK)
		status = effects_follow(replica, folded, live, err);
	replica_touch(replica, folded->collection->name, folded->id);
	return status;
}

enum status
folded_remove(struct replica *replica, uint64_t record, struct error *err)
{
	struct folded folded = { .id = record };
	struct sql *sql =
	    sql_use(replica, "SELECT collection FROM record WHERE id = ?1");
	enum status status;

	sql_bind_id(sql, 1, record);
	status = sql_step(sql, err);
	if (status == STATUS_OK)
		folded.collection =
		    catalogue_collection(sql_column_bytes(sql, 0));
	sql_release(sql);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	sql = sql_use(replica, "DELETE FROM record WHERE id = ?1");
	sql_bind_id(sql, 1, record);
	status = sql_finish(sql, err);
	if (status != STATUS_OK || folded.collection == NULL)
		return status;
	status = tables_drop_row(replica, folded.collection, record, err);
	if (status == STATUS_OK)
		status = effects_follow(replica, &folded, false, err);
	replica_touch(replica, folded.collection->name, record);
	return status;
}
