/*
 * Reading as pages and the command line do: lists, one record with history
 * and conflicts, search, what waits; and a write that has to be refused.
 */
#include <string.h>

#include "common/replica/dossier.h"
#include "common/replica/draft.h"
#include "common/replica/history.h"
#include "common/replica/pending.h"
#include "common/replica/search.h"
#include "tests/sim/people/child.h"
#include "tests/sim/people/person.h"

enum {
	LIST_LIMIT = 20
};

struct reading {
	uint64_t last;
	uint64_t count;
};

static bool
read_row(void *context, const struct record *record)
{
	struct reading *reading = context;

	reading->last = record->id;
	reading->count++;
	return true;
}

static bool
read_history(void *context, const struct history_entry *entry)
{
	(void)entry;
	((struct reading *)context)->count++;
	return true;
}

static bool
read_conflict(void *context, const struct conflict *conflict)
{
	((struct reading *)context)->count += conflict->value_count;
	return true;
}

static bool
read_found(void *context, uint64_t pupil)
{
	((struct reading *)context)->last = pupil;
	return true;
}

static enum status
read_record(struct person *person, uint64_t id, struct reading *reading,
    struct error *err)
{
	struct arena arena = { 0 };
	struct record record;
	uint64_t *same;
	uint32_t count;
	enum status status;

	status = record_get(person->replica, id, &arena, &record, err);
	if (status == STATUS_OK)
		status = history_each(person->replica, id, read_history,
		    reading, err);
	if (status == STATUS_OK)
		status = conflict_each(person->replica, id, read_conflict,
		    reading, err);
	if (status == STATUS_OK &&
	    strcmp(record.collection->name, "pupil") == 0)
		status = record_same(person->replica, id, &arena, &same, &count,
		    err);
	arena_deinit(&arena);
	return status;
}

static enum status
read_list(struct person *person, struct reading *reading, struct error *err)
{
	uint32_t count;
	const struct collection *all = catalogue_collections(&count);
	struct record_query query = {
		.collection =
		    random_one_in(&person->random, 2)
			? catalogue_collection(bytes_of_text("pupil"))
			: &all[random_below_of(&person->random, count)],
		.limit = LIST_LIMIT,
	};

	query.merge_same = strcmp(query.collection->name, "pupil") == 0;
	return record_each(person->replica, &query, read_row, reading, err);
}

static enum status
read_search(struct person *person, struct reading *reading, struct error *err)
{
	struct child child;
	char canary[PEOPLE_CANARY_BYTES];
	const char *word = canary;

	child_invent(person_own(person), &child);
	people_canary(person->world, person_own(person), canary);
	switch (random_below_of(&person->random, 4)) {
	case 0:
		word = child.surname;
		break;
	case 1:
		word = child.forename;
		break;
	case 2:
		word = "\"o' -(*";
		break;
	default:
		break;
	}
	return search_pupils(person->replica, bytes_of_text(word), LIST_LIMIT,
	    read_found, reading, err);
}

/* A file that has passed on, or was never here, takes no draft. */
static void
try_to_write(struct person *person)
{
	uint64_t file = person_pick(person, person_own(person),
	    "SELECT number FROM dossier WHERE state IN (?1, ?2)",
	    DOSSIER_FROZEN, DOSSIER_CLOSING);
	struct draft *draft = NULL;
	struct error err = { 0 };
	enum status status;

	if (file == 0)
		return;
	status = replica_begin(person->replica, &err);
	if (!person_ok(person, status, &err))
		return;
	status = draft_create(person->replica, file, 0, &draft, &err);
	draft_destroy(draft);
	replica_rollback(person->replica);
	if (status == STATUS_OK)
		world_fail(person->world,
		    "frozen-is-read-only: %s: a draft in %s",
		    person->computer->name, book_name(person->world, file));
	if (status != STATUS_DENIED)
		(void)person_ok(person, status, &err);
}

bool
people_read(struct person *person)
{
	struct reading reading = { 0 };
	struct error err = { 0 };
	uint64_t waiting, aside;
	enum status status;

	if (!person_look(person))
		return false;
	status = read_list(person, &reading, &err);
	if (status == STATUS_OK && reading.last != 0)
		status = read_record(person, reading.last, &reading, &err);
	if (status == STATUS_OK)
		status = read_search(person, &reading, &err);
	if (status == STATUS_OK)
		status = pending_count(person->replica, &waiting, &aside, &err);
	if (status == STATUS_NOT_FOUND)
		world_fail(person->world, "list-is-true: %s: %s",
		    person->computer->name, err.text);
	if (person_ok(person, status, &err))
		try_to_write(person);
	person_stop_looking(person);
	person_tell(person, "%u lines", (unsigned)reading.count);
	return true;
}
