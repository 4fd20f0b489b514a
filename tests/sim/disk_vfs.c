/*
 * The sqlite3_vfs over the simulated disks.
 */
#include <assert.h>
#include <string.h>

#include "tests/sim/disk_private.h"
#include "tests/sim/random.h"

/* The Unix epoch in the milliseconds since noon of 24 November 4714 BC in
 * which SQLite counts. */
#define EPOCH_MS INT64_C(210866760000000)

static struct random chance;
static uint64_t time_ms;

/* --- an open file --------------------------------------------------------- */

static struct handle *
handle_of(sqlite3_file *base)
{
	return (struct handle *)base;
}

/* Whether the process that opened it lives. */
static bool
is_alive(const struct handle *handle)
{
	return handle->disk == NULL ||
	       (handle->life == handle->disk->life && !handle->disk->stopped);
}

/* Alive, and this operation is not one that was to fail. */
static bool
can_operate(struct handle *handle, bool *halfway)
{
	if (handle->disk == NULL)
		return true;
	return is_alive(handle) && disk_operate(handle->disk, halfway);
}

static int
vfs_close(sqlite3_file *base)
{
	struct handle *handle = handle_of(base);
	struct disk *disk = handle->disk;

	if (disk == NULL || handle->life == disk->life)
		lock_lower(handle, SQLITE_LOCK_NONE);
	shm_unmap(handle);
	disk_file_release(handle->file);
	handle->file = NULL;
	if (disk != NULL) {
		disk->handles--;
		disk_release(disk);
	}
	return SQLITE_OK;
}

static int
vfs_read(sqlite3_file *base, void *out, int size, sqlite3_int64 offset)
{
	struct handle *handle = handle_of(base);

	if (!can_operate(handle, NULL))
		return SQLITE_IOERR_READ;
	if (handle->disk != NULL)
		handle->disk->counts.reads++;
	image_read(&handle->file->now, (uint64_t)offset, out, (size_t)size);
	if ((uint64_t)offset + (uint64_t)size > handle->file->now.size)
		return SQLITE_IOERR_SHORT_READ;
	return SQLITE_OK;
}

static bool
is_over_quota(const struct handle *handle, uint64_t end)
{
	const struct disk *disk = handle->disk;
	uint64_t size = handle->file->now.size;

	return disk != NULL && disk->quota != 0 && end > size &&
	       disk->bytes + (end - size) > disk->quota;
}

static int
vfs_write(sqlite3_file *base, const void *bytes, int size, sqlite3_int64 offset)
{
	struct handle *handle = handle_of(base);
	struct disk *disk = handle->disk;
	bool halfway = false;
	bool done = can_operate(handle, &halfway);

	if (!done && !halfway)
		return SQLITE_IOERR_WRITE;
	if (is_over_quota(handle, (uint64_t)offset + (uint64_t)size)) {
		disk->counts.full++;
		return SQLITE_FULL;
	}
	if (halfway)
		size /= 2;
	if (disk != NULL) {
		disk->counts.writes++;
		disk->counts.bytes_written += (uint64_t)size;
	}
	disk_file_write(disk, handle->file, (uint64_t)offset, bytes,
	    (size_t)size);
	return done ? SQLITE_OK : SQLITE_IOERR_WRITE;
}

static int
vfs_truncate(sqlite3_file *base, sqlite3_int64 size)
{
	struct handle *handle = handle_of(base);

	if (!can_operate(handle, NULL))
		return SQLITE_IOERR_TRUNCATE;
	if (is_over_quota(handle, (uint64_t)size)) {
		handle->disk->counts.full++;
		return SQLITE_FULL;
	}
	disk_file_resize(handle->disk, handle->file, (uint64_t)size);
	return SQLITE_OK;
}

static int
vfs_sync(sqlite3_file *base, int flags)
{
	struct handle *handle = handle_of(base);
	struct disk *disk = handle->disk;

	(void)flags;
	if (!can_operate(handle, NULL))
		return SQLITE_IOERR_FSYNC;
	if (disk == NULL)
		return SQLITE_OK;
	disk->counts.syncs++;
	disk->delay_ms += disk->sync_ms;
	disk_file_sync(disk, handle->file);
	return SQLITE_OK;
}

static int
vfs_file_size(sqlite3_file *base, sqlite3_int64 *size)
{
	const struct handle *handle = handle_of(base);

	if (!is_alive(handle))
		return SQLITE_IOERR_FSTAT;
	*size = (sqlite3_int64)handle->file->now.size;
	return SQLITE_OK;
}

