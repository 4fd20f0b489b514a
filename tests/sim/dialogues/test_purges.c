/*
 * Files that a school may not have any longer: they leave each of its
 * computers, with a receipt, and a few a day.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/limits.h"
#include "tests/sim/dialogues/dialogue.h"
#include "tests/sim/dialogues/trouble.h"

/* --- a second computer that is away --------------------------------------- */

#define SECRET "quincejellycanary"

/* One computer purges at once.  The other is away with an unsent note: it is
 * sent and taken first, and then that computer purges as well. */
static void
test_purge_waits_at_a_computer_that_is_away(void **state)
{
	struct world *world = begin_met("elm1 elm2 oak1");
	struct computer *elm1 = at(world, "elm1"), *elm2 = at(world, "elm2");
	struct computer *oak1 = at(world, "oak1");
	uint64_t ana = admit(oak1, "Ana"), transfer, unsent;

	(void)state;
	note(oak1, ana, SECRET);
	transfer = open_transfer(oak1, ana, "elm");
	pass(world, 2000);
	answer_transfer(elm1, transfer, "ours");
	pass(world, 2000);
	unplug(elm2);
	unsent = note(elm2, ana, "Met the family.");
	pass(world, 2000);
	quietly(world);

	cancel_transfer(oak1, transfer);
	pass(world, 3000);
	expect(world, "[    0] oak1: writes oak1#4: cancels oak1#3\n"
		      "[   10] oak1: PUSH oak1#4\n"
		      "[   20] hub to oak1: ANSWER oak1#4 at 24\n"
		      "[   20] hub to oak1: STREAM 23..26: (oak1#4)\n"
		      "[   20] hub to elm1: STREAM 23..26: oak1#4+2 oak1#4+3\n"
		      "[   30] elm1: PUSH elm1#1+19\n"
		      "[   40] hub to elm1: ANSWER elm1#1+19 at 27\n"
		      "[   40] hub to elm1: STREAM 26..27: (elm1#1+19)\n"
		      "[ 1010] oak1: CONFIRM cursor 26\n"
		      "[ 1010] oak1: PROVE at 26: 21 commits\n"
		      "[ 1020] hub to oak1: PROOF at 26: 21 commits\n"
		      "[ 1030] elm1: CONFIRM cursor 27\n"
		      "[ 1030] elm1: PROVE at 27: 21 commits\n"
		      "[ 1040] hub to elm1: PROOF at 27: 21 commits\n");
	assert_string_equal(dossier_is(elm1, ana), "gone");
	assert_int_equal(count_of(NULL, "purge_receipt"), 1);
	assert_false(disk_contains(elm1->disk, bytes_of_text(SECRET)));
	assert_true(disk_contains(elm2->disk, bytes_of_text(SECRET)));

	plug_in(elm2);
	pass(world, 4000);
	expect(world, "[    0] elm2: is plugged in\n"
		      "[ 1013] elm2: HELLO cursor 23, 1 waiting\n"
		      "[ 1013] elm2: PUSH elm2#1\n"
		      "[ 1023] hub to elm2: WELCOME elm start 23, head 27\n"
		      "[ 1023] hub to elm2: ANSWER elm2#1 at 28\n"
		      "[ 1023] hub to elm2: STREAM 23..28: oak1#4+2 oak1#4+3\n"
		      "          elm1#1+19\n"
		      "[ 1023] hub to oak1: STREAM 26..28: elm2#1\n"
		      "[ 1033] elm2: PUSH elm2#1+1\n"
		      "[ 1043] hub to elm2: ANSWER elm2#1+1 at 29\n"
		      "[ 1043] hub to elm2: STREAM 28..29: (elm2#1+1)\n"
		      "[ 1043] hub to elm1: STREAM 27..29: elm2#1+1\n"
		      "[ 2033] elm2: CONFIRM cursor 29\n"
		      "[ 2033] elm2: PROVE at 29: 22 commits\n"
		      "[ 2033] oak1: CONFIRM cursor 28\n"
		      "[ 2033] oak1: PROVE at 28: 22 commits\n"
		      "[ 2043] hub to elm2: PROOF at 29: 22 commits\n"
		      "[ 2043] hub to oak1: PROOF at 28: 22 commits\n"
		      "[ 2053] elm1: CONFIRM cursor 29\n"
		      "[ 2053] elm1: PROVE at 29: 22 commits\n"
		      "[ 2063] hub to elm1: PROOF at 29: 22 commits\n");
	assert_true(holds(oak1, unsent));
	assert_string_equal(dossier_is(elm2, ana), "gone");
	assert_int_equal(count_of(NULL, "purge_receipt"), 2);
	assert_false(disk_contains(elm2->disk, bytes_of_text(SECRET)));
	end(world);
}

/* --- a hub that closes everything ----------------------------------------- */

enum {
	CHILDREN = LIMIT_CLOSES_PER_DAY + 5
};

static uint32_t
count_gone(struct computer *computer, const uint64_t *children)
{
	uint32_t gone = 0;

	for (uint32_t i = 0; i < CHILDREN; i++)
		gone += strcmp(dossier_is(computer, children[i]), "gone") == 0;
	return gone;
}

/* Fifty closes a day are obeyed.  More wait for a person, and are said to. */
static void
test_more_than_fifty_closes_a_day_wait(void **state)
{
	struct world *world = begin_met("elm1 oak1");
	struct computer *elm1 = at(world, "elm1"), *oak1 = at(world, "oak1");
	uint64_t children[CHILDREN], transfers[CHILDREN];

	(void)state;
	for (uint32_t i = 0; i < CHILDREN; i++) {
		children[i] = admit(oak1, "Ana");
		transfers[i] = open_transfer(oak1, children[i], "elm");
	}
	pass(world, 3000);
	for (uint32_t i = 0; i < CHILDREN; i++)
		answer_transfer(elm1, transfers[i], "ours");
	pass(world, 5000);
	assert_string_equal(dossier_is(elm1, children[0]), "open");
	for (uint32_t i = 0; i < CHILDREN; i++)
		cancel_transfer(oak1, transfers[i]);
	pass(world, 10000);
	assert_int_equal(count_gone(elm1, children), LIMIT_CLOSES_PER_DAY);
	assert_string_equal(dossier_is(elm1, children[CHILDREN - 1]),
	    "closing");
	pass(world, 3 * 3600 * 1000);
	assert_int_equal(count_gone(elm1, children), LIMIT_CLOSES_PER_DAY);
	end(world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DIALOGUE(test_purge_waits_at_a_computer_that_is_away),
		DIALOGUE(test_more_than_fifty_closes_a_day_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
