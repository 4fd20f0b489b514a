#include "tests/sim/hostile/lies.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/identifier.h"
#include "protocol/stamp.h"
#include "tests/sim/hostile/lies_private.h"
#include "tests/sim/hostile/mutate.h"

static const uint8_t filler[256];

/* --- values --------------------------------------------------------------- */

static uint64_t
some_reference(struct teller *teller, const char *collection)
{
	const struct known_record *record;

	if (strcmp(collection, "school") == 0 && teller_one_in(teller, 2))
		return teller->school;
	record = known_record(teller->known, collection, UINT64_MAX,
	    &teller->random);
	if (record == NULL || teller_one_in(teller, 10))
		return known_id(teller->known, &teller->random) + 1;
	return record->id;
}

static struct value
some_code(struct teller *teller, const struct code_set *set)
{
	uint64_t count = 0;

	while (set->codes[count].code != NULL)
		count++;
	return value_c_text(set->codes[teller_below(teller, count)].code);
}

/* One that fits the column. */
static struct value
some_value(struct teller *teller, const struct column *column)
{
	static const char *const texts[] = { "Bramwell", "Iris", "a", "Ünal" };

	switch (column->type) {
	case COLUMN_TEXT:
		return value_c_text(texts[teller_below(teller, 4)]);
	case COLUMN_INTEGER:
		return value_integer((int64_t)column->min_value +
				     (int64_t)teller_below(teller, 3));
	case COLUMN_REAL:
		return (struct value){ .type = VALUE_REAL,
			.real = column->min_value };
	case COLUMN_DATE:
		return value_c_text("2016-05-04");
	case COLUMN_MOMENT:
		return value_c_text("2026-10-05T09:30:00Z");
	case COLUMN_BLOB:
		return value_blob((struct bytes){ filler,
		    column->min < sizeof(filler) ? column->min : 8 });
	case COLUMN_REFERENCE:
		return value_integer(
		    (int64_t)some_reference(teller, column->refers));
	case COLUMN_ID:
		return value_integer(
		    (int64_t)known_id(teller->known, &teller->random) + 1);
	case COLUMN_CODE:
		return some_code(teller, column->codes);
	}
	return value_null();
}

/* --- putting it together -------------------------------------------------- */

static void
lie_begin(struct lie *lie, struct teller *teller, uint64_t dossier)
{
	teller->counter += 32; /* with what a step leaves free */
	memset(lie, 0, sizeof(*lie));
	lie->commit.id = identifier_make(teller->site, teller->counter);
	lie->commit.stamp = stamp_from_ms(teller->now_ms);
	lie->commit.dossier = dossier;
	lie->commit.changes = lie->changes;
}

static struct change *
lie_change(struct lie *lie, const char *collection, uint64_t record)
{
	uint32_t at = lie->commit.change_count++;
	struct change *change = &lie->changes[at];

	assert(at < LIE_CHANGES);
	change->collection = bytes_of_text(collection);
	change->record = record;
	change->fields = lie->fields[at];
	for (uint32_t i = 0; i < LIE_FIELDS; i++) {
		lie->fields[at][i].values = lie->values[at][i];
		lie->fields[at][i].replaces = lie->replaces[at][i];
	}
	return change;
}

/* Its field in the last change: columns that are tied share one. */
static struct field_write *
lie_field(struct lie *lie, const char *column)
{
	struct change *change = &lie->changes[lie->commit.change_count - 1];
	const struct collection *collection =
	    catalogue_collection(change->collection);
	const struct column *found =
	    collection == NULL
		? NULL
		: collection_column(collection, bytes_of_text(column));

	for (uint32_t i = 0; found != NULL && i < change->field_count; i++) {
		const struct column *other = collection_column(collection,
		    change->fields[i].values[0].column);

		if (other != NULL &&
		    strcmp(column_field(other), column_field(found)) == 0)
			return &change->fields[i];
	}
	return change->field_count == LIE_FIELDS
	           ? NULL
	           : &change->fields[change->field_count++];
}

static void
lie_set(struct lie *lie, struct teller *teller, const char *column,
    struct value value)
{
	const struct change *change =
	    &lie->changes[lie->commit.change_count - 1];
	struct field_write *field = lie_field(lie, column);
	struct value before;
	uint64_t replaced;

