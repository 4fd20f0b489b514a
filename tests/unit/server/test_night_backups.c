/* The files of a folder of backups: which are ours, which go, which stay. */
#include "server/night/backups.h"

#include "common/support/clock.h"
#include "common/support/file.h"
#include "tests/unit/scratch.h"

#define OK(call) assert_int_equal((call), STATUS_OK)

static char folder[SCRATCH_BYTES];

static int
setup(void **state)
{
	(void)state;
	scratch_make(folder);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	scratch_remove(folder);
	return 0;
}

static void
make(const char *name)
{
	char *path = file_path(folder, name);

	OK(file_write(path, bytes_of_text("x"), FILE_SECRET, NULL));
	free(path);
}

static bool
is_there(const char *name)
{
	char *path = file_path(folder, name);
	bool there = file_exists(path);

	free(path);
	return there;
}

/* Only what is written exactly so is a backup's name. */
static void
test_names_are_exact(void **state)
{
	static const char *const foreign[] = { "", "throughline-2026-11-23",
		"throughline-2026-11-23.db.old", "throughline-2026-11-23-1.db",
		"throughline-2026-11-23-0.db", "throughline-2026-11-23-02.db",
		"throughline-2026-1-23.db", "throughline-26-11-23.db",
		"throughline-2026-11--3.db", "Throughline-2026-11-23.db",
		" throughline-2026-11-23.db", "throughline-2026-11-23 .db",
		"throughline-2026-11-23-2-3.db", "throughline-damaged.db",
		"throughline.part", "throughline-2026-11-23-12345.db" };
	struct backup_name name, other;
	char text[BACKUP_NAME_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(foreign) / sizeof(*foreign); i++)
		if (backup_name_parse(foreign[i], &name))
			fail_msg("\"%s\" is taken for a backup", foreign[i]);
	assert_true(backup_name_parse("throughline-2026-11-23.db", &name));
	assert_true(backup_name_parse("throughline-2026-11-23-2.db", &other));
	assert_true(backup_name_compare(&name, &other) < 0);
	backup_name_format(&other, text);
	assert_string_equal(text, "throughline-2026-11-23-2.db");
	assert_true(backup_name_parse("throughline-2026-11-23-10.db", &name));
	assert_true(backup_name_compare(&name, &other) > 0);
	assert_true(backup_name_parse("throughline-2026-12-01.db", &other));
	assert_true(backup_name_compare(&name, &other) < 0);
	assert_int_equal(backup_name_compare(&name, &name), 0);
}

/* Days are UTC's; a second one of a day gets -2, also when the first of that
 * day has gone. */
static void
test_next_name_is_behind_all_of_its_day(void **state)
{
	struct clock_date date = { 2026, 11, 23, 23, 59, 59 };
	uint64_t now_ms = (uint64_t)clock_unix_ms_of(&date);
	char text[BACKUP_NAME_BYTES];

	(void)state;
	OK(backups_next_name(folder, now_ms, text, NULL));
	assert_string_equal(text, "throughline-2026-11-23.db");
	make(text);
	OK(backups_next_name(folder, now_ms, text, NULL));
	assert_string_equal(text, "throughline-2026-11-23-2.db");
	make("throughline-2026-11-23-7.db");
	OK(backups_next_name(folder, now_ms, text, NULL));
	assert_string_equal(text, "throughline-2026-11-23-8.db");
	OK(backups_next_name(folder, now_ms + 1000, text, NULL));
	assert_string_equal(text, "throughline-2026-11-24.db");
}

/* The newest stay, and every file that is not ours. */
static void
test_newest_are_kept_and_foreign_files_untouched(void **state)
{
	static const char *const foreign[] = { "throughline-2020-01-01.db.old",
		"throughline-damaged.db", "photo.jpg", "ca.key" };
	char newest[BACKUP_NAME_BYTES];
	uint32_t kept;

	(void)state;
	assert_int_equal(backups_newest(folder, newest, NULL),
	    STATUS_NOT_FOUND);
	for (size_t i = 0; i < 4; i++)
		make(foreign[i]);
	make("throughline-2025-12-31.db");
	make("throughline-2026-01-02.db");
	make("throughline-2026-01-02-2.db");
	make("throughline-2026-01-02-10.db");
	make("throughline-2026-01-03.db");
	OK(backups_prune(folder, 3, "throughline-2026-01-03.db", &kept, NULL));
	assert_int_equal(kept, 3);
	assert_true(is_there("throughline-2026-01-03.db"));
	assert_true(is_there("throughline-2026-01-02-10.db"));
	assert_true(is_there("throughline-2026-01-02-2.db"));
	assert_false(is_there("throughline-2026-01-02.db"));
	assert_false(is_there("throughline-2025-12-31.db"));
	for (size_t i = 0; i < 4; i++)
		assert_true(is_there(foreign[i]));
	OK(backups_newest(folder, newest, NULL));
	assert_string_equal(newest, "throughline-2026-01-03.db");
}

/* After a night with a clock in the future, what was just made stays. */
static void
test_what_was_just_made_is_never_removed(void **state)
{
	uint32_t kept;

	(void)state;
	make("throughline-2026-01-03.db");
	make("throughline-2099-01-01.db");
	OK(backups_prune(folder, 1, "throughline-2026-01-03.db", &kept, NULL));
	assert_int_equal(kept, 1);
	assert_true(is_there("throughline-2026-01-03.db"));
	assert_false(is_there("throughline-2099-01-01.db"));
}

/* What was broken off is cleared away, alone. */
static void
test_halves_are_cleared(void **state)
{
	(void)state;
	make("throughline.part");
	make("throughline.part-journal");
	make("throughline.party");
	make("throughline-2026-01-03.db");
	OK(backups_clear(folder, NULL));
	OK(backups_clear(folder, NULL));
	assert_false(is_there("throughline.part"));
	assert_false(is_there("throughline.part-journal"));
	assert_true(is_there("throughline.party"));
	assert_true(is_there("throughline-2026-01-03.db"));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_names_are_exact),
		TEST(test_next_name_is_behind_all_of_its_day),
		TEST(test_newest_are_kept_and_foreign_files_untouched),
		TEST(test_what_was_just_made_is_never_removed),
		TEST(test_halves_are_cleared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
