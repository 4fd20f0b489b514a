/* Codes that people read out and type. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "common/support/base32.h"
#include "common/support/random.h"

enum {
	BYTES_MAX = 96,
};

static void
test_each_size_comes_back(void **state)
{
	uint8_t in[BYTES_MAX], out[BYTES_MAX];
	char plain[BASE32_TEXT_BYTES(BYTES_MAX, 4)];
	char checked[BASE32_CHECKED_BYTES(BYTES_MAX)];
	size_t size;

	(void)state;
	random_bytes(in, sizeof(in));
	for (size_t i = 0; i <= BYTES_MAX; i++) {
		struct bytes view = { in, i };

		size = 99;
		base32_encode(view, 4, plain);
		assert_true(i == 0 || strlen(plain) < BASE32_TEXT_BYTES(i, 4));
		assert_int_equal(base32_decode(bytes_of_text(plain), out,
				     sizeof(out), &size, NULL),
		    STATUS_OK);
		assert_int_equal(size, i);
		assert_memory_equal(in, out, i);
		base32_encode_checked(view, checked);
		assert_true(strlen(checked) < BASE32_CHECKED_BYTES(i));
		assert_int_equal(base32_decode_checked(bytes_of_text(checked),
				     out, sizeof(out), &size, NULL),
		    STATUS_OK);
		assert_int_equal(size, i);
		assert_memory_equal(in, out, i);
	}
}

static void
test_known_letters(void **state)
{
	uint8_t out[8];
	char text[32];
	size_t size;

	(void)state;
	base32_encode(bytes_of_text("hello"), 4, text);
	assert_string_equal(text, "D1JP-RV3F");
	assert_int_equal(base32_decode(bytes_of_text("dijp rv3f\n"), out,
			     sizeof(out), &size, NULL),
	    STATUS_OK);
	assert_int_equal(size, 5);
	assert_memory_equal(out, "hello", 5);
	base32_encode_checked(bytes_of_text("hello"), text);
	assert_string_equal(text, "D1JPRV32-FW");
}

static void
test_what_no_code_has_is_refused(void **state)
{
	static const char *const bad[] = { "U", "A", "AAA", "01", "D1JP*",
		"\xc3\xa9" };
	uint8_t out[8];
	size_t size;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(base32_decode(bytes_of_text(bad[i]), out,
				     sizeof(out), &size, &err),
		    STATUS_INVALID);
	assert_int_equal(base32_decode(bytes_of_text("D1JPRV3F"), out, 4, &size,
			     &err),
	    STATUS_TOO_LARGE);
}

/* The group that is wrong is named. */
static void
test_mistyped_or_swapped_groups_are_named(void **state)
{
	uint8_t out[16];
	struct error err;
	char text[64], swapped[64];
	size_t size;

	(void)state;
	base32_encode_checked(bytes_of_text("hello, world"), text);
	snprintf(swapped, sizeof(swapped), "%.8s-%.8s%s", text + 9, text,
	    text + 17);
	assert_int_equal(base32_decode_checked(bytes_of_text(swapped), out,
			     sizeof(out), &size, &err),
	    STATUS_INVALID);
	assert_string_equal(err.text,
	    "group 1 of the code is mistyped or not complete");
	text[11] = text[11] == '7' ? '8' : '7';
	assert_int_equal(base32_decode_checked(bytes_of_text(text), out,
			     sizeof(out), &size, &err),
	    STATUS_INVALID);
	assert_string_equal(err.text,
	    "group 2 of the code is mistyped or not complete");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_size_comes_back),
		cmocka_unit_test(test_known_letters),
		cmocka_unit_test(test_what_no_code_has_is_refused),
		cmocka_unit_test(test_mistyped_or_swapped_groups_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
