#include "common/report/day.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/replica/sql.h"
#include "common/support/clock.h"
#include "protocol/value.h"

#define DAY_MS INT64_C(86400000)

enum {
	DATE_BYTES = 10,
	SEARCH_DAYS = 400 /* no school is shut for so long */
};

/* --- days ----------------------------------------------------------------- */

static int
digits(const uint8_t *text, int count)
{
	int number = 0;

	for (int i = 0; i < count; i++)
		number = number * 10 + (text[i] - '0');
	return number;
}

static int32_t
day_of_date(int year, int month, int day)
{
	const struct clock_date date = { .year = year,
		.month = month,
		.day = day };

	return (int32_t)(clock_unix_ms_of(&date) / DAY_MS);
}

int32_t
day_of_text(struct bytes text)
{
	if (text.size > DATE_BYTES)
		text.size = DATE_BYTES;
	if (!date_is_valid(text))
		return DAY_NONE;
	return day_of_date(digits(text.data, 4), digits(text.data + 5, 2),
	    digits(text.data + 8, 2));
}

int32_t
day_of_unix_ms(uint64_t unix_ms)
{
	return (int32_t)(unix_ms / (uint64_t)DAY_MS);
}

void
day_format(int32_t day, char text[DAY_TEXT_BYTES])
{
	char moment[CLOCK_TEXT_BYTES] = "";

	if (day != DAY_NONE)
		clock_format(day * DAY_MS, moment);
	snprintf(text, DAY_TEXT_BYTES, "%.10s", moment);
}

void
day_format_words(int32_t day, char text[DAY_WORDS_BYTES])
{
	static const char *const months[] = { "January", "February", "March",
		"April", "May", "June", "July", "August", "September",
		"October", "November", "December" };
	struct clock_date date;

	text[0] = '\0';
	if (day == DAY_NONE)
		return;
	date = clock_date_of(day * DAY_MS);
	snprintf(text, DAY_WORDS_BYTES, "%d %s %d", date.day,
	    months[date.month - 1], date.year);
}

/* --- school days ---------------------------------------------------------- */

struct period {
	uint64_t school;
	bool term; /* else a closure or a training day */
	int32_t starts;
	int32_t ends;
};

struct school_days {
	struct arena arena;
	struct period *periods;
	uint32_t count;
};

static enum status
read_periods(struct school_days *days, struct replica *replica,
    struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "SELECT school, kind = 'term', starts, ends FROM term_date"
	    " WHERE school IS NOT NULL ORDER BY id");
	struct period *period;
	enum status status;
	uint64_t room;

	status =
	    sql_finish_id(sql_use(replica, "SELECT count(*) FROM term_date"),
		&room, err);
	if (status == STATUS_OK) {
		days->periods =
		    arena_array(&days->arena, room + 1, sizeof(*period));
		if (days->periods == NULL)
			status = error_set(err, STATUS_NOMEM, "read terms");
	}
	while (status == STATUS_OK && days->count < room &&
	       (status = sql_step(sql, err)) == STATUS_OK) {
		period = &days->periods[days->count];
		period->school = sql_column_id(sql, 0);
		period->term = sql_column_integer(sql, 1) != 0;
		period->starts = day_of_text(sql_column_bytes(sql, 2));
		period->ends = day_of_text(sql_column_bytes(sql, 3));
		if (period->starts != DAY_NONE && period->ends != DAY_NONE)
			days->count++;
	}
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
school_days_load(struct replica *replica, struct school_days **out,
    struct error *err)
{
	struct school_days *days = calloc(1, sizeof(*days));
	enum status status;

	if (days == NULL)
		return error_set(err, STATUS_NOMEM, "read terms");
	status = read_periods(days, replica, err);
	if (status != STATUS_OK) {
		school_days_destroy(days);
		return status;
	}
	*out = days;
	return STATUS_OK;
}

void
school_days_destroy(struct school_days *days)
{
	if (days == NULL)
		return;
	arena_deinit(&days->arena);
	free(days);
}

static bool
is_weekday(int32_t day)
{
	return (day % 7 + 7) % 7 != 2 &&
	       (day % 7 + 7) % 7 != 3; /* Thursday 0 */
}

static bool
is_summer(int32_t day)
{
	struct clock_date date = clock_date_of(day * DAY_MS);

	return date.month == 8 || (date.month == 7 && date.day >= 25);
}

bool
school_days_is_open(const struct school_days *days, uint64_t school,
    int32_t day)
{
	bool in_term = false, told = false;

	if (!is_weekday(day))
		return false;
	for (uint32_t i = 0; i < days->count; i++) {
		const struct period *period = &days->periods[i];
		bool in = period->starts <= day && day <= period->ends;

		if (period->school != school)
			continue;
		if (!period->term && in)
			return false;
		in_term |= period->term && in;
		told |= period->term && day <= period->ends;
	}
	return told ? in_term : !is_summer(day);
}

int32_t
school_days_after(const struct school_days *days, uint64_t school, int32_t day,
    uint32_t count)
{
	for (int searched = 0; count > 0 && searched < SEARCH_DAYS; searched++)
		count -= school_days_is_open(days, school, ++day);
	return day;
}
