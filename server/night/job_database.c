/*
 * integrity, checkpoint: the database itself.
 */
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>

#include "common/replica/check.h"
#include "common/replica/damage.h"
#include "common/replica/defect.h"
#include "common/replica/sql.h"
#include "server/core/nights.h"
#include "server/night/plan.h"
#include "server/night/verify.h"

enum {
	LOOK_ROWS = 1000
};

#define DEFECT_KEPT_MS (UINT64_C(2 * 365) * 24 * 60 * 60 * 1000)

/* --- integrity ------------------------------------------------------------ */

/* Commits that are damaged are noted, so that computers bring sound copies. */
static enum status
look_for_damage(struct night_work *work, struct error *err)
{
	uint64_t upto = 0, found = 0;
	enum status status = STATUS_OK;

	for (bool done = false; status == STATUS_OK && !done;) {
		status = damage_look(work->replica, LOOK_ROWS, work->now_ms,
		    &upto, &found, &done, err);
		if (status == STATUS_OK && !night_goes_on(work, 0, 0))
			status = error_set(err, STATUS_CANCELLED,
			    "the night was broken off");
	}
	return status;
}

struct noting {
	struct night_work *work;
	enum status status;
	struct error *err;
};

static bool
note_defect(void *context, const struct damaged *damaged)
{
	struct noting *noting = context;
	struct replica *replica = noting->work->replica;
	struct defect defect = {
		.found_ms = noting->work->now_ms,
		.kind = DEFECT_DAMAGED,
		.commit_id = damaged->id,
		.sequence = damaged->sequence,
		.received_ms = damaged->received_ms,
	};
	bool known = false;

	if (damaged->found_ms < noting->work->now_ms)
		noting->status = defect_is_known(replica, DEFECT_DAMAGED,
		    damaged->id, damaged->found_ms, &known, noting->err);
	if (noting->status == STATUS_OK && !known)
		noting->status = defect_note(replica, &defect, noting->err);
	return noting->status == STATUS_OK;
}

/* Every computer is asked as long as there is damage; each commit is a defect
 * once, in the night that finds it or, if that was broken off, in the next. */
static enum status
note_all(struct night_work *work, struct error *err)
{
	struct noting noting = { .work = work, .err = err };
	uint64_t damaged;
	enum status status;

	status = damage_each(work->replica, 0, note_defect, &noting, err);
	if (status == STATUS_OK)
		status = noting.status;
	if (status == STATUS_OK)
		status = damage_count(work->replica, &damaged, err);
	if (status == STATUS_OK && damaged > 0)
		status = nights_want(work->replica, 0, err);
	if (status == STATUS_OK && work->now_ms > DEFECT_KEPT_MS)
		status = defect_forget(work->replica,
		    work->now_ms - DEFECT_KEPT_MS, err);
	return status;
}

static enum status
find_damage(struct night_work *work, struct error *err)
{
	enum status status = look_for_damage(work, err);

	if (status == STATUS_OK)
		status = replica_begin(work->replica, err);
	if (status != STATUS_OK)
		return status;
	status = note_all(work, err);
	if (status == STATUS_OK)
		status = replica_commit(work->replica, err);
	if (status != STATUS_OK)
		replica_rollback(work->replica);
	return status;
}

/* What helps depends on what is damaged. */
static void
say_damage(struct night_outcome *outcome, const struct check_result *result)
{
	/* What cannot even be counted is the file's. */
	if (result->file_faults > 0 || result->faults == 0)
		outcome_say(outcome, NIGHT_FAILED,
		    "The database is damaged (%" PRIu64 " faults): bring back "
		    "the newest backup into a new folder with `throughline-hub "
		    "restore`; the schools' computers give back what came "
		    "after it.",
		    result->faults);
	else if (result->damaged > 0)
		outcome_say(outcome, NIGHT_FAILED,
		    "Damaged commits: %" PRIu64 "; sound copies come from the "
		    "schools' computers, which are all compared as they "
		    "connect.",
		    result->damaged);
	else
		outcome_say(outcome, NIGHT_FAILED,
		    "The commits are sound, and what is computed from them is "
		    "not (%" PRIu64 " faults): stop the hub and run "
		    "`throughline-hub check --repair`.",
		    result->faults);
}

void
job_integrity(struct night_work *work, struct night_outcome *outcome)
{
	struct check_result result = { 0 };
	struct error err = { 0 };
	enum status status;

	night_watch(work, work->replica);
	status = find_damage(work, &err);
	if (status == STATUS_OK || status == STATUS_CORRUPT)
		status =
		    night_verify(work, work->replica, outcome, &result, &err);
	if (status == STATUS_OK)
		outcome_say(outcome, NIGHT_OK,
		    "The database is sound: %" PRIu64 " commits, %" PRIu64
		    " records.",
		    result.commits, result.records);
	else if (status == STATUS_CORRUPT)
		say_damage(outcome, &result);
	else
		outcome_fail(outcome, "The database could not be checked",
		    &err);
}

/* --- checkpoint ----------------------------------------------------------- */

enum {
	PATIENCE_MS = 100 /* while it waits, nobody else can write */
};

/* Whether it was done; the hub's own readers and writers come first. */
static enum status
checkpoint(struct replica *replica, const char *text, bool *busy,
    struct error *err)
{
	struct sql *sql = sql_use(replica, text);
	enum status status = sql_step(sql, err);

	*busy = status == STATUS_BUSY ||
	        (status == STATUS_OK && sql_column_integer(sql, 0) != 0);
	sql_release(sql);
	return status == STATUS_BUSY || status == STATUS_NOT_FOUND ? STATUS_OK
	                                                           : status;
}

void
job_checkpoint(struct night_work *work, struct night_outcome *outcome)
{
	struct replica *replica = work->replica;
	struct error err = { 0 };
	enum status status;
	bool busy = false;

	sqlite3_busy_timeout(replica_database(replica), PATIENCE_MS);
	/* Most of it is done in a way that keeps nobody waiting. */
	status =
	    checkpoint(replica, "PRAGMA wal_checkpoint(PASSIVE)", &busy, &err);
	if (status == STATUS_OK)
		status = checkpoint(replica, "PRAGMA wal_checkpoint(TRUNCATE)",
		    &busy, &err);
	if (status != STATUS_OK) {
		outcome_fail(outcome,
		    "The write-ahead log could not be folded into the "
		    "database",
		    &err);
		return;
	}
	outcome_count(outcome, "busy", busy);
	outcome_say(outcome, NIGHT_OK, "%s",
	    busy ? "The write-ahead log is in use, and is folded in later."
		 : "The write-ahead log is folded into the database.");
}
