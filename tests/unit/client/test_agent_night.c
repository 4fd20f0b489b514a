/*
 * What the agent does about the night: a hub that cannot now, checks that are
 * cut off, and wishes that a run under way does not meet.  The engine and its
 * hub are those of talk.h; the agent has a loop, and a folder to work on.
 *
 * Covers client/agent/agent_night.c and client/agent/agent_memo.c.
 */
#include "tests/unit/engine/talk.h"

#include <uv.h>

#include "client/agent/agent_private.h"
#include "client/agent/memo.h"
#include "common/support/clock.h"
#include "tests/unit/scratch.h"

struct house {
	struct talk *t;
	struct agent agent;
	struct folder folder;
	uv_loop_t loop;
	char data[SCRATCH_BYTES];
	uint32_t done; /* how often it said so */
	struct error why;
};

static void
on_done(struct agent *agent, const struct error *why, void *user)
{
	struct house *house = user;

	(void)agent;
	house->done++;
	house->why = *why;
}

static int
house_begin(void **state)
{
	struct house *house = calloc(1, sizeof(*house));
	char path[SCRATCH_BYTES + 16];
	void *talk = NULL;

	assert_non_null(house);
	assert_int_equal(talk_begin(&talk), 0);
	house->t = talk;
	/* The agent steps its engine by the clocks that there are. */
	house->t->now = (uint64_t)clock_unix_ms();
	house->t->elapsed = clock_monotonic_ms();
	scratch_make(house->data);
	snprintf(path, sizeof(path), "%s/replica.db", house->data);
	replica_close(fixture_open_at(path, REPLICA_CLIENT, 1, OAK));
	house->folder.path = house->data;
	assert_int_equal(uv_loop_init(&house->loop), 0);
	house->agent = (struct agent){
		.options = { .folder = &house->folder,
		    .replica = house->t->replica,
		    .mode = AGENT_RUN },
		.handlers = { .on_done = on_done },
		.user = house,
		.loop = &house->loop,
		.engine = house->t->engine,
		.timer_open = true,
		.progress_at_ms = clock_monotonic_ms(),
	};
	uv_timer_init(&house->loop, &house->agent.timer);
	house->agent.timer.data = &house->agent;
	*state = house;
	return 0;
}

/* Until nothing is under way in the pool, and what was closed is closed. */
static void
run_out(struct house *house)
{
	assert_int_equal(uv_run(&house->loop, UV_RUN_DEFAULT), 0);
}

static int
house_end(void **state)
{
	struct house *house = *state;
	void *talk = house->t;

	if (house->agent.timer_open)
		agent_finish(&house->agent, NULL);
	run_out(house);
	assert_false(house->agent.timer_open);
	assert_int_equal(uv_loop_close(&house->loop), 0);
	scratch_remove(house->data);
	free(house);
	return talk_end(&talk);
}

/* --- a night of the hub's ------------------------------------------------- */

static void
say_due(struct house *house)
{
	SAY(house->t, FRAME_NIGHT, night,
	    (struct night_message){ .due_ms = house->t->now });
	assert_int_equal(said_count(house->t, FRAME_RECONCILE), 1);
}

static void
begin_night(struct house *house)
{
	talk_begin_session(house->t);
	say_due(house);
}

static void
say_state(struct house *house, enum reconciled_state reconciled)
{
	SAY(house->t, FRAME_RECONCILED, reconciled,
	    (struct reconciled){ .state = reconciled });
}

/* All is the same, and so are tables and file. */
static void
end_night(struct house *house)
{
	say_state(house, RECONCILED_EQUAL);
	engine_checked(house->t->engine, 0);
	talk_tick(house->t, 1);
	assert_int_equal(said_count(house->t, FRAME_FOUND), 1);
	agent_night_follow(&house->agent);
	run_out(house);
}

/* --- later ---------------------------------------------------------------- */

/* The schedule's night waits for what the hub says; a person's asks again. */
static void
test_hub_that_cannot_now_is_asked_again_for_a_person(void **state)
{
	struct house *house = *state;
	struct agent *agent = &house->agent;

	const enum agent_mode modes[] = { AGENT_RUN, AGENT_RECONCILE };

	begin_night(house);
	for (size_t i = 0; i < 2; i++) {
		agent->options.mode = modes[i];
		agent->night.asked_again_ms = clock_monotonic_ms();
		say_state(house, RECONCILED_LATER);
		agent_night_follow(agent);
		assert_true(agent->night.put_off_ms != 0);
		talk_tick(house->t, 1);
		assert_int_equal(said_count(house->t, FRAME_RECONCILE), 0);
		agent->night.asked_again_ms -= AGENT_ASK_AGAIN_MS;
		agent_night_follow(agent);
		talk_tick(house->t, 1);
		assert_int_equal(said_count(house->t, FRAME_RECONCILE), i);
	}
	end_night(house);
	agent_night_follow(agent);
	assert_int_equal(agent->night.put_off_ms, 0); /* it has answered */
}

