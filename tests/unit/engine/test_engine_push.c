/*
 * What waits goes out in batches, and the answers come back.
 */
#include "tests/unit/engine/talk.h"

static void
write_pupils(struct talk *t, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		(void)fixture_pupil(t->replica, "Lane", OAK);
}

static void
set_batch(struct talk *t, uint64_t bytes)
{
	assert_ok(replica_meta_set(t->replica, "batch_bytes", bytes, err));
}

static uint64_t
hello_batch(struct talk *t)
{
	struct hello hello;

	HEARD(t, FRAME_HELLO, hello, &hello);
	return hello.batch_bytes;
}

static size_t
push_bytes(const struct push *push)
{
	size_t bytes = 0;

	for (uint32_t i = 0; i < push->commit_count; i++)
		bytes += push->commits[i].size;
	return bytes;
}

static uint64_t
id_of(struct bytes commit)
{
	struct commit head;

	assert_int_equal(commit_peek(commit, &head), STATUS_OK);
	return head.id;
}

/* --- how much at a time --------------------------------------------------- */

/* Two batches go; the third waits until the first is answered. */
static void
test_at_most_two_batches_are_in_flight(void **state)
{
	struct talk *t = *state;
	struct push first, second, third;

	set_batch(t, LIMIT_BATCH_BYTES_MIN);
	write_pupils(t, 150);
	talk_connect(t);
	assert_int_equal(said_count(t, FRAME_PUSH), 2);
	first = push_said(t, 0);
	second = push_said(t, 1);
	assert_in_range(push_bytes(&first), LIMIT_BATCH_BYTES_MIN / 2,
	    LIMIT_BATCH_BYTES_MIN);
	assert_true(id_of(first.commits[first.commit_count - 1]) <
		    id_of(second.commits[0]));
	talk_welcome(t);
	talk_tick(t, 1000);
	assert_int_equal(said_count(t, FRAME_PUSH), 0);
	talk_answer(t, &first, REFUSAL_NONE);
	assert_int_equal(said_count(t, FRAME_PUSH), 1);
	third = push_said(t, 0);
	assert_true(id_of(second.commits[second.commit_count - 1]) <
		    id_of(third.commits[0]));
	assert_int_equal(talk_status(t).waiting, 150 - first.commit_count);
}

/* What the line has not carried yet holds back the next batch. */
static void
test_full_line_gets_no_further_batch(void **state)
{
	struct talk *t = *state;

	talk_begin_session(t);
	write_pupils(t, 1);
	t->unsent = 1024 * 1024;
	talk_tick(t, 10);
	assert_int_equal(said_count(t, FRAME_PUSH), 0);
	t->unsent = 0;
	talk_tick(t, 10);
	assert_int_equal(said_count(t, FRAME_PUSH), 1);
}

/* A batch that broke the line was too large: half of that from now on, also
 * for the next process. */
static void
test_batch_is_halved_when_the_line_broke(void **state)
{
	struct talk *t = *state;

	set_batch(t, 16 * 1024);
	write_pupils(t, 120);
	talk_connect(t);
	assert_int_equal(hello_batch(t), 16 * 1024);
	talk_disconnect(t);
	talk_restart(t);
	talk_connect(t);
	assert_int_equal(hello_batch(t), 8 * 1024);
	for (int i = 0; i < 3; i++) {
		talk_disconnect(t);
		talk_connect(t);
		assert_int_equal(hello_batch(t), LIMIT_BATCH_BYTES_MIN);
	}
}

/* A line that broke with little or nothing under way says nothing of sizes. */
static void
test_batch_is_kept_when_little_was_under_way(void **state)
{
	struct talk *t = *state;

	set_batch(t, 16 * 1024);
	write_pupils(t, 1);
	talk_connect(t);
	talk_disconnect(t);
	talk_connect(t);
	assert_int_equal(hello_batch(t), 16 * 1024);
}

static void
answer_first_batch_after(struct talk *t, uint64_t ms)
{
	struct push push;

	set_batch(t, 8 * 1024);
	write_pupils(t, 80);
	talk_connect(t);
	push = push_said(t, 0);
	talk_welcome(t);
	t->elapsed += ms;
	talk_answer(t, &push, REFUSAL_NONE);
	talk_restart(t);
	talk_connect(t);
}

