/*
 * What a school may have, and how it comes: the stream, fetches and the proof.
 * Fills: test_fill.c.
 */
#include "tests/unit/server/domain.h"

#include "server/core/batch.h"
#include "server/core/stream.h"

static uint64_t
add_setting(struct fixture *f, uint32_t site)
{
	struct build b = build(f, site, f->schools[site_schools[site]]);

	build_new(&b, "setting");
	build_text(&b, "name", "colour");
	assert_int_equal(offer(&b), REFUSAL_NONE);
	return b.commit.id;
}

static uint64_t
add_organisation(struct fixture *f, uint32_t site)
{
	struct build b = build(f, site, 0);

	build_new(&b, "organisation");
	build_text(&b, "name", "Riverside Food Bank");
	build_text(&b, "kind", "charity");
	assert_int_equal(offer(&b), REFUSAL_NONE);
	return b.commit.id;
}

static bool
has_item(const struct item *items, uint32_t count, uint64_t id)
{
	for (uint32_t i = 0; i < count; i++)
		if (items[i].id == id)
			return true;
	return false;
}

/* Others see the partnership's; one's own school's dossier is one's own. */
static void
test_stream_brings_what_the_school_may_have(void **state)
{
	struct fixture *f = *state;
	uint64_t from = head_of(f), upto = 0, organisation, setting;
	struct item items[COMMITS];
	uint32_t count;

	organisation = add_organisation(f, 1);
	setting = add_setting(f, 1);
	count = stream_in(f, greet(f, 2, from), items, &upto);
	assert_true(has_item(items, count, organisation));
	assert_false(has_item(items, count, setting));
	assert_int_equal(upto, head_of(f));
	count = stream_in(f, greet(f, 4, from), items, &upto);
	assert_true(has_item(items, count, setting));
	for (uint32_t i = 1; i < count; i++)
		assert_true(items[i].sequence > items[i - 1].sequence);
}

/* What a site wrote comes back as a number; what the hub wrote under its
 * numbers comes whole. */
static void
test_own_commits_pass_as_numbers(void **state)
{
	struct fixture *f = *state;
	uint64_t from = head_of(f), upto = 0, setting, pupil;
	struct item items[COMMITS];
	uint32_t count;

	setting = add_setting(f, 1);
	pupil = add_pupil(f, 1);
	disconnect_site(f, 1);
	count = stream_in(f, greet(f, 1, from), items, &upto);
	for (uint32_t i = 0; i < count; i++) {
		if (items[i].id == setting)
			assert_int_equal(items[i].commit.size, 0);
		if (items[i].id == pupil + 1)
			assert_true(items[i].commit.size > 0);
	}
	assert_true(has_item(items, count, setting));
	assert_true(has_item(items, count, pupil + 1));
}

/* A mark is over id, digest, generation and sequence. */
static void
test_items_bear_marks(void **state)
{
	struct fixture *f = *state;
	struct mark_key key = { { 7 } };
	struct item items[COMMITS];
	uint64_t from = head_of(f), upto = 0, generation;
	struct mark mark;

	OK(replica_meta_get(f->replica, "generation", 0, &generation, &f->err));
	assert_int_not_equal(generation, 0);
	(void)add_organisation(f, 1);
	assert_int_equal(stream_in(f, greet(f, 2, from), items, &upto), 1);
	mark = mark_make(&key, items[0].id, &items[0].digest, generation,
	    items[0].sequence);
	assert_true(mark_equal(&mark, &items[0].mark));
}

/* The grant comes before anything of the dossier that it opens. */
static void
test_grant_precedes_what_it_opens(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1), from, upto = 0;
	uint64_t envelope;
	struct item items[COMMITS];
	struct commit commit;
	bool granted = false, moved = false;
	uint32_t count;

	(void)open_transfer(f, 1, pupil, ELM);
	envelope = last_record(f, "envelope", f->schools[ELM]);
	(void)greet(f, 2, head_of(f));
	from = head_of(f);
	assert_int_equal(answer_envelope(f, 2, envelope, "ours"), 0);
	disconnect_site(f, 2);
	count = stream_in(f, greet(f, 2, from), items, &upto);
	for (uint32_t i = 0; i < count; i++) {
		if (items[i].commit.size == 0)
			continue;
		OK(commit_decode(items[i].commit, &f->arena, &commit, &f->err));
		if (commit.dossier == f->schools[ELM])
			granted = true;
		if (commit.dossier == pupil) {
			assert_true(granted);
			moved = true;
		}
	}
	assert_true(moved);
}

