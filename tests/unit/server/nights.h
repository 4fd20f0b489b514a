/*
 * Whole nights on a loop in a hub's folder, and what came of them.
 */
#ifndef TESTS_SERVER_NIGHTS_H
#define TESTS_SERVER_NIGHTS_H

#include "place.h"

#include "server/night/backups.h"
#include "server/night/night.h"
#include "server/night/plan.h"

enum {
	NIGHTS_JOBS = 16
};

struct run {
	struct place *place;
	uv_loop_t loop;
	struct night *night;
	const struct night_job *jobs; /* NULL: the plan */
	const char *stop_at;          /* this job's beginning */
	const char *jobs_seen[NIGHTS_JOBS];
	enum night_grade grades[NIGHTS_JOBS];
	char sentences[NIGHTS_JOBS][ERROR_TEXT_BYTES];
	size_t count;
	uint32_t renewed;
	bool ended;
	enum night_grade grade;
	struct error why;
};

static inline void
run_on_renewed(void *user)
{
	((struct run *)user)->renewed++;
}

static inline void
run_on_job(const char *job, void *user)
{
	struct run *run = user;

	if (run->stop_at != NULL && strcmp(run->stop_at, job) == 0)
		night_stop(run->night);
}

static inline void
run_on_outcome(const struct night_outcome *outcome, void *user)
{
	struct run *run = user;

	assert_true(run->count < NIGHTS_JOBS);
	run->jobs_seen[run->count] = outcome->job;
	run->grades[run->count] = outcome->grade;
	memcpy(run->sentences[run->count++], outcome->sentence,
	    ERROR_TEXT_BYTES);
}

static inline void
run_on_ended(enum night_grade grade, const struct error *why, void *user)
{
	struct run *run = user;

	run->ended = true;
	run->grade = grade;
	run->why = *why;
	run->night = NULL;
}

static inline enum status
run_begin(struct run *run, struct error *err)
{
	static const struct night_handlers handlers = {
		.on_renewed = run_on_renewed,
		.on_job = run_on_job,
		.on_outcome = run_on_outcome,
		.on_ended = run_on_ended,
	};
	struct night_options options = { .folder = run->place->folder,
		.renews = true,
		.jobs = run->jobs };

	return night_run(&run->loop, &options, &handlers, run, &run->night,
	    err);
}

/* From its beginning to its end; run says place, jobs and stop_at. */
static inline void
run_night(struct run *run)
{
	assert_int_equal(uv_loop_init(&run->loop), 0);
	PLACE_OK(run->place, run_begin(run, &run->place->err));
	uv_run(&run->loop, UV_RUN_DEFAULT);
	assert_true(run->ended);
	assert_int_equal(uv_loop_close(&run->loop), 0);
}

static inline size_t
run_find(const struct run *run, const char *job)
{
	for (size_t i = 0; i < run->count; i++)
		if (strcmp(run->jobs_seen[i], job) == 0)
			return i;
	fail_msg("the night had no %s", job);
	return 0;
}

/* That job ended so, and its sentence has this in it. */
static inline void
run_expect(const struct run *run, const char *job, enum night_grade grade,
    const char *part)
{
	size_t i = run_find(run, job);

	if (run->grades[i] != grade || strstr(run->sentences[i], part) == NULL)
		fail_msg("%s: %s, \"%s\"", job,
		    night_grade_word(run->grades[i]), run->sentences[i]);
}

/* Borrowed from buffers of its own. */
static inline const char *
nights_path(const struct place *place, const char *folder, const char *name)
{
	static char paths[4][700];
	static size_t next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s/%s", place->path, folder, name);
	return path;
}

/* The path of the newest backup in a folder of the hub's. */
static inline const char *
nights_newest(struct place *place, const char *folder)
{
	char name[BACKUP_NAME_BYTES];

	PLACE_OK(place,
	    backups_newest(nights_path(place, folder, ""), name, &place->err));
	return nights_path(place, folder, name);
}

static inline bool
nights_has(const struct place *place, const char *folder, const char *name)
{
	return file_exists(nights_path(place, folder, name));
}

static inline int
nights_setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	place_init(place);
	*state = place;
	return 0;
}

static inline int
nights_teardown(void **state)
{
	place_deinit(*state);
	free(*state);
	return 0;
}

#endif