	if (field == NULL || field->value_count == LIE_VALUES)
		return;
	field->values[field->value_count++] =
	    (struct column_value){ bytes_of_text(column), value };
	replaced = known_last(teller->known, change->record, column, &before);
	if (replaced != 0 && field->replace_count == 0)
		field->replaces[field->replace_count++] = replaced;
}

static void
lie_set_id(struct lie *lie, struct teller *teller, const char *column,
    uint64_t id)
{
	lie_set(lie, teller, column, value_integer((int64_t)id));
}

/* --- what honest computers write ------------------------------------------ */

static uint64_t
some_dossier(struct teller *teller)
{
	const struct known_record *pupil;

	pupil =
	    known_record(teller->known, "pupil", UINT64_MAX, &teller->random);
	if (pupil != NULL && !teller_one_in(teller, 3))
		return pupil->id;
	return teller_one_in(teller, 2) ? teller->school : DOSSIER_PARTNERSHIP;
}

static void
tell_insert(struct lie *lie, struct teller *teller)
{
	uint32_t count, which;
	const struct collection *collections = catalogue_collections(&count);
	const struct collection *collection;
	uint64_t dossier;

	which = (uint32_t)teller_below(teller, count);
	collection = &collections[which];
	if ((collection->dossiers & DOSSIER_KIND_PARTNERSHIP) != 0)
		dossier = DOSSIER_PARTNERSHIP;
	else if ((collection->dossiers & DOSSIER_KIND_SCHOOL) != 0)
		dossier = teller->school;
	else
		dossier = some_dossier(teller);
	lie_begin(lie, teller, dossier);
	(void)lie_change(lie, collection->name, lie->commit.id);
	for (const struct column *column = collection->columns;
	     column->name != NULL; column++)
		if ((column->flags & COLUMN_REQUIRED) != 0 ||
		    teller_one_in(teller, 6))
			lie_set(lie, teller, column->name,
			    some_value(teller, column));
}

static void
tell_pupil(struct lie *lie, struct teller *teller)
{
	lie_begin(lie, teller, 0);
	lie->commit.dossier = lie->commit.id;
	(void)lie_change(lie, "pupil", lie->commit.id);
	lie_set(lie, teller, "surname", value_c_text("Bramwell"));
	lie_set(lie, teller, "forename", value_c_text("Iris"));
	lie_set(lie, teller, "birth_date", value_c_text("2016-05-04"));
	lie_set_id(lie, teller, "holder", teller->school);
}

static void
tell_update(struct lie *lie, struct teller *teller)
{
	const struct known_record *record =
	    known_record(teller->known, NULL, UINT64_MAX, &teller->random);
	const struct column *column;

	if (record == NULL || record->collection == NULL) {
		tell_pupil(lie, teller);
		return;
	}
	lie_begin(lie, teller, record->dossier);
	(void)lie_change(lie, record->collection->name, record->id);
	column = &record->collection->columns[teller_below(teller,
	    collection_column_count(record->collection))];
	lie_set(lie, teller, column->name, some_value(teller, column));
}

static void
tell_deletion(struct lie *lie, struct teller *teller)
{
	const struct known_record *record =
	    known_record(teller->known, NULL, UINT64_MAX, &teller->random);
	uint64_t seen;

	if (record == NULL || record->collection == NULL) {
		tell_pupil(lie, teller);
		return;
	}
	lie_begin(lie, teller, record->dossier);
	(void)lie_change(lie, record->collection->name, record->id);
	seen = teller_one_in(teller, 3)
	           ? known_id(teller->known, &teller->random)
	           : record->id;
	for (int i = 0; i < 8; i++)
		lie->seen[i] = (uint8_t)(seen >> (8 * (7 - i)));
	lie_set(lie, teller, COLUMN_DELETED,
	    value_blob((struct bytes){ lie->seen, sizeof(lie->seen) }));
}

