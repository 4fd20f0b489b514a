/*
 * What nobody's offer completes: closes, freezes and revocations whose cause
 * or record is lost, redacted copies that differ, and rows that are damaged.
 */
#include "tests/unit/server/restored.h"

#include "server/core/recovery_take.h"
#include "server/core/table.h"

/* A hub that collects what its former life held. */
static uint64_t
begin_again(struct fixture *f)
{
	uint64_t former;

	for (uint32_t i = 1; i < SITES; i++)
		if (f->sessions[i] != NULL)
			disconnect_site(f, i);
	OK(replica_meta_get(f->replica, "generation", 0, &former, &f->err));
	hub_back_up(f, 0);
	hub_restore_number(f, 0);
	return former;
}

/* As that generation's hub marked it. */
static struct item
item_at(struct fixture *f, struct build *b, uint64_t generation,
    uint64_t sequence)
{
	struct hub_options options = fixture_options(f);
	struct item item = { .sequence = sequence,
		.received_ms = f->now,
		.id = b->commit.id,
		.commit = build_bytes(b) };

	for (uint32_t i = 0; i < b->commit.change_count; i++)
		item.redacted = item.redacted || b->changes[i].redacted;
	item.digest =
	    digest_of(item.redacted ? text("what it was") : item.commit);
	item.mark = mark_make(&options.mark_key, item.id, &item.digest,
	    generation, sequence);
	return item;
}

static struct replies *
say_offer(struct fixture *f, uint32_t site, uint64_t generation,
    struct item *items, uint32_t count, bool end)
{
	struct offer offer = { generation, items, count, end };
	struct buffer body = { 0 };

	if (f->sessions[site] == NULL)
		(void)greet(f, site, 0);
	OK(message_offer_encode(&offer, &body, &f->err));
	return exchange(f, site, FRAME_OFFER, &body);
}

/* Nobody else comes any more. */
static void
excuse_all_but(struct fixture *f, uint32_t site)
{
	for (uint32_t i = 1; i < SITES; i++)
		if (i != site)
			excuse(f, i);
}

/* One site offers these and all that it has. */
static void
recover_by(struct fixture *f, uint32_t site, uint64_t generation,
    struct item *items, uint32_t count)
{
	excuse_all_but(f, site);
	(void)say_offer(f, site, generation, items, count, true);
	assert_false(hub_collects(f));
}

static struct build
build_grant_step(struct fixture *f, const struct grant *grant, const char *kind,
    const char *column)
{
	static uint64_t numbers = 6000000;
	struct build b = build(f, 0, grant->school);

	b.commit.id = identifier_make(SITE_HUB, ++numbers);
	build_change(&b, "grant", grant->id);
	build_text(&b, "kind", kind);
	build_id(&b, column, 800);
	return b;
}

/* --- grants --------------------------------------------------------------- */

/* A close frees nobody to read, and is taken without its cause; but not of the
 * school that holds the child. */
static void
test_close_without_its_cause_is_taken_unless_of_the_holder(void **state)
{
	struct fixture *f = *state;
	uint64_t passed = add_pupil(f, 1), held, former;
	struct build previous, holder;
	struct grant grants[2];
	struct item items[2];

	pass_on(f, 1, 2, passed);
	held = add_pupil(f, 1);
	grants[0] = grant_of(f, OAK, passed);
	grants[1] = grant_of(f, OAK, held);
	previous = build_grant_step(f, &grants[0], "previous", "closed");
	holder = build_grant_step(f, &grants[1], "holder", "closed");
	former = begin_again(f);
	items[0] = item_at(f, &previous, former, 900);
	items[1] = item_at(f, &holder, former, 901);
	recover_by(f, 1, former, items, 2);
	assert_int_not_equal(grant_of(f, OAK, passed).closed, 0);
	assert_int_equal(grant_of(f, OAK, held).closed, 0);
	assert_int_equal(grant_of(f, OAK, held).kind, GRANT_HOLDER);
	assert_int_equal(counted(f, SITE_HUB, "alarm.offered"), 1);
	hub_expect_sound(f);
}

