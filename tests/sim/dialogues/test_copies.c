/*
 * Disks that are copied: an old copy put back, and a copy that runs on another
 * machine under the same number.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sim/dialogues/dialogue.h"
#include "tests/sim/dialogues/trouble.h"

/* A computer that was put back to an old copy is given its own work again, by
 * number first and then because it asks, and uses no number twice. */
static void
test_restored_computer_fetches_its_own(void **state)
{
	struct world *world = begin_met("elm1 oak1");
	struct computer *oak1 = at(world, "oak1");
	uint64_t ana, after, again;

	(void)state;
	ana = admit(oak1, "Ana");
	pass(world, 3000);
	copy_disk(oak1);
	after = note(oak1, ana, "Settled well.");
	pass(world, 3000);
	quietly(world);

	put_back(oak1);
	assert_false(holds(oak1, after));
	again = note(oak1, ana, "Reads to others.");
	assert_true(again != after);
	pass(world, 5000);
	expect(world, "[    0] oak1: is killed\n"
		      "[    0] oak1: is put back to its copy\n"
		      "[    0] oak1: starts\n"
		      "[    0] oak1: writes oak1#3: notes 'Reads to others.'\n"
		      "[  240] hub to elm1: STREAM 16..17: nothing\n"
		      "[  250] oak1: HELLO cursor 16, 1 waiting\n"
		      "[  250] oak1: PUSH oak1#3\n"
		      "[  260] hub to oak1: WELCOME oak start 16, head 17\n"
		      "[  260] hub to oak1: ANSWER oak1#3 at 18\n"
		      "[  260] hub to oak1: STREAM 16..18: (oak1#2) (oak1#3)\n"
		      "[  270] oak1: FETCH oak1#2\n"
		      "[  280] hub to oak1: FETCHED oak1#2\n"
		      "[ 1250] elm1: CONFIRM cursor 17\n"
		      "[ 1250] elm1: PROVE at 17: 14 commits\n"
		      "[ 1260] hub to elm1: PROOF at 17: 14 commits\n"
		      "[ 1270] oak1: CONFIRM cursor 18\n"
		      "[ 1270] oak1: PROVE at 18: 18 commits\n"
		      "[ 1280] hub to oak1: PROOF at 18: 18 commits\n");
	assert_true(holds(oak1, after));
	assert_true(holds(oak1, again));
	shows(oak1, after, "text", "Settled well.");
	assert_int_equal(count_of(oak1, "note"), 2);
	end(world);
}

/* What waited when the copy was made has long been taken: it is sent again,
 * answered with the place that it has, and is there once. */
static void
test_restored_computer_sends_again_what_was_taken(void **state)
{
	struct world *world = begin_met("elm1 oak1");
	struct computer *oak1 = at(world, "oak1");
	uint64_t ana, once;

	(void)state;
	ana = admit(oak1, "Ana");
	pass(world, 3000);
	unplug(oak1);
	once = note(oak1, ana, "Settled well.");
	copy_disk(oak1);
	plug_in(oak1);
	pass(world, 90000);
	assert_true(holds(oak1, once));
	quietly(world);

	put_back(oak1);
	assert_int_equal(waiting(oak1), 1);
	pass(world, 3000);
	expect(world, "[    0] oak1: is killed\n"
		      "[    0] oak1: is put back to its copy\n"
		      "[    0] oak1: starts\n"
		      "[  250] oak1: HELLO cursor 16, 1 waiting\n"
		      "[  250] oak1: PUSH oak1#2\n"
		      "[  260] hub to oak1: WELCOME oak start 16, head 17\n"
		      "[  260] hub to oak1: ANSWER oak1#2 at 17\n"
		      "[  260] hub to oak1: STREAM 16..17: (oak1#2)\n"
		      "[ 1270] oak1: CONFIRM cursor 17\n"
		      "[ 1270] oak1: PROVE at 17: 17 commits\n"
		      "[ 1280] hub to oak1: PROOF at 17: 17 commits\n");
	assert_int_equal(waiting(oak1), 0);
	assert_int_equal(count_of(oak1, "note"), 1);
	assert_int_equal(count_of(NULL, "note"), 1);
	end(world);
}

/* The original is stolen.  Its copy works offline, then gets what the original
 * had still sent, and goes on in its place. */
static void
test_copy_goes_on_for_the_lost_original(void **state)
{
	struct world *world = begin_met("elm1 oak1");
	struct computer *oak1 = at(world, "oak1"), *copy;
	uint64_t ana, sent, offline;

	(void)state;
	ana = admit(oak1, "Ana");
	pass(world, 3000);
	copy_disk(oak1);
	sent = note(oak1, ana, "Sent before the theft.");
	pass(world, 3000);
	lose(oak1);
	quietly(world);

	copy = clone(oak1);
	offline = note(copy, ana, "Written on the copy.");
	assert_true(offline != sent);
	computer_start(copy);
	pass(world, 3000);
	expect(world,
	    "[    0] oak2: writes oak2#1: notes 'Written on the copy.'\n"
	    "[    0] oak2: starts\n"
	    "[  240] hub to elm1: STREAM 16..17: nothing\n"
	    "[  250] oak2: HELLO cursor 16, 1 waiting\n"
	    "[  250] oak2: PUSH oak2#1\n"
	    "[  260] hub to oak2: WELCOME oak start 16, head 17\n"
	    "[  260] hub to oak2: ANSWER oak2#1 at 18\n"
	    "[  260] hub to oak2: STREAM 16..18: (oak1#2) (oak2#1)\n"
	    "[  270] oak2: FETCH oak1#2\n"
	    "[  280] hub to oak2: FETCHED oak1#2\n"
	    "[ 1250] elm1: CONFIRM cursor 17\n"
	    "[ 1250] elm1: PROVE at 17: 14 commits\n"
	    "[ 1260] hub to elm1: PROOF at 17: 14 commits\n"
	    "[ 1270] oak2: CONFIRM cursor 18\n"
	    "[ 1270] oak2: PROVE at 18: 18 commits\n"
	    "[ 1280] hub to oak2: PROOF at 18: 18 commits\n");
	assert_true(holds(copy, sent));
	assert_true(holds(NULL, offline));
	assert_int_equal(count_of(copy, "note"), 2);
	end(world);
}

