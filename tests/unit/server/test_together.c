/*
 * Client and hub together: the main job, as a dialogue of real code.
 */
#include "tests/unit/server/together.h"

/* What one school writes reaches the hub and its own other computer, and no
 * other school. */
static void
test_pupil_reaches_own_school_alone(void **state)
{
	struct fixture *f = *state;
	struct end oak, oak2, yew;
	uint64_t pupil;

	end_open(&oak, f, 1, "oak");
	end_open(&oak2, f, 4, "oak2");
	end_open(&yew, f, 3, "yew");
	together((struct end *[]){ &oak, &oak2, &yew }, 3);
	expect_proved(&oak);
	expect_proved(&yew);
	assert_int_equal(end_count(&oak, "school", 0), SCHOOLS);

	pupil = end_new_pupil(&oak, "Okafor-Lane");
	assert_false(end_status(&oak).proved);
	together((struct end *[]){ &oak, &oak2, &yew }, 3);
	expect_proved(&oak);
	expect_proved(&oak2);
	expect_proved(&yew);
	end_expect(&oak2, pupil, "surname", "Okafor-Lane");
	assert_int_equal(end_count(&yew, "pupil", 0), 0);
	expect_sound(&oak);
	expect_sound(&oak2);
	expect_sound(&yew);
	end_close(&oak);
	end_close(&oak2);
	end_close(&yew);
}

/* The file follows the child: envelope, then everything, then the holding. */
static void
test_transfer_moves_the_file(void **state)
{
	struct fixture *f = *state;
	struct end oak, elm, yew;
	uint64_t pupil, transfer, envelope;

	end_open(&oak, f, 1, "oak");
	end_open(&elm, f, 2, "elm");
	end_open(&yew, f, 3, "yew");
	sync_end(&oak);
	pupil = end_new_pupil(&oak, "Lane");
	end_write(&oak, pupil, "contact", 0,
	    COLUMNS({ "surname", "Lane" }, { "forename", "Mo" }));
	sync_end(&oak);
	transfer = end_step_transfer(&oak, pupil, 0, ELM, "open");
	together((struct end *[]){ &oak, &elm, &yew }, 3);
	expect_proved(&oak);

	envelope = end_last(&elm, "envelope", 0);
	assert_int_not_equal(envelope, 0);
	end_expect(&elm, envelope, "surname", "Lane");
	assert_int_equal(end_count(&elm, "pupil", 0), 0);
	end_write(&elm, f->schools[ELM], "envelope", envelope,
	    COLUMNS({ "state", "ours" }));
	together((struct end *[]){ &oak, &elm, &yew }, 3);
	expect_proved(&elm);
	end_expect(&elm, pupil, "surname", "Lane");
	assert_int_equal(end_count(&elm, "contact", pupil), 1);
	end_expect(&elm, transfer, "state", "answered");

	end_step_transfer(&elm, pupil, transfer, ELM, "accepted");
	together((struct end *[]){ &oak, &elm, &yew }, 3);
	expect_proved(&oak);
	expect_proved(&elm);
	expect_proved(&yew);
	end_expect(&oak, transfer, "state", "accepted");
	end_write(&elm, pupil, "contact", 0, COLUMNS({ "surname", "New" }));
	together((struct end *[]){ &oak, &elm, &yew }, 3);
	assert_int_equal(end_count(&oak, "contact", pupil), 1);
	assert_int_equal(end_count(&yew, "pupil", 0), 0);
	expect_proved(&oak);
	expect_sound(&oak);
	expect_sound(&elm);
	end_close(&oak);
	end_close(&elm);
	end_close(&yew);
}

/* A child goes away and comes back while a computer sleeps: the sleeper gets
 * also what was written meanwhile. */
