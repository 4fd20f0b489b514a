/*
 * An older and a newer program side by side (catalogues.h), with the databases
 * that they had.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sim/catalogues.h"
#include "tests/sim/dialogues/dialogue.h"
#include "tests/sim/dialogues/trouble.h"
#include "tests/sim/people/sheet.h"

/* What the program at hand will not even write down. */
static void
cannot_edit(struct computer *computer, uint64_t child, const char *column)
{
	static struct sheet sheet;

	sheet_begin(&sheet, child, 0);
	sheet_set_text(&sheet, sheet_open(&sheet, child), column, "x");
	assert_int_equal(sheet_write(&sheet, computer), 0);
}

/* Elm has the older program.  It keeps a column that it does not know, passes
 * it on with the file, and shows it when it has been upgraded. */
static void
test_older_program_in_the_middle_loses_nothing(void **state)
{
	struct world *world = begin_met("elm1 oak1 yew1");
	struct computer *elm1 = at(world, "elm1"), *oak1 = at(world, "oak1");
	struct computer *yew1 = at(world, "yew1");
	uint64_t ana, transfer;

	(void)state;
	hub_node_upgrade(world);
	computer_upgrade(oak1);
	computer_upgrade(yew1);
	pass(world, 60000);
	quietly(world);

	ana = admit(oak1, "Ana");
	edit(oak1, ana, NEXT_COLUMN, "Annie");
	transfer = open_transfer(oak1, ana, "elm");
	pass(world, 2000);
	quietly(world);
	answer_transfer(elm1, transfer, "ours");
	pass(world, 2000);
	expect(world,
	    "[    0] elm1: writes elm1#1: answers oak1#3: ours\n"
	    "[   10] elm1: PUSH elm1#1\n"
	    "[   20] hub to elm1: ANSWER elm1#1 at 21\n"
	    "[   20] hub to elm1: STREAM 20..23: (elm1#1) elm1#1+1 elm1#1+2\n"
	    "[   20] hub to oak1: STREAM 20..23: elm1#1+2\n"
	    "[   30] elm1: FILL oak1#1 0..21\n"
	    "[   40] hub to elm1: FILLED oak1#1 0..21: oak1#1 oak1#2\n"
	    "          oak1#3, done\n"
	    "[ 1030] elm1: CONFIRM cursor 23\n"
	    "[ 1030] elm1: PROVE at 23: 22 commits\n"
	    "[ 1030] oak1: CONFIRM cursor 23\n"
	    "[ 1030] oak1: PROVE at 23: 20 commits\n"
	    "[ 1040] hub to elm1: PROOF at 23: 22 commits\n"
	    "[ 1040] hub to oak1: PROOF at 23: 20 commits\n");
	accept_transfer(elm1, transfer);
	edit(elm1, ana, "forename", "Anna");
	transfer = open_transfer(elm1, ana, "yew");
	pass(world, 2000);
	answer_transfer(yew1, transfer, "ours");
	pass(world, 2000);
	accept_transfer(yew1, transfer);
	pass(world, 2000);
	shows(yew1, ana, NEXT_COLUMN, "Annie");
	shows(yew1, ana, "forename", "Anna");

	computer_upgrade(elm1);
	pass(world, 5000);
	shows(elm1, ana, NEXT_COLUMN, "Annie");
	end(world);
}

/* A newer program at an older hub writes nothing that the hub does not know;
 * it may as soon as the hub has said that it does. */
static void
test_newer_program_waits_for_the_hub(void **state)
{
	struct world *world = begin_met("elm1 oak1 oak2");
	struct computer *oak1 = at(world, "oak1"), *oak2 = at(world, "oak2");
	uint64_t ana;

	(void)state;
	ana = admit(oak2, "Ana");
	pass(world, 2000);
	computer_upgrade(oak1);
	pass(world, 3000);
	cannot_edit(oak1, ana, NEXT_COLUMN);
	edit(oak1, ana, "forename", "Anna");
	pass(world, 3000);
	quietly(world);

	hub_node_upgrade(world);
	pass(world, 60000);
	edit(oak1, ana, NEXT_COLUMN, "Annie");
	pass(world, 3000);
	expect(world, "[    0] hub:  stops\n"
		      "[    0] hub:  gets the newer program\n"
		      "[    0] hub:  starts\n"
		      "[  377] elm1: HELLO cursor 18, 0 waiting\n"
		      "[  387] hub to elm1: WELCOME elm start 18, head 18\n"
		      "[  391] oak2: HELLO cursor 18, 0 waiting\n"
		      "[  397] elm1: PROVE at 18: 15 commits\n"
		      "[  401] hub to oak2: WELCOME oak start 18, head 18\n"
		      "[  407] hub to elm1: PROOF at 18: 15 commits\n"
		      "[  411] oak2: PROVE at 18: 18 commits\n"
		      "[  421] hub to oak2: PROOF at 18: 18 commits\n"
		      "[  540] oak1: HELLO cursor 18, 0 waiting\n"
		      "[  550] hub to oak1: WELCOME oak start 18, head 18\n"
		      "[  560] oak1: PROVE at 18: 18 commits\n"
		      "[  570] hub to oak1: PROOF at 18: 18 commits\n"
		      "[60000] oak1: writes oak1#2: call_name = Annie\n"
		      "[60010] oak1: PUSH oak1#2\n"
		      "[60020] hub to oak1: ANSWER oak1#2 at 19\n"
		      "[60020] hub to oak1: STREAM 18..19: (oak1#2)\n"
		      "[60020] hub to oak2: STREAM 18..19: oak1#2\n"
		      "[60020] hub to elm1: STREAM 18..19: nothing\n"
		      "[61030] elm1: CONFIRM cursor 19\n"
		      "[61030] elm1: PROVE at 19: 15 commits\n"
		      "[61030] oak2: CONFIRM cursor 19\n"
		      "[61030] oak2: PROVE at 19: 19 commits\n"
		      "[61030] oak1: CONFIRM cursor 19\n"
		      "[61030] oak1: PROVE at 19: 19 commits\n"
		      "[61040] hub to oak1: PROOF at 19: 19 commits\n"
		      "[61040] hub to oak2: PROOF at 19: 19 commits\n"
		      "[61040] hub to elm1: PROOF at 19: 15 commits\n");
	shows(NULL, ana, NEXT_COLUMN, "Annie");
	cannot_edit(oak2, ana, NEXT_COLUMN);
	shows(oak2, ana, "forename", "Anna");
	computer_upgrade(oak2);
	pass(world, 3000);
	shows(oak2, ana, NEXT_COLUMN, "Annie");
	assert_true(same_tables(oak1, oak2));
	end(world);
}

