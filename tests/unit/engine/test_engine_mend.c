/*
 * What differs is mended: what only this computer has is offered, what only
 * the hub has is wanted, and what comes is taken for what it is.
 */
#include "tests/unit/engine/hub_set.h"

#include "common/replica/defect.h"
#include "common/replica/unplaced.h"

enum {
	MANY = 120
};

/* What the engine offers now is given the places that it had. */
static void
give_places(struct talk *t, const struct mend *mend)
{
	struct placed places[MANY];
	struct mended mended = { .places = places };

	for (uint32_t i = 0; i < mend->item_count; i++)
		places[i] = (struct placed){ mend->items[i].sequence,
			mend->items[i].mark };
	mended.place_count = mend->item_count;
	SAY(t, FRAME_MENDED, mended, mended);
}

/* The hub lacks all of them, and the engine offers the first. */
static void
begin_offering(struct talk *t, uint32_t count, struct mend *mend)
{
	struct hub_set hub;

	hub_set_begin_night(t, count);
	hub = hub_set_of(t, count, 0);
	hub_set_differ(&hub);
	hub_set_close(&hub);
	HEARD(t, FRAME_MEND, mend, mend);
}

/* The engine wants what the hub has more: the next of the other computer's, in
 * t->line, and others that nobody has. */
static void
begin_wanting(struct talk *t, uint32_t others, struct hub_set *hub)
{
	struct mend mend;

	hub_set_begin_night(t, 5);
	*hub = hub_set_of(t, 0, others);
	(void)fixture_term(t->other, "closure");
	fixture_send(t->other, &t->line);
	assert_ok(
	    sketch_set_add(&hub->set, t->line.items[0].digest.bytes, err));
	hub_set_differ(hub);
	HEARD(t, FRAME_MEND, mend, &mend);
	assert_int_equal(mend.item_count, 0);
	assert_int_equal(mend.wanted_count, 1 + others);
}

static struct found
end_of(struct talk *t)
{
	struct found found;

	assert_true(t->update.check);
	engine_checked(t->engine, 0);
	talk_tick(t, 1);
	HEARD(t, FRAME_FOUND, found, &found);
	return found;
}

static uint64_t
tell(struct talk *t, struct item *item)
{
	uint64_t before = talk_status(t).alarms;

	SAY(t, FRAME_MENDED, mended,
	    (struct mended){ .items = item, .item_count = 1 });
	return talk_status(t).alarms - before;
}

/* --- what is offered ------------------------------------------------------ */

/* In parts that the line can carry, each once, with place and bytes. */
static void
test_what_the_hub_lost_is_offered_in_parts(void **state)
{
	struct talk *t = *state;
	uint32_t parts = 0, offered = 0;
	uint64_t last = 0;
	struct found found;
	struct mend mend;

	assert_ok(replica_meta_set(t->replica, "batch_bytes",
	    LIMIT_BATCH_BYTES_MIN, err));
	talk_restart(t);
	begin_offering(t, MANY, &mend);
	for (;; parts++) {
		size_t bytes = 0;

		for (uint32_t i = 0; i < mend.item_count; i++) {
			assert_true(mend.items[i].sequence > last);
			last = mend.items[i].sequence;
			bytes += mend.items[i].commit.size;
		}
		assert_in_range(bytes, 1, LIMIT_BATCH_BYTES_MIN);
		offered += mend.item_count;
		give_places(t, &mend);
		if (said_count(t, FRAME_MEND) == 0)
			break;
		HEARD(t, FRAME_MEND, mend, &mend);
	}
	assert_int_equal(offered, MANY);
	assert_true(parts > 1);
	found = end_of(t);
	assert_int_equal(found.outcome, FOUND_MENDED);
	assert_int_equal(found.only_client, MANY);
	assert_int_equal(found.only_hub, 0);
	assert_int_equal(talk_status(t).alarms, 0);
}

/* What the hub does not know loses its place, and is asked about. */
static void
test_what_the_hub_does_not_know_has_no_place(void **state)
{
	struct talk *t = *state;
	struct placed places[5] = { 0 };
	struct mend mend;
	bool recovering;

	begin_offering(t, 5, &mend);
	SAY(t, FRAME_MENDED, mended,
	    (struct mended){ .places = places, .place_count = 5 });
	assert_int_equal(talk_status(t).alarms, 5);
	assert_ok(unplaced_is_recovering(t->replica, &recovering, err));
	assert_true(recovering);
}

