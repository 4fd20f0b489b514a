/*
 * The allocation sweep of a night at an engine, frame by frame.
 */
#include "tests/sim/sweep_talk.h"
#include "tests/unit/engine/hub_set.h"

#include "common/replica/check.h"
#include "common/replica/sql.h"
#include "common/replica/unplaced.h"

enum {
	FEW = 20, /* commits that both have */
	MANY = 200
};

static struct hub_set hub;

/* --- a night, up to a frame ----------------------------------------------- */

static void
write_terms(struct talk *t, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		(void)fixture_term(t->other, "term");
		if (i % 50 == 49 || i + 1 == count)
			talk_stream(t);
	}
}

static void
damage(struct talk *t, uint64_t sequence)
{
	struct sql *sql = sql_use(t->replica,
	    "UPDATE ledger SET bytes = x'c1' WHERE sequence = ?1");

	sql_bind_id(sql, 1, sequence);
	assert_ok(sql_finish(sql, err));
}

/* In step with the hub, which has one commit more, that nobody streamed. */
static void
meet_in_step(struct scene *s, uint32_t count)
{
	struct talk *t = s->t;

	meet(s);
	if (!s->again) {
		write_terms(t, count);
		(void)fixture_term(t->other, "closure");
		fixture_send(t->other, &t->line);
	}
	talk_stream_items(t, NULL, 0);
}

static void
say_night(struct talk *t)
{
	SAY(t, FRAME_NIGHT, night, (struct night_message){ .due_ms = t->now });
}

static bool
is_in_set(uint64_t item)
{
	for (uint32_t i = 0; i < hub.set.count; i++)
		if (hub.set.entries[i].item == item)
			return true;
	return false;
}

/* Whatever has come here since, and sound, the hub has too. */
static void
know_hub(struct talk *t, uint32_t lacks, uint32_t more)
{
	const uint8_t *digest = t->line.items[0].digest.bytes;

	hub_set_close(&hub);
	hub = hub_set_of(t, lacks, more);
	if (!is_in_set(sketch_item(&hub.keys, digest)))
		assert_ok(sketch_set_add(&hub.set, digest, err));
}

static void
prepare_difference(struct scene *s)
{
	hub_set_pack(&hub, SKETCH_NARROW, 0, SKETCH_FIRST_CELLS);
	SAYS(s, FRAME_RECONCILED, reconciled,
	    (struct reconciled){ .state = RECONCILED_DIFFERS,
		.count = hub.set.count,
		.cells = hub.told.cells });
}

/* Up to the question, if nothing that was mended stands before it. */
static bool
ask(struct scene *s, uint32_t count, uint32_t lacks, uint32_t more)
{
	meet_in_step(s, count);
	say_night(s->t);
	if (said_count(s->t, FRAME_RECONCILE) == 0)
		return false;
	know_hub(s->t, lacks, more);
	return true;
}

/* --- and from there to its end -------------------------------------------- */

/* Each where it was; what the hub has and has not the bytes of, it keeps. */
static void
say_mended(struct talk *t)
{
	struct item *item = &t->line.items[0];
	uint64_t wanted = sketch_item(&hub.keys, item->digest.bytes);
	struct placed places[MANY];
	struct mended mended = { .places = places, .items = item };
	struct mend mend;

	HEARD(t, FRAME_MEND, mend, &mend);
	mended.place_count = mend.item_count;
	for (uint32_t i = 0; i < mend.item_count; i++)
		places[i] = (struct placed){ mend.items[i].sequence,
			mend.items[i].mark };
	mended.withheld =
	    arena_array(&t->arena, mend.wanted_count + 1, sizeof(uint64_t));
	assert_non_null(mended.withheld);
	for (uint32_t i = 0; i < mend.wanted_count; i++)
		if (mend.wanted[i] == wanted)
			mended.item_count = 1;
		else
			mended.withheld[mended.withheld_count++] =
			    mend.wanted[i];
	SAY(t, FRAME_MENDED, mended, mended);
}

static void
go_on(struct talk *t)
{
	if (said_count(t, FRAME_RECONCILE) > 0) {
		know_hub(t, 0, 0);
		hub_set_differ(&hub);
	} else if (said_count(t, FRAME_SKETCH) > 0) {
		hub_set_prepare(&hub);
		hub_set_tell(&hub);
	} else if (said_count(t, FRAME_MEND) > 0) {
		say_mended(t);
	} else {
		engine_checked(t->engine, 0);
		talk_tick(t, 1);
	}
}

static void
print_fault(void *context, const char *sentence)
{
	(void)context;
	printf("%s\n", sentence);
}

static void
end_well(struct scene *s)
{
	struct talk *t = s->t;
	struct check_result result;
	struct ledger_row row;

	for (int i = 0; i < 50 && talk_status(t).reconciling; i++)
		go_on(t);
	assert_false(talk_status(t).reconciling);
	assert_in_range(talk_status(t).found.outcome, FOUND_EQUAL,
	    FOUND_MENDED);
	assert_ok(ledger_get(t->replica, t->line.items[0].id, &row, err));
	assert_ok(
	    check_replica(t->replica, print_fault, NULL, NULL, &result, err));
	hub_set_close(&hub);
	memset(&hub, 0, sizeof(hub));
}

/* --- what differs --------------------------------------------------------- */

