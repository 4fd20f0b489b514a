/*
 * A CSV, row by row: read by its headings, matched, merged, reported.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "client/import/compare.h"
#include "client/import/group.h"
#include "client/import/heading.h"
#include "client/import/match.h"
#include "client/import/merge.h"
#include "protocol/identifier.h"

struct csv_import {
	const struct import_options *options;
	const struct collection *collection;
	struct group group;
	struct heading heading;
	bool headed;
};

/* What one row says. */
struct row {
	struct value *values; /* one a column of the collection */
	uint64_t id;          /* 0: not said */
	uint64_t pupil;       /* whose dossier; 0: not said */
};

/* --- reading a row -------------------------------------------------------- */

static enum status
find_pupil(struct csv_import *import, struct bytes upn, uint64_t *pupil,
    struct error *err)
{
	const struct collection *pupils =
	    catalogue_collection(bytes_of_text("pupil"));
	struct record_filter filter = {
		.column = collection_column(pupils, bytes_of_text("upn")),
		.value = value_text(upn),
	};
	struct here *found = NULL;
	enum status status;

	status = compare_load(import->options->replica, pupils, 0, &filter,
	    &import->group.arena, &found, err);
	if (status != STATUS_OK)
		return status;
	if (found == NULL)
		return error_set(err, STATUS_INVALID,
		    "no pupil here has that UPN");
	if (found->next != NULL)
		return error_set(err, STATUS_INVALID,
		    "two pupils here have that UPN");
	*pupil = found->id;
	return STATUS_OK;
}

/* The record must be here, and of that collection. */
static enum status
check_is_here(struct csv_import *import, uint64_t id, const char *collection,
    struct error *err)
{
	const struct collection *in = NULL;
	enum record_state state;
	uint64_t dossier;
	enum status status;

	status = record_locate(import->options->replica, id, &dossier, &in,
	    &state, err);
	if (status == STATUS_OK &&
	    (in == NULL || strcmp(in->name, collection) != 0 ||
		state != RECORD_LIVE))
		status = STATUS_NOT_FOUND;
	if (status == STATUS_NOT_FOUND)
		return error_set(err, STATUS_INVALID,
		    "there is no %s with the number %" PRIu64, collection, id);
	return status;
}

static enum status
read_reference(struct csv_import *import, const struct column *column,
    struct bytes text, struct value *value, struct error *err)
{
	uint64_t id = 0;
	enum status status = STATUS_OK;

	if (strcmp(column->refers, "school") == 0 && laestab_is_valid(text))
		status = match_school(import->options->replica, text,
		    &import->group.arena, &id, err);
	else if (strcmp(column->refers, "pupil") == 0 && upn_is_valid(text))
		status = find_pupil(import, text, &id, err);
	if (status == STATUS_OK && id == 0) {
		status = column_parse(column, text, &import->group.arena, value,
		    err);
		if (status != STATUS_OK)
			return status;
		id = (uint64_t)value->integer;
		status = check_is_here(import, id, column->refers, err);
	}
	*value = value_integer((int64_t)id);
	return status == STATUS_OK ? STATUS_OK
	                           : (error_wrap(err, "%s", column->name));
}

static enum status
read_id(struct bytes text, uint64_t *id, struct error *err)
{
	if (!identifier_parse(text, id))
		return error_set(err, STATUS_INVALID,
		    "the number of a record is needed");
	return STATUS_OK;
}

static enum status
read_field(struct csv_import *import, uint32_t place, struct bytes text,
    struct row *row, struct error *err)
{
	const struct column *column = import->heading.fields[place].column;
	struct value *value;

	if (text.size == 0)
		return STATUS_OK;
	switch (import->heading.fields[place].kind) {
	case HEADING_ID:
		return read_id(text, &row->id, err);
	case HEADING_PUPIL:
		return read_id(text, &row->pupil, err);
	case HEADING_UPN:
		return find_pupil(import, text, &row->pupil, err);
	case HEADING_COLUMN:
		break;
	}
	value =
	    &row->values[collection_column_index(import->collection, column)];
	if (column->type == COLUMN_REFERENCE)
		return read_reference(import, column, text, value, err);
	return column_parse(column, text, &import->group.arena, value, err);
}

