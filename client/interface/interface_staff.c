/*
 * Accounts of the people who work here.
 */
#include <stdio.h>

#include "client/interface/interface_json.h"
#include "client/output/name.h"
#include "common/command/output.h"
#include "protocol/identifier.h"

/* --- list ----------------------------------------------------------------- */

struct listing {
	struct call *call;
	json_t *items;
};

static json_t *
account_json(struct call *call, const struct record *record)
{
	struct value staff = record_value(record, "staff");
	char name[NAME_BYTES];
	bool named =
	    staff.type == VALUE_INTEGER &&
	    json_name(call, (uint64_t)staff.integer, name, sizeof(name));

	return json_pack("{s:o, s:o, s:s?, s:o, s:o, s:o, s:o}", "id",
	    output_id(record->id), "login", json_column(record, "login_name"),
	    "name", named ? name : NULL, "staff", json_column(record, "staff"),
	    "role", json_column(record, "role"), "second_role",
	    json_column(record, "second_role"), "disabled_on",
	    json_column(record, "disabled_on"));
}

static bool
add_account(void *context, const struct view_record *shown)
{
	struct listing *listing = context;

	return json_array_append_new(listing->items,
		   account_json(listing->call, &shown->record)) == 0;
}

enum status
staff_list(struct call *call)
{
	struct listing listing = { call, json_array() };
	struct record_query query = {
		.collection = catalogue_collection(bytes_of_text("login")),
		.dossier = call->viewer.school,
	};
	char next[IDENTIFIER_TEXT_BYTES];
	enum status status = call_page(call, &query.limit, &query.after);
	size_t count;

	if (status == STATUS_OK)
		status = view_each(&call->view, &query, add_account, &listing,
		    &call->error);
	if (status != STATUS_OK) {
		json_decref(listing.items);
		return status;
	}
	count = json_array_size(listing.items);
	(void)snprintf(next, sizeof(next), "%s",
	    count == 0
		? ""
		: json_string_value(
		      json_object_get(json_array_get(listing.items, count - 1),
			  "id")));
	return call_answer_list(call, listing.items,
	    count == query.limit ? next : NULL);
}

/* The account, as it is now. */
static enum status
answer_account(struct call *call, int code)
{
	struct record record;
	enum status status = record_get(call->interface->replica, call->id,
	    &call->arena, &record, &call->error);

	return status == STATUS_OK
	           ? call_answer(call, code, account_json(call, &record))
	           : status;
}

/* --- add ------------------------------------------------------------------ */

enum new_text {
	NEW_LOGIN,
	NEW_PASSPHRASE,
	NEW_ROLE,
	NEW_SECOND_ROLE,
	NEW_STAFF,
	NEW_SURNAME,
	NEW_FORENAME,
	NEW_EMAIL,
	NEW_TEXTS
};

static enum status
make_account(struct call *call, struct replica *replica)
{
	static const char *const names[NEW_TEXTS] = { "login", "passphrase",
		"role", "second_role", "staff", "surname", "forename",
		"email" };
	const char *texts[NEW_TEXTS];
	struct login_new account = { 0 };
	enum status status = STATUS_OK;

	for (int i = 0; status == STATUS_OK && i < NEW_TEXTS; i++)
		status = call_text(call, names[i], i <= NEW_ROLE, &texts[i]);
	if (status == STATUS_OK && texts[NEW_STAFF] == NULL)
		status = call_text(call, "surname", true, &texts[NEW_SURNAME]);
	if (status == STATUS_OK && texts[NEW_STAFF] == NULL)
		status =
		    call_text(call, "forename", true, &texts[NEW_FORENAME]);
	if (status == STATUS_OK && texts[NEW_STAFF] != NULL)
		status = call_id(call, texts[NEW_STAFF], &account.staff);
	if (status != STATUS_OK)
		return status;
	account.login_name = texts[NEW_LOGIN];
	account.passphrase = bytes_of_text(texts[NEW_PASSPHRASE]);
	account.role = texts[NEW_ROLE];
	account.second_role = texts[NEW_SECOND_ROLE];
	account.surname = texts[NEW_SURNAME];
	account.forename = texts[NEW_FORENAME];
	account.email = texts[NEW_EMAIL];
	return login_add(replica, &call->viewer, &account, call->now_ms,
	    &call->id, &call->error);
}

static enum status
end_add(struct call *call)
{
	return answer_account(call, 201);
}

enum status
staff_add(struct call *call)
{
	return call_begin_job(call, make_account, true, end_add);
}

/* --- change, remove ------------------------------------------------------- */

/* `role` with `second_role`, and `passphrase` of another: what is there. */
static enum status
change_account(struct call *call, struct replica *replica)
{
	const char *role, *second, *passphrase;
	enum status status = call_text(call, "role", false, &role);

	if (status == STATUS_OK)
		status = call_text(call, "second_role", false, &second);
	if (status == STATUS_OK)
		status = call_text(call, "passphrase", false, &passphrase);
	if (status == STATUS_OK && role == NULL && passphrase == NULL)
		return error_set(&call->error, STATUS_INVALID,
		    "say what to change: `role` or `passphrase`");
	if (status == STATUS_OK && role != NULL)
		status = login_set_roles(replica, &call->viewer, call->id, role,
		    second, call->now_ms, &call->error);
	if (status == STATUS_OK && passphrase != NULL)
		status =
		    login_set_passphrase(replica, &call->viewer, call->id, NULL,
			bytes_of_text(passphrase), call->now_ms, &call->error);
	return status;
}

/* Whoever is in by what no longer holds is out. */
static enum status
end_change(struct call *call)
{
	if (json_object_get(call->body, "passphrase") != NULL)
		session_end_others(call->interface->sessions, call->id,
		    call->secret);
	return answer_account(call, 200);
}

enum status
staff_change(struct call *call)
{
	enum status status = call_id(call, call->parts[0], &call->id);

	return status == STATUS_OK
	           ? call_begin_job(call, change_account, true, end_change)
	           : status;
}

enum status
staff_remove(struct call *call)
{
	const char *left_on;
	enum status status = call_id(call, call->parts[0], &call->id);

	if (status == STATUS_OK)
		status = call_text(call, "left_on", false, &left_on);
	if (status == STATUS_OK)
		status = login_close(call->interface->replica, &call->viewer,
		    call->id, left_on, call->now_ms, &call->error);
	return status == STATUS_OK ? answer_account(call, 200) : status;
}
