/*
 * Running many seeds in worker processes, so that one that crashes is a
 * finding like any other; and telling what was covered.
 */
#ifndef TESTS_SIM_RUN_H
#define TESTS_SIM_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/sim/world.h"

struct run {
	uint64_t first;
	uint64_t seeds;
	uint32_t jobs;
	bool trace;  /* print what happens; one seed */
	bool frames; /* every frame too */
	bool shrink;
	bool again; /* run each seed twice and compare the traces */
};

/* -1: go on; else the exit status. */
int run_parse(struct run *run, int argc, char **argv);

/* False when a seed failed. */
bool run_seeds(const struct run *run);

/*
 * One plan in a process of its own.  A crash, or a run that takes longer than
 * RUN_SECONDS, is a failure named "crash" or "hang".
 */
void run_apart(const struct plan *plan, struct world_outcome *outcome);

enum {
	RUN_SECONDS = 120
};

#endif
