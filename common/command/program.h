/*
 * What both programs' command lines have in common: a table of commands, the
 * way from argv to one of them, its help, and how it ends.
 *
 * Exit status: 0 done, 1 could not be done, 2 wrong usage.  Results go to
 * standard output, in words or (--json) as one JSON document; errors to
 * standard error, as one sentence that says what to do.
 */
#ifndef COMMON_COMMAND_PROGRAM_H
#define COMMON_COMMAND_PROGRAM_H

#include "common/support/options.h"

struct command; /* what a command has at hand: each program's own */

struct command_entry {
	const char *name;
	const char *usage; /* behind the program's name */
	const char *about;
	int needs; /* each program's enum command_needs */
	const struct option_rule *rules;
	size_t words_min; /* positionals */
	size_t words_max;
	enum status (*run)(struct command *command);
};

struct program {
	const char *name;
	const char *about;
	/* In the order in which the help lists them, ended by NULL. */
	const struct command_entry *const *entries;
	/* argv: behind the command's name.  Returns the exit status. */
	int (*run)(const struct command_entry *entry, int argc, char **argv);
};

/* argv without the program's name.  Returns the exit status. */
int program_main(const struct program *program, int argc, char **argv);

/* --- for program->run ----------------------------------------------------- */

/* The options of a command; how many positionals it takes is checked unless
 * options->help.  STATUS_USAGE. */
enum status program_read(const struct command_entry *entry, int argc,
    char **argv, struct options *options, struct error *err);

/* --data, else THROUGHLINE_DATA.  STATUS_USAGE: neither is given. */
enum status program_data(const struct options *options, const char **data,
    struct error *err);

/* Print the command's help.  Returns the exit status. */
int program_help(const struct program *program,
    const struct command_entry *entry);

/* Tell err unless status is STATUS_OK.  Returns the exit status. */
int program_finish(const struct program *program,
    const struct command_entry *entry, enum status status, struct error *err);

#endif
