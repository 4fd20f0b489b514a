/*
 * A hub is restored to what it was after each step of a child's move, and gets
 * back from its schools what it lost.  Covers client/engine/engine_offer.c.
 */
#include "tests/unit/server/restored.h"

enum {
	OAK_1,
	ELM_1,
	YEW_1,
	OAK_2,
	ENDS,
	STEPS = 8
};

struct story {
	struct fixture *f;
	struct end ends[ENDS];
	struct end *all[ENDS];
	uint64_t pupil;
	uint64_t transfer;
};

static void
story_begin(struct story *story, struct fixture *f)
{
	static const char *const names[ENDS] = { "oak", "elm", "yew", "oak2" };

	memset(story, 0, sizeof(*story));
	story->f = f;
	for (uint32_t i = 0; i < ENDS; i++) {
		end_open(&story->ends[i], f, i + 1, names[i]);
		story->all[i] = &story->ends[i];
	}
	together(story->all, ENDS);
}

static void
story_end(struct story *story)
{
	for (uint32_t i = 0; i < ENDS; i++)
		end_close(&story->ends[i]);
}

/* A child of Oak moves to Elm; Elm writes; and then another does not. */
static void
story_step(struct story *story, uint32_t step)
{
	struct end *oak = &story->ends[OAK_1], *elm = &story->ends[ELM_1];
	struct fixture *f = story->f;

	switch (step) {
	case 1:
		story->pupil = end_new_pupil(oak, "Lane");
		break;
	case 2:
		story->transfer =
		    end_step_transfer(oak, story->pupil, 0, ELM, "open");
		break;
	case 3:
		end_write(elm, f->schools[ELM], "envelope",
		    end_last(elm, "envelope", 0), COLUMNS({ "state", "ours" }));
		break;
	case 4:
		end_write(oak, story->pupil, "contact", 0,
		    COLUMNS({ "surname", "Before" }));
		break;
	case 5:
		end_step_transfer(elm, story->pupil, story->transfer, ELM,
		    "accepted");
		break;
	case 6:
		end_write(elm, story->pupil, "contact", 0,
		    COLUMNS({ "surname", "After" }));
		break;
	case 7:
		story->transfer =
		    end_step_transfer(elm, story->pupil, 0, YEW, "open");
		break;
	case 8:
		end_step_transfer(elm, story->pupil, story->transfer, YEW,
		    "cancelled");
		break;
	default:
		return;
	}
	together(story->all, ENDS);
}

static void
story_tell(struct story *story, uint32_t from, uint32_t to, bool backups)
{
	for (uint32_t step = from; step <= to; step++) {
		story_step(story, step);
		if (backups)
			hub_back_up(story->f, step);
	}
}

static void
story_expect_whole(struct story *story)
{
	struct fixture *f = story->f;

	assert_false(hub_collects(f));
	assert_int_equal(hub_holders(f, story->pupil), 1);
	assert_int_equal(grant_of(f, ELM, story->pupil).kind, GRANT_HOLDER);
	for (uint32_t i = 0; i < ENDS; i++) {
		expect_proved(&story->ends[i]);
		expect_sound(&story->ends[i]);
		assert_int_equal(end_status(&story->ends[i]).waiting, 0);
		assert_int_equal(end_status(&story->ends[i]).aside, 0);
		assert_int_equal(end_status(&story->ends[i]).alarms, 0);
	}
	hub_expect_sound(f);
	assert_int_equal(end_count(&story->ends[ELM_1], "contact",
			     story->pupil),
	    2);
	assert_int_equal(end_count(&story->ends[OAK_1], "contact",
			     story->pupil),
	    1);
	assert_int_equal(end_count(&story->ends[OAK_2], "contact",
			     story->pupil),
	    1);
	assert_int_equal(end_count(&story->ends[YEW_1], "contact",
			     story->pupil),
	    0);
	end_expect(&story->ends[ELM_1], story->transfer, "state", "cancelled");
}

/* Wherever the backup was made, nothing is lost, nothing is there twice, and
 * the child has one holder. */
