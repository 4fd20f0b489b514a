/*
 * The hub's side of a night (section 17 of PROTOCOL.md): its set is sketched,
 * and what one side lacks is put back.
 *
 *	RECONCILE --> the set at H is made, and kept as a run of the session
 *	SKETCH	  --> cells of it
 *	MEND	  --> reconcile_mend.c
 *	FOUND	  --> the run is forgotten, its result kept (nights.h)
 *
 * A run holds 32 bytes a commit while it lasts: there are at most HUB_RUNS.
 */
#ifndef SERVER_CORE_RECONCILE_H
#define SERVER_CORE_RECONCILE_H

#include "protocol/message_night.h"
#include "protocol/sketch.h"
#include "server/core/session.h"

struct reconcile_run {
	struct sketch_set set;
	uint64_t at;
	uint64_t *left_out; /* dossiers, ascending */
	uint32_t left_out_count;
	uint64_t rested_ms; /* of elapsed_ms: since when nothing was asked */
	uint32_t sketches;
};

enum status reconcile_step(struct session *session, struct bytes body,
    struct error *err);

enum status reconcile_sketch(struct session *session, struct bytes body,
    struct error *err);

enum status reconcile_mend(struct session *session, struct bytes body,
    struct error *err);

enum status reconcile_found(struct session *session, struct bytes body,
    struct error *err);

/* Not now: RECONCILED 2, and the run, if any, is forgotten. */
enum status reconcile_later(struct session *session, struct error *err);

/* NIGHT with a fresh nonce, behind what is in out: when the next run is due. */
enum status reconcile_tell(struct session *session, struct buffer *out,
    struct error *err);

/* Another process may want a run now: tell the session if so. */
enum status reconcile_follow(struct session *session, bool *told,
    struct error *err);

/* Forget a run that rests, or whose session ends.  Accepts none. */
void reconcile_rest(struct session *session);

void reconcile_end(struct session *session);

#endif
