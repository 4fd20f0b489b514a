/*
 * A computer in other hands, with a valid certificate: what it makes up is
 * answered with the refusals of section 12, and harms nobody.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocol/identifier.h"
#include "protocol/stamp.h"
#include "tests/sim/dialogues/dialogue.h"
#include "tests/sim/dialogues/trouble.h"
#include "tests/sim/people/sheet.h"

enum {
	TO_COME = 1000, /* numbers ahead */
	LIVES = 12
};

static uint64_t
employ(struct computer *computer, const char *surname)
{
	static struct sheet sheet;
	const struct world *world = computer->world;
	uint32_t staff;
	uint64_t id;

	sheet_begin(&sheet, 0, 0);
	staff = sheet_insert(&sheet, "staff");
	sheet_set_id(&sheet, staff, "school",
	    world->schools[computer->school].record);
	sheet_set_text(&sheet, staff, "surname", surname);
	sheet_set_text(&sheet, staff, "forename", "Ruth");
	sheet_set_text(&sheet, staff, "role", "office");
	id = sheet_write(&sheet, computer);
	assert_true(id != 0);
	return id;
}

/* --- forgeries ------------------------------------------------------------ */

struct forgery {
	struct computer *computer;
	uint64_t id;
	uint64_t author;
	uint64_t dossier;
	uint64_t record;
	uint64_t replaced;
};

/* A new forename, in whatever file, of whatever record, by whomever. */
static uint64_t
forge_name(const struct forgery *forgery)
{
	uint64_t replaced = forgery->replaced;
	struct column_value value = { bytes_of_text("forename"),
		value_c_text("Mallory") };
	struct field_write field = { &value, 1, &replaced, replaced != 0 };
	struct change change = {
		.collection = bytes_of_text("pupil"),
		.record = forgery->record,
		.fields = &field,
		.field_count = 1,
	};
	struct commit commit = {
		.id = forgery->id,
		.stamp = stamp_from_ms(computer_now(forgery->computer)),
		.author = forgery->author,
		.dossier = forgery->dossier,
		.changes = &change,
		.change_count = 1,
	};

	forge(forgery->computer, &commit);
	return commit.id;
}

static void
refused(struct forgery forgery, const char *refusal)
{
	uint64_t id;

	if (forgery.id == 0)
		forgery.id = take_id(forgery.computer, 1);
	id = forge_name(&forgery);
	pass(forgery.computer->world, 500);
	assert_string_equal(refusal_of(forgery.computer, id), refusal);
	assert_false(holds(NULL, id));
}

/* --- what is made up ------------------------------------------------------ */

/* What is not there yet, lies elsewhere or is another's can be neither
 * replaced nor written to nor signed with. */
static void
test_what_is_made_up_is_refused(void **state)
{
	struct world *world = begin_met("elm1 oak1 oak2");
	struct computer *elm1 = at(world, "elm1"), *oak1 = at(world, "oak1");
	uint64_t theirs = employ(elm1, "Adeyemi"), ours = employ(oak1, "Byrne");
	uint64_t bea = admit(elm1, "Bea"), ana = admit(oak1, "Ana");
	uint64_t settled = note(oak1, ana, "Settled well.");
	struct forgery good = { oak1, 0, ours, ana, ana, ana }, bad;

	(void)state;
	pass(world, 3000);
	quietly(world);

	bad = good;
	bad.replaced = ana + TO_COME;
	refused(bad, "DEPENDS");
	expect(world, "[    0] oak1: writes oak1#4\n"
		      "[   10] oak1: PUSH oak1#4\n"
		      "[   20] hub to oak1: ANSWER oak1#4 refused DEPENDS\n");
	bad.replaced = settled;
	refused(bad, "DEPENDS");
	bad.replaced = bea;
	refused(bad, "DEPENDS");

	bad = good;
	bad.author = theirs;
	refused(bad, "AUTHOR");
	bad.author = ours + TO_COME;
	refused(bad, "AUTHOR");
	bad.author = ana;
	refused(bad, "AUTHOR");

	bad = good;
	bad.record = bea;
	refused(bad, "DOSSIER");
	bad.record = ana + TO_COME;
	refused(bad, "DEPENDS");
	bad.record = bea + TO_COME;
	refused(bad, "DEPENDS");
	bad.record = settled;
	refused(bad, "DOSSIER");

	bad = good;
	bad.dossier = bea;
	bad.record = bea;
	bad.replaced = bea;
	refused(bad, "RIGHTS");
	bad.dossier = ana + TO_COME;
	refused(bad, "DOSSIER");

	bad = good;
	bad.id = bea + TO_COME;
	refused(bad, "SITE");

	shows(NULL, ana, "forename", "Ana");
	shows(NULL, bea, "forename", "Bea");
	end(world);
}

