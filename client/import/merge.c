#include "client/import/merge.h"

#include <string.h>

#include "client/import/match.h"

struct merging {
	struct writer *writer;
	bool look;
	bool is_new;      /* the pupil is */
	uint64_t dossier; /* 0: it does not exist yet */
	const struct plan *plan;
	struct arena *arena;
	struct remarks *remarks;
};

/* --- one record ----------------------------------------------------------- */

/* What of a field is planned and what is here. */
struct field_state {
	bool planned;                 /* anything */
	bool here;                    /* anything */
	const struct column *differs; /* the first; NULL: none */
	uint32_t differs_place;
};

static struct field_state
look_at_field(const struct collection *collection, const char *field,
    const struct value *here, const struct value *planned)
{
	struct field_state state = { .planned = false };
	const struct column *column = collection->columns;

	for (uint32_t i = 0; column[i].name != NULL; i++) {
		if (strcmp(column_field(&column[i]), field) != 0)
			continue;
		state.here |= here[i].type != VALUE_NULL;
		if (planned[i].type == VALUE_NULL)
			continue;
		state.planned = true;
		if (state.differs == NULL &&
		    !compare_values(&column[i], &here[i], &planned[i])) {
			state.differs = &column[i];
			state.differs_place = i;
		}
	}
	return state;
}

/* Short texts that are neither special nor confidential nor of an address. */
static bool
may_be_quoted(const struct collection *collection, const struct column *column,
    const struct value *value)
{
	uint32_t closed = COLUMN_SPECIAL | COLUMN_CONFIDENTIAL;

	return ((collection->flags | column->flags) & closed) == 0 &&
	       column->tie == NULL && value->type == VALUE_TEXT &&
	       value->bytes.size <= 60;
}

static void
propose(const struct collection *collection, const struct here *here,
    const struct column *column, const struct value *value,
    const struct value *planned, struct arena *arena, struct remarks *remarks)
{
	char buffer[64];
	const char *label = column_label(column, buffer, sizeof(buffer));

	if (may_be_quoted(collection, column, value) &&
	    may_be_quoted(collection, column, planned))
		remarks_propose(remarks, arena, collection, here->id, column,
		    planned,
		    "%s: %s is \"%.*s\" here and \"%.*s\" in the file.",
		    collection->label, label, (int)value->bytes.size,
		    (const char *)value->bytes.data, (int)planned->bytes.size,
		    (const char *)planned->bytes.data);
	else
		remarks_propose(remarks, arena, collection, here->id, column,
		    planned, "%s: %s is not here what it is in the file.",
		    collection->label, label);
}

static enum status
fill_field(struct writer *writer, const struct collection *collection,
    const struct here *here, const char *field, const struct value *planned,
    struct error *err)
{
	const struct column *column = collection->columns;
	enum status status = STATUS_OK;

	for (uint32_t i = 0; column[i].name != NULL && status == STATUS_OK; i++)
		if (planned[i].type != VALUE_NULL &&
		    strcmp(column_field(&column[i]), field) == 0)
			status = writer_update(writer, here->id, &column[i],
			    &planned[i], err);
	return status;
}

/* Whether column i is the first of its field. */
static bool
begins_field(const struct column *columns, uint32_t i)
{
	for (uint32_t k = 0; k < i; k++)
		if (strcmp(column_field(&columns[k]),
			column_field(&columns[i])) == 0)
			return false;
	return true;
}

enum status
merge_record(struct writer *writer, bool look,
    const struct collection *collection, const struct here *here,
    const struct value *planned, struct arena *arena, struct remarks *remarks,
    struct error *err)
{
	const struct column *column = collection->columns;
	struct field_state state;
	const char *field;
	enum status status = STATUS_OK;

	for (uint32_t i = 0; column[i].name != NULL && status == STATUS_OK;
	     i++) {
		if (!begins_field(column, i))
			continue;
		field = column_field(&column[i]);
		state = look_at_field(collection, field, here->values, planned);
		if (!state.planned || state.differs == NULL)
			continue;
		if (state.here)
			propose(collection, here, state.differs,
			    &here->values[state.differs_place],
			    &planned[state.differs_place], arena, remarks);
		else if (!look)
			status = fill_field(writer, collection, here, field,
			    planned, err);
	}
	return status;
}

/* --- the records of a collection ------------------------------------------ */

static struct here *
find_key(const struct collection *collection, struct here *here,
    const struct value *planned)
{
	for (; here != NULL; here = here->next)
		if (!here->taken &&
		    (collection->duplicate_key == NULL
			    ? compare_says_no_more(collection, here->values,
				  planned, NULL)
			    : compare_keys(collection, here->values, planned)))
			return here;
	return NULL;
}

/*
 * Contacts are people: only one that is here in every particular counts as
 * known, and a pupil who has contacts gets no other without a person.  The
 * order in which they are called is no particular of theirs.
 */
static enum status
merge_contact(const struct merging *merging, struct here *here,
    const struct plan_record *record, struct error *err)
{
	bool has_contacts = here != NULL;

	for (; here != NULL; here = here->next)
		if (!here->taken &&
		    compare_says_no_more(record->collection, here->values,
			record->values, "contact_order")) {
			here->taken = true;
			return STATUS_OK;
		}
	if (!has_contacts)
		return merging->look
		           ? STATUS_OK
		           : writer_insert(merging->writer, record->collection,
				 record->values, err);
	remarks_add(merging->remarks, merging->arena, REMARK_PERSON, DOUBT_NONE,
	    "A contact in the file is not here in every particular; contacts "
	    "are not joined by name.");
	return STATUS_OK;
}

