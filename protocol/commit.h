/*
 * Commits: what one action wrote in one dossier, taken whole or not at all.
 *
 *	commit = [id, stamp, author, dossier - id, [change, ...]]
 *	change = [collection, record - id, [field, ...]]
 *	       | [collection, record - id, [field, ...], true]   redacted
 *	field  = [[replaced - id, ...], column, value, column, value, ...]
 *
 * Every "- id" is a difference from the commit's id, so that most take a byte
 * or two.  The bytes are canonical: the shortest msgpack form of everything,
 * replaced ids ascending, columns of a field ascending by bytes, fields of a
 * change ascending by first column, no column twice in a change.  Decoding,
 * encoding and comparing therefore proves that they are.  There is at least one
 * change, a field in each and a column in each field; names of collections and
 * columns are 1 to 64 of a-z, 0-9 and _.
 *
 * Change i of a commit has the id commit.id + i.  A change whose record is its
 * own id creates that record.  A redacted change keeps its columns and what
 * it replaces; its values are null.
 */
#ifndef PROTOCOL_COMMIT_H
#define PROTOCOL_COMMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/bytes.h"
#include "protocol/value.h"

/* Reserved column: a blob of the head ids that the deleting author saw, each
 * 8 bytes big-endian, ascending; null takes a deletion back. */
#define COLUMN_DELETED "deleted"

struct column_value {
	struct bytes column;
	struct value value;
};

/* One field: a column, or several tied ones that are written together. */
struct field_write {
	struct column_value *values;
	uint32_t value_count;
	uint64_t *replaces; /* ids of the changes whose writes this replaces */
	uint32_t replace_count;
};

struct change {
	struct bytes collection;
	uint64_t record;
	struct field_write *fields;
	uint32_t field_count;
	bool redacted;
};

struct commit {
	uint64_t id;
	uint64_t stamp;
	uint64_t author; /* a staff record, or 0 for none */
	uint64_t dossier;
	struct change *changes;
	uint32_t change_count;
};

/*
 * Append the canonical bytes of commit to out.  Sorts the fields, columns and
 * replaced ids of commit in place first.  An arrangement that has no canonical
 * form (a column twice, no change, over a limit) is STATUS_INVALID or
 * STATUS_TOO_LARGE, and out is left as it was.
 */
enum status commit_encode(struct commit *commit, struct buffer *out,
    struct error *err);

/*
 * Read untrusted bytes.  Everything that commit points to lives in arena or
 * in bytes.  STATUS_INVALID: not canonical, not UTF-8, ids out of range, a
 * column twice; STATUS_TOO_LARGE: over a limit of limits.h.
 */
enum status commit_decode(struct bytes bytes, struct arena *arena,
    struct commit *commit, struct error *err);

/*
 * Only the head of the commit (no changes), from bytes that may be anyone's:
 * what follows the head is not looked at.  Allocates nothing; change_count is
 * set, changes is NULL.
 */
enum status commit_peek(struct bytes bytes, struct commit *commit);

/* Whether any change has lost its values. */
bool commit_has_redacted(const struct commit *commit);

/* Drop the values of one change, as a redaction does. */
void change_redact(struct change *change);

#endif
