/*
 * Every call here is one of libuv's without a callback: it is done when it
 * returns, and each request is cleaned up at once.
 */
#include "common/support/file.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "common/support/random.h"

enum {
	READ_BYTES = 64 * 1024,
	FOLDER_MODE = 0700,
};

enum status
file_status(int uv_error)
{
	switch (uv_error) {
	case UV_ENOENT:
	case UV_ENOTDIR:
		return STATUS_NOT_FOUND;
	case UV_EACCES:
	case UV_EPERM:
	case UV_EROFS:
		return STATUS_DENIED;
	case UV_EEXIST:
		return STATUS_EXISTS;
	case UV_ENOSPC:
		return STATUS_FULL;
	case UV_ENOMEM:
		return STATUS_NOMEM;
	case UV_EBUSY:
		return STATUS_BUSY;
	case UV_ETIMEDOUT:
		return STATUS_TIMEOUT;
	case UV_ECANCELED:
		return STATUS_CANCELLED;
	default:
		return STATUS_IO;
	}
}

static enum status
failed(struct error *err, const char *what, const char *path, ssize_t uv_error)
{
	return error_set(err, file_status((int)uv_error), "%s %s: %s", what,
	    path, uv_strerror((int)uv_error));
}

static int
open_file(const char *path, int flags, int mode)
{
	uv_fs_t request;
	int file;

	file = uv_fs_open(NULL, &request, path, flags, mode, NULL);
	uv_fs_req_cleanup(&request);
	return file;
}

static int
close_file(uv_file file)
{
	uv_fs_t request;
	int result;

	result = uv_fs_close(NULL, &request, file, NULL);
	uv_fs_req_cleanup(&request);
	return result;
}

static ssize_t
read_some(uv_file file, uint8_t *data, size_t size)
{
	uv_buf_t piece = uv_buf_init((char *)data, (unsigned)size);
	uv_fs_t request;
	ssize_t count;

	do {
		count = uv_fs_read(NULL, &request, file, &piece, 1, -1, NULL);
		uv_fs_req_cleanup(&request);
	} while (count == UV_EINTR);
	return count;
}

/* 0 or an error. */
static ssize_t
write_all(uv_file file, struct bytes content)
{
	uint8_t piece[READ_BYTES];
	uv_fs_t request;
	uv_buf_t view;
	ssize_t count;

	while (content.size > 0) {
		size_t size =
		    content.size < sizeof(piece) ? content.size : sizeof(piece);

		memcpy(piece, content.data, size);
		view = uv_buf_init((char *)piece, (unsigned)size);
		count = uv_fs_write(NULL, &request, file, &view, 1, -1, NULL);
		uv_fs_req_cleanup(&request);
		if (count == UV_EINTR)
			continue;
		if (count <= 0)
			return count < 0 ? count : UV_EIO;
		bytes_advance(&content, (size_t)count);
	}
	return 0;
}

static int
sync_file(uv_file file)
{
	uv_fs_t request;
	int result;

	result = uv_fs_fsync(NULL, &request, file, NULL);
	uv_fs_req_cleanup(&request);
	return result;
}

enum status
file_read(const char *path, size_t limit, struct buffer *out, struct error *err)
{
	size_t before = out->size;
	uint8_t *room;
	ssize_t count = 0;
	uv_file file;

	file = open_file(path, UV_FS_O_RDONLY, 0);
	if (file < 0)
		return failed(err, "open", path, file);
	while ((room = buffer_reserve(out, READ_BYTES)) != NULL) {
		count = read_some(file, room, READ_BYTES);
		if (count <= 0)
			break;
		buffer_produce(out, (size_t)count);
		if (out->size - before > limit)
			break;
	}
	close_file(file);
	if (room != NULL && count == 0 && out->size - before <= limit)
		return STATUS_OK;
	if (room != NULL && count > 0) {
		buffer_truncate(out, before);
		return error_set(err, STATUS_TOO_LARGE,
		    "%s is longer than %zu bytes", path, limit);
	}
	buffer_truncate(out, before);
	if (room == NULL)
		return error_set(err, STATUS_NOMEM, "read %s: %s", path,
		    status_text(STATUS_NOMEM));
	return failed(err, "read", path, count);
}

enum status
file_sync(const char *path, struct error *err)
{
	uv_file file = open_file(path, UV_FS_O_RDONLY, 0);
	int result = file;

	if (file >= 0) {
		result = sync_file(file);
		close_file(file);
	}
	return result < 0 ? failed(err, "store", path, result) : STATUS_OK;
}

/*
 * A rename is durable when its folder is; where a folder cannot be opened
 * (Windows) the system sees to that itself.
 */
static void
sync_folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder;

	folder = slash == NULL || slash == path ? strdup(slash ? "/" : ".")
	                                        : strdup(path);
	if (folder == NULL)
		return;
	if (slash != NULL && slash != path)
		folder[slash - path] = '\0';
	(void)file_sync(folder, NULL);
	free(folder);
}

/* Write and fsync a new file that nobody else can have opened before. */
static enum status
write_new(const char *path, struct bytes content, enum file_mode mode,
    struct error *err)
{
	ssize_t result;
	uv_file file;
	int closed;

