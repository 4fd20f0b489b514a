/*
 * A night: the sets of a computer and of the hub are compared, and what
 * differs is mended (section 17 of PROTOCOL.md).
 */
#include "tests/sim/dialogues/night_story.h"

static const char zeroing[] = "UPDATE ledger SET bytes ="
			      " zeroblob(length(bytes)) WHERE id = ?1";
static const char forging[] = "UPDATE ledger SET mark ="
			      " zeroblob(length(mark)) WHERE id = ?1";

/* Nothing differs: one exchange, and what was found. */
static void
test_quiet_night_is_one_exchange(void **state)
{
	struct story story = story_begin();

	(void)state;
	compare(story.oak1);
	pass(story.world, 2000);
	expect(story.world,
	    "[   10] oak1: RECONCILE at 18: 18 commits\n"
	    "[   20] hub to oak1: RECONCILED equal\n"
	    "[   30] oak1: FOUND at 18: equal, 1 rounds, 81 bytes\n"
	    "[   40] hub to oak1: NIGHT in 65631 s\n");
	story_end(&story);
}

/* The first cells tell which it is; it is brought, and the tables are made
 * anew. */
static void
test_commit_missing_here_is_brought(void **state)
{
	struct story story = story_begin();

	(void)state;
	spoil(story.world, story.oak1, losing, story.ana);
	compare(story.oak1);
	pass(story.world, 2000);
	expect(story.world,
	    "[    0] oak1: has gone bad: oak1#1\n"
	    "[   10] oak1: RECONCILE at 18: 17 commits\n"
	    "[   20] hub to oak1: RECONCILED differs: 18 commits, cells of\n"
	    "          416 bytes\n"
	    "[   30] oak1: MEND wants 1\n"
	    "[   40] hub to oak1: MENDED brings oak1#1\n"
	    "[   50] oak1: FOUND at 18: mended, 1 only at the hub,\n"
	    "          refolded, 2 rounds, 633 bytes\n"
	    "[   60] hub to oak1: NIGHT in 65631 s\n"
	    "[ 1010] oak1: PROVE at 18: 18 commits\n"
	    "[ 1020] hub to oak1: PROOF at 18: 18 commits\n");
	story_end(&story);
}

/* By its mark the hub knows that it had it, and where. */
static void
test_commit_missing_at_the_hub_is_put_back_at_its_place(void **state)
{
	struct story story = story_begin();

	(void)state;
	spoil(story.world, NULL, losing, story.ana);
	compare(story.oak1);
	pass(story.world, 2000);
	expect(story.world,
	    "[    0] hub:  has gone bad: oak1#1\n"
	    "[   10] oak1: RECONCILE at 18: 18 commits\n"
	    "[   20] hub to oak1: RECONCILED differs: 17 commits, cells of\n"
	    "          416 bytes\n"
	    "[   30] oak1: MEND oak1#1\n"
	    "[   40] hub to oak1: MENDED at 15\n"
	    "[   50] oak1: FOUND at 18: mended, 1 only here, refolded, 2\n"
	    "          rounds, 637 bytes\n"
	    "[   60] hub to oak1: NIGHT in 65631 s\n"
	    "[ 1050] oak1: PROVE at 18: 18 commits\n"
	    "[ 1060] hub to oak1: PROOF at 18: 18 commits\n");
	story_end(&story);
}

/* First all that is offered, then what is wanted. */
static void
test_each_lacks_what_the_other_has(void **state)
{
	struct story story = story_begin();

	(void)state;
	spoil(story.world, NULL, losing, story.ana);
	spoil(story.world, story.oak1, losing, story.bea);
	compare(story.oak1);
	pass(story.world, 2000);
	expect(story.world,
	    "[    0] hub:  has gone bad: oak1#1\n"
	    "[    0] oak1: has gone bad: oak2#1\n"
	    "[   10] oak1: RECONCILE at 18: 17 commits\n"
	    "[   20] hub to oak1: RECONCILED differs: 17 commits, cells of\n"
	    "          416 bytes\n"
	    "[   30] oak1: MEND oak1#1\n"
	    "[   40] hub to oak1: MENDED at 15\n"
	    "[   50] oak1: MEND wants 1\n"
	    "[   60] hub to oak1: MENDED brings oak2#1\n"
	    "[   70] oak1: FOUND at 18: mended, 1 only at the hub, 1 only\n"
	    "          here, refolded, 3 rounds, 772 bytes\n"
	    "[   80] hub to oak1: NIGHT in 65631 s\n"
	    "[ 1010] oak1: PROVE at 18: 18 commits\n"
	    "[ 1020] hub to oak1: PROOF at 18: 18 commits\n");
	story_end(&story);
}

