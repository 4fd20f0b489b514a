/*
 * The ledger: commits in the hub's order, append-only but for purging,
 * redaction and the nightly repair.
 *
 *	ledger(sequence, id, dossier, received, digest, mark, redacted, bytes)
 *	touch(record, id)		which commits write to a record
 */
#ifndef COMMON_REPLICA_LEDGER_H
#define COMMON_REPLICA_LEDGER_H

#include "common/replica/replica.h"
#include "protocol/commit.h"
#include "protocol/digest.h"

/* One row.  Borrowed: valid until the next call on the ledger. */
struct ledger_row {
	uint64_t sequence;
	uint64_t id;
	uint64_t dossier;
	uint64_t received_ms;
	struct digest digest;
	struct mark mark;
	bool redacted; /* digest is of the bytes before the redaction */
	struct bytes bytes;
};

/*
 * Append a commit that was decoded from row->bytes, touch its records and add
 * it to its dossier's count and sum.  Does not fold.  row->sequence 0 takes
 * the next one and fills it in.  STATUS_EXISTS: the id or the sequence is
 * taken already.
 */
enum status ledger_append(struct replica *replica, struct ledger_row *row,
    const struct commit *commit, struct error *err);

/* STATUS_NOT_FOUND */
enum status ledger_get(struct replica *replica, uint64_t id,
    struct ledger_row *row, struct error *err);

/* That at a sequence.  STATUS_NOT_FOUND */
enum status ledger_get_at(struct replica *replica, uint64_t sequence,
    struct ledger_row *row, struct error *err);

/*
 * The commit that contains change id, from the ledger or (client) from the
 * commits that wait; not from those set aside.  Its bytes are copied into
 * arena and decoded.  row->sequence is 0 for one that waits.
 */
enum status ledger_find_change(struct replica *replica, uint64_t change,
    struct arena *arena, struct ledger_row *row, struct commit *commit,
    struct error *err);

/* Whether a commit in the ledger contains any of count changes from first on,
 * which are ids of one site. */
enum status ledger_holds_any(struct replica *replica, uint64_t first,
    uint64_t count, bool *holds, struct error *err);

/* The greatest sequence, 0 for an empty ledger; at a hub also of what it has
 * lost since (meta "head"): no place is given twice. */
enum status ledger_head(struct replica *replica, uint64_t *sequence,
    struct error *err);

/* Return false to stop early. */
typedef bool ledger_visitor(void *context, const struct ledger_row *row);

/* Rows of one dossier in (from, to], in order. */
enum status ledger_each_of_dossier(struct replica *replica, uint64_t dossier,
    uint64_t from, uint64_t to, ledger_visitor *visit, void *context,
    struct error *err);

/*
 * Rows in (from, to] that school may have: of the partnership, of its own
 * dossier, and of those open to it (opened < sequence <= frozen, not closed).
 */
enum status ledger_each_of_school(struct replica *replica, uint64_t school,
    uint64_t from, uint64_t to, ledger_visitor *visit, void *context,
    struct error *err);

/* All rows after from, in order. */
enum status ledger_each(struct replica *replica, uint64_t from,
    ledger_visitor *visit, void *context, struct error *err);

/* Put the bytes of a redacted commit in place; id and digest stay. */
enum status ledger_replace_bytes(struct replica *replica, uint64_t id,
    struct bytes bytes, struct error *err);

/* Take a commit out again, with touches, count and sum, also one that is noted
 * as damaged.  Does not refold. */
enum status ledger_remove(struct replica *replica, uint64_t id,
    struct error *err);

#endif
