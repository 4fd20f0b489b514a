#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/identifier.h"
#include "protocol/message.h"
#include "protocol/refusal.h"
#include "tests/sim/note_commit.h"
#include "tests/sim/world.h"

enum {
	OAK1_SITE = 5
};

/* One computer, oak1, which has written oak1#1 and oak1#2 and speaks over one
 * connection.  A frame is encoded into frame. */
struct fixture {
	struct world *world;
	struct line line;
	uint64_t connection;
	struct codec *codec;
	struct buffer body;
	struct buffer frame;
	struct buffer commits[2];
	uint32_t promised, delivered; /* frames that the listener heard */
};

static struct fixture fixture;

/* A breach ends a test as it ends a run. */
_Noreturn void
world_fail(struct world *world, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(world->failure, sizeof(world->failure), format, args);
	va_end(args);
	longjmp(world->failed, 1);
}

static uint64_t
oak1(uint64_t counter)
{
	return identifier_make(OAK1_SITE, counter);
}

static void
on_frame(struct world *world, struct computer *computer,
    const struct frame *frame, int direction, bool delivered)
{
	assert_ptr_equal(world, fixture.world);
	assert_ptr_equal(computer, &world->computers[0]);
	assert_int_equal(direction, frame->type == FRAME_PUSH ? UP : DOWN);
	if (delivered)
		fixture.delivered++;
	else
		fixture.promised++;
}

static int
setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	struct computer *computer = &world->computers[0];

	(void)state;
	memset(&fixture, 0, sizeof(fixture));
	fixture.world = world;
	assert_int_equal(codec_create(&fixture.codec, NULL), STATUS_OK);
	world->now_ms = WORLD_BEGAN_MS;
	trace_init(&world->trace, WORLD_BEGAN_MS);
	wire_init(&world->wire, &world->schedule);
	world->book = book_create();
	book_listen(world->book, on_frame);
	world->computer_count = 1;
	computer->world = world;
	computer->site = OAK1_SITE;
	snprintf(computer->name, WORLD_NAME_BYTES, "oak1");
	fixture.connection =
	    wire_connect(&world->wire, 0, &fixture.line, world->now_ms, 1);
	for (uint64_t i = 0; i < 2; i++) {
		(void)book_write(world->book, oak1(10 * (i + 1)), 7, 0,
		    world->now_ms + i);
		(void)note_commit_encode(&fixture.commits[i],
		    oak1(10 * (i + 1)));
	}
	return 0;
}

static int
teardown(void **state)
{
	struct world *world = fixture.world;

	(void)state;
	book_destroy(world->book);
	wire_deinit(&world->wire);
	schedule_deinit(&world->schedule);
	trace_deinit(&world->trace);
	free(world);
	codec_destroy(fixture.codec);
	buffer_deinit(&fixture.body);
	buffer_deinit(&fixture.frame);
	buffer_deinit(&fixture.commits[0]);
	buffer_deinit(&fixture.commits[1]);
	return 0;
}

/* --- what is said --------------------------------------------------------- */

static void
frame_the_body(enum frame_type type)
{
	buffer_clear(&fixture.frame);
	assert_int_equal(frame_write(&fixture.frame, (uint8_t)type,
			     buffer_view(&fixture.body), fixture.codec, NULL),
	    STATUS_OK);
}

static struct bytes
push_both(void)
{
	struct bytes commits[2] = { buffer_view(&fixture.commits[0]),
		buffer_view(&fixture.commits[1]) };
	struct push push = { 0, commits, 2 };

	assert_int_equal(message_push_encode(&push, &fixture.body, NULL),
	    STATUS_OK);
	frame_the_body(FRAME_PUSH);
	return buffer_view(&fixture.frame);
}

/* What is answered to the two; refusal 0: taken, at place 5 and 6. */
static struct bytes
answer_both(uint32_t first, uint32_t second)
{
	uint32_t refusals[2] = { first, second };
	struct answer list[2] = { 0 };
	struct answers answers = { list, 2, 1 };

	for (uint32_t i = 0; i < 2; i++) {
		struct digest digest =
		    digest_of(buffer_view(&fixture.commits[i]));

		list[i].id = oak1(10 * (i + 1));
		memcpy(list[i].digest, digest.bytes, sizeof(list[i].digest));
		list[i].refusal = refusals[i];
		list[i].sequence = refusals[i] == 0 ? 5 + i : 0;
	}
	assert_int_equal(message_answers_encode(&answers, &fixture.body, NULL),
	    STATUS_OK);
	frame_the_body(FRAME_ANSWER);
	return buffer_view(&fixture.frame);
}

