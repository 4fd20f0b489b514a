#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/sim/wire.h"

enum {
	SEEDS = 300,
	BEGAN = 1000000,
	STREAM_BYTES = 64 * 1024
};

/* What happened to one connection, both ends. */
struct fixture {
	struct schedule schedule;
	struct wire wire;
	struct line line;
	uint64_t id;
	uint64_t now;
	uint64_t accepted_ms, open_ms;
	uint64_t lost_ms[2];  /* by end */
	uint64_t sent[2];     /* by direction; byte n is byte_at(n) */
	uint64_t heard[2];    /* by direction */
	uint64_t pieces;      /* in which it was heard */
	uint64_t last_ms;     /* when something was heard */
	uint64_t arrivals[8]; /* ends of the first pieces heard UP */
};

static int
setup(void **state)
{
	static struct fixture fixture;

	memset(&fixture, 0, sizeof(fixture));
	wire_init(&fixture.wire, &fixture.schedule);
	fixture.now = BEGAN;
	*state = &fixture;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *fixture = *state;

	wire_deinit(&fixture->wire);
	schedule_deinit(&fixture->schedule);
	return 0;
}

static struct connection *
find(struct fixture *fixture)
{
	struct connection *connection = wire_find(&fixture->wire, fixture->id);

	assert_non_null(connection);
	return connection;
}

static void
dial(struct fixture *fixture, uint64_t seed)
{
	fixture->id =
	    wire_connect(&fixture->wire, 3, &fixture->line, fixture->now, seed);
}

static uint8_t
byte_at(enum direction direction, uint64_t n)
{
	return (uint8_t)(n * 7 + (n >> 8) + direction);
}

static void
send_some(struct fixture *fixture, enum direction direction, size_t size)
{
	static uint8_t bytes[STREAM_BYTES];

	for (size_t i = 0; i < size; i++)
		bytes[i] = byte_at(direction, fixture->sent[direction] + i);
	fixture->sent[direction] += size;
	connection_send(find(fixture), direction, (struct bytes){ bytes, size },
	    fixture->now);
}

static void
hear(struct fixture *fixture, enum direction direction)
{
	struct bytes bytes =
	    connection_take(find(fixture), direction, fixture->now);

	for (size_t i = 0; i < bytes.size; i++)
		assert_int_equal(bytes.data[i],
		    byte_at(direction, fixture->heard[direction]++));
	assert_true(fixture->heard[direction] <= fixture->sent[direction]);
	if (bytes.size == 0)
		return;
	if (fixture->line.piece > 0)
		assert_true(bytes.size <= fixture->line.piece);
	if (direction == UP && fixture->pieces < 8)
		fixture->arrivals[fixture->pieces] = fixture->heard[UP];
	fixture->pieces++;
	fixture->last_ms = fixture->now;
}

/* Nothing comes before the connection is there, or after it was lost. */
static void
see(struct fixture *fixture, const struct event *event)
{
	enum direction direction = event->number == UP ? UP : DOWN;

	fixture->now = event->at_ms;
	assert_int_equal(event->who, fixture->id);
	if (event->type == EVENT_ACCEPTED)
		fixture->accepted_ms = fixture->now;
	else if (event->type == EVENT_OPEN)
		fixture->open_ms = fixture->now;
	if (event->type == EVENT_LOST) {
		assert_true(fixture->lost_ms[direction] == 0);
		fixture->lost_ms[direction] = fixture->now;
	}
	if (event->type == EVENT_ARRIVES) {
		assert_true(direction == UP ? fixture->accepted_ms > 0
					    : fixture->open_ms > 0);
		hear(fixture, direction);
	}
}

static void
pass(struct fixture *fixture, uint64_t ms)
{
	uint64_t until = fixture->now + ms;
	struct event event;

	while (schedule_take(&fixture->schedule, until, &event))
		see(fixture, &event);
	fixture->now = until;
}

static void
test_dialling_takes_two_round_trips(void **state)
{
	struct fixture *fixture = *state;

	fixture->line.delay_ms = 100;
	dial(fixture, 1);
	pass(fixture, 1000);
	assert_int_equal(fixture->accepted_ms, BEGAN + 300);
	assert_int_equal(fixture->open_ms, BEGAN + 400);
	assert_int_equal(connection_computer(find(fixture)), 3);
}

/* 4,000 bytes at 1,000 a second are four seconds, and come bit by bit. */
static void
test_slow_line_carries_bit_by_bit(void **state)
{
	struct fixture *fixture = *state;

	fixture->line = (struct line){ .delay_ms = 50, .rate = 1000 };
	dial(fixture, 1);
	pass(fixture, 1000);
	send_some(fixture, UP, 4000);
	assert_int_equal(connection_unsent(find(fixture), UP, fixture->now),
	    4000);
	pass(fixture, 2000);
	assert_in_range(fixture->heard[UP], 1700, 2000);
	assert_in_range(connection_unsent(find(fixture), UP, fixture->now),
	    1900, 2300);
	pass(fixture, 10000);
	assert_int_equal(fixture->heard[UP], 4000);
	assert_int_equal(fixture->last_ms, BEGAN + 1000 + 4000 + 50);
	assert_int_equal(connection_unsent(find(fixture), UP, fixture->now), 0);
}

