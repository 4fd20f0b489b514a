/*
 * A child moves: the steps of a transfer, with the columns that `throughline
 * transfer` writes.
 */
#include <string.h>

#include "tests/sim/people/child.h"
#include "tests/sim/people/person.h"

struct move {
	uint64_t transfer; /* or its envelope */
	uint64_t pupil;
	uint64_t author;
};

/* --- open ----------------------------------------------------------------- */

static const char *
draw_text(struct person *person, const char *const *texts, uint32_t count)
{
	return texts[random_below_of(&person->random, count)];
}

/* A school with computers: the one that key likes best, but ours. */
static uint64_t
pick_school(const struct person *person, uint64_t key)
{
	const struct world *world = person->world;
	uint64_t best = 0;

	for (uint32_t i = 0; i < world->school_count; i++) {
		uint64_t id = world->schools[i].record;

		if (id != person->school &&
		    (best == 0 ||
			person_liking(key, id) < person_liking(key, best)))
			best = id;
	}
	return best;
}

/* Mostly a school that will answer, the secondary above all; now and then a
 * member that nobody is at, or one outside. */
static uint64_t
choose_destination(struct person *person)
{
	uint64_t secondary = person->world->schools[0].record;
	uint64_t chance = person_topic(person, 'o') % 16;

	if (chance < 5 && secondary != person->school)
		return secondary;
	if (chance < 14)
		return pick_school(person, person_topic(person, 't'));
	return person_pick(person, person_topic(person, 't'),
	    chance == 14 ? "SELECT id FROM school WHERE member = 'Y'"
			   " AND id <> ?1 AND ?2 = 0"
			 : "SELECT id FROM school WHERE member = 'N'"
			   " AND id <> ?1 AND ?2 = 0",
	    person->school, 0);
}

static void
put_packages(struct sheet *sheet, uint32_t transfer)
{
	static const char *const kinds[] = { "ctf", "general", "send",
		"safeguarding" };

	for (int i = 0; i < 4; i++) {
		uint32_t package = sheet_insert(sheet, "package");

		sheet_set_new(sheet, package, "transfer", transfer);
		sheet_set_text(sheet, package, "kind", kinds[i]);
	}
}

static void
put_opening(struct person *person, const struct move *move, uint64_t to)
{
	static const char *const kinds[] = { "phase", "phase", "in_year",
		"managed_move" };
	struct sheet *sheet = &person->people->sheet;
	char date[CHILD_DATE_BYTES];
	uint32_t transfer, pupil;

	sheet_begin(sheet, move->pupil, move->author);
	transfer = sheet_insert(sheet, "transfer");
	sheet_set_text(sheet, transfer, "kind", draw_text(person, kinds, 4));
	sheet_set_id(sheet, transfer, "from_school", person->school);
	sheet_set_id(sheet, transfer, "to_school", to);
	child_date(&person->random, date);
	if (random_one_in(&person->random, 2))
		sheet_set_text(sheet, transfer, "leaving_date", date);
	sheet_set_text(sheet, transfer, "state", "open");
	put_packages(sheet, transfer);
	pupil = sheet_open(sheet, move->pupil);
	sheet_set_new(sheet, pupil, "open_transfer", transfer);
}

static void
write_step(struct person *person, const struct move *move, const char *what)
{
	if (sheet_write(&person->people->sheet, person->computer) == 0)
		return;
	person_tell(person, "%s %s", what,
	    book_name(person->world, move->pupil));
}

bool
people_open(struct person *person)
{
	struct move move = { 0 };
	uint64_t to;

	if (!person_look(person))
		return false;
	move.pupil = person_pick(person, person_topic(person, 'f'),
	    "SELECT p.id FROM pupil p JOIN dossier d ON d.number = p.id"
	    " JOIN record r ON r.id = p.id WHERE d.state = 0 AND r.state = 0"
	    " AND p.holder = ?1 AND p.open_transfer IS NULL AND ?2 = 0",
	    person->school, 0);
	move.author = person_author(person);
	to = choose_destination(person);
	person_stop_looking(person);
	if (move.pupil == 0 || to == 0)
		return false;
	put_opening(person, &move, to);
	write_step(person, &move, "transfer of");
	return true;
}

/* --- answer --------------------------------------------------------------- */

