/*
 * A record that somebody is about to change, and what they may do to it by the
 * catalogue, as far as their computer can tell.
 */
#ifndef TESTS_SIM_PEOPLE_TARGET_H
#define TESTS_SIM_PEOPLE_TARGET_H

#include "tests/sim/people/person.h"

struct target {
	uint64_t id;
	uint64_t dossier;
	const struct collection *collection;
	uint32_t rights; /* enum right, of this school to the record */
	struct arena arena;
	struct record record;
};

/* A live record; often the pupil itself, or what several schools may write.
 * False when there is none.  Then target_deinit. */
bool target_choose(struct person *person, struct target *target);

/* A live record of a child's file, of a kind that is deleted at times. */
bool target_choose_deletable(struct person *person, struct target *target);

/* A record of a child's file that was deleted. */
bool target_choose_deleted(struct person *person, struct target *target);

void target_deinit(struct target *target);

/* Whether this program, and the hub, know the column, and people write it. */
bool target_column_is_written(const struct person *person,
    const struct collection *collection, const struct column *column);

/* A value for column: a record that is there, for a reference. */
struct value target_value(struct person *person, const struct column *column,
    char *room);

#endif
