/*
 * `throughline report` of a school that has found trouble, and how the sync
 * stands in it.
 *
 * Covers client/command/report.c and client/agent/memo_lines.c.
 */
#include "tests/unit/client/run.h"

#include <jansson.h>

#include "client/agent/memo_lines.h"

static void
test_report_names_children_and_tells_of_the_sync(void **state)
{
	struct place *place = *state;

	assert_int_equal(run_in(place, "report", NULL), 0);
	assert_non_null(strstr(run_out, "Oak"));
	assert_non_null(strstr(run_out, "State of sync"));
	assert_non_null(strstr(run_out, "look  Sync: Not connected yet"));
	assert_non_null(strstr(run_out, "Children in no school"));
	assert_non_null(strstr(run_out, "Idris Okafor-Lane"));
}

static void
test_report_is_one_json_document(void **state)
{
	struct place *place = *state;
	json_t *report;

	assert_int_equal(run_in(place, "report", "--json", NULL), 0);
	report = json_loads(run_out, 0, NULL);
	assert_non_null(report);
	assert_string_equal(json_string_value(json_object_get(report, "for")),
	    "school");
	assert_int_equal(json_array_size(json_object_get(report, "sync")), 4);
	json_decref(report);
}

static void
test_report_of_a_day_that_was_not_kept_is_told(void **state)
{
	struct place *place = *state;

	assert_int_equal(run_in(place, "report", "--day", "2026-11-01", NULL),
	    1);
	assert_non_null(strstr(run_errors, "no report was kept"));
	assert_int_equal(run_in(place, "report", "--day", "monday", NULL), 2);
}

#define PLACE(test) \
	cmocka_unit_test_setup_teardown(test, place_begin, place_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		PLACE(test_report_names_children_and_tells_of_the_sync),
		PLACE(test_report_is_one_json_document),
		PLACE(test_report_of_a_day_that_was_not_kept_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
