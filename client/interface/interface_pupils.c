/*
 * Children: finding them as one types, and one child's whole file.
 */
#include <string.h>

#include "client/interface/interface_json.h"
#include "client/output/name.h"
#include "common/command/output.h"
#include "common/replica/dossier.h"
#include "common/replica/id_list.h"
#include "protocol/identifier.h"

enum {
	SECTION_RECORDS = 200,
};

static const struct collection *
pupils(void)
{
	return catalogue_collection(bytes_of_text("pupil"));
}

/* --- the list ------------------------------------------------------------- */

struct listing {
	struct call *call;
	json_t *items;
	uint64_t last;
	uint32_t limit;
	struct id_list found;
	struct record_filter filters[2];
	uint32_t filter_count;
};

/* Whose child it is now, as this school sees it. */
static const char *
state_of(struct call *call, const struct record *pupil)
{
	struct value holder = record_value(pupil, "holder");
	struct dossier dossier;

	if (dossier_get(call->interface->replica, pupil->dossier, &dossier,
		ERROR_IGNORED) == STATUS_OK &&
	    dossier.state != DOSSIER_OPEN)
		return "left";
	return holder.type == VALUE_INTEGER &&
	               (uint64_t)holder.integer == call->viewer.school
	           ? "held"
	           : "elsewhere";
}

static json_t *
item_json(struct call *call, const struct record *pupil)
{
	struct value holder = record_value(pupil, "holder");
	char name[NAME_BYTES];

	return json_pack("{s:o, s:s?, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s}",
	    "id", output_id(pupil->id), "name",
	    output_record_name(pupil, name, sizeof(name)) ? name : NULL,
	    "forename", json_column(pupil, "forename"), "surname",
	    json_column(pupil, "surname"), "preferred",
	    json_column(pupil, "preferred_forename"), "birth_date",
	    json_column(pupil, "birth_date"), "year",
	    json_column(pupil, "nc_year_actual"), "upn",
	    json_column(pupil, "upn"), "holder",
	    json_named(call,
		holder.type == VALUE_INTEGER ? (uint64_t)holder.integer : 0),
	    "state", state_of(call, pupil));
}

static bool
add_pupil(void *context, const struct view_record *shown)
{
	struct listing *listing = context;

	listing->last = shown->record.id;
	return json_array_append_new(listing->items,
		   item_json(listing->call, &shown->record)) == 0;
}

static bool
note_found(void *context, uint64_t pupil)
{
	return id_list_add(context, pupil);
}

/* What is filtered by has to be shown, or the list would tell it. */
static bool
fits(const struct listing *listing, const struct view_record *shown)
{
	for (uint32_t i = 0; i < listing->filter_count; i++) {
		uint32_t index = collection_column_index(pupils(),
		    listing->filters[i].column);

		if (shown->hidden[index] ||
		    !value_equal(&shown->record.values[index],
			&listing->filters[i].value))
			return false;
	}
	return true;
}

static enum status
list_found(struct listing *listing, const char *text)
{
	struct call *call = listing->call;
	enum status status;

	status = view_search(&call->view, bytes_of_text(text),
	    INTERFACE_PAGE_ITEMS_MAX, note_found, &listing->found,
	    &call->error);
	for (size_t i = 0; status == STATUS_OK && i < listing->found.count &&
			   json_array_size(listing->items) < listing->limit;
	     i++) {
		struct view_record shown;

		status = view_get(&call->view, listing->found.ids[i],
		    &call->arena, &shown, &call->error);
		if (status == STATUS_OK && fits(listing, &shown) &&
		    !add_pupil(listing, &shown))
			status = error_set(&call->error, STATUS_NOMEM,
			    "there is not enough memory for this list");
		if (status == STATUS_NOT_FOUND)
			status = STATUS_OK;
	}
	id_list_deinit(&listing->found);
	return status;
}

static enum status
add_filter(struct listing *listing, const char *parameter, const char *name)
{
	struct call *call = listing->call;
	const char *text = call_parameter(call, parameter);
	struct record_filter *filter = &listing->filters[listing->filter_count];

	if (text == NULL)
		return STATUS_OK;
	filter->column = collection_column(pupils(), bytes_of_text(name));
	listing->filter_count++;
	return column_parse(filter->column, bytes_of_text(text), &call->arena,
	    &filter->value, &call->error);
}

