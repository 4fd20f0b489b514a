/*
 * Opening, two connections to one database, numbers, stamps, migration, and
 * facts by name.  Covers common/replica/identity.c and common/replica/meta.c.
 */
#include "common/replica/check.h"
#include "protocol/identifier.h"
#include "protocol/stamp.h"
#include "tests/unit/replica/script.h"
#include "tests/unit/scratch.h"

struct place {
	char folder[SCRATCH_BYTES];
	char path[SCRATCH_BYTES + 8];
};

static int
setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	scratch_make(place->folder);
	snprintf(place->path, sizeof(place->path), "%s/db", place->folder);
	*state = place;
	return 0;
}

static int
teardown(void **state)
{
	struct place *place = *state;

	scratch_remove(place->folder);
	free(place);
	return 0;
}

static void
join(struct replica *replica)
{
	struct replica_identity identity = { .site = 5, .school = 77 };
	struct error err = { 0 };

	SCRIPT_OK(replica_begin(replica, &err), &err);
	SCRIPT_OK(replica_identity_set(replica, &identity, &err), &err);
	SCRIPT_OK(replica_commit(replica, &err), &err);
}

static int
count_commit(void *context)
{
	(*(int *)context)++;
	return 0;
}

/* The power may go at any time: never a number without its school. */
static void
test_identity_is_written_whole(void **state)
{
	struct place *place = *state;
	struct replica *replica = script_open(place->path, REPLICA_CLIENT);
	struct replica_identity identity = { .site = 5, .school = 77 };
	struct error err = { 0 };
	int commits = 0;

	sqlite3_commit_hook(replica_database(replica), count_commit, &commits);
	SCRIPT_OK(replica_identity_set(replica, &identity, &err), &err);
	assert_int_equal(commits, 1);
	assert_int_equal(replica_identity(replica).school, 77);
	replica_close(replica);
}

static uint64_t
take_id(struct replica *replica)
{
	struct error err = { 0 };
	uint64_t id;

	SCRIPT_OK(replica_begin(replica, &err), &err);
	SCRIPT_OK(replica_take_ids(replica, 2, 0, &id, &err), &err);
	SCRIPT_OK(replica_commit(replica, &err), &err);
	return id;
}

/* One writes, the other sees it, and knows that something was written. */
static void
test_two_connections_share_one_database(void **state)
{
	struct place *place = *state;
	struct replica *one = script_open(place->path, REPLICA_CLIENT);
	struct replica *two = script_open(place->path, REPLICA_CLIENT);
	struct error err = { 0 };
	uint32_t before;
	uint32_t after;

	SCRIPT_OK(replica_data_version(two, &before, &err), &err);
	join(one);
	script_ledger(one, 1, 100, 10, 100, "pupil/100 surname=Lee");
	SCRIPT_OK(replica_data_version(two, &after, &err), &err);
	assert_int_not_equal(before, after);
	SCRIPT_EXPECT(two, "SELECT surname FROM pupil", "Lee");
	assert_int_equal(identifier_site(take_id(two)), 5);
	assert_int_equal(replica_identity(two).school, 77);
	assert_true(take_id(one) >= take_id(two) - 2);
	replica_close(one);
	replica_close(two);
}

static void
test_second_writer_waits_and_is_told(void **state)
{
	struct place *place = *state;
	struct replica *one = script_open(place->path, REPLICA_CLIENT);
	struct replica *two = NULL;
	struct replica_options options = {
		.path = place->path,
		.busy_ms = 1,
	};
	struct error err = { 0 };

	SCRIPT_OK(replica_open(&options, &two, &err), &err);
	SCRIPT_OK(replica_begin(one, &err), &err);
	assert_int_equal(replica_begin(two, &err), STATUS_BUSY);
	assert_false(replica_in_transaction(two));
	replica_rollback(one);
	SCRIPT_OK(replica_begin(two, &err), &err);
	replica_rollback(two);
	replica_close(one);
	replica_close(two);
}

