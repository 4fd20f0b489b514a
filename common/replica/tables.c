/*
 * SQL for the typed tables, and their rows.
 */
#include "common/replica/tables.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/replica/replica_private.h"

struct tables {
	uint64_t fingerprint; /* of the catalogue that they are for */
	struct arena arena;
	const char *(*texts)[TABLE_TEXT_COUNT]; /* by place in the catalogue */
};

enum status
tables_create(struct tables **out, struct error *err)
{
	struct tables *tables = calloc(1, sizeof(*tables));
	uint32_t count;

	(void)catalogue_collections(&count);
	if (tables != NULL)
		tables->texts =
		    arena_array(&tables->arena, count, sizeof(*tables->texts));
	if (tables == NULL || tables->texts == NULL) {
		tables_destroy(tables);
		return error_set(err, STATUS_NOMEM, "prepare the tables");
	}
	tables->fingerprint = catalogue_fingerprint();
	*out = tables;
	return STATUS_OK;
}

void
tables_destroy(struct tables *tables)
{
	if (tables == NULL)
		return;
	arena_deinit(&tables->arena);
	free(tables);
}

/* --- composing ------------------------------------------------------------ */

/* The catalogue is our own: what does not fit is our own fault. */
struct composer {
	char text[16 * 1024];
	size_t used;
};

static void
compose(struct composer *composer, const char *text)
{
	size_t size = strlen(text);

	assert(size < sizeof(composer->text) - composer->used);
	memcpy(composer->text + composer->used, text, size + 1);
	composer->used += size;
}

static bool
is_plain(const char *name)
{
	size_t size = strspn(name, "abcdefghijklmnopqrstuvwxyz_0123456789");

	return size > 0 && size <= LIMIT_NAME_BYTES && name[size] == '\0';
}

static void
compose_name(struct composer *composer, const char *name)
{
	assert(is_plain(name));
	compose(composer, "\"");
	compose(composer, name);
	compose(composer, "\"");
}

static void
compose_columns(struct composer *composer, const struct collection *collection)
{
	for (uint32_t i = 0; collection->columns[i].name != NULL; i++) {
		compose(composer, ", ");
		compose_name(composer, collection->columns[i].name);
	}
}

static void
compose_get(struct composer *composer, const struct collection *collection)
{
	compose(composer, "SELECT _dossier");
	compose_columns(composer, collection);
	compose(composer, " FROM ");
	compose_name(composer, collection->name);
	compose(composer, " WHERE id = ?1");
}

static void
compose_put(struct composer *composer, const struct collection *collection)
{
	compose(composer, "INSERT OR REPLACE INTO ");
	compose_name(composer, collection->name);
	compose(composer, " (id, _dossier");
	compose_columns(composer, collection);
	compose(composer, ") VALUES (?, ?");
	for (uint32_t i = 0; i < collection_column_count(collection); i++)
		compose(composer, ", ?");
	compose(composer, ")");
}

static void
compose_drop(struct composer *composer, const struct collection *collection)
{
	compose(composer, "DELETE FROM ");
	compose_name(composer, collection->name);
	compose(composer, " WHERE id = ?1");
}

static const char *
storage_of(enum column_type type)
{
	switch (type) {
	case COLUMN_INTEGER:
	case COLUMN_REFERENCE:
	case COLUMN_ID:
		return " INTEGER";
	case COLUMN_REAL:
		return " REAL";
	case COLUMN_BLOB:
		return " BLOB";
	case COLUMN_TEXT:
	case COLUMN_DATE:
	case COLUMN_MOMENT:
	case COLUMN_CODE:
		break;
	}
	return " TEXT";
}

static void
compose_create(struct composer *composer, const struct collection *collection)
{
	compose(composer, "CREATE TABLE ");
	compose_name(composer, collection->name);
	compose(composer,
	    " (id INTEGER PRIMARY KEY, _dossier INTEGER NOT NULL");
	for (uint32_t i = 0; collection->columns[i].name != NULL; i++) {
		compose(composer, ", ");
		compose_name(composer, collection->columns[i].name);
		compose(composer, storage_of(collection->columns[i].type));
	}
	compose(composer, ") STRICT;");
	if (collection->dossiers == DOSSIER_KIND_PARTNERSHIP)
		return;
	compose(composer, "CREATE INDEX \"_");
	compose(composer, collection->name);
	compose(composer, "\" ON ");
	compose_name(composer, collection->name);
	compose(composer, " (_dossier);");
}

const char *
tables_text(struct replica *replica, const struct collection *collection,
    enum table_text text)
{
	struct tables *tables = replica->tables;
	uint32_t count;
	size_t place = (size_t)(collection - catalogue_collections(&count));
	struct composer composer = { .used = 0 };

