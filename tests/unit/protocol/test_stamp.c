#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocol/stamp.h"
#include "vectors.h"

static void
test_the_vectors_hold(void **state)
{
	struct vectors *vectors = vectors_open("stamps.txt");

	(void)state;
	while (vectors_next(vectors))
		assert_int_equal(stamp_next(vectors_number(vectors, "last"),
				     vectors_number(vectors, "now")),
		    vectors_number(vectors, "next"));
}

static void
test_a_stamp_tells_its_millisecond(void **state)
{
	uint64_t ms = STAMP_EPOCH_UNIX_MS + 123456789;

	(void)state;
	assert_int_equal(stamp_to_ms(stamp_from_ms(ms)), ms);
	assert_int_equal(stamp_to_ms(stamp_from_ms(ms) + 0xffff), ms);
	assert_int_equal(stamp_from_ms(0), 0);
	assert_int_equal(stamp_from_ms(UINT64_MAX), STAMP_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_vectors_hold),
		cmocka_unit_test(test_a_stamp_tells_its_millisecond),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
