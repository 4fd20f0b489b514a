/*
 * Each night's report in a table of its own beside the replica's.  It is local
 * and holds no name; it does not take part in sync.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "common/replica/sql.h"
#include "common/report/report_private.h"

enum status
report_store(struct replica *replica, const json_t *report, struct error *err)
{
	char *text = json_dumps(report, JSON_COMPACT);
	const char *day = report_text(report, "day");
	char oldest[DAY_TEXT_BYTES];
	struct sql *sql;
	enum status status;

	if (text == NULL)
		return error_set(err, STATUS_NOMEM, "keep a report");
	day_format(day_of_text(bytes_of_text(day)) - REPORT_KEPT_DAYS, oldest);
	status = sql_run(replica,
	    "CREATE TABLE IF NOT EXISTS report (day TEXT PRIMARY KEY,"
	    " json TEXT NOT NULL) STRICT",
	    err);
	if (status == STATUS_OK) {
		sql =
		    sql_use(replica, "INSERT OR REPLACE INTO report (day, json)"
				     " VALUES (?1, ?2)");
		sql_bind_text(sql, 1, bytes_of_text(day));
		sql_bind_text(sql, 2, bytes_of_text(text));
		status = sql_finish(sql, err);
	}
	if (status == STATUS_OK) {
		sql = sql_use(replica, "DELETE FROM report WHERE day <= ?1");
		sql_bind_text(sql, 1, bytes_of_text(oldest));
		status = sql_finish(sql, err);
	}
	free(text);
	return status;
}

enum status
report_take_salvaged(struct replica *replica, uint64_t now_ms, struct bytes day,
    struct bytes json, struct error *err)
{
	json_t *report =
	    json_loadb((const char *)json.data, json.size, 0, NULL);
	int32_t of = day_of_text(day);
	enum status status = STATUS_OK;

	/* Its own words for its day are what is shown and compared by. */
	if (json_is_object(report) && of != DAY_NONE &&
	    of <= day_of_unix_ms(now_ms) &&
	    bytes_equal_text(day, report_text(report, "day")))
		status = report_store(replica, report, err);
	json_decref(report);
	return status;
}

/* --- reading -------------------------------------------------------------- */

/* Before the first night there is no table. */
static enum status
look_for_table(struct replica *replica, struct error *err)
{
	uint64_t there;
	enum status status =
	    sql_finish_id(sql_use(replica, "SELECT count(*) FROM sqlite_schema "
					   "WHERE name = 'report'"),
		&there, err);

	if (status == STATUS_OK && there == 0)
		return STATUS_NOT_FOUND;
	return status;
}

/* The row of sql, which is released.  STATUS_NOT_FOUND leaves err alone. */
static enum status
read_report(struct sql *sql, json_t **report, struct error *err)
{
	enum status status = sql_step(sql, err);
	struct bytes text;

	if (status == STATUS_OK) {
		text = sql_column_bytes(sql, 0);
		*report =
		    json_loadb((const char *)text.data, text.size, 0, NULL);
		if (*report == NULL)
			status = error_set(err, STATUS_CORRUPT,
			    "a report that was kept cannot be read");
	}
	sql_release(sql);
	return status;
}

enum status
report_load(struct replica *replica, const char *day, json_t **report,
    struct error *err)
{
	enum status status = look_for_table(replica, err);
	struct sql *sql;

	if (status == STATUS_OK) {
		sql =
		    sql_use(replica, "SELECT json FROM report WHERE day = ?1");
		sql_bind_text(sql, 1, bytes_of_text(day));
		status = read_report(sql, report, err);
	}
	if (status == STATUS_NOT_FOUND)
		return error_set(err, status,
		    "no report was kept for %s; one is kept each night, for "
		    "%d days",
		    day, REPORT_KEPT_DAYS);
	return status;
}

enum status
report_load_last(struct replica *replica, const char *day, bool on_day,
    json_t **report, struct error *err)
{
	enum status status = look_for_table(replica, err);
	struct sql *sql;

	if (status != STATUS_OK)
		return status;
	sql = sql_use(replica,
	    "SELECT json FROM report WHERE day < ?1 OR (?2 AND day = ?1)"
	    " ORDER BY day DESC LIMIT 1");
	sql_bind_text(sql, 1, bytes_of_text(day));
	sql_bind_integer(sql, 2, on_day);
	return read_report(sql, report, err);
}

/* --- the night ------------------------------------------------------------ */

static enum status
compare_and_store(struct replica *replica, json_t *report, struct error *err)
{
	json_t *earlier = NULL;
	enum status status;

	status = report_load_last(replica, report_text(report, "day"), false,
	    &earlier, err);
	if (status == STATUS_OK)
		report_compare(report, earlier);
	json_decref(earlier);
	if (status == STATUS_OK || status == STATUS_NOT_FOUND)
		status = report_store(replica, report, err);
	return status;
}

/* It is made before the transaction, so that nobody who writes waits. */
enum status
report_make_and_store(struct replica *replica, const struct report_about *about,
    json_t **report, struct error *err)
{
	json_t *made = NULL;
	enum status status = report_make(replica, about, &made, err);

	if (status != STATUS_OK)
		return status;
	status = replica_begin(replica, err);
	if (status == STATUS_OK)
		status = compare_and_store(replica, made, err);
	if (status == STATUS_OK)
		status = replica_commit(replica, err);
	if (status != STATUS_OK)
		replica_rollback(replica);
	if (status == STATUS_OK && report != NULL)
		*report = made;
	else
		json_decref(made);
	return status;
}
