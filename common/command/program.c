/*
 * From argv to a command, and to the exit status.
 */
#include "common/command/program.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
	ENTRIES_MAX = 64
};

/* --- finding -------------------------------------------------------------- */

static void
print_help(const struct program *program, FILE *out)
{
	fprintf(out, "%s: %s\n\n", program->name, program->about);
	for (size_t i = 0; program->entries[i] != NULL; i++)
		fprintf(out, "  %s %s\n        %s\n", program->name,
		    program->entries[i]->usage, program->entries[i]->about);
	fputs("\nEvery command takes --data DIR (or THROUGHLINE_DATA), --json "
	      "and --help.\n",
	    out);
}

static const struct command_entry *
find_entry(const struct program *program, const char *name)
{
	for (size_t i = 0; program->entries[i] != NULL; i++)
		if (strcmp(program->entries[i]->name, name) == 0)
			return program->entries[i];
	return NULL;
}

static int
unknown_command(const struct program *program, const char *name)
{
	const char *names[ENTRIES_MAX + 1] = { NULL };
	const char *nearest;

	for (size_t i = 0; program->entries[i] != NULL && i < ENTRIES_MAX; i++)
		names[i] = program->entries[i]->name;
	nearest = options_nearest(name, names);
	fprintf(stderr, "%s: there is no command \"%s\"", program->name, name);
	if (nearest != NULL)
		fprintf(stderr, "; did you mean \"%s\"?\n", nearest);
	else
		fprintf(stderr, "; see %s --help\n", program->name);
	return EXIT_USAGE;
}

int
program_main(const struct program *program, int argc, char **argv)
{
	const struct command_entry *entry;

	if (sodium_init() < 0) {
		fprintf(stderr, "%s: no source of randomness\n", program->name);
		return EXIT_NOT_DONE;
	}
	if (argc == 0) {
		print_help(program, stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "help") == 0) {
		print_help(program, stdout);
		return EXIT_DONE;
	}
	if (strcmp(argv[0], "--version") == 0) {
		printf("%s " THROUGHLINE_VERSION "\n", program->name);
		return EXIT_DONE;
	}
	entry = find_entry(program, argv[0]);
	if (entry == NULL)
		return unknown_command(program, argv[0]);
	return program->run(entry, argc - 1, argv + 1);
}

/* --- running one ---------------------------------------------------------- */

enum status
program_read(const struct command_entry *entry, int argc, char **argv,
    struct options *options, struct error *err)
{
	enum status status;

	status = options_parse(entry->rules, argc, argv, options, err);
	if (status != STATUS_OK || options->help)
		return status;
	return options_expect(options, entry->words_min, entry->words_max, err);
}

enum status
program_data(const struct options *options, const char **data,
    struct error *err)
{
	*data = options_text(options, "data", getenv("THROUGHLINE_DATA"));
	if (*data == NULL || **data == '\0')
		return error_set(err, STATUS_USAGE,
		    "say which data folder: --data DIR, or set "
		    "THROUGHLINE_DATA");
	return STATUS_OK;
}

int
program_help(const struct program *program, const struct command_entry *entry)
{
	char usage[256];

	snprintf(usage, sizeof(usage), "%s %s", program->name, entry->usage);
	options_print_help(entry->rules, usage, entry->about, stdout);
	return EXIT_DONE;
}

int
program_finish(const struct program *program, const struct command_entry *entry,
    enum status status, struct error *err)
{
	if (status == STATUS_OK && fflush(stdout) == 0)
		return EXIT_DONE;
	if (status == STATUS_OK)
		error_set(err, STATUS_IO, "the output could not be written");
	fprintf(stderr, "%s %s: %s\n", program->name, entry->name, err->text);
	return status == STATUS_USAGE ? EXIT_USAGE : EXIT_NOT_DONE;
}
