/*
 * Waiting longer and longer, until something moves.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client/agent/back_off.h"
#include "protocol/limits.h"

static void
test_each_fruitless_connection_doubles_the_wait(void **state)
{
	const struct engine_status status = { 0 };
	struct back_off back_off = { 0 };
	uint64_t most = LIMIT_BACKOFF_MS_MIN;

	(void)state;
	for (int i = 0; i < 8; i++) {
		uint64_t wait = back_off_next(&back_off, &status,
		    i % 2 == 0 ? 0 : UINT32_MAX);

		assert_in_range(wait, most / 2, most);
		most *= 2;
	}
}

static void
test_the_wait_has_an_end(void **state)
{
	const struct engine_status status = { 0 };
	struct back_off back_off = { 0 };
	uint64_t wait = 0;

	(void)state;
	for (int i = 0; i < 100; i++)
		wait = back_off_next(&back_off, &status, (uint32_t)i * 7919);
	assert_in_range(wait, LIMIT_BACKOFF_MS / 2, LIMIT_BACKOFF_MS);
}

/* A hub that greets and then gives up brings nothing about. */
static void
test_only_progress_shortens_it(void **state)
{
	struct engine_status status = { .progress = 5 };
	struct back_off back_off = { 0 };

	(void)state;
	for (int i = 0; i < 6; i++)
		(void)back_off_next(&back_off, &status, 0);
	assert_in_range(back_off_next(&back_off, &status, 0),
	    16 * LIMIT_BACKOFF_MS_MIN, LIMIT_BACKOFF_MS);
	assert_in_range(back_off_next(&back_off, NULL, 0),
	    16 * LIMIT_BACKOFF_MS_MIN, LIMIT_BACKOFF_MS);
	status.progress++;
	assert_in_range(back_off_next(&back_off, &status, 0), 0,
	    LIMIT_BACKOFF_MS_MIN);
}

/* Two copies of one computer throw each other out, and are proved each time:
 * that is progress, and would go on twice a second for ever. */
static void
test_the_replaced_wait_longer_whatever_moved(void **state)
{
	struct engine_status status = { .goodbye = {
					    .code = GOODBYE_REPLACED } };
	struct back_off back_off = { 0 };

	(void)state;
	for (int i = 0; i < 6; i++) {
		status.progress++;
		(void)back_off_next(&back_off, &status, 0);
	}
	assert_in_range(back_off_next(&back_off, &status, 0),
	    16 * LIMIT_BACKOFF_MS_MIN, LIMIT_BACKOFF_MS);
	status.goodbye.code = GOODBYE_DONE;
	status.progress++;
	assert_in_range(back_off_next(&back_off, &status, 0), 0,
	    LIMIT_BACKOFF_MS_MIN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_each_fruitless_connection_doubles_the_wait),
		cmocka_unit_test(test_the_wait_has_an_end),
		cmocka_unit_test(test_only_progress_shortens_it),
		cmocka_unit_test(test_the_replaced_wait_longer_whatever_moved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
