/* Whole numbers as people write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/support/number.h"

static void
test_numbers_from_least_to_greatest(void **state)
{
	int64_t value = 0;

	(void)state;
	assert_true(number_parse("-3", -3, 9, &value));
	assert_int_equal(value, -3);
	assert_true(number_parse("9", -3, 9, &value));
	assert_int_equal(value, 9);
	assert_false(number_parse("10", -3, 9, &value));
	assert_false(number_parse("-4", -3, 9, &value));
	assert_int_equal(value, 9);
}

/* Nothing, half a number, and more than 64 bits hold. */
static void
test_what_is_no_number(void **state)
{
	static const char *const texts[] = { "", "x", "7x", "7 ", "0x7", "7.0",
		"9223372036854775808", "-9223372036854775809" };
	int64_t value = 5;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_false(
		    number_parse(texts[i], INT64_MIN, INT64_MAX, &value));
	assert_int_equal(value, 5);
}

/* In groups of three, and the greatest fits. */
static void
test_numbers_for_people(void **state)
{
	char text[NUMBER_TEXT_BYTES];

	(void)state;
	number_format(0, text);
	assert_string_equal(text, "0");
	number_format(999, text);
	assert_string_equal(text, "999");
	number_format(17204, text);
	assert_string_equal(text, "17,204");
	number_format(UINT64_MAX, text);
	assert_string_equal(text, "18,446,744,073,709,551,615");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers_from_least_to_greatest),
		cmocka_unit_test(test_what_is_no_number),
		cmocka_unit_test(test_numbers_for_people),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
