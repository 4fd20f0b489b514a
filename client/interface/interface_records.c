/*
 * Records of any collection: lists, one, its history, and writing.
 */
#include <inttypes.h>
#include <string.h>

#include "client/interface/interface_json.h"
#include "client/output/name.h"
#include "client/output/value.h"
#include "common/command/output.h"
#include "protocol/identifier.h"
#include "protocol/stamp.h"

enum {
	FILTERS = 16
};

/* --- lists ---------------------------------------------------------------- */

struct listing {
	struct call *call;
	json_t *items;
	uint64_t last;
	bool failed;
};

static bool
add_record(void *context, const struct view_record *shown)
{
	struct listing *listing = context;
	json_t *json = json_record(listing->call, shown);

	listing->failed = json == NULL;
	listing->last = shown->record.id;
	return !listing->failed &&
	       json_array_append_new(listing->items, json) == 0;
}

/* Each parameter that is no word of ours is a column. */
static enum status
read_filters(struct call *call, struct record_query *query,
    struct record_filter *filters)
{
	const struct http_target *target = &call->request->target;
	const char *dossier = call_parameter(call, "dossier");
	enum status status = STATUS_OK;

	if (dossier != NULL)
		status = call_id(call, dossier, &query->dossier);
	for (size_t i = 0; status == STATUS_OK && i < target->parameter_count;
	     i++) {
		const struct http_parameter *parameter = &target->parameters[i];
		struct record_filter *filter = &filters[query->filter_count];

		if (strcmp(parameter->name, "dossier") == 0 ||
		    strcmp(parameter->name, "limit") == 0 ||
		    strcmp(parameter->name, "after") == 0)
			continue;
		filter->column = collection_column(query->collection,
		    bytes_of_text(parameter->name));
		if (filter->column == NULL || query->filter_count == FILTERS)
			return error_set(&call->error, STATUS_INVALID,
			    "%s is not searched by \"%.40s\"",
			    query->collection->name, parameter->name);
		query->filter_count++;
		status = column_parse(filter->column,
		    bytes_of_text(parameter->value), &call->arena,
		    &filter->value, &call->error);
	}
	return status;
}

enum status
records_list(struct call *call)
{
	struct record_filter filters[FILTERS + 1];
	struct record_query query = { .filters = filters };
	struct listing listing = { .call = call, .items = json_array() };
	char next[IDENTIFIER_TEXT_BYTES];
	enum status status;

	status = call_collection(call, call->parts[0], &query.collection);
	if (status == STATUS_OK)
		status = call_page(call, &query.limit, &query.after);
	if (status == STATUS_OK)
		status = read_filters(call, &query, filters);
	call->view.act = AUDIT_OPENED;
	if (status == STATUS_OK)
		status = view_each(&call->view, &query, add_record, &listing,
		    &call->error);
	if (status == STATUS_OK && listing.failed)
		status = call->error.status;
	if (status != STATUS_OK) {
		json_decref(listing.items);
		return status;
	}
	identifier_format(listing.last, next);
	return call_answer_list(call, listing.items,
	    json_array_size(listing.items) == query.limit ? next : NULL);
}

/* --- one ------------------------------------------------------------------ */

static enum status
answer_record(struct call *call, int code, const struct view_record *shown)
{
	json_t *json = json_record(call, shown);

	return json == NULL ? call->error.status
	                    : call_answer(call, code, json);
}

/* The record that the path names. */
static enum status
get_named(struct call *call, struct view_record *shown)
{
	const struct collection *collection;
	uint64_t id;
	enum status status;

	status = call_collection(call, call->parts[0], &collection);
	if (status == STATUS_OK)
		status = call_id(call, call->parts[1], &id);
	return status == STATUS_OK ? json_get(call, collection, id, shown)
	                           : status;
}

enum status
records_show(struct call *call)
{
	struct view_record shown;
	enum status status;

	call->view.act = AUDIT_OPENED;
	status = get_named(call, &shown);
	return status == STATUS_OK ? answer_record(call, 200, &shown) : status;
}

/* The same for what is written next, in a transaction: the answer shows the
 * record, so that is noted before there is one. */
static enum status
begin_on_named(struct call *call, struct view_record *shown)
{
	struct replica *replica = call->interface->replica;
	enum status status;

	call->view.act = AUDIT_OPENED;
	status = get_named(call, shown);
	call->view.act = AUDIT_NONE;
	if (status == STATUS_OK)
		status = replica_begin(replica, &call->error);
	if (status != STATUS_OK)
		return status;
	status = get_named(call, shown);
	if (status != STATUS_OK)
		replica_rollback(replica);
	return status;
}

