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

/* An agent that cannot reach the hub does not undo what was. */
static void
test_last_time_is_kept_by_an_agent_that_knows_none(void **state)
{
	struct engine_status status = { .last_heard_ms = AT,
		.last_proved_ms = AT + 1 };
	const struct engine_status nothing = { 0 };
	struct memo memo;

	(void)pass(*state, status, 0);
	memo = pass(*state, nothing, AT + 2);
	assert_int_equal(memo.last_heard_ms, AT);
	assert_int_equal(memo.last_proved_ms, AT + 1);
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

	SCRIPT_OK(memo_wish(*state, MEMO_WISH_SYNC, &first, &err), &err);
	SCRIPT_OK(memo_wish(*state, MEMO_WISH_SYNC, &second, &err), &err);
	assert_true(second > first);
	SCRIPT_OK(memo_get_wish(*state, MEMO_WISH_SYNC, &seen, &err), &err);
	assert_int_equal(seen, second);
	SCRIPT_OK(memo_wish_met(*state, MEMO_WISH_SYNC, first, &met, &err),
	    &err);
	assert_false(met);
	SCRIPT_OK(memo_meet_wish(*state, MEMO_WISH_SYNC, first, &err), &err);
	SCRIPT_OK(memo_wish_met(*state, MEMO_WISH_SYNC, first, &met, &err),
	    &err);
	assert_true(met);
	SCRIPT_OK(memo_wish_met(*state, MEMO_WISH_SYNC, second, &met, &err),
	    &err);
	assert_false(met);
	SCRIPT_OK(memo_meet_wish(*state, MEMO_WISH_SYNC, second, &err), &err);
	SCRIPT_OK(memo_wish_met(*state, MEMO_WISH_SYNC, first, &met, &err),
	    &err);
	assert_true(met);
}

/* One kind of wish is not met by another; what is met is wished no more. */
static void
test_wish_for_a_night_is_another(void **state)
{
	struct error err = { 0 };
	uint64_t sync, night, seen;
	bool met;

	SCRIPT_OK(memo_wish(*state, MEMO_WISH_SYNC, &sync, &err), &err);
	SCRIPT_OK(memo_wish(*state, MEMO_WISH_NIGHT, &night, &err), &err);
	SCRIPT_OK(memo_meet_wish(*state, MEMO_WISH_SYNC, sync, &err), &err);
	SCRIPT_OK(memo_get_wish(*state, MEMO_WISH_SYNC, &seen, &err), &err);
	assert_int_equal(seen, 0);
	SCRIPT_OK(memo_get_wish(*state, MEMO_WISH_NIGHT, &seen, &err), &err);
	assert_int_equal(seen, night);
	SCRIPT_OK(memo_wish_met(*state, MEMO_WISH_NIGHT, night, &met, &err),
	    &err);
	assert_false(met);
}

/* --- the night ------------------------------------------------------------ */

static void
expect_night(struct found found, const char *expected)
{
	struct memo memo = { .reconciled_ms = AT, .found = found };
	char sentence[MEMO_WORDS_BYTES];

	memo_night_sentence(&memo, sentence);
	assert_string_equal(sentence, expected);
}

static void
test_each_night_has_its_sentence(void **state)
{
	const struct memo never = { 0 };
	char sentence[MEMO_WORDS_BYTES];

	(void)state;
	memo_night_sentence(&never, sentence);
	assert_string_equal(sentence, "Not compared with the hub yet");
	expect_night((struct found){ .outcome = FOUND_EQUAL },
	    "Compared with the hub at 2026-07-21 16:42: the same");
	expect_night((struct found){ .outcome = FOUND_MENDED,
			 .only_hub = 17204,
			 .only_client = 1,
			 .refolded = 1 },
	    "Compared with the hub at 2026-07-21 16:42: repaired (17,204 "
	    "entries were missing here, 1 entry was missing at the hub; the "
	    "tables were made anew)");
	expect_night((struct found){ .outcome = FOUND_UNFINISHED,
			 .only_hub = 2 },
	    "Compared with the hub at 2026-07-21 16:42: not finished, for what "
	    "a night may cost was spent; the next one goes on (2 entries were "
	    "missing here)");
	expect_night((struct found){ .outcome = FOUND_FAILED, .faults = 1 },
	    "Compared with the hub at 2026-07-21 16:42: not repaired; tell the "
	    "hub's administrator (1 fault was in the tables or the file)");
}

/* As the engine leaves it when a night has ended. */
static void
test_night_is_read_as_the_engine_kept_it(void **state)
{
	struct found found = { .outcome = FOUND_MENDED,
		.damaged = 2,
		.bytes = 131 };
	struct buffer body = { 0 };
	struct error err = { 0 };
	struct memo memo = { 0 };

	SCRIPT_OK(memo_read(*state, &memo, &err), &err);
	assert_int_equal(memo.reconciled_ms, 0);
	SCRIPT_OK(message_found_encode(&found, &body, &err), &err);
	SCRIPT_OK(replica_meta_set(*state, "reconciled_ms", AT, &err), &err);
	SCRIPT_OK(replica_meta_set_blob(*state, "reconciled",
		      buffer_view(&body), &err),
	    &err);
	buffer_deinit(&body);
	SCRIPT_OK(memo_read(*state, &memo, &err), &err);
	assert_int_equal(memo.reconciled_ms, AT);
	assert_int_equal(memo.found.outcome, FOUND_MENDED);
	assert_int_equal(memo.found.damaged, 2);
	assert_int_equal(memo.found.bytes, 131);
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
		MEMO(test_last_time_is_kept_by_an_agent_that_knows_none),
		MEMO(test_synced_is_not_said_while_something_waits),
		MEMO(test_synced_is_not_said_after_the_proof_was_taken_back),
		MEMO(test_wish_is_met_by_its_ticket),
		MEMO(test_wish_for_a_night_is_another),
		cmocka_unit_test(test_each_night_has_its_sentence),
		MEMO(test_night_is_read_as_the_engine_kept_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
