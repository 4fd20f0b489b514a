#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sim/random.h"
#include "tests/sim/schedule.h"

enum {
	EVENTS = 2000
};

static void
take_next(struct schedule *schedule, struct event *before)
{
	struct event event;

	assert_true(schedule_take(schedule, UINT64_MAX, &event));
	assert_true(event.at_ms >= before->at_ms);
	if (event.at_ms == before->at_ms)
		assert_true(event.who > before->who);
	*before = event;
}

/* Whatever is put meanwhile: they come by time, those of one moment as put. */
static void
test_events_come_by_time_then_order(void **state)
{
	struct schedule schedule = { 0 };
	struct random random = random_fork(1, 2);
	struct event before = { 0 };

	(void)state;
	for (uint32_t i = 1; i <= EVENTS; i++) {
		schedule_put(&schedule,
		    before.at_ms + random_below_of(&random, 50), EVENT_DEED, i,
		    0);
		if (random_one_in(&random, 3))
			take_next(&schedule, &before);
	}
	while (schedule.count > 0)
		take_next(&schedule, &before);
	assert_int_equal(schedule.orders, EVENTS);
	schedule_deinit(&schedule);
}

/* What comes later than asked for stays. */
static void
test_later_events_wait(void **state)
{
	struct schedule schedule = { 0 };
	struct event event;

	(void)state;
	assert_false(schedule_take(&schedule, UINT64_MAX, &event));
	schedule_put(&schedule, 20, EVENT_TURN, 0, 0);
	schedule_put(&schedule, 10, EVENT_LOST, 7, 1);
	assert_false(schedule_take(&schedule, 9, &event));
	assert_true(schedule_take(&schedule, 10, &event));
	assert_int_equal(event.type, EVENT_LOST);
	assert_int_equal(event.who, 7);
	assert_int_equal(event.number, 1);
	assert_false(schedule_take(&schedule, 19, &event));
	assert_true(schedule_take(&schedule, 20, &event));
	assert_int_equal(event.type, EVENT_TURN);
	schedule_deinit(&schedule);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_events_come_by_time_then_order),
		cmocka_unit_test(test_later_events_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
