/*
 * What can go wrong in the world, in one list, and how it is told to people.
 *
 * A function that touches the world returns an enum status and fills in a
 * struct error.  Each level that passes an error on puts in front of it what
 * it knows ("import FILE: pupil 14: ..."), so that the line that reaches a
 * person is one sentence.  Faults of our own are assertions, not statuses.
 */
#ifndef PROTOCOL_STATUS_H
#define PROTOCOL_STATUS_H

#include <stdbool.h>
#include <stddef.h>

/* name, text, whether the same call may succeed later without any change */
#define STATUS_LIST(X)                                            \
	X(OK, "done", false)                                      \
	X(AGAIN, "more is needed before this can go on", true)    \
	X(BUSY, "something else is using it", true)               \
	X(CANCELLED, "it was cancelled", false)                   \
	X(CLOSED, "the other side closed the connection", true)   \
	X(CORRUPT, "what is stored is damaged", false)            \
	X(DENIED, "it is not allowed", false)                     \
	X(EXISTS, "it exists already", false)                     \
	X(FULL, "there is no room for it", true)                  \
	X(INVALID, "it is not valid", false)                      \
	X(IO, "reading or writing failed", true)                  \
	X(NOMEM, "there is not enough memory", true)              \
	X(NOT_FOUND, "it does not exist", false)                  \
	X(STALE, "it has changed in the meantime", false)         \
	X(TIMEOUT, "it took too long", true)                      \
	X(TOO_LARGE, "it is too large", false)                    \
	X(UNSUPPORTED, "this version does not support it", false) \
	X(USAGE, "the command was not understood", false)

enum status {
#define STATUS_ENUM(name, text, retry) STATUS_##name,
	STATUS_LIST(STATUS_ENUM)
#undef STATUS_ENUM
};

enum {
	ERROR_TEXT_BYTES = 512
};

/* One sentence for a person.  Plain storage: nothing to release. */
struct error {
	enum status status;
	char text[ERROR_TEXT_BYTES];
};

/* For a call whose status alone matters; lives as long as its block. */
#define ERROR_IGNORED (&(struct error){ .status = STATUS_OK })

/* "NOT_FOUND" */
const char *status_name(enum status status);

/* "it does not exist" */
const char *status_text(enum status status);

bool status_is_temporary(enum status status);

/*
 * Begin an error with a formatted sentence and return status, so that a
 * function can end in `return error_set(err, STATUS_IO, ...)`.  err may be
 * NULL: then only the status is passed on.  Text that does not fit is cut at
 * a character boundary.
 */
enum status error_set(struct error *err, enum status status, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

/* Put "formatted: " in front of the text, and return err->status. */
enum status error_wrap(struct error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