/* What one end sent before it hung up arrives, and then that it has. */
static void
test_good_order_loses_nothing(void **state)
{
	struct fixture *fixture = *state;

	fixture->line =
	    (struct line){ .delay_ms = 20, .rate = 5000, .piece = 100 };
	dial(fixture, 1);
	pass(fixture, 1000);
	send_some(fixture, DOWN, 3000);
	connection_close(find(fixture), DOWN, false, fixture->now);
	pass(fixture, 10000);
	assert_int_equal(fixture->heard[DOWN], 3000);
	assert_true(fixture->lost_ms[UP] >= fixture->last_ms);
	assert_int_equal(fixture->lost_ms[DOWN], 0);
	assert_false(connection_is_open(find(fixture), UP));
	assert_false(connection_is_open(find(fixture), DOWN));
}

/* After an abrupt end nothing comes but the news of it. */
static void
test_abrupt_end_loses_what_is_on_its_way(void **state)
{
	struct fixture *fixture = *state;

	fixture->line.delay_ms = 20;
	dial(fixture, 1);
	pass(fixture, 1000);
	send_some(fixture, UP, 3000);
	connection_close(find(fixture), UP, true, fixture->now);
	pass(fixture, 10000);
	assert_int_equal(fixture->heard[UP], 0);
	assert_int_equal(fixture->lost_ms[DOWN], BEGAN + 1000 + 20);
}

/* The computer hears of it, the hub believes in it until it closes. */
static void
test_half_open_end_is_never_told(void **state)
{
	struct fixture *fixture = *state;
	struct connection *connection;

	fixture->line.delay_ms = 20;
	dial(fixture, 1);
	pass(fixture, 1000);
	connection_cut(find(fixture), false, true, fixture->now);
	pass(fixture, 1000000);
	assert_in_range(fixture->lost_ms[UP], BEGAN + 1000, BEGAN + 2000);
	assert_int_equal(fixture->lost_ms[DOWN], 0);
	connection = find(fixture);
	assert_true(connection_is_open(connection, DOWN));
	send_some(fixture, DOWN, 100);
	assert_int_equal(connection_unsent(connection, DOWN, fixture->now),
	    100);
	connection_close(connection, DOWN, true, fixture->now);
	pass(fixture, 1000000);
	assert_int_equal(fixture->wire.cuts, 1);
	assert_int_equal(fixture->heard[DOWN], 0);
	(void)wire_connect(&fixture->wire, 3, &fixture->line, fixture->now, 2);
	assert_null(wire_find(&fixture->wire, fixture->id));
}

/* A stalled line keeps what it was given, and nobody is told. */
static void
test_stalled_line_gives_all_afterwards(void **state)
{
	struct fixture *fixture = *state;

	fixture->line.delay_ms = 20;
	dial(fixture, 1);
	pass(fixture, 1000);
	send_some(fixture, UP, 500);
	fixture->line.stalled = true;
	pass(fixture, 1000000);
	send_some(fixture, UP, 500);
	connection_close(find(fixture), UP, false, fixture->now);
	pass(fixture, 1000000);
	assert_int_equal(fixture->heard[UP] + fixture->lost_ms[DOWN], 0);
	assert_int_equal(connection_unsent(find(fixture), UP, fixture->now),
	    1000);
	fixture->line.stalled = false;
	connection_rearrange(find(fixture), fixture->now);
	pass(fixture, 1000);
	assert_int_equal(fixture->heard[UP], 1000);
	assert_true(fixture->lost_ms[DOWN] >= fixture->last_ms);
}

/* Dialled while stalled: it opens when the line is well again. */
static void
test_stalled_dial_waits(void **state)
{
	struct fixture *fixture = *state;

	fixture->line = (struct line){ .delay_ms = 10, .stalled = true };
	dial(fixture, 1);
	pass(fixture, 100000);
	assert_int_equal(fixture->open_ms, 0);
	fixture->line.stalled = false;
	connection_rearrange(find(fixture), fixture->now);
	pass(fixture, 1000);
	assert_int_equal(fixture->open_ms, BEGAN + 100000 + 40);
}

