/*
 * The table of commands, and the way from argv to one of them.
 */
#include "client/command/command.h"
#include "common/support/clock.h"
#include "protocol/identifier.h"

/* In the order in which the help lists them. */
static const struct command_entry *const entries[] = {
	&command_join,
	&command_leave,
	&command_run,
	&command_sync,
	&command_reconcile,
	&command_status,
	&command_report,
	&command_list,
	&command_get,
	&command_put,
	&command_delete,
	&command_history,
	&command_conflicts,
	&command_resolve,
	&command_refused,
	&command_transfer,
	&command_import,
	&command_export,
	&command_check,
	&command_backup,
	&command_rebuild,
	&command_subject,
	NULL,
};

/* --- running one ---------------------------------------------------------- */

static enum status
open_data(struct command *command)
{
	bool writes = command->entry->needs == COMMAND_WRITES;
	enum status status;

	status =
	    program_data(&command->options, &command->data, &command->error);
	if (status != STATUS_OK || command->entry->needs == COMMAND_NOTHING)
		return status;
	status = folder_open(command->data, &command->folder, &command->error);
	if (status == STATUS_OK)
		status = folder_open_replica(command->folder, writes,
		    &command->replica, &command->error);
	return status;
}

static int run_entry(const struct command_entry *entry, int argc, char **argv);

static const struct program program = {
	.name = "throughline",
	.about = "this computer's part of a partnership of schools",
	.entries = entries,
	.run = run_entry,
};

static int
run_entry(const struct command_entry *entry, int argc, char **argv)
{
	struct command command = { .entry = entry };
	enum status status;

	command.now_ms = (uint64_t)clock_unix_ms();
	status =
	    program_read(entry, argc, argv, &command.options, &command.error);
	if (status == STATUS_OK && command.options.help)
		return program_help(&program, entry);
	if (status == STATUS_OK) {
		command.json = options_flag(&command.options, "json");
		status = open_data(&command);
	}
	if (status == STATUS_OK)
		status = entry->run(&command);
	/* Not of a folder whose keys are damaged. */
	if (status == STATUS_CORRUPT && command.folder != NULL)
		folder_advise(&command.error);
	replica_close(command.replica);
	folder_close(command.folder);
	return program_finish(&program, entry, status, &command.error);
}

int
command_main(int argc, char **argv)
{
	return program_main(&program, argc, argv);
}

/* --- what commands share -------------------------------------------------- */

enum status
command_parse_id(struct command *command, const char *text, uint64_t *id)
{
	if (identifier_parse(bytes_of_text(text), id))
		return STATUS_OK;
	return error_set(&command->error, STATUS_USAGE,
	    "\"%s\" is not an id: ids are whole numbers, as `throughline list` "
	    "shows them",
	    text);
}

enum status
command_id(struct command *command, size_t positional, uint64_t *id)
{
	return command_parse_id(command,
	    options_positional(&command->options, positional), id);
}

enum status
command_author(struct command *command, uint64_t *author)
{
	const char *text = options_text(&command->options, "author", NULL);

	*author = 0;
	return text == NULL ? STATUS_OK
	                    : command_parse_id(command, text, author);
}

enum status
command_collection(struct command *command, size_t positional,
    const struct collection **collection)
{
	const char *name = options_positional(&command->options, positional);
	const struct collection *all;
	const char *names[256] = { NULL };
	const char *nearest;
	uint32_t count;

	*collection = catalogue_collection(bytes_of_text(name));
	if (*collection != NULL)
		return STATUS_OK;
	all = catalogue_collections(&count);
	for (uint32_t i = 0; i < count && i < 255; i++)
		names[i] = all[i].name;
	nearest = options_nearest(name, names);
	if (nearest != NULL)
		return error_set(&command->error, STATUS_USAGE,
		    "there is no collection \"%s\"; did you mean \"%s\"?", name,
		    nearest);
	return error_set(&command->error, STATUS_USAGE,
	    "there is no collection \"%s\"; `throughline list` names them all",
	    name);
}

enum status
command_write(struct command *command, uint64_t dossier,
    enum status (
	*write)(struct command *command, struct draft *draft, void *context),
    void *context, uint64_t *id)
{
	struct draft *draft = NULL;
	uint64_t author;
	enum status status;

	status = command_author(command, &author);
	if (status != STATUS_OK)
		return status;
	status = replica_begin(command->replica, &command->error);
	if (status != STATUS_OK)
		return status;
	status = draft_create(command->replica, dossier, author, &draft,
	    &command->error);
	if (status == STATUS_OK)
		status = write(command, draft, context);
	if (status == STATUS_OK)
		status =
		    draft_finish(draft, command->now_ms, id, &command->error);
	draft_destroy(draft);
	if (status == STATUS_OK)
		status = replica_commit(command->replica, &command->error);
	if (status != STATUS_OK)
		replica_rollback(command->replica);
	return status;
}

enum status
command_school(struct command *command, const char *laestab, uint64_t *school)
{
	struct value value = value_c_text(laestab);
	enum status status;

	status = record_find(command->replica, "school", "laestab", &value,
	    school, &command->error);
	if (status == STATUS_NOT_FOUND)
		return error_set(&command->error, STATUS_NOT_FOUND,
		    "no school has the LAEstab %s; `throughline list school` "
		    "shows those that are known",
		    laestab);
	return status;
}
