/*
 * The engine's door: greeting, keeping the line alive, and what a hub must
 * not say.
 */
#include "tests/unit/engine/talk.h"

/* The first batch does not wait for WELCOME; the rest does. */
static void
test_hello_goes_with_the_first_pushes(void **state)
{
	struct talk *t = *state;
	struct hello hello;
	struct push push;

	(void)fixture_pupil(t->replica, "Lane", OAK);
	talk_connect(t);
	assert_int_equal(t->said_count, 2);
	assert_int_equal(t->said[0].type, FRAME_HELLO);
	HEARD(t, FRAME_HELLO, hello, &hello);
	assert_int_equal(hello.version, PROTOCOL_VERSION);
	assert_int_equal(hello.site, 1);
	assert_true(hello.fresh);
	assert_int_equal(hello.cursor, 0);
	assert_int_equal(hello.generation_count, 0);
	assert_int_equal(hello.clock_ms, t->now);
	assert_int_equal(hello.health.pending, 1);
	assert_true(bytes_equal_text(hello.health.program, "test"));
	push = push_said(t, 0);
	assert_int_equal(push.commit_count, 1);
	assert_int_equal(talk_status(t).state, ENGINE_GREETING);

	talk_welcome(t);
	assert_int_equal(said_count(t, FRAME_PUSH), 0);
	assert_int_equal(said_count(t, FRAME_FILL), 1);
	assert_int_equal(talk_status(t).state, ENGINE_CATCHING_UP);
}

/* What HELLO says is where this computer stands, also after a restart. */
static void
test_hello_says_where_this_computer_stands(void **state)
{
	struct talk *t = *state;
	struct hello hello;

	talk_begin_session(t);
	(void)fixture_term(t->other, "term");
	talk_stream(t);
	assert_int_equal(t->told, 1);
	talk_restart(t);
	talk_connect(t);
	HEARD(t, FRAME_HELLO, hello, &hello);
	assert_false(hello.fresh);
	assert_int_equal(hello.cursor, 1);
	assert_int_equal(hello.confirmed, 1);
	assert_int_equal(hello.generation_count, 1);
	assert_int_equal(hello.generations[0].number, GENERATION);
}

/* --- bytes ---------------------------------------------------------------- */

/* WELCOME, a STREAM of one commit and a PING, as they come from the line. */
static void
collect_frames(struct talk *t, struct buffer *out)
{
	struct welcome welcome = welcome_of(t);
	struct ping ping = { .token = 99 };
	struct stream stream;
	struct buffer body = { 0 };

	(void)fixture_term(t->other, "term");
	fixture_send(t->other, &t->line);
	stream = (struct stream){ 0, 1, t->line.items, 1 };
	welcome.head = 1;
	assert_ok(message_welcome_encode(&welcome, &body, err));
	assert_ok(frame_write(out, FRAME_WELCOME, buffer_view(&body),
	    t->hub_codec, err));
	assert_ok(message_stream_encode(&stream, &body, err));
	assert_ok(frame_write(out, FRAME_STREAM, buffer_view(&body),
	    t->hub_codec, err));
	assert_ok(message_ping_encode(&ping, &body, err));
	assert_ok(frame_write(out, FRAME_PING, buffer_view(&body), t->hub_codec,
	    err));
	buffer_deinit(&body);
}

/* Frames come in any pieces: each part is taken once it is whole. */
static void
test_frames_split_at_every_byte_are_taken(void **state)
{
	struct talk *first = *state;
	struct buffer out = { 0 };
	struct bytes all;

	collect_frames(first, &out);
	all = buffer_view(&out);
	for (size_t cut = 0; cut <= all.size; cut++) {
		void *another = NULL;
		struct talk *t;
		struct ping pong;

		talk_begin(&another);
		t = another;
		talk_connect(t);
		talk_step(t, ENGINE_RECEIVED, (struct bytes){ all.data, cut });
		if (cut < all.size)
			talk_step(t, ENGINE_RECEIVED,
			    (struct bytes){ all.data + cut, all.size - cut });
		HEARD(t, FRAME_PONG, ping, &pong);
		assert_int_equal(pong.token, 99);
		assert_int_equal(talk_status(t).cursor, 1);
		assert_int_equal(talk_status(t).received_bytes, all.size);
		talk_end(&another);
	}
	talk_connect(first);
	for (size_t i = 0; i < all.size; i++)
		talk_step(first, ENGINE_RECEIVED,
		    (struct bytes){ all.data + i, 1 });
	assert_int_equal(said_count(first, FRAME_PONG), 1);
	assert_int_equal(talk_status(first).cursor, 1);
	buffer_deinit(&out);
}

