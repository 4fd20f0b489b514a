/*
 * The hub's side of a night: whether two sets are the same, and how the hub's
 * is told.
 */
#include "tests/unit/server/compare.h"

#include "server/core/reconcile.h"
#include "server/core/session.h"
#include "server/core/table.h"

enum {
	DAY_MS = 24 * 60 * 60 * 1000
};

static struct found
found_of(struct fixture *f, enum found_outcome outcome)
{
	return (struct found){ .at = head_of(f),
		.outcome = outcome,
		.room = { true, 4096, 70000 } };
}

static void
say_found(struct comparison *c, enum found_outcome outcome)
{
	struct found found = found_of(c->f, outcome);
	struct fixture *f = c->f;
	struct buffer body = { 0 };

	OK(message_found_encode(&found, &body, &f->err));
	comparison_hear(c, exchange(f, c->site, FRAME_FOUND, &body));
}

/* One exchange, and the next is due in another night. */
static void
test_equal_sets_end_in_one_exchange(void **state)
{
	struct fixture *f = *state;
	struct comparison c;
	struct reconcile reconcile;
	struct night_state night;
	struct site_state known;

	(void)add_pupil(f, 1);
	c = comparison_begin(f, 1);
	assert_int_equal(c.due_ms, f->now); /* it never was compared */
	reconcile = comparison_make(&c, false);
	assert_int_equal(comparison_ask(&c, &reconcile).state,
	    RECONCILED_EQUAL);
	assert_null(f->sessions[1]->run);
	say_found(&c, FOUND_EQUAL);
	assert_true(
	    c.due_ms > f->now && c.due_ms <= f->now + 2 * (uint64_t)DAY_MS);
	OK(nights_get(f->replica, 1, &night, &f->err));
	assert_int_equal(night.done_ms, f->now);
	assert_int_equal(night.equal_ms, f->now);
	assert_int_equal(night.found.at, head_of(f));
	OK(sites_get_state(f->replica, 1, &known, &f->err));
	assert_true(known.room.known);
	assert_int_equal(known.room.database_bytes, 4096);
	assert_int_equal(known.room.free_bytes, 70000);
	comparison_end(&c);
}

/* Each of the four tells that the sets are not the same. */
static void
test_any_difference_is_told(void **state)
{
	struct fixture *f = *state;
	struct comparison c;

	(void)add_pupil(f, 1);
	c = comparison_begin(f, 1);
	for (int i = 0; i < 4; i++) {
		struct reconcile reconcile = comparison_make(&c, i == 0);
		struct reconciled reconciled;

		reconcile.sum.low += i == 1;
		reconcile.first_sum ^= i == 2;
		reconcile.first_check ^= i == 3;
		reconciled = comparison_ask(&c, &reconcile);
		assert_int_equal(reconciled.state, RECONCILED_DIFFERS);
		assert_int_equal(reconciled.count, c.set.count);
		assert_true(reconciled.cells.size > 0);
	}
	comparison_end(&c);
}

static struct cells
sketch(struct comparison *c, enum sketch_form form, uint64_t from,
    uint32_t count)
{
	struct sketch_wish wish = { form, from, count };
	struct fixture *f = c->f;
	struct buffer body = { 0 };
	const struct reply *reply;
	struct cells cells;

	OK(message_sketch_wish_encode(&wish, &body, &f->err));
	reply =
	    find_reply(exchange(f, c->site, FRAME_SKETCH, &body), FRAME_CELLS);
	assert_non_null(reply);
	OK(message_cells_decode(reply->body, &f->arena, &cells, &f->err));
	assert_int_equal(cells.form, form);
	assert_int_equal(cells.from, from);
	return cells;
}

/* Cells and items are those of the hub's set, wherever they begin. */
static void
test_sketch_is_of_the_set(void **state)
{
	struct fixture *f = *state;
	struct sketch_cell ours[64], theirs[64];
	struct comparison c;
	struct cells cells;
	uint32_t count;

	(void)add_pupil(f, 1);
	c = comparison_begin(f, 1);
	comparison_differ(&c);
	for (int form = SKETCH_NARROW; form <= SKETCH_WIDE; form++) {
		cells = sketch(&c, (enum sketch_form)form, 32, 64);
		OK(message_cells_unpack(cells.cells, cells.form, c.set.count,
		    32, theirs, 64, &count, &f->err));
		assert_int_equal(count, 64);
		sketch_encode(&c.set, 32, 96, ours);
		for (int i = 0; i < 64; i++) {
			assert_int_equal(ours[i].sum, theirs[i].sum);
			assert_int_equal(ours[i].count, theirs[i].count);
		}
	}
	cells = sketch(&c, SKETCH_LIST, 1, 64);
	OK(message_cells_unpack(cells.cells, SKETCH_LIST, c.set.count, 1,
	    theirs, 64, &count, &f->err));
	OK(sketch_set_sort(&c.set, &f->err));
	assert_int_equal(count, c.set.count - 1);
	for (uint32_t i = 0; i < count; i++)
		assert_int_equal(theirs[i].sum, c.set.entries[i + 1].item);
	comparison_end(&c);
}

