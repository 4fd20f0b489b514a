/*
 * The life of a transfer: who may move it from where to where, what the hub
 * writes because of it, and at which places grants are opened, held, frozen
 * and closed.
 */
#include "tests/unit/server/domain.h"

#include "server/core/consequences.h"
#include "server/core/steps.h"

/* The destination sees an envelope, and the file only when it has answered. */
static void
test_opened_transfer_sends_an_envelope(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	uint64_t transfer = open_transfer(f, 1, pupil, ELM);
	uint64_t envelope = last_record(f, "envelope", f->schools[ELM]);

	assert_int_not_equal(envelope, 0);
	expect_text(f, envelope, "state", "waiting");
	expect_text(f, envelope, "surname", "Okafor-Lane");
	expect_text(f, envelope, "birth_date", "2015-01-19");
	assert_int_equal(value_of(f, envelope, "transfer").integer, transfer);
	assert_int_equal(value_of(f, pupil, "open_transfer").integer, transfer);
	assert_int_equal(grant_of(f, ELM, pupil).id, 0);
}

static void
test_answered_and_accepted_transfer_passes_the_holding(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	uint64_t transfer = open_transfer(f, 1, pupil, ELM);
	uint64_t envelope = last_record(f, "envelope", f->schools[ELM]);
	uint64_t answered, accepted;
	struct grant oak, elm;
	struct dossier dossier;

	(void)greet(f, 2, 0);
	answered = head_of(f) + 1;
	assert_int_equal(answer_envelope(f, 2, envelope, "ours"), 0);
	expect_text(f, transfer, "state", "answered");
	elm = grant_of(f, ELM, pupil);
	assert_int_equal(elm.kind, GRANT_DESTINATION);
	assert_int_equal(elm.opened, answered);
	assert_int_equal(elm.held, 0);

	accepted = head_of(f) + 1;
	assert_int_equal(move_transfer_to(f, 2, pupil, transfer, "accepted"),
	    REFUSAL_NONE);
	oak = grant_of(f, OAK, pupil);
	elm = grant_of(f, ELM, pupil);
	OK(dossier_get(f->replica, pupil, &dossier, &f->err));
	assert_int_equal(oak.kind, GRANT_PREVIOUS);
	assert_int_equal(oak.frozen, accepted);
	assert_int_equal(oak.frozen_count, dossier.count);
	assert_true(digest_sum_equal(&oak.frozen_sum, &dossier.sum));
	assert_int_equal(elm.kind, GRANT_HOLDER);
	assert_int_equal(elm.held, accepted);
	assert_int_equal(elm.opened, answered);
	assert_int_equal(value_of(f, pupil, "holder").integer, f->schools[ELM]);
	/* an answer is not taken back any more */
	assert_int_equal(answer_envelope(f, 2, envelope, "not_ours"),
	    REFUSAL_STEP);
	assert_int_equal(value_of(f, pupil, "open_transfer").type, VALUE_NULL);
}

/* A destination that had announced the child answers by that. */
static void
test_expected_pupil_is_answered_at_once(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1), transfer, opened;
	struct build b = build(f, 2, f->schools[ELM]);

	build_new(&b, "expected_pupil");
	build_text(&b, "upn", "C999200119017");
	build_text(&b, "surname", "Lane");
	build_text(&b, "forename", "Teo");
	build_text(&b, "birth_date", "2015-01-19");
	build_text(&b, "nc_year_actual", "6");
	build_text(&b, "state", "expected");
	assert_int_equal(offer(&b), REFUSAL_NONE);
	opened = head_of(f) + 1;
	transfer = open_transfer(f, 1, pupil, ELM);
	expect_text(f, transfer, "state", "answered");
	expect_text(f, last_record(f, "envelope", f->schools[ELM]), "state",
	    "ours");
	assert_int_equal(grant_of(f, ELM, pupil).opened, opened);
	assert_int_equal(move_transfer_to(f, 2, pupil, transfer, "accepted"),
	    REFUSAL_NONE);
}

