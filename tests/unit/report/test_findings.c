/*
 * Each kind of finding appears, names who must act, and is gone when it has
 * been dealt with.
 *
 * Covers common/report/findings_child.c too.
 */
#include "tests/unit/report/fixture.h"

#define TODAY "2026-11-23"

static void
test_well_kept_child_is_no_finding(void **state)
{
	struct world *world = *state;

	add_teodora(world);
	look(world, TODAY, 0);
	assert_int_equal(world->count, 0);
}

static void
expect_child(struct world *world, const char *surname, const char *upn,
    const char *from)
{
	fixture_insert(world->replica, world->elm, "expected_pupil", "surname",
	    surname, "forename", "Teodora", "birth_date", "2015-01-19",
	    "nc_year_actual", "7", "upn", upn, "from_school", from,
	    "entry_date", "2026-09-01", "state", "expected", NULL);
}

static void
test_expected_without_transfer_is_gone_when_announced(void **state)
{
	struct world *world = *state;
	uint64_t pupil = add_teodora(world);
	struct finding found;

	expect_child(world, "OKAFOR LANE", "", id_text(world->oak));
	found = expect_one(world, TODAY, FINDING_EXPECTED_WITHOUT_TRANSFER);
	assert_int_equal(found.school, world->elm);
	assert_int_equal(found.acts, world->oak);
	assert_int_equal(found.subject, last_of(world, "expected_pupil"));
	assert_int_equal(found.urgency, FINDING_OVERDUE);
	expect_due(&found, "2026-09-01");

	add_transfer(world, pupil, world->elm, "Okafor-Lane", "2026-07-21");
	expect_none(world, TODAY, FINDING_EXPECTED_WITHOUT_TRANSFER);
	expect_none(world, TODAY, FINDING_TRANSFER_UNEXPECTED);
}

/* Who comes from outside the partnership is the expecting school's to find. */
static void
test_expected_from_outside_is_for_the_school_itself(void **state)
{
	struct world *world = *state;
	struct finding found;

	expect_child(world, "Brandt", "", id_text(world->ash));
	found = expect_one(world, TODAY, FINDING_EXPECTED_WITHOUT_TRANSFER);
	assert_int_equal(found.acts, world->elm);
	fixture_update(world->replica, world->elm,
	    last_of(world, "expected_pupil"), "state", "not_coming", NULL);
	expect_none(world, TODAY, FINDING_EXPECTED_WITHOUT_TRANSFER);
}

static void
test_expected_child_that_was_deleted_is_gone(void **state)
{
	struct world *world = *state;

	expect_child(world, "Brandt", "", "");
	expect_one(world, TODAY, FINDING_EXPECTED_WITHOUT_TRANSFER);
	fixture_delete(world->replica, world->elm,
	    last_of(world, "expected_pupil"));
	expect_none(world, TODAY, FINDING_EXPECTED_WITHOUT_TRANSFER);
}

static void
test_unexpected_transfer_is_gone_when_listed_by_upn(void **state)
{
	struct world *world = *state;
	uint64_t pupil = add_teodora(world);
	struct finding found;

	add_transfer(world, pupil, world->elm, "Okafor-Lane", "2026-07-21");
	found = expect_one(world, TODAY, FINDING_TRANSFER_UNEXPECTED);
	assert_int_equal(found.school, world->elm);
	assert_int_equal(found.other, world->oak);
	assert_int_equal(found.acts, world->elm);

	expect_child(world, "Lane", "C999200119017", "");
	expect_none(world, TODAY, FINDING_TRANSFER_UNEXPECTED);
	expect_none(world, TODAY, FINDING_EXPECTED_WITHOUT_TRANSFER);
}

static void
test_unexpected_transfer_is_gone_when_answered(void **state)
{
	struct world *world = *state;
	uint64_t pupil = add_teodora(world);

	add_transfer(world, pupil, world->elm, "Okafor-Lane", "2026-07-21");
	fixture_update(world->replica, world->elm, last_of(world, "envelope"),
	    "state", "ours", NULL);
	expect_none(world, TODAY, FINDING_TRANSFER_UNEXPECTED);
}

