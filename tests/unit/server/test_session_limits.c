/*
 * Limits of a session: how much one site may ask, send and leave unread; and
 * what is told of whom, once.
 */
#include "tests/unit/server/refused.h"

#include "server/core/hub_state.h"
#include "server/core/session.h"
#include "server/core/table.h"

/* --- what one site may ask ------------------------------------------------ */

static struct replies *
ask_fills(struct fixture *f, uint64_t first, uint32_t count)
{
	struct fill fills[LIMIT_FILLS];
	struct buffer body = { 0 };

	for (uint32_t i = 0; i < count; i++)
		fills[i] = (struct fill){ first + i, 0, 9 };
	OK(message_fills_encode(&(struct fills){ fills, count }, &body,
	    &f->err));
	return exchange(f, 1, FRAME_FILL, &body);
}

/* All that may wait in one frame; and one more, before they are answered. */
static void
test_too_many_files_at_once_end_the_session(void **state)
{
	struct fixture *f = *state;
	struct fill fills[LIMIT_FILLS];
	struct buffer body = { 0 }, out = { 0 };

	(void)greet(f, 1, 0);
	assert_non_null(
	    find_reply(ask_fills(f, 5000, LIMIT_FILLS), FRAME_FILLED));
	for (int frame = 0; frame < 2; frame++) {
		for (uint32_t i = 0; i < LIMIT_FILLS; i++)
			fills[i] =
			    (struct fill){ 9000 + i + (frame == 0 ? 0 : 1), 0,
				    9 };
		OK(message_fills_encode(&(struct fills){ fills, LIMIT_FILLS },
		    &body, &f->err));
		add_frame(f, &out, FRAME_FILL, &body);
	}
	say(f, 1, &out);
	end_turn(f);
	assert_int_equal(goodbye_in(f, hear(f, f->sessions[1])),
	    GOODBYE_PROTOCOL);
	buffer_deinit(&body);
	buffer_deinit(&out);
}

static void
test_too_many_fetches_at_once_end_the_session(void **state)
{
	static uint64_t ids[LIMIT_FETCHES];
	struct fixture *f = *state;
	struct fetch fetch = { ids, LIMIT_FETCHES };
	struct buffer body = { 0 }, out = { 0 };

	for (uint32_t i = 0; i < LIMIT_FETCHES; i++)
		ids[i] = 70000 + i;
	(void)greet(f, 1, 0);
	OK(message_fetch_encode(&fetch, &body, &f->err));
	for (int i = 0; i <= HUB_QUEUED_FETCHES / LIMIT_FETCHES; i++)
		add_frame(f, &out, FRAME_FETCH, &body);
	say(f, 1, &out);
	end_turn(f);
	assert_int_equal(goodbye_in(f, hear(f, f->sessions[1])),
	    GOODBYE_PROTOCOL);
	buffer_deinit(&body);
	buffer_deinit(&out);
}

/* Who asks and asks and never reads is hung up. */
static void
test_site_that_does_not_read_is_hung_up(void **state)
{
	struct fixture *f = *state;
	struct ping ping = { .token = 1 };
	struct buffer body = { 0 }, out = { 0 };

	(void)greet(f, 1, head_of(f));
	OK(message_ping_encode(&ping, &body, &f->err));
	OK(hub_output(f->hub, f->sessions[1], HUB_UNREAD_BYTES + 1, &out,
	    f->now, &f->err));
	buffer_deinit(&out);
	assert_int_equal(goodbye_in(f, exchange(f, 1, FRAME_PING, &body)),
	    GOODBYE_LIMIT);
}

/* --- what one site may send ----------------------------------------------- */

/* A commit of nearly a hundred kilobytes. */
static struct bytes
large_commit(struct fixture *f)
{
	static char words[3 * 8000 + 1];
	struct build b = build(f, 1, add_pupil(f, 1));

	for (size_t i = 0; i + 3 < sizeof(words); i += 3)
		memcpy(words + i, "\xe2\x82\xac", 3);
	for (int i = 0; i < BUILD_CHANGES; i++) {
		build_new(&b, "note");
		build_text(&b, "category", "pastoral");
		build_text(&b, "happened_on", "2026-07-01");
		build_text(&b, "text", words);
	}
	return build_bytes(&b);
}

