/*
 * What the files of the agent share: its state, and what other processes on
 * this computer see and wish.
 */
#ifndef CLIENT_AGENT_AGENT_PRIVATE_H
#define CLIENT_AGENT_AGENT_PRIVATE_H

#include "client/agent/agent.h"
#include "client/agent/back_off.h"

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
	uint64_t progress_at_ms;
	uint64_t progress;
	uint64_t wish;

	bool introduced;
	bool stopping;
	bool done;
	struct error why;
};

/* agent_memo.c: leave in the replica how the sync stands; unless always, only
 * when something changed or the last memo has grown old. */
void agent_memo_write(struct agent *agent, bool always);

/* agent_memo.c: does somebody on this computer want a sync now? */
void agent_memo_look(struct agent *agent);

/* agent_memo.c: tell whoever wanted it that it is done. */
void agent_memo_meet(struct agent *agent);

#endif
