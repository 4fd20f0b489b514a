/*
 * The model and what is kept of it: names only where they belong, nights that
 * can be compared.
 *
 * Covers common/report/report_words.c, report_compare.c, report_store.c and
 * report_names.c too.
 */
#include "common/report/report.h"

#include "common/replica/sql.h"
#include "common/report/report_private.h"
#include "tests/unit/report/reading.h"

static json_t *
section_of(const json_t *report, const char *kind)
{
	static const char *const lists[] = { "findings", "deadlines" };
	json_t *section;
	size_t i;

	for (int list = 0; list < 2; list++) {
		json_array_foreach(json_object_get(report, lists[list]), i,
		    section)
		{
			if (strcmp(kind,
				json_string_value(
				    json_object_get(section, "kind"))) == 0)
				return section;
		}
	}
	fail_msg("no section %s", kind);
	return NULL;
}

static void
expect_number(const json_t *report, const char *kind, const char *member,
    json_int_t expected)
{
	const json_t *number =
	    json_object_get(section_of(report, kind), member);

	assert_true(json_is_integer(number));
	assert_int_equal(json_integer_value(number), expected);
}

static json_t *
night(struct world *world, uint64_t school, const char *day)
{
	struct report_about about = about_on(day, school);
	json_t *report = NULL;

	assert_ok(report_make_and_store(world->replica, &about, &report, err));
	return report;
}

/* --- what is in it -------------------------------------------------------- */

/* Counts and schools, in every rendering, of children in every kind. */
static void
test_hub_names_no_child(void **state)
{
	struct world *world = *state;
	struct buffer buffer = { 0 };
	json_t *report;

	trouble(world);
	report = made_on(world, TODAY, 0);
	assert_ok(report_add_names(world->replica, report, err));
	for (int i = 0; i < RENDERINGS; i++) {
		const char *text = rendered(report, i, &buffer);

		for (size_t j = 0; j < INVENTED; j++)
			assert_null(strstr(text, invented[j]));
		assert_non_null(strstr(text, "Oak Primary"));
		assert_non_null(strstr(text, "Elm School"));
	}
	buffer_deinit(&buffer);
	json_decref(report);
}

static void
test_school_names_its_own_children(void **state)
{
	struct world *world = *state;
	struct buffer buffer = { 0 };
	json_t *report;

	trouble(world);
	report = made_on(world, TODAY, world->oak);
	for (int i = 0; i < RENDERINGS; i++)
		assert_null(strstr(rendered(report, i, &buffer), "Teodora"));
	assert_ok(report_add_names(world->replica, report, err));
	for (int i = 0; i < RENDERINGS; i++) {
		const char *text = rendered(report, i, &buffer);

		assert_non_null(strstr(text, "Teodora Okafor-Lane"));
		assert_null(strstr(text, "C999200119017"));
		assert_null(strstr(text, "2015-01-19"));
	}
	buffer_deinit(&buffer);
	json_decref(report);
}

/* Whose plan it is, is not for everybody who reads the report. */
static void
test_plan_to_review_names_nobody(void **state)
{
	struct world *world = *state;
	uint64_t pupil = add_teodora(world);
	struct buffer buffer = { 0 };
	const char *text;
	json_t *report;

	fixture_insert(world->replica, pupil, "support_plan", "kind", "ehc",
	    "review_on", "2026-11-30", NULL);
	report = made_on(world, TODAY, world->oak);
	assert_ok(report_add_names(world->replica, report, err));
	text = rendered(report, 0, &buffer);
	assert_non_null(strstr(text, "Support plans to review: 1"));
	assert_null(strstr(text, "Okafor"));
	buffer_deinit(&buffer);
	json_decref(report);
}

static void
test_record_that_is_gone_has_no_name(void **state)
{
	struct world *world = *state;
	struct buffer buffer = { 0 };
	json_t *report;

	fixture_insert(world->replica, world->elm, "expected_pupil", "surname",
	    "Brandt", "forename", "Ana", "birth_date", "2015-03-02",
	    "nc_year_actual", "7", "state", "expected", NULL);
	report = made_on(world, TODAY, world->elm);
	fixture_delete(world->replica, world->elm,
	    last_of(world, "expected_pupil"));
	assert_ok(report_add_names(world->replica, report, err));
	assert_non_null(strstr(rendered(report, 0, &buffer),
	    "a file that is no longer here"));
	buffer_deinit(&buffer);
	json_decref(report);
}

