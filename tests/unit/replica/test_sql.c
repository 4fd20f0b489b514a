/* The thin layer over SQLite: its cache, binders, steps and sentences. */
#include <sqlite3.h>

#include "common/replica/sql.h"
#include "tests/unit/replica/script.h"

static int
setup(void **state)
{
	struct replica *replica = script_open(":memory:", REPLICA_CLIENT);
	struct error err = { 0 };

	SCRIPT_OK(sql_run(replica,
		      "CREATE TABLE thing (id INTEGER PRIMARY KEY, value ANY)"
		      " STRICT",
		      &err),
	    &err);
	*state = replica;
	return 0;
}

static int
teardown(void **state)
{
	replica_close(*state);
	return 0;
}

static const char insert_thing[] =
    "INSERT INTO thing (id, value) VALUES (?1, ?2)";
static const char select_things[] = "SELECT id, value FROM thing ORDER BY id";

static enum status
insert(struct replica *replica, uint64_t id, struct value value,
    struct error *err)
{
	struct sql *sql = sql_use(replica, insert_thing);

	sql_bind_id(sql, 1, id);
	sql_bind_value(sql, 2, &value);
	return sql_finish(sql, err);
}

/* Nothing, empty text and an empty blob are three things. */
static void
test_each_type_of_value_comes_back(void **state)
{
	const struct value values[] = {
		value_null(),
		value_integer(INT64_MIN),
		value_real(0.1),
		value_c_text("Ana"),
		value_text((struct bytes){ NULL, 0 }),
		value_blob((struct bytes){ (const uint8_t *)"\0\1", 2 }),
		value_blob((struct bytes){ NULL, 0 }),
	};
	const uint32_t count = sizeof(values) / sizeof(values[0]);
	struct error err = { 0 };
	struct sql *sql;

	for (uint32_t i = 0; i < count; i++)
		SCRIPT_OK(insert(*state, i + 1, values[i], &err), &err);
	sql = sql_use(*state, select_things);
	for (uint32_t i = 0; i < count; i++) {
		struct value value;

		SCRIPT_OK(sql_step(sql, &err), &err);
		value = sql_column_value(sql, 1);
		assert_int_equal(sql_column_id(sql, 0), i + 1);
		assert_true(value_equal(&value, &values[i]));
		assert_int_equal(sql_column_is_null(sql, 1), i == 0);
	}
	assert_int_equal(sql_step(sql, &err), STATUS_NOT_FOUND);
	sql_release(sql);
}

/* A visitor that comes back to a text in use gets rows of its own. */
static void
test_text_in_use_gets_a_second_statement(void **state)
{
	struct error err = { 0 };
	struct sql *outer;
	struct sql *inner;

	SCRIPT_OK(insert(*state, 1, value_integer(10), &err), &err);
	SCRIPT_OK(insert(*state, 2, value_integer(20), &err), &err);
	outer = sql_use(*state, select_things);
	SCRIPT_OK(sql_step(outer, &err), &err);
	inner = sql_use(*state, select_things);
	assert_ptr_not_equal(inner, outer);
	SCRIPT_OK(sql_step(inner, &err), &err);
	assert_int_equal(sql_column_integer(inner, 1), 10);
	SCRIPT_OK(sql_step(outer, &err), &err);
	assert_int_equal(sql_column_integer(outer, 1), 20);
	sql_release(inner);
	sql_release(outer);

	outer = sql_use(*state, select_things);
	SCRIPT_OK(sql_step(outer, &err), &err);
	assert_int_equal(sql_column_id(outer, 0), 1);
	sql_release(outer);
}

/* What was bound for one use is not there at the next. */
static void
test_release_forgets_what_was_bound(void **state)
{
	struct error err = { 0 };
	struct sql *sql;

	SCRIPT_OK(insert(*state, 1, value_integer(10), &err), &err);
	sql = sql_use(*state, insert_thing);
	sql_bind_id(sql, 1, 2);
	SCRIPT_OK(sql_finish(sql, &err), &err);
	SCRIPT_EXPECT(*state, "SELECT value FROM thing WHERE id = 2", "~");
}

static const char select_greatest[] = "SELECT max(id) FROM thing";
static const char select_one[] = "SELECT id FROM thing WHERE id = 7";
static const char negate[] = "UPDATE thing SET value = -1";
static const char select_value[] = "SELECT value FROM thing";

/* No row, a null, and a number that only a damaged file has: all are 0. */
static void
test_finish_id_gives_0_for_what_is_no_id(void **state)
{
	struct error err = { 0 };
	uint64_t id = 5;

	SCRIPT_OK(sql_finish_id(sql_use(*state, select_greatest), &id, &err),
	    &err);
	assert_int_equal(id, 0);
	id = 5;
	SCRIPT_OK(sql_finish_id(sql_use(*state, select_one), &id, &err), &err);
	assert_int_equal(id, 0);
	SCRIPT_OK(insert(*state, 7, value_null(), &err), &err);
	SCRIPT_OK(insert(*state, 8, value_null(), &err), &err);
	SCRIPT_OK(sql_finish_id(sql_use(*state, select_one), &id, &err), &err);
	assert_int_equal(id, 7);
	SCRIPT_OK(sql_run(*state, negate, &err), &err);
	assert_int_equal(sql_changes(*state), 2);
	SCRIPT_OK(sql_finish_id(sql_use(*state, select_value), &id, &err),
	    &err);
	assert_int_equal(id, 0);
}