static void
remove_one(struct talk *t, uint64_t id)
{
	assert_ok(replica_begin(t->replica, err));
	assert_ok(ledger_remove(t->replica, id, err));
	assert_ok(replica_commit(t->replica, err));
}

/* Purged since the sets were compared: the others go. */
static void
test_what_went_meanwhile_is_not_offered(void **state)
{
	struct talk *t = *state;
	uint32_t offered = 0;
	struct mend mend;

	assert_ok(replica_meta_set(t->replica, "batch_bytes",
	    LIMIT_BATCH_BYTES_MIN, err));
	talk_restart(t);
	begin_offering(t, MANY, &mend);
	assert_true(mend.item_count < MANY);
	remove_one(t, t->line.items[t->line.count - 1].id);
	for (;;) {
		offered += mend.item_count;
		give_places(t, &mend);
		if (said_count(t, FRAME_MEND) == 0)
			break;
		HEARD(t, FRAME_MEND, mend, &mend);
	}
	assert_int_equal(offered, MANY - 1);
	assert_int_equal(end_of(t).outcome, FOUND_MENDED);
}

/* And what is placed but not here any more harms nobody. */
static void
test_a_place_of_what_went_is_nothing(void **state)
{
	struct talk *t = *state;
	struct mend mend;

	begin_offering(t, 5, &mend);
	remove_one(t, mend.items[2].id);
	give_places(t, &mend);
	assert_int_equal(end_of(t).outcome, FOUND_MENDED);
	assert_int_equal(talk_status(t).alarms, 0);
}

static void
test_more_places_than_were_offered_are_complained_of(void **state)
{
	struct talk *t = *state;
	struct placed places[6] = { 0 };
	struct mend mend;

	begin_offering(t, 5, &mend);
	SAY(t, FRAME_MENDED, mended,
	    (struct mended){ .places = places, .place_count = 6 });
	expect_complaint(t, "the hub has placed what was not offered");
}

/* --- what is wanted ------------------------------------------------------- */

static void
test_what_is_wanted_is_taken_and_noted(void **state)
{
	struct talk *t = *state;
	struct hub_set hub;
	struct found found;

	begin_wanting(t, 0, &hub);
	assert_int_equal(tell(t, &t->line.items[0]), 0);
	assert_int_equal(talk_ledger_count(t, 0), 6);
	found = end_of(t);
	assert_int_equal(found.outcome, FOUND_MENDED);
	assert_int_equal(found.only_hub, 1);
	assert_int_equal(found.refolded, 1);
	hub_set_close(&hub);
}

/* Its values are gone; it is known by the digest that it had with them. */
static void
test_what_was_redacted_is_taken_as_it_is(void **state)
{
	struct talk *t = *state;
	struct item *item = &t->line.items[0];
	struct buffer bytes = { 0 };
	struct ledger_row row;
	struct hub_set hub;
	struct commit commit;

	begin_wanting(t, 0, &hub);
	assert_ok(commit_decode(item->commit, &t->arena, &commit, err));
	change_redact(&commit.changes[0]);
	assert_ok(commit_encode(&commit, &bytes, err));
	item->commit = buffer_view(&bytes);
	item->redacted = true;
	assert_int_equal(tell(t, item), 0);
	assert_ok(ledger_get(t->replica, item->id, &row, err));
	assert_true(row.redacted);
	assert_true(digest_equal(&row.digest, &item->digest));
	assert_int_equal(end_of(t).outcome, FOUND_MENDED);
	buffer_deinit(&bytes);
	hub_set_close(&hub);
}

/* What may not be read any more is not wanted again. */
static void
test_what_is_withheld_is_not_wanted_again(void **state)
{
	struct talk *t = *state;
	struct hub_set hub;
	uint64_t withheld[2];

	begin_wanting(t, 0, &hub);
	withheld[0] = 12345; /* that nobody wanted */
	withheld[1] = sketch_item(&hub.keys, t->line.items[0].digest.bytes);
	SAY(t, FRAME_MENDED, mended,
	    (struct mended){ .withheld = withheld, .withheld_count = 2 });
	assert_int_equal(said_count(t, FRAME_MEND), 0);
	assert_int_equal(end_of(t).only_hub, 1);
	hub_set_close(&hub);
}

/* It said that it has it: asking for ever would be no help. */
static void
test_a_hub_that_brings_nothing_ends_the_night(void **state)
{
	struct talk *t = *state;
	struct hub_set hub;
	struct found found;

	begin_wanting(t, 0, &hub);
	SAY(t, FRAME_MENDED, mended, (struct mended){ 0 });
	HEARD(t, FRAME_FOUND, found, &found);
	assert_int_equal(found.outcome, FOUND_FAILED);
	assert_int_equal(talk_ledger_count(t, 0), 5);
	hub_set_close(&hub);
}

