/*
 * The dialogue with one site: greetings, batches, what is answered when, and
 * how sessions end.
 */
#include "tests/unit/server/domain.h"

#include <sqlite3.h>

#include "server/core/push.h"
#include "server/core/session.h"
#include "server/core/session_ask.h"
#include "server/core/table.h"

enum {
	COPIES = HUB_COPIES + 1
};

static struct bytes
a_setting(struct fixture *f, uint32_t site)
{
	struct build b = build(f, site, f->schools[site_schools[site]]);

	build_new(&b, "setting");
	build_text(&b, "name", "colour");
	return build_bytes(&b);
}

static void
test_first_frame_must_be_hello(void **state)
{
	struct fixture *f = *state;
	struct bytes commit = a_setting(f, 1);
	uint64_t head = head_of(f);

	connect_site(f, 1);
	assert_int_equal(goodbye_in(f, push(f, 1, &commit, 1)),
	    GOODBYE_PROTOCOL);
	assert_int_equal(head_of(f), head);
	assert_int_equal(counted(f, 1, "protocol"), 1);
}

/* Frames that no client sends, bodies that are nothing, lengths that lie. */
static void
test_hostile_frames_end_the_session(void **state)
{
	static const uint8_t frames[][8] = {
		{ 0, 0, 0, 1, FRAME_HELLO, 0xc0 },
		{ 0, 0, 0, 1, FRAME_WELCOME, 0xc0 },
		{ 0, 0, 0, 1, FRAME_STREAM, 0x90 },
		{ 0, 0, 0, 1, FRAME_PUSH, 0xc1 },
		{ 0, 0, 0, 1, FRAME_CONFIRM, 0x93 },
		{ 0, 0, 0, 1, FRAME_PUSH | FRAME_COMPRESSED, 0x00 },
		{ 0xff, 0xff, 0xff, 0xff, FRAME_PUSH, 0x00 },
	};
	struct fixture *f = *state;
	struct bytes bytes;

	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		(void)greet(f, 1, 0);
		bytes = (struct bytes){ frames[i], 6 };
		OK(hub_receive(f->hub, f->sessions[1], bytes, f->now, &f->err));
		end_turn(f);
		(void)goodbye_in(f, hear(f, f->sessions[1]));
		assert_int_equal(f->hung_up, i + 1);
		disconnect_site(f, 1);
	}
}

/* Nobody is removed by a line that garbles a byte. */
static void
test_leave_that_is_no_message_removes_nobody(void **state)
{
	struct fixture *f = *state;
	struct buffer body = { 0 };

	(void)greet(f, 1, 0);
	OK(buffer_append(&body, (struct bytes){ (const uint8_t *)"\xc1", 1 }));
	assert_int_equal(goodbye_in(f, exchange(f, 1, FRAME_LEAVE, &body)),
	    GOODBYE_PROTOCOL);
	disconnect_site(f, 1);
	(void)greet(f, 1, 0);
}

/* Nor does what one computer garbles cost others their turn. */
static void
test_offer_that_is_no_message_is_the_sites_fault(void **state)
{
	struct fixture *f = *state;
	struct buffer body = { 0 };

	(void)greet(f, 1, 0);
	OK(buffer_append(&body, (struct bytes){ (const uint8_t *)"\xc0", 1 }));
	assert_int_equal(goodbye_in(f, exchange(f, 1, FRAME_OFFER, &body)),
	    GOODBYE_PROTOCOL);
}

/* A later version's frame is skipped, not feared. */
static void
test_unknown_frame_is_skipped(void **state)
{
	static const uint8_t frame[] = { 0, 0, 0, 1, 77, 0xc0 };
	struct fixture *f = *state;

	(void)greet(f, 1, 0);
	OK(hub_receive(f->hub, f->sessions[1],
	    (struct bytes){ frame, sizeof(frame) }, f->now, &f->err));
	end_turn(f);
	assert_int_equal(offer_bytes(f, 1, a_setting(f, 1)), REFUSAL_NONE);
	assert_int_equal(f->hung_up, 0);
}

