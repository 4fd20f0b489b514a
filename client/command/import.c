/*
 * import ctf, import csv: what other programs know, with a plain report.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "client/command/command.h"
#include "client/import/import.h"
#include "common/support/file.h"

static const struct option_rule import_rules[] = {
	COMMAND_RULES,
	COMMAND_PERSON_RULES,
	{ "dry-run", NULL, "report everything, keep nothing", 0 },
	{ "accept", "DOUBT",
	    "a person has looked: destination, no_upn, temporary_upn or "
	    "upn_letter",
	    OPTION_REPEATED },
	{ "only", "N", "this pupil or line of the file alone", 0 },
	{ "verbose", NULL, "also tell of what needs nobody", 0 },
	{ "author", "STAFF", "who imports this (an id of staff)", 0 },
	{ 0 },
};

struct importing {
	struct command *command;
	const char *file;
	uint64_t file_bytes;
	json_t *reports;
	bool verbose;
	bool elsewhere; /* the file as a whole waits for a person */
};

/* --- the report ----------------------------------------------------------- */

static json_t *
remark_json(const struct import_remark *remark)
{
	static const char *const kinds[] = {
		[REMARK_NOTE] = "note",
		[REMARK_PERSON] = "person",
		[REMARK_ERROR] = "error",
	};
	json_t *json = json_pack("{s:s, s:s}", "kind", kinds[remark->kind],
	    "sentence", remark->text);

	if (remark->doubt != DOUBT_NONE)
		json_object_set_new(json, "doubt",
		    json_string(import_doubt_name(remark->doubt)));
	if (remark->column != NULL) {
		json_object_set_new(json, "collection",
		    json_string(remark->collection->name));
		json_object_set_new(json, "column",
		    json_string(remark->column->name));
		json_object_set_new(json, "id", output_id(remark->record));
		json_object_set_new(json, "proposed",
		    output_value(remark->column, &remark->proposed));
	}
	return json;
}

static void
keep_report(struct importing *importing, const struct import_report *report)
{
	json_t *remarks = json_array();

	for (uint32_t i = 0; i < report->remark_count; i++)
		json_array_append_new(remarks,
		    remark_json(&report->remarks[i]));
	json_array_append_new(importing->reports,
	    json_pack("{s:s, s:i, s:s, s:o, s:i, s:o}", "file", importing->file,
		"number", (int)report->number, "outcome",
		import_outcome_text(report->outcome), "id",
		output_id(report->record), "written", (int)report->written,
		"remarks", remarks));
}

static bool
is_worth_telling(const struct importing *importing,
    const struct import_report *report)
{
	if (report->number > 0 && importing->elsewhere)
		return false;
	if (report->outcome == IMPORT_PERSON ||
	    report->outcome == IMPORT_REFUSED)
		return true;
	for (uint32_t i = 0; i < report->remark_count; i++)
		if (report->remarks[i].kind != REMARK_NOTE ||
		    report->number == 0)
			return true;
	return false;
}

static void
on_report(void *context, const struct import_report *report)
{
	struct importing *importing = context;

	if (report->number == 0)
		importing->elsewhere = report->outcome == IMPORT_PERSON;
	if (importing->command->json) {
		keep_report(importing, report);
		return;
	}
	if (!importing->verbose && !is_worth_telling(importing, report))
		return;
	output_progress(NULL);
	if (report->number > 0)
		printf("  %" PRIu32 ". %s: %s\n", report->number, report->name,
		    import_outcome_text(report->outcome));
	for (uint32_t i = 0; i < report->remark_count; i++)
		printf("     %s\n", report->remarks[i].text);
}

static bool
on_progress(void *context, uint64_t bytes)
{
	struct importing *importing = context;
	char text[96];

	if (importing->file_bytes > 0) {
		snprintf(text, sizeof(text), "importing: %" PRIu64 " %%",
		    bytes * 100 / importing->file_bytes);
		output_progress(text);
	}
	return true;
}

/* --- files ---------------------------------------------------------------- */

static enum status
read_options(struct command *command, struct import_options *options)
{
	int64_t only = 0;
	const char *doubt;
	enum status status;

	options->replica = command->replica;
	options->now_ms = command->now_ms;
	options->dry_run = options_flag(&command->options, "dry-run");
	for (size_t i = 0;
	     (doubt = options_repeated(&command->options, "accept", i)) != NULL;
	     i++) {
		enum import_doubt accepted =
		    import_doubt_parse(bytes_of_text(doubt));

		if (accepted == DOUBT_NONE)
			return error_set(&command->error, STATUS_USAGE,
			    "--accept takes destination, no_upn, "
			    "temporary_upn or upn_letter, not \"%s\"",
			    doubt);
		options->accept |= (uint32_t)accepted;
	}
	status = options_integer(&command->options, "only", 1, 100000000, &only,
	    &command->error);
	options->only = (uint32_t)only;
	if (status == STATUS_OK)
		status = command_author(command, &options->author);
	return status;
}

