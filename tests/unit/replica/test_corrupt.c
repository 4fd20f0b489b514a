/*
 * A database that was damaged behind the program's back: what cannot be what
 * this program wrote is CORRUPT wherever it is read, and nothing worse.
 */
#include "fixture.h"
#include "script.h"

#include "common/replica/check.h"
#include "common/replica/history.h"

static int
setup(void **state)
{
	struct replica *replica = fixture_open(5, OAK);

	fixture_open_dossier(replica, OAK);
	script_ledger(replica, 1, 100, 10, 100, "pupil/100 surname=Lane");
	script_ledger(replica, 2, 300, 11, OAK,
	    "grant/300 dossier=#100 kind=holder opened=#1");
	script_wait(replica, 400, 12, 100, "pupil/100 surname=Lord>100");
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
damage(struct replica *replica, const char *text)
{
	assert_int_equal(sqlite3_exec(replica_database(replica), text, NULL,
			     NULL, NULL),
	    SQLITE_OK);
	assert_true(sqlite3_changes(replica_database(replica)) > 0);
}

static void
test_digest_of_another_size(void **state)
{
	struct ledger_row row;
	struct pending_row waiting;

	damage(*state, "UPDATE ledger SET digest = x'0011'");
	damage(*state, "UPDATE pending SET digest = x'0011'");
	assert_int_equal(ledger_get(*state, 100, &row, UNREAD), STATUS_CORRUPT);
	assert_int_equal(pending_get(*state, 400, &waiting, UNREAD),
	    STATUS_CORRUPT);
}

/* What counts on a damaged sum does not go on counting. */
static void
test_sum_of_another_size(void **state)
{
	struct replica *replica = *state;
	struct digest_sum sum;
	struct dossier dossier;
	uint64_t count, filling;

	damage(replica, "UPDATE dossier SET sum = x'0011'");
	assert_int_equal(dossier_get(replica, 100, &dossier, UNREAD),
	    STATUS_CORRUPT);
	assert_int_equal(dossier_scope(replica, &count, &sum, &filling, UNREAD),
	    STATUS_CORRUPT);
	assert_int_equal(grants_scope(replica, OAK, &count, &sum, UNREAD),
	    STATUS_CORRUPT);
	assert_ok(replica_begin(replica, err));
	assert_int_equal(ledger_remove(replica, 100, UNREAD), STATUS_CORRUPT);
	replica_rollback(replica);
}

static void
test_grant_with_a_sum_of_another_size(void **state)
{
	struct grant grant;
	bool may;

	damage(*state, "UPDATE grants SET frozen_sum = x'0011'");
	assert_int_equal(grants_get(*state, OAK, 100, &grant, UNREAD),
	    STATUS_CORRUPT);
	assert_int_equal(grants_may_read(*state, OAK, 100, 1, &may, UNREAD),
	    STATUS_CORRUPT);
}

/* First field as the one before; a head without its stamp; a count without
 * what it counts, of heads and of ghosts; a name that is not there. */
static void
test_heads_that_do_not_decode(void **state)
{
#define HEADS(bytes) "UPDATE record SET heads = x'" bytes "' WHERE id = 100"
	static const char *const damages[] = {
		HEADS("010161"),
		HEADS("0001610105"),
		HEADS("0001610a"),
		HEADS("00016101050702"),
		HEADS("000161010507018080"),
		HEADS("0009"),
	};

	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		struct arena arena = { 0 };
		struct record_heads found;

		damage(*state, damages[i]);
		assert_int_equal(record_get_heads(*state, 100, &arena, &found,
				     UNREAD),
		    STATUS_CORRUPT);
		arena_deinit(&arena);
	}
}

/* Nobody can say whether it is ours to have: nothing of it is kept. */
static void
test_commit_from_elsewhere_when_the_own_dossier_is_damaged(void **state)
{
	struct arena arena = { 0 };
	struct item item = { .sequence = 3, .id = 900 };
	struct ledger_row row;
	enum take_result result;

	item.commit = script_encode(&arena,
	    script_commit(&arena, 900, 13, 900, "pupil/900 surname=Moe"));
	damage(*state, "UPDATE dossier SET sum = x'0011' WHERE number = 101");
	assert_ok(replica_begin(*state, err));
	assert_int_equal(take_item(*state, &item, true, &result, UNREAD),
	    STATUS_CORRUPT);
	replica_rollback(*state);
	assert_int_equal(ledger_get(*state, 900, &row, UNREAD),
	    STATUS_NOT_FOUND);
	arena_deinit(&arena);
}

