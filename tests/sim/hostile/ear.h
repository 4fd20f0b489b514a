/*
 * What a hostile computer hears: frames of the hub, put together and read, for
 * where the stream stands and for commits that it did not know.
 */
#ifndef TESTS_SIM_HOSTILE_EAR_H
#define TESTS_SIM_HOSTILE_EAR_H

#include "protocol/message_night.h"
#include "tests/sim/hostile/known.h"
#include "tests/sim/hostile/liar.h"

struct ear {
	struct codec *codec;
	struct buffer input;
	struct buffer scratch;
	struct arena arena;
	struct generation generations[LIMIT_GENERATIONS];
	uint32_t generation_count;
	uint64_t cursor; /* as far as it was told */
	uint64_t confirmed;
	uint64_t head;
	uint8_t nonce[NONCE_BYTES]; /* for its next run */
};

void ear_init(struct ear *ear, const struct liar_facts *facts);

void ear_deinit(struct ear *ear);

/* Another connection: half a frame is nothing. */
void ear_forget_line(struct ear *ear);

void ear_hear(struct ear *ear, struct known *known, struct bytes bytes);

#endif
