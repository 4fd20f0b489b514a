#include "tests/bench/bare.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/bench.h"

enum {
	STATEMENTS = 256,
	COLLECTIONS = 256
};

struct bare {
	sqlite3 *database;
	const struct collection *collections;
	uint64_t counts[COLLECTIONS]; /* rows of each */

	struct {
		const void *key; /* collection (insert) or column (update) */
		sqlite3_stmt *statement;
	} statements[STATEMENTS];
};

static void
run(struct bare *bare, const char *text)
{
	if (sqlite3_exec(bare->database, text, NULL, NULL, NULL) != SQLITE_OK)
		bench_fail(sqlite3_errmsg(bare->database));
}

static void
add(struct buffer *text, const char *part)
{
	if (buffer_append(text, bytes_of_text(part)) != STATUS_OK)
		bench_fail("no memory");
}

static void
add_name(struct buffer *text, const char *name)
{
	add(text, "\"");
	add(text, name);
	add(text, "\"");
}

static const char *
end(struct buffer *text)
{
	if (buffer_append(text, (struct bytes){ (const uint8_t *)"", 1 }) !=
	    STATUS_OK)
		bench_fail("no memory");
	return (const char *)buffer_view(text).data;
}

static void
make_table(struct bare *bare, const struct collection *collection)
{
	struct buffer text = { 0 };

	add(&text, "CREATE TABLE ");
	add_name(&text, collection->name);
	add(&text, " (id INTEGER PRIMARY KEY, _dossier INTEGER");
	for (const struct column *column = collection->columns;
	     column->name != NULL; column++) {
		add(&text, ", ");
		add_name(&text, column->name);
	}
	add(&text, ")");
	run(bare, end(&text));
	buffer_deinit(&text);
}

struct bare *
bare_open(const char *folder, const char *name)
{
	struct bare *bare = calloc(1, sizeof(*bare));
	char path[BENCH_PATH_BYTES + 32];
	uint32_t count;

	if (bare == NULL)
		bench_fail("no memory");
	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (sqlite3_open(path, &bare->database) != SQLITE_OK)
		bench_fail("cannot make a database");
	run(bare, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
		  "PRAGMA cache_size = -8192");
	bare->collections = catalogue_collections(&count);
	if (count > COLLECTIONS)
		bench_fail("too many collections");
	for (uint32_t i = 0; i < count; i++)
		make_table(bare, &bare->collections[i]);
	return bare;
}

void
bare_close(struct bare *bare)
{
	for (uint32_t i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(bare->statements[i].statement);
	(void)sqlite3_close(bare->database);
	free(bare);
}

void
bare_begin(struct bare *bare)
{
	run(bare, "BEGIN IMMEDIATE");
}

void
bare_commit(struct bare *bare)
{
	run(bare, "COMMIT");
}

static void
compose_insert(const struct collection *collection, struct buffer *text)
{
	uint32_t count = collection_column_count(collection);

	add(text, "INSERT INTO ");
	add_name(text, collection->name);
	add(text, " VALUES (?, ?");
	for (uint32_t i = 0; i < count; i++)
		add(text, ", ?");
	add(text, ")");
}

static void
compose_update(const struct collection *collection, const struct column *column,
    struct buffer *text)
{
	add(text, "UPDATE ");
	add_name(text, collection->name);
	add(text, " SET ");
	add_name(text, column->name);
	add(text, " = ? WHERE id = ?");
}

/* To insert (column NULL) or to update, prepared at its first use. */
static sqlite3_stmt *
use(struct bare *bare, const struct collection *collection,
    const struct column *column)
{
	const void *key = column == NULL ? (const void *)collection : column;
	struct buffer text = { 0 };
	uint32_t i = 0;

	while (i < STATEMENTS && bare->statements[i].key != NULL &&
	       bare->statements[i].key != key)
		i++;
	if (i == STATEMENTS)
		bench_fail("too many statements");
	if (bare->statements[i].key != NULL)
		return bare->statements[i].statement;
	if (column == NULL)
		compose_insert(collection, &text);
	else
		compose_update(collection, column, &text);
	if (sqlite3_prepare_v2(bare->database, end(&text), -1,
		&bare->statements[i].statement, NULL) != SQLITE_OK)
		bench_fail(sqlite3_errmsg(bare->database));
	buffer_deinit(&text);
	bare->statements[i].key = key;
	return bare->statements[i].statement;
}

static void
bind(sqlite3_stmt *statement, int place, const struct value *value)
{
	switch (value->type) {
	case VALUE_NULL:
		(void)sqlite3_bind_null(statement, place);
		break;
	case VALUE_INTEGER:
		(void)sqlite3_bind_int64(statement, place, value->integer);
		break;
	case VALUE_REAL:
		(void)sqlite3_bind_double(statement, place, value->real);
		break;
	case VALUE_TEXT:
		(void)sqlite3_bind_text(statement, place,
		    (const char *)value->bytes.data, (int)value->bytes.size,
		    SQLITE_STATIC);
		break;
	case VALUE_BLOB:
		(void)sqlite3_bind_blob(statement, place, value->bytes.data,
		    (int)value->bytes.size, SQLITE_STATIC);
		break;
	}
}

static void
finish(struct bare *bare, sqlite3_stmt *statement)
{
	if (sqlite3_step(statement) != SQLITE_DONE)
		bench_fail(sqlite3_errmsg(bare->database));
	(void)sqlite3_reset(statement);
	(void)sqlite3_clear_bindings(statement);
}

uint64_t
bare_insert(struct bare *bare, uint64_t dossier,
    const struct dataset_record *record)
{
	sqlite3_stmt *statement = use(bare, record->collection, NULL);
	uint64_t id = ++bare->counts[record->collection - bare->collections];

	(void)sqlite3_bind_int64(statement, 1, (sqlite3_int64)id);
	(void)sqlite3_bind_int64(statement, 2,
	    (sqlite3_int64)(dossier == 0 ? id : dossier));
	for (uint32_t i = 0; i < record->value_count; i++)
		bind(statement,
		    3 + (int)collection_column_index(record->collection,
			    record->values[i].column),
		    &record->values[i].value);
	finish(bare, statement);
	return id;
}

void
bare_edit(struct bare *bare, const struct edit *edit)
{
	sqlite3_stmt *statement;

	if (edit->insert != NULL) {
		(void)bare_insert(bare, edit->target.dossier, edit->insert);
		return;
	}
	statement = use(bare, edit->collection, edit->column);
	bind(statement, 1, &edit->value);
	(void)sqlite3_bind_int64(statement, 2, (sqlite3_int64)edit->place + 1);
	finish(bare, statement);
	if (sqlite3_changes(bare->database) != 1)
		bench_fail("an edit found no row");
}