/* A hub that went back to its older program answers UNKNOWN; the work is set
 * aside, and goes again unchanged when the hub knows more. */
static void
test_unknown_goes_again_after_the_upgrade(void **state)
{
	struct world *world = begin_met("elm1 oak1");
	struct computer *oak1 = at(world, "oak1");
	uint64_t ana, unknown;

	(void)state;
	hub_node_upgrade(world);
	computer_upgrade(oak1);
	ana = admit(oak1, "Ana");
	pass(world, 60000);
	unplug(oak1);
	unknown = edit(oak1, ana, NEXT_COLUMN, "Annie");
	downgrade_hub(world);
	plug_in(oak1);
	pass(world, 60000);
	assert_string_equal(refusal_of(oak1, unknown), "UNKNOWN");
	shows(oak1, ana, NEXT_COLUMN, "-");
	quietly(world);

	hub_node_upgrade(world);
	pass(world, 60000);
	expect(world, "[    0] hub:  stops\n"
		      "[    0] hub:  gets the newer program\n"
		      "[    0] hub:  starts\n"
		      "[  328] oak1: HELLO cursor 16, 0 waiting, 1 refused\n"
		      "[  338] hub to oak1: WELCOME oak start 16, head 16\n"
		      "[  348] oak1: PUSH oak1#2\n"
		      "[  358] hub to oak1: ANSWER oak1#2 at 17\n"
		      "[  358] hub to oak1: STREAM 16..17: (oak1#2)\n"
		      "[  527] elm1: HELLO cursor 16, 0 waiting\n"
		      "[  537] hub to elm1: WELCOME elm start 16, head 17\n"
		      "[  547] elm1: PROVE at 16: 14 commits\n"
		      "[  557] hub to elm1: PROOF at 16: 14 commits\n"
		      "[ 1348] oak1: CONFIRM cursor 17\n"
		      "[ 1348] oak1: PROVE at 17: 17 commits\n"
		      "[ 1358] hub to oak1: PROOF at 17: 17 commits\n"
		      "[ 6318] hub to elm1: STREAM 16..17: nothing\n"
		      "[ 7328] elm1: CONFIRM cursor 17\n"
		      "[ 7328] elm1: PROVE at 17: 14 commits\n"
		      "[ 7338] hub to elm1: PROOF at 17: 14 commits\n");
	assert_true(holds(NULL, unknown));
	shows(oak1, ana, NEXT_COLUMN, "Annie");
	end(world);
}

/* The hub is restored from an old image, its older program with it, and is
 * offered what that does not know: it keeps it, and knows it once upgraded. */
static void
test_older_hub_gets_back_what_it_does_not_know(void **state)
{
	struct world *world = begin_met("elm1 oak1 yew1");
	struct computer *elm1 = at(world, "elm1"), *oak1 = at(world, "oak1");
	uint64_t ana, transfer;

	(void)state;
	ana = admit(oak1, "Ana");
	pass(world, 2000);
	back_up_hub_as(world, 0);
	hub_node_upgrade(world);
	computer_upgrade(oak1);
	pass(world, 60000);
	edit(oak1, ana, NEXT_COLUMN, "Annie");
	transfer = open_transfer(oak1, ana, "elm");
	pass(world, 2000);
	answer_transfer(elm1, transfer, "ours");
	pass(world, 2000);

	hub_node_stop(world);
	world->hub.catalogue = NULL;
	restore_hub_from(world, 0);
	pass(world, 120000);
	assert_false(hub_collects(world));
	none_lost_or_forged(world);
	shows(oak1, ana, NEXT_COLUMN, "Annie");
	cannot_edit(oak1, ana, NEXT_COLUMN);
	world_calm(world);

	hub_node_upgrade(world);
	computer_upgrade(elm1);
	pass(world, 60000);
	shows(NULL, ana, NEXT_COLUMN, "Annie");
	shows(elm1, ana, NEXT_COLUMN, "Annie");
	end(world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DIALOGUE(test_older_program_in_the_middle_loses_nothing),
		DIALOGUE(test_newer_program_waits_for_the_hub),
		DIALOGUE(test_unknown_goes_again_after_the_upgrade),
		DIALOGUE(test_older_hub_gets_back_what_it_does_not_know),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
