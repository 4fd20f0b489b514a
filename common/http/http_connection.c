/*
 * The life of a connection.
 *
 *	IDLE --> HEAD --> BODY --> ANSWERING --> SENDING --> LINGERING --> ENDED
 *	 ^         |        |          |            |            ^
 *	 |         +--------+----------|----------->|            |
 *	 |             refused         |            |            |
 *	 |                             +--> STREAMING -----------+
 *	 +------------------------------------------+
 *
 * The connection's end and a time-out lead to ENDED from everywhere.  While an
 * answer is made, the connection is still read, up to HTTP_INPUT_BYTES ahead,
 * so that its end is noticed.  What is not answered keeps its memory: whoever
 * makes the answer holds a pointer into it.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/http/http_private.h"
#include "common/support/file.h"

static void on_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *out);
static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *piece);
static void on_timer(uv_timer_t *timer);
static void on_write(uv_write_t *request, int status);
static void on_shutdown(uv_shutdown_t *request, int status);
static void on_handle_closed(uv_handle_t *handle);

static void enter(struct http_connection *connection, enum http_state state);

enum status
http_connection_accept(struct http_server *server, struct error *err)
{
	struct http_connection *connection = calloc(1, sizeof(*connection));
	enum status status;
	int result;

	if (connection == NULL)
		return error_set(err, STATUS_NOMEM, "%s",
		    status_text(STATUS_NOMEM));
	status = http_reader_create(&connection->reader, err);
	if (status == STATUS_OK) {
		result = uv_tcp_init(server->loop, &connection->tcp);
		status = result < 0 ? file_status(result) : STATUS_OK;
	}
	if (status != STATUS_OK) {
		http_reader_destroy(connection->reader);
		free(connection);
		return status;
	}
	uv_timer_init(server->loop, &connection->timer);
	connection->tcp.data = connection->timer.data = connection;
	connection->handles = 2;
	connection->server = server;
	connection->exchange.connection = connection;
	connection->stream.connection = connection;
	connection->next = server->first;
	connection->previous = &server->first;
	if (connection->next != NULL)
		connection->next->previous = &connection->next;
	server->first = connection;
	server->connections++;
	result = uv_accept((uv_stream_t *)&server->tcp,
	    (uv_stream_t *)&connection->tcp);
	connection->is_cut = result < 0;
	uv_tcp_nodelay(&connection->tcp, 1);
	enter(connection, HTTP_IDLE);
	http_connection_advance(connection);
	return STATUS_OK;
}

/* --- writing -------------------------------------------------------------- */

bool
http_connection_write(struct http_connection *connection, struct bytes body)
{
	struct bytes head = buffer_view(&connection->sending);
	uv_buf_t pieces[2] = {
		{ .base = (char *)(uintptr_t)head.data, .len = head.size },
		{ .base = (char *)(uintptr_t)body.data, .len = body.size },
	};

	assert(!connection->is_writing);
	if (uv_write(&connection->write, (uv_stream_t *)&connection->tcp,
		pieces, body.size > 0 ? 2 : 1, on_write) < 0)
		return false;
	connection->write.data = connection;
	connection->is_writing = true;
	connection->queued = uv_stream_get_write_queue_size(
	    (const uv_stream_t *)&connection->tcp);
	return true;
}

static void
on_write(uv_write_t *request, int status)
{
	struct http_connection *connection = request->data;

	connection->is_writing = false;
	buffer_clear(&connection->sending);
	if (status < 0)
		connection->is_cut = true;
	http_connection_advance(connection);
}

/* request: what is answered, NULL where it could not be read. */
static enum http_state
send_answer(struct http_connection *connection,
    const struct http_request *request)
{
	struct bytes body;

	if (connection->server->is_closing ||
	    (request != NULL && request->is_last))
		connection->is_last = true;
	if (http_response_write(&connection->response, request,
		connection->is_last, &connection->sending,
		&body) != STATUS_OK ||
	    !http_connection_write(connection, body))
		return HTTP_ENDED;
	return HTTP_SENDING;
}

/* What else comes on this connection is not read. */
static enum http_state
refuse(struct http_connection *connection, const struct http_request *request,
    int code, const struct error *why)
{
	struct http_server *server = connection->server;

	if (server->handlers.on_refused != NULL)
		server->handlers.on_refused(server, code, why, server->user);
	connection->is_last = true;
	http_response_deinit(&connection->response);
	if (http_response_say(&connection->response, code, why->text) !=
	    STATUS_OK)
		return HTTP_ENDED;
	return send_answer(connection, request);
}

static enum http_state
refuse_late(struct http_connection *connection)
{
	struct error why;

	error_set(&why, STATUS_TIMEOUT, "the request came too slowly");
	return refuse(connection, NULL, 408, &why);
}

/* --- the states, in their order ------------------------------------------- */

