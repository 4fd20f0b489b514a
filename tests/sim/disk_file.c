/*
 * A file: its pages as processes see them, and as they were synced last.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/disk_private.h"

/* --- images --------------------------------------------------------------- */

static void
page_release(struct page *page)
{
	if (page != NULL && --page->holders == 0)
		free(page);
}

void
image_deinit(struct image *image)
{
	for (uint32_t i = 0; i < image->count; i++)
		page_release(image->pages[i]);
	free(image->pages);
	*image = (struct image){ 0 };
}

void
image_copy(const struct image *from, struct image *to)
{
	*to = (struct image){ .count = from->count, .size = from->size };
	to->pages =
	    disk_grow(NULL, &to->capacity, from->count, sizeof(struct page *));
	for (uint32_t i = 0; i < from->count; i++) {
		to->pages[i] = from->pages[i];
		if (to->pages[i] != NULL)
			to->pages[i]->holders++;
	}
}

static uint32_t
pages_of(uint64_t size)
{
	return (uint32_t)((size + PAGE_BYTES - 1) / PAGE_BYTES);
}

static void
grow_pages(struct image *image, uint32_t count)
{
	image->pages = disk_grow(image->pages, &image->capacity, count,
	    sizeof(struct page *));
	while (image->count < count)
		image->pages[image->count++] = NULL;
}

/* The page, to be written by this image alone. */
static struct page *
own_page(struct image *image, uint32_t index)
{
	struct page *page = image->pages[index];
	struct page *own;

	if (page != NULL && page->holders == 1)
		return page;
	own = disk_memory(1, sizeof(*own));
	own->holders = 1;
	if (page != NULL) {
		memcpy(own->bytes, page->bytes, PAGE_BYTES);
		page_release(page);
	}
	image->pages[index] = own;
	return own;
}

void
image_read(const struct image *image, uint64_t offset, void *out, size_t size)
{
	uint8_t *to = out;

	while (size > 0) {
		uint32_t index = (uint32_t)(offset / PAGE_BYTES);
		size_t start = (size_t)(offset % PAGE_BYTES);
		size_t part =
		    PAGE_BYTES - start < size ? PAGE_BYTES - start : size;

		if (index < image->count && image->pages[index] != NULL)
			memcpy(to, image->pages[index]->bytes + start, part);
		else
			memset(to, 0, part);
		to += part;
		offset += part;
		size -= part;
	}
}

void
image_write(struct image *image, uint64_t offset, const void *bytes,
    size_t size)
{
	const uint8_t *from = bytes;

	if (offset + size > image->size) {
		image->size = offset + size;
		grow_pages(image, pages_of(image->size));
	}
	while (size > 0) {
		uint32_t index = (uint32_t)(offset / PAGE_BYTES);
		size_t start = (size_t)(offset % PAGE_BYTES);
		size_t part =
		    PAGE_BYTES - start < size ? PAGE_BYTES - start : size;

		memcpy(own_page(image, index)->bytes + start, from, part);
		from += part;
		offset += part;
		size -= part;
	}
}

void
image_resize(struct image *image, uint64_t size)
{
	uint32_t count = pages_of(size);
	size_t rest = (size_t)(size % PAGE_BYTES);

	if (count > image->count)
		grow_pages(image, count);
	while (image->count > count)
		page_release(image->pages[--image->count]);
	if (size < image->size && rest != 0 && image->pages[count - 1] != NULL)
		memset(own_page(image, count - 1)->bytes + rest, 0,
		    PAGE_BYTES - rest);
	image->size = size;
}

/* --- files ---------------------------------------------------------------- */

struct disk_file *
disk_file_find(const struct disk *disk, const char *name)
{
	for (struct disk_file *file = disk->files; file; file = file->next)
		if (file->here && strcmp(file->name, name) == 0)
			return file;
	return NULL;
}

struct disk_file *
disk_file_create(struct disk *disk, const char *name)
{
	struct disk_file *file = disk_memory(1, sizeof(*file));
	struct disk_file **place = &disk->files;

	assert(strlen(name) < sizeof(file->name));
	memcpy(file->name, name, strlen(name) + 1);
	file->holders = 1;
	file->here = true;
	while (*place != NULL)
		place = &(*place)->next;
	*place = file;
	disk->directory_dirty = true;
	return file;
}

void
disk_file_release(struct disk_file *file)
{
	if (--file->holders > 0)
		return;
	assert(file->shm == NULL);
	image_deinit(&file->now);
	image_deinit(&file->durable);
	free(file->dirty);
	free(file);
}

static void
note_dirty(struct disk_file *file, uint64_t offset, uint64_t end)
{
	uint32_t first = (uint32_t)(offset / PAGE_BYTES);
	uint32_t last = pages_of(end);

	for (uint32_t i = first; i < last; i++) {
		/* a page that is the file's own is noted already */
		if (i < file->now.count && i < file->durable.count &&
		    file->now.pages[i] != file->durable.pages[i])
			continue;
		file->dirty = disk_grow(file->dirty, &file->dirty_capacity,
		    file->dirty_count + 1, sizeof(*file->dirty));
		file->dirty[file->dirty_count++] = i;
	}
}

void
disk_file_write(struct disk *disk, struct disk_file *file, uint64_t offset,
    const void *bytes, size_t size)
{
	uint64_t before = file->now.size;

	if (size == 0)
		return;
	note_dirty(file, offset, offset + size);
	image_write(&file->now, offset, bytes, size);
	file->last_write = offset + size - 1;
	if (disk == NULL)
		return;
	file->last_write_number = disk->counts.writes;
	if (file->here)
		disk->bytes += file->now.size - before;
}

void
disk_file_resize(struct disk *disk, struct disk_file *file, uint64_t size)
{
	uint64_t before = file->now.size;

	if (size < before)
		note_dirty(file, size, before);
	if (size < file->size_min)
		file->size_min = size;
	image_resize(&file->now, size);
	if (disk != NULL && file->here)
		disk->bytes += size - before;
}

void
disk_file_delete(struct disk *disk, struct disk_file *file)
{
	disk->bytes -= file->now.size;
	file->here = false;
	disk->directory_dirty = true;
}

/* One page of the durable image becomes the one that processes see. */
static void
settle_page(struct disk_file *file, uint32_t index)
{
	struct page *page = file->now.pages[index];

	if (file->durable.pages[index] == page)
		return;
	page_release(file->durable.pages[index]);
	file->durable.pages[index] = page;
	if (page != NULL)
		page->holders++;
}

void
disk_file_sync(struct disk *disk, struct disk_file *file)
{
	image_resize(&file->durable, file->now.size);
	for (uint32_t i = 0; i < file->dirty_count; i++)
		if (file->dirty[i] < file->now.count)
			settle_page(file, file->dirty[i]);
	file->dirty_count = 0;
	file->size_min = file->now.size;
	directory_sync(disk);
}

/* --- the directory -------------------------------------------------------- */

void
directory_sweep(struct disk *disk)
{
	struct disk_file **place = &disk->files;

	while (*place != NULL) {
		struct disk_file *file = *place;

		if (file->here || file->durable_here) {
			place = &file->next;
			continue;
		}
		*place = file->next;
		disk_file_release(file);
	}
}

void
directory_sync(struct disk *disk)
{
	if (!disk->directory_dirty)
		return;
	for (struct disk_file *file = disk->files; file; file = file->next)
		file->durable_here = file->here;
	disk->directory_dirty = false;
	directory_sweep(disk);
}
