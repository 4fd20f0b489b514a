/*
 * A draft becomes a commit: numbers for the records, what each field replaces,
 * tied columns completed, canonical bytes, and a place in the set.
 */
#include "common/replica/draft_private.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/replica/dossier.h"
#include "common/replica/fold.h"
#include "common/replica/ledger.h"
#include "common/replica/pending.h"

static enum status
no_memory(struct error *err)
{
	return error_set(err, STATUS_NOMEM, "make a commit");
}

/* --- before any number is taken ------------------------------------------- */

static enum status
check_required(const struct draft_record *record, struct error *err)
{
	const struct collection *collection = record->collection;

	for (uint32_t i = 0; i < record->column_count; i++) {
		if ((collection->columns[i].flags & COLUMN_REQUIRED) == 0 ||
		    record->columns[i].value.type != VALUE_NULL)
			continue;
		return error_set(err, STATUS_INVALID, "%s: %s is needed",
		    collection->name, collection->columns[i].name);
	}
	return STATUS_OK;
}

/* A required column of an existing record is not emptied. */
static enum status
check_not_emptied(const struct draft_record *record, struct error *err)
{
	const struct collection *collection = record->collection;

	for (uint32_t i = 0; i < record->column_count; i++) {
		if ((collection->columns[i].flags & COLUMN_REQUIRED) == 0 ||
		    !record->columns[i].set ||
		    record->columns[i].value.type != VALUE_NULL)
			continue;
		return error_set(err, STATUS_INVALID,
		    "%s: %s is needed and cannot be emptied", collection->name,
		    collection->columns[i].name);
	}
	return STATUS_OK;
}

static enum status
check_records(const struct draft *draft, uint32_t *change_count,
    struct error *err)
{
	*change_count = 0;
	for (const struct draft_record *record = draft->records; record != NULL;
	     record = record->next) {
		enum status status;

		if (!draft_record_is_written(record))
			continue;
		++*change_count;
		status = record->handle < 0 ? check_required(record, err)
		                            : check_not_emptied(record, err);
		if (status != STATUS_OK)
			return status;
	}
	if (*change_count > LIMIT_CHANGES)
		return error_set(err, STATUS_TOO_LARGE,
		    "%" PRIu32 " records are too many for one action; "
		    "at most %d",
		    *change_count, LIMIT_CHANGES);
	return STATUS_OK;
}

/* --- numbers -------------------------------------------------------------- */

/* The hub's consequences of a commit bear the numbers behind it: of one that
 * writes an arbitrated field, or begins a file. */
static bool
has_consequences(const struct draft *draft)
{
	if (draft->begins)
		return true;
	for (const struct draft_record *record = draft->records; record != NULL;
	     record = record->next)
		for (uint32_t i = 0; i < record->column_count; i++)
			if (collection_field_is_arbitrated(record->collection,
				column_field(
				    &record->collection->columns[i])) &&
			    draft_field_is_written(record, i))
				return true;
	return false;
}

static enum status
take_numbers(struct draft *draft, uint64_t now_ms, struct commit *commit,
    struct error *err)
{
	uint32_t skip = has_consequences(draft) ? LIMIT_RESERVED_IDS : 0;
	uint64_t next = draft->ids_first;
	enum status status = STATUS_OK;

	if (next == 0)
		status = replica_take_ids(draft->replica, commit->change_count,
		    skip, &next, err);
	if (status == STATUS_OK)
		status = replica_take_stamp(draft->replica, now_ms,
		    &commit->stamp, err);
	if (status != STATUS_OK)
		return status;
	commit->id = next;
	commit->author = draft->author;
	for (struct draft_record *record = draft->records; record != NULL;
	     record = record->next) {
		if (!draft_record_is_written(record))
			continue;
		record->id =
		    record->handle < 0 ? next : (uint64_t)record->handle;
		next++;
		if (record->collection->author_none)
			commit->author = 0;
	}
	if (draft->begins)
		draft->dossier = draft->records->id;
	commit->dossier = draft->dossier;
	return STATUS_OK;
}

uint64_t
draft_record_id(const struct draft *draft, int64_t handle)
{
	const struct draft_record *record = draft->records;

	assert(draft->finished);
	while (record != NULL && record->handle != handle)
		record = record->next;
	assert(record != NULL);
	return record->handle > 0 ? (uint64_t)record->handle : record->id;
}

/* --- fields --------------------------------------------------------------- */

static struct value
resolve_handle(const struct draft *draft, const struct column *column,
    const struct value *value)
{
	if (value->type == VALUE_INTEGER && value->integer < 0 &&
	    (column->type == COLUMN_REFERENCE || column->type == COLUMN_ID))
		for (const struct draft_record *record = draft->records;
		     record != NULL; record = record->next)
			if (record->handle == value->integer)
				return value_integer((int64_t)record->id);
	return *value;
}

