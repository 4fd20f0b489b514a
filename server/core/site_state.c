/*
 * The local half of sites.h: where each computer stands, and how it is.
 */
#include <string.h>

#include "server/core/limits.h"
#include "server/core/sites.h"
#include "server/core/table.h"

/* What stands in the table for a room that is not known. */
#define SITE_FREE_UNKNOWN INT64_C(-1)

static void
state_load(struct site_state *state, struct sql *row)
{
	struct bytes program = sql_column_bytes(row, 9);

	state->generation = table_integer(row, 0);
	state->confirmed = table_integer(row, 1);
	state->cursor = table_integer(row, 2);
	state->last_seen_ms = table_integer(row, 3);
	state->clock_error_ms = (int64_t)table_integer(row, 4);
	state->pending = table_integer(row, 5);
	state->refused = table_integer(row, 6);
	state->conflicts = table_integer(row, 7);
	state->room.database_bytes = table_integer(row, 8);
	if (program.size >= sizeof(state->program))
		program.size = sizeof(state->program) - 1;
	if (program.size > 0)
		memcpy(state->program, program.data, program.size);
	state->received_bytes = table_integer(row, 10);
	state->sent_bytes = table_integer(row, 11);
	state->room.known = (int64_t)table_integer(row, 12) >= 0;
	state->room.free_bytes = state->room.known ? table_integer(row, 12) : 0;
}

enum status
sites_get_state(struct replica *replica, uint32_t number,
    struct site_state *state, struct error *err)
{
	struct sql *row;
	enum status status;

	*state = (struct site_state){ .number = number };
	row = table_query(replica,
	    "SELECT generation, confirmed, cursor, last_seen, clock_error,"
	    " pending, refused, conflicts, database_bytes, program, received,"
	    " sent, free_bytes FROM site_state WHERE number = ?1",
	    "i", (uint64_t)number);
	status = sql_step(row, err);
	if (status == STATUS_OK)
		state_load(state, row);
	sql_release(row);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static uint64_t
stored_free(const struct room *room)
{
	return room->known ? room->free_bytes : (uint64_t)SITE_FREE_UNKNOWN;
}

enum status
sites_greet(struct replica *replica, const struct site_state *state,
    struct error *err)
{
	return table_run(replica, err,
	    "INSERT INTO site_state(number, generation, confirmed, cursor,"
	    " last_seen, clock_error, pending, refused, conflicts,"
	    " database_bytes, program, free_bytes)"
	    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
	    " ON CONFLICT DO UPDATE SET"
	    " confirmed = CASE generation WHEN ?2 THEN max(confirmed, ?3)"
	    "  ELSE ?3 END,"
	    " cursor = CASE generation WHEN ?2 THEN max(cursor, ?4)"
	    "  ELSE ?4 END,"
	    " generation = ?2, last_seen = ?5, clock_error = ?6,"
	    " pending = ?7, refused = ?8, conflicts = ?9,"
	    " database_bytes = ?10, program = ?11, free_bytes = ?12",
	    "iiiiiiiiiiti", (uint64_t)state->number, state->generation,
	    state->confirmed, state->cursor, state->last_seen_ms,
	    state->clock_error_ms, state->pending, state->refused,
	    state->conflicts, state->room.database_bytes,
	    bytes_of_text(state->program), stored_free(&state->room));
}

enum status
sites_set_room(struct replica *replica, uint32_t number,
    const struct room *room, struct error *err)
{
	if (!room->known)
		return STATUS_OK;
	return table_run(replica, err,
	    "UPDATE site_state SET database_bytes = ?2, free_bytes = ?3"
	    " WHERE number = ?1",
	    "iii", (uint64_t)number, room->database_bytes, room->free_bytes);
}

enum status
sites_confirm(struct replica *replica, uint32_t number, uint64_t cursor,
    uint64_t confirmed, uint64_t now_ms, struct error *err)
{
	return table_run(replica, err,
	    "UPDATE site_state SET cursor = max(cursor, ?2),"
	    " confirmed = max(confirmed, ?3), last_seen = ?4"
	    " WHERE number = ?1",
	    "iiii", (uint64_t)number, cursor, confirmed, now_ms);
}

enum status
sites_set_idle(struct replica *replica, uint32_t number, struct error *err)
{
	return table_run(replica, err,
	    "UPDATE site_state SET pending = 0 WHERE number = ?1", "i",
	    (uint64_t)number);
}

enum status
sites_add_traffic(struct replica *replica, uint32_t number,
    uint64_t received_bytes, uint64_t sent_bytes, struct error *err)
{
	return table_run(replica, err,
	    "UPDATE site_state SET received = received + ?2, sent = sent + ?3"
	    " WHERE number = ?1",
	    "iii", (uint64_t)number, received_bytes, sent_bytes);
}

enum status
sites_use_quota(struct replica *replica, uint32_t number, uint64_t bytes,
    uint64_t now_ms, bool *within, struct error *err)
{
	struct sql *row;
	enum status status;

	*within = true;
	row = table_query(replica,
	    "UPDATE site_state SET"
	    " day_commits = CASE day WHEN ?3 THEN day_commits ELSE 0 END + 1,"
	    " day_bytes = CASE day WHEN ?3 THEN day_bytes ELSE 0 END + ?2,"
	    " day = ?3 WHERE number = ?1 RETURNING day_commits, day_bytes",
	    "iii", (uint64_t)number, bytes, now_ms / HUB_DAY_MS);
	status = sql_step(row, err);
	if (status == STATUS_OK)
		*within =
		    table_integer(row, 0) <= HUB_DAY_COMMITS &&
		    table_integer(row, 1) / (1024 * 1024) < HUB_DAY_MEGABYTES;
	sql_release(row);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
