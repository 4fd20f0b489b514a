/*
 * How computers stand, as an administrator reads it in the morning.
 */
#include "server/authority/standing.h"

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
	assert_int_equal(json_array_size(lines), 5);
	json_decref(lines);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_only_who_needs_somebody_has_a_line, fixture_begin,
		    fixture_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
