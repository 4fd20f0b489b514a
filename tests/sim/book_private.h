/*
 * What the files of the book share.
 */
#ifndef TESTS_SIM_BOOK_PRIVATE_H
#define TESTS_SIM_BOOK_PRIVATE_H

#include "protocol/compress.h"
#include "tests/sim/world.h"

enum {
	BOOK_NAMES = 16, /* that live at a time */
	BOOK_NAME_BYTES = 64
};

struct hearing; /* book_hear.c */

/* Where an id is among the entries. */
struct place {
	uint64_t id;
	uint32_t index;
};

struct book {
	struct entry *entries; /* as they were written */
	uint32_t count, capacity;
	struct place *places; /* by id */
	uint32_t place_count, place_capacity;
	uint32_t numbers[WORLD_COMPUTERS]; /* the last of each computer */

	struct hearing *hearings;
	book_listener *listener;
	struct codec *codec;
	struct buffer scratch;
	struct arena arena;

	char names[BOOK_NAMES][BOOK_NAME_BYTES];
	uint32_t name;
};

void book_hear_deinit(struct book *book);

#endif
