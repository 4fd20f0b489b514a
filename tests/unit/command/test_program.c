/* From argv to a command and to the exit status. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/command/program.h"

static const struct command_entry *ran;
static const char *data;
static bool helped;

static int run(const struct command_entry *entry, int argc, char **argv);

static const struct option_rule rules[] = {
	{ "data", "DIR", "the folder", 0 },
	{ 0 },
};

static const struct command_entry get = {
	.name = "get",
	.usage = "get ID",
	.about = "one record",
	.rules = rules,
	.words_min = 1,
	.words_max = 1,
};

static const struct command_entry list = {
	.name = "list",
	.usage = "list",
	.about = "all records",
	.rules = rules,
};

static const struct command_entry *const entries[] = { &get, &list, NULL };

static const struct program program = {
	.name = "test-program",
	.about = "a program of two commands",
	.entries = entries,
	.run = run,
};

static int
run(const struct command_entry *entry, int argc, char **argv)
{
	struct options options;
	struct error err = { 0 };
	enum status status;

	ran = entry;
	status = program_read(entry, argc, argv, &options, &err);
	helped = status == STATUS_OK && options.help;
	if (helped)
		return program_help(&program, entry);
	if (status == STATUS_OK)
		status = program_data(&options, &data, &err);
	return program_finish(&program, entry, status, &err);
}

/* Up to four words. */
static int
main_of(char *first, char *second, char *third, char *fourth)
{
	char *words[] = { first, second, third, fourth, NULL };
	int count = 0;

	while (words[count] != NULL)
		count++;
	ran = NULL;
	data = NULL;
	return program_main(&program, count, words);
}

static char get_word[] = "get", list_word[] = "list", id_word[] = "7",
	    data_word[] = "--data", folder_word[] = "here",
	    help_word[] = "--help";

static int
setup(void **state)
{
	(void)state;
	return unsetenv("THROUGHLINE_DATA");
}

/* The command of that name gets what stands behind it. */
static void
test_command_is_found_and_run(void **state)
{
	(void)state;
	assert_int_equal(main_of(get_word, id_word, data_word, folder_word),
	    EXIT_DONE);
	assert_ptr_equal(ran, &get);
	assert_string_equal(data, "here");
}

/* The folder may come from the surroundings; an empty one is none. */
static void
test_data_folder_from_the_environment(void **state)
{
	(void)state;
	assert_int_equal(main_of(list_word, NULL, NULL, NULL), EXIT_USAGE);
	setenv("THROUGHLINE_DATA", "", 1);
	assert_int_equal(main_of(list_word, NULL, NULL, NULL), EXIT_USAGE);
	setenv("THROUGHLINE_DATA", "there", 1);
	assert_int_equal(main_of(list_word, NULL, NULL, NULL), EXIT_DONE);
	assert_string_equal(data, "there");
	assert_int_equal(main_of(list_word, data_word, folder_word, NULL),
	    EXIT_DONE);
	assert_string_equal(data, "here");
}

/* Nothing, an unknown command, and too few or too many words. */
static void
test_wrong_usage_is_2(void **state)
{
	char mistyped[] = "gte";

	(void)state;
	assert_int_equal(main_of(NULL, NULL, NULL, NULL), EXIT_USAGE);
	assert_int_equal(main_of(mistyped, NULL, NULL, NULL), EXIT_USAGE);
	assert_null(ran);
	assert_int_equal(main_of(get_word, data_word, folder_word, NULL),
	    EXIT_USAGE);
	assert_int_equal(main_of(list_word, id_word, NULL, NULL), EXIT_USAGE);
}

/* Help needs neither folder nor words. */
static void
test_help_is_done(void **state)
{
	char version[] = "--version";

	(void)state;
	assert_int_equal(main_of(help_word, NULL, NULL, NULL), EXIT_DONE);
	assert_int_equal(main_of(version, NULL, NULL, NULL), EXIT_DONE);
	assert_null(ran);
	assert_int_equal(main_of(get_word, help_word, NULL, NULL), EXIT_DONE);
	assert_true(helped);
}

/* Only wrong usage is 2. */
static void
test_what_could_not_be_done_is_1(void **state)
{
	struct error err = { 0 };

	(void)state;
	error_set(&err, STATUS_IO, "the disk is gone");
	assert_int_equal(program_finish(&program, &get, STATUS_IO, &err),
	    EXIT_NOT_DONE);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, setup)
	static const struct CMUnitTest tests[] = {
		TEST(test_command_is_found_and_run),
		TEST(test_data_folder_from_the_environment),
		TEST(test_wrong_usage_is_2),
		TEST(test_help_is_done),
		TEST(test_what_could_not_be_done_is_1),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
