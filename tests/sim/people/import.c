/*
 * A CTF or a CSV of a few children is imported, and some months later the same
 * once more.  The import makes its own commits; which ones is seen from the
 * numbers that the computer had not used before.
 */
#include "client/import/import.h"

#include <stdio.h>
#include <string.h>

#include "common/replica/sql.h"
#include "protocol/identifier.h"
#include "tests/sim/people/child.h"
#include "tests/sim/people/ctf.h"
#include "tests/sim/people/person.h"

enum {
	FILES = 4, /* that a school has, so that one comes again */
	CREATED = 16,
	PIECE_BYTES = 512
};

struct importing {
	struct bytes file;
	uint64_t created[CREATED];
	uint32_t count;
};

static enum status
give(void *context, uint8_t *room, size_t size, size_t *got, struct error *err)
{
	struct importing *importing = context;

	(void)err;
	*got = importing->file.size < size ? importing->file.size : size;
	if (*got > PIECE_BYTES)
		*got = PIECE_BYTES;
	if (*got > 0)
		memcpy(room, importing->file.data, *got);
	bytes_advance(&importing->file, *got);
	return STATUS_OK;
}

static void
note_created(void *context, const struct import_report *report)
{
	struct importing *importing = context;

	if (report->outcome == IMPORT_CREATED && report->number > 0 &&
	    importing->count < CREATED)
		importing->created[importing->count++] = report->record;
}

/* --- the book ------------------------------------------------------------- */

/* The id that this computer would use next. */
static bool
next_id(struct person *person, uint64_t *next)
{
	struct error err = { 0 };
	uint64_t counter;
	enum status status;

	status =
	    replica_meta_get(person->replica, "counter", 1, &counter, &err);
	if (!person_ok(person, status, &err))
		return false;
	*next =
	    identifier_make(replica_identity(person->replica).site, counter);
	return true;
}

/* Waiting, or by now answered. */
static bool
book_from(struct person *person, uint64_t from)
{
	struct sql *sql = sql_use(person->replica,
	    "SELECT id, dossier FROM pending WHERE id >= ?1 AND id < ?2"
	    " UNION SELECT id, dossier FROM ledger WHERE id >= ?1 AND id < ?2"
	    " ORDER BY id");
	struct error err = { 0 };
	enum status status;

	sql_bind_id(sql, 1, from);
	sql_bind_id(sql, 2,
	    identifier_make(identifier_site(from), COUNTER_MAX));
	while ((status = sql_step(sql, &err)) == STATUS_OK)
		person_book_stray(person, sql_column_id(sql, 0),
		    sql_column_id(sql, 1));
	sql_release(sql);
	return status == STATUS_NOT_FOUND || person_ok(person, status, &err);
}

void
people_book_strays(struct person *person)
{
	uint64_t *from = &person->people->stray_from[person->computer->index];

	if (*from == 0 || !person_look(person))
		return;
	if (book_from(person, *from))
		*from = 0;
	person_stop_looking(person);
}

/* --- the files ------------------------------------------------------------ */

/* Families' wishes for a few children that are here, row by row. */
static void
write_csv(struct person *person, struct buffer *out)
{
	uint64_t rows = random_between(&person->random, 1, 4);

	ctf_print(out, "upn,surname,forename,relationship,email\r\n");
	for (uint64_t i = 0; i < rows; i++) {
		uint64_t seed =
		    person->people->children[random_below_of(&person->random,
			PEOPLE_CHILDREN)];
		struct child child;

		child_invent(seed, &child);
		ctf_print(out,
		    "%s,%s,\"Alex, \"\"Lex\"\"\",%s,alex@example.invalid\r\n",
		    child.upn, child.surname, i % 2 == 0 ? "PAM" : "ZZZ");
	}
}

static enum status
run_import(struct person *person, bool csv, struct importing *importing,
    struct import_totals *totals, struct error *err)
{
	struct import_options options = {
		.replica = person->replica,
		.author = person_author(person),
		.now_ms = computer_now(person->computer),
		.accept = DOUBTS_ACCEPTABLE,
		.report = note_created,
		.context = importing,
	};

	if (csv)
		return import_csv(&options, "contact", give, importing, totals,
		    err);
	return import_ctf(&options, "9992999_CTF_9992001_001.xml", give,
	    importing, totals, err);
}

/* Until the first sync nobody knows which school this is. */
static bool
knows_own_school(struct person *person)
{
	return person_pick(person, 0,
		   "SELECT id FROM school WHERE id = ?1 AND ?2 = 0",
		   person->school, 0) != 0;
}

static bool
import_file(struct person *person, bool csv, struct importing *importing)
{
	uint64_t *stray = &person->people->stray_from[person->computer->index];
	struct import_totals totals = { 0 };
	struct error err = { 0 };
	uint64_t from;
	enum status status;

	if (!person_look(person))
		return false;
	if (!knows_own_school(person) || !next_id(person, &from)) {
		person_stop_looking(person);
		return false;
	}
	if (*stray == 0)
		*stray = from;
	status = run_import(person, csv, importing, &totals, &err);
	(void)computer_ok(person->computer, status, &err);
	if (book_from(person, *stray))
		*stray = 0;
	person_stop_looking(person);
	person_tell(person, "%s: %u read, %u created, %u updated",
	    csv ? "CSV" : "CTF", totals.read, totals.created, totals.updated);
	return true;
}

bool
people_import(struct person *person)
{
	bool csv = person->people->child_count >= PEOPLE_CHILDREN / 16 &&
	           random_one_in(&person->random, 4);
	uint64_t file = person->computer->school * FILES +
	                random_below_of(&person->random, FILES);
	uint32_t version = random_one_in(&person->random, 3) ? 1 : 0;
	struct importing importing = { 0 };
	struct buffer out = { 0 };
	bool done;

	if (csv)
		write_csv(person, &out);
	else
		ctf_invent(person->world->plan->seed ^ (file << 40), version,
		    &out);
	importing.file = buffer_view(&out);
	done = import_file(person, csv, &importing);
	buffer_deinit(&out);
	computer_look(person->computer);
	for (uint32_t i = 0; i < importing.count && !csv; i++)
		people_mark(person, importing.created[i]);
	return done;
}
