/*
 * "4 expected, 3 on roll, 1 to chase", each child once.
 */
#include "common/report/arrival.h"

#include "tests/unit/report/fixture.h"

static struct arrival_child chased;

static bool
note_child(void *context, const struct arrival_child *child)
{
	(void)context;
	chased = *child;
	return true;
}

static void
expect_on(struct world *world, const char *today, uint32_t expected,
    uint32_t on_roll, uint32_t to_chase)
{
	struct arrival arrival;

	assert_ok(arrival_check(world->replica, world->elm, 2026,
	    day_of_text(bytes_of_text(today)), &arrival, note_child, NULL,
	    err));
	assert_int_equal(arrival.expected, expected);
	assert_int_equal(arrival.on_roll, on_roll);
	assert_int_equal(arrival.to_chase, to_chase);
}

static uint64_t
list_child(struct world *world, const char *surname, const char *upn,
    const char *entry_date)
{
	fixture_insert(world->replica, world->elm, "expected_pupil", "surname",
	    surname, "forename", "Teodora", "birth_date", "2015-01-19",
	    "nc_year_actual", "7", "upn", upn, "from_school",
	    id_text(world->oak), "entry_date", entry_date, "state", "expected",
	    NULL);
	return last_of(world, "expected_pupil");
}

static void
start(struct world *world, uint64_t pupil, const char *day)
{
	fixture_insert(world->replica, pupil, "enrolment", "school",
	    id_text(world->elm), "school_name", "Elm School", "entry_date", day,
	    NULL);
}

static void
test_child_is_chased_until_on_roll(void **state)
{
	struct world *world = *state;
	uint64_t listed = list_child(world, "Brandt", "", "2026-09-02");

	expect_on(world, "2026-09-03", 1, 0, 1);
	assert_int_equal(chased.subject, listed);
	assert_int_equal(chased.from_school, world->oak);
	fixture_update(world->replica, world->elm, listed, "state", "arrived",
	    NULL);
	expect_on(world, "2026-09-03", 1, 1, 0);
}

static void
test_child_not_coming_is_not_expected(void **state)
{
	struct world *world = *state;
	uint64_t listed = list_child(world, "Brandt", "", "2026-09-02");

	fixture_update(world->replica, world->elm, listed, "state",
	    "not_coming", NULL);
	expect_on(world, "2026-09-03", 0, 0, 0);
}

/* By UPN or by name: the enrolment that has begun puts a child on roll. */
static void
test_enrolment_that_has_begun_counts(void **state)
{
	struct world *world = *state;
	uint64_t by_upn = add_child(world, world->oak, "Lane", "C999200119017");
	uint64_t by_name =
	    add_child(world, world->oak, "Brandt", "R674123101121");

	list_child(world, "Okafor-Lane", "C999200119017", "2026-09-02");
	list_child(world, "BRANDT", "", "2026-09-02");
	expect_on(world, "2026-09-01", 2, 0, 2);
	start(world, by_upn, "2026-09-02");
	start(world, by_name, "2026-09-04");
	expect_on(world, "2026-09-03", 2, 1, 1);
	expect_on(world, "2026-09-04", 2, 2, 0);
}

/* On the list and announced is one child; announced alone is one too. */
static void
test_announced_child_is_counted_once(void **state)
{
	struct world *world = *state;
	uint64_t listed = add_child(world, world->oak, "Lane", "C999200119017");
	uint64_t other =
	    add_child(world, world->oak, "Brandt", "R674123101121");

	list_child(world, "Lane", "", "2026-09-02");
	add_transfer(world, listed, world->elm, "Lane", "2026-07-21");
	add_transfer(world, other, world->elm, "Brandt", "2026-07-21");
	expect_on(world, "2026-09-03", 2, 0, 2);
	start(world, other, "2026-09-02");
	expect_on(world, "2026-09-03", 2, 1, 1);
}

static void
test_cancelled_transfer_is_not_expected(void **state)
{
	struct world *world = *state;
	uint64_t pupil = add_child(world, world->oak, "Lane", "C999200119017");
	uint64_t transfer =
	    add_transfer(world, pupil, world->elm, "Lane", "2026-07-21");

	fixture_update(world->replica, pupil, transfer, "state", "cancelled",
	    NULL);
	expect_on(world, "2026-09-03", 0, 0, 0);
}

/* The envelope is all that an unanswered destination has. */
static void
test_announcement_without_its_transfer_is_expected(void **state)
{
	struct world *world = *state;

	fixture_insert(world->replica, world->elm, "envelope", "transfer",
	    "900", "dossier", "901", "from_school", id_text(world->oak),
	    "surname", "Brandt", "forename", "Ana", "birth_date", "2015-03-02",
	    "state", "waiting", NULL);
	expect_on(world, "2026-09-03", 1, 0, 1);
	expect_on(world, "2027-01-08", 0, 0, 0);
}

static void
test_other_years_do_not_count(void **state)
{
	struct world *world = *state;

	list_child(world, "Lane", "", "2025-09-02");
	list_child(world, "Brandt", "", "2027-09-01");
	expect_on(world, "2026-09-03", 0, 0, 0);
	list_child(world, "Undated", "", "");
	expect_on(world, "2026-09-03", 1, 0, 1);
	expect_on(world, "2027-05-03", 0, 0, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(test_child_is_chased_until_on_roll),
		WORLD(test_child_not_coming_is_not_expected),
		WORLD(test_enrolment_that_has_begun_counts),
		WORLD(test_announced_child_is_counted_once),
		WORLD(test_cancelled_transfer_is_not_expected),
		WORLD(test_announcement_without_its_transfer_is_expected),
		WORLD(test_other_years_do_not_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
