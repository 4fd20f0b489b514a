/*
 * Numbers that prove themselves.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "common/catalogue/catalogue.h"

static void
test_upn_vectors(void **state)
{
	static const char *const valid[] = { "R201100018042", "T20110001804V",
		"H801200001001", "R674123101121", "Z205210200010",
		"C999200119017" };
	static const char *const invalid[] = { "R201100018043", "T201100018042",
		"H80120000100", "H8012000010011", "h801200001001",
		"I801200001001", "H80120000100O", "H80120A001001", "" };

	(void)state;
	for (size_t i = 0; i < sizeof(valid) / sizeof(valid[0]); i++)
		if (!upn_is_valid(bytes_of_text(valid[i])))
			fail_msg("%s is valid", valid[i]);
	for (size_t i = 0; i < sizeof(invalid) / sizeof(invalid[0]); i++)
		if (upn_is_valid(bytes_of_text(invalid[i])))
			fail_msg("%s is not valid", invalid[i]);
}

static void
test_temporary_upn_ends_in_a_letter(void **state)
{
	(void)state;
	assert_true(upn_is_temporary(bytes_of_text("T20110001804V")));
	assert_false(upn_is_temporary(bytes_of_text("R201100018042")));
	assert_false(upn_is_temporary(bytes_of_text("V")));
}

/* 9×10 + 9×9 = 171 = 15×11 + 6, and 10 − 6 = 4. */
static void
test_uln_check_digit(void **state)
{
	(void)state;
	assert_true(uln_is_valid(bytes_of_text("1000000000")));
	assert_true(uln_is_valid(bytes_of_text("9900000004")));
	assert_false(uln_is_valid(bytes_of_text("1000000001")));
	assert_false(uln_is_valid(bytes_of_text("0000000000")));
	assert_false(uln_is_valid(bytes_of_text("100000000")));
	assert_false(uln_is_valid(bytes_of_text("100000000X")));
}

static void
test_laestab_is_seven_digits(void **state)
{
	(void)state;
	assert_true(laestab_is_valid(bytes_of_text("9991000")));
	assert_false(laestab_is_valid(bytes_of_text("999/1000")));
	assert_false(laestab_is_valid(bytes_of_text("999100")));
	assert_false(laestab_is_valid(bytes_of_text("999100X")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_upn_vectors),
		cmocka_unit_test(test_temporary_upn_ends_in_a_letter),
		cmocka_unit_test(test_uln_check_digit),
		cmocka_unit_test(test_laestab_is_seven_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