/* Not for ever: who waits at a terminal is told. */
static void
test_hub_that_never_can_is_told(void **state)
{
	struct house *house = *state;
	struct agent *agent = &house->agent;

	agent->options.mode = AGENT_RECONCILE;
	begin_night(house);
	say_state(house, RECONCILED_LATER);
	agent_night_follow(agent);
	agent_look_whether_done(agent);
	assert_false(agent->done);
	agent->night.put_off_ms -= AGENT_PUT_OFF_MS + 1;
	agent_look_whether_done(agent);
	assert_true(agent->done);
	run_out(house);
	assert_int_equal(house->done, 1);
	assert_int_equal(house->why.status, STATUS_BUSY);
	assert_string_equal(house->why.text, AGENT_PUT_OFF);
}

/* --- checks --------------------------------------------------------------- */

static void
begin_check(struct house *house)
{
	say_state(house, RECONCILED_EQUAL);
	assert_true(house->t->update.check);
	agent_night_check(&house->agent);
	assert_true(agent_night_works(&house->agent));
}

static void
test_what_a_check_found_ends_the_night(void **state)
{
	struct house *house = *state;

	begin_night(house);
	begin_check(house);
	run_out(house);
	assert_false(agent_night_works(&house->agent));
	assert_int_equal(talk_status(house->t).nights, 1);
	assert_int_equal(talk_status(house->t).found.outcome, FOUND_EQUAL);
}

/* The line is gone: what is found for it is told to nobody, and the night of
 * the next connection has a check of its own. */
static void
test_check_is_cut_off_with_its_connection(void **state)
{
	struct house *house = *state;

	begin_night(house);
	begin_check(house);
	agent_night_check(&house->agent); /* another is to follow it */
	agent_night_forget(&house->agent);
	run_out(house);
	assert_false(agent_night_works(&house->agent));
	assert_int_equal(talk_status(house->t).nights, 0);
	assert_true(talk_status(house->t).reconciling);
	talk_disconnect(house->t);
	begin_night(house);
	begin_check(house);
	run_out(house);
	assert_int_equal(talk_status(house->t).nights, 1);
}

/* One that was asked for while the last was being cut off is made. */
static void
test_check_waits_for_the_one_that_is_cut_off(void **state)
{
	struct house *house = *state;

	begin_night(house);
	begin_check(house);
	agent_night_forget(&house->agent);
	talk_disconnect(house->t);
	begin_night(house);
	begin_check(house);
	run_out(house);
	assert_int_equal(talk_status(house->t).nights, 1);
}

/* Who stops does not wait for the end of a check. */
static void
test_agent_that_stops_cuts_off_its_check(void **state)
{
	struct house *house = *state;

	begin_night(house);
	begin_check(house);
	agent_stop(&house->agent);
	assert_true(atomic_load(&house->agent.night.stop));
	run_out(house);
	assert_int_equal(house->done, 1);
	assert_int_equal(talk_status(house->t).nights, 0);
}

/* A database that cannot be looked at ends the connection, not the agent. */
static void
test_check_that_fails_is_no_end_of_the_agent(void **state)
{
	struct house *house = *state;
	char path[SCRATCH_BYTES + 16];

	begin_night(house);
	snprintf(path, sizeof(path), "%s/replica.db", house->data);
	assert_int_equal(remove(path), 0);
	begin_check(house);
	run_out(house);
	assert_int_equal(talk_status(house->t).nights, 0);
	assert_false(house->agent.done);
	house->agent.options.mode = AGENT_RECONCILE;
	agent_night_check(&house->agent);
	run_out(house);
	assert_true(house->agent.done);
	assert_int_equal(house->why.status, STATUS_CORRUPT);
}

/* --- wishes --------------------------------------------------------------- */

static bool
is_met(struct house *house, uint64_t ticket)
{
	bool met;

	assert_ok(memo_wish_met(house->t->replica, MEMO_WISH_NIGHT, ticket,
	    &met, err));
	return met;
}

/* A run that was under way may have looked before: one that begins after the
 * wish meets it, and when its report is kept. */
static void
test_wish_is_met_by_a_run_that_began_after_it(void **state)
{
	struct house *house = *state;
	uint64_t ticket;

	begin_night(house);
	assert_ok(memo_wish(house->t->replica, MEMO_WISH_NIGHT, &ticket, err));
	agent_memo_look(&house->agent);
	agent_night_follow(&house->agent);
	end_night(house);
	assert_false(is_met(house, ticket));
	say_due(house); /* behind FOUND */
	assert_int_equal(talk_status(house->t).nights, 1);
	end_night(house);
	assert_int_equal(talk_status(house->t).nights, 2);
	assert_true(is_met(house, ticket));
}

#define HOUSE(test) \
	cmocka_unit_test_setup_teardown(test, house_begin, house_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HOUSE(test_hub_that_cannot_now_is_asked_again_for_a_person),
		HOUSE(test_hub_that_never_can_is_told),
		HOUSE(test_what_a_check_found_ends_the_night),
		HOUSE(test_check_is_cut_off_with_its_connection),
		HOUSE(test_check_waits_for_the_one_that_is_cut_off),
		HOUSE(test_agent_that_stops_cuts_off_its_check),
		HOUSE(test_check_that_fails_is_no_end_of_the_agent),
		HOUSE(test_wish_is_met_by_a_run_that_began_after_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
