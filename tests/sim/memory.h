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

/* Whose they are. */
enum memory_owner {
	MEMORY_OURS = 1,
	MEMORY_SQLITE = 2,
	MEMORY_STATEMENTS = 4, /* steps */
	MEMORY_ARENAS = 8
};

/* Count from here, ours and SQLite's; the nth allocation (1: the next) fails,
 * or it and all that follow.  0: none, only count.  Replaces any other wish. */
void memory_fail_at(uint64_t nth, enum memory_failure failure);

/* Count from here, whosever they are; judge says of each whether it fails. */
typedef bool memory_judge(enum memory_owner owner);

void memory_fail_by(memory_judge *judge);

/* No more failing, nor counting. */
void memory_off(void);

/* Whether allocations count just now. */
bool memory_is_on(void);

/* Allocations asked for since memory_fail_at or _by. */
uint64_t memory_count(void);

/* How many of them failed. */
uint64_t memory_failures(void);

/* While held, what is allocated neither counts nor fails: for a test between
 * the steps of what it tests.  Gives back how it was. */
bool memory_hold(bool held);

/* The return addresses that lie in this program, from the innermost; how many
 * there are. */
int memory_places(void **places, int places_max);

/* Show where the allocation that fails is asked for (with sanitizers). */
void memory_show(bool show);

#endif
