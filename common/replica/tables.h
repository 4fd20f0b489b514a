/*
 * The typed tables: one STRICT table for each collection of the catalogue.
 * Private to common/replica.
 *
 *	"contact" (id INTEGER PRIMARY KEY, _dossier INTEGER, <columns>)
 *
 * Their SQL is composed from the names in the catalogue: the one exception to
 * "nothing built by sprintf".  The names are of the program itself, and are
 * checked to be [a-z_0-9] and quoted all the same.
 */
#ifndef COMMON_REPLICA_TABLES_H
#define COMMON_REPLICA_TABLES_H

#include "common/replica/replica.h"
#include "protocol/value.h"

struct tables;

enum table_text {
	TABLE_GET,  /* SELECT _dossier, <columns> WHERE id = ?1 */
	TABLE_PUT,  /* INSERT OR REPLACE: ?1 id, ?2 _dossier, ?3.. columns */
	TABLE_DROP, /* DELETE WHERE id = ?1 */
	TABLE_TEXT_COUNT
};

enum status tables_create(struct tables **out, struct error *err);

void tables_destroy(struct tables *tables);

/* SQL for sql_use, composed at the first use; lives as long as the replica.
 * NULL when there is no memory. */
const char *tables_text(struct replica *replica,
    const struct collection *collection, enum table_text text);

/* Drop every typed table that there is, and make those of the catalogue. */
enum status tables_make_all(struct replica *replica, struct error *err);

/* Empty all typed tables. */
enum status tables_clear_all(struct replica *replica, struct error *err);

/* values: one a column.  Replaces the row. */
enum status tables_put_row(struct replica *replica,
    const struct collection *collection, uint64_t id, uint64_t dossier,
    const struct value *values, struct error *err);

/* Text and blobs are copied into arena.  STATUS_NOT_FOUND */
enum status tables_get_row(struct replica *replica,
    const struct collection *collection, uint64_t id, struct arena *arena,
    struct value *values, struct error *err);

enum status tables_drop_row(struct replica *replica,
    const struct collection *collection, uint64_t id, struct error *err);

#endif