/* What is damaged is no part of the set, and so is brought like what is not
 * there. */
static void
test_damaged_commit_gives_way_to_a_sound_one(void **state)
{
	struct story story = story_begin();

	(void)state;
	spoil(story.world, story.oak1, zeroing, story.ana);
	compare(story.oak1);
	pass(story.world, 2000);
	expect(story.world,
	    "[    0] oak1: has gone bad: oak1#1\n"
	    "[   10] oak1: RECONCILE at 18: 17 commits\n"
	    "[   20] hub to oak1: RECONCILED differs: 18 commits, cells of\n"
	    "          416 bytes\n"
	    "[   30] oak1: MEND wants 1\n"
	    "[   40] hub to oak1: MENDED brings oak1#1\n"
	    "[   50] oak1: FOUND at 18: mended, 1 only at the hub, 1\n"
	    "          damaged, refolded, 2 rounds, 633 bytes\n"
	    "[   60] hub to oak1: NIGHT in 65631 s\n"
	    "[ 1010] oak1: PROVE at 18: 18 commits\n"
	    "[ 1020] hub to oak1: PROOF at 18: 18 commits\n");
	story_end(&story);
}

/* The other way the hub has to look at itself first. */
static void
test_damage_at_the_hub_is_mended_from_a_computer(void **state)
{
	struct story story = story_begin();

	(void)state;
	spoil(story.world, NULL, zeroing, story.ana);
	hub_node_night(story.world);
	pass(story.world, 4000);
	expect(story.world,
	    "[    0] hub:  has gone bad: oak1#1\n"
	    "[    0] hub:  looks at itself\n"
	    "[  916] hub to oak2: NIGHT now\n"
	    "[  916] hub to oak1: NIGHT now\n"
	    "[  926] oak2: RECONCILE at 18: 18 commits\n"
	    "[  926] oak1: RECONCILE at 18: 18 commits\n"
	    "[  936] hub to oak2: RECONCILED differs: 17 commits, cells of\n"
	    "          416 bytes\n"
	    "[  936] hub to oak1: RECONCILED differs: 17 commits, cells of\n"
	    "          416 bytes\n"
	    "[  946] oak2: MEND oak1#1\n"
	    "[  946] oak1: MEND oak1#1\n"
	    "[  956] hub to oak2: MENDED at 15\n"
	    "[  956] hub to oak1: MENDED at 15\n"
	    "[  966] oak2: FOUND at 18: mended, 1 only here, refolded, 2\n"
	    "          rounds, 637 bytes\n"
	    "[  966] oak1: FOUND at 18: mended, 1 only here, refolded, 2\n"
	    "          rounds, 637 bytes\n"
	    "[  976] hub to oak2: NIGHT in 72282 s\n"
	    "[  976] hub to oak1: NIGHT in 65630 s\n"
	    "[ 1966] oak2: PROVE at 18: 18 commits\n"
	    "[ 1966] oak1: PROVE at 18: 18 commits\n"
	    "[ 1976] hub to oak2: PROOF at 18: 18 commits\n"
	    "[ 1976] hub to oak1: PROOF at 18: 18 commits\n");
	story_end(&story);
}

/* A hub that never took it says so: its author pushes it again, and it is
 * judged; who has it of another asks for it, and drops it until then. */