static void
test_batch_is_doubled_when_quick(void **state)
{
	answer_first_batch_after(*state, 100);
	assert_int_equal(hello_batch(*state), 16 * 1024);
}

static void
test_batch_is_kept_when_fair(void **state)
{
	answer_first_batch_after(*state, 1500);
	assert_int_equal(hello_batch(*state), 8 * 1024);
}

static void
test_batch_is_halved_when_slow(void **state)
{
	answer_first_batch_after(*state, 3001);
	assert_int_equal(hello_batch(*state), 4 * 1024);
}

/* What was not answered before the line broke goes again, with nothing lost
 * and nothing twice in the set. */
static void
test_unanswered_batch_goes_again(void **state)
{
	struct talk *t = *state;
	struct push push;

	write_pupils(t, 3);
	talk_connect(t);
	assert_int_equal(push_said(t, 0).commit_count, 3);
	talk_disconnect(t);
	talk_connect(t);
	push = push_said(t, 0);
	assert_int_equal(push.commit_count, 3);
	talk_welcome(t);
	talk_answer(t, &push, REFUSAL_NONE);
	assert_int_equal(talk_status(t).waiting, 0);
	assert_int_equal(talk_ledger_count(t, id_of(push.commits[0])), 1);
}

/* --- refusals ------------------------------------------------------------- */

/* What built on a refused write has changed, so all that still waits goes
 * again, without the refused one. */
static void
test_all_that_waits_goes_again_after_a_refusal(void **state)
{
	struct talk *t = *state;
	struct answer list[3];
	struct answers answers = { list, 3, NOW_MS };
	struct push push, again;
	uint64_t pupil = fixture_pupil(t->replica, "Lane", OAK);

	(void)fixture_update(t->replica, pupil, pupil, "surname", "Wrong",
	    NULL);
	(void)fixture_update(t->replica, pupil, pupil, "surname", "Right",
	    NULL);
	talk_connect(t);
	push = push_said(t, 0);
	assert_int_equal(push.commit_count, 3);
	talk_welcome(t);
	list[0] = answer_to(t, push.commits[0], REFUSAL_NONE);
	list[1] = answer_to(t, push.commits[1], REFUSAL_RIGHTS);
	list[2] = answer_to(t, push.commits[2], REFUSAL_DEPENDS);
	SAY(t, FRAME_ANSWER, answers, answers);
	assert_int_equal(talk_status(t).aside, 1);
	again = push_said(t, 0);
	assert_int_equal(again.commit_count, 1);
	assert_int_equal(id_of(again.commits[0]), id_of(push.commits[2]));
	assert_false(bytes_equal(again.commits[0], push.commits[2]));
	fixture_assert_text(t->replica, pupil, "surname", "Right");
	talk_answer(t, &again, REFUSAL_NONE);
	assert_int_equal(talk_status(t).waiting, 0);
	assert_int_equal(talk_status(t).aside, 1);
}

/* Nothing new goes before what was already sent has been answered. */
static void
test_refusal_waits_for_the_other_batch(void **state)
{
	struct talk *t = *state;
	struct push first, second;

	set_batch(t, LIMIT_BATCH_BYTES_MIN);
	write_pupils(t, 150);
	talk_connect(t);
	first = push_said(t, 0);
	second = push_said(t, 1);
	talk_welcome(t);
	talk_answer(t, &first, REFUSAL_RIGHTS);
	assert_int_equal(said_count(t, FRAME_PUSH), 0);
	talk_answer(t, &second, REFUSAL_NONE);
	assert_true(said_count(t, FRAME_PUSH) > 0);
	assert_int_equal(talk_status(t).aside, first.commit_count);
}

static void
expect_again_in_a_second(struct talk *t, enum refusal refusal)
{
	struct push push, again;

	write_pupils(t, 2);
	talk_connect(t);
	push = push_said(t, 0);
	talk_welcome(t);
	talk_answer(t, &push, refusal);
	assert_int_equal(said_count(t, FRAME_PUSH), 0);
	assert_int_equal(t->update.wake_ms, t->elapsed + 1000);
	talk_tick(t, 999);
	assert_int_equal(said_count(t, FRAME_PUSH), 0);
	talk_tick(t, 1);
	again = push_said(t, 0);
	assert_int_equal(again.commit_count, 2);
	assert_true(bytes_equal(again.commits[0], push.commits[0]));
	assert_true(bytes_equal(again.commits[1], push.commits[1]));
	assert_int_equal(talk_status(t).aside, 0);
}

