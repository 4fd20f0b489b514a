/*
 * What the files of the agent share: its state, and what other processes on
 * this computer see and wish.
 */
#ifndef CLIENT_AGENT_AGENT_PRIVATE_H
#define CLIENT_AGENT_AGENT_PRIVATE_H

#include <stdatomic.h>

#include "client/agent/agent.h"
#include "client/agent/back_off.h"

/* What the pool works on. */
enum agent_task {
	TASK_NONE,
	TASK_CHECK,
	TASK_REPORT
};

struct agent_night {
	uv_work_t request;
	enum agent_task task;
	atomic_bool stop;    /* seen from both threads */
	struct error error;  /* how the work ended: the pool's until then */
	uint64_t faults;     /* that the check has found */
	bool check_next;     /* when what is under way has ended */
	uint64_t known;      /* nights of the engine's status */
	uint64_t ended_ms;   /* monotonic: the last of them */
	bool report_due;     /* about it */
	uint64_t put_off_ms; /* monotonic: since the hub said later; or 0 */
	uint64_t asked_again_ms;
	uint64_t wish;        /* somebody's ticket for one now; 0: none */
	bool asked;           /* the engine knows of it, */
	uint64_t asked_after; /* and had so many nights then */
};

struct agent {
	struct agent_options options;
	struct agent_handlers handlers;
	void *user;
	uv_loop_t *loop;
	uv_timer_t timer;
	bool timer_open;

	struct codec *codec;
	struct engine *engine;
	struct tls_context *context;
	struct link *link;
	struct link_counts counts; /* of links that have ended */
	uint32_t connections;
	bool open;
	bool resumed;

	int64_t renewal_ms;     /* Unix time: ask for a new certificate */
	int64_t clock_error_ms; /* this clock minus the hub's, as last known */
	uint32_t data_version;
	uint64_t engine_wake_ms;
	uint64_t connect_at_ms; /* monotonic */
	struct back_off back_off;
	uint64_t offline_since_ms;
	uint64_t remembered_at_ms;
	enum engine_state remembered_state;
	bool remembered_proved;
	bool remembered_collecting;
	uint64_t remembered_waiting;
	bool remembered_reconciling;
	bool remembered_put_off;
	uint64_t progress_at_ms;
	uint64_t progress;
	uint64_t wish;
	struct agent_night night;

	bool introduced;
	bool stopping;
	bool done;
	struct error why;
};

/* --- agent.c -------------------------------------------------------------- */

void agent_step(struct agent *agent, enum engine_event_type type,
    struct bytes bytes);

/* Let the engine know how much room is left here. */
void agent_measure(struct agent *agent);

/* --- agent_end.c ---------------------------------------------------------- */

/* Only once; the link is closed first, then the pool's work, then the timer. */
void agent_finish(struct agent *agent, const struct error *why);

/* Something of this computer failed. */
void agent_fail(struct agent *agent, const struct error *why);

void agent_look_whether_done(struct agent *agent);

/* --- agent_memo.c --------------------------------------------------------- */

/* Leave in the replica how the sync stands; unless always, only when something
 * changed or the last memo has grown old. */
void agent_memo_write(struct agent *agent, bool always);

/* Does somebody on this computer want a sync or a comparison now? */
void agent_memo_look(struct agent *agent);

/* Tell whoever wanted a sync that it is done. */
void agent_memo_meet(struct agent *agent);

/* Ask the engine for the comparison that is wished for, unless that is done. */
void agent_memo_ask_night(struct agent *agent,
    const struct engine_status *status);

void agent_memo_meet_night(struct agent *agent);

/* Note that an agent runs.  If there was one that did not come to its end, all
 * is to be compared with the hub. */
enum status agent_memo_begin(struct agent *agent, struct error *err);

void agent_memo_end(struct agent *agent);

/* --- agent_night.c -------------------------------------------------------- */

/* The engine wants tables and file looked at. */
void agent_night_check(struct agent *agent);

/* Ask again where the hub has put it off; report what has ended. */
void agent_night_follow(struct agent *agent);

/* The connection, or the agent, has ended: so does what was begun for it. */
void agent_night_forget(struct agent *agent);

/* Something is under way in the pool. */
bool agent_night_works(const struct agent *agent);

#endif
