#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/identifier.h"
#include "protocol/message_night.h"
#include "protocol/refusal.h"
#include "tests/sim/describe.h"
#include "tests/sim/note_commit.h"
#include "tests/sim/world.h"

enum {
	OAK1_SITE = 5,
	SCHOOL_COUNTER = 100
};

/* No run: nothing here may fail. */
_Noreturn void
world_fail(struct world *world, const char *format, ...)
{
	(void)world;
	fail_msg("%s", format);
	abort();
}

/* oak's one computer has written commits 1000 (oak1#1) and 2000 (oak1#2). */
struct fixture {
	struct world *world;
	struct buffer body;
	char line[DESCRIBE_BYTES];
	struct item items[3];
	struct buffer commit; /* hub#9, of the items */
	struct buffer pushed;
};

static uint64_t
oak1(uint64_t counter)
{
	return identifier_make(OAK1_SITE, counter);
}

static uint64_t
hub(uint64_t number)
{
	return identifier_make(SITE_HUB, SCHOOL_COUNTER + number);
}

static int
setup(void **state)
{
	static struct fixture fixture;
	struct world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	world->now_ms = WORLD_BEGAN_MS;
	world->book = book_create();
	memset(&fixture, 0, sizeof(fixture));
	fixture.world = world;
	world->school_count = 1;
	snprintf(world->schools[0].name, WORLD_NAME_BYTES, "oak");
	world->schools[0].record = hub(0);
	world->computer_count = 1;
	world->computers[0].world = world;
	world->computers[0].site = OAK1_SITE;
	snprintf(world->computers[0].name, WORLD_NAME_BYTES, "oak1");
	(void)book_write(world->book, oak1(1000), 0, 0, world->now_ms);
	(void)book_write(world->book, oak1(2000), 0, 0, world->now_ms);
	fixture.items[0] = (struct item){ .sequence = 12,
		.commit = note_commit_encode(&fixture.commit, hub(9)) };
	fixture.items[1] = (struct item){ .sequence = 13, .id = oak1(1000) };
	fixture.items[2] = (struct item){ .sequence = 15,
		.commit = buffer_view(&fixture.commit),
		.redacted = true };
	*state = &fixture;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *fixture = *state;

	book_destroy(fixture->world->book);
	free(fixture->world);
	buffer_deinit(&fixture->body);
	buffer_deinit(&fixture->commit);
	buffer_deinit(&fixture->pushed);
	return 0;
}

static const char *
describe(struct fixture *fixture, enum frame_type type, struct bytes body)
{
	struct frame frame = { .type = (uint8_t)type, .body = body };

	memset(fixture->line, 'x', sizeof(fixture->line));
	describe_frame(fixture->world, &frame, fixture->line);
	assert_non_null(memchr(fixture->line, 0, sizeof(fixture->line)));
	return fixture->line;
}

/* The body that was encoded last; and without its end it cannot be read. */
static void
expect(struct fixture *fixture, enum frame_type type, const char *line)
{
	struct bytes body = buffer_view(&fixture->body);

	assert_string_equal(describe(fixture, type, body), line);
	for (size_t size = 0; size < body.size; size++)
		assert_non_null(strstr(describe(fixture, type,
					   (struct bytes){ body.data, size }),
		    "cannot be read"));
}

/* fixture->body becomes the message. */
#define ENCODE(name, ...)                                        \
	assert_int_equal(message_##name##_encode(&(__VA_ARGS__), \
			     &fixture->body, NULL),              \
	    STATUS_OK)

static void
test_meeting(void **state)
{
	struct fixture *fixture = *state;
	struct generation generations[2] = { { 7, 0 }, { 9, 12 } };

	ENCODE(hello, (struct hello){ .version = 1,
			  .site = OAK1_SITE,
			  .cursor = 12,
			  .confirmed = 12,
			  .health.pending = 2 });
	expect(fixture, FRAME_HELLO, "HELLO cursor 12, 2 waiting");
	ENCODE(hello, (struct hello){ .version = 1,
			  .generations = generations,
			  .generation_count = 2,
			  .cursor = 12,
			  .confirmed = 11,
			  .fresh = true,
			  .health.refused = 1 });
	expect(fixture, FRAME_HELLO,
	    "HELLO cursor 12, confirmed 11, 2 generations, fresh, 0 waiting, "
	    "1 refused");
	ENCODE(welcome, (struct welcome){ .version = 1,
			    .start = 12,
			    .head = 17,
			    .school = hub(0),
			    .collecting = true,
			    .offer = true });
	expect(fixture, FRAME_WELCOME,
	    "WELCOME oak start 12, head 17, collecting, offer");
}

