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

/* The columns of the index, in its order; NULL ends them. */
extern const char *const search_columns[];

/* The same among some columns alone (bit i: search_columns[i]): what a person
 * may not see, they do not find people by either.  None: nothing is found. */
enum status search_pupils_among(struct replica *replica, uint32_t columns,
    struct bytes text, uint32_t limit, search_visitor *visit, void *context,
    struct error *err);

#endif
