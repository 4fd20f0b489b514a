/* The command line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "common/support/options.h"

static const struct option_rule rules[] = {
	{ "data", "DIR", "the folder of this hub's data", OPTION_REQUIRED },
	{ "host", "HOST", "a name of this hub", OPTION_REPEATED },
	{ "keep", "N", "how many to keep", 0 },
	{ "json", NULL, "one JSON document", 0 },
	{ 0 },
};

static enum status
parse(const char *line, struct options *options, struct error *err)
{
	static char copy[512];
	static char *words[64];
	int count = 0;

	snprintf(copy, sizeof(copy), "%s", line);
	for (char *at = copy; *at != '\0';) {
		words[count++] = at;
		at += strcspn(at, " ");
		if (*at != '\0')
			*at++ = '\0';
	}
	return options_parse(rules, count, words, options, err);
}

static void
test_all_forms_are_read(void **state)
{
	struct options options;
	struct error err;
	int64_t keep = 3;

	(void)state;
	assert_int_equal(parse("one --data D --host a --host=b --keep=-5 "
			       "--json - -- --two",
			     &options, &err),
	    STATUS_OK);
	assert_string_equal(options_text(&options, "data", NULL), "D");
	assert_string_equal(options_repeated(&options, "host", 0), "a");
	assert_string_equal(options_repeated(&options, "host", 1), "b");
	assert_null(options_repeated(&options, "host", 2));
	assert_true(options_flag(&options, "json"));
	assert_int_equal(options_integer(&options, "keep", -9, 9, &keep, &err),
	    STATUS_OK);
	assert_int_equal(keep, -5);
	assert_int_equal(options_positional_count(&options), 3);
	assert_string_equal(options_positional(&options, 0), "one");
	assert_string_equal(options_positional(&options, 1), "-");
	assert_string_equal(options_positional(&options, 2), "--two");
	assert_int_equal(options_expect(&options, 3, 3, &err), STATUS_OK);
	assert_int_equal(options_expect(&options, 1, 2, &err), STATUS_USAGE);
	assert_string_equal(err.text,
	    "\"--two\" is more than this command takes");
}

static void
test_mistakes_are_one_sentence(void **state)
{
	static const struct {
		const char *line;
		const char *why;
	} cases[] = {
		{ "--data D --jsno",
		    "there is no option --jsno; did you mean --json?" },
		{ "--data D --frobnicate",
		    "there is no option --frobnicate; --help lists those "
		    "that there are" },
		{ "--data", "--data needs a value: --data DIR" },
		{ "--data D --json=1", "--json takes no value" },
		{ "--data D --data E", "--data may be given once only" },
		{ "--json",
		    "--data DIR is needed: the folder of this hub's data" },
		{ "--data D -x",
		    "there is no option -x; options begin with two dashes" },
	};
	struct options options;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(parse(cases[i].line, &options, &err),
		    STATUS_USAGE);
		assert_string_equal(err.text, cases[i].why);
	}
}

static void
test_numbers_are_whole_and_bounded(void **state)
{
	static const char *const bad[] = { "--data D --keep 1x",
		"--data D --keep=", "--data D --keep 10",
		"--data D --keep 99999999999999999999" };
	struct options options;
	struct error err;
	int64_t keep;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(parse(bad[i], &options, &err), STATUS_OK);
		assert_int_equal(options_integer(&options, "keep", 0, 9, &keep,
				     &err),
		    STATUS_USAGE);
	}
}

static void
test_help_needs_nothing_else(void **state)
{
	struct options options;
	char text[1024] = { 0 };
	struct error err;
	FILE *out = tmpfile();

	(void)state;
	assert_int_equal(parse("--help", &options, &err), STATUS_OK);
	assert_true(options.help);
	options_print_help(rules, "throughline-hub init", "Make a hub.", out);
	rewind(out);
	assert_true(fread(text, 1, sizeof(text) - 1, out) > 0);
	fclose(out);
	assert_non_null(strstr(text, "usage: throughline-hub init\n"));
	assert_non_null(strstr(text,
	    "  --host HOST              a name of this hub (may be "
	    "repeated)\n"));
}

static void
test_nearest_command_is_found(void **state)
{
	static const char *const names[] = { "init", "serve", "school", NULL };

	(void)state;
	assert_string_equal(options_nearest("sevre", names), "serve");
	assert_string_equal(options_nearest("ini", names), "init");
	assert_null(options_nearest("reconcile", names));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_forms_are_read),
		cmocka_unit_test(test_mistakes_are_one_sentence),
		cmocka_unit_test(test_numbers_are_whole_and_bounded),
		cmocka_unit_test(test_help_needs_nothing_else),
		cmocka_unit_test(test_nearest_command_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
