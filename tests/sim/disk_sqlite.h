/*
 * What the tests of the simulated disk share: a disk, SQLite on it as
 * common/replica opens it, and a series of commits.
 */
#ifndef TESTS_SIM_DISK_SQLITE_H
#define TESTS_SIM_DISK_SQLITE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "tests/sim/disk.h"

enum {
	COMMITS = 12,
	ALL_COMMITS = (1 << (COMMITS + 1)) - 2 /* as bits from 1 on */
};

static inline int
disk_begin(void **state)
{
	disk_vfs_register();
	disk_vfs_seed(1);
	*state = disk_create("oak");
	return 0;
}

static inline int
disk_end(void **state)
{
	disk_destroy(*state);
	return 0;
}

/* --- connections ---------------------------------------------------------- */

/* As common/replica opens them. */
static inline int
try_open(const char *path, sqlite3 **database)
{
	int result = sqlite3_open_v2(path, database,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXRESCODE,
	    DISK_VFS_NAME);

	if (result == SQLITE_OK)
		result = sqlite3_exec(*database,
		    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
		    "PRAGMA secure_delete = ON; PRAGMA mmap_size = 0;",
		    NULL, NULL, NULL);
	return result;
}

static inline sqlite3 *
open_database(const char *path)
{
	sqlite3 *database = NULL;

	assert_int_equal(try_open(path, &database), SQLITE_OK);
	return database;
}

static inline int
run(sqlite3 *database, const char *sql)
{
	return sqlite3_exec(database, sql, NULL, NULL, NULL);
}

static inline void
close_database(sqlite3 *database)
{
	assert_int_equal(sqlite3_close(database), SQLITE_OK);
}

static inline int
note_number(void *context, int columns, char **values, char **names)
{
	(void)names;
	assert_int_equal(columns, 1);
	*(long *)context = values[0] == NULL ? -1 : strtol(values[0], NULL, 10);
	return 0;
}

static inline long
number_of(sqlite3 *database, const char *sql)
{
	long number = -1;

	assert_int_equal(sqlite3_exec(database, sql, note_number, &number,
			     NULL),
	    SQLITE_OK);
	return number;
}

static inline void
expect_sound(sqlite3 *database)
{
	assert_int_equal(number_of(database,
			     "SELECT count(*) FROM pragma_integrity_check "
			     "WHERE integrity_check = 'ok'"),
	    1);
}

static inline int
create_table(sqlite3 *database)
{
	return run(database,
	    "CREATE TABLE IF NOT EXISTS pupil (number INTEGER PRIMARY KEY,"
	    " name BLOB)");
}

/* The first number that a statement with one argument gives; -1: none. */
static inline long
number_with(sqlite3 *database, const char *sql, uint32_t argument)
{
	sqlite3_stmt *statement = NULL;
	long number = -1;

	if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) ==
	    SQLITE_OK) {
		sqlite3_bind_int64(statement, 1, argument);
		if (sqlite3_step(statement) == SQLITE_ROW)
			number = (long)sqlite3_column_int64(statement, 0);
	}
	sqlite3_finalize(statement);
	return number;
}

/* Commit number: rows of some size and an edit, rolled back if it fails. */
static inline int
commit(sqlite3 *database, uint32_t number)
{
	int result = run(database, "BEGIN IMMEDIATE");

	if (result != SQLITE_OK)
		return result;
	(void)number_with(database,
	    "INSERT INTO pupil VALUES (?1, zeroblob(100 + ?1 % 5 * 2500))",
	    number);
	result = sqlite3_errcode(database);
	if (result == SQLITE_OK || result == SQLITE_DONE)
		result =
		    run(database, "UPDATE pupil SET name = randomblob(3000)"
				  " WHERE number <= 3; COMMIT");
	if (result != SQLITE_OK && sqlite3_get_autocommit(database) == 0)
		(void)run(database, "ROLLBACK");
	return result;
}

/* Commits, and now and then a checkpoint.  A bit for each that was taken. */
static inline uint32_t
commit_all(sqlite3 *database)
{
	uint32_t taken = 0;

	if (create_table(database) != SQLITE_OK)
		return 0;
	for (uint32_t i = 1; i <= COMMITS; i++) {
		if (commit(database, i) == SQLITE_OK)
			taken |= UINT32_C(1) << i;
		if (i % 4 == 3)
			(void)run(database, "PRAGMA wal_checkpoint(TRUNCATE)");
	}
	return taken;
}

/* Nothing that was taken is missing. */
static inline void
expect_commits(sqlite3 *database, uint32_t taken)
{
	for (uint32_t i = 1; i <= COMMITS; i++) {
		if ((taken >> i & 1) != 0)
			assert_int_equal(number_with(database,
					     "SELECT count(*) FROM pupil WHERE "
					     "number = ?1",
					     i),
			    1);
	}
}

#endif
