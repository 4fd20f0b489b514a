/*
 * SQLite on the simulated disks: locks, errors, copies, what is on them.
 */
#include "tests/sim/disk_sqlite.h"

/* --- locks ---------------------------------------------------------------- */

/* A command beside the agent: one writes, the other reads and waits. */
static void
test_two_connections_take_turns(void **state)
{
	sqlite3 *agent = open_database("oak/a.db");
	sqlite3 *command = open_database("oak/a.db");

	(void)state;
	assert_int_equal(create_table(agent), SQLITE_OK);
	assert_int_equal(run(agent, "BEGIN IMMEDIATE"), SQLITE_OK);
	assert_int_equal(run(agent, "INSERT INTO pupil VALUES (1, NULL)"),
	    SQLITE_OK);
	assert_int_equal(run(command, "BEGIN IMMEDIATE"), SQLITE_BUSY);
	assert_int_equal(number_of(command, "SELECT count(*) FROM pupil"), 0);
	assert_int_equal(run(agent, "COMMIT"), SQLITE_OK);
	assert_int_equal(number_of(command, "SELECT count(*) FROM pupil"), 1);
	assert_int_equal(run(command, "INSERT INTO pupil VALUES (2, NULL)"),
	    SQLITE_OK);
	close_database(agent);
	assert_int_equal(number_of(command, "SELECT count(*) FROM pupil"), 2);
	close_database(command);
}

/* Without the log, locks on the file itself keep writers apart. */
static void
test_rollback_journal_has_locks_too(void **state)
{
	sqlite3 *one = NULL, *other = NULL;

	(void)state;
	assert_int_equal(sqlite3_open("oak/b.db", &one), SQLITE_OK);
	assert_int_equal(sqlite3_open("oak/b.db", &other), SQLITE_OK);
	assert_int_equal(create_table(one), SQLITE_OK);
	assert_int_equal(run(one, "BEGIN IMMEDIATE"), SQLITE_OK);
	assert_int_equal(run(other, "BEGIN IMMEDIATE"), SQLITE_BUSY);
	assert_int_equal(run(one, "INSERT INTO pupil VALUES (1, NULL)"),
	    SQLITE_OK);
	assert_int_equal(run(other, "BEGIN; SELECT * FROM pupil"), SQLITE_OK);
	assert_int_equal(run(one, "COMMIT"), SQLITE_BUSY); /* a reader */
	assert_int_equal(run(other, "COMMIT"), SQLITE_OK);
	assert_int_equal(run(one, "COMMIT"), SQLITE_OK);
	assert_int_equal(number_of(other, "SELECT count(*) FROM pupil"), 1);
	close_database(one);
	close_database(other);
}

/* --- the process is gone -------------------------------------------------- */

/* Killed in a transaction: what was committed is there, its locks are not. */
static void
test_killed_process_leaves_what_it_committed(void **state)
{
	struct disk *disk = *state;
	sqlite3 *dead = open_database("oak/a.db");
	sqlite3 *next;
	uint64_t digest;

	assert_int_equal(create_table(dead), SQLITE_OK);
	assert_int_equal(commit(dead, 1), SQLITE_OK);
	assert_int_equal(run(dead,
			     "BEGIN IMMEDIATE;"
			     "INSERT INTO pupil VALUES (2, zeroblob(9000))"),
	    SQLITE_OK);
	disk_kill(disk);
	next = open_database("oak/a.db");
	assert_int_equal(number_of(next, "SELECT count(*) FROM pupil"), 1);
	assert_int_equal(commit(next, 3), SQLITE_OK);
	digest = disk_digest(disk);
	assert_int_not_equal(run(dead, "COMMIT"), SQLITE_OK);
	close_database(dead);
	assert_int_equal(disk_digest(disk), digest);
	expect_sound(next);
	assert_int_equal(number_of(next, "SELECT count(*) FROM pupil"), 2);
	close_database(next);
	assert_int_equal(disk_counts(disk)->kills, 1);
}

/* --- errors --------------------------------------------------------------- */

static void
test_full_disk_works_again_with_room(void **state)
{
	struct disk *disk = *state;
	sqlite3 *database = open_database("oak/a.db");

	assert_int_equal(create_table(database), SQLITE_OK);
	disk_set_quota(disk, disk_bytes(disk) + 2000);
	assert_int_equal(commit(database, 1), SQLITE_FULL);
	assert_true(disk_counts(disk)->full > 0);
	assert_int_equal(number_of(database, "SELECT count(*) FROM pupil"), 0);
	disk_set_quota(disk, 0);
	assert_int_equal(commit(database, 1), SQLITE_OK);
	expect_sound(database);
	close_database(database);
}

