/*
 * A replica: a set of commits in one SQLite database, and the tables that are
 * folded from it.
 *
 *	ledger.h    the commits that have a place in the hub's order
 *	pending.h   the commits of this site that wait for the hub, or that it
 *		    refused
 *	dossier.h   what is held of each dossier; counts and sums
 *	grants.h    which school may read which dossier, since when, until when
 *	heads.h	    the heads of one record (pure)
 *	fold.h	    commits to heads, typed tables and indexes
 *	take.h	    what comes from the hub becomes part of the set
 *	draft.h	    writing: from columns and values to a commit
 *	record.h    reading records, conflicts and lists
 *	history.h   every write of a field, with who and when
 *	search.h    pupils as you type
 *	purge.h	    dropping a dossier so that no byte is left
 *	check.h	    fold everything anew and compare; SQLite's integrity check
 *
 * A replica belongs to one thread.  Several processes may have one database
 * open: one writes at a time (replica_begin waits for its turn), readers never
 * wait.  Nothing here reads a clock or a random source: time and randomness
 * are arguments.
 */
#ifndef COMMON_REPLICA_REPLICA_H
#define COMMON_REPLICA_REPLICA_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/catalogue/catalogue.h"
#include "protocol/bytes.h"
#include "protocol/message.h"

struct replica;
struct sqlite3;

enum replica_kind {
	REPLICA_CLIENT,
	REPLICA_HUB
};

struct replica_options {
	const char *path;
	const char *vfs;        /* NULL: SQLite's default */
	enum replica_kind kind; /* of a new database; else must agree */
	bool read_only;
	bool must_exist;
	uint32_t busy_ms; /* how long to wait for another writer; 0: 10 s */
};

/*
 * Open, create or migrate.  Typed tables that an older or newer catalogue
 * folded are folded anew.  STATUS_UNSUPPORTED: written by a later program.
 */
enum status replica_open(const struct replica_options *options,
    struct replica **out, struct error *err);

void replica_close(struct replica *replica);

enum replica_kind replica_kind(const struct replica *replica);

/* For a module that keeps tables of its own beside the replica's. */
struct sqlite3 *replica_database(struct replica *replica);

/* From now on what this connection does ends with STATUS_CANCELLED as soon as
 * *stop is set, by whichever thread.  Borrowed until the replica is closed. */
void replica_stop_when(struct replica *replica, atomic_bool *stop);

/* BEGIN IMMEDIATE; transactions do not nest, savepoints do. */
enum status replica_begin(struct replica *replica, struct error *err);

/* STATUS_OK means durable (synchronous = FULL).  Calls the watcher. */
enum status replica_commit(struct replica *replica, struct error *err);

/* Accepts that there is no transaction any more.  If memory lacks even for
 * this, it is done before anything else is read or written, which fails with
 * STATUS_NOMEM as long as it cannot be done. */
void replica_rollback(struct replica *replica);

bool replica_in_transaction(const struct replica *replica);

enum status replica_savepoint(struct replica *replica, struct error *err);

enum status replica_release(struct replica *replica, struct error *err);

/* If memory lacks even for this, all that follows fails with STATUS_NOMEM,
 * until replica_rollback. */
void replica_rollback_to(struct replica *replica);

/* Changes when another connection or process has written. */
enum status replica_data_version(struct replica *replica, uint32_t *version,
    struct error *err);

/*
 * What a transaction changed, told after its commit: one call a record.
 * Changes by other processes are not told: see replica_data_version.
 */
typedef void replica_watcher(void *context, const char *collection,
    uint64_t record);

void replica_watch(struct replica *replica, replica_watcher *watcher,
    void *context);

/* --- small facts that live in the database, by name ---------------------- */

/* Absent: *value = fallback. */
enum status replica_meta_get(struct replica *replica, const char *name,
    uint64_t fallback, uint64_t *value, struct error *err);

enum status replica_meta_set(struct replica *replica, const char *name,
    uint64_t value, struct error *err);

/* Absent: out is empty.  Replaces out. */
enum status replica_meta_get_blob(struct replica *replica, const char *name,
    struct buffer *out, struct error *err);

enum status replica_meta_set_blob(struct replica *replica, const char *name,
    struct bytes value, struct error *err);

/* --- who this site is, its numbers and its clock -------------------------- */

struct replica_identity {
	uint32_t site;   /* 0: the hub, or not joined yet */
	uint64_t school; /* record of the site's school; 0: none */
};

/* In a transaction of its own when none is open. */
enum status replica_identity_set(struct replica *replica,
    const struct replica_identity *identity, struct error *err);

struct replica_identity replica_identity(const struct replica *replica);

/*
 * Once after each opening that is going to write, with fresh random bits: the
 * counter jumps by 1 + jump mod 2^24, so that a copied or restored database
 * uses no number again.
 */
enum status replica_jump(struct replica *replica, uint32_t jump,
    struct error *err);

/* count consecutive ids of this site, and skip more behind them that stay
 * unused (for the hub).  Inside a transaction. */
enum status replica_take_ids(struct replica *replica, uint32_t count,
    uint32_t skip, uint64_t *first, struct error *err);

/* count ids from first that a former life of this site has used: the counter
 * goes behind them.  Of another site they are nothing to this one.  Inside a
 * transaction. */
enum status replica_pass_ids(struct replica *replica, uint64_t first,
    uint32_t count, struct error *err);

/* The next stamp of this site's clock; now_ms is Unix time, from which meta
 * "clock_ahead_ms" (measured at WELCOME) is taken off.  In a transaction. */
enum status replica_take_stamp(struct replica *replica, uint64_t now_ms,
    uint64_t *stamp, struct error *err);

/* After CLOCK: the clock's last stamp becomes this. */
enum status replica_reset_stamp(struct replica *replica, uint64_t last,
    struct error *err);

/* --- the hub's generations, as this replica went through them ------------- */

/* Oldest first, at most LIMIT_GENERATIONS; out lives in arena. */
enum status replica_generations(struct replica *replica, struct arena *arena,
    struct generation **out, uint32_t *count, struct error *err);

enum status replica_generations_set(struct replica *replica,
    const struct generation *generations, uint32_t count, struct error *err);

/* The last sequence that means the same to both lists; INT64_MAX: all do; 0:
 * none.  Pure. */
uint64_t replica_generations_common(const struct generation *ours,
    uint32_t our_count, const struct generation *theirs, uint32_t their_count);

/* In which life of the hub's order that place lies; 0 for an empty list. */
uint64_t replica_generation_at(const struct generation *generations,
    uint32_t count, uint64_t sequence);

#endif
