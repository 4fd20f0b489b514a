/*
 * An answer.  {.code = 200} is a valid one without a body.
 *
 * Each carries the headers by which a browser keeps the page to itself: a
 * strict content security policy, no sniffing, no referrer, nothing for other
 * origins; and none that names the server.
 */
#ifndef COMMON_HTTP_HTTP_RESPONSE_H
#define COMMON_HTTP_HTTP_RESPONSE_H

#include "common/http/http_limits.h"
#include "common/http/http_request.h"

enum http_cache {
	HTTP_CACHE_NONE,    /* data: kept nowhere */
	HTTP_CACHE_CHECK,   /* kept, and asked about each time by its ETag */
	HTTP_CACHE_FOREVER, /* an asset whose name has its digest */
};

struct http_response {
	int code;
	enum http_cache cache;
	bool is_stream;    /* the body has no length and goes on */
	const char *type;  /* outlives the answer; NULL: no body */
	struct bytes body; /* borrowed, or a view of owned */
	struct buffer owned;
	struct buffer headers; /* further ones, as they go out */
	char etag[HTTP_ETAG_BYTES + 1];
};

void http_response_deinit(struct http_response *response);

/* "Not Found"; "" for a code that this house does not use. */
const char *http_response_reason(int code);

/* Lend a body that lives until the answer was sent (an asset). */
void http_response_lend(struct http_response *response, const char *type,
    struct bytes body);

/* Take the body out of buffer, which is left empty. */
void http_response_take(struct http_response *response, const char *type,
    struct buffer *body);

/* The code, and one plain sentence as body.  STATUS_NOMEM: only the code. */
enum status http_response_say(struct http_response *response, int code,
    const char *sentence);

/*
 * One more header.  STATUS_INVALID: value has a control character or is not
 * ASCII; STATUS_NOMEM.  Either leaves the answer as it was.
 */
enum status http_response_add(struct http_response *response, const char *name,
    const char *value);

/* 1 to HTTP_ETAG_BYTES of A-Z a-z 0-9 . _ - without quotes. */
void http_response_set_etag(struct http_response *response, const char *etag);

/*
 * Write the head to send, and view the body to send behind it.  To a GET or
 * HEAD whose If-None-Match names the etag a 200 becomes 304.
 *
 * request   what is answered; NULL: it could not be read
 * is_last   the connection is closed behind it (as it is behind a stream)
 * body      borrowed from response
 */
enum status http_response_write(const struct http_response *response,
    const struct http_request *request, bool is_last, struct buffer *head,
    struct bytes *body);

/*
 * One event of a stream.  event and id may be NULL, and have no line ends;
 * data may have them.  STATUS_NOMEM leaves out as it was.
 */
enum status http_response_write_event(struct buffer *out, const char *event,
    const char *id, struct bytes data);

#endif