/* What is not known is not compared; more than the hub has said is a lie. */
static void
test_a_place_that_was_never_sent_ends_the_session(void **state)
{
	struct fixture *f = *state;
	struct comparison c = comparison_begin(f, 1);
	struct reconcile reconcile = comparison_make(&c, false);
	struct buffer body = { 0 };

	reconcile.at++;
	OK(message_reconcile_encode(&reconcile, &body, &f->err));
	assert_non_null(
	    find_reply(exchange(f, 1, FRAME_RECONCILE, &body), FRAME_GOODBYE));
	assert_true(f->hangs[1]);
	comparison_end(&c);
}

static enum reconciled_state
ask_now(struct comparison *c)
{
	struct reconcile reconcile = comparison_make(c, true);

	return comparison_ask(c, &reconcile).state;
}

/* Making a set costs as much as reading it. */
static void
test_runs_at_line_speed_are_put_off(void **state)
{
	struct fixture *f = *state;
	struct comparison c = comparison_begin(f, 1);

	for (uint32_t i = 0; i < HUB_RUNS_AT_ONCE; i++)
		assert_int_equal(ask_now(&c), RECONCILED_DIFFERS);
	assert_int_equal(ask_now(&c), RECONCILED_LATER);
	assert_null(f->sessions[1]->run);
	f->now += HUB_RUN_EVERY_MS;
	assert_int_equal(ask_now(&c), RECONCILED_DIFFERS);
	comparison_end(&c);
}

/* Others whose connection is ending hold their runs still. */
static void
test_so_many_are_compared_at_once(void **state)
{
	static struct session others[HUB_RUNS];
	struct fixture *f = *state;
	struct comparison c = comparison_begin(f, 1);
	struct session *session = f->sessions[1];
	struct reconcile_run run = { 0 };

	assert_null(session->next);
	for (uint32_t i = 0; i < HUB_RUNS; i++)
		others[i] = (struct session){ .hub = f->hub,
			.state = SESSION_CLOSED,
			.run = &run,
			.next = i > 0 ? &others[i - 1] : NULL };
	session->next = &others[HUB_RUNS - 1];
	assert_int_equal(ask_now(&c), RECONCILED_LATER);
	assert_null(session->run);
	others[0].run = NULL;
	assert_int_equal(ask_now(&c), RECONCILED_DIFFERS);
	session->next = NULL;
	comparison_end(&c);
}

/* A computer that says that it has more than can be compared has its answer
 * without any memory being asked for. */
static void
test_more_than_can_be_compared_is_put_off(void **state)
{
	struct fixture *f = *state;
	struct comparison c;
	struct reconcile reconcile;

	OK(table_run(f->replica, &f->err,
	    "UPDATE ledger SET sequence = ?1 WHERE id = ?2", "ii",
	    (uint64_t)LIMIT_SKETCH_ITEMS + 1, add_pupil(f, 1)));
	disconnect_site(f, 1);
	fixture_restart(f);
	c = comparison_begin(f, 1);
	reconcile = comparison_make(&c, false);
	assert_int_equal(reconcile.at, LIMIT_SKETCH_ITEMS + 1);
	reconcile.count = reconcile.at;
	assert_int_equal(comparison_ask(&c, &reconcile).state,
	    RECONCILED_LATER);
	assert_null(f->sessions[1]->run);
	comparison_end(&c);
}

static enum reconciled_state
sketch_without_run(struct comparison *c)
{
	struct sketch_wish wish = { SKETCH_NARROW, 0, 1 };
	struct fixture *f = c->f;
	struct buffer body = { 0 };
	struct reconciled reconciled;
	const struct reply *reply;

	OK(message_sketch_wish_encode(&wish, &body, &f->err));
	reply = find_reply(exchange(f, c->site, FRAME_SKETCH, &body),
	    FRAME_RECONCILED);
	assert_non_null(reply);
	OK(message_reconciled_decode(reply->body, &f->arena, &reconciled,
	    &f->err));
	return reconciled.state;
}

