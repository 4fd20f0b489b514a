/*
 * Reaching the hub through a proxy: the CONNECT of HTTP/1.1.  Pure.
 */
#ifndef COMMON_NET_PROXY_H
#define COMMON_NET_PROXY_H

#include <stdint.h>

#include "protocol/bytes.h"

enum {
	PROXY_HOST_BYTES = 254, /* with NUL */
	PROXY_NAME_BYTES = 128, /* with NUL; user and password each */
	PROXY_RESPONSE_BYTES = 16 * 1024,
};

struct proxy {
	char host[PROXY_HOST_BYTES];
	uint16_t port;
	char user[PROXY_NAME_BYTES]; /* empty: no credentials are sent */
	char password[PROXY_NAME_BYTES];
};

/*
 * HOST:PORT or http://[USER:PASSWORD@]HOST[:PORT][/]; the port is 8080 unless
 * said.  User and password may be percent-encoded.  STATUS_INVALID.
 */
enum status proxy_parse(struct bytes text, struct proxy *proxy,
    struct error *err);

/* Append the request for host:port.  STATUS_INVALID for a bad host. */
enum status proxy_write_connect(const struct proxy *proxy, const char *host,
    uint16_t port, struct buffer *out, struct error *err);

/*
 * Read the proxy's answer at the front of in.
 *
 * STATUS_OK         connected; *size is the length of the answer, and what
 *                   stands behind it is the hub's
 * STATUS_AGAIN      it has not ended yet
 * STATUS_DENIED     the proxy refused: err says why and what to do
 * STATUS_INVALID    not an answer of HTTP
 * STATUS_TOO_LARGE  longer than PROXY_RESPONSE_BYTES
 */
enum status proxy_read_response(struct bytes in, size_t *size,
    struct error *err);

#endif
