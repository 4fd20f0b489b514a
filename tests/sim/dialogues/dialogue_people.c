#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/replica/record.h"
#include "tests/sim/dialogues/dialogue_private.h"
#include "tests/sim/people/sheet.h"

static struct sheet sheet;

/* --- telling -------------------------------------------------------------- */

static void done(uint64_t commit, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Where "writes oak1#3" ends, the last that there is. */
static size_t
find_writing(const struct buffer *text, uint64_t commit)
{
	const char *start = (const char *)text->data, *found = NULL;
	const char *last = start + text->size;
	char line[64];

	snprintf(line, sizeof(line), ": writes %s\n",
	    book_name(dialogue.world, commit));
	for (const char *at = start; at < last; at++) {
		at = memchr(at, '\n', (size_t)(last - at));
		if ((size_t)(at + 1 - start) >= strlen(line) &&
		    memcmp(at + 1 - strlen(line), line, strlen(line)) == 0)
			found = at;
	}
	assert_non_null(found);
	return (size_t)(found - start);
}

/* Said behind "writes oak1#3".  A refusal is a failure. */
static void
done(uint64_t commit, const char *format, ...)
{
	struct buffer *text = &dialogue.world->trace.text;
	char what[200] = ": ";
	va_list arguments;
	size_t place, size;

	va_start(arguments, format);
	vsnprintf(what + 2, sizeof(what) - 2, format, arguments);
	va_end(arguments);
	if (commit == 0)
		fail_msg("cannot be done%s", what);
	place = find_writing(text, commit);
	size = strlen(what);
	assert_int_equal(buffer_append(text, bytes_of_text(what)), STATUS_OK);
	memmove(text->data + place + size, text->data + place,
	    text->size - size - place);
	memcpy(text->data + place, what, size);
}

static uint64_t
dossier_of(struct computer *computer, uint64_t record)
{
	const struct collection *collection;
	enum record_state state;
	struct replica *replica = dialogue_open(computer);
	struct error err = { 0 };
	uint64_t dossier = 0;

	dialogue_ok(record_locate(replica, record, &dossier, &collection,
			&state, &err),
	    &err);
	dialogue_close(computer);
	return dossier;
}

/* --- a file --------------------------------------------------------------- */

uint64_t
admit(struct computer *computer, const char *forename)
{
	struct world *world = computer->world;
	uint32_t pupil;
	uint64_t id;

	sheet_begin_dossier(&sheet, 0);
	pupil = sheet_insert(&sheet, "pupil");
	sheet_set_text(&sheet, pupil, "surname", "Lane");
	sheet_set_text(&sheet, pupil, "forename", forename);
	sheet_set_text(&sheet, pupil, "birth_date", "2015-01-19");
	sheet_set_id(&sheet, pupil, "holder",
	    world->schools[computer->school].record);
	id = sheet_write(&sheet, computer);
	done(id, "admits %s", forename);
	return id;
}

uint64_t
edit(struct computer *computer, uint64_t record, const char *column,
    const char *text)
{
	struct value value = text == NULL ? value_null() : value_c_text(text);
	uint32_t place;
	uint64_t id;

	sheet_begin(&sheet, dossier_of(computer, record), 0);
	place = sheet_open(&sheet, record);
	sheet_set(&sheet, place, column, &value);
	id = sheet_write(&sheet, computer);
	done(id, "%s = %s", column, text == NULL ? "nothing" : text);
	return id;
}

uint64_t
note(struct computer *computer, uint64_t child, const char *text)
{
	uint32_t place;
	uint64_t id;

	sheet_begin(&sheet, child, 0);
	place = sheet_insert(&sheet, "note");
	sheet_set_text(&sheet, place, "category", "pastoral");
	sheet_set_text(&sheet, place, "happened_on", "2026-07-01");
	sheet_set_text(&sheet, place, "text", text);
	id = sheet_write(&sheet, computer);
	done(id, "notes '%s'", text);
	return id;
}

static uint64_t
mark_record(struct computer *computer, uint64_t record, bool delete)
{
	uint32_t place;
	uint64_t id;

	sheet_begin(&sheet, dossier_of(computer, record), 0);
	place = sheet_open(&sheet, record);
	sheet.records[place].delete = delete;
	sheet.records[place].undelete = !delete;
	id = sheet_write(&sheet, computer);
	done(id, "%s %s", delete ? "deletes" : "takes back the deletion of",
	    book_name(computer->world, record));
	return id;
}

uint64_t
delete_record(struct computer *computer, uint64_t record)
{
	return mark_record(computer, record, true);
}

uint64_t
undelete_record(struct computer *computer, uint64_t record)
{
	return mark_record(computer, record, false);
}

uint64_t
redact(struct computer *computer, uint64_t dossier, uint64_t change)
{
	uint32_t place;
	uint64_t id;

	sheet_begin(&sheet, dossier, 0);
	place = sheet_insert(&sheet, "redaction");
	sheet_set_id(&sheet, place, "change", change);
	sheet_set_text(&sheet, place, "reason", "wrong_child");
	id = sheet_write(&sheet, computer);
	done(id, "redacts %s", book_name(computer->world, change));
	return id;
}

/* --- a child moves -------------------------------------------------------- */

uint64_t
open_transfer(struct computer *computer, uint64_t child, const char *to)
{
	struct world *world = computer->world;
	uint32_t transfer, pupil;
	uint64_t id;

	sheet_begin(&sheet, child, 0);
	transfer = sheet_insert(&sheet, "transfer");
	sheet_set_text(&sheet, transfer, "kind", "phase");
	sheet_set_id(&sheet, transfer, "from_school",
	    world->schools[computer->school].record);
	sheet_set_id(&sheet, transfer, "to_school", school(world, to));
	sheet_set_text(&sheet, transfer, "state", "open");
	pupil = sheet_open(&sheet, child);
	sheet_set_new(&sheet, pupil, "open_transfer", transfer);
	id = sheet_write(&sheet, computer);
	done(id, "opens a transfer of %s to %s", book_name(world, child), to);
	return id;
}

static uint64_t
envelope_of(struct computer *computer, uint64_t transfer)
{
	struct value value = value_integer((int64_t)transfer);
	struct replica *replica = dialogue_open(computer);
	struct error err = { 0 };
	uint64_t id = 0;

	dialogue_ok(record_find(replica, "envelope", "transfer", &value, &id,
			&err),
	    &err);
	dialogue_close(computer);
	return id;
}

uint64_t
answer_transfer(struct computer *computer, uint64_t transfer,
    const char *answer)
{
	struct world *world = computer->world;
	uint64_t envelope = envelope_of(computer, transfer);
	uint32_t place;
	uint64_t id;

	sheet_begin(&sheet, world->schools[computer->school].record, 0);
	place = sheet_open(&sheet, envelope);
	sheet_set_text(&sheet, place, "state", answer);
	id = sheet_write(&sheet, computer);
	done(id, "answers %s: %s", book_name(world, transfer), answer);
	return id;
}

static uint64_t
step_transfer(struct computer *computer, uint64_t transfer, const char *state)
{
	uint64_t child = dossier_of(computer, transfer);
	struct world *world = computer->world;
	struct value none = value_null();
	uint32_t place, pupil;

	sheet_begin(&sheet, child, 0);
	place = sheet_open(&sheet, transfer);
	sheet_set_text(&sheet, place, "state", state);
	pupil = sheet_open(&sheet, child);
	sheet_set(&sheet, pupil, "open_transfer", &none);
	if (strcmp(state, "accepted") == 0)
		sheet_set_id(&sheet, pupil, "holder",
		    world->schools[computer->school].record);
	return sheet_write(&sheet, computer);
}

uint64_t
accept_transfer(struct computer *computer, uint64_t transfer)
{
	uint64_t id = step_transfer(computer, transfer, "accepted");

	done(id, "accepts %s", book_name(computer->world, transfer));
	return id;
}

uint64_t
cancel_transfer(struct computer *computer, uint64_t transfer)
{
	uint64_t id = step_transfer(computer, transfer, "cancelled");

	done(id, "cancels %s", book_name(computer->world, transfer));
	return id;
}

/* --- what comes back ------------------------------------------------------ */

/* The transaction that was begun has come to status. */
static void
commit(struct replica *replica, enum status status, struct error *err)
{
	if (status == STATUS_OK)
		status = replica_commit(replica, err);
	if (status != STATUS_OK)
		replica_rollback(replica);
	dialogue_ok(status, err);
}

uint64_t
resolve(struct computer *computer, uint64_t record, const char *field,
    uint32_t keep)
{
	struct replica *replica = dialogue_open(computer);
	struct error err = { 0 };
	uint64_t id = 0;

	dialogue_ok(replica_begin(replica, &err), &err);
	commit(replica,
	    conflict_resolve(replica, record, field, keep, 0,
		computer_now(computer), &id, &err),
	    &err);
	computer_wrote(computer, id);
	dialogue_close(computer);
	done(id, "decides on %s of %s", field,
	    book_name(computer->world, record));
	computer_look(computer);
	return id;
}

uint64_t
try_again(struct computer *computer, uint64_t refused)
{
	struct replica *replica = dialogue_open(computer);
	struct entry *entry = book_find(computer->world->book, refused);
	struct error err = { 0 };
	uint64_t id = 0;

	dialogue_ok(replica_begin(replica, &err), &err);
	commit(replica,
	    pending_retry(replica, refused, computer_now(computer), &id, &err),
	    &err);
	if (entry != NULL)
		entry->given_up = true;
	computer_wrote(computer, id);
	dialogue_close(computer);
	done(id, "%s again", book_name(computer->world, refused));
	computer_look(computer);
	return id;
}

void
give_up(struct computer *computer, uint64_t refused)
{
	struct replica *replica = dialogue_open(computer);
	struct entry *entry = book_find(computer->world->book, refused);
	struct error err = { 0 };

	dialogue_ok(replica_begin(replica, &err), &err);
	commit(replica, pending_drop(replica, refused, &err), &err);
	if (entry != NULL)
		entry->given_up = true;
	dialogue_close(computer);
	trace_line(&computer->world->trace, computer->world->now_ms,
	    computer->name, "gives up %s", book_name(computer->world, refused));
	computer_look(computer);
}
