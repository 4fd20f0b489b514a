/*
 * integrity, checkpoint: the database itself.
 */
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>

#include "common/replica/check.h"
#include "common/replica/sql.h"
#include "server/night/plan.h"
#include "server/night/verify.h"

/* --- integrity ------------------------------------------------------------ */

void
job_integrity(struct night_work *work, struct night_outcome *outcome)
{
	struct check_result result;
	struct error err = { 0 };
	enum status status;

	status = night_verify(work, work->replica, outcome, &result, &err);
	if (status == STATUS_OK)
		outcome_say(outcome, NIGHT_OK,
		    "The database is sound: %" PRIu64 " commits, %" PRIu64
		    " records.",
		    result.commits, result.records);
	else if (status == STATUS_CORRUPT)
		outcome_say(outcome, NIGHT_FAILED,
		    "The database is damaged (%" PRIu64 " faults): bring back "
		    "the newest backup into a new folder with `throughline-hub "
		    "restore`; the schools' computers give back what came "
		    "after it.",
		    result.faults);
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
