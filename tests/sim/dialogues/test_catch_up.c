/*
 * How what one computer writes comes to the others: at once, and after days.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sim/dialogues/dialogue.h"

/* Two schools have the file: what the one writes is at the other a moment
 * after the hub has stored it, and its author is told the place alone. */
static void
test_note_is_pushed_to_the_other_school(void **state)
{
	struct world *world = begin_met("oak1 oak2 elm1");
	struct computer *oak1 = at(world, "oak1"), *elm1 = at(world, "elm1");
	uint64_t ana = admit(oak1, "Ana"), transfer;

	(void)state;
	transfer = open_transfer(oak1, ana, "elm");
	pass(world, 3000);
	(void)answer_transfer(elm1, transfer, "ours");
	pass(world, 3000);
	quietly(world);

	(void)note(elm1, ana, "Met the family.");
	pass(world, 2000);
	expect(world, "[    0] elm1: writes elm1#2: notes 'Met the family.'\n"
		      "[   10] elm1: PUSH elm1#2\n"
		      "[   20] hub to elm1: ANSWER elm1#2 at 23\n"
		      "[   20] hub to elm1: STREAM 22..23: (elm1#2)\n"
		      "[   20] hub to oak2: STREAM 22..23: elm1#2\n"
		      "[   20] hub to oak1: STREAM 22..23: elm1#2\n"
		      "[ 1010] elm1: CONFIRM cursor 23\n"
		      "[ 1010] elm1: PROVE at 23: 22 commits\n"
		      "[ 1020] hub to elm1: PROOF at 23: 22 commits\n"
		      "[ 1030] oak2: CONFIRM cursor 23\n"
		      "[ 1030] oak2: PROVE at 23: 20 commits\n"
		      "[ 1030] oak1: CONFIRM cursor 23\n"
		      "[ 1030] oak1: PROVE at 23: 20 commits\n"
		      "[ 1040] hub to oak2: PROOF at 23: 20 commits\n"
		      "[ 1040] hub to oak1: PROOF at 23: 20 commits\n");
	assert_int_equal(count_of(oak1, "note"), 1);
	assert_int_equal(count_of(at(world, "oak2"), "note"), 1);
	end(world);
}

/* Whoever was away says how far it has come, and gets what its school may have
 * from there on; its own work goes up beside that. */
static void
test_computer_catches_up_after_days(void **state)
{
	struct world *world = begin_met("oak1 oak2");
	struct computer *oak1 = at(world, "oak1"), *oak2 = at(world, "oak2");
	uint64_t ana = admit(oak1, "Ana"), ben;

	(void)state;
	pass(world, 3000);
	unplug(oak2);
	pass(world, 1000);
	(void)edit(oak1, ana, "surname", "Lane-Moss");
	ben = admit(oak1, "Ben");
	(void)note(oak1, ben, "Settled well.");
	(void)edit(oak2, ana, "preferred_forename", "Annie");
	pass(world, UINT64_C(5) * 24 * 3600 * 1000);
	quietly(world);

	plug_in(oak2);
	pass(world, 5000);
	expect(world,
	    "[    0] oak2: is plugged in\n"
	    "[ 1145] oak2: HELLO cursor 16, 1 waiting\n"
	    "[ 1145] oak2: PUSH oak2#1\n"
	    "[ 1155] hub to oak2: WELCOME oak start 16, head 20\n"
	    "[ 1155] hub to oak2: ANSWER oak2#1 at 21\n"
	    "[ 1155] hub to oak2: STREAM 16..21: oak1#2 oak1#3+1 oak1#4\n"
	    "          (oak2#1)\n"
	    "[ 1155] hub to oak1: STREAM 20..21: oak2#1\n"
	    "[ 1165] oak2: FILL oak1#3 0..18\n"
	    "[ 1175] hub to oak2: FILLED oak1#3 0..18: oak1#3, done\n"
	    "[ 2165] oak2: CONFIRM cursor 21\n"
	    "[ 2165] oak2: PROVE at 21: 21 commits\n"
	    "[ 2165] oak1: CONFIRM cursor 21\n"
	    "[ 2165] oak1: PROVE at 21: 21 commits\n"
	    "[ 2175] hub to oak2: PROOF at 21: 21 commits\n"
	    "[ 2175] hub to oak1: PROOF at 21: 21 commits\n");
	shows(oak2, ana, "surname", "Lane-Moss");
	shows(oak1, ana, "preferred_forename", "Annie");
	shows(oak2, ben, "forename", "Ben");
	assert_int_equal(conflicts(oak2, ana), 0);
	end(world);
}

