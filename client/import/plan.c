#include "client/import/plan.h"

#include <sodium.h>
#include <string.h>

#include "client/import/path.h"

struct value
plan_value(const struct plan_record *record, const char *column)
{
	const struct column *found =
	    collection_column(record->collection, bytes_of_text(column));

	if (found == NULL)
		return value_null();
	return record
	    ->values[collection_column_index(record->collection, found)];
}

static enum status
record_init(struct plan_record *record, const struct collection *collection,
    struct arena *arena, struct error *err)
{
	record->collection = collection;
	record->next = NULL;
	record->values = arena_array(arena, collection_column_count(collection),
	    sizeof(struct value));
	if (record->values == NULL)
		return error_set(err, STATUS_NOMEM, "plan a record");
	return STATUS_OK;
}

static enum status
record_create(const struct collection *collection, struct arena *arena,
    struct plan_record **out, struct error *err)
{
	struct plan_record *record = arena_alloc(arena, sizeof(*record));

	if (record == NULL)
		return error_set(err, STATUS_NOMEM, "plan a record");
	*out = record;
	return record_init(record, collection, arena, err);
}

static enum status
plan_append(struct plan *plan, struct plan_record *record, struct error *err)
{
	if (++plan->record_count > PLAN_RECORDS)
		return error_set(err, STATUS_TOO_LARGE,
		    "more records in one pupil than any CTF holds");
	*plan->end = record;
	plan->end = &record->next;
	return STATUS_OK;
}

enum status
plan_add_record(struct plan *plan, struct arena *arena, const char *collection,
    struct plan_record **out, struct error *err)
{
	enum status status;

	status = record_create(catalogue_collection(bytes_of_text(collection)),
	    arena, out, err);
	if (status == STATUS_OK)
		status = plan_append(plan, *out, err);
	return status;
}

static struct value *
value_at(struct plan_record *record, const struct column *column)
{
	return &record->values[collection_column_index(record->collection,
	    column)];
}

void
plan_set_text(struct plan_record *record, const char *column, const char *text)
{
	*value_at(record, collection_column(record->collection,
			      bytes_of_text(column))) = value_c_text(text);
}

/* "SchoolHistory/School/EntryDate is not imported: a date ... is needed" */
static void
remark_unread(const struct element *element, const struct error *why,
    struct arena *arena, struct remarks *remarks)
{
	const struct element *pupil = element;
	char path[ELEMENT_PATH_BYTES];
	const char *reason = strchr(why->text, ':');

	while (pupil->parent != NULL)
		pupil = pupil->parent;
	element_path(element, pupil, path);
	remarks_add(remarks, arena, REMARK_PERSON, DOUBT_NONE,
	    "%s is not imported%s.", path, reason != NULL ? reason : "");
}

static enum status
set_parsed(struct plan_record *record, const struct column *column,
    struct element *element, struct bytes text, struct arena *arena,
    struct remarks *remarks, struct error *err)
{
	struct error why = { 0 };
	struct value value;
	enum status status;

	status = column_parse(column, text, arena, &value, &why);
	if (status == STATUS_NOMEM)
		return error_set(err, status, "plan a record");
	if (status != STATUS_OK) {
		remark_unread(element, &why, arena, remarks);
		return STATUS_OK;
	}
	if (column_code_is_unknown(column, &value))
		remarks_add(remarks, arena, REMARK_NOTE, DOUBT_NONE,
		    "%s holds a code that is not known here; it is kept as it "
		    "came.",
		    element->name);
	*value_at(record, column) = value;
	element->used = true;
	return STATUS_OK;
}

enum status
plan_set(struct plan_record *record, const char *column,
    struct element *element, struct arena *arena, struct remarks *remarks,
    struct error *err)
{
	if (element == NULL || element->text.size == 0)
		return STATUS_OK;
	return set_parsed(record,
	    collection_column(record->collection, bytes_of_text(column)),
	    element, element->text, arena, remarks, err);
}

/* LEA 334 and Estab 1234 are one LAEstab. */
static enum status
set_joined(struct plan_record *record, const struct column *column,
    struct element *parts[2], struct arena *arena, struct remarks *remarks,
    struct error *err)
{
	struct bytes a = parts[0]->text;
	struct bytes b = parts[1]->text;
	uint8_t *joined;
	enum status status;

	if (a.size == 0 || b.size == 0)
		return STATUS_OK;
	joined = arena_alloc(arena, a.size + b.size);
	if (joined == NULL)
		return error_set(err, STATUS_NOMEM, "plan a record");
	memcpy(joined, a.data, a.size);
	memcpy(joined + a.size, b.data, b.size);
	status = set_parsed(record, column, parts[0],
	    (struct bytes){ joined, a.size + b.size }, arena, remarks, err);
	parts[1]->used = parts[0]->used;
	return status;
}