/* What was rolled back is not there; a savepoint takes back its part only. */
static void
test_rollback_takes_back(void **state)
{
	struct replica *replica = script_open(":memory:", REPLICA_CLIENT);
	struct arena arena = { 0 };
	struct error err = { 0 };

	(void)state;
	SCRIPT_OK(replica_begin(replica, &err), &err);
	script_ledger_in(replica, 1,
	    script_commit(&arena, 100, 10, 100, "pupil/100 surname=Lee"));
	SCRIPT_OK(replica_savepoint(replica, &err), &err);
	script_ledger_in(replica, 2,
	    script_commit(&arena, 200, 10, 200, "pupil/200 surname=Oak"));
	replica_rollback_to(replica);
	SCRIPT_OK(replica_commit(replica, &err), &err);
	SCRIPT_EXPECT(replica, "SELECT group_concat(surname) FROM pupil",
	    "Lee");
	SCRIPT_OK(replica_begin(replica, &err), &err);
	script_ledger_in(replica, 2,
	    script_commit(&arena, 200, 10, 200, "pupil/200 surname=Oak"));
	replica_rollback(replica);
	SCRIPT_EXPECT(replica, "SELECT count(*) FROM ledger", "1");
	arena_deinit(&arena);
	replica_close(replica);
}

static void
test_ids_need_a_site_and_jump(void **state)
{
	struct replica *replica = script_open(":memory:", REPLICA_CLIENT);
	struct error err = { 0 };
	uint64_t id;
	uint64_t next;

	(void)state;
	SCRIPT_OK(replica_begin(replica, &err), &err);
	assert_int_equal(replica_take_ids(replica, 1, 0, &id, NULL),
	    STATUS_DENIED);
	replica_rollback(replica);
	join(replica);
	id = take_id(replica);
	assert_int_equal(id, identifier_make(5, 1));
	SCRIPT_OK(replica_jump(replica, 0xff000009, &err), &err);
	next = take_id(replica);
	assert_int_equal(next, id + 2 + 10);
	SCRIPT_OK(replica_begin(replica, &err), &err);
	SCRIPT_OK(replica_take_ids(replica, 1, 16, &id, &err), &err);
	SCRIPT_OK(replica_take_ids(replica, 1, 0, &next, &err), &err);
	SCRIPT_OK(replica_commit(replica, &err), &err);
	assert_int_equal(next, id + 17);
	replica_close(replica);
}

/* The clock goes on from the greatest stamp seen, and never back by itself. */
static void
test_stamps_follow_what_was_seen(void **state)
{
	struct replica *replica = script_open(":memory:", REPLICA_CLIENT);
	const uint64_t now_ms = UINT64_C(1790000000000);
	uint64_t base = stamp_from_ms(now_ms);
	struct arena arena = { 0 };
	struct error err = { 0 };
	uint64_t stamp;

	(void)state;
	SCRIPT_OK(replica_begin(replica, &err), &err);
	SCRIPT_OK(replica_take_stamp(replica, now_ms, &stamp, &err), &err);
	assert_int_equal(stamp, base);
	SCRIPT_OK(replica_take_stamp(replica, now_ms - 9, &stamp, &err), &err);
	assert_int_equal(stamp, base + 1);
	SCRIPT_OK(replica_commit(replica, &err), &err);
	script_ledger(replica, 1, 100, base + 500, 100,
	    "pupil/100 surname=Lee");
	SCRIPT_OK(replica_begin(replica, &err), &err);
	SCRIPT_OK(replica_take_stamp(replica, now_ms, &stamp, &err), &err);
	assert_int_equal(stamp, base + 501);
	script_ledger_in(replica, 2,
	    script_commit(&arena, 200, base + 600, 200, "pupil/200 upn=x"));
	SCRIPT_OK(replica_take_stamp(replica, now_ms, &stamp, &err), &err);
	assert_int_equal(stamp, base + 601);
	SCRIPT_OK(replica_reset_stamp(replica, base + 2, &err), &err);
	SCRIPT_OK(replica_take_stamp(replica, now_ms, &stamp, &err), &err);
	assert_int_equal(stamp, base + 3);
	SCRIPT_OK(replica_commit(replica, &err), &err);
	arena_deinit(&arena);
	replica_close(replica);
}

