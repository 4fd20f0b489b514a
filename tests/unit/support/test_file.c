/* Small whole files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "common/support/file.h"
#include "tests/unit/support/folder.h"

static void
test_file_is_replaced_whole(void **state)
{
	struct buffer read = { 0 };
	struct folder folder;
	uv_fs_t request;

	(void)state;
	folder_init(&folder);
	assert_int_equal(file_write(folder.file, bytes_of_text("first"),
			     FILE_PUBLIC, NULL),
	    STATUS_OK);
	assert_int_equal(file_write(folder.file, bytes_of_text("second"),
			     FILE_SECRET, NULL),
	    STATUS_OK);
	assert_int_equal(folder_count(&folder), 1);
	assert_int_equal(file_read(folder.file, 6, &read, NULL), STATUS_OK);
	assert_true(bytes_equal_text(buffer_view(&read), "second"));
	uv_fs_stat(NULL, &request, folder.file, NULL);
	assert_int_equal(request.statbuf.st_mode & 0777, 0600);
	uv_fs_req_cleanup(&request);
	buffer_deinit(&read);
	folder_deinit(&folder);
}

static void
test_longer_than_the_limit_is_refused(void **state)
{
	struct buffer read = { 0 };
	struct folder folder;
	struct error err;
	uint64_t size;

	(void)state;
	folder_init(&folder);
	assert_int_equal(file_write(folder.file, bytes_of_text("123456"),
			     FILE_PUBLIC, NULL),
	    STATUS_OK);
	buffer_append(&read, bytes_of_text("x"));
	assert_int_equal(file_read(folder.file, 5, &read, &err),
	    STATUS_TOO_LARGE);
	assert_true(bytes_equal_text(buffer_view(&read), "x"));
	assert_int_equal(file_size(folder.file, &size, NULL), STATUS_OK);
	assert_int_equal(size, 6);
	buffer_deinit(&read);
	folder_deinit(&folder);
}

/* The error names the path and the reason. */
static void
test_what_is_missing_is_said(void **state)
{
	struct buffer read = { 0 };
	struct folder folder;
	struct error err;
	uint64_t bytes = 0;

	(void)state;
	folder_init(&folder);
	assert_int_equal(file_read(folder.file, 5, &read, &err),
	    STATUS_NOT_FOUND);
	assert_non_null(strstr(err.text, folder.file));
	assert_false(file_exists(folder.file));
	assert_int_equal(file_remove(folder.file, &err), STATUS_OK);
	assert_int_equal(file_free_bytes(folder.path, &bytes, &err), STATUS_OK);
	assert_true(bytes > 0);
	assert_int_equal(file_write("/no/such/folder/file", bytes_of_text(""),
			     FILE_PUBLIC, &err),
	    STATUS_NOT_FOUND);
	buffer_deinit(&read);
	folder_deinit(&folder);
}

static void
test_folders_are_made_with_their_parents(void **state)
{
	struct folder folder;
	struct error err;
	uv_fs_t request;
	char *parent, *child;

	(void)state;
	folder_init(&folder);
	parent = file_path(folder.path, "a");
	child = file_path(parent, "b");
	assert_int_equal(file_make_folder(child, &err), STATUS_OK);
	assert_int_equal(file_make_folder(child, &err), STATUS_OK);
	assert_true(file_exists(child));
	uv_fs_rmdir(NULL, &request, child, NULL);
	uv_fs_req_cleanup(&request);
	uv_fs_rmdir(NULL, &request, parent, NULL);
	uv_fs_req_cleanup(&request);
	/* A file in the way is an error. */
	assert_int_equal(file_write(folder.file, bytes_of_text(""), FILE_PUBLIC,
			     NULL),
	    STATUS_OK);
	assert_int_equal(file_make_folder(folder.file, &err), STATUS_EXISTS);
	free(child);
	free(parent);
	folder_deinit(&folder);
}

/* A copy is whole, and nothing is written over. */
static void
test_copy_is_a_new_file(void **state)
{
	struct folder folder;
	struct buffer read = { 0 };
	struct error err;
	char *copy;

	(void)state;
	folder_init(&folder);
	copy = file_path(folder.path, "copy");
	assert_int_equal(file_copy(folder.file, copy, &err), STATUS_NOT_FOUND);
	assert_int_equal(file_write(folder.file, bytes_of_text("Oak"),
			     FILE_SECRET, &err),
	    STATUS_OK);
	assert_int_equal(file_copy(folder.file, copy, &err), STATUS_OK);
	assert_int_equal(file_copy(folder.file, copy, &err), STATUS_EXISTS);
	assert_int_equal(file_sync(folder.path, &err), STATUS_OK);
	assert_int_equal(file_read(copy, 5, &read, &err), STATUS_OK);
	assert_true(bytes_equal_text(buffer_view(&read), "Oak"));
	assert_int_equal(file_remove(copy, &err), STATUS_OK);
	assert_int_equal(file_sync(copy, &err), STATUS_NOT_FOUND);
	buffer_deinit(&read);
	free(copy);
	folder_deinit(&folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file_is_replaced_whole),
		cmocka_unit_test(test_longer_than_the_limit_is_refused),
		cmocka_unit_test(test_what_is_missing_is_said),
		cmocka_unit_test(test_folders_are_made_with_their_parents),
		cmocka_unit_test(test_copy_is_a_new_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
