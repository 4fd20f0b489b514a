/*
 * The night at the engine, against a hub of hand-written frames.
 */
#include "tests/unit/engine/talk.h"

#include "protocol/message_night.h"

/* A session that is in step; the hub wants a comparison now. */
static void
begin_night(struct talk *t)
{
	talk_begin_session(t);
	SAY(t, FRAME_NIGHT, night, (struct night_message){ .due_ms = t->now });
}

static void
say_equal(struct talk *t)
{
	SAY(t, FRAME_RECONCILED, reconciled,
	    (struct reconciled){ .state = RECONCILED_EQUAL });
}

/* What the owner looked at is told to the hub in the step that follows. */
static void
test_quiet_night_ends_with_found(void **state)
{
	struct talk *t = *state;
	struct found found;

	begin_night(t);
	assert_int_equal(said_count(t, FRAME_RECONCILE), 1);
	say_equal(t);
	assert_true(t->update.check);
	engine_checked(t->engine, 0);
	talk_tick(t, 1);
	HEARD(t, FRAME_FOUND, found, &found);
	assert_int_equal(found.outcome, FOUND_EQUAL);
	assert_int_equal(talk_status(t).nights, 1);
	talk_tick(t, 1);
	assert_int_equal(said_count(t, FRAME_FOUND), 0);
}

/* Tables that are not what the commits say are made anew, and looked at once
 * more; then they are mended, or cannot be. */
static void
test_tables_are_made_anew_and_looked_at_again(void **state)
{
	struct talk *t = *state;
	struct found found;

	for (uint64_t left = 0; left < 2; left++) {
		begin_night(t);
		say_equal(t);
		assert_true(t->update.check);
		engine_checked(t->engine, 3);
		talk_tick(t, 1);
		assert_int_equal(said_count(t, FRAME_FOUND), 0);
		assert_true(t->update.check);
		engine_checked(t->engine, left);
		talk_tick(t, 1);
		HEARD(t, FRAME_FOUND, found, &found);
		assert_int_equal(found.outcome,
		    left == 0 ? FOUND_MENDED : FOUND_FAILED);
		assert_int_equal(found.faults, 3);
		assert_int_equal(found.refolded, 1);
		talk_disconnect(t);
	}
}

/* It was for the connection that is gone. */
static void
test_found_does_not_outlive_its_connection(void **state)
{
	struct talk *t = *state;

	begin_night(t);
	say_equal(t);
	engine_checked(t->engine, 0);
	talk_disconnect(t);
	assert_int_equal(t->said_count, 0);
	talk_connect(t);
	assert_int_equal(said_count(t, FRAME_FOUND), 0);
	assert_int_equal(t->said[0].type, FRAME_HELLO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TALK(test_quiet_night_ends_with_found),
		TALK(test_tables_are_made_anew_and_looked_at_again),
		TALK(test_found_does_not_outlive_its_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
