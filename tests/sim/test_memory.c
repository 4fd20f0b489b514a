/*
 * The nth allocation fails, ours and SQLite's, and nobody else's.
 */
#include "tests/sim/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "protocol/bytes.h"
#include "tests/sim/disk.h"

/* The nth alone, or the nth and all that follow. */
static void
test_nth_allocation_fails(void **state)
{
	struct arena arena = { 0 };
	struct buffer buffer = { 0 };

	(void)state;
	memory_fail_at(2, MEMORY_FAILS_ONCE);
	assert_non_null(buffer_reserve(&buffer, 1));
	assert_null(arena_alloc(&arena, 1));
	assert_non_null(arena_alloc(&arena, 1));
	assert_int_equal(memory_count(), 3);
	assert_int_equal(memory_failures(), 1);
	memory_fail_at(1, MEMORY_FAILS_FROM_THEN_ON);
	assert_null(buffer_reserve(&buffer, 10000));
	assert_null(buffer_reserve(&buffer, 10000));
	assert_true(memory_hold(true) == false);
	assert_non_null(buffer_reserve(&buffer, 10000));
	(void)memory_hold(false);
	memory_off();
	assert_non_null(buffer_reserve(&buffer, 100000));
	assert_int_equal(memory_failures(), 2);
	arena_deinit(&arena);
	buffer_deinit(&buffer);
}

static void
test_sqlite_is_told(void **state)
{
	sqlite3 *database = NULL;
	uint64_t count;

	(void)state;
	memory_fail_at(0, MEMORY_FAILS_ONCE);
	assert_int_equal(sqlite3_open(":memory:", &database), SQLITE_OK);
	assert_int_equal(sqlite3_exec(database, "CREATE TABLE t (a)", NULL,
			     NULL, NULL),
	    SQLITE_OK);
	count = memory_count();
	assert_true(count > 10);
	sqlite3_close(database);
	memory_fail_at(1, MEMORY_FAILS_FROM_THEN_ON);
	assert_int_equal(sqlite3_open(":memory:", &database), SQLITE_NOMEM);
	memory_off();
	sqlite3_close(database);
}

/* The simulator itself never lacks memory. */
static void
test_simulator_is_spared(void **state)
{
	struct disk *disk;

	(void)state;
	memory_fail_at(1, MEMORY_FAILS_FROM_THEN_ON);
	disk = disk_create("spared");
	memory_off();
	assert_non_null(disk);
	assert_int_equal(memory_count(), 0);
	disk_destroy(disk);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nth_allocation_fails),
		cmocka_unit_test(test_sqlite_is_told),
		cmocka_unit_test(test_simulator_is_spared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
