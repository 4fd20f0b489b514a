/*
 * Children who move on: what comes, what goes, and the steps.
 */
#include <string.h>

#include "client/interface/interface_json.h"
#include "client/output/name.h"
#include "client/transfer/transfer.h"
#include "common/command/output.h"

enum {
	TRANSFER_PUPILS = 2000, /* of a year at once */
};

static struct transfer_taker
taker_of(const struct call *call)
{
	return (struct transfer_taker){ call->interface->replica,
		view_author(&call->view, 0), call->now_ms };
}

/* --- list ----------------------------------------------------------------- */

struct listing {
	struct call *call;
	json_t *items;
	const char *direction;
	const char *state; /* NULL: any */
	bool failed;
};

/* An envelope has the child's name; of a file that is here it is the pupil. */
static bool
add_transfer(void *context, const struct view_record *shown)
{
	struct listing *listing = context;
	struct value state = record_value(&shown->record, "state");
	char name[NAME_BYTES];
	json_t *json;

	if (listing->state != NULL &&
	    (state.type != VALUE_TEXT ||
		!bytes_equal_text(state.bytes, listing->state)))
		return true;
	json = json_record(listing->call, shown);
	listing->failed = json == NULL;
	if (listing->failed)
		return false;
	json_object_set_new(json, "direction", json_string(listing->direction));
	json_object_set_new(json, "name",
	    output_record_name(&shown->record, name, sizeof(name)) ||
		    json_name(listing->call, shown->record.dossier, name,
			sizeof(name))
		? json_string(name)
		: json_null());
	return json_array_append_new(listing->items, json) == 0;
}

/* How transfers stand is no reading of a child's file. */
static enum status
add_all(struct listing *listing, const char *collection, const char *direction)
{
	const char *wanted = call_parameter(listing->call, "direction");
	const struct record_query query = {
		.collection = catalogue_collection(bytes_of_text(collection)),
	};
	enum status status;

	if (wanted != NULL && strcmp(wanted, direction) != 0)
		return STATUS_OK;
	/* Their role may see the one and not the other. */
	if (!rights_may_see_some(&listing->call->viewer, query.collection,
		NULL))
		return STATUS_OK;
	listing->direction = direction;
	status = view_each(&listing->call->view, &query, add_transfer, listing,
	    &listing->call->error);
	return status == STATUS_OK && listing->failed
	           ? listing->call->error.status
	           : status;
}

enum status
transfers_list(struct call *call)
{
	struct listing listing = {
		.call = call,
		.items = json_array(),
		.state = call_parameter(call, "state"),
	};
	enum status status = add_all(&listing, "envelope", "in");

	if (status == STATUS_OK)
		status = add_all(&listing, "transfer", "file");
	if (status == STATUS_OK)
		return call_answer_list(call, listing.items, NULL);
	json_decref(listing.items);
	return status;
}

/* --- open ----------------------------------------------------------------- */

static enum status
open_one(struct call *call, uint64_t id, const struct transfer_new *transfer,
    json_t *items)
{
	bool preview = json_is_true(json_object_get(call->body, "preview"));
	const struct transfer_taker taker = taker_of(call);
	struct view_record pupil;
	char name[NAME_BYTES];
	const char *why;
	uint64_t commit = 0;
	enum status status;

	status = json_get(call, catalogue_collection(bytes_of_text("pupil")),
	    id, &pupil);
	if (status != STATUS_OK)
		return status;
	why = transfer_why_not(taker.replica, &pupil.record);
	if (why == NULL && !preview)
		status = transfer_open_one(&taker, id, transfer, &commit,
		    &call->error);
	if (status != STATUS_OK)
		return status;
	json_array_append_new(items,
	    json_pack("{s:o, s:s?, s:o, s:s?}", "pupil", output_id(id), "name",
		output_record_name(&pupil.record, name, sizeof(name)) ? name
								      : NULL,
		"transfer", output_id(commit), "why_not", why));
	return STATUS_OK;
}

enum status
transfers_open(struct call *call)
{
	const json_t *pupils = json_object_get(call->body, "pupils");
	struct transfer_new transfer = { 0 };
	json_t *items;
	const char *to;
	enum status status = call_text(call, "to", true, &to);

	if (status == STATUS_OK)
		status = call_id(call, to, &transfer.to_school);
	if (status == STATUS_OK)
		status = call_text(call, "kind", false, &transfer.kind);
	if (status == STATUS_OK)
		status = call_text(call, "leaving_date", false,
		    &transfer.leaving_date);
	if (status == STATUS_OK)
		status =
		    call_text(call, "start_date", false, &transfer.start_date);
	if (status == STATUS_OK &&
	    (json_array_size(pupils) == 0 ||
		json_array_size(pupils) > TRANSFER_PUPILS))
		status = error_set(&call->error, STATUS_INVALID,
		    "`pupils` names 1 to %d children", TRANSFER_PUPILS);
	if (status != STATUS_OK)
		return status;
	items = json_array();
	for (size_t i = 0; status == STATUS_OK && i < json_array_size(pupils);
	     i++) {
		uint64_t id;

		status = call_id(call,
		    json_string_value(json_array_get(pupils, i)), &id);
		if (status == STATUS_OK)
			status = open_one(call, id, &transfer, items);
	}
	if (status == STATUS_OK)
		return call_answer(call, 200,
		    json_pack("{s:o}", "items", items));
	json_decref(items);
	return status;
}

/* --- steps ---------------------------------------------------------------- */

/* What is not shown to them they do not move either. */
static enum status
read_step(struct call *call, uint64_t *id, const char **reason)
{
	struct view_record shown;
	enum status status = call_id(call, call->parts[0], id);

	if (status == STATUS_OK)
		status = view_get(&call->view, *id, &call->arena, &shown,
		    &call->error);
	return status == STATUS_OK ? call_text(call, "reason", false, reason)
	                           : status;
}

static enum status
answer_step(struct call *call, enum status status, uint64_t id, uint64_t commit)
{
	return status == STATUS_OK
	           ? call_answer(call, 200,
			 json_pack("{s:o, s:o}", "id", output_id(id), "commit",
			     output_id(commit)))
	           : status;
}

enum status
transfers_answer(struct call *call)
{
	const json_t *ours = json_object_get(call->body, "ours");
	const struct transfer_taker taker = taker_of(call);
	const char *reason;
	uint64_t id, commit = 0;
	enum status status = read_step(call, &id, &reason);

	if (status == STATUS_OK && !json_is_boolean(ours))
		status = error_set(&call->error, STATUS_INVALID,
		    "`ours` is true or false");
	if (status == STATUS_OK)
		status = transfer_answer(&taker, id, json_is_true(ours), reason,
		    &commit, &call->error);
	return answer_step(call, status, id, commit);
}

static enum status
settle(struct call *call, bool accept)
{
	const struct transfer_taker taker = taker_of(call);
	const char *reason;
	uint64_t id, commit = 0;
	enum status status = read_step(call, &id, &reason);

	if (status == STATUS_OK)
		status = transfer_settle(&taker, id, accept, reason, &commit,
		    &call->error);
	return answer_step(call, status, id, commit);
}

enum status
transfers_accept(struct call *call)
{
	return settle(call, true);
}

enum status
transfers_cancel(struct call *call)
{
	return settle(call, false);
}
