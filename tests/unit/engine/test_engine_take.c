/*
 * What the hub holds comes in: the stream, fills and fetches.
 */
#include "tests/unit/engine/talk.h"

/* --- the stream ----------------------------------------------------------- */

/* A gap would be a loss that nobody sees. */
static void
test_stream_with_a_gap_is_complained_of(void **state)
{
	struct talk *t = *state;

	talk_begin_session(t);
	SAY(t, FRAME_STREAM, stream, (struct stream){ .from = 5, .upto = 9 });
	expect_complaint(t, "the hub left out a part of the stream");
	assert_int_equal(talk_status(t).cursor, 0);
}

/* What was heard before is heard again without harm, and a STREAM that begins
 * before the cursor brings what is new in it. */
static void
test_repeated_stream_is_taken_once(void **state)
{
	struct talk *t = *state;
	struct item items[2];

	talk_begin_session(t);
	(void)fixture_term(t->other, "term");
	talk_stream(t);
	items[0] = t->line.items[0];
	t->told = 0;
	talk_stream_items(t, items, 1);
	assert_int_equal(talk_status(t).taken_commits, 1);
	(void)fixture_term(t->other, "closure");
	fixture_send(t->other, &t->line);
	items[1] = t->line.items[0];
	t->told = 0;
	talk_stream_items(t, items, 2);
	assert_int_equal(talk_status(t).taken_commits, 2);
	assert_int_equal(talk_status(t).cursor, 2);
	assert_int_equal(talk_status(t).alarms, 0);
	assert_int_equal(talk_ledger_count(t, 0), 2);
}

/* A child of a dossier that is not granted here is not kept, and told. */
static void
test_foreign_item_is_not_kept(void **state)
{
	struct talk *t = *state;
	uint64_t pupil;

	talk_begin_session(t);
	pupil = fixture_pupil(t->other, "Lane", ELM);
	talk_stream(t);
	assert_int_equal(talk_status(t).alarms, 1);
	assert_int_equal(talk_status(t).cursor, 1);
	assert_int_equal(talk_ledger_count(t, pupil), 0);
	assert_int_equal(talk_status(t).taken_commits, 0);
}

/* Bytes that are no commit are not kept, and told. */
static void
test_broken_item_is_not_kept(void **state)
{
	struct talk *t = *state;
	struct item *item = &t->line.items[0];
	uint8_t *bytes;

	talk_begin_session(t);
	(void)fixture_term(t->other, "term");
	fixture_send(t->other, &t->line);
	bytes = arena_alloc(&t->arena, item->commit.size);
	assert_non_null(bytes);
	memcpy(bytes, item->commit.data, item->commit.size);
	bytes[item->commit.size - 1] = 0xc1;
	item->commit.data = bytes;
	talk_stream_items(t, t->line.items, 1);
	assert_int_equal(talk_status(t).alarms, 1);
	assert_int_equal(talk_ledger_count(t, 0), 0);
	assert_int_equal(talk_status(t).cursor, 1);
}

/* The hub's copy stands where an id bears two contents; the other is kept for
 * a person, and the alarm told. */
static void
test_same_id_with_other_bytes_is_an_alarm(void **state)
{
	struct talk *t = *state;
	struct replica *copy = fixture_open(2, OAK);
	uint64_t term;

	talk_begin_session(t);
	term = fixture_term(t->other, "term");
	talk_stream(t);
	fixture_assert_text(t->replica, term, "kind", "term");
	assert_int_equal(fixture_term(copy, "closure"), term);
	fixture_send(copy, &t->line);
	talk_stream_items(t, t->line.items, 1);
	assert_int_equal(talk_status(t).alarms, 1);
	assert_int_equal(talk_status(t).aside, 1);
	fixture_assert_text(t->replica, term, "kind", "closure");
	assert_int_equal(talk_ledger_count(t, 0), 1);
	replica_close(copy);
}

