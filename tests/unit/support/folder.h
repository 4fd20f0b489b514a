/*
 * A folder of the test's own, and a file in it.
 */
#ifndef TESTS_UNIT_SUPPORT_FOLDER_H
#define TESTS_UNIT_SUPPORT_FOLDER_H

#include <stdio.h>
#include <uv.h>

#include "common/support/file.h"
#include "tests/unit/scratch.h"

struct folder {
	char path[SCRATCH_BYTES];
	char file[SCRATCH_BYTES + 8]; /* path/file */
};

static inline void
folder_init(struct folder *folder)
{
	scratch_make(folder->path);
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
	scratch_remove(folder->path);
}

#endif
