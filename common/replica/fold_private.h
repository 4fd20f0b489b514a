/*
 * What the parts of the fold share.  Private to common/replica.
 *
 *	fold.c		  commit by commit; the short ways
 *	fold_record.c	  one record from all that was written to it
 *	fold_store.c	  what came out, into the tables
 *	fold_effects.c	  grants, same_as, search: what follows from a record
 *	fold_redaction.c  redactions, and what they reach
 */
#ifndef COMMON_REPLICA_FOLD_PRIVATE_H
#define COMMON_REPLICA_FOLD_PRIVATE_H

#include "common/replica/fold.h"
#include "common/replica/heads_private.h"
#include "common/replica/replica_private.h"

/* What one record comes to. */
struct folded {
	uint64_t id;
	uint64_t dossier;
	struct bytes name;                   /* of the collection */
	const struct collection *collection; /* NULL: not known */
	enum record_state state;
	uint32_t flags; /* enum record_flag */
	struct record_heads heads;
	struct value *values; /* one a column; NULL: collection not known */
	bool fresh;           /* nothing was there before */
};

/* --- fold_store.c --------------------------------------------------------- */

/* Set name and collection, and make room for the values, in arena. */
enum status folded_begin(struct folded *folded, struct bytes name,
    struct arena *arena, struct error *err);

/* The columns of one write take its values, or null; flags follow. */
void folded_set(struct folded *folded, const struct field_write *write,
    bool redacted);

/* The value of a column that the collection has; null when the collection is
 * not known. */
struct value folded_value(const struct folded *folded, const char *column);

/* The same as a number greater than 0, or 0. */
uint64_t folded_id(const struct folded *folded, const char *column);

/* Write the record's row, its typed row, and what follows from it. */
enum status folded_store(struct replica *replica, const struct folded *folded,
    struct error *err);

/* Take all of it out; there may be nothing. */
enum status folded_remove(struct replica *replica, uint64_t record,
    struct error *err);

/* --- fold_effects.c ------------------------------------------------------- */

/* live: the record has a row. */
enum status effects_follow(struct replica *replica, const struct folded *folded,
    bool live, struct error *err);

/* Before and after everything is folded anew. */
enum status effects_clear(struct replica *replica, struct error *err);
enum status effects_finish(struct replica *replica, struct error *err);

/* --- fold_redaction.c ----------------------------------------------------- */

bool redaction_is_one(const struct change *change);

/* Note what a change to a `redaction` names; others are nothing. */
enum status redaction_note(struct replica *replica, const struct change *change,
    uint64_t id, uint64_t dossier, struct error *err);

/* Whether any change with first <= id < first + count is redacted by the set.
 * Only redactions in the same dossier count. */
enum status redaction_any(struct replica *replica, uint64_t first,
    uint32_t count, uint64_t dossier, bool *any, struct error *err);

/* A redaction names change, or no longer does: bring the ledger's bytes and
 * the record in line.  The change may not be here. */
enum status redaction_apply(struct replica *replica, uint64_t change,
    uint64_t dossier, struct error *err);

/* Apply what commit redacts, and what redacts commit. */
enum status redaction_follow(struct replica *replica,
    const struct commit *commit, struct error *err);

#endif
