/*
 * Statements whose text holds names of the catalogue, and therefore is put
 * together.  Values are bound, never written into the text.  Private to
 * common/replica.
 *
 *	struct sql_text text = { 0 };
 *	struct sql sql;
 *
 *	sql_text_add(&text, "SELECT id FROM ");
 *	sql_text_add_name(&text, collection->name);
 *	status = sql_text_prepare(&text, replica, &sql, err);
 *	... sql_bind_*, sql_step, sql_column_* as with sql_use ...
 *	sql_text_finalize(&sql);
 *
 * or, for one that is likely to be asked again,
 *
 *	sql = sql_text_use(&text, replica);
 *	... as with sql_use ...
 *	sql_release(sql);
 */
#ifndef COMMON_REPLICA_SQL_COMPOSE_H
#define COMMON_REPLICA_SQL_COMPOSE_H

#include "common/replica/sql.h"

/* A failed append is told by sql_text_prepare. */
struct sql_text {
	struct buffer buffer;
	enum status status;
};

void sql_text_add(struct sql_text *text, const char *part);

/* A name, quoted. */
void sql_text_add_name(struct sql_text *text, const char *name);

/* Prepare into *sql, and release text.  *sql may be finalized whatever comes
 * of it. */
enum status sql_text_prepare(struct sql_text *text, struct replica *replica,
    struct sql *sql, struct error *err);

void sql_text_finalize(struct sql *sql);

/*
 * sql_use for a composed text, which is found again by what it says, and
 * release text.  Both text and statement live as long as the replica: for
 * texts of which there are only as many as the program has queries.
 */
struct sql *sql_text_use(struct sql_text *text, struct replica *replica);

/* After sql_cache_deinit, whose statements are known by their texts. */
void sql_text_forget_all(struct sql_cache *cache);

#endif
