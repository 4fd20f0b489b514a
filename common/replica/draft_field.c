/*
 * A draft's fields: the value that is set beside the one that is there, and
 * what may be set at all.
 */
#include "common/replica/draft_private.h"

#include <assert.h>
#include <string.h>

#include "common/replica/record_private.h"

const struct field_heads *
draft_field_heads(const struct draft_record *record, const char *field)
{
	static const struct field_heads none;
	const struct field_heads *heads;

	heads = heads_field(&record->heads, bytes_of_text(field));
	return heads != NULL ? heads : &none;
}

static bool
same_field(const struct draft_record *record, uint32_t a, uint32_t b)
{
	const struct column *columns = record->collection->columns;

	return strcmp(column_field(&columns[a]), column_field(&columns[b])) ==
	       0;
}

bool
draft_column_begins_field(const struct draft_record *record, uint32_t index)
{
	for (uint32_t i = 0; i < index; i++)
		if (same_field(record, i, index))
			return false;
	return true;
}

bool
draft_field_is_written(const struct draft_record *record, uint32_t first)
{
	const struct field_heads *heads;
	bool set = false;
	bool differs = false;

	for (uint32_t i = first; i < record->column_count; i++) {
		const struct draft_column *column = &record->columns[i];

		if (!column->set || !same_field(record, first, i))
			continue;
		set = true;
		if (column->again ||
		    !value_equal(&column->value, &column->present))
			differs = true;
	}
	heads = draft_field_heads(record,
	    column_field(&record->collection->columns[first]));
	return differs || (set && heads->head_count > 1);
}

/* The columns of a field as its shown head has them. */
static enum status
load_field(struct draft *draft, struct draft_record *record, uint32_t index,
    struct error *err)
{
	const struct column *columns = record->collection->columns;
	const char *field = column_field(&columns[index]);
	const struct field_heads *heads = draft_field_heads(record, field);
	struct change *change;
	struct ledger_row row;
	struct commit commit;
	enum status status;

	if (record->columns[index].loaded)
		return STATUS_OK;
	for (uint32_t i = 0; i < record->column_count; i++)
		if (same_field(record, i, index))
			record->columns[i].loaded = true;
	if (heads->head_count == 0)
		return STATUS_OK;
	status = record_find_change(draft->replica, heads->heads[0].change,
	    &draft->arena, &row, &commit, &change, err);
	if (status != STATUS_OK)
		return status;
	for (uint32_t f = 0; f < change->field_count; f++) {
		const struct field_write *write = &change->fields[f];

		for (uint32_t v = 0; v < write->value_count; v++) {
			const struct column *column =
			    collection_column(record->collection,
				write->values[v].column);
			uint32_t at;

			if (column == NULL)
				continue;
			at =
			    collection_column_index(record->collection, column);
			if (same_field(record, at, index))
				record->columns[at].present =
				    write->values[v].value;
		}
	}
	return STATUS_OK;
}

/* --- values --------------------------------------------------------------- */

/* A reference to a record of this draft; its id is not known yet. */
static bool
is_handle(const struct column *column, const struct value *value)
{
	return value->type == VALUE_INTEGER && value->integer < 0 &&
	       (column->type == COLUMN_REFERENCE || column->type == COLUMN_ID);
}

static enum status
check_handle(const struct draft *draft, const struct column *column,
    int64_t handle, struct error *err)
{
	for (const struct draft_record *record = draft->records; record != NULL;
	     record = record->next) {
		if (record->handle != handle)
			continue;
		if (column->type == COLUMN_REFERENCE &&
		    strcmp(column->refers, record->collection->name) != 0)
			break;
		return STATUS_OK;
	}
	return error_set(err, STATUS_INVALID, "%s: a record of %s is needed",
	    column->name, column->refers != NULL ? column->refers : "the file");
}

