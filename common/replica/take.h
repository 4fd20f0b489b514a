/*
 * What comes from the hub becomes part of the client's set.  Every function
 * here runs inside the caller's transaction, together with the cursor.
 */
#ifndef COMMON_REPLICA_TAKE_H
#define COMMON_REPLICA_TAKE_H

#include "common/replica/replica.h"
#include "protocol/message.h"

enum take_result {
	TAKE_NEW,     /* appended, and folded if its dossier is shown */
	TAKE_KNOWN,   /* was here already, with the same digest */
	TAKE_SETTLED, /* was waiting, and has its place now */
	TAKE_PLACED,  /* had lost its place by a restore, and has one again */
	TAKE_LACKING, /* only a number came, and it is not here, or waits here
			 in bytes that may be others: fetch it */
	TAKE_DIFFERS, /* same id, other bytes: the hub's copy was taken, the
			 other set aside; an alarm */
	TAKE_FOREIGN, /* it lies in a dossier that is not open here: not kept;
			 an alarm */
	TAKE_BROKEN,  /* its bytes are no commit: not kept; an alarm */
};

/* by_stream: false for what a FILL or a FETCH brought. */
enum status take_item(struct replica *replica, const struct item *item,
    bool by_stream, enum take_result *result, struct error *err);

/* A commit of ours got its place, or was refused.  An answer to other bytes
 * is ignored (STATUS_OK). */
enum status take_answer(struct replica *replica, const struct answer *answer,
    uint64_t now_ms, struct error *err);

/*
 * After a batch: follow the grants that it brought (see grants.h): open or
 * reopen dossiers (to be filled up to the sequence of the grant, or start for
 * a fresh client), freeze, begin closing.
 */
enum status take_grants(struct replica *replica, uint64_t start,
    struct error *err);

/* A section of FILLED: its items, how far it is, and when it is whole (count
 * and sum agree) the dossier is folded.  *whole says so. */
enum status take_filled(struct replica *replica, const struct filled *filled,
    bool *whole, struct error *err);

#endif