static enum status
read_row(struct csv_import *import, const struct csv_row *csv, struct row *row,
    struct error *err)
{
	enum status status = STATUS_OK;

	if (csv->fault != NULL)
		return error_set(err, STATUS_INVALID, "%s", csv->fault);
	if (csv->field_count > import->heading.count)
		return error_set(err, STATUS_INVALID,
		    "it has %u fields, and there are %u headings",
		    csv->field_count, import->heading.count);
	row->values = arena_array(&import->group.arena,
	    collection_column_count(import->collection), sizeof(*row->values));
	if (row->values == NULL)
		return error_set(err, STATUS_NOMEM, "read a row");
	for (uint32_t i = 0; i < csv->field_count && status == STATUS_OK; i++)
		status = read_field(import, i, bytes_trimmed(csv->fields[i]),
		    row, err);
	return status;
}

/* --- where it belongs ----------------------------------------------------- */

/* A pupil's file is written by the school that holds it. */
static enum status
check_holder(struct csv_import *import, uint64_t pupil, struct error *err)
{
	struct replica *replica = import->options->replica;
	struct record record;
	struct value holder;
	enum status status;

	status = check_is_here(import, pupil, "pupil", err);
	if (status == STATUS_OK)
		status = record_get(replica, pupil, &import->group.arena,
		    &record, err);
	if (status != STATUS_OK)
		return status;
	holder = record_value(&record, "holder");
	if (holder.type != VALUE_INTEGER ||
	    (uint64_t)holder.integer != replica_identity(replica).school)
		remarks_add(&import->group.remarks, &import->group.arena,
		    REMARK_PERSON, DOUBT_HELD_ELSEWHERE,
		    "Another school holds this child's file.");
	return STATUS_OK;
}

/* The dossier in which a new record, or the one that is meant, lies. */
static enum status
find_dossier(struct csv_import *import, const struct row *row,
    uint64_t *dossier, struct error *err)
{
	const struct collection *collection = import->collection;
	const struct collection *in = NULL;
	enum record_state state;
	enum status status = STATUS_OK;

	if (row->id != 0) {
		status = check_is_here(import, row->id, collection->name, err);
		if (status == STATUS_OK)
			status = record_locate(import->options->replica,
			    row->id, dossier, &in, &state, err);
	} else if (heading_needs_pupil(collection)) {
		*dossier = row->pupil;
		if (row->pupil == 0)
			status = error_set(err, STATUS_INVALID,
			    "it does not say whose it is");
	} else if ((collection->dossiers & DOSSIER_KIND_SCHOOL) != 0) {
		*dossier = replica_identity(import->options->replica).school;
	} else {
		*dossier = DOSSIER_PARTNERSHIP;
	}
	if (status == STATUS_OK && *dossier != DOSSIER_PARTNERSHIP &&
	    (collection->dossiers & DOSSIER_KIND_PUPIL) != 0)
		status = check_holder(import, *dossier, err);
	return status;
}

/* --- matching ------------------------------------------------------------- */

/* Something exact to look for, so that not all records need be looked at. */
static bool
choose_filter(const struct collection *collection, const struct value *values,
    struct record_filter *filter)
{
	const struct column *column = collection->columns;

	if (collection->duplicate_key != NULL)
		return false;
	for (uint32_t i = 0; column[i].name != NULL; i++) {
		if (values[i].type == VALUE_NULL ||
		    column[i].type == COLUMN_TEXT)
			continue;
		filter->column = &column[i];
		filter->value = values[i];
		return true;
	}
	return false;
}

static enum status
find_match(struct csv_import *import, const struct row *row, uint64_t dossier,
    struct here **match, struct error *err)
{
	const struct collection *collection = import->collection;
	struct record_filter filter;
	bool filtered = choose_filter(collection, row->values, &filter);
	enum status status;

