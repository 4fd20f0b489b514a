/*
 * Who may speak to the page: the page itself, and nobody else's.
 *
 * A web page from elsewhere that runs in the same browser can send requests to
 * the loopback address too, and a name of its own that leads to 127.0.0.1 (DNS
 * rebinding) makes them look local.  So the Host has to be exactly ours, and
 * whoever writes has to come from exactly our origin.  Ports share cookies, so
 * the cookie's name has the port in it.
 */
#ifndef COMMON_HTTP_HTTP_GUARD_H
#define COMMON_HTTP_HTTP_GUARD_H

#include <stdint.h>

#include "common/http/http_response.h"

enum {
	HTTP_HOST_BYTES = 64,
	HTTP_HOSTS = 4,
	HTTP_COOKIE_NAME_BYTES = 40,
};

/* Plain storage: nothing to release. */
struct http_guard {
	char hosts[HTTP_HOSTS][HTTP_HOST_BYTES]; /* "127.0.0.1:8080" */
	size_t host_count;
	char cookie[HTTP_COOKIE_NAME_BYTES]; /* "throughline-8080" */
};

/*
 * address  as in a URL: "127.0.0.1" or "[::1]"; localhost is taken besides
 * cookie   the beginning of the cookie's name, at most 30 bytes
 */
void http_guard_init(struct http_guard *guard, const char *address,
    uint16_t port, const char *cookie);

/*
 * May this be answered?  STATUS_DENIED with one plain sentence, and in *code
 * 421 (another Host) or 403.  Only the head is looked at.
 *
 *	Host            exactly one of ours
 *	Origin          exactly ours, wherever it is sent
 *	no Origin       reads pass; writes only with Sec-Fetch-Site: same-origin
 *	Sec-Fetch-Site  for writes: same-origin, wherever it is sent
 */
enum status http_guard_check(const struct http_guard *guard,
    const struct http_request *request, int *code, struct error *err);

/* The session's secret that this request bears; empty: none. */
struct bytes http_guard_session(const struct http_guard *guard,
    const struct http_request *request);

/*
 * Give the client this secret, A-Z a-z 0-9 _ - of at most HTTP_TOKEN_BYTES,
 * until the browser is closed; or take it away.
 */
enum status http_guard_set_session(const struct http_guard *guard,
    struct http_response *response, const char *secret);

enum status http_guard_end_session(const struct http_guard *guard,
    struct http_response *response);

/* The token header is this one; the time that it takes tells only lengths. */
bool http_guard_has_token(const struct http_request *request,
    const char *token);

#endif
