/*
 * How results look, to people and to programs.
 */
#include <inttypes.h>
#include <stdio.h>

#include "client/command/command.h"

enum {
	TEXT_BYTES = 96 /* of a value in a line */
};

/* --- JSON ----------------------------------------------------------------- */

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
