/*
 * rebuild: a damaged database is made anew.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "client/agent/rebuild.h"
#include "client/command/command.h"

static const struct option_rule rebuild_rules[] = {
	COMMAND_RULES,
	{ "force", NULL, "also when no fault is found", 0 },
	{ 0 },
};

static void
print_count(uint64_t count, const char *one, const char *many)
{
	if (count > 0)
		printf("%" PRIu64 " %s\n", count, count == 1 ? one : many);
}

/* What is not known is not said to be nothing. */
static void
print_saved(const struct salvage_result *saved)
{
	if (saved->waiting == 0 && saved->lost == 0 && saved->complete)
		puts("Nothing had been waiting to be sent.");
	print_count(saved->waiting, "entry that had not been sent was saved.",
	    "entries that had not been sent were saved.");
	print_count(saved->aside, "entry that the hub refused was saved.",
	    "entries that the hub refused were saved.");
	print_count(saved->lost, "entry could not be read any more.",
	    "entries could not be read any more.");
	if (!saved->complete)
		puts("There may have been more: what told of them cannot be "
		     "read either.");
}

static void
print_result(const struct rebuild_result *result)
{
	if (result->resumed)
		puts("The rebuild that was interrupted is finished.");
	else
		print_saved(&result->saved);
	puts("Run `throughline sync` now: it fetches the rest from the hub.");
	if (result->kept != NULL)
		printf("The damaged database is kept as %s.  It holds "
		       "children's records: delete it once `throughline sync` "
		       "and `throughline check` say that all is well.\n",
		    result->kept);
}

static json_t *
rebuild_json(const struct rebuild_result *result)
{
	const struct salvage_result *saved = &result->saved;

	return json_pack("{s:b, s:I, s:I, s:I, s:b, s:s?}", "resumed",
	    result->resumed, "waiting", (json_int_t)saved->waiting, "refused",
	    (json_int_t)saved->aside, "lost", (json_int_t)saved->lost,
	    "lost_known", saved->complete, "kept", result->kept);
}

static enum status
rebuild(struct command *command)
{
	struct rebuild_result result = { 0 };
	bool needed = true;
	enum status status = STATUS_OK;

	if (!options_flag(&command->options, "force")) {
		output_progress("looking for faults");
		status = rebuild_is_needed(command->folder, &needed,
		    &command->error);
		output_progress(NULL);
	}
	if (status == STATUS_OK && !needed)
		return error_set(&command->error, STATUS_EXISTS,
		    "no fault was found in the database; --force makes it "
		    "anew all the same");
	if (status == STATUS_OK)
		status = rebuild_folder(command->folder, command->now_ms,
		    &result, &command->error);
	if (status == STATUS_OK && command->json)
		output_json(rebuild_json(&result));
	else if (status == STATUS_OK)
		print_result(&result);
	free(result.kept);
	return status;
}

/* The replica is not opened before: that is what may fail. */
static enum status
run_rebuild(struct command *command)
{
	struct folder_lock *lock = NULL;
	enum status status;

	status = folder_open(command->data, &command->folder, &command->error);
	if (status == STATUS_OK)
		status = folder_lock(command->data, &lock, &command->error);
	if (status == STATUS_OK)
		status = rebuild(command);
	folder_unlock(lock);
	return status;
}

const struct command_entry command_rebuild = {
	.name = "rebuild",
	.usage = "rebuild",
	.about = "make a damaged database anew, with what was not sent yet",
	.needs = COMMAND_NOTHING,
	.rules = rebuild_rules,
	.run = run_rebuild,
};