	status = compare_load(import->options->replica, collection, dossier,
	    filtered ? &filter : NULL, &import->group.arena, match, err);
	if (status != STATUS_OK)
		return status;
	for (; *match != NULL; *match = (*match)->next)
		if (row->id != 0
			? (*match)->id == row->id
			: (collection->duplicate_key == NULL
				  ? compare_says_no_more(collection,
					(*match)->values, row->values, NULL)
				  : compare_keys(collection, (*match)->values,
					row->values)))
			break;
	return STATUS_OK;
}

/* A pupil is known by its UPN, or (the rest of its key is not asked) not. */
static enum status
find_pupil_match(struct csv_import *import, struct row *row,
    struct here **match, struct error *err)
{
	const struct collection *collection = import->collection;
	struct value upn = row->values[collection_column_index(collection,
	    collection_column(collection, bytes_of_text("upn")))];
	struct record_filter filter = {
		.column = collection_column(collection, bytes_of_text("upn")),
		.value = upn,
	};
	enum status status = STATUS_OK;

	*match = NULL;
	if (upn.type == VALUE_TEXT)
		status = compare_load(import->options->replica, collection, 0,
		    &filter, &import->group.arena, match, err);
	else if ((import->options->accept & DOUBT_NO_UPN) == 0)
		remarks_add(&import->group.remarks, &import->group.arena,
		    REMARK_PERSON, DOUBT_NO_UPN,
		    "There is no UPN, so nobody can tell for sure which child "
		    "this is.");
	if (status == STATUS_OK && *match != NULL && (*match)->next != NULL)
		remarks_add(&import->group.remarks, &import->group.arena,
		    REMARK_PERSON, DOUBT_TWICE,
		    "Two pupils here have this UPN; settle that first.");
	if (status == STATUS_OK && *match != NULL)
		status = check_holder(import, (*match)->id, err);
	return status;
}

/* --- writing -------------------------------------------------------------- */

/* A row that names its record was written by a person who means it. */
static enum status
replace_values(struct csv_import *import, struct writer *writer,
    const struct here *here, const struct row *row, struct error *err)
{
	const struct column *column = import->collection->columns;
	enum status status = STATUS_OK;

	for (uint32_t i = 0; column[i].name != NULL && status == STATUS_OK; i++)
		if (row->values[i].type != VALUE_NULL &&
		    !value_equal(&here->values[i], &row->values[i]))
			status = writer_update(writer, here->id, &column[i],
			    &row->values[i], err);
	return status;
}

static enum status
write_row(struct csv_import *import, struct writer *writer,
    const struct here *match, struct row *row, struct error *err)
{
	struct group *group = &import->group;
	const struct collection *collection = import->collection;
	enum status status;

	if (match == NULL && writer->new_dossier)
		row->values[collection_column_index(collection,
		    collection_column(collection, bytes_of_text("holder")))] =
		    value_integer(
			(int64_t)replica_identity(writer->replica).school);
	if (match == NULL)
		status = writer_insert(writer, collection, row->values, err);
	else if (row->id != 0 && !collection->append_only)
		status = replace_values(import, writer, match, row, err);
	else
		status = merge_record(writer, collection->append_only,
		    collection, match, row->values, &group->arena,
		    &group->remarks, err);
	if (status != STATUS_OK)
		return status;
	return writer_finish(writer, err);
}

static enum status
take_row(struct csv_import *import, const struct csv_row *csv,
    struct import_report *report, enum import_outcome *outcome,
    struct error *err)
{
	bool is_pupil = strcmp(import->collection->name, "pupil") == 0;
	struct writer writer = {
		.replica = import->options->replica,
		.author = import->options->author,
		.now_ms = import->options->now_ms,
	};
	struct row row = { .values = NULL };
	struct here *match = NULL;
	enum status status;

