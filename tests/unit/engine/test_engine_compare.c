/*
 * What differs is found out: by cells while these are less than the items, by
 * a list of the items where they are not, and by neither from a hub that
 * contradicts itself.
 */
#include "tests/unit/engine/hub_set.h"

enum {
	HELD = 48 * 1000,
	DIFFERENCES = 16 * 1000,
	MEGABYTE_OF_ITEMS = 140 * 1000
};

static void
say_state(struct talk *t, enum reconciled_state state)
{
	SAY(t, FRAME_RECONCILED, reconciled,
	    (struct reconciled){ .state = state });
}

/* --- cells ---------------------------------------------------------------- */

static void
test_cells_come_until_all_is_known(void **state)
{
	struct talk *t = *state;
	struct hub_set hub;
	uint32_t rounds = 0;

	hub_set_begin_night(t, 200);
	hub = hub_set_of(t, 0, 45);
	for (hub_set_differ(&hub); said_count(t, FRAME_SKETCH) > 0; rounds++) {
		assert_int_equal(hub_set_wish(&hub).form, SKETCH_NARROW);
		hub_set_prepare(&hub);
		hub_set_tell(&hub);
	}
	assert_in_range(rounds, 1, 4);
	hub_set_expect_wanted(&hub, 45);
	hub_set_close(&hub);
}

/* Where an answer takes long, more is asked for at once. */
static void
test_a_long_round_trip_asks_for_more_cells(void **state)
{
	struct talk *t = *state;
	uint32_t counts[2];

	hub_set_begin_night(t, 200);
	for (int slow = 0; slow < 2; slow++) {
		struct hub_set hub = hub_set_of(t, 0, 45);

		t->elapsed += slow ? NIGHT_SLOW_LINE_MS + 1 : 0;
		hub_set_differ(&hub);
		counts[slow] = hub_set_wish(&hub).count;
		hub_set_close(&hub);
		talk_disconnect(t);
		talk_connect(t);
		talk_welcome(t);
		SAY(t, FRAME_NIGHT, night, (struct night_message){ 0 });
	}
	assert_true(counts[1] > counts[0]);
}

/* Each of these tells of another run, or of none: other nonces then. */
static void
test_cells_of_elsewhere_begin_anew(void **state)
{
	struct talk *t = *state;

	hub_set_begin_night(t, 200);
	for (int i = 0; i < NIGHT_TRIES; i++) {
		struct hub_set hub = hub_set_of(t, 0, 33);

		hub_set_differ(&hub);
		assert_int_equal(hub_set_wish(&hub).form, SKETCH_NARROW);
		hub_set_prepare(&hub);
		hub.told.from += i == 0;
		if (i == 1)
			hub.told.cells.size = 0;
		if (i == 2)
			hub.told.cells.size--;
		hub_set_tell(&hub);
		hub_set_close(&hub);
		assert_int_equal(said_count(t, FRAME_MEND), 0);
		assert_int_equal(said_count(t, FRAME_RECONCILE),
		    i + 1 < NIGHT_TRIES);
	}
	assert_int_equal(talk_status(t).found.outcome, FOUND_FAILED);
}

/* An answer that comes after the run is over does not bring it back. */
static void
test_cells_that_nobody_asked_for_change_nothing(void **state)
{
	struct talk *t = *state;
	struct hub_set hub;

	hub_set_begin_night(t, 3);
	hub = hub_set_of(t, 0, 45);
	for (int form = SKETCH_NARROW; form <= SKETCH_LIST; form++) {
		hub_set_pack(&hub, (enum sketch_form)form, 0, 4);
		hub_set_tell(&hub);
		assert_int_equal(t->update.wish, ENGINE_KEEP);
		assert_int_equal(t->said_count, 0);
	}
	hub_set_differ(&hub);
	assert_int_equal(said_count(t, FRAME_SKETCH), 1);
	hub_set_differ(&hub); /* a second answer to one question */
	assert_int_equal(t->said_count, 0);
	hub_set_close(&hub);
}

static void
test_night_frames_that_are_broken_end_the_line(void **state)
{
	static const uint8_t types[] = { FRAME_NIGHT, FRAME_RECONCILED,
		FRAME_CELLS, FRAME_MENDED };
	struct talk *t = *state;

	for (size_t i = 0; i < sizeof(types); i++) {
		talk_connect(t);
		talk_welcome(t);
		talk_frame(t, types[i], bytes_of_text("\x90"));
		assert_int_equal(t->update.wish, ENGINE_HANG_UP);
		assert_int_equal(said_count(t, FRAME_GOODBYE), 1);
		talk_disconnect(t);
	}
}