static void
test_child_that_came_back_is_whole_where_it_was_asleep(void **state)
{
	struct fixture *f = *state;
	struct end oak, sleeper, elm;
	uint64_t pupil, transfer;

	end_open(&oak, f, 1, "oak");
	end_open(&sleeper, f, 4, "sleeper");
	end_open(&elm, f, 2, "elm");
	sync_end(&oak);
	pupil = end_new_pupil(&oak, "Lane");
	together((struct end *[]){ &oak, &sleeper, &elm }, 3);
	assert_int_equal(end_count(&sleeper, "pupil", 0), 1);

	transfer = end_step_transfer(&oak, pupil, 0, ELM, "open");
	together((struct end *[]){ &oak, &elm }, 2);
	end_write(&elm, f->schools[ELM], "envelope",
	    end_last(&elm, "envelope", 0), COLUMNS({ "state", "ours" }));
	together((struct end *[]){ &oak, &elm }, 2);
	end_step_transfer(&elm, pupil, transfer, ELM, "accepted");
	together((struct end *[]){ &oak, &elm }, 2);
	end_write(&elm, pupil, "contact", 0, COLUMNS({ "surname", "New" }));
	transfer = end_step_transfer(&elm, pupil, 0, OAK, "open");
	together((struct end *[]){ &oak, &elm }, 2);
	assert_int_equal(end_count(&oak, "contact", pupil), 0);
	end_write(&oak, f->schools[OAK], "envelope",
	    end_last(&oak, "envelope", 0), COLUMNS({ "state", "ours" }));
	together((struct end *[]){ &oak, &elm }, 2);
	assert_int_equal(end_count(&oak, "contact", pupil), 1);
	end_step_transfer(&oak, pupil, transfer, OAK, "accepted");

	together((struct end *[]){ &oak, &sleeper, &elm }, 3);
	expect_proved(&oak);
	expect_proved(&elm);
	expect_proved(&sleeper);
	assert_int_equal(end_count(&sleeper, "contact", pupil), 1);
	assert_int_equal(end_status(&sleeper).alarms, 0);
	expect_sound(&sleeper);
	end_close(&oak);
	end_close(&sleeper);
	end_close(&elm);
}

/* A cancelled transfer takes the file back, with a receipt. */
static void
test_cancelled_transfer_is_purged_with_receipt(void **state)
{
	struct fixture *f = *state;
	struct end oak, elm;
	uint64_t pupil, transfer;

	end_open(&oak, f, 1, "oak");
	end_open(&elm, f, 2, "elm");
	sync_end(&oak);
	pupil = together_announce(&oak, &elm, &transfer);
	assert_int_equal(end_count(&elm, "pupil", 0), 1);

	end_step_transfer(&oak, pupil, transfer, ELM, "cancelled");
	together((struct end *[]){ &oak, &elm }, 2);
	assert_int_equal(end_count(&elm, "pupil", 0), 0);
	assert_int_equal(end_count(&elm, "purge_receipt", 0), 1);
	expect_proved(&elm);
	expect_proved(&oak);
	expect_sound(&elm);
	assert_int_not_equal(last_record(f, "purge_receipt", f->schools[ELM]),
	    0);
	end_close(&oak);
	end_close(&elm);
}

/* Two computers of a school edit one field offline: both values are kept, and
 * a decision settles it everywhere. */
static void
test_conflict_is_kept_and_settled(void **state)
{
	struct fixture *f = *state;
	struct end oak, oak2;
	uint64_t pupil, id;

	end_open(&oak, f, 1, "oak");
	end_open(&oak2, f, 4, "oak2");
	sync_end(&oak);
	pupil = end_new_pupil(&oak, "Lane");
	together((struct end *[]){ &oak, &oak2 }, 2);
	end_break_line(&oak);
	end_break_line(&oak2);
	end_write(&oak, pupil, "pupil", pupil,
	    COLUMNS({ "preferred_forename", "Iddy" }));
	f->now += 1000;
	end_write(&oak2, pupil, "pupil", pupil,
	    COLUMNS({ "preferred_forename", "Dris" }));
	together((struct end *[]){ &oak, &oak2 }, 2);
	assert_int_equal(end_conflicts(&oak), 1);
	assert_int_equal(end_conflicts(&oak2), 1);
	end_expect(&oak, pupil, "preferred_forename", "Dris");

	END_OK(&oak, replica_begin(oak.replica, &oak.err));
	END_OK(&oak, conflict_resolve(oak.replica, pupil, "preferred_forename",
			 1, 0, end_now(&oak), &id, &oak.err));
	END_OK(&oak, replica_commit(oak.replica, &oak.err));
	together((struct end *[]){ &oak, &oak2 }, 2);
	assert_int_equal(end_conflicts(&oak2), 0);
	end_expect(&oak2, pupil, "preferred_forename", "Iddy");
	expect_proved(&oak);
	expect_proved(&oak2);
	end_close(&oak);
	end_close(&oak2);
}

/* A clock ten years ahead: nothing is lost, and nothing wins by it.  The hub
 * refuses for it once, then the stamps are right. */
