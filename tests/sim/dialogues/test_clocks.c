/*
 * A computer whose clock is a year wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sim/dialogues/dialogue.h"
#include "tests/sim/dialogues/trouble.h"

#define YEAR_MS (INT64_C(365) * 24 * 3600 * 1000)

/* What is stamped a year ahead is refused with CLOCK, stamped anew by the
 * hub's time and sent again by itself: nobody has to do anything. */
static void
test_clock_a_year_ahead_is_put_right(void **state)
{
	struct world *world = begin_met("elm1 oak1 oak2");
	struct computer *oak1 = at(world, "oak1"), *oak2 = at(world, "oak2");
	uint64_t ana;

	(void)state;
	ana = admit(oak1, "Ana");
	pass(world, 3000);
	quietly(world);

	set_clock(oak1, YEAR_MS);
	edit(oak1, ana, "forename", "Anna");
	pass(world, 3000);
	expect(world, "[    0] oak1: its clock is 31536000 s fast\n"
		      "[    0] oak1: writes oak1#2: forename = Anna\n"
		      "[   10] oak1: PUSH oak1#2\n"
		      "[   20] hub to oak1: ANSWER oak1#2 refused CLOCK\n"
		      "[   30] oak1: PUSH oak1#2\n"
		      "[   40] hub to oak2: STREAM 17..18: oak1#2\n"
		      "[   40] hub to oak1: ANSWER oak1#2 at 18\n"
		      "[   40] hub to oak1: STREAM 17..18: (oak1#2)\n"
		      "[ 1010] oak1: CONFIRM cursor 18\n"
		      "[ 1010] oak1: PROVE at 18: 18 commits\n"
		      "[ 1020] hub to oak1: PROOF at 18: 18 commits\n"
		      "[ 1050] oak2: CONFIRM cursor 18\n"
		      "[ 1050] oak2: PROVE at 18: 18 commits\n"
		      "[ 1060] hub to oak2: PROOF at 18: 18 commits\n");
	shows(oak2, ana, "forename", "Anna");
	assert_int_equal(waiting(oak1), 0);
	assert_int_equal(aside(oak1), 0);
	end(world);
}

/* No stamp of its wins for ever: of two values the later one is shown, though
 * the earlier was written by a clock a year ahead. */
static void
test_clock_a_year_ahead_does_not_win_for_ever(void **state)
{
	struct world *world = begin_met("elm1 oak1 oak2");
	struct computer *oak1 = at(world, "oak1"), *oak2 = at(world, "oak2");
	uint64_t ana;

	(void)state;
	ana = admit(oak1, "Ana");
	pass(world, 3000);
	unplug(oak1);
	unplug(oak2);
	set_clock(oak1, YEAR_MS);
	edit(oak1, ana, "forename", "Anna");
	plug_in(oak1);
	pass(world, 3000);
	edit(oak2, ana, "forename", "Anne");
	quietly(world);

	plug_in(oak2);
	pass(world, 4000);
	expect(world, "[    0] oak2: is plugged in\n"
		      "[  240] hub to elm1: STREAM 17..18: nothing\n"
		      "[  289] oak2: HELLO cursor 17, 1 waiting\n"
		      "[  289] oak2: PUSH oak2#1\n"
		      "[  299] hub to oak2: WELCOME oak start 17, head 18\n"
		      "[  299] hub to oak2: ANSWER oak2#1 at 19\n"
		      "[  299] hub to oak2: STREAM 17..19: oak1#2 (oak2#1)\n"
		      "[  299] hub to oak1: STREAM 18..19: oak2#1\n"
		      "[ 1250] elm1: CONFIRM cursor 18\n"
		      "[ 1250] elm1: PROVE at 18: 15 commits\n"
		      "[ 1260] hub to elm1: PROOF at 18: 15 commits\n"
		      "[ 1309] oak2: CONFIRM cursor 19\n"
		      "[ 1309] oak2: PROVE at 19: 19 commits\n"
		      "[ 1309] oak1: CONFIRM cursor 19\n"
		      "[ 1309] oak1: PROVE at 19: 19 commits\n"
		      "[ 1319] hub to oak2: PROOF at 19: 19 commits\n"
		      "[ 1319] hub to oak1: PROOF at 19: 19 commits\n");
	assert_int_equal(conflicts(oak1, ana), 1);
	shows(oak1, ana, "forename", "Anne");
	shows(oak2, ana, "forename", "Anne");
	shows(NULL, ana, "forename", "Anne");
	end(world);
}

/* Several that wait, each built on the one before, are all stamped anew and
 * keep their order. */
