/* Private keys, to bytes and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/net/key.h"

static void
test_key_comes_back_the_same(void **state)
{
	struct buffer first = { 0 }, second = { 0 };
	struct key *key = NULL, *again = NULL;

	(void)state;
	assert_int_equal(key_generate(&key, NULL), STATUS_OK);
	assert_int_equal(key_encode(key, &first, NULL), STATUS_OK);
	assert_int_equal(key_decode(buffer_view(&first), &again, NULL),
	    STATUS_OK);
	assert_int_equal(key_encode(again, &second, NULL), STATUS_OK);
	assert_true(bytes_equal(buffer_view(&first), buffer_view(&second)));
	key_wipe(&first);
	assert_null(first.data);
	key_wipe(&second);
	key_destroy(key);
	key_destroy(again);
}

static void
test_part_of_a_key_is_refused(void **state)
{
	struct buffer whole = { 0 };
	struct key *key = NULL, *part = NULL;

	(void)state;
	assert_int_equal(key_generate(&key, NULL), STATUS_OK);
	assert_int_equal(key_encode(key, &whole, NULL), STATUS_OK);
	for (size_t i = 0; i < whole.size; i++) {
		struct bytes view = buffer_view(&whole);

		view.size = i;
		assert_int_equal(key_decode(view, &part, NULL), STATUS_INVALID);
		assert_null(part);
	}
	key_wipe(&whole);
	key_destroy(key);
	key_destroy(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_key_comes_back_the_same),
		cmocka_unit_test(test_part_of_a_key_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
