/*
 * Writing: a draft collects what one action writes in one dossier, and becomes
 * a commit: ids, stamp, the heads that it replaces, canonical bytes.
 *
 *	draft_create(&draft, replica, dossier, author);
 *	draft_insert(draft, "contact", &contact);
 *	draft_set(draft, contact, "surname", value);
 *	draft_finish(draft, now_ms, &id, err);
 *	draft_destroy(draft);
 *
 * Between draft_create and draft_finish a transaction must be open, so that
 * the heads stay what they are.
 */
#ifndef COMMON_REPLICA_DRAFT_H
#define COMMON_REPLICA_DRAFT_H

#include "common/replica/replica.h"
#include "protocol/value.h"

struct draft;

enum status draft_create(struct replica *replica, uint64_t dossier,
    uint64_t author, struct draft **out, struct error *err);

/* As draft_create, for a dossier that begins with this commit: the first
 * record inserted (a pupil) names it. */
enum status draft_create_dossier(struct replica *replica, uint64_t author,
    struct draft **out, struct error *err);

void draft_destroy(struct draft *draft);

/* Columns newer than this catalogue version are refused (STATUS_UNSUPPORTED);
 * at first what the hub last announced (meta "hub_catalogue"). */
void draft_limit_catalogue(struct draft *draft, uint32_t version);

/*
 * A new record.  *record is a handle for this draft that also serves as a
 * reference value in it (draft_set with value_integer(handle)); handles are
 * negative and are turned into ids by draft_finish.
 */
enum status draft_insert(struct draft *draft, const char *collection,
    int64_t *record, struct error *err);

/* Write one column of a new record (a handle) or of an existing one (its id).
 * Checked against the catalogue; value is copied.  Tied columns that are not
 * set in this draft keep their present values. */
enum status draft_set(struct draft *draft, int64_t record, const char *column,
    const struct value *value, struct error *err);

/* From text, as column_parse reads it. */
enum status draft_set_text(struct draft *draft, int64_t record,
    const char *column, struct bytes text, struct error *err);

/* As draft_set, and written even where the one head says the same: so it
 * replaces that head, and tells which one it found. */
enum status draft_set_again(struct draft *draft, int64_t record,
    const char *column, const struct value *value, struct error *err);

/* Delete, or take a deletion back. */
enum status draft_delete(struct draft *draft, uint64_t record,
    struct error *err);

enum status draft_undelete(struct draft *draft, uint64_t record,
    struct error *err);

/* Whether anything would be written: what equals the one head is left out. */
bool draft_is_empty(const struct draft *draft);

/* What it writes to a record: one of its columns, or (column NULL) that it is
 * created, deleted or taken back. */
struct draft_write {
	int64_t record; /* its id, or a handle */
	const struct collection *collection;
	const struct column *column;
	const struct value *value; /* NULL without a column */
};

typedef bool draft_visitor(void *context, const struct draft_write *write);

/* All that was set, also what is so already.  False from visit ends it. */
void draft_each_write(const struct draft *draft, draft_visitor *visit,
    void *context);

/* What is set for a column of a record; NULL: nothing was. */
const struct value *draft_value(const struct draft *draft, int64_t record,
    const struct column *column);

/*
 * Make the commit and put it in the set: at a client as waiting, folded; at
 * the hub it is appended (received now_ms, marked by key).  Required columns of
 * new records must be there.  An empty draft is STATUS_OK with *id = 0.
 * STATUS_TOO_LARGE: over the limits of a commit.
 */
enum status draft_finish(struct draft *draft, uint64_t now_ms, uint64_t *id,
    struct error *err);

/* The id that a handle got; after draft_finish. */
uint64_t draft_record_id(const struct draft *draft, int64_t handle);

/* --- at the hub ----------------------------------------------------------- */

/* Use these ids (of a cause's reserved numbers) instead of the hub's own. */
void draft_use_ids(struct draft *draft, uint64_t first);

/* The mark of what the hub appends. */
void draft_use_mark(struct draft *draft, const struct mark_key *key,
    uint64_t generation);

#endif
