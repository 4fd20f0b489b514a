/*
 * Which catalogue is in force.  A program has one, its own (the built-in one),
 * and needs nothing of this.  A simulation is several programs in one process:
 * before it steps one of them it says by which catalogue that one lives.  A
 * replica is opened, used and closed under one and the same.
 */
#ifndef COMMON_CATALOGUE_IN_FORCE_H
#define COMMON_CATALOGUE_IN_FORCE_H

#include "common/catalogue/catalogue.h"

struct catalogue;

/* collections ends with a NULL name; what it points to is borrowed and
 * outlives the catalogue. */
enum status catalogue_create(uint32_t version,
    const struct collection *collections, struct catalogue **out,
    struct error *err);

/* Not the one in force. */
void catalogue_destroy(struct catalogue *catalogue);

/* NULL: the built-in one. */
void catalogue_use(const struct catalogue *catalogue);

#endif
