/*
 * A database that is damaged is made anew: what waited in it and can still be
 * read goes into a new one, and all else comes from the hub with the next sync.
 *
 *	replica.db.new			while it is made
 *	replica.db.rebuilt		it is whole, and takes the place next
 *	replica.db.damaged-2026-11-23	what stood there before (and its -wal)
 *
 * A crash leaves the old database or the new one; in between nobody opens
 * either, and rebuilding goes on where it stopped.
 */
#ifndef CLIENT_AGENT_REBUILD_H
#define CLIENT_AGENT_REBUILD_H

#include "client/agent/folder.h"
#include "common/replica/salvage.h"

/* *needed: the database cannot be opened, is not this computer's, or has a
 * fault; or a rebuild was interrupted.  An error: that cannot be told. */
enum status rebuild_is_needed(const struct folder *folder, bool *needed,
    struct error *err);

struct rebuild_result {
	struct salvage_result saved; /* not of one that was interrupted */
	bool resumed;                /* it was, and is finished now */
	char *kept; /* path of the damaged one, to be freed; NULL: none */
};

/* The folder's lock must be held. */
enum status rebuild_folder(const struct folder *folder, uint64_t now_ms,
    struct rebuild_result *result, struct error *err);

#endif
