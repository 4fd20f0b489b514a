/*
 * One deletes a record while another, who does not know, edits a field of it:
 * the record stays, in conflict, and a person decides.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/sim/dialogues/dialogue.h"
#include "tests/sim/people/child.h"
#include "tests/sim/people/sheet.h"

enum {
	COLUMNS = 64,
	COLUMNS_LEAST = 40 /* that the catalogue has, at least */
};

/* Oak's two computers, each without a line. */
struct scene {
	struct world *world;
	struct computer *oak1, *oak2;
	uint64_t ana;
};

static struct scene
begin_scene(void)
{
	struct world *world = begin_met("oak1 oak2");
	struct scene scene = { world, at(world, "oak1"), at(world, "oak2"), 0 };

	scene.ana = admit(scene.oak1, "Ana");
	pass(world, 3000);
	return scene;
}

static void
part(struct scene *scene)
{
	pass(scene->world, 3000);
	unplug(scene->oak1);
	unplug(scene->oak2);
	pass(scene->world, 1000);
	quietly(scene->world);
}

static void
meet(struct scene *scene, bool deleter_first)
{
	plug_in(deleter_first ? scene->oak1 : scene->oak2);
	pass(scene->world, 3000);
	plug_in(deleter_first ? scene->oak2 : scene->oak1);
	pass(scene->world, 3000);
}

/* --- as it is said -------------------------------------------------------- */

/* The deletion names the values that its author saw; the edit is not among
 * them, so the record is not gone, and that it is in dispute is shown. */
static void
test_edited_record_stays_until_somebody_decides(void **state)
{
	struct scene scene = begin_scene();
	uint64_t written = note(scene.oak1, scene.ana, "Settled well.");

	(void)state;
	part(&scene);
	(void)delete_record(scene.oak1, written);
	(void)edit(scene.oak2, written, "text", "Settled very well.");
	shows(scene.oak1, written, "text", "nothing");
	meet(&scene, true);
	expect(scene.world,
	    "[    0] oak1: writes oak1#3: deletes oak1#2\n"
	    "[    0] oak2: writes oak2#1: text = Settled very well.\n"
	    "[    0] oak1: is plugged in\n"
	    "[  478] oak1: HELLO cursor 17, 1 waiting\n"
	    "[  478] oak1: PUSH oak1#3\n"
	    "[  488] hub to oak1: WELCOME oak start 17, head 17\n"
	    "[  488] hub to oak1: ANSWER oak1#3 at 18\n"
	    "[  488] hub to oak1: STREAM 17..18: (oak1#3)\n"
	    "[ 1498] oak1: CONFIRM cursor 18\n"
	    "[ 1498] oak1: PROVE at 18: 18 commits\n"
	    "[ 1508] hub to oak1: PROOF at 18: 18 commits\n"
	    "[ 3000] oak2: is plugged in\n"
	    "[ 4841] oak2: HELLO cursor 17, 1 waiting\n"
	    "[ 4841] oak2: PUSH oak2#1\n"
	    "[ 4851] hub to oak2: WELCOME oak start 17, head 18\n"
	    "[ 4851] hub to oak2: ANSWER oak2#1 at 19\n"
	    "[ 4851] hub to oak2: STREAM 17..19: oak1#3 (oak2#1)\n"
	    "[ 4851] hub to oak1: STREAM 18..19: oak2#1\n"
	    "[ 5861] oak2: CONFIRM cursor 19\n"
	    "[ 5861] oak2: PROVE at 19: 19 commits\n"
	    "[ 5861] oak1: CONFIRM cursor 19\n"
	    "[ 5861] oak1: PROVE at 19: 19 commits\n"
	    "[ 5871] hub to oak2: PROOF at 19: 19 commits\n"
	    "[ 5871] hub to oak1: PROOF at 19: 19 commits\n");
	shows(scene.oak1, written, "text", "Settled very well.");
	shows(scene.oak2, written, "text", "Settled very well.");
	assert_int_equal(conflicts(scene.oak1, written), 1);

	(void)resolve(scene.oak1, written, "deleted", 0);
	pass(scene.world, 3000);
	assert_int_equal(conflicts(scene.oak2, written), 0);
	assert_string_equal(shown(scene.oak1, written, "text"),
	    shown(scene.oak2, written, "text"));
	end(scene.world);
}

/* Who deletes after having seen the edit deletes it. */
static void
test_edit_that_was_seen_is_deleted(void **state)
{
	struct scene scene = begin_scene();
	uint64_t written = note(scene.oak1, scene.ana, "Settled well.");

	(void)state;
	pass(scene.world, 3000);
	(void)edit(scene.oak2, written, "text", "Settled very well.");
	pass(scene.world, 3000);
	(void)delete_record(scene.oak1, written);
	pass(scene.world, 3000);
	shows(scene.oak2, written, "text", "nothing");
	(void)undelete_record(scene.oak2, written);
	pass(scene.world, 3000);
	shows(scene.oak1, written, "text", "Settled very well.");
	end(scene.world);
}

