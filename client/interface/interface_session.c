/*
 * Logging in and out, locking, the passphrase, and the first account.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/interface/interface_private.h"
#include "client/interface/interface_token.h"
#include "client/output/name.h"
#include "common/command/output.h"
#include "common/support/clock.h"

/* --- what a page is told -------------------------------------------------- */

static json_t *
roles_json(uint32_t roles)
{
	static const struct {
		enum role role;
		const char *name;
	} names[] = {
		{ ROLE_LEAD, "lead" },
		{ ROLE_HEAD, "head" },
		{ ROLE_SENCO, "senco" },
		{ ROLE_YEAR, "head_of_year" },
		{ ROLE_OFFICE, "office" },
		{ ROLE_TEACHER, "teacher" },
		{ ROLE_ADMINISTRATOR, "administrator" },
	};

	json_t *json = json_array();

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if ((roles & names[i].role) != 0)
			json_array_append_new(json, json_string(names[i].name));
	return json;
}

static json_t *
actions_json(const struct viewer *viewer)
{
	static const char *const names[ACTION_COUNT] = {
		[ACTION_IMPORT_CTF] = "import_ctf",
		[ACTION_IMPORT_CSV] = "import_csv",
		[ACTION_EXPORT_CTF] = "export_ctf",
		[ACTION_EXPORT_CSV] = "export_csv",
		[ACTION_TRANSFER_OPEN] = "transfer_open",
		[ACTION_TRANSFER_ANSWER] = "transfer_answer",
		[ACTION_TRANSFER_ACCEPT] = "transfer_accept",
		[ACTION_TRANSFER_CANCEL] = "transfer_cancel",
		[ACTION_RESOLVE] = "resolve",
		[ACTION_REFUSED] = "refused",
		[ACTION_STAFF] = "staff",
		[ACTION_SETTINGS] = "settings",
		[ACTION_REPORT] = "report",
		[ACTION_RECONCILE] = "reconcile",
		[ACTION_SUBJECT] = "subject",
		[ACTION_PROFILE] = "profile",
	};
	json_t *json = json_array();

	for (int i = 0; i < ACTION_COUNT; i++)
		if (names[i] != NULL && rights_may_do(viewer, (enum action)i))
			json_array_append_new(json, json_string(names[i]));
	return json;
}

/* Whose session it is, as their account is now. */
static enum status
add_person(struct call *call, json_t *json, struct bytes secret)
{
	struct interface *interface = call->interface;
	uint32_t minutes = interface->options.idle_minutes;
	char name[NAME_BYTES] = "", school[NAME_BYTES] = "";
	char token[TOKEN_BYTES];
	struct record record;
	struct value login;
	enum status status;

	status = record_get(interface->replica, call->viewer.login,
	    &call->arena, &record, &call->error);
	if (status != STATUS_OK)
		return status;
	login = record_value(&record, "login_name");
	(void)output_name(interface->replica, call->viewer.staff, name,
	    sizeof(name));
	(void)output_name(interface->replica, call->viewer.school, school,
	    sizeof(school));
	token_make(interface->key, secret, token);
	json_object_set_new(json, "token", json_string(token));
	json_object_set_new(json, "login",
	    login.type == VALUE_TEXT
		? json_stringn((const char *)login.bytes.data, login.bytes.size)
		: json_null());
	json_object_set_new(json, "name", json_string(name));
	json_object_set_new(json, "staff", output_id(call->viewer.staff));
	json_object_set_new(json, "roles", roles_json(call->viewer.roles));
	json_object_set_new(json, "school",
	    json_pack("{s:o, s:s}", "id", output_id(call->viewer.school),
		"name", school));
	json_object_set_new(json, "may", actions_json(&call->viewer));
	json_object_set_new(json, "idle_minutes",
	    json_integer(minutes == 0 ? SESSION_IDLE_MINUTES : minutes));
	return STATUS_OK;
}

static enum status
tell(struct call *call, struct bytes secret)
{
	static const char *const names[] = {
		[SESSION_NONE] = "none",
		[SESSION_LOCKED] = "locked",
		[SESSION_OPEN] = "open",
	};
	const char *name = names[call->state];
	enum status status = STATUS_OK;
	uint64_t accounts = 0;
	json_t *json;

	if (call->state == SESSION_NONE)
		status = viewer_count_accounts(call->interface->replica,
		    &accounts, &call->error);
	if (status != STATUS_OK)
		return status;
	if (call->state == SESSION_NONE && accounts == 0)
		name = "setup";
	json = json_pack("{s:s, s:n}", "state", name, "token");
	if (call->state != SESSION_NONE)
		status = add_person(call, json, secret);
	if (status == STATUS_OK)
		return call_answer(call, 200, json);
	json_decref(json);
	return status;
}