static void
test_clock_ten_years_ahead_syncs(void **state)
{
	struct fixture *f = *state;
	struct end oak, oak2;
	uint64_t pupil;

	end_open(&oak, f, 1, "oak");
	end_open(&oak2, f, 4, "oak2");
	oak.clock_ms = UINT64_C(10) * 365 * 24 * 3600 * 1000;
	pupil = end_new_pupil(&oak, "Early");
	together((struct end *[]){ &oak, &oak2 }, 2);
	expect_proved(&oak);
	assert_int_equal(end_status(&oak).aside, 0);
	end_expect(&oak2, pupil, "surname", "Early");
	assert_int_equal(counted(f, 1, "refused.CLOCK"), 1);
	end_write(&oak, pupil, "pupil", pupil, COLUMNS({ "sex", "F" }));
	sync_end(&oak);
	assert_int_equal(counted(f, 1, "refused.CLOCK"), 1);
	f->now += 60 * 60 * 1000;
	together((struct end *[]){ &oak, &oak2 }, 2);
	end_write(&oak2, pupil, "pupil", pupil,
	    COLUMNS({ "surname", "Later" }));
	together((struct end *[]){ &oak, &oak2 }, 2);
	end_expect(&oak, pupil, "surname", "Later");
	end_expect(&oak2, pupil, "sex", "F");
	assert_int_equal(end_conflicts(&oak), 0);
	expect_sound(&oak);
	expect_sound(&oak2);
	end_close(&oak);
	end_close(&oak2);
}

static bool
count_row(void *context, const struct pending_row *row)
{
	assert_int_equal(row->bytes.size, 0);
	(*(uint64_t *)context)++;
	return true;
}

/* Oak writes while it is offline, and meanwhile the child moves on: the work
 * is taken, goes on with the file, leaves Oak, and Oak is told. */
static void
test_work_after_the_freeze_is_passed_on(void **state)
{
	struct fixture *f = *state;
	struct end oak, elm;
	uint64_t pupil, transfer, envelope, passed_on = 0;

	end_open(&oak, f, 1, "oak");
	end_open(&elm, f, 2, "elm");
	sync_end(&oak);
	pupil = end_new_pupil(&oak, "Lane");
	transfer = end_step_transfer(&oak, pupil, 0, ELM, "open");
	together((struct end *[]){ &oak, &elm }, 2);
	envelope = end_last(&elm, "envelope", 0);
	end_write(&elm, f->schools[ELM], "envelope", envelope,
	    COLUMNS({ "state", "ours" }));
	together((struct end *[]){ &oak, &elm }, 2);
	end_break_line(&oak);
	end_write(&oak, pupil, "note", 0,
	    COLUMNS({ "category", "pastoral" }, { "happened_on", "2026-07-01" },
		{ "text", "Settled well." }));
	end_step_transfer(&elm, pupil, transfer, ELM, "accepted");
	sync_end(&elm);

	together((struct end *[]){ &oak, &elm }, 2);
	assert_int_equal(end_count(&elm, "note", pupil), 1);
	assert_int_equal(end_count(&oak, "note", pupil), 0);
	END_OK(&oak, pending_each_passed_on(oak.replica, count_row, &passed_on,
			 &oak.err));
	assert_int_equal(passed_on, 1);
	expect_proved(&oak);
	expect_proved(&elm);
	expect_sound(&oak);
	end_close(&oak);
	end_close(&elm);
}

/* A command beside the hub adds a school, and the hub has not looked yet: what
 * is proved has it in it. */
static void
test_proof_is_of_what_is_there_now(void **state)
{
	struct fixture *f = *state;
	struct column_text columns[] = { { "name", bytes_of_text("Fir") },
		{ "phase", bytes_of_text("primary") } };
	struct hub_options options = fixture_options(f);
	struct replica_options beside = { .must_exist = true };
	struct replica *replica = NULL;
	struct hub_writer writer;
	struct end oak;
	uint64_t school;

	end_open(&oak, f, 1, "oak");
	sync_end(&oak);
	OK(hub_writer_init(&writer, f->replica, &options.mark_key, f->now, 42,
	    &f->err));
	OK(hub_write_school(&writer, 0, columns, 2, &school, &f->err));
	/* A command beside the agent writes too, so that it asks anew. */
	beside.path = oak.path;
	OK(replica_open(&beside, &replica, &f->err));
	OK(replica_meta_set(replica, "test", 1, &f->err));
	replica_close(replica);
	sync_end(&oak);
	expect_proved(&oak);
	assert_int_equal(end_count(&oak, "school", 0), SCHOOLS + 1);
	end_close(&oak);
}