static void
test_open_transfer_waits_until_accepted(void **state)
{
	struct world *world = *state;
	uint64_t pupil = add_teodora(world);
	uint64_t transfer =
	    add_transfer(world, pupil, world->elm, "Okafor-Lane", "2026-12-18");
	struct finding found;

	found = expect_one(world, TODAY, FINDING_TRANSFER_NOT_ACCEPTED);
	assert_int_equal(found.acts, world->elm);
	assert_int_equal(found.subject, pupil);
	assert_int_equal(found.urgency, FINDING_IN_TIME);
	found = expect_one(world, "2026-12-10", FINDING_TRANSFER_NOT_ACCEPTED);
	assert_int_equal(found.urgency, FINDING_SOON);

	fixture_update(world->replica, pupil, transfer, "state", "accepted",
	    NULL);
	expect_none(world, TODAY, FINDING_TRANSFER_NOT_ACCEPTED);
}

/* What a destination sees before it answers is the envelope alone. */
static void
test_envelope_alone_is_a_transfer_that_waits(void **state)
{
	struct world *world = *state;
	struct finding found;

	fixture_insert(world->replica, world->elm, "envelope", "transfer",
	    "900", "dossier", "901", "from_school", id_text(world->oak),
	    "surname", "Brandt", "forename", "Ana", "birth_date", "2015-03-02",
	    "state", "waiting", NULL);
	found = expect_one(world, TODAY, FINDING_TRANSFER_NOT_ACCEPTED);
	assert_int_equal(found.subject, last_of(world, "envelope"));
	assert_int_equal(found.urgency, FINDING_UNDATED);
}

static void
test_transfer_outside_is_for_the_sender_to_mark(void **state)
{
	struct world *world = *state;
	uint64_t pupil = add_teodora(world);
	uint64_t transfer =
	    add_transfer(world, pupil, world->ash, "Okafor-Lane", "2026-07-21");
	struct finding found =
	    expect_one(world, TODAY, FINDING_TRANSFER_NOT_ACCEPTED);

	assert_int_equal(found.acts, world->oak);
	fixture_update(world->replica, pupil, transfer, "state", "sent_out",
	    NULL);
	fixture_update(world->replica, pupil, pupil, "open_transfer", "", NULL);
	look(world, TODAY, 0);
	assert_int_equal(world->count, 0);
}

static void
test_leaver_is_found_until_a_transfer_is_open(void **state)
{
	struct world *world = *state;
	uint64_t pupil = add_teodora(world);
	struct finding found;

	fixture_update(world->replica, pupil, last_of(world, "enrolment"),
	    "leaving_date", "2026-11-20", NULL);
	found = expect_one(world, TODAY, FINDING_LEAVER_WITHOUT_DESTINATION);
	assert_int_equal(found.acts, world->oak);
	expect_due(&found, "2026-12-11"); /* 15 school days */
	add_transfer(world, pupil, world->elm, "Okafor-Lane", "2026-11-20");
	expect_none(world, TODAY, FINDING_LEAVER_WITHOUT_DESTINATION);
}

static void
test_transfer_to_nowhere_is_a_leaver(void **state)
{
	struct world *world = *state;
	uint64_t pupil = add_teodora(world);
	uint64_t transfer =
	    add_transfer(world, pupil, 0, "Okafor-Lane", "2026-12-18");

	expect_one(world, TODAY, FINDING_LEAVER_WITHOUT_DESTINATION);
	expect_none(world, TODAY, FINDING_TRANSFER_NOT_ACCEPTED);
	fixture_update(world->replica, pupil, transfer, "to_school",
	    id_text(world->elm), NULL);
	expect_none(world, TODAY, FINDING_LEAVER_WITHOUT_DESTINATION);
}

