/*
 * The answer of the hub is lost with the line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sim/dialogues/dialogue.h"

enum {
	MINUTE_MS = 60 * 1000
};

/* What was taken and not acknowledged is sent again, and is stored once: the
 * hub knows it by its id and its bytes. */
static void
test_resend_after_lost_answer_is_stored_once(void **state)
{
	struct world *world = begin_met("oak1");
	struct computer *oak1 = at(world, "oak1");
	uint64_t ana;

	(void)state;
	cut_before(oak1, FRAME_ANSWER);
	ana = admit(oak1, "Ana");
	pass(world, 6000);
	expect(world,
	    "[    0] oak1: writes oak1#1: admits Ana\n"
	    "[   10] oak1: PUSH oak1#1\n"
	    "[   10] line: breaks, lost to oak1: ANSWER oak1#1 at 14\n"
	    "[  723] oak1: HELLO cursor 13, 1 waiting\n"
	    "[  723] oak1: PUSH oak1#1\n"
	    "[  733] hub to oak1: WELCOME oak start 13, head 15\n"
	    "[  733] hub to oak1: ANSWER oak1#1 at 14\n"
	    "[  733] hub to oak1: STREAM 13..15: oak1#1+1\n"
	    "[ 1743] oak1: CONFIRM cursor 15\n"
	    "[ 1743] oak1: PROVE at 15: 15 commits\n"
	    "[ 1753] hub to oak1: PROOF at 15: 15 commits\n");
	assert_int_equal(waiting(oak1), 0);
	assert_int_equal(count_of(NULL, "pupil"), 1);
	assert_true(holds(NULL, ana));
	end(world);
}

/* The line breaks before the hub has heard of it: it is sent again, and is
 * new. */
static void
test_lost_push_is_sent_again(void **state)
{
	struct world *world = begin_met("oak1");
	struct computer *oak1 = at(world, "oak1");
	uint64_t ana;

	(void)state;
	cut_before(oak1, FRAME_PUSH);
	ana = admit(oak1, "Ana");
	pass(world, 6000);
	expect(world, "[    0] oak1: writes oak1#1: admits Ana\n"
		      "[    0] line: breaks, lost from oak1: PUSH oak1#1\n"
		      "[ 1107] oak1: HELLO cursor 13, 1 waiting\n"
		      "[ 1107] oak1: PUSH oak1#1\n"
		      "[ 1117] hub to oak1: WELCOME oak start 13, head 13\n"
		      "[ 1117] hub to oak1: ANSWER oak1#1 at 14\n"
		      "[ 1117] hub to oak1: STREAM 13..15: oak1#1+1\n"
		      "[ 2127] oak1: CONFIRM cursor 15\n"
		      "[ 2127] oak1: PROVE at 15: 15 commits\n"
		      "[ 2137] hub to oak1: PROOF at 15: 15 commits\n");
	assert_true(holds(NULL, ana));
	end(world);
}

/* The power goes as well before it can be sent again: what was written is on
 * the disk, and the hub tells its place once more. */
static void
test_resend_after_power_cut_is_stored_once(void **state)
{
	struct world *world = begin_met("oak1");
	struct computer *oak1 = at(world, "oak1");
	uint64_t ana;

	(void)state;
	cut_before(oak1, FRAME_ANSWER);
	ana = admit(oak1, "Ana");
	pass(world, 100);
	computer_crash(oak1, true);
	pass(world, 3000);
	computer_start(oak1);
	pass(world, 3000);
	expect(world,
	    "[    0] oak1: writes oak1#1: admits Ana\n"
	    "[   10] oak1: PUSH oak1#1\n"
	    "[   10] line: breaks, lost to oak1: ANSWER oak1#1 at 14\n"
	    "[  100] oak1: loses power\n"
	    "[ 3100] oak1: starts\n"
	    "[ 3350] oak1: HELLO cursor 13, 1 waiting\n"
	    "[ 3350] oak1: PUSH oak1#1\n"
	    "[ 3360] hub to oak1: WELCOME oak start 13, head 15\n"
	    "[ 3360] hub to oak1: ANSWER oak1#1 at 14\n"
	    "[ 3360] hub to oak1: STREAM 13..15: oak1#1+1\n"
	    "[ 4370] oak1: CONFIRM cursor 15\n"
	    "[ 4370] oak1: PROVE at 15: 15 commits\n"
	    "[ 4380] hub to oak1: PROOF at 15: 15 commits\n");
	assert_int_equal(waiting(oak1), 0);
	assert_true(holds(oak1, ana));
	end(world);
}

/* A clock goes ten minutes fast: the hub refuses the stamp, and the same is
 * sent again under a right one. */
static void
test_fast_clock_is_corrected(void **state)
{
	struct world *world = begin_met("oak1");
	struct computer *oak1 = at(world, "oak1");
	uint64_t ana;

	(void)state;
	set_clock(oak1, 10 * MINUTE_MS);
	ana = admit(oak1, "Ana");
	pass(world, 3000);
	expect(world, "[    0] oak1: its clock is 600 s fast\n"
		      "[    0] oak1: writes oak1#1: admits Ana\n"
		      "[   10] oak1: PUSH oak1#1\n"
		      "[   20] hub to oak1: ANSWER oak1#1 refused CLOCK\n"
		      "[   30] oak1: PUSH oak1#1\n"
		      "[   40] hub to oak1: ANSWER oak1#1 at 14\n"
		      "[   40] hub to oak1: STREAM 13..15: oak1#1+1\n"
		      "[ 1030] oak1: CONFIRM cursor 15\n"
		      "[ 1030] oak1: PROVE at 15: 15 commits\n"
		      "[ 1040] hub to oak1: PROOF at 15: 15 commits\n");
	assert_true(holds(NULL, ana));
	assert_int_equal(waiting(oak1), 0);
	end(world);
}