/* All columns of a record that have a path. */
static enum status
fill_record(struct plan_record *record, struct element *pupil,
    struct element *element, struct arena *arena, struct remarks *remarks,
    struct error *err)
{
	const struct collection *collection = record->collection;
	const struct column *column;
	struct element *parts[2];
	enum status status = STATUS_OK;

	for (column = collection->columns;
	     column->name != NULL && status == STATUS_OK; column++) {
		if (!path_resolve(collection, column, pupil, element, parts))
			continue;
		if (parts[1] != NULL)
			status = set_joined(record, column, parts, arena,
			    remarks, err);
		else
			status = plan_set(record, column->name, parts[0], arena,
			    remarks, err);
	}
	return status;
}

/* Whether anything was said by the record's own element (what it has from its
 * parent or from Pupil does not make a record). */
static bool
says_something(const struct plan_record *record)
{
	const struct column *column = record->collection->columns;

	for (uint32_t i = 0; column[i].name != NULL; i++)
		if (record->values[i].type != VALUE_NULL &&
		    column[i].ctf != NULL && column[i].ctf[0] != '/' &&
		    strncmp(column[i].ctf, "../", 3) != 0)
			return true;
	return false;
}

static const struct column *
missing_column(const struct plan_record *record)
{
	const struct column *column = record->collection->columns;

	for (uint32_t i = 0; column[i].name != NULL; i++)
		if ((column[i].flags & COLUMN_REQUIRED) != 0 &&
		    record->values[i].type == VALUE_NULL)
			return &column[i];
	return NULL;
}

/* Its texts go into the remainder after all. */
static void
give_back(struct element *element)
{
	struct element *each = NULL;

	element->used = false;
	while ((each = element_walk(element, each)) != NULL)
		each->used = false;
}

/* EnrolStatus tells of the school that wrote the file, and of no other. */
static void
keep_status_of_source(struct plan_record *record, struct element *element,
    bool used_before, struct bytes source)
{
	struct value laestab = plan_value(record, "laestab");
	const struct column *status = collection_column(record->collection,
	    bytes_of_text("enrol_status"));

	if (laestab.type == VALUE_TEXT && bytes_equal(laestab.bytes, source))
		return;
	*value_at(record, status) = value_null();
	if (element != NULL)
		element->used = used_before;
}

static enum status
plan_element(struct plan *plan, const struct collection *collection,
    struct element *pupil, struct element *element, struct bytes source,
    struct arena *arena, struct remarks *remarks, struct error *err)
{
	struct plan_record *record;
	const struct column *missing;
	struct element *enrol_status =
	    element_find(pupil, "BasicDetails/EnrolStatus");
	bool used_before = enrol_status != NULL && enrol_status->used;
	char label[64];
	enum status status;

	status = record_create(collection, arena, &record, err);
	if (status == STATUS_OK)
		status =
		    fill_record(record, pupil, element, arena, remarks, err);
	if (status != STATUS_OK || !says_something(record))
		return status;
	if (strcmp(collection->name, "identifier") == 0)
		plan_set_text(record, "kind", "former_upn");
	if (strcmp(collection->name, "enrolment") == 0)
		keep_status_of_source(record, enrol_status, used_before,
		    source);
	missing = missing_column(record);
	if (missing == NULL)
		return plan_append(plan, record, err);
	give_back(element);
	remarks_add(remarks, arena, REMARK_PERSON, DOUBT_NONE,
	    "One of %s is not imported: it has no %s.", collection->label,
	    column_label(missing, label, sizeof(label)));
	return STATUS_OK;
}

static enum status
plan_collections(struct plan *plan, struct element *pupil, struct bytes source,
    struct arena *arena, struct remarks *remarks, struct error *err)
{
	uint32_t count;
	const struct collection *all = catalogue_collections(&count);
	struct element *element;
	enum status status = STATUS_OK;

	for (uint32_t i = 0; i < count; i++) {
		if (all[i].ctf == NULL || all[i].ctf[0] == '\0')
			continue;
		element = NULL;
		while (status == STATUS_OK &&
		       (element = element_each(pupil, all[i].ctf, element)) !=
			   NULL)
			status = plan_element(plan, &all[i], pupil, element,
			    source, arena, remarks, err);
	}
	return status;
}

/* Files of before 2025 write Gender; contacts do so still. */
static void
rename_gender(struct element *pupil, struct arena *arena,
    struct remarks *remarks)
{
	struct element *gender =
	    element_child(pupil, bytes_of_text("Gender"), NULL);

	if (gender == NULL || gender->text.size == 0 ||
	    element_text(pupil, "Sex").size > 0)
		return;
	gender->name = "Sex";
	remarks_add(remarks, arena, REMARK_NOTE, DOUBT_NONE,
	    "Gender, as older files have it, was read as Sex.");
}

static bool
is_in_capitals(struct bytes name)
{
	bool letters = false;

	for (size_t i = 0; i < name.size; i++) {
		if (name.data[i] >= 'a' && name.data[i] <= 'z')
			return false;
		letters |= name.data[i] >= 'A' && name.data[i] <= 'Z';
	}
	return letters && name.size > 2;
}

