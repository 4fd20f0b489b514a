/*
 * Bodies of frames, changed one element at a time.  A body is msgpack; a blob
 * in it that holds a commit is msgpack again, and its elements count as well.
 * Whatever is changed, what stands around it (counts, lengths) is put right,
 * so that the change reaches the code that reads that element.
 */
#ifndef TESTS_SIM_HOSTILE_MUTATE_H
#define TESTS_SIM_HOSTILE_MUTATE_H

#include "protocol/bytes.h"
#include "tests/sim/random.h"

enum {
	MUTATE_VALUES = 26,                /* nasty ones */
	MUTATE_REMOVE = MUTATE_VALUES,     /* the element is not there */
	MUTATE_DOUBLE = MUTATE_VALUES + 1, /* or twice */
	MUTATE_WAYS = MUTATE_VALUES + 2
};

/* How many elements body has, itself and those of commits in it included; 0
 * when it is no msgpack. */
uint32_t mutate_count(struct bytes body);

/* Replace out by body with element changed in that way (0 .. MUTATE_WAYS - 1).
 * False: there is no such element, or nothing around it to take it from. */
bool mutate_element(struct bytes body, uint32_t element, uint32_t way,
    struct buffer *out);

/* Some change, of an element or of bytes, of body into out. */
void mutate_by_chance(struct bytes body, struct random *random,
    struct buffer *out);

#endif
