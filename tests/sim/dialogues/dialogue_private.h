/*
 * What the files of a dialogue share: the one that there is.
 */
#ifndef TESTS_SIM_DIALOGUES_DIALOGUE_PRIVATE_H
#define TESTS_SIM_DIALOGUES_DIALOGUE_PRIVATE_H

#include "tests/sim/dialogues/dialogue.h"

enum {
	NUMBERS = 256
};

struct dialogue {
	struct plan plan;
	struct world *world; /* NULL: none */
	size_t told;         /* of the trace: what was expected already */
	uint64_t since_ms;
	uint64_t numbers[2][NUMBERS]; /* as they came up: the hub's, others' */
	uint32_t number_counts[2];
	uint8_t cuts[WORLD_COMPUTERS]; /* frame types; 0: none */
	uint32_t differences;
};

extern struct dialogue dialogue;

/* Of a computer, or (NULL) of the hub, to look at; then dialogue_close. */
struct replica *dialogue_open(struct computer *computer);

void dialogue_close(struct computer *computer);

/* The call has to be OK. */
void dialogue_ok(enum status status, const struct error *err);

#endif
