/*
 * The hub is restored, and gets back from its schools what it lost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sim/dialogues/dialogue.h"
#include "tests/sim/dialogues/trouble.h"

enum {
	STEPS = 8,
	SCHOOLS = 3,
	ORDERS = 6
};

static const uint8_t orders[ORDERS][SCHOOLS] = { { 0, 1, 2 }, { 0, 2, 1 },
	{ 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };

/* --- a story -------------------------------------------------------------- */

struct story {
	struct world *world;
	uint64_t ana;
	uint64_t transfer;
};

static struct story
story_begin(void)
{
	struct story story = { .world = begin_met("elm1 oak1 yew1 oak2") };

	return story;
}

/* A child of Oak moves to Elm; Elm writes; and then another does not. */
static void
story_step(struct story *story, uint32_t step)
{
	struct computer *oak1 = at(story->world, "oak1");
	struct computer *elm1 = at(story->world, "elm1");

	switch (step) {
	case 1:
		story->ana = admit(oak1, "Ana");
		break;
	case 2:
		story->transfer = open_transfer(oak1, story->ana, "elm");
		break;
	case 3:
		answer_transfer(elm1, story->transfer, "ours");
		break;
	case 4:
		note(oak1, story->ana, "Before.");
		break;
	case 5:
		accept_transfer(elm1, story->transfer);
		break;
	case 6:
		note(elm1, story->ana, "After.");
		break;
	case 7:
		story->transfer = open_transfer(elm1, story->ana, "yew");
		break;
	default:
		cancel_transfer(elm1, story->transfer);
		break;
	}
	pass(story->world, 4000);
}

static void
story_tell(struct story *story, uint32_t from, uint32_t to)
{
	for (uint32_t step = from; step <= to; step++)
		story_step(story, step);
}

/* As many children, notes and holders as there were before. */
static void
story_expect_whole(struct story *story)
{
	struct world *world = story->world;

	assert_false(hub_collects(world));
	none_lost_or_forged(world);
	shows(NULL, story->ana, "holder", "elm");
	shows(NULL, story->transfer, "state", "cancelled");
	assert_int_equal(count_of(at(world, "elm1"), "note"), 2);
	assert_int_equal(count_of(at(world, "oak1"), "note"), 1);
	assert_int_equal(count_of(at(world, "oak2"), "note"), 1);
	assert_int_equal(count_of(at(world, "yew1"), "note"), 0);
	assert_string_equal(dossier_is(at(world, "oak2"), story->ana),
	    "frozen");
}

static void
unplug_all(struct world *world)
{
	for (uint32_t i = 0; i < world->computer_count; i++)
		unplug(&world->computers[i]);
	pass(world, 2000);
}

static void
plug_in_school(struct world *world, uint32_t school)
{
	for (uint32_t i = 0; i < world->computer_count; i++)
		if (world->computers[i].school == school)
			plug_in(&world->computers[i]);
	pass(world, 4000);
}

/* --- once, to read -------------------------------------------------------- */

static void
two_schools_offer(struct world *world)
{
	plug_in_school(world, 2);
	plug_in_school(world, 0);
	assert_true(hub_collects(world));
	expect(world,
	    "[    0] hub:  is killed\n"
	    "[    0] hub:  is restored\n"
	    "[    0] hub:  starts\n"
	    "[    0] yew1: is plugged in\n"
	    "[  168] yew1: HELLO cursor 32, 0 waiting\n"
	    "[  178] hub to yew1: WELCOME yew start 24, head 24, 2\n"
	    "          generations, collecting, offer\n"
	    "[  188] yew1: OFFER of ed33: elm1#4+2 elm1#5+2 and no more\n"
	    "[  198] hub to yew1: OFFERED of ed33: kept to 32, all\n"
	    "[ 1188] yew1: CONFIRM cursor 24\n"
	    "[ 4000] elm1: is plugged in\n"
	    "[ 4878] elm1: HELLO cursor 32, 0 waiting\n"
	    "[ 4888] hub to elm1: WELCOME elm start 24, head 24, 2\n"
	    "          generations, collecting, offer\n"
	    "[ 4898] elm1: OFFER of ed33: elm1#2 elm1#2+3 elm1#3 elm1#4\n"
	    "          elm1#5 and no more\n"
	    "[ 4908] hub to elm1: OFFERED of ed33: kept to 31, all\n"
	    "[ 5898] elm1: CONFIRM cursor 24\n");
}

