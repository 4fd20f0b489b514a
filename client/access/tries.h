/*
 * Wrong tries slow down: after the third for a name one waits a second, and
 * twice as long after each further one, at most a quarter of an hour.
 *
 * They are kept beside the ledger, at this computer, for names that exist and
 * for those that do not alike, and by a digest: people type their passphrase
 * into the wrong field.
 */
#ifndef CLIENT_ACCESS_TRIES_H
#define CLIENT_ACCESS_TRIES_H

#include "common/replica/replica.h"

enum {
	TRIES_FREE = 3,
	TRIES_WAIT_S_MAX = 900,
	TRIES_NAMES = 256, /* that are remembered; those tried least go first */
};

/* How long one waits after that many. */
uint32_t tries_wait_s(uint32_t wrong);

/*
 * Count one more before it is looked at, so that trying many at once is no way
 * around.  STATUS_DENIED: it is too early, which does not count; the sentence
 * tells for how long.  In a transaction of its own.
 */
enum status tries_begin(struct replica *replica, struct bytes name,
    uint64_t now_ms, struct error *err);

/* It was right: forget them.  Likewise. */
enum status tries_forget(struct replica *replica, struct bytes name,
    struct error *err);

#endif
