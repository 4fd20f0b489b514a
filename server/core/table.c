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
    "day_bytes INTEGER NOT NULL DEFAULT 0,"
    "free_bytes INTEGER NOT NULL DEFAULT -1) STRICT;"
    "CREATE TABLE IF NOT EXISTS counter("
    "site INTEGER NOT NULL, name TEXT NOT NULL, count INTEGER NOT NULL,"
    "PRIMARY KEY(site, name)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS refused("
    "site INTEGER NOT NULL, id INTEGER NOT NULL, reason INTEGER NOT NULL,"
    "at INTEGER NOT NULL, bytes BLOB NOT NULL,"
    "PRIMARY KEY(site, id)) STRICT;"
    "CREATE INDEX IF NOT EXISTS refused_at ON refused(site, at);"
    "CREATE TABLE IF NOT EXISTS consequence("
    "id INTEGER PRIMARY KEY) STRICT;"
    "CREATE TABLE IF NOT EXISTS offer("
    "generation INTEGER NOT NULL, sequence INTEGER NOT NULL,"
    "id INTEGER NOT NULL, site INTEGER NOT NULL,"
    "received INTEGER NOT NULL, digest BLOB NOT NULL, mark BLOB NOT NULL,"
    "redacted INTEGER NOT NULL, bytes BLOB NOT NULL,"
    "refusal INTEGER NOT NULL DEFAULT 0,"
    "PRIMARY KEY(generation, sequence, id)) STRICT;"
    "CREATE INDEX IF NOT EXISTS offer_id ON offer(id);"
    "CREATE TABLE IF NOT EXISTS offerer("
    "number INTEGER PRIMARY KEY, generation INTEGER NOT NULL,"
    "state INTEGER NOT NULL) STRICT;"
    "CREATE TABLE IF NOT EXISTS night_site("
    "number INTEGER PRIMARY KEY, wanted INTEGER NOT NULL,"
    "proved_ms INTEGER NOT NULL DEFAULT 0,"
    "done_ms INTEGER NOT NULL DEFAULT 0,"
    "equal_ms INTEGER NOT NULL DEFAULT 0, at INTEGER NOT NULL DEFAULT 0,"
    "outcome INTEGER NOT NULL DEFAULT 0,"
    "only_hub INTEGER NOT NULL DEFAULT 0,"
    "only_client INTEGER NOT NULL DEFAULT 0,"
    "damaged INTEGER NOT NULL DEFAULT 0, faults INTEGER NOT NULL DEFAULT 0,"
    "refolded INTEGER NOT NULL DEFAULT 0, rounds INTEGER NOT NULL DEFAULT 0,"
    "bytes INTEGER NOT NULL DEFAULT 0,"
    "elapsed_ms INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE INDEX IF NOT EXISTS site_number ON site(number);";

static enum status
execute(struct replica *replica, const char *text, struct error *err)
{
	struct sqlite3 *database = replica_database(replica);

	if (sqlite3_exec(database, text, NULL, NULL, NULL) != SQLITE_OK)
		return sql_error(database, sqlite3_errcode(database), err);
	return STATUS_OK;
}

/* A hub of before this column. */
static enum status
add_free_bytes(struct replica *replica, struct error *err)
{
	struct sql *row =
	    sql_use(replica, "SELECT 1 FROM pragma_table_info('site_state')"
			     " WHERE name = 'free_bytes'");
	enum status status = sql_step(row, err);

	sql_release(row);
	if (status != STATUS_NOT_FOUND)
		return status;
	return execute(replica,
	    "ALTER TABLE site_state ADD COLUMN"
	    " free_bytes INTEGER NOT NULL DEFAULT -1",
	    err);
}

enum status
table_create_all(struct replica *replica, struct error *err)
{
	enum status status = execute(replica, schema, err);

	return status == STATUS_OK ? add_free_bytes(replica, err) : status;
}

static struct sql *
table_use(struct replica *replica, const char *text, const char *kinds,
    va_list arguments)
{
	struct sql *row = sql_use(replica, text);

	for (int i = 0; kinds[i] != '\0'; i++) {
		switch (kinds[i]) {
		case 'i':
			sql_bind_integer(row, i + 1,
			    (int64_t)va_arg(arguments, uint64_t));
			break;
		case 't':
			sql_bind_text(row, i + 1,
			    va_arg(arguments, struct bytes));
			break;
		default:
			assert(kinds[i] == 'b');
			sql_bind_blob(row, i + 1,
			    va_arg(arguments, struct bytes));
			break;
		}
	}
	return row;
}

struct sql *
table_query(struct replica *replica, const char *text, const char *kinds, ...)
{
	va_list arguments;
	struct sql *row;

	va_start(arguments, kinds);
	row = table_use(replica, text, kinds, arguments);
	va_end(arguments);
	return row;
}

enum status
table_run(struct replica *replica, struct error *err, const char *text,
    const char *kinds, ...)
{
	va_list arguments;
	struct sql *row;

	va_start(arguments, kinds);
	row = table_use(replica, text, kinds, arguments);
	va_end(arguments);
	return sql_finish(row, err);
}

uint64_t
table_integer(struct sql *row, int column)
{
	return (uint64_t)sql_column_integer(row, column);
}
