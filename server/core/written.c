#include "server/core/written.h"

#include <assert.h>

#include "common/replica/ledger.h"

const struct value *
written_value(const struct change *change, const char *column)
{
	for (uint32_t i = 0; i < change->field_count; i++) {
		const struct field_write *field = &change->fields[i];

		for (uint32_t j = 0; j < field->value_count; j++)
			if (bytes_equal_text(field->values[j].column, column))
				return &field->values[j].value;
	}
	return NULL;
}

uint64_t
written_reference(const struct change *change, const char *column)
{
	const struct value *value = written_value(change, column);

	if (value == NULL || value->type != VALUE_INTEGER || value->integer < 0)
		return 0;
	return (uint64_t)value->integer;
}

bool
written_creates(const struct commit *commit, uint32_t i)
{
	return commit->changes[i].record == commit->id + i;
}

bool
written_is_new(const struct commit *commit, uint64_t record)
{
	return record >= commit->id &&
	       record - commit->id < commit->change_count &&
	       written_creates(commit, (uint32_t)(record - commit->id));
}

const struct change *
written_record(const struct commit *commit, uint64_t record)
{
	uint32_t i = 0;

	while (commit->changes[i].record != record) {
		i++;
		assert(i < commit->change_count);
	}
	return &commit->changes[i];
}

bool
written_is_arbitrated(const struct collection *collection,
    const struct field_write *field)
{
	const struct column *column =
	    collection_column(collection, field->values[0].column);

	return column != NULL &&
	       collection_field_is_arbitrated(collection, column_field(column));
}

const struct change *
written_change(const struct commit *commit, uint64_t id)
{
	assert(id >= commit->id && id - commit->id < commit->change_count);
	return &commit->changes[id - commit->id];
}

uint64_t
record_reference(const struct record *record, const char *column)
{
	struct value value = record_value(record, column);

	if (value.type != VALUE_INTEGER || value.integer < 0)
		return 0;
	return (uint64_t)value.integer;
}

bool
value_is_text(const struct value *value, const char *text)
{
	return value->type == VALUE_TEXT &&
	       bytes_equal_text(value->bytes, text);
}

enum status
written_is_filled(struct replica *replica, uint64_t record,
    const struct column *column, struct arena *arena, bool *filled,
    struct error *err)
{
	const struct field_heads *field;
	const struct value *value;
	struct record_heads heads;
	struct ledger_row row;
	struct commit commit;
	enum status status;

	*filled = false;
	status = record_get_heads(replica, record, arena, &heads, err);
	if (status != STATUS_OK)
		return status;
	field = heads_field(&heads, bytes_of_text(column_field(column)));
	if (field == NULL)
		return STATUS_OK;
	for (uint32_t i = 0; i < field->head_count && !*filled; i++) {
		status = ledger_find_change(replica, field->heads[i].change,
		    arena, &row, &commit, err);
		if (status != STATUS_OK)
			return status;
		value = written_value(written_change(&commit,
					  field->heads[i].change),
		    column->name);
		*filled = value != NULL && value->type != VALUE_NULL;
	}
	return STATUS_OK;
}