/* The same for what waits here: this computer is a copy of another. */
static void
test_own_waiting_id_with_other_bytes_is_an_alarm(void **state)
{
	struct talk *t = *state;
	struct replica *copy = fixture_open(1, OAK);
	uint64_t term;

	talk_begin_session(t);
	term = fixture_term(t->replica, "term");
	assert_int_equal(fixture_term(copy, "closure"), term);
	fixture_send(copy, &t->line);
	talk_stream_items(t, t->line.items, 1);
	assert_int_equal(talk_status(t).alarms, 1);
	assert_int_equal(talk_status(t).aside, 1);
	assert_int_equal(talk_status(t).waiting, 0);
	fixture_assert_text(t->replica, term, "kind", "closure");
	replica_close(copy);
}

/* --- own commits that are not here ---------------------------------------- */

/* A commit of this computer's own, that it has lost; told by its number. */
static struct item
lose_own(struct talk *t)
{
	struct replica *before = fixture_open(1, OAK);
	struct item whole, number;

	(void)fixture_term(before, "term");
	fixture_send(before, &t->line);
	replica_close(before);
	whole = t->line.items[0];
	number = whole;
	number.commit = (struct bytes){ NULL, 0 };
	talk_stream_items(t, &number, 1);
	return whole;
}

static uint64_t
fetched_id(struct talk *t)
{
	struct fetch fetch;

	HEARD(t, FRAME_FETCH, fetch, &fetch);
	assert_int_equal(fetch.id_count, 1);
	return fetch.ids[0];
}

/* It asks once a connection, goes on asking after a restart, and proves
 * nothing before it has been answered. */
static void
test_lost_own_commit_is_fetched(void **state)
{
	struct talk *t = *state;
	struct item item;

	talk_begin_session(t);
	item = lose_own(t);
	assert_int_equal(fetched_id(t), item.id);
	assert_int_equal(said_count(t, FRAME_PROVE), 0);
	talk_tick(t, 1000);
	assert_int_equal(said_count(t, FRAME_FETCH), 0);
	assert_int_equal(said_count(t, FRAME_PROVE), 0);
	talk_disconnect(t);
	talk_restart(t);
	talk_connect(t);
	talk_welcome(t);
	assert_int_equal(fetched_id(t), item.id);
	assert_int_equal(said_count(t, FRAME_PROVE), 0);
	SAY(t, FRAME_FETCHED, fetched,
	    (struct fetched){ .items = &item, .item_count = 1 });
	assert_int_equal(talk_ledger_count(t, 0), 1);
	assert_int_equal(said_count(t, FRAME_PROVE), 1);
	assert_int_equal(said_count(t, FRAME_FETCH), 0);
	talk_proof(t, 0);
	assert_true(talk_status(t).proved);
}

/* What the hub has not either is not asked for again. */
static void
test_commit_that_nobody_has_is_given_up(void **state)
{
	struct talk *t = *state;
	uint64_t id;

	talk_begin_session(t);
	id = lose_own(t).id;
	SAY(t, FRAME_FETCHED, fetched,
	    (struct fetched){ .missing = &id, .missing_count = 1 });
	assert_int_equal(said_count(t, FRAME_FETCH), 0);
	assert_int_equal(said_count(t, FRAME_PROVE), 1);
	talk_disconnect(t);
	talk_restart(t);
	talk_connect(t);
	talk_welcome(t);
	assert_int_equal(said_count(t, FRAME_FETCH), 0);
}

static void
test_more_fetched_than_asked_is_complained_of(void **state)
{
	struct talk *t = *state;
	struct item item;
	struct fetched fetched = { .items = &item, .item_count = 1 };
	uint64_t missing = 17;

	talk_begin_session(t);
	item = lose_own(t);
	fetched.missing = &missing;
	fetched.missing_count = 1;
	SAY(t, FRAME_FETCHED, fetched, fetched);
	expect_complaint(t, "the hub sent what was not asked");
	assert_int_equal(talk_ledger_count(t, 0), 0);
}

