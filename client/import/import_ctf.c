/*
 * A CTF, pupil by pupil: planned, matched, merged, reported.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "client/import/compare.h"
#include "client/import/ctf.h"
#include "client/import/file_name.h"
#include "client/import/group.h"
#include "client/import/match.h"
#include "client/import/merge.h"

enum {
	NAME_BYTES = 256,
	VERSION_CHARACTERS = 8
};

#define CURRENT_VERSION "25.0"

struct ctf_import {
	const struct import_options *options;
	struct group group;
	struct arena file; /* what is kept of the header */
	struct bytes file_name;
	struct bytes version;
	struct bytes source;
	bool elsewhere; /* the file is meant for another school */
};

static enum status
no_memory(struct error *err)
{
	return error_set(err, STATUS_NOMEM, "import a pupil");
}

/* --- the header ----------------------------------------------------------- */

static bool
copy(struct arena *arena, struct bytes text, size_t bytes_max,
    struct bytes *copied)
{
	copied->size = text.size > bytes_max ? 0 : text.size;
	text.size = copied->size;
	copied->data = (const uint8_t *)arena_text(arena, text);
	return copied->data != NULL;
}

/* XXXXXXX is "to whom it concerns": nobody knows where the child is. */
static void
judge_destination(struct ctf_import *import, struct bytes destination,
    bool is_ours)
{
	struct remarks *remarks = &import->group.remarks;
	struct arena *arena = &import->group.arena;

	if (is_ours || destination.size == 0)
		return;
	if ((import->options->accept & DOUBT_DESTINATION) != 0) {
		remarks_add(remarks, arena, REMARK_NOTE, DOUBT_NONE,
		    "The file is meant for another school (%.*s); that was "
		    "accepted.",
		    (int)destination.size, (const char *)destination.data);
		return;
	}
	import->elsewhere = true;
	remarks_add(remarks, arena, REMARK_PERSON, DOUBT_DESTINATION,
	    "The file is meant for another school (%.*s), so nothing of it was "
	    "imported; if it is right all the same, import it with "
	    "--accept destination.",
	    (int)destination.size, (const char *)destination.data);
}

static enum status
on_header(void *context, struct element *header, const char *remark,
    struct error *err)
{
	struct ctf_import *import = context;
	const struct import_options *options = import->options;
	struct group *group = &import->group;
	struct bytes destination;
	bool is_ours = false;
	enum status status;

	if (!copy(&import->file, element_text(header, "CTFversion"),
		VERSION_CHARACTERS, &import->version) ||
	    !file_name_laestab(header, "SourceSchool", &import->file,
		&import->source) ||
	    !file_name_laestab(header, "DestSchool", &import->file,
		&destination))
		return no_memory(err);
	if (remark != NULL)
		remarks_add(&group->remarks, &group->arena, REMARK_NOTE,
		    DOUBT_NONE, "%s", remark);
	file_name_judge(import->file_name, header, import->source, destination,
	    options->ctf_version != NULL ? options->ctf_version
					 : CURRENT_VERSION,
	    &group->arena, &group->remarks);
	status = match_is_school(options->replica,
	    replica_identity(options->replica).school, destination,
	    &group->arena, &is_ours, err);
	if (status != STATUS_OK)
		return status;
	judge_destination(import, destination, is_ours);
	group->totals->remarks_person += group->remarks.persons;
	group_report_file(group, (const char *)import->file_name.data,
	    import->elsewhere ? IMPORT_PERSON : IMPORT_UNCHANGED);
	return STATUS_OK;
}

/* --- a pupil -------------------------------------------------------------- */

static void
name_of(const struct plan *plan, uint32_t number, char name[NAME_BYTES])
{
	struct value forename = plan_value(&plan->pupil, "forename");
	struct value surname = plan_value(&plan->pupil, "surname");

	if (forename.type == VALUE_TEXT && surname.type == VALUE_TEXT)
		snprintf(name, NAME_BYTES, "%.*s %.*s",
		    (int)forename.bytes.size, (const char *)forename.bytes.data,
		    (int)surname.bytes.size, (const char *)surname.bytes.data);
	else
		snprintf(name, NAME_BYTES, "pupil %u", number);
}

static const struct column *
import_column(const char *name)
{
	return collection_column(catalogue_collection(
				     bytes_of_text("ctf_import")),
	    bytes_of_text(name));
}

/* Whether exactly this was imported into that dossier before. */
static enum status
was_imported(struct ctf_import *import, uint64_t dossier,
    const struct plan *plan, bool *was, struct error *err)
{
	struct record_filter filter = {
		.column = import_column("digest"),
		.value = value_blob(
		    (struct bytes){ plan->digest, sizeof(plan->digest) }),
	};
	struct here *found = NULL;
	enum status status;

	status = compare_load(import->options->replica,
	    catalogue_collection(bytes_of_text("ctf_import")), dossier, &filter,
	    &import->group.arena, &found, err);
	*was = found != NULL;
	return status;
}

/* The file's name, cut to what its column takes, at a character. */
static struct bytes
fitting_name(const struct ctf_import *import)
{
	struct bytes name = import->file_name;
	size_t most = import_column("file_name")->max;

	if (name.size > most) {
		name.size = most;
		while (name.size > 0 && (name.data[name.size] & 0xC0) == 0x80)
			name.size--;
	}
	return name;
}

