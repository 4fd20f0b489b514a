/*
 * The places of a set that a night compares.
 */
#ifndef TESTS_UNIT_REPLICA_SCOPE_SET_H
#define TESTS_UNIT_REPLICA_SCOPE_SET_H

#include "script.h"

#include "common/replica/scope.h"

enum {
	SET_MAX = 4096
};

struct set {
	uint64_t sequences[SET_MAX];
	uint32_t count;
	uint32_t stop_at;
};

static inline bool
set_add(void *context, uint64_t sequence, const struct digest *digest)
{
	struct set *set = context;

	(void)digest;
	assert_true(set->count < SET_MAX);
	set->sequences[set->count++] = sequence;
	return set->count != set->stop_at;
}

#endif
