/*
 * What is wrong with a stored commit.  Private to common/replica.
 */
#ifndef COMMON_REPLICA_DAMAGE_PRIVATE_H
#define COMMON_REPLICA_DAMAGE_PRIVATE_H

#include "common/replica/damage.h"
#include "common/replica/ledger.h"
#include "common/replica/pending.h"

enum damage {
	DAMAGE_NONE,
	DAMAGE_UNREADABLE, /* its bytes are no commit */
	DAMAGE_OTHER,      /* they are another's, or of another dossier */
	DAMAGE_DIFFERS,    /* or are not those of its digest */
};

/* Of id, dossier, digest, redacted and bytes of a row.  commit is decoded in
 * arena if it can be.  STATUS_OK or STATUS_NOMEM. */
enum status damage_find(const struct ledger_row *row, struct arena *arena,
    struct commit *commit, enum damage *damage);

/* What waits, or was set aside, to be looked at in the same way. */
struct ledger_row damage_as_row(const struct pending_row *pending);

#endif
