/*
 * How computers stand, as an administrator reads it in the morning.
 */
#include "server/authority/standing.h"

#include "common/replica/defect.h"
#include "server/core/nights.h"

#include "tests/unit/server/domain.h"

#define DAY_MS UINT64_C(86400000)

static void
heard(struct fixture *f, uint32_t site, uint64_t days_ago, uint64_t refused,
    uint64_t conflicts)
{
	struct site_state state = {
		.number = site,
		.last_seen_ms = NOW - days_ago * DAY_MS,
		.refused = refused,
		.conflicts = conflicts,
	};

	OK(sites_greet(f->replica, &state, &f->err));
}

/* The text of the line that begins with what, "" for none. */
static const char *
line_of(const json_t *lines, const char *what, bool attention)
{
	json_t *line;
	size_t i;

	json_array_foreach(lines, i, line)
	{
		if (strncmp(json_string_value(json_object_get(line, "what")),
			what, strlen(what)) != 0)
			continue;
		assert_int_equal(json_is_true(
				     json_object_get(line, "attention")),
		    attention);
		return json_string_value(json_object_get(line, "text"));
	}
	return "";
}

static void
test_only_who_needs_somebody_has_a_line(void **state)
{
	struct fixture *f = *state;
	json_t *lines = json_array();

	heard(f, 1, 0, 0, 0);
	heard(f, 2, 5, 2, 0);
	heard(f, 3, 0, 0, 3);
	OK(standing_add_lines(f->replica, NOW, lines, &f->err));
	assert_string_equal(line_of(lines, "Oak, computer", true),
	    "never heard from"); /* number 4 */
	assert_string_equal(line_of(lines, "Elm", true),
	    "not heard from since 2027-01-10; 2 refused entries");
	assert_string_equal(line_of(lines, "Yew", true),
	    "3 fields with two values");
	assert_string_equal(line_of(lines, "Conflicts", false), "none");
	assert_string_equal(line_of(lines, "Computers", false),
	    "2 of 4 were heard from within a day");
	assert_string_equal(line_of(lines, "Compared", false),
	    "0 of 4 computers within a day: 0 equal, 0 mended, 0 not "
	    "finished, 0 failed; 2 were not heard from");
	assert_string_equal(line_of(lines, "Defects", false), "none");
	assert_int_equal(json_array_size(lines), 7);
	json_decref(lines);
}

static void
compared(struct fixture *f, uint32_t site, uint64_t days_ago,
    enum found_outcome outcome)
{
	struct found found = { .outcome = outcome };

	OK(nights_end(f->replica, site, NOW - days_ago * DAY_MS, 0, &found,
	    &f->err));
}

static void
differed(struct fixture *f, enum defect_kind kind, uint64_t days_ago)
{
	struct defect defect = { .found_ms = NOW - days_ago * DAY_MS,
		.kind = kind,
		.site = 1 };

	OK(defect_note(f->replica, &defect, &f->err));
}

/* What is older than a day was told in another report. */
static void
test_comparisons_and_defects_of_a_day_are_counted(void **state)
{
	struct fixture *f = *state;
	json_t *lines = json_array();

	OK(replica_begin(f->replica, &f->err));
	compared(f, 1, 0, FOUND_EQUAL);
	compared(f, 2, 1, FOUND_FAILED);
	compared(f, 3, 2, FOUND_MENDED);
	compared(f, 4, 0, FOUND_UNFINISHED);
	differed(f, DEFECT_CLIENT_LACKED, 0);
	differed(f, DEFECT_CLIENT_LACKED, 1);
	differed(f, DEFECT_DAMAGED, 0);
	differed(f, DEFECT_TABLES, 2);
	OK(replica_commit(f->replica, &f->err));
	OK(standing_add_lines(f->replica, NOW, lines, &f->err));
	assert_string_equal(line_of(lines, "Compared", true),
	    "3 of 4 computers within a day: 1 equal, 0 mended, 1 not "
	    "finished, 1 failed; 4 were not heard from");
	assert_string_equal(line_of(lines, "Defects", true),
	    "2 lacking at the computer, 1 damaged");
	json_decref(lines);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_only_who_needs_somebody_has_a_line, fixture_begin,
		    fixture_end),
		cmocka_unit_test_setup_teardown(
		    test_comparisons_and_defects_of_a_day_are_counted,
		    fixture_begin, fixture_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
