#include "common/net/listener.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/net/link_private.h"
#include "common/support/file.h"
#include "protocol/limits.h"

enum {
	BACKLOG = 128,
	ADDRESS_BYTES = 64,
};

struct listener {
	uv_tcp_t tcp;
	struct listener_handlers handlers;
	void *user;
	struct tls_context *context;
	uint64_t handshake_ms;
	uint32_t handshakes;
	uint32_t handshakes_max;
	struct link *first; /* of those in their handshake */
	bool is_waiting;    /* somebody, for a handshake to end */
	bool is_closing;
	bool is_closed;
	char address[LINK_PEER_BYTES];
	uint16_t port;
};

static void on_connection(uv_stream_t *server, int status);
static void on_listener_closed(uv_handle_t *handle);

enum status
listener_parse_address(const char *text, struct sockaddr_storage *out,
    struct error *err)
{
	const char *colon = strrchr(text, ':');
	const char *digits = colon != NULL ? colon + 1 : text;
	size_t size = colon != NULL ? (size_t)(colon - text) : 0;
	char host[ADDRESS_BYTES] = "127.0.0.1";
	long port;

	if (size >= 2 && text[0] == '[' && text[size - 1] == ']') {
		text++;
		size -= 2;
	}
	if (size >= sizeof(host) || strlen(digits) > 5 || *digits == '\0' ||
	    strspn(digits, "0123456789") != strlen(digits))
		return error_set(err, STATUS_INVALID,
		    "\"%.80s\" is not of the form ADDRESS:PORT", text);
	if (size > 0) {
		memcpy(host, text, size);
		host[size] = '\0';
	}
	port = strtol(digits, NULL, 10);
	memset(out, 0, sizeof(*out));
	if (port <= 65535 &&
	    (uv_ip4_addr(host, (int)port, (struct sockaddr_in *)out) == 0 ||
		uv_ip6_addr(host, (int)port, (struct sockaddr_in6 *)out) == 0))
		return STATUS_OK;
	return error_set(err, STATUS_INVALID,
	    "\"%.80s\" is not of the form ADDRESS:PORT", text);
}

static int
start(struct listener *listener, const struct sockaddr_storage *address)
{
	struct sockaddr_storage bound = { 0 };
	int size = sizeof(bound), result;

	result =
	    uv_tcp_bind(&listener->tcp, (const struct sockaddr *)address, 0);
	if (result == 0)
		result = uv_listen((uv_stream_t *)&listener->tcp, BACKLOG,
		    on_connection);
	if (result == 0)
		result = uv_tcp_getsockname(&listener->tcp,
		    (struct sockaddr *)&bound, &size);
	if (result != 0)
		return result;
	link_format_address((const struct sockaddr *)&bound, listener->address);
	listener->port =
	    (uint16_t)strtol(strrchr(listener->address, ':') + 1, NULL, 10);
	return 0;
}

enum status
listener_open(uv_loop_t *loop, const struct listener_options *options,
    const struct listener_handlers *handlers, void *user, struct listener **out,
    struct error *err)
{
	struct sockaddr_storage address;
	struct listener *listener;
	enum status status;
	int result;

	assert(out != NULL && *out == NULL && handlers->on_accept != NULL);
	status = listener_parse_address(options->address, &address, err);
	if (status != STATUS_OK)
		return status;
	listener = calloc(1, sizeof(*listener));
	if (listener == NULL)
		return error_set(err, STATUS_NOMEM, "listen: %s",
		    status_text(STATUS_NOMEM));
	listener->handlers = *handlers;
	listener->user = user;
	listener->context = options->context;
	listener->handshakes_max =
	    options->handshakes != 0 ? options->handshakes : LIMIT_HANDSHAKES;
	listener->handshake_ms = options->handshake_ms != 0
	                             ? options->handshake_ms
	                             : LIMIT_HANDSHAKE_MS;
	result = uv_tcp_init(loop, &listener->tcp);
	if (result < 0) {
		free(listener);
		return error_set(err, file_status(result), "listen: %s",
		    uv_strerror(result));
	}
	listener->tcp.data = listener;
	result = start(listener, &address);
	if (result < 0) {
		listener->handlers.on_closed = NULL; /* it never opened */
		listener_close(listener);
		return error_set(err, file_status(result), "listen on %s: %s",
		    options->address, uv_strerror(result));
	}
	*out = listener;
	return STATUS_OK;
}