	assert(place < count);
	assert(tables->fingerprint == catalogue_fingerprint());
	if (tables->texts[place][text] != NULL)
		return tables->texts[place][text];
	switch (text) {
	case TABLE_GET:
		compose_get(&composer, collection);
		break;
	case TABLE_PUT:
		compose_put(&composer, collection);
		break;
	case TABLE_DROP:
	case TABLE_TEXT_COUNT:
		compose_drop(&composer, collection);
		break;
	}
	tables->texts[place][text] =
	    arena_text(&tables->arena, bytes_of_text(composer.text));
	return tables->texts[place][text];
}

/* --- all tables ----------------------------------------------------------- */

static enum status
execute(struct replica *replica, const struct composer *composer,
    struct error *err)
{
	int result;

	result =
	    sqlite3_exec(replica->database, composer->text, NULL, NULL, NULL);
	if (result != SQLITE_OK)
		return sql_error(replica->database, result, err);
	return STATUS_OK;
}

/* A typed table is known by its column _dossier.  SQLite does not drop a table
 * while its name is being read, so one name at a time. */
static enum status
drop_one(struct replica *replica, bool *dropped, struct error *err)
{
	struct composer composer = { .used = 0 };
	struct sql *sql = sql_use(replica,
	    "SELECT t.name FROM sqlite_schema AS t"
	    " JOIN pragma_table_info(t.name) AS c"
	    " WHERE t.type = 'table' AND c.name = '_dossier' LIMIT 1");
	char name[LIMIT_NAME_BYTES + 2]; /* one too long is seen */
	struct bytes text;
	enum status status;

	status = sql_step(sql, err);
	*dropped = status == STATUS_OK;
	if (status == STATUS_OK) {
		text = sql_column_bytes(sql, 0);
		snprintf(name, sizeof(name), "%.*s", (int)text.size,
		    (const char *)text.data);
		compose(&composer, "DROP TABLE ");
		if (!is_plain(name))
			status = error_set(err, STATUS_CORRUPT,
			    "the database has a table of a strange name");
		else
			compose_name(&composer, name);
	}
	sql_release(sql);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status == STATUS_OK)
		status = execute(replica, &composer, err);
	return status;
}

enum status
tables_make_all(struct replica *replica, struct error *err)
{
	uint32_t count;
	const struct collection *collections = catalogue_collections(&count);
	bool dropped = true;
	enum status status = STATUS_OK;

	while (status == STATUS_OK && dropped)
		status = drop_one(replica, &dropped, err);
	for (uint32_t i = 0; status == STATUS_OK && i < count; i++) {
		struct composer composer = { .used = 0 };

		compose_create(&composer, &collections[i]);
		status = execute(replica, &composer, err);
	}
	return status;
}

enum status
tables_clear_all(struct replica *replica, struct error *err)
{
	uint32_t count;
	const struct collection *collections = catalogue_collections(&count);
	enum status status = STATUS_OK;

	for (uint32_t i = 0; status == STATUS_OK && i < count; i++) {
		struct composer composer = { .used = 0 };

		compose(&composer, "DELETE FROM ");
		compose_name(&composer, collections[i].name);
		status = execute(replica, &composer, err);
	}
	return status;
}

/* --- rows ----------------------------------------------------------------- */

static enum status
no_memory(struct error *err)
{
	return error_set(err, STATUS_NOMEM, "there is no memory for a row");
}

enum status
tables_put_row(struct replica *replica, const struct collection *collection,
    uint64_t id, uint64_t dossier, const struct value *values,
    struct error *err)
{
	const char *text = tables_text(replica, collection, TABLE_PUT);
	uint32_t count = collection_column_count(collection);
	struct sql *sql;

	if (text == NULL)
		return no_memory(err);
	sql = sql_use(replica, text);
	sql_bind_id(sql, 1, id);
	sql_bind_id(sql, 2, dossier);
	for (uint32_t i = 0; i < count; i++)
		if (values[i].type != VALUE_NULL)
			sql_bind_value(sql, (int)i + 3, &values[i]);
	return sql_finish(sql, err);
}

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

enum status
tables_get_row(struct replica *replica, const struct collection *collection,
    uint64_t id, struct arena *arena, struct value *values, struct error *err)
{
	const char *text = tables_text(replica, collection, TABLE_GET);
	uint32_t count = collection_column_count(collection);
	struct sql *sql;
	enum status status;

	if (text == NULL)
		return no_memory(err);
	sql = sql_use(replica, text);
	sql_bind_id(sql, 1, id);
	status = sql_step(sql, err);
	for (uint32_t i = 0; status == STATUS_OK && i < count; i++) {
		values[i] = sql_column_value(sql, (int)i + 1);
		if (copy_value(arena, &values[i]) != STATUS_OK)
			status = no_memory(err);
	}
	sql_release(sql);
	return status;
}

enum status
tables_drop_row(struct replica *replica, const struct collection *collection,
    uint64_t id, struct error *err)
{
	const char *text = tables_text(replica, collection, TABLE_DROP);
	struct sql *sql;

	if (text == NULL)
		return no_memory(err);
	sql = sql_use(replica, text);
	sql_bind_id(sql, 1, id);
	return sql_finish(sql, err);
}