/* A hub that says it has more than can be compared is not believed. */
static void
test_more_than_can_be_compared_fails(void **state)
{
	struct talk *t = *state;

	hub_set_begin_night(t, 3);
	for (int i = 0; i < NIGHT_TRIES; i++)
		SAY(t, FRAME_RECONCILED, reconciled,
		    (struct reconciled){ .state = RECONCILED_DIFFERS,
			.count = LIMIT_SKETCH_ITEMS + 1,
			.cells = bytes_of_text("cells") });
	assert_int_equal(talk_status(t).found.outcome, FOUND_FAILED);
}

/* More than can help: of so small a set the list is less. */
static void
test_too_many_cells_lead_to_a_list(void **state)
{
	struct talk *t = *state;
	struct hub_set hub;

	hub_set_begin_night(t, 200);
	hub = hub_set_of(t, 0, 45);
	hub_set_differ(&hub);
	hub_set_pack(&hub, SKETCH_NARROW, hub_set_wish(&hub).from, 2000);
	hub_set_tell(&hub);
	assert_int_equal(hub_set_wish(&hub).form, SKETCH_LIST);
	hub_set_close(&hub);
}

/* Commits behind the first, which were folded long ago. */
static void
hold_many(struct talk *t, uint32_t count)
{
	uint64_t id = t->line.items[0].id, first = t->told + 1;
	struct arena arena = { 0 };
	struct commit commit;
	struct ledger_row row;

	assert_ok(
	    ledger_find_change(t->replica, id, &arena, &row, &commit, err));
	assert_ok(replica_begin(t->replica, err));
	for (uint32_t i = 0; i < count; i++) {
		struct buffer bytes = { 0 };
		struct ledger_row more = { .sequence = first + i,
			.received_ms = NOW_MS };

		commit.id = id + 1000 + i;
		commit.changes[0].record = commit.id;
		assert_ok(commit_encode(&commit, &bytes, err));
		more.id = commit.id;
		more.dossier = commit.dossier;
		more.bytes = buffer_view(&bytes);
		more.digest = digest_of(more.bytes);
		assert_ok(ledger_append(t->replica, &more, &commit, err));
		buffer_deinit(&bytes);
	}
	assert_ok(replica_commit(t->replica, err));
	arena_deinit(&arena);
	t->line.sequence += count;
	talk_stream_items(t, NULL, 0);
}

/* Then checks have all their bits, a frame holds what it may, and what is
 * wanted comes in parts. */
static void
test_many_differences_come_in_wide_cells(void **state)
{
	struct talk *t = *state;
	struct hub_set hub;
	struct mend mend;

	hub_set_begin_night(t, 1);
	say_state(t, RECONCILED_EQUAL);
	engine_checked(t->engine, 0);
	talk_tick(t, 1);
	hold_many(t, HELD);
	engine_reconcile(t->engine);
	SAY(t, FRAME_NIGHT, night, (struct night_message){ .due_ms = t->now });
	while (said_count(t, FRAME_RECONCILE) == 0)
		talk_tick(t, 1);
	hub = hub_set_of(t, 0, DIFFERENCES);
	hub_set_differ(&hub);
	assert_int_equal(hub_set_wish(&hub).form, SKETCH_WIDE);
	assert_int_equal(hub_set_wish(&hub).count, LIMIT_CELLS);
	while (said_count(t, FRAME_SKETCH) > 0) {
		hub_set_prepare(&hub);
		hub_set_tell(&hub);
	}
	HEARD(t, FRAME_MEND, mend, &mend);
	assert_int_equal(mend.wanted_count, LIMIT_WANTED);
	hub_set_close(&hub);
}

/* --- lists ---------------------------------------------------------------- */

static void
test_a_list_comes_where_cells_would_be_more(void **state)
{
	struct talk *t = *state;
	struct hub_set hub;

	hub_set_begin_night(t, 20);
	hub = hub_set_of(t, 0, 100);
	hub_set_differ(&hub);
	assert_int_equal(hub_set_wish(&hub).form, SKETCH_LIST);
	/* in two parts */
	hub_set_pack(&hub, SKETCH_LIST, 0, 70);
	hub_set_tell(&hub);
	assert_int_equal(hub_set_wish(&hub).from, 70);
	hub_set_prepare(&hub);
	hub_set_tell(&hub);
	hub_set_expect_wanted(&hub, 100);
	hub_set_close(&hub);
}

/* All that is here went lost there: there is nothing to list, and all of it
 * is offered. */
