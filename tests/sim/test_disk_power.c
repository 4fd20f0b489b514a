/*
 * The power, the process or an operation gone anywhere in a series of commits:
 * nothing that was synced is lost, and nothing else is promised.
 */
#include "tests/sim/disk_sqlite.h"

enum {
	CUT_SEEDS = 6
};

/* --- the power is gone ---------------------------------------------------- */

/* The power goes at the nth operation of all those commits; false when there
 * is no such operation. */
static bool
cut_power_at(struct disk *disk, uint64_t n, uint64_t seed, bool power)
{
	sqlite3 *database = NULL;
	uint32_t taken = 0;
	bool came;

	disk_vfs_seed(seed);
	disk_fail_after(disk, n, DISK_FAULT_STOP);
	if (try_open("oak/a.db", &database) == SQLITE_OK)
		taken = commit_all(database);
	close_database(database);
	came = disk_stopped(disk);
	disk_fail_never(disk);
	if (power)
		disk_power_cut(disk, seed * 1000003 + n);
	else
		disk_kill(disk);

	database = open_database("oak/a.db");
	assert_int_equal(create_table(database), SQLITE_OK);
	expect_sound(database);
	expect_commits(database, taken);
	close_database(database);
	assert_true(disk_remove(disk, "a.db"));
	return came;
}

static void
cut_everywhere(struct disk *disk, bool power)
{
	for (uint64_t seed = 1; seed <= CUT_SEEDS; seed++)
		for (uint64_t n = 1; cut_power_at(disk, n, seed, power); n++)
			assert_true(n < 100000);
}

static void
test_power_cut_anywhere_loses_no_commit(void **state)
{
	struct disk *disk = *state;

	cut_everywhere(disk, true);
	/* and it was not for want of losing something */
	assert_true(disk_counts(disk)->lost_sectors > 100);
	assert_true(disk_counts(disk)->torn_sectors > 10);
}

static void
test_kill_anywhere_loses_no_commit(void **state)
{
	cut_everywhere(*state, false);
	assert_int_equal(disk_counts(*state)->lost_sectors, 0);
}

/* The other way round: what is not synced is lost sooner or later. */
static void
test_unsynced_commit_is_lost_by_power_cut(void **state)
{
	struct disk *disk = *state;
	uint32_t lost = 0;

	for (uint64_t seed = 1; seed <= 100; seed++) {
		sqlite3 *database = open_database("oak/a.db");

		assert_int_equal(create_table(database), SQLITE_OK);
		assert_int_equal(run(database, "PRAGMA synchronous = OFF"),
		    SQLITE_OK);
		assert_int_equal(commit(database, 1), SQLITE_OK);
		disk_power_cut(disk, seed);
		close_database(database);
		database = open_database("oak/a.db");
		lost += number_of(database, "SELECT count(*) FROM pupil") == 0;
		close_database(database);
		assert_true(disk_remove(disk, "a.db"));
	}
	assert_true(lost > 10 && lost < 100);
}

/* The nth operation fails; false when there is none such. */
static bool
fail_at(struct disk *disk, uint64_t n, enum disk_fault fault)
{
	sqlite3 *database = NULL;
	uint32_t taken = 0;
	bool came;

	disk_vfs_seed(n);
	disk_fail_after(disk, n, fault);
	if (try_open("oak/a.db", &database) == SQLITE_OK)
		taken = commit_all(database);
	close_database(database);
	came = disk_failed(disk);
	disk_fail_never(disk);
	database = open_database("oak/a.db");
	assert_int_equal(create_table(database), SQLITE_OK);
	expect_sound(database);
	expect_commits(database, taken);
	if (!came)
		assert_int_equal(taken, ALL_COMMITS);
	assert_int_equal(commit(database, 1000), SQLITE_OK);
	close_database(database);
	assert_true(disk_remove(disk, "a.db"));
	return came;
}

static void
test_any_operation_may_fail(void **state)
{
	for (uint64_t n = 1; fail_at(*state, n, DISK_FAULT_ONCE); n++)
		assert_true(n < 100000);
	for (uint64_t n = 1; fail_at(*state, n, DISK_FAULT_LASTS); n++)
		assert_true(n < 100000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define DISK(test) cmocka_unit_test_setup_teardown(test, disk_begin, disk_end)
		DISK(test_power_cut_anywhere_loses_no_commit),
		DISK(test_kill_anywhere_loses_no_commit),
		DISK(test_unsynced_commit_is_lost_by_power_cut),
		DISK(test_any_operation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
