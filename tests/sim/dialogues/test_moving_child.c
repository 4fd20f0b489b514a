/*
 * A child moves from Oak to Elm, and what becomes of the file at either.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sim/dialogues/dialogue.h"

/* Elm is told a name, and gets nothing of the file. */
static uint64_t
offer_to_elm(struct world *world, uint64_t ana)
{
	struct computer *oak1 = at(world, "oak1"), *elm1 = at(world, "elm1");
	uint64_t transfer = open_transfer(oak1, ana, "elm");

	pass(world, 2000);
	expect(world,
	    "[    0] oak1: writes oak1#3: opens a transfer of oak1#1 to elm\n"
	    "[   10] oak1: PUSH oak1#3\n"
	    "[   20] hub to elm1: STREAM 17..19: oak1#3+2\n"
	    "[   20] hub to oak1: ANSWER oak1#3 at 18\n"
	    "[   20] hub to oak1: STREAM 17..19: (oak1#3)\n"
	    "[ 1030] elm1: CONFIRM cursor 19\n"
	    "[ 1030] elm1: PROVE at 19: 15 commits\n"
	    "[ 1030] oak1: CONFIRM cursor 19\n"
	    "[ 1030] oak1: PROVE at 19: 18 commits\n"
	    "[ 1040] hub to elm1: PROOF at 19: 15 commits\n"
	    "[ 1040] hub to oak1: PROOF at 19: 18 commits\n");
	assert_string_equal(dossier_is(elm1, ana), "unknown");
	assert_int_equal(count_of(elm1, "envelope"), 1);
	return transfer;
}

/* Elm answers, and is filled. */
static void
fill_at_elm(struct world *world, uint64_t ana, uint64_t transfer)
{
	struct computer *oak1 = at(world, "oak1"), *elm1 = at(world, "elm1");

	(void)answer_transfer(elm1, transfer, "ours");
	pass(world, 3000);
	expect(world,
	    "[    0] elm1: writes elm1#1: answers oak1#3: ours\n"
	    "[   10] elm1: PUSH elm1#1\n"
	    "[   20] hub to elm1: ANSWER elm1#1 at 20\n"
	    "[   20] hub to elm1: STREAM 19..22: (elm1#1) elm1#1+1 elm1#1+2\n"
	    "[   20] hub to oak1: STREAM 19..22: elm1#1+2\n"
	    "[   30] elm1: FILL oak1#1 0..20\n"
	    "[   40] hub to elm1: FILLED oak1#1 0..20: oak1#1 oak1#2\n"
	    "          oak1#3, done\n"
	    "[ 1010] elm1: CONFIRM cursor 22\n"
	    "[ 1010] elm1: PROVE at 22: 21 commits\n"
	    "[ 1020] hub to elm1: PROOF at 22: 21 commits\n"
	    "[ 1030] oak1: CONFIRM cursor 22\n"
	    "[ 1030] oak1: PROVE at 22: 19 commits\n"
	    "[ 1040] hub to oak1: PROOF at 22: 19 commits\n");
	assert_string_equal(dossier_is(elm1, ana), "open");
	assert_int_equal(count_of(elm1, "note"), 1);
	shows(oak1, transfer, "state", "answered");
}

/* The destination is told a name, answers, is filled, and accepts; then the
 * file is its own, and the old school's copy stands still. */
static void
test_file_moves_and_freezes_at_the_old_school(void **state)
{
	struct world *world = begin_met("oak1 elm1");
	struct computer *oak1 = at(world, "oak1"), *elm1 = at(world, "elm1");
	uint64_t ana = admit(oak1, "Ana"), transfer, after;

	(void)state;
	(void)note(oak1, ana, "Settled well.");
	pass(world, 3000);
	quietly(world);

	transfer = offer_to_elm(world, ana);
	fill_at_elm(world, ana, transfer);
	(void)accept_transfer(elm1, transfer);
	pass(world, 3000);
	expect(world, "[    0] elm1: writes elm1#2: accepts oak1#3\n"
		      "[   10] elm1: PUSH elm1#2\n"
		      "[   20] hub to elm1: ANSWER elm1#2 at 23\n"
		      "[   20] hub to elm1: STREAM 22..25: (elm1#2) elm1#2+3\n"
		      "[   20] hub to oak1: STREAM 22..25: elm1#2 elm1#2+2\n"
		      "[ 1030] elm1: CONFIRM cursor 25\n"
		      "[ 1030] elm1: PROVE at 25: 23 commits\n"
		      "[ 1030] oak1: CONFIRM cursor 25\n"
		      "[ 1030] oak1: PROVE at 25: 21 commits\n"
		      "[ 1040] hub to elm1: PROOF at 25: 23 commits\n"
		      "[ 1040] hub to oak1: PROOF at 25: 21 commits\n");
	shows(elm1, ana, "holder", "elm");
	shows(oak1, ana, "holder", "elm");
	assert_string_equal(dossier_is(oak1, ana), "frozen");

	after = note(elm1, ana, "First day at Elm.");
	pass(world, 3000);
	expect(world, "[    0] elm1: writes elm1#3: notes 'First day at Elm.'\n"
		      "[   10] elm1: PUSH elm1#3\n"
		      "[   20] hub to elm1: ANSWER elm1#3 at 26\n"
		      "[   20] hub to elm1: STREAM 25..26: (elm1#3)\n"
		      "[ 1010] elm1: CONFIRM cursor 26\n"
		      "[ 1010] elm1: PROVE at 26: 24 commits\n"
		      "[ 1020] hub to elm1: PROOF at 26: 24 commits\n"
		      "[ 2240] hub to oak1: STREAM 25..26: nothing\n");
	assert_false(holds(oak1, after));
	end(world);
}

