/*
 * The statement cache, binders, steps and errors.
 */
#include "common/replica/sql.h"

#include <assert.h>
#include <stdlib.h>

#include "common/replica/replica_private.h"

static struct sql **
bucket_of(struct sql_cache *cache, const char *text)
{
	uint64_t hash =
	    (uint64_t)(uintptr_t)text * UINT64_C(0x9e3779b97f4a7c15);

	return &cache->buckets[hash >> 56];
}

static struct sql *
broken(struct replica *replica, int result)
{
	struct sql *sql = &replica->cache.broken;

	*sql = (struct sql){ .replica = replica, .result = result };
	return sql;
}

static struct sql *
prepare(struct replica *replica, const char *text)
{
	struct sql **bucket = bucket_of(&replica->cache, text);
	struct sql *sql = calloc(1, sizeof(*sql));
	int result;

	if (sql == NULL || text == NULL) {
		free(sql);
		return broken(replica, SQLITE_NOMEM);
	}
	result = sqlite3_prepare_v3(replica->database, text, -1,
	    SQLITE_PREPARE_PERSISTENT, &sql->statement, NULL);
	if (result != SQLITE_OK) {
		free(sql);
		return broken(replica, result);
	}
	sql->replica = replica;
	sql->text = text;
	sql->next = *bucket;
	*bucket = sql;
	return sql;
}

struct sql *
sql_use(struct replica *replica, const char *text)
{
	struct sql *sql = *bucket_of(&replica->cache, text);

	while (sql != NULL && (sql->text != text || sql->in_use))
		sql = sql->next;
	if (sql == NULL)
		sql = prepare(replica, text);
	sql->in_use = true;
	return sql;
}

enum status
sql_make_ready(struct replica *replica, const char *text, struct error *err)
{
	struct sql *sql = sql_use(replica, text);

	if (sql->statement == NULL)
		return sql_error(replica->database, sql->result, err);
	sql_release(sql);
	return STATUS_OK;
}

static void
bound(struct sql *sql, int result)
{
	if (sql->result == SQLITE_OK)
		sql->result = result;
}

void
sql_bind_id(struct sql *sql, int place, uint64_t id)
{
	assert(id <= INT64_MAX);
	sql_bind_integer(sql, place, (int64_t)id);
}

void
sql_bind_integer(struct sql *sql, int place, int64_t integer)
{
	if (sql->statement != NULL)
		bound(sql, sqlite3_bind_int64(sql->statement, place, integer));
}

/* An empty blob or text is not a null, whatever its address. */
static const void *
address(struct bytes bytes)
{
	return bytes.data != NULL ? (const void *)bytes.data : "";
}

void
sql_bind_blob(struct sql *sql, int place, struct bytes blob)
{
	if (sql->statement != NULL)
		bound(sql, sqlite3_bind_blob64(sql->statement, place,
			       address(blob), blob.size, SQLITE_STATIC));
}

void
sql_bind_text(struct sql *sql, int place, struct bytes text)
{
	if (sql->statement != NULL)
		bound(sql,
		    sqlite3_bind_text64(sql->statement, place, address(text),
			text.size, SQLITE_STATIC, SQLITE_UTF8));
}

void
sql_bind_value(struct sql *sql, int place, const struct value *value)
{
	if (sql->statement == NULL)
		return;
	switch (value->type) {
	case VALUE_NULL:
		bound(sql, sqlite3_bind_null(sql->statement, place));
		break;
	case VALUE_INTEGER:
		sql_bind_integer(sql, place, value->integer);
		break;
	case VALUE_REAL:
		bound(sql,
		    sqlite3_bind_double(sql->statement, place, value->real));
		break;
	case VALUE_TEXT:
		sql_bind_text(sql, place, value->bytes);
		break;
	case VALUE_BLOB:
		sql_bind_blob(sql, place, value->bytes);
		break;
	}
}

/* Nothing half done is read, nor built upon. */
static bool
must_wait(struct replica *replica)
{
	return replica->undo == UNDO_STEP ||
	       (replica->undo == UNDO_ALL && !replica_undo(replica));
}

/*
 * FTS5 of SQLite 3.40 takes what it did not get to read for want of memory for
 * damage, once, until that is rolled back; and it may be the only one to
 * notice.  Nobody is to rebuild a sound database because of it: what is damaged
 * is so the second time too.
 */
static int
is_it_hunger(struct replica *replica, int result)
{
	bool lacks =
	    (result & 0xff) == SQLITE_NOMEM || result == SQLITE_IOERR_NOMEM;
	bool of_index =
	    (result & 0xff) == SQLITE_CORRUPT &&
	    sqlite3_extended_errcode(replica->database) == SQLITE_CORRUPT_VTAB;

	if ((result & 0xff) == SQLITE_CORRUPT &&
	    (replica->starved || of_index) && !replica->suspected) {
		replica->suspected = true;
		return SQLITE_NOMEM;
	}
	replica->starved = replica->starved || lacks;
	return result;
}