/* --- fills ---------------------------------------------------------------- */

/* A computer that begins behind the child's first commit, and is then granted
 * the child: it asks for what lay before. */
static uint64_t
begin_filling(struct talk *t, struct item *item)
{
	uint64_t pupil = fixture_pupil(t->other, "Lane", OAK);
	char number[24];
	struct fills fills;

	fixture_send(t->other, &t->line);
	*item = t->line.items[0];
	t->told = 1;
	talk_connect(t);
	talk_welcome(t);
	HEARD(t, FRAME_FILL, fills, &fills);
	assert_int_equal(fills.fill_count, 2);
	assert_int_equal(fills.fills[0].dossier, OAK);
	assert_int_equal(fills.fills[0].to, 1);
	assert_int_equal(fills.fills[1].dossier, DOSSIER_PARTNERSHIP);
	talk_fill_empty(t, OAK, 1);
	talk_fill_empty(t, DOSSIER_PARTNERSHIP, 1);
	assert_int_equal(said_count(t, FRAME_PROVE), 1);

	snprintf(number, sizeof(number), "%llu", (unsigned long long)pupil);
	(void)fixture_insert(t->other, OAK, "grant", "dossier", number, "kind",
	    "holder", "opened", "1", NULL);
	talk_stream(t);
	HEARD(t, FRAME_FILL, fills, &fills);
	assert_int_equal(fills.fill_count, 1);
	assert_int_equal(fills.fills[0].dossier, pupil);
	assert_int_equal(fills.fills[0].from, 0);
	assert_int_equal(fills.fills[0].to, 1);
	assert_int_equal(said_count(t, FRAME_PROVE), 0);
	return pupil;
}

static struct filled
filled_of(uint64_t pupil, struct item *item)
{
	struct filled filled = {
		.dossier = pupil,
		.upto = 1,
		.items = item,
		.item_count = 1,
		.state = FILLED_DONE,
		.count = 1,
	};

	digest_sum_add(&filled.sum, &item->digest);
	return filled;
}

static void
say_filled(struct talk *t, struct filled *filled)
{
	struct filleds filleds = { filled, 1 };

	SAY(t, FRAME_FILLED, filleds, filleds);
}

/* Shown, and proved, when it is whole. */
static void
test_granted_file_is_fetched_before_anything_is_proved(void **state)
{
	struct talk *t = *state;
	struct item item;
	struct filled filled;
	uint64_t pupil = begin_filling(t, &item);

	talk_tick(t, 1000);
	assert_int_equal(said_count(t, FRAME_FILL), 0);
	assert_int_equal(said_count(t, FRAME_PROVE), 0);
	talk_proof(t, 0);
	assert_false(talk_status(t).proved);
	assert_int_equal(talk_status(t).filling, 1);
	filled = filled_of(pupil, &item);
	say_filled(t, &filled);
	fixture_assert_text(t->replica, pupil, "surname", "Lane");
	assert_int_equal(said_count(t, FRAME_PROVE), 1);
	talk_proof(t, 0);
	assert_true(talk_status(t).proved);
	assert_int_equal(talk_status(t).filled_permille, 1000);
}

/* Another connection, another process: it is asked for again, from where it
 * stands. */
static void
test_fill_goes_on_after_a_restart(void **state)
{
	struct talk *t = *state;
	struct item item;
	struct fills fills;
	uint64_t pupil = begin_filling(t, &item);

	talk_disconnect(t);
	talk_restart(t);
	talk_connect(t);
	talk_welcome(t);
	HEARD(t, FRAME_FILL, fills, &fills);
	assert_int_equal(fills.fill_count, 1);
	assert_int_equal(fills.fills[0].dossier, pupil);
}