static void
test_commit_that_the_hub_does_not_know_is_judged(void **state)
{
	struct story story = story_begin();
	uint64_t word;

	(void)state;
	word = note(story.oak2, story.ana, "Hello.");
	edit(story.oak2, story.ana, "surname", "After");
	pass(story.world, 4000);
	quietly(story.world);
	hub_forgets(story.world, word);
	spoil(story.world, story.oak1, forging, word);
	spoil(story.world, story.oak2, forging, word);
	compare(story.oak1);
	pass(story.world, 2000);
	assert_false(holds(story.oak1, word));
	compare(story.oak2);
	pass(story.world, 4000);
	expect(story.world,
	    "[    0] hub:  has gone bad: oak2#2\n"
	    "[    0] oak1: has gone bad: oak2#2\n"
	    "[    0] oak2: has gone bad: oak2#2\n"
	    "[   10] oak1: RECONCILE at 20: 20 commits\n"
	    "[   20] hub to oak1: RECONCILED differs: 19 commits, cells of\n"
	    "          416 bytes\n"
	    "[   30] oak1: MEND oak2#2\n"
	    "[   40] hub to oak1: MENDED at 0\n"
	    "[   50] oak1: FETCH oak2#2\n"
	    "[   50] oak1: FOUND at 20: mended, 1 only here, refolded, 2\n"
	    "          rounds, 639 bytes\n"
	    "[   60] hub to oak1: NIGHT in 65627 s\n"
	    "[   60] hub to oak1: FETCHED and not oak2#2\n"
	    "[ 1010] oak1: PROVE at 20: 19 commits\n"
	    "[ 1020] hub to oak1: PROOF at 20: 19 commits\n"
	    "[ 2010] oak2: RECONCILE at 20: 20 commits\n"
	    "[ 2020] hub to oak2: RECONCILED differs: 19 commits, cells of\n"
	    "          416 bytes\n"
	    "[ 2030] oak2: MEND oak2#2\n"
	    "[ 2040] hub to oak2: MENDED at 0\n"
	    "[ 2050] oak2: PUSH oak2#2\n"
	    "[ 2050] oak2: FOUND at 20: mended, 1 only here, refolded, 2\n"
	    "          rounds, 639 bytes\n"
	    "[ 2060] hub to oak2: ANSWER oak2#2 at 21\n"
	    "[ 2060] hub to oak2: NIGHT in 72277 s\n"
	    "[ 2060] hub to oak2: STREAM 20..21: (oak2#2)\n"
	    "[ 2060] hub to oak1: STREAM 20..21: oak2#2\n"
	    "[ 3010] oak2: CONFIRM cursor 21\n"
	    "[ 3010] oak2: PROVE at 21: 20 commits\n"
	    "[ 3020] hub to oak2: PROOF at 21: 20 commits\n"
	    "[ 3070] oak1: CONFIRM cursor 21\n"
	    "[ 3070] oak1: PROVE at 21: 20 commits\n"
	    "[ 3080] hub to oak1: PROOF at 21: 20 commits\n");
	assert_true(holds(story.oak1, word));
	story_end(&story);
}

/* One image on two machines, of which both were used: each is as whole as the
 * other, and nothing differs. */
static void
test_copied_computer_is_equal(void **state)
{
	struct story story = story_begin();
	struct computer *twin;

	(void)state;
	copy_disk(story.oak1);
	computer_stop(story.oak1);
	twin = clone(story.oak1);
	edit(story.oak2, story.ana, "surname", "Twin");
	computer_start(twin);
	pass(story.world, 4000);
	compare(twin);
	pass(story.world, 2000);
	expect(story.world,
	    "[    0] oak1: is copied\n"
	    "[    0] oak1: stops\n"
	    "[    0] oak2: writes oak2#2: surname = Twin\n"
	    "[    0] oak3: starts\n"
	    "[   10] oak2: PUSH oak2#2\n"
	    "[   20] hub to oak2: ANSWER oak2#2 at 19\n"
	    "[   20] hub to oak2: STREAM 18..19: (oak2#2)\n"
	    "[  250] oak3: HELLO cursor 18, 0 waiting\n"
	    "[  260] hub to oak3: WELCOME oak start 18, head 19\n"
	    "[  260] hub to oak3: NIGHT in 65631 s\n"
	    "[  260] hub to oak3: STREAM 18..19: oak2#2\n"
	    "[ 1030] oak2: CONFIRM cursor 19\n"
	    "[ 1030] oak2: PROVE at 19: 19 commits\n"
	    "[ 1040] hub to oak2: PROOF at 19: 19 commits\n"
	    "[ 1270] oak3: CONFIRM cursor 19\n"
	    "[ 1270] oak3: PROVE at 19: 19 commits\n"
	    "[ 1280] hub to oak3: PROOF at 19: 19 commits\n"
	    "[ 4010] oak3: RECONCILE at 19: 19 commits\n"
	    "[ 4020] hub to oak3: RECONCILED equal\n"
	    "[ 4030] oak3: FOUND at 19: equal, 1 rounds, 81 bytes\n"
	    "[ 4040] hub to oak3: NIGHT in 65627 s\n");
	computer_stop(twin);
	computer_start(story.oak1);
	story_end(&story);
}

