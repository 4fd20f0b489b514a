/*
 * What is written in a child's file, in the school's own and in the
 * partnership: new children, fields, records, deletions.
 */
#include <stdio.h>
#include <string.h>

#include "protocol/identifier.h"
#include "tests/sim/people/child.h"
#include "tests/sim/people/target.h"

enum {
	WRONG_ONE_IN = 12, /* writes what this school may not */
	SAME_ONE_IN = 10,  /* types what is there already */
	EDIT_COLUMNS = 3
};

/* --- a new child ---------------------------------------------------------- */

static void
put_details(struct person *person, uint32_t pupil, const struct child *child)
{
	struct sheet *sheet = &person->people->sheet;
	char house[12];

	sheet_set_text(sheet, pupil, "sex", child->sex);
	sheet_set_text(sheet, pupil, "nc_year_actual", child->year);
	sheet_set_text(sheet, pupil, "ethnicity", child->ethnicity);
	snprintf(house, sizeof(house), "%u", child->house);
	sheet_set_text(sheet, pupil, "paon", house);
	sheet_set_text(sheet, pupil, "street", child->street);
}

static void
put_contact(struct person *person, const struct child *child)
{
	struct sheet *sheet = &person->people->sheet;
	uint32_t contact = sheet_insert(sheet, "contact");

	sheet_set_text(sheet, contact, "surname", child->surname);
	sheet_set_text(sheet, contact, "forename", "Sam");
	sheet_set_text(sheet, contact, "relationship", "PAM");
	sheet_set_text(sheet, contact, "address_as_pupil", "Y");
}

/* The same child may be admitted at two schools: nobody knows until later. */
bool
people_admit(struct person *person)
{
	struct sheet *sheet = &person->people->sheet;
	struct people *people = person->people;
	uint64_t seed = person_topic(person, 'a'), author, id;
	struct child child;
	uint32_t pupil;

	child_invent(seed, &child);
	if (!person_look(person))
		return false;
	author = person_author(person);
	person_stop_looking(person);
	sheet_begin_dossier(sheet, author);
	pupil = sheet_insert(sheet, "pupil");
	sheet_set_text(sheet, pupil, "upn", child.upn);
	sheet_set_text(sheet, pupil, "surname", child.surname);
	sheet_set_text(sheet, pupil, "forename", child.forename);
	sheet_set_text(sheet, pupil, "birth_date", child.birth_date);
	sheet_set_id(sheet, pupil, "holder", person->school);
	if (!random_one_in(&person->random, 3))
		put_details(person, pupil, &child);
	if (random_one_in(&person->random, 2))
		put_contact(person, &child);
	id = sheet_write(sheet, person->computer);
	if (id == 0)
		return true;
	people->children[people->child_count++ % PEOPLE_CHILDREN] = seed;
	person_tell(person, "%s", book_name(person->world, id));
	people_mark(person, id);
	return true;
}

void
people_mark(struct person *person, uint64_t dossier)
{
	struct sheet *sheet = &person->people->sheet;
	char canary[PEOPLE_CANARY_BYTES];
	uint32_t pupil;

	people_canary(person->world, dossier, canary);
	sheet_begin(sheet, dossier, 0);
	pupil = sheet_open(sheet, dossier);
	sheet_set_text(sheet, pupil, "former_surname", canary);
	(void)sheet_write(sheet, person->computer);
}

/* --- edits ---------------------------------------------------------------- */

static bool
may_write(const struct person *person, const struct target *target,
    const struct column *column, bool wrong)
{
	const struct collection *collection = target->collection;
	uint32_t who = collection->update_rights | column->update_also;

	return target_column_is_written(person, collection, column) &&
	       !collection->append_only && column->type != COLUMN_BLOB &&
	       (wrong || (who & target->rights) != 0);
}

/* The column that key likes best of those that may be written. */
static const struct column *
choose_column(const struct person *person, const struct target *target,
    uint64_t key, bool wrong)
{
	const struct column *best = NULL;
	uint64_t best_liking = 0;

	for (const struct column *column = target->collection->columns;
	     column->name != NULL; column++) {
		uint64_t liking = person_liking(key,
		    collection_column_index(target->collection, column));

		if (!may_write(person, target, column, wrong) ||
		    (best != NULL && liking >= best_liking))
			continue;
		best = column;
		best_liking = liking;
	}
	return best;
}

static void
put_column(struct person *person, const struct target *target,
    const struct column *column)
{
	char room[CHILD_TEXT_BYTES];
	struct value value;

	if (random_one_in(&person->random, SAME_ONE_IN))
		value = record_value(&target->record, column->name);
	else
		value = target_value(person, column, room);
	if (value.type == VALUE_NULL && (column->flags & COLUMN_REQUIRED) != 0)
		return;
	sheet_set(&person->people->sheet, 0, column->name, &value);
}