/* In the summer term the last year of a school is asked after. */
static void
test_last_year_without_transfer_is_found_in_summer(void **state)
{
	struct world *world = *state;
	uint64_t pupil = add_teodora(world);

	fixture_update(world->replica, pupil, pupil, "nc_year_actual", "6",
	    NULL);
	expect_none(world, "2026-05-31", FINDING_LEAVER_WITHOUT_DESTINATION);
	expect_one(world, "2026-06-01", FINDING_LEAVER_WITHOUT_DESTINATION);
}

static void
test_same_upn_is_proposed_until_a_person_spoke(void **state)
{
	struct world *world = *state;
	uint64_t first = add_teodora(world);
	uint64_t second =
	    add_child(world, world->elm, "Brandt", "C999200119017");
	struct finding found = expect_one(world, TODAY, FINDING_SAME_UPN);

	assert_int_equal(found.records[0], first);
	assert_int_equal(found.records[1], second);
	assert_int_equal(found.acts, world->elm);
	fixture_insert(world->replica, second, "same_as", "other_pupil",
	    id_text(first), "why", "a move", "state", "agreed", NULL);
	expect_none(world, TODAY, FINDING_SAME_UPN);
}

/* Two are known to be the first's: then they are each other's too. */
static void
test_three_files_of_one_child_are_known_through_one(void **state)
{
	struct world *world = *state;
	uint64_t files[3];

	for (int i = 0; i < 3; i++)
		files[i] = add_teodora(world);
	look(world, TODAY, 0);
	assert_int_equal(world->count, 2); /* each with the next */
	for (int i = 1; i < 3; i++)
		fixture_insert(world->replica, files[0], "same_as",
		    "other_pupil", id_text(files[i]), "why", "a move", "state",
		    "agreed", NULL);
	look(world, TODAY, 0);
	assert_int_equal(world->count, 0);
}

static void
test_former_upn_of_another_is_found(void **state)
{
	struct world *world = *state;
	uint64_t second;

	add_teodora(world);
	second = add_child(world, world->elm, "Brandt", "R674123101121");
	fixture_insert(world->replica, second, "identifier", "kind",
	    "former_upn", "value", "C999200119017", NULL);
	expect_one(world, TODAY, FINDING_SAME_UPN);
}

/* Typed by two people: case, accents, hyphens and spaces do not count.  Once a
 * person said that they are two children, that is that. */
static void
test_same_name_and_birthday_is_proposed(void **state)
{
	struct world *world = *state;
	uint64_t first =
	    add_child(world, world->oak, "Okáfor-Lane", "C999200119017");

	add_child(world, world->elm, "OKAFOR LANE", "R674123101121");
	expect_one(world, TODAY, FINDING_SAME_CHILD);
	expect_none(world, TODAY, FINDING_SAME_UPN);
	fixture_insert(world->replica, first, "same_as", "other_pupil",
	    id_text(last_of(world, "pupil")), "why", "cousins", "state",
	    "ended", NULL);
	expect_none(world, TODAY, FINDING_SAME_CHILD);
}

static void
test_another_birthday_is_another_child(void **state)
{
	struct world *world = *state;
	uint64_t first = add_teodora(world);

	add_child(world, world->elm, "Okafor-Lane", "R674123101121");
	fixture_update(world->replica, first, first, "birth_date", "2015-01-20",
	    NULL);
	expect_none(world, TODAY, FINDING_SAME_CHILD);
}

static void
test_child_without_enrolment_is_in_no_school(void **state)
{
	struct world *world = *state;
	uint64_t pupil =
	    fixture_pupil(world->replica, "Okafor-Lane", world->oak);
	struct finding found = expect_one(world, TODAY, FINDING_IN_NO_SCHOOL);

	assert_int_equal(found.acts, world->oak);
	fixture_insert(world->replica, pupil, "enrolment", "school",
	    id_text(world->oak), "school_name", "Oak Primary", "entry_date",
	    "2026-09-01", NULL);
	expect_none(world, TODAY, FINDING_IN_NO_SCHOOL);
}

static void
test_child_of_a_closed_school_is_in_no_school(void **state)
{
	struct world *world = *state;

	add_teodora(world);
	fixture_update(world->replica, 0, world->oak, "closed_on", "2026-08-31",
	    NULL);
	expect_one(world, TODAY, FINDING_IN_NO_SCHOOL);
}