/* --- writing -------------------------------------------------------------- */

/* A form is answered with each field that is wrong. */
static enum status
refuse_fields(struct call *call, json_t *fields)
{
	return call_answer(call, 422,
	    json_pack("{s:s, s:o}", "error",
		"some of this cannot be saved as it is", "fields", fields));
}

/* All of values into the draft; what does not fit is named in fields. */
static enum status
set_values(struct call *call, struct draft *draft, int64_t record,
    const struct collection *collection, json_t *fields)
{
	json_t *values = json_object_get(call->body, "values");
	const char *name;
	json_t *value;

	json_object_foreach(values, name, value)
	{
		const struct column *column =
		    collection_column(collection, bytes_of_text(name));
		enum status status;

		if (column == NULL)
			return error_set(&call->error, STATUS_INVALID,
			    "%s has no column \"%.40s\"", collection->name,
			    name);
		status = json_set(call, draft, record, column, value);
		if (status == STATUS_INVALID)
			json_object_set_new(fields, name,
			    json_string(call->error.text));
		else if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

static void
check_required(const struct draft *draft, int64_t record,
    const struct collection *collection, json_t *fields)
{
	for (const struct column *column = collection->columns;
	     column->name != NULL; column++) {
		const struct value *value = draft_value(draft, record, column);

		if ((column->flags & COLUMN_REQUIRED) != 0 &&
		    (value == NULL || value->type == VALUE_NULL) &&
		    json_object_get(fields, column->name) == NULL)
			json_object_set_new(fields, column->name,
			    json_string("this is needed"));
	}
}

/* End the draft and its transaction; what was wrong is answered.  *id is the
 * commit's, 0 when nothing was written. */
static enum status
finish(struct call *call, struct draft *draft, enum status status,
    json_t *fields, uint64_t *id)
{
	struct replica *replica = call->interface->replica;

	*id = 0;
	if (status == STATUS_OK && json_object_size(fields) > 0) {
		replica_rollback(replica);
		return refuse_fields(call, fields);
	}
	json_decref(fields);
	if (status == STATUS_OK)
		status = view_finish(&call->view, draft, id, &call->error);
	if (status == STATUS_OK)
		status = replica_commit(replica, &call->error);
	if (status != STATUS_OK) {
		*id = 0;
		replica_rollback(replica);
	}
	return status;
}

static enum status
answer_written(struct call *call, const struct collection *collection,
    uint64_t id, int code)
{
	struct view_record shown;
	enum status status = json_get(call, collection, id, &shown);

	return status == STATUS_OK ? answer_record(call, code, &shown) : status;
}

/* Where a new record lies. */
static enum status
begin_draft(struct call *call, const struct collection *collection,
    struct draft **draft)
{
	struct replica *replica = call->interface->replica;
	uint64_t author = view_author(&call->view, 0), dossier;
	const char *text;
	enum status status = call_text(call, "dossier", false, &text);

	if (status == STATUS_OK && strcmp(collection->name, "pupil") == 0)
		return draft_create_dossier(replica, author, draft,
		    &call->error);
	if (status == STATUS_OK && text != NULL)
		status = call_id(call, text, &dossier);
	else if ((collection->dossiers & DOSSIER_KIND_PARTNERSHIP) != 0)
		dossier = DOSSIER_PARTNERSHIP;
	else if ((collection->dossiers & DOSSIER_KIND_SCHOOL) != 0)
		dossier = call->viewer.school;
	else if (status == STATUS_OK)
		status = error_set(&call->error, STATUS_INVALID,
		    "say in whose file it belongs: `dossier`");
	return status == STATUS_OK
	           ? draft_create(replica, dossier, author, draft, &call->error)
	           : status;
}

enum status
records_create(struct call *call)
{
	struct replica *replica = call->interface->replica;
	struct value holder = value_integer((int64_t)call->viewer.school);
	const struct collection *collection;
	json_t *fields = json_object();
	struct draft *draft = NULL;
	int64_t record = 0;
	uint64_t commit = 0;
	enum status status;

	status = call_collection(call, call->parts[0], &collection);
	if (status == STATUS_OK)
		status = replica_begin(replica, &call->error);
	if (status != STATUS_OK) {
		json_decref(fields);
		return status;
	}
	status = begin_draft(call, collection, &draft);
	if (status == STATUS_OK)
		status = draft_insert(draft, collection->name, &record,
		    &call->error);
	if (status == STATUS_OK)
		status = set_values(call, draft, record, collection, fields);
	if (status == STATUS_OK && strcmp(collection->name, "pupil") == 0)
		status =
		    draft_set(draft, record, "holder", &holder, &call->error);
	if (status == STATUS_OK)
		check_required(draft, record, collection, fields);
	status = finish(call, draft, status, fields, &commit);
	if (status == STATUS_OK && !call->is_answered)
		status = answer_written(call, collection,
		    draft_record_id(draft, record), 201);
	draft_destroy(draft);
	return status;
}

/* Whether the page had seen what it would write over. */
static json_t *
changed_columns(struct call *call, const struct view_record *shown)
{
	const json_t *was = json_object_get(call->body, "was");
	json_t *values = json_object_get(call->body, "values");
	json_t *changed = json_array();
	const char *name;
	json_t *value;

	json_object_foreach(values, name, value)
	{
		json_t *now = json_column(&shown->record, name);
		const json_t *seen = json_object_get(was, name);
		bool same = seen != NULL && json_equal(now, seen);

		if (json_is_number(now) && json_is_number(seen))
			same = !(
			    json_number_value(now) < json_number_value(seen) ||
			    json_number_value(now) > json_number_value(seen));
		if (!same)
			json_array_append_new(changed, json_string(name));
		json_decref(now);
	}
	return changed;
}

/* Somebody wrote meanwhile: nothing is written, and both are shown. */
static enum status
refuse_stale(struct call *call, const struct view_record *shown,
    json_t *changed)
{
	json_t *record = json_record(call, shown);

	if (record == NULL) {
		json_decref(changed);
		return call->error.status;
	}
	return call_answer(call, 409,
	    json_pack("{s:s, s:o, s:o}", "error",
		"somebody changed this while you were typing; look at both",
		"record", record, "changed", changed));
}

static enum status
change(struct call *call, const struct view_record *shown)
{
	const struct record *record = &shown->record;
	json_t *fields = json_object();
	struct draft *draft = NULL;
	uint64_t commit;
	enum status status;

	status = draft_create(call->interface->replica, record->dossier,
	    view_author(&call->view, 0), &draft, &call->error);
	if (status == STATUS_OK)
		status = set_values(call, draft, (int64_t)record->id,
		    record->collection, fields);
	status = finish(call, draft, status, fields, &commit);
	draft_destroy(draft);
	return status;
}

enum status
records_change(struct call *call)
{
	struct replica *replica = call->interface->replica;
	struct view_record shown;
	json_t *changed;
	enum status status = begin_on_named(call, &shown);

	if (status != STATUS_OK)
		return status;
	changed = changed_columns(call, &shown);
	if (json_array_size(changed) > 0) {
		replica_rollback(replica);
		return refuse_stale(call, &shown, changed);
	}
	json_decref(changed);
	status = change(call, &shown);
	return status == STATUS_OK && !call->is_answered
	           ? answer_written(call, shown.record.collection,
			 shown.record.id, 200)
	           : status;
}

static enum status
delete_record(struct call *call, const struct view_record *shown)
{
	struct draft *draft = NULL;
	uint64_t commit;
	enum status status;

	status = draft_create(call->interface->replica, shown->record.dossier,
	    view_author(&call->view, 0), &draft, &call->error);
	if (status == STATUS_OK)
		status = draft_delete(draft, shown->record.id, &call->error);
	status = finish(call, draft, status, json_object(), &commit);
	draft_destroy(draft);
	return status == STATUS_OK
	           ? call_answer(call, 200,
			 json_pack("{s:o}", "id", output_id(shown->record.id)))
	           : status;
}

enum status
records_delete(struct call *call)
{
	struct replica *replica = call->interface->replica;
	struct view_record shown;
	const char *version;
	json_t *record;
	enum status status = call_text(call, "version", true, &version);

	if (status == STATUS_OK)
		status = begin_on_named(call, &shown);
	if (status != STATUS_OK)
		return status;
	record = json_record(call, &shown);
	if (record == NULL) {
		replica_rollback(replica);
		return call->error.status;
	}
	if (strcmp(json_string_value(json_object_get(record, "version")),
		version) == 0) {
		json_decref(record);
		return delete_record(call, &shown);
	}
	replica_rollback(replica);
	json_decref(record);
	return refuse_stale(call, &shown, json_array());
}
