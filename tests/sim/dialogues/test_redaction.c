/*
 * What must be forgotten: a change is named, every replica drops its values,
 * and keeps that it was there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sim/dialogues/dialogue.h"

#define SECRET "Canary-of-another-child"

static void
expect_forgotten(struct world *world)
{
	struct bytes secret = bytes_of_text(SECRET);

	for (uint32_t i = 0; i < world->computer_count; i++)
		if (disk_contains(world->computers[i].disk, secret))
			fail_msg("%s has it still", world->computers[i].name);
	if (disk_contains(world->hub.disk, secret))
		fail_msg("the hub has it still");
}

/* Whoever has the change drops its values when the redaction comes. */
static void
test_redaction_comes_after_its_change(void **state)
{
	struct world *world = begin_met("oak1 oak2");
	struct computer *oak1 = at(world, "oak1"), *oak2 = at(world, "oak2");
	uint64_t ana = admit(oak1, "Ana"), wrong;

	(void)state;
	wrong = note(oak1, ana, SECRET);
	pass(world, 3000);
	shows(oak2, wrong, "text", SECRET);
	quietly(world);
	(void)redact(oak1, ana, wrong);
	pass(world, 3000);
	expect(world, "[    0] oak1: writes oak1#3: redacts oak1#2\n"
		      "[   10] oak1: PUSH oak1#3\n"
		      "[   20] hub to oak2: STREAM 17..18: oak1#3\n"
		      "[   20] hub to oak1: ANSWER oak1#3 at 18\n"
		      "[   20] hub to oak1: STREAM 17..18: (oak1#3)\n"
		      "[ 1030] oak2: CONFIRM cursor 18\n"
		      "[ 1030] oak2: PROVE at 18: 18 commits\n"
		      "[ 1030] oak1: CONFIRM cursor 18\n"
		      "[ 1030] oak1: PROVE at 18: 18 commits\n"
		      "[ 1040] hub to oak2: PROOF at 18: 18 commits\n"
		      "[ 1040] hub to oak1: PROOF at 18: 18 commits\n");
	shows(oak1, wrong, "text", "-");
	shows(oak2, wrong, "text", "-");
	expect_forgotten(world);
	end(world);
}

/* Whoever gets the file later gets the change without its values (a star),
 * with the digest by which it is counted all the same. */
static void
test_redacted_change_comes_without_values(void **state)
{
	struct world *world = begin_met("oak1 elm1");
	struct computer *oak1 = at(world, "oak1"), *elm1 = at(world, "elm1");
	uint64_t ana = admit(oak1, "Ana"), wrong, transfer;

	(void)state;
	wrong = note(oak1, ana, SECRET);
	pass(world, 3000);
	(void)redact(oak1, ana, wrong);
	transfer = open_transfer(oak1, ana, "elm");
	pass(world, 3000);
	quietly(world);
	(void)answer_transfer(elm1, transfer, "ours");
	pass(world, 3000);
	expect(world,
	    "[    0] elm1: writes elm1#1: answers oak1#4: ours\n"
	    "[   10] elm1: PUSH elm1#1\n"
	    "[   20] hub to elm1: ANSWER elm1#1 at 21\n"
	    "[   20] hub to elm1: STREAM 20..23: (elm1#1) elm1#1+1 elm1#1+2\n"
	    "[   20] hub to oak1: STREAM 20..23: elm1#1+2\n"
	    "[   30] elm1: FILL oak1#1 0..21\n"
	    "[   40] hub to elm1: FILLED oak1#1 0..21: oak1#1 oak1#2*\n"
	    "          oak1#3 oak1#4, done\n"
	    "[ 1030] elm1: CONFIRM cursor 23\n"
	    "[ 1030] elm1: PROVE at 23: 22 commits\n"
	    "[ 1030] oak1: CONFIRM cursor 23\n"
	    "[ 1030] oak1: PROVE at 23: 20 commits\n"
	    "[ 1040] hub to elm1: PROOF at 23: 22 commits\n"
	    "[ 1040] hub to oak1: PROOF at 23: 20 commits\n");
	shows(elm1, wrong, "text", "-");
	expect_forgotten(world);
	end(world);
}

/* Written, and redacted, before either was sent: the hub takes both in their
 * order. */