/* One commit is damaged: it is found before the question. */
static void
prepare_ask(struct scene *s)
{
	meet_in_step(s, FEW);
	damage(s->t, 3);
	SAYS(s, FRAME_NIGHT, night,
	    (struct night_message){ .due_ms = s->t->now });
}

static void
verify_ask(struct scene *s)
{
	struct reconcile reconcile;

	HEARD(s->t, FRAME_RECONCILE, reconcile, &reconcile);
	assert_int_equal(reconcile.count, FEW - 1);
	assert_int_equal(reconcile.left_out_count, 0);
}

static void
prepare_decoded(struct scene *s)
{
	if (ask(s, FEW, 3, 2))
		prepare_difference(s);
}

static void
prepare_sketch(struct scene *s)
{
	if (ask(s, MANY, 3, 45))
		prepare_difference(s);
}

static void
prepare_answer(struct scene *s, uint32_t count)
{
	if (!ask(s, count, 3, 45))
		return;
	hub_set_differ(&hub);
	hub_set_prepare(&hub);
	SAYS(s, FRAME_CELLS, cells, hub.told);
}

static void
prepare_cells(struct scene *s)
{
	prepare_answer(s, MANY);
}

static void
prepare_list(struct scene *s)
{
	prepare_answer(s, FEW);
}

/* --- mending -------------------------------------------------------------- */

/* Of five one has another place now, and one the hub does not know. */
static void
prepare_placed(struct scene *s)
{
	struct placed places[5];
	struct mend mend;

	if (!ask(s, FEW, 5, 0))
		return;
	hub_set_differ(&hub);
	HEARD(s->t, FRAME_MEND, mend, &mend);
	assert_int_equal(mend.item_count, 5);
	for (uint32_t i = 0; i < 5; i++)
		places[i] = (struct placed){ mend.items[i].sequence,
			mend.items[i].mark };
	places[1].sequence = FEW + 1;
	places[3].sequence = 0;
	SAYS(s, FRAME_MENDED, mended,
	    (struct mended){ .places = places, .place_count = 5 });
}

static void
verify_placed(struct scene *s)
{
	struct talk *t = s->t;
	struct ledger_row row;
	bool recovering;

	assert_ok(unplaced_is_recovering(t->replica, &recovering, err));
	assert_true(recovering);
	assert_ok(ledger_get_at(t->replica, FEW + 1, &row, err));
	hub_set_close(&hub);
	memset(&hub, 0, sizeof(hub));
}

static void
prepare_taken(struct scene *s)
{
	struct item *items = s->t->line.items;

	if (!ask(s, FEW, 0, 0))
		return;
	hub_set_differ(&hub);
	if (said_count(s->t, FRAME_MEND) > 0)
		SAYS(s, FRAME_MENDED, mended,
		    (struct mended){ .items = items, .item_count = 1 });
}

/* --- the morning ---------------------------------------------------------- */

static void
look_at_tables(struct scene *s, uint64_t faults)
{
	if (!ask(s, FEW, 0, 0))
		return;
	hub_set_differ(&hub);
	for (int i = 0; i < 9 && !s->t->update.check; i++)
		go_on(s->t);
	engine_checked(s->t->engine, faults);
}

static void
prepare_end(struct scene *s)
{
	look_at_tables(s, 0);
}

/* A table is wrong, and nothing was mended that would have made it anew. */
static void
prepare_faults(struct scene *s)
{
	meet_in_step(s, FEW);
	if (!s->again) {
		struct item *items = s->t->line.items;

		items[0].sequence = s->t->told;
		(void)fixture_take(s->t->replica, &items[0]);
	}
	say_night(s->t);
	SAY(s->t, FRAME_RECONCILED, reconciled,
	    (struct reconciled){ .state = RECONCILED_EQUAL });
	engine_checked(s->t->engine, s->again ? 0 : 2);
}

static void
verify_faults(struct scene *s)
{
	end_well(s);
	if (!s->again) /* else it may have been done before that */
		assert_int_equal(talk_status(s->t).found.refolded, 1);
}

/* And a commit has gone bad since the run looked at it. */
static void
prepare_bad_since(struct scene *s)
{
	if (s->again) { /* now the run sees it from the first */
		meet_in_step(s, FEW);
		SAYS(s, FRAME_NIGHT, night,
		    (struct night_message){ .due_ms = s->t->now });
		return;
	}
	prepare_faults(s);
	damage(s->t, s->t->told);
}

static void
verify_bad_since(struct scene *s)
{
	end_well(s);
	assert_int_equal(talk_status(s->t).found.outcome, FOUND_MENDED);
}

int
main(void)
{
	static const struct trial trials[] = {
		{ "frames-ask", prepare_ask, verify_ask },
		{ "frames-decoded", prepare_decoded, end_well },
		{ "frames-sketch", prepare_sketch, end_well },
		{ "frames-cells", prepare_cells, end_well },
		{ "frames-list", prepare_list, end_well },
		{ "frames-placed", prepare_placed, verify_placed },
		{ "frames-taken", prepare_taken, end_well },
		{ "frames-end", prepare_end, end_well },
		{ "frames-faults", prepare_faults, verify_faults },
		{ "frames-bad-since", prepare_bad_since, verify_bad_since },
	};

	return sweep_trials(trials, sizeof(trials) / sizeof(trials[0]));
}
