#include "common/support/log.h"

#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "common/support/clock.h"
#include "common/support/file.h"

enum {
	LINE_BYTES = 2048,
	TOKEN_BYTES = 64,
	STDERR = 2,
};

static const char *const level_names[] = {
	[LOG_DEBUG] = "debug",
	[LOG_INFO] = "info",
	[LOG_WARNING] = "warning",
	[LOG_ERROR] = "error",
};

struct log {
	uv_file file;
	enum log_level least;
	int64_t (*now_ms)(void);
	int64_t filled_ms; /* when the allowance was last refilled */
	int64_t allowance; /* thousandths of a line */
	int64_t suppressed;
};

static_assert(LOG_FIELDS * (2 * TOKEN_BYTES + 2) + 3 * TOKEN_BYTES < LINE_BYTES,
    "the longest line fits");

enum status
log_open(const char *path, enum log_level least, struct log **out,
    struct error *err)
{
	struct log *log;
	uv_fs_t request;

	assert(out != NULL && *out == NULL);
	log = calloc(1, sizeof(*log));
	if (log == NULL)
		return error_set(err, STATUS_NOMEM, "open the log: %s",
		    status_text(STATUS_NOMEM));
	log->file = STDERR;
	log->least = least;
	log->now_ms = clock_unix_ms;
	log->filled_ms = log->now_ms();
	log->allowance = LOG_LINES_PER_SECOND * INT64_C(1000);
	if (path != NULL) {
		log->file = uv_fs_open(NULL, &request, path,
		    UV_FS_O_WRONLY | UV_FS_O_CREAT | UV_FS_O_APPEND, 0600,
		    NULL);
		uv_fs_req_cleanup(&request);
	}
	if (log->file < 0) {
		error_set(err, file_status(log->file), "open the log %s: %s",
		    path, uv_strerror(log->file));
		free(log);
		return err != NULL ? err->status : STATUS_IO;
	}
	*out = log;
	return STATUS_OK;
}

void
log_close(struct log *log)
{
	uv_fs_t request;

	if (log == NULL)
		return;
	if (log->file != STDERR) {
		uv_fs_close(NULL, &request, log->file, NULL);
		uv_fs_req_cleanup(&request);
	}
	free(log);
}

void
log_set_clock(struct log *log, int64_t (*now_ms)(void))
{
	log->now_ms = now_ms;
	log->filled_ms = now_ms();
}

enum status
log_level_parse(const char *text, enum log_level *level, struct error *err)
{
	for (size_t i = 0; i < sizeof(level_names) / sizeof(*level_names); i++)
		if (strcmp(text, level_names[i]) == 0) {
			*level = (enum log_level)i;
			return STATUS_OK;
		}
	return error_set(err, STATUS_INVALID,
	    "\"%.20s\" is no log level: debug, info, warning or error", text);
}

static bool
token_is_safe(const char *token)
{
	size_t size =
	    strspn(token, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			  "0123456789_.:-");

	return size >= 1 && size <= TOKEN_BYTES && token[size] == '\0';
}

static const char *
safe(const char *token)
{
	return token_is_safe(token) ? token : "?";
}

/* One line may be written for each thousand of the allowance. */
static bool
allow_line(struct log *log, int64_t now_ms)
{
	const int64_t full = LOG_LINES_PER_SECOND * INT64_C(1000);
	int64_t passed = now_ms - log->filled_ms;

	if (passed < 0 || passed > 1000)
		passed = 1000; /* the clock jumped, or it was long ago */
	log->filled_ms = now_ms;
	log->allowance += passed * LOG_LINES_PER_SECOND;
	if (log->allowance > full)
		log->allowance = full;
	if (log->allowance < 1000)
		return false;
	log->allowance -= 1000;
	return true;
}

static void
write_line(struct log *log, int64_t now_ms, enum log_level level,
    const char *event, const struct log_field *fields)
{
	char line[LINE_BYTES], time[CLOCK_TEXT_BYTES];
	size_t size;
	uv_fs_t request;
	uv_buf_t view;

	clock_format(now_ms, time);
	size = (size_t)snprintf(line, sizeof(line), "%s %s %s", time,
	    level_names[level], safe(event));
	for (int i = 0; i < LOG_FIELDS && fields[i].key != NULL; i++) {
		const struct log_field *field = &fields[i];
		char *end = line + size;
		size_t room = sizeof(line) - size;

		if (field->token != NULL)
			size += (size_t)snprintf(end, room, " %s=%s",
			    safe(field->key), safe(field->token));
		else
			size += (size_t)snprintf(end, room, " %s=%" PRId64,
			    safe(field->key), field->number);
		assert(size < sizeof(line) - 1);
	}
	line[size++] = '\n';
	/* A log that cannot be written has nowhere to say so. */
	view = uv_buf_init(line, (unsigned)size);
	uv_fs_write(NULL, &request, log->file, &view, 1, -1, NULL);
	uv_fs_req_cleanup(&request);
}

void
log_write(struct log *log, enum log_level level, const char *event,
    const struct log_field *fields)
{
	int64_t now_ms;

	if (log == NULL || level < log->least)
		return;
	now_ms = log->now_ms();
	if (!allow_line(log, now_ms)) {
		log->suppressed++;
		return;
	}
	if (log->suppressed > 0) {
		const struct log_field count[] = {
			LOG_NUMBER("count", log->suppressed), { .key = NULL }
		};

		write_line(log, now_ms, LOG_WARNING, "log.suppressed", count);
		log->suppressed = 0;
	}
	write_line(log, now_ms, level, event, fields);
}
