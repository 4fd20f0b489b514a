/*
 * Damage that is done behind the program's back is found.  Covers
 * common/replica/tables_digest.c.
 */

#include "common/replica/check.h"

#include <sqlite3.h>
#include <stdlib.h>

#include "fixture.h"
#include "tests/unit/scratch.h"

static int
setup(void **state)
{
	*state = fixture_open(5, OAK);
	return 0;
}

static int
teardown(void **state)
{
	replica_close(*state);
	return 0;
}

/* All sentences that were reported. */
static char told[8 * ERROR_TEXT_BYTES];

static void
report(void *context, const char *sentence)
{
	size_t used = strlen(told);

	(void)context;
	snprintf(told + used, sizeof(told) - used, "%s\n", sentence);
}

static struct check_result
check(struct replica *replica, enum status expected)
{
	struct check_result result;
	struct error error = { 0 };
	enum status status;

	told[0] = '\0';
	status = check_replica(replica, report, NULL, NULL, &result, &error);
	if (status != expected)
		fail_msg("%s (%s)", error.text, told);
	return result;
}

static void
damage(struct replica *replica, const char *text)
{
	assert_int_equal(sqlite3_exec(replica_database(replica), text, NULL,
			     NULL, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_changes(replica_database(replica)), 1);
}

/* A child, settled and with work that waits; a deleted record; one aside. */
static uint64_t
make_life(struct replica *replica)
{
	struct fixture_line line = { 0 };
	uint64_t pupil = fixture_pupil(replica, "Lane", OAK);
	uint64_t language = fixture_insert(replica, pupil, "language",
	    "language_type", "F", "language", "ENG", NULL);
	uint64_t refused;

	fixture_term(replica, "term");
	fixture_send(replica, &line);
	fixture_delete(replica, pupil, language);
	fixture_update(replica, pupil, pupil, "sex", "F", NULL);
	refused =
	    fixture_update(replica, pupil, pupil, "middle_names", "Ada", NULL);
	assert_ok(replica_begin(replica, err));
	assert_ok(
	    pending_set_aside(replica, refused, REFUSAL_RIGHTS, NOW_MS, err));
	assert_ok(replica_commit(replica, err));
	arena_deinit(&line.arena);
	return pupil;
}

static void
test_healthy_replica_has_no_fault(void **state)
{
	struct check_result result;

	make_life(*state);
	result = check(*state, STATUS_OK);
	assert_int_equal(result.commits, 6);
	assert_int_equal(result.records, 3);
	assert_int_equal(result.faults, 0);
}

static void
test_changed_value_is_found(void **state)
{
	make_life(*state);
	damage(*state, "UPDATE pupil SET surname = 'Lord'");
	check(*state, STATUS_CORRUPT);
	assert_non_null(strstr(told, "pupil"));
	assert_null(strstr(told, "Lord"));
}

/* One byte of a stored commit: its digest tells. */
static void
test_changed_byte_of_a_commit_is_found(void **state)
{
	struct replica *replica = *state;
	uint64_t pupil = make_life(replica);
	struct ledger_row row;
	struct sqlite3_blob *blob = NULL;
	size_t place = 0;

	assert_ok(ledger_get(replica, pupil, &row, err));
	while (memcmp(row.bytes.data + place, "Teodora", 7) != 0)
		assert_true(++place + 7 < row.bytes.size);
	assert_int_equal(sqlite3_blob_open(replica_database(replica), "main",
			     "ledger", "bytes", 1, 1, &blob),
	    SQLITE_OK);
	assert_int_equal(sqlite3_blob_write(blob, "o", 1, (int)place + 6),
	    SQLITE_OK);
	sqlite3_blob_close(blob);
	check(replica, STATUS_CORRUPT);
	assert_non_null(strstr(told, "differs from its digest"));
}

static void
test_missing_record_row_is_found(void **state)
{
	make_life(*state);
	damage(*state, "DELETE FROM record WHERE id = (SELECT id FROM pupil)");
	check(*state, STATUS_CORRUPT);
	assert_non_null(strstr(told, "record"));
}

static void
test_missing_table_row_is_found(void **state)
{
	make_life(*state);
	damage(*state, "DELETE FROM pupil");
	check(*state, STATUS_CORRUPT);
	assert_non_null(strstr(told, "missing"));
}

static void
test_invented_row_is_found(void **state)
{
	make_life(*state);
	damage(*state, "INSERT INTO language (id, _dossier) VALUES (4711, 0)");
	check(*state, STATUS_CORRUPT);
	assert_non_null(strstr(told, "language 4711 is in the table, but"));
}

static void
test_lost_commit_is_found(void **state)
{
	make_life(*state);
	damage(*state, "DELETE FROM ledger WHERE sequence = 2");
	check(*state, STATUS_CORRUPT);
}

static void
test_wrong_sum_is_found(void **state)
{
	make_life(*state);
	damage(*state, "UPDATE dossier SET sum = zeroblob(16) WHERE count = 2");
	check(*state, STATUS_CORRUPT);
	assert_non_null(strstr(told, "dossier"));
}

static void
test_lost_search_entry_is_found(void **state)
{
	make_life(*state);
	damage(*state, "DELETE FROM search");
	check(*state, STATUS_CORRUPT);
	assert_non_null(strstr(told, "search"));
}

/* The same set gives the same digest, whatever else the database holds. */
static void
test_digest_is_of_the_set_alone(void **state)
{
	struct replica *oak = *state;
	struct replica *elm = fixture_open(6, OAK);
	struct fixture_line line = { 0 };
	struct digest one, two;
	uint64_t pupil = fixture_pupil(oak, "Lane", OAK);

	fixture_update(oak, pupil, pupil, "surname", "Lord", NULL);
	fixture_open_dossier(elm, pupil);
	fixture_send(oak, &line);
	/* in the other order */
	assert_int_equal(fixture_take(elm, &line.items[1]), TAKE_NEW);
	assert_ok(check_tables_digest(oak, &one, err));
	assert_ok(check_tables_digest(elm, &two, err));
	assert_false(digest_equal(&one, &two));
	assert_int_equal(fixture_take(elm, &line.items[0]), TAKE_NEW);
	assert_ok(check_tables_digest(elm, &two, err));
	assert_true(digest_equal(&one, &two));
	check(elm, STATUS_OK);
	arena_deinit(&line.arena);
	replica_close(elm);
}

/* A backup is a whole database of its own, and overwrites nothing. */
static void
test_backup_is_whole(void **state)
{
	struct replica *replica = *state;
	char folder[SCRATCH_BYTES];
	struct replica *again;
	struct digest one, two;
	char path[SCRATCH_BYTES + 8];

	make_life(replica);
	scratch_make(folder);
	snprintf(path, sizeof(path), "%s/copy", folder);
	assert_ok(check_backup(replica, path, err));
	assert_int_equal(check_backup(replica, path, UNREAD), STATUS_EXISTS);
	again = fixture_open_at(path, REPLICA_CLIENT, 5, OAK);
	check(again, STATUS_OK);
	assert_ok(check_tables_digest(replica, &one, err));
	assert_ok(check_tables_digest(again, &two, err));
	assert_true(digest_equal(&one, &two));
	replica_close(again);
	scratch_remove(folder);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_healthy_replica_has_no_fault),
		TEST(test_changed_value_is_found),
		TEST(test_changed_byte_of_a_commit_is_found),
		TEST(test_missing_record_row_is_found),
		TEST(test_missing_table_row_is_found),
		TEST(test_invented_row_is_found),
		TEST(test_lost_commit_is_found),
		TEST(test_wrong_sum_is_found),
		TEST(test_lost_search_entry_is_found),
		TEST(test_digest_is_of_the_set_alone),
		TEST(test_backup_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
