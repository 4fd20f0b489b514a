/*
 * disk, clock: the computer on which the hub runs.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/support/clock.h"
#include "common/support/file.h"
#include "server/core/sites.h"
#include "server/night/computer.h"
#include "server/night/plan.h"

enum {
	MEGABYTE = 1000 * 1000,
	CLOCKS_MAX = 4096,
	CLOCK_SEEN_MS = 3 * 24 * 60 * 60 * 1000, /* that is lately */
};

/* --- disk ----------------------------------------------------------------- */

uint64_t
computer_wanted_bytes(uint64_t database_bytes)
{
	uint64_t wanted = 3 * database_bytes;

	return wanted > COMPUTER_FREE_BYTES ? wanted : COMPUTER_FREE_BYTES;
}

static enum status
measure(const struct night_work *work, uint64_t *free_bytes,
    uint64_t *database_bytes, struct error *err)
{
	char *path = file_path(work->folder, "replica.db");
	enum status status;

	if (path == NULL)
		return error_set(err, STATUS_NOMEM, "measure the disk");
	status = file_size(path, database_bytes, err);
	if (status == STATUS_OK)
		status = file_free_bytes(path, free_bytes, err);
	free(path);
	return status;
}

void
job_disk(struct night_work *work, struct night_outcome *outcome)
{
	uint64_t free_bytes = 0, database_bytes = 0, wanted;
	struct error err = { 0 };

	if (measure(work, &free_bytes, &database_bytes, &err) != STATUS_OK) {
		outcome_fail(outcome, "The disk could not be measured", &err);
		return;
	}
	wanted = computer_wanted_bytes(database_bytes);
	outcome_count(outcome, "free_bytes", free_bytes);
	outcome_count(outcome, "database_bytes", database_bytes);
	if (free_bytes >= wanted)
		outcome_say(outcome, NIGHT_OK,
		    "%" PRIu64 " MB are free; the database has %" PRIu64 " MB.",
		    free_bytes / MEGABYTE, database_bytes / MEGABYTE);
	else
		outcome_say(outcome, NIGHT_WARNING,
		    "Only %" PRIu64
		    " MB are free, and the database has %" PRIu64
		    " MB: make room for at least %" PRIu64 " MB.",
		    free_bytes / MEGABYTE, database_bytes / MEGABYTE,
		    wanted / MEGABYTE);
}

/* --- clock ---------------------------------------------------------------- */

static int
by_size(const void *a, const void *b)
{
	int64_t one = *(const int64_t *)a, two = *(const int64_t *)b;

	return (one > two) - (one < two);
}

int64_t
computer_median(int64_t *values, size_t count)
{
	qsort(values, count, sizeof(*values), by_size);
	if (count % 2 == 1)
		return values[count / 2];
	return values[count / 2 - 1] / 2 + values[count / 2] / 2;
}

struct clocks {
	struct night_work *work;
	int64_t *errors_ms;
	size_t count;
	enum status status;
	struct error *err;
};

static bool
note_clock(void *context, const struct site *site)
{
	struct clocks *clocks = context;
	uint64_t now_ms = clocks->work->now_ms;
	struct site_state state;

	if (site->revoked)
		return true;
	clocks->status = sites_get_state(clocks->work->replica, site->number,
	    &state, clocks->err);
	if (clocks->status != STATUS_OK)
		return false;
	if (state.last_seen_ms != 0 && state.last_seen_ms <= now_ms &&
	    now_ms - state.last_seen_ms <= CLOCK_SEEN_MS)
		clocks->errors_ms[clocks->count++] = state.clock_error_ms;
	return clocks->count < CLOCKS_MAX;
}

/* What most computers say of the hub's clock.  A few prove nothing. */
static enum status
ask_computers(struct night_work *work, struct night_outcome *outcome,
    struct error *err)
{
	struct clocks clocks = { .work = work, .err = err };
	int64_t median;
	enum status status;

	clocks.errors_ms = calloc(CLOCKS_MAX, sizeof(*clocks.errors_ms));
	if (clocks.errors_ms == NULL)
		return error_set(err, STATUS_NOMEM, "compare the clocks");
	status = sites_each(work->replica, note_clock, &clocks, err);
	if (status == STATUS_OK)
		status = clocks.status;
	outcome_count(outcome, "computers", clocks.count);
	if (status == STATUS_OK && clocks.count >= COMPUTER_CLOCKS_MIN) {
		median = computer_median(clocks.errors_ms, clocks.count);
		json_object_set_new(outcome->numbers, "median_ms",
		    json_integer(median));
		if (median > COMPUTER_CLOCK_MS || median < -COMPUTER_CLOCK_MS)
			outcome_say(outcome, NIGHT_WARNING,
			    "The hub's clock is %" PRId64
			    " s %s by what most of %zu computers say: set it.",
			    (median < 0 ? -median : median) / 1000,
			    median < 0 ? "fast" : "slow", clocks.count);
	}
	free(clocks.errors_ms);
	return status;
}

void
job_clock(struct night_work *work, struct night_outcome *outcome)
{
	char last[CLOCK_TEXT_BYTES];
	struct error err = { 0 };

	outcome_say(outcome, NIGHT_OK, "The hub's clock is right.");
	if (ask_computers(work, outcome, &err) != STATUS_OK)
		outcome_fail(outcome, "The clocks could not be compared", &err);
	clock_format((int64_t)work->last_ms, last);
	if (work->last_ms > work->now_ms)
		outcome_say(outcome, NIGHT_WARNING,
		    "The clock went back: the last night began at %s.  Set "
		    "the hub's clock, and let the system keep it right.",
		    last);
}
