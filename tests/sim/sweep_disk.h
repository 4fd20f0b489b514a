/*
 * The sweep of file operations over the standard scenario (trio.h).
 */
#ifndef TESTS_SIM_SWEEP_DISK_H
#define TESTS_SIM_SWEEP_DISK_H

#include "tests/sim/trio.h"

/* --- sweep_disk.c --------------------------------------------------------- */

struct sweep_result {
	uint64_t operations; /* at which a fault was tried, each a world */
};

/*
 * Every step of the scenario, every node, every kind of fault, at every
 * stride-th operation up to the last; after each, all is healed,
 * synced, proved and checked.  Stops at the first failure: err says where.
 */
enum status sweep_disk(uint32_t stride, struct sweep_result *result,
    struct error *err);

#endif
