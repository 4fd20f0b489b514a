/*
 * What http_server.c (who may connect), http_connection.c (the life of a
 * connection) and http_exchange.c (how a handler answers) share.
 */
#ifndef COMMON_HTTP_HTTP_PRIVATE_H
#define COMMON_HTTP_HTTP_PRIVATE_H

#include "common/http/http_reader.h"
#include "common/http/http_server.h"

enum http_state {
	HTTP_IDLE, /* nothing of the next request has come */
	HTTP_HEAD,
	HTTP_BODY,
	HTTP_ANSWERING, /* somebody has it */
	HTTP_SENDING,
	HTTP_STREAMING,
	HTTP_LINGERING, /* all was sent; the client's end is awaited */
	HTTP_ENDED,     /* handles are closing, or the answer is awaited */
};

struct http_exchange {
	struct http_connection *connection;
	bool is_open; /* its answer is awaited */
};

struct http_stream {
	struct http_connection *connection;
	bool is_open; /* its on_gone is to come */
	bool is_closing;
	struct buffer waiting; /* while others are being sent */
	void (*on_gone)(struct http_stream *stream, void *user);
	void *user;
};

struct http_connection {
	struct http_server *server;
	struct http_connection *next;
	struct http_connection **previous;

	uv_tcp_t tcp;
	uv_timer_t timer; /* in each state for one thing */
	uv_write_t write;
	uv_shutdown_t shutdown;
	unsigned handles; /* whose close callbacks are still to come */

	enum http_state state;
	bool is_advancing;

	/* what callbacks have recorded */
	bool is_late;   /* the timer */
	bool has_ended; /* the client's stream */
	bool is_cut;    /* the connection, or it is to be */
	bool is_writing;
	bool is_answered;
	size_t moved; /* bytes of a body, since the timer was set */

	bool is_reading;
	bool is_asking; /* whether its body will be taken, before it sends it */
	bool is_last;   /* the answer; the connection closes behind it */
	struct buffer input;
	struct http_reader *reader;
	size_t body_bytes_max;
	struct http_exchange exchange;
	struct http_response response;
	struct buffer sending; /* while is_writing; the body comes behind it */
	size_t queued;         /* unsent, when the timer was set */
	struct http_stream stream;
};

struct http_server {
	uv_loop_t *loop;
	uv_tcp_t tcp;
	struct http_server_handlers handlers;
	void *user;
	struct http_server_limits limits;
	struct http_guard guard;
	uint16_t port;
	struct http_connection *first; /* the youngest */
	uint32_t connections;
	bool is_waiting; /* somebody, for a connection to end */
	bool is_turning_away;
	uv_tcp_t unwanted; /* while is_turning_away */
	bool is_closing;
	bool is_closed;
};

/* http_connection.c: take who waits at the server's socket. */
enum status http_connection_accept(struct http_server *server,
    struct error *err);

/* Go on with what was recorded.  It may be gone behind this call. */
void http_connection_advance(struct http_connection *connection);

/* Send what sending holds, and body behind it; false: it cannot be sent. */
bool http_connection_write(struct http_connection *connection,
    struct bytes body);

/* Everything was sent: the state to enter. */
enum http_state http_connection_finish(struct http_connection *connection);

/* http_server.c: it is over, and its place is the next one's. */
void http_server_release(struct http_server *server,
    struct http_connection *connection);

/* http_exchange.c: the state function of HTTP_STREAMING. */
enum http_state http_stream_step(struct http_connection *connection);

/* The connection's handles are closed. */
void http_stream_end(struct http_stream *stream);

#endif
