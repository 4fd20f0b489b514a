/*
 * How results look, to people and to programs.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/command/command.h"

enum {
	TEXT_BYTES = 96 /* of a value in a line */
};

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
output_record(const struct view_record *shown)
{
	const struct record *record = &shown->record;
	json_t *json = json_object();
	json_t *hidden = json_array();
	uint32_t count = collection_column_count(record->collection);

	json_object_set_new(json, "id", output_id(record->id));
	for (uint32_t i = 0; i < count; i++) {
		const struct column *column = &record->collection->columns[i];

		json_object_set_new(json, column->name,
		    output_value(column, &record->values[i]));
		if (shown->hidden[i])
			json_array_append_new(hidden,
			    json_string(column->name));
	}
	json_object_set_new(json, "@dossier", output_id(record->dossier));
	json_object_set_new(json, "@conflicts",
	    json_integer(record->conflicts));
	json_object_set_new(json, "@waiting", json_boolean(record->waiting));
	json_object_set_new(json, "@flags", json_integer(record->flags));
	if (shown->hidden_count > 0)
		json_object_set(json, "@hidden", hidden);
	json_decref(hidden);
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

void
output_record_line(struct replica *replica, const struct view_record *shown)
{
	const struct record *record = &shown->record;
	uint32_t count = collection_column_count(record->collection);
	const char *between = "";
	char text[TEXT_BYTES];

	printf("%" PRIu64 "  ", record->id);
	for (uint32_t i = 0; i < count; i++) {
		const struct column *column = &record->collection->columns[i];

		if (record->values[i].type == VALUE_NULL ||
		    (column->flags & COLUMN_OFF) != 0)
			continue;
		output_value_text(replica, column, &record->values[i], text,
		    sizeof(text));
		printf("%s%s: %s", between, column->name, text);
		between = "; ";
	}
	if (record->conflicts > 0) {
		printf("%s(%" PRIu32 " in conflict)", between,
		    record->conflicts);
		between = " ";
	}
	if (shown->hidden_count > 0)
		printf("%s(%" PRIu32 " columns not shown to you)", between,
		    shown->hidden_count);
	putchar('\n');
}

static void
print_hidden(const struct view_record *shown)
{
	const struct collection *collection = shown->record.collection;
	uint32_t count = collection_column_count(collection);
	const char *between = "  (not shown to you: ";

	for (uint32_t i = 0; i < count; i++) {
		if (!shown->hidden[i])
			continue;
		printf("%s%s", between, collection->columns[i].name);
		between = ", ";
	}
	puts(")");
}

void
output_record_page(struct replica *replica, const struct view_record *shown)
{
	const struct record *record = &shown->record;
	uint32_t count = collection_column_count(record->collection);
	char label[128], text[16 * 1024];

	printf("%s %" PRIu64 "\n", record->collection->name, record->id);
	for (uint32_t i = 0; i < count; i++) {
		const struct column *column = &record->collection->columns[i];

		if (record->values[i].type == VALUE_NULL)
			continue;
		output_value_text(replica, column, &record->values[i], text,
		    sizeof(text));
		printf("  %s: %s\n", column_label(column, label, sizeof(label)),
		    text);
	}
	if (shown->hidden_count > 0)
		print_hidden(shown);
	if (record->waiting)
		puts("  (waiting for the hub)");
	if (record->conflicts > 0)
		printf("  (%" PRIu32 " in conflict: see `throughline "
		       "conflicts`)\n",
		    record->conflicts);
}
