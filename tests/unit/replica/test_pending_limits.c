/*
 * Refusals at the limits: what cannot be rewritten is set aside with what it
 * builds on.  Covers replica/pending_refuse.c too.
 */
#include "fixture.h"
#include "script.h"

#include "common/replica/check.h"
#include "common/replica/pending_private.h"

static int
setup(void **state)
{
	*state = script_open(":memory:", REPLICA_CLIENT);
	script_ledger(*state, 1, 100, 10, 100, "pupil/100 surname=Lane");
	return 0;
}

static int
teardown(void **state)
{
	script_check_fold(*state);
	replica_close(*state);
	return 0;
}

static void
refuse(struct replica *replica, uint64_t id)
{
	assert_ok(replica_begin(replica, err));
	assert_ok(pending_set_aside(replica, id, REFUSAL_RIGHTS, NOW_MS, err));
	assert_ok(replica_commit(replica, err));
}

static void
expect(struct replica *replica, uint64_t id, enum pending_state state,
    uint32_t refusal)
{
	struct pending_row row;

	assert_ok(pending_get(replica, id, &row, err));
	assert_int_equal(row.state, state);
	assert_int_equal(row.refusal, refusal);
}

/* "pupil/100 surname=NAME>FIRST,FIRST+1,..." */
static void
wait_replacing(struct replica *replica, uint64_t id, const char *name,
    uint64_t also, uint64_t first, uint32_t count)
{
	char text[2048];
	int size = snprintf(text, sizeof(text), "pupil/100 surname=%s>%llu",
	    name, (unsigned long long)also);

	for (uint32_t i = 0; i < count; i++)
		size += snprintf(text + size, sizeof(text) - (size_t)size,
		    ",%llu", (unsigned long long)(first + i));
	script_wait(replica, id, id, 100, text);
}

/* 63 that it replaced itself, and 64 in place of the refused one. */
static void
test_more_than_a_write_may_replace(void **state)
{
	wait_replacing(*state, 2000, "Lord", 100, 1000, LIMIT_REPLACES - 1);
	wait_replacing(*state, 3000, "Loud", 2000, 1500, LIMIT_REPLACES - 1);
	script_wait(*state, 3500, 3500, 100, "pupil/100 forename=Ida");
	refuse(*state, 2000);
	expect(*state, 2000, PENDING_ASIDE, REFUSAL_RIGHTS);
	expect(*state, 3000, PENDING_ASIDE, REFUSAL_DEPENDS);
	expect(*state, 3500, PENDING_WAITING, 0);
	fixture_assert_text(*state, 100, "surname", "Lane");
}

/* As many as a deletion may name, of which one stands for two. */
static void
test_more_than_a_deletion_may_see(void **state)
{
	static uint8_t seen[LIMIT_VALUE_BYTES];
	struct arena arena = { 0 };
	struct commit *commit =
	    script_commit(&arena, 3000, 30, 100, "contact/200 deleted=@2000");

	script_ledger(*state, 2, 200, 20, 100, "contact/200 surname=Mo");
	script_wait(*state, 2000, 21, 100, "contact/200 surname=Al>200,201");
	for (uint64_t i = 0; i < SEEN_MAX; i++) {
		seen[i * 8 + 6] = (uint8_t)((2000 + i) >> 8);
		seen[i * 8 + 7] = (uint8_t)(2000 + i);
	}
	commit->changes[0].fields[0].values[0].value =
	    value_blob((struct bytes){ seen, sizeof(seen) });
	assert_ok(replica_begin(*state, err));
	script_wait_in(*state, commit);
	assert_ok(replica_commit(*state, err));
	refuse(*state, 2000);
	expect(*state, 3000, PENDING_ASIDE, REFUSAL_DEPENDS);
	fixture_assert_text(*state, 200, "surname", "Mo");
	arena_deinit(&arena);
}

/* What does not build on it waits as it was. */
static void
test_deletion_that_saw_nothing_of_it(void **state)
{
	script_ledger(*state, 2, 200, 20, 100, "contact/200 surname=Mo");
	script_wait(*state, 300, 21, 100, "contact/200 forename=Al");
	script_wait(*state, 310, 22, 100, "contact/200 deleted=@200");
	script_wait(*state, 320, 23, 100, "contact/200 deleted=~>310");
	refuse(*state, 300);
	expect(*state, 310, PENDING_WAITING, 0);
	expect(*state, 320, PENDING_WAITING, 0);
	fixture_assert_text(*state, 200, "forename", NULL);
}

static void
test_what_was_not_refused_is_not_retried(void **state)
{
	uint64_t id;

	script_wait(*state, 300, 21, 100, "contact/300 surname=Al");
	assert_ok(replica_begin(*state, err));
	assert_int_equal(pending_retry(*state, 300, NOW_MS, &id, UNREAD),
	    STATUS_NOT_FOUND);
	assert_int_equal(id, 0);
	replica_rollback(*state);
}

/* The last number of a site is the end of it. */
static void
test_numbers_come_to_an_end(void **state)
{
	struct replica_identity identity = { 5, OAK };
	uint64_t id;

	assert_ok(replica_identity_set(*state, &identity, err));
	assert_ok(replica_begin(*state, err));
	assert_ok(replica_meta_set(*state, "counter", COUNTER_MAX - 1, err));
	assert_ok(replica_take_ids(*state, 1, 0, &id, err));
	assert_int_equal(identifier_counter(id), COUNTER_MAX - 1);
	assert_int_equal(replica_take_ids(*state, 1, 0, &id, UNREAD),
	    STATUS_FULL);
	assert_int_equal(replica_jump(*state, 7, UNREAD), STATUS_FULL);
	assert_ok(replica_commit(*state, err));
	assert_int_equal(replica_jump(*state, 7, UNREAD), STATUS_FULL);
	assert_false(replica_in_transaction(*state));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_more_than_a_write_may_replace),
		TEST(test_more_than_a_deletion_may_see),
		TEST(test_deletion_that_saw_nothing_of_it),
		TEST(test_what_was_not_refused_is_not_retried),
		TEST(test_numbers_come_to_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
