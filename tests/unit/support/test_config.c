/* Settings in a file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "common/support/config.h"
#include "tests/unit/support/folder.h"

static void
test_settings_are_read(void **state)
{
	struct config config = { 0 };
	int64_t number = 7;
	bool flag = false;

	(void)state;
	assert_int_equal(config_parse(bytes_of_text(
					  "# a hub\r\n\n host = a b = c \t\r\n"
					  "port=8443\nempty =\nflag = on"),
			     &config, NULL),
	    STATUS_OK);
	assert_string_equal(config_text(&config, "host", NULL), "a b = c");
	assert_string_equal(config_text(&config, "empty", NULL), "");
	assert_null(config_text(&config, "missing", NULL));
	assert_int_equal(config_integer(&config, "port", 1, 65535, &number,
			     NULL),
	    STATUS_OK);
	assert_int_equal(number, 8443);
	assert_int_equal(config_integer(&config, "missing", 1, 2, &number,
			     NULL),
	    STATUS_OK);
	assert_int_equal(number, 8443);
	assert_int_equal(config_flag(&config, "flag", &flag, NULL), STATUS_OK);
	assert_true(flag);
	config_deinit(&config);
}

static void
test_bad_lines_are_named(void **state)
{
	static const struct {
		const char *text;
		const char *why;
	} cases[] = {
		{ "a = 1\nb\n", "line 2: it is not of the form key = value" },
		{ "A = 1",
		    "line 1: a key is made of a to z, 0 to 9, _, . and -" },
		{ "a = 1\n\na = 2", "line 3: a is set twice" },
		{ "a = \x01", "line 1: the value of a is not text (UTF-8)" },
		{ "a = \xc0\x80",
		    "line 1: the value of a is not text (UTF-8)" },
		{ "a = \xed\xa0\x80",
		    "line 1: the value of a is not text (UTF-8)" },
	};
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct config config = { 0 };

		assert_int_equal(config_parse(bytes_of_text(cases[i].text),
				     &config, &err),
		    STATUS_INVALID);
		assert_string_equal(err.text, cases[i].why);
		config_deinit(&config);
	}
}

static void
test_values_of_another_kind_are_said(void **state)
{
	struct config config = { 0 };
	struct error err;
	int64_t number = 0;
	bool flag;

	(void)state;
	assert_int_equal(config_parse(bytes_of_text(
					  "port = 70000\nflag = perhaps"),
			     &config, &err),
	    STATUS_OK);
	assert_int_equal(config_integer(&config, "port", 1, 65535, &number,
			     &err),
	    STATUS_INVALID);
	assert_string_equal(err.text,
	    "port: \"70000\" is not a whole number from 1 to 65535");
	assert_int_equal(config_flag(&config, "flag", &flag, &err),
	    STATUS_INVALID);
	assert_string_equal(err.text,
	    "flag: \"perhaps\" is neither yes nor no");
	config_deinit(&config);
}

static void
test_saved_settings_come_back(void **state)
{
	struct config config = { 0 }, read = { 0 };
	struct buffer text = { 0 };
	struct folder folder;

	(void)state;
	folder_init(&folder);
	assert_int_equal(config_load(folder.file, &read, NULL),
	    STATUS_NOT_FOUND);
	assert_int_equal(config_set(&config, "port", "1", NULL), STATUS_OK);
	assert_int_equal(config_set(&config, "host", "caf\xc3\xa9", NULL),
	    STATUS_OK);
	assert_int_equal(config_set(&config, "gone", "1", NULL), STATUS_OK);
	assert_int_equal(config_set(&config, "gone", NULL, NULL), STATUS_OK);
	assert_int_equal(config_set(&config, "port", "2", NULL), STATUS_OK);
	assert_int_equal(config_set(&config, "port", "2\nx = 1", NULL),
	    STATUS_INVALID);
	assert_int_equal(config_save(folder.file, &config, NULL), STATUS_OK);
	assert_int_equal(config_load(folder.file, &read, NULL), STATUS_OK);
	assert_int_equal(config_format(&read, &text), STATUS_OK);
	assert_true(bytes_equal_text(buffer_view(&text),
	    "host = caf\xc3\xa9\nport = 2\n"));
	buffer_deinit(&text);
	config_deinit(&config);
	config_deinit(&read);
	folder_deinit(&folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_settings_are_read),
		cmocka_unit_test(test_bad_lines_are_named),
		cmocka_unit_test(test_values_of_another_kind_are_said),
		cmocka_unit_test(test_saved_settings_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
