/*
 * The standard scenario (trio.h) with one fault: somebody looks after the
 * computers, and in the end of the step in which it came all is in step.
 */
#ifndef TESTS_SIM_SWEEP_TRIO_H
#define TESTS_SIM_SWEEP_TRIO_H

#include "tests/sim/sweep.h"
#include "tests/sim/trio.h"

/* A kind of fault, and what is done about it. */
struct trio_fault {
	/* From now on it can come (see sweep_branch), or no more. */
	void (*let_come)(struct trio *trio, bool may);
	/* Something may have failed.  patience: it need not end yet. */
	void (*look_after)(struct trio *trio, bool patience);
	/* It ends, if it has not ended; a computer may be off. */
	void (*end)(struct trio *trio);
};

/*
 * Each step begins with all computers switched off.  They are switched on,
 * people act, all is synced; then the fault ends, all is synced, proved and
 * checked.  A life in which the fault came ends with that step.
 */
void sweep_trio(const char *name, uint32_t runs_most,
    struct sweep_series *series, uint32_t series_count,
    const struct trio_fault *fault);

#endif