/* Half a frame of a broken line is no beginning of the next one. */
static void
test_half_a_frame_is_forgotten_with_the_line(void **state)
{
	struct talk *t = *state;
	struct buffer out = { 0 };

	collect_frames(t, &out);
	talk_connect(t);
	talk_step(t, ENGINE_RECEIVED,
	    (struct bytes){ buffer_view(&out).data, 9 });
	talk_disconnect(t);
	talk_connect(t);
	talk_step(t, ENGINE_RECEIVED, buffer_view(&out));
	assert_int_equal(t->update.wish, ENGINE_KEEP);
	assert_int_equal(talk_status(t).cursor, 1);
	buffer_deinit(&out);
}

/* --- how the hub hangs up ------------------------------------------------- */

/* Each code ends the connection; only REVOKED ends the coming back.  What
 * follows a GOODBYE is not read. */
static void
test_goodbye_of_each_code_hangs_up(void **state)
{
	struct talk *t = *state;

	for (uint32_t code = 0; code <= 11; code++) {
		struct goodbye goodbye = { code == 11 ? 77 : code,
			bytes_of_text("so it is") };
		struct engine_status status;

		talk_connect(t);
		talk_welcome(t);
		SAY(t, FRAME_GOODBYE, goodbye, goodbye);
		assert_int_equal(t->update.wish, ENGINE_HANG_UP);
		assert_int_equal(t->update.output.size, 0);
		assert_int_equal(t->update.revoked, code == GOODBYE_REVOKED);
		assert_false(t->update.left);
		status = talk_status(t);
		assert_int_equal(status.goodbye.code, goodbye.code);
		assert_true(bytes_equal_text(status.goodbye.text, "so it is"));
		SAY(t, FRAME_PING, ping, (struct ping){ .token = 1 });
		assert_int_equal(t->said_count, 0);
		talk_disconnect(t);
		assert_int_equal(talk_status(t).state, ENGINE_OFFLINE);
		assert_int_equal(t->update.wish, ENGINE_KEEP);
	}
}

/* A broken GOODBYE is one all the same, and the next connection is new. */
static void
test_broken_goodbye_hangs_up(void **state)
{
	struct talk *t = *state;

	talk_connect(t);
	talk_frame(t, FRAME_GOODBYE, bytes_of_text("?"));
	assert_int_equal(t->update.wish, ENGINE_HANG_UP);
	talk_disconnect(t);
	talk_connect(t);
	assert_int_equal(t->update.wish, ENGINE_KEEP);
	assert_int_equal(said_count(t, FRAME_HELLO), 1);
}

/* --- silence -------------------------------------------------------------- */

/* Silence is asked into, and given up after a minute; anything heard lets the
 * line live. */
static void
test_silence_is_asked_into_then_given_up(void **state)
{
	struct talk *t = *state;
	struct ping ping;

	talk_begin_session(t);
	assert_int_equal(t->update.wake_ms, t->elapsed + LIMIT_PING_MS);
	talk_tick(t, LIMIT_PING_MS - 1);
	assert_int_equal(said_count(t, FRAME_PING), 0);
	talk_tick(t, 1);
	HEARD(t, FRAME_PING, ping, &ping);
	SAY(t, FRAME_PONG, ping, ping);
	talk_tick(t, LIMIT_SILENCE_MS - 1);
	assert_int_equal(t->update.wish, ENGINE_KEEP);
	assert_int_equal(said_count(t, FRAME_PING), 1);
	talk_tick(t, 1);
	assert_int_equal(t->update.wish, ENGINE_HANG_UP);
}

/* A line that carries our bytes lives, however slow it is. */
static void
test_line_that_drains_lives(void **state)
{
	struct talk *t = *state;

	talk_begin_session(t);
	t->unsent = 100000;
	for (uint32_t i = 0; i < 20; i++) {
		talk_tick(t, LIMIT_SILENCE_MS - 1);
		t->unsent -= 100;
		assert_int_equal(t->update.wish, ENGINE_KEEP);
	}
	talk_tick(t, LIMIT_SILENCE_MS - 1);
	talk_tick(t, LIMIT_SILENCE_MS);
	assert_int_equal(t->update.wish, ENGINE_HANG_UP);
}

/* --- what a hub must not say ---------------------------------------------- */

static void
test_hub_that_speaks_before_welcome_is_hung_up(void **state)
{
	struct talk *t = *state;

	talk_connect(t);
	SAY(t, FRAME_PING, ping, (struct ping){ .token = 1 });
	expect_complaint(t, "the hub spoke before WELCOME");
}

