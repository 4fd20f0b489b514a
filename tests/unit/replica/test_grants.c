/* The index of grants, as the fold keeps it. */
#include "tests/unit/replica/script.h"

static int
setup(void **state)
{
	*state = script_open(":memory:", REPLICA_HUB);
	return 0;
}

static int
teardown(void **state)
{
	script_check_fold(*state);
	replica_close(*state);
	return 0;
}

/* School 7 holds pupil 100; school 8 is a destination. */
static void
begin(struct replica *replica)
{
	script_ledger(replica, 1, 7, 1, 0, "school/7 name=Oak member=Y");
	script_ledger(replica, 2, 8, 1, 0, "school/8 name=Elm member=Y");
	script_ledger(replica, 3, 9, 1, 0, "school/9 name=Far member=N");
	script_ledger(replica, 4, 100, 10, 100, "pupil/100 surname=Lee");
	script_ledger(replica, 5, 300, 20, 7,
	    "grant/300 dossier=#100 kind=holder because=#100 opened=#4"
	    " held=#4");
	script_ledger(replica, 6, 310, 20, 8,
	    "grant/310 dossier=#100 kind=destination opened=#6");
}

static bool
collect(void *context, const struct grant *grant)
{
	uint64_t *total = context;

	*total = *total * 1000 + grant->id;
	return true;
}

static void
test_member_schools_have_a_dossier_at_the_hub(void **state)
{
	begin(*state);
	SCRIPT_EXPECT(*state,
	    "SELECT group_concat(number || ':' || kind, ' ') FROM dossier",
	    "0:1 7:2 8:2 100:4");
}

static void
test_grant_is_read_from_its_record(void **state)
{
	struct replica *replica = *state;
	struct error err = { 0 };
	struct grant grant;
	uint64_t seen = 0;

	begin(replica);
	SCRIPT_OK(grants_get(replica, 7, 100, &grant, &err), &err);
	assert_int_equal(grant.id, 300);
	assert_int_equal(grant.kind, GRANT_HOLDER);
	assert_int_equal(grant.because, 100);
	assert_int_equal(grant.opened, 4);
	assert_int_equal(grant.held, 4);
	SCRIPT_OK(grants_get_holder(replica, 100, &grant, &err), &err);
	assert_int_equal(grant.school, 7);
	SCRIPT_OK(grants_get_by_id(replica, 310, &grant, &err), &err);
	assert_int_equal(grant.school, 8);
	assert_int_equal(grants_get(replica, 9, 100, &grant, NULL),
	    STATUS_NOT_FOUND);
	SCRIPT_OK(grants_each_of_dossier(replica, 100, collect, &seen, &err),
	    &err);
	assert_int_equal(seen, 300310);
}

/* A kind that only a later version knows holds nothing and says so. */
static void
test_grant_of_a_kind_that_nobody_knows(void **state)
{
	struct replica *replica = *state;
	struct error err = { 0 };
	struct grant grant;

	begin(replica);
	script_ledger(replica, 7, 320, 30, 7, "grant/300 kind=guardian>300");
	SCRIPT_OK(grants_get(replica, 7, 100, &grant, &err), &err);
	assert_int_equal(grant.kind, GRANT_NONE);
	assert_int_equal(grants_get_holder(replica, 100, &grant, NULL),
	    STATUS_NOT_FOUND);
}

static void
expect_may(struct replica *replica, uint64_t school, uint64_t sequence,
    bool expected)
{
	struct error err = { 0 };
	bool may;

	SCRIPT_OK(grants_may_read(replica, school, 100, sequence, &may, &err),
	    &err);
	assert_int_equal(may, expected);
}

static void
test_reading_ends_at_the_freeze_and_with_the_close(void **state)
{
	struct replica *replica = *state;
	struct error err = { 0 };
	bool may;

	begin(replica);
	expect_may(replica, 7, 99, true);
	expect_may(replica, 9, 4, false);
	script_ledger(replica, 7, 320, 30, 7,
	    "grant/300 frozen=#7 kind=previous>300");
	expect_may(replica, 7, 7, true);
	expect_may(replica, 7, 8, false);
	script_ledger(replica, 8, 330, 30, 7, "grant/300 closed=#8");
	expect_may(replica, 7, 4, false);
	SCRIPT_OK(grants_may_read(replica, 7, 0, 1, &may, &err), &err);
	assert_true(may);
	SCRIPT_OK(grants_may_read(replica, 7, 8, 1, &may, &err), &err);
	assert_false(may);
}

/* A later grant of the same dossier counts, not the one before. */
static void
test_latest_grant_counts(void **state)
{
	struct replica *replica = *state;
	struct error err = { 0 };
	struct grant grant;
	uint64_t seen = 0;

	begin(replica);
	script_ledger(replica, 7, 320, 30, 7, "grant/300 closed=#7");
	script_ledger(replica, 8, 330, 30, 7,
	    "grant/330 dossier=#100 kind=destination opened=#8");
	SCRIPT_OK(grants_get(replica, 7, 100, &grant, &err), &err);
	assert_int_equal(grant.id, 330);
	SCRIPT_OK(grants_each_of_school(replica, 7, collect, &seen, &err),
	    &err);
	assert_int_equal(seen, 330);
	expect_may(replica, 7, 4, true);
}

/* A frozen dossier counts as it was at the freeze, and folding anew does not
 * forget that. */
static void
test_scope_counts_a_frozen_dossier_as_it_was(void **state)
{
	struct replica *replica = *state;
	struct digest_sum sum;
	struct digest_sum scope;
	struct dossier dossier;
	struct error err = { 0 };
	uint64_t count;

	begin(replica);
	SCRIPT_OK(grants_scope(replica, 8, &count, &sum, &err), &err);
	assert_int_equal(count, 3 + 1 + 1);
	SCRIPT_OK(dossier_get(replica, 100, &dossier, &err), &err);
	SCRIPT_OK(replica_begin(replica, &err), &err);
	SCRIPT_OK(grants_set_frozen_sum(replica, 310, dossier.count,
		      &dossier.sum, &err),
	    &err);
	SCRIPT_OK(replica_commit(replica, &err), &err);
	script_ledger(replica, 7, 320, 30, 8, "grant/310 frozen=#6");
	script_ledger(replica, 8, 200, 30, 100, "note/200 text=later");
	script_check_fold(replica);
	SCRIPT_OK(grants_scope(replica, 8, &count, &scope, &err), &err);
	assert_int_equal(count, 3 + 2 + 1);
	SCRIPT_OK(dossier_get(replica, 8, &dossier, &err), &err);
	assert_int_equal(dossier.count, 2);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_member_schools_have_a_dossier_at_the_hub),
		TEST(test_grant_is_read_from_its_record),
		TEST(test_grant_of_a_kind_that_nobody_knows),
		TEST(test_reading_ends_at_the_freeze_and_with_the_close),
		TEST(test_latest_grant_counts),
		TEST(test_scope_counts_a_frozen_dossier_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