static void
test_flipped_bit_is_noticed(void **state)
{
	struct disk *disk = *state;
	sqlite3 *database = open_database("oak/a.db");

	assert_int_equal(create_table(database), SQLITE_OK);
	assert_int_equal(commit(database, 1), SQLITE_OK);
	close_database(database);
	assert_false(disk_flip_bit(disk, "b.db", 0));
	assert_false(disk_flip_bit(disk, "a.db",
	    8 * (uint64_t)disk_file_bytes(disk, "a.db")));
	assert_true(disk_flip_bit(disk, "a.db", 3));
	database = NULL;
	assert_int_not_equal(try_open("oak/a.db", &database), SQLITE_OK);
	close_database(database);
}

static void
test_slow_sync_is_counted(void **state)
{
	struct disk *disk = *state;
	sqlite3 *database = open_database("oak/a.db");
	uint64_t syncs = disk_counts(disk)->syncs;

	disk_set_sync_ms(disk, 20);
	assert_int_equal(create_table(database), SQLITE_OK);
	syncs = disk_counts(disk)->syncs - syncs;
	assert_true(syncs > 0);
	assert_int_equal(disk_take_delay(disk), 20 * syncs);
	assert_int_equal(disk_take_delay(disk), 0);
	close_database(database);
}

/* --- what is on it -------------------------------------------------------- */

static void
test_deleted_canary_is_gone(void **state)
{
	struct disk *disk = *state;
	struct bytes canary = bytes_of_text("CanaryOfOakSchool");
	sqlite3 *database = open_database("oak/a.db");

	assert_false(disk_contains(disk, canary));
	assert_int_equal(create_table(database), SQLITE_OK);
	assert_int_equal(run(database,
			     "INSERT INTO pupil VALUES (1, zeroblob(4000) ||"
			     " 'CanaryOfOakSchool')"),
	    SQLITE_OK);
	assert_true(disk_contains(disk, canary));
	assert_int_equal(run(database, "DELETE FROM pupil;"
				       "PRAGMA wal_checkpoint(TRUNCATE)"),
	    SQLITE_OK);
	assert_false(disk_contains(disk, canary));
	close_database(database);
}

/* A clone goes its own way; an old copy put back is as it was. */
static void
test_copies_are_independent(void **state)
{
	struct disk *disk = *state, *clone = disk_create("elm");
	struct disk *old = disk_create("old");
	sqlite3 *one = open_database("oak/a.db"), *other;
	uint64_t digest;

	assert_int_equal(create_table(one), SQLITE_OK);
	assert_int_equal(commit(one, 1), SQLITE_OK);
	disk_copy(disk, clone); /* while it is open */
	disk_copy(disk, old);
	digest = disk_digest(old);
	assert_int_equal(disk_digest(disk), digest);
	other = open_database("elm/a.db");
	assert_int_equal(commit(one, 2), SQLITE_OK);
	assert_int_equal(commit(other, 3), SQLITE_OK);
	assert_int_equal(commit(other, 4), SQLITE_OK);
	assert_int_equal(number_of(one, "SELECT max(number) FROM pupil"), 2);
	assert_int_equal(number_of(other, "SELECT count(*) FROM pupil"), 3);
	assert_int_equal(disk_digest(old), digest);

	disk_copy(old, disk);
	assert_int_not_equal(commit(one, 5), SQLITE_OK); /* it is dead */
	close_database(one);
	assert_int_equal(disk_digest(disk), digest);
	one = open_database("oak/a.db");
	expect_sound(one);
	assert_int_equal(number_of(one, "SELECT count(*) FROM pupil"), 1);
	close_database(one);
	close_database(other);
	disk_destroy(clone);
	disk_destroy(old);
}

static uint64_t
digest_of_run(struct disk *disk, uint64_t seed)
{
	sqlite3 *database;
	uint64_t digest;

	disk_vfs_seed(seed);
	disk_vfs_set_time(UINT64_C(1800000000000));
	database = open_database("oak/a.db");
	assert_int_equal(commit_all(database), ALL_COMMITS);
	assert_int_equal(number_of(database,
			     "SELECT strftime('%s') = '1800000000'"),
	    1);
	disk_power_cut(disk, seed);
	close_database(database);
	digest = disk_digest(disk);
	assert_true(disk_remove(disk, "a.db"));
	(void)disk_remove(disk, "a.db-wal");
	return digest;
}

static void
test_same_seed_gives_same_bytes(void **state)
{
	uint64_t digest = digest_of_run(*state, 7);

	assert_true(digest == digest_of_run(*state, 7));
	assert_true(digest != digest_of_run(*state, 8));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define DISK(test) cmocka_unit_test_setup_teardown(test, disk_begin, disk_end)
		DISK(test_two_connections_take_turns),
		DISK(test_rollback_journal_has_locks_too),
		DISK(test_killed_process_leaves_what_it_committed),
		DISK(test_full_disk_works_again_with_room),
		DISK(test_flipped_bit_is_noticed),
		DISK(test_slow_sync_is_counted),
		DISK(test_deleted_canary_is_gone),
		DISK(test_copies_are_independent),
		DISK(test_same_seed_gives_same_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
