/*
 * Where a commit belongs: its dossier exists or begins here, and its records
 * lie in it and in their collections.
 */
#ifndef SERVER_CORE_PLACEMENT_H
#define SERVER_CORE_PLACEMENT_H

#include "common/replica/dossier.h"
#include "protocol/status.h"

struct admission;
struct replica;

/* Needs commit; finds kind and begins.  DOSSIER, GONE, DEPENDS */
enum status placement_check(struct admission *admission, struct error *err);

/* Whether its name stands among the destroyed ones. */
enum status placement_is_destroyed(struct replica *replica, uint64_t dossier,
    bool *destroyed, struct error *err);

#endif
