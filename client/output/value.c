#include "client/output/value.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/output/name.h"
#include "common/command/output.h"

/* --- JSON ----------------------------------------------------------------- */

json_t *
output_text(struct bytes text)
{
	return json_stringn((const char *)text.data, text.size);
}

static json_t *
output_blob(struct bytes blob)
{
	static const char digits[] = "0123456789abcdef";
	char *text = malloc(blob.size * 2 + 1);
	json_t *json;

	if (text == NULL)
		return json_null();
	for (size_t i = 0; i < blob.size; i++) {
		text[2 * i] = digits[blob.data[i] >> 4];
		text[2 * i + 1] = digits[blob.data[i] & 15];
	}
	json = json_stringn(text, blob.size * 2);
	free(text);
	return json;
}

json_t *
output_value(const struct column *column, const struct value *value)
{
	switch (value->type) {
	case VALUE_INTEGER:
		if (column != NULL && (column->type == COLUMN_REFERENCE ||
					  column->type == COLUMN_ID))
			return output_id((uint64_t)value->integer);
		return json_integer(value->integer);
	case VALUE_REAL:
		return json_real(value->real);
	case VALUE_TEXT:
		return output_text(value->bytes);
	case VALUE_BLOB:
		return output_blob(value->bytes);
	case VALUE_NULL:
		break;
	}
	return json_null();
}

json_t *
output_values(const struct collection *collection,
    const struct column_value *values, uint32_t count)
{
	json_t *json = json_object();
	char name[LIMIT_NAME_BYTES + 1];

	for (uint32_t i = 0; i < count; i++) {
		const struct column *column =
		    collection == NULL
			? NULL
			: collection_column(collection, values[i].column);

		snprintf(name, sizeof(name), "%.*s", (int)values[i].column.size,
		    (const char *)values[i].column.data);
		json_object_set_new(json, name,
		    output_value(column, &values[i].value));
	}
	return json;
}

/* --- words ---------------------------------------------------------------- */

static const char *
code_label(const struct column *column, struct bytes code)
{
	if (column == NULL || column->codes == NULL)
		return NULL;
	for (const struct code *known = column->codes->codes;
	     known->code != NULL; known++)
		if (bytes_equal_text(code, known->code))
			return known->label;
	return NULL;
}

void
output_copy_text(struct bytes text, char *out, size_t capacity)
{
	size_t size = text.size;

	if (size >= capacity) {
		size = capacity - 4;
		while (size > 0 && (text.data[size] & 0xc0) == 0x80)
			size--;
		memcpy(out + size, "...", 4);
	} else {
		out[size] = '\0';
	}
	if (size > 0)
		memcpy(out, text.data, size);
	for (size_t i = 0; i < size; i++)
		if ((unsigned char)out[i] < ' ')
			out[i] = ' ';
}

static void
reference_text(struct replica *replica, uint64_t id, char *out, size_t capacity)
{
	char name[NAME_BYTES];

	if (output_name(replica, id, name, sizeof(name)))
		snprintf(out, capacity, "%" PRIu64 " (%s)", id, name);
	else
		snprintf(out, capacity, "%" PRIu64, id);
}

void
output_value_text(struct replica *replica, const struct column *column,
    const struct value *value, char *out, size_t capacity)
{
	const char *label;

	switch (value->type) {
	case VALUE_NULL:
		snprintf(out, capacity, "(not known)");
		return;
	case VALUE_INTEGER:
		if (column != NULL && column->type == COLUMN_REFERENCE)
			reference_text(replica, (uint64_t)value->integer, out,
			    capacity);
		else
			snprintf(out, capacity, "%" PRId64, value->integer);
		return;
	case VALUE_REAL:
		snprintf(out, capacity, "%.6g", value->real);
		return;
	case VALUE_BLOB:
		snprintf(out, capacity, "(%zu bytes)", value->bytes.size);
		return;
	case VALUE_TEXT:
		label = code_label(column, value->bytes);
		if (label != NULL && !bytes_equal_text(value->bytes, label))
			snprintf(out, capacity, "%.*s (%s)",
			    (int)value->bytes.size,
			    (const char *)value->bytes.data, label);
		else
			output_copy_text(value->bytes, out, capacity);
		return;
	}
}