static enum status
merge_one(const struct merging *merging, struct here *here,
    const struct plan_record *record, struct error *err)
{
	struct here *match;

	if (strcmp(record->collection->name, "contact") == 0)
		return merge_contact(merging, here, record, err);
	match = find_key(record->collection, here, record->values);
	if (match == NULL)
		return merging->look
		           ? STATUS_OK
		           : writer_insert(merging->writer, record->collection,
				 record->values, err);
	match->taken = true;
	return merge_record(merging->writer, merging->look, record->collection,
	    match, record->values, merging->arena, merging->remarks, err);
}

/* --- enrolments ----------------------------------------------------------- */

static bool
is_enrolment(const struct plan_record *record)
{
	return strcmp(record->collection->name, "enrolment") == 0;
}

static bool
is_current(const struct plan_record *record)
{
	return is_enrolment(record) &&
	       plan_value(record, "leaving_date").type == VALUE_NULL;
}

static uint32_t
count_current(const struct plan *plan)
{
	uint32_t count = 0;

	for (const struct plan_record *record = plan->records; record != NULL;
	     record = record->next)
		count += is_current(record);
	return count;
}

/* Point to the school, where it is known. */
static enum status
link_school(const struct merging *merging, struct plan_record *record,
    uint64_t *school, struct error *err)
{
	const struct collection *enrolment = record->collection;
	struct value laestab = plan_value(record, "laestab");
	enum status status;

	*school = 0;
	if (laestab.type != VALUE_TEXT)
		return STATUS_OK;
	status = match_school(merging->writer->replica, laestab.bytes,
	    merging->arena, school, err);
	if (status == STATUS_OK && *school != 0)
		record->values[collection_column_index(enrolment,
		    collection_column(enrolment, bytes_of_text("school")))] =
		    value_integer((int64_t)*school);
	return status;
}

/* Whether an enrolment is beyond doubt; if not, it is told. */
static enum status
judge_enrolment(const struct merging *merging, struct plan_record *record,
    bool *certain, struct error *err)
{
	uint64_t own = replica_identity(merging->writer->replica).school;
	uint64_t school = 0;
	const char *sentence = NULL;
	enum status status;

	status = link_school(merging, record, &school, err);
	if (status != STATUS_OK)
		return status;
	if (is_current(record) && count_current(merging->plan) > 1)
		sentence = "An enrolment is not imported: by the file the "
			   "child is at two schools at once.";
	else if (is_current(record) && (school == 0 || school != own))
		sentence = "An enrolment is not imported: it has no leaving "
			   "date, so the child would still be there.";
	*certain = sentence == NULL;
	if (sentence != NULL)
		remarks_add(merging->remarks, merging->arena, REMARK_PERSON,
		    DOUBT_NONE, "%s", sentence);
	return STATUS_OK;
}

/* --- the pupil ------------------------------------------------------------ */

static enum status
merge_records(const struct merging *merging, struct error *err)
{
	struct plan_record *record = merging->plan->records;
	const struct collection *loaded = NULL;
	struct here *here = NULL;
	bool certain;
	enum status status = STATUS_OK;

	for (; record != NULL && status == STATUS_OK; record = record->next) {
		if (record->collection != loaded) {
			here = NULL;
			loaded = record->collection;
			if (!merging->is_new)
				status = compare_load(merging->writer->replica,
				    loaded, merging->dossier, NULL,
				    merging->arena, &here, err);
		}
		certain = true;
		if (status == STATUS_OK && is_enrolment(record))
			status =
			    judge_enrolment(merging, record, &certain, err);
		if (status == STATUS_OK && certain)
			status = merge_one(merging, here, record, err);
	}
	return status;
}

/* A new dossier begins with its pupil, held by this school. */
static enum status
insert_pupil(const struct merging *merging, struct error *err)
{
	const struct plan_record *pupil = &merging->plan->pupil;
	uint64_t school = replica_identity(merging->writer->replica).school;

	pupil->values[collection_column_index(pupil->collection,
	    collection_column(pupil->collection, bytes_of_text("holder")))] =
	    value_integer((int64_t)school);
	if (merging->look)
		return STATUS_OK;
	return writer_insert(merging->writer, pupil->collection, pupil->values,
	    err);
}

static enum status
update_pupil(const struct merging *merging, struct error *err)
{
	const struct plan_record *pupil = &merging->plan->pupil;
	struct record record;
	struct here here = { .id = merging->dossier };
	enum status status;

	status = record_get(merging->writer->replica, merging->dossier,
	    merging->arena, &record, err);
	if (status != STATUS_OK)
		return status;
	here.values = record.values;
	return merge_record(merging->writer, merging->look, pupil->collection,
	    &here, pupil->values, merging->arena, merging->remarks, err);
}

enum status
merge_pupil(struct writer *writer, bool look, const struct plan *plan,
    struct arena *arena, struct remarks *remarks, struct error *err)
{
	struct merging merging = {
		.writer = writer,
		.look = look,
		.is_new = writer->new_dossier,
		.dossier = writer->dossier,
		.plan = plan,
		.arena = arena,
		.remarks = remarks,
	};
	enum status status;

	status = merging.is_new ? insert_pupil(&merging, err)
	                        : update_pupil(&merging, err);
	if (status == STATUS_OK)
		status = merge_records(&merging, err);
	return status;
}
