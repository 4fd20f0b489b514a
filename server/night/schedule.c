#include "server/night/schedule.h"

enum {
	MINUTE_MS = 60 * 1000,
	DAY_MS = 24 * 60 * MINUTE_MS,
};

/* The first time of that minute behind a moment. */
static uint64_t
minute_behind(uint64_t moment_ms, int minute)
{
	uint64_t at =
	    moment_ms - moment_ms % DAY_MS + (uint64_t)minute * MINUTE_MS;

	return at > moment_ms ? at : at + DAY_MS;
}

uint64_t
schedule_next(const struct schedule *schedule)
{
	uint64_t started = schedule->started_ms, last = schedule->last_ms;
	uint64_t next, quiet;

	if (schedule->at_minute < 0)
		return UINT64_MAX;
	if (last >= started)
		return minute_behind(last, schedule->at_minute);
	next = minute_behind(started, schedule->at_minute);
	quiet = started + schedule->quiet_ms;
	if (quiet < next && started - last > SCHEDULE_MISSED_MS)
		return quiet;
	return next;
}

bool
schedule_is_due(struct schedule *schedule, uint64_t now_ms)
{
	if (schedule->started_ms > now_ms)
		schedule->started_ms = now_ms;
	if (schedule->last_ms > now_ms)
		schedule->last_ms = now_ms;
	return now_ms >= schedule_next(schedule);
}
