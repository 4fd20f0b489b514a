/*
 * From a request to the function that answers it, and the rules that hold for
 * every route.
 */
#include "client/interface/interface.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "client/interface/interface_private.h"
#include "client/interface/interface_token.h"
#include "common/support/clock.h"
#include "common/support/random.h"

#define PREFIX "/api/1/"

/* --- the rules ------------------------------------------------------------ */

static void
say_log_in(struct call *call)
{
	bool locked = call->state == SESSION_LOCKED;

	if (call_answer(call, 401,
		json_pack("{s:s, s:b}", "error",
		    locked ? "type your passphrase to go on" : "log in",
		    "locked", locked)) != STATUS_OK)
		call_fail(call, STATUS_NOMEM);
}

/* Who it is, and whether they may take this route.  False: it was answered. */
static bool
admit(struct call *call)
{
	struct interface *interface = call->interface;
	const struct route *route = call->route;
	bool is_write = !http_request_is_read(call->request);
	char token[TOKEN_BYTES];
	enum status status = STATUS_OK;

	call->secret = http_guard_session(http_server_guard(interface->server),
	    call->request);
	call->state =
	    session_look(interface->sessions, interface->replica, call->secret,
		false, clock_monotonic_ms(), &call->viewer, &call->error);
	if (route->needs == NEEDS_NOTHING)
		return true;
	if (call->state == SESSION_NONE ||
	    (call->state == SESSION_LOCKED && route->needs == NEEDS_OPEN)) {
		say_log_in(call);
		return false;
	}
	token_make(interface->key, call->secret, token);
	if (is_write && !http_guard_has_token(call->request, token))
		status = error_set(&call->error, STATUS_DENIED,
		    "this page is out of date; load it again");
	if (status == STATUS_OK && route->action != ACTION_COUNT)
		status =
		    rights_check(&call->viewer, route->action, &call->error);
	if (status != STATUS_OK)
		call_fail(call, status);
	return status == STATUS_OK;
}

/* A body that is not a route's own has to be an object. */
static bool
read_body(struct call *call)
{
	const struct http_request *request = call->request;
	json_error_t error;

	if (!request->has_body || call->route->body_bytes > 0)
		return true;
	if (!http_request_is_type(request, "application/json")) {
		(void)call_refuse(call, 415, "send this as application/json");
		return false;
	}
	call->body = json_loadb((const char *)request->body.data,
	    request->body.size, JSON_REJECT_DUPLICATES, &error);
	if (json_is_object(call->body))
		return true;
	(void)call_refuse(call, 400, "the body has to be one JSON object");
	return false;
}

static void
answer_route(struct call *call)
{
	struct interface *interface = call->interface;
	enum status status;

	interface_look(interface);
	if (!admit(call) || !read_body(call))
		return;
	/* A person did something.  What only reads may be the page itself. */
	if (call->state == SESSION_OPEN && !http_request_is_read(call->request))
		(void)session_look(interface->sessions, interface->replica,
		    call->secret, true, clock_monotonic_ms(), &call->viewer,
		    ERROR_IGNORED);
	call->view = (struct view){
		.replica = interface->replica,
		.viewer = &call->viewer,
		.act = AUDIT_NONE,
		.now_ms = call->now_ms,
	};
	call->error = (struct error){ .status = STATUS_OK };
	status =
	    route_split(call, call->request->target.path + sizeof(PREFIX) - 1);
	if (status == STATUS_OK)
		status = call->route->handler(call);
	if (!call->is_answered && !call->is_deferred)
		call_fail(call, status);
}

/* --- the page ------------------------------------------------------------- */

static void
answer_asset(struct call *call)
{
	const struct interface_options *options = &call->interface->options;
	const char *path = call->request->target.path;
	struct interface_asset asset = { 0 };

	if (!http_request_is_read(call->request) || options->asset == NULL ||
	    !options->asset(path, &asset)) {
		http_exchange_say(call->exchange, 404,
		    "There is no such page.");
		return;
	}
	call->response.code = 200;
	call->response.cache =
	    asset.is_forever ? HTTP_CACHE_FOREVER : HTTP_CACHE_CHECK;
	http_response_lend(&call->response, asset.type, asset.body);
	http_response_set_etag(&call->response, asset.digest);
	http_exchange_answer(call->exchange, &call->response);
}

/* --- requests ------------------------------------------------------------- */

