/*
 * The hub without any I/O: one replica that holds every dossier, and a session
 * for each connected site.
 *
 * Work is done in turns, so that one fsync serves many: sessions step with
 * what came, which opens the turn's transaction when there is something to
 * write; hub_end_turn commits it, and only then do answers and what is new go
 * out.  The service does this once a loop turn, the simulator when it likes.
 *
 *	hub_connect   a site's link is up, its certificate was looked up
 *	hub_receive   bytes from it; at most notes them and steps the session
 *	hub_end_turn  COMMIT; then answers, fan-out, fills into the outputs
 *	hub_output    what to send now (call again as the link drains)
 *	hub_disconnect
 *
 *	session.h     the protocol with one site
 *	admission.h   the checks of every commit, in one function
 *	steps.h	      arbitrated fields: which step is legal, what follows
 *	rights.h      who may insert and update what, by the catalogue
 *	grants at the hub: opened, held, frozen and closed by steps.h
 *	stream.h      what a school may have: the stream, fills, fetches
 *	reconcile.h   the night: sets are compared and mended
 *	nights.h      when, and how that ended
 *	sites.h	      the table of sites and what is known of each
 *	counters.h    refusals and alarms, counted
 */
#ifndef SERVER_CORE_HUB_H
#define SERVER_CORE_HUB_H

#include <stdbool.h>
#include <stdint.h>

#include "common/replica/replica.h"
#include "protocol/bytes.h"
#include "protocol/compress.h"
#include "protocol/digest.h"
#include "server/core/nights.h"

struct hub;
struct session;

struct hub_options {
	struct replica *replica; /* borrowed; of kind REPLICA_HUB */
	struct codec *codec;     /* borrowed */
	struct mark_key mark_key;
	/* Answers RENEW: a certificate (DER) for the site from its request,
	 * appended to out.  May be NULL (renewal is refused). */
	enum status (*issue)(void *context, uint32_t site, struct bytes csr,
	    struct buffer *out, struct error *err);
	void *issue_context;
	uint64_t seed;              /* for nonces: fresh random bits */
	struct night_window window; /* in which sites are compared */
	/* Asks that the session be stepped again soon (more output to make). */
	void (*wake)(void *context, struct session *session);
	/* The session is to be closed once its output has been sent. */
	void (*hang_up)(void *context, struct session *session);
	/* One event for the log, without personal data:
	 * ("refused", site, REFUSAL_RIGHTS). */
	void (*event)(void *context, const char *name, uint32_t site,
	    uint64_t number);
	void *context;
};

enum status hub_create(const struct hub_options *options, struct hub **out,
    struct error *err);

/* All sessions must be disconnected. */
void hub_destroy(struct hub *hub);

/*
 * serial: of the certificate that the peer proved to own, looked up in the
 * table of sites: STATUS_DENIED for one that is unknown or revoked.  An older
 * session of the same site is hung up.  user is given back by session_user.
 */
enum status hub_connect(struct hub *hub, struct bytes serial, uint64_t now_ms,
    void *user, struct session **out, struct error *err);

/*
 * At a hub that was restored: a peer whose certificate is of the hub's
 * authority and names a number, but whose serial hub_connect does not know: it
 * may have joined after the backup.  It can offer, and gets nothing.
 * STATUS_DENIED: there is nothing to be learnt from it.
 */
enum status hub_connect_stranger(struct hub *hub, uint32_t number,
    uint64_t now_ms, void *user, struct session **out, struct error *err);

/* Frames or parts of them.  An error is of this computer; what a site does
 * wrong ends its own session by hang_up. */
enum status hub_receive(struct hub *hub, struct session *session,
    struct bytes bytes, uint64_t now_ms, struct error *err);

/* COMMIT what the turn wrote; on an error it is rolled back, nothing was
 * answered, and every session of the turn is hung up. */
enum status hub_end_turn(struct hub *hub, uint64_t now_ms, struct error *err);

/* Make output while there is less than LIMIT_OUTPUT_BYTES of it, and give out
 * all of it; unsent_bytes: how much given out before is still queued. */
enum status hub_output(struct hub *hub, struct session *session,
    size_t unsent_bytes, struct buffer *out, uint64_t now_ms,
    struct error *err);

void hub_disconnect(struct hub *hub, struct session *session);

/* Time-outs: hangs up sessions that are silent; looks for writes by other
 * processes (school add, site revoke) and follows them.  About once a
 * second. */
enum status hub_tick(struct hub *hub, uint64_t now_ms, struct error *err);

void *session_user(const struct session *session);

uint32_t session_site(const struct session *session);

#endif
