/*
 * A connection that stands: handshake, open, closing.
 *
 * One write is under way at a time; what is encrypted meanwhile gathers in
 * the output of TLS and goes in one piece after it.  When it closes, the last
 * bytes are sent, then our end, and then the peer's end is awaited: closing at
 * once, with bytes of the peer unread, would destroy what was sent last.
 */
#include "common/net/link.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/net/link_private.h"
#include "common/support/file.h"
#include "protocol/limits.h"

enum {
	RECEIVE_BYTES = 64 * 1024,
	PLAIN_BYTES = 16 * 1024,
	SENDING_KEPT_BYTES = 256 * 1024,
};

static void on_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *out);
static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *piece);
static void on_write(uv_write_t *request, int status);
static void on_timer(uv_timer_t *timer);
static void on_shutdown(uv_shutdown_t *request, int status);
static void on_handle_closed(uv_handle_t *handle);

enum status
link_create(uv_loop_t *loop, struct tls_context *context, const char *host,
    struct link **out, struct error *err)
{
	struct link *link = calloc(1, sizeof(*link));
	enum status status;

	if (link == NULL)
		return error_set(err, STATUS_NOMEM, "open a connection: %s",
		    status_text(STATUS_NOMEM));
	status = tls_create(context, host, &link->tls, err);
	if (status != STATUS_OK) {
		free(link);
		return status;
	}
	link->loop = loop;
	uv_timer_init(loop, &link->timer);
	link->timer.data = link;
	link->handles = 1;
	*out = link;
	return STATUS_OK;
}

enum status
link_open_tcp(struct link *link, struct error *err)
{
	int result = uv_tcp_init(link->loop, &link->tcp);

	if (result < 0)
		return error_set(err, file_status(result), "open a socket: %s",
		    uv_strerror(result));
	link->tcp.data = link;
	link->has_tcp = true;
	link->handles++;
	return STATUS_OK;
}

static void
end_with(struct link *link, enum status status, bool politely, const char *text)
{
	struct error why;

	error_set(&why, status, "%s", text);
	link_end(link, &why, politely);
}

void
link_read_start(struct link *link)
{
	int result;

	if (link->is_reading || !link->has_tcp)
		return;
	result = uv_read_start((uv_stream_t *)&link->tcp, on_allocate, on_read);
	if (result < 0)
		end_with(link, file_status(result), false, uv_strerror(result));
	else
		link->is_reading = true;
}

static void
read_stop(struct link *link)
{
	if (link->is_reading)
		uv_read_stop((uv_stream_t *)&link->tcp);
	link->is_reading = false;
}

void
link_begin_handshake(struct link *link)
{
	struct sockaddr_storage peer = { 0 };
	int size = sizeof(peer);

	uv_tcp_nodelay(&link->tcp, 1);
	if (uv_tcp_getpeername(&link->tcp, (struct sockaddr *)&peer, &size) ==
	    0)
		link_format_address((const struct sockaddr *)&peer,
		    link->info.peer);
	link->state = LINK_HANDSHAKE;
	uv_timer_start(&link->timer, on_timer, link->handshake_ms, 0);
	link_read_start(link);
	link_pump(link);
}

void
link_write_raw(struct link *link)
{
	uv_buf_t piece;
	int result;

	assert(!link->is_writing);
	piece.base = (char *)link->sending.data + link->sending.start;
	piece.len = link->sending.size;
	result = uv_write(&link->write, (uv_stream_t *)&link->tcp, &piece, 1,
	    on_write);
	if (result < 0) {
		end_with(link, file_status(result), false, uv_strerror(result));
		return;
	}
	link->write.data = link;
	link->is_writing = true;
}

/* Give the system what TLS has ready, unless a write is under way. */
static void
flush(struct link *link)
{
	struct buffer *output = tls_output(link->tls), swap;

	if (link->is_writing || output->size == 0 || !link->has_tcp ||
	    link->is_shut || link->state == LINK_CLOSED)
		return;
	swap = link->sending;
	link->sending = *output;
	*output = swap;
	link_write_raw(link);
}