/* Another date of birth is another child. */
static void
test_child_with_another_birth_date_is_not_expected(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1), transfer;
	struct build b = build(f, 2, f->schools[ELM]);

	build_new(&b, "expected_pupil");
	build_text(&b, "upn", "C999200119017");
	build_text(&b, "surname", "Lane");
	build_text(&b, "forename", "Teo");
	build_text(&b, "birth_date", "2015-01-20");
	build_text(&b, "nc_year_actual", "6");
	build_text(&b, "state", "expected");
	assert_int_equal(offer(&b), REFUSAL_NONE);
	transfer = open_transfer(f, 1, pupil, ELM);
	expect_text(f, transfer, "state", "open");
	assert_int_equal(grant_of(f, ELM, pupil).id, 0);
}

static void
test_cancelled_transfer_closes_the_destination(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	uint64_t transfer = open_transfer(f, 1, pupil, ELM), cancelled;
	uint64_t envelope = last_record(f, "envelope", f->schools[ELM]);

	assert_int_equal(answer_envelope(f, 2, envelope, "ours"), 0);
	cancelled = head_of(f) + 1;
	assert_int_equal(move_transfer_to(f, 1, pupil, transfer, "cancelled"),
	    REFUSAL_NONE);
	expect_text(f, envelope, "state", "withdrawn");
	assert_int_equal(grant_of(f, ELM, pupil).closed, cancelled);
	assert_int_equal(grant_of(f, OAK, pupil).frozen, 0);
	assert_int_equal(value_of(f, pupil, "open_transfer").type, VALUE_NULL);

	/* Another may be opened now, also to the same school. */
	transfer = open_transfer(f, 1, pupil, ELM);
	envelope = last_record(f, "envelope", f->schools[ELM]);
	assert_int_equal(answer_envelope(f, 2, envelope, "ours"), 0);
	assert_int_equal(grant_of(f, ELM, pupil).closed, 0);
	assert_int_equal(grant_of(f, ELM, pupil).kind, GRANT_DESTINATION);
}

static void
test_not_ours_ends_the_transfer(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1), refusal_at;
	uint64_t transfer = open_transfer(f, 1, pupil, ELM);
	uint64_t envelope = last_record(f, "envelope", f->schools[ELM]);
	struct build b = build(f, 2, f->schools[ELM]);

	assert_int_equal(answer_envelope(f, 2, envelope, "ours"), 0);
	build_change(&b, "envelope", envelope);
	{
		struct field_write *write = build_text(&b, "state", "not_ours");

		write->values[1] = (struct column_value){ text("reason"),
			value_c_text("Moved away") };
		write->value_count = 2;
	}
	refusal_at = head_of(f) + 1;
	assert_int_equal(offer(&b), REFUSAL_NONE);
	expect_text(f, transfer, "state", "not_ours");
	expect_text(f, transfer, "reason", "Moved away");
	assert_int_equal(value_of(f, pupil, "open_transfer").type, VALUE_NULL);
	assert_int_equal(grant_of(f, ELM, pupil).closed, refusal_at);
	/* There is nothing left to answer. */
	assert_int_equal(answer_envelope(f, 2, envelope, "ours"), REFUSAL_STEP);
}

/* Whoever is first at the hub has decided. */
static void
test_accept_and_cancel_at_once_have_one_winner(void **state)
{
	struct fixture *f = *state;

	for (int cancel_first = 0; cancel_first < 2; cancel_first++) {
		uint64_t pupil = add_pupil(f, 1);
		uint64_t transfer = open_transfer(f, 1, pupil, ELM);
		uint64_t envelope = last_record(f, "envelope", f->schools[ELM]);
		struct build accept, cancel;

		assert_int_equal(answer_envelope(f, 2, envelope, "ours"), 0);
		accept = build_move(f, 2, pupil, transfer, "accepted");
		cancel = build_move(f, 1, pupil, transfer, "cancelled");
		if (cancel_first) {
			assert_int_equal(offer(&cancel), REFUSAL_NONE);
			assert_int_equal(offer(&accept), REFUSAL_STALE);
			expect_text(f, transfer, "state", "cancelled");
		} else {
			assert_int_equal(offer(&accept), REFUSAL_NONE);
			assert_int_equal(offer(&cancel), REFUSAL_STALE);
			expect_text(f, transfer, "state", "accepted");
		}
	}
}

