/*
 * What the parts of pending share.
 *
 *	pending.c	  the rows
 *	pending_refuse.c  what builds on a refused commit
 *	pending_again.c	  new stamps; a refused commit sent again
 *
 * Private to common/replica.
 */
#ifndef COMMON_REPLICA_PENDING_PRIVATE_H
#define COMMON_REPLICA_PENDING_PRIVATE_H

#include "common/replica/pending.h"

enum {
	SEEN_MAX = LIMIT_VALUE_BYTES / 8 /* heads that a deletion names */
};

/* A waiting commit with its bytes in arena, decoded.  STATUS_NOT_FOUND */
enum status pending_load(struct replica *replica, uint64_t id,
    enum pending_state state, struct arena *arena, struct commit *commit,
    struct error *err);

/* Out of the set: its state, its reason, no touches.  Does not refold. */
enum status pending_mark_aside(struct replica *replica,
    const struct commit *commit, uint32_t refusal, uint64_t now_ms,
    struct error *err);

/* New bytes under the same id, and their digest.  Touches stay as they are:
 * the records must be the same. */
enum status pending_encode(struct replica *replica, struct commit *commit,
    struct error *err);

/* The next id after `after` of a commit in that state, in dossier; 0: none. */
enum status pending_next(struct replica *replica, uint64_t dossier,
    enum pending_state state, uint64_t after, uint64_t *id, struct error *err);

/* Whether change id is one of this commit's. */
bool commit_holds(const struct commit *commit, uint64_t id);

/* Whether it creates that record. */
bool commit_creates(const struct commit *commit, uint64_t record);

#endif
