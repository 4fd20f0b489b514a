/*
 * SQL on the hub's own tables, which lie beside the replica's:
 *
 *	site_state   what is known of each computer (sites.h)
 *	counter	     refusals and alarms (counters.h)
 *	refused	     commits that were set aside here (counters.h)
 *	consequence  commits that the hub wrote under a cause's numbers
 *
 * They are local: what has to survive the hub's disk is in records.  They are
 * touched a few times a batch, so statements are prepared where they are run.
 */
#ifndef SERVER_CORE_TABLE_H
#define SERVER_CORE_TABLE_H

#include <stdint.h>

#include "common/replica/replica.h"

struct sqlite3_stmt;

/* Create what is missing. */
enum status table_create_all(struct replica *replica, struct error *err);

/*
 * Prepare constant sql and bind its parameters by kinds, one letter each:
 * 'i' a uint64_t or int64_t, 't' struct bytes as text, 'b' struct bytes as a
 * blob.  *out is to be given to table_step and then table_end.
 */
enum status table_query(struct replica *replica, struct sqlite3_stmt **out,
    struct error *err, const char *sql, const char *kinds, ...);

/* STATUS_OK: a row; STATUS_NOT_FOUND: no more. */
enum status table_step(struct sqlite3_stmt *statement, struct error *err);

/* Accepts NULL. */
void table_end(struct sqlite3_stmt *statement);

/* table_query for a statement that gives no rows. */
enum status table_run(struct replica *replica, struct error *err,
    const char *sql, const char *kinds, ...);

uint64_t table_integer(struct sqlite3_stmt *statement, int column);

/* Borrowed until the next step. */
struct bytes table_bytes(struct sqlite3_stmt *statement, int column);

#endif