static void
test_schools_are_counted_by_who_must_act(void **state)
{
	struct world *world = *state;
	json_t *report, *groups, *group;

	trouble(world);
	report = made_on(world, TODAY, 0);
	groups = json_object_get(section_of(report, "transfer_not_accepted"),
	    "schools");
	assert_int_equal(json_array_size(groups), 1);
	group = json_array_get(groups, 0);
	assert_string_equal(json_string_value(json_object_get(group, "acts")),
	    "Elm School");
	assert_string_equal(json_string_value(json_object_get(group, "with")),
	    "Oak Primary");
	assert_int_equal(json_integer_value(json_object_get(group, "overdue")),
	    1);
	json_decref(report);
}

/* From September to the end of the year, and quiet when all have come. */
static void
test_arrival_check_has_its_season(void **state)
{
	static const char *const days[] = { "2026-08-31", "2026-09-03",
		"2026-11-23", "2027-01-08" };
	static const size_t open[] = { 0, 1, 1, 0 };
	static const size_t done[] = { 0, 1, 0, 0 };
	struct world *world = *state;
	json_t *report;

	fixture_insert(world->replica, world->elm, "expected_pupil", "surname",
	    "Brandt", "forename", "Ana", "birth_date", "2015-03-02",
	    "nc_year_actual", "7", "entry_date", "2026-09-02", "from_school",
	    id_text(world->oak), "state", "expected", NULL);
	for (int arrived = 0; arrived < 2; arrived++) {
		for (int i = 0; i < 4; i++) {
			report = made_on(world, days[i], 0);
			assert_int_equal(json_array_size(json_object_get(report,
					     "arrival")),
			    arrived ? done[i] : open[i]);
			json_decref(report);
		}
		fixture_update(world->replica, world->elm,
		    last_of(world, "expected_pupil"), "state", "arrived", NULL);
	}
}

static void
test_arrival_check_names_whom_to_chase(void **state)
{
	struct world *world = *state;
	struct buffer buffer = { 0 };
	json_t *report;

	fixture_insert(world->replica, world->elm, "expected_pupil", "surname",
	    "Brandt", "forename", "Ana", "birth_date", "2015-03-02",
	    "nc_year_actual", "7", "entry_date", "2026-09-02", "from_school",
	    id_text(world->oak), "state", "expected", NULL);
	report = made_on(world, "2026-09-03", world->elm);
	assert_ok(report_add_names(world->replica, report, err));
	assert_non_null(strstr(rendered(report, 0, &buffer),
	    "1 expected, 0 on roll, 1 to chase"));
	assert_non_null(strstr(rendered(report, 0, &buffer),
	    "Ana Brandt, from Oak Primary"));
	json_decref(report);
	report = made_on(world, "2026-09-03", 0);
	assert_non_null(
	    strstr(rendered(report, 0, &buffer), "1 from Oak Primary"));
	json_decref(report);
	buffer_deinit(&buffer);
}

/* --- nights --------------------------------------------------------------- */

static void
test_nights_are_compared(void **state)
{
	struct world *world = *state;
	uint64_t first =
	    fixture_pupil(world->replica, "Okafor-Lane", world->oak);
	struct buffer buffer = { 0 };
	json_t *report = night(world, 0, "2026-11-21");

	assert_true(json_is_null(json_object_get(report, "compared_with")));
	json_decref(report);

	fixture_pupil(world->replica, "Brandt", world->oak);
	fixture_pupil(world->replica, "Lane", world->oak);
	fixture_insert(world->replica, first, "enrolment", "school",
	    id_text(world->oak), "school_name", "Oak Primary", NULL);
	report = night(world, 0, "2026-11-23");
	expect_number(report, "in_no_school", "count", 2);
	expect_number(report, "in_no_school", "new", 2);
	expect_number(report, "in_no_school", "gone", 1);
	expect_number(report, "same_upn", "new", 0);
	for (int i = 0; i < RENDERINGS - 1; i++)
		assert_non_null(strstr(rendered(report, i, &buffer),
		    "2 new, 1 gone since 21 November 2026"));
	buffer_deinit(&buffer);
	json_decref(report);
}

/* Again on the same day: in place of the first, compared with the night
 * before. */
static void
test_same_night_again_replaces(void **state)
{
	struct world *world = *state;
	json_t *report;

	json_decref(night(world, 0, "2026-11-22"));
	json_decref(night(world, 0, "2026-11-23"));
	fixture_pupil(world->replica, "Brandt", world->oak);
	json_decref(night(world, 0, "2026-11-23"));
	assert_ok(report_load(world->replica, "2026-11-23", &report, err));
	expect_number(report, "in_no_school", "new", 1);
	assert_string_equal(json_string_value(
				json_object_get(report, "compared_with")),
	    "2026-11-22");
	json_decref(report);
}