/* The transfer is called off while the destination is away and has written in
 * the file: when it is back it sends that first, and it is taken; then the
 * file is purged there, and a receipt says so. */
static void
test_closed_file_is_purged_after_unsent_edits_went(void **state)
{
	struct world *world = begin_met("oak1 elm1");
	struct computer *oak1 = at(world, "oak1"), *elm1 = at(world, "elm1");
	uint64_t ana = admit(oak1, "Ana"), transfer, unsent;

	(void)state;
	transfer = open_transfer(oak1, ana, "elm");
	pass(world, 3000);
	(void)answer_transfer(elm1, transfer, "ours");
	pass(world, 3000);
	unplug(elm1);
	pass(world, 2000);
	quietly(world);

	unsent = note(elm1, ana, "Met the family.");
	(void)cancel_transfer(oak1, transfer);
	pass(world, 2000);
	expect(world, "[    0] elm1: writes elm1#2: notes 'Met the family.'\n"
		      "[    0] oak1: writes oak1#3: cancels oak1#2\n"
		      "[   10] oak1: PUSH oak1#3\n"
		      "[   20] hub to oak1: ANSWER oak1#3 at 22\n"
		      "[   20] hub to oak1: STREAM 21..24: (oak1#3)\n"
		      "[ 1030] oak1: CONFIRM cursor 24\n"
		      "[ 1030] oak1: PROVE at 24: 19 commits\n"
		      "[ 1040] hub to oak1: PROOF at 24: 19 commits\n");
	assert_string_equal(dossier_is(elm1, ana), "open");

	plug_in(elm1);
	pass(world, 5000);
	expect(world, "[    0] elm1: is plugged in\n"
		      "[  487] elm1: HELLO cursor 21, 1 waiting\n"
		      "[  487] elm1: PUSH elm1#2\n"
		      "[  497] hub to elm1: WELCOME elm start 21, head 24\n"
		      "[  497] hub to elm1: ANSWER elm1#2 at 25\n"
		      "[  497] hub to elm1: STREAM 21..25: oak1#3+2 oak1#3+3\n"
		      "[  497] hub to oak1: STREAM 24..25: elm1#2\n"
		      "[  507] elm1: PUSH elm1#2+1\n"
		      "[  517] hub to elm1: ANSWER elm1#2+1 at 26\n"
		      "[  517] hub to elm1: STREAM 25..26: (elm1#2+1)\n"
		      "[ 1507] elm1: CONFIRM cursor 26\n"
		      "[ 1507] elm1: PROVE at 26: 20 commits\n"
		      "[ 1507] oak1: CONFIRM cursor 25\n"
		      "[ 1507] oak1: PROVE at 25: 20 commits\n"
		      "[ 1517] hub to elm1: PROOF at 26: 20 commits\n"
		      "[ 1517] hub to oak1: PROOF at 25: 20 commits\n");
	assert_true(holds(oak1, unsent));
	assert_int_equal(count_of(elm1, "pupil"), 0);
	assert_string_equal(dossier_is(elm1, ana), "gone");
	assert_false(disk_contains(elm1->disk, bytes_of_text("Met the fam")));
	assert_int_equal(count_of(elm1, "purge_receipt"), 1);
	end(world);
}

/* The destination says that the child is not theirs: it never gets the file,
 * and the transfer is at an end. */
static void
test_not_ours_gets_no_file(void **state)
{
	struct world *world = begin_met("oak1 elm1");
	struct computer *oak1 = at(world, "oak1"), *elm1 = at(world, "elm1");
	uint64_t ana = admit(oak1, "Ana"), transfer;

	(void)state;
	transfer = open_transfer(oak1, ana, "elm");
	pass(world, 3000);
	quietly(world);
	(void)answer_transfer(elm1, transfer, "not_ours");
	pass(world, 3000);
	expect(world, "[    0] elm1: writes elm1#1: answers oak1#2: not_ours\n"
		      "[   10] elm1: PUSH elm1#1\n"
		      "[   20] hub to elm1: ANSWER elm1#1 at 19\n"
		      "[   20] hub to elm1: STREAM 18..20: (elm1#1)\n"
		      "[   20] hub to oak1: STREAM 18..20: elm1#1+1\n"
		      "[ 1030] elm1: CONFIRM cursor 20\n"
		      "[ 1030] elm1: PROVE at 20: 16 commits\n"
		      "[ 1030] oak1: CONFIRM cursor 20\n"
		      "[ 1030] oak1: PROVE at 20: 18 commits\n"
		      "[ 1040] hub to elm1: PROOF at 20: 16 commits\n"
		      "[ 1040] hub to oak1: PROOF at 20: 18 commits\n");
	assert_string_equal(dossier_is(elm1, ana), "unknown");
	shows(oak1, ana, "holder", "oak");
	end(world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DIALOGUE(test_file_moves_and_freezes_at_the_old_school),
		DIALOGUE(test_closed_file_is_purged_after_unsent_edits_went),
		DIALOGUE(test_not_ours_gets_no_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
