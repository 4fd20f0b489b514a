/*
 * refused: what the hub did not take, and why.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "client/command/trace.h"
#include "client/output/seeing.h"
#include "common/replica/pending.h"
#include "common/support/clock.h"
#include "protocol/commit.h"

static const struct option_rule refused_rules[] = {
	COMMAND_RULES,
	COMMAND_PERSON_RULES,
	{ 0 },
};

struct showing {
	struct command *command;
	json_t *array;
	uint64_t count;
};

static void
print_changes(struct replica *replica, const struct seeing *seeing)
{
	for (uint32_t i = 0; i < seeing->commit.change_count; i++) {
		const struct change *change = &seeing->commit.changes[i];
		const char *between = "";

		printf("    %.*s %" PRIu64 ": ", (int)change->collection.size,
		    (const char *)change->collection.data, change->record);
		for (uint32_t k = 0; k < change->field_count; k++) {
			if (!seeing_field(seeing, change, &change->fields[k]))
				continue;
			printf("%s", between);
			trace_print_values(replica,
			    catalogue_collection(change->collection),
			    change->fields[k].values,
			    change->fields[k].value_count);
			between = "; ";
		}
		putchar('\n');
	}
}

/* Ours, written before we knew that the child had moved on. */
static bool
show_passed_on(void *context, const struct pending_row *row)
{
	static const char sentence[] =
	    "It went on with the child's file to the next school.";
	struct showing *showing = context;
	char when[CLOCK_TEXT_BYTES];

	showing->count++;
	if (showing->command->json) {
		json_array_append_new(showing->array,
		    json_pack("{s:o, s:o, s:s, s:s, s:o, s:[]}", "id",
			output_id(row->id), "@dossier", output_id(row->dossier),
			"reason", "PASSED_ON", "sentence", sentence, "at",
			output_time(row->at_ms), "changes"));
		return true;
	}
	trace_format_time(row->at_ms, when);
	printf("%" PRIu64 "  %s  %s\n", row->id, when, sentence);
	return true;
}

static void
tell_refused(struct showing *showing, const struct pending_row *row,
    const struct seeing *seeing)
{
	char when[CLOCK_TEXT_BYTES];

	showing->count++;
	if (showing->command->json) {
		json_array_append_new(showing->array,
		    json_pack("{s:o, s:o, s:s, s:s, s:o, s:o}", "id",
			output_id(row->id), "@dossier", output_id(row->dossier),
			"reason", refusal_name(row->refusal), "sentence",
			refusal_text(row->refusal), "at",
			output_time(row->at_ms), "changes",
			seeing_json(seeing)));
		return;
	}
	trace_format_time(row->at_ms, when);
	printf("%" PRIu64 "  %s  %s\n", row->id, when,
	    refusal_text(row->refusal));
	print_changes(showing->command->replica, seeing);
}

static bool
show_refused(void *context, const struct pending_row *row)
{
	struct showing *showing = context;
	struct seeing seeing;

	seeing_begin(&seeing, &showing->command->viewer, row->bytes);
	if (seeing_any(&seeing))
		tell_refused(showing, row, &seeing);
	seeing_end(&seeing);
	return true;
}

static enum status
list_refused(struct command *command)
{
	struct showing showing = { .command = command };
	enum status status;

	showing.array = json_array();
	status = pending_each_aside(command->replica, show_refused, &showing,
	    &command->error);
	if (status == STATUS_OK)
		status = pending_each_passed_on(command->replica,
		    show_passed_on, &showing, &command->error);
	if (status == STATUS_OK && command->json) {
		output_json(showing.array);
		return status;
	}
	json_decref(showing.array);
	if (status == STATUS_OK && showing.count == 0)
		puts("Nothing was refused.");
	else if (status == STATUS_OK)
		puts("`throughline refused retry ID` sends one again, "
		     "`throughline refused drop ID` forgets it.");
	return status;
}

/* What is not shown to them they neither send again nor drop. */
static enum status
check_is_seen(struct command *command, uint64_t id)
{
	bool seen = true;
	enum status status = command_may(command, ACTION_REFUSED);

	if (status == STATUS_OK && !command->viewer.set_up)
		status = seeing_look(command->replica, &command->viewer, id,
		    &seen, &command->error);
	if (status == STATUS_OK && !seen)
		return error_set(&command->error, STATUS_NOT_FOUND,
		    "no entry %" PRIu64 " was refused; `throughline refused` "
		    "shows those that were",
		    id);
	return status;
}

static enum status
run_refused(struct command *command)
{
	const char *verb = options_positional(&command->options, 0);
	bool retry = verb != NULL && strcmp(verb, "retry") == 0;
	uint64_t id, fresh = 0;
	enum status status;

	if (verb == NULL)
		return list_refused(command);
	if ((!retry && strcmp(verb, "drop") != 0) ||
	    options_positional_count(&command->options) != 2)
		return error_set(&command->error, STATUS_USAGE,
		    "write `throughline refused`, `... refused retry ID` or "
		    "`... refused drop ID`");
	status = command_id(command, 1, &id);
	if (status == STATUS_OK)
		status = check_is_seen(command, id);
	if (status == STATUS_OK)
		status = replica_begin(command->replica, &command->error);
	if (status != STATUS_OK)
		return status;
	if (retry)
		status = pending_retry(command->replica, id, command->now_ms,
		    &fresh, &command->error);
	else
		status = pending_drop(command->replica, id, &command->error);
	if (status == STATUS_OK)
		status = replica_commit(command->replica, &command->error);
	if (status != STATUS_OK) {
		replica_rollback(command->replica);
		return status;
	}
	if (command->json)
		output_json(json_pack("{s:o, s:o}", "id", output_id(id),
		    "commit", output_id(fresh)));
	else
		puts(retry ? "It waits to be sent again." : "Forgotten.");
	return STATUS_OK;
}

const struct command_entry command_refused = {
	.name = "refused",
	.usage = "refused [retry ID | drop ID]",
	.about = "what the hub did not take, and why",
	.needs = COMMAND_WRITES | COMMAND_PERSON,
	.rules = refused_rules,
	.words_max = 2,
	.run = run_refused,
};