static void
tell_failure(struct listener *listener, const struct error *why)
{
	if (listener->handlers.on_failed != NULL)
		listener->handlers.on_failed(listener, why, listener->user);
}

static void
accept_one(struct listener *listener)
{
	struct link *link = NULL;
	struct error why;

	if (link_accept((uv_stream_t *)&listener->tcp, listener->context,
		listener->handshake_ms, &link, &why) != STATUS_OK) {
		tell_failure(listener, &why);
		return;
	}
	link->listener = listener;
	link->next = listener->first;
	link->previous = &listener->first;
	if (link->next != NULL)
		link->next->previous = &link->next;
	listener->first = link;
	listener->handshakes++;
	link_begin_handshake(link);
}

/* --- when all places are taken -------------------------------------------- */

static bool
is_silent(const struct link *link)
{
	return link->state == LINK_HANDSHAKE && link->counts.raw_in == 0;
}

static bool
is_same_host(const struct link *a, const struct link *b)
{
	const char *port = strrchr(a->info.peer, ':');
	size_t size = port == NULL ? 0 : (size_t)(port - a->info.peer) + 1;

	return strncmp(a->info.peer, b->info.peer, size) == 0;
}

static uint32_t
places_of(const struct listener *listener, const struct link *link)
{
	uint32_t count = 0;

	for (const struct link *other = listener->first; other != NULL;
	     other = other->next)
		count += is_same_host(link, other);
	return count;
}

/* The oldest that has said nothing, of the host that has most places: one host
 * cannot keep the others out by saying nothing. */
static void
make_room(struct listener *listener)
{
	struct link *victim = NULL;
	uint32_t count, most = 0;
	struct error why;

	for (struct link *link = listener->first; link != NULL;
	     link = link->next) {
		count = is_silent(link) ? places_of(listener, link) : 0;
		if (count == 0 || count < most)
			continue;
		most = count; /* the list begins with the youngest */
		victim = link;
	}
	if (victim == NULL)
		return;
	error_set(&why, STATUS_TIMEOUT,
	    "it said nothing, and others want its place");
	link_end(victim, &why, false);
}

/* Who is not accepted stays in the system's queue, and libuv stops asking. */
static void
on_connection(uv_stream_t *server, int status)
{
	struct listener *listener = server->data;
	struct error why;

	if (status < 0) {
		error_set(&why, file_status(status), "accept: %s",
		    uv_strerror(status));
		tell_failure(listener, &why);
	} else if (listener->handshakes == listener->handshakes_max) {
		listener->is_waiting = true;
		make_room(listener);
	} else {
		accept_one(listener);
	}
}

static void
free_when_done(struct listener *listener)
{
	if (!listener->is_closed || listener->handshakes > 0)
		return;
	if (listener->handlers.on_closed != NULL)
		listener->handlers.on_closed(listener, listener->user);
	free(listener);
}

/* A handshake is over: its place is the next one's. */
static void
release(struct listener *listener, struct link *link)
{
	*link->previous = link->next;
	if (link->next != NULL)
		link->next->previous = link->previous;
	link->listener = NULL;
	listener->handshakes--;
	if (listener->is_waiting && !listener->is_closing) {
		listener->is_waiting = false;
		accept_one(listener);
	}
}

void
listener_take(struct listener *listener, struct link *link)
{
	release(listener, link);
	listener->handlers.on_accept(listener, link, &link->info,
	    listener->user);
	assert(link->state >= LINK_CLOSING || link->handlers.on_closed);
}

void
listener_drop(struct listener *listener, struct link *link)
{
	if (!listener->is_closing)
		tell_failure(listener, &link->why);
	release(listener, link);
	free_when_done(listener);
}

void
listener_close(struct listener *listener)
{
	if (listener == NULL || listener->is_closing)
		return;
	listener->is_closing = true;
	for (struct link *link = listener->first; link != NULL;
	     link = link->next)
		link_abort(link);
	uv_close((uv_handle_t *)&listener->tcp, on_listener_closed);
}

static void
on_listener_closed(uv_handle_t *handle)
{
	struct listener *listener = handle->data;

	listener->is_closed = true;
	free_when_done(listener);
}

void
listener_use(struct listener *listener, struct tls_context *context)
{
	listener->context = context;
}

uint16_t
listener_port(const struct listener *listener)
{
	return listener->port;
}

const char *
listener_address(const struct listener *listener)
{
	return listener->address;
}

uint32_t
listener_handshakes(const struct listener *listener)
{
	return listener->handshakes;
}