/* Nobody is connected, and the hub is as it was at its first backup. */
static void
lose_the_hub(struct world *world)
{
	unplug_all(world);
	quietly(world);
	restore_hub_from(world, 0);
}

/* The backup was made before the acceptance.  Each school offers what it holds
 * with the hub's marks; when the last one has, the hub has all again and goes
 * on in a new generation. */
static void
test_hub_gets_back_what_its_schools_hold(void **state)
{
	struct story story = story_begin();
	struct world *world = story.world;

	(void)state;
	story_tell(&story, 1, 4);
	back_up_hub_as(world, 0);
	story_tell(&story, 5, STEPS);
	lose_the_hub(world);
	two_schools_offer(world);
	plug_in_school(world, 1);
	expect(world,
	    "[    0] oak1: is plugged in\n"
	    "[    0] oak2: is plugged in\n"
	    "[  621] oak1: HELLO cursor 32, 0 waiting\n"
	    "[  631] hub to oak1: WELCOME oak start 24, head 24, 2\n"
	    "          generations, collecting, offer\n"
	    "[  641] oak1: OFFER of ed33: elm1#2 elm1#2+2 and no more\n"
	    "[  641] oak1: CONFIRM cursor 24\n"
	    "[  651] hub to oak1: OFFERED of ed33: kept to 26, all\n"
	    "[ 1050] oak2: HELLO cursor 32, 0 waiting\n"
	    "[ 1060] hub to oak2: WELCOME oak start 24, head 24, 2\n"
	    "          generations, collecting, offer\n"
	    "[ 1070] oak2: OFFER of ed33: elm1#2 elm1#2+2 and no more\n"
	    "[ 1070] oak2: CONFIRM cursor 24\n"
	    "[ 1080] hub to oak2: GOODBYE STOPPING: the hub has what its\n"
	    "          schools held: connect again\n"
	    "[ 1080] hub to oak1: GOODBYE STOPPING: the hub has what its\n"
	    "          schools held: connect again\n"
	    "[ 1080] hub to elm1: GOODBYE STOPPING: the hub has what its\n"
	    "          schools held: connect again\n"
	    "[ 1080] hub to yew1: GOODBYE STOPPING: the hub has what its\n"
	    "          schools held: connect again\n"
	    "[ 1419] oak1: HELLO cursor 24, 2 generations, 0 waiting\n"
	    "[ 1429] hub to oak1: WELCOME oak start 24, head 32, 2\n"
	    "          generations\n"
	    "[ 1429] hub to oak1: STREAM 24..32: elm1#2 elm1#2+2\n"
	    "[ 1521] elm1: HELLO cursor 24, 2 generations, 0 waiting\n"
	    "[ 1531] hub to elm1: WELCOME elm start 24, head 32, 2\n"
	    "          generations\n"
	    "[ 1531] hub to elm1: STREAM 24..32: (elm1#2) elm1#2+3 (elm1#3)\n"
	    "          (elm1#4) (elm1#5)\n"
	    "[ 1535] yew1: HELLO cursor 24, 2 generations, 0 waiting\n"
	    "[ 1545] hub to yew1: WELCOME yew start 24, head 32, 2\n"
	    "          generations\n"
	    "[ 1545] hub to yew1: STREAM 24..32: elm1#4+2 elm1#5+2\n"
	    "[ 2147] oak2: HELLO cursor 24, 2 generations, 0 waiting\n"
	    "[ 2157] hub to oak2: WELCOME oak start 24, head 32, 2\n"
	    "          generations\n"
	    "[ 2157] hub to oak2: STREAM 24..32: elm1#2 elm1#2+2\n"
	    "[ 2439] oak1: CONFIRM cursor 32\n"
	    "[ 2439] oak1: PROVE at 32: 23 commits\n"
	    "[ 2449] hub to oak1: PROOF at 32: 23 commits\n"
	    "[ 2541] elm1: CONFIRM cursor 32\n"
	    "[ 2541] elm1: PROVE at 32: 28 commits\n"
	    "[ 2551] hub to elm1: PROOF at 32: 28 commits\n"
	    "[ 2555] yew1: CONFIRM cursor 32\n"
	    "[ 2555] yew1: PROVE at 32: 18 commits\n"
	    "[ 2565] hub to yew1: PROOF at 32: 18 commits\n"
	    "[ 3167] oak2: CONFIRM cursor 32\n"
	    "[ 3167] oak2: PROVE at 32: 23 commits\n"
	    "[ 3177] hub to oak2: PROOF at 32: 23 commits\n");
	story_expect_whole(&story);
	end(world);
}

