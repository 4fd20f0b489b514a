/*
 * Days as people write them, and which of them are school days.
 */
#include "common/report/day.h"

#include "tests/unit/replica/fixture.h"

static int32_t
day(const char *text)
{
	return day_of_text(bytes_of_text(text));
}

static void
expect_after(const struct school_days *days, uint64_t school, const char *from,
    uint32_t count, const char *expected)
{
	char text[DAY_TEXT_BYTES];

	day_format(school_days_after(days, school, day(from), count), text);
	assert_string_equal(text, expected);
}

static void
test_days_are_read_and_written(void **state)
{
	char text[DAY_WORDS_BYTES];

	(void)state;
	assert_int_equal(day("1970-01-02"), 1);
	assert_int_equal(day("2026-07-21T09:30:00Z"), day("2026-07-21"));
	assert_int_equal(day("2026-02-29"), DAY_NONE);
	assert_int_equal(day(""), DAY_NONE);
	assert_int_equal(day_of_unix_ms(86400000 - 1), 0);
	day_format_words(day("2026-07-21"), text);
	assert_string_equal(text, "21 July 2026");
	day_format_words(DAY_NONE, text);
	assert_string_equal(text, "");
}

/* Nobody told a term: weekdays, but not in the summer holiday. */
static void
test_without_terms_weekdays_count(void **state)
{
	struct replica *replica = fixture_open(7, OAK);
	struct school_days *days = NULL;

	(void)state;
	assert_ok(school_days_load(replica, &days, err));
	expect_after(days, OAK, "2026-11-20", 1, "2026-11-23");
	expect_after(days, OAK, "2026-11-20", 15, "2026-12-11");
	expect_after(days, OAK, "2026-07-21", 15, "2026-09-16");
	school_days_destroy(days);
	replica_close(replica);
}

static void
test_terms_closures_and_training_days_count(void **state)
{
	struct replica *replica = fixture_open(7, OAK);
	struct school_days *days = NULL;

	(void)state;
	fixture_term(replica, "term"); /* of school 101, until 18 December */
	fixture_insert(replica, 0, "term_date", "school", "101", "kind", "term",
	    "starts", "2027-01-04", "ends", "2027-03-26", NULL);
	fixture_insert(replica, 0, "term_date", "school", "101", "kind",
	    "training_day", "starts", "2027-01-04", "ends", "2027-01-04", NULL);
	assert_ok(school_days_load(replica, &days, err));
	expect_after(days, OAK, "2026-07-21", 1, "2026-09-01");
	expect_after(days, OAK, "2026-12-17", 2, "2027-01-05");
	assert_false(school_days_is_open(days, OAK, day("2026-12-21")));
	assert_true(school_days_is_open(days, ELM, day("2026-12-21")));
	/* Behind the last term that was told. */
	assert_true(school_days_is_open(days, OAK, day("2027-04-12")));
	school_days_destroy(days);
	replica_close(replica);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_days_are_read_and_written),
		cmocka_unit_test(test_without_terms_weekdays_count),
		cmocka_unit_test(test_terms_closures_and_training_days_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
