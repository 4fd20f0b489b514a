/*
 * When a night begins, what it may cost, and what ends it early.
 */
#include "tests/unit/engine/talk.h"

#include <sqlite3.h>

#include "client/engine/engine_night.h"
#include "protocol/message_night.h"

/* In step; the hub says when. */
static void
begin(struct talk *t, uint64_t in_ms)
{
	talk_begin_session(t);
	SAY(t, FRAME_NIGHT, night,
	    (struct night_message){ .due_ms = t->now + in_ms });
}

static void
say_state(struct talk *t, enum reconciled_state state)
{
	SAY(t, FRAME_RECONCILED, reconciled,
	    (struct reconciled){ .state = state });
}

static struct engine_status
status_of(struct talk *t)
{
	struct engine_status status;

	assert_ok(engine_get_status(t->engine, &status, err));
	return status;
}

static void
test_a_night_begins_when_it_is_due(void **state)
{
	struct talk *t = *state;
	struct reconcile asked;

	begin(t, 5000);
	assert_int_equal(said_count(t, FRAME_RECONCILE), 0);
	assert_int_equal(t->update.wake_ms, t->elapsed + 5000);
	talk_tick(t, 4999);
	assert_int_equal(said_count(t, FRAME_RECONCILE), 0);
	assert_false(status_of(t).reconciling);
	talk_tick(t, 1);
	HEARD(t, FRAME_RECONCILE, reconcile, &asked);
	assert_int_equal(asked.at, t->told);
	assert_true(status_of(t).reconciling);
}

/* The two ends may differ by what waits. */
static void
test_what_waits_goes_first(void **state)
{
	struct talk *t = *state;
	struct push push;

	begin(t, 5000);
	(void)fixture_term(t->replica, "closure");
	talk_tick(t, 1);
	push = push_said(t, 0);
	talk_tick(t, 5000);
	assert_int_equal(said_count(t, FRAME_RECONCILE), 0);
	talk_answer(t, &push, REFUSAL_NONE);
	assert_int_equal(said_count(t, FRAME_RECONCILE), 1);
}

/* Their place may be outside of what is compared: the hub sends nothing. */
static void
test_damaged_commits_do_not_stay_in_the_tables(void **state)
{
	struct talk *t = *state;
	struct found found;

	begin(t, 5000);
	(void)fixture_term(t->other, "closure");
	talk_stream(t);
	assert_int_equal(sqlite3_exec(replica_database(t->replica),
			     "UPDATE ledger SET bytes = x'c1' WHERE sequence ="
			     " (SELECT max(sequence) FROM ledger)",
			     NULL, NULL, NULL),
	    SQLITE_OK);
	talk_tick(t, 5000);
	say_state(t, RECONCILED_EQUAL);
	engine_checked(t->engine, 0);
	talk_tick(t, 1);
	HEARD(t, FRAME_FOUND, found, &found);
	assert_int_equal(found.damaged, 1);
	assert_int_equal(found.refolded, 1);
	assert_int_equal(found.faults, 0);
	assert_int_equal(found.outcome, FOUND_MENDED);
}

/* Not before the hub has said when: it may know of no nights. */
static void
test_who_wants_one_need_not_wait_for_the_night(void **state)
{
	struct talk *t = *state;

	talk_begin_session(t);
	engine_reconcile(t->engine);
	talk_tick(t, 1);
	assert_int_equal(said_count(t, FRAME_RECONCILE), 0);
	SAY(t, FRAME_NIGHT, night,
	    (struct night_message){ .due_ms = t->now + 5000 });
	assert_int_equal(said_count(t, FRAME_RECONCILE), 1);
}

