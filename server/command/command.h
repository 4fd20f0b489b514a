/*
 * The hub's command line.  Each command is one function in the table of
 * command.c; what they share is here.
 *
 * Exit status: 0 done, 1 could not be done, 2 wrong usage.  Results go to
 * standard output, in words or (--json) as one JSON document; errors to
 * standard error, as one sentence that says what to do.
 */
#ifndef SERVER_COMMAND_COMMAND_H
#define SERVER_COMMAND_COMMAND_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/support/options.h"
#include "server/authority/hub_folder.h"

/* The first rules of every command's table. */
#define COMMAND_RULES                                                        \
	{ "data", "DIR", "the hub's data folder (or THROUGHLINE_DATA)", 0 }, \
	{                                                                    \
		"json", NULL, "one JSON document on standard output", 0      \
	}

/* What a command that works on a data folder has at hand. */
struct command {
	const struct command_entry *entry;
	struct options options;
	const char *data;
	bool json;
	struct hub_folder *folder;
	struct replica *replica;
	struct hub_writer writer; /* COMMAND_WRITES */
	uint64_t now_ms;
	struct error error;
};

enum command_needs {
	COMMAND_NOTHING,
	COMMAND_FOLDER, /* settings and keys */
	COMMAND_READS,  /* the database too */
	COMMAND_WRITES, /* the same, with numbers for new commits */
};

struct command_entry {
	const char *name;
	const char *usage; /* behind "throughline-hub " */
	const char *about;
	enum command_needs needs;
	const struct option_rule *rules;
	size_t words_min; /* positionals */
	size_t words_max;
	enum status (*run)(struct command *command);
};

/* argv without the program's name.  Returns the exit status. */
int command_main(int argc, char **argv);

/* The first positional is one of the words (ended by NULL): its place.
 * STATUS_USAGE names the nearest. */
enum status command_word(struct command *command, const char *const *words,
    size_t *place);

/* A positional that has to be there.  STATUS_USAGE. */
enum status command_need(struct command *command, size_t positional,
    const char *what, const char **text);

/* --- output.c ------------------------------------------------------------- */

/* Ids are strings, and null for 0; new references. */
json_t *output_id(uint64_t id);
/* null for an empty text */
json_t *output_text(const char *text);
/* "2026-07-21T09:30:00.000Z", or null for 0 */
json_t *output_time(uint64_t unix_ms);

/* Print and release. */
void output_json(json_t *json);

/* "3 minutes ago", "never" for 0. */
const char *output_ago(uint64_t unix_ms, uint64_t now_ms, char *text,
    size_t capacity);

/* "1.5 GB" */
const char *output_bytes(uint64_t bytes, char *text, size_t capacity);

/* On a terminal: a line that is written over.  NULL ends it. */
void output_progress(const char *text);

/* --- the commands, by file ------------------------------------------------ */

extern const struct command_entry command_init, command_serve;
extern const struct command_entry command_school, command_invite, command_site;
extern const struct command_entry command_status;
extern const struct command_entry command_check, command_backup,
    command_restore, command_keys;

#endif
