/*
 * Locks between the connections of the process, as the files' own VFS has
 * them; and the shared memory of the write-ahead log, with its locks.
 */
#include <assert.h>
#include <stdlib.h>

#include "tests/sim/disk_private.h"

/* --- the database file ---------------------------------------------------- */

/* Whether another connection is about to write, so that no reader may come. */
static bool
is_pending(const struct handle *handle)
{
	const struct handle *writer = handle->file->writer;

	return writer != NULL && writer != handle &&
	       writer->level >= SQLITE_LOCK_PENDING;
}

static int
raise_to_shared(struct handle *handle)
{
	if (is_pending(handle))
		return SQLITE_BUSY;
	handle->file->readers++;
	handle->level = SQLITE_LOCK_SHARED;
	return SQLITE_OK;
}

int
lock_raise(struct handle *handle, int level)
{
	struct disk_file *file = handle->file;

	if (handle->level >= level)
		return SQLITE_OK;
	if (level == SQLITE_LOCK_SHARED)
		return raise_to_shared(handle);
	assert(handle->level >= SQLITE_LOCK_SHARED);
	if (file->writer != NULL && file->writer != handle)
		return SQLITE_BUSY;
	file->writer = handle;
	if (level == SQLITE_LOCK_RESERVED) {
		handle->level = SQLITE_LOCK_RESERVED;
		return SQLITE_OK;
	}
	handle->level = SQLITE_LOCK_PENDING;
	if (file->readers > 1)
		return SQLITE_BUSY;
	handle->level = SQLITE_LOCK_EXCLUSIVE;
	return SQLITE_OK;
}

void
lock_lower(struct handle *handle, int level)
{
	struct disk_file *file = handle->file;

	if (handle->level <= level)
		return;
	if (file->writer == handle)
		file->writer = NULL;
	if (level == SQLITE_LOCK_NONE)
		file->readers--;
	handle->level = level;
}

bool
lock_is_reserved(const struct handle *handle)
{
	return handle->file->writer != NULL;
}

/* --- shared memory -------------------------------------------------------- */

static void
shm_release(struct shm *shm)
{
	if (--shm->holders > 0)
		return;
	for (uint32_t i = 0; i < shm->count; i++)
		free(shm->regions[i]);
	free(shm->regions);
	free(shm);
}

static struct shm *
shm_join(struct handle *handle)
{
	struct disk_file *file = handle->file;

	if (handle->shm != NULL)
		return handle->shm;
	if (file->shm == NULL)
		file->shm = disk_memory(1, sizeof(*file->shm));
	file->shm->holders++;
	handle->shm = file->shm;
	return handle->shm;
}

bool
shm_has(const struct handle *handle, int number)
{
	const struct shm *shm =
	    handle->shm != NULL ? handle->shm : handle->file->shm;

	return shm != NULL && (uint32_t)number < shm->count;
}

void
shm_map(struct handle *handle, int number, int bytes, bool extend,
    void volatile **region)
{
	struct shm *shm = shm_join(handle);

	*region = NULL;
	if (extend && (uint32_t)number >= shm->count) {
		uint32_t capacity = shm->count;

		shm->regions = disk_grow(shm->regions, &capacity,
		    (uint32_t)number + 1, sizeof(*shm->regions));
		while (shm->count <= (uint32_t)number)
			shm->regions[shm->count++] =
			    disk_memory(1, (size_t)bytes);
	}
	if ((uint32_t)number < shm->count)
		*region = shm->regions[number];
}

static void
shm_unlock(struct handle *handle, int slot)
{
	struct shm *shm = handle->shm;
	uint16_t bit = (uint16_t)(1U << slot);

	if ((handle->shm_exclusive & bit) != 0)
		shm->exclusive = (uint16_t)(shm->exclusive & ~bit);
	if ((handle->shm_shared & bit) != 0)
		shm->shared[slot]--;
	handle->shm_exclusive = (uint16_t)(handle->shm_exclusive & ~bit);
	handle->shm_shared = (uint16_t)(handle->shm_shared & ~bit);
}

static bool
shm_may_lock(const struct handle *handle, int slot, bool exclusive)
{
	const struct shm *shm = handle->shm;
	uint16_t bit = (uint16_t)(1U << slot);
	uint32_t own = (handle->shm_shared & bit) != 0 ? 1 : 0;

	if ((shm->exclusive & ~handle->shm_exclusive & bit) != 0)
		return false;
	return !exclusive || shm->shared[slot] == own;
}

static void
shm_take(struct handle *handle, int slot, bool exclusive)
{
	uint16_t bit = (uint16_t)(1U << slot);

	if (exclusive) {
		handle->shm_exclusive |= bit;
		handle->shm->exclusive |= bit;
	} else if ((handle->shm_shared & bit) == 0) {
		handle->shm_shared |= bit;
		handle->shm->shared[slot]++;
	}
}

int
shm_lock(struct handle *handle, int first, int count, int flags)
{
	bool exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;

	assert(handle->shm != NULL && first + count <= SHM_SLOTS);
	for (int i = first; i < first + count; i++) {
		if ((flags & SQLITE_SHM_UNLOCK) != 0)
			shm_unlock(handle, i);
		else if (!shm_may_lock(handle, i, exclusive))
			return SQLITE_BUSY;
	}
	for (int i = first; i < first + count; i++)
		if ((flags & SQLITE_SHM_LOCK) != 0)
			shm_take(handle, i, exclusive);
	return SQLITE_OK;
}

void
shm_unmap(struct handle *handle)
{
	struct shm *shm = handle->shm;

	if (shm == NULL)
		return;
	for (int i = 0; i < SHM_SLOTS; i++)
		shm_unlock(handle, i);
	if (handle->file->shm == shm && shm->holders == 1)
		handle->file->shm = NULL;
	handle->shm = NULL;
	shm_release(shm);
}

void
disk_file_forget_connections(struct disk_file *file)
{
	file->readers = 0;
	file->writer = NULL;
	file->shm = NULL;
}
