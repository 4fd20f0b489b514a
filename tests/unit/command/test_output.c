/* How ids and times look to other programs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/command/output.h"

/* Not every reader of JSON has 63 bits for a number. */
static void
test_ids_are_strings(void **state)
{
	json_t *id = output_id(UINT64_C(8796093022209));

	(void)state;
	assert_string_equal(json_string_value(id), "8796093022209");
	json_decref(id);
}

static void
test_times_are_in_utc(void **state)
{
	json_t *time = output_time(UINT64_C(1784625000000));

	(void)state;
	assert_string_equal(json_string_value(time),
	    "2026-07-21T09:10:00.000Z");
	json_decref(time);
}

/* What is not there is null, in both. */
static void
test_nothing_is_null(void **state)
{
	(void)state;
	assert_true(json_is_null(output_id(0)));
	assert_true(json_is_null(output_time(0)));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ids_are_strings),
		cmocka_unit_test(test_times_are_in_utc),
		cmocka_unit_test(test_nothing_is_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
