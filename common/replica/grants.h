/*
 * Which school may read which dossier: an index of the `grant` records, kept
 * by the fold.  At the hub of all schools, at a client of its own.
 *
 *	grants(grant_id, school, dossier, kind, because, opened, held, frozen,
 *	    closed, frozen_count, frozen_sum)
 *
 * A dossier may have been granted to a school several times; the latest (by
 * opened) counts.  The partnership, and a school's own dossier, need no grant.
 */
#ifndef COMMON_REPLICA_GRANTS_H
#define COMMON_REPLICA_GRANTS_H

#include "common/replica/replica.h"
#include "protocol/digest.h"

enum grant_kind {
	GRANT_NONE = 0,
	GRANT_HOLDER,
	GRANT_DESTINATION,
	GRANT_PREVIOUS
};

struct grant {
	uint64_t id; /* of the grant record */
	uint64_t school;
	uint64_t dossier;
	enum grant_kind kind;
	uint64_t because; /* the commit that caused it */
	uint64_t opened;  /* sequences; 0: not (yet) */
	uint64_t held;
	uint64_t frozen;
	uint64_t closed;
	/* at the hub: the dossier as it was at the freeze */
	uint64_t frozen_count;
	struct digest_sum frozen_sum;
};

/* The latest grant of that dossier to that school.  STATUS_NOT_FOUND. */
enum status grants_get(struct replica *replica, uint64_t school,
    uint64_t dossier, struct grant *grant, struct error *err);

enum status grants_get_by_id(struct replica *replica, uint64_t id,
    struct grant *grant, struct error *err);

/* The holder's grant of a dossier: not frozen, not closed, of that kind. */
enum status grants_get_holder(struct replica *replica, uint64_t dossier,
    struct grant *grant, struct error *err);

typedef bool grants_visitor(void *context, const struct grant *grant);

/* Schools that get what is new in dossier: open, neither frozen nor closed. */
enum status grants_each_of_dossier(struct replica *replica, uint64_t dossier,
    grants_visitor *visit, void *context, struct error *err);

/* The latest grant of each dossier to that school, closed ones too. */
enum status grants_each_of_school(struct replica *replica, uint64_t school,
    grants_visitor *visit, void *context, struct error *err);

/* Whether school may read the commit of that dossier at that sequence. */
enum status grants_may_read(struct replica *replica, uint64_t school,
    uint64_t dossier, uint64_t sequence, bool *may, struct error *err);

/* At the hub, in the transaction of the freeze. */
enum status grants_set_frozen_sum(struct replica *replica, uint64_t id,
    uint64_t count, const struct digest_sum *sum, struct error *err);

/* At the hub: {count, sum} of all that the school has, by its grants now.
 * Partnership and own dossier included. */
enum status grants_scope(struct replica *replica, uint64_t school,
    uint64_t *count, struct digest_sum *sum, struct error *err);

#endif
