/*
 * sync, status: how this computer stands with the hub.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "client/agent/memo.h"
#include "client/agent/once.h"
#include "client/command/command.h"
#include "common/replica/dossier.h"

enum status
command_use_hub(struct command *command)
{
	const char *hub = options_text(&command->options, "hub", NULL);
	const char *proxy = options_text(&command->options, "proxy", NULL);
	enum status status = STATUS_OK;

	if (hub != NULL)
		status = folder_set_hub(command->folder, hub, &command->error);
	if (status == STATUS_OK && proxy != NULL)
		status =
		    folder_set_proxy(command->folder, proxy, &command->error);
	return status;
}

/* --- sync ----------------------------------------------------------------- */

static const struct option_rule sync_rules[] = {
	COMMAND_RULES,
	{ "hub", "HOST:PORT", "reach the hub here instead", 0 },
	{ "proxy", "HOST:PORT", "go through this web proxy", 0 },
	{ 0 },
};

static void
show_progress(void *context, const struct once_result *result)
{
	const struct engine_status *status = &result->status;
	char text[128];

	(void)context;
	if (result->by_running_agent)
		snprintf(text, sizeof(text), "waiting for the running agent");
	else if (status->filling > 0)
		snprintf(text, sizeof(text), "first sync: %" PRIu64 " %%",
		    status->filled_permille / 10);
	else if (status->reconciling && status->proved)
		snprintf(text, sizeof(text), "comparing all with the hub");
	else
		snprintf(text, sizeof(text),
		    "%" PRIu64 " waiting, %" PRIu64 " received",
		    status->waiting, status->taken_commits);
	output_progress(text);
}

static json_t *
sync_json(const struct once_result *result)
{
	const struct engine_status *status = &result->status;

	return json_pack("{s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:I, "
			 "s:b}",
	    "synced", status->proved, "sent",
	    (json_int_t)status->pushed_commits, "received",
	    (json_int_t)status->taken_commits, "waiting",
	    (json_int_t)status->waiting, "refused", (json_int_t)status->aside,
	    "bytes_out", (json_int_t)result->counts.raw_out, "bytes_in",
	    (json_int_t)result->counts.raw_in, "connections",
	    (json_int_t)result->connections, "resumed", result->resumed,
	    "elapsed_ms", (json_int_t)result->elapsed_ms, "by_running_agent",
	    result->by_running_agent);
}

static enum status
run_sync(struct command *command)
{
	struct once_options options = {
		.data = command->data,
		.folder = command->folder,
		.replica = command->replica,
		.mode = AGENT_ONCE,
		.on_progress = show_progress,
	};
	struct once_result result = { 0 };
	enum status status;

	status = command_use_hub(command);
	if (status == STATUS_OK)
		status = once_sync(&options, &result, &command->error);
	output_progress(NULL);
	if (command->json)
		output_json(sync_json(&result));
	if (status != STATUS_OK || command->json)
		return status;
	if (result.by_running_agent)
		puts("Synced, by the agent that is running.");
	else
		printf("Synced: %" PRIu64 " sent, %" PRIu64 " received.\n",
		    result.status.pushed_commits, result.status.taken_commits);
	if (result.status.aside > 0)
		printf("%" PRIu64 " entries were refused by the hub: see "
		       "`throughline refused`.\n",
		    result.status.aside);
	return STATUS_OK;
}

const struct command_entry command_sync = {
	.name = "sync",
	.usage = "sync",
	.about = "send and receive now, then exit",
	.needs = COMMAND_WRITES,
	.rules = sync_rules,
	.run = run_sync,
};

/* --- status --------------------------------------------------------------- */

static const struct option_rule status_rules[] = {
	COMMAND_RULES,
	{ "allow-closes", NULL,
	    "let more files be removed today than a usual day would see", 0 },
	{ 0 },
};

static bool
agent_runs(const char *data)
{
	struct folder_lock *lock = NULL;
	bool runs = folder_lock(data, &lock, ERROR_IGNORED) == STATUS_BUSY;

	folder_unlock(lock);
	return runs;
}

