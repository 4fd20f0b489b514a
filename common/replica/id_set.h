/*
 * A few ids, ascending, each once; and the form in which a deletion names the
 * heads that it saw (see COLUMN_DELETED).  Private to common/replica.
 */
#ifndef COMMON_REPLICA_ID_SET_H
#define COMMON_REPLICA_ID_SET_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/bytes.h"
#include "protocol/value.h"

struct id_set {
	uint64_t *ids;
	uint32_t count;
	uint32_t room;
};

/* Room for so many, in arena; false when there is no memory. */
bool id_set_init(struct id_set *set, uint32_t room, struct arena *arena);

/* false: there is no room. */
bool id_set_add(struct id_set *set, uint64_t id);

void id_set_remove(struct id_set *set, uint32_t place);

/* Add the ids in blob; false: there is no room. */
bool id_set_load(struct id_set *set, struct bytes blob);

/* false: there is no memory. */
bool id_set_store(const struct id_set *set, struct arena *arena,
    struct value *blob);

#endif
