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

static bool
note_id(void *context, const struct record *record)
{
	*(uint64_t *)context = record->id;
	return true; /* the latest counts */
}

/* The envelope with this id, or the one of the transfer with this id. */
static enum status
find_envelope(struct command *command, uint64_t id, uint64_t *envelope)
{
	const struct collection *envelopes =
	    catalogue_collection(bytes_of_text("envelope"));
	const struct collection *collection;
	struct record_filter filter = {
		.column =
		    collection_column(envelopes, bytes_of_text("transfer")),
		.value = value_integer((int64_t)id),
	};
	struct record_query query = {
		.collection = envelopes,
		.filters = &filter,
		.filter_count = 1,
	};
	enum record_state state;
	uint64_t dossier;
	enum status status;

	*envelope = 0;
	if (record_locate(command->replica, id, &dossier, &collection, &state,
		ERROR_IGNORED) == STATUS_OK &&
	    collection == envelopes) {
		*envelope = id;
		return STATUS_OK;
	}
	status = record_each(command->replica, &query, note_id, envelope,
	    &command->error);
	if (status == STATUS_OK && *envelope == 0)
		return error_set(&command->error, STATUS_NOT_FOUND,
		    "no transfer with the id %" PRIu64 " has come to this "
		    "school",
		    id);
	return status;
}

static enum status
write_answer(struct command *command, struct draft *draft, void *context)
{
	bool ours = options_flag(&command->options, "ours");
	const char *reason = options_text(&command->options, "reason", NULL);
	int64_t envelope = (int64_t) * (uint64_t *)context;
	enum status status;

	status = transfer_set_text(command, draft, envelope, "state",
	    ours ? "ours" : "not_ours");
	if (status == STATUS_OK && reason != NULL)
		status = transfer_set_text(command, draft, envelope, "reason",
		    reason);
	return status;
}

static enum status
answer(struct command *command, uint64_t id, uint64_t *commit)
{
	bool ours = options_flag(&command->options, "ours");
	uint64_t envelope;
	enum status status;

	if (ours == options_flag(&command->options, "not-ours"))
		return error_set(&command->error, STATUS_USAGE,
		    "say --ours or --not-ours");
	status = find_envelope(command, id, &envelope);
	if (status != STATUS_OK)
		return status;
	return command_act(command, replica_identity(command->replica).school,
	    write_answer, &envelope, commit);
}

struct step {
	uint64_t transfer;
	uint64_t pupil;
	bool accept;
};

static enum status
write_step(struct command *command, struct draft *draft, void *context)
{
	const struct step *step = context;
	const char *reason = options_text(&command->options, "reason", NULL);
	const struct value null = value_null();
	enum status status;

	status = transfer_set_text(command, draft, (int64_t)step->transfer,
	    "state", step->accept ? "accepted" : "cancelled");
	if (status == STATUS_OK && reason != NULL)
		status = transfer_set_text(command, draft,
		    (int64_t)step->transfer, "reason", reason);
	if (status == STATUS_OK)
		status = draft_set(draft, (int64_t)step->pupil, "open_transfer",
		    &null, &command->error);
	if (status == STATUS_OK && step->accept)
		status = transfer_set_reference(command, draft,
		    (int64_t)step->pupil, "holder",
		    (int64_t)replica_identity(command->replica).school);
	return status;
}

/* The transfer's record; id may also be that of its envelope. */
static enum status
find_transfer(struct command *command, uint64_t id, struct step *step)
{
	const struct collection *collection;
	struct arena arena = { 0 };
	struct record record;
	enum record_state state;
	enum status status;

	step->transfer = id;
	status =
	    record_get(command->replica, id, &arena, &record, ERROR_IGNORED);
	if (status == STATUS_OK &&
	    strcmp(record.collection->name, "envelope") == 0)
		step->transfer =
		    (uint64_t)record_value(&record, "transfer").integer;
	arena_deinit(&arena);
	status = record_locate(command->replica, step->transfer, &step->pupil,
	    &collection, &state, ERROR_IGNORED);
	if (status == STATUS_OK && strcmp(collection->name, "transfer") == 0)
		return STATUS_OK;
	return error_set(&command->error, STATUS_NOT_FOUND,
	    "the file of transfer %" PRIu64 " is not here; answer --ours and "
	    "sync first",
	    id);
}

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
	struct step step = { .accept = strcmp(verb, "accept") == 0 };
	uint64_t id, commit = 0;
	enum status status;

	if (options_positional_count(&command->options) != 2)
		return error_set(&command->error, STATUS_USAGE,
		    "say which: transfer %s ID", verb);
	status = command_may(command, action_of(verb));
	if (status == STATUS_OK)
		status = command_id(command, 1, &id);
	if (status == STATUS_OK && strcmp(verb, "answer") == 0) {
		status = answer(command, id, &commit);
	} else if (status == STATUS_OK) {
		status = find_transfer(command, id, &step);
		if (status == STATUS_OK)
			status = command_act(command, step.pupil, write_step,
			    &step, &commit);
	}
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
