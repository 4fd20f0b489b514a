/*
 * history, conflicts, resolve: what happened to what was written.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "client/command/trace.h"
#include "common/replica/history.h"
#include "common/support/clock.h"
#include "protocol/stamp.h"

enum {
	VALUE_TEXT_BYTES = 200
};

static const struct option_rule plain_rules[] = {
	COMMAND_RULES,
	COMMAND_PERSON_RULES,
	{ 0 },
};

/* --- values of a field ---------------------------------------------------- */

static const struct column *
column_of(const struct collection *collection, struct bytes name)
{
	return collection == NULL ? NULL : collection_column(collection, name);
}

void
trace_print_values(struct replica *replica, const struct collection *collection,
    const struct column_value *values, uint32_t count)
{
	char text[VALUE_TEXT_BYTES];

	for (uint32_t i = 0; i < count; i++) {
		output_value_text(replica,
		    column_of(collection, values[i].column), &values[i].value,
		    text, sizeof(text));
		printf("%s%.*s: %s", i == 0 ? "" : "; ",
		    (int)values[i].column.size,
		    (const char *)values[i].column.data, text);
	}
}

void
trace_format_time(uint64_t unix_ms, char out[CLOCK_TEXT_BYTES])
{
	clock_format((int64_t)unix_ms, out);
	out[10] = ' ';
	out[19] = '\0';
}

/* --- history -------------------------------------------------------------- */

struct showing {
	struct command *command;
	const struct collection *collection;
	json_t *array;
	uint64_t count;
};

static bool
show_entry(void *context, const struct history_entry *entry)
{
	struct showing *showing = context;
	struct replica *replica = showing->command->replica;
	char when[CLOCK_TEXT_BYTES], who[WRITER_BYTES];

	showing->count++;
	if (showing->command->json) {
		json_array_append_new(showing->array,
		    json_pack("{s:o, s:o, s:i, s:o, s:o, s:o, s:b, s:b, s:b}",
			"change", output_id(entry->change), "author",
			output_id(entry->author), "site", (int)entry->site,
			"written", output_time(stamp_to_ms(entry->stamp)),
			"received", output_time(entry->received_ms), "values",
			output_values(showing->collection, entry->field->values,
			    entry->field->value_count),
			"created", entry->created, "redacted", entry->redacted,
			"head", entry->is_head));
		return true;
	}
	trace_format_time(stamp_to_ms(entry->stamp), when);
	output_writer(replica, entry->site, entry->author, who, sizeof(who));
	printf("%s  %s: ", when, who);
	trace_print_values(replica, showing->collection, entry->field->values,
	    entry->field->value_count);
	if (entry->redacted)
		printf("  (redacted)");
	if (entry->received_ms == 0)
		printf("  (waiting)");
	if (entry->is_head)
		printf("  <- now");
	putchar('\n');
	return true;
}

static enum status
run_history(struct command *command)
{
	struct showing showing = { .command = command };
	uint64_t id;
	enum status status;

	status = command_collection(command, 0, &showing.collection);
	if (status == STATUS_OK)
		status = command_id(command, 1, &id);
	if (status != STATUS_OK)
		return status;
	showing.array = json_array();
	status = view_history(&command->view, id, show_entry, &showing,
	    &command->error);
	if (status == STATUS_NOT_FOUND ||
	    (status == STATUS_OK && showing.count == 0))
		status = error_set(&command->error, STATUS_NOT_FOUND,
		    "there is no %s with the id %" PRIu64 " here",
		    showing.collection->name, id);
	if (status == STATUS_OK && command->json)
		output_json(showing.array);
	else
		json_decref(showing.array);
	return status;
}

const struct command_entry command_history = {
	.name = "history",
	.usage = "history COLLECTION ID",
	.about = "every write to a record, with who and when",
	.needs = COMMAND_READS | COMMAND_PERSON,
	.rules = plain_rules,
	.words_min = 2,
	.words_max = 2,
	.run = run_history,
};

/* --- conflicts ------------------------------------------------------------ */

static json_t *
conflict_json(const struct conflict *conflict)
{
	json_t *values = json_array();

	for (uint32_t i = 0; i < conflict->value_count; i++) {
		const struct conflict_value *value = &conflict->values[i];

		json_array_append_new(values,
		    json_pack("{s:i, s:o, s:o, s:i, s:o, s:o, s:o}", "keep",
			(int)i, "change", output_id(value->change), "author",
			output_id(value->author), "site", (int)value->site,
			"written", output_time(stamp_to_ms(value->stamp)),
			"received", output_time(value->received_ms), "values",
			output_values(conflict->collection, value->values,
			    value->value_count)));
	}
	return json_pack("{s:s, s:o, s:o, s:s, s:o}", "collection",
	    conflict->collection->name, "id", output_id(conflict->record),
	    "@dossier", output_id(conflict->dossier), "column", conflict->field,
	    "values", values);
}