/* --- and everywhere ------------------------------------------------------- */

/* Whichever step the backup was made after, and whoever comes back first: no
 * commit is lost and none is forged. */
static void
test_any_backup_and_any_order_bring_all_back(void **state)
{
	struct story story = story_begin();
	struct world *world = story.world;

	(void)state;
	back_up_hub_as(world, 0);
	for (uint32_t step = 1; step <= STEPS; step++) {
		story_step(&story, step);
		back_up_hub_as(world, step);
	}
	for (uint32_t i = 0; i < (STEPS + 1) * ORDERS; i++) {
		unplug_all(world);
		restore_hub_from(world, i / ORDERS);
		for (uint32_t j = 0; j < SCHOOLS; j++) {
			assert_true(hub_collects(world));
			plug_in_school(world, orders[i % ORDERS][j]);
		}
		world_calm(world);
		story_expect_whole(&story);
	}
	end(world);
}

/* Restored again before the first time is over, to an earlier backup; and then
 * to one that was made while it collected. */
static void
test_two_restores_in_a_row_lose_nothing(void **state)
{
	struct story story = story_begin();
	struct world *world = story.world;

	(void)state;
	back_up_hub_as(world, 0);
	story_tell(&story, 1, 4);
	back_up_hub_as(world, 1);
	story_tell(&story, 5, 6);
	unplug_all(world);
	restore_hub_from(world, 1);
	plug_in_school(world, 0);
	assert_true(hub_collects(world));
	back_up_hub_as(world, 2);
	unplug_all(world);
	restore_hub_from(world, 0);
	for (uint32_t i = 0; i < SCHOOLS; i++)
		plug_in_school(world, i);
	assert_false(hub_collects(world));
	story_tell(&story, 7, STEPS);
	story_expect_whole(&story);

	unplug_all(world);
	restore_hub_from(world, 2);
	for (uint32_t i = 0; i < SCHOOLS; i++)
		plug_in_school(world, i);
	world_calm(world);
	story_expect_whole(&story);
	end(world);
}

/* A computer that joined after the backup has a certificate that the hub does
 * not know.  It may offer, whoever comes first, and is known again by that. */
static void
test_computer_that_joined_after_the_backup_belongs_again(void **state)
{
	struct story story = story_begin();
	struct world *world = story.world;
	struct computer *oak3, *yew2;

	(void)state;
	story_tell(&story, 1, 3);
	back_up_hub_as(world, 0);
	oak3 = world_add_computer(world, at(world, "oak1")->school);
	assert_non_null(oak3);
	computer_start(oak3);
	pass(world, 4000);
	story_tell(&story, 4, 7);
	note(at(world, "elm1"), story.ana, "A third.");
	cancel_transfer(at(world, "elm1"), story.transfer);
	admit(oak3, "Bea");
	pass(world, 4000);
	for (uint32_t i = 0; i < ORDERS; i++) {
		unplug_all(world);
		restore_hub_from(world, 0);
		for (uint32_t j = 0; j < SCHOOLS; j++)
			plug_in_school(world, orders[i][j]);
		world_calm(world);
		none_lost_or_forged(world);
		assert_true(same_tables(oak3, at(world, "oak1")));
	}
	yew2 = world_add_computer(world, at(world, "yew1")->school);
	assert_non_null(yew2);
	assert_true(yew2->site > oak3->site);
	computer_start(yew2);
	end(world);
}