/* Making a set costs the hub as much as reading it: who asks too often is told
 * to wait. */
static void
test_hub_that_is_asked_too_often_answers_later(void **state)
{
	struct story story = story_begin();

	(void)state;
	for (uint32_t i = 0; i < 4; i++) {
		compare(story.oak1);
		pass(story.world, 1000);
	}
	quietly(story.world);
	compare(story.oak1);
	pass(story.world, 1000);
	expect(story.world, "[   10] oak1: RECONCILE at 18: 18 commits\n"
			    "[   20] hub to oak1: RECONCILED later\n");
	story_end(&story);
}

/* The set is what it was when the run began: what is written meanwhile goes as
 * always, and is no difference. */
static void
test_what_is_written_meanwhile_is_no_difference(void **state)
{
	struct story story = story_begin();

	(void)state;
	spoil(story.world, story.oak1, losing, story.ana);
	compare(story.oak1);
	pass(story.world, 15);
	edit(story.oak2, story.bea, "surname", "Meanwhile");
	note(story.oak1, story.bea, "Here as well.");
	pass(story.world, 4000);
	expect(story.world,
	    "[    0] oak1: has gone bad: oak1#1\n"
	    "[   10] oak1: RECONCILE at 18: 17 commits\n"
	    "[   15] oak2: writes oak2#2: surname = Meanwhile\n"
	    "[   15] oak1: writes oak1#2: notes 'Here as well.'\n"
	    "[   20] hub to oak1: RECONCILED differs: 18 commits, cells of\n"
	    "          416 bytes\n"
	    "[   25] oak2: PUSH oak2#2\n"
	    "[   25] oak1: PUSH oak1#2\n"
	    "[   30] oak1: MEND wants 1\n"
	    "[   35] hub to oak2: ANSWER oak2#2 at 19\n"
	    "[   35] hub to oak2: STREAM 18..20: (oak2#2) oak1#2\n"
	    "[   35] hub to oak1: ANSWER oak1#2 at 20\n"
	    "[   35] hub to oak1: STREAM 18..20: oak2#2 (oak1#2)\n"
	    "[   40] hub to oak1: MENDED brings oak1#1\n"
	    "[   50] oak1: FOUND at 18: mended, 1 only at the hub,\n"
	    "          refolded, 2 rounds, 633 bytes\n"
	    "[   60] hub to oak1: NIGHT in 65631 s\n"
	    "[ 1010] oak1: CONFIRM cursor 20\n"
	    "[ 1010] oak1: PROVE at 20: 20 commits\n"
	    "[ 1020] hub to oak1: PROOF at 20: 20 commits\n"
	    "[ 1045] oak2: CONFIRM cursor 20\n"
	    "[ 1045] oak2: PROVE at 20: 20 commits\n"
	    "[ 1055] hub to oak2: PROOF at 20: 20 commits\n");
	story_end(&story);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DIALOGUE(test_quiet_night_is_one_exchange),
		DIALOGUE(test_commit_missing_here_is_brought),
		DIALOGUE(
		    test_commit_missing_at_the_hub_is_put_back_at_its_place),
		DIALOGUE(test_each_lacks_what_the_other_has),
		DIALOGUE(test_damaged_commit_gives_way_to_a_sound_one),
		DIALOGUE(test_damage_at_the_hub_is_mended_from_a_computer),
		DIALOGUE(test_commit_that_the_hub_does_not_know_is_judged),
		DIALOGUE(test_copied_computer_is_equal),
		DIALOGUE(test_hub_that_is_asked_too_often_answers_later),
		DIALOGUE(test_what_is_written_meanwhile_is_no_difference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
