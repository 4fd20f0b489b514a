/*
 * The hub's own night: what it does for itself while the schools sleep.
 *
 * A night is a row of jobs (plan.c), one after the other.  Each runs on
 * libuv's pool with a connection of its own, beside the hub that serves, and
 * ends with an outcome in one plain sentence, stored at once in the hub's own
 * table:
 *
 *	night(number, day, began, ended, document)
 *
 * A night that was broken off (ended is 0) is not gone on with but begun
 * again: what it had done is done again in minutes, and is then of one night.
 *
 *	outcome.c	how a job ended
 *	plan.c		which jobs there are, in their order
 *	job_*.c		the jobs
 *	backups.c	the files of a folder of backups
 *	night.c		one night on a loop
 *	night_store.c	the table
 *	schedule.c	when it is time
 */
#ifndef SERVER_NIGHT_NIGHT_H
#define SERVER_NIGHT_NIGHT_H

#include <jansson.h>
#include <uv.h>

#include "server/authority/hub_folder.h"
#include "server/night/outcome.h"

/* --- one night ------------------------------------------------------------ */

struct night;
struct night_job;

/* All run in the loop's thread; any but on_ended may be NULL. */
struct night_handlers {
	/* hub.crt has been renewed, on disk and in the folder. */
	void (*on_renewed)(void *user);
	void (*on_job)(const char *job, void *user);
	/* From time to time, while it takes long. */
	void (*on_progress)(const char *job, unsigned percent, void *user);
	void (*on_outcome)(const struct night_outcome *outcome, void *user);
	/*
	 * The last one; the night is gone when it returns.  grade: the worst
	 * of its jobs.  why->status: STATUS_OK; STATUS_CANCELLED after
	 * night_stop; else the outcomes could not be stored.
	 */
	void (*on_ended)(enum night_grade grade, const struct error *why,
	    void *user);
};

struct night_options {
	struct hub_folder *folder; /* borrowed until the end */
	/* hub.crt is renewed when it wants to be; the loop's thread is the
	 * only one that uses folder. */
	bool renews;
	const struct night_job *jobs; /* NULL: those of plan.c */
};

/* STATUS_BUSY: another night of this folder is under way, here or in another
 * process. */
enum status night_run(uv_loop_t *loop, const struct night_options *options,
    const struct night_handlers *handlers, void *user, struct night **out,
    struct error *err);

/* End it soon: what is under way is broken off, and leaves nothing that
 * counts.  on_ended follows.  May be repeated. */
void night_stop(struct night *night);

/* --- the nights that were ------------------------------------------------- */

enum {
	NIGHT_DAY_BYTES = 11, /* 2026-11-23 and NUL */
	NIGHTS_KEPT = 400,
};

/* {"grade": "ok", "jobs": [...]}; see outcome.h for a job. */
struct night_row {
	uint64_t number;           /* ascending; 0: not stored yet */
	char day[NIGHT_DAY_BYTES]; /* on which it began, UTC */
	uint64_t began_ms;
	uint64_t ended_ms; /* 0: it is under way, or was broken off */
	json_t *document;
};

void night_row_deinit(struct night_row *row);

enum status night_create_table(struct replica *replica, struct error *err);

/* A new row (its number is filled in), or what there is of that number.  In a
 * transaction of its own.  The oldest beyond NIGHTS_KEPT go. */
enum status night_store(struct replica *replica, struct night_row *row,
    struct error *err);

/* The last one of day, or (NULL) of all; release it by night_row_deinit.
 * STATUS_NOT_FOUND, also when the hub had no night yet. */
enum status night_load(struct replica *replica, const char *day,
    struct night_row *row, struct error *err);

/* When the last night that came to its end began; 0: none did. */
enum status night_last_ms(struct replica *replica, uint64_t *began_ms,
    struct error *err);

/* row is borrowed for the call.  Return false to stop. */
typedef bool night_visitor(void *context, const struct night_row *row);

/* The latest first. */
enum status night_each(struct replica *replica, night_visitor *visit,
    void *context, struct error *err);

/* The row as other programs see it: day, began, ended, grade, jobs.  A new
 * reference. */
json_t *night_row_json(const struct night_row *row);

#endif
