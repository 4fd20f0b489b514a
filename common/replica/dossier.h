/*
 * What is held of each dossier.
 *
 *	dossier(number, kind, state, filled, fill_to, frozen, closed, count,
 *	    sum, last)
 *
 * filled: all of the dossier that lies at or before this sequence is held; at
 * the hub always the head.  While filled < fill_to the client is still
 * fetching; its commits are kept but not folded, so that nobody sees half a
 * child.  While a grant is open the stream carries the dossier on.
 */
#ifndef COMMON_REPLICA_DOSSIER_H
#define COMMON_REPLICA_DOSSIER_H

#include "common/replica/replica.h"
#include "protocol/digest.h"

enum dossier_state {
	DOSSIER_OPEN = 0,    /* folded and shown */
	DOSSIER_FILLING = 1, /* client: being fetched, not yet shown */
	DOSSIER_FROZEN = 2,  /* client: kept as it was when passed on */
	DOSSIER_CLOSING = 3, /* client: closed, what waits is being sent */
	DOSSIER_GONE = 4,    /* purged (client) or destroyed (hub); only the
				number is left */
};

struct dossier {
	uint64_t number;
	enum dossier_kind kind;
	enum dossier_state state;
	uint64_t filled;
	uint64_t fill_to;
	uint64_t frozen; /* sequence of the freeze; 0: not frozen */
	uint64_t closed; /* sequence of the close; 0: not closed */
	uint64_t count;  /* commits in the ledger */
	struct digest_sum sum;
	uint64_t last; /* the greatest sequence in the ledger */
};

/* STATUS_NOT_FOUND */
enum status dossier_get(struct replica *replica, uint64_t number,
    struct dossier *dossier, struct error *err);

/* Insert or replace all but count, sum and last. */
enum status dossier_put(struct replica *replica, const struct dossier *dossier,
    struct error *err);

typedef bool dossier_visitor(void *context, const struct dossier *dossier);

/* Those in state (a dossier_state), or all (-1), by number. */
enum status dossier_each(struct replica *replica, int state,
    dossier_visitor *visit, void *context, struct error *err);

struct dossier_totals {
	uint64_t all; /* not counting those that are gone */
	uint64_t filling;
	uint64_t frozen;
	uint64_t closing;
};

enum status dossier_count(struct replica *replica,
    struct dossier_totals *totals, struct error *err);

/*
 * The client's scope: {count, sum} over the dossiers that are open or frozen
 * and filled.  *filling: how many are not filled yet.
 */
enum status dossier_scope(struct replica *replica, uint64_t *count,
    struct digest_sum *sum, uint64_t *filling, struct error *err);

#endif