/* A clock that is ahead is known to be since WELCOME: stamps are of the hub's
 * time, and the clock never goes back by that. */
static void
test_stamps_leave_out_what_the_clock_is_ahead(void **state)
{
	struct replica *replica = script_open(":memory:", REPLICA_CLIENT);
	const uint64_t now_ms = UINT64_C(1790000000000);
	const uint64_t ahead = UINT64_C(10) * 365 * 24 * 3600 * 1000;
	struct error err = { 0 };
	uint64_t stamp;

	(void)state;
	SCRIPT_OK(replica_begin(replica, &err), &err);
	SCRIPT_OK(replica_meta_set(replica, "clock_ahead_ms", ahead, &err),
	    &err);
	SCRIPT_OK(replica_take_stamp(replica, now_ms + ahead, &stamp, &err),
	    &err);
	assert_int_equal(stamp, stamp_from_ms(now_ms));
	SCRIPT_OK(replica_take_stamp(replica, now_ms, &stamp, &err), &err);
	assert_int_equal(stamp, stamp_from_ms(now_ms) + 1);
	SCRIPT_OK(replica_take_stamp(replica, 1, &stamp, &err), &err);
	assert_int_equal(stamp, stamp_from_ms(now_ms) + 2);
	SCRIPT_OK(replica_commit(replica, &err), &err);
	replica_close(replica);
}

static void
test_generations_and_facts_are_kept(void **state)
{
	struct place *place = *state;
	struct replica *replica = script_open(place->path, REPLICA_CLIENT);
	const struct generation written[] = { { 11, 0 }, { UINT64_MAX, 400 } };
	struct generation *generations;
	struct arena arena = { 0 };
	struct error err = { 0 };
	uint64_t value;
	uint32_t count;

	SCRIPT_OK(replica_generations_set(replica, written, 2, &err), &err);
	SCRIPT_OK(replica_meta_set(replica, "cursor", 9, &err), &err);
	replica_close(replica);
	replica = script_open(place->path, REPLICA_CLIENT);
	SCRIPT_OK(replica_generations(replica, &arena, &generations, &count,
		      &err),
	    &err);
	assert_int_equal(count, 2);
	assert_true(generations[1].number == UINT64_MAX);
	assert_int_equal(generations[1].left_at, 400);
	SCRIPT_OK(replica_meta_get(replica, "cursor", 1, &value, &err), &err);
	assert_int_equal(value, 9);
	SCRIPT_OK(replica_meta_get(replica, "absent", 1, &value, &err), &err);
	assert_int_equal(value, 1);
	arena_deinit(&arena);
	replica_close(replica);
}

/* Up to where one of them left the last generation that both went through. */
static void
test_generations_have_places_in_common(void **state)
{
	const struct generation ours[] = { { 11, 0 }, { 22, 50 }, { 33, 90 } };
	const struct generation other[] = { { 11, 0 }, { 44, 40 } };
	const struct generation later[] = { { 11, 0 }, { 22, 60 } };
	const struct generation foreign[] = { { 55, 0 }, { 22, 50 } };

	(void)state;
	assert_int_equal(replica_generations_common(ours, 3, ours, 3),
	    INT64_MAX);
	assert_int_equal(replica_generations_common(ours, 3, ours, 2), 90);
	assert_int_equal(replica_generations_common(ours, 1, ours, 3), 50);
	assert_int_equal(replica_generations_common(ours, 3, other, 2), 40);
	assert_int_equal(replica_generations_common(other, 2, ours, 3), 40);
	assert_int_equal(replica_generations_common(ours, 3, later, 2), 50);
	assert_int_equal(replica_generations_common(ours, 3, foreign, 2), 0);
	assert_int_equal(replica_generations_common(ours, 3, NULL, 0), 0);
	assert_int_equal(replica_generations_common(NULL, 0, NULL, 0), 0);
	/* and a place is of the last that had begun before it */
	assert_int_equal(replica_generation_at(ours, 3, 50), 11);
	assert_int_equal(replica_generation_at(ours, 3, 51), 22);
	assert_int_equal(replica_generation_at(ours, 3, 91), 33);
	assert_int_equal(replica_generation_at(NULL, 0, 91), 0);
}

