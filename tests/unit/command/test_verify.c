/* check tells a sound replica from a damaged one, in words and as JSON. */
#include <sqlite3.h>

#include "common/command/verify.h"
#include "tests/unit/replica/script.h"

static int
setup(void **state)
{
	struct replica *replica = script_open(":memory:", REPLICA_HUB);

	script_ledger(replica, 1, 100, 10, 100,
	    "pupil/100 forename=Ana surname=Lee");
	*state = replica;
	return 0;
}

static int
teardown(void **state)
{
	replica_close(*state);
	return 0;
}

static void
test_sound_replica_is_ok(void **state)
{
	struct error err = { 0 };

	SCRIPT_OK(verify_replica(*state, false, &err), &err);
	SCRIPT_OK(verify_replica(*state, true, &err), &err);
}

/* Somebody wrote to a table past the ledger. */
static void
test_table_that_is_not_the_fold_is_corrupt(void **state)
{
	struct error err = { 0 };

	assert_int_equal(sqlite3_exec(replica_database(*state),
			     "UPDATE pupil SET surname = 'Oak'", NULL, NULL,
			     NULL),
	    SQLITE_OK);
	assert_int_equal(verify_replica(*state, false, &err), STATUS_CORRUPT);
	assert_int_equal(verify_replica(*state, true, &err), STATUS_CORRUPT);
}

/* ... and repair makes the table anew. */
static void
test_repair_makes_tables_anew(void **state)
{
	struct error err = { 0 };

	assert_int_equal(sqlite3_exec(replica_database(*state),
			     "UPDATE pupil SET surname = 'Oak';"
			     "UPDATE dossier SET count = 7; DELETE FROM touch",
			     NULL, NULL, NULL),
	    SQLITE_OK);
	SCRIPT_OK(verify_repair(*state, false, 1, &err), &err);
	SCRIPT_OK(verify_replica(*state, true, &err), &err);
}

/* A damaged commit is left out, and the replica is not sound before a sound
 * copy has come. */
static void
test_repair_leaves_damaged_commits_out(void **state)
{
	struct error err = { 0 };

	assert_int_equal(sqlite3_exec(replica_database(*state),
			     "UPDATE ledger SET bytes = x'00'", NULL, NULL,
			     NULL),
	    SQLITE_OK);
	assert_int_equal(verify_repair(*state, true, 1, &err), STATUS_CORRUPT);
	assert_false(replica_in_transaction(*state));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	static const struct CMUnitTest tests[] = {
		TEST(test_sound_replica_is_ok),
		TEST(test_table_that_is_not_the_fold_is_corrupt),
		TEST(test_repair_makes_tables_anew),
		TEST(test_repair_leaves_damaged_commits_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