	file = open_file(path, UV_FS_O_WRONLY | UV_FS_O_CREAT | UV_FS_O_EXCL,
	    (int)mode);
	if (file < 0)
		return failed(err, "create", path, file);
	result = write_all(file, content);
	if (result == 0)
		result = sync_file(file);
	closed = close_file(file);
	if (result == 0)
		result = closed;
	if (result < 0)
		return failed(err, "write", path, result);
	return STATUS_OK;
}

enum status
file_write(const char *path, struct bytes content, enum file_mode mode,
    struct error *err)
{
	size_t size = strlen(path) + 32;
	enum status status;
	char *beside;

	beside = malloc(size);
	if (beside == NULL)
		return error_set(err, STATUS_NOMEM, "write %s: %s", path,
		    status_text(STATUS_NOMEM));
	snprintf(beside, size, "%s.%016" PRIx64 ".new", path, random_u64());
	status = write_new(beside, content, mode, err);
	if (status == STATUS_OK)
		status = file_rename(beside, path, err);
	if (status == STATUS_OK)
		sync_folder_of(path);
	else
		file_remove(beside, NULL);
	free(beside);
	return status;
}

static int
make_one(const char *path)
{
	uv_fs_t request;
	int result;

	result = uv_fs_mkdir(NULL, &request, path, FOLDER_MODE, NULL);
	uv_fs_req_cleanup(&request);
	return result;
}

static bool
is_folder(const char *path)
{
	uv_fs_t request;
	bool yes;

	yes = uv_fs_stat(NULL, &request, path, NULL) == 0 &&
	      (request.statbuf.st_mode & 0170000) == 0040000;
	uv_fs_req_cleanup(&request);
	return yes;
}

enum status
file_make_folder(const char *path, struct error *err)
{
	char *copy = strdup(path);
	int result = 0;

	if (copy == NULL)
		return error_set(err, STATUS_NOMEM, "make folder %s: %s", path,
		    status_text(STATUS_NOMEM));
	for (char *at = copy + (*copy != '\0'); *at != '\0'; at++) {
		if (*at != '/' && *at != '\\')
			continue;
		char separator = *at;

		*at = '\0';
		make_one(copy); /* what fails here, fails at the end too */
		*at = separator;
	}
	result = make_one(copy);
	free(copy);
	if (result == 0 || (result == UV_EEXIST && is_folder(path)))
		return STATUS_OK;
	return failed(err, "make folder", path, result);
}

enum status
file_remove(const char *path, struct error *err)
{
	uv_fs_t request;
	int result;

	result = uv_fs_unlink(NULL, &request, path, NULL);
	uv_fs_req_cleanup(&request);
	if (result == 0 || result == UV_ENOENT)
		return STATUS_OK;
	return failed(err, "remove", path, result);
}

enum status
file_rename(const char *from, const char *to, struct error *err)
{
	uv_fs_t request;
	int result;

	result = uv_fs_rename(NULL, &request, from, to, NULL);
	uv_fs_req_cleanup(&request);
	return result == 0 ? STATUS_OK : failed(err, "rename to", to, result);
}

enum status
file_copy(const char *from, const char *to, struct error *err)
{
	uv_fs_t request;
	int result;

	result =
	    uv_fs_copyfile(NULL, &request, from, to, UV_FS_COPYFILE_EXCL, NULL);
	uv_fs_req_cleanup(&request);
	if (result < 0)
		return error_set(err, file_status(result), "copy %s to %s: %s",
		    from, to, uv_strerror(result));
	return file_sync(to, err);
}

bool
file_exists(const char *path)
{
	uv_fs_t request;
	int result;

	result = uv_fs_stat(NULL, &request, path, NULL);
	uv_fs_req_cleanup(&request);
	return result == 0;
}

enum status
file_size(const char *path, uint64_t *size, struct error *err)
{
	uv_fs_t request;
	int result;

	result = uv_fs_stat(NULL, &request, path, NULL);
	if (result == 0)
		*size = request.statbuf.st_size;
	uv_fs_req_cleanup(&request);
	return result == 0 ? STATUS_OK : failed(err, "look at", path, result);
}

enum status
file_free_bytes(const char *path, uint64_t *bytes, struct error *err)
{
	const uv_statfs_t *disk;
	uv_fs_t request;
	int result;

	result = uv_fs_statfs(NULL, &request, path, NULL);
	if (result == 0) {
		disk = request.ptr;
		*bytes = disk->f_bavail * disk->f_bsize;
	}
	uv_fs_req_cleanup(&request);
	if (result == 0)
		return STATUS_OK;
	return failed(err, "ask for the free space of", path, result);
}

char *
file_path(const char *folder, const char *name)
{
	size_t length = strlen(folder);
	size_t size = length + strlen(name) + 2;
	char *path = malloc(size);
	bool ends = length > 0 && folder[length - 1] == '/';

	if (path != NULL)
		snprintf(path, size, "%s%s%s", folder, ends ? "" : "/", name);
	return path;
}
