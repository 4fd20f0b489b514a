/*
 * The commits of this site that the hub has not answered yet (waiting), and
 * those that it refused (set aside).  Waiting ones are part of the set that is
 * folded; those set aside are not.
 *
 *	pending(id, dossier, lane, state, refusal, at, digest, bytes)
 */
#ifndef COMMON_REPLICA_PENDING_H
#define COMMON_REPLICA_PENDING_H

#include "common/replica/replica.h"
#include "protocol/commit.h"
#include "protocol/digest.h"
#include "protocol/refusal.h"

/* What goes first when the line is slow. */
enum lane {
	LANE_SAFEGUARDING = 0,
	LANE_TRANSITION = 1,
	LANE_REST = 2,
	LANE_COUNT
};

enum pending_state {
	PENDING_WAITING = 0,
	PENDING_ASIDE = 1,
	PENDING_PASSED_ON = 2, /* it went on with the dossier: no bytes, only
				  the note that it did */
};

struct pending_row {
	uint64_t id;
	uint64_t dossier;
	enum lane lane;
	enum pending_state state;
	uint32_t refusal; /* why it was set aside */
	uint64_t at_ms;   /* when written, or set aside */
	struct digest digest;
	struct bytes bytes; /* borrowed until the next call on pending */
};

/* Add a decoded commit as waiting, and touch its records.  Does not fold. */
enum status pending_add(struct replica *replica, const struct commit *commit,
    struct bytes bytes, uint64_t now_ms, struct error *err);

/* STATUS_NOT_FOUND */
enum status pending_get(struct replica *replica, uint64_t id,
    struct pending_row *row, struct error *err);

typedef bool pending_visitor(void *context, const struct pending_row *row);

/* Those that wait, by lane and within a lane by id, after (lane, id). */
enum status pending_each_waiting(struct replica *replica, enum lane lane,
    uint64_t after, pending_visitor *visit, void *context, struct error *err);

enum status pending_each_aside(struct replica *replica, pending_visitor *visit,
    void *context, struct error *err);

/* Notes of what went on with a dossier to its next holder. */
enum status pending_each_passed_on(struct replica *replica,
    pending_visitor *visit, void *context, struct error *err);

/* Note it: the commit itself has left this replica. */
enum status pending_note_passed_on(struct replica *replica, uint64_t id,
    uint64_t dossier, uint64_t received_ms, struct error *err);

enum status pending_count(struct replica *replica, uint64_t *waiting,
    uint64_t *aside, struct error *err);

/* Whether anything waits in that dossier. */
enum status pending_in_dossier(struct replica *replica, uint64_t dossier,
    uint64_t *waiting, struct error *err);

/* It has its place: from pending to the ledger.  The set is as before. */
enum status pending_settle(struct replica *replica, uint64_t id,
    uint64_t sequence, uint64_t received_ms, const struct mark *mark,
    struct error *err);

/*
 * It was refused: out of the set, kept with the reason.  What waits and builds
 * on it (DEPENDS) is rewritten: in place of the refused write stands what that
 * write replaced, under the same id and a new digest; changes to a record
 * whose creation was refused are set aside with it.  Refolds.
 */
enum status pending_set_aside(struct replica *replica, uint64_t id,
    uint32_t refusal, uint64_t now_ms, struct error *err);

/* Whether it lies in a dossier, writes to a record, replaces a write or is by
 * an author of which an earlier commit still waits. */
enum status pending_builds_on_waiting(struct replica *replica, uint64_t id,
    bool *waits, struct error *err);

/*
 * After CLOCK: these of what waits get new stamps from now_ms on, in the order
 * given; their bytes and digests change with them.  Only what the hub has just
 * refused: it may have any other by now, and the answer be on its way.
 * Refolds.
 */
enum status pending_restamp(struct replica *replica, const uint64_t *ids,
    size_t count, uint64_t last_stamp, uint64_t now_ms, struct error *err);

/* Set aside -> waiting again, as a new commit with fresh ids on the present
 * heads.  *id is the new one. */
enum status pending_retry(struct replica *replica, uint64_t refused,
    uint64_t now_ms, uint64_t *id, struct error *err);

/*
 * The hub knows more than before: what it refused as UNKNOWN waits again, and
 * what was set aside with it, as it was: same ids, same bytes.  So where
 * somebody wrote the same field meanwhile, both values are kept.
 */
enum status pending_return_unknown(struct replica *replica, uint64_t *count,
    struct error *err);

/* Forget a commit that was set aside, or a note that one was passed on. */
enum status pending_drop(struct replica *replica, uint64_t refused,
    struct error *err);

#endif