	status = read_row(import, csv, &row, err);
	if (status == STATUS_OK && (!is_pupil || row.id != 0))
		status = find_dossier(import, &row, &writer.dossier, err);
	if (status == STATUS_OK && is_pupil && row.id == 0)
		status = find_pupil_match(import, &row, &match, err);
	else if (status == STATUS_OK)
		status = find_match(import, &row, writer.dossier, &match, err);
	*outcome = IMPORT_PERSON;
	if (status != STATUS_OK || import->group.remarks.doubts != 0)
		return status;
	if (is_pupil)
		writer.dossier = match != NULL ? match->id : 0;
	writer.new_dossier = is_pupil && match == NULL;
	status = write_row(import, &writer, match, &row, err);
	*outcome = match == NULL        ? IMPORT_CREATED
	           : writer.records > 0 ? IMPORT_UPDATED
	                                : IMPORT_UNCHANGED;
	report->record = match != NULL ? match->id : writer.inserted;
	report->written = writer.records;
	writer_deinit(&writer);
	return status;
}

static enum status
on_row(void *context, const struct csv_row *csv, struct error *err)
{
	struct csv_import *import = context;
	struct group *group = &import->group;
	struct import_report report = { .number = csv->line };
	enum import_outcome outcome = IMPORT_REFUSED;
	struct error why = { 0 };
	char name[32];
	enum status status;

	if (!import->headed) {
		import->headed = true;
		return heading_read(import->collection, csv, &import->heading,
		    err);
	}
	if (import->options->only != 0 && import->options->only != csv->line)
		return STATUS_OK;
	status = group_begin(group, err);
	if (status != STATUS_OK)
		return status;
	status = take_row(import, csv, &report, &outcome, &why);
	if (status != STATUS_OK) {
		if (!group_absorb(group, status, &why)) {
			*err = why;
			return error_wrap(err, "line %u", csv->line);
		}
		outcome = IMPORT_REFUSED;
	}
	snprintf(name, sizeof(name), "line %u", csv->line);
	report.name = name;
	return group_end(group, outcome, &report, err);
}

/* --- the file ------------------------------------------------------------- */

/* What the program itself keeps is not for files to say. */
static bool
may_be_imported(const struct collection *collection)
{
	static const char *const own[] = { "redaction", "read_audit",
		"purge_receipt", "ctf_import", "attachment", "transfer" };

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (strcmp(collection->name, own[i]) == 0)
			return false;
	return (collection->insert_rights & ~(uint32_t)RIGHT_HUB) != 0;
}

static enum status
feed(void *context, struct bytes bytes, bool last, struct error *err)
{
	return csv_feed(context, bytes, last, err);
}

static enum status
import_read(struct csv_import *import, import_source *source,
    void *source_context, struct error *err)
{
	struct csv *csv = NULL;
	struct error later = { 0 };
	enum status status;
	enum status finished;

	status = csv_create(on_row, import, &csv, err);
	if (status != STATUS_OK)
		return status;
	status =
	    group_read(&import->group, source, source_context, feed, csv, err);
	csv_destroy(csv);
	if (status == STATUS_OK && !import->headed)
		status = error_set(err, STATUS_INVALID, "the file is empty");
	if (status != STATUS_OK && status != STATUS_CANCELLED)
		return status;
	finished =
	    group_finish(&import->group, status == STATUS_OK ? err : &later);
	return status == STATUS_OK ? finished : status;
}

enum status
import_csv(const struct import_options *options, const char *collection,
    import_source *source, void *source_context, struct import_totals *totals,
    struct error *err)
{
	struct csv_import import = { .options = options };
	struct error local = { 0 };
	enum status status;

	assert(!replica_in_transaction(options->replica));
	if (err == NULL)
		err = &local;
	*totals = (struct import_totals){ 0 };
	import.collection = catalogue_collection(bytes_of_text(collection));
	if (import.collection == NULL)
		return error_set(err, STATUS_USAGE,
		    "import: there is no collection \"%.64s\"", collection);
	if (!may_be_imported(import.collection))
		return error_set(err, STATUS_USAGE,
		    "import: %s cannot be imported", collection);
	status = group_init(&import.group, options, totals, err);
	if (status == STATUS_OK)
		status = import_read(&import, source, source_context, err);
	group_deinit(&import.group);
	if (status != STATUS_OK)
		return error_wrap(err, "import %s", collection);
	return STATUS_OK;
}
