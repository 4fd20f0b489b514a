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

static void
test_first_sync_cut_anywhere_is_whole(void **state)
{
	struct world *world = begin_met("elm1 oak1 oak2");
	struct computer *oak1 = at(world, "oak1"), *oak3;
	struct random random = random_fork(1, 2);
	uint64_t bytes = FIRST_BYTES, ana;

	(void)state;
	ana = admit(oak1, "Ana");
	for (uint32_t i = 0; i < NOTES; i++)
		note_at_length(oak1, ana, &random);
	pass(world, 5000);
	oak3 = world_add_computer(world, oak1->school);
	assert_non_null(oak3);
	copy_disk(oak3);
	while (cut_once(world, ana, bytes))
		bytes += STEP_BYTES;
	assert_true(bytes > NOTES * NOTE_BYTES / 2);
	end(world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DIALOGUE(test_first_sync_cut_anywhere_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