static enum status
check_write(const struct draft *draft, const struct draft_record *record,
    const struct column *column, const struct value *value, struct error *err)
{
	const struct field_heads *heads =
	    draft_field_heads(record, column_field(column));

	if (!draft_may_write(draft, column->since))
		return error_set(err, STATUS_UNSUPPORTED,
		    "%s: the hub does not know it yet and has to be upgraded "
		    "first",
		    column->name);
	if (record->gone && record->deletion != DRAFT_UNDELETE)
		return error_set(err, STATUS_DENIED,
		    "%s: the record has been deleted", column->name);
	if (heads->head_count > 0 && record->collection->append_only)
		return error_set(err, STATUS_DENIED,
		    "%s: what is written here is never changed", column->name);
	if (is_handle(column, value))
		return check_handle(draft, column, value->integer, err);
	return column_check(column, value, err);
}

enum status
draft_copy_value(struct draft *draft, const struct value *value,
    struct value *copy, struct error *err)
{
	const char *text;

	*copy = *value;
	if (value->type != VALUE_TEXT && value->type != VALUE_BLOB)
		return STATUS_OK;
	text = arena_text(&draft->arena, value->bytes);
	if (text == NULL)
		return error_set(err, STATUS_NOMEM, "copy a value");
	copy->bytes.data = (const uint8_t *)text;
	return STATUS_OK;
}

static enum status
set_column(struct draft *draft, struct draft_record *record,
    const struct column *column, const struct value *value, struct error *err)
{
	uint32_t index = collection_column_index(record->collection, column);
	struct draft_column *slot = &record->columns[index];
	enum status status;

	status = check_write(draft, record, column, value, err);
	if (status == STATUS_OK)
		status = load_field(draft, record, index, err);
	if (status == STATUS_OK && (column->flags & COLUMN_ONCE) != 0 &&
	    slot->present.type != VALUE_NULL &&
	    !value_equal(&slot->present, value))
		status = error_set(err, STATUS_DENIED,
		    "%s: it is filled in once and never changed", column->name);
	if (status == STATUS_OK)
		status = draft_copy_value(draft, value, &slot->value, err);
	if (status != STATUS_OK)
		return status;
	slot->set = true;
	return STATUS_OK;
}

static enum status
find_column(struct draft *draft, int64_t handle, const char *name,
    struct draft_record **record, const struct column **column,
    struct error *err)
{
	enum status status;

	status = draft_find_record(draft, handle, record, err);
	if (status != STATUS_OK)
		return status;
	*column = collection_column((*record)->collection, bytes_of_text(name));
	if (*column == NULL)
		return error_set(err, STATUS_NOT_FOUND, "%s has no column %s",
		    (*record)->collection->name, name);
	return STATUS_OK;
}

enum status
draft_set(struct draft *draft, int64_t handle, const char *name,
    const struct value *value, struct error *err)
{
	const struct column *column;
	struct draft_record *record;
	enum status status;

	status = find_column(draft, handle, name, &record, &column, err);
	if (status != STATUS_OK)
		return status;
	status = set_column(draft, record, column, value, err);
	if (status != STATUS_OK)
		error_wrap(err, "%s", record->collection->name);
	return status;
}

enum status
draft_set_again(struct draft *draft, int64_t handle, const char *name,
    const struct value *value, struct error *err)
{
	const struct column *column;
	struct draft_record *record;
	uint32_t index;
	enum status status = draft_set(draft, handle, name, value, err);

	if (status == STATUS_OK)
		status =
		    find_column(draft, handle, name, &record, &column, err);
	if (status != STATUS_OK)
		return status;
	index = collection_column_index(record->collection, column);
	record->columns[index].again = true;
	return STATUS_OK;
}

enum status
draft_set_text(struct draft *draft, int64_t handle, const char *name,
    struct bytes text, struct error *err)
{
	const struct column *column;
	struct draft_record *record;
	struct value value;
	enum status status;

	status = find_column(draft, handle, name, &record, &column, err);
	if (status != STATUS_OK)
		return status;
	status = column_parse(column, text, &draft->arena, &value, err);
	if (status == STATUS_OK)
		status = set_column(draft, record, column, &value, err);
	if (status != STATUS_OK)
		error_wrap(err, "%s", record->collection->name);
	return status;
}
