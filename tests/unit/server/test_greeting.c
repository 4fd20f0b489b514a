/*
 * HELLO and WELCOME.
 */
#include "tests/unit/server/domain.h"

#include "server/core/greeting.h"
#include "server/core/table.h"

static void
expect_goodbye(struct fixture *f, struct hello *hello, uint32_t code)
{
	struct buffer body = { 0 };

	if (f->sessions[1] != NULL)
		disconnect_site(f, 1);
	connect_site(f, 1);
	f->hung_up = 0;
	OK(message_hello_encode(hello, &body, &f->err));
	assert_int_equal(goodbye_in(f, exchange(f, 1, FRAME_HELLO, &body)),
	    code);
	assert_int_equal(f->hung_up, 1);
}

static void
test_hello_is_welcomed(void **state)
{
	struct fixture *f = *state;
	struct replies *replies = greet(f, 1, head_of(f));
	const struct reply *reply = find_reply(replies, FRAME_WELCOME);
	struct site_state known;
	struct welcome welcome;

	assert_non_null(reply);
	OK(message_welcome_decode(reply->body, &f->arena, &welcome, &f->err));
	assert_int_equal(welcome.version, PROTOCOL_VERSION);
	assert_int_equal(welcome.head, head_of(f));
	assert_int_equal(welcome.start, head_of(f));
	assert_int_equal(welcome.school, f->schools[OAK]);
	assert_int_equal(welcome.time_ms, f->now);
	assert_int_equal(welcome.generation_count, 1);
	assert_false(welcome.collecting);
	OK(sites_get_state(f->replica, 1, &known, &f->err));
	assert_int_equal(known.cursor, head_of(f));
	assert_string_equal(known.program, "test");
}

/* A new computer's stream begins at the head; the rest is filled. */
static void
test_fresh_client_begins_at_the_head(void **state)
{
	struct fixture *f = *state;
	struct hello hello = hello_of(f, 1, 0);
	struct buffer body = { 0 };
	struct replies *replies;
	struct welcome welcome;

	connect_site(f, 1);
	hello.fresh = true;
	hello.generation_count = 0;
	OK(message_hello_encode(&hello, &body, &f->err));
	replies = exchange(f, 1, FRAME_HELLO, &body);
	OK(message_welcome_decode(find_reply(replies, FRAME_WELCOME)->body,
	    &f->arena, &welcome, &f->err));
	assert_int_equal(welcome.start, head_of(f));
	assert_null(find_reply(replies, FRAME_STREAM));
}

static void
test_wrong_hello_is_told_goodbye(void **state)
{
	struct fixture *f = *state;
	struct hello hello = hello_of(f, 1, 0);

	hello.version = PROTOCOL_VERSION + 1;
	expect_goodbye(f, &hello, GOODBYE_VERSION);
	hello = hello_of(f, 2, 0);
	expect_goodbye(f, &hello, GOODBYE_PROTOCOL);
}

/* Where two lists of generations part, the stream goes on. */
static void
test_start_is_where_the_generations_part(void **state)
{
	const struct generation ours[] = { { 11, 0 }, { 22, 50 }, { 33, 90 } };
	const struct generation other[] = { { 11, 0 }, { 44, 40 } };

	(void)state;
	assert_int_equal(greeting_start(ours, 3, ours, 3, 120), 120);
	assert_int_equal(greeting_start(ours, 3, ours, 2, 120), 90);
	assert_int_equal(greeting_start(ours, 3, ours, 1, 120), 50);
	assert_int_equal(greeting_start(ours, 3, ours, 1, 20), 20);
	assert_int_equal(greeting_start(ours, 3, other, 2, 120), 40);
	assert_int_equal(greeting_start(ours, 3, NULL, 0, 120), 0);
}

/* The hub has lost its last commit, and a computer stands behind it. */
static void
test_a_lost_place_is_not_given_again(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1), head = head_of(f), next;
	struct ledger_row row;

	OK(table_run(f->replica, &f->err,
	    "DELETE FROM ledger WHERE sequence = ?1", "i", head));
	disconnect_site(f, 1);
	fixture_restart(f);
	assert_int_equal(head_of(f), head);
	assert_null(find_reply(greet(f, 4, head), FRAME_GOODBYE));
	next = add_pupil(f, 4);
	assert_true(next != pupil);
	OK(ledger_get(f->replica, next, &row, &f->err));
	assert_true(row.sequence > head);
}

/* What the hub could not look at for a moment is as it was before: else who
 * stands at the head would be told that he breaks the protocol. */
static void
test_head_that_cannot_be_read_is_as_it_was(void **state)
{
	struct fixture *f = *state;
	uint64_t head = head_of(f);

	OK(table_run(f->replica, &f->err,
	    "ALTER TABLE ledger RENAME TO elsewhere", ""));
	assert_int_not_equal(hub_tick(f->hub, f->now, &f->err), STATUS_OK);
	OK(table_run(f->replica, &f->err,
	    "ALTER TABLE elsewhere RENAME TO ledger", ""));
	assert_non_null(find_reply(greet(f, 1, head), FRAME_WELCOME));
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_hello_is_welcomed),
		TEST(test_fresh_client_begins_at_the_head),
		TEST(test_wrong_hello_is_told_goodbye),
		TEST(test_start_is_where_the_generations_part),
		TEST(test_a_lost_place_is_not_given_again),
		TEST(test_head_that_cannot_be_read_is_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
