/*
 * The way to a connection: resolve the name, try its addresses one after the
 * other, ask the proxy.  One time-out spans all of it.  For a listener's link
 * the way is short: it is accepted.
 */
#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "common/net/link_private.h"
#include "common/support/file.h"
#include "protocol/limits.h"

static void on_resolved(uv_getaddrinfo_t *request, int status,
    struct addrinfo *addresses);
static void on_connected(uv_connect_t *request, int status);
static void on_attempt_closed(uv_handle_t *handle);
static void on_too_late(uv_timer_t *timer);

/*
 * libuv writes so that a peer which is gone ends the whole process, by a
 * signal, where there is one; we want the error.  A handler of the host's
 * stays.
 */
static void
survive_broken_pipes(void)
{
#ifdef SIGPIPE
	void (*before)(int) = signal(SIGPIPE, SIG_IGN);

	if (before != SIG_DFL && before != SIG_ERR)
		signal(SIGPIPE, before);
#endif
}

enum status
link_accept(uv_stream_t *server, struct tls_context *context,
    uint64_t handshake_ms, struct link **out, struct error *err)
{
	struct link *link = NULL;
	enum status status;
	int result;

	survive_broken_pipes();
	status = link_create(server->loop, context, NULL, &link, err);
	if (status != STATUS_OK)
		return status;
	link->handshake_ms = handshake_ms;
	status = link_open_tcp(link, err);
	if (status == STATUS_OK) {
		result = uv_accept(server, (uv_stream_t *)&link->tcp);
		if (result < 0)
			status = error_set(err, file_status(result),
			    "accept: %s", uv_strerror(result));
	}
	if (status != STATUS_OK) {
		link_end(link, NULL, false);
		return status;
	}
	*out = link;
	return STATUS_OK;
}

void
link_format_address(const struct sockaddr *address, char text[LINK_PEER_BYTES])
{
	char host[48] = "";
	unsigned port = 0;

	if (address->sa_family == AF_INET6) {
		struct sockaddr_in6 v6;

		memcpy(&v6, address, sizeof(v6));
		uv_ip6_name(&v6, host, sizeof(host));
		port = ntohs(v6.sin6_port);
		snprintf(text, LINK_PEER_BYTES, "[%s]:%u", host, port);
	} else {
		struct sockaddr_in v4;

		memcpy(&v4, address, sizeof(v4));
		uv_ip4_name(&v4, host, sizeof(host));
		port = ntohs(v4.sin_port);
		snprintf(text, LINK_PEER_BYTES, "%s:%u", host, port);
	}
}

/* Whom the connection goes to: the hub or its proxy. */
static const char *
target_host(const struct link *link)
{
	return link->has_proxy ? link->proxy.host : link->host;
}

static unsigned
target_port(const struct link *link)
{
	return link->has_proxy ? link->proxy.port : link->port;
}

static void
fail(struct link *link, enum status status, const char *text)
{
	struct error why;

	error_set(&why, status, "%s%s port %u: %s",
	    link->has_proxy ? "the proxy " : "", target_host(link),
	    target_port(link), text);
	link_end(link, &why, false);
}

static enum status
resolve(struct link *link, struct error *err)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICSERV };
	char port[8];
	int result;

	snprintf(port, sizeof(port), "%u", target_port(link));
	link->resolve.data = link;
	result = uv_getaddrinfo(link->loop, &link->resolve, on_resolved,
	    target_host(link), port, &hints);
	if (result < 0)
		return error_set(err, file_status(result), "look up %.100s: %s",
		    target_host(link), uv_strerror(result));
	link->is_resolving = true;
	return STATUS_OK;
}

enum status
link_connect(uv_loop_t *loop, const struct link_options *options,
    const struct link_handlers *handlers, void *user, struct link **out,
    struct error *err)
{
	struct link *link = NULL;
	enum status status;

