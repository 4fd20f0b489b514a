/*
 * A sweep: the same life is lived again and again, each time with one fault at
 * another place, until each place had its fault.
 *
 * Nothing is lived twice that need not be: one process, the leader, lives
 * through it untouched, and wherever a fault can come it forks a branch, which
 * has the fault and lives on to the end.  What goes wrong in a branch (a wrong
 * status, an assertion, a sanitizer, a leak) is told with its place, and the
 * sweep goes on.  Before the leader one life is lived untouched, and counted.
 *
 *	THROUGHLINE_SWEEP=all		every place; else a few of each sweep
 *	THROUGHLINE_SWEEP=places	of allocations: such that each call of
 *					the program's through which a failure
 *					can come sees one, in some sweep
 *	THROUGHLINE_SWEEP=ours		every place, of our own allocations
 *	THROUGHLINE_SWEEP=NUMBER	every so-manieth place
 *	THROUGHLINE_SWEEP=NAME		every place of what is so called, or
 *					whose name goes on behind a dot
 *	THROUGHLINE_SWEEP=NAME:n	this one, in the sweep's own process
 */
#ifndef TESTS_SIM_SWEEP_H
#define TESTS_SIM_SWEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/sim/memory.h"

struct replica;

enum {
	SWEEP_NAME_BYTES = 64
};

/* --- sweep.c -------------------------------------------------------------- */

/* Lives to the end, and looks at what is to be true there.  Exits with
 * EXIT_FAILURE (assertions of cmocka do) when something is wrong. */
typedef void sweep_life(void *context);

/* One kind of fault, and the places where it can come, in their order. */
struct sweep_series {
	char name[SWEEP_NAME_BYTES]; /* the sweep's, and what follows a dot */
	uint64_t count;              /* of places so far */
	uint64_t runs;
	uint64_t bad;
};

/* When not all are asked for, about runs_most branches are made. */
void sweep_live(const char *name, uint32_t runs_most,
    struct sweep_series *series, uint32_t series_count, sweep_life *life,
    void *context);

/* A fault of this kind can come here.  True: let it come.  That is so once in
 * a life. */
bool sweep_branch(struct sweep_series *series);

/* As that; but only where chosen, whatever was asked for but one place. */
bool sweep_branch_chosen(struct sweep_series *series, bool chosen);

/* The number of this life's place in its series; 0: it has none (yet). */
uint64_t sweep_nth(void);

/* Whether this life is the one that branches. */
bool sweep_is_leader(void);

/* Whether "places" or "ours" or the like is asked for. */
bool sweep_is_asked(const char *what);

/* Whether it is this one life that was asked for. */
bool sweep_is_single(void);

/* Prints what was swept.  The program's exit status. */
int sweep_finish(void);

/* --- sweep_memory.c ------------------------------------------------------- */

/* Does it, with memory armed and held: unheld around what is swept, and held
 * again.  Ends with memory held; then whatever is to be true is looked at. */
typedef void sweep_run(void *context);

/*
 * The sweep of allocations, in series NAME.ours, NAME.sqlite, NAME.statements
 * and NAME.arenas, of which one fails, and NAME.ours-on ..., of which all fail
 * from then on.  verify: afterwards, with memory off.
 */
void sweep_memory(const char *name, uint32_t runs_most, sweep_run *run,
    sweep_run *verify, void *context);

/* --- sweep_known.c -------------------------------------------------------- */

/*
 * In a sweep most lives end with the very databases of others.  From now on
 * check_replica, when memory is off, is spared for a database that it found
 * sound before, in any branch: byte for byte the same, of the same site, under
 * the same catalogue.
 */
void sweep_know_sound(void);

/* From now on check_replica has all the memory that it wants: it takes most of
 * a night, and is swept by itself. */
void sweep_spare_checks(void);

/*
 * For a branch in which an allocation failed, that was told, and what was
 * begun is undone; memory is off.  Most are where another has been: it failed
 * by the same way through the program (all return addresses), as often, and
 * left the same databases, and more is the same.  Such a branch ends here, and
 * well: what comes after is the other's to live.  Replicas may be NULL.
 */
void sweep_end_if_known(struct replica *const *replicas, uint32_t count,
    uint64_t more);

/* Adds to what a branch is known by. */
void sweep_know_way(const void *bytes, size_t size);

#endif
