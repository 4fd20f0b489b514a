/*
 * check, backup: is what is stored sound, and a copy of it.
 */
#include <inttypes.h>
#include <stdio.h>

#include "client/command/command.h"
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

struct checking {
	struct command *command;
	json_t *faults;
};

static void
report_fault(void *context, const char *sentence)
{
	struct checking *checking = context;

	if (checking->command->json)
		json_array_append_new(checking->faults, json_string(sentence));
	else
		printf("%s\n", sentence);
}

static void
show_progress(void *context, uint64_t done, uint64_t of)
{
	char text[64];

	(void)context;
	snprintf(text, sizeof(text), "checking: %" PRIu64 " of %" PRIu64, done,
	    of);
	output_progress(text);
}

static enum status
run_check(struct command *command)
{
	struct checking checking = { command, json_array() };
	struct check_result result = { 0 };
	struct digest digest;
	char hex[2 * LIMIT_DIGEST_BYTES + 1] = "";
	enum status status;

	status = check_replica(command->replica, report_fault, show_progress,
	    &checking, &result, &command->error);
	output_progress(NULL);
	if (status == STATUS_OK)
		status = check_tables_digest(command->replica, &digest,
		    &command->error);
	for (int i = 0; status == STATUS_OK && i < LIMIT_DIGEST_BYTES; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest.bytes[i]);
	if (command->json)
		output_json(json_pack("{s:b, s:I, s:I, s:s, s:O}", "sound",
		    status == STATUS_OK, "commits", (json_int_t)result.commits,
		    "records", (json_int_t)result.records, "tables", hex,
		    "faults", checking.faults));
	else if (status == STATUS_OK)
		printf("Sound: %" PRIu64 " commits, %" PRIu64 " records.\n",
		    result.commits, result.records);
	json_decref(checking.faults);
	return status;
}

const struct command_entry command_check = {
	.name = "check",
	.usage = "check",
	.about = "compute everything anew and compare; changes nothing",
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
