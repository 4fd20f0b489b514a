/*
 * Between a hostile computer's bodies and the frames around them.
 */
#ifndef TESTS_SIM_HOSTILE_LIAR_PRIVATE_H
#define TESTS_SIM_HOSTILE_LIAR_PRIVATE_H

#include "protocol/sketch.h"
#include "tests/sim/hostile/ear.h"
#include "tests/sim/hostile/lies.h"

enum {
	KEPT_FRAMES = 8,
	LIAR_ITEMS = 12 /* in an OFFER or MEND */
};

struct liar {
	struct known known;
	struct teller teller;
	struct ear ear;
	struct sketch_keys keys; /* of its latest RECONCILE, or wrong */
	struct buffer body;
	struct buffer mutated;
	struct buffer kept[KEPT_FRAMES]; /* sent before; to be said again */
	uint64_t kept_count;
	uint64_t frames;
	uint64_t frames_max;
};

static inline uint64_t
liar_below(struct liar *liar, uint64_t count)
{
	return random_below_of(&liar->teller.random, count);
}

static inline bool
liar_one_in(struct liar *liar, uint64_t n)
{
	return random_one_in(&liar->teller.random, n);
}

/* Each makes the body; some: any of them, and gives its frame's type. */
void liar_make_hello(struct liar *liar);

void liar_make_nothing(struct liar *liar);

uint8_t liar_make_some(struct liar *liar);

/* Those of the night. */
void liar_make_reconcile(struct liar *liar);

void liar_make_sketch(struct liar *liar);

void liar_make_mend(struct liar *liar);

void liar_make_found(struct liar *liar);

/* A place in the hub's order: true, near, or nothing like it. */
uint64_t liar_some_place(struct liar *liar, uint64_t place);

/* What it holds, with marks that are right or not, up to LIAR_ITEMS. */
uint32_t liar_some_items(struct liar *liar, struct item *items);

#define LIAR_ENCODE(liar, name, message)                                   \
	do {                                                               \
		enum status encoded =                                      \
		    message_##name##_encode(message, &(liar)->body, NULL); \
		assert(encoded == STATUS_OK);                              \
		(void)encoded;                                             \
	} while (0)

#endif
