/*
 * A sweep: the same thing is done again and again, each time with the nth
 * allocation failing, for n = 1, 2, ... until a run passes untouched.
 *
 * Each run is a process of its own, forked off where it begins, so that all of
 * them start from the very same memory; what goes wrong in one (a status that
 * is not NOMEM, an assertion, a sanitizer, a leak) is told with its n, and the
 * sweep goes on.
 *
 *	THROUGHLINE_SWEEP=all		every n; else a few of each sweep
 *	THROUGHLINE_SWEEP=places	such n that each call of the program's
 *					through which a failure can come sees
 *					one, in some sweep
 *	THROUGHLINE_SWEEP=ours		every n, of our own allocations
 *	THROUGHLINE_SWEEP=NAME:n[:on]	this one, and where it failed; "on":
 *					it and all that follow
 */
#ifndef TESTS_SIM_SWEEP_H
#define TESTS_SIM_SWEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/sim/memory.h"

/*
 * Does it, with memory armed and held: unheld around what is swept, and held
 * again.  Ends with memory held; then whatever is to be true is looked at.
 * Exits with EXIT_FAILURE (assertions of cmocka do) when something is wrong.
 */
typedef void sweep_run(void *context);

/*
 * Four sweeps, NAME.ours, NAME.sqlite, NAME.statements and NAME.arenas, the
 * nth failing once, and it and all that follow.  When not all are asked for, n
 * is raised by a stride such that about runs_most are made, and failing once
 * takes turns with failing from then on.  verify: after a run in which
 * something failed; with memory off.
 */
void sweep_memory(const char *name, uint32_t runs_most, sweep_run *run,
    sweep_run *verify, void *context);

/* The n of this run. */
uint64_t sweep_nth(void);

/* Prints what was swept.  The program's exit status. */
int sweep_finish(void);

#endif