/* Too much in one turn is put off, not refused: it goes again by itself. */
static void
test_too_much_in_one_turn_is_put_off(void **state)
{
	enum {
		EACH = 8,
		FRAMES = 23
	};
	struct fixture *f = *state;
	struct bytes commit = large_commit(f), commits[EACH];
	struct push message = { 0, commits, EACH };
	struct buffer body = { 0 }, out = { 0 };
	struct replies *replies;
	uint32_t taken = 0, busy = 0;

	for (int i = 0; i < EACH; i++)
		commits[i] = commit;
	OK(message_push_encode(&message, &body, &f->err));
	for (int i = 0; i < FRAMES; i++)
		add_frame(f, &out, FRAME_PUSH, &body);
	say(f, 1, &out);
	end_turn(f);
	replies = hear(f, f->sessions[1]);
	for (uint32_t i = 0; i < replies->count; i++) {
		struct answers answers;

		if (replies->list[i].type != FRAME_ANSWER)
			continue;
		OK(message_answers_decode(replies->list[i].body, &f->arena,
		    &answers, &f->err));
		for (uint32_t j = 0; j < answers.answer_count; j++) {
			taken += answers.answers[j].refusal == REFUSAL_NONE;
			busy += answers.answers[j].refusal == REFUSAL_BUSY;
		}
	}
	assert_int_equal(taken, HUB_TURN_BYTES / commit.size);
	assert_int_equal(taken + busy, EACH * FRAMES);
	assert_int_equal(offer_bytes(f, 1, commit), REFUSAL_NONE);
	buffer_deinit(&body);
	buffer_deinit(&out);
}

/* A commit that is too large to be one is refused, and not kept. */
static bool
expect_no_bytes(void *context, const struct refused_commit *refused)
{
	uint32_t *count = context;

	++*count;
	assert_int_equal(refused->bytes.size, 0);
	return false;
}

static void
test_refused_commit_that_is_too_large_is_not_kept(void **state)
{
	struct fixture *f = *state;
	uint8_t *bytes = arena_alloc(&f->arena, LIMIT_COMMIT_BYTES + 1);
	uint32_t count = 0;

	assert_non_null(bytes);
	OK(counters_refused(f->replica, 1, 1, REFUSAL_BYTES, f->now,
	    (struct bytes){ bytes, LIMIT_COMMIT_BYTES + 1 }, &f->err));
	OK(counters_refused(f->replica, 1, 2, REFUSAL_BYTES, f->now,
	    (struct bytes){ bytes, LIMIT_COMMIT_BYTES + 1 }, &f->err));
	OK(counters_each_refused(f->replica, expect_no_bytes, &count, &f->err));
	assert_int_equal(count, 1);
}

static bool
stop_at_the_first(void *context, uint32_t site, struct bytes name,
    uint64_t count)
{
	uint64_t *seen = context;

	(void)name;
	assert_int_equal(site, 1);
	*seen += count;
	return false;
}

static void
test_counters_are_visited_until_enough(void **state)
{
	struct fixture *f = *state;
	uint64_t seen = 0;

	OK(counters_add(f->replica, 2, "one", &f->err));
	OK(counters_add(f->replica, 1, "one", &f->err));
	OK(counters_each(f->replica, stop_at_the_first, &seen, &f->err));
	assert_int_equal(seen, 1);
}

/* --- what is told --------------------------------------------------------- */

struct told {
	char name[32];
	uint32_t site;
	uint64_t number;
	uint32_t count;
};

static void
note_event(void *context, const char *name, uint32_t site, uint64_t number)
{
	struct told *told = context;

	snprintf(told->name, sizeof(told->name), "%s", name);
	told->site = site;
	told->number = number;
	told->count++;
}

/* The log hears of refusals and of requests that are not granted. */
static void
test_log_is_told_of_refusals(void **state)
{
	struct fixture *f = *state;
	struct build b = build(f, 1, f->schools[ELM]);
	struct buffer body = { 0 };
	struct told told = { .count = 0 };

	(void)greet(f, 1, 0);
	f->hub->options.event = note_event;
	f->hub->options.hang_up = NULL;
	f->hub->options.context = &told;
	build_new(&b, "setting");
	build_text(&b, "name", "colour");
	assert_int_equal(offer(&b), REFUSAL_RIGHTS);
	assert_string_equal(told.name, "refused");
	assert_int_equal(told.site, 1);
	assert_int_equal(told.number, REFUSAL_RIGHTS);
	OK(message_drop_encode(&(struct drop){ 4711 }, &body, &f->err));
	(void)exchange(f, 1, FRAME_DROP, &body);
	assert_string_equal(told.name, "drop.refused");
	assert_int_equal(told.count, 2);
}

