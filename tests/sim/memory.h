/*
 * Memory that fails: the nth allocation from a moment on gets NULL.
 *
 * Every malloc, calloc, realloc and strdup of a program in tests/sim comes
 * through here (wrapped when it is linked, see CMakeLists.txt), and so does
 * what SQLite allocates (SQLITE_CONFIG_MALLOC, set before main).  Not so what
 * other shared libraries allocate for themselves: libsodium and msgpack-c
 * (whose packer writes into buffers of ours and allocates nothing); zstd's
 * contexts fail as a whole, with ours.  The simulator's own code (the library
 * throughline_sim: disks, lines, books) is spared: it is not what is tested.
 *
 * Statements may fail as well: a step of one, as if SQLite had lacked memory at
 * once.  So what reads pages that are in memory already can fail too.  And so
 * may what asks an arena, which seldom has to allocate for it.
 *
 * Off at first, and then it costs one comparison a call.
 */
#ifndef TESTS_SIM_MEMORY_H
#define TESTS_SIM_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

enum memory_failure {
	MEMORY_FAILS_ONCE,
	MEMORY_FAILS_FROM_THEN_ON
};

/* Whose allocations count and fail: MEMORY_OURS | MEMORY_SQLITE at first. */
enum memory_owner {
	MEMORY_OURS = 1,
	MEMORY_SQLITE = 2,
	MEMORY_STATEMENTS = 4, /* steps */
	MEMORY_ARENAS = 8,
	MEMORY_OWNERS = 16 /* all of them, and one more */
};

void memory_choose(uint32_t owners);

/* Count from here; the nth allocation (1: the next) fails, or it and all that
 * follow.  0: none, only count.  Replaces an earlier wish. */
void memory_fail_at(uint64_t nth, enum memory_failure failure);

/* No more failing, nor counting. */
void memory_off(void);

/* Allocations asked for since memory_fail_at. */
uint64_t memory_count(void);

/* How many of them failed. */
uint64_t memory_failures(void);

/* While held, what is allocated neither counts nor fails: for a test between
 * the steps of what it tests.  Gives back how it was. */
bool memory_hold(bool held);

/* From where it is asked for: told of each that counts, as it is counted, with
 * the return addresses that lie in this program.  NULL: nobody. */
typedef void memory_watcher(uint64_t nth, void *const *places, int count);

void memory_watch(memory_watcher *watch);

/* Show where the allocation that fails is asked for (with sanitizers). */
void memory_show(bool show);

#endif
