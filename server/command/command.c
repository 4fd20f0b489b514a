/*
 * The table of commands, and the way from argv to one of them.
 */
#include "server/command/command.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
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
	&command_check,
	&command_backup,
	&command_restore,
	&command_keys,
};

enum {
	ENTRY_COUNT = sizeof(entries) / sizeof(entries[0])
};

/* --- help ----------------------------------------------------------------- */

static void
print_help(FILE *out)
{
	fputs("throughline-hub: where a partnership of schools meets\n\n", out);
	for (size_t i = 0; i < ENTRY_COUNT; i++)
		fprintf(out, "  throughline-hub %s\n        %s\n",
		    entries[i]->usage, entries[i]->about);
	fputs("\nEvery command takes --data DIR (or THROUGHLINE_DATA), --json "
	      "and --help.\n",
	    out);
}

static const struct command_entry *
find_entry(const char *name)
{
	for (size_t i = 0; i < ENTRY_COUNT; i++)
		if (strcmp(entries[i]->name, name) == 0)
			return entries[i];
	return NULL;
}

static int
unknown_command(const char *name)
{
	const char *names[ENTRY_COUNT + 1] = { NULL };
	const char *nearest;

	for (size_t i = 0; i < ENTRY_COUNT; i++)
		names[i] = entries[i]->name;
	nearest = options_nearest(name, names);
	fprintf(stderr, "throughline-hub: there is no command \"%s\"", name);
	if (nearest != NULL)
		fprintf(stderr, "; did you mean \"%s\"?\n", nearest);
	else
		fputs("; see throughline-hub --help\n", stderr);
	return EXIT_USAGE;
}

/* --- running one ---------------------------------------------------------- */

static enum status
open_data(struct command *command)
{
	enum command_needs needs = command->entry->needs;
	enum status status = STATUS_OK;

	command->data =
	    options_text(&command->options, "data", getenv("THROUGHLINE_DATA"));
	if (command->data == NULL || *command->data == '\0')
		return error_set(&command->error, STATUS_USAGE,
		    "say which data folder: --data DIR, or set "
		    "THROUGHLINE_DATA");
	if (needs >= COMMAND_FOLDER)
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

static enum status
read_options(struct command *command, int argc, char **argv)
{
	const struct command_entry *entry = command->entry;
	enum status status;

	status = options_parse(entry->rules, argc, argv, &command->options,
	    &command->error);
	if (status != STATUS_OK || command->options.help)
		return status;
	command->json = options_flag(&command->options, "json");
	return options_expect(&command->options, entry->words_min,
	    entry->words_max, &command->error);
}

static int
run_entry(const struct command_entry *entry, int argc, char **argv)
{
	struct command command = { .entry = entry };
	enum status status;

	command.now_ms = (uint64_t)clock_unix_ms();
	status = read_options(&command, argc, argv);
	if (status == STATUS_OK && command.options.help) {
		char usage[256];

		snprintf(usage, sizeof(usage), "throughline-hub %s",
		    entry->usage);
		options_print_help(entry->rules, usage, entry->about, stdout);
		return EXIT_DONE;
	}
	if (status == STATUS_OK)
		status = open_data(&command);
	if (status == STATUS_OK)
		status = entry->run(&command);
	replica_close(command.replica);
	hub_folder_close(command.folder);
	sodium_memzero(&command.writer, sizeof(command.writer));
	if (status == STATUS_OK && fflush(stdout) == 0)
		return EXIT_DONE;
	if (status == STATUS_OK)
		error_set(&command.error, STATUS_IO,
		    "the output could not be written");
	fprintf(stderr, "throughline-hub %s: %s\n", entry->name,
	    command.error.text);
	return status == STATUS_USAGE ? EXIT_USAGE : EXIT_NOT_DONE;
}

int
command_main(int argc, char **argv)
{
	const struct command_entry *entry;

	if (sodium_init() < 0) {
		fputs("throughline-hub: no source of randomness\n", stderr);
		return EXIT_NOT_DONE;
	}
	if (argc == 0) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "help") == 0) {
		print_help(stdout);
		return EXIT_DONE;
	}
	if (strcmp(argv[0], "--version") == 0) {
		puts("throughline-hub " THROUGHLINE_VERSION);
		return EXIT_DONE;
	}
	entry = find_entry(argv[0]);
	if (entry == NULL)
		return unknown_command(argv[0]);
	return run_entry(entry, argc - 1, argv + 1);
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