static void
test_restored_to_any_step_all_comes_back(void **state)
{
	struct fixture *f = *state;
	struct story story;

	story_begin(&story, f);
	hub_back_up(f, 0);
	story_tell(&story, 1, STEPS, true);
	for (uint32_t k = 0; k <= STEPS; k++) {
		take_off_line(story.all, ENDS);
		hub_restore_number(f, k);
		assert_true(hub_collects(f));
		together(story.all, ENDS);
		story_expect_whole(&story);
	}
	story_end(&story);
}

/* Who comes first and who last changes nothing. */
static void
test_schools_come_back_in_any_order(void **state)
{
	struct fixture *f = *state;
	struct story story;
	uint32_t order[ENDS];

	story_begin(&story, f);
	story_tell(&story, 1, 1, false);
	hub_back_up(f, 0);
	story_tell(&story, 2, STEPS, false);
	for (uint32_t n = 0; n < 24; n++) {
		uint32_t rest = n, left[ENDS] = { 0, 1, 2, 3 };

		for (uint32_t i = 0; i < ENDS; i++) {
			uint32_t pick = rest % (ENDS - i);

			rest /= ENDS - i;
			order[i] = left[pick];
			left[pick] = left[ENDS - i - 1];
		}
		take_off_line(story.all, ENDS);
		hub_restore_number(f, 0);
		for (uint32_t i = 0; i < ENDS; i++) {
			assert_true(hub_collects(f));
			sync_end(&story.ends[order[i]]);
		}
		together(story.all, ENDS);
		story_expect_whole(&story);
	}
	story_end(&story);
}

/* A hub of which only the keys are left: schools, computers and all comes from
 * those whom it does not know yet. */
static void
test_hub_rebuilt_from_its_keys_gets_all_back(void **state)
{
	struct fixture *f = *state;
	struct story story;
	uint32_t number;

	story_begin(&story, f);
	story_tell(&story, 1, STEPS, false);
	take_off_line(story.all, ENDS);
	hub_restore_path(f, NULL);
	assert_int_equal(head_of(f), 0);
	together(story.all, ENDS);
	story_expect_whole(&story);
	/* Numbers of computers are not given twice. */
	{
		struct hub_options options = fixture_options(f);
		struct hub_writer writer;

		OK(hub_writer_init(&writer, f->replica, &options.mark_key,
		    f->now, 1, &f->err));
		OK(sites_take_number(&writer, &number, &f->err));
	}
	assert_true(number > LIMIT_RESTORE_SKIP_SITES);
	story_end(&story);
}

/* The hub falls over while it collects, after each of its schools. */
static void
test_crash_while_collecting_loses_nothing(void **state)
{
	struct fixture *f = *state;
	struct story story;

	story_begin(&story, f);
	story_tell(&story, 1, 2, false);
	hub_back_up(f, 0);
	story_tell(&story, 3, STEPS, false);
	take_off_line(story.all, ENDS);
	hub_restore_number(f, 0);
	for (uint32_t i = 0; i < ENDS; i++) {
		assert_true(hub_collects(f));
		sync_end(&story.ends[i]);
		take_off_line(story.all, ENDS);
		hub_stop(f);
		hub_start(f);
	}
	assert_false(hub_collects(f));
	together(story.all, ENDS);
	story_expect_whole(&story);
	story_end(&story);
}

/* A line that breaks in the middle of an offer. */
static void
test_line_cut_while_offering_loses_nothing(void **state)
{
	struct fixture *f = *state;
	struct story story;

	story_begin(&story, f);
	hub_back_up(f, 0);
	story_tell(&story, 1, STEPS, false);
	for (size_t cut = 100; cut < 3000; cut += 290) {
		take_off_line(story.all, ENDS);
		hub_restore_number(f, 0);
		for (uint32_t i = 0; i < ENDS; i++)
			story.ends[i].cut_after = cut + 10 * i;
		together(story.all, ENDS);
		for (uint32_t i = 0; i < ENDS; i++)
			story.ends[i].cut_after = 0;
		together(story.all, ENDS);
		story_expect_whole(&story);
	}
	story_end(&story);
}

/* Restored again before the first time is over, and to an earlier backup:
 * places of two former lives are put in order. */
