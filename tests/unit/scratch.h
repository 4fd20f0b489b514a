/*
 * A folder of the test's own, in TMPDIR or /tmp, removed with all that is in
 * it.
 */
#ifndef TESTS_UNIT_SCRATCH_H
#define TESTS_UNIT_SCRATCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>

enum {
	SCRATCH_BYTES = 96 /* of its path */
};

static inline void
scratch_make(char path[SCRATCH_BYTES])
{
	const char *temporary = getenv("TMPDIR");

	if (temporary == NULL || strlen(temporary) > SCRATCH_BYTES / 2)
		temporary = "/tmp";
	snprintf(path, SCRATCH_BYTES, "%s/throughline-XXXXXX", temporary);
	assert_non_null(mkdtemp(path));
}

static inline void
scratch_remove(const char *path)
{
	DIR *folder = opendir(path);
	const struct dirent *entry;
	char inner[512];

	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		assert_in_range(snprintf(inner, sizeof(inner), "%s/%s", path,
				    entry->d_name),
		    1, sizeof(inner) - 1);
		if (remove(inner) != 0)
			scratch_remove(inner);
	}
	if (folder != NULL)
		closedir(folder);
	assert_int_equal(remove(path), 0);
}

#endif
