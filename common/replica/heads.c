/*
 * Computing the heads of one record.
 */
#include "common/replica/heads.h"

#include <stdlib.h>
#include <string.h>

#include "common/replica/heads_private.h"

const struct field_heads *
heads_field(const struct record_heads *heads, struct bytes field)
{
	for (uint32_t i = 0; i < heads->field_count; i++)
		if (bytes_equal(heads->fields[i].field, field))
			return &heads->fields[i];
	return NULL;
}

struct bytes
heads_field_name(const struct collection *collection,
    const struct field_write *write)
{
	struct bytes first = write->values[0].column;
	const struct column *column = NULL;

	if (collection != NULL)
		column = collection_column(collection, first);
	return column == NULL ? first : bytes_of_text(column_field(column));
}

uint32_t
heads_conflict_count(const struct record_heads *heads)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < heads->field_count; i++)
		count += heads->fields[i].differ;
	return count;
}

/* --- order ---------------------------------------------------------------- */

static int
compare_ids(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* (field, change), and within one change by first column */
static int
compare_writes(const void *a, const void *b)
{
	const struct head_write *x = a;
	const struct head_write *y = b;
	int order = bytes_compare(x->field, y->field);

	if (order == 0)
		order = compare_ids(&x->change, &y->change);
	if (order == 0)
		order = bytes_compare(x->write->values[0].column,
		    y->write->values[0].column);
	return order;
}

/* The greatest (stamp, id) first. */
static int
compare_heads(const void *a, const void *b)
{
	const struct head *x = a;
	const struct head *y = b;
	int order = compare_ids(&y->stamp, &x->stamp);

	return order != 0 ? order : compare_ids(&y->change, &x->change);
}

const struct head_write *
heads_find_writes(const struct head_write *writes, size_t count,
    struct bytes field, uint64_t change, size_t *found)
{
	size_t low = 0;
	size_t high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = bytes_compare(writes[middle].field, field);

		if (order == 0)
			order = compare_ids(&writes[middle].change, &change);
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*found = 0;
	while (low + *found < count && writes[low + *found].change == change &&
	       bytes_equal(writes[low + *found].field, field))
		++*found;
	return writes + low;
}

/* --- one field ------------------------------------------------------------ */

static bool
is_among(const uint64_t *ids, size_t count, uint64_t id)
{
	return count > 0 &&
	       bsearch(&id, ids, count, sizeof(*ids), compare_ids) != NULL;
}

/* All that the writes of one field replace, ascending, each once. */
static enum status
collect_replaced(const struct head_write *writes, size_t count,
    struct arena *arena, uint64_t **out, size_t *out_count)
{
	size_t total = 0;
	size_t kept = 0;
	uint64_t *ids;

	for (size_t i = 0; i < count; i++)
		total += writes[i].write->replace_count;
	*out_count = 0;
	*out = NULL;
	if (total == 0)
		return STATUS_OK;
	ids = arena_array(arena, total, sizeof(*ids));
	if (ids == NULL)
		return STATUS_NOMEM;
	total = 0;
	for (size_t i = 0; i < count; i++)
		for (uint32_t j = 0; j < writes[i].write->replace_count; j++)
			ids[total++] = writes[i].write->replaces[j];
	qsort(ids, total, sizeof(*ids), compare_ids);
	for (size_t i = 0; i < total; i++)
		if (kept == 0 || ids[kept - 1] != ids[i])
			ids[kept++] = ids[i];
	*out = ids;
	*out_count = kept;
	return STATUS_OK;
}

static bool
is_written(const struct head_write *writes, size_t count, uint64_t change)
{
	for (size_t i = 0; i < count; i++)
		if (writes[i].change == change)
			return true;
	return false;
}

static enum status
compute_field(const struct head_write *writes, size_t count,
    struct arena *arena, struct field_heads *out)
{
	uint64_t *replaced;
	size_t replaced_count;

	*out = (struct field_heads){ .field = writes[0].field };
	if (collect_replaced(writes, count, arena, &replaced,
		&replaced_count) != STATUS_OK)
		return STATUS_NOMEM;
	out->heads = arena_array(arena, count, sizeof(*out->heads));
	if (out->heads == NULL)
		return STATUS_NOMEM;
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && writes[i - 1].change == writes[i].change)
			continue;
		if (is_among(replaced, replaced_count, writes[i].change))
			continue;
		out->heads[out->head_count++] =
		    (struct head){ writes[i].change, writes[i].stamp };
	}
	qsort(out->heads, out->head_count, sizeof(*out->heads), compare_heads);
	out->ghosts = replaced;
	for (size_t i = 0; i < replaced_count; i++)
		if (!is_written(writes, count, replaced[i]))
			out->ghosts[out->ghost_count++] = replaced[i];
	return STATUS_OK;
}

/* --- whether heads differ ------------------------------------------------- */

/* What the change wrote to column; absent is null. */
static struct value
written_value(const struct head_write *writes, size_t count,
    struct bytes column)
{
	for (size_t i = 0; i < count; i++) {
		const struct field_write *write = writes[i].write;

		for (uint32_t j = 0; j < write->value_count; j++)
			if (bytes_equal(write->values[j].column, column))
				return writes[i].redacted
				           ? value_null()
				           : write->values[j].value;
	}
	return value_null();
}

/* Each value of a stands in b too. */
static bool
agrees(const struct head_write *a, size_t a_count, const struct head_write *b,
    size_t b_count)
{
	for (size_t i = 0; i < a_count; i++) {
		const struct field_write *write = a[i].write;

		for (uint32_t j = 0; j < write->value_count; j++) {
			struct bytes column = write->values[j].column;
			struct value x = written_value(a, a_count, column);
			struct value y = written_value(b, b_count, column);

			if (!value_equal(&x, &y))
				return false;
		}
	}
	return true;
}