static void
test_both_wait_at_one_computer(void **state)
{
	struct world *world = begin_met("oak1 oak2");
	struct computer *oak1 = at(world, "oak1");
	uint64_t ana = admit(oak1, "Ana"), wrong;

	(void)state;
	pass(world, 3000);
	unplug(oak1);
	pass(world, 1000);
	wrong = note(oak1, ana, SECRET);
	(void)redact(oak1, ana, wrong);
	quietly(world);
	plug_in(oak1);
	pass(world, 5000);
	expect(world, "[    0] oak1: is plugged in\n"
		      "[  490] oak1: HELLO cursor 16, 2 waiting\n"
		      "[  490] oak1: PUSH oak1#2 oak1#3\n"
		      "[  500] hub to oak1: WELCOME oak start 16, head 16\n"
		      "[  500] hub to oak1: ANSWER oak1#2 at 17, oak1#3 at 18\n"
		      "[  500] hub to oak1: STREAM 16..18: (oak1#2) (oak1#3)\n"
		      "[  500] hub to oak2: STREAM 16..18: oak1#2* oak1#3\n"
		      "[ 1510] oak1: CONFIRM cursor 18\n"
		      "[ 1510] oak1: PROVE at 18: 18 commits\n"
		      "[ 1510] oak2: CONFIRM cursor 18\n"
		      "[ 1510] oak2: PROVE at 18: 18 commits\n"
		      "[ 1520] hub to oak1: PROOF at 18: 18 commits\n"
		      "[ 1520] hub to oak2: PROOF at 18: 18 commits\n");
	assert_int_equal(aside(oak1), 0);
	shows(at(world, "oak2"), wrong, "text", "-");
	expect_forgotten(world);
	end(world);
}

/* The hub is restored to before the change.  The redaction is offered by who
 * heard of it, the change with its values by who was away: it comes after its
 * redaction, and the values go no further. */
static void
test_change_is_offered_after_its_redaction(void **state)
{
	struct world *world = begin_met("oak1 oak2");
	struct computer *oak1 = at(world, "oak1"), *oak2 = at(world, "oak2");
	uint64_t ana = admit(oak1, "Ana"), wrong;

	(void)state;
	pass(world, 3000);
	back_up_hub(world);
	wrong = note(oak1, ana, SECRET);
	pass(world, 3000);
	unplug(oak2);
	pass(world, 1000);
	shows(oak2, wrong, "text", SECRET);
	(void)redact(oak1, ana, wrong);
	pass(world, 3000);
	quietly(world);
	hub_node_restore(world);
	pass(world, 6000);
	plug_in(oak2);
	pass(world, 10000);
	expect(world,
	    "[    0] hub:  is killed\n"
	    "[    0] hub:  is restored\n"
	    "[    0] hub:  starts\n"
	    "[  484] oak1: HELLO cursor 18, 0 waiting\n"
	    "[  494] hub to oak1: WELCOME oak start 16, head 16, 2\n"
	    "          generations, collecting, offer\n"
	    "[  504] oak1: OFFER of ed33: oak1#2* oak1#3 and no more\n"
	    "[  514] hub to oak1: OFFERED of ed33: kept to 18, all\n"
	    "[ 1504] oak1: CONFIRM cursor 16\n"
	    "[ 6000] oak2: is plugged in\n"
	    "[ 7718] oak2: HELLO cursor 17, 0 waiting\n"
	    "[ 7728] hub to oak2: WELCOME oak start 16, head 16, 2\n"
	    "          generations, collecting, offer\n"
	    "[ 7738] oak2: OFFER of ed33: oak1#2 and no more\n"
	    "[ 7748] hub to oak2: GOODBYE STOPPING: the hub has what its\n"
	    "          schools held: connect again\n"
	    "[ 7748] hub to oak1: GOODBYE STOPPING: the hub has what its\n"
	    "          schools held: connect again\n"
	    "[ 8135] oak1: HELLO cursor 16, 2 generations, 0 waiting\n"
	    "[ 8145] hub to oak1: WELCOME oak start 16, head 18, 2\n"
	    "          generations\n"
	    "[ 8145] hub to oak1: STREAM 16..18: (oak1#2) (oak1#3)\n"
	    "[ 9155] oak1: CONFIRM cursor 18\n"
	    "[ 9155] oak1: PROVE at 18: 18 commits\n"
	    "[ 9165] hub to oak1: PROOF at 18: 18 commits\n"
	    "[10160] oak2: HELLO cursor 16, 2 generations, 0 waiting\n"
	    "[10170] hub to oak2: WELCOME oak start 16, head 18, 2\n"
	    "          generations\n"
	    "[10170] hub to oak2: STREAM 16..18: oak1#2* oak1#3\n"
	    "[10180] oak2: CONFIRM cursor 18\n"
	    "[10180] oak2: PROVE at 18: 18 commits\n"
	    "[10190] hub to oak2: PROOF at 18: 18 commits\n");
	shows(oak2, wrong, "text", "-");
	shows(NULL, wrong, "text", "-");
	disk_destroy(world->hub.kept);
	world->hub.kept = NULL;
	expect_forgotten(world);
	end(world);
}

