/*
 * What no computer in order offers: each is refused by its own reason, and
 * what comes beside it is taken.
 */
#include "tests/unit/server/refused.h"

#include "common/replica/fold.h"
#include "server/core/grant_write.h"
#include "server/core/limits.h"

/* --- fields --------------------------------------------------------------- */

/* The columns of a tie in two writes are one field, written twice. */
static void
test_field_in_two_writes_is_refused(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	struct build b = build(f, 1, pupil);

	(void)build_new(&b, "package");
	build_id(&b, "transfer", open_transfer(f, 1, pupil, ELM));
	build_text(&b, "kind", "ctf");
	build_text(&b, "how", "hub");
	build_text(&b, "sent_on", "2026-07-01");
	refused(&b, REFUSAL_BYTES);
}

/* A record is written once a commit, and never with its values dropped. */
static void
test_redacted_change_is_refused(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	struct build b = build(f, 1, pupil);

	(void)build_new(&b, "contact");
	build_null(&b, "surname");
	b.changes[0].redacted = true;
	refused(&b, REFUSAL_BYTES);
}

static void
test_commit_over_the_days_quota_is_refused(void **state)
{
	struct fixture *f = *state;
	struct build b = build_pupil(f, 1);
	bool within;

	(void)greet(f, 1, 0);
	OK(sites_use_quota(f->replica, 1,
	    (uint64_t)HUB_DAY_MEGABYTES * 1024 * 1024, f->now, &within,
	    &f->err));
	assert_int_equal(offer(&b), REFUSAL_QUOTA);
	f->now += HUB_DAY_MS;
	assert_int_equal(offer(&b), REFUSAL_NONE);
}

/* --- deletions and redactions --------------------------------------------- */

static struct build
deletion(struct fixture *f, uint64_t pupil, uint64_t contact,
    const uint64_t *seen, uint32_t count)
{
	struct build b = build(f, 1, pupil);
	uint8_t *bytes = arena_alloc(&f->arena, 8 * count);

	assert_non_null(bytes);
	for (uint32_t i = 0; i < 8 * count; i++)
		bytes[i] = (uint8_t)(seen[i / 8] >> (56 - 8 * (i % 8)));
	build_change(&b, "contact", contact);
	build_value(&b, COLUMN_DELETED,
	    value_blob((struct bytes){ bytes, 8 * count }));
	return b;
}

/* The heads that it saw ascend, are held, and are of that record. */
static void
test_deletion_of_what_was_not_seen_is_refused(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	uint64_t contact = add_contact(f, 1, pupil);
	uint64_t other = add_contact(f, 1, pupil);
	const uint64_t twice[] = { contact, contact };
	const uint64_t unknown[] = { contact + 500 };
	struct build again = deletion(f, pupil, contact, twice, 2);
	struct build lost = deletion(f, pupil, contact, unknown, 1);
	struct build others = deletion(f, pupil, contact, &other, 1);
	struct build good = deletion(f, pupil, contact, &contact, 1);

	refused(&again, REFUSAL_TYPE);
	refused(&lost, REFUSAL_DEPENDS);
	refused(&others, REFUSAL_DEPENDS);
	assert_int_equal(offer(&good), REFUSAL_NONE);
}

static enum refusal
redact(struct fixture *f, uint64_t dossier, uint64_t change)
{
	struct build b = build(f, 1, dossier);

	build_new(&b, "redaction");
	build_id(&b, "change", change);
	build_text(&b, "reason", "wrong_child");
	return offer(&b);
}

/* Into the ledger as it is, as from another program or another life. */
static void
append(struct fixture *f, struct build *b)
{
	struct bytes bytes = build_bytes(b);
	struct ledger_row row = { .sequence = head_of(f) + 1,
		.id = b->commit.id,
		.dossier = b->commit.dossier,
		.received_ms = f->now,
		.digest = digest_of(bytes),
		.bytes = bytes };
	struct commit commit;

	OK(commit_decode(bytes, &f->arena, &commit, &f->err));
	OK(replica_begin(f->replica, &f->err));
	OK(ledger_append(f->replica, &row, &commit, &f->err));
	OK(fold_commit(f->replica, &commit, &f->err));
	OK(replica_commit(f->replica, &f->err));
	OK(hub_tick(f->hub, f->now, &f->err));
	end_turn(f);
}