/* An answer that crosses the cancellation comes too late. */
static void
test_answer_after_cancel_is_stale(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	uint64_t transfer = open_transfer(f, 1, pupil, ELM);
	uint64_t envelope = last_record(f, "envelope", f->schools[ELM]);
	struct build late = build(f, 2, f->schools[ELM]);

	build_change(&late, "envelope", envelope);
	build_text(&late, "state", "ours");
	assert_int_equal(move_transfer_to(f, 1, pupil, transfer, "cancelled"),
	    REFUSAL_NONE);
	assert_int_equal(offer(&late), REFUSAL_STALE);
	assert_int_equal(grant_of(f, ELM, pupil).id, 0);
}

/* Computers of one school, in whatever order their numbers are. */
static void
test_another_computer_of_the_school_moves_it(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 4);
	uint64_t transfer = open_transfer(f, 4, pupil, ELM);
	struct build first = build_move(f, 1, pupil, transfer, "cancelled");
	struct build second = build_move(f, 4, pupil, transfer, "cancelled");

	assert_int_equal(offer(&first), REFUSAL_NONE);
	expect_text(f, transfer, "state", "cancelled");
	assert_int_equal(offer(&second), REFUSAL_STALE);
}

static void
test_steps_of_the_wrong_actor_are_refused(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	uint64_t transfer = open_transfer(f, 1, pupil, ELM);
	uint64_t envelope = last_record(f, "envelope", f->schools[ELM]);

	/* before the answer the destination has no file to write in */
	assert_int_equal(move_transfer_to(f, 2, pupil, transfer, "accepted"),
	    REFUSAL_RIGHTS);
	/* the holder neither answers nor accepts for it */
	assert_int_equal(move_transfer_to(f, 1, pupil, transfer, "answered"),
	    REFUSAL_STEP);
	assert_int_equal(answer_envelope(f, 2, envelope, "ours"), 0);
	assert_int_equal(move_transfer_to(f, 1, pupil, transfer, "accepted"),
	    REFUSAL_RIGHTS);
	/* the destination cancels nothing */
	assert_int_equal(move_transfer_to(f, 2, pupil, transfer, "cancelled"),
	    REFUSAL_RIGHTS);
	/* a third school has nothing to do with it */
	assert_int_equal(move_transfer_to(f, 3, pupil, transfer, "accepted"),
	    REFUSAL_RIGHTS);
	assert_int_equal(move_transfer_to(f, 2, pupil, transfer, "accepted"),
	    REFUSAL_NONE);
}

/* Whose transfer was cancelled may still write what it wrote before it heard,
 * but takes no child that is on its way to another. */
static void
test_former_destination_does_not_accept_the_next_transfer(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	uint64_t first = open_transfer(f, 1, pupil, ELM), second;
	uint64_t envelope = last_record(f, "envelope", f->schools[ELM]);

	assert_int_equal(answer_envelope(f, 2, envelope, "ours"), 0);
	assert_int_equal(move_transfer_to(f, 1, pupil, first, "cancelled"),
	    REFUSAL_NONE);
	second = open_transfer(f, 1, pupil, YEW);
	envelope = last_record(f, "envelope", f->schools[YEW]);
	assert_int_equal(answer_envelope(f, 3, envelope, "ours"), 0);
	assert_int_equal(move_transfer_to(f, 2, pupil, second, "accepted"),
	    REFUSAL_RIGHTS);
	assert_int_equal(move_transfer_to(f, 3, pupil, second, "accepted"),
	    REFUSAL_NONE);
}