/* All heads of the field, so that a write on a conflict settles it. */
static enum status
replace_heads(struct draft *draft, const struct field_heads *heads,
    struct field_write *write, struct error *err)
{
	if (heads->head_count > LIMIT_REPLACES)
		return error_set(err, STATUS_TOO_LARGE,
		    "more than %d values are in conflict", LIMIT_REPLACES);
	if (heads->head_count == 0)
		return STATUS_OK;
	write->replaces = arena_array(&draft->arena, heads->head_count,
	    sizeof(*write->replaces));
	if (write->replaces == NULL)
		return no_memory(err);
	write->replace_count = heads->head_count;
	for (uint32_t i = 0; i < heads->head_count; i++)
		write->replaces[i] = heads->heads[i].change;
	return STATUS_OK;
}

/*
 * A field of several columns is written whole: what is not set keeps its
 * value.  A new record's missing columns are simply not there, and neither are
 * columns that the hub does not know yet.
 */
static enum status
make_field(struct draft *draft, const struct draft_record *record,
    uint32_t first, struct field_write *write, struct error *err)
{
	const struct column *columns = record->collection->columns;
	const char *field = column_field(&columns[first]);

	write->values = arena_array(&draft->arena, record->column_count,
	    sizeof(*write->values));
	if (write->values == NULL)
		return no_memory(err);
	for (uint32_t i = first; i < record->column_count; i++) {
		const struct draft_column *column = &record->columns[i];
		const struct value *value =
		    column->set ? &column->value : &column->present;
		struct column_value *out = &write->values[write->value_count];

		if (strcmp(column_field(&columns[i]), field) != 0)
			continue;
		if (value->type == VALUE_NULL &&
		    (record->handle < 0 ||
			!draft_may_write(draft, columns[i].since)))
			continue;
		out->column = bytes_of_text(columns[i].name);
		out->value = resolve_handle(draft, &columns[i], value);
		write->value_count++;
	}
	return replace_heads(draft, draft_field_heads(record, field), write,
	    err);
}

static int
compare_ids(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a;
	uint64_t right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

/* What the deleting author sees: every head of every other field. */
static enum status
seen_heads(struct draft *draft, const struct record_heads *heads,
    struct value *value, struct error *err)
{
	uint64_t *ids;
	uint8_t *bytes;
	size_t count = 0;

	for (uint32_t f = 0; f < heads->field_count; f++)
		count += heads->fields[f].head_count;
	if (count * 8 > LIMIT_VALUE_BYTES)
		return error_set(err, STATUS_TOO_LARGE,
		    "too much was written to it");
	ids = arena_array(&draft->arena, count + 1, sizeof(*ids));
	bytes = arena_array(&draft->arena, count + 1, 8);
	if (ids == NULL || bytes == NULL)
		return no_memory(err);
	count = 0;
	for (uint32_t f = 0; f < heads->field_count; f++) {
		const struct field_heads *field = &heads->fields[f];

		if (bytes_equal_text(field->field, COLUMN_DELETED))
			continue;
		for (uint32_t h = 0; h < field->head_count; h++)
			ids[count++] = field->heads[h].change;
	}
	qsort(ids, count, sizeof(*ids), compare_ids);
	/* One change may be the head of several fields. */
	size_t unique = 0;
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && ids[i] == ids[i - 1])
			continue;
		for (uint32_t b = 0; b < 8; b++)
			bytes[unique * 8 + b] =
			    (uint8_t)(ids[i] >> (56 - 8 * b));
		unique++;
	}
	*value = value_blob((struct bytes){ bytes, unique * 8 });
	return STATUS_OK;
}

static enum status
make_deletion(struct draft *draft, const struct draft_record *record,
    struct field_write *write, struct error *err)
{
	enum status status = STATUS_OK;

	write->values = arena_alloc(&draft->arena, sizeof(*write->values));
	if (write->values == NULL)
		return no_memory(err);
	write->value_count = 1;
	write->values[0].column = bytes_of_text(COLUMN_DELETED);
	write->values[0].value = value_null();
	if (record->deletion == DRAFT_DELETE)
		status = seen_heads(draft, &record->heads,
		    &write->values[0].value, err);
	if (status != STATUS_OK)
		return status;
	return replace_heads(draft, draft_field_heads(record, COLUMN_DELETED),
	    write, err);
}

/* --- changes -------------------------------------------------------------- */

static enum status
make_change(struct draft *draft, const struct draft_record *record,
    struct change *change, struct error *err)
{
	uint32_t given = 0;
	enum status status = STATUS_OK;

