/*
 * A computer whose database was rebuilt: it holds only what waits, in files of
 * which no grant has come, and may not know its school any more.
 */
#include "tests/unit/engine/talk.h"

enum {
	START = 7 /* where the stream begins */
};

static void
forget_school(struct talk *t)
{
	const struct replica_identity identity = { .site = 1 };

	assert_ok(replica_identity_set(t->replica, &identity, err));
	talk_restart(t);
}

static void
test_lost_school_is_learnt_from_the_hub(void **state)
{
	struct talk *t = *state;
	struct fills fills;

	forget_school(t);
	talk_connect(t);
	talk_welcome(t);
	assert_int_equal(replica_identity(t->replica).school, OAK);
	HEARD(t, FRAME_FILL, fills, &fills);
	assert_int_equal(fills.fill_count, 2);
	assert_int_equal(fills.fills[0].dossier, OAK);
	talk_restart(t);
	talk_connect(t);
	talk_welcome(t);
	assert_int_equal(t->update.wish, ENGINE_KEEP);
}

/* A restored hub may not know it yet either: later. */
static void
test_lost_school_that_the_hub_does_not_know(void **state)
{
	struct talk *t = *state;
	struct welcome welcome = welcome_of(t);

	welcome.school = 0;
	welcome.collecting = true;
	forget_school(t);
	talk_connect(t);
	SAY(t, FRAME_WELCOME, welcome, welcome);
	expect_complaint(t, "the hub takes this computer for another school's");
	assert_int_equal(replica_identity(t->replica).school, 0);
	assert_int_equal(talk_meta(t, "started"), 0);
}

/* Only who holds nothing yet is told. */
static void
test_school_is_not_learnt_after_the_start(void **state)
{
	struct talk *t = *state;

	talk_begin_session(t);
	forget_school(t);
	talk_connect(t);
	talk_welcome(t);
	expect_complaint(t, "the hub takes this computer for another school's");
}

static uint64_t
wait_in_unknown_file(struct talk *t)
{
	struct dossier dossier;
	uint64_t pupil = fixture_pupil(t->replica, "Lane", OAK);

	assert_ok(dossier_get(t->replica, pupil, &dossier, err));
	dossier.state = DOSSIER_FILLING;
	assert_ok(replica_begin(t->replica, err));
	assert_ok(dossier_put(t->replica, &dossier, err));
	assert_ok(replica_commit(t->replica, err));
	return pupil;
}

/* The right to write there may end at any place: none is confirmed before the
 * hub has answered. */
static void
test_nothing_is_confirmed_before_an_answer(void **state)
{
	struct talk *t = *state;
	struct confirm confirm;
	struct hello hello;
	struct push push;

	(void)wait_in_unknown_file(t);
	t->line.sequence = t->told = START;
	talk_restart(t);
	talk_connect(t);
	push = push_said(t, 0);
	HEARD(t, FRAME_HELLO, hello, &hello);
	assert_true(hello.fresh);
	assert_int_equal(hello.confirmed, 0);
	talk_welcome(t);
	talk_fill_empty(t, OAK, START);
	talk_fill_empty(t, DOSSIER_PARTNERSHIP, START);
	(void)fixture_term(t->other, "term");
	talk_stream(t);
	HEARD(t, FRAME_CONFIRM, confirm, &confirm);
	assert_int_equal(confirm.cursor, START + 1);
	assert_int_equal(confirm.confirmed, 0);
	talk_answer(t, &push, REFUSAL_NONE);
	HEARD(t, FRAME_CONFIRM, confirm, &confirm);
	assert_int_equal(confirm.confirmed, START + 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TALK(test_lost_school_is_learnt_from_the_hub),
		TALK(test_lost_school_that_the_hub_does_not_know),
		TALK(test_school_is_not_learnt_after_the_start),
		TALK(test_nothing_is_confirmed_before_an_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