enum status
pupils_list(struct call *call)
{
	const char *find = call_parameter(call, "find");
	struct listing listing = { .call = call, .items = json_array() };
	struct record_query query = {
		.collection = pupils(),
		.filters = listing.filters,
		.merge_same = true,
	};
	char next[IDENTIFIER_TEXT_BYTES];
	bool is_full;
	enum status status;

	status = call_page(call, &query.limit, &query.after);
	if (status == STATUS_OK)
		status = add_filter(&listing, "year", "nc_year_actual");
	if (status == STATUS_OK)
		status = add_filter(&listing, "school", "holder");
	query.filter_count = listing.filter_count;
	listing.limit = query.limit;
	if (status == STATUS_OK && find != NULL)
		status = list_found(&listing, find);
	else if (status == STATUS_OK)
		status = view_each(&call->view, &query, add_pupil, &listing,
		    &call->error);
	if (status != STATUS_OK) {
		json_decref(listing.items);
		return status;
	}
	is_full = json_array_size(listing.items) == query.limit;
	identifier_format(listing.last, next);
	return call_answer_list(call, listing.items,
	    find == NULL && is_full ? next : NULL);
}

/* --- one ------------------------------------------------------------------ */

struct section {
	struct call *call;
	json_t *records;
	uint64_t pupil;
	bool failed;
};

static bool
add_to_section(void *context, const struct view_record *shown)
{
	struct section *section = context;
	json_t *json;

	/* Some collections lie in several dossiers. */
	if (shown->record.dossier != section->pupil)
		return true;
	json = json_record(section->call, shown);
	section->failed = json == NULL;
	return !section->failed &&
	       json_array_append_new(section->records, json) == 0;
}

static enum status
add_section(struct call *call, const struct collection *collection,
    uint64_t pupil, json_t *sections)
{
	const struct rights_about about = { .collection = collection,
		.own = true };
	struct section section = { call, json_array(), pupil, false };
	const struct record_query query = {
		.collection = collection,
		.dossier = pupil,
		.limit = SECTION_RECORDS,
	};
	enum status status;

	status = view_each(&call->view, &query, add_to_section, &section,
	    &call->error);
	if (status == STATUS_OK && section.failed)
		status = call->error.status;
	if (status != STATUS_OK) {
		json_decref(section.records);
		return status;
	}
	json_array_append_new(sections,
	    json_pack("{s:s, s:s, s:b, s:o}", "collection", collection->name,
		"label", collection->label, "may_create",
		rights_may_write(&call->viewer, &about, NULL), "records",
		section.records));
	return STATUS_OK;
}

static enum status
add_sections(struct call *call, uint64_t pupil, json_t *sections)
{
	const struct collection *all;
	enum status status = STATUS_OK;
	uint32_t count;

	all = catalogue_collections(&count);
	for (uint32_t i = 0; status == STATUS_OK && i < count; i++)
		if ((all[i].dossiers & DOSSIER_KIND_PUPIL) != 0 &&
		    &all[i] != pupils() &&
		    rights_may_see_some(&call->viewer, &all[i], NULL))
			status = add_section(call, &all[i], pupil, sections);
	return status;
}

/* Other records that are this child. */
static json_t *
same_json(struct call *call, uint64_t pupil)
{
	json_t *array = json_array();
	uint64_t *same = NULL;
	uint32_t count = 0;

	if (record_same(call->interface->replica, pupil, &call->arena, &same,
		&count, ERROR_IGNORED) != STATUS_OK)
		return array;
	for (uint32_t i = 0; i < count; i++)
		if (same[i] != pupil)
			json_array_append_new(array, json_named(call, same[i]));
	return array;
}

/* The open transfer, as far as it is shown; null. */
static json_t *
transfer_json(struct call *call, const struct record *pupil)
{
	struct value id = record_value(pupil, "open_transfer");
	struct view_record shown;
	json_t *json;

	if (id.type != VALUE_INTEGER ||
	    view_get(&call->view, (uint64_t)id.integer, &call->arena, &shown,
		ERROR_IGNORED) != STATUS_OK)
		return json_null();
	json = json_record(call, &shown);
	return json == NULL ? json_null() : json;
}

enum status
pupils_show(struct call *call)
{
	json_t *sections, *record;
	struct view_record shown;
	uint64_t id;
	enum status status = call_id(call, call->parts[0], &id);

	call->view.act = AUDIT_OPENED;
	if (status == STATUS_OK)
		status = json_get(call, pupils(), id, &shown);
	/* All of the file was opened with it. */
	call->view.act = AUDIT_NONE;
	if (status != STATUS_OK)
		return status;
	sections = json_array();
	status = add_sections(call, id, sections);
	record = status == STATUS_OK ? json_record(call, &shown) : NULL;
	if (record == NULL) {
		json_decref(sections);
		return call->error.status;
	}
	return call_answer(call, 200,
	    json_pack("{s:o, s:o, s:o, s:o}", "pupil", record, "same",
		same_json(call, id), "sections", sections, "transfer",
		transfer_json(call, &shown.record)));
}
