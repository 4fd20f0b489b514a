/*
 * The simulated disks: one for each computer, all in memory, and the SQLite
 * VFS through which every database of the simulator lies on them.
 *
 *	disk.c	      disks by name; copies; what is on them
 *	disk_file.c   a file: pages, written and durable
 *	disk_fault.c  what goes wrong: errors, the process or the power gone
 *	disk_lock.c   locks and shared memory between connections
 *	disk_vfs.c    the sqlite3_vfs; paths are "DISK/file.db"
 *
 * Everything is a function of what was called: no clock, no chance, no thread.
 * What a disk holds is written to it by SQLite and never read from elsewhere.
 *
 * Durability.  Each file is there twice, in pages that both share until they
 * are written: as processes see it, and as it was synced last.  When the power
 * goes, each sector (512 bytes) that differs is the one or the other, at most
 * one is torn, and of what a file has grown any part may be missing or zero.
 * A file that was cut short is so, or is all as it was at its last sync.
 * Files made and deleted reach the disk with the next sync of any file of it;
 * until then each may be undone.  So it is on every file system with a
 * journal.  (A sector written twice since the last sync is never as it was
 * after the first writing; a sync that fails may be tried again.)
 */
#ifndef TESTS_SIM_DISK_H
#define TESTS_SIM_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/bytes.h"

#define DISK_VFS_NAME "disk"

enum {
	DISK_SECTOR_BYTES = 512,
	DISK_NAME_BYTES = 32, /* of a disk or a file, with the NUL */
	DISK_FILES = 64       /* at most on one disk */
};

struct disk;

/* --- the VFS -------------------------------------------------------------- */

/* As SQLite's default, so that what names none uses it too.  Once or often. */
void disk_vfs_register(void);

/* SQLite's own randomness (salts of the log) begins again from seed. */
void disk_vfs_seed(uint64_t seed);

/* What SQLite takes for the time, in Unix milliseconds. */
void disk_vfs_set_time(uint64_t now_ms);

/* --- disks ---------------------------------------------------------------- */

/* An empty disk.  No other has this name, which holds no '/'.  Aborts when
 * memory is short, as all here do: the disk is not what is tested. */
struct disk *disk_create(const char *name);

/* Connections that are still open on it are dead.  Accepts NULL. */
void disk_destroy(struct disk *disk);

/* NULL: there is none. */
struct disk *disk_find(const char *name);

const char *disk_name(const struct disk *disk);

/*
 * to becomes what a copy of from, made now, would hold: its files, log
 * included, and all of it durable.  Connections on to are dead; faults and
 * counts stay each disk's own.  Cheap: pages are shared until written.
 */
void disk_copy(const struct disk *from, struct disk *to);

/* Delete one file, as a person would.  Connections on it go on with what they
 * have open.  False: there is none. */
bool disk_remove(struct disk *disk, const char *file);

/* --- what is on it -------------------------------------------------------- */

/* Whether these bytes occur in any file, log included.  At least one byte. */
bool disk_contains(const struct disk *disk, struct bytes bytes);

/* The same files with the same bytes give the same number. */
uint64_t disk_digest(const struct disk *disk);

/* Of all files together. */
uint64_t disk_bytes(const struct disk *disk);

/* Absent: -1. */
int64_t disk_file_bytes(const struct disk *disk, const char *file);

/* Bit rot; bit counts from the file's first.  False: there is no such bit. */
bool disk_flip_bit(struct disk *disk, const char *file, uint64_t bit);

struct disk_counts {
	uint64_t operations; /* that can fail: see disk_fail_after */
	uint64_t reads;
	uint64_t writes;
	uint64_t syncs;
	uint64_t bytes_written;
	uint64_t errors; /* operations that were made to fail */
	uint64_t full;   /* operations that went over the quota */
	uint64_t kills;  /* power cuts included */
	uint64_t power_cuts;
	uint64_t lost_sectors; /* by power cuts */
	uint64_t torn_sectors;
};

/* Since it was created. */
const struct disk_counts *disk_counts(const struct disk *disk);

/* --- what goes wrong ------------------------------------------------------ */

/* 0: as much as there is (the beginning).  What lies there already stays. */
void disk_set_quota(struct disk *disk, uint64_t bytes);

/* Each sync costs so much simulated time. */
void disk_set_sync_ms(struct disk *disk, uint32_t ms);

/* What operations have cost since the last call. */
uint64_t disk_take_delay(struct disk *disk);

enum disk_fault {
	DISK_FAULT_NONE,
	DISK_FAULT_ONCE,  /* that operation fails */
	DISK_FAULT_LASTS, /* and all that follow, until disk_fail_never */
	DISK_FAULT_STOP   /* the computer stops there: see disk_stopped */
};

/*
 * The nth operation from now (1: the next) fails with SQLite's code for its
 * kind.  Operations are open, access, delete, read, write, truncate, sync,
 * lock, and growth of the shared memory.  Replaces an earlier wish.
 */
void disk_fail_after(struct disk *disk, uint64_t n, enum disk_fault fault);

/* Asked at each operation for which nothing was wished: does it fail? */
typedef enum disk_fault disk_judge(struct disk *disk);

/* For all disks; NULL: nobody is asked. */
void disk_fail_by(disk_judge *judge);

/* Take the wish back; a stopped computer stays stopped. */
void disk_fail_never(struct disk *disk);

/* Whether the operation wished for by disk_fail_after has come. */
bool disk_failed(const struct disk *disk);

/*
 * After DISK_FAULT_STOP came: nothing is altered any more (the operation in
 * flight may have been half done), every call fails, until disk_kill or
 * disk_power_cut, which say what it was, start the computer again.
 */
bool disk_stopped(const struct disk *disk);

/*
 * All processes of the computer die.  What was written stays.  Connections
 * are dead: their calls fail and alter nothing, until closed; their locks and
 * shared memory are gone.  New ones may be opened at once.
 */
void disk_kill(struct disk *disk);

/* As disk_kill, and what was not synced is there or not, as seed has it. */
void disk_power_cut(struct disk *disk, uint64_t seed);

#endif
