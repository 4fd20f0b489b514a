/*
 * What the files of the simulated disk share.
 */
#ifndef TESTS_SIM_DISK_PRIVATE_H
#define TESTS_SIM_DISK_PRIVATE_H

#include <sqlite3.h>

#include "tests/sim/disk.h"

enum {
	PAGE_BYTES = 4096,
	PAGE_SECTORS = PAGE_BYTES / DISK_SECTOR_BYTES,
	SHM_SLOTS = SQLITE_SHM_NLOCK
};

/* Shared by all that hold it; whoever writes it makes it its own first. */
struct page {
	uint32_t holders;
	uint8_t bytes[PAGE_BYTES];
};

/* The bytes of a file at one moment.  NULL is a page of zeros; what lies
 * behind size in the last page is zero too. */
struct image {
	struct page **pages;
	uint32_t count;
	uint32_t capacity;
	uint64_t size;
};

/* The shared memory beside a database: lives while a connection maps it. */
struct shm {
	uint32_t holders;
	void **regions;
	uint32_t count;
	uint16_t shared[SHM_SLOTS]; /* how many connections */
	uint16_t exclusive;         /* a bit a slot */
};

struct handle;

struct disk_file {
	char name[DISK_NAME_BYTES];
	struct disk_file *next;
	uint32_t holders;  /* handles, and the disk's list */
	bool here;         /* processes see it */
	bool durable_here; /* so it was at the last sync of the disk */
	struct image now;
	struct image durable;
	uint64_t size_min; /* since the last sync */
	uint32_t *dirty;   /* pages in which the two may differ */
	uint32_t dirty_count;
	uint32_t dirty_capacity;
	uint64_t last_write;        /* the last byte of the last write */
	uint64_t last_write_number; /* the how-manieth of the disk's */
	/* Locks, of the process's life that holds them now. */
	uint32_t readers;            /* handles at SHARED or above */
	const struct handle *writer; /* holds RESERVED or above */
	struct shm *shm;
};

struct disk {
	char name[DISK_NAME_BYTES];
	struct disk *next;
	struct disk_file *files;
	bool directory_dirty;
	uint32_t handles; /* open, dead ones included */
	uint64_t life;    /* a handle of an earlier one is dead */
	uint64_t bytes;   /* of all files that are here */
	uint64_t quota;
	uint32_t sync_ms;
	uint64_t delay_ms;
	enum disk_fault fault;
	uint64_t fault_at; /* the count of operations at which it comes */
	bool failed;
	bool stopped;
	bool destroyed; /* but for the handles */
	struct disk_counts counts;
};

/* One open file of one connection. */
struct handle {
	sqlite3_file base;
	struct disk *disk; /* NULL: a temporary file of nobody's */
	struct disk_file *file;
	uint64_t life;
	int level; /* SQLITE_LOCK_ */
	struct shm *shm;
	uint16_t shm_shared;
	uint16_t shm_exclusive;
};

/* --- disk.c --------------------------------------------------------------- */

/* Zeroed; aborts when there is none. */
void *disk_memory(size_t count, size_t size);

/* As realloc over elements of size, so that count of them fit. */
void *disk_grow(void *memory, uint32_t *capacity, uint32_t count, size_t size);

/* All connections are dead, and the computer runs (again). */
void disk_end_life(struct disk *disk);

/* Free it when it is destroyed and its last handle is closed. */
void disk_release(struct disk *disk);

/* --- disk_file.c ---------------------------------------------------------- */

void image_deinit(struct image *image);

/* to is overwritten, and shares the pages. */
void image_copy(const struct image *from, struct image *to);

void image_read(const struct image *image, uint64_t offset, void *out,
    size_t size);

void image_write(struct image *image, uint64_t offset, const void *bytes,
    size_t size);

void image_resize(struct image *image, uint64_t size);

/* NULL: processes see no such file. */
struct disk_file *disk_file_find(const struct disk *disk, const char *name);

struct disk_file *disk_file_create(struct disk *disk, const char *name);

/* One holder fewer. */
void disk_file_release(struct disk_file *file);

void disk_file_write(struct disk *disk, struct disk_file *file, uint64_t offset,
    const void *bytes, size_t size);

void disk_file_resize(struct disk *disk, struct disk_file *file, uint64_t size);

void disk_file_delete(struct disk *disk, struct disk_file *file);

/* What the file holds is durable, and so is the directory. */
void disk_file_sync(struct disk *disk, struct disk_file *file);

void directory_sync(struct disk *disk);

/* Take files that neither processes nor the platter know off the list. */
void directory_sweep(struct disk *disk);

/* --- disk_fault.c --------------------------------------------------------- */

/* Count an operation.  False: it fails.  *halfway (may be NULL): the computer
 * stopped in the middle of it. */
bool disk_operate(struct disk *disk, bool *halfway);

/* --- disk_lock.c ---------------------------------------------------------- */

int lock_raise(struct handle *handle, int level);
void lock_lower(struct handle *handle, int level);
bool lock_is_reserved(const struct handle *handle);

/* *region is NULL when it is not there and extend is not set. */
void shm_map(struct handle *handle, int number, int bytes, bool extend,
    void volatile **region);
bool shm_has(const struct handle *handle, int number);
int shm_lock(struct handle *handle, int first, int count, int flags);
void shm_unmap(struct handle *handle);

/* Locks and shared memory of all connections are gone; dead ones keep the
 * memory that they hold until they are closed. */
void disk_file_forget_connections(struct disk_file *file);

#endif
