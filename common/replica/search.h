/*
 * Full-text search over pupils: names (also preferred and former), UPN.
 */
#ifndef COMMON_REPLICA_SEARCH_H
#define COMMON_REPLICA_SEARCH_H

#include "common/replica/replica.h"

typedef bool search_visitor(void *context, uint64_t pupil);

/* Every word of text begins a word of the pupil; best first; accents and case
 * do not matter.  At most limit. */
enum status search_pupils(struct replica *replica, struct bytes text,
    uint32_t limit, search_visitor *visit, void *context, struct error *err);

#endif
