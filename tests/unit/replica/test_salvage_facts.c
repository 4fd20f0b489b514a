/*
 * What a salvaged database says of its computer: how far its numbers and its
 * clock went, and whose it is.
 */
#include "ruin.h"

#include "protocol/limits.h"

/* Notes that cannot be true are not believed. */
static void
test_impossible_facts_are_not_believed(void **state)
{
	struct ruin *ruin = *state;
	struct salvage_result result;
	struct replica *replica;

	alter(ruin, "UPDATE meta SET value = 17 WHERE name = "
		    "'counter';"
		    "UPDATE meta SET value = 1 << 62 WHERE name = "
		    "'stamp';"
		    "UPDATE meta SET value = 1 << 50 WHERE name = "
		    "'school'");
	replica = salvage(ruin, &result);
	assert_true(
	    ask(replica, "SELECT value FROM meta"
			 " WHERE name = 'counter'") > UINT64_C(1) << 40);
	assert_int_equal(ask(replica,
			     "SELECT value FROM meta WHERE name = 'stamp'"),
	    100 + WAITING + ASIDE - 1);
	assert_int_equal(replica_identity(replica).school, 0);
	replica_close(replica);
}

/* A commit may have written the numbers behind its own: those of its
 * consequences. */
static void
test_numbers_go_on_behind_those_of_the_last_commit(void **state)
{
	const uint64_t last = 1000 + (WAITING + ASIDE - 1) * 50;
	struct salvage_result result;
	struct replica *replica;

	alter(*state, "UPDATE meta SET value = (SELECT max(id) + 1 - (5 << 43)"
		      " FROM pending) WHERE name = 'counter'");
	replica = salvage(*state, &result);
	assert_int_equal(ask(replica, "SELECT max(id) FROM pending"),
	    OWN(last));
	assert_true(ask(replica,
			"SELECT value FROM meta"
			" WHERE name = 'counter'") > last + LIMIT_RESERVED_IDS);
	replica_close(replica);
}

#define RUIN(test) cmocka_unit_test_setup_teardown(test, ruin_begin, ruin_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		RUIN(test_impossible_facts_are_not_believed),
		RUIN(test_numbers_go_on_behind_those_of_the_last_commit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