/* State, open_transfer and holder move together or not at all. */
static void
test_half_steps_are_refused(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1), transfer;
	struct build b = build(f, 1, pupil), holder = build(f, 1, pupil);
	struct build state_only = build(f, 1, pupil);
	struct build redirect = build(f, 1, pupil);

	build_new(&b, "transfer");
	build_text(&b, "kind", "phase");
	build_id(&b, "from_school", f->schools[OAK]);
	build_id(&b, "to_school", f->schools[ELM]);
	build_text(&b, "state", "open");
	assert_int_equal(offer(&b), REFUSAL_STEP);
	build_change(&holder, "pupil", pupil);
	build_id(&holder, "holder", f->schools[ELM]);
	assert_int_equal(offer(&holder), REFUSAL_STEP);
	transfer = open_transfer(f, 1, pupil, ELM);
	build_change(&state_only, "transfer", transfer);
	build_text(&state_only, "state", "cancelled");
	assert_int_equal(offer(&state_only), REFUSAL_STEP);
	build_change(&redirect, "transfer", transfer);
	build_id(&redirect, "to_school", f->schools[YEW]);
	assert_int_equal(offer(&redirect), REFUSAL_STEP);
}

/* To a school outside there is nobody to answer. */
static void
test_sent_out_is_for_outside_schools(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1), second = add_pupil(f, 1);
	uint64_t out = open_transfer(f, 1, pupil, ASH);
	uint64_t in = open_transfer(f, 1, second, ELM);

	assert_int_equal(last_record(f, "envelope", f->schools[ASH]), 0);
	assert_int_equal(move_transfer_to(f, 1, pupil, out, "sent_out"),
	    REFUSAL_NONE);
	assert_int_equal(grant_of(f, OAK, pupil).kind, GRANT_HOLDER);
	assert_int_equal(move_transfer_to(f, 1, second, in, "sent_out"),
	    REFUSAL_STEP);
}

/* The cause's free numbers: the same cause makes the same records again. */
static void
test_consequences_bear_the_causes_numbers(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1), transfer;
	struct build b = build_open(f, 1, pupil, ELM, &transfer);
	uint64_t free_id = b.commit.id + b.commit.change_count;

	assert_int_equal(offer(&b), REFUSAL_NONE);
	assert_int_equal(last_record(f, "envelope", f->schools[ELM]), free_id);
	assert_int_equal(grant_of(f, OAK, pupil).id, pupil + 1);
}

/* Who uses numbers that his own commit left free stops that commit. */
static void
test_step_whose_free_numbers_are_used_is_refused(void **state)
{
	struct fixture *f = *state;
	struct build b = build_pupil(f, 1), setting;

	setting = build(f, 1, f->schools[OAK]);
	setting.commit.id = b.commit.id + 3;
	build_new(&setting, "setting");
	build_text(&setting, "name", "colour");
	assert_int_equal(offer(&setting), REFUSAL_NONE);
	assert_int_equal(offer(&b), REFUSAL_REUSED);
}

/* A consequence that cannot be written takes its cause back with it. */
static void
test_refused_consequence_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1), transfer, head;
	struct build gone = build(f, 1, pupil), b;

	build_new(&gone, "redaction");
	build_id(&gone, "change", pupil);
	build_text(&gone, "reason", "adoption");
	assert_int_equal(offer(&gone), REFUSAL_NONE);
	head = head_of(f);
	b = build_open(f, 1, pupil, ELM, &transfer);
	assert_int_equal(offer(&b), REFUSAL_STEP); /* it has no name now */
	assert_int_equal(head_of(f), head);
	assert_int_equal(last_record(f, "transfer", pupil), 0);
	assert_int_equal(value_of(f, pupil, "open_transfer").type, VALUE_NULL);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_opened_transfer_sends_an_envelope),
		TEST(test_answered_and_accepted_transfer_passes_the_holding),
		TEST(test_expected_pupil_is_answered_at_once),
		TEST(test_child_with_another_birth_date_is_not_expected),
		TEST(test_cancelled_transfer_closes_the_destination),
		TEST(test_not_ours_ends_the_transfer),
		TEST(test_accept_and_cancel_at_once_have_one_winner),
		TEST(test_answer_after_cancel_is_stale),
		TEST(test_another_computer_of_the_school_moves_it),
		TEST(test_steps_of_the_wrong_actor_are_refused),
		TEST(test_former_destination_does_not_accept_the_next_transfer),
		TEST(test_half_steps_are_refused),
		TEST(test_sent_out_is_for_outside_schools),
		TEST(test_consequences_bear_the_causes_numbers),
		TEST(test_step_whose_free_numbers_are_used_is_refused),
		TEST(test_refused_consequence_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
