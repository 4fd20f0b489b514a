/*
 * Purging.  Rows are taken out one by one, as they came in, so that nothing
 * has to know where else a commit left its traces; secure_delete overwrites
 * them.  What the search index, the unused parts of pages and the WAL still
 * hold goes with purge_finish.
 */
#include "common/replica/purge.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#include "common/replica/dossier.h"
#include "common/replica/fold.h"
#include "common/replica/id_list.h"
#include "common/replica/ledger.h"
#include "common/replica/pending.h"
#include "common/replica/replica_private.h"

/* Set while a purge has been committed, but not finished in the files. */
#define UNFINISHED "purge_unfinished"

/* --- what there is of it -------------------------------------------------- */

struct contents {
	uint64_t dossier;
	struct id_list commits;
	struct id_list records;
};

static bool
collect_commit(void *context, const struct ledger_row *row)
{
	struct contents *contents = context;

	return id_list_add(&contents->commits, row->id);
}

/* Also those of other dossiers to which a commit of this one wrote: it did not
 * count there, but they are flagged for it. */
static enum status
collect_records(struct replica *replica, struct contents *contents,
    struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "SELECT id FROM record WHERE dossier = ?1"
	    " UNION SELECT record FROM touch"
	    " WHERE id IN (SELECT id FROM ledger WHERE dossier = ?1)");
	enum status status;

	sql_bind_id(sql, 1, contents->dossier);
	while ((status = sql_step(sql, err)) == STATUS_OK)
		if (!id_list_add(&contents->records, sql_column_id(sql, 0)))
			break;
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status
collect(struct replica *replica, struct contents *contents, struct error *err)
{
	enum status status;

	status = ledger_each_of_dossier(replica, contents->dossier, 0,
	    INT64_MAX, collect_commit, contents, err);
	if (status == STATUS_OK)
		status = collect_records(replica, contents, err);
	if (status == STATUS_OK &&
	    (contents->commits.no_memory || contents->records.no_memory))
		status = error_set(err, STATUS_NOMEM, "list a dossier");
	return status;
}

/* --- taking it out -------------------------------------------------------- */

static enum status
remove_contents(struct replica *replica, const struct contents *contents,
    struct error *err)
{
	const struct id_list *commits = &contents->commits;
	const struct id_list *records = &contents->records;
	struct sql *sql;
	enum status status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < commits->count; i++)
		status = ledger_remove(replica, commits->ids[i], err);
	for (size_t i = 0; status == STATUS_OK && i < records->count; i++)
		status = fold_record(replica, records->ids[i], err);
	if (status != STATUS_OK)
		return status;
	sql = sql_use(replica, "DELETE FROM redacted WHERE dossier = ?1");
	sql_bind_id(sql, 1, contents->dossier);
	return sql_finish(sql, err);
}

static enum status
purge(struct replica *replica, struct dossier *dossier, struct error *err)
{
	struct contents contents = { .dossier = dossier->number };
	enum status status;

	status = collect(replica, &contents, err);
	if (status == STATUS_OK)
		status = remove_contents(replica, &contents, err);
	id_list_deinit(&contents.commits);
	id_list_deinit(&contents.records);
	if (status == STATUS_OK) {
		dossier->state = DOSSIER_GONE;
		dossier->filled = 0;
		dossier->fill_to = 0;
		status = dossier_put(replica, dossier, err);
	}
	if (status == STATUS_OK)
		status = purge_note(replica, err);
	return status;
}

enum status
purge_dossier(struct replica *replica, uint64_t number,
    struct purge_result *result, struct error *err)
{
	struct dossier dossier;
	uint64_t waiting;
	enum status status;

	assert(replica_in_transaction(replica));
	status = dossier_get(replica, number, &dossier, err);
	if (status == STATUS_OK)
		status = pending_in_dossier(replica, number, &waiting, err);
	if (status == STATUS_OK && waiting > 0)
		status = error_set(err, STATUS_BUSY,
		    "%" PRIu64 " commits in it wait for the hub", waiting);
	if (status == STATUS_OK) {
		result->count = dossier.count;
		result->sum = dossier.sum;
		result->sequence = dossier.closed;
		status = purge(replica, &dossier, err);
	}
	if (status != STATUS_OK)
		return error_wrap(err, "purge dossier %" PRIu64, number);
	return STATUS_OK;
}

enum status
purge_note(struct replica *replica, struct error *err)
{
	replica->forgot = true;
	return replica_meta_set(replica, UNFINISHED, 1, err);
}

bool
purge_is_wanted(const struct replica *replica)
{
	return replica->forgot;
}

/* --- the files ------------------------------------------------------------ */

/* The WAL is emptied only when nobody reads from it. */
static enum status
truncate_wal(struct replica *replica, struct error *err)
{
	struct sql *sql = sql_use(replica, "PRAGMA wal_checkpoint(TRUNCATE)");
	bool busy = false;
	enum status status = sql_step(sql, err);

	if (status == STATUS_OK)
		busy = sql_column_integer(sql, 0) != 0;
	sql_release(sql);
	if (status == STATUS_OK && busy)
		return error_set(err, STATUS_BUSY,
		    "another program is reading the database");
	return status;
}

static enum status
optimize_search(struct replica *replica, struct error *err)
{
	enum status status;

	status = replica_begin(replica, err);
	if (status != STATUS_OK)
		return status;
	status = sql_run(replica,
	    "INSERT INTO search(search) VALUES('optimize')", err);
	if (status == STATUS_OK)
		status = replica_commit(replica, err);
	if (status != STATUS_OK)
		replica_rollback(replica);
	return status;
}

/* Where rows had moved to another page, a copy of them may stand in the unused
 * part of the old one, which secure_delete does not reach.  The hub, which is
 * large, forgets only what was redacted, and does without. */
static enum status
rewrite_pages(struct replica *replica, struct error *err)
{
	if (replica_kind(replica) == REPLICA_HUB)
		return STATUS_OK;
	return sql_run(replica, "VACUUM", err);
}

static enum status
note_finished(struct replica *replica, struct error *err)
{
	enum status status;

	status = replica_begin(replica, err);
	if (status != STATUS_OK)
		return status;
	status = replica_meta_set(replica, UNFINISHED, 0, err);
	if (status == STATUS_OK)
		status = replica_commit(replica, err);
	if (status != STATUS_OK)
		replica_rollback(replica);
	return status;
}

static enum status
overwrite(struct replica *replica, struct error *err)
{
	enum status status;

	status = optimize_search(replica, err);
	if (status == STATUS_OK)
		status = rewrite_pages(replica, err);
	if (status == STATUS_OK)
		status = note_finished(replica, err);
	return status;
}

enum status
purge_finish(struct replica *replica, struct error *err)
{
	uint64_t unfinished;
	enum status status;

	assert(!replica_in_transaction(replica));
	status = replica_meta_get(replica, UNFINISHED, 0, &unfinished, err);
	if (status == STATUS_OK && unfinished != 0)
		status = overwrite(replica, err);
	if (status == STATUS_OK)
		status = truncate_wal(replica, err);
	if (status != STATUS_OK)
		return error_wrap(err, "finish a purge");
	replica->forgot = false;
	return STATUS_OK;
}
