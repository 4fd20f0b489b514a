/*
 * Deadlines are told when they are near or past, and are gone when they have
 * been met.
 *
 * Covers common/report/findings_deadline.c.
 */
#include "tests/unit/report/fixture.h"

#define TODAY "2026-11-23"

static uint64_t
add_package(struct world *world, uint64_t pupil, const char *kind)
{
	fixture_insert(world->replica, pupil, "package", "transfer",
	    id_text(last_of(world, "transfer")), "kind", kind, NULL);
	return last_of(world, "package");
}

static void
test_ctf_is_due_fifteen_school_days_after_leaving(void **state)
{
	struct world *world = *state;
	uint64_t pupil = add_teodora(world);
	uint64_t package;
	struct finding found;

	add_transfer(world, pupil, world->elm, "Okafor-Lane", "2026-11-06");
	package = add_package(world, pupil, "ctf");
	expect_none(world, "2026-11-12", FINDING_CTF_NOT_SENT);
	found = expect_one(world, "2026-11-13", FINDING_CTF_NOT_SENT);
	expect_due(&found, "2026-11-27");
	assert_int_equal(found.acts, world->oak);
	assert_int_equal(found.urgency, FINDING_SOON);
	found = expect_one(world, "2026-11-28", FINDING_CTF_NOT_SENT);
	assert_int_equal(found.urgency, FINDING_OVERDUE);

	fixture_update(world->replica, pupil, package, "sent_on", "2026-11-20",
	    NULL);
	expect_none(world, TODAY, FINDING_CTF_NOT_SENT);
	found = expect_one(world, TODAY, FINDING_PACKAGE_NOT_RECEIVED);
	assert_int_equal(found.acts, world->elm);
	expect_due(&found, "2026-11-27");
	fixture_update(world->replica, pupil, package, "received_on",
	    "2026-11-23T09:00:00Z", NULL);
	expect_none(world, TODAY, FINDING_PACKAGE_NOT_RECEIVED);
}

static void
test_record_with_nothing_to_send_is_no_finding(void **state)
{
	struct world *world = *state;
	uint64_t pupil = add_teodora(world);
	uint64_t package;

	add_transfer(world, pupil, world->elm, "Okafor-Lane", "2026-11-06");
	package = add_package(world, pupil, "send");
	expect_one(world, TODAY, FINDING_RECORD_NOT_SENT);
	fixture_update(world->replica, pupil, package, "nothing", "Y", NULL);
	expect_none(world, TODAY, FINDING_RECORD_NOT_SENT);
}

/* Not a word that would tell of a safeguarding file. */
static void
test_safeguarding_packages_leave_no_sign(void **state)
{
	struct world *world = *state;
	uint64_t pupil = add_teodora(world);
	uint64_t package;

	add_transfer(world, pupil, world->elm, "Okafor-Lane", "2026-11-06");
	look(world, TODAY, 0);
	assert_int_equal(world->count, 2); /* unexpected, not accepted */
	package = add_package(world, pupil, "safeguarding");
	look(world, TODAY, 0);
	assert_int_equal(world->count, 2);
	fixture_update(world->replica, pupil, package, "sent_on", "2026-11-10",
	    NULL);
	look(world, TODAY, 0);
	assert_int_equal(world->count, 2);
}

/* Its former holder cannot tick off what it passed on. */
static void
test_passed_on_file_tells_its_former_holder_nothing(void **state)
{
	struct world *world = *state;
	uint64_t pupil = add_teodora(world);
	uint64_t transfer =
	    add_transfer(world, pupil, world->elm, "Okafor-Lane", "2026-07-21");

	add_package(world, pupil, "ctf");
	look(world, TODAY, world->oak);
	assert_int_equal(world->count, 3);
	fixture_update(world->replica, world->elm, last_of(world, "envelope"),
	    "state", "ours", NULL);
	fixture_update(world->replica, pupil, transfer, "state", "accepted",
	    NULL);
	fixture_update(world->replica, pupil, pupil, "open_transfer", "",
	    "holder", id_text(world->elm), NULL);
	look(world, TODAY, world->oak);
	assert_int_equal(world->count, 0);
	look(world, TODAY, world->elm);
	assert_int_equal(world->count, 1);
}

static void
test_reviews_are_due_until_they_have_another_date(void **state)
{
	static const struct {
		enum finding_kind kind;
		const char *collection;
		const char *column;
		const char *kind_text;
	} reviews[] = {
		{ FINDING_CIRCUMSTANCE_REVIEW, "circumstance", "review_on",
		    "young_carer" },
		{ FINDING_PLAN_REVIEW, "support_plan", "review_on", "ehc" },
	};
	struct world *world = *state;
	uint64_t pupil = add_teodora(world);
	struct finding found;

	for (size_t i = 0; i < 2; i++) {
		fixture_insert(world->replica, pupil, reviews[i].collection,
		    "kind", reviews[i].kind_text, reviews[i].column,
		    "2026-11-30", NULL);
		expect_none(world, "2026-11-15", reviews[i].kind);
		found = expect_one(world, TODAY, reviews[i].kind);
		assert_int_equal(found.subject, 0); /* no child is named */
		fixture_update(world->replica, pupil,
		    last_of(world, reviews[i].collection), reviews[i].column,
		    "2027-11-30", NULL);
		expect_none(world, TODAY, reviews[i].kind);
	}
	fixture_update(world->replica, pupil, pupil, "fsm_review_date",
	    "2026-11-23", NULL);
	found = expect_one(world, TODAY, FINDING_FREE_MEALS_REVIEW);
	assert_int_equal(found.urgency, FINDING_SOON);
	fixture_update(world->replica, pupil, pupil, "fsm_review_date", "",
	    NULL);
	expect_none(world, TODAY, FINDING_FREE_MEALS_REVIEW);
}

static void
test_nominations_close_for_every_school(void **state)
{
	struct world *world = *state;
	struct finding found;

	fixture_insert(world->replica, 0, "transition_event", "kind",
	    "summer_school", "name", "Summer school", "move", "y6_7", "starts",
	    "2027-01-10T09:00:00Z", "nominations_close", "2026-11-30",
	    "host_school", id_text(world->elm), NULL);
	found = expect_one(world, TODAY, FINDING_NOMINATIONS_CLOSE);
	assert_int_equal(found.acts, 0);
	look(world, TODAY, world->oak);
	assert_int_equal(world->count, 1);
	expect_none(world, "2026-12-01", FINDING_NOMINATIONS_CLOSE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(test_ctf_is_due_fifteen_school_days_after_leaving),
		WORLD(test_record_with_nothing_to_send_is_no_finding),
		WORLD(test_safeguarding_packages_leave_no_sign),
		WORLD(test_passed_on_file_tells_its_former_holder_nothing),
		WORLD(test_reviews_are_due_until_they_have_another_date),
		WORLD(test_nominations_close_for_every_school),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