static void
add_totals(struct import_totals *all, const struct import_totals *one)
{
	all->read += one->read;
	all->created += one->created;
	all->updated += one->updated;
	all->unchanged += one->unchanged;
	all->person += one->person;
	all->refused += one->refused;
	all->remarks_person += one->remarks_person;
}

static enum status
import_one(struct command *command, struct import_options *options,
    const char *collection, const char *file, struct import_totals *all)
{
	struct importing *importing = options->context;
	struct import_totals totals = { 0 };
	enum status status;

	importing->file = file;
	importing->elsewhere = false;
	importing->file_bytes = 0;
	(void)file_size(file, &importing->file_bytes, ERROR_IGNORED);
	if (collection == NULL)
		status =
		    import_ctf_file(options, file, &totals, &command->error);
	else
		status = import_csv_file(options, collection, file, &totals,
		    &command->error);
	output_progress(NULL);
	add_totals(all, &totals);
	if (!command->json)
		printf("%s: %" PRIu32 " read; %" PRIu32 " created, %" PRIu32
		       " updated, %" PRIu32 " unchanged, %" PRIu32
		       " need a person, %" PRIu32 " could not be read%s\n",
		    file, totals.read, totals.created, totals.updated,
		    totals.unchanged, totals.person, totals.refused,
		    options->dry_run ? " (dry run: nothing was kept)" : "");
	return status;
}

static void
print_json(struct importing *importing, const struct import_totals *totals)
{
	output_json(json_pack("{s:o, s:i, s:i, s:i, s:i, s:i, s:i, s:i}",
	    "reports", importing->reports, "read", (int)totals->read, "created",
	    (int)totals->created, "updated", (int)totals->updated, "unchanged",
	    (int)totals->unchanged, "person", (int)totals->person, "refused",
	    (int)totals->refused, "values_for_a_person",
	    (int)totals->remarks_person));
}

/* Before the first sync not even the own school's number is here, by which a
 * file is known to be meant for it. */
static enum status
know_own_school(struct command *command)
{
	const struct collection *collection;
	enum record_state state;
	uint64_t dossier;

	if (record_locate(command->replica,
		replica_identity(command->replica).school, &dossier,
		&collection, &state, ERROR_IGNORED) == STATUS_OK)
		return STATUS_OK;
	return error_set(&command->error, STATUS_NOT_FOUND,
	    "this computer has not met its hub yet; `throughline sync` first");
}

/* A file may write anything of it, so that one has to be allowed all. */
static enum status
check_may_import(struct command *command, const struct collection *collection)
{
	enum status status = command_may(command, ACTION_IMPORT_CSV);

	if (status == STATUS_OK &&
	    !rights_may_write_all(&command->viewer, collection))
		return error_set(&command->error, STATUS_DENIED,
		    "your role does not write all of %s", collection->name);
	return status;
}

static enum status
run_import(struct command *command)
{
	const char *kind = options_positional(&command->options, 0);
	size_t count = options_positional_count(&command->options);
	struct importing importing = { .command = command };
	struct import_options options = {
		.report = on_report,
		.progress = on_progress,
		.context = &importing,
	};
	const struct collection *collection = NULL;
	struct import_totals totals = { 0 };
	size_t first = 1;
	enum status status;

	importing.verbose = options_flag(&command->options, "verbose");
	status = read_options(command, &options);
	if (status == STATUS_OK && strcmp(kind, "csv") == 0) {
		first = 2;
		status = command_collection(command, 1, &collection);
		if (status == STATUS_OK)
			status = check_may_import(command, collection);
	} else if (status == STATUS_OK && strcmp(kind, "ctf") == 0) {
		status = command_may(command, ACTION_IMPORT_CTF);
	} else if (status == STATUS_OK) {
		status = error_set(&command->error, STATUS_USAGE,
		    "import ctf FILE... or import csv COLLECTION FILE, not "
		    "import %s",
		    kind);
	}
	if (status == STATUS_OK && count <= first)
		status = error_set(&command->error, STATUS_USAGE,
		    "say which file to import");
	if (status == STATUS_OK)
		status = know_own_school(command);
	if (status != STATUS_OK)
		return status;
	importing.reports = json_array();
	for (size_t i = first; status == STATUS_OK && i < count; i++)
		status = import_one(command, &options,
		    collection == NULL ? NULL : collection->name,
		    options_positional(&command->options, i), &totals);
	if (command->json)
		print_json(&importing, &totals);
	else
		json_decref(importing.reports);
	return status;
}

const struct command_entry command_import = {
	.name = "import",
	.usage = "import ctf FILE... | import csv COLLECTION FILE",
	.about = "read files of other programs; importing twice changes "
		 "nothing",
	.needs = COMMAND_WRITES | COMMAND_PERSON,
	.rules = import_rules,
	.words_min = 2,
	.words_max = OPTIONS_VALUES,
	.run = run_import,
};