static void
test_what_waits_a_year_ahead_keeps_its_order(void **state)
{
	struct world *world = begin_met("elm1 oak1 oak2");
	struct computer *oak1 = at(world, "oak1"), *oak2 = at(world, "oak2");
	uint64_t ana;

	(void)state;
	unplug(oak1);
	set_clock(oak1, YEAR_MS);
	ana = admit(oak1, "Ana");
	edit(oak1, ana, "forename", "Anna");
	edit(oak1, ana, "forename", "Anne");
	quietly(world);

	plug_in(oak1);
	pass(world, 4000);
	expect(world,
	    "[    0] oak1: is plugged in\n"
	    "[  591] oak1: HELLO cursor 15, 3 waiting\n"
	    "[  591] oak1: PUSH oak1#1 oak1#2 oak1#3\n"
	    "[  601] hub to oak1: WELCOME oak start 15, head 15\n"
	    "[  601] hub to oak1: ANSWER oak1#1 refused CLOCK, oak1#2\n"
	    "          refused DOSSIER, oak1#3 refused DOSSIER\n"
	    "[  611] oak1: PUSH oak1#1 oak1#2 oak1#3\n"
	    "[  621] hub to oak1: ANSWER oak1#1 at 16, oak1#2 refused\n"
	    "          CLOCK, oak1#3 refused CLOCK\n"
	    "[  621] hub to oak1: STREAM 15..17: oak1#1+1\n"
	    "[  621] hub to oak2: STREAM 15..17: oak1#1+1\n"
	    "[  621] hub to elm1: STREAM 15..17: nothing\n"
	    "[  631] oak2: FILL oak1#1 0..16\n"
	    "[  641] hub to oak2: FILLED oak1#1 0..16: oak1#1, done\n"
	    "[ 1010] oak1: CONFIRM cursor 17\n"
	    "[ 1631] oak2: CONFIRM cursor 17\n"
	    "[ 1631] oak2: PROVE at 17: 17 commits\n"
	    "[ 1631] elm1: CONFIRM cursor 17\n"
	    "[ 1631] elm1: PROVE at 17: 15 commits\n"
	    "[ 1631] oak1: PUSH oak1#2 oak1#3\n"
	    "[ 1641] hub to oak1: ANSWER oak1#2 at 18, oak1#3 at 19\n"
	    "[ 1641] hub to oak1: STREAM 17..19: (oak1#2) (oak1#3)\n"
	    "[ 1641] hub to oak2: STREAM 17..19: oak1#2 oak1#3\n"
	    "[ 1641] hub to elm1: PROOF at 17: 15 commits\n"
	    "[ 2651] oak1: CONFIRM cursor 19\n"
	    "[ 2651] oak1: PROVE at 19: 19 commits\n"
	    "[ 2651] oak2: CONFIRM cursor 19\n"
	    "[ 2651] oak2: PROVE at 19: 19 commits\n"
	    "[ 2661] hub to oak1: PROOF at 19: 19 commits\n"
	    "[ 2661] hub to oak2: PROOF at 19: 19 commits\n");
	shows(oak2, ana, "forename", "Anne");
	assert_int_equal(aside(oak1), 0);
	assert_int_equal(conflicts(oak2, ana), 0);
	end(world);
}

/* A slow clock needs nothing: what it writes is later than what it saw. */
static void
test_clock_a_year_behind_needs_nothing(void **state)
{
	struct world *world = begin_met("elm1 oak1 oak2");
	struct computer *oak1 = at(world, "oak1"), *oak2 = at(world, "oak2");
	uint64_t ana;

	(void)state;
	ana = admit(oak2, "Ana");
	pass(world, 3000);
	quietly(world);

	set_clock(oak1, -YEAR_MS);
	edit(oak1, ana, "forename", "Anna");
	pass(world, 3000);
	expect(world, "[    0] oak1: its clock is 31536000 s slow\n"
		      "[    0] oak1: writes oak1#1: forename = Anna\n"
		      "[   10] oak1: PUSH oak1#1\n"
		      "[   20] hub to oak2: STREAM 17..18: oak1#1\n"
		      "[   20] hub to oak1: ANSWER oak1#1 at 18\n"
		      "[   20] hub to oak1: STREAM 17..18: (oak1#1)\n"
		      "[ 1030] oak2: CONFIRM cursor 18\n"
		      "[ 1030] oak2: PROVE at 18: 18 commits\n"
		      "[ 1030] oak1: CONFIRM cursor 18\n"
		      "[ 1030] oak1: PROVE at 18: 18 commits\n"
		      "[ 1040] hub to oak2: PROOF at 18: 18 commits\n"
		      "[ 1040] hub to oak1: PROOF at 18: 18 commits\n");
	shows(oak2, ana, "forename", "Anna");
	edit(oak2, ana, "forename", "Anne");
	pass(world, 3000);
	shows(oak1, ana, "forename", "Anne");
	assert_int_equal(conflicts(oak1, ana), 0);
	end(world);
}

/* The hub's own clock, a year behind and then a year ahead: to it all the
 * others are wrong, and still nothing is lost and everything goes on. */
static void
test_clock_of_the_hub_is_a_year_wrong(void **state)
{
	struct world *world = begin_met("elm1 oak1 oak2");
	struct computer *oak1 = at(world, "oak1"), *oak2 = at(world, "oak2");
	uint64_t ana;

	(void)state;
	ana = admit(oak1, "Ana");
	pass(world, 3000);
	for (int64_t years = -1; years <= 1; years++) {
		hub_node_stop(world);
		world->hub.clock_error_ms = years * YEAR_MS;
		hub_node_start(world);
		pass(world, 120000);
		edit(oak1, ana, "forename", years == 0 ? "Anne" : "Anna");
		pass(world, 20000);
		shows(oak2, ana, "forename", years == 0 ? "Anne" : "Anna");
		edit(oak2, ana, "forename", "Ana");
		pass(world, 20000);
		shows(oak1, ana, "forename", "Ana");
		assert_int_equal(aside(oak1) + aside(oak2), 0);
	}
	hub_node_stop(world);
	world->hub.clock_error_ms = 0;
	hub_node_start(world);
	pass(world, 120000);
	edit(oak2, ana, "forename", "Anja");
	pass(world, 20000);
	shows(oak1, ana, "forename", "Anja");
	end(world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DIALOGUE(test_clock_a_year_ahead_is_put_right),
		DIALOGUE(test_clock_a_year_ahead_does_not_win_for_ever),
		DIALOGUE(test_what_waits_a_year_ahead_keeps_its_order),
		DIALOGUE(test_clock_a_year_behind_needs_nothing),
		DIALOGUE(test_clock_of_the_hub_is_a_year_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