/* Its memory is for others; who comes back begins anew. */
static void
test_a_run_that_rests_is_forgotten(void **state)
{
	struct fixture *f = *state;
	struct comparison c = comparison_begin(f, 1);

	comparison_differ(&c);
	f->now += HUB_RUN_REST_MS / 2;
	OK(hub_tick(f->hub, f->now, &f->err));
	assert_non_null(f->sessions[1]->run);
	f->now += HUB_RUN_REST_MS / 2 + 1;
	f->sessions[1]->heard_ms = f->now; /* it was no silence */
	OK(hub_tick(f->hub, f->now, &f->err));
	assert_null(f->sessions[1]->run);
	assert_int_equal(sketch_without_run(&c), RECONCILED_LATER);
	comparison_end(&c);
}

/* A run that does not end is no way to keep the hub busy. */
static void
test_a_run_has_so_many_sketches(void **state)
{
	struct fixture *f = *state;
	struct comparison c = comparison_begin(f, 1);

	comparison_differ(&c);
	for (uint32_t i = 0; i < HUB_RUN_SKETCHES; i++)
		(void)sketch(&c, SKETCH_NARROW, 0, 1);
	assert_int_equal(sketch_without_run(&c), RECONCILED_LATER);
	assert_null(f->sessions[1]->run);
	comparison_end(&c);
}

/* Another process wants a comparison: who is connected is told, once. */
static void
test_who_is_wanted_is_told(void **state)
{
	struct fixture *f = *state;
	struct comparison c = comparison_begin(f, 1);
	const struct replies *replies;

	say_found(&c, FOUND_EQUAL);
	assert_true(c.due_ms > f->now);
	OK(nights_want(f->replica, 1, &f->err));
	f->sessions[1]->hub->nights_wanted = true;
	OK(hub_tick(f->hub, f->now, &f->err));
	comparison_hear(&c, hear(f, f->sessions[1]));
	assert_int_equal(c.due_ms, f->now);
	OK(hub_tick(f->hub, f->now, &f->err));
	replies = hear(f, f->sessions[1]);
	assert_null(find_reply(replies, FRAME_NIGHT));
	comparison_end(&c);
}

static void
want_now(struct fixture *f, uint32_t site)
{
	OK(nights_want(f->replica, site, &f->err));
	f->sessions[site]->hub->nights_wanted = true;
	OK(hub_tick(f->hub, f->now, &f->err));
}

static uint64_t
wanted_of(struct fixture *f, uint32_t site)
{
	struct night_state known;

	OK(nights_get(f->replica, site, &known, &f->err));
	return known.wanted;
}

/* What was asked for is a run that begins then, not one that looks already. */
static void
test_a_wish_during_a_run_is_for_the_next(void **state)
{
	struct fixture *f = *state;
	struct comparison c = comparison_begin(f, 1);

	comparison_differ(&c);
	want_now(f, 1);
	comparison_hear(&c, hear(f, f->sessions[1]));
	say_found(&c, FOUND_MENDED);
	assert_int_equal(wanted_of(f, 1), 1);
	assert_int_equal(c.due_ms, f->now);
	comparison_differ(&c);
	want_now(f, 1); /* a second person, while the first's is under way */
	say_found(&c, FOUND_MENDED);
	assert_int_equal(wanted_of(f, 1), 2);
	assert_int_equal(c.due_ms, f->now);
	comparison_differ(&c);
	say_found(&c, FOUND_EQUAL);
	assert_int_equal(wanted_of(f, 1), 0);
	assert_true(c.due_ms > f->now);
	comparison_end(&c);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_equal_sets_end_in_one_exchange),
		TEST(test_any_difference_is_told),
		TEST(test_sketch_is_of_the_set),
		TEST(test_a_place_that_was_never_sent_ends_the_session),
		TEST(test_runs_at_line_speed_are_put_off),
		TEST(test_so_many_are_compared_at_once),
		TEST(test_more_than_can_be_compared_is_put_off),
		TEST(test_a_run_that_rests_is_forgotten),
		TEST(test_a_run_has_so_many_sketches),
		TEST(test_who_is_wanted_is_told),
		TEST(test_a_wish_during_a_run_is_for_the_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