static enum http_state
step_idle(struct http_connection *connection)
{
	if (connection->is_late || connection->server->is_closing)
		return HTTP_ENDED;
	if (connection->input.size > 0)
		return HTTP_HEAD;
	return connection->has_ended ? HTTP_ENDED : HTTP_IDLE;
}

/* Who asks, and what may come of the body? */
static enum http_state
take_head(struct http_connection *connection,
    const struct http_request *request)
{
	const char *expected = request->headers[HTTP_HEADER_EXPECT];
	struct http_server *server = connection->server;
	struct error why;
	int code;

	if (http_guard_check(&server->guard, request, &code, &why) != STATUS_OK)
		return refuse(connection, request, code, &why);
	connection->body_bytes_max = HTTP_BODY_BYTES;
	if (request->has_body && server->handlers.on_head != NULL)
		connection->body_bytes_max =
		    server->handlers.on_head(server, request, server->user);
	connection->is_asking = request->has_body && expected != NULL &&
	                        strcmp(expected, "100-continue") == 0;
	return HTTP_BODY;
}

static enum http_state
step_head(struct http_connection *connection)
{
	struct http_reader *reader = connection->reader;
	struct bytes in = buffer_view(&connection->input);
	enum status status;
	struct error why;

	if (connection->is_late)
		return refuse_late(connection);
	if (connection->server->is_closing)
		return HTTP_ENDED;
	status = http_reader_head(reader, &in, &why);
	buffer_consume(&connection->input, connection->input.size - in.size);
	if (status == STATUS_OK)
		return take_head(connection, http_reader_request(reader));
	if (status != STATUS_AGAIN)
		return refuse(connection, NULL, http_reader_code(reader), &why);
	return connection->has_ended ? HTTP_ENDED : HTTP_HEAD;
}

/* Its body will be taken.  A client that is not told goes on by itself, only
 * later. */
static void
tell_to_go_on(struct http_connection *connection)
{
	static char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
	uv_buf_t piece = { .base = text, .len = sizeof(text) - 1 };

	connection->is_asking = false;
	(void)uv_try_write((uv_stream_t *)&connection->tcp, &piece, 1);
}

static enum http_state
hand_over(struct http_connection *connection)
{
	struct http_server *server = connection->server;

	connection->exchange.is_open = true;
	connection->is_answered = false;
	server->handlers.on_request(server, &connection->exchange,
	    http_reader_request(connection->reader), server->user);
	return HTTP_ANSWERING;
}

static enum http_state
step_body(struct http_connection *connection)
{
	struct http_reader *reader = connection->reader;
	struct bytes in = buffer_view(&connection->input);
	enum status status;
	struct error why;

	if (connection->server->is_closing)
		return HTTP_ENDED;
	if (connection->is_late &&
	    connection->moved < connection->server->limits.rate_bytes)
		return refuse_late(connection);
	status =
	    http_reader_body(reader, connection->body_bytes_max, &in, &why);
	connection->moved += connection->input.size - in.size;
	buffer_consume(&connection->input, connection->input.size - in.size);
	if (status == STATUS_OK)
		return hand_over(connection);
	if (status != STATUS_AGAIN)
		return refuse(connection, http_reader_request(reader),
		    http_reader_code(reader), &why);
	if (connection->is_asking)
		tell_to_go_on(connection);
	return connection->has_ended ? HTTP_ENDED : HTTP_BODY;
}

static enum http_state
step_answering(struct http_connection *connection)
{
	if (connection->stream.is_open)
		return HTTP_STREAMING;
	if (!connection->is_answered)
		return HTTP_ANSWERING;
	return send_answer(connection, http_reader_request(connection->reader));
}

static enum http_state
step_sending(struct http_connection *connection)
{
	size_t queued = uv_stream_get_write_queue_size(
	    (const uv_stream_t *)&connection->tcp);

	if (connection->is_writing && connection->is_late) {
		if (connection->queued - queued <
		    connection->server->limits.rate_bytes)
			return HTTP_ENDED;
		connection->queued = queued;
	}
	if (connection->is_writing)
		return HTTP_SENDING;
	http_response_deinit(&connection->response);
	if (connection->is_last)
		return http_connection_finish(connection);
	http_reader_next(connection->reader);
	return HTTP_IDLE;
}

/* Closing at once, with bytes unread, would destroy what was sent last. */
enum http_state
http_connection_finish(struct http_connection *connection)
{
	if (connection->has_ended ||
	    uv_shutdown(&connection->shutdown, (uv_stream_t *)&connection->tcp,
		on_shutdown) < 0)
		return HTTP_ENDED;
	connection->shutdown.data = connection;
	return HTTP_LINGERING;
}

static enum http_state
step_lingering(struct http_connection *connection)
{
	buffer_clear(&connection->input);
	return connection->has_ended || connection->is_late ? HTTP_ENDED
	                                                    : HTTP_LINGERING;
}

