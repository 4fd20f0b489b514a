/*
 * One request: what it asks, and how it is answered.
 */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/interface/interface_private.h"
#include "common/support/number.h"
#include "protocol/identifier.h"

enum {
	JSON_FLAGS = JSON_COMPACT | JSON_REAL_PRECISION(15),
	ETAG_BYTES = 16,
};

/* --- answers -------------------------------------------------------------- */

static void
send_response(struct call *call)
{
	call->is_answered = true;
	http_exchange_answer(call->exchange, &call->response);
}

static int
append_json(const char *text, size_t size, void *user)
{
	struct bytes bytes = { (const uint8_t *)text, size };

	return buffer_append(user, bytes) == STATUS_OK ? 0 : -1;
}

enum status
call_answer(struct call *call, int code, json_t *json)
{
	struct buffer body = { 0 };

	if (json == NULL ||
	    json_dump_callback(json, append_json, &body, JSON_FLAGS) != 0) {
		json_decref(json);
		buffer_deinit(&body);
		return error_set(&call->error, STATUS_NOMEM,
		    "there is not enough memory for this answer");
	}
	json_decref(json);
	call->response.code = code;
	http_response_take(&call->response, "application/json", &body);
	send_response(call);
	return STATUS_OK;
}

/* Of everything that was written and of who asks. */
static void
set_list_etag(struct call *call)
{
	struct interface *interface = call->interface;
	const uint64_t of[] = { interface->revision, call->viewer.login,
		call->viewer.roles, call->viewer.staff };
	uint8_t digest[ETAG_BYTES];
	char text[2 * ETAG_BYTES + 1];

	crypto_generichash(digest, sizeof(digest), (const uint8_t *)of,
	    sizeof(of), interface->key, sizeof(interface->key));
	sodium_bin2hex(text, sizeof(text), digest, sizeof(digest));
	http_response_set_etag(&call->response, text);
	call->response.cache = HTTP_CACHE_CHECK;
}

enum status
call_answer_list(struct call *call, json_t *items, const char *next)
{
	set_list_etag(call);
	return call_answer(call, 200,
	    json_pack("{s:o, s:s?}", "items", items, "next", next));
}

enum status
call_refuse(struct call *call, int code, const char *sentence)
{
	return call_answer(call, code, json_pack("{s:s}", "error", sentence));
}

static int
code_of(enum status status)
{
	static const struct {
		enum status status;
		int code;
	} codes[] = {
		{ STATUS_DENIED, 403 },
		{ STATUS_NOT_FOUND, 404 },
		{ STATUS_STALE, 409 },
		{ STATUS_EXISTS, 409 },
		{ STATUS_TOO_LARGE, 413 },
		{ STATUS_INVALID, 422 },
		{ STATUS_USAGE, 422 },
		{ STATUS_UNSUPPORTED, 422 },
		{ STATUS_BUSY, 503 },
		{ STATUS_TIMEOUT, 503 },
		{ STATUS_NOMEM, 503 },
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].status == status)
			return codes[i].code;
	return 500;
}

void
call_fail(struct call *call, enum status status)
{
	const char *sentence = call->error.text[0] != '\0'
	                           ? call->error.text
	                           : status_text(status);
	int code = code_of(status);

	if (code == 503)
		(void)http_response_add(&call->response, "Retry-After", "1");
	if (call_refuse(call, code, sentence) == STATUS_OK)
		return;
	(void)http_response_say(&call->response, code, sentence);
	send_response(call);
}

/* --- what is asked -------------------------------------------------------- */

const char *
call_parameter(const struct call *call, const char *name)
{
	const char *text = http_target_parameter(&call->request->target, name);

	return text == NULL || text[0] == '\0' ? NULL : text;
}