/* A file whose sum is not that of the hub is asked for anew and not shown. */
static void
test_file_with_another_sum_is_asked_for_again(void **state)
{
	struct talk *t = *state;
	struct item item;
	struct filled filled;
	struct fills fills;
	struct arena arena = { 0 };
	struct record record;
	uint64_t pupil = begin_filling(t, &item);

	filled = filled_of(pupil, &item);
	filled.count = 2;
	say_filled(t, &filled);
	HEARD(t, FRAME_FILL, fills, &fills);
	assert_int_equal(fills.fills[0].dossier, pupil);
	assert_int_equal(fills.fills[0].from, 0);
	assert_int_equal(record_get(t->replica, pupil, &arena, &record, UNREAD),
	    STATUS_NOT_FOUND);
	arena_deinit(&arena);
}

/* The grant ended while it was fetched: nothing of it stays. */
static void
test_file_that_is_gone_is_given_up(void **state)
{
	struct talk *t = *state;
	struct item item;
	struct filled filled;
	uint64_t pupil = begin_filling(t, &item);

	filled = (struct filled){ .dossier = pupil,
		.upto = 1,
		.state = FILLED_GONE };
	say_filled(t, &filled);
	assert_int_equal(talk_status(t).filling, 0);
	assert_int_equal(said_count(t, FRAME_FILL), 0);
	assert_int_equal(said_count(t, FRAME_PROVE), 1);
}

/* What had come of it is purged like any closed file, with a receipt. */
static void
test_part_of_a_file_goes_with_a_receipt(void **state)
{
	struct talk *t = *state;
	struct dossier dossier;
	struct item item;
	struct filled filled;
	uint64_t pupil = begin_filling(t, &item);

	(void)fixture_insert(t->other, 0, "site", "number", "1", "school",
	    "101", "name", "office", NULL);
	talk_stream(t);
	filled = filled_of(pupil, &item);
	filled.state = FILLED_MORE;
	filled.count = 0;
	filled.sum = (struct digest_sum){ 0 };
	say_filled(t, &filled);
	assert_int_equal(talk_ledger_count(t, pupil), 1);

	filled = (struct filled){ .dossier = pupil,
		.upto = 1,
		.state = FILLED_ENDED };
	say_filled(t, &filled);
	assert_int_equal(talk_ledger_count(t, pupil), 0);
	assert_ok(dossier_get(t->replica, pupil, &dossier, err));
	assert_int_equal(dossier.state, DOSSIER_GONE);
	assert_int_equal(push_said(t, 0).commit_count, 1);
}

/* A file that nobody asked for is not kept. */
static void
test_file_never_asked_for_is_not_kept(void **state)
{
	struct talk *t = *state;
	struct dossier dossier;
	struct filled filled;
	uint64_t pupil;

	talk_begin_session(t);
	pupil = fixture_pupil(t->other, "Lane", OAK);
	fixture_send(t->other, &t->line);
	filled = filled_of(pupil, &t->line.items[0]);
	say_filled(t, &filled);
	assert_int_equal(dossier_get(t->replica, pupil, &dossier, UNREAD),
	    STATUS_NOT_FOUND);
	assert_int_equal(talk_status(t).taken_commits, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TALK(test_stream_with_a_gap_is_complained_of),
		TALK(test_repeated_stream_is_taken_once),
		TALK(test_foreign_item_is_not_kept),
		TALK(test_broken_item_is_not_kept),
		TALK(test_same_id_with_other_bytes_is_an_alarm),
		TALK(test_own_waiting_id_with_other_bytes_is_an_alarm),
		TALK(test_lost_own_commit_is_fetched),
		TALK(test_commit_that_nobody_has_is_given_up),
		TALK(test_more_fetched_than_asked_is_complained_of),
		TALK(test_granted_file_is_fetched_before_anything_is_proved),
		TALK(test_fill_goes_on_after_a_restart),
		TALK(test_file_with_another_sum_is_asked_for_again),
		TALK(test_file_that_is_gone_is_given_up),
		TALK(test_part_of_a_file_goes_with_a_receipt),
		TALK(test_file_never_asked_for_is_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
