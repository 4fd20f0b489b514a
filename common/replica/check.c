/*
 * What is stored: the file's structure, every commit, counts and sums.  All of
 * it is read in one snapshot, beside whoever writes.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "common/replica/check_private.h"
#include "common/replica/damage_private.h"
#include "common/replica/dossier.h"
#include "common/replica/ledger.h"
#include "common/replica/pending.h"
#include "protocol/identifier.h"

void
check_fault(struct check *check, const char *format, ...)
{
	char sentence[ERROR_TEXT_BYTES];
	va_list arguments;

	check->result->faults++;
	if (check->report == NULL)
		return;
	va_start(arguments, format);
	vsnprintf(sentence, sizeof(sentence), format, arguments);
	va_end(arguments);
	check->report(check->context, sentence);
}

/* --- SQLite's own check --------------------------------------------------- */

static enum status
check_integrity(struct check *check, struct error *err)
{
	struct sql *sql =
	    sql_use(check->replica, "PRAGMA integrity_check(100)");
	enum status status;

	while ((status = sql_step(sql, err)) == STATUS_OK) {
		struct bytes text = sql_column_bytes(sql, 0);

		if (bytes_equal_text(text, "ok"))
			continue;
		check->result->file_faults++;
		check_fault(check, "the file is damaged: %.*s", (int)text.size,
		    (const char *)text.data);
	}
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* --- commits -------------------------------------------------------------- */

static bool
check_ledger_row(void *context, const struct ledger_row *row)
{
	struct check *check = context;
	enum damage damage = DAMAGE_NONE;
	struct arena arena = { 0 };
	struct commit commit;

	check->result->commits++;
	if (damage_find(row, &arena, &commit, &damage) != STATUS_OK)
		check->no_memory = true;
	arena_deinit(&arena);
	check->result->damaged += damage != DAMAGE_NONE;
	switch (damage) {
	case DAMAGE_NONE:
		break;
	case DAMAGE_UNREADABLE:
		check_fault(check, "commit %" PRIu64 " cannot be read any more",
		    row->id);
		break;
	case DAMAGE_OTHER:
		check_fault(check,
		    "commit %" PRIu64 " is stored as another, or in another "
		    "dossier",
		    row->id);
		break;
	case DAMAGE_DIFFERS:
		check_fault(check, "commit %" PRIu64 " differs from its digest",
		    row->id);
		break;
	}
	return true;
}

static bool
check_pending_row(void *context, const struct pending_row *pending)
{
	const struct ledger_row row = damage_as_row(pending);

	return check_ledger_row(context, &row);
}

static enum status
check_commits(struct check *check, struct error *err)
{
	enum status status;

	status = ledger_each(check->replica, 0, check_ledger_row, check, err);
	for (int lane = 0; status == STATUS_OK && lane < LANE_COUNT; lane++)
		status = pending_each_waiting(check->replica, (enum lane)lane,
		    0, check_pending_row, check, err);
	if (status == STATUS_OK)
		status = pending_each_aside(check->replica, check_pending_row,
		    check, err);
	if (status == STATUS_OK && check->no_memory)
		status = error_set(err, STATUS_NOMEM, "read the commits");
	return status;
}

/* --- counts and sums ------------------------------------------------------ */

struct tally {
	uint64_t count;
	struct digest_sum sum;
	uint64_t last;
};

/* What goes through the visit of all dossiers. */
struct count_visit {
	struct check *check;
	enum status status;
	struct error *err;
};

static bool
tally_row(void *context, const struct ledger_row *row)
{
	struct tally *tally = context;

	tally->count++;
	digest_sum_add(&tally->sum, &row->digest);
	tally->last = row->sequence;
	return true;
}

static bool
check_dossier(void *context, const struct dossier *dossier)
{
	struct count_visit *visit = context;
	struct tally tally = { 0 };

	visit->status = ledger_each_of_dossier(visit->check->replica,
	    dossier->number, 0, INT64_MAX, tally_row, &tally, visit->err);
	if (visit->status != STATUS_OK)
		return false;
	if (tally.count != dossier->count ||
	    !digest_sum_equal(&tally.sum, &dossier->sum) ||
	    tally.last != dossier->last)
		check_fault(visit->check,
		    "dossier %" PRIu64 " holds %" PRIu64
		    " commits where %" PRIu64 " were counted, or others",
		    dossier->number, tally.count, dossier->count);
	if (dossier->state == DOSSIER_GONE && tally.count > 0)
		check_fault(visit->check,
		    "dossier %" PRIu64 " was purged and still holds commits",
		    dossier->number);
	return true;
}

static enum status
check_strays(struct check *check, struct error *err)
{
	struct sql *sql = sql_use(check->replica,
	    "SELECT DISTINCT dossier FROM ledger"
	    " WHERE dossier NOT IN (SELECT number FROM dossier)");
	enum status status;

	while ((status = sql_step(sql, err)) == STATUS_OK)
		check_fault(check,
		    "there are commits of dossier %" PRIu64
		    ", which is not known here",
		    sql_column_id(sql, 0));
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status
check_dossiers(struct check *check, struct error *err)
{
	struct count_visit visit = { .check = check, .err = err };
	enum status status;

	status = dossier_each(check->replica, -1, check_dossier, &visit, err);
	if (status == STATUS_OK)
		status = visit.status;
	if (status == STATUS_OK)
		status = check_strays(check, err);
	return status;
}

/* --- all ------------------------------------------------------------------ */

static enum status
check_all(struct check *check, struct error *err)
{
	enum status status;

	status = check_integrity(check, err);
	if (status == STATUS_OK)
		status = check_commits(check, err);
	if (status == STATUS_OK)
		status = check_dossiers(check, err);
	if (status == STATUS_OK)
		status = check_fold(check, err);
	return status;
}

enum status
check_replica(struct replica *replica, check_reporter *report,
    fold_progress *progress, void *context, struct check_result *result,
    struct error *err)
{
	struct check check = {
		.replica = replica,
		.report = report,
		.progress = progress,
		.context = context,
		.result = result,
	};
	bool own = !replica_in_transaction(replica);
	enum status status = STATUS_OK;

	*result = (struct check_result){ 0 };
	if (own)
		status = sql_run(replica, "BEGIN", err);
	if (status == STATUS_OK)
		status = check_all(&check, err);
	if (own)
		replica_rollback(replica);
	if (status != STATUS_OK)
		return error_wrap(err, "check");
	if (result->faults > 0)
		return error_set(err, STATUS_CORRUPT,
		    "%" PRIu64 " faults were found", result->faults);
	return STATUS_OK;
}
