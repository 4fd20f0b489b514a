/*
 * A damaged database and its WAL, byte for byte as the input says.  Whatever is
 * saved of it is sound and this site's own, and its numbers go on behind that.
 *
 *	2 bytes		how long the database is; what follows it is the WAL
 */
#include <sqlite3.h>
#include <string.h>

#include "common/replica/salvage_private.h"
#include "fuzz.h"
#include "protocol/digest.h"
#include "protocol/identifier.h"

enum {
	HEAD_BYTES = 2,
	SITE = 7 /* who wrote most of the corpus */
};

#define NOW_MS UINT64_C(1790000000000)

/* --- two files in memory, which nobody can change ------------------------- */

struct file {
	sqlite3_file base;
	struct bytes content;
};

static struct bytes database, wal;

static int
file_close(sqlite3_file *file)
{
	(void)file;
	return SQLITE_OK;
}

static int
file_read(sqlite3_file *file, void *out, int size, sqlite3_int64 offset)
{
	struct bytes rest = ((struct file *)file)->content;

	bytes_advance(&rest,
	    (uint64_t)offset < rest.size ? (size_t)offset : rest.size);
	memset(out, 0, (size_t)size);
	if (rest.size < (size_t)size) {
		if (rest.size > 0)
			memcpy(out, rest.data, rest.size);
		return SQLITE_IOERR_SHORT_READ;
	}
	memcpy(out, rest.data, (size_t)size);
	return SQLITE_OK;
}

static int
file_write(sqlite3_file *file, const void *in, int size, sqlite3_int64 offset)
{
	(void)file, (void)in, (void)size, (void)offset;
	return SQLITE_READONLY;
}

static int
file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	(void)file, (void)size;
	return SQLITE_READONLY;
}

static int
file_size(sqlite3_file *file, sqlite3_int64 *size)
{
	*size = (sqlite3_int64)((struct file *)file)->content.size;
	return SQLITE_OK;
}

/* To sync and to lock: there is nothing to write, and nobody else. */
static int
file_nothing(sqlite3_file *file, int what)
{
	(void)file, (void)what;
	return SQLITE_OK;
}

static int
file_is_reserved(sqlite3_file *file, int *is)
{
	(void)file;
	*is = 0;
	return SQLITE_OK;
}

static int
file_control(sqlite3_file *file, int what, void *argument)
{
	(void)file, (void)what, (void)argument;
	return SQLITE_NOTFOUND;
}

static int
file_sector(sqlite3_file *file)
{
	(void)file;
	return 512;
}

static int
file_traits(sqlite3_file *file)
{
	(void)file;
	return 0;
}

static const sqlite3_io_methods methods = {
	.iVersion = 1,
	.xClose = file_close,
	.xRead = file_read,
	.xWrite = file_write,
	.xTruncate = file_truncate,
	.xSync = file_nothing,
	.xFileSize = file_size,
	.xLock = file_nothing,
	.xUnlock = file_nothing,
	.xCheckReservedLock = file_is_reserved,
	.xFileControl = file_control,
	.xSectorSize = file_sector,
	.xDeviceCharacteristics = file_traits,
};

static bool
is_named(const char *name, const char *wanted)
{
	return name != NULL && strcmp(name, wanted) == 0;
}

static int
vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
    int *out_flags)
{
	struct file *self = (struct file *)file;

	(void)vfs;
	self->base.pMethods = NULL;
	if (!is_named(name, "db") && !is_named(name, "db-wal"))
		return SQLITE_CANTOPEN;
	self->base.pMethods = &methods;
	self->content = is_named(name, "db") ? database : wal;
	if (out_flags != NULL)
		*out_flags =
		    (flags & ~SQLITE_OPEN_READWRITE) | SQLITE_OPEN_READONLY;
	return SQLITE_OK;
}

static int
vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *is)
{
	(void)vfs, (void)flags;
	*is =
	    is_named(name, "db") || (is_named(name, "db-wal") && wal.size > 0);
	return SQLITE_OK;
}

static int
vfs_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	(void)vfs, (void)name, (void)sync;
	return SQLITE_IOERR_DELETE;
}

static int
vfs_path(sqlite3_vfs *vfs, const char *name, int size, char *out)
{
	(void)vfs;
	sqlite3_snprintf(size, out, "%s", name);
	return SQLITE_OK;
}

static sqlite3_vfs vfs = {
	.iVersion = 1,
	.szOsFile = sizeof(struct file),
	.mxPathname = 64,
	.zName = "fuzz",
	.xOpen = vfs_open,
	.xAccess = vfs_access,
	.xDelete = vfs_delete,
	.xFullPathname = vfs_path,
};

/* --- what is saved -------------------------------------------------------- */

/* In the transaction in which it was saved. */
static void
check_saved(struct replica *replica, const struct salvage *salvage)
{
	sqlite3_stmt *row = NULL;

	FUZZ_CHECK(sqlite3_prepare_v2(replica_database(replica),
		       "SELECT id, digest, bytes FROM pending WHERE state < 2",
		       -1, &row, NULL) == SQLITE_OK);
	while (sqlite3_step(row) == SQLITE_ROW) {
		uint64_t id = (uint64_t)sqlite3_column_int64(row, 0);
		struct bytes bytes = { sqlite3_column_blob(row, 2),
			(size_t)sqlite3_column_bytes(row, 2) };
		struct digest digest = digest_of(bytes);

		FUZZ_CHECK(identifier_site(id) == SITE);
		FUZZ_CHECK(identifier_counter(id) < salvage->counter);
		FUZZ_CHECK(
		    sqlite3_column_bytes(row, 1) == sizeof(digest.bytes));
		FUZZ_CHECK(memcmp(sqlite3_column_blob(row, 1), digest.bytes,
			       sizeof(digest.bytes)) == 0);
	}
	sqlite3_finalize(row);
}

/* One for all inputs: making it takes longer than to salvage. */
static struct replica *
open_replica(void)
{
	static struct replica *replica;
	const struct replica_options options = {
		.path = ":memory:",
		.kind = REPLICA_CLIENT,
	};

	if (replica == NULL) {
		FUZZ_CHECK(sqlite3_vfs_register(&vfs, 0) == SQLITE_OK);
		FUZZ_CHECK(replica_open(&options, &replica, NULL) == STATUS_OK);
	}
	return replica;
}

static void
read_both_ways(void)
{
	const struct salvage_options options = {
		.path = "db",
		.vfs = "fuzz",
		.site = SITE,
		.now_ms = NOW_MS,
	};
	struct salvage_result result = { 0 };
	struct salvage salvage = {
		.to = open_replica(),
		.options = &options,
		.result = &result,
	};

	FUZZ_CHECK(replica_begin(salvage.to, NULL) == STATUS_OK);
	salvage_walk(&salvage);
	FUZZ_CHECK(salvage.status == STATUS_OK);
	(void)salvage_is_lacking(&salvage);
	salvage_pages(&salvage);
	FUZZ_CHECK(salvage.status == STATUS_OK);
	check_saved(salvage.to, &salvage);
	replica_rollback(salvage.to);
	id_list_deinit(&salvage.met);
	arena_deinit(&salvage.arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes rest = { data, size };

	if (size < HEAD_BYTES)
		return 0;
	bytes_advance(&rest, HEAD_BYTES);
	database = rest;
	database.size = data[0] | (size_t)data[1] << 8;
	if (database.size > rest.size)
		database.size = rest.size;
	bytes_advance(&rest, database.size);
	wal = rest;
	read_both_ways();
	return 0;
}