static void
test_commits_and_answers(void **state)
{
	struct fixture *fixture = *state;
	struct bytes commits[2] = { note_commit_encode(&fixture->pushed,
					oak1(2000)),
		bytes_of_text("?") };
	struct answer answers[2] = {
		{ .id = oak1(1000), .sequence = 17 },
		{ .id = oak1(2000), .refusal = REFUSAL_STALE },
	};

	ENCODE(push, (struct push){ 1, commits, 2 });
	expect(fixture, FRAME_PUSH, "PUSH oak1#2 what is no commit");
	ENCODE(answers, (struct answers){ answers, 2, 1 });
	expect(fixture, FRAME_ANSWER,
	    "ANSWER oak1#1 at 17, oak1#2 refused STALE");
}

static void
test_stream(void **state)
{
	struct fixture *fixture = *state;

	ENCODE(stream, (struct stream){ 11, 17, fixture->items, 3 });
	expect(fixture, FRAME_STREAM, "STREAM 11..17: hub#9 (oak1#1) hub#9*");
	ENCODE(stream, (struct stream){ 17, 18, NULL, 0 });
	expect(fixture, FRAME_STREAM, "STREAM 17..18: nothing");
	ENCODE(confirm, (struct confirm){ 17, 15, 4096 });
	expect(fixture, FRAME_CONFIRM, "CONFIRM cursor 17, confirmed 15");
	ENCODE(proof, (struct proof){ 17, 3, { 0x1234abcd, 9 } });
	expect(fixture, FRAME_PROVE, "PROVE at 17: 3 commits, sum abcd");
	expect(fixture, FRAME_PROOF, "PROOF at 17: 3 commits, sum abcd");
}

static void
test_dossiers_and_single_commits(void **state)
{
	struct fixture *fixture = *state;
	struct fill fills[2] = { { hub(0), 0, 17 }, { oak1(1003), 4, 17 } };
	struct filled filleds[2] = {
		{ .dossier = hub(0),
		    .upto = 17,
		    .items = fixture->items,
		    .item_count = 1,
		    .state = FILLED_DONE },
		{ .dossier = oak1(1003),
		    .from = 4,
		    .upto = 17,
		    .state = FILLED_ENDED },
	};
	uint64_t ids[2] = { oak1(1000), oak1(999) };

	ENCODE(fills, (struct fills){ fills, 2 });
	expect(fixture, FRAME_FILL, "FILL oak 0..17, oak1#1+3 4..17");
	ENCODE(filleds, (struct filleds){ filleds, 2 });
	expect(fixture, FRAME_FILLED,
	    "FILLED oak 0..17: hub#9, done; oak1#1+3 4..17: nothing, ended");
	ENCODE(fetch, (struct fetch){ ids, 2 });
	expect(fixture, FRAME_FETCH, "FETCH oak1#1 oak1:999");
	ENCODE(fetched, (struct fetched){ fixture->items, 1, ids, 2 });
	expect(fixture, FRAME_FETCHED, "FETCHED hub#9 and not oak1#1 oak1:999");
}

static void
test_offers(void **state)
{
	struct fixture *fixture = *state;

	ENCODE(offer, (struct offer){ 0xbeef, fixture->items, 1, true });
	expect(fixture, FRAME_OFFER, "OFFER of beef: hub#9 and no more");
	ENCODE(offered, (struct offered){ 0xbeef, 12, 1, true });
	expect(fixture, FRAME_OFFERED,
	    "OFFERED of beef: kept to 12, all, 1 without a right mark");
}

static void
test_comparing(void **state)
{
	struct fixture *fixture = *state;
	uint64_t left_out[2] = { oak1(1000), oak1(1003) };

	ENCODE(reconcile, (struct reconcile){ .at = 17,
			      .count = 3,
			      .sum = { 0x1234abcd, 9 },
			      .left_out = left_out });
	expect(fixture, FRAME_RECONCILE,
	    "RECONCILE at 17: 3 commits, sum abcd");
	ENCODE(reconcile, (struct reconcile){ .at = 17,
			      .left_out = left_out,
			      .left_out_count = 2 });
	expect(fixture, FRAME_RECONCILE,
	    "RECONCILE at 17: 0 commits, sum 0000, without oak1#1 oak1#1+3");
	ENCODE(reconciled, (struct reconciled){ .count = 3 });
	expect(fixture, FRAME_RECONCILED, "RECONCILED equal");
	ENCODE(reconciled, (struct reconciled){ .state = RECONCILED_DIFFERS,
			       .count = 3,
			       .cells = bytes_of_text("what") });
	expect(fixture, FRAME_RECONCILED,
	    "RECONCILED differs: 3 commits, cells of 4 bytes");
	ENCODE(reconciled, (struct reconciled){ .state = RECONCILED_LATER });
	expect(fixture, FRAME_RECONCILED, "RECONCILED later");
	ENCODE(sketch_wish, (struct sketch_wish){ SKETCH_NARROW, 32, 90 });
	expect(fixture, FRAME_SKETCH, "SKETCH 90 cells from 32");
	ENCODE(cells, (struct cells){ SKETCH_WIDE, 32, bytes_of_text("what") });
	expect(fixture, FRAME_CELLS, "CELLS wide cells from 32: 4 bytes");
	ENCODE(cells, (struct cells){ SKETCH_LIST, 0, { NULL, 0 } });
	expect(fixture, FRAME_CELLS, "CELLS items from 0: 0 bytes");
}

