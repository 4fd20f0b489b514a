/*
 * One life of a hostile computer, as bytes: what it says next, by its own
 * chance, and what it learns from what the hub says.  Knows no world, so that
 * the simulator and a test with nothing but a hub can use it alike.
 *
 *	liar_create, liar_know ...
 *	liar_greet    the connection is open: HELLO, nearly always a good one
 *	liar_speak    the next bytes; false when it has nothing more to say
 *	liar_hear     bytes of the hub
 */
#ifndef TESTS_SIM_HOSTILE_LIAR_H
#define TESTS_SIM_HOSTILE_LIAR_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/bytes.h"
#include "protocol/message.h"

struct liar;

struct liar_facts {
	uint32_t site;
	uint64_t school;
	uint64_t cursor; /* as an honest computer would tell them */
	uint64_t confirmed;
	struct generation *generations; /* borrowed while it is created */
	uint32_t generation_count;
	uint64_t seed;
	uint64_t frames; /* how many it sends in its life */
};

struct liar *liar_create(const struct liar_facts *facts);

/* Accepts NULL. */
void liar_destroy(struct liar *liar);

/* A commit that it holds; sequence 0: one that waits. */
void liar_know(struct liar *liar, struct bytes commit, uint64_t sequence);

/* A number that it may come across: of a dossier, a record, a grant. */
void liar_hint(struct liar *liar, uint64_t id);

void liar_greet(struct liar *liar, uint64_t now_ms, struct buffer *out);

bool liar_speak(struct liar *liar, uint64_t now_ms, struct buffer *out);

void liar_hear(struct liar *liar, struct bytes bytes);

uint64_t liar_frames(const struct liar *liar);

#endif
