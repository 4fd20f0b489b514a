/*
 * A replica of Oak's, and drafts in a transaction of their own.
 */
#ifndef TESTS_REPLICA_DRAFTING_H
#define TESTS_REPLICA_DRAFTING_H

#include "fixture.h"

static inline int
setup(void **state)
{
	*state = fixture_open(5, OAK);
	return 0;
}

static inline int
teardown(void **state)
{
	replica_close(*state);
	return 0;
}

static inline struct draft *
begin(struct replica *replica, uint64_t dossier)
{
	struct draft *draft = NULL;

	assert_ok(replica_begin(replica, err));
	assert_ok(draft_create(replica, dossier, 0, &draft, err));
	return draft;
}

static inline void
cancel(struct replica *replica, struct draft *draft)
{
	draft_destroy(draft);
	replica_rollback(replica);
}

#endif
