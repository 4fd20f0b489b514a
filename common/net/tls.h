/*
 * One end of a TLS connection over memory: ciphertext is fed in and taken out,
 * plaintext is read and written.  No socket, no loop.  TLS 1.2, with forward
 * secrecy.
 *
 * The order of use: create; (load_session;) then until tls_handshake says OK:
 * send what tls_output holds, feed what arrives, tls_handshake again.  Nothing
 * is readable or writable before the peer, its name and its protocol were
 * checked.  After any call, also one that fails, tls_output may hold something
 * to send (an alert, for instance).
 *
 * Output is never refused: the caller applies back-pressure by the size of
 * tls_output and of its own queue.
 */
#ifndef COMMON_NET_TLS_H
#define COMMON_NET_TLS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/net/certificate.h"
#include "protocol/bytes.h"

enum {
	TLS_INPUT_BYTES = 1024 * 1024, /* fed and not yet read */
	TLS_SESSION_BYTES = 8 * 1024,
	TLS_TICKET_SECONDS = 24 * 60 * 60,
};

/* What is spoken inside (ALPN). */
enum tls_protocol {
	TLS_PROTOCOL_NONE, /* offers none, and is refused by a hub */
	TLS_PROTOCOL_SYNC, /* throughline/1 */
	TLS_PROTOCOL_JOIN, /* throughline-join/1 */
};

/* Shared by many connections of one loop.  Those that are open when it is
 * destroyed go on with it. */
struct tls_context;

/* All that is borrowed here is copied. */
struct tls_server_options {
	const struct key *key;
	struct bytes certificate; /* DER */
	struct bytes authority;   /* DER: sent along, and judges clients */
};

/*
 * A hub: asks for a client's certificate and goes on without one; one that
 * the authority did not issue, or that has expired, ends the handshake.
 */
enum status tls_context_create_server(const struct tls_server_options *options,
    struct tls_context **out, struct error *err);

struct tls_client_options {
	enum tls_protocol protocol;
	/* The hub's authority, or, while joining, its fingerprint.  When the
	 * hub's certificates are valid is not judged. */
	struct bytes authority; /* DER; empty: see pin */
	const struct certificate_fingerprint *pin;
	/* The site's own, or NULL and empty. */
	const struct key *key;
	struct bytes certificate;
};

enum status tls_context_create_client(const struct tls_client_options *options,
    struct tls_context **out, struct error *err);

void tls_context_destroy(struct tls_context *context);

struct tls;

/* host: whom the client means to reach (name or address); NULL at a hub. */
enum status tls_create(struct tls_context *context, const char *host,
    struct tls **out, struct error *err);

void tls_destroy(struct tls *tls);

/*
 * Before the handshake: resume what tls_save_session gave for the same host,
 * authority and own certificate.  What does not fit is passed over (a full
 * handshake follows); the hub may also decline.
 */
void tls_load_session(struct tls *tls, struct bytes session);

/* STATUS_TOO_LARGE beyond TLS_INPUT_BYTES, STATUS_NOMEM. */
enum status tls_feed(struct tls *tls, struct bytes ciphertext,
    struct error *err);

/*
 * STATUS_OK: done.  STATUS_AGAIN: more has to be fed.  Else it failed for
 * good: STATUS_DENIED when a certificate or protocol was not accepted (here or
 * by the peer), STATUS_CLOSED when the peer ended it; err is a plain sentence.
 */
enum status tls_handshake(struct tls *tls, struct error *err);

/*
 * STATUS_OK: *size >= 1 bytes are in out.  STATUS_AGAIN: more has to be fed.
 * STATUS_CLOSED: the peer said that it ends.  Else it failed for good.
 */
enum status tls_read(struct tls *tls, uint8_t *out, size_t capacity,
    size_t *size, struct error *err);

/* All of it; STATUS_OK, STATUS_NOMEM, or it failed for good. */
enum status tls_write(struct tls *tls, struct bytes plaintext,
    struct error *err);

/* Tell the peer that nothing follows.  At most once has an effect. */
void tls_close(struct tls *tls);

/* Ciphertext to be sent, owned by tls; consume what was taken. */
struct buffer *tls_output(struct tls *tls);

struct tls_info {
	enum tls_protocol protocol;
	bool resumed;
	bool has_certificate; /* the peer's; also when resumed */
	struct certificate_serial serial;
	char name[CERTIFICATE_NAME_BYTES];
};

/* After the handshake; borrowed from tls. */
const struct tls_info *tls_get_info(const struct tls *tls);

/*
 * Client, after the handshake: append what tls_load_session takes.  It is a
 * secret.  STATUS_NOT_FOUND when the hub gave no ticket.
 */
enum status tls_save_session(const struct tls *tls, struct buffer *out,
    struct error *err);

/* While joining: the hub's authority (DER), appended after the handshake. */
enum status tls_peer_authority(const struct tls *tls, struct buffer *out,
    struct error *err);

#endif