/* Where topics meet, they meet in the first column. */
static void
put_edit(struct person *person, struct target *target)
{
	uint64_t columns = random_between(&person->random, 1, EDIT_COLUMNS);
	bool wrong = random_one_in(&person->random, WRONG_ONE_IN);

	for (uint64_t i = 0; i < columns; i++) {
		uint64_t key =
		    i == 0 ? person_topic(person, 'c') : person_own(person);
		const struct column *column =
		    choose_column(person, target, key, wrong);

		if (column != NULL)
			put_column(person, target, column);
	}
}

static void
write_sheet(struct person *person, const char *what, uint64_t record)
{
	uint64_t id = sheet_write(&person->people->sheet, person->computer);

	if (id == 0)
		return;
	if (record == 0)
		record = id;
	person_tell(person, "%s %s", what, book_name(person->world, record));
}

bool
people_edit(struct person *person)
{
	struct sheet *sheet = &person->people->sheet;
	struct target target;
	const char *collection = NULL;
	bool found;

	if (!person_look(person))
		return false;
	found = target_choose(person, &target);
	if (found) {
		collection = target.collection->name;
		sheet_begin(sheet, target.dossier, person_author(person));
		sheet_open(sheet, target.id);
		put_edit(person, &target);
	}
	target_deinit(&target);
	person_stop_looking(person);
	if (!found || sheet->setting_count == 0)
		return false;
	write_sheet(person, collection, target.id);
	return true;
}

/* --- new records ---------------------------------------------------------- */

/* Every required column, and a few others.  False when a record that it has
 * to name is not here. */
static bool
put_record(struct person *person, uint32_t record,
    const struct collection *collection)
{
	char room[CHILD_TEXT_BYTES];

	for (const struct column *column = collection->columns;
	     column->name != NULL; column++) {
		bool required = (column->flags & COLUMN_REQUIRED) != 0;
		struct value value;

		if (column->since > person->hub_catalogue ||
		    (!required && !random_one_in(&person->random, 4)) ||
		    (!required && column->refers != NULL &&
			strcmp(column->refers, "attachment") == 0))
			continue;
		value = target_value(person, column, room);
		if (required && value.type == VALUE_NULL)
			return false;
		if (value.type != VALUE_NULL)
			sheet_set(&person->people->sheet, record, column->name,
			    &value);
	}
	return true;
}

static bool
insert(struct person *person, uint64_t dossier, const char *name)
{
	const struct collection *collection =
	    catalogue_collection(bytes_of_text(name));
	struct sheet *sheet = &person->people->sheet;

	if (collection == NULL || collection->since > person->hub_catalogue)
		return false;
	sheet_begin(sheet, dossier, person_author(person));
	return put_record(person, sheet_insert(sheet, name), collection);
}

/* Who is announced, by UPN and birth date, is let in without an answer. */
static bool
insert_expected(struct person *person)
{
	const struct people *people = person->people;
	struct sheet *sheet = &person->people->sheet;
	struct child child;
	uint32_t record;

	if (people->child_count == 0)
		return false;
	child_invent(people->children[person_topic(person, 'x') %
				      (people->child_count < PEOPLE_CHILDREN
					      ? people->child_count
					      : PEOPLE_CHILDREN)],
	    &child);
	sheet_begin(sheet, person->school, person_author(person));
	record = sheet_insert(sheet, "expected_pupil");
	sheet_set_text(sheet, record, "upn", child.upn);
	sheet_set_text(sheet, record, "surname", child.surname);
	sheet_set_text(sheet, record, "forename", child.forename);
	sheet_set_text(sheet, record, "birth_date", child.birth_date);
	sheet_set_text(sheet, record, "nc_year_actual", child.year);
	sheet_set_text(sheet, record, "state", "expected");
	return true;
}

static const char *
draw_name(struct person *person, const char *const *names, uint32_t count)
{
	return names[random_below_of(&person->random, count)];
}

#define DRAW_NAME(person, names) \
	draw_name(person, names, sizeof(names) / sizeof(names[0]))

static bool
insert_in_file(struct person *person, const char **name)
{
	static const char *const names[] = { "note", "note", "contact",
		"contact", "need", "family_meeting", "family_meeting",
		"nomination", "nomination", "nomination", "friendship",
		"circumstance", "transition_record", "transition_record",
		"enrolment", "enrolment", "language", "sen_provision",
		"support_plan", "attendance", "assessment", "identifier",
		"sibling", "same_as" };
	uint64_t file = person_pick(person, person_topic(person, 'f'),
	    "SELECT p.id FROM pupil p JOIN dossier d ON d.number = p.id"
	    " JOIN record r ON r.id = p.id WHERE d.state = 0 AND r.state = 0"
	    " AND ?1 = ?2",
	    0, 0);

	*name = DRAW_NAME(person, names);
	return file != 0 && insert(person, file, *name);
}

