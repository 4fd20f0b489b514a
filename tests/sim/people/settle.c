/*
 * What comes back to people: conflicts, refusals; and what must be forgotten.
 */
#include <stdio.h>
#include <string.h>

#include "common/replica/dossier.h"
#include "common/replica/history.h"
#include "common/replica/pending.h"
#include "protocol/limits.h"
#include "tests/sim/people/person.h"

/* A file that was passed on, or is being closed, can only be read. */
static bool
is_writable(struct person *person, uint64_t number)
{
	struct error err = { 0 };
	struct dossier dossier;
	enum status status;

	status = dossier_get(person->replica, number, &dossier, &err);
	if (status == STATUS_NOT_FOUND)
		return number == person->school;
	return person_ok(person, status, &err) && dossier.state == DOSSIER_OPEN;
}

/* End a transaction whose work came to status. */
static bool
end(struct person *person, enum status status, struct error *err)
{
	if (status == STATUS_OK)
		status = replica_commit(person->replica, err);
	if (status != STATUS_OK)
		replica_rollback(person->replica);
	return person_ok(person, status, err);
}

/* --- conflicts ------------------------------------------------------------ */

struct dispute {
	struct person *person;
	uint64_t key;
	uint64_t liking;
	uint64_t record;
	uint64_t dossier;
	char field[LIMIT_NAME_BYTES + 1];
	uint32_t values;
};

/* Steps of a transfer are the hub's to decide. */
static bool
weigh_conflict(void *context, const struct conflict *conflict)
{
	struct dispute *dispute = context;
	uint64_t liking = person_liking(dispute->key, conflict->record);

	if ((dispute->record != 0 && liking >= dispute->liking) ||
	    collection_field_is_arbitrated(conflict->collection,
		conflict->field) ||
	    !is_writable(dispute->person, conflict->dossier))
		return true;
	dispute->liking = liking;
	dispute->record = conflict->record;
	dispute->dossier = conflict->dossier;
	dispute->values = conflict->value_count;
	snprintf(dispute->field, sizeof(dispute->field), "%s", conflict->field);
	return true;
}

static uint64_t
settle(struct person *person, const struct dispute *dispute)
{
	uint32_t keep =
	    (uint32_t)random_below_of(&person->random, dispute->values);
	uint64_t author = person_author(person);
	struct error err = { 0 };
	uint64_t id = 0;
	enum status status;

	status = replica_begin(person->replica, &err);
	if (status == STATUS_OK)
		status = conflict_resolve(person->replica, dispute->record,
		    dispute->field, keep, author,
		    computer_now(person->computer), &id, &err);
	if (!end(person, status, &err) || id == 0)
		return 0;
	computer_wrote(person->computer, id);
	return id;
}

bool
people_resolve(struct person *person)
{
	struct dispute dispute = {
		.person = person,
		.key = person_topic(person, 'f'),
	};
	struct error err = { 0 };
	uint64_t id = 0;

	if (!person_look(person))
		return false;
	if (person_ok(person,
		conflict_each(person->replica, 0, weigh_conflict, &dispute,
		    &err),
		&err) &&
	    dispute.record != 0)
		id = settle(person, &dispute);
	person_stop_looking(person);
	if (dispute.record == 0)
		return false;
	if (id == 0)
		return true;
	person_tell(person, "%s of %s", dispute.field,
	    book_name(person->world, dispute.record));
	computer_look(person->computer);
	return true;
}

/* --- what was refused ----------------------------------------------------- */

struct refused {
	uint64_t key;
	uint64_t id;
	uint64_t liking;
};

static bool
weigh_refused(void *context, const struct pending_row *row)
{
	struct refused *refused = context;
	uint64_t liking = person_liking(refused->key, row->id);

	if (refused->id == 0 || liking < refused->liking) {
		refused->id = row->id;
		refused->liking = liking;
	}
	return true;
}