/* A clock was fast while the line was down: the child is refused for its
 * stamp, and what was written about it for want of the child.  All of it goes
 * again, and nothing is set aside. */
static void
test_what_builds_on_a_fast_stamp_goes_again(void **state)
{
	struct world *world = begin_met("oak1");
	struct computer *oak1 = at(world, "oak1");
	uint64_t ana;

	(void)state;
	unplug(oak1);
	pass(world, 1000);
	set_clock(oak1, 10 * MINUTE_MS);
	quietly(world);
	ana = admit(oak1, "Ana");
	(void)note(oak1, ana, "Settled well.");
	(void)edit(oak1, ana, "surname", "Moss");
	plug_in(oak1);
	pass(world, 5000);
	expect(world,
	    "[    0] oak1: writes oak1#1: admits Ana\n"
	    "[    0] oak1: writes oak1#2: notes 'Settled well.'\n"
	    "[    0] oak1: writes oak1#3: surname = Moss\n"
	    "[    0] oak1: is plugged in\n"
	    "[  140] oak1: HELLO cursor 13, 3 waiting\n"
	    "[  140] oak1: PUSH oak1#1 oak1#2 oak1#3\n"
	    "[  150] hub to oak1: WELCOME oak start 13, head 13\n"
	    "[  150] hub to oak1: ANSWER oak1#1 refused CLOCK, oak1#2\n"
	    "          refused DOSSIER, oak1#3 refused DOSSIER\n"
	    "[  160] oak1: PUSH oak1#1 oak1#2 oak1#3\n"
	    "[  170] hub to oak1: ANSWER oak1#1 at 14, oak1#2 refused\n"
	    "          CLOCK, oak1#3 refused CLOCK\n"
	    "[  170] hub to oak1: STREAM 13..15: oak1#1+1\n"
	    "[ 1160] oak1: CONFIRM cursor 15\n"
	    "[ 1310] oak1: PUSH oak1#2 oak1#3\n"
	    "[ 1320] hub to oak1: ANSWER oak1#2 at 16, oak1#3 at 17\n"
	    "[ 1320] hub to oak1: STREAM 15..17: (oak1#2) (oak1#3)\n"
	    "[ 2330] oak1: CONFIRM cursor 17\n"
	    "[ 2330] oak1: PROVE at 17: 17 commits\n"
	    "[ 2340] hub to oak1: PROOF at 17: 17 commits\n");
	assert_true(holds(NULL, ana));
	assert_int_equal(waiting(oak1), 0);
	assert_int_equal(aside(oak1), 0);
	shows(NULL, ana, "surname", "Moss");
	end(world);
}

/* It was taken, the answer is lost, and then the clock moves: what may be at
 * the hub is sent again as it was, byte for byte, under its old stamp, and
 * only what was written since gets another. */
static void
test_lost_answer_then_clock_moved(void **state)
{
	struct world *world = begin_met("oak1");
	struct computer *oak1 = at(world, "oak1");
	uint64_t ana, after;

	(void)state;
	set_clock(oak1, 4 * MINUTE_MS);
	cut_before(oak1, FRAME_ANSWER);
	ana = admit(oak1, "Ana");
	pass(world, 100);
	set_clock(oak1, 10 * MINUTE_MS);
	after = edit(oak1, ana, "surname", "Lane-Moss");
	pass(world, 8000);
	expect(world,
	    "[    0] oak1: its clock is 240 s fast\n"
	    "[    0] oak1: writes oak1#1: admits Ana\n"
	    "[   10] oak1: PUSH oak1#1\n"
	    "[   10] line: breaks, lost to oak1: ANSWER oak1#1 at 14\n"
	    "[  100] oak1: its clock is 600 s fast\n"
	    "[  100] oak1: writes oak1#2: surname = Lane-Moss\n"
	    "[  863] oak1: HELLO cursor 13, 2 waiting\n"
	    "[  863] oak1: PUSH oak1#1 oak1#2\n"
	    "[  873] hub to oak1: WELCOME oak start 13, head 15\n"
	    "[  873] hub to oak1: ANSWER oak1#1 at 14, oak1#2 refused CLOCK\n"
	    "[  873] hub to oak1: STREAM 13..15: oak1#1+1\n"
	    "[  883] oak1: PUSH oak1#2\n"
	    "[  893] hub to oak1: ANSWER oak1#2 at 16\n"
	    "[  893] hub to oak1: STREAM 15..16: (oak1#2)\n"
	    "[ 1883] oak1: CONFIRM cursor 16\n"
	    "[ 1883] oak1: PROVE at 16: 16 commits\n"
	    "[ 1893] hub to oak1: PROOF at 16: 16 commits\n");
	assert_int_equal(waiting(oak1), 0);
	assert_int_equal(aside(oak1), 0);
	assert_true(holds(NULL, after));
	assert_int_equal(count_of(NULL, "pupil"), 1);
	shows(NULL, ana, "surname", "Lane-Moss");
	end(world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DIALOGUE(test_resend_after_lost_answer_is_stored_once),
		DIALOGUE(test_lost_push_is_sent_again),
		DIALOGUE(test_resend_after_power_cut_is_stored_once),
		DIALOGUE(test_fast_clock_is_corrected),
		DIALOGUE(test_what_builds_on_a_fast_stamp_goes_again),
		DIALOGUE(test_lost_answer_then_clock_moved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
