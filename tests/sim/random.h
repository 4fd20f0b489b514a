/*
 * Chance that can be had again: every draw follows from a seed.  What draws
 * has a stream of its own (random_fork), so that leaving one thing out of a
 * run does not change what the others draw.
 */
#ifndef TESTS_SIM_RANDOM_H
#define TESTS_SIM_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
	uint64_t state;
};

/* splitmix64: Steele, Lea and Flood, "Fast splittable pseudorandom number
 * generators" (2014). */
static inline uint64_t
random_next(struct random *random)
{
	uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* A stream of its own for the thing called name (any number). */
static inline struct random
random_fork(uint64_t seed, uint64_t name)
{
	struct random random = { seed ^
				 (name * UINT64_C(0xd1342543de82ef95) + 1) };

	random.state = random_next(&random);
	return random;
}

/* 0 .. below - 1; 0 for 0. */
static inline uint64_t
random_below_of(struct random *random, uint64_t below)
{
	return below == 0 ? 0 : random_next(random) % below;
}

/* least .. most */
static inline uint64_t
random_between(struct random *random, uint64_t least, uint64_t most)
{
	return least + random_below_of(random, most - least + 1);
}

static inline bool
random_one_in(struct random *random, uint64_t n)
{
	return random_below_of(random, n) == 0;
}

#endif