enum status
call_text(struct call *call, const char *name, bool needed, const char **text)
{
	const json_t *json = json_object_get(call->body, name);

	*text = NULL;
	if (json_is_string(json) && json_string_length(json) > 0)
		*text = json_string_value(json);
	else if (json != NULL && !json_is_null(json) && !json_is_string(json))
		return error_set(&call->error, STATUS_INVALID,
		    "`%s` has to be text", name);
	if (needed && *text == NULL)
		return error_set(&call->error, STATUS_INVALID,
		    "`%s` is missing", name);
	return STATUS_OK;
}

enum status
call_id(struct call *call, const char *text, uint64_t *id)
{
	if (text != NULL && identifier_parse(bytes_of_text(text), id))
		return STATUS_OK;
	return error_set(&call->error, STATUS_NOT_FOUND,
	    "there is nothing of that number here");
}

enum status
call_collection(struct call *call, const char *name,
    const struct collection **collection)
{
	*collection = catalogue_collection(bytes_of_text(name));
	if (*collection != NULL)
		return STATUS_OK;
	return error_set(&call->error, STATUS_NOT_FOUND,
	    "there is no such collection");
}

enum status
call_page(struct call *call, uint32_t *limit, uint64_t *after)
{
	const char *text = call_parameter(call, "limit");
	uint64_t number = INTERFACE_PAGE_ITEMS;

	*after = 0;
	if (text != NULL &&
	    (!identifier_parse(bytes_of_text(text), &number) || number < 1 ||
		number > INTERFACE_PAGE_ITEMS_MAX))
		return error_set(&call->error, STATUS_INVALID,
		    "`limit` is a number from 1 to %d",
		    INTERFACE_PAGE_ITEMS_MAX);
	*limit = (uint32_t)number;
	text = call_parameter(call, "after");
	if (text != NULL && !identifier_parse(bytes_of_text(text), after))
		return error_set(&call->error, STATUS_INVALID,
		    "`after` is the last answer's `next`");
	return STATUS_OK;
}

/* --- jobs ----------------------------------------------------------------- */

static void
on_work(uv_work_t *work)
{
	struct call *call = work->data;
	const struct interface_options *options = &call->interface->options;
	struct replica *replica = NULL;
	enum status status = STATUS_OK;

	if (call->has_replica)
		status = options->open_replica(options->user, &replica,
		    &call->error);
	if (status == STATUS_OK)
		status = call->run(call, replica);
	replica_close(replica);
	call->run_status = status;
}

static void
on_worked(uv_work_t *work, int result)
{
	struct call *call = work->data;
	enum status status = result == 0 ? call->run_status : STATUS_CANCELLED;

	call->interface->jobs--;
	interface_look(call->interface);
	if (status == STATUS_OK)
		status = call->then(call);
	if (!call->is_answered)
		call_fail(call, status);
	call_destroy(call);
}

enum status
call_begin_job(struct call *call,
    enum status (*run)(struct call *call, struct replica *replica),
    bool with_replica, call_handler *then)
{
	struct interface *interface = call->interface;

	if (interface->jobs >= INTERFACE_JOBS)
		return error_set(&call->error, STATUS_BUSY,
		    "this computer is busy; try again in a moment");
	call->run = run;
	call->then = then;
	call->has_replica = with_replica;
	call->work.data = call;
	if (uv_queue_work(interface->loop, &call->work, on_work, on_worked) !=
	    0)
		return error_set(&call->error, STATUS_NOMEM, "begin a job");
	interface->jobs++;
	call->is_deferred = true;
	return STATUS_OK;
}

/* Passphrases that came in it are not left in memory. */
static void
wipe(json_t *body)
{
	const char *name;
	json_t *value;

	json_object_foreach(body, name, value) if (json_is_string(value))
	    sodium_memzero((void *)(uintptr_t)json_string_value(value),
		json_string_length(value));
	json_decref(body);
}

void
call_destroy(struct call *call)
{
	wipe(call->body);
	json_decref(call->result);
	sodium_memzero(&call->attempt, sizeof(call->attempt));
	http_response_deinit(&call->response);
	arena_deinit(&call->arena);
	free(call->path);
	free(call);
}
