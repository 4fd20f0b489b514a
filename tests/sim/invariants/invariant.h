/*
 * What must be true whatever happens.  Each stands in a small file of its own
 * and tells a breach with world_fail, in one sentence that names who and what.
 *
 * at_step   after every step of a computer's engine or write of its people:
 *           must be cheap (a few queries)
 * at_turn   after every turn of the hub: likewise
 * at_calm   faults have stopped and everything has converged: may look at all
 */
#ifndef TESTS_SIM_INVARIANT_H
#define TESTS_SIM_INVARIANT_H

#include "tests/sim/world.h"

struct invariant {
	const char *name; /* "acknowledged-is-kept" */
	const char *says; /* one sentence */
	bool bears_rot;   /* it is true before what went bad is mended, too */
	void (*at_step)(struct world *world, struct computer *computer);
	void (*at_turn)(struct world *world);
	void (*at_calm)(struct world *world);
};

/* all.c; ends with NULL. */
extern const struct invariant *const invariants[];

void invariants_at_step(struct world *world, struct computer *computer);

void invariants_at_turn(struct world *world);

void invariants_at_calm(struct world *world);

#endif
