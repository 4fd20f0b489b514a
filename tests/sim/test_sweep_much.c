/*
 * The allocation sweep of frames with so much in them that the memory of a
 * session has to grow on the way.
 */
#include "tests/sim/sweep_trial.h"

enum {
	MANY_NOTES = 60,
	MANY_FILLS = 200,
	MANY_IDS = LIMIT_FETCHES,
	LONG_BYTES = 6000
};

static struct bytes
long_note(struct scene *s)
{
	struct fixture *f = &s->f;
	struct build b = build(f, 1, s->kept);
	char *words = arena_alloc(&f->arena, LONG_BYTES + 1);

	assert_non_null(words);
	memset(words, 'w', LONG_BYTES);
	(void)build_new(&b, "note");
	build_text(&b, "category", "pastoral");
	build_text(&b, "happened_on", "2026-07-01");
	build_text(&b, "text", words);
	return build_bytes(&b);
}

static void
prepare_push(struct scene *s)
{
	struct bytes commits[MANY_NOTES];

	s->f.counters[1] = 100000;
	for (uint32_t i = 0; i < MANY_NOTES; i++)
		commits[i] = long_note(s);
	(void)greet(&s->f, 1, 0);
	SAYS(s, 1, FRAME_PUSH, push, (struct push){ 0, commits, MANY_NOTES });
}

/* The same, compressed. */
static void
prepare_packed(struct scene *s)
{
	struct fixture *f = &s->f;
	struct bytes commits[MANY_NOTES];
	struct push push = { 0, commits, MANY_NOTES };
	struct buffer body = { 0 };

	f->counters[1] = 100000;
	for (uint32_t i = 0; i < MANY_NOTES; i++)
		commits[i] = long_note(s);
	(void)greet(f, 1, 0);
	s->site = 1;
	OK(message_push_encode(&push, &body, &f->err));
	OK(frame_write(&s->bytes, FRAME_PUSH, buffer_view(&body), f->codec,
	    &f->err));
	buffer_deinit(&body);
}

static void
verify_push(struct scene *s)
{
	struct answer answers[COMMITS];

	assert_int_equal(answers_in(&s->f, s->taken, answers), MANY_NOTES);
	for (uint32_t i = 0; i < MANY_NOTES; i++)
		assert_int_equal(answers[i].refusal, REFUSAL_NONE);
}

static void
push_notes(struct scene *s)
{
	if (s->again)
		return;
	for (uint32_t i = 0; i < MANY_NOTES / 2; i++)
		assert_int_equal(offer_bytes(&s->f, 1, long_note(s)),
		    REFUSAL_NONE);
	part_all(s);
}

/* A school's second computer comes, and the stream has all for it. */
static void
prepare_stream(struct scene *s)
{
	struct hello hello;

	push_notes(s);
	connect_site(&s->f, 4);
	hello = hello_of(&s->f, 4, 0);
	hello.batch_bytes = LIMIT_BATCH_BYTES;
	SAYS(s, 4, FRAME_HELLO, hello, hello);
}

static void
verify_stream(struct scene *s)
{
	struct item items[COMMITS];
	uint64_t upto = 0;

	assert_true(stream_in(&s->f, s->taken, items, &upto) > MANY_NOTES / 2);
	assert_int_equal(upto, head_of(&s->f));
}

static void
prepare_fills(struct scene *s)
{
	struct fill fills[MANY_FILLS];

	push_notes(s);
	for (uint32_t i = 0; i < MANY_FILLS; i++)
		fills[i] = (struct fill){ 5000 + i, 0, 9 };
	fills[MANY_FILLS - 1] = (struct fill){ s->kept, 0, head_of(&s->f) };
	(void)greet(&s->f, 1, 0);
	SAYS(s, 1, FRAME_FILL, fills, (struct fills){ fills, MANY_FILLS });
}

static void
verify_fills(struct scene *s)
{
	uint32_t sections = 0;

	for (uint32_t i = 0; i < s->taken->count; i++) {
		struct fixture *f = &s->f;
		struct filleds filleds;

		if (s->taken->list[i].type != FRAME_FILLED)
			continue;
		OK(message_filleds_decode(s->taken->list[i].body, &f->arena,
		    &filleds, &f->err));
		sections += filleds.filled_count;
	}
	assert_true(sections >= MANY_FILLS);
}

