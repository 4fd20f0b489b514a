/*
 * How disk and clock are judged (job_computer.c).  Pure.
 */
#ifndef SERVER_NIGHT_COMPUTER_H
#define SERVER_NIGHT_COMPUTER_H

#include <stddef.h>
#include <stdint.h>

enum {
	COMPUTER_FREE_BYTES = 1024 * 1024 * 1024,
	COMPUTER_CLOCK_MS = 60 * 1000,
	COMPUTER_CLOCKS_MIN = 3, /* fewer prove nothing */
};

/* How much should be free: for the write-ahead log, a backup, and a restore
 * beside it. */
uint64_t computer_wanted_bytes(uint64_t database_bytes);

/* Sorts values; count is at least 1. */
int64_t computer_median(int64_t *values, size_t count);

#endif
