/*
 * The heads of one record: for each field the writes that no other write in
 * the set replaces.  Pure.
 *
 * Order of arrival does not matter: a write whose replaced ones have not
 * arrived leaves their ids as `ghosts`; one that arrives as a ghost is no
 * head.  A write that replaces what is neither head nor absent (two authors
 * replaced the same) needs no trace.
 */
#ifndef COMMON_REPLICA_HEADS_H
#define COMMON_REPLICA_HEADS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/catalogue/catalogue.h"
#include "protocol/bytes.h"
#include "protocol/commit.h"

struct head {
	uint64_t change;
	uint64_t stamp;
};

struct field_heads {
	struct bytes field; /* a tie, or a column; "deleted" too */
	struct head *heads; /* the shown one (greatest stamp, id) first */
	uint32_t head_count;
	uint64_t *ghosts;
	uint32_t ghost_count;
	bool differ; /* the heads have differing values: a conflict */
};

struct record_heads {
	struct field_heads *fields;
	uint32_t field_count;
};

/* Append the compact form of heads (the record table's blob) to out. */
enum status heads_encode(const struct record_heads *heads, struct buffer *out);

enum status heads_decode(struct bytes blob, struct arena *arena,
    struct record_heads *heads, struct error *err);

/* NULL when the field was never written. */
const struct field_heads *heads_field(const struct record_heads *heads,
    struct bytes field);

/* The field that a field_write of a change belongs to, by the catalogue (a
 * collection that is not known: its first column). */
struct bytes heads_field_name(const struct collection *collection,
    const struct field_write *write);

/* How many fields have heads that differ. */
uint32_t heads_conflict_count(const struct record_heads *heads);

#endif
