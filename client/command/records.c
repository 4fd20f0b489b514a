/*
 * list, get: reading records of any collection.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "client/command/command.h"
#include "common/replica/id_list.h"

enum {
	FILTERS = 16
};

/* --- list ----------------------------------------------------------------- */

static const struct option_rule list_rules[] = {
	COMMAND_RULES,
	COMMAND_PERSON_RULES,
	{ "where", "COLUMN=VALUE",
	    "only those (may be repeated); an empty "
	    "VALUE means not known",
	    OPTION_REPEATED },
	{ "pupil", "ID", "only of this pupil", 0 },
	{ "search", "TEXT", "pupils of whom each word begins a name or UPN",
	    0 },
	{ "limit", "N", "at most so many", 0 },
	{ 0 },
};

struct listing {
	struct command *command;
	json_t *array;
	uint64_t count;
};

static bool
show_record(void *context, const struct view_record *shown)
{
	struct listing *listing = context;

	listing->count++;
	if (listing->command->json)
		json_array_append_new(listing->array, output_record(shown));
	else
		output_record_line(listing->command->replica, shown);
	return true;
}

static enum status
read_filter(struct command *command, const struct collection *collection,
    const char *where, struct arena *arena, struct record_filter *filter)
{
	const char *equals = strchr(where, '=');
	struct bytes name = { (const uint8_t *)where,
		equals == NULL ? 0 : (size_t)(equals - where) };

	if (equals == NULL)
		return error_set(&command->error, STATUS_USAGE,
		    "--where takes COLUMN=VALUE, not \"%s\"", where);
	filter->column = collection_column(collection, name);
	if (filter->column == NULL)
		return error_set(&command->error, STATUS_USAGE,
		    "%s has no column \"%.*s\"", collection->name,
		    (int)name.size, (const char *)name.data);
	return column_parse(filter->column, bytes_of_text(equals + 1), arena,
	    &filter->value, &command->error);
}

static bool
note_found(void *context, uint64_t pupil)
{
	return id_list_add(context, pupil);
}