/* --- each field of each collection ---------------------------------------- */

/* One record for each column of a collection. */
struct round {
	struct scene scene;
	const struct collection *collection;
	struct random random;
	uint64_t records[COLUMNS];
	const struct column *columns[COLUMNS];
	char edited[COLUMNS][128]; /* what oak2 shows of it */
	uint32_t count;
};

static struct sheet sheet;
static char room[CHILD_TEXT_BYTES];

static bool
is_typed(const struct column *column)
{
	return column->type != COLUMN_REFERENCE && column->type != COLUMN_ID &&
	       column->since <= 1;
}

/* Of a pupil's file, of those that may be deleted, complete without naming
 * other records. */
static bool
is_tried(const struct collection *collection)
{
	const struct column *column = collection->columns;

	if ((collection->dossiers & DOSSIER_KIND_PUPIL) == 0 ||
	    collection->delete_rights == 0 || collection->append_only ||
	    strcmp(collection->name, "pupil") == 0)
		return false;
	for (; column->name != NULL; column++)
		if ((column->flags & COLUMN_REQUIRED) != 0 && !is_typed(column))
			return false;
	return true;
}

static struct value
draw(struct round *round, const struct column *column)
{
	struct value value;

	do
		value = child_value(&round->random, column, room);
	while (value.type == VALUE_NULL);
	return value;
}

static uint64_t
insert(struct round *round)
{
	const struct column *column = round->collection->columns;
	uint32_t place;

	sheet_begin(&sheet, round->scene.ana, 0);
	place = sheet_insert(&sheet, round->collection->name);
	for (; column->name != NULL; column++)
		if ((column->flags & COLUMN_REQUIRED) != 0) {
			struct value value = draw(round, column);

			sheet_set(&sheet, place, column->name, &value);
		}
	return sheet_write(&sheet, round->scene.oak1);
}

static void
insert_all(struct round *round)
{
	const struct column *column = round->collection->columns;

	for (; column->name != NULL; column++) {
		uint64_t id;

		if (!is_typed(column) || round->count == COLUMNS ||
		    (column->flags & (COLUMN_ARBITRATED | COLUMN_ONCE)) != 0)
			continue;
		id = insert(round);
		if (id == 0)
			return; /* nobody but the hub writes it */
		round->records[round->count] = id;
		round->columns[round->count++] = column;
	}
}

/* False when it is not written: not this school's, or equal by chance. */
static bool
change(struct round *round, uint32_t i)
{
	struct value value = draw(round, round->columns[i]);
	uint32_t place;

	sheet_begin(&sheet, round->scene.ana, 0);
	place = sheet_open(&sheet, round->records[i]);
	sheet_set(&sheet, place, round->columns[i]->name, &value);
	if (sheet_write(&sheet, round->scene.oak2) == 0)
		return false;
	snprintf(round->edited[i], sizeof(round->edited[i]), "%s",
	    shown(round->scene.oak2, round->records[i],
		round->columns[i]->name));
	return true;
}

static void
expect_kept(struct round *round, struct computer *computer, uint32_t i)
{
	if (strcmp(shown(computer, round->records[i], round->columns[i]->name),
		round->edited[i]) != 0 ||
	    conflicts(computer, round->records[i]) == 0)
		fail_msg("%s.%s is not kept at %s", round->collection->name,
		    round->columns[i]->name,
		    computer == NULL ? "the hub" : computer->name);
}

/* How many fields were tried. */
static uint32_t
play(const struct collection *collection, bool deleter_first)
{
	struct round round = {
		.scene = begin_scene(),
		.collection = collection,
		.random = random_fork(7, collection->columns->max),
	};
	bool changed[COLUMNS];
	uint32_t tried = 0;

	insert_all(&round);
	part(&round.scene);
	for (uint32_t i = 0; i < round.count; i++) {
		(void)delete_record(round.scene.oak1, round.records[i]);
		changed[i] = change(&round, i);
	}
	meet(&round.scene, deleter_first);
	for (uint32_t i = 0; i < round.count; i++) {
		if (!changed[i])
			continue;
		expect_kept(&round, round.scene.oak1, i);
		expect_kept(&round, round.scene.oak2, i);
		expect_kept(&round, NULL, i);
		tried++;
	}
	end(round.scene.world);
	return tried;
}

static void
test_edit_of_any_field_outlives_a_deletion_unseen(void **state)
{
	const struct collection *collections;
	uint32_t count, tried = 0;

	(void)state;
	collections = catalogue_collections(&count);
	for (uint32_t i = 0; i < count; i++) {
		if (!is_tried(&collections[i]))
			continue;
		tried += play(&collections[i], true);
		tried += play(&collections[i], false);
	}
	assert_true(tried >= 2 * COLUMNS_LEAST);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DIALOGUE(test_edited_record_stays_until_somebody_decides),
		DIALOGUE(test_edit_that_was_seen_is_deleted),
		DIALOGUE(test_edit_of_any_field_outlives_a_deletion_unseen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
