/*
 * Between commits as honest computers write them and what is made of them.
 */
#ifndef TESTS_SIM_HOSTILE_LIES_PRIVATE_H
#define TESTS_SIM_HOSTILE_LIES_PRIVATE_H

#include "tests/sim/hostile/lies.h"

/* A commit with room for all that one may want in it. */
struct lie {
	struct commit commit;
	struct change changes[LIE_CHANGES];
	struct field_write fields[LIE_CHANGES][LIE_FIELDS];
	struct column_value values[LIE_CHANGES][LIE_FIELDS][LIE_VALUES];
	uint64_t replaces[LIE_CHANGES][LIE_FIELDS][LIE_REPLACES];
	uint8_t seen[8]; /* the head that a deletion saw */
};

static inline uint64_t
teller_below(struct teller *teller, uint64_t count)
{
	return random_below_of(&teller->random, count);
}

static inline bool
teller_one_in(struct teller *teller, uint64_t n)
{
	return random_one_in(&teller->random, n);
}

/* Make one thing of it wrong, by chance. */
void lies_twist(struct lie *lie, struct teller *teller);

#endif