static void
test_later_goes_again_in_a_second(void **state)
{
	expect_again_in_a_second(*state, REFUSAL_LATER);
}

static void
test_busy_goes_again_in_a_second(void **state)
{
	expect_again_in_a_second(*state, REFUSAL_BUSY);
}

/* After CLOCK what was refused bears stamps of the hub's time. */
static void
test_clock_stamps_anew_by_the_hubs_time(void **state)
{
	struct talk *t = *state;
	struct welcome welcome = welcome_of(t);
	struct push push, again;
	struct commit head;
	uint64_t hub_ms = NOW_MS - UINT64_C(1000000);

	write_pupils(t, 2);
	talk_connect(t);
	push = push_said(t, 0);
	welcome.time_ms = hub_ms;
	SAY(t, FRAME_WELCOME, welcome, welcome);
	talk_answer_at(t, &push, REFUSAL_CLOCK, hub_ms);
	again = push_said(t, 0);
	assert_int_equal(again.commit_count, 2);
	assert_int_equal(commit_peek(again.commits[1], &head), STATUS_OK);
	assert_int_equal(head.id, id_of(push.commits[1]));
	assert_in_range(head.stamp, stamp_from_ms(hub_ms),
	    stamp_from_ms(hub_ms + 1));
	assert_int_equal(talk_status(t).aside, 0);
	talk_answer(t, &again, REFUSAL_NONE);
	assert_int_equal(talk_status(t).waiting, 0);
}

/* The clock jumped after WELCOME: the refusal itself tells the hub's time. */
static void
test_clock_that_jumped_meanwhile_is_measured_anew(void **state)
{
	struct talk *t = *state;
	uint64_t hub_ms = NOW_MS - UINT64_C(86400000);
	struct push push, again;
	struct commit head;

	write_pupils(t, 1);
	talk_connect(t);
	push = push_said(t, 0);
	talk_welcome(t); /* both clocks agree still */
	talk_answer_at(t, &push, REFUSAL_CLOCK, hub_ms);
	again = push_said(t, 0);
	assert_int_equal(again.commit_count, 1);
	assert_int_equal(commit_peek(again.commits[0], &head), STATUS_OK);
	assert_in_range(head.stamp, stamp_from_ms(hub_ms),
	    stamp_from_ms(hub_ms + 1));
}

/* A hub that refuses for ever is not asked at the speed of the line. */
static void
test_clock_a_second_time_waits_a_second(void **state)
{
	struct talk *t = *state;
	struct push push;

	write_pupils(t, 1);
	talk_connect(t);
	push = push_said(t, 0);
	talk_welcome(t);
	talk_answer(t, &push, REFUSAL_CLOCK);
	push = push_said(t, 0);
	talk_answer(t, &push, REFUSAL_CLOCK);
	assert_int_equal(said_count(t, FRAME_PUSH), 0);
	talk_tick(t, 1000);
	assert_int_equal(said_count(t, FRAME_PUSH), 1);
}

/* What the hub may have keeps its bytes, though another was refused: the two
 * would be different commits of one number for ever. */
static void
test_clock_leaves_what_is_not_answered_yet(void **state)
{
	struct talk *t = *state;
	struct answers answers = { .received_ms = NOW_MS, .answer_count = 1 };
	struct ledger_row row;
	struct digest sent;
	struct answer answer;
	struct push push;

	write_pupils(t, 2);
	talk_connect(t);
	push = push_said(t, 0);
	talk_welcome(t);
	sent = digest_of(push.commits[1]);
	answer = answer_to(t, push.commits[1], REFUSAL_NONE);
	answers.answers = &(struct answer){ 0 };
	answers.answers[0] = answer_to(t, push.commits[0], REFUSAL_CLOCK);
	SAY(t, FRAME_ANSWER, answers, answers);
	answers.answers[0] = answer;
	SAY(t, FRAME_ANSWER, answers, answers);
	assert_int_equal(ledger_get(t->replica, answer.id, &row, NULL),
	    STATUS_OK);
	assert_true(digest_equal(&row.digest, &sent));
}

