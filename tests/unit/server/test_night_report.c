/*
 * The night keeps a morning report, which tells of its jobs and names no
 * child.  Covers server/night/job_report.c.
 */
#include "common/report/report.h"
#include "server/core/table.h"
#include "server/night/night.h"
#include "server/night/plan.h"
#include "tests/unit/server/domain.h"

#define DAY_MS (UINT64_C(24) * 60 * 60 * 1000)

static struct night_outcome
run_report(struct fixture *f, uint64_t now_ms)
{
	struct night_work work = {
		.replica = f->replica,
		.folder = f->folder,
		.settings = hub_settings_default(),
		.now_ms = now_ms,
	};
	struct night_outcome outcome;

	outcome_init(&outcome, "report");
	job_report(&work, &outcome);
	return outcome;
}

static void
expect_sentence(struct fixture *f, uint64_t now_ms, const char *part)
{
	struct night_outcome outcome = run_report(f, now_ms);

	assert_int_equal(outcome.grade, NIGHT_OK);
	if (strstr(outcome.sentence, part) == NULL)
		fail_msg("\"%s\"", outcome.sentence);
	outcome_deinit(&outcome);
}

static void
test_night_counts_what_is_new(void **state)
{
	struct fixture *f = *state;
	json_t *report = NULL;

	expect_sentence(f, NOW, "fit together");
	add_pupil(f, 1);
	expect_sentence(f, NOW + DAY_MS,
	    "schools: 1, of which 0 overdue and "
	    "1 new");
	expect_sentence(f, NOW + 2 * DAY_MS, "and 0 new");
	OK(report_load(f->replica, "2027-01-16", &report, &f->err));
	assert_string_equal(json_string_value(
				json_object_get(report, "compared_with")),
	    "2027-01-15");
	json_decref(report);
}

static void
test_kept_report_tells_of_the_jobs_and_of_no_child(void **state)
{
	struct fixture *f = *state;
	struct night_row row = { .day = "2027-01-15", .began_ms = NOW };
	json_t *report = NULL;
	char *text;

	row.document = json_pack("{s:s, s:[{s:s, s:s, s:s}]}", "grade",
	    "failed", "jobs", "job", "backup", "grade", "failed", "sentence",
	    "no room for a copy");
	OK(night_create_table(f->replica, &f->err));
	OK(night_store(f->replica, &row, &f->err));
	add_pupil(f, 1);
	expect_sentence(f, NOW, "schools: 1,");
	OK(report_load(f->replica, "2027-01-15", &report, &f->err));
	text = json_dumps(report, 0);
	assert_non_null(strstr(text, "no room for a copy"));
	assert_null(strstr(text, "has not come to its end"));
	assert_null(strstr(text, "Okafor"));
	assert_null(strstr(text, "C999200119017"));
	free(text);
	json_decref(report);
	night_row_deinit(&row);
}

/* Counts of whose head has to decide; the hub destroys nothing. */
static void
test_night_tells_whose_files_are_past_their_day(void **state)
{
	struct fixture *f = *state;
	struct night_outcome outcome;
	json_t *json;
	char *text;

	add_pupil(f, 1);
	OK(table_run(f->replica, &f->err,
	    "UPDATE pupil SET birth_date = '2001-12-31'", ""));
	outcome = run_report(f, NOW); /* 2027-01-15 */
	assert_int_equal(outcome.grade, NIGHT_OK);
	json = outcome_json(&outcome);
	text = json_dumps(json, 0);
	assert_non_null(strstr(text, "\"retention_overdue\": 1"));
	assert_non_null(strstr(text, "\"retention_soon\": 0"));
	assert_non_null(strstr(text, "Oak: 1 files past their day, 0 within 14 "
				     "days; the head decides."));
	assert_null(strstr(text, "Okafor"));
	free(text);
	json_decref(json);
	outcome_deinit(&outcome);
}

#define HUB(test) \
	cmocka_unit_test_setup_teardown(test, fixture_begin, fixture_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HUB(test_night_counts_what_is_new),
		HUB(test_kept_report_tells_of_the_jobs_and_of_no_child),
		HUB(test_night_tells_whose_files_are_past_their_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
