/*
 * Reading: records as people see them, lists, and conflicts.
 */
#ifndef COMMON_REPLICA_RECORD_H
#define COMMON_REPLICA_RECORD_H

#include "common/replica/fold.h"
#include "common/replica/heads.h"
#include "common/replica/replica.h"

struct record {
	uint64_t id;
	uint64_t dossier;
	const struct collection *collection;
	enum record_state state;
	uint32_t conflicts;   /* fields in conflict */
	uint32_t flags;       /* enum record_flag */
	struct value *values; /* one a column, in the catalogue's order */
	bool waiting;         /* arbitrated fields wait for the hub's answer */
};

/* All that record points to lives in arena.  STATUS_NOT_FOUND; a deleted
 * record is found, with its last values from the ledger not filled in. */
enum status record_get(struct replica *replica, uint64_t id,
    struct arena *arena, struct record *record, struct error *err);

/* The value of a column by name; null for one that is not known. */
struct value record_value(const struct record *record, const char *column);

/* Only where it lies.  STATUS_NOT_FOUND. */
enum status record_locate(struct replica *replica, uint64_t id,
    uint64_t *dossier, const struct collection **collection,
    enum record_state *state, struct error *err);

enum status record_get_heads(struct replica *replica, uint64_t id,
    struct arena *arena, struct record_heads *heads, struct error *err);

struct record_filter {
	const struct column *column;
	struct value value; /* equal to; null: is missing */
};

struct record_query {
	const struct collection *collection;
	const struct record_filter *filters;
	uint32_t filter_count;
	uint64_t dossier; /* 0: all (the partnership's are found anyway) */
	bool merge_same;  /* pupils that are one child: only the shown one */
	uint64_t after;   /* ids greater than this */
	uint32_t limit;   /* 0: all */
};

/* record is borrowed for the call.  Return false to stop. */
typedef bool record_visitor(void *context, const struct record *record);

/* By id, ascending.  Constant memory. */
enum status record_each(struct replica *replica,
    const struct record_query *query, record_visitor *visit, void *context,
    struct error *err);

/* The first record whose column equals value.  STATUS_NOT_FOUND. */
enum status record_find(struct replica *replica, const char *collection,
    const char *column, const struct value *value, uint64_t *id,
    struct error *err);

/* One value among those in conflict. */
struct conflict_value {
	uint64_t change;
	uint64_t author;
	uint32_t site;
	uint64_t stamp;
	uint64_t received_ms;              /* 0: it waits */
	const struct column_value *values; /* the columns of the field */
	uint32_t value_count;
};

struct conflict {
	uint64_t record;
	uint64_t dossier;
	const struct collection *collection;
	const char *field;
	const struct conflict_value *values; /* the shown one first */
	uint32_t value_count;
};

typedef bool conflict_visitor(void *context, const struct conflict *conflict);

/* Every field in conflict; of one record, or (0) of all. */
enum status conflict_each(struct replica *replica, uint64_t record,
    conflict_visitor *visit, void *context, struct error *err);

/* Count of fields in conflict in all records. */
enum status conflict_count(struct replica *replica, uint64_t *count,
    struct error *err);

/*
 * Settle: an ordinary commit that replaces all heads of the field by the
 * values of head number keep (0 = the shown one, in conflict_each's order).
 * For "deleted", keep a deleting head deletes, keep a null one keeps.
 * STATUS_NOT_FOUND: no such conflict or number.
 */
enum status conflict_resolve(struct replica *replica, uint64_t record,
    const char *field, uint32_t keep, uint64_t author, uint64_t now_ms,
    uint64_t *id, struct error *err);

/* The pupils that are one child with this one (itself too), ascending. */
enum status record_same(struct replica *replica, uint64_t pupil,
    struct arena *arena, uint64_t **pupils, uint32_t *count, struct error *err);

#endif
