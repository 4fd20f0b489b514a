/*
 * put, delete: writing records of any collection.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "client/command/command.h"
#include "protocol/identifier.h"

/* --- put ------------------------------------------------------------------ */

static const struct option_rule put_rules[] = {
	COMMAND_RULES,
	COMMAND_PERSON_RULES,
	{ "pupil", "ID", "the pupil whose file a new record belongs to", 0 },
	{ "author", "STAFF", "who writes this (an id of staff)", 0 },
	{ 0 },
};

struct putting {
	const struct collection *collection;
	int64_t record; /* id, or a handle of the draft */
	size_t words;   /* the first COLUMN=VALUE */
	bool is_new;
	uint64_t id;
};

static enum status
set_words(struct command *command, struct draft *draft,
    const struct putting *putting)
{
	size_t count = options_positional_count(&command->options);
	enum status status = STATUS_OK;
	char name[LIMIT_NAME_BYTES + 1];

	for (size_t i = putting->words; status == STATUS_OK && i < count; i++) {
		const char *word = options_positional(&command->options, i);
		const char *equals = strchr(word, '=');
		size_t size = equals == NULL ? 0 : (size_t)(equals - word);

		if (size == 0 || size > LIMIT_NAME_BYTES)
			return error_set(&command->error, STATUS_USAGE,
			    "write COLUMN=VALUE, not \"%s\"", word);
		memcpy(name, word, size);
		name[size] = '\0';
		status = draft_set_text(draft, putting->record, name,
		    bytes_of_text(equals + 1), &command->error);
	}
	return status;
}

static enum status
write_put(struct command *command, struct draft *draft, void *context)
{
	struct putting *putting = context;
	enum status status = STATUS_OK;

	if (putting->is_new)
		status = draft_insert(draft, putting->collection->name,
		    &putting->record, &command->error);
	if (status == STATUS_OK)
		status = set_words(command, draft, putting);
	return status;
}

/* A new pupil's dossier begins with the pupil, held by this school. */
static enum status
put_pupil(struct command *command, struct putting *putting, uint64_t *commit)
{
	struct value holder =
	    value_integer((int64_t)replica_identity(command->replica).school);
	struct draft *draft = NULL;
	uint64_t author;
	enum status status;

	status = command_author(command, &author);
	if (status == STATUS_OK)
		status = replica_begin(command->replica, &command->error);
	if (status != STATUS_OK)
		return status;
	status = draft_create_dossier(command->replica, author, &draft,
	    &command->error);
	if (status == STATUS_OK)
		status = write_put(command, draft, putting);
	if (status == STATUS_OK)
		status = draft_set(draft, putting->record, "holder", &holder,
		    &command->error);
	if (status == STATUS_OK)
		status =
		    view_finish(&command->view, draft, commit, &command->error);
	if (status == STATUS_OK)
		putting->id = draft_record_id(draft, putting->record);
	draft_destroy(draft);
	if (status == STATUS_OK)
		status = replica_commit(command->replica, &command->error);
	if (status != STATUS_OK)
		replica_rollback(command->replica);
	return status;
}

/* Where a new record of that collection lies. */
static enum status
choose_dossier(struct command *command, const struct collection *collection,
    uint64_t *dossier)
{
	const char *pupil = options_text(&command->options, "pupil", NULL);

	if (pupil != NULL)
		return command_parse_id(command, pupil, dossier);
	if ((collection->dossiers & DOSSIER_KIND_PARTNERSHIP) != 0)
		*dossier = DOSSIER_PARTNERSHIP;
	else if ((collection->dossiers & DOSSIER_KIND_SCHOOL) != 0)
		*dossier = replica_identity(command->replica).school;
	else
		return error_set(&command->error, STATUS_USAGE,
		    "a new %s belongs to a pupil's file: say which with "
		    "--pupil ID",
		    collection->name);
	return STATUS_OK;
}

static enum status
put_record(struct command *command, struct putting *putting, uint64_t *commit)
{
	enum record_state state;
	uint64_t dossier;
	enum status status;

	if (putting->is_new && strcmp(putting->collection->name, "pupil") == 0)
		return put_pupil(command, putting, commit);
	if (putting->is_new)
		status = choose_dossier(command, putting->collection, &dossier);
	else
		status = command_locate(command, putting->collection,
		    putting->id, &dossier, &state);
	if (status == STATUS_OK)
		status =
		    command_write(command, dossier, write_put, putting, commit);
	/* The record of the commit's first change is the new one. */
	if (status == STATUS_OK && putting->is_new)
		putting->id = *commit;
	return status;
}

