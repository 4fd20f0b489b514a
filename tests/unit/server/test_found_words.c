/*
 * How a comparison ended, in words.
 */
#include "server/authority/found_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void
expect(struct found found, const char *expected)
{
	char text[FOUND_WORDS_BYTES];

	assert_string_equal(found_words(&found, text), expected);
}

static void
test_only_what_was_found_is_told(void **state)
{
	(void)state;
	expect((struct found){ .outcome = FOUND_EQUAL }, "equal");
	expect((struct found){ .outcome = FOUND_MENDED,
		   .only_hub = 3,
		   .only_client = 1,
		   .refolded = 1 },
	    "mended: 3 missing there, 1 missing at the hub, tables made anew");
	expect((struct found){ .outcome = FOUND_FAILED,
		   .damaged = 2,
		   .faults = 4 },
	    "could not be mended: 2 damaged, 4 faults of its tables");
	expect((struct found){ .outcome = FOUND_UNFINISHED, .only_hub = 9 },
	    "not finished: 9 missing there");
}

/* The largest of all numbers, and an outcome of a later program. */
static void
test_everything_fits(void **state)
{
	const uint64_t most = UINT64_MAX;
	struct found found = { 0, FOUND_UNFINISHED, most, most, most, most, 1,
		most, most, most, { 0 } };
	char text[FOUND_WORDS_BYTES];

	(void)state;
	found_words(&found, text);
	assert_non_null(strstr(text, "faults of its tables"));
	found.outcome = (enum found_outcome)99;
	assert_non_null(strstr(found_words(&found, text), "does not know"));
	assert_string_equal(found_outcome_word(found.outcome), "unknown");
}

static void
test_programs_get_every_number(void **state)
{
	struct found found = { .outcome = FOUND_MENDED,
		.only_hub = 3,
		.only_client = 1,
		.bytes = 900,
		.refolded = 1 };
	json_t *json = found_json(&found);

	(void)state;
	assert_string_equal(json_string_value(json_object_get(json, "outcome")),
	    "mended");
	assert_int_equal(json_integer_value(
			     json_object_get(json, "missing_there")),
	    3);
	assert_int_equal(json_integer_value(
			     json_object_get(json, "missing_at_hub")),
	    1);
	assert_int_equal(json_integer_value(json_object_get(json, "bytes")),
	    900);
	assert_true(json_is_true(json_object_get(json, "refolded")));
	json_decref(json);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_what_was_found_is_told),
		cmocka_unit_test(test_everything_fits),
		cmocka_unit_test(test_programs_get_every_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
