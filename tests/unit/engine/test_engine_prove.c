/*
 * "Synced" is a claim: when it may be said.
 */
#include "tests/unit/engine/talk.h"

/* Proved when the hub agrees, and not before it has been asked. */
static void
test_agreeing_proof_proves(void **state)
{
	struct talk *t = *state;
	struct proof asked;

	talk_connect(t);
	talk_welcome(t);
	assert_int_equal(said_count(t, FRAME_PROVE), 0);
	talk_fill_empty(t, OAK, 0);
	assert_int_equal(said_count(t, FRAME_PROVE), 0);
	talk_fill_empty(t, DOSSIER_PARTNERSHIP, 0);
	HEARD(t, FRAME_PROVE, proof, &asked);
	assert_int_equal(asked.cursor, 0);
	assert_int_equal(asked.count, 0);
	assert_false(talk_status(t).proved);
	talk_proof(t, 0);
	assert_true(talk_status(t).proved);
	assert_int_equal(talk_status(t).state, ENGINE_IN_STEP);
	assert_int_equal(talk_status(t).last_proved_ms, t->now);
	assert_int_equal(talk_meta(t, "last_proved_ms"), t->now);
}

/* Another count, or another sum, is told, and settled by a later proof. */
static void
test_disagreeing_proof_differs(void **state)
{
	struct talk *t = *state;
	struct proof proof = { 0 };

	talk_begin_session(t);
	talk_proof(t, 1);
	assert_false(talk_status(t).proved);
	assert_true(talk_status(t).differs);
	assert_int_equal(talk_status(t).state, ENGINE_CATCHING_UP);
	proof.sum.low = 1;
	SAY(t, FRAME_PROOF, proof, proof);
	assert_false(talk_status(t).proved);

	(void)fixture_term(t->other, "term");
	talk_stream(t);
	assert_int_equal(said_count(t, FRAME_PROVE), 1);
	talk_proof(t, 0);
	assert_true(talk_status(t).proved);
	assert_false(talk_status(t).differs);
}

/* What is written here is not proved, from the moment it is written until the
 * hub has taken it, told it in its order, and agreed anew. */
static void
test_nothing_is_proved_while_something_waits(void **state)
{
	struct talk *t = *state;
	struct item number = { 0 };
	struct push push;

	talk_begin_session(t);
	talk_proof(t, 0);
	number.id = fixture_term(t->replica, "term");
	assert_false(talk_status(t).proved);
	talk_tick(t, 10);
	push = push_said(t, 0);
	assert_int_equal(said_count(t, FRAME_PROVE), 0);
	talk_proof(t, 0);
	assert_false(talk_status(t).proved);
	talk_answer(t, &push, REFUSAL_NONE);
	assert_int_equal(said_count(t, FRAME_PROVE), 0);
	assert_false(talk_status(t).proved);
	number.sequence = t->line.sequence;
	talk_stream_items(t, &number, 1);
	assert_int_equal(said_count(t, FRAME_PROVE), 1);
	assert_false(talk_status(t).proved);
	talk_proof(t, 0);
	assert_true(talk_status(t).proved);
}

/* The same for what waited before the line came up. */
static void
test_nothing_is_asked_while_something_waits(void **state)
{
	struct talk *t = *state;

	(void)fixture_term(t->replica, "term");
	talk_begin_session(t);
	assert_int_equal(talk_status(t).filling, 0);
	assert_int_equal(said_count(t, FRAME_PROVE), 0);
	talk_proof(t, 0);
	assert_false(talk_status(t).proved);
	assert_int_equal(talk_status(t).state, ENGINE_CATCHING_UP);
}

/* What arrives is not proved until the hub has been asked about it. */
static void
test_what_arrives_is_proved_anew(void **state)
{
	struct talk *t = *state;

	talk_begin_session(t);
	talk_proof(t, 0);
	assert_int_equal(talk_meta(t, "proved"), 1);
	(void)fixture_term(t->other, "term");
	talk_stream(t);
	assert_false(talk_status(t).proved);
	assert_int_equal(talk_meta(t, "proved"), 0);
	assert_int_equal(talk_status(t).state, ENGINE_CATCHING_UP);
}

/* Changes that follow one another are confirmed and proved together; not when
 * somebody waits for it. */
static void
test_proof_waits_until_things_settle(void **state)
{
	struct talk *t = *state;

	t->settle_ms = 1000;
	talk_restart(t);
	talk_begin_session(t);
	talk_tick(t, 1000);
	talk_proof(t, 0);
	for (uint32_t i = 0; i < 3; i++) {
		(void)fixture_term(t->other, "term");
		talk_stream(t);
		assert_int_equal(t->said_count, 0);
		assert_int_equal(t->update.wake_ms,
		    t->elapsed + 1000 - i * 300);
		talk_tick(t, 300);
		assert_int_equal(t->said_count, 0);
	}
	talk_tick(t, 100);
	assert_int_equal(said_count(t, FRAME_CONFIRM), 1);
	assert_int_equal(said_count(t, FRAME_PROVE), 1);
	talk_proof(t, 0);
	assert_true(talk_status(t).proved);

	engine_hurry(t->engine);
	(void)fixture_term(t->other, "term");
	talk_stream(t);
	assert_int_equal(said_count(t, FRAME_CONFIRM), 1);
	assert_int_equal(said_count(t, FRAME_PROVE), 1);
}

/* A proof for another place than here proves nothing. */
static void
test_proof_of_another_place_is_ignored(void **state)
{
	struct talk *t = *state;

	talk_begin_session(t);
	t->told = 1;
	talk_proof(t, 0);
	assert_false(talk_status(t).proved);
	assert_false(talk_status(t).differs);
}

/* A question that is not answered is asked again in a minute. */
static void
test_unanswered_question_is_asked_again(void **state)
{
	struct talk *t = *state;

	talk_begin_session(t);
	for (uint32_t i = 1; i < 6; i++) {
		talk_tick(t, 10 * 1000);
		assert_int_equal(said_count(t, FRAME_PROVE), 0);
		SAY(t, FRAME_PONG, ping, (struct ping){ .token = 1 });
	}
	assert_int_equal(t->update.wake_ms, t->elapsed + 10 * 1000);
	talk_tick(t, 10 * 1000);
	assert_int_equal(said_count(t, FRAME_PROVE), 1);
}

/* After a break it is proved anew: what the hub has now is not known. */
static void
test_each_connection_proves_anew(void **state)
{
	struct talk *t = *state;

	talk_begin_session(t);
	talk_proof(t, 0);
	talk_disconnect(t);
	talk_connect(t);
	talk_welcome(t);
	assert_int_equal(said_count(t, FRAME_PROVE), 1);
	talk_proof(t, 0);
	assert_true(talk_status(t).proved);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TALK(test_agreeing_proof_proves),
		TALK(test_disagreeing_proof_differs),
		TALK(test_nothing_is_proved_while_something_waits),
		TALK(test_nothing_is_asked_while_something_waits),
		TALK(test_what_arrives_is_proved_anew),
		TALK(test_proof_waits_until_things_settle),
		TALK(test_proof_of_another_place_is_ignored),
		TALK(test_unanswered_question_is_asked_again),
		TALK(test_each_connection_proves_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