/* Frames that are changed, replayed and reordered, of whatever kind: the
 * others are served as before. */
static void
test_liar_harms_nobody(void **state)
{
	struct world *world = begin_met("elm1 oak1 oak2");
	struct computer *elm1 = at(world, "elm1"), *oak1 = at(world, "oak1");
	struct computer *oak2 = at(world, "oak2");
	uint64_t ana = admit(oak1, "Ana"), bea = admit(elm1, "Bea");

	(void)state;
	pass(world, 3000);
	for (uint32_t life = 0; life < LIVES; life++) {
		take_over(oak2, life);
		pass(world, 60000);
		computer_stop(oak2);
	}
	edit(oak1, ana, "forename", "Anna");
	edit(elm1, bea, "forename", "Beata");
	pass(world, 3000);
	shows(NULL, ana, "forename", "Anna");
	shows(NULL, bea, "forename", "Beata");
	assert_int_equal(waiting(elm1) + waiting(oak1), 0);
	end(world);
}

/* --- what only seems so --------------------------------------------------- */

/* A new member of staff was entered offline, and has written: the file goes
 * first and is refused for want of its author, and goes again behind that. */
static void
test_author_who_waits_too_is_no_stranger(void **state)
{
	struct world *world = begin_met("elm1 oak1 oak2");
	struct computer *oak1 = at(world, "oak1"), *oak2 = at(world, "oak2");
	static struct sheet sheet;
	uint64_t ana = admit(oak1, "Ana"), ruth, renamed;

	(void)state;
	pass(world, 3000);
	unplug(oak1);
	ruth = employ(oak1, "Byrne");
	sheet_begin(&sheet, ana, ruth);
	sheet_set_text(&sheet, sheet_open(&sheet, ana), "forename", "Anna");
	renamed = sheet_write(&sheet, oak1);
	quietly(world);

	plug_in(oak1);
	pass(world, 4000);
	expect(world, "[    0] oak1: is plugged in\n"
		      "[  474] oak1: HELLO cursor 17, 2 waiting\n"
		      "[  474] oak1: PUSH oak1#3\n"
		      "[  474] oak1: PUSH oak1#2\n"
		      "[  484] hub to oak1: WELCOME oak start 17, head 17\n"
		      "[  484] hub to oak1: ANSWER oak1#3 refused AUTHOR\n"
		      "[  484] hub to oak1: ANSWER oak1#2 at 18\n"
		      "[  484] hub to oak1: STREAM 17..18: (oak1#2)\n"
		      "[  484] hub to oak2: STREAM 17..18: oak1#2\n"
		      "[  484] hub to elm1: STREAM 17..18: oak1#2\n"
		      "[  494] oak1: PUSH oak1#3\n"
		      "[  504] hub to oak1: ANSWER oak1#3 at 19\n"
		      "[  504] hub to oak1: STREAM 18..19: (oak1#3)\n"
		      "[  504] hub to oak2: STREAM 18..19: oak1#3\n"
		      "[ 1010] oak1: CONFIRM cursor 19\n"
		      "[ 1010] oak1: PROVE at 19: 19 commits\n"
		      "[ 1020] hub to oak1: PROOF at 19: 19 commits\n"
		      "[ 1494] oak2: CONFIRM cursor 19\n"
		      "[ 1494] oak2: PROVE at 19: 19 commits\n"
		      "[ 1494] elm1: CONFIRM cursor 18\n"
		      "[ 1494] elm1: PROVE at 18: 16 commits\n"
		      "[ 1504] hub to oak2: PROOF at 19: 19 commits\n"
		      "[ 1504] hub to elm1: PROOF at 18: 16 commits\n");
	assert_true(holds(NULL, renamed));
	assert_int_equal(aside(oak1), 0);
	shows(oak2, ana, "forename", "Anna");
	end(world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DIALOGUE(test_what_is_made_up_is_refused),
		DIALOGUE(test_liar_harms_nobody),
		DIALOGUE(test_author_who_waits_too_is_no_stranger),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