/* Both wrote the same field while one was away: both values are kept, until a
 * person decides, and the decision is a write like any other. */
static void
test_two_values_are_kept_until_somebody_decides(void **state)
{
	struct world *world = begin_met("oak1 oak2");
	struct computer *oak1 = at(world, "oak1"), *oak2 = at(world, "oak2");
	uint64_t ana = admit(oak1, "Ana");

	(void)state;
	pass(world, 3000);
	unplug(oak2);
	pass(world, 1000);
	(void)edit(oak1, ana, "surname", "Lane-Moss");
	pass(world, 1000);
	(void)edit(oak2, ana, "surname", "Moss");
	quietly(world);

	plug_in(oak2);
	pass(world, 4000);
	assert_int_equal(conflicts(oak1, ana), 1);
	assert_int_equal(conflicts(oak2, ana), 1);
	shows(oak1, ana, "surname", "Moss");
	(void)resolve(oak1, ana, "surname", 1);
	pass(world, 2000);
	expect(world,
	    "[    0] oak2: is plugged in\n"
	    "[   30] oak1: CONFIRM cursor 17\n"
	    "[   30] oak1: PROVE at 17: 17 commits\n"
	    "[   40] hub to oak1: PROOF at 17: 17 commits\n"
	    "[ 1013] oak2: HELLO cursor 16, 1 waiting\n"
	    "[ 1013] oak2: PUSH oak2#1\n"
	    "[ 1023] hub to oak2: WELCOME oak start 16, head 17\n"
	    "[ 1023] hub to oak2: ANSWER oak2#1 at 18\n"
	    "[ 1023] hub to oak2: STREAM 16..18: oak1#2 (oak2#1)\n"
	    "[ 1023] hub to oak1: STREAM 17..18: oak2#1\n"
	    "[ 2033] oak2: CONFIRM cursor 18\n"
	    "[ 2033] oak2: PROVE at 18: 18 commits\n"
	    "[ 2033] oak1: CONFIRM cursor 18\n"
	    "[ 2033] oak1: PROVE at 18: 18 commits\n"
	    "[ 2043] hub to oak2: PROOF at 18: 18 commits\n"
	    "[ 2043] hub to oak1: PROOF at 18: 18 commits\n"
	    "[ 4000] oak1: writes oak1#3: decides on surname of oak1#1\n"
	    "[ 4010] oak1: PUSH oak1#3\n"
	    "[ 4020] hub to oak2: STREAM 18..19: oak1#3\n"
	    "[ 4020] hub to oak1: ANSWER oak1#3 at 19\n"
	    "[ 4020] hub to oak1: STREAM 18..19: (oak1#3)\n"
	    "[ 5030] oak2: CONFIRM cursor 19\n"
	    "[ 5030] oak2: PROVE at 19: 19 commits\n"
	    "[ 5030] oak1: CONFIRM cursor 19\n"
	    "[ 5030] oak1: PROVE at 19: 19 commits\n"
	    "[ 5040] hub to oak2: PROOF at 19: 19 commits\n"
	    "[ 5040] hub to oak1: PROOF at 19: 19 commits\n");
	assert_int_equal(conflicts(oak2, ana), 0);
	shows(oak2, ana, "surname", "Lane-Moss");
	end(world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DIALOGUE(test_note_is_pushed_to_the_other_school),
		DIALOGUE(test_computer_catches_up_after_days),
		DIALOGUE(test_two_values_are_kept_until_somebody_decides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
