/*
 * Between what a computer does while it is on and what makes it so.
 */
#ifndef TESTS_SIM_COMPUTER_PRIVATE_H
#define TESTS_SIM_COMPUTER_PRIVATE_H

#include "tests/sim/world.h"

enum {
	COMPUTER_DIAL_FIRST_MS = 200
};

/* The one that it dialled; NULL for none. */
struct connection *computer_connection(struct computer *computer);

void computer_dial_after(struct computer *computer, uint64_t ms);

#endif
