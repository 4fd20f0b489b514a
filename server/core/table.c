#include "server/core/table.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdarg.h>

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS site_state("
    "number INTEGER PRIMARY KEY, generation INTEGER NOT NULL,"
    "confirmed INTEGER NOT NULL, cursor INTEGER NOT NULL,"
    "last_seen INTEGER NOT NULL, clock_error INTEGER NOT NULL,"
    "pending INTEGER NOT NULL, refused INTEGER NOT NULL,"
    "conflicts INTEGER NOT NULL, database_bytes INTEGER NOT NULL,"
    "program TEXT NOT NULL, received INTEGER NOT NULL DEFAULT 0,"
    "sent INTEGER NOT NULL DEFAULT 0, day INTEGER NOT NULL DEFAULT 0,"
    "day_commits INTEGER NOT NULL DEFAULT 0,"
    "day_bytes INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE TABLE IF NOT EXISTS counter("
    "site INTEGER NOT NULL, name TEXT NOT NULL, count INTEGER NOT NULL,"
    "PRIMARY KEY(site, name)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS refused("
    "site INTEGER NOT NULL, id INTEGER NOT NULL, reason INTEGER NOT NULL,"
    "at INTEGER NOT NULL, bytes BLOB NOT NULL,"
    "PRIMARY KEY(site, id)) STRICT;"
    "CREATE INDEX IF NOT EXISTS refused_at ON refused(site, at);"
    "CREATE TABLE IF NOT EXISTS consequence("
    "id INTEGER PRIMARY KEY) STRICT;";

static enum status
table_error(struct sqlite3 *database, struct error *err)
{
	enum status status = STATUS_IO;

	switch (sqlite3_errcode(database)) {
	case SQLITE_NOMEM:
		status = STATUS_NOMEM;
		break;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		status = STATUS_BUSY;
		break;
	case SQLITE_FULL:
		status = STATUS_FULL;
		break;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		status = STATUS_CORRUPT;
		break;
	default:
		break;
	}
	return error_set(err, status, "hub's tables: %s",
	    sqlite3_errmsg(database));
}

enum status
table_create_all(struct replica *replica, struct error *err)
{
	struct sqlite3 *database = replica_database(replica);

	if (sqlite3_exec(database, schema, NULL, NULL, NULL) != SQLITE_OK)
		return table_error(database, err);
	return STATUS_OK;
}

static int
table_bind_bytes(sqlite3_stmt *statement, int place, struct bytes bytes,
    bool text)
{
	const void *data = bytes.data == NULL ? "" : (const void *)bytes.data;

	if (text)
		return sqlite3_bind_text64(statement, place, data, bytes.size,
		    SQLITE_TRANSIENT, SQLITE_UTF8);
	return sqlite3_bind_blob64(statement, place, data, bytes.size,
	    SQLITE_TRANSIENT);
}

static int
table_bind(sqlite3_stmt *statement, const char *kinds, va_list arguments)
{
	int code = SQLITE_OK;
	struct bytes bytes;

	for (int i = 0; kinds[i] != '\0' && code == SQLITE_OK; i++) {
		if (kinds[i] == 'i') {
			code = sqlite3_bind_int64(statement, i + 1,
			    (sqlite3_int64)va_arg(arguments, uint64_t));
			continue;
		}
		assert(kinds[i] == 't' || kinds[i] == 'b');
		bytes = va_arg(arguments, struct bytes);
		code =
		    table_bind_bytes(statement, i + 1, bytes, kinds[i] == 't');
	}
	return code;
}

static enum status
table_prepare(struct replica *replica, struct sqlite3_stmt **out,
    struct error *err, const char *sql, const char *kinds, va_list arguments)
{
	struct sqlite3 *database = replica_database(replica);

	*out = NULL;
	if (sqlite3_prepare_v2(database, sql, -1, out, NULL) != SQLITE_OK)
		return table_error(database, err);
	if (table_bind(*out, kinds, arguments) != SQLITE_OK) {
		table_end(*out);
		*out = NULL;
		return table_error(database, err);
	}
	return STATUS_OK;
}

enum status
table_query(struct replica *replica, struct sqlite3_stmt **out,
    struct error *err, const char *sql, const char *kinds, ...)
{
	va_list arguments;
	enum status status;

	va_start(arguments, kinds);
	status = table_prepare(replica, out, err, sql, kinds, arguments);
	va_end(arguments);
	return status;
}

enum status
table_step(struct sqlite3_stmt *statement, struct error *err)
{
	switch (sqlite3_step(statement)) {
	case SQLITE_ROW:
		return STATUS_OK;
	case SQLITE_DONE:
		return STATUS_NOT_FOUND;
	default:
		return table_error(sqlite3_db_handle(statement), err);
	}
}

void
table_end(struct sqlite3_stmt *statement)
{
	sqlite3_finalize(statement);
}

enum status
table_run(struct replica *replica, struct error *err, const char *sql,
    const char *kinds, ...)
{
	struct sqlite3_stmt *statement;
	va_list arguments;
	enum status status;

	va_start(arguments, kinds);
	status = table_prepare(replica, &statement, err, sql, kinds, arguments);
	va_end(arguments);
	if (status != STATUS_OK)
		return status;
	status = table_step(statement, err);
	table_end(statement);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

uint64_t
table_integer(struct sqlite3_stmt *statement, int column)
{
	return (uint64_t)sqlite3_column_int64(statement, column);
}

struct bytes
table_bytes(struct sqlite3_stmt *statement, int column)
{
	struct bytes bytes;

	bytes.data = sqlite3_column_blob(statement, column);
	bytes.size = (size_t)sqlite3_column_bytes(statement, column);
	return bytes;
}
