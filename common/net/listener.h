/*
 * Accepts TLS connections.  At most so many handshakes run at once; who comes
 * then waits in the system's queue, unread, until one of them is over.  One
 * that has said nothing gives way at once: the oldest, of the host that has
 * most places.
 */
#ifndef COMMON_NET_LISTENER_H
#define COMMON_NET_LISTENER_H

#include <stdint.h>
#include <uv.h>

#include "common/net/link.h"

struct listener;

struct listener_handlers {
	/*
	 * After the handshake.  Call link_set_handlers in it: on_bytes and
	 * the rest follow, without on_open.  Or link_close.
	 */
	void (*on_accept)(struct listener *listener, struct link *link,
	    const struct link_info *info, void *user);
	/* A handshake failed; may be NULL. */
	void (*on_failed)(struct listener *listener, const struct error *why,
	    void *user);
	/* The last callback; handshakes under way have ended too. */
	void (*on_closed)(struct listener *listener, void *user);
};

struct listener_options {
	struct tls_context *context; /* a server's; see listener_use */
	const char *address;   /* ADDR:PORT or [ADDR]:PORT; port 0 picks one */
	uint32_t handshakes;   /* at once; 0: the limit */
	uint64_t handshake_ms; /* 0: the limit */
};

enum status listener_open(uv_loop_t *loop,
    const struct listener_options *options,
    const struct listener_handlers *handlers, void *user, struct listener **out,
    struct error *err);

/* Accepted links live on; handshakes under way are ended. */
void listener_close(struct listener *listener);

/* Show another certificate to those who come from now on.  The context is
 * borrowed until the listener is closed or uses another. */
void listener_use(struct listener *listener, struct tls_context *context);

uint16_t listener_port(const struct listener *listener);

/* ADDR:PORT with the port that was picked; borrowed. */
const char *listener_address(const struct listener *listener);

/* Handshakes under way. */
uint32_t listener_handshakes(const struct listener *listener);

/*
 * Read ADDR:PORT, [ADDR]:PORT, :PORT or PORT, numeric addresses only; without
 * one it is 127.0.0.1.  Also for the other listeners of a program.
 */
enum status listener_parse_address(const char *text,
    struct sockaddr_storage *out, struct error *err);

#endif
