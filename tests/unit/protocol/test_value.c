#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocol/value.h"

static void
test_values_are_equal_by_type_and_content(void **state)
{
	struct value text = value_c_text("7");
	struct value same = value_text(bytes_of_text("7"));
	struct value blob = value_blob(bytes_of_text("7"));
	struct value integer = value_integer(7);
	struct value real = value_real(7);
	struct value zero = value_real(0);
	struct value minus_zero = value_real(-0.0);
	struct value null = value_null();
	struct value other_null = value_null();

	(void)state;
	assert_true(value_equal(&text, &same));
	assert_false(value_equal(&text, &blob));
	assert_false(value_equal(&integer, &real));
	assert_false(value_equal(&integer, &text));
	assert_true(value_equal(&zero, &minus_zero));
	assert_true(value_equal(&null, &other_null));
}

static bool
is_utf8(const char *text)
{
	return utf8_is_valid(bytes_of_text(text));
}

static void
test_utf8_is_told_from_what_looks_like_it(void **state)
{
	(void)state;
	assert_true(is_utf8(""));
	assert_true(is_utf8("Zo\xc3\xab \xe2\x82\xac \xf0\x9f\x8f\xab"));
	assert_true(is_utf8("\xef\xbf\xbf\xf4\x8f\xbf\xbf\xed\x9f\xbf"));
	assert_false(is_utf8("\x80"));
	assert_false(is_utf8("\xc0\xaf"));
	assert_false(is_utf8("\xc1\xbf"));
	assert_false(is_utf8("\xe0\x9f\xbf"));
	assert_false(is_utf8("\xed\xa0\x80"));
	assert_false(is_utf8("\xf0\x8f\xbf\xbf"));
	assert_false(is_utf8("\xf4\x90\x80\x80"));
	assert_false(is_utf8("\xf5\x80\x80\x80"));
	assert_false(is_utf8("\xc3"));
	assert_false(is_utf8("\xe2\x82"));
	assert_false(is_utf8("\xe2\x82z"));
	assert_false(
	    utf8_is_valid((struct bytes){ (const uint8_t *)"a\0b", 3 }));
}

static void
test_length_counts_characters(void **state)
{
	(void)state;
	assert_int_equal(utf8_length(bytes_of_text("")), 0);
	assert_int_equal(utf8_length(
			     bytes_of_text("Zo\xc3\xab\xf0\x9f\x8f\xab")),
	    4);
}

static bool
is_date(const char *text)
{
	return date_is_valid(bytes_of_text(text));
}

static void
test_only_days_that_exist_are_dates(void **state)
{
	(void)state;
	assert_true(is_date("2015-01-19"));
	assert_true(is_date("2024-02-29"));
	assert_true(is_date("2000-02-29"));
	assert_true(is_date("1800-01-01"));
	assert_true(is_date("2200-12-31"));
	assert_false(is_date("2023-02-29"));
	assert_false(is_date("1900-02-29"));
	assert_false(is_date("2024-04-31"));
	assert_false(is_date("2024-13-01"));
	assert_false(is_date("2024-00-10"));
	assert_false(is_date("2024-10-00"));
	assert_false(is_date("1799-12-31"));
	assert_false(is_date("2201-01-01"));
	assert_false(is_date("2024-1-01"));
	assert_false(is_date("2024/01/01"));
	assert_false(is_date("2024-01-+1"));
	assert_false(is_date(""));
}

static bool
is_moment(const char *text)
{
	return moment_is_valid(bytes_of_text(text));
}

static void
test_a_moment_has_seconds_and_is_utc(void **state)
{
	(void)state;
	assert_true(is_moment("2024-02-29T23:59:59Z"));
	assert_true(is_moment("2024-02-29T00:00:00Z"));
	assert_false(is_moment("2024-02-30T00:00:00Z"));
	assert_false(is_moment("2024-02-29T24:00:00Z"));
	assert_false(is_moment("2024-02-29T00:60:00Z"));
	assert_false(is_moment("2024-02-29T00:00:60Z"));
	assert_false(is_moment("2024-02-29T00:00:00"));
	assert_false(is_moment("2024-02-29T00:00:00+"));
	assert_false(is_moment("2024-02-29 00:00:00Z"));
	assert_false(is_moment("2024-02-29T00:00Z"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values_are_equal_by_type_and_content),
		cmocka_unit_test(test_utf8_is_told_from_what_looks_like_it),
		cmocka_unit_test(test_length_counts_characters),
		cmocka_unit_test(test_only_days_that_exist_are_dates),
		cmocka_unit_test(test_a_moment_has_seconds_and_is_utc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