/* From the second connection on, what goes out before WELCOME is compressed
 * by the dictionary that both ends have. */
static void
test_first_flight_uses_a_known_dictionary(void **state)
{
	struct fixture *f = *state;
	struct end oak;
	uint64_t with;

	end_open(&oak, f, 1, "oak");
	(void)end_new_pupil(&oak, "Lane");
	sync_end(&oak);
	end_break_line(&oak);
	(void)end_new_pupil(&oak, "Lane");
	oak.up_bytes = 0;
	assert_true(end_connect(&oak));
	with = oak.up_bytes;
	/* A line that broke before WELCOME makes it forget. */
	end_break_line(&oak);
	oak.up_bytes = 0;
	assert_true(end_connect(&oak));
	assert_true(oak.up_bytes > with + 20);
	sync_end(&oak);
	expect_proved(&oak);
	end_close(&oak);
}

/* A refusal in the middle of a chain: what built on it goes on without it. */
static void
test_refused_commit_does_not_hold_up_the_rest(void **state)
{
	struct fixture *f = *state;
	struct end oak, elm;
	uint64_t pupil, other;

	end_open(&oak, f, 1, "oak");
	end_open(&elm, f, 2, "elm");
	sync_end(&oak);
	pupil = end_new_pupil(&oak, "Lane");
	/* A grant cannot be written by a school. */
	end_write(&oak, f->schools[OAK], "grant", 0,
	    COLUMNS({ "dossier", "1" }, { "kind", "holder" }));
	other = end_new_pupil(&oak, "Moss");
	together((struct end *[]){ &oak, &elm }, 2);
	assert_int_equal(end_status(&oak).aside, 1);
	assert_int_equal(end_status(&oak).waiting, 0);
	expect_proved(&oak);
	expect_text(f, pupil, "surname", "Lane");
	expect_text(f, other, "surname", "Moss");
	assert_int_equal(counted(f, 1, "refused.RIGHTS"), 1);
	expect_sound(&oak);
	end_close(&oak);
	end_close(&elm);
}

/* The line breaks after N bytes, for N = 1, 2, ...: nothing is lost and nothing
 * is stored twice. */
static void
test_line_cut_at_every_byte_loses_nothing(void **state)
{
	struct fixture *f = *state;
	struct end oak, oak2;
	uint64_t pupils = 0, head;
	size_t cut = 1;

	end_open(&oak, f, 1, "oak");
	end_open(&oak2, f, 4, "oak2");
	together((struct end *[]){ &oak, &oak2 }, 2);
	do {
		(void)end_new_pupil(&oak, "Lane");
		pupils++;
		end_break_line(&oak);
		oak.cut_after = cut;
		sync_end(&oak);
		head = head_of(f);
		sync_end(&oak);
		assert_int_equal(head_of(f), head);
		expect_proved(&oak);
		cut += 7;
	} while (oak.cut_after == 0);
	oak.cut_after = 0;
	together((struct end *[]){ &oak, &oak2 }, 2);
	assert_int_equal(end_count(&oak, "pupil", 0), pupils);
	assert_int_equal(end_count(&oak2, "pupil", 0), pupils);
	expect_proved(&oak2);
	expect_sound(&oak);
	expect_sound(&oak2);
	end_close(&oak);
	end_close(&oak2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TOGETHER(test) \
	cmocka_unit_test_setup_teardown(test, fixture_begin, fixture_end)
		TOGETHER(test_pupil_reaches_own_school_alone),
		TOGETHER(test_transfer_moves_the_file),
		TOGETHER(
		    test_child_that_came_back_is_whole_where_it_was_asleep),
		TOGETHER(test_cancelled_transfer_is_purged_with_receipt),
		TOGETHER(test_conflict_is_kept_and_settled),
		TOGETHER(test_clock_ten_years_ahead_syncs),
		TOGETHER(test_work_after_the_freeze_is_passed_on),
		TOGETHER(test_proof_is_of_what_is_there_now),
		TOGETHER(test_first_flight_uses_a_known_dictionary),
		TOGETHER(test_refused_commit_does_not_hold_up_the_rest),
		TOGETHER(test_line_cut_at_every_byte_loses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
