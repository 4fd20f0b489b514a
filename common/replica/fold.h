/*
 * The fold: from a set of commits to the tables that people query.  It depends
 * on the set alone, never on the order of arrival, and never fails on what a
 * commit says: a value that does not fit is shown as missing, and flagged.
 *
 *	record(id, collection, dossier, state, conflicts, flags, heads)
 *	one STRICT table for each collection of the catalogue, named as it is:
 *	    (id INTEGER PRIMARY KEY, _dossier INTEGER, <columns>)
 *	grants, same (pupils that are one child), the search index
 *
 * Deletion: a record is gone when it has a non-null head of `deleted`, none
 * that is null, and every head of its other fields was seen by one of them.
 * With another head it stays, in conflict on `deleted`.
 *
 * Redaction: a `redaction` record drops the values of the change it names,
 * whichever of the two arrives first.
 *
 * What is noted as damaged (damage.h), or cannot be read, is left out.
 *
 * same_as: agreed ones join pupils in a set that is shown as its smallest id;
 * ended ones no longer do.
 */
#ifndef COMMON_REPLICA_FOLD_H
#define COMMON_REPLICA_FOLD_H

#include "common/replica/replica.h"
#include "protocol/commit.h"

enum record_state {
	RECORD_LIVE = 0,
	RECORD_DELETED = 1,
	RECORD_INCOMPLETE = 2, /* its creation is not in the set */
};

enum record_flag {
	RECORD_BAD_VALUE = 1,    /* a value does not fit its column */
	RECORD_UNKNOWN_CODE = 2, /* a code that this program does not know */
	RECORD_UNKNOWN_COLUMN = 4,
};

/* Fold one commit that has just entered the set (ledger or pending). */
enum status fold_commit(struct replica *replica, const struct commit *commit,
    struct error *err);

/* Compute one record anew from all commits in the set that touch it. */
enum status fold_record(struct replica *replica, uint64_t record,
    struct error *err);

/* The records of a commit that has just left the set, or changed in it. */
enum status fold_again(struct replica *replica, const struct commit *commit,
    struct error *err);

/* A dossier has been filled: show it. */
enum status fold_dossier(struct replica *replica, uint64_t dossier,
    struct error *err);

/* Everything, from scratch.  progress may be NULL; it returns false to stop,
 * with STATUS_CANCELLED. */
typedef bool fold_progress(void *context, uint64_t done, uint64_t of);

enum status fold_all(struct replica *replica, fold_progress *progress,
    void *context, struct error *err);

#endif
