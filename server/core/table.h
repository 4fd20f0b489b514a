/*
 * SQL on the hub's own tables, which lie beside the replica's:
 *
 *	site_state   what is known of each computer (sites.h)
 *	counter	     refusals and alarms (counters.h)
 *	refused	     commits that were set aside here (counters.h)
 *	consequence  commits that the hub wrote under a cause's numbers
 *	night_site   how each computer was last compared (nights.h)
 *
 * They are local: what has to survive the hub's disk is in records.
 */
#ifndef SERVER_CORE_TABLE_H
#define SERVER_CORE_TABLE_H

#include <stdint.h>

#include "common/replica/replica.h"
#include "common/replica/sql.h"

/* Create what is missing. */
enum status table_create_all(struct replica *replica, struct error *err);

/*
 * sql_use constant text and bind its parameters by kinds, one letter each:
 * 'i' a uint64_t or int64_t, 't' struct bytes as text, 'b' struct bytes as a
 * blob; the bytes are borrowed.  Then sql_step and sql_release.
 */
struct sql *table_query(struct replica *replica, const char *text,
    const char *kinds, ...);

/* The same for a statement that only writes: step it and give it back. */
enum status table_run(struct replica *replica, struct error *err,
    const char *text, const char *kinds, ...);

uint64_t table_integer(struct sql *row, int column);

#endif