/* A child of another school's is neither kept nor passed over. */
static void
test_what_is_not_ours_is_an_alarm(void **state)
{
	struct talk *t = *state;
	struct hub_set hub;
	uint64_t pupil;

	begin_wanting(t, 0, &hub);
	pupil = fixture_pupil(t->other, "Lane", ELM);
	fixture_send(t->other, &t->line);
	assert_int_equal(tell(t, &t->line.items[0]), 1);
	assert_int_equal(talk_ledger_count(t, pupil), 0);
	hub_set_close(&hub);
}

static void
test_mended_that_nobody_asked_for_changes_nothing(void **state)
{
	struct talk *t = *state;

	talk_begin_session(t);
	(void)fixture_term(t->other, "term");
	fixture_send(t->other, &t->line);
	assert_int_equal(tell(t, &t->line.items[0]), 0);
	assert_int_equal(t->update.wish, ENGINE_KEEP);
	assert_int_equal(talk_ledger_count(t, 0), 0);
}

/* --- both, and what it may cost ------------------------------------------- */

/* Of two commits with one number the hub's comes last, and stands. */
static void
test_offers_go_before_wishes(void **state)
{
	struct talk *t = *state;
	struct hub_set hub;
	struct mend mend;

	hub_set_begin_night(t, 5);
	hub = hub_set_of(t, 2, 3);
	hub_set_differ(&hub);
	HEARD(t, FRAME_MEND, mend, &mend);
	assert_int_equal(mend.item_count, 2);
	assert_int_equal(mend.wanted_count, 0);
	give_places(t, &mend);
	hub_set_expect_wanted(&hub, 3);
	hub_set_close(&hub);
}

static void
test_mending_over_the_budget_goes_on_in_the_next_night(void **state)
{
	struct talk *t = *state;
	struct hub_set hub;
	struct found found;
	struct mend mend;

	t->night_bytes = 700;
	talk_restart(t);
	hub_set_begin_night(t, 10);
	hub = hub_set_of(t, 7, 1);
	hub_set_differ(&hub);
	HEARD(t, FRAME_MEND, mend, &mend);
	give_places(t, &mend);
	HEARD(t, FRAME_FOUND, found, &found);
	assert_int_equal(found.outcome, FOUND_UNFINISHED);
	assert_int_equal(said_count(t, FRAME_MEND), 0);
	hub_set_close(&hub);
}

/* What came was stored, and the tables follow it in the next process. */
static void
test_an_interrupted_mend_makes_the_tables_anew(void **state)
{
	struct talk *t = *state;
	struct hub_set hub;

	begin_wanting(t, 1, &hub);
	(void)tell(t, &t->line.items[0]);
	assert_int_equal(talk_meta(t, "reconcile_wanted"), 1);
	assert_int_equal(talk_meta(t, "rebuild_wanted"), 1);
	talk_restart(t);
	talk_connect(t);
	talk_welcome(t);
	talk_stream_items(t, NULL, 0);
	SAY(t, FRAME_NIGHT, night,
	    (struct night_message){ .due_ms = t->now + 5000 });
	assert_int_equal(said_count(t, FRAME_RECONCILE), 1);
	SAY(t, FRAME_RECONCILED, reconciled,
	    (struct reconciled){ .state = RECONCILED_EQUAL });
	assert_int_equal(talk_meta(t, "rebuild_wanted"), 0);
	assert_int_equal(end_of(t).refolded, 1);
	hub_set_close(&hub);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TALK(test_what_the_hub_lost_is_offered_in_parts),
		TALK(test_what_the_hub_does_not_know_has_no_place),
		TALK(test_what_went_meanwhile_is_not_offered),
		TALK(test_a_place_of_what_went_is_nothing),
		TALK(test_more_places_than_were_offered_are_complained_of),
		TALK(test_what_is_wanted_is_taken_and_noted),
		TALK(test_what_was_redacted_is_taken_as_it_is),
		TALK(test_what_is_withheld_is_not_wanted_again),
		TALK(test_a_hub_that_brings_nothing_ends_the_night),
		TALK(test_what_is_not_ours_is_an_alarm),
		TALK(test_mended_that_nobody_asked_for_changes_nothing),
		TALK(test_offers_go_before_wishes),
		TALK(test_mending_over_the_budget_goes_on_in_the_next_night),
		TALK(test_an_interrupted_mend_makes_the_tables_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
