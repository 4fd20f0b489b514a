/*
 * One set of rules says what is canonical: arrange() and pack_commit(), which
 * encode.  Decoding reads leniently, arranges, and packs against the bytes
 * that came.
 */
#include "protocol/commit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/identifier.h"
#include "protocol/pack.h"
#include "protocol/reader.h"
#include "protocol/stamp.h"

static enum status
invalid(struct error *err, const char *why)
{
	return error_set(err, STATUS_INVALID, "commit: %s", why);
}

static enum status
too_large(struct error *err, const char *why)
{
	return error_set(err, STATUS_TOO_LARGE, "commit: %s", why);
}

static int
compare_ids(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static int
compare_columns(const void *a, const void *b)
{
	const struct column_value *x = a;
	const struct column_value *y = b;

	return bytes_compare(x->column, y->column);
}

static int
compare_fields(const void *a, const void *b)
{
	const struct field_write *x = a;
	const struct field_write *y = b;

	return compare_columns(&x->values[0], &y->values[0]);
}

typedef int compare_function(const void *a, const void *b);

static bool
is_ascending(const void *base, size_t count, size_t size,
    compare_function *compare)
{
	const char *element = base;

	for (size_t i = 1; i < count; i++, element += size) {
		if (compare(element, element + size) >= 0)
			return false;
	}
	return true;
}

/* What came over the wire is sorted nearly always.  False: one stands twice. */
static bool
sort(void *base, size_t count, size_t size, compare_function *compare)
{
	if (is_ascending(base, count, size, compare))
		return true;
	qsort(base, count, size, compare);
	return is_ascending(base, count, size, compare);
}

/* 1 to 64 of a-z, 0-9 and _: a name goes into logs and pages as it is. */
static bool
name_is_valid(struct bytes name)
{
	if (name.size == 0 || name.size > LIMIT_NAME_BYTES)
		return false;
	for (size_t i = 0; i < name.size; i++) {
		uint8_t c = name.data[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
		    c != '_')
			return false;
	}
	return true;
}

static enum status
check_value(const struct value *value, struct error *err)
{
	switch (value->type) {
	case VALUE_NULL:
	case VALUE_INTEGER:
		return STATUS_OK;
	case VALUE_REAL:
		if (!isfinite(value->real))
			return invalid(err, "a real is not finite");
		return STATUS_OK;
	case VALUE_TEXT:
	case VALUE_BLOB:
		break;
	}
	if (value->bytes.size > LIMIT_VALUE_BYTES)
		return too_large(err, "a value is too long");
	if (value->type == VALUE_TEXT && !utf8_is_valid(value->bytes))
		return invalid(err, "a text is not UTF-8");
	return STATUS_OK;
}

static enum status
arrange_field(struct field_write *field, bool redacted, struct error *err)
{
	if (field->value_count == 0)
		return invalid(err, "a field without a column");
	if (field->replace_count > LIMIT_REPLACES)
		return too_large(err, "a field replaces too many");
	for (uint32_t i = 0; i < field->value_count; i++) {
		const struct column_value *value = &field->values[i];
		enum status status;

		if (!name_is_valid(value->column))
			return invalid(err, "a column's name is not right");
		if (redacted && value->value.type != VALUE_NULL)
			return invalid(err, "a redacted change has a value");
		status = check_value(&value->value, err);
		if (status != STATUS_OK)
			return status;
	}
	for (uint32_t i = 0; i < field->replace_count; i++) {
		if (!identifier_is_valid(field->replaces[i]))
			return invalid(err, "a replaced id is out of range");
	}
	if (!sort(field->values, field->value_count, sizeof(*field->values),
		compare_columns))
		return invalid(err, "a column stands twice");
	if (!sort(field->replaces, field->replace_count,
		sizeof(*field->replaces), compare_ids))
		return invalid(err, "a replaced id stands twice");
	return STATUS_OK;
}

static int
compare_names(const void *a, const void *b)
{
	return bytes_compare(*(const struct bytes *)a,
	    *(const struct bytes *)b);
}

/* Within a field and among first columns sorting has shown it; here in all. */
static bool
columns_are_unique(const struct change *change)
{
	struct bytes names[LIMIT_COLUMNS_PER_CHANGE];
	size_t count = 0;

	for (uint32_t i = 0; i < change->field_count; i++) {
		const struct field_write *field = &change->fields[i];

		for (uint32_t j = 0; j < field->value_count; j++)
			names[count++] = field->values[j].column;
	}
	return count == change->field_count ||
	       sort(names, count, sizeof(names[0]), compare_names);
}

static enum status
arrange_change(struct change *change, struct error *err)
{
	uint64_t columns = 0;

	if (!name_is_valid(change->collection))
		return invalid(err, "a collection's name is not right");
	if (!identifier_is_valid(change->record))
		return invalid(err, "a record's id is out of range");
	if (change->field_count == 0)
		return invalid(err, "a change without a field");
	for (uint32_t i = 0; i < change->field_count; i++) {
		enum status status;

		columns += change->fields[i].value_count;
		if (columns > LIMIT_COLUMNS_PER_CHANGE)
			return too_large(err, "a change has too many columns");
		status =
		    arrange_field(&change->fields[i], change->redacted, err);
		if (status != STATUS_OK)
			return status;
	}
	if (!sort(change->fields, change->field_count, sizeof(*change->fields),
		compare_fields) ||
	    !columns_are_unique(change))
		return invalid(err, "a column stands twice");
	return STATUS_OK;
}

/* Bring everything in canonical order; refuse what has no canonical form. */
static enum status
arrange(struct commit *commit, struct error *err)
{
	if (!identifier_is_valid(commit->id))
		return invalid(err, "its id is out of range");
	if (commit->stamp > STAMP_MAX)
		return invalid(err, "its stamp is out of range");
	if (commit->author > IDENTIFIER_MAX)
		return invalid(err, "its author is out of range");
	if (commit->dossier > IDENTIFIER_MAX)
		return invalid(err, "its dossier is out of range");
	if (commit->change_count == 0)
		return invalid(err, "it has no change");
	if (commit->change_count > LIMIT_CHANGES)
		return too_large(err, "it has too many changes");
	if (commit->change_count - 1 >
	    COUNTER_MAX - identifier_counter(commit->id))
		return invalid(err, "its ids run into another site's");
	for (uint32_t i = 0; i < commit->change_count; i++) {
		enum status status = arrange_change(&commit->changes[i], err);

		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

static void
pack_value(struct pack *pack, const struct value *value)
{
	switch (value->type) {
	case VALUE_NULL:
		pack_nil(pack);
		break;
	case VALUE_INTEGER:
		pack_signed(pack, value->integer);
		break;
	case VALUE_REAL:
		pack_real(pack, value_real(value->real).real);
		break;
	case VALUE_TEXT:
		pack_text(pack, value->bytes);
		break;
	case VALUE_BLOB:
		pack_blob(pack, value->bytes.data, value->bytes.size);
		break;
	}
}

/* Both are at most IDENTIFIER_MAX, so the difference fits. */
static void
pack_id(struct pack *pack, uint64_t id, const struct commit *commit)
{
	pack_signed(pack, (int64_t)id - (int64_t)commit->id);
}

static void
pack_change(struct pack *pack, const struct change *change,
    const struct commit *commit)
{
	pack_array(pack, change->redacted ? 4 : 3);
	pack_text(pack, change->collection);
	pack_id(pack, change->record, commit);
	pack_array(pack, change->field_count);
	for (uint32_t i = 0; i < change->field_count; i++) {
		const struct field_write *field = &change->fields[i];

		pack_array(pack, 1 + 2 * (size_t)field->value_count);
		pack_array(pack, field->replace_count);
		for (uint32_t j = 0; j < field->replace_count; j++)
			pack_id(pack, field->replaces[j], commit);
		for (uint32_t j = 0; j < field->value_count; j++) {
			pack_text(pack, field->values[j].column);
			pack_value(pack, &field->values[j].value);
		}
	}
	if (change->redacted)
		pack_boolean(pack, true);
}

static void
pack_commit(struct pack *pack, const struct commit *commit)
{
	pack_array(pack, 5);
	pack_unsigned(pack, commit->id);
	pack_unsigned(pack, commit->stamp);
	pack_unsigned(pack, commit->author);
	pack_id(pack, commit->dossier, commit);
	pack_array(pack, commit->change_count);
	for (uint32_t i = 0; i < commit->change_count; i++)
		pack_change(pack, &commit->changes[i], commit);
}

enum status
commit_encode(struct commit *commit, struct buffer *out, struct error *err)
{
	const size_t start = out->size;
	struct pack pack;
	enum status status;

	status = arrange(commit, err);
	if (status != STATUS_OK)
		return status;
	pack_begin(&pack, out);
	pack_commit(&pack, commit);
	status = pack_end(&pack);
	if (status != STATUS_OK)
		return error_set(err, status, "commit: encode");
	if (out->size - start > LIMIT_COMMIT_BYTES) {
		buffer_truncate(out, start);
		return too_large(err, "it is too long");
	}
	return STATUS_OK;
}

static uint64_t
read_id(struct reader *reader, const struct commit *commit, const char *what)
{
	int64_t difference = reader_signed(reader, what);
	int64_t base = (int64_t)commit->id;

	if (difference < -base || difference > IDENTIFIER_MAX - base) {
		reader_fail(reader, STATUS_INVALID, what, "out of range");
		return 0;
	}
	return (uint64_t)(base + difference);
}

static struct value
read_value(struct reader *reader)
{
	struct token token = { .type = TOKEN_NIL };
	const char *fault = NULL;

	if (reader->status == STATUS_OK)
		fault = token_read(&reader->rest, &token);
	if (fault != NULL) {
		reader_fail(reader, STATUS_INVALID, "value", fault);
		return value_null();
	}
	switch (token.type) {
	case TOKEN_NIL:
		return value_null();
	case TOKEN_UNSIGNED:
		if (token.number <= INT64_MAX)
			return value_integer((int64_t)token.number);
		break;
	case TOKEN_NEGATIVE:
		return value_integer(token.integer);
	case TOKEN_REAL:
		return value_real(token.real);
	case TOKEN_TEXT:
		return value_text(token.bytes);
	case TOKEN_BLOB:
		return value_blob(token.bytes);
	case TOKEN_BOOLEAN:
	case TOKEN_ARRAY:
	case TOKEN_MAP:
		break;
	}
	reader_fail(reader, STATUS_INVALID, "value", "of no known type");
	return value_null();
}

static void
read_field(struct reader *reader, struct field_write *field,
    const struct commit *commit)
{
	uint32_t count;

	count = reader_array(reader, 1 + 2 * LIMIT_COLUMNS_PER_CHANGE, "field");
	if (count < 3 || count % 2 == 0) {
		reader_fail(reader, STATUS_INVALID, "field",
		    "a column without a value");
		return;
	}
	field->replaces = reader_list(reader, &field->replace_count,
	    LIMIT_REPLACES, sizeof(*field->replaces), "replaced ids");
	for (uint32_t i = 0; i < field->replace_count; i++)
		field->replaces[i] = read_id(reader, commit, "replaced id");
	field->value_count = count / 2;
	field->values = arena_array(reader->arena, field->value_count,
	    sizeof(*field->values));
	if (field->values == NULL) {
		reader_fail(reader, STATUS_NOMEM, "field", "out of memory");
		return;
	}
	for (uint32_t i = 0; i < field->value_count; i++) {
		field->values[i].column =
		    reader_text(reader, LIMIT_NAME_BYTES, "column");
		field->values[i].value = read_value(reader);
	}
}

static void
read_change(struct reader *reader, struct change *change,
    const struct commit *commit)
{
	uint32_t count;

	count = reader_tuple(reader, 3, 4, "change");
	change->collection =
	    reader_text(reader, LIMIT_NAME_BYTES, "collection");
	change->record = read_id(reader, commit, "record");
	change->fields = reader_list(reader, &change->field_count,
	    LIMIT_COLUMNS_PER_CHANGE, sizeof(*change->fields), "fields");
	for (uint32_t i = 0; i < change->field_count; i++)
		read_field(reader, &change->fields[i], commit);
	if (count == 4)
		change->redacted = reader_boolean(reader, "redacted");
}

static void
read_head(struct reader *reader, struct commit *commit)
{
	(void)reader_tuple(reader, 5, 5, "commit");
	commit->id = reader_unsigned(reader, IDENTIFIER_MAX, "id");
	commit->stamp = reader_unsigned(reader, STAMP_MAX, "stamp");
	commit->author = reader_unsigned(reader, IDENTIFIER_MAX, "author");
	commit->dossier = read_id(reader, commit, "dossier");
}

enum status
commit_decode(struct bytes bytes, struct arena *arena, struct commit *commit,
    struct error *err)
{
	struct reader reader = { .rest = bytes, .arena = arena, .err = err };
	struct pack pack;
	enum status status;

	*commit = (struct commit){ 0 };
	if (bytes.size > LIMIT_COMMIT_BYTES)
		return too_large(err, "it is too long");
	read_head(&reader, commit);
	commit->changes = reader_list(&reader, &commit->change_count,
	    LIMIT_CHANGES, sizeof(*commit->changes), "changes");
	for (uint32_t i = 0; i < commit->change_count; i++)
		read_change(&reader, &commit->changes[i], commit);
	if (reader.status != STATUS_OK)
		return err == NULL ? reader.status : error_wrap(err, "commit");
	status = arrange(commit, err);
	if (status != STATUS_OK)
		return status;
	pack_begin_compare(&pack, bytes);
	pack_commit(&pack, commit);
	if (pack_end(&pack) != STATUS_OK)
		return invalid(err, "its bytes are not canonical");
	return STATUS_OK;
}

enum status
commit_peek(struct bytes bytes, struct commit *commit)
{
	struct reader reader = { .rest = bytes };

	*commit = (struct commit){ 0 };
	read_head(&reader, commit);
	commit->change_count = reader_array(&reader, LIMIT_CHANGES, "changes");
	return reader.status;
}

bool
commit_has_redacted(const struct commit *commit)
{
	for (uint32_t i = 0; i < commit->change_count; i++)
		if (commit->changes[i].redacted)
			return true;
	return false;
}

void
change_redact(struct change *change)
{
	for (uint32_t i = 0; i < change->field_count; i++) {
		for (uint32_t j = 0; j < change->fields[i].value_count; j++)
			change->fields[i].values[j].value = value_null();
	}
	change->redacted = true;
}