/* A freeze without its cause is for a person: who holds the child? */
static void
test_freeze_without_its_cause_is_an_alarm(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1), former;
	struct grant grant = grant_of(f, OAK, pupil);
	struct build freeze = build_grant_step(f, &grant, "previous", "frozen");
	struct item item;

	former = begin_again(f);
	item = item_at(f, &freeze, former, 900);
	recover_by(f, 1, former, &item, 1);
	assert_int_equal(grant_of(f, OAK, pupil).frozen, 0);
	assert_int_equal(counted(f, SITE_HUB, "alarm.freeze"), 1);
	assert_int_equal(counted(f, SITE_HUB, "alarm.offered"), 0);
}

/* An envelope is made anew by the step that it follows, or not at all. */
static void
test_envelope_without_its_cause_is_not_taken(void **state)
{
	struct fixture *f = *state;
	struct build made = build(f, 0, f->schools[ELM]);
	struct item item;
	uint64_t former;

	made.commit.id = identifier_make(SITE_HUB, 6500000);
	build_new(&made, "envelope");
	build_id(&made, "transfer", 4711);
	build_id(&made, "dossier", 4712);
	build_id(&made, "from_school", f->schools[OAK]);
	build_text(&made, "surname", "Lane");
	build_text(&made, "forename", "Mo");
	build_text(&made, "birth_date", "2015-01-19");
	build_text(&made, "state", "waiting");
	former = begin_again(f);
	item = item_at(f, &made, former, 900);
	recover_by(f, 2, former, &item, 1);
	assert_int_equal(last_record(f, "envelope", f->schools[ELM]), 0);
	assert_int_equal(counted(f, SITE_HUB, "alarm.offered"), 1);
}

/* --- computers ------------------------------------------------------------ */

/* A revocation whose computer nobody offers is kept all the same: should its
 * record turn up, nobody is let in by it.  What else the hub wrote and nothing
 * completes is told. */
static void
test_revocation_is_kept_without_its_computer(void **state)
{
	struct fixture *f = *state;
	struct build revoked = build(f, 0, 0), term = build(f, 0, 0);
	struct build other = build(f, 0, 0);
	struct item items[3];
	struct ledger_row row;
	uint64_t former;

	revoked.commit.id = identifier_make(SITE_HUB, 7000000);
	build_change(&revoked, "site", identifier_make(SITE_HUB, 6999999));
	build_text(&revoked, "revoked_on", "2026-11-01T09:00:00Z");
	build_text(&revoked, "revoked_reason", "lost");
	term.commit.id = identifier_make(SITE_HUB, 7000010);
	build_change(&term, "school", identifier_make(SITE_HUB, 6999990));
	build_text(&term, "name", "Rowan");
	other.commit.id = identifier_make(SITE_HUB, 7000020);
	build_change(&other, "term_date", identifier_make(SITE_HUB, 6999980));
	build_text(&other, "kind", "closure");
	former = begin_again(f);
	items[0] = item_at(f, &revoked, former, 900);
	items[1] = item_at(f, &term, former, 901);
	items[2] = item_at(f, &other, former, 902);
	recover_by(f, 3, former, items, 3);
	OK(ledger_get(f->replica, revoked.commit.id, &row, &f->err));
	assert_int_equal(ledger_get(f->replica, term.commit.id, &row, &f->err),
	    STATUS_NOT_FOUND);
	assert_int_equal(counted(f, SITE_HUB, "alarm.offered"), 2);
}

/* Numbers of computers that a former life gave out are not given again, and
 * one that the hub never gave is passed over too. */
static void
test_number_of_an_offered_computer_is_not_given_again(void **state)
{
	struct fixture *f = *state;
	struct hub_options options = fixture_options(f);
	struct build site = build(f, 0, 0);
	struct hub_writer writer;
	struct item item;
	uint64_t former;
	uint32_t number;

	site.commit.id = identifier_make(SITE_HUB, 7100000);
	build_new(&site, "site");
	build_id(&site, "number", 5000);
	build_id(&site, "school", f->schools[YEW]);
	former = begin_again(f);
	item = item_at(f, &site, former, 900);
	(void)say_offer(f, 1, former, &item, 1, false);
	OK(hub_writer_init(&writer, f->replica, &options.mark_key, f->now, 1,
	    &f->err));
	OK(sites_take_number(&writer, &number, &f->err));
	assert_int_equal(number, 5001);
}

/* --- what still may come -------------------------------------------------- */

