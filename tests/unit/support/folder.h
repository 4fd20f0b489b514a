/*
 * A folder of the test's own, removed with what the test names in it.
 */
#ifndef TESTS_UNIT_SUPPORT_FOLDER_H
#define TESTS_UNIT_SUPPORT_FOLDER_H

#include <stdio.h>
#include <uv.h>

#include "common/support/file.h"

struct folder {
	char path[256];
	char file[300]; /* path/file */
};

static inline void
folder_init(struct folder *folder)
{
	char temporary[200];
	size_t size = sizeof(temporary);
	uv_fs_t request;

	assert_int_equal(uv_os_tmpdir(temporary, &size), 0);
	snprintf(folder->path, sizeof(folder->path), "%s/throughline-XXXXXX",
	    temporary);
	assert_int_equal(uv_fs_mkdtemp(NULL, &request, folder->path, NULL), 0);
	snprintf(folder->path, sizeof(folder->path), "%s", request.path);
	uv_fs_req_cleanup(&request);
	snprintf(folder->file, sizeof(folder->file), "%s/file", folder->path);
}

/* How many entries it has. */
static inline int
folder_count(const struct folder *folder)
{
	uv_fs_t request;
	int count;

	count = uv_fs_scandir(NULL, &request, folder->path, 0, NULL);
	uv_fs_req_cleanup(&request);
	return count;
}

static inline void
folder_deinit(struct folder *folder)
{
	uv_fs_t request;

	file_remove(folder->file, NULL);
	assert_int_equal(uv_fs_rmdir(NULL, &request, folder->path, NULL), 0);
	uv_fs_req_cleanup(&request);
}

#endif
