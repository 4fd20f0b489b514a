/*
 * The target of a request: a path, and parameters behind a question mark.
 *
 *	/api/1/pupils?name=zo%C3%AB&year=6
 *
 * Only the usual form is taken, which begins with a slash.  A path that could
 * mean two things is not taken: no `.` or `..`, no empty segment but the last,
 * no slash or backslash behind an escape, no control character.
 */
#ifndef COMMON_HTTP_HTTP_TARGET_H
#define COMMON_HTTP_HTTP_TARGET_H

#include "protocol/bytes.h"

struct http_parameter {
	const char *name;
	const char *value; /* "" where there is no equals sign */
};

/* Decoded: UTF-8 without NUL. */
struct http_target {
	const char *path;
	const struct http_parameter *parameters; /* in their order */
	size_t parameter_count;
};

/*
 * The texts live in arena.  STATUS_INVALID with one sentence, which shows
 * nothing of the target; STATUS_TOO_LARGE: more than HTTP_PARAMETERS.
 */
enum status http_target_parse(struct bytes text, struct arena *arena,
    struct http_target *target, struct error *err);

/* The value of the first parameter of this name, or NULL. */
const char *http_target_parameter(const struct http_target *target,
    const char *name);

#endif
