/*
 * What tls_context.c and tls.c share.
 */
#ifndef COMMON_NET_TLS_PRIVATE_H
#define COMMON_NET_TLS_PRIVATE_H

#include "common/net/mbedtls_compat.h"
#include "common/net/tls.h"

struct tls_context {
	uint32_t holds; /* its maker's, and one for each connection */
	bool is_server;
	enum tls_protocol protocol; /* a client's */
	mbedtls_ssl_config config;
	mbedtls_x509_crt authority;
	mbedtls_x509_crt chain; /* own certificate, and what is sent along */
	struct key *key;
	mbedtls_ssl_ticket_context tickets;
	/* Set when a ticket was taken: the loop has one thread. */
	bool ticket_taken;
	bool is_pinned;
	struct certificate_fingerprint pin;
	/* What a saved session is bound to, beside the host. */
	struct certificate_fingerprint binding;
	const char *alpn[3]; /* ended by NULL; outlives the config */
};

/* For one more connection, which ends with tls_context_destroy. */
struct tls_context *tls_context_hold(struct tls_context *context);

/* The protocol that an ALPN name is. */
enum tls_protocol tls_protocol_of(const char *alpn);

#endif
