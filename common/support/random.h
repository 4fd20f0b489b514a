/*
 * Random bytes for keys, nonces and jitter, from the operating system.
 */
#ifndef COMMON_SUPPORT_RANDOM_H
#define COMMON_SUPPORT_RANDOM_H

#include <stddef.h>
#include <stdint.h>

void random_bytes(void *out, size_t size);

uint64_t random_u64(void);

/* 0 .. below - 1, evenly; below >= 1. */
uint32_t random_below(uint32_t below);

#endif