/* The wish outlives the process; an end in good order fulfils it. */
static void
test_an_interrupted_night_begins_anew(void **state)
{
	struct talk *t = *state;
	struct found found;

	begin(t, 0);
	assert_int_equal(said_count(t, FRAME_RECONCILE), 1);
	talk_restart(t);
	begin(t, 5000);
	assert_int_equal(said_count(t, FRAME_RECONCILE), 1);
	say_state(t, RECONCILED_EQUAL);
	engine_checked(t->engine, 0);
	talk_tick(t, 1);
	HEARD(t, FRAME_FOUND, found, &found);
	assert_int_equal(found.outcome, FOUND_EQUAL);
	assert_int_equal(status_of(t).nights, 1);
	talk_restart(t);
	begin(t, 5000);
	assert_int_equal(said_count(t, FRAME_RECONCILE), 0);
}

static void
test_a_hub_that_cannot_now_is_asked_later(void **state)
{
	struct talk *t = *state;

	begin(t, 0);
	say_state(t, RECONCILED_LATER);
	assert_true(status_of(t).put_off);
	assert_int_equal(t->update.wake_ms,
	    t->elapsed + LIMIT_PING_MS); /* long before the next try */
	engine_reconcile(t->engine);
	talk_tick(t, 1);
	assert_int_equal(said_count(t, FRAME_RECONCILE), 1);
}

static void
say_differs(struct talk *t, uint64_t count)
{
	SAY(t, FRAME_RECONCILED, reconciled,
	    (struct reconciled){ .state = RECONCILED_DIFFERS,
		.count = count,
		.cells = bytes_of_text("not the cells of any set") });
}

/* What contradicts itself is tried again with other nonces; not for ever. */
static void
test_a_sketch_that_is_none_ends_in_failure(void **state)
{
	struct talk *t = *state;
	struct found found;

	begin(t, 0);
	for (uint32_t i = 1; i < NIGHT_TRIES; i++) {
		say_differs(t, 3);
		assert_int_equal(said_count(t, FRAME_FOUND), 0);
		assert_int_equal(said_count(t, FRAME_RECONCILE), 1);
	}
	say_differs(t, 3);
	HEARD(t, FRAME_FOUND, found, &found);
	assert_int_equal(found.outcome, FOUND_FAILED);
}

/* What is left on the disk is told as it is at the end. */
static void
test_room_is_told_with_what_was_found(void **state)
{
	struct talk *t = *state;
	struct room before = { true, 4096, 70000 }, after = { true, 8192, 6 };
	struct hello hello;
	struct found found;

	engine_set_room(t->engine, &before);
	talk_connect(t);
	HEARD(t, FRAME_HELLO, hello, &hello);
	assert_true(hello.health.room.known);
	assert_int_equal(hello.health.room.database_bytes, 4096);
	assert_int_equal(hello.health.room.free_bytes, 70000);
	talk_disconnect(t);
	begin(t, 0);
	say_state(t, RECONCILED_EQUAL);
	engine_set_room(t->engine, &after);
	engine_checked(t->engine, 0);
	talk_tick(t, 1);
	HEARD(t, FRAME_FOUND, found, &found);
	assert_true(found.room.known);
	assert_int_equal(found.room.database_bytes, 8192);
	assert_int_equal(found.room.free_bytes, 6);
}

/* The hub sketches by the nonce of its last NIGHT; one that crossed RECONCILE
 * makes nothing but differences of equal sets. */
static void
test_a_night_that_crosses_the_question_begins_anew(void **state)
{
	struct talk *t = *state;
	struct found found;

	begin(t, 0);
	assert_int_equal(said_count(t, FRAME_RECONCILE), 1);
	for (uint32_t i = 0; i <= NIGHT_TRIES; i++) {
		SAY(t, FRAME_NIGHT, night,
		    (struct night_message){ .due_ms = t->now });
		assert_int_equal(said_count(t, FRAME_RECONCILE), 0);
		say_differs(t, 3);
		assert_int_equal(said_count(t, FRAME_SKETCH), 0);
		assert_int_equal(said_count(t, FRAME_RECONCILE), 1);
	}
	say_state(t, RECONCILED_EQUAL);
	engine_checked(t->engine, 0);
	talk_tick(t, 1);
	HEARD(t, FRAME_FOUND, found, &found);
	assert_int_equal(found.outcome, FOUND_EQUAL);
}

