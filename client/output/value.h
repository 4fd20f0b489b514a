/*
 * Values as they look to other programs and to people: the same at the command
 * line and in the page's interface.
 */
#ifndef CLIENT_OUTPUT_VALUE_H
#define CLIENT_OUTPUT_VALUE_H

#include <jansson.h>

#include "common/replica/replica.h"
#include "protocol/commit.h"

/* Ids and references as strings, dates and codes as text, blobs in
 * hexadecimal, missing values as null.  New references. */
json_t *output_text(struct bytes text);
json_t *output_value(const struct column *column, const struct value *value);

/* {"column": value, ...}; collection NULL: it is not known. */
json_t *output_values(const struct collection *collection,
    const struct column_value *values, uint32_t count);

/* The value as a person reads it, in out: codes with their meaning, references
 * with the name of what they refer to. */
void output_value_text(struct replica *replica, const struct column *column,
    const struct value *value, char *out, size_t capacity);

/* Text of others for a terminal: no control characters, and cut at a character
 * with "..." behind it.  capacity is at least 4. */
void output_copy_text(struct bytes text, char *out, size_t capacity);

#endif
