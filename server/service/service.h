/*
 * The hub on a libuv loop: a listener, a link for each computer, and the
 * sessions of server/core between them.
 *
 * What arrives in one turn of the loop is one transaction: on_bytes feeds the
 * sessions, and at the end of the turn hub_end_turn commits for all of them,
 * once; then answers go out.
 *
 *	service.c    the life of the whole: start, turns, ticks, stop
 *	peer.c	     one connection, of a computer that syncs or joins
 *	nightly.c    the hub's own night, when it is time
 *	presence.c   what other processes may know of this one
 */
#ifndef SERVER_SERVICE_SERVICE_H
#define SERVER_SERVICE_SERVICE_H

#include <uv.h>

#include "common/support/log.h"
#include "server/authority/hub_folder.h"

struct night_job;
struct service;

struct service_options {
	struct hub_folder *folder; /* borrowed; hub.crt is renewed in it */
	struct replica *replica;   /* borrowed; open for writing */
	struct log *log;           /* borrowed, or NULL */
	uint64_t silence_ms;       /* of one who joins; 0: the limit */
	/* For tests: the quiet before a missed night, and its jobs. */
	uint64_t quiet_ms;
	const struct night_job *night_jobs;
};

/*
 * Listens when this returns.  With port 0 in the settings, the port of the
 * last time is tried first.
 */
enum status service_start(uv_loop_t *loop,
    const struct service_options *options, struct service **out,
    struct error *err);

/* ADDR:PORT; borrowed. */
const char *service_address(const struct service *service);

/*
 * End in good order: what is under way is stored and answered, every computer
 * is told, connections are closed.  The loop has nothing of it left within
 * LINK_LINGER_MS; run it to its end, then service_destroy.  May be repeated.
 */
void service_stop(struct service *service);

/* After the loop has ended.  Accepts NULL. */
void service_destroy(struct service *service);

#endif