static int
vfs_lock(sqlite3_file *base, int level)
{
	struct handle *handle = handle_of(base);

	if (!can_operate(handle, NULL))
		return SQLITE_IOERR_LOCK;
	return lock_raise(handle, level);
}

static int
vfs_unlock(sqlite3_file *base, int level)
{
	struct handle *handle = handle_of(base);

	if (is_alive(handle))
		lock_lower(handle, level);
	return SQLITE_OK;
}

static int
vfs_check_reserved(sqlite3_file *base, int *reserved)
{
	const struct handle *handle = handle_of(base);

	if (!is_alive(handle))
		return SQLITE_IOERR_CHECKRESERVEDLOCK;
	*reserved = lock_is_reserved(handle);
	return SQLITE_OK;
}

static int
vfs_file_control(sqlite3_file *base, int operation, void *argument)
{
	(void)base;
	(void)operation;
	(void)argument;
	return SQLITE_NOTFOUND;
}

static int
vfs_sector_size(sqlite3_file *base)
{
	(void)base;
	return DISK_SECTOR_BYTES;
}

/* A torn sector has the old or the new in each byte, so that bytes beside
 * what is written do not suffer. */
static int
vfs_characteristics(sqlite3_file *base)
{
	(void)base;
	return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static int
vfs_shm_map(sqlite3_file *base, int number, int bytes, int extend,
    void volatile **region)
{
	struct handle *handle = handle_of(base);

	*region = NULL;
	if (!is_alive(handle))
		return SQLITE_IOERR_SHMMAP;
	if (extend && !shm_has(handle, number) && !can_operate(handle, NULL))
		return SQLITE_IOERR_SHMSIZE;
	shm_map(handle, number, bytes, extend != 0, region);
	return SQLITE_OK;
}

static int
vfs_shm_lock(sqlite3_file *base, int first, int count, int flags)
{
	struct handle *handle = handle_of(base);

	if (!is_alive(handle))
		return SQLITE_IOERR_SHMLOCK;
	return shm_lock(handle, first, count, flags);
}

static void
vfs_shm_barrier(sqlite3_file *base)
{
	(void)base; /* there is one thread */
}

static int
vfs_shm_unmap(sqlite3_file *base, int delete)
{
	(void)delete; /* it goes with the last connection anyway */
	shm_unmap(handle_of(base));
	return SQLITE_OK;
}

static const sqlite3_io_methods file_methods = {
	.iVersion = 2,
	.xClose = vfs_close,
	.xRead = vfs_read,
	.xWrite = vfs_write,
	.xTruncate = vfs_truncate,
	.xSync = vfs_sync,
	.xFileSize = vfs_file_size,
	.xLock = vfs_lock,
	.xUnlock = vfs_unlock,
	.xCheckReservedLock = vfs_check_reserved,
	.xFileControl = vfs_file_control,
	.xSectorSize = vfs_sector_size,
	.xDeviceCharacteristics = vfs_characteristics,
	.xShmMap = vfs_shm_map,
	.xShmLock = vfs_shm_lock,
	.xShmBarrier = vfs_shm_barrier,
	.xShmUnmap = vfs_shm_unmap,
};

/* --- files by path -------------------------------------------------------- */

/* The disk of "DISK/file", or NULL; *file is what follows. */
static struct disk *
find_by_path(const char *path, const char **file)
{
	const char *slash = strchr(path, '/');
	char name[DISK_NAME_BYTES];
	size_t size;

	if (slash == NULL || (size_t)(slash - path) >= sizeof(name) ||
	    strlen(slash + 1) >= DISK_NAME_BYTES || slash[1] == '\0')
		return NULL;
	size = (size_t)(slash - path);
	memcpy(name, path, size);
	name[size] = '\0';
	*file = slash + 1;
	return disk_find(name);
}

static void
open_handle(struct handle *handle, struct disk *disk, struct disk_file *file)
{
	*handle = (struct handle){ .disk = disk, .file = file };
	handle->base.pMethods = &file_methods;
	if (disk == NULL)
		return;
	handle->life = disk->life;
	file->holders++;
	disk->handles++;
}

/* A file without a name, which nobody else can open. */
static int
open_temporary(struct handle *handle)
{
	struct disk_file *file = disk_memory(1, sizeof(*file));

	file->holders = 1;
	open_handle(handle, NULL, file);
	return SQLITE_OK;
}

static int
vfs_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *base, int flags,
    int *flags_out)
{
	struct handle *handle = handle_of(base);
	struct disk_file *file;
	struct disk *disk;
	const char *name;

	(void)vfs;
	handle->base.pMethods = NULL;
	if (flags_out != NULL)
		*flags_out = flags;
	if (path == NULL)
		return open_temporary(handle);
	disk = find_by_path(path, &name);
	if (disk == NULL || !disk_operate(disk, NULL))
		return SQLITE_CANTOPEN;
	file = disk_file_find(disk, name);
	if (file != NULL && (flags & SQLITE_OPEN_EXCLUSIVE) != 0)
		return SQLITE_CANTOPEN;
	if (file == NULL && (flags & SQLITE_OPEN_CREATE) == 0)
		return SQLITE_CANTOPEN;
	if (file == NULL)
		file = disk_file_create(disk, name);
	open_handle(handle, disk, file);
	return SQLITE_OK;
}