enum status
session_show(struct call *call)
{
	return tell(call, call->secret);
}

/* --- entering ------------------------------------------------------------- */

/* A second's work, on another thread; the database is not needed for it. */
static enum status
verify(struct call *call, struct replica *replica)
{
	const char *passphrase =
	    json_string_value(json_object_get(call->body, "passphrase"));

	(void)replica;
	return login_verify(&call->attempt, bytes_of_text(passphrase),
	    &call->error);
}

/* After too many wrong tries: not yet. */
static enum status
refuse_for_now(struct call *call)
{
	char seconds[16];
	uint64_t number = 1;
	const char *at = strstr(call->error.text, "again in ");

	if (at != NULL)
		number = strtoull(at + strlen("again in "), NULL, 10);
	(void)snprintf(seconds, sizeof(seconds), "%" PRIu64, number);
	(void)http_response_add(&call->response, "Retry-After", seconds);
	return call_refuse(call, 429, call->error.text);
}

static enum status
begin_attempt(struct call *call, const char *name, call_handler *then)
{
	const char *passphrase;
	enum status status;

	status = call_text(call, "passphrase", true, &passphrase);
	if (status == STATUS_OK && strlen(passphrase) > PASSPHRASE_BYTES_MAX)
		status = error_set(&call->error, STATUS_INVALID,
		    "that is too long for a passphrase");
	if (status != STATUS_OK)
		return status;
	status = login_begin(&call->attempt, call->interface->replica, name,
	    call->now_ms, &call->error);
	if (status == STATUS_DENIED &&
	    strstr(call->error.text, "again in ") != NULL)
		return refuse_for_now(call);
	if (status == STATUS_DENIED)
		return call_refuse(call, 401, call->error.text);
	return status == STATUS_OK ? call_begin_job(call, verify, false, then)
	                           : status;
}

/* A session for call->viewer, who has shown who they are. */
static enum status
open_session(struct call *call)
{
	struct interface *interface = call->interface;
	char secret[SESSION_TOKEN_BYTES];
	enum status status;

	session_end(interface->sessions, call->secret);
	session_begin(interface->sessions, &call->viewer, clock_monotonic_ms(),
	    secret);
	call->state = SESSION_OPEN;
	status = http_guard_set_session(http_server_guard(interface->server),
	    &call->response, secret);
	if (status != STATUS_OK)
		return error_set(&call->error, status, "log in");
	return tell(call, bytes_of_text(secret));
}

static enum status
end_login(struct call *call)
{
	enum status status = login_end(&call->attempt, call->interface->replica,
	    &call->viewer, &call->error);

	if (status == STATUS_DENIED)
		return call_refuse(call, 401, call->error.text);
	return status == STATUS_OK ? open_session(call) : status;
}

enum status
session_login(struct call *call)
{
	const char *name;
	enum status status = call_text(call, "login", true, &name);

	return status == STATUS_OK ? begin_attempt(call, name, end_login)
	                           : status;
}

/* --- the life of one ------------------------------------------------------ */

enum status
session_logout(struct call *call)
{
	struct interface *interface = call->interface;

	session_end(interface->sessions, call->secret);
	(void)http_guard_end_session(http_server_guard(interface->server),
	    &call->response);
	call->state = SESSION_NONE;
	return tell(call, call->secret);
}

enum status
session_lock_now(struct call *call)
{
	session_lock(call->interface->sessions, call->secret);
	call->state = SESSION_LOCKED;
	return tell(call, call->secret);
}

enum status
session_touch(struct call *call)
{
	return tell(call, call->secret);
}

/* The name by which this session's account logs in. */
static enum status
own_name(struct call *call, const char **name)
{
	struct record record;
	struct value value;
	enum status status;

	status = record_get(call->interface->replica, call->viewer.login,
	    &call->arena, &record, &call->error);
	if (status != STATUS_OK)
		return status;
	value = record_value(&record, "login_name");
	*name = value.type == VALUE_TEXT ? arena_text(&call->arena, value.bytes)
	                                 : NULL;
	return *name != NULL
	           ? STATUS_OK
	           : error_set(&call->error, STATUS_NOT_FOUND,
			 "this account has no name that can be typed");
}