/* --- answers that are not right ------------------------------------------- */

/* Nothing of an answer that answers more than was asked is taken. */
static void
test_answer_to_what_was_not_asked_is_complained_of(void **state)
{
	struct talk *t = *state;
	struct push push;
	struct answers answers = { .received_ms = NOW_MS };
	struct answer list[2];

	write_pupils(t, 1);
	talk_connect(t);
	push = push_said(t, 0);
	talk_welcome(t);
	list[0] = answer_to(t, push.commits[0], REFUSAL_NONE);
	list[1] = list[0];
	answers.answers = list;
	answers.answer_count = 2;
	SAY(t, FRAME_ANSWER, answers, answers);
	expect_complaint(t, "the hub answered what was not asked");
	assert_int_equal(talk_status(t).waiting, 1);

	talk_disconnect(t);
	talk_connect(t);
	push = push_said(t, 0);
	talk_welcome(t);
	talk_answer(t, &push, REFUSAL_NONE);
	talk_answer(t, &push, REFUSAL_NONE);
	expect_complaint(t, "the hub answered what was not asked");
}

/* An answer to other bytes settles nothing. */
static void
test_answer_to_other_bytes_is_ignored(void **state)
{
	struct talk *t = *state;
	struct answers answers = { .received_ms = NOW_MS };
	struct answer answer;
	struct push push;

	write_pupils(t, 1);
	talk_connect(t);
	push = push_said(t, 0);
	talk_welcome(t);
	answer = answer_to(t, push.commits[0], REFUSAL_NONE);
	answer.digest[0] ^= 1;
	answers.answers = &answer;
	answers.answer_count = 1;
	SAY(t, FRAME_ANSWER, answers, answers);
	assert_int_equal(t->update.wish, ENGINE_KEEP);
	assert_int_equal(talk_status(t).waiting, 1);
	assert_int_equal(talk_ledger_count(t, id_of(push.commits[0])), 0);
	talk_disconnect(t);
	talk_connect(t);
	assert_int_equal(push_said(t, 0).commit_count, 1);
}

/* Of two commits at one place one is a lie: both still wait. */
static void
test_one_place_for_two_commits_is_complained_of(void **state)
{
	struct talk *t = *state;
	struct answer list[2];
	struct answers answers = { list, 2, NOW_MS };
	struct push push;

	write_pupils(t, 2);
	talk_connect(t);
	push = push_said(t, 0);
	talk_welcome(t);
	for (uint32_t i = 0; i < 2; i++)
		list[i] = answer_to(t, push.commits[i], REFUSAL_NONE);
	list[1].sequence = list[0].sequence;
	SAY(t, FRAME_ANSWER, answers, answers);
	expect_complaint(t, "the hub gave one place to two commits");
	assert_int_equal(talk_status(t).waiting, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TALK(test_at_most_two_batches_are_in_flight),
		TALK(test_full_line_gets_no_further_batch),
		TALK(test_batch_is_halved_when_the_line_broke),
		TALK(test_batch_is_kept_when_little_was_under_way),
		TALK(test_batch_is_doubled_when_quick),
		TALK(test_batch_is_kept_when_fair),
		TALK(test_batch_is_halved_when_slow),
		TALK(test_unanswered_batch_goes_again),
		TALK(test_all_that_waits_goes_again_after_a_refusal),
		TALK(test_refusal_waits_for_the_other_batch),
		TALK(test_later_goes_again_in_a_second),
		TALK(test_busy_goes_again_in_a_second),
		TALK(test_clock_stamps_anew_by_the_hubs_time),
		TALK(test_clock_that_jumped_meanwhile_is_measured_anew),
		TALK(test_clock_a_second_time_waits_a_second),
		TALK(test_clock_leaves_what_is_not_answered_yet),
		TALK(test_answer_to_what_was_not_asked_is_complained_of),
		TALK(test_answer_to_other_bytes_is_ignored),
		TALK(test_one_place_for_two_commits_is_complained_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
