/*
 * A computer is away while files are closed, opened again and frozen for its
 * school.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/sim/dialogues/dialogue.h"
#include "tests/sim/dialogues/trouble.h"

enum {
	STEPS = 14
};

struct story {
	struct world *world;
	struct computer *elm1; /* is away from time to time */
	struct computer *elm2; /* acts for the school */
	struct computer *oak1;
	struct computer *yew1;
	uint64_t ana;
	uint64_t transfer;
};

static struct story
story_begin(void)
{
	struct world *world = begin_met("elm1 elm2 oak1 yew1");
	struct story story = {
		.world = world,
		.elm1 = at(world, "elm1"),
		.elm2 = at(world, "elm2"),
		.oak1 = at(world, "oak1"),
		.yew1 = at(world, "yew1"),
	};

	return story;
}

/* For Elm the file is opened, closed, opened, held, frozen, opened, held. */
static void
story_step(struct story *story, uint32_t step)
{
	switch (step) {
	case 1:
	case 5:
		story->transfer = open_transfer(story->oak1, story->ana, "elm");
		break;
	case 2:
	case 6:
	case 13:
		answer_transfer(story->elm2, story->transfer, "ours");
		break;
	case 3:
		note(story->oak1, story->ana, "Visits on Monday.");
		break;
	case 4:
		cancel_transfer(story->oak1, story->transfer);
		break;
	case 7:
	case 14:
		accept_transfer(story->elm2, story->transfer);
		break;
	case 8:
		note(story->elm2, story->ana, "Settled well.");
		break;
	case 9:
		story->transfer = open_transfer(story->elm2, story->ana, "yew");
		break;
	case 10:
		answer_transfer(story->yew1, story->transfer, "ours");
		break;
	case 11:
		accept_transfer(story->yew1, story->transfer);
		break;
	default:
		story->transfer = open_transfer(story->yew1, story->ana, "elm");
		break;
	}
	pass(story->world, 1500);
}

/* Elm's first computer is away from behind one step to behind another, and its
 * people write meanwhile what they may. */
static void
story_tell(struct story *story, uint32_t leaves, uint32_t returns)
{
	story->ana = admit(story->oak1, "Ana");
	pass(story->world, 1500);
	for (uint32_t step = 1; step <= STEPS; step++) {
		story_step(story, step);
		if (step == leaves) {
			unplug(story->elm1);
			pass(story->world, 1500);
			if (strcmp(dossier_is(story->elm1, story->ana),
				"open") == 0)
				note(story->elm1, story->ana, "While away.");
		}
		if (step == returns) {
			plug_in(story->elm1);
			pass(story->world, 6000);
		}
	}
}

/* Away from before the close until after the freeze: what was written in good
 * faith is taken, and the file is as the school's other computer has it. */
static void
test_absence_over_close_and_freeze(void **state)
{
	struct story story = story_begin();
	struct world *world = story.world;

	(void)state;
	story.ana = admit(story.oak1, "Ana");
	pass(world, 1500);
	for (uint32_t step = 1; step <= 3; step++)
		story_step(&story, step);
	unplug(story.elm1);
	pass(world, 1500);
	note(story.elm1, story.ana, "While away.");
	for (uint32_t step = 4; step <= 11; step++)
		story_step(&story, step);
	quietly(world);

	plug_in(story.elm1);
	pass(world, 6000);
	expect(world,
	    "[    0] elm1: is plugged in\n"
	    "[ 1178] elm1: HELLO cursor 24, 1 waiting\n"
	    "[ 1178] elm1: PUSH elm1#1\n"
	    "[ 1188] hub to elm1: WELCOME elm start 24, head 45\n"
	    "[ 1188] hub to elm1: ANSWER elm1#1 at 46\n"
	    "[ 1188] hub to elm1: STREAM 24..46: oak1#4+2 oak1#4+3\n"
	    "          elm2#1+19 oak1#5+2 elm2#2 elm2#2+1 elm2#2+2 elm2#3\n"
	    "          elm2#3+3 elm2#4 elm2#5 yew1#1+2 yew1#2 yew1#2+2\n"
	    "[ 1188] hub to yew1: STREAM 45..46: elm1#1\n"
	    "[ 1198] elm1: FILL oak1#1 21..31\n"
	    "[ 1208] hub to elm1: FILLED oak1#1 21..31: elm2#1+2 oak1#3\n"
	    "          oak1#4 oak1#5, done\n"
	    "[ 2198] elm1: CONFIRM cursor 46\n"
	    "[ 2198] elm1: PROVE at 46: 39 commits\n"
	    "[ 2198] yew1: CONFIRM cursor 46\n"
	    "[ 2198] yew1: PROVE at 46: 33 commits\n"
	    "[ 2208] hub to elm1: PROOF at 46: 39 commits\n"
	    "[ 2208] hub to yew1: PROOF at 46: 33 commits\n"
	    "[ 2740] hub to oak1: STREAM 42..46: nothing\n"
	    "[ 3740] hub to elm2: STREAM 45..46: nothing\n"
	    "[ 3750] oak1: CONFIRM cursor 46\n"
	    "[ 3750] oak1: PROVE at 46: 26 commits\n"
	    "[ 3760] hub to oak1: PROOF at 46: 26 commits\n"
	    "[ 4750] elm2: CONFIRM cursor 46\n"
	    "[ 4750] elm2: PROVE at 46: 39 commits\n"
	    "[ 4760] hub to elm2: PROOF at 46: 39 commits\n");
	assert_string_equal(dossier_is(story.elm1, story.ana), "frozen");
	assert_int_equal(waiting(story.elm1), 0);
	assert_true(same_tables(story.elm1, story.elm2));
	end(world);
}

/* Whenever it leaves and whenever it returns, in the end it has what the
 * school's other computer has. */
static void
test_every_absence_ends_in_step(void **state)
{
	struct story story = story_begin();

	(void)state;
	for (uint32_t leaves = 1; leaves < STEPS; leaves++)
		for (uint32_t returns = leaves + 1; returns <= STEPS;
		     returns++) {
			story_tell(&story, leaves, returns);
			pass(story.world, 4000);
			if (!same_tables(story.elm1, story.elm2))
				fail_msg("away from %u to %u", leaves, returns);
		}
	end(story.world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DIALOGUE(test_absence_over_close_and_freeze),
		DIALOGUE(test_every_absence_ends_in_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