/* The onlooker knows that it need not be here any more. */
static void
give_up(struct person *person, uint64_t refused)
{
	struct entry *entry = book_find(person->world->book, refused);

	if (entry != NULL)
		entry->given_up = true;
}

/* A record that is not here any more cannot be written again: that is told,
 * and the commit stays aside. */
static bool
send_again(struct person *person, uint64_t refused)
{
	struct error err = { 0 };
	uint64_t id = 0;
	enum status status;

	status = replica_begin(person->replica, &err);
	if (status == STATUS_OK)
		status = pending_retry(person->replica, refused,
		    computer_now(person->computer), &id, &err);
	if (!end(person, status, &err))
		return false;
	give_up(person, refused);
	computer_wrote(person->computer, id);
	return true;
}

static void
forget(struct person *person, uint64_t refused)
{
	struct error err = { 0 };
	enum status status;

	status = replica_begin(person->replica, &err);
	if (status == STATUS_OK)
		status = pending_drop(person->replica, refused, &err);
	if (end(person, status, &err))
		give_up(person, refused);
}

bool
people_retry(struct person *person)
{
	struct refused refused = { .key = person_own(person) };
	bool again = !random_one_in(&person->random, 4);
	struct error err = { 0 };

	if (!person_look(person))
		return false;
	if (!person_ok(person,
		pending_each_aside(person->replica, weigh_refused, &refused,
		    &err),
		&err))
		refused.id = 0;
	if (refused.id != 0 && again)
		again = send_again(person, refused.id);
	else if (refused.id != 0)
		forget(person, refused.id);
	person_stop_looking(person);
	if (refused.id == 0)
		return false;
	person_tell(person, "%s %s", again ? "again" : "no more",
	    book_name(person->world, refused.id));
	computer_look(person->computer);
	return true;
}

/* --- redaction ------------------------------------------------------------ */

struct written {
	struct random *random;
	uint64_t change;
	uint32_t count;
};

/* Each as likely as the others. */
static bool
weigh_change(void *context, const struct history_entry *entry)
{
	struct written *written = context;

	if (!entry->redacted &&
	    random_one_in(written->random, ++written->count))
		written->change = entry->change;
	return true;
}

static uint64_t
pick_held_record(struct person *person, uint64_t *file)
{
	*file = person_pick(person, person_topic(person, 'f'),
	    "SELECT p.id FROM pupil p JOIN dossier d ON d.number = p.id"
	    " JOIN record r ON r.id = p.id WHERE d.state = 0 AND r.state = 0"
	    " AND p.holder = ?1 AND ?2 = 0",
	    person->school, 0);
	if (*file == 0)
		return 0;
	return person_pick(person, person_topic(person, 'r'),
	    "SELECT id FROM record WHERE dossier = ?1 AND ?2 = 0"
	    " AND collection NOT IN ('redaction', 'transfer')",
	    *file, 0);
}

bool
people_redact(struct person *person)
{
	static const char *const reasons[] = { "wrong_child", "adoption",
		"rectification" };
	struct written written = { .random = &person->random };
	struct sheet *sheet = &person->people->sheet;
	struct error err = { 0 };
	uint64_t record, file;
	uint32_t redaction;

	if (!person_look(person))
		return false;
	record = pick_held_record(person, &file);
	if (record != 0)
		(void)person_ok(person,
		    history_each(person->replica, record, weigh_change,
			&written, &err),
		    &err);
	sheet_begin(sheet, file, person_author(person));
	person_stop_looking(person);
	if (written.change == 0)
		return false;
	redaction = sheet_insert(sheet, "redaction");
	sheet_set_id(sheet, redaction, "change", written.change);
	sheet_set_text(sheet, redaction, "reason",
	    reasons[random_below_of(&person->random, 3)]);
	if (sheet_write(sheet, person->computer) != 0)
		person_tell(person, "a value of %s",
		    book_name(person->world, record));
	return true;
}
