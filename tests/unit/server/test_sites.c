/*
 * What the administrator's commands write, and what is known of computers.
 */
#include "tests/unit/server/domain.h"

#include "server/core/hub_write.h"
#include "server/core/limits.h"
#include "server/core/table.h"

static struct hub_writer
a_writer(struct fixture *f)
{
	const struct mark_key key = { { 7 } };
	struct hub_writer writer;

	OK(hub_writer_init(&writer, f->replica, &key, f->now, 1, &f->err));
	return writer;
}

/* A generation is made once, and never 0. */
static void
test_generation_stays(void **state)
{
	struct fixture *f = *state;
	struct hub_writer first = a_writer(f);
	struct hub_writer second;
	const struct mark_key key = { { 7 } };

	OK(hub_writer_init(&second, f->replica, &key, f->now, 99, &f->err));
	assert_int_not_equal(first.generation, 0);
	assert_int_equal(first.generation, second.generation);
}

static void
test_site_is_found_by_number_and_serial(void **state)
{
	struct fixture *f = *state;
	struct site site;

	OK(sites_get(f->replica, 2, &site, &f->err));
	assert_int_equal(site.school, f->schools[ELM]);
	assert_string_equal(site.name, "computer");
	assert_false(site.revoked);
	OK(sites_get_by_serial(f->replica, serial_of(4), &site, &f->err));
	assert_int_equal(site.number, 4);
	assert_int_equal(sites_get(f->replica, 77, &site, &f->err),
	    STATUS_NOT_FOUND);
}

/* A number is never given again, and a restored hub skips many. */
static void
test_numbers_are_never_given_again(void **state)
{
	struct fixture *f = *state;
	struct hub_writer writer = a_writer(f);
	uint32_t number;

	OK(sites_take_number(&writer, &number, &f->err));
	assert_int_equal(number, 5);
	OK(sites_skip_numbers(&writer, &f->err));
	OK(sites_take_number(&writer, &number, &f->err));
	assert_int_equal(number, 6 + LIMIT_RESTORE_SKIP_SITES);
}

static void
test_revoking_is_dated_and_repeatable(void **state)
{
	struct fixture *f = *state;
	struct hub_writer writer = a_writer(f);
	struct site site;
	uint64_t head;

	OK(sites_rename(&writer, 3, text("Front office"), &f->err));
	OK(sites_revoke(&writer, 3, "stolen", &f->err));
	OK(sites_get(f->replica, 3, &site, &f->err));
	assert_true(site.revoked);
	assert_string_equal(site.name, "Front office");
	expect_text(f, site.record, "revoked_on", "2027-01-15T08:00:00Z");
	expect_text(f, site.record, "revoked_reason", "stolen");
	head = head_of(f);
	OK(sites_revoke(&writer, 3, "again", &f->err));
	assert_int_equal(head_of(f), head);
	assert_int_equal(sites_revoke(&writer, 99, "", &f->err),
	    STATUS_NOT_FOUND);
}

/* Only the new certificate is let in. */
static void
test_renewed_serial_replaces_the_old(void **state)
{
	struct fixture *f = *state;
	struct hub_writer writer = a_writer(f);
	const uint8_t renewed[] = { 1, 2, 3 };
	struct bytes serial = { renewed, sizeof(renewed) };
	struct site site;

	OK(sites_set_serial(&writer, 2, serial, &f->err));
	OK(sites_get_by_serial(f->replica, serial, &site, &f->err));
	assert_int_equal(site.number, 2);
	assert_int_equal(sites_get_by_serial(f->replica, serial_of(2), &site,
			     &f->err),
	    STATUS_NOT_FOUND);
}

