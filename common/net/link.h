/*
 * One TLS connection on a libuv loop, as client (link_connect) or as given by
 * a listener.
 *
 *	RESOLVING -> CONNECTING -> (PROXY ->) HANDSHAKE -> OPEN -> CLOSING
 *
 * A failure, a time-out, the peer's end and link_close all lead to CLOSING,
 * and that to on_closed: the last callback, exactly once, after which the link
 * is gone.  Callbacks come from the loop, never from inside a call.
 */
#ifndef COMMON_NET_LINK_H
#define COMMON_NET_LINK_H

#include <stdint.h>
#include <uv.h>

#include "common/net/proxy.h"
#include "common/net/tls.h"

enum {
	LINK_PEER_BYTES = 64,
	LINK_LINGER_MS = 3000, /* for what was written, when it closes */
};

struct link;

struct link_info {
	struct tls_info tls;
	char peer[LINK_PEER_BYTES]; /* address:port, the proxy's if by one */
};

/* In the order in which they come.  Any may be NULL but on_closed. */
struct link_handlers {
	/* From here on link_write may be used.  Not for accepted links. */
	void (*on_open)(struct link *link, const struct link_info *info,
	    void *user);
	/* 1 byte to 16 KiB; gone after the call. */
	void (*on_bytes)(struct link *link, struct bytes plaintext, void *user);
	/* All that was written has been given to the system. */
	void (*on_drained)(struct link *link, void *user);
	/*
	 * why->status: STATUS_OK after link_close; STATUS_CLOSED when the
	 * peer ended it in good order; else what failed, as one sentence.
	 */
	void (
	    *on_closed)(struct link *link, const struct error *why, void *user);
};

/* Everything is copied but the context, which outlives the link. */
struct link_options {
	struct tls_context *context;
	const char *host;
	uint16_t port;
	const struct proxy *proxy; /* or NULL */
	struct bytes session;      /* of link_save_session, or empty */
	uint64_t connect_ms;       /* resolve, connect, proxy; 0: the limit */
	uint64_t handshake_ms;     /* 0: the limit */
};

/* What fails later comes by on_closed. */
enum status link_connect(uv_loop_t *loop, const struct link_options *options,
    const struct link_handlers *handlers, void *user, struct link **out,
    struct error *err);

/* For an accepted link, inside on_accept. */
void link_set_handlers(struct link *link, const struct link_handlers *handlers,
    void *user);

void *link_get_user(const struct link *link);

/* After on_open; borrowed. */
const struct link_info *link_get_info(const struct link *link);

/*
 * Open links only: takes any amount.  Above a queue that is too long for you,
 * wait for on_drained.  STATUS_CLOSED when the link is closing, STATUS_NOMEM.
 */
enum status link_write(struct link *link, struct bytes plaintext);

/* Written and not yet given to the system. */
size_t link_queued_bytes(const struct link *link);

/* No on_bytes from now on, and the peer is slowed down; and again. */
void link_pause(struct link *link);

void link_resume(struct link *link);

/* Send what was written and close_notify, for LINK_LINGER_MS at most. */
void link_close(struct link *link);

/* The same without waiting for the peer's own end: for who knows that the peer
 * has read all that matters. */
void link_close_soon(struct link *link);

/* Now, whatever waits. */
void link_abort(struct link *link);

struct link_counts {
	uint64_t raw_in;
	uint64_t raw_out;
	uint64_t plain_in;
	uint64_t plain_out;
};

struct link_counts link_get_counts(const struct link *link);

/* As the calls of tls.h; open links of a client only. */
enum status link_save_session(const struct link *link, struct buffer *out,
    struct error *err);

enum status link_peer_authority(const struct link *link, struct buffer *out,
    struct error *err);

#endif
