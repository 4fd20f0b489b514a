/*
 * What goes wrong: operations that fail, the process gone, the power gone.
 */
#include <assert.h>
#include <string.h>

#include "tests/sim/disk_private.h"
#include "tests/sim/random.h"

static disk_judge *ask;

/* --- operations that fail or take long ------------------------------------ */

void
disk_set_quota(struct disk *disk, uint64_t bytes)
{
	disk->quota = bytes;
}

void
disk_set_sync_ms(struct disk *disk, uint32_t ms)
{
	disk->sync_ms = ms;
}

uint64_t
disk_take_delay(struct disk *disk)
{
	uint64_t delay_ms = disk->delay_ms;

	disk->delay_ms = 0;
	return delay_ms;
}

void
disk_fail_after(struct disk *disk, uint64_t n, enum disk_fault fault)
{
	assert(n > 0);
	disk->fault = fault;
	disk->fault_at = disk->counts.operations + n;
	disk->failed = false;
}

void
disk_fail_by(disk_judge *judge)
{
	ask = judge;
}

void
disk_fail_never(struct disk *disk)
{
	disk->fault = DISK_FAULT_NONE;
}

bool
disk_failed(const struct disk *disk)
{
	return disk->failed;
}

bool
disk_stopped(const struct disk *disk)
{
	return disk->stopped;
}

bool
disk_operate(struct disk *disk, bool *halfway)
{
	if (disk->stopped)
		return false;
	if (ask != NULL && disk->fault == DISK_FAULT_NONE) {
		enum disk_fault fault = ask(disk);

		if (fault != DISK_FAULT_NONE)
			disk_fail_after(disk, 1, fault);
	}
	disk->counts.operations++;
	if (disk->fault == DISK_FAULT_NONE ||
	    disk->counts.operations < disk->fault_at)
		return true;
	disk->failed = true;
	disk->counts.errors++;
	if (disk->fault == DISK_FAULT_STOP) {
		disk->stopped = true;
		if (halfway != NULL)
			*halfway = true;
	}
	if (disk->fault != DISK_FAULT_LASTS)
		disk->fault = DISK_FAULT_NONE;
	return false;
}

/* --- the process is gone -------------------------------------------------- */

void
disk_kill(struct disk *disk)
{
	disk_end_life(disk);
	disk->counts.kills++;
}

/* --- the power is gone ---------------------------------------------------- */

/*
 * Which files are there.  A file that was made anew under the name of a
 * deleted one came after the deletion: it is not there without it.
 */
static void
settle_directory(struct disk *disk, struct random *random)
{
	for (struct disk_file *file = disk->files; file; file = file->next) {
		struct disk_file *later;

		if (file->here || !file->durable_here ||
		    random_one_in(random, 2))
			continue;
		later = disk_file_find(disk, file->name);
		if (later != NULL)
			later->here = false;
		file->here = true;
	}
	for (struct disk_file *file = disk->files; file; file = file->next) {
		if (file->here && !file->durable_here &&
		    random_one_in(random, 2))
			file->here = false;
		file->durable_here = file->here;
	}
	disk->directory_dirty = false;
	directory_sweep(disk);
}

/* The file whose write was the last before the power went. */
static const struct disk_file *
last_written(const struct disk *disk)
{
	const struct disk_file *last = NULL;

	for (const struct disk_file *file = disk->files; file;
	     file = file->next)
		if (last == NULL ||
		    file->last_write_number > last->last_write_number)
			last = file;
	return last;
}

/* As it was, as it is, or a whole number of sectors between. */
static uint64_t
draw_size(const struct disk_file *file, struct random *random)
{
	uint64_t now = file->now.size, durable = file->durable.size;
	uint64_t size = random_between(random, durable, now);

	switch (random_below_of(random, 4)) {
	case 0:
		return durable;
	case 1:
	case 2:
		return now;
	default:
		size -= size % DISK_SECTOR_BYTES;
		return size < durable ? durable : size;
	}
}

/* What one power cut does to one file. */
struct loss {
	struct disk *disk;
	struct disk_file *file;
	struct random *random;
	uint64_t torn;    /* this sector, if it was not synced */
	uint32_t eighths; /* how likely a sector is lost */
};

static void
lose_sector(const struct loss *loss, uint64_t sector)
{
	uint64_t offset = sector * DISK_SECTOR_BYTES;
	struct disk_file *file = loss->file;
	uint8_t now[DISK_SECTOR_BYTES], durable[DISK_SECTOR_BYTES];
	size_t size = DISK_SECTOR_BYTES, kept = 0;

	if (offset >= file->now.size)
		return;
	if (offset + size > file->now.size)
		size = (size_t)(file->now.size - offset);
	image_read(&file->now, offset, now, sizeof(now));
	image_read(&file->durable, offset, durable, sizeof(durable));
	if (memcmp(now, durable, size) == 0)
		return;
	if (sector == loss->torn)
		kept = (size_t)random_below_of(loss->random, size);
	else if (random_below_of(loss->random, 8) >= loss->eighths)
		return;
	loss->disk->counts.lost_sectors += kept == 0;
	loss->disk->counts.torn_sectors += kept != 0;
	image_write(&file->now, offset + kept, durable + kept, size - kept);
}

/* A file that was cut short is so, or as it was before: what was written
 * after that is in other blocks. */
static void
lose_unsynced(struct loss *loss)
{
	static const uint8_t chances[] = { 0, 1, 4, 7, 8 };
	struct disk_file *file = loss->file;
	struct random *random = loss->random;

	loss->eighths = chances[random_below_of(random, sizeof(chances))];
	if (file->size_min < file->durable.size && random_one_in(random, 2)) {
		image_deinit(&file->now);
		image_copy(&file->durable, &file->now);
	} else {
		if (file->size_min < file->durable.size)
			image_resize(&file->durable, file->size_min);
		image_resize(&file->now, draw_size(file, random));
	}
	for (uint32_t i = 0; i < file->dirty_count; i++) {
		uint64_t first = (uint64_t)file->dirty[i] * PAGE_SECTORS;

		for (uint64_t s = first; s < first + PAGE_SECTORS; s++)
			lose_sector(loss, s);
	}
	image_deinit(&file->durable);
	image_copy(&file->now, &file->durable);
	file->size_min = file->now.size;
	file->dirty_count = 0;
}

void
disk_power_cut(struct disk *disk, uint64_t seed)
{
	struct random random = { seed };
	const struct disk_file *last = last_written(disk);

	disk_end_life(disk);
	disk->counts.kills++;
	disk->counts.power_cuts++;
	for (struct disk_file *file = disk->files; file; file = file->next) {
		struct loss loss = { .disk = disk,
			.file = file,
			.random = &random,
			.torn = UINT64_MAX };

		if (file == last && random_one_in(&random, 2))
			loss.torn = file->last_write / DISK_SECTOR_BYTES;
		if (file->dirty_count > 0 ||
		    file->now.size != file->durable.size)
			lose_unsynced(&loss);
	}
	settle_directory(disk, &random);
	disk->bytes = 0;
	for (struct disk_file *file = disk->files; file; file = file->next)
		disk->bytes += file->now.size;
}
