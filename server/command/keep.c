/*
 * check, backup, restore, keys: is what is stored sound; copies of it, and the
 * way back.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/command/verify.h"
#include "common/replica/check.h"
#include "server/authority/hub_keys.h"
#include "server/command/command.h"

static const struct option_rule plain_rules[] = {
	COMMAND_RULES,
	{ 0 },
};

/* --- check ---------------------------------------------------------------- */

static const struct option_rule check_rules[] = {
	COMMAND_RULES,
	{ "repair", NULL,
	    "first make anew all that is computed from the commits; the hub "
	    "must not serve",
	    0 },
	{ 0 },
};

static enum status
run_check(struct command *command)
{
	struct hub_lock *lock = NULL;
	enum status status;

	if (!options_flag(&command->options, "repair"))
		return verify_replica(command->replica, command->json,
		    &command->error);
	status = hub_folder_lock(command->data, &lock, &command->error);
	if (status == STATUS_BUSY)
		status = error_set(&command->error, status,
		    "the hub serves: stop it, then repair");
	if (status == STATUS_OK)
		status = verify_repair(command->replica, command->json,
		    command->now_ms, &command->error);
	hub_folder_unlock(lock);
	return status;
}

const struct command_entry command_check = {
	.name = "check",
	.usage = "check [--repair]",
	.about = "compute everything anew and compare",
	.needs = COMMAND_READS,
	.rules = check_rules,
	.run = run_check,
};

/* --- backup, restore ------------------------------------------------------ */

static enum status
run_backup(struct command *command)
{
	const char *path = options_positional(&command->options, 0);
	enum status status;

	status = check_backup(command->replica, path, &command->error);
	if (status != STATUS_OK)
		return status;
	if (command->json)
		output_json(json_pack("{s:s}", "file", path));
	else
		printf("Copied to %s.  It has no keys: keep those apart "
		       "(`throughline-hub keys export`).\n",
		    path);
	return STATUS_OK;
}

const struct command_entry command_backup = {
	.name = "backup",
	.usage = "backup FILE",
	.about = "copy the database into a new file, while work goes on",
	.needs = COMMAND_READS,
	.rules = plain_rules,
	.words_min = 1,
	.words_max = 1,
	.run = run_backup,
};

static const struct option_rule restore_rules[] = {
	COMMAND_RULES,
	{ "without-backup", NULL, "there is none: begin with nothing", 0 },
	{ 0 },
};

/* FILE, or the flag that says that there is none. */
static enum status
restore_source(struct command *command, const char **path)
{
	bool without = options_flag(&command->options, "without-backup");

	*path = options_positional(&command->options, 0);
	if ((*path == NULL) == without)
		return STATUS_OK;
	return error_set(&command->error, STATUS_USAGE,
	    "restore needs the FILE of a backup, or --without-backup where "
	    "there is none");
}

static enum status
run_restore(struct command *command)
{
	struct hub_restored restored;
	const char *path;
	enum status status;

	status = restore_source(command, &path);
	if (status == STATUS_OK)
		status = hub_restore(command->folder, path, &restored,
		    &command->error);
	if (status != STATUS_OK)
		return status;
	if (command->json) {
		output_json(json_pack("{s:s?, s:o, s:I, s:b}", "file", path,
		    "generation", output_id(restored.generation), "head",
		    (json_int_t)restored.head, "recovers_from_schools", 1));
		return STATUS_OK;
	}
	if (path != NULL)
		printf("The hub is as it was when %s was made: %" PRIu64
		       " commits.\n",
		    path, restored.head);
	else
		puts("The hub begins with nothing but its keys.");
	printf("What was taken after that comes back from the schools' "
	       "computers: the hub waits until all have told what they hold.\n"
	       "Next: `throughline-hub serve --data %s`; `throughline-hub "
	       "status` shows whom it waits for.\n",
	    command->data);
	return STATUS_OK;
}

const struct command_entry command_restore = {
	.name = "restore",
	.usage = "restore FILE | restore --without-backup",
	.about = "bring back a backup, in a new folder with imported keys",
	.needs = COMMAND_FOLDER,
	.rules = restore_rules,
	.words_min = 0,
	.words_max = 1,
	.run = run_restore,
};

/* --- keys ----------------------------------------------------------------- */

static enum status
keys_export(struct command *command, const char *file)
{
	enum status status;

	status =
	    hub_folder_open(command->data, &command->folder, &command->error);
	if (status == STATUS_OK)
		status =
		    hub_keys_export(command->folder, file, &command->error);
	if (status == STATUS_OK && !command->json)
		printf("The keys are in %s.  Who has them can be this hub: "
		       "keep them off this computer, and under lock.\n",
		    file);
	return status;
}

static enum status
keys_import(struct command *command, const char *file)
{
	enum status status;

	status = hub_keys_import(command->data, file, &command->error);
	if (status == STATUS_OK && !command->json)
		printf("The keys are in %s.\nNext: `throughline-hub restore "
		       "FILE --data %s` with the last backup.\n",
		    command->data, command->data);
	return status;
}

static enum status
run_keys(struct command *command)
{
	static const char *const words[] = { "export", "import", NULL };

	static enum status (*const runs[])(struct command *,
	    const char *) = { keys_export, keys_import };

	const char *file = NULL;
	size_t place;
	enum status status;

	status = command_word(command, words, &place);
	if (status == STATUS_OK)
		status = command_need(command, 1, "FILE", &file);
	if (status == STATUS_OK)
		status = runs[place](command, file);
	if (status == STATUS_OK && command->json)
		output_json(json_pack("{s:s}", "file", file));
	return status;
}

const struct command_entry command_keys = {
	.name = "keys",
	.usage = "keys export|import FILE",
	.about = "the hub's keys and settings in one file, apart from its data",
	.needs = COMMAND_NOTHING,
	.rules = plain_rules,
	.words_min = 1,
	.words_max = 2,
	.run = run_keys,
};