static bool
insert_elsewhere(struct person *person, const char **name)
{
	static const char *const shared[] = { "organisation",
		"organisation_offer", "listening", "curriculum_term",
		"curriculum_term", "transition_event", "transition_event",
		"visit", "term_date", "training_session", "training_feedback" };
	static const char *const own[] = { "setting", "training_attendance",
		"read_audit" };

	if (random_one_in(&person->random, 3)) {
		*name = "expected_pupil";
		return insert_expected(person);
	}
	if (random_one_in(&person->random, 4)) {
		*name = DRAW_NAME(person, own);
		return insert(person, person->school, *name);
	}
	*name = DRAW_NAME(person, shared);
	return insert(person, DOSSIER_PARTNERSHIP, *name);
}

bool
people_note(struct person *person)
{
	const char *name = NULL;
	bool found;

	if (!person_look(person))
		return false;
	if (random_one_in(&person->random, 4))
		found = insert_elsewhere(person, &name);
	else
		found = insert_in_file(person, &name);
	person_stop_looking(person);
	if (!found)
		return false;
	write_sheet(person, name, 0);
	return true;
}

/* --- deletions ------------------------------------------------------------ */

/* What an edit of the same topic is about, if that can be deleted. */
static bool
choose_deletion(struct person *person, struct target *target)
{
	bool found = target_choose(person, target);

	if (found && target->collection->delete_rights != 0)
		return true;
	if (found)
		target_deinit(target);
	return target_choose_deletable(person, target);
}

bool
people_delete(struct person *person)
{
	struct sheet *sheet = &person->people->sheet;
	bool back = random_one_in(&person->random, 3);
	bool wrong = random_one_in(&person->random, WRONG_ONE_IN);
	struct target target;
	uint32_t who, record;
	bool may;

	if (!person_look(person))
		return false;
	may = (back && target_choose_deleted(person, &target)) ||
	      choose_deletion(person, &target);
	if (may) {
		who = target.collection->delete_rights;
		may = who != 0 && (wrong || (who & target.rights) != 0);
		sheet_begin(sheet, target.dossier, person_author(person));
		record = sheet_open(sheet, target.id);
		if (target.record.state == RECORD_DELETED)
			sheet->records[record].undelete = true;
		else
			sheet->records[record].delete = true;
	}
	target_deinit(&target);
	person_stop_looking(person);
	if (!may)
		return false;
	write_sheet(person, sheet->records[0].delete ? "delete" : "take back",
	    target.id);
	return true;
}

/* --- staff ---------------------------------------------------------------- */

static void
put_new_staff(struct person *person)
{
	static const char *const roles[] = { "lead", "deputy_lead", "head",
		"senco", "head_of_year", "office", "teacher",
		"teaching_assistant" };
	struct sheet *sheet = &person->people->sheet;
	struct child child;
	uint32_t staff;

	child_invent(person_own(person), &child);
	sheet_begin(sheet, DOSSIER_PARTNERSHIP, person_author(person));
	staff = sheet_insert(sheet, "staff");
	sheet_set_id(sheet, staff, "school", person->school);
	sheet_set_text(sheet, staff, "surname", child.surname);
	sheet_set_text(sheet, staff, "forename", child.forename);
	sheet_set_text(sheet, staff, "role", DRAW_NAME(person, roles));
}

static void
put_known_staff(struct person *person, uint64_t id)
{
	struct sheet *sheet = &person->people->sheet;
	char date[CHILD_DATE_BYTES];
	uint32_t staff;

	sheet_begin(sheet, DOSSIER_PARTNERSHIP, 0);
	staff = sheet_open(sheet, id);
	if (random_one_in(&person->random, 2)) {
		sheet_set_text(sheet, staff, "second_role",
		    random_one_in(&person->random, 2) ? "transition_lead"
						      : "other");
		return;
	}
	child_date(&person->random, date);
	sheet_set_text(sheet, staff, "left_on", date);
}

bool
people_staff(struct person *person)
{
	uint64_t id = 0;

	if (!person_look(person))
		return false;
	if (!random_one_in(&person->random, 3))
		id = person_pick(person, person_topic(person, 'w'),
		    "SELECT s.id FROM staff s JOIN record r ON r.id = s.id"
		    " WHERE r.state = 0 AND s.school = ?1 AND ?2 = 0",
		    person->school, 0);
	if (id != 0)
		put_known_staff(person, id);
	else
		put_new_staff(person);
	person_stop_looking(person);
	write_sheet(person, id != 0 ? "changes" : "comes", id);
	return true;
}
