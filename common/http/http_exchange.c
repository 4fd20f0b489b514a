/*
 * How a handler answers: once, or with a stream.  The events of a stream are
 * gathered while others are being sent, and a client that lets too many of
 * them gather is cut.
 */
#include <assert.h>

#include "common/http/http_private.h"

void
http_exchange_answer(struct http_exchange *exchange,
    struct http_response *response)
{
	struct http_connection *connection = exchange->connection;

	assert(exchange->is_open);
	exchange->is_open = false;
	connection->is_answered = true;
	connection->response = *response;
	*response = (struct http_response){ 0 };
	http_connection_advance(connection);
}

void
http_exchange_say(struct http_exchange *exchange, int code,
    const char *sentence)
{
	struct http_response response = { 0 };

	(void)http_response_say(&response, code, sentence);
	http_exchange_answer(exchange, &response);
}

/* --- an answer that goes on ----------------------------------------------- */

static bool
flush(struct http_connection *connection)
{
	struct http_stream *stream = &connection->stream;
	struct buffer swap = connection->sending;

	if (connection->is_writing || stream->waiting.size == 0)
		return true;
	connection->sending = stream->waiting;
	stream->waiting = swap;
	return http_connection_write(connection, (struct bytes){ NULL, 0 });
}

static size_t
unsent_bytes(const struct http_connection *connection)
{
	return connection->stream.waiting.size +
	       uv_stream_get_write_queue_size(
		   (const uv_stream_t *)&connection->tcp);
}

struct http_stream *
http_stream_open(struct http_exchange *exchange,
    void (*on_gone)(struct http_stream *stream, void *user), void *user)
{
	struct http_connection *connection = exchange->connection;
	struct http_stream *stream = &connection->stream;
	struct http_response response = {
		.code = 200,
		.is_stream = true,
		.type = "text/event-stream",
	};
	struct bytes body;

	assert(exchange->is_open);
	exchange->is_open = false;
	if (connection->state != HTTP_ENDED &&
	    http_response_write(&response,
		http_reader_request(connection->reader), true, &stream->waiting,
		&body) == STATUS_OK) {
		stream->is_open = true;
		stream->on_gone = on_gone;
		stream->user = user;
	} else {
		connection->is_cut = true;
		stream = NULL;
	}
	http_connection_advance(connection);
	return stream;
}

enum status
http_stream_send(struct http_stream *stream, const char *event, const char *id,
    struct bytes data)
{
	struct http_connection *connection = stream->connection;
	enum status status;

	assert(stream->is_open);
	if (connection->is_cut || connection->state == HTTP_ENDED ||
	    stream->is_closing)
		return STATUS_CLOSED;
	status = http_response_write_event(&stream->waiting, event, id, data);
	if (status != STATUS_OK)
		return status;
	if (unsent_bytes(connection) >
	    connection->server->limits.stream_bytes) {
		connection->is_cut = true;
		status = STATUS_FULL;
	}
	http_connection_advance(connection);
	return status;
}

void
http_stream_close(struct http_stream *stream)
{
	assert(stream->is_open);
	stream->is_closing = true;
	http_connection_advance(stream->connection);
}

/* Nothing else to say: a comment shows both ends that the other is there. */
static bool
keep_alive(struct http_connection *connection)
{
	size_t queued = uv_stream_get_write_queue_size(
	    (const uv_stream_t *)&connection->tcp);

	if (!connection->is_writing)
		return buffer_append(&connection->stream.waiting,
			   bytes_of_text(":\n\n")) == STATUS_OK;
	if (queued == connection->queued)
		return false;
	connection->queued = queued;
	return true;
}

enum http_state
http_stream_step(struct http_connection *connection)
{
	struct http_stream *stream = &connection->stream;

	buffer_clear(&connection->input);
	if (connection->has_ended || connection->server->is_closing)
		return HTTP_ENDED;
	if (connection->is_late && !keep_alive(connection))
		return HTTP_ENDED;
	if (!flush(connection))
		return HTTP_ENDED;
	if (!stream->is_closing || connection->is_writing)
		return HTTP_STREAMING;
	return http_connection_finish(connection);
}

void
http_stream_end(struct http_stream *stream)
{
	if (!stream->is_open)
		return;
	stream->is_open = false;
	stream->on_gone(stream, stream->user);
}
