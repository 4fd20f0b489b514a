#include "common/http/http_guard.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum {
	HTTP_PORT = 80, /* that a browser does not write */
};

static void
add_host(struct http_guard *guard, const char *name, uint16_t port)
{
	char *host = guard->hosts[guard->host_count++];
	int size = snprintf(host, HTTP_HOST_BYTES, "%s:%" PRIu16, name, port);

	assert(guard->host_count <= HTTP_HOSTS && size < HTTP_HOST_BYTES);
	if (port != HTTP_PORT)
		return;
	host = guard->hosts[guard->host_count++];
	assert(guard->host_count <= HTTP_HOSTS);
	(void)snprintf(host, HTTP_HOST_BYTES, "%s", name);
}

void
http_guard_init(struct http_guard *guard, const char *address, uint16_t port,
    const char *cookie)
{
	int size;

	*guard = (struct http_guard){ 0 };
	add_host(guard, address, port);
	add_host(guard, "localhost", port);
	size = snprintf(guard->cookie, sizeof(guard->cookie), "%s-%" PRIu16,
	    cookie, port);
	assert(size > 0 && (size_t)size < sizeof(guard->cookie));
}

static bool
is_host(const struct http_guard *guard, const char *host)
{
	for (size_t i = 0; i < guard->host_count; i++)
		if (strcmp(guard->hosts[i], host) == 0)
			return true;
	return false;
}

/* The page was loaded by this very Host, so its origin is that one. */
static bool
is_origin(const char *origin, const char *host)
{
	static const char scheme[] = "http://";
	size_t size = sizeof(scheme) - 1;

	return strncmp(origin, scheme, size) == 0 &&
	       strcmp(origin + size, host) == 0;
}

enum status
http_guard_check(const struct http_guard *guard,
    const struct http_request *request, int *code, struct error *err)
{
	const char *host = request->headers[HTTP_HEADER_HOST];
	const char *origin = request->headers[HTTP_HEADER_ORIGIN];
	const char *site = request->headers[HTTP_HEADER_SEC_FETCH_SITE];
	bool is_same = site != NULL && strcmp(site, "same-origin") == 0;

	if (host == NULL || !is_host(guard, host)) {
		*code = 421;
		return error_set(err, STATUS_DENIED,
		    "this page answers only at its own address");
	}
	*code = 403;
	if (origin != NULL && !is_origin(origin, host))
		return error_set(err, STATUS_DENIED,
		    "another page may not use this one");
	if (http_request_is_read(request))
		return STATUS_OK;
	if (site != NULL && !is_same)
		return error_set(err, STATUS_DENIED,
		    "another page may not change anything here");
	if (origin == NULL && !is_same)
		return error_set(err, STATUS_DENIED,
		    "a change has to say from which page it comes");
	return STATUS_OK;
}

static bool
is_token(struct bytes text)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz"
				      "0123456789_-";

	if (text.size < 1 || text.size > HTTP_TOKEN_BYTES)
		return false;
	for (size_t i = 0; i < text.size; i++)
		if (memchr(letters, text.data[i], sizeof(letters) - 1) == NULL)
			return false;
	return true;
}

struct bytes
http_guard_session(const struct http_guard *guard,
    const struct http_request *request)
{
	struct bytes secret = http_request_cookie(request, guard->cookie);

	return is_token(secret) ? secret : (struct bytes){ NULL, 0 };
}

static enum status
set_cookie(const struct http_guard *guard, struct http_response *response,
    const char *secret, const char *more)
{
	char value[HTTP_COOKIE_NAME_BYTES + HTTP_TOKEN_BYTES + 64];
	int size = snprintf(value, sizeof(value),
	    "%s=%s; Path=/; HttpOnly; SameSite=Strict%s", guard->cookie, secret,
	    more);

	assert(size > 0 && (size_t)size < sizeof(value));
	return http_response_add(response, "Set-Cookie", value);
}

enum status
http_guard_set_session(const struct http_guard *guard,
    struct http_response *response, const char *secret)
{
	assert(is_token(bytes_of_text(secret)));
	return set_cookie(guard, response, secret, "");
}

enum status
http_guard_end_session(const struct http_guard *guard,
    struct http_response *response)
{
	return set_cookie(guard, response, "", "; Max-Age=0");
}

bool
http_guard_has_token(const struct http_request *request, const char *token)
{
	const char *sent = request->headers[HTTP_HEADER_TOKEN];
	size_t size = strlen(token);

	return sent != NULL && size > 0 && strlen(sent) == size &&
	       sodium_memcmp(sent, token, size) == 0;
}
