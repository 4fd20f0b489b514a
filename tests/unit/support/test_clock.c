/* Dates, against known ones and against themselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/support/clock.h"

static void
test_known_moments_are_written(void **state)
{
	static const struct {
		int64_t unix_ms;
		const char *text;
	} cases[] = {
		{ 0, "1970-01-01T00:00:00.000Z" },
		{ -1, "1969-12-31T23:59:59.999Z" },
		{ INT64_C(1784626200123), "2026-07-21T09:30:00.123Z" },
		{ INT64_C(951782400000), "2000-02-29T00:00:00.000Z" },
		{ INT64_C(4107542400000), "2100-03-01T00:00:00.000Z" },
		{ INT64_MAX, "9999-12-31T23:59:59.999Z" },
		{ INT64_MIN, "0000-01-01T00:00:00.000Z" },
	};

	char text[CLOCK_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		clock_format(cases[i].unix_ms, text);
		assert_string_equal(text, cases[i].text);
	}
}

/* Each day of eight centuries there and back, and the next after the last. */
static void
test_each_day_comes_back(void **state)
{
	const int64_t day_ms = 86400000;

	(void)state;
	for (int64_t day = -146097; day <= 146097; day++) {
		struct clock_date date = clock_date_of(day * day_ms + 3661000);

		assert_int_equal(date.hour, 1);
		assert_int_equal(date.minute, 1);
		assert_int_equal(date.second, 1);
		assert_in_range(date.month, 1, 12);
		assert_in_range(date.day, 1, 31);
		assert_true(clock_unix_ms_of(&date) == day * day_ms + 3661000);
	}
}

static void
test_monotonic_runs_on(void **state)
{
	uint64_t before = clock_monotonic_ms();

	(void)state;
	assert_true(clock_monotonic_ms() >= before);
	assert_true(clock_unix_ms() > INT64_C(1600000000000));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_moments_are_written),
		cmocka_unit_test(test_each_day_comes_back),
		cmocka_unit_test(test_monotonic_runs_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
