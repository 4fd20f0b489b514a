/*
 * Every limit of the HTTP server.  Those that a test makes smaller, or a
 * program greater, are also fields of struct http_server_limits.
 */
#ifndef COMMON_HTTP_HTTP_LIMITS_H
#define COMMON_HTTP_HTTP_LIMITS_H

#include <assert.h>

enum {
	/* a request */
	HTTP_REQUEST_LINE_BYTES = 8 * 1024,
	HTTP_HEAD_BYTES = 24 * 1024, /* the request line and all headers */
	HTTP_HEADERS = 64,
	HTTP_PARAMETERS = 64,
	HTTP_BODY_BYTES = 256 * 1024, /* JSON, where a route says none */
	HTTP_UPLOAD_BYTES = 64 * 1024 * 1024,  /* for the routes of an import */
	HTTP_CHUNK_OVERHEAD_BYTES = 16 * 1024, /* and 1/16 of the body */
	HTTP_TOKEN_BYTES = 128, /* the longest of a cookie or a token */

	/* an answer */
	HTTP_ETAG_BYTES = 64,
	HTTP_ASSET_SECONDS = 365 * 24 * 3600,

	/* the server */
	HTTP_CONNECTIONS = 64,
	HTTP_READ_BYTES = 16 * 1024,
	HTTP_INPUT_BYTES = 64 * 1024,   /* read ahead of an answer */
	HTTP_STREAM_BYTES = 256 * 1024, /* unsent, of an event stream */
	HTTP_IDLE_MS = 60 * 1000,
	HTTP_HEAD_MS = 10 * 1000,
	/* A body, and an answer, move so many bytes in each such time. */
	HTTP_RATE_MS = 10 * 1000,
	HTTP_RATE_BYTES = 16 * 1024,
	HTTP_STREAM_ALIVE_MS = 15 * 1000,
	HTTP_LINGER_MS = 2 * 1000,
};

static_assert(HTTP_REQUEST_LINE_BYTES < HTTP_HEAD_BYTES,
    "a request line leaves room for headers");
static_assert(HTTP_BODY_BYTES <= HTTP_UPLOAD_BYTES,
    "an upload is the largest body");

#endif