static void
test_new_items_are_marked(void **state)
{
	struct world *world = *state;
	json_t *report, *items;

	fixture_pupil(world->replica, "Okafor-Lane", world->oak);
	json_decref(night(world, world->oak, "2026-11-22"));
	fixture_pupil(world->replica, "Brandt", world->oak);
	report = night(world, world->oak, "2026-11-23");
	items = json_object_get(section_of(report, "in_no_school"), "items");
	assert_int_equal(json_array_size(items), 2);
	assert_true(
	    json_is_false(json_object_get(json_array_get(items, 0), "new")));
	assert_true(
	    json_is_true(json_object_get(json_array_get(items, 1), "new")));
	json_decref(report);
}

/* When a file has been purged, no old report has the name. */
static void
test_kept_report_has_no_name(void **state)
{
	struct world *world = *state;
	struct sql *sql;
	char text[64 * 1024];

	trouble(world);
	json_decref(night(world, world->oak, TODAY));
	sql = sql_use(world->replica, "SELECT json FROM report");
	assert_ok(sql_step(sql, err));
	snprintf(text, sizeof(text), "%.*s", (int)sql_column_bytes(sql, 0).size,
	    (const char *)sql_column_bytes(sql, 0).data);
	sql_release(sql);
	for (size_t i = 0; i < INVENTED; i++)
		assert_null(strstr(text, invented[i]));
}

static void
test_reports_are_kept_for_400_days(void **state)
{
	struct world *world = *state;
	json_t *report = NULL;

	json_decref(night(world, 0, "2026-01-01"));
	json_decref(night(world, 0, "2027-02-04"));
	assert_ok(report_load(world->replica, "2026-01-01", &report, err));
	json_decref(report);
	json_decref(night(world, 0, "2027-02-05"));
	assert_int_equal(report_load(world->replica, "2026-01-01", &report,
			     UNREAD),
	    STATUS_NOT_FOUND);
}

static void
test_day_without_report_is_told(void **state)
{
	struct world *world = *state;
	struct error error = { 0 };
	json_t *report = NULL;

	assert_int_equal(report_load(world->replica, "2026-11-23", &report,
			     &error),
	    STATUS_NOT_FOUND);
	assert_non_null(strstr(error.text, "2026-11-23"));
	assert_int_equal(report_load_last(world->replica, "2026-11-23", true,
			     &report, &error),
	    STATUS_NOT_FOUND);
}

static void
test_damaged_report_is_told(void **state)
{
	struct world *world = *state;
	json_t *report = NULL;

	json_decref(night(world, 0, TODAY));
	assert_ok(sql_run(world->replica, "UPDATE report SET json = '{'", err));
	assert_int_equal(report_load(world->replica, TODAY, &report, UNREAD),
	    STATUS_CORRUPT);
}

/* The number of days, by which work is sorted, and the day itself. */
static void
test_deadline_is_said_in_words(void **state)
{
	static const struct {
		int days;
		const char *due_on;
		const char *words;
	} cases[] = {
		{ -9, "2026-07-01", "9 days overdue, since " },
		{ -1, "2026-07-01", "1 day overdue, since " },
		{ 0, "2026-07-01", "due today, " },
		{ 1, "2026-07-01", "due in 1 day, " },
		{ 5, "2026-07-01", "due in 5 days, " },
		{ 5, "", "no date" },
	};

	char words[WORDS_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *item = json_pack("{s:i, s:s}", "days", cases[i].days,
		    "due_on", cases[i].due_on);

		assert_non_null(item);
		report_words_due(item, words);
		if (strncmp(words, cases[i].words, strlen(cases[i].words)) != 0)
			fail_msg("%s", words);
		json_decref(item);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(test_hub_names_no_child),
		WORLD(test_school_names_its_own_children),
		WORLD(test_plan_to_review_names_nobody),
		WORLD(test_record_that_is_gone_has_no_name),
		WORLD(test_schools_are_counted_by_who_must_act),
		WORLD(test_arrival_check_has_its_season),
		WORLD(test_arrival_check_names_whom_to_chase),
		WORLD(test_nights_are_compared),
		WORLD(test_same_night_again_replaces),
		WORLD(test_new_items_are_marked),
		WORLD(test_kept_report_has_no_name),
		WORLD(test_reports_are_kept_for_400_days),
		WORLD(test_day_without_report_is_told),
		WORLD(test_damaged_report_is_told),
		cmocka_unit_test(test_deadline_is_said_in_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