/* The next step of closing, when the one before it is done. */
static void
advance_closing(struct link *link)
{
	flush(link);
	if (link->state != LINK_CLOSING || link->is_writing)
		return;
	if (!link->is_shut) {
		link->is_shut = true;
		link->shutdown.data = link;
		if (uv_shutdown(&link->shutdown, (uv_stream_t *)&link->tcp,
			on_shutdown) < 0)
			link_end(link, NULL, false);
		return;
	}
	if (link->was_shut && (link->has_ended || link->is_hasty))
		link_end(link, NULL, false);
}

/* Close the handles; on_handle_closed does the rest. */
static void
close_handles(struct link *link)
{
	link->state = LINK_CLOSED;
	if (link->is_resolving)
		uv_cancel((uv_req_t *)&link->resolve);
	link->is_reading = false;
	if (link->has_tcp)
		uv_close((uv_handle_t *)&link->tcp, on_handle_closed);
	link->has_tcp = false;
	uv_close((uv_handle_t *)&link->timer, on_handle_closed);
}

void
link_end(struct link *link, const struct error *why, bool politely)
{
	if (link->state < LINK_CLOSING && why != NULL)
		link->why = *why;
	if (link->state == LINK_CLOSED)
		return;
	if (!politely || link->state < LINK_HANDSHAKE) {
		close_handles(link);
		return;
	}
	if (link->state == LINK_CLOSING)
		return;
	tls_close(link->tls);
	link->state = LINK_CLOSING;
	uv_timer_start(&link->timer, on_timer, LINK_LINGER_MS, 0);
	if (!link->has_ended)
		link_read_start(link);
	advance_closing(link);
}

static void
on_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	(void)handle;
	(void)suggested;
	out->base = malloc(RECEIVE_BYTES);
	out->len = out->base == NULL ? 0 : RECEIVE_BYTES;
}

static void
receive(struct link *link, struct bytes received)
{
	struct error why;

	link->counts.raw_in += received.size;
	if (link->state == LINK_PROXY) {
		link_read_proxy(link, received);
	} else if (link->state == LINK_HANDSHAKE || link->state == LINK_OPEN) {
		if (tls_feed(link->tls, received, &why) == STATUS_OK)
			link_pump(link);
		else
			link_end(link, &why, false);
	}
}

static void
on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *piece)
{
	struct link *link = stream->data;

	if (count > 0) {
		receive(link, (struct bytes){ (const uint8_t *)piece->base,
				  (size_t)count });
	} else if (count < 0) {
		read_stop(link);
		link->has_ended = true;
		if (link->state == LINK_CLOSING)
			advance_closing(link);
		else if (count != UV_EOF)
			end_with(link, file_status((int)count), false,
			    uv_strerror((int)count));
		else
			end_with(link, STATUS_IO, false,
			    link->state == LINK_OPEN
				? "the connection was cut"
				: "the other end cut the connection during "
				  "the handshake");
	}
	free(piece->base);
}

static void
handshake_is_done(struct link *link)
{
	uv_timer_stop(&link->timer);
	link->state = LINK_OPEN;
	link->info.tls = *tls_get_info(link->tls);
	if (link->is_paused)
		read_stop(link);
	if (link->listener != NULL)
		listener_take(link->listener, link);
	else if (link->handlers.on_open != NULL)
		link->handlers.on_open(link, &link->info, link->user);
}

static void
deliver(struct link *link)
{
	uint8_t plain[PLAIN_BYTES];
	enum status status = STATUS_OK;
	struct error why;
	size_t size = 0;

	while (link->state == LINK_OPEN && !link->is_paused) {
		status = tls_read(link->tls, plain, sizeof(plain), &size, &why);
		if (status != STATUS_OK)
			break;
		link->counts.plain_in += size;
		if (link->handlers.on_bytes != NULL)
			link->handlers.on_bytes(link,
			    (struct bytes){ plain, size }, link->user);
	}
	if (status != STATUS_OK && status != STATUS_AGAIN)
		link_end(link, &why, true);
}

void
link_pump(struct link *link)
{
	enum status status;
	struct error why;

	if (link->state == LINK_HANDSHAKE) {
		status = tls_handshake(link->tls, &why);
		if (status == STATUS_OK)
			handshake_is_done(link);
		else if (status != STATUS_AGAIN)
			link_end(link, &why, true);
	}
	deliver(link);
	flush(link);
}

