/*
 * A commit is refused, and others that wait were built on it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/sim/dialogues/dialogue.h"
#include "tests/sim/people/sheet.h"

enum {
	CHAIN = 6
};

/* Oak has opened a transfer of Ana; oak2 will be told later what becomes of
 * it. */
struct scene {
	struct world *world;
	struct computer *oak1, *oak2;
	uint64_t ana, transfer;
};

static struct scene
begin_scene(void)
{
	struct world *world = begin_met("oak1 oak2 elm1");
	struct scene scene = { world, at(world, "oak1"), at(world, "oak2"), 0,
		0 };

	scene.ana = admit(scene.oak1, "Ana");
	scene.transfer = open_transfer(scene.oak1, scene.ana, "elm");
	pass(world, 3000);
	unplug(scene.oak2);
	pass(world, 1000);
	(void)cancel_transfer(scene.oak1, scene.transfer);
	pass(world, 3000);
	quietly(world);
	return scene;
}

/* One commit with a name and with a step that somebody else took before. */
static uint64_t
rename_and_cancel(struct scene *scene, const char *surname)
{
	static struct sheet sheet;
	struct value none = value_null();
	uint32_t transfer, pupil;

	sheet_begin(&sheet, scene->ana, 0);
	transfer = sheet_open(&sheet, scene->transfer);
	sheet_set_text(&sheet, transfer, "state", "cancelled");
	pupil = sheet_open(&sheet, scene->ana);
	sheet_set(&sheet, pupil, "open_transfer", &none);
	sheet_set_text(&sheet, pupil, "surname", surname);
	return sheet_write(&sheet, scene->oak2);
}

/* The step comes too late and its whole commit is set aside; the name that was
 * written after it takes the place of what the refused one had replaced. */
static void
test_what_builds_on_a_refused_commit_is_sent_again(void **state)
{
	struct scene scene = begin_scene();
	struct world *world = scene.world;
	uint64_t refused;

	(void)state;
	refused = rename_and_cancel(&scene, "Lane-Moss");
	(void)edit(scene.oak2, scene.ana, "surname", "Moss");
	(void)edit(scene.oak2, scene.ana, "preferred_forename", "Annie");
	plug_in(scene.oak2);
	pass(world, 5000);
	expect(world,
	    "[    0] oak2: writes oak2#1\n"
	    "[    0] oak2: writes oak2#2: surname = Moss\n"
	    "[    0] oak2: writes oak2#3: preferred_forename = Annie\n"
	    "[    0] oak2: is plugged in\n"
	    "[ 1925] oak2: HELLO cursor 19, 3 waiting\n"
	    "[ 1925] oak2: PUSH oak2#1 oak2#2 oak2#3\n"
	    "[ 1935] hub to oak2: WELCOME oak start 19, head 21\n"
	    "[ 1935] hub to oak2: ANSWER oak2#1 refused STALE, oak2#2\n"
	    "          refused DEPENDS, oak2#3 at 22\n"
	    "[ 1935] hub to oak2: STREAM 19..22: oak1#3 (oak2#3)\n"
	    "[ 1935] hub to oak1: STREAM 21..22: oak2#3\n"
	    "[ 1945] oak2: PUSH oak2#2\n"
	    "[ 1955] hub to oak2: ANSWER oak2#2 at 23\n"
	    "[ 1955] hub to oak2: STREAM 22..23: (oak2#2)\n"
	    "[ 1955] hub to oak1: STREAM 22..23: oak2#2\n"
	    "[ 2240] hub to elm1: STREAM 21..23: nothing\n"
	    "[ 2945] oak2: CONFIRM cursor 23\n"
	    "[ 2945] oak2: PROVE at 23: 21 commits\n"
	    "[ 2945] oak1: CONFIRM cursor 23\n"
	    "[ 2945] oak1: PROVE at 23: 21 commits\n"
	    "[ 2955] hub to oak2: PROOF at 23: 21 commits\n"
	    "[ 2955] hub to oak1: PROOF at 23: 21 commits\n"
	    "[ 3250] elm1: CONFIRM cursor 23\n"
	    "[ 3250] elm1: PROVE at 23: 17 commits\n"
	    "[ 3260] hub to elm1: PROOF at 23: 17 commits\n");
	assert_string_equal(refusal_of(scene.oak2, refused), "STALE");
	assert_int_equal(waiting(scene.oak2), 0);
	shows(scene.oak1, scene.ana, "surname", "Moss");
	shows(scene.oak1, scene.ana, "preferred_forename", "Annie");
	assert_int_equal(conflicts(scene.oak1, scene.ana), 0);
	assert_int_equal(conflicts(scene.oak2, scene.ana), 0);
	end(world);
}

