/*
 * What the hub did not take: why, and sending it again.
 */
#include "client/interface/interface_json.h"
#include "client/output/name.h"
#include "client/output/seeing.h"
#include "common/command/output.h"
#include "protocol/refusal.h"

struct listing {
	struct call *call;
	json_t *items;
};

static const char *
advice_of(uint32_t refusal)
{
	return refusal_is_for_want(refusal)
	           ? "It is sent again by itself when the hub knows more."
	           : "Look at what is there now, and send it again or let it "
	             "go.";
}

static bool
add_refused(void *context, const struct pending_row *row)
{
	struct listing *listing = context;
	struct seeing seeing;
	bool added = true;

	seeing_begin(&seeing, &listing->call->viewer, row->bytes);
	if (seeing_any(&seeing)) {
		char name[NAME_BYTES];

		added = json_array_append_new(listing->items,
			    json_pack("{s:o, s:s, s:s, s:s, s:o, s:o, s:s?, "
				      "s:o}",
				"id", output_id(row->id), "reason",
				refusal_name(row->refusal), "why",
				refusal_text(row->refusal), "advice",
				advice_of(row->refusal), "at",
				output_time(row->at_ms), "dossier",
				output_id(row->dossier), "name",
				json_name(listing->call, row->dossier, name,
				    sizeof(name))
				    ? name
				    : NULL,
				"changes", seeing_json(&seeing))) == 0;
	}
	seeing_end(&seeing);
	return added;
}

enum status
refused_list(struct call *call)
{
	struct listing listing = { call, json_array() };
	enum status status = pending_each_aside(call->interface->replica,
	    add_refused, &listing, &call->error);

	if (status == STATUS_OK)
		return call_answer_list(call, listing.items, NULL);
	json_decref(listing.items);
	return status;
}

/* What is not shown to them they neither send again nor let go. */
static enum status
begin_on_seen(struct call *call, uint64_t *id)
{
	struct replica *replica = call->interface->replica;
	bool seen = false;
	enum status status = call_id(call, call->parts[0], id);

	if (status == STATUS_OK)
		status = seeing_look(replica, &call->viewer, *id, &seen,
		    &call->error);
	if (status == STATUS_OK && !seen)
		return error_set(&call->error, STATUS_NOT_FOUND,
		    "no such entry was refused");
	return status == STATUS_OK ? replica_begin(replica, &call->error)
	                           : status;
}

static enum status
finish(struct call *call, enum status status, uint64_t id, uint64_t fresh)
{
	struct replica *replica = call->interface->replica;

	if (status == STATUS_OK)
		status = replica_commit(replica, &call->error);
	if (status != STATUS_OK) {
		replica_rollback(replica);
		return status;
	}
	interface_note(call->interface);
	return call_answer(call, 200,
	    json_pack("{s:o, s:o}", "id", output_id(id), "commit",
		output_id(fresh)));
}

enum status
refused_retry(struct call *call)
{
	uint64_t id, fresh = 0;
	enum status status = begin_on_seen(call, &id);

	if (status != STATUS_OK)
		return status;
	status = pending_retry(call->interface->replica, id, call->now_ms,
	    &fresh, &call->error);
	return finish(call, status, id, fresh);
}

enum status
refused_drop(struct call *call)
{
	uint64_t id;
	enum status status = begin_on_seen(call, &id);

	if (status != STATUS_OK)
		return status;
	status = pending_drop(call->interface->replica, id, &call->error);
	return finish(call, status, id, 0);
}
