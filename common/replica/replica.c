/*
 * Opening, transactions, and the watcher.
 */
#include "common/replica/replica.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/replica/replica_private.h"
#include "common/replica/sql_compose.h"
#include "common/replica/tables.h"
#include "protocol/digest.h"

enum {
	BUSY_MS_DEFAULT = 10 * 1000,
	LOOK_EVERY = 10 * 1000 /* instructions of SQLite's machine */
};

/* What undoes things is made ready at opening: it has to work when memory is
 * short. */
static const char rollback[] = "ROLLBACK";
static const char rollback_to[] = "ROLLBACK TO step";
static const char release[] = "RELEASE step";

/*
 * Deleted bytes are overwritten, what was acknowledged is on the disk, and a
 * damaged or foreign schema runs nothing.  The cache is small: a client lives
 * beside everything else on an office computer.
 */
static const char pragmas[] = "PRAGMA synchronous = FULL;"
			      "PRAGMA foreign_keys = OFF;"
			      "PRAGMA secure_delete = ON;"
			      "PRAGMA trusted_schema = OFF;"
			      "PRAGMA temp_store = MEMORY;"
			      "PRAGMA mmap_size = 0;"
			      "PRAGMA journal_size_limit = 16777216;";

/* What is only read (a backup) stays as it is. */
static const char *
journal_pragma(bool read_only)
{
	return read_only ? "" : "PRAGMA journal_mode = WAL";
}

static const char *
cache_pragma(enum replica_kind kind)
{
	return kind == REPLICA_HUB ? "PRAGMA cache_size = -65536"
	                           : "PRAGMA cache_size = -8192";
}

/* --- digest_add(sum, digest), so that one UPDATE counts a commit ---------- */

typedef void digest_sum_change(struct digest_sum *sum,
    const struct digest *digest);

static void
change_sum(sqlite3_context *context, sqlite3_value **arguments,
    digest_sum_change *change)
{
	const void *sum_bytes = sqlite3_value_blob(arguments[0]);
	const void *digest_bytes = sqlite3_value_blob(arguments[1]);
	struct digest_sum sum;
	struct digest digest;
	uint8_t out[16];

	if (sqlite3_value_bytes(arguments[0]) != sizeof(out) ||
	    sqlite3_value_bytes(arguments[1]) != sizeof(digest.bytes)) {
		sqlite3_result_error_code(context, SQLITE_CORRUPT);
		return;
	}
	memcpy(digest.bytes, digest_bytes, sizeof(digest.bytes));
	digest_sum_load(&sum, sum_bytes);
	change(&sum, &digest);
	digest_sum_store(&sum, out);
	sqlite3_result_blob(context, out, sizeof(out), SQLITE_TRANSIENT);
}

static void
function_add(sqlite3_context *context, int count, sqlite3_value **arguments)
{
	(void)count;
	change_sum(context, arguments, digest_sum_add);
}

static void
function_subtract(sqlite3_context *context, int count,
    sqlite3_value **arguments)
{
	(void)count;
	change_sum(context, arguments, digest_sum_subtract);
}

static int
define_functions(struct sqlite3 *database)
{
	const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
	int result;

	result = sqlite3_create_function(database, "digest_add", 2, flags, NULL,
	    function_add, NULL, NULL);
	if (result == SQLITE_OK)
		result = sqlite3_create_function(database, "digest_subtract", 2,
		    flags, NULL, function_subtract, NULL, NULL);
	return result;
}

/* --- opening -------------------------------------------------------------- */

static enum status
open_database(struct replica *replica, const struct replica_options *options,
    struct error *err)
{
	uint32_t busy_ms =
	    options->busy_ms != 0 ? options->busy_ms : BUSY_MS_DEFAULT;
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	int result;

