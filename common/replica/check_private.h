/*
 * What the parts of check share: what is stored (check.c), what it folds to
 * (check_fold.c).
 */
#ifndef COMMON_REPLICA_CHECK_PRIVATE_H
#define COMMON_REPLICA_CHECK_PRIVATE_H

#include "common/replica/check.h"
#include "common/replica/replica_private.h"

struct check {
	struct replica *replica;
	check_reporter *report;
	fold_progress *progress;
	void *context;
	struct check_result *result;
	bool no_memory; /* to read a commit */
};

/* Count a fault, and tell it: a sentence with ids, without values. */
void check_fault(struct check *check, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Fold the set anew, in memory, and compare every table. */
enum status check_fold(struct check *check, struct error *err);

#endif
