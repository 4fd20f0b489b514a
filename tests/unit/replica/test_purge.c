/*
 * Purge means purge: no byte of a dossier in any file of the database.
 */
#include "common/replica/purge.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "common/replica/check.h"
#include "common/replica/search.h"
#include "common/replica/sql.h"
#include "fixture.h"
#include "script.h"
#include "tests/unit/scratch.h"

/* Letters of one case: the search index folds case. */
#define CANARY "zyxcanaryqvw"

enum {
	NOTES = 64
};

struct folder {
	char path[SCRATCH_BYTES];
	char database[SCRATCH_BYTES + 8];
	struct replica *replica;
};

static int
setup(void **state)
{
	static struct folder folder;

	scratch_make(folder.path);
	snprintf(folder.database, sizeof(folder.database), "%s/db",
	    folder.path);
	folder.replica =
	    fixture_open_at(folder.database, REPLICA_CLIENT, 5, OAK);
	*state = &folder;
	return 0;
}

static int
teardown(void **state)
{
	struct folder *folder = *state;

	replica_close(folder->replica);
	scratch_remove(folder->path);
	return 0;
}

/* How often the canary, or its beginning as a prefix entry of the index, is in
 * one file. */
static size_t
count_in_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	const size_t length = strlen(CANARY);
	size_t found = 0;
	size_t size;
	char *bytes;

	if (file == NULL)
		return 0;
	fseek(file, 0, SEEK_END);
	size = (size_t)ftell(file);
	rewind(file);
	bytes = malloc(size + 1);
	assert_non_null(bytes);
	assert_int_equal(fread(bytes, 1, size, file), size);
	fclose(file);
	for (size_t i = 0; i + length <= size; i++)
		if (memcmp(bytes + i, CANARY, length) == 0)
			found++;
	free(bytes);
	return found;
}

static size_t
count_everywhere(const struct folder *folder)
{
	const char *endings[] = { "", "-wal", "-shm", "-journal" };
	size_t found = 0;
	char path[SCRATCH_BYTES + 16];

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", folder->database,
		    endings[i]);
		found += count_in_file(path);
	}
	return found;
}

/* A note of some length, so that rows are split and pages are balanced. */
static void
write_note(struct replica *replica, uint64_t pupil, int number,
    const char *word)
{
	char text[1200];

	snprintf(text, sizeof(text), "%*s%s", 20 + number * 37 % 1000, word,
	    word);
	fixture_insert(replica, pupil, "note", "category", "learning",
	    "happened_on", "2026-05-01", "text", text, NULL);
}

/* Two children's notes, written by turns: they share pages. */
static void
fill_with_notes(struct replica *replica, uint64_t pupil, uint64_t other)
{
	struct fixture_line line = { 0 };

	for (int i = 0; i < NOTES; i++) {
		write_note(replica, pupil, i, CANARY);
		write_note(replica, other, i * 3, "Lord");
		if (i % 16 == 15)
			fixture_send(replica, &line);
		arena_reset(&line.arena);
	}
	fixture_send(replica, &line);
	arena_deinit(&line.arena);
}

static bool
fail_on_any(void *context, uint64_t pupil)
{
	(void)context;
	(void)pupil;
	fail();
	return false;
}

static void
test_no_byte_is_left(void **state)
{
	struct folder *folder = *state;
	struct replica *replica = folder->replica;
	struct purge_result result;
	struct dossier dossier;
	uint64_t pupil, other;

	other = fixture_pupil(replica, "Lord", OAK);
	pupil = fixture_pupil(replica, CANARY, OAK);
	fill_with_notes(replica, pupil, other);
	assert_ok(replica_begin(replica, err));
	assert_ok(dossier_get(replica, pupil, &dossier, err));
	dossier.state = DOSSIER_CLOSING;
	dossier.closed = 99;
	assert_ok(dossier_put(replica, &dossier, err));
	assert_ok(replica_commit(replica, err));
	assert_true(count_everywhere(folder) > 0);

	assert_ok(replica_begin(replica, err));
	assert_ok(purge_dossier(replica, pupil, &result, err));
	assert_ok(replica_commit(replica, err));
	assert_ok(purge_finish(replica, err));
	assert_int_equal(result.count, NOTES + 1);
	assert_true(digest_sum_equal(&result.sum, &dossier.sum));
	assert_int_equal(result.sequence, 99);
	assert_int_equal(count_everywhere(folder), 0);

	assert_ok(dossier_get(replica, pupil, &dossier, err));
	assert_int_equal(dossier.state, DOSSIER_GONE);
	assert_int_equal(dossier.count, 0);
	assert_ok(search_pupils(replica, bytes_of_text(CANARY), 5, fail_on_any,
	    NULL, err));
	fixture_assert_text(replica, other, "surname", "Lord");
}