	assert(out != NULL && *out == NULL);
	survive_broken_pipes();
	status = link_create(loop, options->context, options->host, &link, err);
	if (status != STATUS_OK)
		return status;
	snprintf(link->host, sizeof(link->host), "%s", options->host);
	link->port = options->port;
	link->has_proxy = options->proxy != NULL;
	if (options->proxy != NULL)
		link->proxy = *options->proxy;
	link->handshake_ms = options->handshake_ms != 0 ? options->handshake_ms
	                                                : LIMIT_HANDSHAKE_MS;
	tls_load_session(link->tls, options->session);
	status = resolve(link, err);
	if (status != STATUS_OK) {
		link_end(link, NULL, false);
		return status;
	}
	link_set_handlers(link, handlers, user);
	uv_timer_start(&link->timer, on_too_late,
	    options->connect_ms != 0 ? options->connect_ms : LIMIT_CONNECT_MS,
	    0);
	*out = link;
	return STATUS_OK;
}

static void
on_too_late(uv_timer_t *timer)
{
	fail(timer->data, STATUS_TIMEOUT, "it does not answer");
}

/* Connect to the next address. */
static void
try_next(struct link *link)
{
	const struct addrinfo *address = link->next_address;
	struct error why;
	int result;

	link->next_address = address->ai_next;
	if (link_open_tcp(link, &why) != STATUS_OK) {
		link_end(link, &why, false);
		return;
	}
	link->connect.data = link;
	result = uv_tcp_connect(&link->connect, &link->tcp, address->ai_addr,
	    on_connected);
	if (result < 0)
		on_connected(&link->connect, result);
}

static void
on_resolved(uv_getaddrinfo_t *request, int status, struct addrinfo *addresses)
{
	struct link *link = request->data;

	link->is_resolving = false;
	link->addresses = addresses;
	link->next_address = addresses;
	if (link->state == LINK_CLOSED) {
		/* It was closed meanwhile, and may wait for this alone. */
		link_leave(link);
		return;
	}
	if (status < 0 || addresses == NULL) {
		fail(link, STATUS_NOT_FOUND,
		    "its address cannot be found: the line may be down, or "
		    "the name wrong");
		return;
	}
	link->state = LINK_CONNECTING;
	try_next(link);
}

static void
ask_proxy(struct link *link)
{
	struct error why;

	link->state = LINK_PROXY;
	if (proxy_write_connect(&link->proxy, link->host, link->port,
		&link->sending, &why) != STATUS_OK) {
		link_end(link, &why, false);
		return;
	}
	link_write_raw(link);
	link_read_start(link);
}

static void
on_connected(uv_connect_t *request, int status)
{
	struct link *link = request->data;

	if (link->state != LINK_CONNECTING)
		return;
	if (status == 0 && link->has_proxy) {
		ask_proxy(link);
	} else if (status == 0) {
		link_begin_handshake(link);
	} else if (link->next_address == NULL) {
		fail(link, file_status(status), uv_strerror(status));
	} else {
		link->has_tcp = false;
		uv_close((uv_handle_t *)&link->tcp, on_attempt_closed);
	}
}

static void
on_attempt_closed(uv_handle_t *handle)
{
	struct link *link = handle->data;

	link->handles--;
	if (link->state == LINK_CONNECTING)
		try_next(link);
	else
		link_leave(link);
}

void
link_read_proxy(struct link *link, struct bytes received)
{
	struct bytes rest;
	enum status status;
	struct error why;
	size_t size = 0;

	status = buffer_append(&link->answer, received);
	if (status != STATUS_OK) {
		fail(link, status, status_text(status));
		return;
	}
	status = proxy_read_response(buffer_view(&link->answer), &size, &why);
	if (status == STATUS_AGAIN)
		return;
	if (status != STATUS_OK) {
		fail(link, status, why.text);
		return;
	}
	/* What stands behind the answer is the hub's already. */
	rest = buffer_view(&link->answer);
	bytes_advance(&rest, size);
	status = tls_feed(link->tls, rest, &why);
	buffer_clear(&link->answer);
	if (status == STATUS_OK)
		link_begin_handshake(link);
	else
		link_end(link, &why, false);
}