/* Work that was written meanwhile waits: the hub says LATER, and takes it when
 * it has back what that builds on. */
static void
test_what_was_written_meanwhile_goes_afterwards(void **state)
{
	struct story story = story_begin();
	struct world *world = story.world;
	uint64_t later;

	(void)state;
	story_tell(&story, 1, 1);
	back_up_hub_as(world, 0);
	story_tell(&story, 2, STEPS);
	unplug_all(world);
	restore_hub_from(world, 0);
	later = edit(at(world, "elm1"), story.ana, "forename", "Anna");
	quietly(world);

	plug_in_school(world, 0);
	expect(world,
	    "[    0] elm1: is plugged in\n"
	    "[ 1072] elm1: HELLO cursor 32, 1 waiting\n"
	    "[ 1072] elm1: PUSH elm1#6\n"
	    "[ 1082] hub to elm1: WELCOME elm start 18, head 18, 2\n"
	    "          generations, collecting, offer\n"
	    "[ 1082] hub to elm1: ANSWER elm1#6 refused LATER\n"
	    "[ 1092] elm1: OFFER of ed33: oak1#2 oak1#2+2 elm1#1 elm1#1+1\n"
	    "          elm1#1+2 oak1#3 elm1#2 elm1#2+3 elm1#3 elm1#4 elm1#5\n"
	    "          and no more\n"
	    "[ 1102] hub to elm1: OFFERED of ed33: kept to 31, all\n"
	    "[ 2092] elm1: CONFIRM cursor 18\n");
	assert_string_equal(refusal_of(at(world, "elm1"), later), "waits");
	plug_in_school(world, 1);
	plug_in_school(world, 2);
	pass(world, 60000);
	story_expect_whole(&story);
	shows(NULL, story.ana, "forename", "Anna");
	end(world);
}

/* Nothing is left of the hub but its keys: schools, computers and files come
 * from those whom it does not know yet. */
static void
test_hub_of_which_only_the_keys_are_left_gets_all_back(void **state)
{
	struct story story = story_begin();
	struct world *world = story.world;

	(void)state;
	story_tell(&story, 1, STEPS);
	unplug_all(world);
	quietly(world);

	rebuild_hub(world);
	plug_in_school(world, 0);
	expect(world,
	    "[    0] hub:  is killed\n"
	    "[    0] hub:  is restored\n"
	    "[    0] hub:  starts\n"
	    "[    0] elm1: is plugged in\n"
	    "[ 1072] elm1: HELLO cursor 32, 0 waiting\n"
	    "[ 1082] hub to elm1: WELCOME partnership start 0, head 0,\n"
	    "          collecting, offer\n"
	    "[ 1092] elm1: OFFER of ed33: elm oak yew fir bay rowan hazel\n"
	    "          larch maple cedar birch ash hub#1 hub#2 hub#3 hub#4\n"
	    "          oak1#1 oak1#2 oak1#2+2 elm1#1 elm1#1+1 elm1#1+2\n"
	    "          oak1#3 elm1#2 elm1#2+3 elm1#3 elm1#4 elm1#5 and no\n"
	    "          more\n"
	    "[ 1102] hub to elm1: OFFERED of ed33: kept to 31, all\n"
	    "[ 2092] elm1: CONFIRM cursor 0\n");
	plug_in_school(world, 1);
	plug_in_school(world, 2);
	pass(world, 60000);
	story_expect_whole(&story);
	end(world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DIALOGUE(test_hub_gets_back_what_its_schools_hold),
		DIALOGUE(test_any_backup_and_any_order_bring_all_back),
		DIALOGUE(test_two_restores_in_a_row_lose_nothing),
		DIALOGUE(
		    test_computer_that_joined_after_the_backup_belongs_again),
		DIALOGUE(test_what_was_written_meanwhile_goes_afterwards),
		DIALOGUE(
		    test_hub_of_which_only_the_keys_are_left_gets_all_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
