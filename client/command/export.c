/*
 * export csv, subject: what is here, to take along.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/command/command.h"
#include "common/replica/history.h"
#include "common/support/file.h"
#include "protocol/identifier.h"
#include "protocol/stamp.h"

static const struct option_rule export_rules[] = {
	COMMAND_RULES,
	COMMAND_PERSON_RULES,
	{ 0 },
};

/* --- export csv ----------------------------------------------------------- */

struct exporting {
	const struct viewer *viewer;
	struct buffer out;
	uint64_t count;
	uint64_t hidden; /* values, in columns that are shown for others */
	bool out_of_memory;
};

static void
append(struct exporting *exporting, const char *text, size_t size)
{
	struct bytes bytes = { (const uint8_t *)text, size };

	if (buffer_append(&exporting->out, bytes) != STATUS_OK)
		exporting->out_of_memory = true;
}

/* RFC 4180: quoted where it has to be, quotes doubled. */
static void
append_cell(struct exporting *exporting, const char *text, size_t size)
{
	bool quoted = false;

	for (size_t i = 0; i < size && !quoted; i++)
		quoted = strchr("\",\r\n", text[i]) != NULL;
	if (!quoted) {
		append(exporting, text, size);
		return;
	}
	append(exporting, "\"", 1);
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '"')
			append(exporting, "\"", 1);
		append(exporting, text + i, 1);
	}
	append(exporting, "\"", 1);
}

