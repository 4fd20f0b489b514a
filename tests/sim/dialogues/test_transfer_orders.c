/*
 * Oak cancels a transfer, Elm accepts it, Oak's other computer opens another
 * one, none knowing of the others.  They reach the hub in every order, under
 * clocks that disagree: the order of arrival decides, and no clock does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/sim/dialogues/dialogue.h"

enum {
	STEPS = 3,
	ORDERS = 6,
	OUTCOME_BYTES = 160,
	MINUTE_MS = 60 * 1000
};

struct scene {
	struct world *world;
	struct computer *computers[STEPS]; /* who cancels, accepts, opens */
	uint64_t ana, transfer;
	uint64_t steps[STEPS];
};

static const uint32_t orders[ORDERS][STEPS] = { { 0, 1, 2 }, { 0, 2, 1 },
	{ 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };

static void
begin_scene(struct scene *scene)
{
	struct world *world = begin_met("oak1 elm1 oak2 yew1");
	static const char *const names[STEPS] = { "oak1", "elm1", "oak2" };

	scene->world = world;
	for (uint32_t i = 0; i < STEPS; i++)
		scene->computers[i] = at(world, names[i]);
	scene->ana = admit(scene->computers[0], "Ana");
	scene->transfer = open_transfer(scene->computers[0], scene->ana, "elm");
	pass(world, 3000);
	(void)answer_transfer(scene->computers[1], scene->transfer, "ours");
	pass(world, 3000);
	for (uint32_t i = 0; i < STEPS; i++)
		unplug(scene->computers[i]);
	pass(world, 1000);
}

/* Minutes ahead of each other. */
static void
write_all(struct scene *scene, uint32_t clocks)
{
	for (uint32_t i = 0; i < STEPS; i++)
		set_clock(scene->computers[i],
		    (int64_t)orders[clocks][i] * MINUTE_MS);
	scene->steps[0] = cancel_transfer(scene->computers[0], scene->transfer);
	scene->steps[1] = accept_transfer(scene->computers[1], scene->transfer);
	scene->steps[2] = open_transfer(scene->computers[2], scene->ana, "yew");
}

/* What became of each, and of the child, as the hub has it. */
static void
describe(const struct scene *scene, char outcome[OUTCOME_BYTES])
{
	const char *became[STEPS];

	for (uint32_t i = 0; i < STEPS; i++) {
		const char *why =
		    refusal_of(scene->computers[i], scene->steps[i]);

		became[i] = holds(NULL, scene->steps[i]) ? "taken" : why;
	}
	snprintf(outcome, OUTCOME_BYTES,
	    "cancel %s, accept %s, second %s: %s, held by %s, open: %s",
	    became[0], became[1], became[2],
	    shown(NULL, scene->transfer, "state"),
	    shown(NULL, scene->ana, "holder"),
	    shown(NULL, scene->ana, "open_transfer"));
}

static void
play(const uint32_t order[STEPS], uint32_t clocks, char outcome[OUTCOME_BYTES])
{
	struct scene scene;

	begin_scene(&scene);
	write_all(&scene, clocks);
	for (uint32_t i = 0; i < STEPS; i++) {
		plug_in(scene.computers[order[i]]);
		pass(scene.world, 4000);
	}
	describe(&scene, outcome);
	end(scene.world);
}

/* Whoever comes first, be its clock the slowest or the fastest; the others are
 * set aside at their computers, where it is said why.  STEP: while the transfer
 * is open there is no second. */
static void
test_order_of_arrival_decides_and_no_clock_does(void **state)
{
	static const char *const expected[ORDERS] = {
		"cancel taken, accept STALE, second STALE: "
		"cancelled, held by oak, open: -",
		"cancel taken, accept STALE, second STALE: "
		"cancelled, held by oak, open: -",
		"cancel STALE, accept taken, second STALE: "
		"accepted, held by elm, open: -",
		"cancel STALE, accept taken, second STALE: "
		"accepted, held by elm, open: -",
		"cancel taken, accept STALE, second STEP: "
		"cancelled, held by oak, open: -",
		"cancel STALE, accept taken, second STEP: "
		"accepted, held by elm, open: -",
	};
	char outcome[OUTCOME_BYTES];

	(void)state;
	for (uint32_t i = 0; i < ORDERS; i++)
		for (uint32_t clocks = 0; clocks < ORDERS;
		     clocks += ORDERS - 1) {
			play(orders[i], clocks, outcome);
			assert_string_equal(outcome, expected[i]);
		}
}

/* --- cancelled, and opened anew ------------------------------------------- */

/* Oak cancels and sends the child elsewhere in one go, before or after Elm has
 * accepted; told as what is said, whichever clock is ahead. */
static void
play_anew(bool oak_first, int64_t oak_ahead_ms, char outcome[OUTCOME_BYTES])
{
	struct scene scene;
	struct computer *oak1, *elm1;

	begin_scene(&scene);
	oak1 = scene.computers[0];
	elm1 = scene.computers[1];
	set_clock(oak1, oak_ahead_ms);
	scene.steps[0] = cancel_transfer(oak1, scene.transfer);
	scene.steps[2] = open_transfer(oak1, scene.ana, "yew");
	scene.steps[1] = accept_transfer(elm1, scene.transfer);
	plug_in(oak_first ? oak1 : elm1);
	pass(scene.world, 4000);
	plug_in(oak_first ? elm1 : oak1);
	pass(scene.world, 4000);
	scene.computers[2] = oak1;
	describe(&scene, outcome);
	end(scene.world);
}

static void
test_second_transfer_stands_on_the_first(void **state)
{
	char outcome[OUTCOME_BYTES];

	(void)state;
	for (int64_t ahead = -2; ahead <= 2; ahead += 4) {
		play_anew(true, ahead * MINUTE_MS, outcome);
		assert_string_equal(outcome,
		    "cancel taken, accept STALE, second taken: "
		    "cancelled, held by oak, open: oak1#4");
		play_anew(false, ahead * MINUTE_MS, outcome);
		assert_string_equal(outcome,
		    "cancel STALE, accept taken, second STALE: "
		    "accepted, held by elm, open: -");
	}
}

/* What is said when Elm's acceptance comes after the child was sent on: its
 * file is closed there, and is purged. */
static void
test_late_acceptance_is_refused_and_the_file_purged(void **state)
{
	struct scene scene;
	struct world *world;
	struct computer *elm1;

	(void)state;
	begin_scene(&scene);
	world = scene.world;
	elm1 = scene.computers[1];
	(void)accept_transfer(elm1, scene.transfer);
	plug_in(scene.computers[0]);
	pass(world, 3000);
	(void)cancel_transfer(scene.computers[0], scene.transfer);
	(void)open_transfer(scene.computers[0], scene.ana, "yew");
	pass(world, 3000);
	quietly(world);
	plug_in(elm1);
	pass(world, 5000);
	expect(world, "[    0] elm1: is plugged in\n"
		      "[ 2034] elm1: HELLO cursor 23, 1 waiting\n"
		      "[ 2034] elm1: PUSH elm1#2\n"
		      "[ 2044] hub to elm1: WELCOME elm start 23, head 28\n"
		      "[ 2044] hub to elm1: ANSWER elm1#2 refused STALE\n"
		      "[ 2044] hub to elm1: STREAM 23..28: oak1#3+2 oak1#3+3\n"
		      "[ 2054] elm1: PUSH elm1#2+18\n"
		      "[ 2064] hub to elm1: ANSWER elm1#2+18 at 29\n"
		      "[ 2064] hub to elm1: STREAM 28..29: (elm1#2+18)\n"
		      "[ 2064] hub to oak1: STREAM 28..29: nothing\n"
		      "[ 2064] hub to yew1: STREAM 28..29: nothing\n"
		      "[ 3054] elm1: CONFIRM cursor 29\n"
		      "[ 3054] elm1: PROVE at 29: 22 commits\n"
		      "[ 3064] hub to elm1: PROOF at 29: 22 commits\n"
		      "[ 3074] oak1: CONFIRM cursor 29\n"
		      "[ 3074] oak1: PROVE at 29: 22 commits\n"
		      "[ 3074] yew1: CONFIRM cursor 29\n"
		      "[ 3074] yew1: PROVE at 29: 17 commits\n"
		      "[ 3084] hub to oak1: PROOF at 29: 22 commits\n"
		      "[ 3084] hub to yew1: PROOF at 29: 17 commits\n");
	assert_string_equal(dossier_is(elm1, scene.ana), "gone");
	assert_int_equal(count_of(at(world, "yew1"), "envelope"), 1);
	end(world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DIALOGUE(test_order_of_arrival_decides_and_no_clock_does),
		DIALOGUE(test_second_transfer_stands_on_the_first),
		DIALOGUE(test_late_acceptance_is_refused_and_the_file_purged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
