/*
 * What people do at their computers, and the year in which they do it.
 *
 *	person.h     one of them at work: looking, choosing, telling
 *	sheet.h	     what one commit is going to write
 *	child.h	     invented children, and the values that people type
 *	ctf.h	     Common Transfer Files, in memory
 *	calendar.c   plan_add_year
 *
 * A deed finds what it is about in the replica of its computer, by its own
 * chance alone.  The upper half of a deed's salt is its topic: deeds with one
 * topic are about the same child, record and field wherever they can be, so
 * that schools and computers meet.
 */
#ifndef TESTS_SIM_PEOPLE_H
#define TESTS_SIM_PEOPLE_H

#include <stdint.h>

struct world;

enum {
	PEOPLE_CANARY_BYTES = 20 /* with the NUL */
};

/*
 * The word that only this pupil's dossier holds (in former_surname, which is
 * indexed too): where the dossier must not be, neither may it.  A child whose
 * computer crashed between its two first commits has none.
 */
void people_canary(struct world *world, uint64_t dossier,
    char canary[PEOPLE_CANARY_BYTES]);

#endif
