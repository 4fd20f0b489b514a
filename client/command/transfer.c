/*
 * transfer: a child's file moves to the next school.
 *
 *	open -> answered -> accepted
 *	   \-> not_ours, cancelled, sent_out
 *
 * Every step is an ordinary commit that the hub decides on: until it has
 * answered, the record says that it waits.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "client/command/transfer.h"

static const struct option_rule transfer_rules[] = {
	COMMAND_RULES,
	COMMAND_PERSON_RULES,
	{ "to", "LAESTAB", "open: the school that the child goes to", 0 },
	{ "year", "N", "open: every pupil of this year (N1 N2 R 1-14)", 0 },
	{ "preview", NULL, "open: only show whom it would be for", 0 },
	{ "kind", "KIND", "open: phase (usual), in_year or managed_move", 0 },
	{ "leaving-date", "DATE", "open: like 2026-07-21", 0 },
	{ "start-date", "DATE", "open: like 2026-09-01", 0 },
	{ "ours", NULL, "answer: the child is coming to us", 0 },
	{ "not-ours", NULL, "answer: the child is not", 0 },
	{ "reason", "TEXT", "answer, cancel: why", 0 },
	{ "author", "STAFF", "who does this (an id of staff)", 0 },
	{ 0 },
};

/* --- list ----------------------------------------------------------------- */

struct listing {
	struct command *command;
	json_t *array;
	const char *direction;
	uint64_t count;
};

static bool
show_transfer(void *context, const struct view_record *shown)
{
	struct listing *listing = context;
	json_t *json;

	listing->count++;
	if (!listing->command->json) {
		printf("%-4s ", listing->direction);
		output_record_line(listing->command->replica, shown);
		return true;
	}
	json = output_record(shown);
	json_object_set_new(json, "direction", json_string(listing->direction));
	json_array_append_new(listing->array, json);
	return true;
}

/* Coming to us: envelopes.  Going out, and what we accepted: transfers. */
static enum status
list_transfers(struct command *command)
{
	struct listing listing = { command, json_array(), "in", 0 };
	struct record_query query = {
		.collection = catalogue_collection(bytes_of_text("envelope")),
	};
	enum status status;

	/* How transfers stand is no reading of a child's file. */
	command->view.act = AUDIT_NONE;
	status = view_each(&command->view, &query, show_transfer, &listing,
	    &command->error);
	listing.direction = "file";
	query.collection = catalogue_collection(bytes_of_text("transfer"));
	if (status == STATUS_OK)
		status = view_each(&command->view, &query, show_transfer,
		    &listing, &command->error);
	if (status == STATUS_OK && command->json) {
		output_json(listing.array);
		return status;
	}
	json_decref(listing.array);
	if (status == STATUS_OK && listing.count == 0)
		puts("No transfers.");
	return status;
}

/* --- answer, accept, cancel ----------------------------------------------- */

static enum action
action_of(const char *verb)
{
	if (strcmp(verb, "answer") == 0)
		return ACTION_TRANSFER_ANSWER;
	return strcmp(verb, "accept") == 0 ? ACTION_TRANSFER_ACCEPT
	                                   : ACTION_TRANSFER_CANCEL;
}

static enum status
take_step(struct command *command, const char *verb)
{
	const char *reason = options_text(&command->options, "reason", NULL);
	bool ours = options_flag(&command->options, "ours");
	struct transfer_taker taker;
	uint64_t id, commit = 0;
	enum status status;

	if (options_positional_count(&command->options) != 2)
		return error_set(&command->error, STATUS_USAGE,
		    "say which: transfer %s ID", verb);
	status = command_may(command, action_of(verb));
	if (status == STATUS_OK)
		status = command_id(command, 1, &id);
	if (status == STATUS_OK)
		status = transfer_begin(command, &taker);
	if (status == STATUS_OK && strcmp(verb, "answer") != 0)
		status =
		    transfer_settle(&taker, id, strcmp(verb, "accept") == 0,
			reason, &commit, &command->error);
	else if (status == STATUS_OK &&
		 ours == options_flag(&command->options, "not-ours"))
		status = error_set(&command->error, STATUS_USAGE,
		    "say --ours or --not-ours");
	else if (status == STATUS_OK)
		status = transfer_answer(&taker, id, ours, reason, &commit,
		    &command->error);
	if (status != STATUS_OK)
		return status;
	if (command->json)
		output_json(json_pack("{s:o, s:o}", "id", output_id(id),
		    "commit", output_id(commit)));
	else
		puts("Written; it counts once the hub has answered.");
	return STATUS_OK;
}

static enum status
run_transfer(struct command *command)
{
	const char *verb = options_positional(&command->options, 0);

	if (strcmp(verb, "open") == 0)
		return transfer_open(command);
	if (strcmp(verb, "list") == 0)
		return list_transfers(command);
	if (strcmp(verb, "answer") == 0 || strcmp(verb, "accept") == 0 ||
	    strcmp(verb, "cancel") == 0)
		return take_step(command, verb);
	return error_set(&command->error, STATUS_USAGE,
	    "transfer open, list, answer, accept or cancel, not \"%s\"", verb);
}

const struct command_entry command_transfer = {
	.name = "transfer",
	.usage = "transfer open PUPIL... --to LAESTAB\n"
		 "  throughline transfer open --year N --to LAESTAB\n"
		 "  throughline transfer list\n"
		 "  throughline transfer answer ID --ours | --not-ours\n"
		 "  throughline transfer accept ID | cancel ID",
	.about = "a child's file moves to the next school",
	.needs = COMMAND_WRITES | COMMAND_PERSON,
	.rules = transfer_rules,
	.words_min = 1,
	.words_max = OPTIONS_VALUES,
	.run = run_transfer,
};