	if (options->read_only)
		flags |= SQLITE_OPEN_READONLY;
	else
		flags |= SQLITE_OPEN_READWRITE;
	if (!options->read_only && !options->must_exist)
		flags |= SQLITE_OPEN_CREATE;
	result = sqlite3_open_v2(options->path, &replica->database, flags,
	    options->vfs);
	if (result == SQLITE_OK)
		result = sqlite3_busy_timeout(replica->database, (int)busy_ms);
	if (result == SQLITE_OK)
		result = define_functions(replica->database);
	if (result == SQLITE_OK)
		result = sqlite3_exec(replica->database,
		    journal_pragma(options->read_only), NULL, NULL, NULL);
	if (result == SQLITE_OK)
		result =
		    sqlite3_exec(replica->database, pragmas, NULL, NULL, NULL);
	if (result == SQLITE_OK)
		result = sqlite3_exec(replica->database,
		    cache_pragma(replica->kind), NULL, NULL, NULL);
	if (result != SQLITE_OK)
		return sql_error(replica->database, result, err);
	return STATUS_OK;
}

static enum status
make_ready(struct replica *replica, struct error *err)
{
	enum status status;

	status = sql_make_ready(replica, rollback, err);
	if (status == STATUS_OK)
		status = sql_make_ready(replica, rollback_to, err);
	if (status == STATUS_OK)
		status = sql_make_ready(replica, release, err);
	return status;
}

enum status
replica_open(const struct replica_options *options, struct replica **out,
    struct error *err)
{
	struct replica *replica;
	enum status status;

	assert(*out == NULL);
	replica = calloc(1, sizeof(*replica));
	if (replica == NULL)
		return error_set(err, STATUS_NOMEM, "open the database");
	replica->kind = options->kind;
	replica->read_only = options->read_only;
	status = open_database(replica, options, err);
	if (status == STATUS_OK)
		status = tables_create(&replica->tables, err);
	if (status == STATUS_OK)
		status = schema_migrate(replica, err);
	if (status == STATUS_OK)
		status = identity_load(replica, err);
	if (status == STATUS_OK)
		status = make_ready(replica, err);
	if (status != STATUS_OK) {
		replica_close(replica);
		error_wrap(err, "open %s", options->path);
		return status;
	}
	*out = replica;
	return STATUS_OK;
}

void
replica_close(struct replica *replica)
{
	if (replica == NULL)
		return;
	sql_cache_deinit(&replica->cache);
	sql_text_forget_all(&replica->cache);
	sqlite3_close_v2(replica->database);
	tables_destroy(replica->tables);
	buffer_deinit(&replica->row_bytes);
	buffer_deinit(&replica->pending_bytes);
	free(replica->touched);
	free(replica);
}

enum replica_kind
replica_kind(const struct replica *replica)
{
	return replica->kind;
}

struct sqlite3 *
replica_database(struct replica *replica)
{
	return replica->database;
}

static int
on_instructions(void *stop)
{
	return atomic_load((atomic_bool *)stop);
}

void
replica_stop_when(struct replica *replica, atomic_bool *stop)
{
	sqlite3_progress_handler(replica->database, LOOK_EVERY, on_instructions,
	    stop);
}

/* --- transactions --------------------------------------------------------- */

/* Another process may have joined this computer to the hub meanwhile. */
static enum status
refresh_identity(struct replica *replica, struct error *err)
{
	uint32_t version;
	enum status status;

	status = replica_data_version(replica, &version, err);
	if (status != STATUS_OK ||
	    (version == replica->identity_version && !replica->identity_stale))
		return status;
	return identity_load(replica, err);
}

enum status
replica_begin(struct replica *replica, struct error *err)
{
	enum status status;

	assert(!replica_in_transaction(replica));
	status = sql_run(replica, "BEGIN IMMEDIATE", err);
	if (status != STATUS_OK)
		return status;
	status = refresh_identity(replica, err);
	if (status != STATUS_OK)
		replica_rollback(replica);
	return status;
}

