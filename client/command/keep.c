/*
 * check, backup: is what is stored sound, and a copy of it.
 */
#include <stdio.h>

#include "client/agent/memo.h"
#include "client/command/command.h"
#include "common/command/verify.h"
#include "common/replica/check.h"
#include "common/support/clock.h"

enum {
	DAY_BYTES = 10 /* 2026-07-21 */
};

static const struct option_rule plain_rules[] = {
	COMMAND_RULES,
	{ 0 },
};

/* --- check ---------------------------------------------------------------- */

static enum status
run_check(struct command *command)
{
	uint64_t ticket;
	enum status status;

	status =
	    verify_replica(command->replica, command->json, &command->error);
	/* What smells wrong is repaired from the hub, as soon as may be. */
	if (status == STATUS_CORRUPT)
		(void)memo_wish(command->replica, MEMO_WISH_NIGHT, &ticket,
		    ERROR_IGNORED);
	return status;
}

const struct command_entry command_check = {
	.name = "check",
	.usage = "check",
	.about = "compute everything anew and compare; mends nothing itself",
	.needs = COMMAND_READS,
	.rules = plain_rules,
	.run = run_check,
};

/* --- backup --------------------------------------------------------------- */

static enum status
run_backup(struct command *command)
{
	const char *path = options_positional(&command->options, 0);
	char today[CLOCK_TEXT_BYTES];
	enum status status;

	clock_format((int64_t)command->now_ms, today);
	status = check_backup(command->replica, path, &command->error);
	/* Receipts of what is purged later tell of the backup. */
	if (status == STATUS_OK)
		status =
		    replica_meta_set_blob(command->replica, "last_backup_on",
			(struct bytes){ (const uint8_t *)today, DAY_BYTES },
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
