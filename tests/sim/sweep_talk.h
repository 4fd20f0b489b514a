/*
 * Trials of single frames to an engine, of which each allocation and each
 * statement fails: what fails is told as NOMEM, leaves no transaction and hangs
 * up; and when the hub, greeted anew, says the same again, it is done.
 */
#ifndef TESTS_SIM_SWEEP_TALK_H
#define TESTS_SIM_SWEEP_TALK_H

#include "tests/sim/sweep.h"
#include "tests/unit/engine/talk.h"

enum {
	RUNS_MOST = 2 /* of each sweep, when not all are asked for */
};

struct scene {
	struct talk *t;
	struct buffer bytes; /* that the hub says */
	bool again;          /* it failed once */
};

struct trial {
	const char *name;
	void (*prepare)(struct scene *s); /* with memory */
	void (*verify)(struct scene *s);
};

struct run {
	struct scene scene;
	const struct trial *trial;
};

/* --- a run ---------------------------------------------------------------- */

static inline enum status
attempt(struct scene *s, struct error *err)
{
	struct talk *t = s->t;
	struct engine_event event = {
		.type = s->bytes.size > 0 ? ENGINE_RECEIVED : ENGINE_TICK,
		.now_ms = t->now,
		.elapsed_ms = t->elapsed,
		.bytes = buffer_view(&s->bytes),
	};
	struct engine_status now;
	enum status status;

	status = engine_step(t->engine, &event, &t->update, err);
	if (status == STATUS_OK)
		status = engine_get_status(t->engine, &now, err);
	return status;
}

static inline enum status
attempt_again(struct run *run, struct error *err)
{
	struct scene *s = &run->scene;

	s->again = true;
	talk_disconnect(s->t);
	buffer_clear(&s->bytes);
	run->trial->prepare(s);
	return attempt(s, err);
}

static inline void
run_trial(void *context)
{
	struct run *run = context;
	struct scene *s = &run->scene;
	struct error err = { 0 };
	void *state = NULL;
	enum status status;

	(void)talk_begin(&state);
	s->t = state;
	run->trial->prepare(s);
	(void)memory_hold(false);
	status = attempt(s, &err);
	(void)memory_hold(true);
	assert_false(replica_in_transaction(s->t->replica));
	if (status != STATUS_OK) {
		if (status != STATUS_NOMEM || memory_failures() == 0)
			fail_msg("%s: %s", status_name(status), err.text);
		memory_off();
		sweep_end_if_known(&s->t->replica, 1, 0);
		status = attempt_again(run, &err);
		/* See sweep_trial.h. */
		if (status == STATUS_NOMEM)
			status = attempt_again(run, &err);
	}
	assert_int_equal(status, STATUS_OK);
	talk_hear(s->t);
}

static inline void
verify_trial(void *context)
{
	struct run *run = context;
	struct scene *s = &run->scene;

	assert_false(replica_in_transaction(s->t->replica));
	run->trial->verify(s);
	buffer_deinit(&s->bytes);
	(void)talk_end((void *[]){ s->t });
}

/* --- the hub says --------------------------------------------------------- */

#define SAYS(s, type, name, ...)                                               \
	do {                                                                   \
		struct buffer says_body = { 0 };                               \
		assert_ok(                                                     \
		    message_##name##_encode(&(__VA_ARGS__), &says_body, err)); \
		assert_ok(frame_write(&(s)->bytes, type,                       \
		    buffer_view(&says_body), NULL, err));                      \
		buffer_deinit(&says_body);                                     \
	} while (0)

static inline void
meet(struct scene *s)
{
	if (!s->again) {
		talk_begin_session(s->t);
		return;
	}
	talk_connect(s->t);
	talk_welcome(s->t);
}

static inline int
sweep_trials(const struct trial *trials, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct run run = { .trial = &trials[i] };

		sweep_memory(trials[i].name, RUNS_MOST, run_trial, verify_trial,
		    &run);
	}
	return sweep_finish();
}

#endif