/* Below /api/1/, or NULL. */
static const char *
route_path(const struct http_request *request)
{
	const char *path = request->target.path;

	if (strncmp(path, PREFIX, sizeof(PREFIX) - 1) != 0)
		return NULL;
	return path + sizeof(PREFIX) - 1;
}

static size_t
on_head(struct http_server *server, const struct http_request *request,
    void *user)
{
	const char *path = route_path(request);
	const struct route *route;
	int code;

	(void)server;
	(void)user;
	route = path == NULL ? NULL : route_find(request->method, path, &code);
	return route == NULL || route->body_bytes == 0 ? HTTP_BODY_BYTES
	                                               : route->body_bytes;
}

static void
on_request(struct http_server *server, struct http_exchange *exchange,
    const struct http_request *request, void *user)
{
	struct call *call = calloc(1, sizeof(*call));
	const char *path = route_path(request);
	int code = 404;

	(void)server;
	if (call == NULL) {
		http_exchange_say(exchange, 503, "There is not enough memory.");
		return;
	}
	call->interface = user;
	call->exchange = exchange;
	call->request = request;
	call->now_ms = (uint64_t)clock_unix_ms();
	if (path == NULL)
		answer_asset(call);
	else if ((call->route = route_find(request->method, path, &code)) ==
		 NULL)
		(void)call_refuse(call, code,
		    code == 405 ? "this cannot be done here"
				: "there is nothing here");
	else
		answer_route(call);
	if (!call->is_deferred)
		call_destroy(call);
}

/* --- beginning and end ---------------------------------------------------- */

static void
release(struct interface *interface)
{
	sessions_destroy(interface->sessions);
	json_decref(interface->changed);
	sodium_memzero(interface->key, sizeof(interface->key));
	free(interface);
}

static void
on_timer_closed(uv_handle_t *timer)
{
	struct interface *interface = timer->data;
	void (*on_closed)(void *user) = interface->on_closed;
	void *user = interface->user;

	release(interface);
	if (on_closed != NULL)
		on_closed(user);
}

static void
on_server_closed(struct http_server *server, void *user)
{
	struct interface *interface = user;

	(void)server;
	replica_watch(interface->replica, NULL, NULL);
	uv_close((uv_handle_t *)&interface->timer, on_timer_closed);
}

static enum status
open_server(struct interface *interface, struct error *err)
{
	static const struct http_server_handlers handlers = { on_head,
		on_request, NULL, on_server_closed };
	const struct interface_options *options = &interface->options;
	struct sockaddr_storage address = { 0 };
	const struct http_server_options server = {
		.address = (const struct sockaddr *)&address,
		.cookie = "throughline",
	};

	if (uv_ip4_addr(options->address, options->port,
		(struct sockaddr_in *)&address) != 0 &&
	    uv_ip6_addr(options->address, options->port,
		(struct sockaddr_in6 *)&address) != 0)
		return error_set(err, STATUS_INVALID,
		    "\"%s\" is not an address of this computer",
		    options->address);
	return http_server_open(interface->loop, &server, &handlers, interface,
	    &interface->server, err);
}

enum status
interface_create(uv_loop_t *loop, const struct interface_options *options,
    struct interface **out, struct error *err)
{
	struct interface *interface = calloc(1, sizeof(*interface));
	enum status status;

	if (interface == NULL)
		return error_set(err, STATUS_NOMEM, "open the page");
	interface->loop = loop;
	interface->options = *options;
	interface->replica = options->replica;
	interface->changed = json_object();
	random_bytes(interface->key, sizeof(interface->key));
	status = sessions_create(&interface->sessions, err);
	if (status == STATUS_OK && options->idle_minutes > 0)
		session_set_idle(interface->sessions, options->idle_minutes);
	if (status == STATUS_OK)
		status = open_server(interface, err);
	if (status != STATUS_OK) {
		release(interface);
		return error_wrap(err, "open the page");
	}
	interface_watch(interface);
	*out = interface;
	return STATUS_OK;
}

void
interface_close(struct interface *interface, void (*on_closed)(void *user),
    void *user)
{
	if (interface == NULL || interface->is_closing)
		return;
	interface->is_closing = true;
	interface->on_closed = on_closed;
	interface->user = user;
	uv_timer_stop(&interface->timer);
	http_server_close(interface->server);
}

const char *
interface_address(const struct interface *interface)
{
	return http_server_address(interface->server);
}