static int
vfs_delete(sqlite3_vfs *vfs, const char *path, int sync_directory)
{
	struct disk_file *file;
	struct disk *disk;
	const char *name;

	(void)vfs;
	disk = find_by_path(path, &name);
	if (disk == NULL || !disk_operate(disk, NULL))
		return SQLITE_IOERR_DELETE;
	file = disk_file_find(disk, name);
	if (file == NULL)
		return SQLITE_IOERR_DELETE_NOENT;
	disk_file_delete(disk, file);
	if (sync_directory)
		directory_sync(disk);
	return SQLITE_OK;
}

/* As SQLite's own for Unix: an empty file does not exist. */
static int
vfs_access(sqlite3_vfs *vfs, const char *path, int flags, int *result)
{
	const struct disk_file *file;
	struct disk *disk;
	const char *name;

	(void)vfs;
	*result = 0;
	disk = find_by_path(path, &name);
	if (disk == NULL)
		return SQLITE_OK;
	if (!disk_operate(disk, NULL))
		return SQLITE_IOERR_ACCESS;
	file = disk_file_find(disk, name);
	*result = file != NULL &&
	          (flags != SQLITE_ACCESS_EXISTS || file->now.size > 0);
	return SQLITE_OK;
}

static int
vfs_full_path(sqlite3_vfs *vfs, const char *path, int size, char *out)
{
	size_t length = strlen(path);

	(void)vfs;
	if (length >= (size_t)size)
		return SQLITE_CANTOPEN;
	memcpy(out, path, length + 1);
	return SQLITE_OK;
}

/* --- the surroundings ----------------------------------------------------- */

static int
vfs_randomness(sqlite3_vfs *vfs, int size, char *out)
{
	(void)vfs;
	for (int i = 0; i < size; i++)
		out[i] = (char)(random_next(&chance) & 0xff);
	return size;
}

/* Whoever holds a lock cannot let it go meanwhile: there is one thread. */
static int
vfs_sleep(sqlite3_vfs *vfs, int microseconds)
{
	(void)vfs;
	return microseconds;
}

static int
vfs_current_time_ms(sqlite3_vfs *vfs, sqlite3_int64 *now)
{
	(void)vfs;
	*now = EPOCH_MS + (sqlite3_int64)time_ms;
	return SQLITE_OK;
}

static int
vfs_current_time(sqlite3_vfs *vfs, double *now)
{
	(void)vfs;
	*now = (double)(EPOCH_MS + (sqlite3_int64)time_ms) / 86400000.0;
	return SQLITE_OK;
}

static int
vfs_last_error(sqlite3_vfs *vfs, int size, char *out)
{
	(void)vfs;
	(void)size;
	(void)out;
	return 0;
}

static sqlite3_vfs disk_vfs = {
	.iVersion = 2,
	.szOsFile = sizeof(struct handle),
	.mxPathname = 2 * DISK_NAME_BYTES,
	.zName = DISK_VFS_NAME,
	.xOpen = vfs_open,
	.xDelete = vfs_delete,
	.xAccess = vfs_access,
	.xFullPathname = vfs_full_path,
	.xRandomness = vfs_randomness,
	.xSleep = vfs_sleep,
	.xCurrentTime = vfs_current_time,
	.xCurrentTimeInt64 = vfs_current_time_ms,
	.xGetLastError = vfs_last_error,
};

void
disk_vfs_register(void)
{
	int result = sqlite3_vfs_register(&disk_vfs, 1);

	assert(result == SQLITE_OK);
	(void)result;
}

/* The randomness that SQLite spins from what it read once is thrown away. */
void
disk_vfs_seed(uint64_t seed)
{
	chance.state = seed;
	sqlite3_randomness(0, NULL);
}

void
disk_vfs_set_time(uint64_t now_ms)
{
	time_ms = now_ms;
}