static void
on_write(uv_write_t *request, int status)
{
	struct link *link = request->data;

	link->is_writing = false;
	if (status == 0)
		link->counts.raw_out += link->sending.size;
	buffer_clear(&link->sending);
	if (link->sending.capacity > SENDING_KEPT_BYTES) {
		buffer_deinit(&link->sending);
		link->sending = (struct buffer){ 0 };
	}
	if (link->state == LINK_CLOSED)
		return;
	if (status < 0) {
		end_with(link, file_status(status), false, uv_strerror(status));
		return;
	}
	if (link->state == LINK_CLOSING) {
		advance_closing(link);
		return;
	}
	flush(link);
	if (link->state == LINK_OPEN && !link->is_writing &&
	    link->owes_drained) {
		link->owes_drained = false;
		if (link->handlers.on_drained != NULL)
			link->handlers.on_drained(link, link->user);
	}
}

/* In each state the timer has one meaning. */
static void
on_timer(uv_timer_t *timer)
{
	struct link *link = timer->data;

	if (link->state == LINK_CLOSING) {
		link_end(link, NULL, false);
	} else if (link->state == LINK_HANDSHAKE) {
		end_with(link, STATUS_TIMEOUT, false,
		    "the handshake took too long");
	} else if (link->state == LINK_OPEN && !link->is_paused) {
		deliver(link);
		flush(link);
		if (link->state == LINK_OPEN && !link->is_paused)
			link_read_start(link);
	}
}

static void
on_shutdown(uv_shutdown_t *request, int status)
{
	struct link *link = request->data;

	if (link->state == LINK_CLOSED)
		return;
	link->was_shut = true;
	if (status < 0)
		link_end(link, NULL, false);
	else
		advance_closing(link);
}

void
link_leave(struct link *link)
{
	if (link->handles > 0 || link->is_resolving)
		return;
	if (link->listener != NULL)
		listener_drop(link->listener, link);
	else if (link->handlers.on_closed != NULL)
		link->handlers.on_closed(link, &link->why, link->user);
	if (link->addresses != NULL)
		uv_freeaddrinfo(link->addresses);
	tls_destroy(link->tls);
	buffer_deinit(&link->sending);
	buffer_deinit(&link->answer);
	free(link);
}

static void
on_handle_closed(uv_handle_t *handle)
{
	struct link *link = handle->data;

	link->handles--;
	link_leave(link);
}

void
link_set_handlers(struct link *link, const struct link_handlers *handlers,
    void *user)
{
	assert(handlers->on_closed != NULL);
	link->handlers = *handlers;
	link->user = user;
}

void *
link_get_user(const struct link *link)
{
	return link->user;
}

const struct link_info *
link_get_info(const struct link *link)
{
	return &link->info;
}

enum status
link_write(struct link *link, struct bytes plaintext)
{
	enum status status;
	struct error why;

	if (link->state != LINK_OPEN)
		return STATUS_CLOSED;
	status = tls_write(link->tls, plaintext, &why);
	if (status != STATUS_OK) {
		link_end(link, &why, false);
		return status;
	}
	link->counts.plain_out += plaintext.size;
	link->owes_drained = true;
	flush(link);
	return STATUS_OK;
}

size_t
link_queued_bytes(const struct link *link)
{
	return link->sending.size + tls_output(link->tls)->size;
}

void
link_pause(struct link *link)
{
	link->is_paused = true;
	if (link->state == LINK_OPEN)
		read_stop(link);
}

void
link_resume(struct link *link)
{
	/* From the loop: callers do not expect on_bytes in here. */
	if (link->is_paused && link->state == LINK_OPEN)
		uv_timer_start(&link->timer, on_timer, 0, 0);
	link->is_paused = false;
}

void
link_close(struct link *link)
{
	link_end(link, NULL, true);
}

void
link_close_soon(struct link *link)
{
	link->is_hasty = true;
	link_close(link);
}

void
link_abort(struct link *link)
{
	link_end(link, NULL, false);
}

struct link_counts
link_get_counts(const struct link *link)
{
	return link->counts;
}

enum status
link_save_session(const struct link *link, struct buffer *out,
    struct error *err)
{
	return tls_save_session(link->tls, out, err);
}

enum status
link_peer_authority(const struct link *link, struct buffer *out,
    struct error *err)
{
	return tls_peer_authority(link->tls, out, err);
}