/* What is refused stays to be seen until a person lets it go. */
static void
test_refused_commit_is_kept_until_given_up(void **state)
{
	struct scene scene = begin_scene();
	struct world *world = scene.world;
	uint64_t refused;

	(void)state;
	refused = rename_and_cancel(&scene, "Lane-Moss");
	plug_in(scene.oak2);
	pass(world, 5000);
	shows(scene.oak2, scene.ana, "surname", "Lane");
	assert_int_equal(aside(scene.oak2), 1);
	quietly(world);
	give_up(scene.oak2, refused);
	pass(world, 3000);
	expect(world, "[    0] oak2: gives up oak2#1\n"
		      "[ 1010] oak2: PROVE at 21: 19 commits\n"
		      "[ 1020] hub to oak2: PROOF at 21: 19 commits\n");
	assert_int_equal(aside(scene.oak2), 0);
	end(world);
}

/* A note begins in the commit whose step is too late: what is written in the
 * note is set aside with it. */
static void
test_records_that_began_with_it_are_set_aside_too(void **state)
{
	struct scene scene = begin_scene();
	struct world *world = scene.world;
	static struct sheet sheet;
	uint64_t refused, edited;
	uint32_t transfer, pupil, note_place;
	struct value none = value_null();

	(void)state;
	sheet_begin(&sheet, scene.ana, 0);
	note_place = sheet_insert(&sheet, "note");
	sheet_set_text(&sheet, note_place, "category", "pastoral");
	sheet_set_text(&sheet, note_place, "happened_on", "2026-07-01");
	sheet_set_text(&sheet, note_place, "text", "Goes elsewhere.");
	transfer = sheet_open(&sheet, scene.transfer);
	sheet_set_text(&sheet, transfer, "state", "cancelled");
	pupil = sheet_open(&sheet, scene.ana);
	sheet_set(&sheet, pupil, "open_transfer", &none);
	refused = sheet_write(&sheet, scene.oak2);
	edited = edit(scene.oak2, refused, "text", "Goes to Yew.");
	plug_in(scene.oak2);
	pass(world, 5000);
	expect(world,
	    "[    0] oak2: writes oak2#1\n"
	    "[    0] oak2: writes oak2#2: text = Goes to Yew.\n"
	    "[    0] oak2: is plugged in\n"
	    "[ 1841] oak2: HELLO cursor 19, 2 waiting\n"
	    "[ 1841] oak2: PUSH oak2#1 oak2#2\n"
	    "[ 1851] hub to oak2: WELCOME oak start 19, head 21\n"
	    "[ 1851] hub to oak2: ANSWER oak2#1 refused STALE, oak2#2\n"
	    "          refused DEPENDS\n"
	    "[ 1851] hub to oak2: STREAM 19..21: oak1#3\n"
	    "[ 2861] oak2: CONFIRM cursor 21\n"
	    "[ 2861] oak2: PROVE at 21: 19 commits\n"
	    "[ 2871] hub to oak2: PROOF at 21: 19 commits\n");
	assert_string_equal(refusal_of(scene.oak2, refused), "STALE");
	assert_string_equal(refusal_of(scene.oak2, edited), "DEPENDS");
	assert_int_equal(count_of(scene.oak2, "note"), 0);
	end(world);
}

/* Each of a chain of commits replaces the name before; the nth has the step. */
static void
write_chain(struct scene *scene, uint32_t nth, uint64_t ids[CHAIN])
{
	char name[8];

	for (uint32_t i = 0; i < CHAIN; i++) {
		snprintf(name, sizeof(name), "Name%u", (unsigned)i % 10);
		ids[i] = i == nth
		             ? rename_and_cancel(scene, name)
		             : edit(scene->oak2, scene->ana, "surname", name);
	}
}

/* The others hold, in their order, and there is no conflict. */
static void
expect_chain_without(struct scene *scene, uint32_t nth,
    const uint64_t ids[CHAIN])
{
	for (uint32_t i = 0; i < CHAIN; i++) {
		assert_string_equal(refusal_of(scene->oak2, ids[i]),
		    i == nth ? "STALE" : "no");
		assert_int_equal(holds(scene->oak1, ids[i]), i != nth);
	}
	shows(scene->oak1, scene->ana, "surname",
	    nth == CHAIN - 1 ? "Name4" : "Name5");
	assert_int_equal(conflicts(NULL, scene->ana), 0);
}