static void
test_restored_twice_in_a_row(void **state)
{
	struct fixture *f = *state;
	struct story story;

	story_begin(&story, f);
	hub_back_up(f, 0);
	story_tell(&story, 1, 4, false);
	hub_back_up(f, 1);
	story_tell(&story, 5, 6, false);
	take_off_line(story.all, ENDS);
	hub_restore_number(f, 1);
	sync_end(&story.ends[OAK_1]);
	sync_end(&story.ends[ELM_1]);
	assert_true(hub_collects(f));
	hub_back_up(f, 2);

	take_off_line(story.all, ENDS);
	hub_restore_number(f, 0);
	together(story.all, ENDS);
	story_tell(&story, 7, STEPS, false);
	story_expect_whole(&story);

	/* To what it was while it collected: what it had then is no loss. */
	take_off_line(story.all, ENDS);
	hub_restore_number(f, 2);
	together(story.all, ENDS);
	story_expect_whole(&story);
	story_end(&story);
}

/* What was written meanwhile waits, and goes when all is as before. */
static void
test_waiting_work_goes_afterwards(void **state)
{
	struct fixture *f = *state;
	struct story story;
	struct end *oak, *elm;
	uint64_t other;

	story_begin(&story, f);
	oak = &story.ends[OAK_1];
	elm = &story.ends[ELM_1];
	story_tell(&story, 1, 1, false);
	hub_back_up(f, 0);
	story_tell(&story, 2, STEPS, false);
	take_off_line(story.all, ENDS);
	hub_restore_number(f, 0);
	/* It builds on what the hub has lost. */
	end_write(elm, story.pupil, "contact",
	    end_last(elm, "contact", story.pupil),
	    COLUMNS({ "forename", "Mo" }));
	other = end_new_pupil(oak, "Moss");
	sync_end(oak);
	sync_end(elm);
	assert_true(hub_collects(f));
	assert_true(end_status(elm).collecting);
	expect_sound(elm);
	assert_int_equal(end_status(elm).waiting, 1);
	assert_int_equal(end_status(oak).waiting, 1);
	assert_int_equal(end_status(elm).aside, 0);
	assert_int_equal(end_count(elm, "contact", story.pupil), 2);

	together(story.all, ENDS);
	story_expect_whole(&story);
	expect_text(f, end_last(elm, "contact", story.pupil), "forename", "Mo");
	expect_text(f, other, "surname", "Moss");
	end_expect(&story.ends[OAK_2], other, "surname", "Moss");
	story_end(&story);
}

/* A computer that does not come is excused: what it alone held is missing, the
 * rest goes on, and when it comes after all its work is taken. */
static void
test_excused_computer_comes_after_all(void **state)
{
	struct fixture *f = *state;
	struct story story;
	struct end *oak, *oak2, *three[3];
	uint64_t other;

	story_begin(&story, f);
	oak = &story.ends[OAK_1];
	oak2 = &story.ends[OAK_2];
	three[0] = oak;
	three[1] = &story.ends[ELM_1];
	three[2] = &story.ends[YEW_1];
	story_tell(&story, 1, 1, false);
	hub_back_up(f, 0);
	story_tell(&story, 2, STEPS, false);
	take_off_line(story.all, ENDS);
	other = end_new_pupil(oak2, "Moss");
	sync_end(oak2); /* the only one that holds it with a mark */

	take_off_line(story.all, ENDS);
	hub_restore_number(f, 0);
	together(three, 3);
	assert_true(hub_collects(f));
	excuse(f, oak2->site);
	assert_false(hub_collects(f));
	together(three, 3);
	for (uint32_t i = 0; i < 3; i++)
		expect_proved(three[i]);
	assert_int_equal(end_count(oak, "pupil", 0), 1);

	together(story.all, ENDS);
	story_expect_whole(&story);
	end_expect(oak, other, "surname", "Moss");
	assert_int_equal(hub_holders(f, other), 1);
	story_end(&story);
}

/* The acceptance is in the hands of an excused computer, and meanwhile the
 * transfer is cancelled: the child keeps the holder that it has now. */