/* A write to another file's record flags it; without that write it is as it
 * was. */
static void
test_purge_takes_its_flags_along(void **state)
{
	struct folder *folder = *state;
	struct replica *replica = folder->replica;
	struct purge_result result;
	struct check_result checked;

	script_ledger(replica, 1, 100, 10, 100, "pupil/100 surname=Lane");
	script_ledger(replica, 2, 200, 11, 200, "pupil/200 surname=Lord");
	script_ledger(replica, 3, 300, 12, 200, "pupil/100 surname=Astray");
	SCRIPT_EXPECT(replica, "SELECT flags <> 0 FROM record WHERE id = 100",
	    "1");
	assert_ok(replica_begin(replica, err));
	assert_ok(purge_dossier(replica, 200, &result, err));
	assert_ok(replica_commit(replica, err));
	SCRIPT_EXPECT(replica, "SELECT flags FROM record WHERE id = 100", "0");
	assert_ok(check_replica(replica, NULL, NULL, NULL, &checked, err));
}

static uint32_t
next_below(uint32_t *number, uint32_t limit)
{
	*number = (*number * 1103515245 + 12345) & 0x7fffffff;
	return (*number >> 8) % limit;
}

/* Of these lengths, in this order: SQLite 3.40 moves some to another page, and
 * leaves copies in the unused part of the first. */
static void
write_rows_that_move(struct replica *replica)
{
	uint32_t number = 171;

	assert_ok(sql_run(replica,
	    "CREATE TABLE moving (id INTEGER PRIMARY KEY, text TEXT)", err));
	for (int i = 0; i < 40; i++) {
		uint32_t length = 30 + next_below(&number, 770);
		bool secret = next_below(&number, 10) == 0;
		struct sql *sql =
		    sql_use(replica, "INSERT INTO moving VALUES (?1,"
				     " printf('%.*c', ?2, 'a') || ?3)");

		sql_bind_integer(sql, 1, i * 17 % 41 + 1);
		sql_bind_integer(sql, 2, length);
		sql_bind_text(sql, 3, bytes_of_text(secret ? CANARY : ""));
		assert_ok(sql_finish(sql, err));
	}
}

static void
test_no_byte_is_left_of_rows_that_moved(void **state)
{
	struct folder *folder = *state;
	struct replica *replica = folder->replica;

	write_rows_that_move(replica);
	assert_ok(replica_begin(replica, err));
	assert_ok(sql_run(replica,
	    "DELETE FROM moving WHERE text LIKE '%" CANARY "%'", err));
	assert_ok(purge_note(replica, err));
	assert_ok(replica_commit(replica, err));
	assert_ok(purge_finish(replica, err));
	assert_int_equal(count_everywhere(folder), 0);
}

/* A value that must be forgotten is gone from the index and the log as well. */
static void
test_no_byte_of_a_redacted_value_is_left(void **state)
{
	struct folder *folder = *state;
	struct replica *replica = folder->replica;
	struct fixture_line line = { 0 };
	uint64_t pupil = fixture_pupil(replica, CANARY, OAK);
	struct value change = value_integer((int64_t)pupil);
	struct draft *draft = NULL;
	int64_t redaction = 0;

	fixture_send(replica, &line);
	assert_true(count_everywhere(folder) > 0);
	assert_ok(purge_finish(replica, err));
	assert_false(purge_is_wanted(replica));

	assert_ok(replica_begin(replica, err));
	assert_ok(draft_create(replica, pupil, 0, &draft, err));
	assert_ok(draft_insert(draft, "redaction", &redaction, err));
	assert_ok(draft_set(draft, redaction, "change", &change, err));
	assert_ok(draft_set_text(draft, redaction, "reason",
	    bytes_of_text("adoption"), err));
	(void)fixture_finish(replica, draft);
	assert_false(purge_is_wanted(replica)); /* it may be refused still */

	fixture_send(replica, &line);
	assert_true(purge_is_wanted(replica));
	assert_ok(purge_finish(replica, err));
	assert_int_equal(count_everywhere(folder), 0);
	arena_deinit(&line.arena);
}

