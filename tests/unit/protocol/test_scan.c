#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <msgpack.h>

#include "protocol/limits.h"
#include "protocol/scan.h"
#include "sample.h"

#define SCAN(...)                                                      \
	msgpack_scan((struct bytes){ (const uint8_t[]){ __VA_ARGS__ }, \
			 sizeof((const uint8_t[]){ __VA_ARGS__ }) },   \
	    NULL)

static void
test_one_object_of_any_kind_is_taken(void **state)
{
	(void)state;
	assert_int_equal(SCAN(0xc0), STATUS_OK);
	assert_int_equal(SCAN(0x90), STATUS_OK);
	assert_int_equal(SCAN(0x93, 0xc2, 0xc3, 0xa1, 'x'), STATUS_OK);
	assert_int_equal(SCAN(0x81, 0xa1, 'k', 0x91, 0xff), STATUS_OK);
	assert_int_equal(SCAN(0xca, 0, 0, 0, 0), STATUS_OK);
	assert_int_equal(SCAN(0xcb, 0, 0, 0, 0, 0, 0, 0, 0), STATUS_OK);
	assert_int_equal(SCAN(0xd3, 0xff, 0, 0, 0, 0, 0, 0, 0), STATUS_OK);
	assert_int_equal(SCAN(0xc4, 2, 1, 2), STATUS_OK);
	assert_int_equal(SCAN(0xdc, 0, 1, 0xc0), STATUS_OK);
	assert_int_equal(SCAN(0xde, 0, 1, 1, 2), STATUS_OK);
}

static void
test_what_is_not_one_object_is_refused(void **state)
{
	(void)state;
	assert_int_equal(msgpack_scan((struct bytes){ NULL, 0 }, NULL),
	    STATUS_INVALID);
	assert_int_equal(SCAN(0xc0, 0xc0), STATUS_INVALID);
	assert_int_equal(SCAN(0x92, 0xc0), STATUS_INVALID);
	assert_int_equal(SCAN(0xc1), STATUS_INVALID);
	assert_int_equal(SCAN(0xd4, 1, 1), STATUS_INVALID);
	assert_int_equal(SCAN(0xc7, 0, 1), STATUS_INVALID);
	assert_int_equal(SCAN(0xa2, 'x'), STATUS_INVALID);
	assert_int_equal(SCAN(0xcd, 1), STATUS_INVALID);
}

/* Each of two arrays could be held, but not both. */
static void
test_counts_are_held_against_all_that_is_owed(void **state)
{
	(void)state;
	assert_int_equal(SCAN(0xdd, 0xff, 0xff, 0xff, 0xff), STATUS_INVALID);
	assert_int_equal(SCAN(0xdf, 0xff, 0xff, 0xff, 0xff), STATUS_INVALID);
	assert_int_equal(SCAN(0xdb, 0xff, 0xff, 0xff, 0xff), STATUS_INVALID);
	assert_int_equal(SCAN(0x92, 0x94, 0x94, 1, 1, 1, 1), STATUS_INVALID);
}

static enum status
scan_nested(size_t depth)
{
	uint8_t *bytes = malloc(depth + 1);
	enum status status;

	memset(bytes, 0x91, depth);
	bytes[depth] = 0xc0;
	status = msgpack_scan((struct bytes){ bytes, depth + 1 }, NULL);
	free(bytes);
	return status;
}

static void
test_depth_is_limited(void **state)
{
	(void)state;
	assert_int_equal(scan_nested(LIMIT_MSGPACK_DEPTH), STATUS_OK);
	assert_int_equal(scan_nested(LIMIT_MSGPACK_DEPTH + 1), STATUS_INVALID);
	assert_int_equal(scan_nested(10000), STATUS_INVALID);
}

/* What the scan takes, msgpack-c takes too, whole. */
static void
test_msgpack_c_agrees_about_random_bytes(void **state)
{
	/* heads from which short objects come often */
	static const uint8_t heads[] = { 0x00, 0x90, 0x91, 0x92, 0x93, 0x81,
		0xa0, 0xa2, 0xc0, 0xc2, 0xc4, 0xca, 0xcc, 0xcd, 0xd0, 0xd9,
		0xdc, 0xde, 0xff };
	struct random random = random_begin();
	unsigned int taken = 0;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		uint8_t bytes[12];
		size_t size = 1 + (size_t)random_below(&random, sizeof(bytes));
		msgpack_unpacked unpacked;
		size_t at = 0;

		for (size_t j = 0; j < size; j++)
			bytes[j] =
			    random_below(&random, 4) == 0
				? (uint8_t)random_below(&random, 4)
				: heads[random_below(&random, sizeof(heads))];
		if (msgpack_scan((struct bytes){ bytes, size }, NULL) !=
		    STATUS_OK)
			continue;
		taken++;
		msgpack_unpacked_init(&unpacked);
		assert_int_equal(msgpack_unpack_next(&unpacked,
				     (const char *)bytes, size, &at),
		    MSGPACK_UNPACK_SUCCESS);
		assert_int_equal(at, size);
		msgpack_unpacked_destroy(&unpacked);
	}
	assert_true(taken > 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_object_of_any_kind_is_taken),
		cmocka_unit_test(test_what_is_not_one_object_is_refused),
		cmocka_unit_test(test_counts_are_held_against_all_that_is_owed),
		cmocka_unit_test(test_depth_is_limited),
		cmocka_unit_test(test_msgpack_c_agrees_about_random_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