/* A first sync: more is being fetched than can be named. */
static void
test_with_too_much_to_leave_out_it_is_put_off(void **state)
{
	struct talk *t = *state;
	struct dossier dossier = { .kind = DOSSIER_KIND_PUPIL,
		.state = DOSSIER_OPEN,
		.fill_to = 9 };

	begin(t, 5000);
	assert_ok(replica_begin(t->replica, err));
	for (uint32_t i = 0; i <= LIMIT_LEFT_OUT; i++) {
		dossier.number = 1000 + i;
		assert_ok(dossier_put(t->replica, &dossier, err));
	}
	assert_ok(replica_commit(t->replica, err));
	talk_tick(t, 5000);
	assert_int_equal(said_count(t, FRAME_RECONCILE), 0);
	assert_false(status_of(t).reconciling);
	assert_ok(replica_begin(t->replica, err));
	dossier.filled = 9;
	assert_ok(dossier_put(t->replica, &dossier, err));
	assert_ok(replica_commit(t->replica, err));
	talk_tick(t, 1000);
	assert_int_equal(said_count(t, FRAME_RECONCILE), 0);
	for (uint32_t i = 0; i < NIGHT_AGAIN_MS / LIMIT_PING_MS; i++) {
		SAY(t, FRAME_PING, ping, (struct ping){ .token = i });
		talk_tick(t, LIMIT_PING_MS);
	}
	assert_int_equal(said_count(t, FRAME_RECONCILE), 1);
}

/* A look that somebody else had, or an old one, ends nothing. */
static void
test_a_check_that_nobody_asked_for_is_nothing(void **state)
{
	struct talk *t = *state;

	begin(t, 0);
	engine_checked(t->engine, 3);
	talk_tick(t, 1);
	assert_true(status_of(t).reconciling);
	assert_int_equal(said_count(t, FRAME_FOUND), 0);
	say_state(t, RECONCILED_EQUAL);
	assert_true(t->update.check);
}

/* Each hour, while it fails; not with every proof. */
static void
test_a_proof_that_fails_again_waits_an_hour(void **state)
{
	struct talk *t = *state;

	begin(t, 24 * NIGHT_DIFFERS_MS);
	talk_proof(t, 1);
	assert_int_equal(said_count(t, FRAME_RECONCILE), 1);
	say_state(t, RECONCILED_EQUAL);
	engine_checked(t->engine, 0);
	talk_tick(t, 1);
	assert_int_equal(said_count(t, FRAME_FOUND), 1);
	SAY(t, FRAME_NIGHT, night,
	    (struct night_message){ .due_ms = t->now + 24 * NIGHT_DIFFERS_MS });
	talk_proof(t, 1);
	assert_int_equal(said_count(t, FRAME_RECONCILE), 0);
	t->elapsed += NIGHT_DIFFERS_MS;
	talk_proof(t, 1);
	assert_int_equal(said_count(t, FRAME_RECONCILE), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TALK(test_a_night_begins_when_it_is_due),
		TALK(test_what_waits_goes_first),
		TALK(test_damaged_commits_do_not_stay_in_the_tables),
		TALK(test_who_wants_one_need_not_wait_for_the_night),
		TALK(test_an_interrupted_night_begins_anew),
		TALK(test_a_hub_that_cannot_now_is_asked_later),
		TALK(test_with_too_much_to_leave_out_it_is_put_off),
		TALK(test_a_check_that_nobody_asked_for_is_nothing),
		TALK(test_a_proof_that_fails_again_waits_an_hour),
		TALK(test_a_sketch_that_is_none_ends_in_failure),
		TALK(test_room_is_told_with_what_was_found),
		TALK(test_a_night_that_crosses_the_question_begins_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
