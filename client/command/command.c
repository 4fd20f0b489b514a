/*
 * The table of commands, and the way from argv to one of them.
 */
#include <inttypes.h>

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
	&command_staff,
	NULL,
};

/* --- running one ---------------------------------------------------------- */

static enum status
open_data(struct command *command)
{
	int needs = command->entry->needs;
	bool is_person = (needs & COMMAND_PERSON) != 0;
	bool writes = (needs & COMMAND_WRITES) == COMMAND_WRITES;
	enum status status;

	/* That they were there is written. */
	if (is_person && options_text(&command->options, "as", NULL) != NULL)
		writes = true;

	status =
	    program_data(&command->options, &command->data, &command->error);
	if (status != STATUS_OK || command->entry->needs == COMMAND_NOTHING)
		return status;
	status = folder_open(command->data, &command->folder, &command->error);
	if (status == STATUS_OK)
		status = folder_open_replica(command->folder, writes,
		    &command->replica, &command->error);
	return status == STATUS_OK && is_person ? command_enter(command)
	                                        : status;
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
	enum status status = STATUS_OK;

	*author = 0;
	if (text != NULL)
		status = command_parse_id(command, text, author);
	if (status == STATUS_OK && text != NULL && !command->viewer.set_up &&
	    *author != command->viewer.staff)
		return error_set(&command->error, STATUS_USAGE,
		    "with --as you are the author yourself; leave out "
		    "--author");
	*author = view_author(&command->view, *author);
	return status;
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
command_may(struct command *command, enum action action)
{
	return rights_check(&command->viewer, action, &command->error);
}

enum status
command_write(struct command *command, uint64_t dossier, command_writer *write,
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
		    view_finish(&command->view, draft, id, &command->error);
	draft_destroy(draft);
	if (status == STATUS_OK)
		status = replica_commit(command->replica, &command->error);
	if (status != STATUS_OK)
		replica_rollback(command->replica);
	return status;
}

enum status
command_locate(struct command *command, const struct collection *collection,
    uint64_t id, uint64_t *dossier, enum record_state *state)
{
	struct view view = command->view;
	struct view_record shown;
	struct arena arena = { 0 };
	enum status status;

	view.act = AUDIT_NONE;
	status = view_get(&view, id, &arena, &shown, &command->error);
	if (status == STATUS_OK) {
		*dossier = shown.record.dossier;
		*state = shown.record.state;
	}
	if (status == STATUS_NOT_FOUND ||
	    (status == STATUS_OK && shown.record.collection != collection))
		status = error_set(&command->error, STATUS_NOT_FOUND,
		    "there is no %s with the id %" PRIu64 " here",
		    collection->name, id);
	arena_deinit(&arena);
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
