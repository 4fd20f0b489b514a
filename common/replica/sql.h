/*
 * The replica's thin layer over SQLite: constant text, prepared once for each
 * replica and found again by its address; binders; steps; SQLite's errors as
 * sentences.  For common/replica, and for a module that keeps tables of its own
 * in the same database.
 *
 *	struct sql *sql = sql_use(replica,
 *	    "SELECT bytes FROM ledger WHERE id = ?1");
 *
 *	sql_bind_id(sql, 1, id);
 *	status = sql_step(sql, err);
 *	if (status == STATUS_OK)
 *		bytes = sql_column_bytes(sql, 0);
 *	...
 *	sql_release(sql);
 *
 * sql_use never fails: what went wrong is told by the first sql_step.  A text
 * that is in use already (a visitor came back to it) gets a second statement.
 */
#ifndef COMMON_REPLICA_SQL_H
#define COMMON_REPLICA_SQL_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/bytes.h"
#include "protocol/value.h"

struct replica;
struct sqlite3;
struct sqlite3_stmt;

/* One prepared statement. */
struct sql {
	struct replica *replica;
	const char *text;
	struct sqlite3_stmt *statement;
	int result; /* of SQLite, when preparing or binding failed */
	bool in_use;
	struct sql *next; /* in the same bucket */
};

enum {
	SQL_BUCKETS = 256
};

struct sql_composed;

struct sql_cache {
	struct sql *buckets[SQL_BUCKETS];
	struct sql_composed *composed[SQL_BUCKETS]; /* see sql_compose.h */
	struct sql broken; /* stands in for what could not be prepared */
};

/*
 * The statement of text, to be given back by sql_release or sql_finish.  text
 * is compared by address: it must live as long as the replica.  NULL: there
 * was no memory for it.
 */
struct sql *sql_use(struct replica *replica, const char *text);

/* Prepare text now: a later sql_use of it needs no memory. */
enum status sql_make_ready(struct replica *replica, const char *text,
    struct error *err);

/* Places count from 1.  Bytes are borrowed until the statement is released. */
void sql_bind_id(struct sql *sql, int place, uint64_t id);
void sql_bind_integer(struct sql *sql, int place, int64_t integer);
void sql_bind_blob(struct sql *sql, int place, struct bytes blob);
void sql_bind_text(struct sql *sql, int place, struct bytes text);
void sql_bind_value(struct sql *sql, int place, const struct value *value);

/*
 * STATUS_OK         there is a row
 * STATUS_NOT_FOUND  there is none, or no more; err is left alone
 * STATUS_EXISTS     a key is taken already
 * else              as sql_error
 */
enum status sql_step(struct sql *sql, struct error *err);

/* Columns count from 0.  Bytes are borrowed until the next step or release.
 * A null is 0 or empty. */
uint64_t sql_column_id(struct sql *sql, int column);
int64_t sql_column_integer(struct sql *sql, int column);
struct bytes sql_column_bytes(struct sql *sql, int column);
bool sql_column_is_null(struct sql *sql, int column);
struct value sql_column_value(struct sql *sql, int column);

/* Reset, forget what was bound, give back.  NULL is nothing. */
void sql_release(struct sql *sql);

/* Step to the end, passing over rows, and release: for what only writes. */
enum status sql_finish(struct sql *sql, struct error *err);

/* A statement without arguments. */
enum status sql_run(struct replica *replica, const char *text,
    struct error *err);

/* The first column of the first row as an id (0 when it is null or there is
 * no row), and release. */
enum status sql_finish_id(struct sql *sql, uint64_t *id, struct error *err);

/* How many rows the last statement that wrote has changed. */
uint32_t sql_changes(struct replica *replica);

/* Set err from SQLite's result code for what was being done. */
enum status sql_error(struct sqlite3 *database, int result, struct error *err);

/* Finalize all statements. */
void sql_cache_deinit(struct sql_cache *cache);

#endif
