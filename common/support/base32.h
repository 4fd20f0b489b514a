/*
 * Crockford's base 32 for codes that people read out and type: digits and
 * capitals without I, L, O, U.  Reading does not care for case, takes O for 0
 * and I and L for 1, and passes over blanks and dashes.
 *
 * A checked code is written in groups of BASE32_GROUP characters, the last of
 * each being a check character over the others and the place of the group.
 * Each single wrong character, each two swapped ones of a group, and two
 * swapped groups (of 31) are noticed, and the group is named.
 */
#ifndef COMMON_SUPPORT_BASE32_H
#define COMMON_SUPPORT_BASE32_H

#include "protocol/bytes.h"

enum {
	BASE32_GROUP = 8, /* seven characters and the one that checks them */
};

/* Characters for so many bytes, with a dash between groups (0: none). */
#define BASE32_CHARACTERS(bytes) (((bytes)*8 + 4) / 5)
#define BASE32_TEXT_BYTES(bytes, group) \
	(BASE32_CHARACTERS(bytes) +     \
	    ((group) ? (BASE32_CHARACTERS(bytes) - 1) / (group) : 0) + 1)
/* The same for a checked code, dashes and NUL counted. */
#define BASE32_CHECKED_BYTES(bytes)                              \
	(BASE32_CHARACTERS(bytes) +                              \
	    2 * ((BASE32_CHARACTERS(bytes) + BASE32_GROUP - 2) / \
		    (BASE32_GROUP - 1)) +                        \
	    1)

/* text has room for BASE32_TEXT_BYTES; group 0 writes no dashes. */
void base32_encode(struct bytes in, size_t group, char *text);

/*
 * Writes at most capacity bytes.  STATUS_INVALID: another character, or a
 * length or last character that no encoding has; STATUS_TOO_LARGE.
 */
enum status base32_decode(struct bytes text, uint8_t *out, size_t capacity,
    size_t *size, struct error *err);

/* text has room for BASE32_CHECKED_BYTES. */
void base32_encode_checked(struct bytes in, char *text);

/* As base32_decode; a mistyped group is named by its number from 1. */
enum status base32_decode_checked(struct bytes text, uint8_t *out,
    size_t capacity, size_t *size, struct error *err);

#endif
