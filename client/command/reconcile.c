/*
 * reconcile: compare with the hub, now, and repair what differs.
 */
#include <inttypes.h>
#include <stdio.h>

#include "client/agent/memo.h"
#include "client/agent/once.h"
#include "client/command/command.h"
#include "common/replica/dossier.h"
#include "common/support/number.h"

static const struct option_rule rules[] = {
	COMMAND_RULES,
	COMMAND_PERSON_RULES,
	{ "hub", "HOST:PORT", "reach the hub here instead", 0 },
	{ "proxy", "HOST:PORT", "go through this web proxy", 0 },
	{ 0 },
};

json_t *
output_found(const struct found *found)
{
	return json_pack("{s:s, s:I, s:I, s:I, s:I, s:b, s:I, s:I, s:I}",
	    "found", memo_found_name(found->outcome), "missing_here",
	    (json_int_t)found->only_hub, "missing_at_hub",
	    (json_int_t)found->only_client, "damaged",
	    (json_int_t)found->damaged, "faults", (json_int_t)found->faults,
	    "tables_made_anew", found->refolded != 0, "rounds",
	    (json_int_t)found->rounds, "bytes", (json_int_t)found->bytes,
	    "elapsed_ms", (json_int_t)found->elapsed_ms);
}

static void
show_progress(void *context, const struct once_result *result)
{
	const struct engine_status *status = &result->status;
	char text[128];

	(void)context;
	if (status->put_off)
		snprintf(text, sizeof(text),
		    "the hub cannot compare now; waiting for it");
	else if (status->reconciling)
		snprintf(text, sizeof(text), "comparing with the hub");
	else if (result->by_running_agent)
		snprintf(text, sizeof(text), "waiting for the running agent");
	else
		snprintf(text, sizeof(text),
		    "%" PRIu64 " waiting, %" PRIu64 " received",
		    status->waiting, status->taken_commits);
	output_progress(text);
}

/* " (0.4 s, 131 bytes)" */
static void
print_cost(const struct found *found)
{
	char bytes[NUMBER_TEXT_BYTES];

	number_format(found->bytes, bytes);
	printf(" (%" PRIu64 ".%" PRIu64 " s, %s bytes)",
	    found->elapsed_ms / 1000, found->elapsed_ms / 100 % 10, bytes);
}

static void
print_found(const struct found *found, uint64_t entries)
{
	char words[MEMO_WORDS_BYTES], count[NUMBER_TEXT_BYTES];

	number_format(entries, count);
	memo_found_words(found, words);
	if (words[0] != '\0' && found->outcome != FOUND_EQUAL)
		printf("Found: %s.\n", words);
	if (found->outcome == FOUND_MENDED)
		printf("All of it is repaired: the %s entries here and the "
		       "tables made of them are as they should be",
		    count);
	else if (found->outcome == FOUND_EQUAL)
		printf("All %s entries are the same as the hub's", count);
	else
		printf("Compared with the hub");
	print_cost(found);
	puts(".");
}

/* Exit status 1, with what to do about it. */
static enum status
judge(const struct found *found, struct error *err)
{
	switch (found->outcome) {
	case FOUND_EQUAL:
	case FOUND_MENDED:
		return STATUS_OK;
	case FOUND_UNFINISHED:
		return error_set(err, STATUS_AGAIN,
		    "not finished: what a night may cost on this line was "
		    "spent; what was repaired stays so, and the next night "
		    "goes on (`night_bytes` in client.conf sets the limit)");
	case FOUND_FAILED:
		break;
	}
	return error_set(err, STATUS_CORRUPT,
	    "not all could be repaired; `throughline check` says what is "
	    "wrong: tell it to the hub's administrator, and keep a copy by "
	    "`throughline backup FILE`");
}

static json_t *
result_json(const struct once_result *result, uint64_t entries)
{
	json_t *json = output_found(&result->status.found);

	json_object_set_new(json, "entries", json_integer((json_int_t)entries));
	json_object_set_new(json, "by_running_agent",
	    json_boolean(result->by_running_agent));
	return json;
}

static enum status
tell(struct command *command, const struct once_result *result)
{
	struct digest_sum sum;
	uint64_t entries, filling;
	enum status status;

	status = dossier_scope(command->replica, &entries, &sum, &filling,
	    &command->error);
	if (status != STATUS_OK)
		return status;
	if (command->json)
		output_json(result_json(result, entries));
	else
		print_found(&result->status.found, entries);
	return judge(&result->status.found, &command->error);
}

static enum status
run_reconcile(struct command *command)
{
	struct once_options options = {
		.data = command->data,
		.folder = command->folder,
		.replica = command->replica,
		.mode = AGENT_RECONCILE,
		.on_progress = show_progress,
	};
	struct once_result result = { 0 };
	enum status status;

	status = command_may(command, ACTION_RECONCILE);
	if (status == STATUS_OK)
		status = command_use_hub(command);
	if (status == STATUS_OK)
		status = once_sync(&options, &result, &command->error);
	output_progress(NULL);
	return status == STATUS_OK ? tell(command, &result) : status;
}

const struct command_entry command_reconcile = {
	.name = "reconcile",
	.usage = "reconcile",
	.about = "compare all with the hub now, and repair what differs",
	.needs = COMMAND_WRITES | COMMAND_PERSON,
	.rules = rules,
	.run = run_reconcile,
};
