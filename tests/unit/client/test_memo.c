/*
 * What people read about the sync: one sentence, and where it comes from.
 */
#include "tests/unit/client/place.h"

#include "client/agent/memo.h"

#define AT UINT64_C(1784652120000) /* 2026-07-21T16:42:00Z */

static void
expect_sentence(struct memo memo, const char *expected)
{
	char sentence[MEMO_SENTENCE_BYTES];

	memo_sentence(&memo, sentence);
	assert_string_equal(sentence, expected);
}

static void
test_each_state_has_its_sentence(void **state)
{
	(void)state;
	expect_sentence((struct memo){ .state = MEMO_FIRST_SYNC,
			    .filled_permille = 619 },
	    "First sync 61 %");
	expect_sentence((struct memo){ .state = MEMO_SYNCED,
			    .last_proved_ms = AT },
	    "Synced at 2026-07-21 16:42");
	expect_sentence((struct memo){ .state = MEMO_WAITING, .waiting = 3 },
	    "Connected; 3 waiting");
	expect_sentence((struct memo){ .state = MEMO_CHECKING },
	    "Connected; comparing with the hub");
	expect_sentence((struct memo){ .state = MEMO_OFFLINE,
			    .offline_since_ms = AT,
			    .waiting = 3 },
	    "Offline since 2026-07-21 16:42; 3 waiting");
	expect_sentence((struct memo){ .state = MEMO_OFFLINE },
	    "Not connected yet; nothing is waiting");
	expect_sentence((struct memo){ .state = MEMO_DIFFERS },
	    "Not the same as the hub's records; it will be repaired in the "
	    "night");
	expect_sentence((struct memo){ .state = MEMO_REVOKED },
	    "This computer was removed by the hub's administrator");
}

static void
test_names_are_those_of_the_json(void **state)
{
	static const char *const names[] = { "first sync", "synced", "waiting",
		"checking", "offline", "differs", "removed" };

	(void)state;
	for (int i = 0; i <= MEMO_REVOKED; i++)
		assert_string_equal(memo_state_name((enum memo_state)i),
		    names[i]);
}

/* --- through the replica -------------------------------------------------- */

static int
setup(void **state)
{
	struct error err = { 0 };

	*state = script_open(":memory:", REPLICA_CLIENT);
	/* As the engine leaves it after a proof. */
	SCRIPT_OK(replica_meta_set(*state, "proved", 1, &err), &err);
	return 0;
}

static int
teardown(void **state)
{
	replica_close(*state);
	return 0;
}

static struct memo
pass(struct replica *replica, struct engine_status status, uint64_t offline)
{
	struct memo memo = { 0 };
	struct error err = { 0 };

	SCRIPT_OK(memo_write(replica, &status, offline, &err), &err);
	SCRIPT_OK(memo_read(replica, &memo, &err), &err);
	return memo;
}

/* The engine's state as people know it: what is more urgent comes first. */
static void
test_state_follows_the_engine(void **state)
{
	struct engine_status status = { .state = ENGINE_OFFLINE,
		.proved = true };

	assert_int_equal(pass(*state, status, AT).state, MEMO_OFFLINE);
	status.state = ENGINE_GREETING;
	assert_int_equal(pass(*state, status, 0).state, MEMO_OFFLINE);
	status.state = ENGINE_IN_STEP;
	assert_int_equal(pass(*state, status, 0).state, MEMO_SYNCED);
	status.filling = 1;
	assert_int_equal(pass(*state, status, 0).state, MEMO_FIRST_SYNC);
	status.filling = 0;
	status.proved = false;
	assert_int_equal(pass(*state, status, 0).state, MEMO_CHECKING);
	status.differs = true;
	assert_int_equal(pass(*state, status, 0).state, MEMO_DIFFERS);
	status.waiting = 1;
	assert_int_equal(pass(*state, status, 0).state, MEMO_WAITING);
	status.goodbye.code = GOODBYE_REVOKED;
	assert_int_equal(pass(*state, status, 0).state, MEMO_REVOKED);
}

/* What the agent left is what others read, numbers of both signs too. */
static void
test_facts_are_read_as_they_were_written(void **state)
{
	struct engine_status status = {
		.state = ENGINE_IN_STEP,
		.filled_permille = 1000,
		.alarms = 2,
		.last_heard_ms = AT + 1,
		.last_proved_ms = AT + 2,
		.clock_error_ms = -70000,
	};
	struct memo memo = pass(*state, status, AT + 3);

	assert_int_equal(memo.filled_permille, 1000);
	assert_int_equal(memo.alarms, 2);
	assert_int_equal(memo.last_heard_ms, AT + 1);
	assert_int_equal(memo.last_proved_ms, AT + 2);
	assert_int_equal(memo.offline_since_ms, AT + 3);
	assert_int_equal(memo.clock_error_ms, -70000);
}

/* What another program wrote since is not synced, whatever the agent said. */
static void
test_synced_is_not_said_while_something_waits(void **state)
{
	struct engine_status status = { .state = ENGINE_IN_STEP,
		.proved = true };
	struct error err = { 0 };
	struct memo memo = { 0 };

	assert_int_equal(pass(*state, status, 0).state, MEMO_SYNCED);
	script_wait(*state, 100, PLACE_STAMP, 100, "pupil/100 surname=Lane");
	SCRIPT_OK(memo_read(*state, &memo, &err), &err);
	assert_int_equal(memo.state, MEMO_WAITING);
	assert_int_equal(memo.waiting, 1);
}

/* The engine takes a proof back with what changed; the agent has not told. */
static void
test_synced_is_not_said_after_the_proof_was_taken_back(void **state)
{
	struct engine_status status = { .state = ENGINE_IN_STEP,
		.proved = true };
	struct error err = { 0 };
	struct memo memo = { 0 };

	assert_int_equal(pass(*state, status, 0).state, MEMO_SYNCED);
	SCRIPT_OK(replica_meta_set(*state, "proved", 0, &err), &err);
	SCRIPT_OK(memo_read(*state, &memo, &err), &err);
	assert_int_equal(memo.state, MEMO_CHECKING);
}

/* A wish is met by its own ticket or a later one. */
static void
test_wish_is_met_by_its_ticket(void **state)
{
	struct error err = { 0 };
	uint64_t first, second, seen;
	bool met;

	SCRIPT_OK(memo_wish(*state, &first, &err), &err);
	SCRIPT_OK(memo_wish(*state, &second, &err), &err);
	assert_true(second > first);
	SCRIPT_OK(memo_get_wish(*state, &seen, &err), &err);
	assert_int_equal(seen, second);
	SCRIPT_OK(memo_wish_met(*state, first, &met, &err), &err);
	assert_false(met);
	SCRIPT_OK(memo_meet_wish(*state, first, &err), &err);
	SCRIPT_OK(memo_wish_met(*state, first, &met, &err), &err);
	assert_true(met);
	SCRIPT_OK(memo_wish_met(*state, second, &met, &err), &err);
	assert_false(met);
	SCRIPT_OK(memo_meet_wish(*state, second, &err), &err);
	SCRIPT_OK(memo_wish_met(*state, first, &met, &err), &err);
	assert_true(met);
}

int
main(void)
{
#define MEMO(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_state_has_its_sentence),
		cmocka_unit_test(test_names_are_those_of_the_json),
		MEMO(test_state_follows_the_engine),
		MEMO(test_facts_are_read_as_they_were_written),
		MEMO(test_synced_is_not_said_while_something_waits),
		MEMO(test_synced_is_not_said_after_the_proof_was_taken_back),
		MEMO(test_wish_is_met_by_its_ticket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