static void
test_redaction_of_a_redaction_is_refused(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	uint64_t contact = add_contact(f, 1, pupil), redaction;

	assert_int_equal(redact(f, pupil, contact), REFUSAL_NONE);
	redaction = last_record(f, "redaction", pupil);
	assert_int_equal(redact(f, pupil, redaction), REFUSAL_STEP);
}

/* What a later program wrote, before this hub was set back to an earlier. */
static void
test_redaction_of_an_unknown_collection_is_taken(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	struct build later = build(f, 1, pupil);
	struct ledger_row row;

	build_new(&later, "planet");
	build_text(&later, "name", "Mars");
	append(f, &later);
	assert_int_equal(redact(f, pupil, later.commit.id), REFUSAL_NONE);
	OK(ledger_get(f->replica, later.commit.id, &row, &f->err));
	assert_true(row.redacted);
}

/* --- who made it ---------------------------------------------------------- */

/* Nobody knows the computer that made it: so this school did not. */
static void
test_record_of_an_unknown_computer_is_nobodys(void **state)
{
	struct fixture *f = *state;
	struct build made = build(f, 1, 0), edit = build(f, 1, 0);

	made.commit.id = identifier_make(77, 1000);
	build_new(&made, "training_session");
	build_text(&made, "title", "Safer transitions");
	build_text(&made, "kind", "inset");
	append(f, &made);
	build_change(&edit, "training_session", made.commit.id);
	build_text(&edit, "title", "Safer");
	refused(&edit, REFUSAL_RIGHTS);
}

/* Of a transfer that nobody knows, nobody knows the receiver either. */
static void
test_package_of_an_unknown_transfer_has_no_sender(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	struct build package = build(f, 1, pupil);
	struct build received = build(f, 1, pupil);
	uint64_t record;

	record = build_new(&package, "package");
	build_id(&package, "transfer", 4711);
	build_text(&package, "kind", "ctf");
	assert_int_equal(offer(&package), REFUSAL_NONE);
	build_change(&received, "package", record);
	build_text(&received, "received_on", "2026-09-01T09:00:00Z");
	refused(&received, REFUSAL_RIGHTS);
}

/* The receiver has no record here: its receipt is noted by the sender. */
static void
test_receiver_that_nobody_knows_is_outside(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1), transfer;
	struct build b = build_open(f, 1, pupil, ASH, &transfer);
	struct build package = build(f, 1, pupil);
	struct build received = build(f, 1, pupil);
	uint64_t record;

	b.values[0][2][0].value = value_integer(987654);
	assert_int_equal(offer(&b), REFUSAL_NONE);
	record = build_new(&package, "package");
	build_id(&package, "transfer", transfer);
	build_text(&package, "kind", "ctf");
	assert_int_equal(offer(&package), REFUSAL_NONE);
	build_change(&received, "package", record);
	build_text(&received, "received_on", "2026-09-01T09:00:00Z");
	assert_int_equal(offer(&received), REFUSAL_NONE);
}

/* --- steps ---------------------------------------------------------------- */

/* Without a school to go to there is nobody to tell, at either end. */
static void
test_transfer_to_nowhere_opens_and_is_cancelled(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1), transfer;
	struct build b = build_open(f, 1, pupil, ELM, &transfer);

	b.values[0][2][0].value = value_null();
	assert_int_equal(offer(&b), REFUSAL_NONE);
	assert_int_equal(last_record(f, "envelope", f->schools[ELM]), 0);
	assert_int_equal(move_transfer_to(f, 1, pupil, transfer, "cancelled"),
	    REFUSAL_NONE);
	assert_int_equal(value_of(f, pupil, "open_transfer").type, VALUE_NULL);
}

/* Two transfers in one commit, whatever they say. */
static void
test_two_steps_in_one_commit_are_refused(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1), transfer;
	struct build b = build_open(f, 1, pupil, ELM, &transfer);

	build_new(&b, "transfer");
	build_text(&b, "kind", "phase");
	build_id(&b, "from_school", f->schools[OAK]);
	build_text(&b, "state", "open");
	refused(&b, REFUSAL_STEP);
}

