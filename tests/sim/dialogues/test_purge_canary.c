/*
 * A purge leaves no byte: a word that is in the child's file alone is looked
 * for in every file of the computer that had to let it go.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sim/dialogues/dialogue.h"

#define CANARY "zyxcanaryqvw"

static bool
has_canary(const struct computer *computer)
{
	return disk_contains(computer->disk, bytes_of_text(CANARY));
}

/* Oak has written the word in Ana's file, and Elm has it as a destination. */
struct scene {
	struct world *world;
	struct computer *oak1, *elm1, *elm2;
	uint64_t ana, written, transfer;
};

static struct scene
begin_scene(void)
{
	struct world *world = begin_met("oak1 elm1 elm2");
	struct scene scene = {
		.world = world,
		.oak1 = at(world, "oak1"),
		.elm1 = at(world, "elm1"),
		.elm2 = at(world, "elm2"),
	};

	scene.ana = admit(scene.oak1, "Ana");
	scene.written = note(scene.oak1, scene.ana, CANARY);
	scene.transfer = open_transfer(scene.oak1, scene.ana, "elm");
	pass(world, 3000);
	assert_false(has_canary(scene.elm1)); /* the envelope is a name */
	(void)answer_transfer(scene.elm1, scene.transfer, "ours");
	pass(world, 3000);
	assert_true(has_canary(scene.elm1));
	assert_true(has_canary(scene.elm2));
	quietly(world);
	return scene;
}

/* Called off: each computer of Elm drops the file and says so by a receipt of
 * its own. */
static void
test_cancelled_transfer_leaves_no_byte(void **state)
{
	struct scene scene = begin_scene();

	(void)state;
	(void)cancel_transfer(scene.oak1, scene.transfer);
	pass(scene.world, 3000);
	expect(scene.world,
	    "[    0] oak1: writes oak1#4: cancels oak1#3\n"
	    "[   10] oak1: PUSH oak1#4\n"
	    "[   20] hub to elm2: STREAM 23..26: oak1#4+2 oak1#4+3\n"
	    "[   20] hub to elm1: STREAM 23..26: oak1#4+2 oak1#4+3\n"
	    "[   20] hub to oak1: ANSWER oak1#4 at 24\n"
	    "[   20] hub to oak1: STREAM 23..26: (oak1#4)\n"
	    "[   30] elm2: PUSH elm2:1\n"
	    "[   30] elm1: PUSH elm1#1+19\n"
	    "[   40] hub to elm2: ANSWER elm2:1 at 27\n"
	    "[   40] hub to elm2: STREAM 26..28: (elm2:1) elm1#1+19\n"
	    "[   40] hub to elm1: ANSWER elm1#1+19 at 28\n"
	    "[   40] hub to elm1: STREAM 26..28: elm2:1 (elm1#1+19)\n"
	    "[ 1030] elm2: CONFIRM cursor 28\n"
	    "[ 1030] elm2: PROVE at 28: 22 commits\n"
	    "[ 1030] elm1: CONFIRM cursor 28\n"
	    "[ 1030] elm1: PROVE at 28: 22 commits\n"
	    "[ 1030] oak1: CONFIRM cursor 26\n"
	    "[ 1030] oak1: PROVE at 26: 21 commits\n"
	    "[ 1040] hub to elm2: PROOF at 28: 22 commits\n"
	    "[ 1040] hub to elm1: PROOF at 28: 22 commits\n"
	    "[ 1040] hub to oak1: PROOF at 26: 21 commits\n");
	assert_false(has_canary(scene.elm1));
	assert_false(has_canary(scene.elm2));
	assert_true(has_canary(scene.oak1));
	assert_int_equal(count_of(scene.elm1, "purge_receipt"), 2);
	end(scene.world);
}

/* The word was written over, deleted, and is in conflict: all that the history
 * and the search index have of it goes as well. */
static void
test_history_and_conflicts_leave_no_byte(void **state)
{
	struct scene scene = begin_scene();
	uint64_t own;

	(void)state;
	unplug(scene.elm2);
	pass(scene.world, 1000);
	own = note(scene.elm1, scene.ana, "Mine: " CANARY);
	pass(scene.world, 3000);
	(void)edit(scene.elm1, own, "text", "Mine again: " CANARY);
	(void)edit(scene.oak1, scene.written, "text", "Written over.");
	(void)edit(scene.oak1, scene.ana, "preferred_forename", CANARY "1");
	pass(scene.world, 3000);
	(void)edit(scene.oak1, scene.ana, "preferred_forename", "Annie");
	(void)delete_record(scene.oak1, scene.written);
	pass(scene.world, 3000);
	(void)cancel_transfer(scene.oak1, scene.transfer);
	pass(scene.world, 3000);
	assert_false(has_canary(scene.elm1));
	assert_true(has_canary(scene.elm2)); /* it has not heard of it */
	plug_in(scene.elm2);
	pass(scene.world, 60000);
	assert_false(has_canary(scene.elm2));
	end(scene.world);
}

/* The computer dies before, in and after the moment of the purge: when it is
 * on again, what was begun is finished. */
static void
test_crash_at_a_purge_leaves_no_byte(void **state)
{
	(void)state;
	for (uint64_t ms = 0; ms < 60; ms += 10) {
		struct scene scene = begin_scene();

		(void)cancel_transfer(scene.oak1, scene.transfer);
		pass(scene.world, ms);
		computer_crash(scene.elm1, true);
		computer_crash(scene.elm2, false);
		pass(scene.world, 1000);
		computer_start(scene.elm1);
		computer_start(scene.elm2);
		pass(scene.world, 10000);
		assert_false(has_canary(scene.elm1));
		assert_false(has_canary(scene.elm2));
		end(scene.world);
	}
}

/* The disk says no in the middle of it, at one operation after another. */
static void
test_failing_disk_at_a_purge_leaves_no_byte(void **state)
{
	bool failed = true;

	(void)state;
	for (uint64_t nth = 1; failed; nth += 10) {
		struct scene scene = begin_scene();

		(void)cancel_transfer(scene.oak1, scene.transfer);
		scene.elm1->fault.on = true;
		disk_fail_after(scene.elm1->disk, nth, DISK_FAULT_ONCE);
		pass(scene.world, 3000);
		failed = disk_failed(scene.elm1->disk);
		node_heal(&scene.elm1->fault, scene.elm1->disk);
		computer_stop(scene.elm1);
		computer_start(scene.elm1);
		pass(scene.world, 10000);
		assert_false(has_canary(scene.elm1));
		end(scene.world);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DIALOGUE(test_cancelled_transfer_leaves_no_byte),
		DIALOGUE(test_history_and_conflicts_leave_no_byte),
		DIALOGUE(test_crash_at_a_purge_leaves_no_byte),
		DIALOGUE(test_failing_disk_at_a_purge_leaves_no_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