	for (const struct draft_given *g = record->given; g != NULL;
	     g = g->next)
		given++;
	change->collection = bytes_of_text(record->collection->name);
	change->record = record->id;
	change->fields = arena_array(&draft->arena,
	    record->column_count + given + 1, sizeof(*change->fields));
	if (change->fields == NULL)
		return no_memory(err);
	for (const struct draft_given *g = record->given; g != NULL;
	     g = g->next)
		change->fields[change->field_count++] = g->write;
	for (uint32_t i = 0; i < record->column_count; i++) {
		if (!draft_column_begins_field(record, i) ||
		    !draft_field_is_written(record, i))
			continue;
		status = make_field(draft, record, i,
		    &change->fields[change->field_count++], err);
		if (status != STATUS_OK)
			return status;
	}
	if (draft_deletion_is_written(record))
		status = make_deletion(draft, record,
		    &change->fields[change->field_count++], err);
	return status;
}

static enum status
make_changes(struct draft *draft, struct commit *commit, struct error *err)
{
	uint32_t count = 0;

	commit->changes = arena_array(&draft->arena, commit->change_count,
	    sizeof(*commit->changes));
	if (commit->changes == NULL)
		return no_memory(err);
	for (const struct draft_record *record = draft->records; record != NULL;
	     record = record->next) {
		enum status status;

		if (!draft_record_is_written(record))
			continue;
		status =
		    make_change(draft, record, &commit->changes[count++], err);
		if (status != STATUS_OK)
			return error_wrap(err, "%s", record->collection->name);
	}
	assert(count == commit->change_count);
	return STATUS_OK;
}

/* Whoever reads it has never heard of commits. */
static enum status
encode(struct commit *commit, struct buffer *out, struct error *err)
{
	enum status status = commit_encode(commit, out, err);

	if (status == STATUS_TOO_LARGE)
		return error_set(err, status,
		    "this is too much for one action; at most %d KiB",
		    LIMIT_COMMIT_BYTES / 1024);
	return status;
}

/* --- into the set --------------------------------------------------------- */

static enum status
begin_dossier(struct draft *draft, struct error *err)
{
	struct dossier dossier = {
		.number = draft->dossier,
		.kind = draft->kind,
		.state = DOSSIER_OPEN,
	};

	return dossier_put(draft->replica, &dossier, err);
}

static enum status
append_at_hub(struct draft *draft, const struct commit *commit,
    struct bytes bytes, uint64_t now_ms, struct error *err)
{
	struct ledger_row row = {
		.id = commit->id,
		.dossier = commit->dossier,
		.received_ms = now_ms,
		.digest = digest_of(bytes),
		.bytes = bytes,
	};
	enum status status;

	status = ledger_head(draft->replica, &row.sequence, err);
	if (status != STATUS_OK)
		return status;
	row.sequence++;
	if (draft->has_mark)
		row.mark = mark_make(&draft->mark_key, row.id, &row.digest,
		    draft->generation, row.sequence);
	return ledger_append(draft->replica, &row, commit, err);
}

static enum status
put_in_set(struct draft *draft, const struct commit *commit, struct bytes bytes,
    uint64_t now_ms, struct error *err)
{
	enum status status = STATUS_OK;

	if (draft->begins)
		status = begin_dossier(draft, err);
	if (status != STATUS_OK)
		return status;
	if (replica_kind(draft->replica) == REPLICA_HUB)
		status = append_at_hub(draft, commit, bytes, now_ms, err);
	else
		status =
		    pending_add(draft->replica, commit, bytes, now_ms, err);
	if (status != STATUS_OK)
		return status;
	return fold_commit(draft->replica, commit, err);
}

enum status
draft_finish(struct draft *draft, uint64_t now_ms, uint64_t *id,
    struct error *err)
{
	struct commit commit = { 0 };
	struct buffer bytes = { 0 };
	enum status status;

	assert(!draft->finished);
	assert(replica_in_transaction(draft->replica));
	*id = 0;
	if (draft_is_empty(draft)) {
		draft->finished = true;
		return STATUS_OK;
	}
	status = check_records(draft, &commit.change_count, err);
	if (status == STATUS_OK)
		status = take_numbers(draft, now_ms, &commit, err);
	if (status == STATUS_OK)
		status = make_changes(draft, &commit, err);
	if (status == STATUS_OK)
		status = encode(&commit, &bytes, err);
	if (status == STATUS_OK)
		status = put_in_set(draft, &commit, buffer_view(&bytes), now_ms,
		    err);
	buffer_deinit(&bytes);
	if (status != STATUS_OK)
		return status;
	draft->finished = true;
	*id = commit.id;
	return STATUS_OK;
}
