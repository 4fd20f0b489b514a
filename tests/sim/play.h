/*
 * Three computers and a hub, real code on a simulated disk, any of whose calls
 * may lack memory: it is told as NOMEM, the link is dropped, and what failed
 * goes on or is begun anew, as the agent and the service would do it.
 */
#ifndef TESTS_SIM_PLAY_H
#define TESTS_SIM_PLAY_H

#include "tests/sim/sweep.h"
#include "tests/unit/server/together.h"

enum {
	ENDS = 3,
	ROUNDS_MAX = 400
};

enum side {
	SIDE_CLIENT,
	SIDE_HUB,
	SIDES
};

struct play {
	struct fixture f;
	struct end ends[ENDS]; /* oak, oak2, elm */
	enum side side;        /* whose memory fails */
	bool restarts;         /* what failed is begun anew */
	uint64_t pupil;
	uint64_t second;
	uint64_t transfer;
	uint64_t pupils;   /* so many were written */
	uint64_t contacts; /* of the first */
	uint64_t aside;    /* of elm */
};

/* --- what may fail -------------------------------------------------------- */

/* Time has passed, and it is begun anew or not: else it is the same. */
static inline void
end_if_known(struct play *p)
{
	struct replica *replicas[ENDS + 1] = { p->f.replica };

	for (uint32_t i = 0; i < ENDS; i++)
		replicas[i + 1] = p->ends[i].replica;
	sweep_end_if_known(replicas, ENDS + 1, 2 * p->f.now + p->restarts);
}

/* The call was made by that side; whether it did what it was to do. */
static inline bool
went_well(struct play *p, enum side side, enum status status,
    const struct error *err, const char *call)
{
	(void)memory_hold(true);
	if (status == STATUS_OK)
		return true;
	if (status != STATUS_NOMEM || side != p->side || memory_failures() == 0)
		fixture_ok(status, 0, call, err);
	memory_off();
	p->restarts = sweep_nth() % 2 != 0;
	end_if_known(p);
	return false;
}

#define DID(p, by, call, err)            \
	(memory_hold((p)->side != (by)), \
	    went_well((p), (by), (call), (err), #call))

/* --- the line ------------------------------------------------------------- */

static inline void
lose_link(struct play *p, struct end *end)
{
	struct fixture *f = &p->f;
	struct engine_event event = {
		.type = ENGINE_DISCONNECTED,
		.now_ms = f->now,
		.elapsed_ms = ++together_elapsed,
	};
	struct engine_update update;

	f->hangs[end->site] = false;
	if (!end->connected)
		return;
	hub_disconnect(f->hub, f->sessions[end->site]);
	f->sessions[end->site] = NULL;
	end->connected = false;
	(void)DID(p, SIDE_CLIENT,
	    engine_step(end->engine, &event, &update, &end->err), &end->err);
}

static inline void
lose_end(struct play *p, struct end *end)
{
	assert_false(replica_in_transaction(end->replica));
	lose_link(p, end);
	if (p->restarts)
		end_restart(end);
}

static inline void
lose_hub(struct play *p)
{
	assert_false(replica_in_transaction(p->f.replica));
	if (!p->restarts)
		return;
	for (uint32_t i = 0; i < ENDS; i++)
		lose_link(p, &p->ends[i]);
	fixture_restart(&p->f);
}

/* As the agent: at night tables and file are looked at on a connection of its
 * own, which is swept by itself. */
static inline void
look_at_tables(struct end *end)
{
	struct replica_options options = {
		.path = end->path,
		.kind = REPLICA_CLIENT,
		.must_exist = true,
	};
	struct check_result result = { 0 };
	struct replica *beside = NULL;
	enum status status;

	(void)memory_hold(true);
	END_OK(end, replica_open(&options, &beside, &end->err));
	status = check_replica(beside, NULL, NULL, NULL, &result, &end->err);
	replica_close(beside);
	END_OK(end, status == STATUS_CORRUPT ? STATUS_OK : status);
	engine_checked(end->engine, result.faults);
}

/* What the engine says goes to the hub. */
static inline bool
step(struct play *p, struct end *end, enum engine_event_type type,
    struct bytes bytes)
{
	struct fixture *f = &p->f;
	struct engine_event event = {
		.type = type,
		.now_ms = f->now,
		.elapsed_ms = ++together_elapsed,
		.bytes = bytes,
	};
	struct engine_update update;
	struct engine_status now;
	bool check;

	if (!DID(p, SIDE_CLIENT,
		engine_step(end->engine, &event, &update, &end->err),
		&end->err)) {
		lose_end(p, end);
		return false;
	}
	check = update.check;
	END_OK(end, engine_get_status(end->engine, &now, &end->err));
	if (now.goodbye.code == GOODBYE_PROTOCOL)
		fail_msg("one of them broke the protocol");
	if (update.output.size > 0 &&
	    (!DID(p, SIDE_HUB,
		 hub_receive(f->hub, f->sessions[end->site], update.output,
		     f->now, &f->err),
		 &f->err) ||
		!DID(p, SIDE_HUB, hub_end_turn(f->hub, f->now, &f->err),
		    &f->err)))
		lose_hub(p);
	if (end->connected && update.wish == ENGINE_HANG_UP)
		lose_link(p, end);
	if (end->connected && check)
		look_at_tables(end);
	return end->connected;
}

static inline bool
listen(struct play *p, struct end *end, bool *some)
{
	struct fixture *f = &p->f;
	struct buffer out = { 0 };
	bool up = true;

	if (!DID(p, SIDE_HUB,
		hub_output(f->hub, f->sessions[end->site], 0, &out, f->now,
		    &f->err),
		&f->err)) {
		buffer_deinit(&out);
		lose_link(p, end);
		lose_hub(p);
		return false;
	}
	*some = out.size > 0;
	if (*some)
		up = step(p, end, ENGINE_RECEIVED, buffer_view(&out));
	buffer_deinit(&out);
	if (up && f->hangs[end->site]) {
		lose_link(p, end);
		up = false;
	}
	return up;
}

static inline bool
dial(struct play *p, struct end *end)
{
	struct fixture *f = &p->f;

	if (!DID(p, SIDE_HUB,
		hub_connect(f->hub, serial_of(end->site), f->now, NULL,
		    &f->sessions[end->site], &f->err),
		&f->err)) {
		lose_hub(p);
		return false;
	}
	f->hangs[end->site] = false;
	end->connected = true;
	return step(p, end, ENGINE_CONNECTED, (struct bytes){ NULL, 0 });
}

static inline bool
talk_once(struct play *p, struct end *end)
{
	bool some = false;

	if (!end->connected) {
		(void)dial(p, end);
		return true;
	}
	if (!step(p, end, ENGINE_TICK, (struct bytes){ NULL, 0 }) ||
	    !listen(p, end, &some))
		return true;
	return some;
}

/* Until nobody has anything to say, whatever fails meanwhile. */
static inline void
sync_all(struct play *p)
{
	struct fixture *f = &p->f;
	uint32_t quiet = 0;

	for (uint32_t round = 0; round < ROUNDS_MAX && quiet < 4; round++) {
		bool any = false;

		if (!DID(p, SIDE_HUB, hub_tick(f->hub, f->now, &f->err),
			&f->err))
			lose_hub(p);
		for (uint32_t i = 0; i < ENDS; i++)
			any |= talk_once(p, &p->ends[i]);
		quiet = any ? 0 : quiet + 1;
		f->now += 1000;
	}
	assert_true(quiet >= 4);
}

#endif