static void
test_school_is_changed_and_removed(void **state)
{
	struct fixture *f = *state;
	struct hub_writer writer = a_writer(f);
	struct column_text laestab = { "laestab", text("9993001") };
	struct column_text wrong = { "phase", text("kindergarten") };
	uint64_t written, head = head_of(f);
	struct site site;

	OK(hub_write_school(&writer, f->schools[YEW], &laestab, 1, &written,
	    &f->err));
	assert_int_equal(written, f->schools[YEW]);
	expect_text(f, f->schools[YEW], "laestab", "9993001");
	expect_text(f, f->schools[YEW], "name", "Yew");
	assert_int_equal(hub_write_school(&writer, f->schools[YEW], &wrong, 1,
			     &written, &f->err),
	    STATUS_INVALID);
	assert_int_equal(head_of(f), head + 1);
	OK(hub_write_school_remove(&writer, f->schools[YEW], &f->err));
	expect_text(f, f->schools[YEW], "member", "N");
	expect_text(f, f->schools[YEW], "closed_on", "2027-01-15");
	/* what is no school is not changed as one */
	OK(sites_get(f->replica, 1, &site, &f->err));
	assert_int_equal(hub_write_school(&writer, site.record, &laestab, 1,
			     &written, &f->err),
	    STATUS_NOT_FOUND);
}

static void
test_moments_are_dates_of_the_calendar(void **state)
{
	static const struct {
		uint64_t ms;
		const char *text;
	} cases[] = {
		{ 0, "1970-01-01T00:00:00Z" },
		{ UINT64_C(951782399999), "2000-02-28T23:59:59Z" },
		{ UINT64_C(951782400000), "2000-02-29T00:00:00Z" },
		{ UINT64_C(1735689599000), "2024-12-31T23:59:59Z" },
		{ UINT64_C(4107542400000), "2100-03-01T00:00:00Z" },
	};

	char moment[MOMENT_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		moment_format(cases[i].ms, moment);
		assert_string_equal(moment, cases[i].text);
	}
}

/* Places go back only with a new generation. */
static void
test_places_only_advance_within_a_generation(void **state)
{
	struct fixture *f = *state;
	struct site_state known = { .number = 1,
		.generation = 5,
		.confirmed = 10,
		.cursor = 20 };

	(void)a_writer(f);
	OK(sites_greet(f->replica, &known, &f->err));
	known.confirmed = 8;
	known.cursor = 25;
	OK(sites_greet(f->replica, &known, &f->err));
	OK(sites_get_state(f->replica, 1, &known, &f->err));
	assert_int_equal(known.confirmed, 10);
	assert_int_equal(known.cursor, 25);
	known.generation = 6;
	known.confirmed = known.cursor = 3;
	OK(sites_greet(f->replica, &known, &f->err));
	OK(sites_get_state(f->replica, 1, &known, &f->err));
	assert_int_equal(known.confirmed, 3);
	assert_int_equal(known.cursor, 3);
	OK(sites_confirm(f->replica, 1, 9, 2, f->now, &f->err));
	OK(sites_add_traffic(f->replica, 1, 100, 200, &f->err));
	OK(sites_get_state(f->replica, 1, &known, &f->err));
	assert_int_equal(known.cursor, 9);
	assert_int_equal(known.confirmed, 3);
	assert_int_equal(known.received_bytes, 100);
	assert_int_equal(known.sent_bytes, 200);
}

/* The record keeps a long name whole; what is shown of it has a limit. */
static void
test_long_name_is_cut_between_characters(void **state)
{
	struct fixture *f = *state;
	struct hub_writer writer = a_writer(f);
	char name[201] = "";
	struct site site;

	for (int i = 0; i < 100; i++)
		memcpy(name + 2 * i, "\xc3\xa9", 2);
	OK(sites_rename(&writer, 3, text(name), &f->err));
	OK(sites_get(f->replica, 3, &site, &f->err));
	assert_int_equal(strlen(site.name), SITE_NAME_BYTES - 2);
	assert_true(utf8_is_valid(text(site.name)));
}

/* Numbers run out; one that was seen elsewhere is passed over. */
static void
test_numbers_end(void **state)
{
	struct fixture *f = *state;
	struct hub_writer writer = a_writer(f);
	uint32_t number;

	OK(replica_begin(f->replica, &f->err));
	OK(sites_pass_number(&writer, 700, &f->err));
	OK(sites_pass_number(&writer, 600, &f->err));
	OK(replica_commit(f->replica, &f->err));
	OK(sites_take_number(&writer, &number, &f->err));
	assert_int_equal(number, 701);
	OK(replica_meta_set(f->replica, "next_site", SITE_MAX, &f->err));
	assert_int_equal(sites_take_number(&writer, &number, &f->err),
	    STATUS_FULL);
	assert_false(replica_in_transaction(f->replica));
}

