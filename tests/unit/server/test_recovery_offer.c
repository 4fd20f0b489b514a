/*
 * What a restored hub takes from those who offer, and what not: forged marks,
 * revoked computers, strangers, copies of long ago.
 */
#include "tests/unit/server/restored.h"

/* Forget a computer's part of the story: the hub is restored to its backup. */
static void
restore(struct fixture *f, struct end **ends, uint32_t count)
{
	take_off_line(ends, count);
	hub_restore_number(f, 0);
}

static struct offered
offer_item(struct fixture *f, uint32_t site, uint64_t generation,
    struct item *item)
{
	struct offer offer = { .generation = generation,
		.items = item,
		.item_count = 1 };
	const struct reply *reply;
	struct buffer body = { 0 };
	struct offered offered;

	OK(message_offer_encode(&offer, &body, &f->err));
	reply =
	    find_reply(exchange(f, site, FRAME_OFFER, &body), FRAME_OFFERED);
	assert_non_null(reply);
	OK(message_offered_decode(reply->body, &f->arena, &offered, &f->err));
	return offered;
}

/* A commit that no hub ever took gets no place by being offered, nor another
 * author's bytes under a mark that is right for others, nor another place. */
static void
test_forged_marks_are_not_taken(void **state)
{
	struct fixture *f = *state;
	struct hub_options options = fixture_options(f);
	struct build b = build_pupil(f, 1);
	struct item item = { .sequence = 900, .received_ms = NOW };
	struct recovery_count count;
	uint64_t former;

	OK(replica_meta_get(f->replica, "generation", 0, &former, &f->err));
	hub_back_up(f, 0);
	hub_restore_number(f, 0);
	(void)greet(f, 1, 0);
	item.commit = build_bytes(&b);
	item.id = b.commit.id;
	item.digest = digest_of(item.commit);
	memset(item.mark.bytes, 7, sizeof(item.mark.bytes));
	assert_int_equal(offer_item(f, 1, former, &item).refused, 1);

	item.mark =
	    mark_make(&options.mark_key, item.id, &item.digest, former, 901);
	assert_int_equal(offer_item(f, 1, former, &item).refused, 1);
	item.mark =
	    mark_make(&options.mark_key, item.id, &item.digest, former, 900);
	assert_int_equal(offer_item(f, 1, former + 1, &item).refused, 1);
	item.mark.bytes[0] ^= 1;
	assert_int_equal(offer_item(f, 1, former, &item).refused, 1);
	assert_int_equal(counted(f, 1, "alarm.mark"), 4);
	OK(recovery_count(f->replica, &count, &f->err));
	assert_int_equal(count.commits, 0);
	assert_int_equal(count.waited_for, SITES - 1);

	item.mark.bytes[0] ^= 1;
	assert_int_equal(offer_item(f, 1, former, &item).refused, 0);
	OK(recovery_count(f->replica, &count, &f->err));
	assert_int_equal(count.commits, 1);
}

/* The hub goes on counting behind the last change of what it once wrote. */
static void
test_offered_numbers_are_passed(void **state)
{
	struct fixture *f = *state;
	struct hub_options options = fixture_options(f);
	struct build b = build(f, 1, 0);
	struct item item = { .sequence = 900, .received_ms = NOW };
	uint64_t former, counter;

	OK(replica_meta_get(f->replica, "generation", 0, &former, &f->err));
	hub_back_up(f, 0);
	hub_restore_number(f, 0);
	(void)greet(f, 1, 0);
	b.commit.id = identifier_make(SITE_HUB, UINT64_C(1) << 40);
	for (int i = 0; i < 3; i++) {
		(void)build_new(&b, "term");
		(void)build_text(&b, "kind", "term");
	}
	item.commit = build_bytes(&b);
	item.id = b.commit.id;
	item.digest = digest_of(item.commit);
	item.mark =
	    mark_make(&options.mark_key, item.id, &item.digest, former, 900);
	assert_int_equal(offer_item(f, 1, former, &item).refused, 0);
	OK(replica_meta_get(f->replica, "counter", 1, &counter, &f->err));
	assert_int_equal(counter, (UINT64_C(1) << 40) + 3);
}

/* Whoever offers reads nothing and writes nothing new meanwhile. */
static void
test_offering_gives_no_right(void **state)
{
	struct fixture *f = *state;
	struct build b = build_pupil(f, 1);
	struct buffer body = { 0 };
	struct fill fill = { f->schools[OAK], 0, 1 };
	struct fills fills = { &fill, 1 };
	struct replies *replies;

	hub_back_up(f, 0);
	hub_restore_number(f, 0);
	replies = greet(f, 1, 0);
	assert_non_null(find_reply(replies, FRAME_WELCOME));
	assert_null(find_reply(replies, FRAME_STREAM));
	assert_int_equal(offer(&b), REFUSAL_LATER);
	OK(message_fills_encode(&fills, &body, &f->err));
	replies = exchange(f, 1, FRAME_FILL, &body);
	assert_null(find_reply(replies, FRAME_FILLED));
}

/* A copy of long ago offers to a hub that is whole, and is served from then on:
 * it is told of its night as well. */
