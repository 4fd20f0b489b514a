/*
 * The line breaks in the middle of a night: the run is begun anew, and what was
 * mended stays so (section 17 of PROTOCOL.md).
 */
#include "tests/sim/dialogues/night_story.h"

/* Whichever frame the line breaks before: the run is begun anew, and what was
 * mended is not undone. */
static void
test_run_is_begun_anew_wherever_it_breaks(void **state)
{
	static const enum frame_type types[] = { FRAME_RECONCILE,
		FRAME_RECONCILED, FRAME_MEND, FRAME_MENDED, FRAME_FOUND,
		FRAME_NIGHT };

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct story story = story_begin();

		spoil(story.world, NULL, losing, story.bea);
		spoil(story.world, story.oak1, losing, story.ana);
		cut_before(story.oak1, types[i]);
		compare(story.oak1);
		pass(story.world, 10 * 1000);
		quietly(story.world);
		assert_true(holds(story.oak1, story.ana));
		assert_true(holds(NULL, story.bea));
		story_end(&story);
	}
}

enum {
	NOTES_MAX = 120,
	LOST = 24 /* more than the first cells tell */
};

static void
lose_many(struct story *story, uint32_t of)
{
	uint64_t notes[NOTES_MAX];

	for (uint32_t i = 0; i < of; i++)
		notes[i] = note(story->oak2, story->ana, "One of many.");
	pass(story->world, 30 * 1000);
	for (uint32_t i = 0; i < LOST; i++)
		spoil(story->world, story->oak1, losing, notes[2 * i]);
	quietly(story->world);
}

/* The line breaks before it has asked for more cells: another run begins, with
 * other nonces. */
static void
test_run_that_breaks_before_sketch_is_begun_anew(void **state)
{
	struct story story = story_begin();

	(void)state;
	lose_many(&story, NOTES_MAX);
	cut_before(story.oak1, FRAME_SKETCH);
	compare(story.oak1);
	pass(story.world, 10 * 1000);
	expect(story.world,
	    "[   10] oak1: RECONCILE at 138: 114 commits\n"
	    "[   20] hub to oak1: RECONCILED differs: 138 commits, cells of\n"
	    "          416 bytes\n"
	    "[   20] line: breaks, lost from oak1: SKETCH 3 cells from 32\n"
	    "[ 1490] oak1: HELLO cursor 138, 0 waiting\n"
	    "[ 1500] hub to oak1: WELCOME oak start 138, head 138\n"
	    "[ 1500] hub to oak1: NIGHT in 65600 s\n"
	    "[ 1510] oak1: PROVE at 138: 138 commits\n"
	    "[ 1510] oak1: RECONCILE at 138: 114 commits\n"
	    "[ 1520] hub to oak1: RECONCILED differs: 138 commits, cells of\n"
	    "          416 bytes\n"
	    "[ 1520] hub to oak1: PROOF at 138: 138 commits\n"
	    "[ 1530] oak1: MEND wants 24\n"
	    "[ 1540] hub to oak1: MENDED brings oak2#2 oak2#4 oak2#6 oak2#8\n"
	    "          oak2#10 oak2#12 oak2#14 oak2#16 oak2#18 oak2#20\n"
	    "          oak2#22 oak2#24 oak2#26 oak2#28 oak2#30 oak2#32\n"
	    "          oak2#34 oak2#36 oak2#38 oak2#40 oak2#42 oak2#44\n"
	    "          oak2#46 oak2#48\n"
	    "[ 1550] oak1: FOUND at 138: mended, 24 only at the hub,\n"
	    "          refolded, 2 rounds, 3543 bytes\n"
	    "[ 1560] hub to oak1: NIGHT in 65600 s\n"
	    "[ 2550] oak1: PROVE at 138: 138 commits\n"
	    "[ 2560] hub to oak1: PROOF at 138: 138 commits\n");
	assert_int_equal(count_of(story.oak1, "note"), NOTES_MAX);
	story_end(&story);
}

/* Or before they come; here so much differs that the whole list is shorter. */
static void
test_run_that_breaks_before_cells_is_begun_anew(void **state)
{
	struct story story = story_begin();

	(void)state;
	lose_many(&story, NOTES_MAX / 2);
	cut_before(story.oak1, FRAME_CELLS);
	compare(story.oak1);
	pass(story.world, 10 * 1000);
	expect(story.world,
	    "[   10] oak1: RECONCILE at 78: 54 commits\n"
	    "[   20] hub to oak1: RECONCILED differs: 78 commits, cells of\n"
	    "          416 bytes\n"
	    "[   30] oak1: SKETCH 78 items from 0\n"
	    "[   30] line: breaks, lost to oak1: CELLS items from 0: 624\n"
	    "          bytes\n"
	    "[  978] oak1: HELLO cursor 78, 0 waiting\n"
	    "[  988] hub to oak1: WELCOME oak start 78, head 78\n"
	    "[  988] hub to oak1: NIGHT in 65600 s\n"
	    "[  998] oak1: RECONCILE at 78: 54 commits\n"
	    "[ 1008] hub to oak1: RECONCILED differs: 78 commits, cells of\n"
	    "          416 bytes\n"
	    "[ 1018] oak1: SKETCH 78 items from 0\n"
	    "[ 1018] oak1: PROVE at 78: 78 commits\n"
	    "[ 1028] hub to oak1: CELLS items from 0: 624 bytes\n"
	    "[ 1028] hub to oak1: PROOF at 78: 78 commits\n"
	    "[ 1038] oak1: MEND wants 24\n"
	    "[ 1048] hub to oak1: MENDED brings oak2#2 oak2#4 oak2#6 oak2#8\n"
	    "          oak2#10 oak2#12 oak2#14 oak2#16 oak2#18 oak2#20\n"
	    "          oak2#22 oak2#24 oak2#26 oak2#28 oak2#30 oak2#32\n"
	    "          oak2#34 oak2#36 oak2#38 oak2#40 oak2#42 oak2#44\n"
	    "          oak2#46 oak2#48\n"
	    "[ 1058] oak1: FOUND at 78: mended, 24 only at the hub,\n"
	    "          refolded, 3 rounds, 4175 bytes\n"
	    "[ 1068] hub to oak1: NIGHT in 65600 s\n"
	    "[ 2058] oak1: PROVE at 78: 78 commits\n"
	    "[ 2068] hub to oak1: PROOF at 78: 78 commits\n");
	assert_int_equal(count_of(story.oak1, "note"), NOTES_MAX / 2);
	story_end(&story);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DIALOGUE(test_run_is_begun_anew_wherever_it_breaks),
		DIALOGUE(test_run_that_breaks_before_sketch_is_begun_anew),
		DIALOGUE(test_run_that_breaks_before_cells_is_begun_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
