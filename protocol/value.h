/*
 * Values: what a column holds.  On the wire a value is a msgpack nil, integer,
 * float 64, str or bin.  A date or a moment is text in ISO 8601, a reference
 * is an integer: what a value means is the catalogue's business.
 */
#ifndef PROTOCOL_VALUE_H
#define PROTOCOL_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/bytes.h"

enum value_type {
	VALUE_NULL,
	VALUE_INTEGER,
	VALUE_REAL, /* finite; -0 is written as 0 */
	VALUE_TEXT, /* UTF-8 without NUL */
	VALUE_BLOB,
};

struct value {
	enum value_type type;

	union {
		int64_t integer;
		double real;
		struct bytes bytes; /* text and blob; borrowed */
	};
};

struct value value_null(void);
struct value value_integer(int64_t integer);
struct value value_real(double real);
struct value value_text(struct bytes text);
struct value value_c_text(const char *text);
struct value value_blob(struct bytes blob);

bool value_equal(const struct value *a, const struct value *b);

/* UTF-8 by RFC 3629: no overlong form, no surrogate; and no NUL. */
bool utf8_is_valid(struct bytes text);

/* Characters (code points) in valid UTF-8. */
size_t utf8_length(struct bytes text);

/* ISO 8601 "YYYY-MM-DD", a day that exists, years 1800 to 2200. */
bool date_is_valid(struct bytes text);

/* "YYYY-MM-DDThh:mm:ssZ", with seconds, in UTC. */
bool moment_is_valid(struct bytes text);

#endif