/* Wherever the line cuts the bytes, the same is answered. */
static void
test_frames_split_at_every_byte_are_the_same(void **state)
{
	struct fixture *f = *state;
	struct push message = { .commit_count = 1 };
	struct bytes commit, all;
	struct buffer body = { 0 }, out = { 0 };
	struct answer answers[COMMITS];
	size_t size = SIZE_MAX;

	for (size_t cut = 0; cut <= size; cut++) {
		struct hello hello = hello_of(f, 1, head_of(f));

		connect_site(f, 1);
		commit = a_setting(f, 1);
		message.commits = &commit;
		buffer_clear(&out);
		OK(message_hello_encode(&hello, &body, &f->err));
		add_frame(f, &out, FRAME_HELLO, &body);
		OK(message_push_encode(&message, &body, &f->err));
		add_frame(f, &out, FRAME_PUSH, &body);
		all = buffer_view(&out);
		size = all.size;
		if (cut > size)
			break;
		OK(hub_receive(f->hub, f->sessions[1],
		    (struct bytes){ all.data, cut }, f->now, &f->err));
		bytes_advance(&all, cut);
		OK(hub_receive(f->hub, f->sessions[1], all, f->now, &f->err));
		end_turn(f);
		assert_int_equal(answers_in(f, hear(f, f->sessions[1]),
				     answers),
		    1);
		assert_int_equal(answers[0].refusal, REFUSAL_NONE);
		assert_int_equal(answers[0].sequence, head_of(f));
		disconnect_site(f, 1);
	}
	if (f->sessions[1] != NULL)
		disconnect_site(f, 1);
	buffer_deinit(&body);
	buffer_deinit(&out);
}

static void
test_unknown_computer_is_denied(void **state)
{
	struct fixture *f = *state;
	struct session *session = NULL;
	uint8_t stranger = 200;

	assert_int_equal(hub_connect(f->hub, (struct bytes){ &stranger, 1 },
			     f->now, NULL, &session, &f->err),
	    STATUS_DENIED);
	assert_null(session);
}

/* The same computer connects again before the hub noticed the lost line. */
static void
test_replaced_session_is_hung_up(void **state)
{
	struct fixture *f = *state;
	struct session *old;

	(void)greet(f, 1, 0);
	old = f->sessions[1];
	f->sessions[1] = NULL;
	connect_site(f, 1);
	assert_int_equal(goodbye_in(f, hear(f, old)), GOODBYE_REPLACED);
	assert_int_equal(f->hung_up, 1);
	hub_disconnect(f->hub, old);
	(void)greet(f, 1, 0);
	assert_int_equal(offer_bytes(f, 1, a_setting(f, 1)), REFUSAL_NONE);
}

static void
revoke_from_outside(struct fixture *f, uint32_t site)
{
	struct replica_options options = { .path = f->path,
		.kind = REPLICA_HUB,
		.must_exist = true };
	struct mark_key key = { { 7 } };
	struct replica *other = NULL;
	struct hub_writer writer;

	OK(replica_open(&options, &other, &f->err));
	OK(hub_writer_init(&writer, other, &key, f->now, 1, &f->err));
	OK(sites_revoke(&writer, site, "stolen", &f->err));
	replica_close(other);
}

/* Revoked by the command line, in another process, while it is connected. */
static void
test_revoked_computer_is_hung_up(void **state)
{
	struct fixture *f = *state;
	struct session *session = NULL;

	(void)greet(f, 1, 0);
	(void)greet(f, 2, 0);
	revoke_from_outside(f, 1);
	OK(hub_tick(f->hub, f->now, &f->err));
	assert_int_equal(goodbye_in(f, hear(f, f->sessions[1])),
	    GOODBYE_REVOKED);
	assert_null(find_reply(hear(f, f->sessions[2]), FRAME_GOODBYE));
	assert_int_equal(hub_connect(f->hub, serial_of(1), f->now, NULL,
			     &session, &f->err),
	    STATUS_DENIED);
}

/* The hub could not look when it was to: it looks again. */
static void
test_revocation_is_followed_when_it_can_be(void **state)
{
	struct fixture *f = *state;

	(void)greet(f, 1, 0);
	revoke_from_outside(f, 1);
	OK(table_run(f->replica, &f->err,
	    "ALTER TABLE ledger RENAME TO elsewhere", ""));
	assert_int_not_equal(hub_tick(f->hub, f->now, &f->err), STATUS_OK);
	OK(table_run(f->replica, &f->err,
	    "ALTER TABLE elsewhere RENAME TO ledger", ""));
	OK(hub_tick(f->hub, f->now, &f->err));
	assert_int_equal(goodbye_in(f, hear(f, f->sessions[1])),
	    GOODBYE_REVOKED);
}

/* Even before the hub has looked, nothing of a revoked computer is taken. */
static void
test_batch_of_a_revoked_computer_is_not_taken(void **state)
{
	struct fixture *f = *state;
	struct mark_key key = { { 7 } };
	struct bytes commit = a_setting(f, 1);
	struct hub_writer writer;
	uint64_t head;

	(void)greet(f, 1, 0);
	OK(hub_writer_init(&writer, f->replica, &key, f->now, 1, &f->err));
	OK(sites_revoke(&writer, 1, "stolen", &f->err));
	head = head_of(f);
	assert_int_equal(goodbye_in(f, push(f, 1, &commit, 1)),
	    GOODBYE_REVOKED);
	assert_int_equal(head_of(f), head);
}

