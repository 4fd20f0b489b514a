/*
 * Commits of a hostile computer: first as an honest one would write them, by
 * the catalogue and what it knows, then with one thing or another not so.
 */
#ifndef TESTS_SIM_HOSTILE_LIES_H
#define TESTS_SIM_HOSTILE_LIES_H

#include "tests/sim/hostile/known.h"

enum {
	LIE_CHANGES = 4,
	LIE_FIELDS = 24,
	LIE_VALUES = 20,
	LIE_REPLACES = 65
};

/* Who lies; numbers are taken from counter. */
struct teller {
	struct known *known;
	struct random random;
	uint32_t site;
	uint64_t school;
	uint64_t counter;
	uint64_t now_ms;
};

/*
 * Append the bytes of one commit to out: true in one of honest (0: never),
 * else changed in some way.  What has no canonical form is broken in its bytes
 * instead.
 */
void lies_tell(struct teller *teller, uint32_t honest, struct buffer *out);

#endif
