/*
 * The time of day, which may jump, and the time that only runs on.
 */
#ifndef COMMON_SUPPORT_CLOCK_H
#define COMMON_SUPPORT_CLOCK_H

#include <stdint.h>

enum {
	CLOCK_TEXT_BYTES = 25 /* 2026-07-21T09:30:00.123Z and NUL */
};

/* Milliseconds since 1970, UTC. */
int64_t clock_unix_ms(void);

/* Milliseconds since some moment; never runs backward. */
uint64_t clock_monotonic_ms(void);

/* ISO 8601, UTC.  Years 0 to 9999; what is outside is written as the edge. */
void clock_format(int64_t unix_ms, char text[CLOCK_TEXT_BYTES]);

struct clock_date {
	int year;
	int month; /* 1 .. 12 */
	int day;   /* 1 .. 31 */
	int hour;
	int minute;
	int second;
};

/* Proleptic Gregorian, UTC. */
struct clock_date clock_date_of(int64_t unix_ms);

int64_t clock_unix_ms_of(const struct clock_date *date);

#endif