/* What a site says of its program has a limit, told or stored. */
static void
test_long_program_is_not_shown(void **state)
{
	struct fixture *f = *state;
	struct hello hello;
	struct buffer body = { 0 };
	struct site_state known;

	connect_site(f, 1);
	hello = hello_of(f, 1, 0);
	hello.health.program =
	    text("a program that calls itself by a very long name");
	OK(message_hello_encode(&hello, &body, &f->err));
	(void)exchange(f, 1, FRAME_HELLO, &body);
	end_turn(f);
	OK(sites_get_state(f->replica, 1, &known, &f->err));
	assert_string_equal(known.program, "");
	OK(table_run(f->replica, &f->err, "UPDATE site_state SET program = ?1",
	    "t", hello.health.program));
	OK(sites_get_state(f->replica, 1, &known, &f->err));
	assert_int_equal(strlen(known.program), sizeof(known.program) - 1);
}

/* A computer's disk, as it says when it greets and when a night has ended; one
 * that is too old to say it is not taken for one that is full. */
static void
test_room_is_as_last_told(void **state)
{
	struct fixture *f = *state;
	struct site_state known = { .number = 1 };
	struct room room = { true, 4096, 0 }, nothing = { 0 };

	OK(sites_greet(f->replica, &known, &f->err));
	OK(sites_get_state(f->replica, 1, &known, &f->err));
	assert_false(known.room.known);
	assert_int_equal(known.room.free_bytes, 0);
	known.room = (struct room){ true, 8192, 5000 };
	OK(sites_greet(f->replica, &known, &f->err));
	OK(sites_set_room(f->replica, 1, &nothing, &f->err));
	OK(sites_get_state(f->replica, 1, &known, &f->err));
	assert_true(known.room.known);
	assert_int_equal(known.room.database_bytes, 8192);
	assert_int_equal(known.room.free_bytes, 5000);
	OK(sites_set_room(f->replica, 1, &room, &f->err));
	OK(sites_get_state(f->replica, 1, &known, &f->err));
	assert_true(known.room.known);
	assert_int_equal(known.room.database_bytes, 4096);
	assert_int_equal(known.room.free_bytes, 0);
}

/* A database of before that column gets it. */
static void
test_older_hub_learns_of_room(void **state)
{
	struct fixture *f = *state;
	struct site_state known = { .number = 1 };

	OK(table_run(f->replica, &f->err,
	    "ALTER TABLE site_state DROP COLUMN free_bytes", ""));
	OK(table_create_all(f->replica, &f->err));
	OK(sites_greet(f->replica, &known, &f->err));
	OK(sites_get_state(f->replica, 1, &known, &f->err));
	assert_false(known.room.known);
}

/* A day's quota ends with the day. */
static void
test_quota_is_by_the_day(void **state)
{
	struct fixture *f = *state;
	struct site_state known = { .number = 1 };
	const uint64_t half = (uint64_t)HUB_DAY_MEGABYTES * 1024 * 1024 / 2 + 1;
	bool within;

	OK(sites_greet(f->replica, &known, &f->err));
	OK(sites_use_quota(f->replica, 1, half, f->now, &within, &f->err));
	assert_true(within);
	OK(sites_use_quota(f->replica, 1, half, f->now, &within, &f->err));
	assert_false(within);
	OK(sites_use_quota(f->replica, 1, half, f->now + HUB_DAY_MS, &within,
	    &f->err));
	assert_true(within);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_generation_stays),
		TEST(test_site_is_found_by_number_and_serial),
		TEST(test_numbers_are_never_given_again),
		TEST(test_revoking_is_dated_and_repeatable),
		TEST(test_renewed_serial_replaces_the_old),
		TEST(test_school_is_changed_and_removed),
		TEST(test_moments_are_dates_of_the_calendar),
		TEST(test_places_only_advance_within_a_generation),
		TEST(test_room_is_as_last_told),
		TEST(test_older_hub_learns_of_room),
		TEST(test_quota_is_by_the_day),
		TEST(test_long_name_is_cut_between_characters),
		TEST(test_numbers_end),
		TEST(test_long_program_is_not_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
