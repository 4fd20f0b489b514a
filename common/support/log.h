/*
 * The log: one line an event.
 *
 *	2026-07-21T09:30:00.123Z info sync.connected site=3 ms=12
 *
 * No personal data, ever: a field is a number or a safe token
 * ([A-Za-z0-9_.:-], at most 64 bytes).  A token that is anything else, such
 * as text that somebody typed, is written as "?".  Sentences for people go to
 * the page or the terminal; the log has the name of their status.
 *
 *	log_event(log, LOG_INFO, "sync.connected",
 *	    LOG_NUMBER("site", site), LOG_NUMBER("ms", ms));
 *
 * A NULL log takes events and drops them.
 */
#ifndef COMMON_SUPPORT_LOG_H
#define COMMON_SUPPORT_LOG_H

#include <stdint.h>

#include "protocol/status.h"

enum log_level {
	LOG_DEBUG,
	LOG_INFO,
	LOG_WARNING,
	LOG_ERROR,
};

enum {
	LOG_LINES_PER_SECOND = 200, /* on average; bursts of as many */
	LOG_FIELDS = 12,
};

struct log_field {
	const char *key;
	const char *token; /* NULL: it is the number */
	int64_t number;
};

struct log;

/* Write to the end of the file at path; NULL: standard error. */
enum status log_open(const char *path, enum log_level least, struct log **out,
    struct error *err);

void log_close(struct log *log);

/* "info" and so on; STATUS_INVALID for another word. */
enum status log_level_parse(const char *text, enum log_level *level,
    struct error *err);

/* For tests: where the time (Unix ms) comes from. */
void log_set_clock(struct log *log, int64_t (*now_ms)(void));

/*
 * fields ends with one whose key is NULL.  Lines beyond the bound are counted,
 * and the count is logged when there is room again (log.suppressed).
 */
void log_write(struct log *log, enum log_level level, const char *event,
    const struct log_field *fields);

#define LOG_NUMBER(name, value)                           \
	{                                                 \
		.key = (name), .number = (int64_t)(value) \
	}
#define LOG_TOKEN(name, value)                  \
	{                                       \
		.key = (name), .token = (value) \
	}
#define LOG_STATUS(value) LOG_TOKEN("status", status_name(value))

/* log_event(log, level, event, field, ...): at least one field. */
#define log_event(log, level, event, ...) \
	log_write(log, level, event,      \
	    (const struct log_field[]){ __VA_ARGS__, { .key = NULL } })

/* An event without fields. */
#define log_plain(log, level, event) \
	log_write(log, level, event, \
	    (const struct log_field[]){ { .key = NULL } })

#endif
