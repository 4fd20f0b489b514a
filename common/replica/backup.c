/*
 * A backup: one snapshot, compact, in a file that is whole or not there.
 */
#include <assert.h>

#include "common/replica/check.h"
#include "common/replica/replica_private.h"

/* SQLite's own layer over files, which a test may have replaced. */
static struct sqlite3_vfs *
find_vfs(struct replica *replica)
{
	struct sqlite3_vfs *vfs = NULL;

	sqlite3_file_control(replica->database, "main",
	    SQLITE_FCNTL_VFS_POINTER, &vfs);
	return vfs != NULL ? vfs : sqlite3_vfs_find(NULL);
}

static enum status
check_absent(struct replica *replica, const char *path, struct error *err)
{
	struct sqlite3_vfs *vfs = find_vfs(replica);
	int exists = 0;
	int result;

	result = vfs->xAccess(vfs, path, SQLITE_ACCESS_EXISTS, &exists);
	if (result != SQLITE_OK)
		return sql_error(replica->database, result, err);
	if (exists)
		return error_set(err, STATUS_EXISTS,
		    "there is a file of that name already");
	return STATUS_OK;
}

static enum status
copy_into(struct replica *replica, const char *path, struct error *err)
{
	struct sql *sql = sql_use(replica, "VACUUM INTO ?1");
	struct sqlite3_vfs *vfs = find_vfs(replica);
	enum status status;

	sql_bind_text(sql, 1, bytes_of_text(path));
	status = sql_finish(sql, err);
	if (status != STATUS_OK)
		vfs->xDelete(vfs, path, 0); /* half a backup is none */
	return status;
}

enum status
check_backup(struct replica *replica, const char *path, struct error *err)
{
	enum status status;

	assert(!replica_in_transaction(replica));
	status = check_absent(replica, path, err);
	if (status == STATUS_OK)
		status = copy_into(replica, path, err);
	if (status != STATUS_OK)
		return error_wrap(err, "backup to %s", path);
	return STATUS_OK;
}