static bool
heads_differ(const struct head_write *writes, size_t count,
    const struct field_heads *field)
{
	const struct head_write *shown;
	size_t shown_count;

	if (field->head_count < 2)
		return false;
	shown = heads_find_writes(writes, count, field->field,
	    field->heads[0].change, &shown_count);
	for (uint32_t i = 1; i < field->head_count; i++) {
		const struct head_write *other;
		size_t other_count;

		other = heads_find_writes(writes, count, field->field,
		    field->heads[i].change, &other_count);
		if (!agrees(shown, shown_count, other, other_count) ||
		    !agrees(other, other_count, shown, shown_count))
			return true;
	}
	return false;
}

/* --- deletion ------------------------------------------------------------- */

/* Whether the ids in blob, 8 bytes each, hold id. */
static bool
blob_holds(struct bytes blob, uint64_t id)
{
	uint8_t wanted[8];

	for (int i = 7; i >= 0; i--, id >>= 8)
		wanted[i] = (uint8_t)id;
	for (size_t at = 0; at + 8 <= blob.size; at += 8)
		if (memcmp(blob.data + at, wanted, 8) == 0)
			return true;
	return false;
}

struct deletion {
	const struct head_write *writes;
	size_t count;
	const struct field_heads *field;
};

static struct value
deletion_value(const struct deletion *deletion, uint32_t head)
{
	size_t found;
	const struct head_write *writes = heads_find_writes(deletion->writes,
	    deletion->count, deletion->field->field,
	    deletion->field->heads[head].change, &found);

	return written_value(writes, found, deletion->field->field);
}

static bool
was_seen(const struct deletion *deletion, uint64_t change)
{
	for (uint32_t i = 0; i < deletion->field->head_count; i++) {
		struct value value = deletion_value(deletion, i);

		if (value.type == VALUE_BLOB && blob_holds(value.bytes, change))
			return true;
	}
	return false;
}

static bool
all_was_seen(const struct deletion *deletion, const struct record_heads *heads)
{
	for (uint32_t i = 0; i < heads->field_count; i++) {
		const struct field_heads *field = &heads->fields[i];

		if (field == deletion->field)
			continue;
		for (uint32_t j = 0; j < field->head_count; j++)
			if (!was_seen(deletion, field->heads[j].change))
				return false;
	}
	return true;
}

/* The field `deleted` is in conflict when somebody deletes and another keeps,
 * in words or by writing what the first did not see. */
static bool
judge_deletion(const struct deletion *deletion,
    const struct record_heads *heads, struct field_heads *field)
{
	uint32_t deleting = 0;
	bool deleted;

	for (uint32_t i = 0; i < field->head_count; i++)
		deleting += deletion_value(deletion, i).type != VALUE_NULL;
	deleted = deleting > 0 && deleting == field->head_count &&
	          all_was_seen(deletion, heads);
	field->differ = deleting > 0 && !deleted;
	return deleted;
}

/* --- all fields ----------------------------------------------------------- */

enum status
heads_compute(struct head_write *writes, size_t count, struct arena *arena,
    struct record_heads *out, bool *deleted)
{
	struct field_heads *deleted_field = NULL;

	*out = (struct record_heads){ 0 };
	*deleted = false;
	qsort(writes, count, sizeof(*writes), compare_writes);
	out->fields = arena_array(arena, count + 1, sizeof(*out->fields));
	if (out->fields == NULL)
		return STATUS_NOMEM;
	for (size_t i = 0, end; i < count; i = end) {
		struct field_heads *field = &out->fields[out->field_count++];

		for (end = i + 1; end < count; end++)
			if (!bytes_equal(writes[end].field, writes[i].field))
				break;
		if (compute_field(writes + i, end - i, arena, field) !=
		    STATUS_OK)
			return STATUS_NOMEM;
		field->differ = heads_differ(writes, count, field);
		if (bytes_equal_text(field->field, COLUMN_DELETED))
			deleted_field = field;
	}
	if (deleted_field != NULL) {
		struct deletion deletion = { writes, count, deleted_field };

		*deleted = judge_deletion(&deletion, out, deleted_field);
	}
	return STATUS_OK;
}

/* --- adding one write ----------------------------------------------------- */

bool
heads_are_plain(const struct record_heads *heads)
{
	for (uint32_t i = 0; i < heads->field_count; i++)
		if (heads->fields[i].ghost_count > 0 ||
		    bytes_equal_text(heads->fields[i].field, COLUMN_DELETED))
			return false;
	return true;
}

static bool
replaces_exactly(const struct field_write *write,
    const struct field_heads *field)
{
	if (field->head_count == 0 || write->replace_count != field->head_count)
		return false;
	for (uint32_t i = 0; i < field->head_count; i++)
		if (!is_among(write->replaces, write->replace_count,
			field->heads[i].change))
			return false;
	return true;
}

bool
heads_advance(struct record_heads *heads, struct bytes name,
    const struct field_write *write, struct head *head)
{
	uint32_t place = 0;

	while (place < heads->field_count &&
	       bytes_compare(heads->fields[place].field, name) < 0)
		place++;
	if (place < heads->field_count &&
	    bytes_equal(heads->fields[place].field, name)) {
		if (!replaces_exactly(write, &heads->fields[place]))
			return false;
	} else {
		if (write->replace_count > 0)
			return false;
		memmove(&heads->fields[place + 1], &heads->fields[place],
		    (heads->field_count - place) * sizeof(*heads->fields));
		heads->field_count++;
	}
	heads->fields[place] = (struct field_heads){
		.field = name,
		.heads = head,
		.head_count = 1,
	};
	return true;
}
