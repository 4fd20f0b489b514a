#include "server/core/nights.h"

#include <assert.h>

#include "server/core/table.h"

enum {
	MINUTE_MS = 60 * 1000,
	DAY_MS = NIGHT_DAY_MINUTES * MINUTE_MS
};

/* --- what is known --------------------------------------------------------
 */

enum status
nights_get(struct replica *replica, uint32_t number, struct night_state *state,
    struct error *err)
{
	struct sql *row = table_query(replica,
	    "SELECT wanted, done_ms, equal_ms, at, outcome, only_hub,"
	    " only_client, damaged, faults, refolded, rounds, bytes, "
	    "elapsed_ms,"
	    " proved_ms FROM night_site WHERE number = ?1",
	    "i", (uint64_t)number);
	enum status status = sql_step(row, err);

	*state = (struct night_state){ 0 };
	if (status == STATUS_OK)
		*state = (struct night_state){
			.wanted = table_integer(row, 0),
			.proved_ms = table_integer(row, 13),
			.done_ms = table_integer(row, 1),
			.equal_ms = table_integer(row, 2),
			.found = { .at = table_integer(row, 3),
			    .outcome =
				(enum found_outcome)table_integer(row, 4),
			    .only_hub = table_integer(row, 5),
			    .only_client = table_integer(row, 6),
			    .damaged = table_integer(row, 7),
			    .faults = table_integer(row, 8),
			    .refolded = table_integer(row, 9),
			    .rounds = table_integer(row, 10),
			    .bytes = table_integer(row, 11),
			    .elapsed_ms = table_integer(row, 12) },
		};
	sql_release(row);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
nights_want(struct replica *replica, uint32_t number, struct error *err)
{
	return table_run(replica, err,
	    "INSERT INTO night_site(number, wanted)"
	    " SELECT number, 1 FROM site WHERE number IS NOT NULL"
	    " AND revoked_on IS NULL AND (?1 = 0 OR number = ?1)"
	    " ON CONFLICT DO UPDATE SET wanted = wanted + 1",
	    "i", (uint64_t)number);
}

enum status
nights_prove(struct replica *replica, uint32_t number, uint64_t now_ms,
    struct error *err)
{
	assert(replica_in_transaction(replica));
	return table_run(replica, err,
	    "INSERT INTO night_site(number, wanted, proved_ms)"
	    " VALUES(?1, 0, ?2) ON CONFLICT DO UPDATE SET proved_ms = ?2"
	    " WHERE proved_ms = 0",
	    "ii", (uint64_t)number, now_ms);
}

enum status
nights_end(struct replica *replica, uint32_t number, uint64_t now_ms,
    uint64_t wish, const struct found *found, struct error *err)
{
	bool equal =
	    found->outcome == FOUND_EQUAL || found->outcome == FOUND_MENDED;

	assert(replica_in_transaction(replica));
	return table_run(replica, err,
	    "INSERT INTO night_site(number, wanted, done_ms, equal_ms, at,"
	    " outcome, only_hub, only_client, damaged, faults, refolded,"
	    " rounds, bytes, elapsed_ms)"
	    " VALUES(?1, 0, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
	    " ON CONFLICT DO UPDATE SET"
	    " wanted = CASE WHEN wanted > ?14 THEN wanted ELSE 0 END,"
	    " done_ms = ?2,"
	    " equal_ms = max(equal_ms, ?3), at = ?4, outcome = ?5,"
	    " only_hub = ?6, only_client = ?7, damaged = ?8, faults = ?9,"
	    " refolded = ?10, rounds = ?11, bytes = ?12, elapsed_ms = ?13",
	    "iiiiiiiiiiiiii", (uint64_t)number, now_ms, equal ? now_ms : 0,
	    found->at, (uint64_t)found->outcome, found->only_hub,
	    found->only_client, found->damaged, found->faults, found->refolded,
	    found->rounds, found->bytes, found->elapsed_ms, wish);
}

/* --- when -----------------------------------------------------------------
 */

/* A number and a day make a place in the window that looks like chance. */
static uint64_t
scatter(uint32_t number, uint64_t day)
{
	uint64_t x = ((uint64_t)number << 32) + day;

	x = (x ^ (x >> 33)) * UINT64_C(0xff51afd7ed558ccd);
	x = (x ^ (x >> 33)) * UINT64_C(0xc4ceb9fe1a85ec53);
	return x ^ (x >> 33);
}

static uint64_t
time_of_night(uint32_t number, struct night_window window, uint64_t day)
{
	uint64_t minutes =
	    window.minutes != 0 ? window.minutes : NIGHT_WINDOW_MINUTES;

	return day * DAY_MS + (uint64_t)window.begins_minute * MINUTE_MS +
	       scatter(number, day) % (minutes * MINUTE_MS);
}

/* A window may reach over midnight, so the time of yesterday's is looked at
 * too. */
uint64_t
nights_due(const struct night_state *state, uint32_t number,
    struct night_window window, uint64_t now_ms)
{
	uint64_t today = now_ms / DAY_MS;
	uint64_t last = time_of_night(number, window, today);

	if (state->wanted != 0 || state->done_ms == 0)
		return now_ms;
	if (last > now_ms && today > 0)
		last = time_of_night(number, window, today - 1);
	if (last <= now_ms && state->done_ms < last)
		return last;
	for (uint64_t day = today > 0 ? today - 1 : 0;; day++)
		if (time_of_night(number, window, day) > now_ms)
			return time_of_night(number, window, day);
}
