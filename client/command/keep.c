/*
 * check, backup: is what is stored sound, and a copy of it.
 */
#include <stdio.h>

#include "client/agent/memo.h"
#include "client/command/command.h"
#include "common/command/verify.h"
#include "common/replica/check.h"

static const struct option_rule plain_rules[] = {
	COMMAND_RULES,
	{ 0 },
};

/* --- check ---------------------------------------------------------------- */

static const struct option_rule check_rules[] = {
	COMMAND_RULES,
	{ "repair", NULL,
	    "first make anew all that is computed from the commits; the agent "
	    "must not run",
	    0 },
	{ 0 },
};

static enum status
repair(struct command *command)
{
	struct folder_lock *lock = NULL;
	enum status status;

	status = folder_lock(command->data, &lock, &command->error);
	if (status == STATUS_BUSY)
		status = error_set(&command->error, status,
		    "the agent runs: stop it, then repair");
	if (status == STATUS_OK)
		status = verify_repair(command->replica, command->json,
		    command->now_ms, &command->error);
	folder_unlock(lock);
	return status;
}

static enum status
run_check(struct command *command)
{
	uint64_t ticket;
	enum status status;

	if (options_flag(&command->options, "repair"))
		status = repair(command);
	else
		status = verify_replica(command->replica, command->json,
		    &command->error);
	/* What smells wrong is repaired from the hub, as soon as may be. */
	if (status == STATUS_CORRUPT)
		(void)memo_wish(command->replica, MEMO_WISH_NIGHT, &ticket,
		    ERROR_IGNORED);
	return status;
}

const struct command_entry command_check = {
	.name = "check",
	.usage = "check [--repair]",
	.about = "compute everything anew and compare; --repair mends tables",
	.needs = COMMAND_READS,
	.rules = check_rules,
	.run = run_check,
};

/* --- backup --------------------------------------------------------------- */

static enum status
run_backup(struct command *command)
{
	const char *path = options_positional(&command->options, 0);
	enum status status;

	status = check_backup(command->replica, path, &command->error);
	if (status == STATUS_OK)
		status = memo_note_copy(command->replica, command->now_ms,
		    &command->error);
	if (status != STATUS_OK)
		return status;
	if (command->json)
		output_json(json_pack("{s:s}", "file", path));
	else
		printf("Copied to %s.  Keep it as safe as this computer: it "
		       "holds all that this school may see.\n",
		    path);
	return STATUS_OK;
}

const struct command_entry command_backup = {
	.name = "backup",
	.usage = "backup FILE",
	.about = "copy the replica into a new file, while work goes on",
	.needs = COMMAND_READS,
	.rules = plain_rules,
	.words_min = 1,
	.words_max = 1,
	.run = run_backup,
};