/* A batch that came, in a turn that is not ended yet. */
static void
begin_push(struct fixture *f, uint32_t site, struct bytes commit)
{
	struct push message = { .commits = &commit, .commit_count = 1 };
	struct buffer body = { 0 }, out = { 0 };

	OK(message_push_encode(&message, &body, &f->err));
	add_frame(f, &out, FRAME_PUSH, &body);
	say(f, site, &out);
	buffer_deinit(&body);
	buffer_deinit(&out);
}

/* Until COMMIT there is not a word, to nobody. */
static void
test_nothing_is_answered_before_commit(void **state)
{
	struct fixture *f = *state;
	struct fill own = { f->schools[OAK], 0, 999 };
	struct fills fills = { &own, 1 };
	struct buffer body = { 0 }, out = { 0 };
	struct answer answers[COMMITS];

	(void)greet(f, 1, head_of(f));
	(void)greet(f, 4, head_of(f));
	begin_push(f, 1, a_setting(f, 1));
	/* nor by what is asked in the same turn */
	OK(message_fills_encode(&fills, &body, &f->err));
	add_frame(f, &out, FRAME_FILL, &body);
	say(f, 4, &out);
	buffer_deinit(&body);
	buffer_deinit(&out);
	assert_int_equal(hear(f, f->sessions[1])->count, 0);
	assert_int_equal(hear(f, f->sessions[4])->count, 0);
	end_turn(f);
	assert_int_equal(answers_in(f, hear(f, f->sessions[1]), answers), 1);
	assert_non_null(find_reply(hear(f, f->sessions[4]), FRAME_STREAM));
}

static int
refuse_commit(void *context)
{
	(void)context;
	return 1; /* COMMIT becomes ROLLBACK */
}

/* A COMMIT that fails: no answer, nothing stored, and the site comes again. */
static void
test_failed_commit_answers_nothing(void **state)
{
	struct fixture *f = *state;
	struct sqlite3 *database = replica_database(f->replica);
	struct bytes commit = a_setting(f, 1);
	struct replies *replies;
	uint64_t head;

	(void)greet(f, 1, head_of(f));
	(void)greet(f, 2, head_of(f));
	head = head_of(f);
	begin_push(f, 1, commit);
	sqlite3_commit_hook(database, refuse_commit, NULL);
	assert_int_not_equal(hub_end_turn(f->hub, f->now, &f->err), STATUS_OK);
	sqlite3_commit_hook(database, NULL, NULL);
	replies = hear(f, f->sessions[1]);
	assert_null(find_reply(replies, FRAME_ANSWER));
	assert_int_equal(goodbye_in(f, replies), GOODBYE_INTERNAL);
	assert_int_equal(f->hung_up, 1);
	assert_int_equal(head_of(f), head);
	disconnect_site(f, 1);
	assert_int_equal(offer_bytes(f, 1, commit), REFUSAL_NONE);
}

/* Repeats others' numbers again and again: a copied database. */
static void
test_copied_computer_is_stopped(void **state)
{
	struct fixture *f = *state;
	struct build b = build(f, 1, f->schools[OAK]);
	struct bytes commits[COPIES];
	struct replies *replies;

	build_new(&b, "setting");
	build_text(&b, "name", "colour");
	assert_int_equal(offer(&b), REFUSAL_NONE);
	for (uint32_t i = 0; i < COPIES; i++) {
		char value[8];

		snprintf(value, sizeof(value), "%u", i);
		b.fields[0][1].value_count = 0;
		b.changes[0].field_count = 1;
		build_text(&b, "value", value);
		commits[i] = build_bytes(&b);
	}
	replies = push(f, 1, commits, COPIES - 1);
	assert_null(find_reply(replies, FRAME_GOODBYE));
	replies = push(f, 1, &commits[COPIES - 1], 1);
	assert_int_equal(goodbye_in(f, replies), GOODBYE_COPIED);
}

static void
test_leaving_computer_is_revoked(void **state)
{
	struct fixture *f = *state;
	struct buffer body = { 0 };
	uint8_t none = 0x90;
	struct site site;

	(void)greet(f, 1, 0);
	OK(buffer_append(&body, (struct bytes){ &none, 1 }));
	assert_int_equal(goodbye_in(f, exchange(f, 1, FRAME_LEAVE, &body)),
	    GOODBYE_DONE);
	OK(sites_get(f->replica, 1, &site, &f->err));
	assert_true(site.revoked);
	OK(sites_get(f->replica, 4, &site, &f->err));
	assert_false(site.revoked);
}

