/*
 * Repeatable randomness.  Each draw is named by what it is for and by a number,
 * so that what one pupil gets does not depend on who was generated before.
 */
#ifndef TESTS_DEMO_DRAW_H
#define TESTS_DEMO_DRAW_H

#include <stdbool.h>
#include <stdint.h>

struct draw {
	uint64_t state;
};

struct draw draw_begin(uint64_t seed, const char *purpose, uint64_t number);

/* 0 .. limit - 1; limit is at least 1. */
uint32_t draw_below(struct draw *draw, uint32_t limit);

/* low .. high, both included. */
uint32_t draw_between(struct draw *draw, uint32_t low, uint32_t high);

/* True in so many of a hundred. */
bool draw_chance(struct draw *draw, uint32_t percent);

/* One of a list that ends with NULL. */
const char *draw_pick(struct draw *draw, const char *const *list);

#endif