enum status
sql_step(struct sql *sql, struct error *err)
{
	int result = sql->result;

	if (result == SQLITE_OK && must_wait(sql->replica))
		result = SQLITE_NOMEM;
	if (result == SQLITE_OK)
		result = sqlite3_step(sql->statement);
	if (result == SQLITE_ROW)
		return STATUS_OK;
	if (result == SQLITE_DONE)
		return STATUS_NOT_FOUND;
	result = is_it_hunger(sql->replica, result);
	return sql_error(sql->replica->database, result, err);
}

int64_t
sql_column_integer(struct sql *sql, int column)
{
	return sqlite3_column_int64(sql->statement, column);
}

/* A negative number is no id: it can only come from a damaged file. */
uint64_t
sql_column_id(struct sql *sql, int column)
{
	int64_t integer = sql_column_integer(sql, column);

	return integer < 0 ? 0 : (uint64_t)integer;
}

struct bytes
sql_column_bytes(struct sql *sql, int column)
{
	const void *data = sqlite3_column_blob(sql->statement, column);
	int size = sqlite3_column_bytes(sql->statement, column);

	return (struct bytes){ data, data == NULL ? 0 : (size_t)size };
}

bool
sql_column_is_null(struct sql *sql, int column)
{
	return sqlite3_column_type(sql->statement, column) == SQLITE_NULL;
}

struct value
sql_column_value(struct sql *sql, int column)
{
	switch (sqlite3_column_type(sql->statement, column)) {
	case SQLITE_INTEGER:
		return value_integer(sql_column_integer(sql, column));
	case SQLITE_FLOAT:
		return value_real(
		    sqlite3_column_double(sql->statement, column));
	case SQLITE_TEXT:
		return value_text(sql_column_bytes(sql, column));
	case SQLITE_BLOB:
		return value_blob(sql_column_bytes(sql, column));
	default:
		return value_null();
	}
}

void
sql_release(struct sql *sql)
{
	if (sql == NULL || sql->statement == NULL)
		return;
	sqlite3_reset(sql->statement);
	sqlite3_clear_bindings(sql->statement);
	sql->result = SQLITE_OK;
	sql->in_use = false;
}

enum status
sql_finish(struct sql *sql, struct error *err)
{
	enum status status;

	do
		status = sql_step(sql, err);
	while (status == STATUS_OK);
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
sql_run(struct replica *replica, const char *text, struct error *err)
{
	return sql_finish(sql_use(replica, text), err);
}

enum status
sql_finish_id(struct sql *sql, uint64_t *id, struct error *err)
{
	enum status status = sql_step(sql, err);

	*id = status == STATUS_OK ? sql_column_id(sql, 0) : 0;
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

uint32_t
sql_changes(struct replica *replica)
{
	return (uint32_t)sqlite3_changes(replica->database);
}

enum status
sql_error(struct sqlite3 *database, int result, struct error *err)
{
	if (result == SQLITE_IOERR_NOMEM)
		result = SQLITE_NOMEM;
	switch (result & 0xff) {
	case SQLITE_FULL:
		return error_set(err, STATUS_FULL,
		    "the disk that holds the database is full");
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return error_set(err, STATUS_BUSY,
		    "another program is writing to the database");
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return error_set(err, STATUS_CORRUPT,
		    "the database is damaged: %s", sqlite3_errstr(result));
	case SQLITE_NOMEM:
		return error_set(err, STATUS_NOMEM,
		    "there is not enough memory for the database");
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return error_set(err, STATUS_DENIED,
		    "the database may not be written");
	case SQLITE_CANTOPEN:
	case SQLITE_IOERR:
		return error_set(err, STATUS_IO,
		    "the database cannot be read or written: %s",
		    sqlite3_errstr(result));
	case SQLITE_CONSTRAINT:
		return error_set(err, STATUS_EXISTS,
		    "the database has it already: %s",
		    sqlite3_errmsg(database));
	case SQLITE_TOOBIG:
		return error_set(err, STATUS_TOO_LARGE,
		    "it is too large for the database");
	case SQLITE_INTERRUPT:
		return error_set(err, STATUS_CANCELLED,
		    "work on the database was cancelled");
	default:
		return error_set(err, STATUS_CORRUPT,
		    "the database is not as this program made it: %s",
		    sqlite3_errmsg(database));
	}
}

void
sql_cache_deinit(struct sql_cache *cache)
{
	for (int i = 0; i < SQL_BUCKETS; i++) {
		while (cache->buckets[i] != NULL) {
			struct sql *sql = cache->buckets[i];

			cache->buckets[i] = sql->next;
			sqlite3_finalize(sql->statement);
			free(sql);
		}
	}
}
