#include "tests/sim/people/target.h"

#include <string.h>

#include "common/replica/dossier.h"
#include "protocol/identifier.h"
#include "tests/sim/people/child.h"

/* The files that can be written here. */
#define OPEN_FILES                                                   \
	"SELECT p.id FROM pupil p JOIN dossier d ON d.number = p.id" \
	" JOIN record r ON r.id = p.id WHERE d.state = 0 AND r.state = 0"

/* --- which ---------------------------------------------------------------- */

static uint64_t
pick_in_file(struct person *person, uint64_t file)
{
	return person_pick(person, person_topic(person, 'r'),
	    "SELECT id FROM record WHERE dossier = ?1 AND state = ?2"
	    " AND collection NOT IN ('ctf_import', 'redaction', 'retention',"
	    " 'attachment')",
	    file, RECORD_LIVE);
}

/* What any school, or the whole of one, may write. */
static uint64_t
pick_shared(struct person *person)
{
	return person_pick(person, person_topic(person, 's'),
	    "SELECT id FROM record WHERE dossier IN (?1, ?2) AND state = 0"
	    " AND collection IN ('organisation', 'organisation_offer',"
	    " 'listening', 'curriculum_term', 'transition_event', 'visit',"
	    " 'staff', 'term_date', 'training_session', 'expected_pupil',"
	    " 'setting', 'training_attendance', 'post')",
	    DOSSIER_PARTNERSHIP, person->school);
}

static uint64_t
pick_live(struct person *person)
{
	uint64_t kind = person_topic(person, 'k') % 10;
	uint64_t file;

	if (kind < 3)
		return pick_shared(person);
	file = person_pick(person, person_topic(person, 'f'),
	    OPEN_FILES " AND ?1 = ?2", 0, 0);
	return kind < 7 || file == 0 ? file : pick_in_file(person, file);
}

/* --- rights --------------------------------------------------------------- */

static uint64_t
reference(const struct record *record, const char *column)
{
	struct value value = record_value(record, column);

	return value.type == VALUE_INTEGER ? (uint64_t)value.integer : 0;
}

static bool
holds_file(struct person *person, uint64_t file)
{
	return person_pick(person, 0,
		   "SELECT id FROM pupil WHERE id = ?1 AND holder = ?2", file,
		   person->school) != 0;
}

static uint32_t
rights_to(struct person *person, const struct target *target)
{
	uint32_t rights = RIGHT_ANY;

	if (target->dossier == person->school ||
	    reference(&target->record, "school") == person->school)
		rights |= RIGHT_OWN;
	if (person_is_of_school(person, identifier_site(target->id)))
		rights |= RIGHT_AUTHOR;
	if (target->dossier == DOSSIER_PARTNERSHIP ||
	    target->dossier == person->school)
		return rights;
	return rights |
	       (holds_file(person, target->dossier) ? RIGHT_HOLDER
						    : RIGHT_DESTINATION);
}

static bool
load(struct person *person, struct target *target)
{
	struct error err = { 0 };
	enum status status;

	status = record_get(person->replica, target->id, &target->arena,
	    &target->record, &err);
	if (!person_ok(person, status, &err) ||
	    target->record.collection == NULL)
		return false;
	target->dossier = target->record.dossier;
	target->collection = target->record.collection;
	target->rights = rights_to(person, target);
	return true;
}

bool
target_choose(struct person *person, struct target *target)
{
	*target = (struct target){ .id = pick_live(person) };
	if (target->id != 0 && load(person, target))
		return true;
	target_deinit(target);
	return false;
}

bool
target_choose_deletable(struct person *person, struct target *target)
{
	uint64_t file = person_pick(person, person_topic(person, 'f'),
	    OPEN_FILES " AND ?1 = ?2", 0, 0);

	*target = (struct target){ 0 };
	target->id = person_pick(person, person_own(person),
	    "SELECT id FROM record WHERE dossier = ?1 AND state = ?2"
	    " AND collection NOT IN ('pupil', 'transfer', 'package',"
	    " 'ctf_import', 'redaction', 'retention', 'attachment')",
	    file, RECORD_LIVE);
	if (file != 0 && target->id != 0 && load(person, target))
		return true;
	target_deinit(target);
	return false;
}

bool
target_choose_deleted(struct person *person, struct target *target)
{
	*target = (struct target){ 0 };
	target->id = person_pick(person, person_topic(person, 'd'),
	    "SELECT r.id FROM record r JOIN dossier d ON d.number = r.dossier"
	    " WHERE r.state = ?1 AND d.kind = ?2 AND d.state = 0",
	    RECORD_DELETED, DOSSIER_KIND_PUPIL);
	if (target->id != 0 && load(person, target))
		return true;
	target_deinit(target);
	return false;
}

void
target_deinit(struct target *target)
{
	arena_deinit(&target->arena);
	target->arena = (struct arena){ 0 };
}

/* --- columns -------------------------------------------------------------- */

/* A former surname is the canary's; where a transfer goes is fixed. */
bool
target_column_is_written(const struct person *person,
    const struct collection *collection, const struct column *column)
{
	bool pupil = strcmp(collection->name, "pupil") == 0;
	bool transfer = strcmp(collection->name, "transfer") == 0;

	return column->since <= person->hub_catalogue &&
	       (column->flags & (COLUMN_ARBITRATED | COLUMN_ONCE)) == 0 &&
	       !collection_field_is_arbitrated(collection,
		   column_field(column)) &&
	       !(pupil && strcmp(column->name, "former_surname") == 0) &&
	       !(transfer && column->type == COLUMN_REFERENCE);
}

struct value
target_value(struct person *person, const struct column *column, char *room)
{
	uint64_t id;

	if (column->type == COLUMN_ID)
		return value_integer(
		    (int64_t)(1 + person_own(person) % INT32_MAX));
	if (column->type != COLUMN_REFERENCE)
		return child_value(&person->random, column, room);
	if (strcmp(column->name, "school") == 0)
		return value_integer((int64_t)person->school);
	id = person_pick_record(person, person_own(person), column->refers);
	return id == 0 ? value_null() : value_integer((int64_t)id);
}