static void
test_step_that_went_otherwise_is_set_aside(void **state)
{
	struct fixture *f = *state;
	struct story story;
	struct end *oak, *elm, *three[3];

	story_begin(&story, f);
	oak = &story.ends[OAK_1];
	elm = &story.ends[ELM_1];
	three[0] = oak;
	three[1] = &story.ends[OAK_2];
	three[2] = &story.ends[YEW_1];
	story_tell(&story, 1, 4, false);
	hub_back_up(f, 0);
	take_off_line(story.all, ENDS);
	end_step_transfer(elm, story.pupil, story.transfer, ELM, "accepted");
	sync_end(elm);
	end_write(elm, story.pupil, "contact", 0,
	    COLUMNS({ "surname", "After" }));
	sync_end(elm);
	expect_proved(elm);

	take_off_line(story.all, ENDS);
	hub_restore_number(f, 0);
	together(three, 3);
	excuse(f, elm->site);
	together(three, 3);
	assert_int_equal(hub_holders(f, story.pupil), 1);
	end_step_transfer(oak, story.pupil, story.transfer, ELM, "cancelled");
	together(three, 3);
	assert_int_equal(end_status(oak).aside, 0);

	together(story.all, ENDS);
	assert_int_equal(hub_holders(f, story.pupil), 1);
	assert_int_equal(grant_of(f, OAK, story.pupil).kind, GRANT_HOLDER);
	assert_int_not_equal(grant_of(f, ELM, story.pupil).closed, 0);
	assert_true(counted(f, elm->site, "alarm.offered") +
			counted(f, elm->site, "alarm.freeze") >
		    0);
	for (uint32_t i = 0; i < ENDS; i++) {
		expect_proved(&story.ends[i]);
		expect_sound(&story.ends[i]);
	}
	hub_expect_sound(f);
	story_end(&story);
}

/* A transfer was withdrawn, and those who held that are excused: the school
 * that had to let the file go brings the end of its right itself, and does not
 * get the file again.  Then the others come after all. */
static void
test_end_of_a_right_comes_back_from_who_had_it(void **state)
{
	struct fixture *f = *state;
	struct story story;
	struct end *oak, *elm, *two[2];

	story_begin(&story, f);
	oak = &story.ends[OAK_1];
	elm = two[0] = &story.ends[ELM_1];
	two[1] = &story.ends[YEW_1];
	story_tell(&story, 1, 4, false);
	together(story.all, ENDS);
	hub_back_up(f, 0);
	end_step_transfer(oak, story.pupil, story.transfer, ELM, "cancelled");
	together(story.all, ENDS);
	assert_int_equal(end_count(elm, "pupil", 0), 0);

	take_off_line(story.all, ENDS);
	hub_restore_number(f, 0);
	together(two, 2);
	excuse(f, oak->site);
	excuse(f, story.ends[OAK_2].site);
	together(two, 2);
	assert_false(hub_collects(f));
	assert_int_not_equal(grant_of(f, ELM, story.pupil).closed, 0);
	assert_int_equal(end_count(elm, "pupil", 0), 0);
	together(story.all, ENDS);
	assert_int_equal(end_count(elm, "pupil", 0), 0);
	assert_int_equal(hub_holders(f, story.pupil), 1);
	for (uint32_t i = 0; i < ENDS; i++) {
		expect_proved(&story.ends[i]);
		expect_sound(&story.ends[i]);
	}
	hub_expect_sound(f);
	story_end(&story);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define RECOVERY(test) \
	cmocka_unit_test_setup_teardown(test, fixture_begin, fixture_end)
		RECOVERY(test_restored_to_any_step_all_comes_back),
		RECOVERY(test_schools_come_back_in_any_order),
		RECOVERY(test_end_of_a_right_comes_back_from_who_had_it),
		RECOVERY(test_hub_rebuilt_from_its_keys_gets_all_back),
		RECOVERY(test_crash_while_collecting_loses_nothing),
		RECOVERY(test_line_cut_while_offering_loses_nothing),
		RECOVERY(test_restored_twice_in_a_row),
		RECOVERY(test_waiting_work_goes_afterwards),
		RECOVERY(test_excused_computer_comes_after_all),
		RECOVERY(test_step_that_went_otherwise_is_set_aside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
