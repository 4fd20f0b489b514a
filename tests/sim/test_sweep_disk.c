/*
 * Every file operation of the standard scenario fails once.  A stride makes
 * it short; THROUGHLINE_SWEEP=all leaves none out (some minutes), and a number
 * is a stride.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/sim/sweep_disk.h"

enum {
	STRIDE = 499 /* a prime, so that it meets every kind of operation */
};

static uint32_t
wanted_stride(void)
{
	const char *wanted = getenv("THROUGHLINE_SWEEP");
	unsigned long stride;

	if (wanted == NULL)
		return STRIDE;
	if (strcmp(wanted, "all") == 0)
		return 1;
	stride = strtoul(wanted, NULL, 10);
	return stride == 0 ? STRIDE : (uint32_t)stride;
}

static void
test_any_file_operation_may_fail(void **state)
{
	struct sweep_result result;
	struct error err = { 0 };
	enum status status = sweep_disk(wanted_stride(), &result, &err);

	(void)state;
	print_message("%d operations failed\n", (int)result.operations);
	if (status != STATUS_OK)
		fail_msg("%s", err.text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_file_operation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
