/*
 * How heads come about.  Pure.  Private to common/replica.
 */
#ifndef COMMON_REPLICA_HEADS_PRIVATE_H
#define COMMON_REPLICA_HEADS_PRIVATE_H

#include "common/replica/heads.h"

/* One write of one field of a record, as a commit of the set holds it. */
struct head_write {
	struct bytes field;
	uint64_t change;
	uint64_t stamp;
	const struct field_write *write;
	bool redacted; /* its values are null, whatever they say */
};

/*
 * The heads of a record from all its writes in the set, which are sorted in
 * place by (field, change).  *deleted: see fold.h.  out lives in arena.
 */
enum status heads_compute(struct head_write *writes, size_t count,
    struct arena *arena, struct record_heads *out, bool *deleted);

/* The sorted writes of one field by one change (mostly one). */
const struct head_write *heads_find_writes(const struct head_write *writes,
    size_t count, struct bytes field, uint64_t change, size_t *found);

/* No ghosts, no heads of `deleted`. */
bool heads_are_plain(const struct record_heads *heads);

/*
 * Put change in the place of exactly those heads of field that it replaces
 * (none: the field was never written).  false: it is not that simple, and the
 * heads have to be computed from all writes; heads is then of no use.
 * Needs room for one more field in heads->fields.  Plain heads only.
 */
bool heads_advance(struct record_heads *heads, struct bytes field,
    const struct field_write *write, struct head *head);

#endif
