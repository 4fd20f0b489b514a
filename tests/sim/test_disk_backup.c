/* Any file operation of a backup may fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/replica/check.h"
#include "tests/sim/disk.h"

/* A backup is whole or not there. */
static void
test_any_file_operation_of_a_backup_may_fail(void **state)
{
	struct replica_options options = { .path = "oak/db",
		.vfs = DISK_VFS_NAME };
	struct disk *disk = disk_create("oak");
	struct replica *replica = NULL, *backup = NULL;
	struct check_result result;
	struct error err = { 0 };
	enum status status;

	(void)state;
	disk_vfs_register();
	assert_int_equal(replica_open(&options, &replica, &err), STATUS_OK);
	for (uint64_t n = 1;; n++) {
		disk_fail_after(disk, n, DISK_FAULT_ONCE);
		status = check_backup(replica, "oak/copy", &err);
		if (!disk_failed(disk))
			break;
		if (status == STATUS_OK) /* SQLite did without */
			assert_true(disk_remove(disk, "copy"));
		else if (status != STATUS_IO)
			fail_msg("%s: %s", status_name(status), err.text);
		assert_int_equal(disk_file_bytes(disk, "copy"), -1);
	}
	assert_int_equal(status, STATUS_OK);
	disk_fail_never(disk);
	replica_close(replica);
	options.path = "oak/copy";
	assert_int_equal(replica_open(&options, &backup, &err), STATUS_OK);
	assert_int_equal(check_replica(backup, NULL, NULL, NULL, &result, &err),
	    STATUS_OK);
	replica_close(backup);
	disk_destroy(disk);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_file_operation_of_a_backup_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
