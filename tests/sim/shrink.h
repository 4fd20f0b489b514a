/*
 * From a plan that fails to a short one that fails in the same way, which is
 * printed as a dialogue.
 */
#ifndef TESTS_SIM_SHRINK_H
#define TESTS_SIM_SHRINK_H

#include "tests/sim/world.h"

/* Whether the two failures have the same name (what stands before the colon).
 */
bool shrink_is_same(const char *failure, const char *other);

/*
 * Make plan as short as it will get: leave out deeds (ever smaller parts of
 * them: Zeller and Hildebrandt's delta debugging), schools and computers, and
 * waits, as long as runs still fail by the same name.  Returns how many runs
 * it took.
 */
typedef void shrink_runner(const struct plan *plan,
    struct world_outcome *outcome);

uint32_t shrink_plan(struct plan *plan, const char *failure,
    shrink_runner *runner);

/* The deeds of a plan, one a line, to be read or to be made a test of. */
void shrink_print(const struct plan *plan);

#endif