/* What builds on something that its own site has yet to offer waits for it. */
static void
test_rest_of_a_site_that_was_excused_waits(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1), former;
	struct build note = build(f, 1, pupil);
	struct recovery_count count;
	struct item item;

	build_change(&note, "note", pupil + 500);
	build_text(&note, "text", "Later.");
	former = begin_again(f);
	item = item_at(f, &note, former, 900);
	(void)say_offer(f, 1, former, &item, 1, false);
	for (uint32_t i = 1; i < SITES; i++)
		excuse(f, i);
	assert_false(hub_collects(f));
	OK(recovery_count(f->replica, &count, &f->err));
	assert_int_equal(count.commits, 1);
	assert_int_equal(counted(f, 1, "alarm.offered"), 0);
}

/* Who has lost all has nothing to offer, and nobody waits for it. */
static void
test_fresh_computer_has_offered(void **state)
{
	struct fixture *f = *state;
	struct buffer body = { 0 };
	struct hello hello;
	enum offerer_state offerer;

	(void)begin_again(f);
	hello = hello_of(f, 2, 0);
	hello.fresh = true;
	hello.generation_count = 0;
	connect_site(f, 2);
	OK(message_hello_encode(&hello, &body, &f->err));
	assert_non_null(
	    find_reply(exchange(f, 2, FRAME_HELLO, &body), FRAME_WELCOME));
	OK(recovery_get_offerer(f->replica, 2, &offerer, &f->err));
	assert_int_equal(offerer, OFFERER_OFFERED);
}

/* Those who are connected when the last is excused come again. */
static void
test_end_of_recovery_calls_those_who_are_there(void **state)
{
	struct fixture *f = *state;

	(void)begin_again(f);
	(void)greet(f, 1, 0);
	for (uint32_t i = 1; i < SITES; i++)
		excuse(f, i);
	assert_int_equal(goodbye_in(f, hear(f, f->sessions[1])),
	    GOODBYE_STOPPING);
}

static uint32_t
end_of_stranger(struct fixture *f, uint32_t number, uint64_t generation)
{
	struct offer nothing = { .generation = generation, .end = true };
	struct buffer body = { 0 };
	struct hello hello = hello_of(f, number, 0);
	uint32_t code;

	OK(hub_connect_stranger(f->hub, number, f->now, NULL, &f->sessions[0],
	    &f->err));
	OK(message_hello_encode(&hello, &body, &f->err));
	(void)exchange(f, 0, FRAME_HELLO, &body);
	OK(message_offer_encode(&nothing, &body, &f->err));
	code = goodbye_in(f, exchange(f, 0, FRAME_OFFER, &body));
	disconnect_site(f, 0);
	return code;
}

/* A stranger that has offered comes again, whether it was the last that was
 * waited for or comes when all is over: it may be known then. */
static void
test_stranger_that_has_offered_is_called_again(void **state)
{
	struct fixture *f = *state;
	uint64_t former = begin_again(f);

	for (uint32_t i = 1; i < SITES; i++)
		OK(recovery_set_offerer(f->replica, i, OFFERER_EXCUSED,
		    &f->err));
	assert_true(hub_collects(f));
	assert_int_equal(end_of_stranger(f, 77, former), GOODBYE_STOPPING);
	assert_false(hub_collects(f));
	assert_int_equal(end_of_stranger(f, 78, former), GOODBYE_STOPPING);
}

/* Nobody leaves a hub that may yet hear what that computer took part in. */
static void
test_nobody_leaves_while_the_hub_collects(void **state)
{
	struct fixture *f = *state;
	struct buffer body = { 0 };
	struct site site;

	(void)begin_again(f);
	(void)greet(f, 3, 0);
	assert_int_equal(buffer_append(&body, text("\x90")), STATUS_OK);
	assert_int_equal(goodbye_in(f, exchange(f, 3, FRAME_LEAVE, &body)),
	    GOODBYE_STOPPING);
	OK(sites_get(f->replica, 3, &site, &f->err));
	assert_false(site.revoked);
}

/* --- bytes ---------------------------------------------------------------- */

/* The mark does not vouch for what a redaction left: copies that differ are
 * told of, and the first stays. */
