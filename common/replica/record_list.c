/*
 * Records by collection, with their values.  The names in the SQL are those of
 * the catalogue; what is looked for is bound, never written into it.
 */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "common/replica/record_private.h"
#include "common/replica/sql_compose.h"

/* --- the statement -------------------------------------------------------- */

static void
add_column(struct sql_text *text, const char *name)
{
	sql_text_add(text, " t.");
	sql_text_add_name(text, name);
}

static void
add_select(struct sql_text *text, const struct collection *collection)
{
	sql_text_add(text,
	    "SELECT r.id, r.dossier, r.state, r.conflicts, r.flags");
	for (const struct column *column = collection->columns;
	     column->name != NULL; column++) {
		sql_text_add(text, ",");
		add_column(text, column->name);
	}
}

/* ?1 is the id after which to begin, ?2 the dossier, then the filters. */
static void
compose_list(struct sql_text *text, const struct record_query *query)
{
	add_select(text, query->collection);
	sql_text_add(text, " FROM ");
	sql_text_add_name(text, query->collection->name);
	sql_text_add(text, " t JOIN record r ON r.id = t.id WHERE t.id > ?1");
	if (query->dossier != 0)
		sql_text_add(text, " AND t._dossier = ?2");
	else
		sql_text_add(text, " AND ?2 = 0");
	for (uint32_t i = 0; i < query->filter_count; i++) {
		sql_text_add(text, " AND");
		add_column(text, query->filters[i].column->name);
		sql_text_add(text, " IS ?");
	}
	if (query->merge_same)
		sql_text_add(text,
		    " AND NOT EXISTS (SELECT 1 FROM same s"
		    " WHERE s.pupil = t.id AND s.shown <> t.id)");
	sql_text_add(text, " ORDER BY t.id");
}

/* --- rows ----------------------------------------------------------------- */

static enum status
copy_value(struct arena *arena, struct value *value)
{
	const char *copy;

	if (value->type != VALUE_TEXT && value->type != VALUE_BLOB)
		return STATUS_OK;
	copy = arena_text(arena, value->bytes);
	if (copy == NULL)
		return STATUS_NOMEM;
	value->bytes.data = (const uint8_t *)copy;
	return STATUS_OK;
}

static enum status
read_record(struct replica *replica, struct sql *sql,
    const struct collection *collection, struct arena *arena,
    struct record *record, struct error *err)
{
	uint32_t count = collection_column_count(collection);
	enum status status = STATUS_OK;

	*record = (struct record){
		.id = sql_column_id(sql, 0),
		.dossier = sql_column_id(sql, 1),
		.collection = collection,
		.state = (enum record_state)sql_column_id(sql, 2),
		.conflicts = (uint32_t)sql_column_id(sql, 3),
		.flags = (uint32_t)sql_column_id(sql, 4),
		.values = arena_array(arena, count, sizeof(struct value)),
	};
	if (record->values == NULL)
		return error_set(err, STATUS_NOMEM, "read a record");
	for (uint32_t i = 0; status == STATUS_OK && i < count; i++) {
		record->values[i] = sql_column_value(sql, (int)i + 5);
		status = copy_value(arena, &record->values[i]);
	}
	if (status != STATUS_OK)
		return error_set(err, status, "read a record");
	return record_read_waiting(replica, record, err);
}

/* --- lists ---------------------------------------------------------------- */

static void
bind_query(struct sql *sql, const struct record_query *query)
{
	sql_bind_id(sql, 1, query->after);
	sql_bind_id(sql, 2, query->dossier);
	for (uint32_t i = 0; i < query->filter_count; i++)
		sql_bind_value(sql, (int)i + 3, &query->filters[i].value);
}

static enum status
visit_rows(struct replica *replica, struct sql *sql,
    const struct record_query *query, record_visitor *visit, void *context,
    struct error *err)
{
	struct arena arena = { 0 };
	struct record record;
	uint32_t count = 0;
	enum status status;

	while ((status = sql_step(sql, err)) == STATUS_OK) {
		status = read_record(replica, sql, query->collection, &arena,
		    &record, err);
		if (status != STATUS_OK || !visit(context, &record) ||
		    ++count == query->limit)
			break;
		arena_reset(&arena);
	}
	arena_deinit(&arena);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
record_each(struct replica *replica, const struct record_query *query,
    record_visitor *visit, void *context, struct error *err)
{
	struct sql_text text = { 0 };
	struct sql *sql;
	enum status status;

	assert(query->collection != NULL);
	compose_list(&text, query);
	sql = sql_text_use(&text, replica);
	bind_query(sql, query);
	status = visit_rows(replica, sql, query, visit, context, err);
	sql_release(sql);
	return status;
}

/* --- pupils that are one child -------------------------------------------- */

enum status
record_same(struct replica *replica, uint64_t pupil, struct arena *arena,
    uint64_t **pupils, uint32_t *count, struct error *err)
{
	struct sql *sql;
	uint64_t found;
	enum status status;

	status = sql_finish_id(sql_use(replica, "SELECT count(*) FROM same"),
	    &found, err);
	if (status != STATUS_OK)
		return status;
	*count = 0;
	*pupils = arena_array(arena, found + 1, sizeof(**pupils));
	if (*pupils == NULL)
		return error_set(err, STATUS_NOMEM, "read pupils");
	sql = sql_use(replica,
	    "SELECT b.pupil FROM same a JOIN same b ON b.shown = a.shown"
	    " WHERE a.pupil = ?1 ORDER BY b.pupil");
	sql_bind_id(sql, 1, pupil);
	while ((status = sql_step(sql, err)) == STATUS_OK)
		(*pupils)[(*count)++] = sql_column_id(sql, 0);
	sql_release(sql);
	if (status != STATUS_NOT_FOUND)
		return status;
	if (*count == 0)
		(*pupils)[(*count)++] = pupil;
	return STATUS_OK;
}