static void
test_ping_is_answered(void **state)
{
	struct fixture *f = *state;
	struct ping ping = { .token = 99, .clock_ms = 1 };
	struct buffer body = { 0 };
	struct replies *replies;

	(void)greet(f, 1, head_of(f));
	OK(message_ping_encode(&ping, &body, &f->err));
	replies = exchange(f, 1, FRAME_PING, &body);
	OK(message_ping_decode(find_reply(replies, FRAME_PONG)->body, &f->arena,
	    &ping, &f->err));
	assert_int_equal(ping.token, 99);
	assert_int_equal(ping.clock_ms, f->now);
}

static void
test_silent_session_is_hung_up(void **state)
{
	struct fixture *f = *state;

	(void)greet(f, 1, 0);
	f->now += LIMIT_SILENCE_MS;
	OK(hub_tick(f->hub, f->now, &f->err));
	assert_int_equal(f->hung_up, 0);
	f->now += 1;
	OK(hub_tick(f->hub, f->now, &f->err));
	assert_int_equal(f->hung_up, 1);
}

/* Also when the hub's clock was fast, is put right, and so its time stands. */
static void
test_silence_is_counted_while_time_stands(void **state)
{
	struct fixture *f = *state;

	(void)greet(f, 1, 0);
	f->now -= UINT64_C(365) * 24 * 3600 * 1000;
	OK(hub_tick(f->hub, f->now, &f->err));
	f->now += LIMIT_SILENCE_MS;
	OK(hub_tick(f->hub, f->now, &f->err));
	assert_int_equal(f->hung_up, 0);
	f->now += 1;
	OK(hub_tick(f->hub, f->now, &f->err));
	assert_int_equal(f->hung_up, 1);
}

/* The clock of the hub stands rather than going back. */
static void
test_hub_time_never_goes_back(void **state)
{
	struct fixture *f = *state;
	struct hub_options options = fixture_options(f);
	struct answer answers[COMMITS];
	struct bytes commit = a_setting(f, 1);

	(void)greet(f, 1, 0);
	disconnect_site(f, 1);
	hub_destroy(f->hub);
	f->hub = NULL;
	OK(hub_create(&options, &f->hub, &f->err));
	f->now = NOW - 3600 * 1000;
	(void)greet(f, 1, 0);
	assert_int_equal(answers_in(f, push(f, 1, &commit, 1), answers), 1);
	assert_int_equal(answers[0].refusal, REFUSAL_NONE);
	assert_int_equal(answers[0].received_ms, NOW);
}

/* A confirmed place never goes back; one that was not sent is a lie. */
static void
test_confirmed_place_only_advances(void **state)
{
	struct fixture *f = *state;
	struct confirm message = { .batch_bytes = 64 * 1024 };
	struct buffer body = { 0 };
	struct site_state known;

	(void)greet(f, 1, head_of(f));
	message.cursor = message.confirmed = 3;
	OK(message_confirm_encode(&message, &body, &f->err));
	(void)exchange(f, 1, FRAME_CONFIRM, &body);
	OK(sites_get_state(f->replica, 1, &known, &f->err));
	assert_int_equal(known.confirmed, head_of(f));
	message.cursor = message.confirmed = head_of(f) + 50;
	OK(message_confirm_encode(&message, &body, &f->err));
	assert_int_equal(goodbye_in(f, exchange(f, 1, FRAME_CONFIRM, &body)),
	    GOODBYE_PROTOCOL);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_first_frame_must_be_hello),
		TEST(test_hostile_frames_end_the_session),
		TEST(test_leave_that_is_no_message_removes_nobody),
		TEST(test_offer_that_is_no_message_is_the_sites_fault),
		TEST(test_unknown_frame_is_skipped),
		TEST(test_frames_split_at_every_byte_are_the_same),
		TEST(test_unknown_computer_is_denied),
		TEST(test_replaced_session_is_hung_up),
		TEST(test_revoked_computer_is_hung_up),
		TEST(test_revocation_is_followed_when_it_can_be),
		TEST(test_batch_of_a_revoked_computer_is_not_taken),
		TEST(test_nothing_is_answered_before_commit),
		TEST(test_failed_commit_answers_nothing),
		TEST(test_copied_computer_is_stopped),
		TEST(test_leaving_computer_is_revoked),
		TEST(test_ping_is_answered),
		TEST(test_silent_session_is_hung_up),
		TEST(test_silence_is_counted_while_time_stands),
		TEST(test_hub_time_never_goes_back),
		TEST(test_confirmed_place_only_advances),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
