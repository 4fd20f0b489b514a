/*
 * A first sync that is cut, after every so many bytes, while others go on
 * writing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sim/dialogues/dialogue.h"
#include "tests/sim/dialogues/trouble.h"

enum {
	NOTES = 60,
	NOTE_BYTES = 1500,
	FIRST_BYTES = 200,
	STEP_BYTES = 1700
};

/* Text that does not become much smaller. */
static void
note_at_length(struct computer *computer, uint64_t child, struct random *random)
{
	char text[NOTE_BYTES + 1];

	for (uint32_t i = 0; i < NOTE_BYTES; i++)
		text[i] = (char)('a' + random_below_of(random, 26));
	text[NOTE_BYTES] = '\0';
	note(computer, child, text);
}

/* The new computer's connection breaks after so many bytes; somebody writes;
 * it goes on where it was.  False: the first sync was over before. */
static bool
cut_once(struct world *world, uint64_t ana, uint64_t bytes)
{
	struct computer *oak1 = at(world, "oak1"), *oak3 = at(world, "oak3");
	uint64_t cuts = world->wire.cuts;

	put_back(oak3);
	computer_start(oak3);
	cut_next_after(oak3, bytes);
	pass(world, 500);
	note(oak1, ana, "Meanwhile.");
	pass(world, 8000);
	if (!same_tables(oak1, oak3))
		fail_msg("cut after %u bytes", (unsigned)bytes);
	computer_stop(oak3);
	return world->wire.cuts > cuts;
}

static struct world *
begin_with_much(uint64_t *ana)
{
	struct world *world = begin_met("elm1 oak1 oak2");
	struct computer *oak1 = at(world, "oak1"), *oak3;
	struct random random = random_fork(1, 2);

	*ana = admit(oak1, "Ana");
	for (uint32_t i = 0; i < NOTES; i++)
		note_at_length(oak1, *ana, &random);
	pass(world, 5000);
	oak3 = world_add_computer(world, oak1->school);
	assert_non_null(oak3);
	copy_disk(oak3);
	quietly(world);
	return world;
}

/* What was stored of a file is not fetched again, and what was written since
 * comes by the stream. */
static void
test_first_sync_goes_on_where_it_was_cut(void **state)
{
	uint64_t ana;
	struct world *world = begin_with_much(&ana);
	struct computer *oak1 = at(world, "oak1"), *oak3 = at(world, "oak3");

	(void)state;
	computer_start(oak3);
	cut_next_after(oak3, 45000);
	pass(world, 500);
	assert_string_equal(dossier_is(oak3, ana), "filling");
	note(oak1, ana, "Meanwhile.");
	pass(world, 4000);
	expect(world,
	    "[    0] oak3: starts\n"
	    "[  240] hub to oak2: STREAM 77..78: hub#4\n"
	    "[  240] hub to oak1: STREAM 77..78: hub#4\n"
	    "[  240] hub to elm1: STREAM 77..78: hub#4\n"
	    "[  250] oak3: HELLO cursor 0, fresh, 0 waiting\n"
	    "[  260] hub to oak3: WELCOME oak start 78, head 78\n"
	    "[  270] oak3: FILL oak 0..78, partnership 0..78\n"
	    "[  270] oak3: CONFIRM cursor 78\n"
	    "[  280] hub to oak3: FILLED oak 0..78: oak1#1+1, done;\n"
	    "          partnership 0..78: elm oak yew fir bay rowan hazel\n"
	    "          larch maple cedar birch ash hub#1 hub#2 hub#3 hub#4,\n"
	    "          done\n"
	    "[  290] oak3: FILL oak1#1 0..78\n"
	    "[  300] hub to oak3: FILLED oak1#1 0..37: oak1#1 oak1#2 oak1#3\n"
	    "          oak1#4 oak1#5 oak1#6 oak1#7 oak1#8 oak1#9 oak1#10\n"
	    "          oak1#11 oak1#12 oak1#13 oak1#14 oak1#15 oak1#16\n"
	    "          oak1#17 oak1#18 oak1#19 oak1#20 oak1#21, more\n"
	    "          follows\n"
	    "[  300] hub to oak3: FILLED oak1#1 37..57: oak1#22 oak1#23\n"
	    "          oak1#24 oak1#25 oak1#26 oak1#27 oak1#28 oak1#29\n"
	    "          oak1#30 oak1#31 oak1#32 oak1#33 oak1#34 oak1#35\n"
	    "          oak1#36 oak1#37 oak1#38 oak1#39 oak1#40 oak1#41,\n"
	    "          more follows\n"
	    "[  700] oak1: writes oak1#62: notes 'Meanwhile.'\n"
	    "[  710] oak1: PUSH oak1#62\n"
	    "[  720] hub to oak2: STREAM 78..79: oak1#62\n"
	    "[  720] hub to oak1: ANSWER oak1#62 at 79\n"
	    "[  720] hub to oak1: STREAM 78..79: (oak1#62)\n"
	    "[ 1250] oak2: CONFIRM cursor 79\n"
	    "[ 1250] oak2: PROVE at 79: 79 commits\n"
	    "[ 1250] oak1: CONFIRM cursor 79\n"
	    "[ 1250] oak1: PROVE at 79: 79 commits\n"
	    "[ 1250] elm1: CONFIRM cursor 78\n"
	    "[ 1250] elm1: PROVE at 78: 16 commits\n"
	    "[ 1260] hub to oak2: PROOF at 79: 79 commits\n"
	    "[ 1260] hub to oak1: PROOF at 79: 79 commits\n"
	    "[ 1260] hub to elm1: PROOF at 78: 16 commits\n"
	    "[ 1675] oak3: HELLO cursor 78, 0 waiting\n"
	    "[ 1685] hub to oak3: WELCOME oak start 78, head 79\n"
	    "[ 1685] hub to oak3: STREAM 78..79: oak1#62\n"
	    "[ 1695] oak3: FILL oak1#1 57..78\n"
	    "[ 1695] oak3: CONFIRM cursor 79\n"
	    "[ 1705] hub to oak3: FILLED oak1#1 57..78: oak1#42 oak1#43\n"
	    "          oak1#44 oak1#45 oak1#46 oak1#47 oak1#48 oak1#49\n"
	    "          oak1#50 oak1#51 oak1#52 oak1#53 oak1#54 oak1#55\n"
	    "          oak1#56 oak1#57 oak1#58 oak1#59 oak1#60 oak1#61,\n"
	    "          done\n"
	    "[ 2715] oak3: PROVE at 79: 79 commits\n"
	    "[ 2725] hub to oak3: PROOF at 79: 79 commits\n");
	assert_string_equal(dossier_is(oak3, ana), "open");
	assert_true(same_tables(oak1, oak3));
	end(world);
}

/* After whatever byte. */
static void
test_first_sync_cut_anywhere_is_whole(void **state)
{
	uint64_t bytes = FIRST_BYTES, ana;
	struct world *world = begin_with_much(&ana);

	(void)state;
	while (cut_once(world, ana, bytes))
		bytes += STEP_BYTES;
	assert_true(bytes > NOTES * NOTE_BYTES / 2);
	end(world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DIALOGUE(test_first_sync_goes_on_where_it_was_cut),
		DIALOGUE(test_first_sync_cut_anywhere_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
