/*
 * Reads the requests of one connection, one after another.
 *
 *	head -> body -> next -> head ...
 *
 * HTTP/1.1 and nothing else, read strictly: lines end in CR LF, no line is
 * folded, the length of a body is told in one way.  Memory grows with the
 * bytes that came, never with a length that was announced.
 */
#ifndef COMMON_HTTP_HTTP_READER_H
#define COMMON_HTTP_HTTP_READER_H

#include "common/http/http_request.h"

struct http_reader;

enum status http_reader_create(struct http_reader **out, struct error *err);

void http_reader_destroy(struct http_reader *reader);

/*
 * Read up to the end of the head, and advance in past what was taken.
 *
 * STATUS_OK     http_reader_request has all but the body
 * STATUS_AGAIN  all of in was taken, and more is needed
 *
 * All others end the connection: http_reader_code is what to answer with, err
 * the sentence, which shows nothing of the request.
 */
enum status http_reader_head(struct http_reader *reader, struct bytes *in,
    struct error *err);

/*
 * The same for the body, of at most body_bytes_max (the same in each call for
 * it); at once STATUS_OK where there is none.
 */
enum status http_reader_body(struct http_reader *reader, size_t body_bytes_max,
    struct bytes *in, struct error *err);

/* Borrowed until http_reader_next; its body is NULL until it was read. */
const struct http_request *http_reader_request(
    const struct http_reader *reader);

/* 400, 413, 414, 431, 501, 503 or 505; after a call that failed. */
int http_reader_code(const struct http_reader *reader);

/* Forget this request: another follows. */
void http_reader_next(struct http_reader *reader);

#endif
