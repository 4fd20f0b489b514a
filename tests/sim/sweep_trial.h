/*
 * Trials on a scene at a hub: single frames and calls of which each allocation,
 * and each statement, fails.  What fails is told as NOMEM and leaves no
 * transaction; those who had a part in the turn come again and say the same,
 * and then it is done.
 */
#ifndef TESTS_SIM_SWEEP_TRIAL_H
#define TESTS_SIM_SWEEP_TRIAL_H

#include "tests/sim/sweep_scene.h"

enum {
	RUNS_MOST = 2 /* of each sweep, when not all are asked for */
};

struct trial {
	const char *name;
	void (*prepare)(struct scene *s); /* with memory */
	enum status (*attempt)(struct scene *s, struct error *err);
	void (*verify)(struct scene *s);
};

struct run {
	struct scene *scene;
	const struct trial *trial;
};

/* --- a run ---------------------------------------------------------------- */

static inline void
run_trial(void *context)
{
	struct run *run = context;
	struct scene *s = run->scene;
	struct fixture *f = &s->f;
	enum status status;

	run->trial->prepare(s);
	(void)memory_hold(false);
	status = run->trial->attempt(s, &f->err);
	(void)memory_hold(true);
	if (status == STATUS_OK)
		return;
	if (status != STATUS_NOMEM || memory_failures() == 0)
		fixture_ok(status, 0, run->trial->name, &f->err);
	assert_false(replica_in_transaction(f->replica));
	memory_off();
	sweep_end_if_known(&f->replica, 1, 0);
	part_all(s);
	s->again = true;
	run->trial->prepare(s);
	if (s->done)
		return;
	status = run->trial->attempt(s, &f->err);
	/* What FTS5 of SQLite 3.40 did not get to read it takes for damage,
	 * until it has been rolled back once more (see sql_step). */
	if (status == STATUS_NOMEM) {
		part_all(s);
		run->trial->prepare(s);
		status = run->trial->attempt(s, &f->err);
	}
	fixture_ok(status, 0, run->trial->name, &f->err);
}

static inline void
take_apart(struct scene *s)
{
	struct fixture *f = &s->f;
	struct bytes view = buffer_view(&s->heard);
	struct buffer scratch = { 0 };
	struct frame frame;

	s->taken = calloc(1, sizeof(*s->taken));
	assert_non_null(s->taken);
	while (view.size > 0) {
		OK(frame_read(&view, f->codec, &scratch, &frame, &f->err));
		s->taken->list[s->taken->count].type = frame.type;
		s->taken->list[s->taken->count++].body =
		    fixture_copy(f, frame.body);
	}
	buffer_deinit(&scratch);
}

static inline void
verify_trial(void *context)
{
	struct run *run = context;
	struct scene *s = run->scene;

	assert_false(replica_in_transaction(s->f.replica));
	take_apart(s);
	run->trial->verify(s);
	free(s->taken);
	part_all(s);
	buffer_deinit(&s->bytes);
	buffer_deinit(&s->heard);
	fixture_close(&s->f);
}

/* Each trial of a table that ends with an empty one. */
static inline int
sweep_trials(const struct trial *trials)
{
	struct scene *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	open_scene(s);
	for (; trials->name != NULL; trials++) {
		struct run run = { s, trials };

		sweep_memory(trials->name, RUNS_MOST, run_trial, verify_trial,
		    &run);
	}
	part_all(s);
	buffer_deinit(&s->bytes);
	buffer_deinit(&s->heard);
	fixture_close(&s->f);
	free(s);
	disk_destroy(disk_find("hub"));
	return sweep_finish();
}

#endif