static enum status
end_unlock(struct call *call)
{
	struct interface *interface = call->interface;
	enum status status = login_end(&call->attempt, interface->replica,
	    &call->viewer, &call->error);

	if (status == STATUS_OK)
		status = session_unlock(interface->sessions, call->secret,
		    &call->attempt, clock_monotonic_ms(), &call->error);
	if (status == STATUS_DENIED || status == STATUS_NOT_FOUND)
		return call_answer(call, 401,
		    json_pack("{s:s, s:b}", "error", call->error.text, "locked",
			status == STATUS_DENIED));
	call->state = SESSION_OPEN;
	return status == STATUS_OK ? tell(call, call->secret) : status;
}

enum status
session_unlock_now(struct call *call)
{
	const char *name;
	enum status status = own_name(call, &name);

	return status == STATUS_OK ? begin_attempt(call, name, end_unlock)
	                           : status;
}

/* --- the passphrase ------------------------------------------------------- */

/* Both take a second; the second one writes, by a connection of its own. */
static enum status
change_passphrase(struct call *call, struct replica *replica)
{
	const char *old = json_string_value(json_object_get(call->body, "old"));
	const char *new = json_string_value(json_object_get(call->body, "new"));
	enum status status;

	status = login_verify(&call->attempt, bytes_of_text(old), &call->error);
	if (status == STATUS_OK && !call->attempt.right)
		return STATUS_OK; /* end_change tells */
	if (status == STATUS_OK)
		status = login_set_passphrase(replica, &call->viewer,
		    call->viewer.login, &call->attempt, bytes_of_text(new),
		    call->now_ms, &call->error);
	return status;
}

/* Whoever else knew the old one is out. */
static enum status
end_change(struct call *call)
{
	struct interface *interface = call->interface;
	enum status status = login_end(&call->attempt, interface->replica,
	    &call->viewer, &call->error);

	if (status == STATUS_DENIED)
		return call_answer(call, 422,
		    json_pack("{s:s, s:{s:s}}", "error",
			"your present passphrase is not right", "fields", "old",
			"This is not your present passphrase"));
	if (status != STATUS_OK)
		return status;
	session_end_others(interface->sessions, call->viewer.login,
	    call->secret);
	return tell(call, call->secret);
}

enum status
session_change_passphrase(struct call *call)
{
	const char *name, *old, *new;
	enum status status = call_text(call, "old", true, &old);

	if (status == STATUS_OK)
		status = call_text(call, "new", true, &new);
	if (status == STATUS_OK && (strlen(old) > PASSPHRASE_BYTES_MAX ||
				       strlen(new) > PASSPHRASE_BYTES_MAX))
		status = error_set(&call->error, STATUS_INVALID,
		    "that is too long for a passphrase");
	if (status == STATUS_OK)
		status = own_name(call, &name);
	if (status != STATUS_OK)
		return status;
	status = login_begin(&call->attempt, call->interface->replica, name,
	    call->now_ms, &call->error);
	if (status == STATUS_DENIED)
		return refuse_for_now(call);
	return status == STATUS_OK
	           ? call_begin_job(call, change_passphrase, true, end_change)
	           : status;
}

/* --- the first account ---------------------------------------------------- */

static enum status
make_first(struct call *call, struct replica *replica)
{
	const char *text[6];
	static const char *const names[6] = { "login", "passphrase", "surname",
		"forename", "role", "email" };
	struct login_new account = { 0 };
	struct viewer keeper;
	enum status status;

	for (int i = 0; i < 6; i++) {
		status = call_text(call, names[i], i < 5, &text[i]);
		if (status != STATUS_OK)
			return status;
	}
	account = (struct login_new){
		.login_name = text[0],
		.passphrase = bytes_of_text(text[1]),
		.surname = text[2],
		.forename = text[3],
		.role = text[4],
		.email = text[5],
	};
	status = viewer_begin_set_up(replica, &keeper, &call->error);
	if (status == STATUS_OK)
		status = login_add(replica, &keeper, &account, call->now_ms,
		    &call->id, &call->error);
	return status;
}

static enum status
end_setup(struct call *call)
{
	enum status status = viewer_of_login(call->interface->replica, call->id,
	    &call->viewer, &call->error);

	return status == STATUS_OK ? open_session(call) : status;
}

enum status
session_setup(struct call *call)
{
	struct viewer keeper;
	enum status status;

	status = viewer_begin_set_up(call->interface->replica, &keeper,
	    &call->error);
	return status == STATUS_OK
	           ? call_begin_job(call, make_first, true, end_setup)
	           : status;
}