static enum http_state
step_ended(struct http_connection *connection)
{
	(void)connection;
	return HTTP_ENDED;
}

/* --- from state to state -------------------------------------------------- */

/* How long it may stay in this state, or until it is looked at again; 0: as
 * long as it takes. */
static uint32_t
patience_ms(const struct http_connection *connection)
{
	const struct http_server_limits *limits = &connection->server->limits;

	switch (connection->state) {
	case HTTP_IDLE:
		return limits->idle_ms;
	case HTTP_HEAD:
		return limits->head_ms;
	case HTTP_BODY:
	case HTTP_SENDING:
		return limits->rate_ms;
	case HTTP_STREAMING:
		return limits->stream_alive_ms;
	case HTTP_LINGERING:
		return HTTP_LINGER_MS;
	case HTTP_ANSWERING:
	case HTTP_ENDED:
	default:
		return 0;
	}
}

static void
set_timer(struct http_connection *connection)
{
	uint32_t ms = patience_ms(connection);

	connection->is_late = false;
	connection->moved = 0;
	if (ms > 0)
		uv_timer_start(&connection->timer, on_timer, ms, 0);
	else
		uv_timer_stop(&connection->timer);
}

static void
enter(struct http_connection *connection, enum http_state state)
{
	connection->state = state;
	if (state != HTTP_ENDED) {
		set_timer(connection);
		return;
	}
	connection->is_late = false;
	connection->is_reading = false;
	uv_close((uv_handle_t *)&connection->tcp, on_handle_closed);
	uv_close((uv_handle_t *)&connection->timer, on_handle_closed);
}

static void
free_when_done(struct http_connection *connection)
{
	struct http_server *server = connection->server;

	if (connection->handles > 0 || connection->exchange.is_open)
		return;
	http_reader_destroy(connection->reader);
	http_response_deinit(&connection->response);
	buffer_deinit(&connection->input);
	buffer_deinit(&connection->sending);
	buffer_deinit(&connection->stream.waiting);
	http_server_release(server, connection);
	free(connection);
}

/* Read on, unless enough lies here that nobody has asked for. */
static void
read_or_rest(struct http_connection *connection)
{
	bool wants = connection->state != HTTP_ENDED &&
	             !connection->has_ended &&
	             connection->input.size < HTTP_INPUT_BYTES;
	uv_stream_t *stream = (uv_stream_t *)&connection->tcp;

	if (wants && !connection->is_reading)
		wants = uv_read_start(stream, on_allocate, on_read) == 0;
	else if (!wants && connection->is_reading)
		uv_read_stop(stream);
	connection->is_reading = wants;
}

void
http_connection_advance(struct http_connection *connection)
{
	static enum http_state (*const steps[])(struct http_connection *) = {
		[HTTP_IDLE] = step_idle,
		[HTTP_HEAD] = step_head,
		[HTTP_BODY] = step_body,
		[HTTP_ANSWERING] = step_answering,
		[HTTP_SENDING] = step_sending,
		[HTTP_STREAMING] = http_stream_step,
		[HTTP_LINGERING] = step_lingering,
		[HTTP_ENDED] = step_ended,
	};
	enum http_state next;

	if (connection->is_advancing)
		return;
	connection->is_advancing = true;
	for (;;) {
		next = connection->is_cut
		           ? HTTP_ENDED
		           : steps[connection->state](connection);
		if (next == connection->state)
			break;
		enter(connection, next);
	}
	if (connection->is_late)
		set_timer(connection);
	if (connection->state != HTTP_ENDED)
		read_or_rest(connection);
	connection->is_advancing = false;
	free_when_done(connection);
}

/* --- what the loop tells -------------------------------------------------- */

static void
on_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	struct http_connection *connection = handle->data;

	(void)suggested;
	out->base = (char *)buffer_reserve(&connection->input, HTTP_READ_BYTES);
	out->len = out->base == NULL ? 0 : HTTP_READ_BYTES;
}

static void
on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *piece)
{
	struct http_connection *connection = stream->data;

	(void)piece;
	if (count == 0)
		return;
	if (count > 0)
		buffer_produce(&connection->input, (size_t)count);
	else if (count == UV_EOF)
		connection->has_ended = true;
	else
		connection->is_cut = true;
	http_connection_advance(connection);
}

static void
on_timer(uv_timer_t *timer)
{
	struct http_connection *connection = timer->data;

	connection->is_late = true;
	http_connection_advance(connection);
}

static void
on_shutdown(uv_shutdown_t *request, int status)
{
	struct http_connection *connection = request->data;

	if (status < 0)
		connection->is_cut = true;
	http_connection_advance(connection);
}

static void
on_handle_closed(uv_handle_t *handle)
{
	struct http_connection *connection = handle->data;

	connection->handles--;
	if (connection->handles > 0)
		return;
	http_stream_end(&connection->stream);
	free_when_done(connection);
}