/* Both live.  They push each other off the line, and yet each gets the work of
 * the other, and all of both is taken. */
static void
test_copy_and_original_take_turns(void **state)
{
	struct world *world = begin_met("elm1 oak1");
	struct computer *elm1 = at(world, "elm1"), *oak1 = at(world, "oak1");
	struct computer *copy;
	uint64_t ana, first, second;

	(void)state;
	ana = admit(oak1, "Ana");
	pass(world, 3000);
	copy_disk(oak1);
	unplug(oak1);
	first = note(oak1, ana, "By the original.");
	copy = clone(oak1);
	second = note(copy, ana, "By the copy.");
	assert_true(first != second);
	quietly(world);

	computer_start(copy);
	pass(world, 3000);
	plug_in(oak1);
	pass(world, 1500);
	expect(world, "[    0] oak2: starts\n"
		      "[  250] oak2: HELLO cursor 16, 1 waiting\n"
		      "[  250] oak2: PUSH oak2#1\n"
		      "[  260] hub to oak2: WELCOME oak start 16, head 16\n"
		      "[  260] hub to oak2: ANSWER oak2#1 at 17\n"
		      "[  260] hub to oak2: STREAM 16..17: (oak2#1)\n"
		      "[ 1270] oak2: CONFIRM cursor 17\n"
		      "[ 1270] oak2: PROVE at 17: 17 commits\n"
		      "[ 1280] hub to oak2: PROOF at 17: 17 commits\n"
		      "[ 3000] oak1: is plugged in\n"
		      "[ 3240] hub to elm1: STREAM 16..17: nothing\n"
		      "[ 4250] elm1: CONFIRM cursor 17\n"
		      "[ 4250] elm1: PROVE at 17: 14 commits\n"
		      "[ 4260] hub to elm1: PROOF at 17: 14 commits\n");
	pass(world, 300 * 1000);
	quietly(world);
	assert_true(holds(NULL, first));
	assert_true(holds(NULL, second));
	assert_int_equal(count_of(elm1, "note"), 0);
	end(world);
}

/* A machine that is resumed from an image does not start, so its counter does
 * not jump: the second thing under a number is refused, and the computer is
 * stopped and shown as copied. */
static void
test_resumed_image_that_repeats_a_number_is_stopped(void **state)
{
	struct world *world = begin_met("elm1 oak1");
	struct computer *oak1 = at(world, "oak1"), *copy;
	uint64_t ana, first, second;

	(void)state;
	ana = admit(oak1, "Ana");
	pass(world, 3000);
	copy_disk(oak1);
	first = note(oak1, ana, "By the original.");
	pass(world, 3000);
	computer_stop(oak1);
	copy = clone(oak1);
	computer_start(copy);
	resume_at(copy, first);
	quietly(world);

	second = note(copy, ana, "By the copy.");
	assert_int_equal(first, second);
	pass(world, 5000);
	expect(world, "[    0] oak2: writes oak2#1: notes 'By the copy.'\n"
		      "[  240] hub to elm1: STREAM 16..17: nothing\n"
		      "[  250] oak2: HELLO cursor 16, 1 waiting\n"
		      "[  250] oak2: PUSH oak2#1\n"
		      "[  260] hub to oak2: WELCOME oak start 16, head 17\n"
		      "[  260] hub to oak2: ANSWER oak2#1 refused REUSED\n"
		      "[  260] hub to oak2: STREAM 16..17: (oak2#1)\n"
		      "[  270] oak2: FETCH oak2#1\n"
		      "[  280] hub to oak2: FETCHED oak2#1\n"
		      "[ 1250] elm1: CONFIRM cursor 17\n"
		      "[ 1250] elm1: PROVE at 17: 14 commits\n"
		      "[ 1260] hub to elm1: PROOF at 17: 14 commits\n"
		      "[ 1270] oak2: CONFIRM cursor 17\n"
		      "[ 1270] oak2: PROVE at 17: 17 commits\n"
		      "[ 1280] hub to oak2: PROOF at 17: 17 commits\n");
	shows(NULL, first, "text", "By the original.");
	end(world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DIALOGUE(test_restored_computer_fetches_its_own),
		DIALOGUE(test_restored_computer_sends_again_what_was_taken),
		DIALOGUE(test_copy_goes_on_for_the_lost_original),
		DIALOGUE(test_copy_and_original_take_turns),
		DIALOGUE(test_resumed_image_that_repeats_a_number_is_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
