/*
 * The hub's own commits: records of schools, sites and grants, and the steps
 * that follow from a school's.
 *
 * A consequence takes its numbers from those that its cause left free, so that
 * taking the cause again writes the same records again.  Everything else is
 * numbered by the hub (site 0).  All functions run in the caller's transaction
 * unless they say otherwise.
 */
#ifndef SERVER_CORE_HUB_WRITE_H
#define SERVER_CORE_HUB_WRITE_H

#include "common/replica/draft.h"
#include "common/replica/replica.h"
#include "protocol/commit.h"
#include "protocol/digest.h"
#include "protocol/identifier.h"

enum {
	MOMENT_TEXT_BYTES = 21 /* "2026-07-21T09:30:00Z" and NUL */
};

struct hub_writer {
	struct replica *replica;
	struct mark_key key;
	uint64_t generation;
	uint64_t now_ms;
	uint64_t next_id; /* of the cause's free numbers; 0: the hub's own */
};

/*
 * For a hub's replica that is open for writing: its tables, and its generation
 * (made from seed, fresh random bits, if there is none yet).  Has a
 * transaction of its own when none is open.
 */
enum status hub_writer_init(struct hub_writer *writer, struct replica *replica,
    const struct mark_key *key, uint64_t now_ms, uint64_t seed,
    struct error *err);

/* From here on numbers are those that cause left free. */
void hub_writer_follow(struct hub_writer *writer, const struct commit *cause);

/* A draft in dossier with mark and numbers; NULL in *out on failure. */
enum status hub_write_begin(struct hub_writer *writer, uint64_t dossier,
    struct draft **out, struct error *err);

/* Finish and destroy it; changes: how many records it wrote to.  draft may be
 * one that failed already: then status is handed on. */
enum status hub_write_end(struct hub_writer *writer, struct draft *draft,
    uint32_t changes, enum status status, struct error *err);

enum status hub_set_integer(struct draft *draft, int64_t record,
    const char *column, uint64_t value, struct error *err);

enum status hub_set_text(struct draft *draft, int64_t record,
    const char *column, const char *text, struct error *err);

/* Whether the hub wrote this commit under a cause's numbers. */
enum status hub_write_is_consequence(struct replica *replica, uint64_t id,
    bool *is, struct error *err);

/* Unix time as the text of a moment. */
void moment_format(uint64_t unix_ms, char text[MOMENT_TEXT_BYTES]);

/* --- the administrator's commands ----------------------------------------- */

struct column_text {
	const char *column;
	struct bytes text;
};

/*
 * Add a school (id 0) or change one: columns as text, as people type them.  In
 * a transaction of its own.  A school that is added is a member unless the
 * columns say otherwise.  STATUS_INVALID: a value does not fit.
 */
enum status hub_write_school(struct hub_writer *writer, uint64_t id,
    const struct column_text *columns, uint32_t column_count, uint64_t *written,
    struct error *err);

/* It is no member any more and closed today; its records stay.  In a
 * transaction of its own. */
enum status hub_write_school_remove(struct hub_writer *writer, uint64_t id,
    struct error *err);

#endif
