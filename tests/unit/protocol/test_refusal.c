#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "protocol/refusal.h"

/* Numbers never change their meaning, and every one can be told a person. */
static void
test_each_refusal_has_a_name_a_sentence_and_a_remedy(void **state)
{
	(void)state;
	assert_int_equal(REFUSAL_COUNT, 19);
	assert_string_equal(refusal_name(11), "RIGHTS");
	assert_string_equal(refusal_name(18), "BUSY");
	assert_int_equal(refusal_remedy(0), REMEDY_NONE);
	assert_int_equal(refusal_remedy(REFUSAL_CLOCK), REMEDY_RESTAMP);
	assert_int_equal(refusal_remedy(REFUSAL_LATER), REMEDY_AGAIN);
	assert_int_equal(refusal_remedy(REFUSAL_DEPENDS), REMEDY_SET_ASIDE);
	for (uint32_t i = 0; i < REFUSAL_COUNT; i++)
		assert_true(strlen(refusal_text(i)) > 5);
}

static void
test_an_unknown_refusal_is_set_aside(void **state)
{
	(void)state;
	assert_string_equal(refusal_name(77), "OTHER");
	assert_true(strlen(refusal_text(77)) > 5);
	assert_int_equal(refusal_remedy(77), REMEDY_SET_ASIDE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_each_refusal_has_a_name_a_sentence_and_a_remedy),
		cmocka_unit_test(test_an_unknown_refusal_is_set_aside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
