/*
 * The command line of a school's computer.  Each command is one function in
 * the table of command.c; what they share is here.
 */
#ifndef CLIENT_COMMAND_COMMAND_H
#define CLIENT_COMMAND_COMMAND_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "client/access/login.h"
#include "client/access/view.h"
#include "client/agent/folder.h"
#include "client/output/name.h"
#include "client/output/value.h"
#include "common/command/output.h"
#include "common/command/program.h"
#include "common/replica/draft.h"
#include "common/replica/record.h"
#include "common/replica/replica.h"
#include "protocol/message_night.h"

/* The first rules of every command's table. */
#define COMMAND_RULES                                                         \
	{ "data", "DIR", "this computer's data folder (or THROUGHLINE_DATA)", \
		0 },                                                          \
	{                                                                     \
		"json", NULL, "one JSON document on standard output", 0       \
	}

/* And of those that show or write records (COMMAND_PERSON). */
#define COMMAND_PERSON_RULES                                               \
	{ "as", "LOGIN", "who you are, once the school has accounts", 0 }, \
	{                                                                  \
		"passphrase-fd", "N",                                      \
		    "read passphrases from this file descriptor, a line "  \
		    "each, "                                               \
		    "not from the terminal",                               \
		    0                                                      \
	}

/* What a command that works on a data folder has at hand. */
struct command {
	const struct command_entry *entry;
	struct options options;
	const char *data;
	bool json;
	struct folder *folder;
	struct replica *replica;
	uint64_t now_ms;
	struct viewer viewer;         /* of COMMAND_PERSON */
	struct view view;             /* the replica through their eyes */
	struct login_attempt attempt; /* by which they showed who they are */
	struct error error;
};

enum command_needs {
	COMMAND_NOTHING = 0,
	COMMAND_READS = 1,  /* folder and replica */
	COMMAND_WRITES = 3, /* the same, with numbers for new commits */
	COMMAND_PERSON = 4, /* beside these: someone who may, by --as */
};

/* argv without the program's name.  Returns the exit status. */
int command_main(int argc, char **argv);

/* A positional as an id.  STATUS_USAGE. */
enum status command_id(struct command *command, size_t positional,
    uint64_t *id);

enum status command_parse_id(struct command *command, const char *text,
    uint64_t *id);

/* Author of what this command writes: who is there by --as; in set-up
 * --author STAFF, or none. */
enum status command_author(struct command *command, uint64_t *author);

/* The collection of a positional.  STATUS_USAGE names the nearest. */
enum status command_collection(struct command *command, size_t positional,
    const struct collection **collection);

typedef enum status command_writer(struct command *command, struct draft *draft,
    void *context);

/* Begin, call write on a draft of that dossier, and commit what the person may
 * write.  *id is the commit's, 0 when there was nothing to write. */
enum status command_write(struct command *command, uint64_t dossier,
    command_writer *write, void *context, uint64_t *id);

/* STATUS_DENIED, as rights_check. */
enum status command_may(struct command *command, enum action action);

/* view_get for what is written next, of the collection that was named.
 * STATUS_NOT_FOUND: there is none, or not for them. */
enum status command_locate(struct command *command,
    const struct collection *collection, uint64_t id, uint64_t *dossier,
    enum record_state *state);

/* The record of the member or other school with this LAEstab. */
enum status command_school(struct command *command, const char *laestab,
    uint64_t *school);

/* connect.c: --hub and --proxy, for this command alone. */
enum status command_use_hub(struct command *command);

/* --- output.c ------------------------------------------------------------- */

/* {"id", columns..., "@dossier", "@conflicts", "@waiting", "@flags"}, and
 * "@hidden": the columns that the person does not see, where there are any. */
json_t *output_record(const struct view_record *shown);

/* One line: id, then "column: value" of what is not missing. */
void output_record_line(struct replica *replica,
    const struct view_record *shown);

/* Every column on a line of its own. */
void output_record_page(struct replica *replica,
    const struct view_record *shown);

/* reconcile.c: what a comparison with the hub found. */
json_t *output_found(const struct found *found);

/* --- passphrase.c --------------------------------------------------------- */

/* Of COMMAND_PERSON: --as and their passphrase, or the set-up. */
enum status command_enter(struct command *command);

/*
 * A passphrase, into out, from --passphrase-fd or, without echo, from the
 * terminal: there twice if it is a new one.  STATUS_CANCELLED, STATUS_USAGE
 * where there is no terminal.  out is wiped by sodium_memzero after its use.
 */
enum status command_read_passphrase(struct command *command, const char *prompt,
    bool is_new, char out[PASSPHRASE_BYTES_MAX + 1]);

/* --- the commands, by file ------------------------------------------------ */

extern const struct command_entry command_join, command_leave, command_run,
    command_sync, command_reconcile, command_status;
extern const struct command_entry command_list, command_get, command_put,
    command_delete, command_subject;
extern const struct command_entry command_history, command_conflicts,
    command_resolve, command_refused;
extern const struct command_entry command_transfer, command_import,
    command_export;
extern const struct command_entry command_check, command_backup,
    command_rebuild, command_report, command_staff;

#endif