/* Every byte may be the last one. */
static void
test_cut_after_counts_to_the_byte(void **state)
{
	struct fixture *fixture = *state;

	for (uint64_t after = 1; after < 200; after++) {
		teardown(state);
		setup(state);
		fixture->line = (struct line){ .delay_ms = 5, .piece = 9 };
		dial(fixture, after);
		pass(fixture, 1000);
		connection_cut_after(find(fixture), after);
		send_some(fixture, UP, 100);
		send_some(fixture, DOWN, 100);
		pass(fixture, 10000);
		assert_int_equal(fixture->heard[UP] + fixture->heard[DOWN],
		    after);
		assert_true(fixture->lost_ms[UP] > 0);
		assert_true(fixture->lost_ms[DOWN] > 0);
	}
}

/* Frames of ten bytes: pieces end at their edges, one before and one behind,
 * more often than elsewhere. */
static void
test_pieces_like_the_edges_of_frames(void **state)
{
	static const uint8_t frame[15] = { 0, 0, 0, 10, 13 };
	struct fixture *fixture = *state;
	uint32_t ends[sizeof(frame)] = { 0 }, elsewhere = 0;
	uint64_t taken = 0;
	struct event event;

	fixture->line.piece = 30;
	dial(fixture, 1);
	pass(fixture, 1);
	for (uint32_t i = 0; i < 4000; i++)
		connection_send(find(fixture), UP,
		    (struct bytes){ frame, sizeof(frame) }, fixture->now);
	while (schedule_take(&fixture->schedule, UINT64_MAX, &event)) {
		taken += connection_take(find(fixture), UP, event.at_ms).size;
		ends[taken % sizeof(frame)]++;
	}
	assert_int_equal(taken, 4000 * sizeof(frame));
	for (uint32_t i = 2; i < sizeof(frame) - 1; i++)
		elsewhere = ends[i] > elsewhere ? ends[i] : elsewhere;
	assert_true(ends[0] > elsewhere && ends[1] > elsewhere &&
		    ends[sizeof(frame) - 1] > elsewhere);
}

/* Lines of any kind, changed on the way, and perhaps cut: what is heard is a
 * beginning of what was said (see hear), and all of it if there was no cut. */
static void
live(struct fixture *fixture, uint64_t seed)
{
	struct random random = random_fork(seed, 1);
	bool cut = random_one_in(&random, 3);

	dial(fixture, seed);
	for (uint32_t i = 0; i < 30; i++) {
		fixture->line.delay_ms = (uint32_t)random_below_of(&random, 90);
		fixture->line.jitter_ms =
		    (uint32_t)random_below_of(&random, 500);
		fixture->line.rate =
		    (uint32_t)random_below_of(&random, 3) * 20000;
		fixture->line.piece =
		    (uint32_t)(random_next(&random) % 3000 * (i % 3));
		fixture->line.stalled = random_one_in(&random, 9);
		connection_rearrange(find(fixture), fixture->now);
		if (cut && i == 15)
			connection_cut_after(find(fixture),
			    1 + random_below_of(&random, 5000));
		if (fixture->accepted_ms > 0)
			send_some(fixture, DOWN,
			    random_below_of(&random, 5000));
		if (fixture->open_ms > 0)
			send_some(fixture, UP, random_below_of(&random, 5000));
		pass(fixture, random_below_of(&random, 500));
	}
	fixture->line.stalled = false;
	connection_rearrange(find(fixture), fixture->now);
	pass(fixture, 100000);
	if (cut && fixture->wire.cuts > 0) {
		assert_true(fixture->lost_ms[UP] > 0);
		assert_true(fixture->lost_ms[DOWN] > 0);
		return;
	}
	assert_int_equal(fixture->heard[UP], fixture->sent[UP]);
	assert_int_equal(fixture->heard[DOWN], fixture->sent[DOWN]);
}

static void
test_what_is_heard_was_said_and_seeds_repeat(void **state)
{
	struct fixture *fixture = *state;

	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct fixture first = { 0 };

		for (int i = 0; i < 2; i++) {
			teardown(state);
			setup(state);
			live(fixture, seed);
			if (i == 0)
				first = *fixture;
		}
		assert_int_equal(first.pieces, fixture->pieces);
		assert_int_equal(first.last_ms, fixture->last_ms);
		assert_memory_equal(first.heard, fixture->heard,
		    sizeof(first.heard));
		assert_memory_equal(first.lost_ms, fixture->lost_ms,
		    sizeof(first.lost_ms));
		assert_memory_equal(first.arrivals, fixture->arrivals,
		    sizeof(first.arrivals));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_dialling_takes_two_round_trips, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_slow_line_carries_bit_by_bit, setup, teardown),
		cmocka_unit_test_setup_teardown(test_good_order_loses_nothing,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_abrupt_end_loses_what_is_on_its_way, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_half_open_end_is_never_told, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_stalled_line_gives_all_afterwards, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stalled_dial_waits, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    test_cut_after_counts_to_the_byte, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_pieces_like_the_edges_of_frames, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_what_is_heard_was_said_and_seeds_repeat, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