static void
test_night_is_told_behind_the_offer(void **state)
{
	struct fixture *f = *state;
	struct hello hello;
	struct offer offer = { .end = true };
	struct buffer body = { 0 };
	struct replies *replies;

	connect_site(f, 1);
	hello = hello_of(f, 1, 0);
	hello.generation_count = 0;
	OK(message_hello_encode(&hello, &body, &f->err));
	replies = exchange(f, 1, FRAME_HELLO, &body);
	assert_non_null(find_reply(replies, FRAME_WELCOME));
	assert_null(find_reply(replies, FRAME_NIGHT));
	OK(message_offer_encode(&offer, &body, &f->err));
	replies = exchange(f, 1, FRAME_OFFER, &body);
	assert_non_null(find_reply(replies, FRAME_OFFERED));
	assert_non_null(find_reply(replies, FRAME_NIGHT));
}

/* The backup does not know of the revocation: it comes back with what others
 * hold, at once, and nobody waits for that computer. */
static void
test_revocation_comes_back_at_once(void **state)
{
	struct fixture *f = *state;
	struct hub_options options = fixture_options(f);
	struct end oak, elm, yew, oak2, *all[] = { &oak, &elm, &yew, &oak2 };
	struct hub_writer writer;
	struct session *session = NULL;

	end_open(&oak, f, 1, "oak");
	end_open(&elm, f, 2, "elm");
	end_open(&yew, f, 3, "yew");
	end_open(&oak2, f, 4, "oak2");
	together(all, 4);
	hub_back_up(f, 0);
	OK(hub_writer_init(&writer, f->replica, &options.mark_key, f->now, 1,
	    &f->err));
	take_off_line(all, 4);
	OK(sites_revoke(&writer, 4, "lost", &f->err));
	together(all, 3);
	restore(f, all, 3);

	/* It is the first to come, and the hub knows no better. */
	OK(hub_connect(f->hub, serial_of(4), f->now, NULL, &session, &f->err));
	hub_disconnect(f->hub, session);
	sync_end(&elm);
	assert_true(hub_collects(f));
	assert_int_equal(hub_connect(f->hub, serial_of(4), f->now, NULL,
			     &session, &f->err),
	    STATUS_DENIED);
	assert_int_equal(hub_connect_stranger(f->hub, 4, f->now, NULL, &session,
			     &f->err),
	    STATUS_DENIED);
	together(all, 3);
	assert_false(hub_collects(f));
	for (uint32_t i = 0; i < 3; i++)
		expect_proved(all[i]);
	for (uint32_t i = 0; i < 4; i++)
		end_close(all[i]);
}

/* A hub that was never restored lets in nobody whom it does not know. */
static void
test_stranger_is_denied_by_a_whole_hub(void **state)
{
	struct fixture *f = *state;
	struct session *session = NULL;

	assert_int_equal(hub_connect_stranger(f->hub, 77, f->now, NULL,
			     &session, &f->err),
	    STATUS_DENIED);
	hub_back_up(f, 0);
	hub_restore_number(f, 0);
	OK(hub_connect_stranger(f->hub, 77, f->now, NULL, &session, &f->err));
	hub_disconnect(f->hub, session);
}

/* A value that was redacted stays forgotten, and its commit is not lost. */
static void
test_redaction_comes_back(void **state)
{
	struct fixture *f = *state;
	struct end oak, elm, yew, oak2, *all[] = { &oak, &elm, &yew, &oak2 };
	struct ledger_row row;
	uint64_t pupil, note;
	char change[24];

	end_open(&oak, f, 1, "oak");
	end_open(&elm, f, 2, "elm");
	end_open(&yew, f, 3, "yew");
	end_open(&oak2, f, 4, "oak2");
	together(all, 4);
	hub_back_up(f, 0);
	pupil = end_new_pupil(&oak, "Lane");
	note = end_write(&oak, pupil, "note", 0,
	    COLUMNS({ "category", "pastoral" }, { "happened_on", "2026-07-01" },
		{ "text", "Of another child." }));
	together(all, 4);
	snprintf(change, sizeof(change), "%llu", (unsigned long long)note);
	end_write(&oak, pupil, "redaction", 0,
	    COLUMNS({ "change", change }, { "reason", "wrong_child" }));
	together(all, 4);
	OK(ledger_get(f->replica, note, &row, &f->err));
	assert_true(row.redacted);

	restore(f, all, 4);
	together(all, 4);
	OK(ledger_get(f->replica, note, &row, &f->err));
	assert_true(row.redacted);
	assert_int_equal(counted(f, 1, "alarm.offered"), 0);
	hub_expect_sound(f);
	for (uint32_t i = 0; i < 4; i++) {
		expect_proved(all[i]);
		expect_sound(all[i]);
		end_close(all[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define OFFER(test) \
	cmocka_unit_test_setup_teardown(test, fixture_begin, fixture_end)
		OFFER(test_forged_marks_are_not_taken),
		OFFER(test_offered_numbers_are_passed),
		OFFER(test_offering_gives_no_right),
		OFFER(test_night_is_told_behind_the_offer),
		OFFER(test_revocation_comes_back_at_once),
		OFFER(test_stranger_is_denied_by_a_whole_hub),
		OFFER(test_redaction_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