/* A collection that nobody knows is flagged again with its next write. */
static void
test_flag_that_was_lost(void **state)
{
	struct replica *replica = *state;

	script_ledger(replica, 3, 500, 13, 100, "horoscope/500 sign=leo");
	damage(replica, "UPDATE record SET flags = 0 WHERE id = 500");
	script_ledger(replica, 4, 510, 14, 100, "horoscope/500 sign=virgo>500");
	SCRIPT_EXPECT(replica,
	    "SELECT collection, flags, state FROM record WHERE id = 500",
	    "horoscope|4|0");
}

static bool
count_entry(void *context, const struct history_entry *entry)
{
	assert_int_equal(entry->change, 400);
	++*(int *)context;
	return true;
}

/* The history tells what is still there. */
static void
test_history_of_a_commit_that_was_lost(void **state)
{
	int count = 0;

	damage(*state, "DELETE FROM ledger WHERE id = 100");
	assert_ok(history_each(*state, 100, count_entry, &count, err));
	assert_int_equal(count, 1);
}

/* Not "not held here", which would be another sentence for the user. */
static void
test_draft_without_a_table_of_records(void **state)
{
	struct draft *draft = NULL;
	struct replica *replica = *state;

	assert_int_equal(sqlite3_exec(replica_database(replica),
			     "ALTER TABLE record RENAME TO lost", NULL, NULL,
			     NULL),
	    SQLITE_OK);
	assert_ok(replica_begin(replica, err));
	assert_int_equal(draft_create(replica, 900, 0, &draft, UNREAD),
	    STATUS_CORRUPT);
	assert_null(draft);
	replica_rollback(replica);
}

/* --- what check says ------------------------------------------------------ */

static char told[4 * ERROR_TEXT_BYTES];

static void
tell(void *context, const char *sentence)
{
	size_t used = strlen(told);

	(void)context;
	snprintf(told + used, sizeof(told) - used, "%s\n", sentence);
}

static void
expect_fault(struct replica *replica, const char *sentence)
{
	struct check_result result;

	told[0] = '\0';
	assert_int_equal(check_replica(replica, tell, NULL, NULL, &result,
			     UNREAD),
	    STATUS_CORRUPT);
	if (strstr(told, sentence) == NULL)
		fail_msg("%s", told);
	/* Nobody has to listen. */
	assert_int_equal(check_replica(replica, NULL, NULL, NULL, &result,
			     UNREAD),
	    STATUS_CORRUPT);
}

static void
test_check_finds_a_commit_that_is_none(void **state)
{
	damage(*state, "UPDATE pending SET bytes = x'c1'");
	expect_fault(*state, "commit 400 cannot be read any more");
}

static void
test_check_finds_a_commit_under_another_number(void **state)
{
	damage(*state, "UPDATE ledger SET id = 101 WHERE id = 100");
	expect_fault(*state, "commit 101 is stored as another");
}

static void
test_check_finds_what_a_purge_left(void **state)
{
	damage(*state, "UPDATE dossier SET state = 4 WHERE number = 100");
	expect_fault(*state, "was purged and still holds commits");
}

static void
test_check_finds_commits_of_no_dossier(void **state)
{
	damage(*state, "DELETE FROM dossier WHERE number = 100");
	expect_fault(*state, "dossier 100, which is not known here");
}

/* Fewer entries in an index than rows: SQLite's own check says so. */
static void
test_check_finds_a_damaged_index(void **state)
{
	struct replica *replica = *state;

	damage(replica, "UPDATE dossier SET count = count");
	assert_int_equal(sqlite3_exec(replica_database(replica),
			     "PRAGMA writable_schema = ON;"
			     "UPDATE sqlite_schema SET sql = replace(sql,"
			     " 'dossier INTEGER NOT NULL',"
			     " 'dossier INTEGER NOT NULL CHECK (dossier < 0)')"
			     " WHERE name = 'ledger';"
			     "PRAGMA writable_schema = RESET",
			     NULL, NULL, NULL),
	    SQLITE_OK);
	expect_fault(replica, "the file is damaged: CHECK constraint failed");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_digest_of_another_size),
		TEST(test_sum_of_another_size),
		TEST(test_grant_with_a_sum_of_another_size),
		TEST(test_heads_that_do_not_decode),
		TEST(
		    test_commit_from_elsewhere_when_the_own_dossier_is_damaged),
		TEST(test_flag_that_was_lost),
		TEST(test_history_of_a_commit_that_was_lost),
		TEST(test_draft_without_a_table_of_records),
		TEST(test_check_finds_a_commit_that_is_none),
		TEST(test_check_finds_a_commit_under_another_number),
		TEST(test_check_finds_what_a_purge_left),
		TEST(test_check_finds_commits_of_no_dossier),
		TEST(test_check_finds_a_damaged_index),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