static void
prepare_fetches(struct scene *s)
{
	static uint64_t ids[MANY_IDS];

	push_notes(s);
	(void)greet(&s->f, 1, 0);
	for (uint32_t i = 0; i < MANY_IDS; i++)
		ids[i] = i == 0 ? s->kept : 12345 + i;
	for (int i = 0; i < 4; i++)
		SAYS(s, 1, FRAME_FETCH, fetch, (struct fetch){ ids, MANY_IDS });
}

static void
verify_fetches(struct scene *s)
{
	struct fixture *f = &s->f;
	uint32_t missing = 0;

	for (uint32_t i = 0; i < s->taken->count; i++) {
		struct fetched fetched;

		if (s->taken->list[i].type != FRAME_FETCHED)
			continue;
		OK(message_fetched_decode(s->taken->list[i].body, &f->arena,
		    &fetched, &f->err));
		missing += fetched.missing_count;
	}
	assert_int_equal(missing, 4 * (MANY_IDS - 1));
}

static void
prepare_fetch_long(struct scene *s)
{
	uint64_t ids[MANY_NOTES / 2];

	push_notes(s);
	for (uint32_t i = 0; i < MANY_NOTES / 2; i++)
		ids[i] = identifier_make(1,
		    s->f.counters[1] - 1000 * (MANY_NOTES / 2 - 1 - i));
	(void)greet(&s->f, 1, 0);
	SAYS(s, 1, FRAME_FETCH, fetch, (struct fetch){ ids, MANY_NOTES / 2 });
}

static void
verify_fetch_long(struct scene *s)
{
	struct fixture *f = &s->f;
	uint32_t items = 0;

	for (uint32_t i = 0; i < s->taken->count; i++) {
		struct fetched fetched;

		if (s->taken->list[i].type != FRAME_FETCHED)
			continue;
		OK(message_fetched_decode(s->taken->list[i].body, &f->arena,
		    &fetched, &f->err));
		items += fetched.item_count;
	}
	assert_int_equal(items, MANY_NOTES / 2);
}

/* --- what was deleted ----------------------------------------------------- */

/* A term of the own school was deleted; somebody edits it all the same. */
static void
prepare_deleted(struct scene *s)
{
	struct fixture *f = &s->f;
	struct build made = build(f, 1, 0), gone, edit;
	uint64_t term = build_new(&made, "term_date");
	struct field_write *days;
	uint8_t seen[8];

	build_id(&made, "school", f->schools[OAK]);
	build_text(&made, "kind", "term");
	days = build_text(&made, "starts", "2026-09-01");
	days->values[days->value_count++] =
	    (struct column_value){ text("ends"), value_c_text("2026-12-18") };
	assert_int_equal(offer(&made), REFUSAL_NONE);
	gone = build(f, 1, 0);
	for (int i = 0; i < 8; i++)
		seen[i] = (uint8_t)(term >> (56 - 8 * i));
	build_change(&gone, "term_date", term);
	build_value(&gone, COLUMN_DELETED,
	    value_blob((struct bytes){ seen, sizeof(seen) }));
	assert_int_equal(offer(&gone), REFUSAL_NONE);
	part_all(s);
	edit = build(f, 1, 0);
	build_change(&edit, "term_date", term);
	build_text(&edit, "kind", "closure");
	say_push(s, &edit);
}

static const struct trial trials[] = {
	{ "much-push", prepare_push, say_it, verify_push },
	{ "packed-push", prepare_packed, say_it, verify_push },
	{ "much-stream", prepare_stream, say_it, verify_stream },
	{ "much-fill", prepare_fills, say_it, verify_fills },
	{ "much-fetch", prepare_fetches, say_it, verify_fetches },
	{ "long-fetch", prepare_fetch_long, say_it, verify_fetch_long },
	{ "deleted", prepare_deleted, say_it, expect_taken },
	{ NULL, NULL, NULL, NULL },
};

int
main(void)
{
	return sweep_trials(trials);
}