static void
print_conflict(struct replica *replica, const struct conflict *conflict)
{
	char when[CLOCK_TEXT_BYTES], who[WRITER_BYTES];

	printf("%s %" PRIu64 ", %s:\n", conflict->collection->name,
	    conflict->record, conflict->field);
	for (uint32_t i = 0; i < conflict->value_count; i++) {
		const struct conflict_value *value = &conflict->values[i];

		trace_format_time(stamp_to_ms(value->stamp), when);
		output_writer(replica, value->site, value->author, who,
		    sizeof(who));
		printf("  %" PRIu32 "  %s  %s: ", i, when, who);
		trace_print_values(replica, conflict->collection, value->values,
		    value->value_count);
		putchar('\n');
	}
	printf("  to settle: throughline resolve %s %" PRIu64 " %s --keep N\n",
	    conflict->collection->name, conflict->record, conflict->field);
}

static bool
show_conflict(void *context, const struct conflict *conflict)
{
	struct showing *showing = context;

	showing->count++;
	if (showing->command->json)
		json_array_append_new(showing->array, conflict_json(conflict));
	else
		print_conflict(showing->command->replica, conflict);
	return true;
}

static enum status
run_conflicts(struct command *command)
{
	struct showing showing = { .command = command };
	uint64_t record = 0;
	enum status status = STATUS_OK;

	if (options_positional_count(&command->options) > 0)
		status = command_id(command, 0, &record);
	if (status != STATUS_OK)
		return status;
	showing.array = json_array();
	status = view_conflicts(&command->view, record, show_conflict, &showing,
	    &command->error);
	if (status == STATUS_OK && command->json) {
		output_json(showing.array);
		return status;
	}
	json_decref(showing.array);
	if (status == STATUS_OK && showing.count == 0)
		puts("Nothing is in conflict.");
	return status;
}

const struct command_entry command_conflicts = {
	.name = "conflicts",
	.usage = "conflicts [ID]",
	.about = "fields with two values, until a person decides",
	.needs = COMMAND_READS | COMMAND_PERSON,
	.rules = plain_rules,
	.words_max = 1,
	.run = run_conflicts,
};

/* --- resolve -------------------------------------------------------------- */

static const struct option_rule resolve_rules[] = {
	COMMAND_RULES,
	COMMAND_PERSON_RULES,
	{ "keep", "N",
	    "the value to keep, as `throughline conflicts` numbers "
	    "them",
	    OPTION_REQUIRED },
	{ "author", "STAFF", "who decides this (an id of staff)", 0 },
	{ 0 },
};

static enum status
run_resolve(struct command *command)
{
	const char *name = options_positional(&command->options, 2);
	const struct collection *collection;
	const struct column *column;
	uint64_t id, author, commit;
	int64_t keep = 0;
	enum status status;

	status = command_collection(command, 0, &collection);
	if (status == STATUS_OK)
		status = command_id(command, 1, &id);
	if (status == STATUS_OK)
		status = command_author(command, &author);
	if (status == STATUS_OK)
		status = options_integer(&command->options, "keep", 0,
		    LIMIT_REPLACES, &keep, &command->error);
	if (status != STATUS_OK)
		return status;
	status = command_may(command, ACTION_RESOLVE);
	if (status != STATUS_OK)
		return status;
	column = collection_column(collection, bytes_of_text(name));
	status = replica_begin(command->replica, &command->error);
	if (status != STATUS_OK)
		return status;
	status = view_resolve(&command->view, id,
	    column == NULL ? name : column_field(column), (uint32_t)keep,
	    author, &commit, &command->error);
	if (status == STATUS_OK)
		status = replica_commit(command->replica, &command->error);
	if (status != STATUS_OK) {
		replica_rollback(command->replica);
		return status;
	}
	if (command->json)
		output_json(json_pack("{s:o, s:o}", "id", output_id(id),
		    "commit", output_id(commit)));
	else
		printf("Settled: %s of %s %" PRIu64 ".\n", name,
		    collection->name, id);
	return STATUS_OK;
}

const struct command_entry command_resolve = {
	.name = "resolve",
	.usage = "resolve COLLECTION ID COLUMN --keep N",
	.about = "settle a conflict; the other values stay in the history",
	.needs = COMMAND_WRITES | COMMAND_PERSON,
	.rules = resolve_rules,
	.words_min = 3,
	.words_max = 3,
	.run = run_resolve,
};
