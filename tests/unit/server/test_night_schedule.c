/* When it is time for a night, at the edges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/night/schedule.h"

#define SECOND ((uint64_t)1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
/* Midnight of some day, and two o'clock. */
#define TODAY (20000 * DAY)
#define TWO   (TODAY + 2 * HOUR)

static struct schedule
began(uint64_t started_ms, uint64_t last_ms)
{
	return (struct schedule){ 120, started_ms, last_ms, MINUTE };
}

static void
expect_next(uint64_t started_ms, uint64_t last_ms, uint64_t next_ms)
{
	struct schedule schedule = began(started_ms, last_ms);

	assert_int_equal(schedule_next(&schedule), next_ms);
	assert_false(schedule_is_due(&schedule, next_ms - 1));
	assert_true(schedule_is_due(&schedule, next_ms));
}

/* A hub that runs has its night once a day, and never twice at one time. */
static void
test_night_is_once_a_day(void **state)
{
	(void)state;
	expect_next(TODAY - 9 * DAY, TWO - DAY, TWO);
	expect_next(TODAY - 9 * DAY, TWO, TWO + DAY);
	expect_next(TODAY - 9 * DAY, TWO + 1, TWO + DAY);
	expect_next(TODAY - 9 * DAY, TWO - 1, TWO);
	/* One by hand in the evening does not take the place of the night. */
	expect_next(TODAY - 9 * DAY, TODAY - HOUR, TWO);
}

/* A night that was missed is made good, after a minute's quiet. */
static void
test_missed_night_is_made_good(void **state)
{
	(void)state;
	expect_next(TODAY + 9 * HOUR, TWO - DAY, TODAY + 9 * HOUR + MINUTE);
	expect_next(TODAY + 9 * HOUR, 0, TODAY + 9 * HOUR + MINUTE);
	/* Twenty hours ago is not yet too long ago. */
	expect_next(TODAY + 9 * HOUR, TODAY - 11 * HOUR, TWO + DAY);
	expect_next(TODAY + 9 * HOUR, TODAY - 11 * HOUR - 1,
	    TODAY + 9 * HOUR + MINUTE);
	/* The night itself, when that is sooner than the minute. */
	expect_next(TWO - 30 * SECOND, TWO - DAY, TWO);
	expect_next(TWO - MINUTE, TWO - DAY, TWO);
	expect_next(TWO - MINUTE - 1, TWO - DAY, TWO - 1);
	/* One that began at that moment is today's; a start then has none. */
	expect_next(TWO, TWO - DAY, TWO + MINUTE);
	expect_next(TWO, TWO, TWO + DAY);
}

/* A computer that slept through two o'clock does it when it wakes. */
static void
test_sleep_is_followed_by_the_night(void **state)
{
	struct schedule schedule = began(TODAY - 9 * DAY, TWO - DAY);

	(void)state;
	assert_true(schedule_is_due(&schedule, TWO + 5 * HOUR));
	schedule.last_ms = TWO + 5 * HOUR;
	assert_false(schedule_is_due(&schedule, TWO + 5 * HOUR));
	assert_false(schedule_is_due(&schedule, TWO + DAY - 1));
	assert_true(schedule_is_due(&schedule, TWO + DAY));
}

/* A clock that was a year fast and is set right keeps no night away. */
static void
test_clock_that_went_back_is_followed(void **state)
{
	struct schedule schedule = began(TODAY + 365 * DAY, TODAY + 365 * DAY);

	(void)state;
	assert_false(schedule_is_due(&schedule, TODAY + HOUR));
	assert_false(schedule_is_due(&schedule, TWO - 1));
	assert_true(schedule_is_due(&schedule, TWO));
}

static void
test_off_is_never(void **state)
{
	struct schedule schedule = began(TODAY, 0);

	(void)state;
	schedule.at_minute = -1;
	assert_true(schedule_next(&schedule) == UINT64_MAX);
	assert_false(schedule_is_due(&schedule, TWO + DAY));
}

/* Midnight, and the last minute of the day. */
static void
test_edges_of_the_day(void **state)
{
	struct schedule schedule = began(TODAY - 9 * DAY, TODAY - HOUR);

	(void)state;
	schedule.at_minute = 0;
	assert_int_equal(schedule_next(&schedule), TODAY);
	schedule.last_ms = TODAY;
	assert_int_equal(schedule_next(&schedule), TODAY + DAY);
	schedule.at_minute = 24 * 60 - 1;
	assert_int_equal(schedule_next(&schedule), TODAY + DAY - MINUTE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_night_is_once_a_day),
		cmocka_unit_test(test_missed_night_is_made_good),
		cmocka_unit_test(test_sleep_is_followed_by_the_night),
		cmocka_unit_test(test_clock_that_went_back_is_followed),
		cmocka_unit_test(test_off_is_never),
		cmocka_unit_test(test_edges_of_the_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
