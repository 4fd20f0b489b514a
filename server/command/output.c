/*
 * How results look, to people and to programs.
 */
#include <inttypes.h>
#include <stdio.h>

#include "server/command/command.h"

enum {
	MINUTE_S = 60,
	HOUR_S = 60 * MINUTE_S,
	DAY_S = 24 * HOUR_S,
};

json_t *
output_text(const char *text)
{
	return *text == '\0' ? json_null() : json_string(text);
}

const char *
output_ago(uint64_t unix_ms, uint64_t now_ms, char *text, size_t capacity)
{
	uint64_t seconds = now_ms > unix_ms ? (now_ms - unix_ms) / 1000 : 0;

	if (unix_ms == 0)
		snprintf(text, capacity, "never");
	else if (seconds < 2 * MINUTE_S)
		snprintf(text, capacity, "%" PRIu64 " s ago", seconds);
	else if (seconds < 2 * HOUR_S)
		snprintf(text, capacity, "%" PRIu64 " minutes ago",
		    seconds / MINUTE_S);
	else if (seconds < 2 * DAY_S)
		snprintf(text, capacity, "%" PRIu64 " hours ago",
		    seconds / HOUR_S);
	else
		snprintf(text, capacity, "%" PRIu64 " days ago",
		    seconds / DAY_S);
	return text;
}

const char *
output_bytes(uint64_t bytes, char *text, size_t capacity)
{
	static const char *const units[] = { "bytes", "kB", "MB", "GB", "TB" };
	double shown = (double)bytes;
	size_t unit = 0;

	while (shown >= 1000 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		shown /= 1000;
		unit++;
	}
	snprintf(text, capacity, unit == 0 ? "%.0f %s" : "%.1f %s", shown,
	    units[unit]);
	return text;
}