static void
forget_touched(struct replica *replica)
{
	replica->touched_count = 0;
	replica->stamp_seen = 0;
}

/* The watcher may begin a transaction of its own, so the list is taken off. */
static void
tell_watcher(struct replica *replica)
{
	struct touched *touched = replica->touched;
	size_t count = replica->touched_count;

	replica->touched = NULL;
	replica->touched_count = 0;
	replica->touched_capacity = 0;
	for (size_t i = 0; i < count && replica->watcher != NULL; i++)
		replica->watcher(replica->watcher_context,
		    touched[i].collection, touched[i].record);
	free(touched);
}

enum status
replica_commit(struct replica *replica, struct error *err)
{
	enum status status;

	assert(replica_in_transaction(replica));
	status = stamp_store(replica, err);
	if (status == STATUS_OK)
		status = sql_run(replica, "COMMIT", err);
	if (status != STATUS_OK) {
		replica_rollback(replica);
		return status;
	}
	replica->stamp_seen = 0;
	replica->starved = false;
	replica->suspected = false;
	if (replica->touched_count > 0)
		tell_watcher(replica);
	return STATUS_OK;
}

/* Statements made ready expire with the schema: making them anew takes memory
 * after all. */
bool
replica_undo(struct replica *replica)
{
	replica->undo = UNDO_NOTHING;
	if (sqlite3_get_autocommit(replica->database) == 0)
		(void)sql_run(replica, rollback, NULL);
	if (sqlite3_get_autocommit(replica->database) == 0)
		replica->undo = UNDO_ALL;
	return replica->undo == UNDO_NOTHING;
}

void
replica_rollback(struct replica *replica)
{
	(void)replica_undo(replica);
	forget_touched(replica);
	replica->grants_followed = false;
	/* What was read inside may have been written inside. */
	replica->identity_stale = true;
	(void)identity_load(replica, NULL);
}

bool
replica_in_transaction(const struct replica *replica)
{
	return replica->undo != UNDO_ALL &&
	       sqlite3_get_autocommit(replica->database) == 0;
}

enum status
replica_savepoint(struct replica *replica, struct error *err)
{
	assert(replica_in_transaction(replica));
	return sql_run(replica, "SAVEPOINT step", err);
}

enum status
replica_release(struct replica *replica, struct error *err)
{
	return sql_run(replica, release, err);
}

void
replica_rollback_to(struct replica *replica)
{
	replica->grants_followed = false;
	if ((sql_run(replica, rollback_to, NULL) != STATUS_OK ||
		sql_run(replica, release, NULL) != STATUS_OK) &&
	    replica_in_transaction(replica))
		replica->undo = UNDO_STEP;
}

enum status
replica_data_version(struct replica *replica, uint32_t *version,
    struct error *err)
{
	uint64_t number;
	enum status status;

	status = sql_finish_id(sql_use(replica, "PRAGMA data_version"), &number,
	    err);
	*version = (uint32_t)number;
	return status;
}

/* --- the watcher ---------------------------------------------------------- */

void
replica_watch(struct replica *replica, replica_watcher *watcher, void *context)
{
	replica->watcher = watcher;
	replica->watcher_context = context;
}

/* The watcher is a convenience: when memory is short it is not told. */
void
replica_touch(struct replica *replica, const char *collection, uint64_t record)
{
	size_t count = replica->touched_count;
	size_t capacity = replica->touched_capacity;
	struct touched *touched = replica->touched;

	if (replica->watcher == NULL ||
	    (count > 0 && touched[count - 1].record == record))
		return;
	if (count == capacity) {
		capacity = capacity == 0 ? 64 : capacity * 2;
		touched = realloc(touched, capacity * sizeof(*touched));
		if (touched == NULL)
			return;
		replica->touched = touched;
		replica->touched_capacity = capacity;
	}
	touched[count] = (struct touched){ collection, record };
	replica->touched_count++;
}