static void
tell_opening(struct lie *lie, struct teller *teller)
{
	const struct known_record *pupil, *to;

	pupil =
	    known_record(teller->known, "pupil", UINT64_MAX, &teller->random);
	to = known_record(teller->known, "school", UINT64_MAX, &teller->random);
	if (pupil == NULL || to == NULL) {
		tell_pupil(lie, teller);
		return;
	}
	lie_begin(lie, teller, pupil->dossier);
	(void)lie_change(lie, "transfer", lie->commit.id);
	lie_set(lie, teller, "kind", value_c_text("phase"));
	lie_set_id(lie, teller, "from_school", teller->school);
	lie_set_id(lie, teller, "to_school", to->id);
	lie_set(lie, teller, "state", value_c_text("open"));
	(void)lie_change(lie, "pupil", pupil->id);
	lie_set_id(lie, teller, "open_transfer", lie->commit.id);
}

static void
tell_step(struct lie *lie, struct teller *teller)
{
	static const char *const states[] = { "accepted", "cancelled",
		"sent_out", "answered", "not_ours", "open" };
	const struct known_record *transfer;
	const char *state = states[teller_below(teller, 6)];

	transfer = known_record(teller->known, "transfer", UINT64_MAX,
	    &teller->random);
	if (transfer == NULL) {
		tell_opening(lie, teller);
		return;
	}
	lie_begin(lie, teller, transfer->dossier);
	(void)lie_change(lie, "transfer", transfer->id);
	lie_set(lie, teller, "state", value_c_text(state));
	(void)lie_change(lie, "pupil", transfer->dossier);
	lie_set(lie, teller, "open_transfer", value_null());
	if (strcmp(state, "accepted") == 0 || teller_one_in(teller, 8))
		lie_set_id(lie, teller, "holder", teller->school);
}

static void
tell_answer(struct lie *lie, struct teller *teller)
{
	static const char *const states[] = { "ours", "ours", "not_ours",
		"waiting", "withdrawn" };
	const struct known_record *envelope;

	envelope = known_record(teller->known, "envelope", UINT64_MAX,
	    &teller->random);
	if (envelope == NULL) {
		tell_step(lie, teller);
		return;
	}
	lie_begin(lie, teller, envelope->dossier);
	(void)lie_change(lie, "envelope", envelope->id);
	lie_set(lie, teller, "state",
	    value_c_text(states[teller_below(teller, 5)]));
}

/* --- the bytes ------------------------------------------------------------ */

/* What was written before, as it was or not quite. */
static void
tell_again(struct teller *teller, struct buffer *out)
{
	const struct known_commit *commit = known_commit(teller->known,
	    teller_one_in(teller, 2) ? teller->site : 0, &teller->random);
	struct buffer mutated = { 0 };

	if (commit == NULL)
		return;
	if (teller_one_in(teller, 2)) {
		(void)buffer_append(out, commit->bytes);
		return;
	}
	mutate_by_chance(commit->bytes, &teller->random, &mutated);
	(void)buffer_append(out, buffer_view(&mutated));
	buffer_deinit(&mutated);
}

void
lies_tell(struct teller *teller, uint32_t honest, struct buffer *out)
{
	static void (*const tellers[])(struct lie *,
	    struct teller *) = { tell_insert, tell_insert, tell_update,
		tell_update, tell_deletion, tell_pupil, tell_opening, tell_step,
		tell_answer };
	bool honestly = honest > 0 && teller_one_in(teller, honest);
	struct lie *lie;
	size_t before = buffer_view(out).size;

	if (!honestly && teller_one_in(teller, 6)) {
		tell_again(teller, out);
		return;
	}
	lie = calloc(1, sizeof(*lie));
	assert(lie != NULL);
	tellers[teller_below(teller, sizeof(tellers) / sizeof(tellers[0]))](lie,
	    teller);
	for (uint64_t n = honestly ? 0 : 1 + teller_below(teller, 2); n > 0;
	     n--)
		lies_twist(lie, teller);
	if (commit_encode(&lie->commit, out, NULL) != STATUS_OK)
		tell_again(teller, out);
	else if (honestly)
		known_learn(teller->known,
		    (struct bytes){ buffer_view(out).data + before,
			buffer_view(out).size - before },
		    0);
	free(lie);
}