static void
execute(const char *path, const char *sql)
{
	sqlite3 *database = NULL;

	assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
	assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL),
	    SQLITE_OK);
	sqlite3_close(database);
}

static void
expect_refusal(const struct replica_options *options, enum status expected,
    const char *words)
{
	struct replica *replica = NULL;
	struct error err = { 0 };

	assert_int_equal(replica_open(options, &replica, &err), expected);
	assert_null(replica);
	assert_non_null(strstr(err.text, words));
}

static void
test_what_cannot_be_opened_says_why(void **state)
{
	struct place *place = *state;
	struct replica_options options = {
		.path = place->path,
		.must_exist = true,
	};

	expect_refusal(&options, STATUS_IO, place->path);
	replica_close(script_open(place->path, REPLICA_CLIENT));
	options.kind = REPLICA_HUB;
	expect_refusal(&options, STATUS_INVALID, "school's computer");
	options.kind = REPLICA_CLIENT;
	execute(place->path, "PRAGMA user_version = 99");
	expect_refusal(&options, STATUS_UNSUPPORTED, "upgrade");
	options.read_only = true;
	expect_refusal(&options, STATUS_UNSUPPORTED, "upgrade");
}

/* A backup is opened for reading as it is, and is not a byte another then. */
static void
test_backup_is_read_as_it_is(void **state)
{
	struct place *place = *state;
	struct replica *replica = script_open(place->path, REPLICA_CLIENT);
	struct replica_options options = { .read_only = true };
	struct replica *copy = NULL;
	struct check_result result;
	struct error err = { 0 };
	char path[sizeof(place->path) + 8];

	script_ledger(replica, 1, 100, 10, 100, "pupil/100 surname=Lee");
	snprintf(path, sizeof(path), "%s.copy", place->path);
	options.path = path;
	SCRIPT_OK(check_backup(replica, path, &err), &err);
	replica_close(replica);
	SCRIPT_OK(replica_open(&options, &copy, &err), &err);
	SCRIPT_OK(check_replica(copy, NULL, NULL, NULL, &result, &err), &err);
	SCRIPT_EXPECT(copy, "PRAGMA journal_mode", "delete");
	assert_int_equal(result.commits, 1);
	replica_close(copy);
}

/* Another catalogue: what it did not know is folded after the upgrade. */
static void
test_another_catalogue_folds_everything_anew(void **state)
{
	struct place *place = *state;
	struct replica *replica = script_open(place->path, REPLICA_CLIENT);
	struct replica_options options = {
		.path = place->path,
		.read_only = true,
	};

	script_ledger(replica, 1, 100, 10, 100,
	    "pupil/100 surname=Lee forename=Ana");
	script_wait(replica, 200, 10, 100, "note/200 text=a");
	replica_close(replica);
	execute(place->path,
	    "ALTER TABLE pupil DROP COLUMN forename;"
	    "DROP TABLE note; CREATE TABLE old (_dossier INTEGER);"
	    "UPDATE record SET flags = 4;"
	    "UPDATE meta SET value = 12345 WHERE name = 'catalogue'");
	expect_refusal(&options, STATUS_UNSUPPORTED, "writing");
	replica = script_open(place->path, REPLICA_CLIENT);
	SCRIPT_EXPECT(replica, "SELECT forename FROM pupil", "Ana");
	SCRIPT_EXPECT(replica, "SELECT text FROM note", "a");
	SCRIPT_EXPECT(replica, "SELECT max(flags) FROM record", "0");
	SCRIPT_EXPECT(replica,
	    "SELECT count(*) FROM sqlite_schema WHERE name = 'old'", "0");
	script_check_fold(replica);
	replica_close(replica);
}