/* What the hub has not answered is not thrown away. */
static void
test_waiting_work_stops_a_purge(void **state)
{
	struct folder *folder = *state;
	struct purge_result result;
	uint64_t pupil = fixture_pupil(folder->replica, "Lane", OAK);

	assert_ok(replica_begin(folder->replica, err));
	assert_int_equal(purge_dossier(folder->replica, pupil, &result, UNREAD),
	    STATUS_BUSY);
	replica_rollback(folder->replica);
	fixture_assert_text(folder->replica, pupil, "surname", "Lane");
}

/* Nobody else has what the hub refused: its author has still to see it. */
static void
test_what_was_refused_outlives_the_purge(void **state)
{
	struct folder *folder = *state;
	struct replica *replica = folder->replica;
	struct purge_result result;
	struct pending_row row;
	uint64_t pupil = fixture_pupil(replica, "Lane", OAK), refused;

	fill_with_notes(replica, pupil, pupil);
	refused =
	    fixture_update(replica, pupil, pupil, "middle_names", CANARY, NULL);
	assert_ok(replica_begin(replica, err));
	assert_ok(
	    pending_set_aside(replica, refused, REFUSAL_RIGHTS, NOW_MS, err));
	assert_ok(purge_dossier(replica, pupil, &result, err));
	assert_ok(replica_commit(replica, err));
	assert_ok(purge_finish(replica, err));

	assert_ok(pending_get(replica, refused, &row, err));
	assert_int_equal(row.state, PENDING_ASIDE);
	assert_int_equal(row.refusal, REFUSAL_RIGHTS);
	assert_true(row.bytes.size > 0);

	assert_ok(replica_begin(replica, err));
	assert_ok(pending_drop(replica, refused, err));
	assert_ok(replica_commit(replica, err));
	assert_ok(purge_finish(replica, err));
	assert_int_equal(count_everywhere(folder), 0);
}

/* Its snapshot is in the log, which is emptied when it has gone. */
static void
test_reader_keeps_the_log(void **state)
{
	struct folder *folder = *state;
	struct replica_options options = { .path = folder->database,
		.busy_ms = 1 };
	struct replica *reader = NULL, *purger = NULL;
	struct error told = { 0 };
	char log[SCRATCH_BYTES + 16];
	struct stat size;

	snprintf(log, sizeof(log), "%s-wal", folder->database);
	assert_ok(replica_open(&options, &reader, err));
	assert_ok(replica_open(&options, &purger, err));
	fixture_pupil(folder->replica, "Lane", OAK);
	assert_int_equal(sqlite3_exec(replica_database(reader),
			     "BEGIN; SELECT count(*) FROM pupil", NULL, NULL,
			     NULL),
	    SQLITE_OK);
	fixture_pupil(folder->replica, "Lord", OAK);
	assert_int_equal(purge_finish(purger, &told), STATUS_BUSY);
	assert_string_equal(told.text,
	    "finish a purge: another program is reading the database");
	replica_close(reader);
	assert_ok(purge_finish(purger, err));
	assert_int_equal(stat(log, &size), 0);
	assert_int_equal(size.st_size, 0);
	replica_close(purger);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_no_byte_is_left),
		TEST(test_purge_takes_its_flags_along),
		TEST(test_no_byte_is_left_of_rows_that_moved),
		TEST(test_no_byte_of_a_redacted_value_is_left),
		TEST(test_waiting_work_stops_a_purge),
		TEST(test_what_was_refused_outlives_the_purge),
		TEST(test_reader_keeps_the_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