static void
test_mending(void **state)
{
	struct fixture *fixture = *state;
	uint64_t items[2] = { 1, 2 };
	struct placed places[2] = { { .sequence = 12 }, { 0 } };

	ENCODE(mend, (struct mend){ fixture->items, 1, items, 2 });
	expect(fixture, FRAME_MEND, "MEND hub#9 wants 2");
	ENCODE(mended,
	    (struct mended){ places, 2, fixture->items, 1, items, 1 });
	expect(fixture, FRAME_MENDED,
	    "MENDED at 12 0 brings hub#9 withholds 1");
	ENCODE(mended, (struct mended){ 0 });
	expect(fixture, FRAME_MENDED, "MENDED");
	ENCODE(found, (struct found){ .at = 17 });
	expect(fixture, FRAME_FOUND, "FOUND at 17: equal");
	ENCODE(found, (struct found){ 17, FOUND_MENDED, 1, 2, 3, 4, 1, 5, 600,
			  7, { 0 } });
	expect(fixture, FRAME_FOUND,
	    "FOUND at 17: mended, 1 only at the hub, 2 only here, 3 damaged, "
	    "4 faults, refolded, 5 rounds, 600 bytes");
	ENCODE(night,
	    (struct night_message){ .due_ms = WORLD_BEGAN_MS + 3600000 });
	expect(fixture, FRAME_NIGHT, "NIGHT in 3600 s");
	ENCODE(night, (struct night_message){ .due_ms = WORLD_BEGAN_MS });
	expect(fixture, FRAME_NIGHT, "NIGHT now");
}

static void
test_the_rest(void **state)
{
	struct fixture *fixture = *state;

	ENCODE(ping, (struct ping){ 0x4d, 1 });
	expect(fixture, FRAME_PING, "PING 004d");
	expect(fixture, FRAME_PONG, "PONG 004d");
	ENCODE(certificate_message,
	    (struct certificate_message){ bytes_of_text("DER") });
	expect(fixture, FRAME_RENEW, "RENEW of 3 bytes");
	expect(fixture, FRAME_CERTIFICATE, "CERTIFICATE of 3 bytes");
	ENCODE(drop, (struct drop){ oak1(2001) });
	expect(fixture, FRAME_DROP, "DROP oak1#2+1");
	ENCODE(goodbye,
	    (struct goodbye){ GOODBYE_REPLACED, bytes_of_text("again") });
	expect(fixture, FRAME_GOODBYE, "GOODBYE REPLACED: again");
	ENCODE(join, (struct join){ 1, bytes_of_text("s"), bytes_of_text("c"),
			 bytes_of_text("office") });
	expect(fixture, FRAME_JOIN, "JOIN as office");
	ENCODE(joined, (struct joined){ .version = 1,
			   .site = 6,
			   .certificate = bytes_of_text("c"),
			   .school = hub(0) });
	expect(fixture, FRAME_JOINED, "JOINED as site 6 of oak");
	assert_string_equal(describe(fixture, FRAME_LEAVE,
				bytes_of_text("\x90")),
	    "LEAVE");
	assert_string_equal(describe(fixture, (enum frame_type)77,
				bytes_of_text("what")),
	    "frame 77, unknown, of 4 bytes");
}

/* More than fits is not told; that there is more, is. */
static void
test_long_lines_end_in_dots(void **state)
{
	struct fixture *fixture = *state;
	uint64_t ids[200];

	for (uint32_t i = 0; i < 200; i++)
		ids[i] = oak1(1000 + i);
	ENCODE(fetch, (struct fetch){ ids, 200 });
	(void)describe(fixture, FRAME_FETCH, buffer_view(&fixture->body));
	assert_int_equal(strlen(fixture->line), DESCRIBE_BYTES - 1);
	assert_string_equal(fixture->line + DESCRIBE_BYTES - 4, "...");
	assert_memory_equal(fixture->line, "FETCH oak1#1 oak1#1+1 ", 22);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_meeting),
		cmocka_unit_test(test_commits_and_answers),
		cmocka_unit_test(test_stream),
		cmocka_unit_test(test_dossiers_and_single_commits),
		cmocka_unit_test(test_offers),
		cmocka_unit_test(test_comparing),
		cmocka_unit_test(test_mending),
		cmocka_unit_test(test_the_rest),
		cmocka_unit_test(test_long_lines_end_in_dots),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
