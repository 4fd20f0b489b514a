/*
 * Bit rot and lost rows: what the night has to find and to mend.
 */
#ifndef TESTS_SIM_ROT_H
#define TESTS_SIM_ROT_H

#include "tests/sim/world.h"

enum rot_kind {
	ROT_LOST, /* a commit's row */
	ROT_BYTE, /* one of a commit's */
	ROT_TABLE,
	ROT_TOUCH,
	ROT_DOSSIER, /* its count */
	ROT_COUNT
};

/* One thing there goes bad, unless it fails now or has nothing that may.  From
 * then on the world is rotten, until all were found equal. */
void rot_computer(struct computer *computer, struct random *random);

void rot_hub(struct world *world, struct random *random);

/* By a statement with that id as ?1, at the computer or (NULL) the hub; false:
 * nothing is other than it was. */
bool rot_by(struct world *world, struct computer *computer, const char *text,
    uint64_t id);

/* All is mended. */
void rot_end(struct world *world);

/* "loses" */
const char *rot_name(enum rot_kind kind);

#endif