static void
hear(int direction, bool delivered, struct bytes bytes)
{
	book_hear(fixture.world, fixture.connection,
	    &fixture.world->computers[0], direction, delivered, bytes);
}

static struct entry *
entry_of(uint32_t number)
{
	struct entry *entry =
	    book_find(fixture.world->book, oak1(UINT64_C(10) * number));

	assert_non_null(entry);
	assert_int_equal(entry->number, number);
	return entry;
}

static void
expect(uint32_t number, enum entry_fate fate, bool heard)
{
	assert_int_equal(entry_of(number)->fate, fate);
	assert_int_equal(entry_of(number)->heard, heard);
}

/* --- tests ---------------------------------------------------------------- */

/* Promised when the hub gives it out, heard when the last byte arrives. */
static void
test_answer_is_promised_then_heard(void **state)
{
	struct digest digest = digest_of(buffer_view(&fixture.commits[0]));
	struct bytes bytes = push_both();

	(void)state;
	for (size_t i = 0; i < bytes.size; i++)
		hear(UP, true, (struct bytes){ bytes.data + i, 1 });
	assert_true(digest_equal(&entry_of(1)->digest, &digest));
	expect(1, ENTRY_WRITTEN, false);
	bytes = answer_both(REFUSAL_NONE, REFUSAL_STALE);
	hear(DOWN, false, (struct bytes){ bytes.data, 3 });
	expect(1, ENTRY_WRITTEN, false);
	hear(DOWN, false, (struct bytes){ bytes.data + 3, bytes.size - 3 });
	expect(1, ENTRY_TAKEN, false);
	expect(2, ENTRY_REFUSED, false);
	assert_int_equal(entry_of(1)->sequence, 5);
	assert_int_equal(entry_of(2)->refusal, REFUSAL_STALE);
	hear(DOWN, true, (struct bytes){ bytes.data, bytes.size - 1 });
	expect(1, ENTRY_TAKEN, false);
	hear(DOWN, true, (struct bytes){ bytes.data + bytes.size - 1, 1 });
	expect(1, ENTRY_TAKEN, true);
	expect(2, ENTRY_REFUSED, true);
	assert_int_equal(fixture.promised, 2);
	assert_int_equal(fixture.delivered, 2);
	assert_int_equal(fixture.world->counts.taken, 1);
	assert_int_equal(fixture.world->counts.refused, 1);
}

/* LATER is no fate; a refusal of other bytes is none of this commit; what is
 * taken is not refused afterwards, unless the hub went back to before it. */
static void
test_only_what_counts_is_a_fate(void **state)
{
	(void)state;
	hear(DOWN, true, answer_both(REFUSAL_STALE, REFUSAL_STALE));
	expect(1, ENTRY_WRITTEN, false);
	hear(UP, true, push_both());
	hear(DOWN, true, answer_both(REFUSAL_LATER, REFUSAL_CLOCK));
	expect(1, ENTRY_WRITTEN, false);
	expect(2, ENTRY_WRITTEN, false);
	hear(DOWN, true, answer_both(REFUSAL_NONE, REFUSAL_STALE));
	hear(DOWN, true, answer_both(REFUSAL_STALE, REFUSAL_LATER));
	expect(1, ENTRY_TAKEN, true);
	expect(2, ENTRY_WRITTEN, false);
	book_undo(book_find(fixture.world->book, oak1(10)));
	hear(DOWN, true, answer_both(REFUSAL_STALE, REFUSAL_NONE));
	expect(1, ENTRY_REFUSED, true);
	expect(2, ENTRY_TAKEN, true);
}

/* An old answer that arrives after a newer one was given says nothing. */
static void
test_old_answer_is_not_heard(void **state)
{
	(void)state;
	hear(UP, true, push_both());
	hear(DOWN, false, answer_both(REFUSAL_STALE, REFUSAL_STALE));
	hear(DOWN, false, answer_both(REFUSAL_NONE, REFUSAL_STALE));
	hear(DOWN, true, answer_both(REFUSAL_STALE, REFUSAL_STALE));
	expect(1, ENTRY_TAKEN, false);
	expect(2, ENTRY_REFUSED, true);
	hear(DOWN, true, answer_both(REFUSAL_NONE, REFUSAL_STALE));
	expect(1, ENTRY_TAKEN, true);
}

