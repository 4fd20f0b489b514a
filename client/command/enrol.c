/*
 * join, leave: a computer becomes one of the partnership's, and no longer is.
 */
#include <inttypes.h>
#include <stdio.h>
#include <uv.h>

#include "client/agent/join.h"
#include "client/agent/once.h"
#include "client/command/command.h"
#include "common/replica/pending.h"

/* --- join ----------------------------------------------------------------- */

static const struct option_rule join_rules[] = {
	COMMAND_RULES,
	{ "name", "NAME", "what the hub's list calls this computer", 0 },
	{ "hub", "HOST:PORT", "reach the hub here instead", 0 },
	{ "proxy", "HOST:PORT", "go through this web proxy", 0 },
	{ 0 },
};

static enum status
run_join(struct command *command)
{
	struct join_options options = {
		.data = command->data,
		.code = options_positional(&command->options, 0),
		.hub = options_text(&command->options, "hub", NULL),
		.proxy = options_text(&command->options, "proxy", NULL),
	};
	struct join_result result;
	char host[UV_MAXHOSTNAMESIZE] = "computer";
	size_t size = sizeof(host);
	enum status status;

	(void)uv_os_gethostname(host, &size);
	options.computer = options_text(&command->options, "name", host);
	status = join_hub(&options, &result, &command->error);
	if (status != STATUS_OK)
		return status;
	if (command->json)
		output_json(
		    json_pack("{s:i, s:o, s:s, s:s}", "site", (int)result.site,
			"school", output_id(result.school), "school_name",
			result.school_name, "partnership", result.partnership));
	else
		printf("This computer has joined %s as number %" PRIu32
		       " of %s.\nNext: `throughline sync --data %s`, or "
		       "`throughline run --data %s` to stay connected.\n",
		    result.partnership, result.site, result.school_name,
		    command->data, command->data);
	return STATUS_OK;
}

const struct command_entry command_join = {
	.name = "join",
	.usage = "join CODE --data DIR",
	.about = "enrol this computer with the code from the hub",
	.needs = COMMAND_NOTHING,
	.rules = join_rules,
	.words_min = 1,
	.words_max = 1,
	.run = run_join,
};

/* --- leave ---------------------------------------------------------------- */

static const struct option_rule leave_rules[] = {
	COMMAND_RULES,
	{ "hub", "HOST:PORT", "reach the hub here instead", 0 },
	{ "yes", NULL, "yes, remove this computer's copy", 0 },
	{ 0 },
};

static void
show_leaving(void *context, const struct once_result *result)
{
	char text[96];

	(void)context;
	snprintf(text, sizeof(text), "leaving: %" PRIu64 " still to send",
	    result->status.waiting);
	output_progress(text);
}

/* What the hub refused is nowhere else. */
static enum status
see_to_refused(struct command *command)
{
	uint64_t waiting, aside;
	enum status status;

	status =
	    pending_count(command->replica, &waiting, &aside, &command->error);
	if (status == STATUS_OK && aside > 0)
		return error_set(&command->error, STATUS_EXISTS,
		    "%" PRIu64 " entries that the hub refused are only on this "
		    "computer; see `throughline refused`, and send them again "
		    "or drop them first",
		    aside);
	return status;
}

static enum status
run_leave(struct command *command)
{
	struct once_options options = {
		.data = command->data,
		.folder = command->folder,
		.replica = command->replica,
		.mode = AGENT_LEAVE,
		.on_progress = show_leaving,
	};
	const char *hub = options_text(&command->options, "hub", NULL);
	struct once_result result;
	enum status status = STATUS_OK;

	if (!options_flag(&command->options, "yes"))
		return error_set(&command->error, STATUS_USAGE,
		    "this sends what waits and then removes this computer's "
		    "copy of everything; say --yes if that is meant");
	status = see_to_refused(command);
	if (status == STATUS_OK && hub != NULL)
		status = folder_set_hub(command->folder, hub, &command->error);
	if (status == STATUS_OK)
		status = once_sync(&options, &result, &command->error);
	output_progress(NULL);
	if (status != STATUS_OK)
		return status;
	replica_close(command->replica);
	command->replica = NULL;
	status = folder_erase(command->data, &command->error);
	if (status != STATUS_OK)
		return status;
	if (command->json)
		output_json(json_pack("{s:b}", "left", 1));
	else
		puts("This computer has left: everything was sent and then "
		     "removed from it.");
	return STATUS_OK;
}

const struct command_entry command_leave = {
	.name = "leave",
	.usage = "leave --yes",
	.about = "send what waits, remove this computer's copy, with a receipt",
	.needs = COMMAND_WRITES,
	.rules = leave_rules,
	.run = run_leave,
};