static void
append_value(struct exporting *exporting, const struct column *column,
    const struct value *value)
{
	json_t *json = output_value(column, value);
	char *text;

	if (json_is_string(json)) {
		append_cell(exporting, json_string_value(json),
		    json_string_length(json));
	} else if (!json_is_null(json)) {
		text =
		    json_dumps(json, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
		if (text != NULL)
			append(exporting, text, strlen(text));
		free(text);
	}
	json_decref(json);
}

static bool
append_record(void *context, const struct view_record *shown)
{
	const struct record *record = &shown->record;
	struct exporting *exporting = context;
	uint32_t count = collection_column_count(record->collection);
	char id[IDENTIFIER_TEXT_BYTES];

	exporting->count++;
	identifier_format(record->id, id);
	append(exporting, id, strlen(id));
	append(exporting, ",", 1);
	if (record->dossier != DOSSIER_PARTNERSHIP)
		identifier_format(record->dossier, id);
	else
		id[0] = '\0';
	append(exporting, id, strlen(id));
	for (uint32_t i = 0; i < count; i++) {
		const struct column *column = &record->collection->columns[i];

		if (!rights_may_see_some(exporting->viewer, record->collection,
			column))
			continue;
		exporting->hidden += shown->hidden[i];
		append(exporting, ",", 1);
		append_value(exporting, column, &record->values[i]);
	}
	append(exporting, "\r\n", 2);
	return !exporting->out_of_memory;
}

/* "id", "pupil" (the dossier), then the names of the columns that the person
 * sees. */
static void
append_header(struct exporting *exporting, const struct collection *collection)
{
	const char *dossier = collection->dossiers == DOSSIER_KIND_PUPIL
	                          ? "id,pupil"
	                          : "id,dossier";

	append(exporting, dossier, strlen(dossier));
	for (const struct column *column = collection->columns;
	     column->name != NULL; column++) {
		if (!rights_may_see_some(exporting->viewer, collection, column))
			continue;
		append(exporting, ",", 1);
		append(exporting, column->name, strlen(column->name));
	}
	append(exporting, "\r\n", 2);
}

static enum status
run_export(struct command *command)
{
	const char *what = options_positional(&command->options, 0);
	const char *path = options_positional(&command->options, 2);
	struct exporting exporting = { .viewer = &command->viewer };
	struct record_query query = { 0 };
	enum status status;

	if (strcmp(what, "csv") != 0)
		return error_set(&command->error, STATUS_USAGE,
		    "export csv COLLECTION FILE, not export %s", what);
	status = command_may(command, ACTION_EXPORT_CSV);
	if (status == STATUS_OK)
		status = command_collection(command, 1, &query.collection);
	if (status != STATUS_OK)
		return status;
	command->view.act = AUDIT_EXPORTED;
	append_header(&exporting, query.collection);
	status = view_each(&command->view, &query, append_record, &exporting,
	    &command->error);
	if (status == STATUS_OK && exporting.out_of_memory)
		status = error_set(&command->error, STATUS_NOMEM,
		    "there is not enough memory for this export");
	if (status == STATUS_OK)
		status = file_write(path, buffer_view(&exporting.out),
		    FILE_SECRET, &command->error);
	buffer_deinit(&exporting.out);
	if (status != STATUS_OK)
		return status;
	if (command->json)
		output_json(json_pack("{s:s, s:I}", "file", path, "records",
		    (json_int_t)exporting.count));
	else
		printf("%" PRIu64 " records written to %s.\n", exporting.count,
		    path);
	if (!command->json && exporting.hidden > 0)
		printf("%" PRIu64 " values are not shown to you and were left "
		       "empty.\n",
		    exporting.hidden);
	return STATUS_OK;
}

const struct command_entry command_export = {
	.name = "export",
	.usage = "export csv COLLECTION FILE",
	.about = "write a collection to a CSV file",
	.needs = COMMAND_READS | COMMAND_PERSON,
	.rules = export_rules,
	.words_min = 3,
	.words_max = 3,
	.run = run_export,
};

/* --- subject -------------------------------------------------------------- */

struct telling {
	struct command *command;
	json_t *array;
	json_t *history;
	uint64_t count;
};

static bool
tell_write(void *context, const struct history_entry *entry)
{
	struct telling *telling = context;
	json_t *values = json_object();
	char name[LIMIT_NAME_BYTES + 1];

	for (uint32_t i = 0; i < entry->field->value_count; i++) {
		const struct column_value *value = &entry->field->values[i];

		snprintf(name, sizeof(name), "%.*s", (int)value->column.size,
		    (const char *)value->column.data);
		json_object_set_new(values, name,
		    output_value(NULL, &value->value));
	}
	json_array_append_new(telling->history,
	    json_pack("{s:o, s:i, s:o, s:o, s:o}", "author",
		output_id(entry->author), "site", (int)entry->site, "written",
		output_time(stamp_to_ms(entry->stamp)), "received",
		output_time(entry->received_ms), "values", values));
	return true;
}

static bool
tell_record(void *context, const struct view_record *shown)
{
	struct telling *telling = context;
	struct view silent = telling->command->view;
	json_t *json;

	telling->count++;
	if (!telling->command->json) {
		output_record_page(telling->command->replica, shown);
		return true;
	}
	telling->history = json_array();
	silent.act = AUDIT_NONE; /* it is noted already */
	if (view_history(&silent, shown->record.id, tell_write, telling,
		&telling->command->error) != STATUS_OK)
		return false;
	json = output_record(shown);
	json_object_set_new(json, "@collection",
	    json_string(shown->record.collection->name));
	json_object_set_new(json, "@history", telling->history);
	json_array_append_new(telling->array, json);
	return true;
}

static enum status
tell_dossier(struct command *command, struct telling *telling, uint64_t pupil)
{
	struct record_query query = { .dossier = pupil };
	const struct collection *all;
	enum status status = STATUS_OK;
	uint32_t count;

	all = catalogue_collections(&count);
	for (uint32_t i = 0; status == STATUS_OK && i < count; i++) {
		query.collection = &all[i];
		if ((all[i].dossiers & DOSSIER_KIND_PUPIL) != 0)
			status = view_each(&command->view, &query, tell_record,
			    telling, &command->error);
	}
	return status;
}

static enum status
run_subject(struct command *command)
{
	struct telling telling = { .command = command };
	struct arena arena = { 0 };
	uint64_t pupil, *same;
	uint32_t count = 0;
	enum status status;

	if (command->json)
		command->view.act = AUDIT_EXPORTED;
	status = command_may(command, ACTION_SUBJECT);
	if (status == STATUS_OK)
		status = command_id(command, 0, &pupil);
	if (status == STATUS_OK)
		status = record_same(command->replica, pupil, &arena, &same,
		    &count, &command->error);
	telling.array = json_array();
	for (uint32_t i = 0; status == STATUS_OK && i < count; i++)
		status = tell_dossier(command, &telling, same[i]);
	arena_deinit(&arena);
	if (status == STATUS_OK && telling.count == 0)
		status = error_set(&command->error, STATUS_NOT_FOUND,
		    "there is no pupil with the id %s here",
		    options_positional(&command->options, 0));
	if (status == STATUS_OK && command->json) {
		output_json(telling.array);
		return status;
	}
	json_decref(telling.array);
	return status;
}

const struct command_entry command_subject = {
	.name = "subject",
	.usage = "subject PUPIL",
	.about = "all that is here about one child, with history (--json)",
	.needs = COMMAND_READS | COMMAND_PERSON,
	.rules = export_rules,
	.words_min = 1,
	.words_max = 1,
	.run = run_subject,
};