static enum status
show_found(struct listing *listing, uint64_t pupil)
{
	struct command *command = listing->command;
	struct arena arena = { 0 };
	struct view_record shown;
	enum status status;

	status =
	    view_get(&command->view, pupil, &arena, &shown, &command->error);
	if (status == STATUS_OK)
		show_record(listing, &shown);
	arena_deinit(&arena);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* All that are found are noted as read at once. */
static enum status
list_found(struct command *command, const char *text, struct listing *listing)
{
	struct id_list found = { 0 };
	int64_t limit = 50;
	enum status status;

	status = options_integer(&command->options, "limit", 1, 10000, &limit,
	    &command->error);
	if (status == STATUS_OK)
		status = view_search(&command->view, bytes_of_text(text),
		    (uint32_t)limit, note_found, &found, &command->error);
	if (status == STATUS_OK && found.no_memory)
		status = error_set(&command->error, STATUS_NOMEM,
		    "there is not enough memory for this list");
	if (status == STATUS_OK)
		status = audit_read(command->replica, &command->viewer,
		    AUDIT_OPENED, found.ids, found.count, command->now_ms,
		    &command->error);
	for (size_t i = 0; status == STATUS_OK && i < found.count; i++)
		status = show_found(listing, found.ids[i]);
	id_list_deinit(&found);
	return status;
}

static enum status
list_matching(struct command *command, const struct collection *collection,
    struct listing *listing)
{
	struct record_filter filters[FILTERS];
	struct record_query query = {
		.collection = collection,
		.filters = filters,
		.merge_same = strcmp(collection->name, "pupil") == 0,
	};
	const char *pupil = options_text(&command->options, "pupil", NULL);
	struct arena arena = { 0 };
	int64_t limit = 0;
	enum status status = STATUS_OK;
	const char *where;

	while (
	    status == STATUS_OK && (where = options_repeated(&command->options,
					"where", query.filter_count)) != NULL) {
		if (query.filter_count == FILTERS) {
			status = error_set(&command->error, STATUS_USAGE,
			    "at most %d --where can be given", FILTERS);
			break;
		}
		status = read_filter(command, collection, where, &arena,
		    &filters[query.filter_count++]);
	}
	if (status == STATUS_OK && pupil != NULL)
		status = command_parse_id(command, pupil, &query.dossier);
	if (status == STATUS_OK)
		status = options_integer(&command->options, "limit", 1,
		    1000000000, &limit, &command->error);
	query.limit = (uint32_t)limit;
	if (status == STATUS_OK)
		status = view_each(&command->view, &query, show_record, listing,
		    &command->error);
	arena_deinit(&arena);
	return status;
}

static enum status
list_collections(struct command *command)
{
	const struct collection *all;
	json_t *array = json_array();
	uint32_t count;

	all = catalogue_collections(&count);
	for (uint32_t i = 0; i < count; i++) {
		if (command->json)
			json_array_append_new(array, json_string(all[i].name));
		else
			printf("%-20s %s\n", all[i].name, all[i].label);
	}
	if (command->json)
		output_json(array);
	else
		json_decref(array);
	return STATUS_OK;
}

static enum status
run_list(struct command *command)
{
	const char *search = options_text(&command->options, "search", NULL);
	const struct collection *collection;
	struct listing listing = { .command = command };
	enum status status;

	if (options_positional_count(&command->options) == 0)
		return list_collections(command);
	status = command_collection(command, 0, &collection);
	if (status != STATUS_OK)
		return status;
	listing.array = json_array();
	if (search == NULL) {
		status = list_matching(command, collection, &listing);
	} else if (strcmp(collection->name, "pupil") != 0) {
		status = error_set(&command->error, STATUS_USAGE,
		    "--search finds pupils: throughline list pupil --search "
		    "TEXT");
	} else {
		status = list_found(command, search, &listing);
	}
	if (status == STATUS_OK && command->json) {
		output_json(listing.array);
		return status;
	}
	json_decref(listing.array);
	if (status == STATUS_OK && listing.count == 0)
		puts("(none)");
	return status;
}

const struct command_entry command_list = {
	.name = "list",
	.usage = "list [COLLECTION] [--where COLUMN=VALUE]...",
	.about = "records of a collection; without one, the collections",
	.needs = COMMAND_READS | COMMAND_PERSON,
	.rules = list_rules,
	.words_max = 1,
	.run = run_list,
};

/* --- get ------------------------------------------------------------------ */

static const struct option_rule get_rules[] = {
	COMMAND_RULES,
	COMMAND_PERSON_RULES,
	{ 0 },
};

/* The record, which has to be of the collection that was named. */
static enum status
get_named(struct command *command, struct arena *arena,
    struct view_record *shown)
{
	const struct collection *collection;
	enum record_state state = RECORD_LIVE;
	uint64_t id, dossier;
	enum status status;

	status = command_collection(command, 0, &collection);
	if (status == STATUS_OK)
		status = command_id(command, 1, &id);
	if (status == STATUS_OK)
		status =
		    command_locate(command, collection, id, &dossier, &state);
	if (status == STATUS_OK && state != RECORD_LIVE)
		return error_set(&command->error, STATUS_NOT_FOUND,
		    "there is no %s with the id %" PRIu64 " here",
		    collection->name, id);
	return status == STATUS_OK
	           ? view_get(&command->view, id, arena, shown, &command->error)
	           : status;
}

static enum status
run_get(struct command *command)
{
	struct arena arena = { 0 };
	struct view_record shown;
	enum status status;

	status = get_named(command, &arena, &shown);
	if (status == STATUS_OK && command->json)
		output_json(output_record(&shown));
	else if (status == STATUS_OK)
		output_record_page(command->replica, &shown);
	arena_deinit(&arena);
	return status;
}

const struct command_entry command_get = {
	.name = "get",
	.usage = "get COLLECTION ID",
	.about = "one record, every column",
	.needs = COMMAND_READS | COMMAND_PERSON,
	.rules = get_rules,
	.words_min = 2,
	.words_max = 2,
	.run = run_get,
};