/* The pupil's part must be that of the step. */
static void
test_steps_that_do_not_agree_are_refused(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	uint64_t transfer = open_transfer(f, 1, pupil, ELM);
	uint64_t envelope = last_record(f, "envelope", f->schools[ELM]);
	struct build holds = build(f, 1, pupil), keeps, reason;

	build_change(&holds, "transfer", transfer);
	build_text(&holds, "state", "cancelled");
	build_change(&holds, "pupil", pupil);
	build_id(&holds, "holder", f->schools[OAK]);
	refused(&holds, REFUSAL_STEP);
	reason = build_move(f, 1, pupil, transfer, "cancelled");
	build_id(&reason, "holder", f->schools[OAK]);
	refused(&reason, REFUSAL_STEP);
	assert_int_equal(answer_envelope(f, 2, envelope, "ours"), 0);
	keeps = build_move(f, 2, pupil, transfer, "accepted");
	keeps.values[1][1][0].value = value_integer((int64_t)f->schools[YEW]);
	refused(&keeps, REFUSAL_STEP);
}

/* A reason alone is no answer. */
static void
test_reason_without_an_answer_is_refused(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	struct build b = build(f, 2, f->schools[ELM]);

	(void)open_transfer(f, 1, pupil, ELM);
	build_change(&b, "envelope",
	    last_record(f, "envelope", f->schools[ELM]));
	build_text(&b, "reason", "Moved away");
	refused(&b, REFUSAL_STEP);
}

/* The envelope of a transfer that the hub has not cannot be answered. */
static void
test_answer_to_an_unknown_transfer_is_refused(void **state)
{
	struct fixture *f = *state;
	struct build made = build(f, 0, f->schools[ELM]);
	uint64_t envelope;

	made.commit.id = identifier_make(SITE_HUB, 5000000);
	envelope = build_new(&made, "envelope");
	build_id(&made, "transfer", 4711);
	build_id(&made, "dossier", 4712);
	build_id(&made, "from_school", f->schools[OAK]);
	build_text(&made, "surname", "Lane");
	build_text(&made, "forename", "Mo");
	build_text(&made, "birth_date", "2015-01-19");
	build_text(&made, "state", "waiting");
	append(f, &made);
	assert_int_equal(answer_envelope(f, 2, envelope, "ours"), REFUSAL_STEP);
}

/* A child as its computer's last record but one: no numbers are left behind
 * it for what follows. */
static void
test_step_at_the_end_of_the_numbers_is_refused(void **state)
{
	struct fixture *f = *state;
	struct build b = build_pupil(f, 1);

	b.commit.id = identifier_make(1, COUNTER_MAX - 1);
	b.commit.dossier = b.commit.id;
	b.changes[0].record = b.commit.id;
	refused(&b, REFUSAL_LIMIT);
}

/* A school that has the file is not given it again. */
static void
test_destination_is_granted_once(void **state)
{
	struct fixture *f = *state;
	struct hub_options options = fixture_options(f);
	uint64_t pupil = add_pupil(f, 1);
	struct hub_writer writer;
	struct grant grant;

	OK(hub_writer_init(&writer, f->replica, &options.mark_key, f->now, 1,
	    &f->err));
	OK(replica_begin(f->replica, &f->err));
	OK(grant_write_destination(&writer, f->schools[ELM], pupil, pupil, 50,
	    &f->err));
	assert_int_equal(grant_write_destination(&writer, f->schools[ELM],
			     pupil, pupil, 60, &f->err),
	    STATUS_EXISTS);
	OK(replica_commit(f->replica, &f->err));
	grant = grant_of(f, ELM, pupil);
	assert_int_equal(grant.opened, 50);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_field_in_two_writes_is_refused),
		TEST(test_redacted_change_is_refused),
		TEST(test_commit_over_the_days_quota_is_refused),
		TEST(test_deletion_of_what_was_not_seen_is_refused),
		TEST(test_redaction_of_a_redaction_is_refused),
		TEST(test_redaction_of_an_unknown_collection_is_taken),
		TEST(test_record_of_an_unknown_computer_is_nobodys),
		TEST(test_package_of_an_unknown_transfer_has_no_sender),
		TEST(test_receiver_that_nobody_knows_is_outside),
		TEST(test_transfer_to_nowhere_opens_and_is_cancelled),
		TEST(test_two_steps_in_one_commit_are_refused),
		TEST(test_steps_that_do_not_agree_are_refused),
		TEST(test_reason_without_an_answer_is_refused),
		TEST(test_answer_to_an_unknown_transfer_is_refused),
		TEST(test_step_at_the_end_of_the_numbers_is_refused),
		TEST(test_destination_is_granted_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