static void
test_a_hub_that_has_nothing_is_offered_all(void **state)
{
	struct talk *t = *state;
	struct hub_set hub;
	struct mend mend;

	hub_set_begin_night(t, 100);
	hub = hub_set_of(t, 100, 0);
	assert_int_equal(hub.set.count, 0);
	hub_set_differ(&hub);
	HEARD(t, FRAME_MEND, mend, &mend);
	assert_true(mend.item_count > 0);
	assert_int_equal(mend.wanted_count, 0);
	hub_set_close(&hub);
}

static void
spoil_list(struct hub_set *hub, int how)
{
	struct cells *told = &hub->told;
	uint8_t *items = arena_alloc(&hub->t->arena, told->cells.size + 8);

	assert_non_null(items);
	memcpy(items, told->cells.data, told->cells.size);
	told->cells.data = items;
	switch (how) {
	case 0: /* from elsewhere */
		told->from++;
		break;
	case 1: /* none, and some are left */
		told->cells.size = 0;
		break;
	case 2: /* more than there are */
		memset(items + told->cells.size, 0xff, 8);
		told->cells.size += 8;
		break;
	default: /* twice the same */
		memcpy(items + 8, items, 8);
		break;
	}
}

static void
test_lists_that_are_none_begin_anew(void **state)
{
	struct talk *t = *state;

	hub_set_begin_night(t, 20);
	for (int how = 0; how < 4; how++) {
		struct hub_set hub = hub_set_of(t, 0, 100);

		hub_set_differ(&hub);
		hub_set_prepare(&hub);
		spoil_list(&hub, how);
		hub_set_tell(&hub);
		hub_set_close(&hub);
		assert_int_equal(said_count(t, FRAME_MEND), 0);
		assert_int_equal(said_count(t, FRAME_SKETCH), 0);
		if (how == NIGHT_TRIES - 1) {
			assert_int_equal(talk_status(t).found.outcome,
			    FOUND_FAILED);
			engine_reconcile(t->engine);
			SAY(t, FRAME_NIGHT, night,
			    (struct night_message){ .due_ms = t->now });
		}
	}
	assert_int_equal(said_count(t, FRAME_RECONCILE), 1);
}

/* --- what it may cost ----------------------------------------------------- */

static void
test_a_night_over_its_budget_goes_on_in_the_next(void **state)
{
	struct talk *t = *state;
	struct hub_set hub;
	struct found found;

	t->night_bytes = 100;
	talk_restart(t);
	hub_set_begin_night(t, 200);
	hub = hub_set_of(t, 0, 45);
	hub_set_differ(&hub);
	assert_int_equal(said_count(t, FRAME_SKETCH), 0);
	HEARD(t, FRAME_FOUND, found, &found);
	assert_int_equal(found.outcome, FOUND_UNFINISHED);
	assert_true(found.bytes >= 100);
	hub_set_close(&hub);
}

/* Where a line carries little, a megabyte is enough for a night. */
static void
test_a_slow_line_has_a_budget_of_its_own(void **state)
{
	struct talk *t = *state;
	struct hub_set hub;
	struct found found;

	assert_ok(replica_meta_set(t->replica, "batch_bytes",
	    LIMIT_BATCH_BYTES_MIN, err));
	talk_restart(t);
	hub_set_begin_night(t, 20);
	hub = hub_set_of(t, 0, MEGABYTE_OF_ITEMS);
	hub_set_differ(&hub);
	while (said_count(t, FRAME_SKETCH) > 0) {
		hub_set_prepare(&hub);
		hub_set_tell(&hub);
	}
	HEARD(t, FRAME_FOUND, found, &found);
	assert_int_equal(found.outcome, FOUND_UNFINISHED);
	assert_in_range(found.bytes, NIGHT_SLOW_BYTES, 2 * NIGHT_SLOW_BYTES);
	hub_set_close(&hub);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TALK(test_cells_come_until_all_is_known),
		TALK(test_a_long_round_trip_asks_for_more_cells),
		TALK(test_cells_of_elsewhere_begin_anew),
		TALK(test_cells_that_nobody_asked_for_change_nothing),
		TALK(test_night_frames_that_are_broken_end_the_line),
		TALK(test_more_than_can_be_compared_fails),
		TALK(test_too_many_cells_lead_to_a_list),
		TALK(test_many_differences_come_in_wide_cells),
		TALK(test_a_list_comes_where_cells_would_be_more),
		TALK(test_a_hub_that_has_nothing_is_offered_all),
		TALK(test_lists_that_are_none_begin_anew),
		TALK(test_a_slow_line_has_a_budget_of_its_own),
		TALK(test_a_night_over_its_budget_goes_on_in_the_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