/* A database as older programs left it gets what came since, and keeps what
 * it had. */
static void
test_older_databases_are_brought_up(void **state)
{
	static const char *const undo[] = {
		"DROP TABLE damaged; DROP TABLE defect;"
		"PRAGMA user_version = 2",
		"DROP TABLE damaged; DROP TABLE defect; DROP TABLE unplaced;"
		"PRAGMA user_version = 1",
	};
	struct place *place = *state;
	struct replica *replica = script_open(place->path, REPLICA_CLIENT);

	script_ledger(replica, 1, 100, 10, 100, "pupil/100 surname=Lee");
	replica_close(replica);
	for (size_t i = 0; i < sizeof(undo) / sizeof(undo[0]); i++) {
		execute(place->path, undo[i]);
		replica = script_open(place->path, REPLICA_CLIENT);
		SCRIPT_EXPECT(replica, "PRAGMA user_version", "3");
		SCRIPT_EXPECT(replica,
		    "SELECT (SELECT count(*) FROM unplaced) +"
		    " (SELECT count(*) FROM damaged) +"
		    " (SELECT count(*) FROM defect)",
		    "0");
		SCRIPT_EXPECT(replica, "SELECT surname FROM pupil", "Lee");
		script_check_fold(replica);
		replica_close(replica);
	}
}

static void
hear(void *context, const char *collection, uint64_t record)
{
	char *text = context;

	snprintf(text + strlen(text), 64, "%s/%llu ", collection,
	    (unsigned long long)record);
}

static void
test_watcher_hears_after_the_commit(void **state)
{
	struct replica *replica = script_open(":memory:", REPLICA_CLIENT);
	struct arena arena = { 0 };
	struct error err = { 0 };
	char heard[256] = "";

	(void)state;
	replica_watch(replica, hear, heard);
	SCRIPT_OK(replica_begin(replica, &err), &err);
	script_wait_in(replica, script_commit(&arena, 100, 10, 100,
				    "pupil/100 surname=Lee;note/101 text=a"));
	assert_string_equal(heard, "");
	SCRIPT_OK(replica_commit(replica, &err), &err);
	assert_string_equal(heard, "pupil/100 note/101 ");
	SCRIPT_OK(replica_begin(replica, &err), &err);
	script_wait_in(replica,
	    script_commit(&arena, 200, 10, 200, "pupil/200 surname=Oak"));
	replica_rollback(replica);
	SCRIPT_OK(replica_begin(replica, &err), &err);
	SCRIPT_OK(replica_commit(replica, &err), &err);
	assert_string_equal(heard, "pupil/100 note/101 ");
	arena_deinit(&arena);
	replica_close(replica);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_two_connections_share_one_database),
		TEST(test_identity_is_written_whole),
		TEST(test_second_writer_waits_and_is_told),
		TEST(test_rollback_takes_back),
		TEST(test_ids_need_a_site_and_jump),
		TEST(test_stamps_follow_what_was_seen),
		TEST(test_stamps_leave_out_what_the_clock_is_ahead),
		TEST(test_generations_and_facts_are_kept),
		TEST(test_generations_have_places_in_common),
		TEST(test_what_cannot_be_opened_says_why),
		TEST(test_backup_is_read_as_it_is),
		TEST(test_another_catalogue_folds_everything_anew),
		TEST(test_older_databases_are_brought_up),
		TEST(test_watcher_hears_after_the_commit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