/* null: there was none yet */
static json_t *
last_comparison(const struct memo *memo)
{
	char sentence[MEMO_WORDS_BYTES];
	json_t *json;

	if (memo->reconciled_ms == 0)
		return json_null();
	memo_night_sentence(memo, sentence);
	json = output_found(&memo->found);
	json_object_set_new(json, "at", output_time(memo->reconciled_ms));
	json_object_set_new(json, "sentence", json_string(sentence));
	return json;
}

static json_t *
status_json(struct command *command, const struct memo *memo,
    const char *sentence)
{
	struct replica_identity identity = replica_identity(command->replica);

	return json_pack("{s:s, s:s, s:b, s:b, s:I, s:I, s:I, s:I, s:I, s:I, "
			 "s:o, s:o, s:o, s:I, s:i, s:o, s:s, s:o}",
	    "state", memo_state_name(memo->state), "sentence", sentence,
	    "synced", memo->state == MEMO_SYNCED, "agent", memo->agent_running,
	    "waiting", (json_int_t)memo->waiting, "refused",
	    (json_int_t)memo->refused, "conflicts", (json_int_t)memo->conflicts,
	    "alarms", (json_int_t)memo->alarms, "closes_held",
	    (json_int_t)memo->closes_held, "first_sync_percent",
	    (json_int_t)(memo->filled_permille / 10), "last_heard",
	    output_time(memo->last_heard_ms), "last_synced",
	    output_time(memo->last_proved_ms), "offline_since",
	    output_time(memo->offline_since_ms), "clock_error_ms",
	    (json_int_t)memo->clock_error_ms, "site", (int)identity.site,
	    "school", output_id(identity.school), "school_name",
	    config_text(&command->folder->config, "school", ""),
	    "last_comparison", last_comparison(memo));
}

static void
print_status(struct command *command, const struct memo *memo,
    const char *sentence)
{
	char night[MEMO_WORDS_BYTES];

	memo_night_sentence(memo, night);
	printf("%s, computer %" PRIu32 "\n%s\n%s\n",
	    config_text(&command->folder->config, "school", "This school"),
	    replica_identity(command->replica).site, sentence, night);
	if (!memo->agent_running)
		puts("The agent is not running here; `throughline run` starts "
		     "it.");
	if (memo->conflicts > 0)
		printf("%" PRIu64 " fields are in conflict: see `throughline "
		       "conflicts`.\n",
		    memo->conflicts);
	if (memo->refused > 0)
		printf("%" PRIu64 " entries were refused: see `throughline "
		       "refused`.\n",
		    memo->refused);
	if (memo->closes_held > 0)
		printf("%" PRIu64 " closed files wait to be removed; after a "
		       "day with more than %d, `throughline status "
		       "--allow-closes` lets them go.\n",
		    memo->closes_held, LIMIT_CLOSES_PER_DAY);
	if (memo->alarms > 0)
		printf("%" PRIu64 " alarms: tell the hub's administrator.\n",
		    memo->alarms);
}

static enum status
run_status(struct command *command)
{
	struct memo memo = { 0 };
	char sentence[MEMO_SENTENCE_BYTES];
	enum status status = STATUS_OK;

	if (options_flag(&command->options, "allow-closes"))
		status = replica_meta_set(command->replica, "closes_allowed",
		    command->now_ms / (24 * 60 * 60 * 1000), &command->error);
	if (status == STATUS_OK)
		status = memo_read(command->replica, &memo, &command->error);
	if (status != STATUS_OK)
		return status;
	memo.agent_running = agent_runs(command->data);
	if (!memo.agent_running && memo.state != MEMO_SYNCED &&
	    memo.state != MEMO_REVOKED && memo.state != MEMO_DIFFERS &&
	    memo.state != MEMO_COLLECTING)
		memo.state = MEMO_OFFLINE;
	memo_sentence(&memo, sentence);
	if (command->json)
		output_json(status_json(command, &memo, sentence));
	else
		print_status(command, &memo, sentence);
	return STATUS_OK;
}

const struct command_entry command_status = {
	.name = "status",
	.usage = "status",
	.about = "synced? waiting? when was the hub last heard?",
	.needs = COMMAND_READS,
	.rules = status_rules,
	.run = run_status,
};
