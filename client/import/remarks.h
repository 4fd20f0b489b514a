/*
 * The remarks on one pupil or row, as they are collected.
 */
#ifndef CLIENT_IMPORT_REMARKS_H
#define CLIENT_IMPORT_REMARKS_H

#include "client/import/import.h"

enum {
	REMARKS_MAX = 256 /* then one that says so */
};

/* {0} is an empty list.  Texts and values live in arena, which the list needs
 * as long as it is read. */
struct remarks {
	struct import_remark list[REMARKS_MAX];
	uint32_t count;
	uint32_t persons; /* those of kind REMARK_PERSON */
	uint32_t doubts;  /* enum import_doubt of all of them */
};

void remarks_clear(struct remarks *remarks);

/* Without memory a remark has a fixed text: it never gets lost. */
void remarks_add(struct remarks *remarks, struct arena *arena,
    enum import_remark_kind kind, enum import_doubt doubt, const char *format,
    ...) __attribute__((format(printf, 5, 6)));

/* The same for a value that is left for a person. */
void remarks_propose(struct remarks *remarks, struct arena *arena,
    const struct collection *collection, uint64_t record,
    const struct column *column, const struct value *proposed,
    const char *format, ...) __attribute__((format(printf, 7, 8)));

#endif