static void
test_second_welcome_is_complained_of(void **state)
{
	struct talk *t = *state;

	talk_connect(t);
	talk_welcome(t);
	talk_welcome(t);
	expect_complaint(t, "the hub greeted twice");
}

/* Another school's hub must not learn or tell anything here. */
static void
test_welcome_of_another_school_is_refused(void **state)
{
	struct talk *t = *state;
	struct welcome welcome = welcome_of(t);

	welcome.school = ELM;
	talk_connect(t);
	SAY(t, FRAME_WELCOME, welcome, welcome);
	expect_complaint(t, "the hub takes this computer for another school's");
	assert_int_equal(talk_meta(t, "started"), 0);
	assert_int_equal(said_count(t, FRAME_FILL), 0);
}

/* A restored hub's order is another: it is told what is here before anything
 * is proved. */
static void
test_welcome_of_another_generation_is_answered_by_an_offer(void **state)
{
	struct talk *t = *state;
	struct welcome welcome;

	talk_begin_session(t);
	talk_disconnect(t);
	t->generation++;
	talk_connect(t);
	welcome = welcome_of(t);
	welcome.collecting = true;
	welcome.offer = true;
	SAY(t, FRAME_WELCOME, welcome, welcome);
	assert_int_equal(t->update.wish, ENGINE_KEEP);
	assert_int_equal(said_count(t, FRAME_OFFER), 1);
	assert_int_equal(said_count(t, FRAME_PROVE), 0);
	assert_true(talk_status(t).offering);
}

/* What cannot be read ends the connection, whatever it should have been. */
static void
test_garbage_in_each_frame_is_complained_of(void **state)
{
	static const uint8_t types[] = { FRAME_WELCOME, FRAME_ANSWER,
		FRAME_STREAM, FRAME_FILLED, FRAME_FETCHED, FRAME_PROOF,
		FRAME_PING, FRAME_CERTIFICATE };
	struct talk *t = *state;

	for (size_t i = 0; i < sizeof(types); i++) {
		talk_connect(t);
		if (types[i] != FRAME_WELCOME)
			talk_welcome(t);
		talk_frame(t, types[i], bytes_of_text("\x93\xc1"));
		if (t->update.wish != ENGINE_HANG_UP)
			fail_msg("%s", frame_name(types[i]));
		assert_int_equal(said_count(t, FRAME_GOODBYE), 1);
		talk_disconnect(t);
	}
}

/* Its head alone condemns a frame that is too large. */
static void
test_too_large_a_frame_is_refused_by_its_head(void **state)
{
	static const uint8_t head[] = { 0x00, 0x10, 0x00, 0x01, FRAME_STREAM };
	struct talk *t = *state;

	talk_connect(t);
	talk_welcome(t);
	talk_step(t, ENGINE_RECEIVED, (struct bytes){ head, sizeof(head) });
	assert_int_equal(t->update.wish, ENGINE_HANG_UP);
	assert_int_equal(said_count(t, FRAME_GOODBYE), 1);
}

static void
test_unknown_frame_is_skipped(void **state)
{
	struct talk *t = *state;

	talk_connect(t);
	talk_welcome(t);
	talk_frame(t, 77, bytes_of_text("what will be"));
	assert_int_equal(t->update.wish, ENGINE_KEEP);
}

/* --- clocks --------------------------------------------------------------- */

/* The clock's error is measured, half of the way there and back allowed for;
 * only one that is ahead is kept for the stamps. */
static void
test_clock_is_measured_at_welcome(void **state)
{
	struct talk *t = *state;
	struct welcome welcome = welcome_of(t);

	welcome.time_ms = NOW_MS - 500000;
	talk_connect(t);
	t->elapsed += 2000;
	t->now += 2000;
	SAY(t, FRAME_WELCOME, welcome, welcome);
	assert_int_equal(talk_status(t).clock_error_ms, 501000);
	assert_int_equal(talk_meta(t, "clock_ahead_ms"), 501000);

	talk_disconnect(t);
	talk_connect(t);
	welcome.time_ms = t->now + 500000;
	SAY(t, FRAME_WELCOME, welcome, welcome);
	assert_int_equal(talk_status(t).clock_error_ms, -500000);
	assert_int_equal(talk_meta(t, "clock_ahead_ms"), 0);
}

/* --- the certificate ------------------------------------------------------ */

