/*
 * The hub's command line.  Each command is one function in the table of
 * command.c; what they share is here.
 */
#ifndef SERVER_COMMAND_COMMAND_H
#define SERVER_COMMAND_COMMAND_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/command/output.h"
#include "common/command/program.h"
#include "server/authority/hub_folder.h"
#include "server/core/sites.h"

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

/* argv without the program's name.  Returns the exit status. */
int command_main(int argc, char **argv);

/* The first positional is one of the words (ended by NULL): its place.
 * STATUS_USAGE names the nearest. */
enum status command_word(struct command *command, const char *const *words,
    size_t *place);

/* A positional that has to be there.  STATUS_USAGE. */
enum status command_need(struct command *command, size_t positional,
    const char *what, const char **text);

/* --- which.c -------------------------------------------------------------- */

/* A number, revoked or not, or a name that only one computer has.
 * STATUS_NOT_FOUND says how to see which there are. */
enum status command_site_of(struct command *command, const char *text,
    struct site *site);

/* --- output.c ------------------------------------------------------------- */

/* null for an empty text; a new reference */
json_t *output_text(const char *text);

/* "3 minutes ago", "never" for 0. */
const char *output_ago(uint64_t unix_ms, uint64_t now_ms, char *text,
    size_t capacity);

/* "1.5 GB" */
const char *output_bytes(uint64_t bytes, char *text, size_t capacity);

/* --- the commands, by file ------------------------------------------------ */

extern const struct command_entry command_init, command_serve;
extern const struct command_entry command_school, command_invite, command_site;
extern const struct command_entry command_status, command_report;
extern const struct command_entry command_check, command_backup,
    command_restore, command_keys;
extern const struct command_entry command_night, command_reconcile;

#endif
