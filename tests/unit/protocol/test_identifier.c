#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocol/identifier.h"
#include "vectors.h"

/* Made, taken apart, printed and read again, as the vectors say. */
static void
test_the_vectors_hold(void **state)
{
	struct vectors *vectors = vectors_open("identifiers.txt");

	(void)state;
	while (vectors_next(vectors)) {
		const char *wrong = vectors_text(vectors, "wrong");
		char text[IDENTIFIER_TEXT_BYTES];
		uint32_t site;
		uint64_t counter;
		uint64_t id = 77;

		if (wrong != NULL) {
			assert_false(
			    identifier_parse(bytes_of_text(wrong), &id));
			assert_int_equal(id, 77);
			continue;
		}
		site = (uint32_t)vectors_number(vectors, "site");
		counter = vectors_number(vectors, "counter");
		assert_true(identifier_parse(bytes_of_text(
						 vectors_text(vectors, "text")),
		    &id));
		assert_int_equal(identifier_make(site, counter), id);
		assert_int_equal(identifier_site(id), site);
		assert_int_equal(identifier_counter(id), counter);
		identifier_format(id, text);
		assert_string_equal(text, vectors_text(vectors, "text"));
		assert_true(identifier_is_valid(id));
	}
}

static void
test_the_ends_of_the_range(void **state)
{
	uint64_t id = 77;

	(void)state;
	assert_false(identifier_is_valid(0));
	assert_true(identifier_is_valid(IDENTIFIER_MAX));
	assert_false(identifier_is_valid((uint64_t)IDENTIFIER_MAX + 1));
	assert_true(identifier_parse(bytes_of_text("0"), &id));
	assert_int_equal(id, 0);
	assert_false(identifier_parse(bytes_of_text(""), &id));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_vectors_hold),
		cmocka_unit_test(test_the_ends_of_the_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
