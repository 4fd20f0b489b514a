#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "protocol/bytes.h"
#include "protocol/status.h"
#include "protocol/value.h"

static void
test_each_status_has_name_text_and_permanence(void **state)
{
	(void)state;
	assert_string_equal(status_name(STATUS_NOT_FOUND), "NOT_FOUND");
	assert_string_equal(status_text(STATUS_NOT_FOUND), "it does not exist");
	assert_true(status_is_temporary(STATUS_BUSY));
	assert_false(status_is_temporary(STATUS_DENIED));
}

static void
test_each_level_adds_what_it_knows(void **state)
{
	struct error error = { 0 };

	(void)state;
	assert_int_equal(error_set(NULL, STATUS_IO, "nobody listens"),
	    STATUS_IO);
	assert_int_equal(error_set(&error, STATUS_INVALID, "UPN \"%s\"", "A12"),
	    STATUS_INVALID);
	assert_int_equal(error_wrap(&error, "pupil %d", 14), STATUS_INVALID);
	assert_int_equal(error_wrap(&error, "import x.xml"), STATUS_INVALID);
	assert_string_equal(error.text, "import x.xml: pupil 14: UPN \"A12\"");
}

/* Cut anywhere within a character of several bytes, none is left half. */
static void
test_long_text_is_cut_between_characters(void **state)
{
	static const char piece[] = "\xf0\x9f\x8f\xab\xc3\xa9\xe2\x82\xac";
	char text[ERROR_TEXT_BYTES + 40];
	struct error error;

	(void)state;
	for (size_t lead = 0; lead < 8; lead++) {
		memset(text, 'x', lead);
		for (size_t used = lead; used < ERROR_TEXT_BYTES + 20;
		     used += sizeof(piece) - 1)
			memcpy(text + used, piece, sizeof(piece));
		(void)error_set(&error, STATUS_IO, "%s", text);
		assert_true(utf8_is_valid(bytes_of_text(error.text)));
		assert_true(strlen(error.text) >= ERROR_TEXT_BYTES - 4);
		(void)error_wrap(&error, "%s", "w");
		assert_true(utf8_is_valid(bytes_of_text(error.text)));
		(void)error_wrap(&error, "%s", text);
		assert_true(utf8_is_valid(bytes_of_text(error.text)));
		assert_true(strlen(error.text) >= ERROR_TEXT_BYTES - 4);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_status_has_name_text_and_permanence),
		cmocka_unit_test(test_each_level_adds_what_it_knows),
		cmocka_unit_test(test_long_text_is_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
