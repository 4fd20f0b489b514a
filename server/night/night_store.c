/*
 * The table of nights.
 */
#include <stdio.h>
#include <string.h>

#include "common/support/clock.h"
#include "server/core/table.h"
#include "server/night/night.h"

enum {
	TEXT_BYTES_MAX = 1024 * 1024 /* of a document */
};

void
night_row_deinit(struct night_row *row)
{
	json_decref(row->document);
	row->document = NULL;
}

enum status
night_create_table(struct replica *replica, struct error *err)
{
	return table_run(replica, err,
	    "CREATE TABLE IF NOT EXISTS night("
	    " number INTEGER PRIMARY KEY, day TEXT NOT NULL,"
	    " began INTEGER NOT NULL, ended INTEGER NOT NULL,"
	    " document TEXT NOT NULL) STRICT",
	    "");
}

/* --- writing -------------------------------------------------------------- */

static enum status
take_number(struct replica *replica, uint64_t *number, struct error *err)
{
	enum status status;

	status = sql_finish_id(table_query(replica,
				   "SELECT max(number) FROM night", ""),
	    number, err);
	*number += 1;
	return status;
}

static enum status
put_row(struct replica *replica, const struct night_row *row, struct bytes text,
    struct error *err)
{
	enum status status;

	status = table_run(replica, err,
	    "INSERT OR REPLACE INTO night VALUES(?1, ?2, ?3, ?4, ?5)", "itiit",
	    row->number, bytes_of_text(row->day), row->began_ms, row->ended_ms,
	    text);
	if (status != STATUS_OK)
		return status;
	return table_run(replica, err,
	    "DELETE FROM night WHERE number <= ?1 - ?2", "ii", row->number,
	    (uint64_t)NIGHTS_KEPT);
}

enum status
night_store(struct replica *replica, struct night_row *row, struct error *err)
{
	char *text = json_dumps(row->document, JSON_COMPACT);
	uint64_t number = row->number;
	enum status status;

	if (text == NULL)
		return error_set(err, STATUS_NOMEM, "store the night");
	status = replica_begin(replica, err);
	if (status == STATUS_OK && number == 0)
		status = take_number(replica, &row->number, err);
	if (status == STATUS_OK)
		status = put_row(replica, row, bytes_of_text(text), err);
	if (status == STATUS_OK)
		status = replica_commit(replica, err);
	free(text);
	if (status == STATUS_OK)
		return STATUS_OK;
	row->number = number;
	replica_rollback(replica);
	return error_wrap(err, "store the night");
}

/* --- reading -------------------------------------------------------------- */

/* The table is made by the first night. */
static enum status
has_table(struct replica *replica, bool *has, struct error *err)
{
	uint64_t count = 0;
	enum status status;

	status = sql_finish_id(table_query(replica,
				   "SELECT count(*) FROM sqlite_schema WHERE "
				   "name = 'night'",
				   ""),
	    &count, err);
	*has = count > 0;
	return status;
}

static enum status
read_row(struct sql *sql, struct night_row *row, struct error *err)
{
	struct bytes day = sql_column_bytes(sql, 1);
	struct bytes text = sql_column_bytes(sql, 4);

	*row = (struct night_row){
		.number = table_integer(sql, 0),
		.began_ms = table_integer(sql, 2),
		.ended_ms = table_integer(sql, 3),
	};
	snprintf(row->day, sizeof(row->day), "%.*s", (int)day.size,
	    (const char *)day.data);
	if (text.size <= TEXT_BYTES_MAX)
		row->document =
		    json_loadb((const char *)text.data, text.size, 0, NULL);
	if (row->document == NULL)
		return error_set(err, STATUS_CORRUPT,
		    "the report of the night of %s cannot be read", row->day);
	return STATUS_OK;
}

enum status
night_load(struct replica *replica, const char *day, struct night_row *row,
    struct error *err)
{
	enum status status;
	struct sql *sql;
	bool has;

	*row = (struct night_row){ .document = NULL };
	status = has_table(replica, &has, err);
	if (status != STATUS_OK)
		return status;
	if (!has)
		return error_set(err, STATUS_NOT_FOUND,
		    "this hub had no night yet");
	sql = table_query(replica,
	    "SELECT number, day, began, ended, document FROM night"
	    " WHERE ?1 = '' OR day = ?1 ORDER BY number DESC LIMIT 1",
	    "t", bytes_of_text(day != NULL ? day : ""));
	status = sql_step(sql, err);
	if (status == STATUS_OK)
		status = read_row(sql, row, err);
	else if (status == STATUS_NOT_FOUND)
		error_set(err, status, "there was no night%s%s",
		    day != NULL ? " on " : " yet", day != NULL ? day : "");
	sql_release(sql);
	return status;
}

enum status
night_last_ms(struct replica *replica, uint64_t *began_ms, struct error *err)
{
	enum status status;
	bool has;

	*began_ms = 0;
	status = has_table(replica, &has, err);
	if (status != STATUS_OK || !has)
		return status;
	return sql_finish_id(table_query(replica,
				 "SELECT began FROM night WHERE ended > 0"
				 " ORDER BY number DESC LIMIT 1",
				 ""),
	    began_ms, err);
}

enum status
night_each(struct replica *replica, night_visitor *visit, void *context,
    struct error *err)
{
	struct night_row row;
	enum status status;
	bool has, goes_on = true;
	struct sql *sql;

	status = has_table(replica, &has, err);
	if (status != STATUS_OK || !has)
		return status;
	sql = table_query(replica,
	    "SELECT number, day, began, ended, document FROM night"
	    " ORDER BY number DESC",
	    "");
	while (goes_on && (status = sql_step(sql, err)) == STATUS_OK) {
		status = read_row(sql, &row, err);
		goes_on = status == STATUS_OK && visit(context, &row);
		night_row_deinit(&row);
	}
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

json_t *
night_row_json(const struct night_row *row)
{
	json_t *json = json_deep_copy(row->document);
	char time[CLOCK_TEXT_BYTES];

	json_object_set_new(json, "day", json_string(row->day));
	clock_format((int64_t)row->began_ms, time);
	json_object_set_new(json, "began", json_string(time));
	clock_format((int64_t)row->ended_ms, time);
	json_object_set_new(json, "ended",
	    row->ended_ms == 0 ? json_null() : json_string(time));
	return json;
}