/* What builds on it waits as well, and goes again unchanged. */
static void
test_first_of_a_chain_is_refused(void **state)
{
	struct scene scene = begin_scene();
	struct world *world = scene.world;
	uint64_t ids[CHAIN];

	(void)state;
	write_chain(&scene, 0, ids);
	plug_in(scene.oak2);
	pass(world, 5000);
	expect(world,
	    "[    0] oak2: writes oak2#1\n"
	    "[    0] oak2: writes oak2#2: surname = Name1\n"
	    "[    0] oak2: writes oak2#3: surname = Name2\n"
	    "[    0] oak2: writes oak2#4: surname = Name3\n"
	    "[    0] oak2: writes oak2#5: surname = Name4\n"
	    "[    0] oak2: writes oak2#6: surname = Name5\n"
	    "[    0] oak2: is plugged in\n"
	    "[ 1645] oak2: HELLO cursor 19, 6 waiting\n"
	    "[ 1645] oak2: PUSH oak2#1 oak2#2 oak2#3 oak2#4 oak2#5 oak2#6\n"
	    "[ 1655] hub to oak2: WELCOME oak start 19, head 21\n"
	    "[ 1655] hub to oak2: ANSWER oak2#1 refused STALE, oak2#2\n"
	    "          refused DEPENDS, oak2#3 refused DEPENDS, oak2#4\n"
	    "          refused DEPENDS, oak2#5 refused DEPENDS, oak2#6\n"
	    "          refused DEPENDS\n"
	    "[ 1655] hub to oak2: STREAM 19..21: oak1#3\n"
	    "[ 1665] oak2: PUSH oak2#2 oak2#3 oak2#4 oak2#5 oak2#6\n"
	    "[ 1675] hub to oak2: ANSWER oak2#2 at 22, oak2#3 at 23, oak2#4\n"
	    "          at 24, oak2#5 at 25, oak2#6 at 26\n"
	    "[ 1675] hub to oak2: STREAM 21..26: (oak2#2) (oak2#3) (oak2#4)\n"
	    "          (oak2#5) (oak2#6)\n"
	    "[ 1675] hub to oak1: STREAM 21..26: oak2#2 oak2#3 oak2#4\n"
	    "          oak2#5 oak2#6\n"
	    "[ 2240] hub to elm1: STREAM 21..26: nothing\n"
	    "[ 2665] oak2: CONFIRM cursor 26\n"
	    "[ 2665] oak2: PROVE at 26: 24 commits\n"
	    "[ 2675] hub to oak2: PROOF at 26: 24 commits\n"
	    "[ 2685] oak1: CONFIRM cursor 26\n"
	    "[ 2685] oak1: PROVE at 26: 24 commits\n"
	    "[ 2695] hub to oak1: PROOF at 26: 24 commits\n"
	    "[ 3250] elm1: CONFIRM cursor 26\n"
	    "[ 3250] elm1: PROVE at 26: 17 commits\n"
	    "[ 3260] hub to elm1: PROOF at 26: 17 commits\n");
	expect_chain_without(&scene, 0, ids);
	end(world);
}

static void
test_any_of_a_chain_may_be_refused(void **state)
{
	(void)state;
	for (uint32_t nth = 0; nth < CHAIN; nth++) {
		struct scene scene = begin_scene();
		uint64_t ids[CHAIN];

		write_chain(&scene, nth, ids);
		plug_in(scene.oak2);
		pass(scene.world, 5000);
		expect_chain_without(&scene, nth, ids);
		end(scene.world);
	}
}

/* The line breaks before every other answer, and before what goes again. */
static void
test_any_of_a_chain_may_be_refused_while_lines_break(void **state)
{
	(void)state;
	for (uint32_t nth = 0; nth < CHAIN; nth++) {
		struct scene scene = begin_scene();
		uint64_t ids[CHAIN];

		write_chain(&scene, nth, ids);
		plug_in(scene.oak2);
		for (uint32_t i = 0; i < 6; i++) {
			cut_before(scene.oak2,
			    i % 2 == 0 ? FRAME_PUSH : FRAME_ANSWER);
			pass(scene.world, 3000);
		}
		pass(scene.world, 60000);
		expect_chain_without(&scene, nth, ids);
		end(scene.world);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DIALOGUE(test_what_builds_on_a_refused_commit_is_sent_again),
		DIALOGUE(test_refused_commit_is_kept_until_given_up),
		DIALOGUE(test_records_that_began_with_it_are_set_aside_too),
		DIALOGUE(test_first_of_a_chain_is_refused),
		DIALOGUE(test_any_of_a_chain_may_be_refused),
		DIALOGUE(test_any_of_a_chain_may_be_refused_while_lines_break),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
