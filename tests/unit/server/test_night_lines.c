/*
 * The night in the morning's words: one line a job, and which to look at.
 */
#include "server/night/night_lines.h"

#include "tests/unit/server/domain.h"

static void
expect_line(const json_t *lines, size_t place, const char *what,
    const char *sentence, bool attention)
{
	const json_t *line = json_array_get(lines, place);

	assert_string_equal(json_string_value(json_object_get(line, "what")),
	    what);
	assert_string_equal(json_string_value(json_object_get(line, "text")),
	    sentence);
	assert_int_equal(json_is_true(json_object_get(line, "attention")),
	    attention);
}

static void
test_hub_without_a_night_says_so(void **state)
{
	struct fixture *f = *state;
	json_t *lines = json_array();

	OK(night_add_last_lines(f->replica, lines, &f->err));
	assert_int_equal(json_array_size(lines), 1);
	expect_line(lines, 0, "Night", "the hub has had no night yet", true);
	json_decref(lines);
}

static void
test_each_job_has_its_line(void **state)
{
	struct fixture *f = *state;
	struct night_row row = { .day = "2026-11-23",
		.began_ms = NOW,
		.ended_ms = NOW + 1 };
	json_t *lines = json_array();

	row.document = json_pack("{s:s, s:[{s:s, s:s, s:s}, {s:s, s:s, s:s}, "
				 "{s:s}]}",
	    "grade", "warning", "jobs", "job", "second_backup", "grade", "ok",
	    "sentence", "copied", "job", "computer", "grade", "warning",
	    "sentence", "the disk is nearly full", "job", "unknown");
	OK(night_create_table(f->replica, &f->err));
	OK(night_store(f->replica, &row, &f->err));
	OK(night_add_last_lines(f->replica, lines, &f->err));
	assert_int_equal(json_array_size(lines), 3);
	expect_line(lines, 0, "Night", "that of 2026-11-23 was the last",
	    false);
	expect_line(lines, 1, "Night: second backup", "copied", false);
	expect_line(lines, 2, "Night: computer", "the disk is nearly full",
	    true);
	night_row_deinit(&row);
	json_decref(lines);
}

static void
test_night_that_was_broken_off_is_told(void **state)
{
	struct night_row row = { .day = "2026-11-23", .began_ms = NOW };
	json_t *lines = json_array();

	(void)state;
	night_add_lines(&row, lines);
	expect_line(lines, 0, "Night",
	    "that of 2026-11-23 has not come to its end", true);
	json_decref(lines);
}

#define HUB(test) \
	cmocka_unit_test_setup_teardown(test, fixture_begin, fixture_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HUB(test_hub_without_a_night_says_so),
		HUB(test_each_job_has_its_line),
		HUB(test_night_that_was_broken_off_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
