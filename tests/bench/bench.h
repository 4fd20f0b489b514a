/*
 * What the benchmarks share.  They stop with a sentence at the first thing
 * that goes wrong: a figure from a broken run is worse than none.
 */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include <stdint.h>

#include "protocol/status.h"

enum {
	BENCH_PATH_BYTES = 512
};

/* Unix time at which an in-process run begins: 15 January 2027. */
#define BENCH_NOW UINT64_C(1800000000000)

#define MUST(call, err) bench_must((call), #call, (err))

void bench_must(enum status status, const char *call, const struct error *err);

/* End the program by one sentence. */
_Noreturn void bench_fail(const char *what);

/* Monotonic. */
uint64_t bench_ns(void);

double bench_per_second(uint64_t count, uint64_t ns);

/* The word behind --name, or fallback. */
const char *bench_text(int argc, char **argv, const char *name,
    const char *fallback);

uint32_t bench_number(int argc, char **argv, const char *name,
    uint32_t fallback);

/* A new folder under TMPDIR or /tmp; ended together with its files. */
void bench_folder_make(char path[BENCH_PATH_BYTES]);

void bench_folder_remove(const char *path);

/* --- one flat JSON object on standard output ------------------------------ */

void bench_json_begin(void);

void bench_json(const char *name, double value);

void bench_json_end(void);

#endif