/* After the freeze the previous holder gets nothing more of the child. */
static void
test_stream_stops_at_the_freeze(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1), upto = 0, from, accepted, late;
	uint64_t transfer = open_transfer(f, 1, pupil, ELM);
	uint64_t envelope = last_record(f, "envelope", f->schools[ELM]);
	struct item items[COMMITS];
	struct build b;
	uint32_t count;

	assert_int_equal(answer_envelope(f, 2, envelope, "ours"), 0);
	from = head_of(f);
	b = build_move(f, 2, pupil, transfer, "accepted");
	accepted = b.commit.id;
	assert_int_equal(offer(&b), REFUSAL_NONE);
	b = build(f, 2, pupil);
	build_change(&b, "pupil", pupil);
	build_text(&b, "surname", "Lane");
	late = b.commit.id;
	assert_int_equal(offer(&b), REFUSAL_NONE);
	disconnect_site(f, 1);
	count = stream_in(f, greet(f, 1, from), items, &upto);
	assert_true(has_item(items, count, accepted));
	assert_false(has_item(items, count, late));
}

/* Cursors move on also when nothing is for a site, but not at every commit. */
static void
test_empty_range_moves_the_cursor_after_a_while(void **state)
{
	struct fixture *f = *state;
	struct item items[COMMITS];
	uint64_t upto = 0;

	(void)greet(f, 2, head_of(f));
	(void)add_setting(f, 1);
	assert_null(find_reply(hear(f, f->sessions[2]), FRAME_STREAM));
	f->now += HUB_EMPTY_STREAM_MS;
	assert_int_equal(stream_in(f, hear(f, f->sessions[2]), items, &upto),
	    0);
	assert_int_equal(upto, head_of(f));
	assert_null(find_reply(hear(f, f->sessions[2]), FRAME_STREAM));
}

/* Batches are as large as the client asked for, and join without a gap. */
static void
test_stream_comes_in_batches(void **state)
{
	struct fixture *f = *state;
	uint64_t from = head_of(f), at = from;
	struct hello hello = hello_of(f, 2, from);
	struct buffer body = { 0 };
	struct replies *replies;
	struct stream stream;
	uint32_t frames = 0;
	char about[2001];

	memset(about, 'x', sizeof(about));
	about[2000] = '\0';
	for (int i = 0; i < 20; i++) {
		struct build b = build(f, 1, 0);

		build_new(&b, "organisation");
		build_text(&b, "name", "Club");
		build_text(&b, "kind", "sport");
		build_text(&b, "about", about);
		assert_int_equal(offer(&b), REFUSAL_NONE);
	}
	connect_site(f, 2);
	hello.batch_bytes = 1;
	OK(message_hello_encode(&hello, &body, &f->err));
	replies = exchange(f, 2, FRAME_HELLO, &body);
	for (uint32_t i = 0; i < replies->count; i++) {
		if (replies->list[i].type != FRAME_STREAM)
			continue;
		OK(message_stream_decode(replies->list[i].body, &f->arena,
		    &stream, &f->err));
		assert_int_equal(stream.from, at);
		assert_true(stream.item_count <= 2);
		at = stream.upto;
		frames++;
	}
	assert_true(frames >= 10);
	assert_int_equal(at, head_of(f));
}

/* --- fetches -------------------------------------------------------------- */

static void
test_fetch_brings_own_commits_whole(void **state)
{
	struct fixture *f = *state;
	uint64_t setting = add_setting(f, 1), foreign = add_setting(f, 2);
	uint64_t ids[3] = { setting, foreign, identifier_make(1, 77) };
	struct fetch message = { ids, 3 };
	struct buffer body = { 0 };
	struct fetched fetched;
	struct replies *replies;

	OK(message_fetch_encode(&message, &body, &f->err));
	replies = exchange(f, 1, FRAME_FETCH, &body);
	OK(message_fetched_decode(find_reply(replies, FRAME_FETCHED)->body,
	    &f->arena, &fetched, &f->err));
	assert_int_equal(fetched.item_count, 1);
	assert_int_equal(fetched.items[0].id, setting);
	assert_true(fetched.items[0].commit.size > 0);
	assert_int_equal(fetched.missing_count, 2);
	assert_int_equal(fetched.missing[0], foreign);
}

/* A site may ask in any order, and twice: items of a frame ascend all the
 * same. */