/* Write down that, and from what, it was imported. */
static enum status
record_import(struct ctf_import *import, struct writer *writer,
    const struct plan *plan, struct error *err)
{
	const struct collection *collection =
	    catalogue_collection(bytes_of_text("ctf_import"));

	const struct {
		const char *column;
		struct value value;
	} says[] = {
		{ "file_name", value_text(fitting_name(import)) },
		{ "ctf_version", value_text(import->version) },
		{ "source_laestab", value_text(import->source) },
		{ "digest", value_blob((struct bytes){ plan->digest,
				sizeof(plan->digest) }) },
		{ "remainder", value_text(plan->remainder) },
	};
	struct value *values = arena_array(&import->group.arena,
	    collection_column_count(collection), sizeof(*values));

	if (values == NULL)
		return no_memory(err);
	for (size_t i = 0; i < sizeof(says) / sizeof(says[0]); i++)
		if (says[i].value.bytes.size > 0)
			values[collection_column_index(collection,
			    import_column(says[i].column))] = says[i].value;
	return writer_insert(writer, collection, values, err);
}

static enum status
write_pupil(struct ctf_import *import, struct writer *writer,
    const struct plan *plan, bool *changed, struct error *err)
{
	struct group *group = &import->group;
	bool was = false;
	enum status status = STATUS_OK;

	if (!writer->new_dossier)
		status = was_imported(import, writer->dossier, plan, &was, err);
	if (status == STATUS_OK)
		status = merge_pupil(writer, was, plan, &group->arena,
		    &group->remarks, err);
	*changed = writer->records > 0;
	if (status != STATUS_OK || was)
		return status;
	status = record_import(import, writer, plan, err);
	if (status == STATUS_OK)
		status = writer_finish(writer, err);
	return status;
}

/* Plan, match and write one pupil; what it came to is in *outcome. */
static enum status
take_pupil(struct ctf_import *import, struct element *pupil, struct plan *plan,
    struct import_report *report, enum import_outcome *outcome,
    struct error *err)
{
	const struct import_options *options = import->options;
	struct group *group = &import->group;
	struct writer writer = {
		.replica = options->replica,
		.author = options->author,
		.now_ms = options->now_ms,
	};
	bool changed = false;
	enum status status;

	status = plan_make(pupil, import->source, &group->arena,
	    &group->remarks, plan, err);
	if (status == STATUS_OK)
		status = match_pupil(options->replica, plan, options->accept,
		    &group->arena, &group->remarks, &report->record, err);
	*outcome = IMPORT_PERSON;
	if (status != STATUS_OK || group->remarks.doubts != 0 ||
	    import->elsewhere)
		return status;
	writer.dossier = report->record;
	writer.new_dossier = report->record == 0;
	*outcome = writer.new_dossier ? IMPORT_CREATED : IMPORT_UPDATED;
	status = write_pupil(import, &writer, plan, &changed, err);
	if (!changed)
		*outcome = IMPORT_UNCHANGED;
	report->record = writer.dossier;
	report->written = writer.records;
	writer_deinit(&writer);
	return status;
}

static enum status
on_pupil(void *context, struct element *pupil, uint32_t number,
    struct error *err)
{
	struct ctf_import *import = context;
	struct group *group = &import->group;
	struct import_report report = { .number = number };
	enum import_outcome outcome = IMPORT_REFUSED;
	struct plan plan = { .records = NULL };
	struct error why = { 0 };
	char name[NAME_BYTES];
	enum status status;

	if (import->options->only != 0 && import->options->only != number)
		return STATUS_OK;
	status = group_begin(group, err);
	if (status != STATUS_OK)
		return status;
	status = take_pupil(import, pupil, &plan, &report, &outcome, &why);
	if (status != STATUS_OK) {
		if (!group_absorb(group, status, &why)) {
			*err = why;
			return error_wrap(err, "pupil %u", number);
		}
		outcome = IMPORT_REFUSED;
	}
	if (plan.pupil.collection != NULL)
		name_of(&plan, number, name);
	else
		snprintf(name, sizeof(name), "pupil %u", number);
	report.name = name;
	return group_end(group, outcome, &report, err);
}

/* --- the file ------------------------------------------------------------- */

static enum status
feed(void *context, struct bytes bytes, bool last, struct error *err)
{
	return ctf_feed(context, bytes, last, err);
}

static enum status
import_read(struct ctf_import *import, import_source *source,
    void *source_context, struct error *err)
{
	static const struct ctf_events events = { on_header, on_pupil };
	struct ctf *ctf = NULL;
	struct error later = { 0 };
	enum status status;
	enum status finished;

	status = ctf_create(&events, import, &ctf, err);
	if (status != STATUS_OK)
		return status;
	status =
	    group_read(&import->group, source, source_context, feed, ctf, err);
	ctf_destroy(ctf);
	/* A file that breaks off has been right so far. */
	if (status != STATUS_OK && status != STATUS_INVALID &&
	    status != STATUS_TOO_LARGE && status != STATUS_CANCELLED)
		return status;
	finished =
	    group_finish(&import->group, status == STATUS_OK ? err : &later);
	return status == STATUS_OK ? finished : status;
}

enum status
import_ctf(const struct import_options *options, const char *file_name,
    import_source *source, void *source_context, struct import_totals *totals,
    struct error *err)
{
	struct ctf_import import = { .options = options };
	struct error local = { 0 };
	const char *kept;
	enum status status;

	assert(!replica_in_transaction(options->replica));
	if (err == NULL)
		err = &local;
	kept =
	    arena_text(&import.file, file_name_base(bytes_of_text(file_name)));
	if (kept == NULL)
		return no_memory(err);
	import.file_name = bytes_of_text(kept);
	if (import.file_name.size == 0 || !utf8_is_valid(import.file_name))
		import.file_name = bytes_of_text("a file without a name");
	status = group_init(&import.group, options, totals, err);
	if (status == STATUS_OK)
		status = import_read(&import, source, source_context, err);
	group_deinit(&import.group);
	if (status != STATUS_OK)
		status = error_wrap(err, "import %s",
		    (const char *)import.file_name.data);
	arena_deinit(&import.file);
	return status;
}
