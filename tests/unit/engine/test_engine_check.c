/*
 * What follows from the look at tables and file that ends a night.
 */
#include "tests/unit/engine/talk.h"

#include "protocol/message_night.h"

/* A session that is in step; the hub has compared, and nothing differs. */
static void
begin_looking(struct talk *t)
{
	talk_begin_session(t);
	SAY(t, FRAME_NIGHT, night, (struct night_message){ .due_ms = t->now });
	SAY(t, FRAME_RECONCILED, reconciled,
	    (struct reconciled){ .state = RECONCILED_EQUAL });
	assert_true(t->update.check);
}

static void
answer(struct talk *t, uint64_t faults)
{
	engine_checked(t->engine, faults);
	talk_tick(t, 1);
}

/* Tables that were wrong are made anew, and looked at once more. */
static void
test_tables_that_were_mended_are_looked_at_again(void **state)
{
	struct talk *t = *state;
	struct found found;

	begin_looking(t);
	answer(t, 3);
	assert_true(t->update.check);
	assert_int_equal(said_count(t, FRAME_FOUND), 0);
	answer(t, 0);
	HEARD(t, FRAME_FOUND, found, &found);
	assert_int_equal(found.outcome, FOUND_MENDED);
	assert_int_equal(found.faults, 3);
	assert_int_equal(found.refolded, 1);
}

/* Once anew is enough to know that it does not help. */
static void
test_tables_that_stay_wrong_are_a_failure(void **state)
{
	struct talk *t = *state;
	struct found found;

	begin_looking(t);
	answer(t, 3);
	answer(t, 2);
	HEARD(t, FRAME_FOUND, found, &found);
	assert_int_equal(found.outcome, FOUND_FAILED);
	assert_false(t->update.check);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TALK(test_tables_that_were_mended_are_looked_at_again),
		TALK(test_tables_that_stay_wrong_are_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