/* RENEW goes once a connection, until the certificate has come. */
static void
test_certificate_is_renewed(void **state)
{
	struct certificate_message request;
	struct talk *t = *state;

	talk_connect(t);
	assert_int_equal(engine_renew(t->engine, bytes_of_text("request"), 0),
	    STATUS_OK);
	assert_int_equal(said_count(t, FRAME_RENEW), 0);
	talk_welcome(t);
	HEARD(t, FRAME_RENEW, certificate_message, &request);
	assert_true(bytes_equal_text(request.der, "request"));
	talk_tick(t, 1000);
	assert_int_equal(said_count(t, FRAME_RENEW), 0);

	talk_disconnect(t);
	talk_connect(t);
	talk_welcome(t);
	assert_int_equal(said_count(t, FRAME_RENEW), 1);
	SAY(t, FRAME_CERTIFICATE, certificate_message,
	    (struct certificate_message){ bytes_of_text("certificate") });
	assert_true(bytes_equal_text(t->update.certificate, "certificate"));
	talk_tick(t, 1);
	assert_int_equal(t->update.certificate.size, 0);
	talk_disconnect(t);
	talk_connect(t);
	talk_welcome(t);
	assert_int_equal(said_count(t, FRAME_RENEW), 0);
}

static void
test_hub_that_knows_no_collections_is_left(void **state)
{
	struct talk *t = *state;
	struct welcome welcome = welcome_of(t);

	talk_connect(t);
	welcome.catalogue = 0;
	SAY(t, FRAME_WELCOME, welcome, welcome);
	expect_complaint(t, "the hub knows no collections");
}

/* They are put in order, and kept, as signed numbers. */
static void
test_generation_out_of_range_is_complained_of(void **state)
{
	struct talk *t = *state;

	t->generation = UINT64_MAX;
	talk_connect(t);
	talk_welcome(t);
	expect_complaint(t, "WELCOME: generation: out of range");
}

/* A hub that tells an absurd time is no reason to fail. */
static void
test_time_that_cannot_be_is_measured_all_the_same(void **state)
{
	struct talk *t = *state;
	struct welcome welcome = welcome_of(t);

	talk_connect(t);
	talk_tick(t, 10); /* half of the way there and back is added */
	welcome.time_ms = INT64_MAX;
	SAY(t, FRAME_WELCOME, welcome, welcome);
	assert_int_equal(t->update.wish, ENGINE_KEEP);
	assert_true(talk_status(t).clock_error_ms < 0);
	assert_int_equal(talk_meta(t, "clock_ahead_ms"), 0);
}

/* A clock that jumped ahead wants a certificate far too early; it is asked for
 * when it is time by the hub's. */
static void
test_certificate_is_not_renewed_by_a_wrong_clock(void **state)
{
	struct talk *t = *state;
	struct welcome welcome;

	talk_connect(t);
	assert_int_equal(engine_renew(t->engine, bytes_of_text("request"),
			     (int64_t)t->now - 6000),
	    STATUS_OK);
	welcome = welcome_of(t);
	welcome.time_ms = t->now - 12000;
	SAY(t, FRAME_WELCOME, welcome, welcome);
	assert_int_equal(said_count(t, FRAME_RENEW), 0);
	talk_tick(t, 5000);
	assert_int_equal(said_count(t, FRAME_RENEW), 0);
	talk_tick(t, 1000);
	assert_int_equal(said_count(t, FRAME_RENEW), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TALK(test_hello_goes_with_the_first_pushes),
		TALK(test_hello_says_where_this_computer_stands),
		TALK(test_frames_split_at_every_byte_are_taken),
		TALK(test_half_a_frame_is_forgotten_with_the_line),
		TALK(test_goodbye_of_each_code_hangs_up),
		TALK(test_broken_goodbye_hangs_up),
		TALK(test_silence_is_asked_into_then_given_up),
		TALK(test_line_that_drains_lives),
		TALK(test_hub_that_speaks_before_welcome_is_hung_up),
		TALK(test_second_welcome_is_complained_of),
		TALK(test_welcome_of_another_school_is_refused),
		TALK(
		    test_welcome_of_another_generation_is_answered_by_an_offer),
		TALK(test_garbage_in_each_frame_is_complained_of),
		TALK(test_too_large_a_frame_is_refused_by_its_head),
		TALK(test_unknown_frame_is_skipped),
		TALK(test_time_that_cannot_be_is_measured_all_the_same),
		TALK(test_hub_that_knows_no_collections_is_left),
		TALK(test_generation_out_of_range_is_complained_of),
		TALK(test_clock_is_measured_at_welcome),
		TALK(test_certificate_is_renewed),
		TALK(test_certificate_is_not_renewed_by_a_wrong_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