/* The other way round: the values are offered first. */
static void
test_redaction_is_offered_after_its_change(void **state)
{
	struct world *world = begin_met("oak1 oak2");
	struct computer *oak1 = at(world, "oak1"), *oak2 = at(world, "oak2");
	uint64_t ana = admit(oak1, "Ana"), wrong;

	(void)state;
	pass(world, 3000);
	back_up_hub(world);
	wrong = note(oak1, ana, SECRET);
	pass(world, 3000);
	unplug(oak2);
	pass(world, 1000);
	(void)redact(oak1, ana, wrong);
	pass(world, 3000);
	unplug(oak1);
	pass(world, 1000);
	quietly(world);
	hub_node_restore(world);
	plug_in(oak2);
	pass(world, 6000);
	plug_in(oak1);
	pass(world, 10000);
	expect(world,
	    "[    0] hub:  is killed\n"
	    "[    0] hub:  is restored\n"
	    "[    0] hub:  starts\n"
	    "[    0] oak2: is plugged in\n"
	    "[  810] oak2: HELLO cursor 17, 0 waiting\n"
	    "[  820] hub to oak2: WELCOME oak start 16, head 16, 2\n"
	    "          generations, collecting, offer\n"
	    "[  830] oak2: OFFER of ed33: oak1#2 and no more\n"
	    "[  840] hub to oak2: OFFERED of ed33: kept to 17, all\n"
	    "[ 1830] oak2: CONFIRM cursor 16\n"
	    "[ 6000] oak1: is plugged in\n"
	    "[ 6690] oak1: HELLO cursor 18, 0 waiting\n"
	    "[ 6700] hub to oak1: WELCOME oak start 16, head 16, 2\n"
	    "          generations, collecting, offer\n"
	    "[ 6710] oak1: OFFER of ed33: oak1#2* oak1#3 and no more\n"
	    "[ 6720] hub to oak1: GOODBYE STOPPING: the hub has what its\n"
	    "          schools held: connect again\n"
	    "[ 6720] hub to oak2: GOODBYE STOPPING: the hub has what its\n"
	    "          schools held: connect again\n"
	    "[ 7069] oak2: HELLO cursor 16, 2 generations, 0 waiting\n"
	    "[ 7079] hub to oak2: WELCOME oak start 16, head 18, 2\n"
	    "          generations\n"
	    "[ 7079] hub to oak2: STREAM 16..18: oak1#2* oak1#3\n"
	    "[ 8089] oak2: CONFIRM cursor 18\n"
	    "[ 8089] oak2: PROVE at 18: 18 commits\n"
	    "[ 8099] hub to oak2: PROOF at 18: 18 commits\n"
	    "[ 9142] oak1: HELLO cursor 16, 2 generations, 0 waiting\n"
	    "[ 9152] hub to oak1: WELCOME oak start 16, head 18, 2\n"
	    "          generations\n"
	    "[ 9152] hub to oak1: STREAM 16..18: (oak1#2) (oak1#3)\n"
	    "[ 9162] oak1: CONFIRM cursor 18\n"
	    "[ 9162] oak1: PROVE at 18: 18 commits\n"
	    "[ 9172] hub to oak1: PROOF at 18: 18 commits\n");
	shows(oak2, wrong, "text", "-");
	expect_forgotten(world);
	end(world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DIALOGUE(test_redaction_comes_after_its_change),
		DIALOGUE(test_redacted_change_comes_without_values),
		DIALOGUE(test_both_wait_at_one_computer),
		DIALOGUE(test_change_is_offered_after_its_redaction),
		DIALOGUE(test_redaction_is_offered_after_its_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
