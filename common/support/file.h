/*
 * Small whole files, by libuv's synchronous calls (Windows too).  Each error
 * names the path.  Paths are UTF-8.
 */
#ifndef COMMON_SUPPORT_FILE_H
#define COMMON_SUPPORT_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/bytes.h"

enum file_mode {
	FILE_SECRET = 0600,
	FILE_PUBLIC = 0644,
};

/*
 * Append the whole file to out.  STATUS_NOT_FOUND; STATUS_TOO_LARGE beyond
 * limit bytes, and out is as it was.
 */
enum status file_read(const char *path, size_t limit, struct buffer *out,
    struct error *err);

/*
 * The whole file or nothing: written beside it, fsynced, renamed over it, the
 * folder fsynced.  Never readable by others in between when mode is secret.
 */
enum status file_write(const char *path, struct bytes content,
    enum file_mode mode, struct error *err);

/* Also when it exists already; parents are made; for this user alone. */
enum status file_make_folder(const char *path, struct error *err);

/* Also when it does not exist. */
enum status file_remove(const char *path, struct error *err);

enum status file_rename(const char *from, const char *to, struct error *err);

/* Into a new file, fsynced.  STATUS_EXISTS: there is something at to. */
enum status file_copy(const char *from, const char *to, struct error *err);

/* Until what was written to a file, or renamed in a folder, is on the disk. */
enum status file_sync(const char *path, struct error *err);

bool file_exists(const char *path);

enum status file_size(const char *path, uint64_t *size, struct error *err);

/* What this user may still write on the disk of path. */
enum status file_free_bytes(const char *path, uint64_t *bytes,
    struct error *err);

/* folder/name, allocated; NULL when there is no memory. */
char *file_path(const char *folder, const char *name);

/* The status that a libuv error number is. */
enum status file_status(int uv_error);

#endif
