/*
 * A small HTTP server on a libuv loop, for a page that is used on the same
 * computer.
 *
 * It reads requests strictly (http_reader.h), refuses those that are not the
 * page's own (http_guard.h) without asking anybody, and hands over the rest,
 * one at a time a connection.  Whoever is slow is cut: in sending a head or a
 * body, in reading an answer or an event stream, or in doing nothing.
 *
 * All on the loop's thread.
 */
#ifndef COMMON_HTTP_HTTP_SERVER_H
#define COMMON_HTTP_HTTP_SERVER_H

#include <stdint.h>
#include <uv.h>

#include "common/http/http_guard.h"

struct http_server;
struct http_exchange; /* one request that waits for its answer */
struct http_stream;   /* an answer that goes on: server-sent events */

/* In the order in which they come. */
struct http_server_handlers {
	/*
	 * The head stands and a body is announced: how many bytes of it does
	 * this route take?  Greater ones are answered with 413 and not read.
	 * NULL: HTTP_BODY_BYTES each.
	 */
	size_t (*on_head)(struct http_server *server,
	    const struct http_request *request, void *user);
	/*
	 * Answer with http_exchange_answer or http_stream_open: now, or keep
	 * exchange and answer later.  Each exchange is answered exactly once,
	 * also when the client has gone meanwhile.  request is borrowed until
	 * then.
	 */
	void (*on_request)(struct http_server *server,
	    struct http_exchange *exchange, const struct http_request *request,
	    void *user);
	/* For the log: a request was refused, or its client was too slow (408);
	 * may be NULL.  why shows nothing of the request. */
	void (*on_refused)(struct http_server *server, int code,
	    const struct error *why, void *user);
	/* The last callback, after http_server_close; may be NULL. */
	void (*on_closed)(struct http_server *server, void *user);
};

/* 0: the limit of http_limits.h. */
struct http_server_limits {
	uint32_t connections;
	uint32_t idle_ms; /* nothing of a request has come */
	uint32_t head_ms; /* since its first byte */
	uint32_t rate_ms; /* a body and an answer move at least rate_bytes */
	uint32_t rate_bytes;
	uint32_t stream_alive_ms; /* a comment line is sent so often */
	uint32_t stream_bytes;    /* unsent, before a stream is cut */
};

struct http_server_options {
	const struct sockaddr *address; /* copied; port 0 picks one */
	bool is_public;     /* the address need not be this computer's own */
	const char *cookie; /* the beginning of its name: "throughline" */
	struct http_server_limits limits;
};

/* STATUS_INVALID: not a loopback address. */
enum status http_server_open(uv_loop_t *loop,
    const struct http_server_options *options,
    const struct http_server_handlers *handlers, void *user,
    struct http_server **out, struct error *err);

/*
 * No more connections and requests; event streams end.  What was handed over
 * is still answered and sent; then on_closed, and the server is gone.
 */
void http_server_close(struct http_server *server);

uint16_t http_server_port(const struct http_server *server);

/* "127.0.0.1:8080"; borrowed. */
const char *http_server_address(const struct http_server *server);

/* For sessions and their cookie; borrowed. */
const struct http_guard *http_server_guard(const struct http_server *server);

/* Also those whose client has gone and whose answer is awaited. */
uint32_t http_server_connections(const struct http_server *server);

/* Takes the content of response, which is left empty. */
void http_exchange_answer(struct http_exchange *exchange,
    struct http_response *response);

/* Answer with one plain sentence. */
void http_exchange_say(struct http_exchange *exchange, int code,
    const char *sentence);

/*
 * Answer with an event stream.  NULL: the client has gone, and nothing
 * follows.  Otherwise on_gone comes once, from the loop: the stream's last
 * callback, also after http_stream_close.
 */
struct http_stream *http_stream_open(struct http_exchange *exchange,
    void (*on_gone)(struct http_stream *stream, void *user), void *user);

/*
 * Send one event; event and id may be NULL and have no line ends, data is
 * UTF-8 and is copied.
 *
 * STATUS_FULL    the client reads too slowly and is cut; on_gone follows
 * STATUS_CLOSED  the stream ends already; on_gone follows
 * STATUS_NOMEM   the event was not sent, and the stream goes on
 */
enum status http_stream_send(struct http_stream *stream, const char *event,
    const char *id, struct bytes data);

/* Send what waits, and end. */
void http_stream_close(struct http_stream *stream);

#endif
