/* The typed tables: made anew, emptied, and their rows put, got, dropped. */
#include <sqlite3.h>

#include "common/replica/tables.h"
#include "tests/unit/replica/script.h"

enum {
	COLUMNS = 64
};

struct row {
	const struct collection *pupil;
	struct value values[COLUMNS];
};

static struct row
row_of(const char *surname)
{
	struct row row = {
		.pupil = catalogue_collection(bytes_of_text("pupil")),
	};
	uint32_t count = collection_column_count(row.pupil);

	assert_in_range(count, 1, COLUMNS);
	for (uint32_t i = 0; i < count; i++) {
		row.values[i] = value_null();
		if (strcmp(row.pupil->columns[i].name, "surname") == 0)
			row.values[i] = value_c_text(surname);
	}
	return row;
}

static void
put(struct replica *replica, uint64_t id, const char *surname)
{
	struct row row = row_of(surname);
	struct error err = { 0 };

	SCRIPT_OK(tables_put_row(replica, row.pupil, id, 100, row.values, &err),
	    &err);
}

static int
setup(void **state)
{
	*state = script_open(":memory:", REPLICA_CLIENT);
	return 0;
}

static int
teardown(void **state)
{
	replica_close(*state);
	return 0;
}

/* A second row of the same id stands in place of the first. */
static void
test_put_row_replaces(void **state)
{
	put(*state, 100, "Lee");
	put(*state, 100, "Oak");
	SCRIPT_EXPECT(*state, "SELECT id, _dossier, surname, upn FROM pupil",
	    "100|100|Oak|~");
	SCRIPT_EXPECT(*state, "SELECT count(*) FROM pupil", "1");
}

/* What was got lives in the arena, and outlives the row. */
static void
test_got_row_outlives_the_table(void **state)
{
	struct row expected = row_of("Lee");
	struct row row = row_of("");
	struct arena arena = { 0 };
	struct error err = { 0 };

	put(*state, 100, "Lee");
	SCRIPT_OK(tables_get_row(*state, row.pupil, 100, &arena, row.values,
		      &err),
	    &err);
	SCRIPT_OK(tables_drop_row(*state, row.pupil, 100, &err), &err);
	for (uint32_t i = 0; i < collection_column_count(row.pupil); i++)
		assert_true(value_equal(&row.values[i], &expected.values[i]));
	assert_int_equal(tables_get_row(*state, row.pupil, 100, &arena,
			     row.values, &err),
	    STATUS_NOT_FOUND);
	SCRIPT_OK(tables_drop_row(*state, row.pupil, 100, &err), &err);
	arena_deinit(&arena);
}

/* Emptied, the tables are still there. */
static void
test_cleared_tables_are_empty(void **state)
{
	struct error err = { 0 };

	put(*state, 100, "Lee");
	SCRIPT_OK(tables_clear_all(*state, &err), &err);
	SCRIPT_EXPECT(*state, "SELECT count(*) FROM pupil", "0");
	put(*state, 100, "Lee");
	SCRIPT_EXPECT(*state, "SELECT count(*) FROM pupil", "1");
}

static void
run(struct replica *replica, const char *sql)
{
	assert_int_equal(sqlite3_exec(replica_database(replica), sql, NULL,
			     NULL, NULL),
	    SQLITE_OK);
}

/* A table of an older catalogue goes, and what is not typed stays. */
static void
test_made_anew_drops_what_the_catalogue_lost(void **state)
{
	struct error err = { 0 };

	run(*state, "CREATE TABLE horoscope (id INTEGER, _dossier INTEGER)");
	run(*state, "CREATE TABLE mine (id INTEGER, sign TEXT)");
	put(*state, 100, "Lee");
	SCRIPT_OK(tables_make_all(*state, &err), &err);
	SCRIPT_EXPECT(*state,
	    "SELECT group_concat(name) FROM sqlite_schema"
	    " WHERE name IN ('horoscope', 'mine')",
	    "mine");
	SCRIPT_EXPECT(*state, "SELECT count(*) FROM pupil", "0");
}

/* No program of ours wrote such a name: it is not put into a statement. */
static void
test_strange_table_is_damage(void **state)
{
	struct error err = { 0 };

	run(*state, "CREATE TABLE \"a\"\"; b\" (_dossier INTEGER)");
	assert_int_equal(tables_make_all(*state, &err), STATUS_CORRUPT);
}

/* Composed once: the statement cache finds a text by its address. */
static void
test_text_is_composed_once(void **state)
{
	const struct collection *pupil = row_of("").pupil;

	assert_ptr_equal(tables_text(*state, pupil, TABLE_GET),
	    tables_text(*state, pupil, TABLE_GET));
	assert_string_equal(tables_text(*state, pupil, TABLE_DROP),
	    "DELETE FROM \"pupil\" WHERE id = ?1");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	static const struct CMUnitTest tests[] = {
		TEST(test_put_row_replaces),
		TEST(test_got_row_outlives_the_table),
		TEST(test_cleared_tables_are_empty),
		TEST(test_made_anew_drops_what_the_catalogue_lost),
		TEST(test_strange_table_is_damage),
		TEST(test_text_is_composed_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