/* A session ends once: the first reason stands. */
static void
test_reason_is_told_once(void **state)
{
	struct fixture *f = *state;
	struct replies *replies;
	uint32_t reasons = 0;

	(void)greet(f, 1, head_of(f));
	session_goodbye(f->sessions[1], GOODBYE_LIMIT, "first");
	session_goodbye(f->sessions[1], GOODBYE_REVOKED, "second");
	replies = hear(f, f->sessions[1]);
	for (uint32_t i = 0; i < replies->count; i++)
		reasons += replies->list[i].type == FRAME_GOODBYE;
	assert_int_equal(reasons, 1);
	assert_int_equal(goodbye_in(f, replies), GOODBYE_LIMIT);
}

/* A tick in the middle of a turn leaves the turn alone. */
static void
test_tick_leaves_a_turn_alone(void **state)
{
	struct fixture *f = *state;
	struct build b = build_pupil(f, 1);
	struct bytes commit = build_bytes(&b);
	struct push message = { 0, &commit, 1 };
	struct buffer body = { 0 }, out = { 0 };
	struct answer answers[COMMITS];

	(void)greet(f, 1, 0);
	OK(message_push_encode(&message, &body, &f->err));
	add_frame(f, &out, FRAME_PUSH, &body);
	say(f, 1, &out);
	OK(hub_tick(f->hub, f->now, &f->err));
	assert_true(replica_in_transaction(f->replica));
	end_turn(f);
	assert_int_equal(answers_in(f, hear(f, f->sessions[1]), answers), 1);
	assert_int_equal(answers[0].refusal, REFUSAL_NONE);
	buffer_deinit(&body);
	buffer_deinit(&out);
}

/* What was never made is destroyed without harm. */
static void
test_nothing_is_destroyed(void **state)
{
	struct fixture *f = *state;
	uint64_t head = head_of(f);

	hub_destroy(NULL);
	session_destroy(NULL);
	assert_int_equal(head_of(f), head);
}

/* --- what the hub itself holds -------------------------------------------- */

/* After a restore a school may be known in whose file nothing was written. */
static void
test_file_in_which_nothing_was_written_is_filled(void **state)
{
	struct fixture *f = *state;
	struct fill fill = { f->schools[OAK], 0, 9 };
	struct buffer body = { 0 };
	struct filleds filleds;
	const struct reply *reply;

	OK(table_run(f->replica, &f->err,
	    "DELETE FROM dossier WHERE number = ?1", "i", f->schools[OAK]));
	(void)greet(f, 1, 0);
	OK(message_fills_encode(&(struct fills){ &fill, 1 }, &body, &f->err));
	reply = find_reply(exchange(f, 1, FRAME_FILL, &body), FRAME_FILLED);
	assert_non_null(reply);
	OK(message_filleds_decode(reply->body, &f->arena, &filleds, &f->err));
	assert_int_equal(filleds.filleds[0].state, FILLED_DONE);
	assert_int_equal(filleds.filleds[0].count, 0);
}

/* The hub's own damage is no fault of the site that meets it: nothing is
 * answered, and it comes again. */
static void
test_damage_in_the_ledger_is_not_the_sites_fault(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	uint64_t contact = add_contact(f, 1, pupil);
	struct build b = build(f, 1, pupil);
	struct bytes commit;
	struct push message = { 0, &commit, 1 };
	struct buffer body = { 0 }, out = { 0 };

	build_change(&b, "contact", contact);
	build_text(&b, "surname", "Moss");
	commit = build_bytes(&b);
	OK(table_run(f->replica, &f->err,
	    "UPDATE ledger SET bytes = substr(bytes, 1, length(bytes) - 1)"
	    " WHERE id = ?1",
	    "i", contact));
	OK(message_push_encode(&message, &body, &f->err));
	add_frame(f, &out, FRAME_PUSH, &body);
	assert_int_equal(hub_receive(f->hub, f->sessions[1], buffer_view(&out),
			     f->now, &f->err),
	    STATUS_CORRUPT);
	end_turn(f);
	assert_int_equal(goodbye_in(f, hear(f, f->sessions[1])),
	    GOODBYE_INTERNAL);
	buffer_deinit(&body);
	buffer_deinit(&out);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_too_many_files_at_once_end_the_session),
		TEST(test_too_many_fetches_at_once_end_the_session),
		TEST(test_site_that_does_not_read_is_hung_up),
		TEST(test_too_much_in_one_turn_is_put_off),
		TEST(test_refused_commit_that_is_too_large_is_not_kept),
		TEST(test_counters_are_visited_until_enough),
		TEST(test_log_is_told_of_refusals),
		TEST(test_reason_is_told_once),
		TEST(test_tick_leaves_a_turn_alone),
		TEST(test_nothing_is_destroyed),
		TEST(test_file_in_which_nothing_was_written_is_filled),
		TEST(test_damage_in_the_ledger_is_not_the_sites_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
