/*
 * The command line: `--name VALUE`, `--name=VALUE`, flags, repeated options
 * and positionals, from a table that also prints the help.  `--` ends the
 * options.
 *
 *	static const struct option_rule rules[] = {
 *		{ "data", "DIR", "the folder of this hub's data", 0 },
 *		{ "host", "HOST", "a name of this hub", OPTION_REPEATED },
 *		{ "json", NULL, "one JSON document on standard output", 0 },
 *		{ 0 },
 *	};
 */
#ifndef COMMON_SUPPORT_OPTIONS_H
#define COMMON_SUPPORT_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "protocol/status.h"

/* What a program exits with. */
enum options_exit {
	EXIT_DONE = 0,
	EXIT_NOT_DONE = 1,
	EXIT_USAGE = 2,
};

enum {
	OPTION_REPEATED = 1, /* may be given more than once */
	OPTION_REQUIRED = 2,
};

enum {
	OPTIONS_VALUES = 256, /* options and positionals together */
};

struct option_rule {
	const char *name;  /* without dashes; NULL ends the table */
	const char *value; /* what the help calls its value; NULL: a flag */
	const char *help;
	unsigned flags;
};

struct option_value {
	const struct option_rule *rule; /* NULL: a positional */
	const char *text;
};

/* Borrows argv and the rules.  Plain storage: nothing to release. */
struct options {
	const struct option_rule *rules;
	struct option_value values[OPTIONS_VALUES];
	size_t count;
	bool help; /* --help was given: required ones are not asked for */
};

/*
 * Read argv[0 .. argc-1] (without the program's name).  STATUS_USAGE with one
 * sentence, which for an unknown option names the nearest known one.
 */
enum status options_parse(const struct option_rule *rules, int argc,
    char **argv, struct options *options, struct error *err);

/* The last one given, or fallback. */
const char *options_text(const struct options *options, const char *name,
    const char *fallback);

/* The one of this index (from 0) among those of this name, or NULL. */
const char *options_repeated(const struct options *options, const char *name,
    size_t index);

bool options_flag(const struct options *options, const char *name);

/* *value is left alone when the option was not given. */
enum status options_integer(const struct options *options, const char *name,
    int64_t min, int64_t max, int64_t *value, struct error *err);

/* Positional of this index (from 0), or NULL. */
const char *options_positional(const struct options *options, size_t index);

size_t options_positional_count(const struct options *options);

/* STATUS_USAGE unless there are min to max positionals. */
enum status options_expect(const struct options *options, size_t min,
    size_t max, struct error *err);

/* usage: "throughline join CODE"; about: one sentence, or NULL. */
void options_print_help(const struct option_rule *rules, const char *usage,
    const char *about, FILE *out);

/* The nearest of the names (ended by NULL) to a mistyped word, or NULL. */
const char *options_nearest(const char *word, const char *const *names);

#endif