static void
test_redacted_copies_that_differ_are_an_alarm(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1), former;
	struct build first = build(f, 1, pupil), second;
	struct item items[2];

	build_new(&first, "contact");
	build_null(&first, "surname");
	first.changes[0].redacted = true;
	second = first;
	build_null(&second, "forename");
	former = begin_again(f);
	items[0] = item_at(f, &first, former, 900);
	items[1] = item_at(f, &second, former, 900);
	(void)say_offer(f, 1, former, &items[0], 1, false);
	assert_int_equal(counted(f, 1, "alarm.redacted"), 0);
	(void)say_offer(f, 4, former, &items[1], 1, false);
	assert_int_equal(counted(f, 4, "alarm.redacted"), 1);
}

/* Damage in the hub's own table is no computer's fault. */
static void
test_damaged_offer_is_told(void **state)
{
	struct fixture *f = *state;
	struct build b = build_pupil(f, 1);
	struct hub_options options = fixture_options(f);
	struct hub_writer writer;
	struct item item;
	uint64_t former = begin_again(f);

	item = item_at(f, &b, former, 900);
	(void)say_offer(f, 1, former, &item, 1, false);
	OK(table_run(f->replica, &f->err, "UPDATE offer SET digest = x'00'",
	    ""));
	OK(hub_writer_init(&writer, f->replica, &options.mark_key, f->now, 1,
	    &f->err));
	OK(replica_begin(f->replica, &f->err));
	assert_int_equal(recovery_take_all(&writer, &f->err), STATUS_CORRUPT);
	replica_rollback(f->replica);
}

/* Nor is damage in its ledger, on which what is offered builds: it is not
 * taken for the offerer's, who comes again. */
static void
test_offer_that_meets_damage_is_not_the_sites_fault(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1), former = begin_again(f);
	struct build b = build(f, 1, pupil);
	struct buffer body = { 0 }, out = { 0 };
	struct item item;
	struct offer message = { former, &item, 1, true };

	build_change(&b, "pupil", pupil);
	build_text(&b, "surname", "Moss");
	item = item_at(f, &b, former, 900);
	OK(table_run(f->replica, &f->err,
	    "UPDATE ledger SET bytes = substr(bytes, 1, length(bytes) - 1)"
	    " WHERE id = ?1",
	    "i", pupil));
	excuse_all_but(f, 1);
	(void)greet(f, 1, 0);
	OK(message_offer_encode(&message, &body, &f->err));
	add_frame(f, &out, FRAME_OFFER, &body);
	assert_int_equal(hub_receive(f->hub, f->sessions[1], buffer_view(&out),
			     f->now, &f->err),
	    STATUS_CORRUPT);
	end_turn(f);
	assert_int_equal(goodbye_in(f, hear(f, f->sessions[1])),
	    GOODBYE_INTERNAL);
	assert_true(hub_collects(f));
	buffer_deinit(&body);
	buffer_deinit(&out);
}

/* Lives are numbered upward, whatever the clock says. */
static void
test_generation_of_a_slow_clock_is_still_the_next(void **state)
{
	struct fixture *f = *state;
	struct hub_options options = fixture_options(f);
	struct hub_writer writer;
	uint64_t first, second;

	OK(hub_writer_init(&writer, f->replica, &options.mark_key, f->now, 1,
	    &f->err));
	OK(replica_begin(f->replica, &f->err));
	OK(recovery_begin(&writer, 5, &f->err));
	first = writer.generation;
	writer.now_ms -= 1000;
	OK(recovery_begin(&writer, 0, &f->err));
	second = writer.generation;
	OK(replica_commit(f->replica, &f->err));
	assert_true(second > first);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define REST(test) \
	cmocka_unit_test_setup_teardown(test, fixture_begin, fixture_end)
		REST(
		    test_close_without_its_cause_is_taken_unless_of_the_holder),
		REST(test_freeze_without_its_cause_is_an_alarm),
		REST(test_envelope_without_its_cause_is_not_taken),
		REST(test_revocation_is_kept_without_its_computer),
		REST(test_number_of_an_offered_computer_is_not_given_again),
		REST(test_rest_of_a_site_that_was_excused_waits),
		REST(test_fresh_computer_has_offered),
		REST(test_end_of_recovery_calls_those_who_are_there),
		REST(test_stranger_that_has_offered_is_called_again),
		REST(test_nobody_leaves_while_the_hub_collects),
		REST(test_redacted_copies_that_differ_are_an_alarm),
		REST(test_damaged_offer_is_told),
		REST(test_offer_that_meets_damage_is_not_the_sites_fault),
		REST(test_generation_of_a_slow_clock_is_still_the_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
