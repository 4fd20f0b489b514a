/*
 * The table of commands, and the way from argv to one of them.
 */
#include "server/command/command.h"

#include <sodium.h>
#include <string.h>

#include "common/support/clock.h"

/* In the order in which the help lists them. */
static const struct command_entry *const entries[] = {
	&command_init,
	&command_serve,
	&command_school,
	&command_invite,
	&command_site,
	&command_status,
	&command_night,
	&command_reconcile,
	&command_report,
	&command_check,
	&command_backup,
	&command_restore,
	&command_keys,
	NULL,
};

/* --- running one ---------------------------------------------------------- */

static enum status
open_data(struct command *command)
{
	int needs = command->entry->needs;
	enum status status;

	status =
	    program_data(&command->options, &command->data, &command->error);
	if (status == STATUS_OK && needs >= COMMAND_FOLDER)
		status = hub_folder_open(command->data, &command->folder,
		    &command->error);
	if (status == STATUS_OK && needs >= COMMAND_READS)
		status = hub_folder_open_replica(command->folder,
		    needs == COMMAND_WRITES, &command->replica,
		    &command->error);
	if (status == STATUS_OK && needs == COMMAND_WRITES)
		status = hub_folder_writer(command->folder, command->replica,
		    command->now_ms, &command->writer, &command->error);
	return status;
}

static int run_entry(const struct command_entry *entry, int argc, char **argv);

static const struct program program = {
	.name = "throughline-hub",
	.about = "where a partnership of schools meets",
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
	replica_close(command.replica);
	hub_folder_close(command.folder);
	sodium_memzero(&command.writer, sizeof(command.writer));
	return program_finish(&program, entry, status, &command.error);
}

int
command_main(int argc, char **argv)
{
	return program_main(&program, argc, argv);
}

/* --- what commands share -------------------------------------------------- */

enum status
command_word(struct command *command, const char *const *words, size_t *place)
{
	const char *word = options_positional(&command->options, 0);
	const char *nearest;

	for (*place = 0; words[*place] != NULL; (*place)++)
		if (strcmp(words[*place], word) == 0)
			return STATUS_OK;
	nearest = options_nearest(word, words);
	return error_set(&command->error, STATUS_USAGE,
	    "there is no \"%s %s\"; did you mean \"%s %s\"?",
	    command->entry->name, word, command->entry->name,
	    nearest != NULL ? nearest : words[0]);
}

enum status
command_need(struct command *command, size_t positional, const char *what,
    const char **text)
{
	*text = options_positional(&command->options, positional);
	if (*text != NULL)
		return STATUS_OK;
	return error_set(&command->error, STATUS_USAGE,
	    "say which: throughline-hub %s %s %s", command->entry->name,
	    options_positional(&command->options, 0), what);
}