static enum status
run_put(struct command *command)
{
	struct putting putting = { .is_new = true, .words = 1 };
	const char *second = options_positional(&command->options, 1);
	uint64_t commit = 0;
	enum status status;

	status = command_collection(command, 0, &putting.collection);
	if (status == STATUS_OK && second != NULL &&
	    strchr(second, '=') == NULL) {
		status = command_id(command, 1, &putting.id);
		putting.record = (int64_t)putting.id;
		putting.is_new = false;
		putting.words = 2;
	}
	if (status == STATUS_OK &&
	    putting.words == options_positional_count(&command->options))
		return error_set(&command->error, STATUS_USAGE,
		    "say what to write: COLUMN=VALUE");
	if (status == STATUS_OK)
		status = put_record(command, &putting, &commit);
	if (status != STATUS_OK)
		return status;
	if (command->json)
		output_json(
		    json_pack("{s:o, s:o, s:b}", "id", output_id(putting.id),
			"commit", output_id(commit), "changed", commit != 0));
	else if (commit == 0)
		puts("Nothing to change: it is so already.");
	else
		printf("%s %s %" PRIu64 "; it goes to the hub at the next "
		       "sync.\n",
		    putting.is_new ? "Created" : "Changed",
		    putting.collection->name, putting.id);
	return STATUS_OK;
}

const struct command_entry command_put = {
	.name = "put",
	.usage = "put COLLECTION [ID] COLUMN=VALUE...",
	.about = "create a record, or change one",
	.needs = COMMAND_WRITES | COMMAND_PERSON,
	.rules = put_rules,
	.words_min = 2,
	.words_max = OPTIONS_VALUES,
	.run = run_put,
};

/* --- delete --------------------------------------------------------------- */

static const struct option_rule delete_rules[] = {
	COMMAND_RULES,
	COMMAND_PERSON_RULES,
	{ "author", "STAFF", "who writes this (an id of staff)", 0 },
	{ "undo", NULL, "take the deletion back", 0 },
	{ 0 },
};

static enum status
write_delete(struct command *command, struct draft *draft, void *context)
{
	uint64_t id = *(uint64_t *)context;

	if (options_flag(&command->options, "undo"))
		return draft_undelete(draft, id, &command->error);
	return draft_delete(draft, id, &command->error);
}

static enum status
run_delete(struct command *command)
{
	bool undo = options_flag(&command->options, "undo");
	const struct collection *named;
	enum record_state state = RECORD_LIVE;
	uint64_t id, dossier, commit;
	enum status status;

	status = command_collection(command, 0, &named);
	if (status == STATUS_OK)
		status = command_id(command, 1, &id);
	if (status == STATUS_OK)
		status = command_locate(command, named, id, &dossier, &state);
	if (status == STATUS_OK && (state == RECORD_DELETED) != undo)
		return error_set(&command->error, STATUS_NOT_FOUND,
		    "there is no %s%s with the id %s here",
		    undo ? "deleted " : "", named->name,
		    options_positional(&command->options, 1));
	if (status == STATUS_OK && named->delete_rights == 0)
		return error_set(&command->error, STATUS_DENIED,
		    "a %s is never deleted, only changed", named->name);
	if (status == STATUS_OK)
		status =
		    command_write(command, dossier, write_delete, &id, &commit);
	if (status != STATUS_OK)
		return status;
	if (command->json)
		output_json(json_pack("{s:o, s:o}", "id", output_id(id),
		    "commit", output_id(commit)));
	else
		printf("%s %s %" PRIu64 ".\n", undo ? "Restored" : "Deleted",
		    named->name, id);
	return STATUS_OK;
}

const struct command_entry command_delete = {
	.name = "delete",
	.usage = "delete COLLECTION ID [--undo]",
	.about = "delete a record, or take that back; history stays",
	.needs = COMMAND_WRITES | COMMAND_PERSON,
	.rules = delete_rules,
	.words_min = 2,
	.words_max = 2,
	.run = run_delete,
};
