#include "common/support/clock.h"

#include <assert.h>
#include <stdio.h>
#include <uv.h>

#define DAY_MS    INT64_C(86400000)
#define CLOCK_MIN INT64_C(-62167219200000) /* 0000-01-01 */
#define CLOCK_MAX INT64_C(253402300799999) /* 9999-12-31, its last moment */

int64_t
clock_unix_ms(void)
{
	uv_timeval64_t now;
	int failed;

	failed = uv_gettimeofday(&now);
	assert(failed == 0);
	(void)failed;
	return now.tv_sec * 1000 + now.tv_usec / 1000;
}

uint64_t
clock_monotonic_ms(void)
{
	return uv_hrtime() / 1000000;
}

/*
 * Days and dates by counting years from March, so that the leap day is the
 * last of its year, in eras of 400 years (146097 days).
 */
static int64_t
days_of_date(int year, int month, int day)
{
	int64_t y = (int64_t)year - (month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year =
	    (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	       of_year - 719468;
}

struct clock_date
clock_date_of(int64_t unix_ms)
{
	int64_t days, ms, era, of_era, years, of_year, month;
	struct clock_date date;

	days = unix_ms / DAY_MS - (unix_ms % DAY_MS < 0);
	ms = unix_ms - days * DAY_MS;
	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	of_era = days - era * 146097;
	years =
	    (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	of_year = of_era - (365 * years + years / 4 - years / 100);
	month = (5 * of_year + 2) / 153;
	date.day = (int)(of_year - (153 * month + 2) / 5 + 1);
	date.month = (int)(month < 10 ? month + 3 : month - 9);
	date.year = (int)(years + era * 400 + (date.month <= 2));
	date.hour = (int)(ms / 3600000);
	date.minute = (int)(ms / 60000 % 60);
	date.second = (int)(ms / 1000 % 60);
	return date;
}

int64_t
clock_unix_ms_of(const struct clock_date *date)
{
	int64_t seconds;

	seconds = days_of_date(date->year, date->month, date->day) * 86400;
	seconds += date->hour * 3600 + date->minute * 60 + date->second;
	return seconds * 1000;
}

void
clock_format(int64_t unix_ms, char text[CLOCK_TEXT_BYTES])
{
	struct clock_date date;
	char line[96];
	int64_t ms;

	if (unix_ms < CLOCK_MIN)
		unix_ms = CLOCK_MIN;
	if (unix_ms > CLOCK_MAX)
		unix_ms = CLOCK_MAX;
	date = clock_date_of(unix_ms);
	ms = unix_ms % 1000;
	snprintf(line, sizeof(line), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
	    date.year, date.month, date.day, date.hour, date.minute,
	    date.second, (int)(ms < 0 ? ms + 1000 : ms));
	snprintf(text, CLOCK_TEXT_BYTES, "%.24s", line);
}
