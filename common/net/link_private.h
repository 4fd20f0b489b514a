/*
 * What link.c (a connection once it stands), link_connect.c (the way there)
 * and listener.c share.
 */
#ifndef COMMON_NET_LINK_PRIVATE_H
#define COMMON_NET_LINK_PRIVATE_H

#include "common/net/link.h"
#include "common/net/listener.h"

enum link_state {
	LINK_RESOLVING,
	LINK_CONNECTING,
	LINK_PROXY,
	LINK_HANDSHAKE,
	LINK_OPEN,
	LINK_CLOSING, /* flushing, then waiting for the peer's end */
	LINK_CLOSED,  /* handles are closing */
};

struct link {
	uv_loop_t *loop;
	uv_tcp_t tcp;
	uv_timer_t timer;
	uv_getaddrinfo_t resolve;
	uv_connect_t connect;
	uv_write_t write;
	uv_shutdown_t shutdown;
	unsigned handles; /* whose close callbacks are still to come */
	bool has_tcp;     /* it is open, and not closing */
	bool is_resolving;
	bool is_reading;
	bool is_writing;
	bool is_shut;
	bool was_shut;  /* the system took all that was written */
	bool has_ended; /* the peer's stream */
	bool is_hasty;  /* its end is not waited for */
	bool is_paused;
	bool owes_drained;

	enum link_state state;
	struct tls *tls;
	struct buffer sending; /* under way, while is_writing */
	struct link_info info;
	struct link_handlers handlers;
	void *user;
	struct link_counts counts;
	struct error why;

	/* the way there */
	char host[CERTIFICATE_HOST_BYTES];
	uint16_t port;
	bool has_proxy;
	struct proxy proxy;
	struct buffer answer; /* of the proxy, so far */
	struct addrinfo *addresses;
	const struct addrinfo *next_address;
	uint64_t handshake_ms;

	/* an accepted link, until its handshake is over */
	struct listener *listener;
	struct link *next;
	struct link **previous;
};

/* A link with its timer and its TLS, and nothing else yet. */
enum status link_create(uv_loop_t *loop, struct tls_context *context,
    const char *host, struct link **out, struct error *err);

enum status link_open_tcp(struct link *link, struct error *err);

void link_read_start(struct link *link);

/* The connection stands: begin TLS. */
void link_begin_handshake(struct link *link);

/* Send raw bytes ahead of TLS; nothing else is being written. */
void link_write_raw(struct link *link);

/* Go on with what was received. */
void link_pump(struct link *link);

/*
 * End it with link->why, which is filled in.  Politely: what waits is still
 * sent.  The first reason stands.
 */
void link_end(struct link *link, const struct error *why, bool politely);

/* Once no handle and no request is left: on_closed, and free. */
void link_leave(struct link *link);

/* link_connect.c: more of the proxy's answer. */
void link_read_proxy(struct link *link, struct bytes received);

/* listener.c: its handshake is over, well or with the link's end. */
void listener_take(struct listener *listener, struct link *link);

void listener_drop(struct listener *listener, struct link *link);

/* Take who waits at server; link_begin_handshake comes next. */
enum status link_accept(uv_stream_t *server, struct tls_context *context,
    uint64_t handshake_ms, struct link **out, struct error *err);

/* "ADDR:PORT" or "[ADDR]:PORT" */
void link_format_address(const struct sockaddr *address,
    char text[LINK_PEER_BYTES]);

#endif
