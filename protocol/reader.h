/*
 * Reading untrusted msgpack in place (private to protocol/).
 *
 * A token is one msgpack head with its value: a scalar, a view of the bytes of
 * a str or bin, or the count of an array or map, whose elements follow.  The
 * reader takes tokens in the order that a format prescribes and keeps the
 * first failure: after it everything reads as zero and every count as 0, so
 * that a decoder is a plain list of what it expects, asked once at its end.
 *
 * It is used rather than msgpack-c's unpacker because that one builds 24 bytes
 * for every byte of a hostile array before anybody can look at it.
 */
#ifndef PROTOCOL_READER_H
#define PROTOCOL_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/bytes.h"

enum token_type {
	TOKEN_NIL,
	TOKEN_BOOLEAN,
	TOKEN_UNSIGNED,
	TOKEN_NEGATIVE,
	TOKEN_REAL,
	TOKEN_TEXT,
	TOKEN_BLOB,
	TOKEN_ARRAY,
	TOKEN_MAP, /* count pairs */
};

struct token {
	enum token_type type;

	union {
		bool boolean;
		uint64_t number; /* unsigned */
		int64_t integer; /* negative */
		double real;
		struct bytes bytes;
		uint32_t count;
	};
};

/*
 * Cut the next token off the front of in.  NULL, or why it is none: cut short,
 * an extension, or a count that the bytes behind it could not hold.
 */
const char *token_read(struct bytes *in, struct token *token);

struct reader {
	struct bytes rest;
	struct arena *arena; /* for lists */
	struct error *err;
	enum status status;
};

/* Keep the first failure: "what: why". */
void reader_fail(struct reader *reader, enum status status, const char *what,
    const char *why);

uint64_t reader_unsigned(struct reader *reader, uint64_t max, const char *what);

int64_t reader_signed(struct reader *reader, const char *what);

bool reader_boolean(struct reader *reader, const char *what);

/* At most max bytes; TOO_LARGE otherwise.  Text is not checked for UTF-8. */
struct bytes reader_text(struct reader *reader, size_t max, const char *what);

struct bytes reader_blob(struct reader *reader, size_t max, const char *what);

/* A bin of exactly size bytes, copied to out. */
void reader_blob_exact(struct reader *reader, uint8_t *out, size_t size,
    const char *what);

/* The count of an array whose elements have a meaning by place. */
uint32_t reader_tuple(struct reader *reader, uint32_t min, uint32_t max,
    const char *what);

/* The count of an array of likes: above max it is TOO_LARGE. */
uint32_t reader_array(struct reader *reader, uint32_t max, const char *what);

/* The head of an array of up to max elements, and zeroed room for them. */
void *reader_list(struct reader *reader, uint32_t *count, uint32_t max,
    size_t element_size, const char *what);

/* Zeroed room for count elements.  NULL, and count 0, when it is for none or
 * there is no memory. */
void *reader_room(struct reader *reader, uint32_t *count, size_t element_size,
    const char *what);

/* Pass over count objects, with all that is in them. */
void reader_skip(struct reader *reader, uint32_t count);

#endif
