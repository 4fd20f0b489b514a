/*
 * A request, once it was read (http_reader.h).
 */
#ifndef COMMON_HTTP_HTTP_REQUEST_H
#define COMMON_HTTP_HTTP_REQUEST_H

#include "common/http/http_target.h"

/* Others are answered with 501. */
#define HTTP_METHOD_LIST(X) X(GET) X(HEAD) X(POST) X(PUT) X(PATCH) X(DELETE)

enum http_method {
#define HTTP_METHOD_ENUM(name) HTTP_METHOD_##name,
	HTTP_METHOD_LIST(HTTP_METHOD_ENUM)
#undef HTTP_METHOD_ENUM
};

/* The headers that are kept, each at most once in a request; the others are
 * counted and forgotten. */
#define HTTP_HEADER_LIST(X)                 \
	X(HOST, "Host")                     \
	X(ORIGIN, "Origin")                 \
	X(COOKIE, "Cookie")                 \
	X(CONTENT_TYPE, "Content-Type")     \
	X(IF_MATCH, "If-Match")             \
	X(IF_NONE_MATCH, "If-None-Match")   \
	X(ACCEPT, "Accept")                 \
	X(SEC_FETCH_SITE, "Sec-Fetch-Site") \
	X(LAST_EVENT_ID, "Last-Event-ID")   \
	X(EXPECT, "Expect")                 \
	X(TOKEN, "X-Throughline-Token")     \
	X(TRANSFER_ENCODING, "Transfer-Encoding")

enum http_header {
#define HTTP_HEADER_ENUM(name, text) HTTP_HEADER_##name,
	HTTP_HEADER_LIST(HTTP_HEADER_ENUM)
#undef HTTP_HEADER_ENUM
	HTTP_HEADER_KINDS,
};

/* Borrowed from its reader: it lives until http_reader_next. */
struct http_request {
	enum http_method method;
	struct http_target target;
	const char *headers[HTTP_HEADER_KINDS]; /* NULL: it was not sent */
	bool has_body;                          /* one of at least a byte */
	bool is_last;      /* the client wants the connection closed */
	struct bytes body; /* once it was read */
};

/* "GET" */
const char *http_method_name(enum http_method method);

/* "Content-Type" */
const char *http_header_name(enum http_header header);

/* GET and HEAD, which change nothing. */
bool http_request_is_read(const struct http_request *request);

/* Its Content-Type is this one ("application/json"), parameters aside. */
bool http_request_is_type(const struct http_request *request, const char *type);

/*
 * The value of this cookie; empty when there is none, or more than one: then
 * somebody else has set one of them.
 */
struct bytes http_request_cookie(const struct http_request *request,
    const char *name);

#endif
