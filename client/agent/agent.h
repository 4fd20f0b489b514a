/*
 * The agent: one school computer's sync, on a loop of its own.  It joins the
 * pure engine to a TLS link, a timer and the data folder.
 *
 * While it runs, other processes (the command line) write to the same replica;
 * the agent notices within AGENT_LOOK_MS and sends what they wrote.
 */
#ifndef CLIENT_AGENT_AGENT_H
#define CLIENT_AGENT_AGENT_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "client/agent/folder.h"
#include "client/engine/engine.h"
#include "common/net/link.h"
#include "common/support/log.h"

enum {
	AGENT_LOOK_MS = 150,              /* for writes by other processes */
	AGENT_SETTLE_MS = 1000,           /* changes are proved together */
	AGENT_REMEMBER_MS = 5000,         /* how often "last heard" is stored */
	AGENT_ONCE_MS = 15 * 60 * 1000,   /* without any progress */
	AGENT_ASK_AGAIN_MS = 10 * 1000,   /* when the hub said: later */
	AGENT_PUT_OFF_MS = 3 * 60 * 1000, /* for so long */
	AGENT_SETTLED_MS = 10 * 1000      /* a proof behind a night */
};

/* Why a sync comes to no end now. */
#define AGENT_HELD_UP                                                         \
	"the hub was restored and is collecting what the schools hold; your " \
	"entries are kept and will be sent"
#define AGENT_DIFFERS                                             \
	"this computer's records are not the same as the hub's; " \
	"`throughline reconcile` repairs that"
#define AGENT_PUT_OFF                                                        \
	"the hub cannot compare now (it compares with too many others); it " \
	"will be done in the night, or try again later"

struct agent;

enum agent_mode {
	AGENT_RUN,       /* until agent_stop */
	AGENT_ONCE,      /* until synced, or it cannot be */
	AGENT_RECONCILE, /* until compared with the hub, and reported */
	AGENT_LEAVE      /* until the hub has let this computer go */
};

struct agent_handlers {
	/* Now and then, and when something changed; may be NULL. */
	void (*on_status)(struct agent *agent,
	    const struct engine_status *status, void *user);
	/* ONCE and LEAVE: why->status is STATUS_OK when it was done.  RUN:
	 * when it was stopped, or can never go on (revoked). */
	void (
	    *on_done)(struct agent *agent, const struct error *why, void *user);
};

struct agent_options {
	struct folder *folder;   /* borrowed */
	struct replica *replica; /* borrowed; opened for writing */
	struct log *log;         /* borrowed, or NULL */
	enum agent_mode mode;
};

enum status agent_start(uv_loop_t *loop, const struct agent_options *options,
    const struct agent_handlers *handlers, void *user, struct agent **out,
    struct error *err);

/* Ends the link in good order; on_done follows unless it has come. */
void agent_stop(struct agent *agent);

/* After on_done, once the loop has run out of the agent's handles. */
void agent_destroy(struct agent *agent);

/* All that was on the wire so far, TLS included. */
struct link_counts agent_counts(const struct agent *agent);

uint32_t agent_connections(const struct agent *agent);

/* Whether the last connection resumed its TLS session. */
bool agent_resumed(const struct agent *agent);

#endif