/* What cannot be prepared is told by the first step, and by nothing before. */
static void
test_broken_text_is_told_by_the_step(void **state)
{
	struct error err = { 0 };
	struct sql *sql = sql_use(*state, "SELECT sign FROM horoscope");

	sql_bind_id(sql, 1, 1);
	sql_bind_text(sql, 2, bytes_of_text("Leo"));
	assert_int_equal(sql_step(sql, &err), STATUS_CORRUPT);
	assert_non_null(strstr(err.text, "horoscope"));
	sql_release(sql);
	SCRIPT_OK(insert(*state, 1, value_null(), &err), &err);
}

/* A key that is taken leaves the first row, and the statement works again. */
static void
test_taken_key_exists(void **state)
{
	struct error err = { 0 };

	SCRIPT_OK(insert(*state, 1, value_integer(10), &err), &err);
	assert_int_equal(insert(*state, 1, value_integer(11), &err),
	    STATUS_EXISTS);
	SCRIPT_OK(insert(*state, 2, value_integer(12), &err), &err);
	SCRIPT_EXPECT(*state, "SELECT group_concat(value) FROM thing", "10,12");
}

/* Each of SQLite's results has its status, its extended results the same. */
static void
test_results_have_a_status(void **state)
{
	static const struct {
		int result;
		enum status status;
	} expected[] = {
		{ SQLITE_FULL, STATUS_FULL },
		{ SQLITE_BUSY_SNAPSHOT, STATUS_BUSY },
		{ SQLITE_NOTADB, STATUS_CORRUPT },
		{ SQLITE_NOMEM, STATUS_NOMEM },
		{ SQLITE_READONLY_DIRECTORY, STATUS_DENIED },
		{ SQLITE_IOERR_WRITE, STATUS_IO },
		{ SQLITE_IOERR_NOMEM, STATUS_NOMEM },
		{ SQLITE_CONSTRAINT_UNIQUE, STATUS_EXISTS },
		{ SQLITE_TOOBIG, STATUS_TOO_LARGE },
		{ SQLITE_INTERRUPT, STATUS_CANCELLED },
		{ SQLITE_ERROR, STATUS_CORRUPT },
	};
	struct sqlite3 *database = replica_database(*state);

	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		struct error err = { 0 };

		assert_int_equal(sql_error(database, expected[i].result, &err),
		    expected[i].status);
		assert_true(strlen(err.text) > 0);
	}
}

static uint64_t
count_things(struct replica *replica, enum status expected)
{
	struct error err = { 0 };
	uint64_t count = 0;
	enum status status =
	    sql_finish_id(sql_use(replica, "SELECT count(*) FROM thing"),
		&count, &err);

	assert_int_equal(status, expected);
	return count;
}

/* What undoes is made ready, but expires when pages are rewritten. */
static void
begin_without_memory(struct replica *replica)
{
	struct error err = { 0 };

	SCRIPT_OK(sql_run(replica, "VACUUM", &err), &err);
	SCRIPT_OK(replica_begin(replica, &err), &err);
	SCRIPT_OK(replica_savepoint(replica, &err), &err);
	SCRIPT_OK(insert(replica, 1, value_null(), &err), &err);
	assert_int_equal(count_things(replica, STATUS_OK), 1);
	sqlite3_hard_heap_limit64(1);
}

static void
test_rollback_without_memory_is_done_first_of_all(void **state)
{
	struct error err = { 0 };

	begin_without_memory(*state);
	replica_rollback(*state);
	assert_false(replica_in_transaction(*state));
	(void)count_things(*state, STATUS_NOMEM);
	sqlite3_hard_heap_limit64(0);
	assert_int_equal(count_things(*state, STATUS_OK), 0);
	SCRIPT_OK(replica_begin(*state, &err), &err);
	SCRIPT_OK(replica_commit(*state, &err), &err);
}

/* Half a step is not built upon. */
static void
test_step_that_was_not_undone_spoils_the_rest(void **state)
{
	begin_without_memory(*state);
	replica_rollback_to(*state);
	sqlite3_hard_heap_limit64(0);
	(void)count_things(*state, STATUS_NOMEM);
	replica_rollback(*state);
	assert_int_equal(count_things(*state, STATUS_OK), 0);
}

/* The night's thread reads for minutes, and a process that ends does not wait
 * for it. */
static void
test_what_takes_long_can_be_stopped(void **state)
{
	const char *text = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL"
			   " SELECT i + 1 FROM n WHERE i < 1000000)"
			   " SELECT count(*) FROM n";
	struct replica *replica = *state;
	atomic_bool stop = false;
	struct error err = { 0 };
	uint64_t count;

	replica_stop_when(replica, &stop);
	SCRIPT_OK(sql_finish_id(sql_use(replica, text), &count, &err), &err);
	assert_int_equal(count, 1000000);
	atomic_store(&stop, true);
	assert_int_equal(sql_finish_id(sql_use(replica, text), &count, &err),
	    STATUS_CANCELLED);
	atomic_store(&stop, false);
	SCRIPT_OK(sql_finish_id(sql_use(replica, text), &count, &err), &err);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	static const struct CMUnitTest tests[] = {
		TEST(test_each_type_of_value_comes_back),
		TEST(test_text_in_use_gets_a_second_statement),
		TEST(test_release_forgets_what_was_bound),
		TEST(test_finish_id_gives_0_for_what_is_no_id),
		TEST(test_broken_text_is_told_by_the_step),
		TEST(test_taken_key_exists),
		TEST(test_results_have_a_status),
		TEST(test_what_takes_long_can_be_stopped),
		cmocka_unit_test_setup_teardown(
		    test_rollback_without_memory_is_done_first_of_all, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    test_step_that_was_not_undone_spoils_the_rest, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
