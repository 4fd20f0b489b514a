/*
 * What a replica is made of.  Private to common/replica.
 */
#ifndef COMMON_REPLICA_REPLICA_PRIVATE_H
#define COMMON_REPLICA_REPLICA_PRIVATE_H

#include <sqlite3.h>

#include "common/replica/replica.h"
#include "common/replica/sql.h"

struct tables;

/* What could not be undone for want of memory.  Until it is, nothing is read
 * or written. */
enum undo {
	UNDO_NOTHING,
	UNDO_STEP, /* replica_rollback will do it */
	UNDO_ALL   /* the next statement tries it again */
};

/* A record that the transaction changed, for the watcher. */
struct touched {
	const char *collection;
	uint64_t record;
};

struct replica {
	struct sqlite3 *database;
	enum replica_kind kind;
	bool read_only;
	struct sql_cache cache;
	struct tables *tables; /* SQL for the typed tables; see tables.h */

	struct replica_identity identity;
	uint32_t identity_version;   /* data version at which it was read */
	bool identity_stale;         /* it may be another: read it again */
	struct buffer row_bytes;     /* of the row that ledger_get lends */
	struct buffer pending_bytes; /* and pending_get */
	enum undo undo;
	bool starved;        /* memory was lacking since the last COMMIT */
	bool suspected;      /* damage was taken for that once since then */
	bool forgot;         /* bytes were dropped: purge_finish is wanted */
	uint64_t stamp_seen; /* greatest of the commits of this transaction */

	/* Neither grants nor dossiers have changed since take_grants followed
	 * them; another process may have changed them if the data version is
	 * another too. */
	bool grants_followed;
	uint32_t grants_version;

	replica_watcher *watcher;
	void *watcher_context;
	struct touched *touched;
	size_t touched_count;
	size_t touched_capacity;
};

/* schema.c: create or migrate all tables; fold anew after a change of the
 * catalogue. */
enum status schema_migrate(struct replica *replica, struct error *err);

/* identity.c: read who this site is from the database. */
enum status identity_load(struct replica *replica, struct error *err);

/* identity.c: keep the greatest stamp that this transaction has seen. */
enum status stamp_store(struct replica *replica, struct error *err);

/* replica.c: try what could not be undone; false: it still cannot be. */
bool replica_undo(struct replica *replica);

/* replica.c: tell the watcher about record after the commit.  collection is
 * the catalogue's name of it. */
void replica_touch(struct replica *replica, const char *collection,
    uint64_t record);

#endif