/* Accepted in July, to start in September: the holidays are no gap. */
static void
test_accepted_child_waits_for_its_start(void **state)
{
	struct world *world = *state;
	uint64_t pupil = add_teodora(world);
	uint64_t transfer =
	    add_transfer(world, pupil, world->elm, "Okafor-Lane", "2026-07-21");

	fixture_update(world->replica, pupil, last_of(world, "enrolment"),
	    "leaving_date", "2026-07-21", NULL);
	fixture_update(world->replica, pupil, transfer, "state", "accepted",
	    NULL);
	fixture_update(world->replica, pupil, pupil, "open_transfer", "",
	    "holder", id_text(world->elm), NULL);
	expect_none(world, "2026-08-15", FINDING_IN_NO_SCHOOL);
	expect_one(world, "2026-10-15", FINDING_IN_NO_SCHOOL);
}

/* --- whose they are ------------------------------------------------------- */

static void
test_school_sees_its_own_alone(void **state)
{
	struct world *world = *state;

	fixture_pupil(world->replica, "Okafor-Lane", world->oak);
	look(world, TODAY, world->oak);
	assert_int_equal(world->count, 1);
	look(world, TODAY, world->elm);
	assert_int_equal(world->count, 0);
}

static bool
stop_at_once(void *context, const struct finding *finding)
{
	(void)finding;
	++*(int *)context;
	return false;
}

static void
test_visitor_stops(void **state)
{
	struct world *world = *state;
	struct findings_view view = { .today = 20000 };
	int calls = 0;

	fixture_pupil(world->replica, "Okafor-Lane", world->oak);
	fixture_pupil(world->replica, "Brandt", world->oak);
	assert_ok(
	    findings_look(world->replica, &view, stop_at_once, &calls, err));
	assert_int_equal(calls, 1);
}

static void
test_most_urgent_comes_first(void **state)
{
	struct world *world = *state;
	static const char *const leaving[] = { "2026-12-18", "2026-07-21",
		"2026-11-30" };
	uint64_t pupil;

	for (int i = 0; i < 3; i++) {
		pupil = add_child(world, world->oak, "Brandt", "");
		add_transfer(world, pupil, world->ash, "Brandt", leaving[i]);
	}
	look(world, TODAY, 0);
	assert_int_equal(world->found[0].urgency, FINDING_OVERDUE);
	assert_int_equal(world->found[1].urgency, FINDING_SOON);
	assert_int_equal(world->found[2].urgency, FINDING_IN_TIME);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(test_well_kept_child_is_no_finding),
		WORLD(test_expected_without_transfer_is_gone_when_announced),
		WORLD(test_expected_from_outside_is_for_the_school_itself),
		WORLD(test_unexpected_transfer_is_gone_when_listed_by_upn),
		WORLD(test_unexpected_transfer_is_gone_when_answered),
		WORLD(test_open_transfer_waits_until_accepted),
		WORLD(test_envelope_alone_is_a_transfer_that_waits),
		WORLD(test_transfer_outside_is_for_the_sender_to_mark),
		WORLD(test_leaver_is_found_until_a_transfer_is_open),
		WORLD(test_transfer_to_nowhere_is_a_leaver),
		WORLD(test_last_year_without_transfer_is_found_in_summer),
		WORLD(test_same_upn_is_proposed_until_a_person_spoke),
		WORLD(test_three_files_of_one_child_are_known_through_one),
		WORLD(test_expected_child_that_was_deleted_is_gone),
		WORLD(test_former_upn_of_another_is_found),
		WORLD(test_same_name_and_birthday_is_proposed),
		WORLD(test_another_birthday_is_another_child),
		WORLD(test_child_without_enrolment_is_in_no_school),
		WORLD(test_child_of_a_closed_school_is_in_no_school),
		WORLD(test_accepted_child_waits_for_its_start),
		WORLD(test_school_sees_its_own_alone),
		WORLD(test_visitor_stops),
		WORLD(test_most_urgent_comes_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
