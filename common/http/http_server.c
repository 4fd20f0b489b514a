#include "common/http/http_server.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/http/http_private.h"
#include "common/support/file.h"

enum {
	BACKLOG = 128,
};

static void on_connection(uv_stream_t *stream, int status);
static void on_turned_away(uv_handle_t *handle);
static void on_server_closed(uv_handle_t *handle);

/* Can only this computer reach it? */
static bool
is_loopback(const struct sockaddr *address)
{
	static const uint8_t one[16] = { [15] = 1 };
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (address->sa_family == AF_INET6) {
		memcpy(&v6, address, sizeof(v6));
		return memcmp(&v6.sin6_addr, one, sizeof(one)) == 0;
	}
	memcpy(&v4, address, sizeof(v4));
	return address->sa_family == AF_INET &&
	       *(const uint8_t *)&v4.sin_addr == 127;
}

static void
set_default(uint32_t *limit, uint32_t usual)
{
	if (*limit == 0)
		*limit = usual;
}

static void
set_limits(struct http_server *server, const struct http_server_limits *limits)
{
	server->limits = *limits;
	set_default(&server->limits.connections, HTTP_CONNECTIONS);
	set_default(&server->limits.idle_ms, HTTP_IDLE_MS);
	set_default(&server->limits.head_ms, HTTP_HEAD_MS);
	set_default(&server->limits.rate_ms, HTTP_RATE_MS);
	set_default(&server->limits.rate_bytes, HTTP_RATE_BYTES);
	set_default(&server->limits.stream_alive_ms, HTTP_STREAM_ALIVE_MS);
	set_default(&server->limits.stream_bytes, HTTP_STREAM_BYTES);
}

/* Who we are, now that the port is known. */
static void
set_guard(struct http_server *server, const struct sockaddr_storage *bound,
    const char *cookie)
{
	char host[HTTP_HOST_BYTES] = "[";
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (bound->ss_family == AF_INET6) {
		memcpy(&v6, bound, sizeof(v6));
		uv_ip6_name(&v6, host + 1, sizeof(host) - 2);
		host[strlen(host) + 1] = '\0';
		host[strlen(host)] = ']';
		server->port = ntohs(v6.sin6_port);
	} else {
		memcpy(&v4, bound, sizeof(v4));
		uv_ip4_name(&v4, host, sizeof(host));
		server->port = ntohs(v4.sin_port);
	}
	http_guard_init(&server->guard, host, server->port, cookie);
}

static int
start(struct http_server *server, const struct http_server_options *options)
{
	struct sockaddr_storage bound = { 0 };
	int size = sizeof(bound), result;

	result = uv_tcp_bind(&server->tcp, options->address, 0);
	if (result == 0)
		result = uv_listen((uv_stream_t *)&server->tcp, BACKLOG,
		    on_connection);
	if (result == 0)
		result = uv_tcp_getsockname(&server->tcp,
		    (struct sockaddr *)&bound, &size);
	if (result == 0)
		set_guard(server, &bound, options->cookie);
	return result;
}

enum status
http_server_open(uv_loop_t *loop, const struct http_server_options *options,
    const struct http_server_handlers *handlers, void *user,
    struct http_server **out, struct error *err)
{
	struct http_server *server;
	int result;

	assert(out != NULL && *out == NULL && handlers->on_request != NULL);
	if (!options->is_public && !is_loopback(options->address))
		return error_set(err, STATUS_INVALID,
		    "the page is for this computer alone, so its address "
		    "begins with 127. or is [::1]");
	server = calloc(1, sizeof(*server));
	if (server == NULL)
		return error_set(err, STATUS_NOMEM, "serve the page: %s",
		    status_text(STATUS_NOMEM));
	server->loop = loop;
	server->user = user;
	set_limits(server, &options->limits);
	result = uv_tcp_init(loop, &server->tcp);
	if (result < 0) {
		free(server);
		return error_set(err, file_status(result), "serve the page: %s",
		    uv_strerror(result));
	}
	server->tcp.data = server;
	result = start(server, options);
	if (result < 0) {
		http_server_close(server); /* without on_closed: never open */
		return error_set(err, file_status(result), "serve the page: %s",
		    uv_strerror(result));
	}
	server->handlers = *handlers;
	*out = server;
	return STATUS_OK;
}

/* The oldest connection on which nothing happens gives its place. */
static void
make_room(struct http_server *server)
{
	struct http_connection *victim = NULL;

	for (struct http_connection *one = server->first; one != NULL;
	     one = one->next)
		if (one->state == HTTP_IDLE)
			victim = one;
	if (victim == NULL)
		return;
	victim->is_cut = true;
	http_connection_advance(victim);
}

/*
 * Without memory for a connection it is taken and closed: libuv would not tell
 * of another before that.
 */
static void
take_next(struct http_server *server)
{
	server->is_waiting = false;
	if (http_connection_accept(server, NULL) == STATUS_OK)
		return;
	if (server->is_turning_away ||
	    uv_tcp_init(server->loop, &server->unwanted) < 0) {
		server->is_waiting = true;
		return;
	}
	server->is_turning_away = true;
	server->unwanted.data = server;
	(void)uv_accept((uv_stream_t *)&server->tcp,
	    (uv_stream_t *)&server->unwanted);
	uv_close((uv_handle_t *)&server->unwanted, on_turned_away);
}

/* Who is not accepted stays in the system's queue, and libuv stops asking. */
static void
on_connection(uv_stream_t *stream, int status)
{
	struct http_server *server = stream->data;

	if (status < 0 || server->is_closing)
		return;
	if (server->connections == server->limits.connections) {
		server->is_waiting = true;
		make_room(server);
	} else {
		take_next(server);
	}
}

static void
free_when_done(struct http_server *server)
{
	if (!server->is_closed || server->is_turning_away ||
	    server->connections > 0)
		return;
	if (server->handlers.on_closed != NULL)
		server->handlers.on_closed(server, server->user);
	free(server);
}

void
http_server_release(struct http_server *server,
    struct http_connection *connection)
{
	*connection->previous = connection->next;
	if (connection->next != NULL)
		connection->next->previous = connection->previous;
	server->connections--;
	if (server->is_waiting && !server->is_closing)
		take_next(server);
	free_when_done(server);
}

static void
on_turned_away(uv_handle_t *handle)
{
	struct http_server *server = handle->data;

	server->is_turning_away = false;
	if (server->is_waiting && !server->is_closing)
		on_connection((uv_stream_t *)&server->tcp, 0);
	free_when_done(server);
}

void
http_server_close(struct http_server *server)
{
	struct http_connection *next;

	if (server == NULL || server->is_closing)
		return;
	server->is_closing = true;
	for (struct http_connection *one = server->first; one != NULL;
	     one = next) {
		next = one->next;
		http_connection_advance(one);
	}
	uv_close((uv_handle_t *)&server->tcp, on_server_closed);
}

static void
on_server_closed(uv_handle_t *handle)
{
	struct http_server *server = handle->data;

	server->is_closed = true;
	free_when_done(server);
}

uint16_t
http_server_port(const struct http_server *server)
{
	return server->port;
}

const char *
http_server_address(const struct http_server *server)
{
	return server->guard.hosts[0];
}

const struct http_guard *
http_server_guard(const struct http_server *server)
{
	return &server->guard;
}

uint32_t
http_server_connections(const struct http_server *server)
{
	return server->connections;
}
