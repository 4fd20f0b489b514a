#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/reader.h"

static struct error error;

static struct reader
reader_over(const uint8_t *data, size_t size)
{
	return (struct reader){ .rest = { data, size }, .err = &error };
}

/* After a failure all reads as zero, and the first reason is kept. */
static void
test_the_first_failure_is_kept(void **state)
{
	static const uint8_t bytes[] = { 0xa1, 'x', 7 };
	struct reader reader = reader_over(bytes, sizeof(bytes));
	uint32_t count = 9;

	(void)state;
	assert_int_equal(reader_unsigned(&reader, 10, "age"), 0);
	assert_int_equal(reader_unsigned(&reader, 10, "year"), 0);
	assert_int_equal(reader_signed(&reader, "year"), 0);
	assert_false(reader_boolean(&reader, "year"));
	assert_int_equal(reader_text(&reader, 9, "year").size, 0);
	assert_null(reader_list(&reader, &count, 9, 8, "year"));
	assert_int_equal(count, 0);
	reader_skip(&reader, 1000000000);
	assert_int_equal(reader.status, STATUS_INVALID);
	assert_string_equal(error.text, "age: of another type than expected");
}

static void
test_ranges_and_lengths_are_held(void **state)
{
	static const uint8_t bytes[] = { 11, 0xa2, 'x', 'y', 0x92, 1, 2 };
	struct reader reader = reader_over(bytes, sizeof(bytes));

	(void)state;
	assert_int_equal(reader_unsigned(&reader, 10, "n"), 0);
	assert_int_equal(reader.status, STATUS_INVALID);
	reader = reader_over(bytes + 1, sizeof(bytes) - 1);
	assert_int_equal(reader_text(&reader, 1, "t").size, 0);
	assert_int_equal(reader.status, STATUS_TOO_LARGE);
	reader = reader_over(bytes + 4, sizeof(bytes) - 4);
	assert_int_equal(reader_array(&reader, 1, "a"), 0);
	assert_int_equal(reader.status, STATUS_TOO_LARGE);
	reader = reader_over(bytes + 4, sizeof(bytes) - 4);
	assert_int_equal(reader_tuple(&reader, 3, 4, "a"), 0);
	assert_int_equal(reader.status, STATUS_INVALID);
}

/* Skipping passes over what is nested, and stops where bytes do. */
static void
test_skipping_passes_over_whole_objects(void **state)
{
	static const uint8_t bytes[] = { 0x92, 0x91, 1, 0x81, 0xa1, 'k', 0x90,
		5, 0x91 };
	struct reader reader = reader_over(bytes, sizeof(bytes));

	(void)state;
	reader_skip(&reader, 1);
	assert_int_equal(reader_unsigned(&reader, 9, "n"), 5);
	assert_int_equal(reader.status, STATUS_OK);
	reader_skip(&reader, 1);
	assert_int_equal(reader.status, STATUS_INVALID);
}

/* Every head, cut anywhere, is cut short and never read beyond. */
static void
test_no_token_reads_beyond_its_bytes(void **state)
{
	(void)state;
	for (unsigned int head = 0; head < 256; head++) {
		for (size_t size = 1; size < 12; size++) {
			uint8_t *bytes = calloc(1, size);
			struct bytes in = { bytes, size };
			struct token token;

			bytes[0] = (uint8_t)head;
			if (token_read(&in, &token) == NULL)
				assert_true(in.size < size);
			memset(bytes + 1, 0xff, size - 1);
			in = (struct bytes){ bytes, size };
			(void)token_read(&in, &token);
			free(bytes);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_first_failure_is_kept),
		cmocka_unit_test(test_ranges_and_lengths_are_held),
		cmocka_unit_test(test_skipping_passes_over_whole_objects),
		cmocka_unit_test(test_no_token_reads_beyond_its_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
