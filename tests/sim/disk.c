/*
 * Disks by name, their copies, and what is on them.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/disk_private.h"

static struct disk *disks;

/* --- memory --------------------------------------------------------------- */

void *
disk_memory(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (memory == NULL)
		abort();
	return memory;
}

void *
disk_grow(void *memory, uint32_t *capacity, uint32_t count, size_t size)
{
	if (count <= *capacity)
		return memory;
	if (count < *capacity * 2)
		count = *capacity * 2;
	if (count < 8)
		count = 8;
	memory = realloc(memory, count * size);
	if (memory == NULL)
		abort();
	*capacity = count;
	return memory;
}

/* --- disks ---------------------------------------------------------------- */

struct disk *
disk_create(const char *name)
{
	struct disk *disk = disk_memory(1, sizeof(*disk));

	assert(strlen(name) < sizeof(disk->name));
	assert(strchr(name, '/') == NULL && disk_find(name) == NULL);
	memcpy(disk->name, name, strlen(name) + 1);
	disk->next = disks;
	disks = disk;
	return disk;
}

static void
forget_files(struct disk *disk)
{
	for (struct disk_file *file = disk->files; file; file = file->next) {
		file->here = false;
		file->durable_here = false;
	}
	directory_sweep(disk);
	disk->bytes = 0;
}

void
disk_destroy(struct disk *disk)
{
	struct disk **place = &disks;

	if (disk == NULL)
		return;
	while (*place != disk)
		place = &(*place)->next;
	*place = disk->next;
	disk_end_life(disk);
	forget_files(disk);
	disk->destroyed = true;
	disk_release(disk);
}

void
disk_release(struct disk *disk)
{
	if (disk->destroyed && disk->handles == 0)
		free(disk);
}

struct disk *
disk_find(const char *name)
{
	for (struct disk *disk = disks; disk != NULL; disk = disk->next)
		if (strcmp(disk->name, name) == 0)
			return disk;
	return NULL;
}

const char *
disk_name(const struct disk *disk)
{
	return disk->name;
}

void
disk_end_life(struct disk *disk)
{
	for (struct disk_file *file = disk->files; file; file = file->next)
		disk_file_forget_connections(file);
	disk->life++;
	disk->stopped = false;
}

void
disk_copy(const struct disk *from, struct disk *to)
{
	assert(from != to);
	disk_end_life(to);
	forget_files(to);
	for (const struct disk_file *file = from->files; file;
	     file = file->next) {
		struct disk_file *copy;

		if (!file->here)
			continue;
		copy = disk_file_create(to, file->name);
		copy->durable_here = true;
		image_copy(&file->now, &copy->now);
		image_copy(&file->now, &copy->durable);
		copy->size_min = copy->now.size;
		to->bytes += copy->now.size;
	}
	to->directory_dirty = false;
}

bool
disk_remove(struct disk *disk, const char *name)
{
	struct disk_file *file = disk_file_find(disk, name);

	if (file == NULL)
		return false;
	disk_file_delete(disk, file);
	directory_sync(disk);
	return true;
}

/* --- what is on it -------------------------------------------------------- */

static bool
memory_contains(const uint8_t *memory, size_t size, struct bytes bytes)
{
	const uint8_t *end = memory + size;

	while ((size_t)(end - memory) >= bytes.size) {
		size_t places = (size_t)(end - memory) - bytes.size + 1;
		const uint8_t *found = memchr(memory, bytes.data[0], places);

		if (found == NULL)
			return false;
		if (memcmp(found, bytes.data, bytes.size) == 0)
			return true;
		memory = found + 1;
	}
	return false;
}

bool
disk_contains(const struct disk *disk, struct bytes bytes)
{
	bool found = false;

	assert(bytes.size > 0);
	for (const struct disk_file *file = disk->files; file && !found;
	     file = file->next) {
		size_t size = (size_t)file->now.size;
		uint8_t *memory;

		if (!file->here || size == 0)
			continue;
		memory = disk_memory(1, size);
		image_read(&file->now, 0, memory, size);
		found = memory_contains(memory, size, bytes);
		free(memory);
	}
	return found;
}

/* FNV-1a over words, which is quick and as good as is needed here. */
static uint64_t
digest_of(uint64_t sum, const void *bytes, size_t size)
{
	const uint8_t *from = bytes;
	uint64_t word = 0;

	for (; size >= sizeof(word); size -= sizeof(word)) {
		memcpy(&word, from, sizeof(word));
		sum = (sum ^ word) * UINT64_C(0x100000001b3);
		sum ^= sum >> 29;
		from += sizeof(word);
	}
	for (; size > 0; size--)
		sum = (sum ^ *from++) * UINT64_C(0x100000001b3);
	return sum;
}

static uint64_t
file_digest(const struct disk_file *file)
{
	uint64_t sum = UINT64_C(0xcbf29ce484222325);
	uint8_t page[PAGE_BYTES];

	sum = digest_of(sum, file->name, strlen(file->name) + 1);
	sum = digest_of(sum, &file->now.size, sizeof(file->now.size));
	for (uint32_t i = 0; i < file->now.count; i++) {
		image_read(&file->now, (uint64_t)i * PAGE_BYTES, page,
		    PAGE_BYTES);
		sum = digest_of(sum, page, PAGE_BYTES);
	}
	return sum;
}

/* A sum, as the order in which files were made does not matter. */
uint64_t
disk_digest(const struct disk *disk)
{
	uint64_t sum = 0;

	for (const struct disk_file *file = disk->files; file;
	     file = file->next)
		if (file->here)
			sum += file_digest(file);
	return sum;
}

uint64_t
disk_bytes(const struct disk *disk)
{
	return disk->bytes;
}

int64_t
disk_file_bytes(const struct disk *disk, const char *name)
{
	const struct disk_file *file = disk_file_find(disk, name);

	return file == NULL ? -1 : (int64_t)file->now.size;
}

/* The platter rots: both images have it. */
bool
disk_flip_bit(struct disk *disk, const char *name, uint64_t bit)
{
	struct disk_file *file = disk_file_find(disk, name);
	uint64_t offset = bit / 8;
	uint8_t byte;

	if (file == NULL || offset >= file->now.size)
		return false;
	image_read(&file->now, offset, &byte, 1);
	byte = (uint8_t)(byte ^ (1U << (bit % 8)));
	disk_file_write(disk, file, offset, &byte, 1);
	if (offset < file->durable.size) {
		image_read(&file->durable, offset, &byte, 1);
		byte = (uint8_t)(byte ^ (1U << (bit % 8)));
		image_write(&file->durable, offset, &byte, 1);
	}
	return true;
}

const struct disk_counts *
disk_counts(const struct disk *disk)
{
	return &disk->counts;
}