static void
test_disk_went_back_loses_what_has_no_place(void **state)
{
	(void)state;
	(void)book_write(fixture.world->book, oak1(30), 7, 0,
	    WORLD_BEGAN_MS + 2);
	hear(UP, true, push_both());
	hear(DOWN, false, answer_both(REFUSAL_STALE, REFUSAL_NONE));
	book_disk_went_back(fixture.world->book, 0, WORLD_BEGAN_MS + 1);
	expect(1, ENTRY_REFUSED, false);
	expect(2, ENTRY_TAKEN, false);
	expect(3, ENTRY_LOST, false);
	book_disk_went_back(fixture.world->book, 0, 0);
	expect(1, ENTRY_LOST, false);
	expect(2, ENTRY_TAKEN, false);
}

/* Honest ends speak in frames; a hostile one may say what it likes. */
static void
test_garbage_is_told_of_the_honest(void **state)
{
	static const uint8_t garbage[9] = { 0xff, 0xff, 0xff, 0xff, 1 };
	struct bytes bytes = { garbage, sizeof(garbage) };
	struct world *world = fixture.world;

	(void)state;
	world->computers[0].was_hostile = true;
	hear(UP, true, bytes);
	hear(UP, true, bytes);
	assert_int_equal(fixture.delivered, 0);
	if (setjmp(world->failed) == 0) {
		hear(DOWN, false, bytes);
		fail_msg("garbage of the hub passes");
	}
	assert_memory_equal(world->failure, "speaks-well: the hub", 20);
}

/* Connections that the wire has forgotten hold no memory. */
static void
test_connections_are_forgotten(void **state)
{
	struct world *world = fixture.world;
	struct connection *connection =
	    wire_find(&world->wire, fixture.connection);
	struct bytes bytes = push_both();

	(void)state;
	bytes.size--;
	hear(UP, true, bytes);
	connection_close(connection, UP, true, world->now_ms);
	connection_close(connection, DOWN, true, world->now_ms);
	fixture.connection =
	    wire_connect(&world->wire, 0, &fixture.line, world->now_ms, 2);
	hear(UP, true, push_both());
	assert_int_equal(fixture.delivered, 1);
}

/* The hash is the same with frames told and without, and not that of another
 * answer. */
static void
test_trace_has_one_hash(void **state)
{
	uint64_t hashes[3];

	for (int i = 0; i < 3; i++) {
		teardown(state);
		setup(state);
		fixture.world->trace.keep = fixture.world->trace.frames =
		    i == 0;
		hear(UP, true, push_both());
		fixture.world->now_ms += 31;
		hear(DOWN, true,
		    answer_both(i == 2 ? REFUSAL_STALE : REFUSAL_NONE,
			REFUSAL_STALE));
		trace_line(&fixture.world->trace, fixture.world->now_ms, "hub",
		    "takes %s", book_name(fixture.world, oak1(12)));
		hashes[i] = fixture.world->trace.hash;
		assert_int_equal(fixture.world->trace.lines, 3);
		if (i == 0)
			assert_true(bytes_equal_text(buffer_view(
							 &fixture.world->trace
							      .text),
			    "[      0.000] oak1: PUSH oak1#1 oak1#2\n"
			    "[      0.031] hub to oak1: ANSWER oak1#1 at 5, "
			    "oak1#2 refused STALE\n"
			    "[      0.031] hub:  takes oak1#1+2\n"));
	}
	assert_true(hashes[0] == hashes[1]);
	assert_true(hashes[1] != hashes[2]);
}

/* Whatever the order in which ids come, they are found. */
static void
test_entries_are_found(void **state)
{
	struct book *book = fixture.world->book;
	struct entry *entries;
	uint32_t count;

	(void)state;
	for (uint64_t i = 0; i < 1000; i++)
		(void)book_write(book, oak1(100 + i * 7919 % 1000 * 3), i, 0,
		    i);
	entries = book_entries(book, &count);
	assert_int_equal(count, 1002);
	for (uint64_t i = 0; i < 1000; i++) {
		uint64_t id = oak1(100 + i * 7919 % 1000 * 3);

		assert_ptr_equal(book_find(book, id), &entries[i + 2]);
		assert_null(book_find(book, id + 1));
	}
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_answer_is_promised_then_heard),
		TEST(test_only_what_counts_is_a_fate),
		TEST(test_old_answer_is_not_heard),
		TEST(test_disk_went_back_loses_what_has_no_place),
		TEST(test_garbage_is_told_of_the_honest),
		TEST(test_connections_are_forgotten),
		TEST(test_trace_has_one_hash),
		TEST(test_entries_are_found),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
