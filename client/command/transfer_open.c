/*
 * transfer open: for the pupils named, or a whole year at once.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "client/command/transfer.h"

enum {
	YEAR_PUPILS = 2000
};

enum status
transfer_begin(struct command *command, struct transfer_taker *taker)
{
	*taker = (struct transfer_taker){ .replica = command->replica,
		.now_ms = command->now_ms };
	return command_author(command, &taker->author);
}

struct opening {
	uint64_t pupils[YEAR_PUPILS];
	uint32_t count;
	struct transfer_taker taker;
	struct transfer_new transfer;
	json_t *array;
};

static void
report_opened(struct command *command, struct opening *opening,
    const struct record *pupil, uint64_t commit, const char *why)
{
	if (command->json) {
		json_array_append_new(opening->array,
		    json_pack("{s:o, s:o, s:s*}", "pupil", output_id(pupil->id),
			"transfer", output_id(commit), "why_not", why));
		return;
	}
	if (why != NULL)
		printf("%" PRIu64 "  not opened: %s\n", pupil->id, why);
	else if (commit == 0)
		printf("%" PRIu64 "  would be opened\n", pupil->id);
	else
		printf("%" PRIu64 "  transfer %" PRIu64 " opened\n", pupil->id,
		    commit);
}

static enum status
open_one(struct command *command, struct opening *opening, uint64_t pupil_id,
    uint32_t *opened)
{
	bool preview = options_flag(&command->options, "preview");
	struct arena arena = { 0 };
	struct record pupil;
	const char *why;
	uint64_t commit = 0;
	enum status status;

	status = record_get(command->replica, pupil_id, &arena, &pupil,
	    &command->error);
	if (status == STATUS_OK && strcmp(pupil.collection->name, "pupil") != 0)
		status = error_set(&command->error, STATUS_NOT_FOUND,
		    "%" PRIu64 " is no pupil", pupil_id);
	if (status != STATUS_OK) {
		arena_deinit(&arena);
		return status;
	}
	why = transfer_why_not(command->replica, &pupil);
	if (why == NULL && !preview)
		status = transfer_open_one(&opening->taker, pupil_id,
		    &opening->transfer, &commit, &command->error);
	if (status == STATUS_OK)
		report_opened(command, opening, &pupil, commit, why);
	if (status == STATUS_OK && why == NULL)
		(*opened)++;
	arena_deinit(&arena);
	return status;
}

static bool
note_pupil(void *context, const struct record *record)
{
	struct opening *opening = context;

	opening->pupils[opening->count++] = record->id;
	return opening->count < YEAR_PUPILS;
}

/* The pupils named, or all of a year that this school holds. */
static enum status
choose_pupils(struct command *command, struct opening *opening)
{
	const struct collection *pupils =
	    catalogue_collection(bytes_of_text("pupil"));
	const char *year = options_text(&command->options, "year", NULL);
	size_t count = options_positional_count(&command->options);
	struct record_filter filters[2] = {
		{ collection_column(pupils, bytes_of_text("nc_year_actual")),
		    { 0 } },
		{ collection_column(pupils, bytes_of_text("holder")),
		    value_integer(
			(int64_t)replica_identity(command->replica).school) },
	};
	struct record_query query = {
		.collection = pupils,
		.filters = filters,
		.filter_count = 2,
	};
	enum status status = STATUS_OK;

	if ((year == NULL) == (count == 1))
		return error_set(&command->error, STATUS_USAGE,
		    "say whose: transfer open PUPIL... --to LAESTAB, or "
		    "transfer open --year N --to LAESTAB");
	for (size_t i = 1; status == STATUS_OK && i < count; i++)
		status =
		    command_id(command, i, &opening->pupils[opening->count++]);
	if (status != STATUS_OK || year == NULL)
		return status;
	filters[0].value = value_c_text(year);
	return record_each(command->replica, &query, note_pupil, opening,
	    &command->error);
}

enum status
transfer_open(struct command *command)
{
	const char *to = options_text(&command->options, "to", NULL);
	struct opening opening = {
		.transfer = {
			.kind = options_text(&command->options, "kind", NULL),
			.leaving_date = options_text(&command->options,
			    "leaving-date", NULL),
			.start_date = options_text(&command->options,
			    "start-date", NULL),
		},
		.array = json_array(),
	};
	uint32_t opened = 0;
	enum status status = command_may(command, ACTION_TRANSFER_OPEN);

	if (status == STATUS_OK && to == NULL)
		status = error_set(&command->error, STATUS_USAGE,
		    "say where to: --to LAESTAB");
	if (status == STATUS_OK)
		status =
		    command_school(command, to, &opening.transfer.to_school);
	if (status == STATUS_OK)
		status = transfer_begin(command, &opening.taker);
	if (status == STATUS_OK)
		status = choose_pupils(command, &opening);
	for (uint32_t i = 0; status == STATUS_OK && i < opening.count; i++)
		status =
		    open_one(command, &opening, opening.pupils[i], &opened);
	if (status != STATUS_OK) {
		json_decref(opening.array);
		return status;
	}
	if (command->json) {
		output_json(opening.array);
		return STATUS_OK;
	}
	json_decref(opening.array);
	printf("%" PRIu32 " of %" PRIu32 " transfers %s.\n", opened,
	    opening.count,
	    options_flag(&command->options, "preview") ? "would be opened"
						       : "opened");
	return STATUS_OK;
}
