/*
 * A hub is restored to what it was after each step of a child's move, and gets
 * back from its schools what it lost.
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define RECOVERY(test) \
	cmocka_unit_test_setup_teardown(test, fixture_begin, fixture_end)
		RECOVERY(test_restored_to_any_step_all_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