static uint64_t
find_envelope(struct person *person, bool second_thought)
{
	return person_pick(person, person_topic(person, 'e'),
	    second_thought
		? "SELECT e.id FROM envelope e JOIN record r ON r.id = e.id"
		  " WHERE r.state = 0 AND e._dossier = ?1 AND ?2 = 0"
		  " AND e.state = 'ours'"
		: "SELECT e.id FROM envelope e JOIN record r ON r.id = e.id"
		  " WHERE r.state = 0 AND e._dossier = ?1 AND ?2 = 0"
		  " AND e.state = 'waiting'",
	    person->school, 0);
}

bool
people_answer(struct person *person)
{
	bool second_thought = random_one_in(&person->random, 8);
	bool ours = !second_thought && !random_one_in(&person->random, 5);
	struct sheet *sheet = &person->people->sheet;
	struct move move = { 0 };
	uint32_t envelope;

	if (!person_look(person))
		return false;
	move.transfer = find_envelope(person, second_thought);
	move.author = person_author(person);
	person_stop_looking(person);
	if (move.transfer == 0)
		return false;
	move.pupil = move.transfer;
	sheet_begin(sheet, person->school, move.author);
	envelope = sheet_open(sheet, move.transfer);
	sheet_set_text(sheet, envelope, "state", ours ? "ours" : "not_ours");
	if (!ours || random_one_in(&person->random, 6))
		sheet_set_text(sheet, envelope, "reason",
		    ours ? "Has a place." : "No place was asked for.");
	write_step(person, &move, ours ? "ours:" : "not ours:");
	return true;
}

/* --- accept, cancel ------------------------------------------------------- */

static void
put_step(struct person *person, const struct move *move, const char *state)
{
	struct sheet *sheet = &person->people->sheet;
	struct value none = value_null();
	uint32_t transfer, pupil;

	sheet_begin(sheet, move->pupil, move->author);
	transfer = sheet_open(sheet, move->transfer);
	pupil = sheet_open(sheet, move->pupil);
	sheet_set_text(sheet, transfer, "state", state);
	if (random_one_in(&person->random, 5))
		sheet_set_text(sheet, transfer, "reason", "As agreed.");
	sheet_set(sheet, pupil, "open_transfer", &none);
	if (strcmp(state, "accepted") == 0)
		sheet_set_id(sheet, pupil, "holder", person->school);
}

/* A transfer that a query finds for this school, and whose it is. */
static bool
find_transfer(struct person *person, const char *query, struct move *move)
{
	move->transfer = person_pick(person, person_topic(person, 'm'), query,
	    person->school, 0);
	if (move->transfer == 0)
		return false;
	move->pupil = person_pick(person, 0,
	    "SELECT _dossier FROM transfer WHERE id = ?1 AND ?2 = 0",
	    move->transfer, 0);
	move->author = person_author(person);
	return move->pupil != 0;
}

#define OPEN_TRANSFERS                                                       \
	"SELECT t.id FROM transfer t JOIN pupil p ON p.open_transfer = t.id" \
	" JOIN dossier d ON d.number = p.id WHERE d.state = 0 AND ?2 = 0"

bool
people_accept(struct person *person)
{
	struct move move = { 0 };
	bool found;

	if (!person_look(person))
		return false;
	found = find_transfer(person,
	    OPEN_TRANSFERS " AND t.to_school = ?1 AND t.state = 'answered'",
	    &move);
	person_stop_looking(person);
	if (!found)
		return false;
	put_step(person, &move, "accepted");
	write_step(person, &move, "takes over");
	return true;
}

/* To a school outside it is sent out, mostly. */
bool
people_cancel(struct person *person)
{
	struct move move = { 0 };
	uint64_t outside = 0;
	bool found, out;

	if (!person_look(person))
		return false;
	found = find_transfer(person,
	    OPEN_TRANSFERS
	    " AND t.from_school = ?1 AND t.state IN ('open', 'answered')",
	    &move);
	if (found)
		outside = person_pick(person, 0,
		    "SELECT s.id FROM transfer t JOIN school s"
		    " ON s.id = t.to_school WHERE t.id = ?1 AND ?2 = 0"
		    " AND s.member = 'N' AND t.state = 'open'",
		    move.transfer, 0);
	person_stop_looking(person);
	if (!found)
		return false;
	out = outside != 0 && !random_one_in(&person->random, 4);
	put_step(person, &move, out ? "sent_out" : "cancelled");
	write_step(person, &move, out ? "sends out" : "cancels for");
	return true;
}