static void
test_fetch_in_any_order_is_answered_in_several_frames(void **state)
{
	struct fixture *f = *state;
	uint64_t first = add_setting(f, 1), second = add_setting(f, 1);
	uint64_t ids[4] = { second, first, first, second };
	struct fetch message = { ids, 4 };
	struct buffer body = { 0 };
	struct fetched fetched;
	struct replies *replies;
	uint32_t items = 0;

	OK(message_fetch_encode(&message, &body, &f->err));
	replies = exchange(f, 1, FRAME_FETCH, &body);
	for (uint32_t i = 0; i < replies->count; i++) {
		if (replies->list[i].type != FRAME_FETCHED)
			continue;
		OK(message_fetched_decode(replies->list[i].body, &f->arena,
		    &fetched, &f->err));
		items += fetched.item_count;
	}
	assert_int_equal(items, 4);
}

/* --- proof ---------------------------------------------------------------- */

static struct replies *
prove(struct fixture *f, uint32_t site, uint64_t cursor)
{
	struct proof proof = { .cursor = cursor };
	struct buffer body = { 0 };

	OK(message_proof_encode(&proof, &body, &f->err));
	return exchange(f, site, FRAME_PROVE, &body);
}

static void
test_proof_counts_the_scope(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1), count;
	struct digest_sum sum;
	struct replies *replies;
	struct proof proof;

	(void)pupil;
	disconnect_site(f, 1);
	(void)greet(f, 1, head_of(f));
	replies = prove(f, 1, head_of(f));
	OK(message_proof_decode(find_reply(replies, FRAME_PROOF)->body,
	    &f->arena, &proof, &f->err));
	OK(grants_scope(f->replica, f->schools[OAK], &count, &sum, &f->err));
	assert_int_equal(proof.cursor, head_of(f));
	assert_int_equal(proof.count, count);
	assert_true(digest_sum_equal(&proof.sum, &sum));
	assert_true(count > 0);
}

/* While something is on its way the question waits for the cursor. */
static void
test_proof_waits_for_the_cursor(void **state)
{
	struct fixture *f = *state;
	struct confirm message = { .batch_bytes = 64 * 1024 };
	struct buffer body = { 0 };
	struct replies *replies;
	uint64_t before;

	(void)greet(f, 2, head_of(f));
	before = head_of(f);
	(void)add_organisation(f, 1);
	replies = prove(f, 2, before);
	assert_non_null(find_reply(replies, FRAME_STREAM));
	assert_null(find_reply(replies, FRAME_PROOF));
	message.cursor = message.confirmed = head_of(f);
	OK(message_confirm_encode(&message, &body, &f->err));
	replies = exchange(f, 2, FRAME_CONFIRM, &body);
	assert_non_null(find_reply(replies, FRAME_PROOF));
	/* answered once */
	OK(message_confirm_encode(&message, &body, &f->err));
	assert_null(
	    find_reply(exchange(f, 2, FRAME_CONFIRM, &body), FRAME_PROOF));
}

/* What is not for this school does not keep its proof waiting. */
static void
test_proof_ignores_what_is_not_in_scope(void **state)
{
	struct fixture *f = *state;
	uint64_t before = head_of(f);

	(void)greet(f, 2, before);
	(void)add_setting(f, 1);
	assert_non_null(find_reply(prove(f, 2, before), FRAME_PROOF));
}

/* What waited when a computer connected has gone once it asks for a proof. */
static void
test_proof_says_that_nothing_waits(void **state)
{
	struct fixture *f = *state;
	struct site_state site;

	(void)greet(f, 2, head_of(f));
	OK(sites_get_state(f->replica, 2, &site, &f->err));
	site.pending = 3;
	OK(sites_greet(f->replica, &site, &f->err));
	(void)prove(f, 2, head_of(f));
	OK(sites_get_state(f->replica, 2, &site, &f->err));
	assert_int_equal(site.pending, 0);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_stream_brings_what_the_school_may_have),
		TEST(test_own_commits_pass_as_numbers),
		TEST(test_items_bear_marks),
		TEST(test_grant_precedes_what_it_opens),
		TEST(test_stream_stops_at_the_freeze),
		TEST(test_empty_range_moves_the_cursor_after_a_while),
		TEST(test_stream_comes_in_batches),
		TEST(test_fetch_brings_own_commits_whole),
		TEST(test_fetch_in_any_order_is_answered_in_several_frames),
		TEST(test_proof_counts_the_scope),
		TEST(test_proof_waits_for_the_cursor),
		TEST(test_proof_ignores_what_is_not_in_scope),
		TEST(test_proof_says_that_nothing_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