static void
remark_capitals(const struct plan *plan, struct arena *arena,
    struct remarks *remarks)
{
	struct value surname = plan_value(&plan->pupil, "surname");

	if (surname.type == VALUE_TEXT && is_in_capitals(surname.bytes))
		remarks_add(remarks, arena, REMARK_NOTE, DOUBT_NONE,
		    "The surname is in capitals; it is kept as it came.");
}

/* --- what is left over ---------------------------------------------------- */

static uint32_t
count_unused(struct element *pupil)
{
	struct element *each = NULL;
	uint32_t unused = 0;

	while ((each = element_walk(pupil, each)) != NULL)
		unused +=
		    each->first == NULL && !each->used && each->text.size > 0;
	return unused;
}

/* Cut to what the column takes, at a character. */
static void
cut(struct bytes *text)
{
	size_t characters = 0;

	for (size_t i = 0; i < text->size; i++)
		if ((text->data[i] & 0xC0) != 0x80 &&
		    ++characters > PLAN_REMAINDER_CHARACTERS) {
			text->size = i;
			return;
		}
}

static enum status
plan_remainder(struct plan *plan, struct element *pupil, struct arena *arena,
    struct remarks *remarks, struct error *err)
{
	uint32_t unused = count_unused(pupil);
	struct buffer text = { 0 };
	char path[ELEMENT_PATH_BYTES];
	struct element *each = NULL;
	enum status status = STATUS_OK;
	const char *copy;

	if (unused == 0)
		return STATUS_OK;
	while (
	    status == STATUS_OK && (each = element_walk(pupil, each)) != NULL) {
		if (each->first != NULL || each->used || each->text.size == 0)
			continue;
		element_path(each, pupil, path);
		status = buffer_append(&text, bytes_of_text(path));
		if (status == STATUS_OK)
			status = buffer_append(&text, bytes_of_text(": "));
		if (status == STATUS_OK)
			status = buffer_append(&text, each->text);
		if (status == STATUS_OK)
			status = buffer_append(&text, bytes_of_text("\n"));
	}
	copy = arena_text(arena, buffer_view(&text));
	plan->remainder = (struct bytes){ (const uint8_t *)copy, text.size };
	buffer_deinit(&text);
	if (status != STATUS_OK || copy == NULL)
		return error_set(err, STATUS_NOMEM, "plan a record");
	cut(&plan->remainder);
	remarks_add(remarks, arena, REMARK_NOTE, DOUBT_NONE,
	    "%u of its elements have no place here; they are kept as text with "
	    "the import.",
	    unused);
	return STATUS_OK;
}

/* --- the digest ----------------------------------------------------------- */

static void
digest_bytes(crypto_generichash_state *state, struct bytes bytes)
{
	uint8_t size[4] = { (uint8_t)bytes.size, (uint8_t)(bytes.size >> 8),
		(uint8_t)(bytes.size >> 16), (uint8_t)(bytes.size >> 24) };

	crypto_generichash_update(state, size, sizeof(size));
	crypto_generichash_update(state, bytes.data, bytes.size);
}

/*
 * Over the path and text of every element that says something, so that
 * indentation, encoding and empty elements make no difference.
 */
static void
plan_digest(struct plan *plan, struct element *pupil)
{
	crypto_generichash_state state;
	char path[ELEMENT_PATH_BYTES];
	struct element *each = NULL;

	crypto_generichash_init(&state, NULL, 0, sizeof(plan->digest));
	while ((each = element_walk(pupil, each)) != NULL) {
		if (each->text.size == 0 && each->first == NULL)
			continue;
		element_path(each, pupil, path);
		for (char *c = path; *c != '\0'; c++)
			if (*c >= 'A' && *c <= 'Z')
				*c = (char)(*c + 32);
		digest_bytes(&state, bytes_of_text(path));
		digest_bytes(&state, each->text);
	}
	crypto_generichash_final(&state, plan->digest, sizeof(plan->digest));
}

enum status
plan_make(struct element *pupil, struct bytes source_laestab,
    struct arena *arena, struct remarks *remarks, struct plan *plan,
    struct error *err)
{
	enum status status;

	memset(plan, 0, sizeof(*plan));
	plan->end = &plan->records;
	plan_digest(plan, pupil);
	rename_gender(pupil, arena, remarks);
	status = record_init(&plan->pupil,
	    catalogue_collection(bytes_of_text("pupil")), arena, err);
	if (status == STATUS_OK)
		status = fill_record(&plan->pupil, pupil, pupil, arena, remarks,
		    err);
	if (status == STATUS_OK)
		status = plan_collections(plan, pupil, source_laestab, arena,
		    remarks, err);
	if (status == STATUS_OK)
		status = plan_circumstances(pupil, plan, arena, remarks, err);
	if (status == STATUS_OK)
		status = plan_remainder(plan, pupil, arena, remarks, err);
	if (status == STATUS_OK)
		remark_capitals(plan, arena, remarks);
	return status;
}
