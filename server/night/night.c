/*
 * One night on a loop.
 *
 *	PREPARING --> WORKING --> ... --> WORKING --> ENDED
 *	    |            |                   |          ^
 *	    +------------+-------------------+----------+
 *	        night_stop(), or the row cannot be made
 *
 * In the pool: on_work does one job and stores what is known so far.  In the
 * loop's thread: on_worked tells it and sends the next.  Only one of the two
 * threads has the night at a time, but for the atomics.
 */
#include "server/night/night.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/support/clock.h"
#include "server/night/plan.h"

struct night {
	struct night_options options;
	struct night_handlers handlers;
	void *user;
	struct hub_lock *lock;
	struct night_work work;
	const struct night_job *job; /* NULL: the row is being made */
	struct night_outcome outcome;
	struct night_row row;
	enum night_grade grade;
	struct error error; /* what ends the night, or kept it from its table */
	uv_work_t request;
	uv_async_t async;
};

static void on_work(uv_work_t *request);
static void on_progress(uv_async_t *async);
static void on_worked(uv_work_t *request, int result);
static void on_closed(uv_handle_t *handle);

/* --- beginning ------------------------------------------------------------ */

static void
wake_loop(struct night_work *work)
{
	struct night *night =
	    (struct night *)(void *)((char *)work -
				     offsetof(struct night, work));

	uv_async_send(&night->async);
}

/* Before any job, so that the loop's thread alone uses the folder. */
static void
renew(struct night *night)
{
	struct hub_folder *folder = night->options.folder;
	struct night_work *work = &night->work;

	work->wants_renewal =
	    hub_folder_wants_renewal(folder, (int64_t)work->now_ms);
	if (!work->wants_renewal || !night->options.renews)
		return;
	if (hub_folder_renew(folder, &work->renewal) != STATUS_OK)
		return;
	work->renewed = true;
	if (night->handlers.on_renewed != NULL)
		night->handlers.on_renewed(night->user);
}

static enum status
take_evening(struct night *night, struct error *err)
{
	const struct hub_folder *folder = night->options.folder;
	struct night_work *work = &night->work;
	char time[CLOCK_TEXT_BYTES];
	enum status status;

	work->folder = folder->path;
	work->settings = folder->settings;
	work->progress = wake_loop;
	status = buffer_append(&work->certificate,
	    buffer_view(&folder->certificate));
	if (status == STATUS_OK)
		status = buffer_append(&work->authority,
		    buffer_view(&folder->authority));
	clock_format((int64_t)work->now_ms, time);
	memcpy(night->row.day, time, NIGHT_DAY_BYTES - 1);
	night->row.began_ms = work->now_ms;
	night->row.document = json_pack("{s:s, s:[]}", "grade",
	    night_grade_word(NIGHT_OK), "jobs");
	if (status != STATUS_OK || night->row.document == NULL)
		return error_set(err, STATUS_NOMEM, "begin the night");
	return STATUS_OK;
}

static void
night_free(struct night *night)
{
	hub_folder_unlock(night->lock);
	night_row_deinit(&night->row);
	buffer_deinit(&night->work.certificate);
	buffer_deinit(&night->work.authority);
	free(night->work.backup);
	free(night);
}

static void
send_work(struct night *night)
{
	atomic_store(&night->work.percent, 0);
	if (night->job != NULL)
		outcome_init(&night->outcome, night->job->name);
	/* It fails only without a function to run. */
	(void)uv_queue_work(night->async.loop, &night->request, on_work,
	    on_worked);
}

enum status
night_run(uv_loop_t *loop, const struct night_options *options,
    const struct night_handlers *handlers, void *user, struct night **out,
    struct error *err)
{
	struct night *night = calloc(1, sizeof(*night));
	enum status status;

	assert(*out == NULL && handlers->on_ended != NULL);
	if (night == NULL)
		return error_set(err, STATUS_NOMEM, "begin the night");
	night->options = *options;
	if (night->options.jobs == NULL)
		night->options.jobs = night_plan;
	night->handlers = *handlers;
	night->user = user;
	night->work.now_ms = (uint64_t)clock_unix_ms();
	status =
	    hub_folder_lock_night(options->folder->path, &night->lock, err);
	if (status == STATUS_OK) {
		renew(night);
		status = take_evening(night, err);
	}
	if (status == STATUS_OK &&
	    uv_async_init(loop, &night->async, on_progress) != 0)
		status = error_set(err, STATUS_NOMEM, "begin the night");
	if (status != STATUS_OK) {
		night_free(night);
		return status;
	}
	night->async.data = night;
	night->request.data = night;
	*out = night;
	send_work(night);
	return STATUS_OK;
}

/* --- in the pool ---------------------------------------------------------- */

static void
make_row(struct night *night)
{
	struct replica *replica = night->work.replica;
	struct error *err = &night->error;
	struct night_row before = { .document = NULL };
	enum status status;

	status = night_create_table(replica, err);
	if (status == STATUS_OK)
		status = night_load(replica, NULL, &before, err);
	if (status == STATUS_OK || status == STATUS_CORRUPT)
		night->work.last_ms = before.began_ms;
	night_row_deinit(&before);
	*err = (struct error){ .status = STATUS_OK };
	(void)night_store(replica, &night->row, err);
}

/* What is known so far, so that a night that is broken off tells it too. */
static void
store_outcome(struct night *night)
{
	json_t *document = night->row.document;

	if (night->outcome.grade > night->grade)
		night->grade = night->outcome.grade;
	json_array_append_new(json_object_get(document, "jobs"),
	    outcome_json(&night->outcome));
	json_object_set_new(document, "grade",
	    json_string(night_grade_word(night->grade)));
	if (night->job[1].name == NULL)
		night->row.ended_ms = (uint64_t)clock_unix_ms();
	if (night->work.replica != NULL &&
	    night_store(night->work.replica, &night->row, &night->error) ==
		STATUS_OK)
		night->error.status = STATUS_OK;
}

static void
do_job(struct night *night, const struct error *unopened)
{
	uint64_t began_ms = clock_monotonic_ms();

	if (night->work.replica == NULL)
		outcome_fail(&night->outcome, "The database cannot be opened",
		    unopened);
	else
		night->job->run(&night->work, &night->outcome);
	night->outcome.ms = clock_monotonic_ms() - began_ms;
	if (!atomic_load(&night->work.stop))
		store_outcome(night);
}

static void
on_work(uv_work_t *request)
{
	struct night *night = request->data;
	struct error err = { 0 };

	if (hub_folder_open_replica(night->options.folder, false,
		&night->work.replica, &err) != STATUS_OK)
		night->error = err;
	if (night->job != NULL)
		do_job(night, &err);
	else if (night->work.replica != NULL)
		make_row(night);
	replica_close(night->work.replica);
	night->work.replica = NULL;
}

/* --- in the loop's thread ------------------------------------------------- */

static void
on_progress(uv_async_t *async)
{
	struct night *night = async->data;
	unsigned percent = atomic_load(&night->work.percent);

	if (night->job != NULL && night->handlers.on_progress != NULL)
		night->handlers.on_progress(night->job->name, percent,
		    night->user);
}

static void
end_night(struct night *night)
{
	uv_close((uv_handle_t *)&night->async, on_closed);
}

static void
next_job(struct night *night)
{
	night->job = night->job == NULL ? night->options.jobs : night->job + 1;
	if (night->job->name == NULL) {
		end_night(night);
		return;
	}
	if (night->handlers.on_job != NULL)
		night->handlers.on_job(night->job->name, night->user);
	send_work(night);
}

static void
on_worked(uv_work_t *request, int result)
{
	struct night *night = request->data;
	bool stopped = result == UV_ECANCELED || atomic_load(&night->work.stop);

	if (night->job != NULL) {
		if (!stopped && night->handlers.on_outcome != NULL)
			night->handlers.on_outcome(&night->outcome,
			    night->user);
		outcome_deinit(&night->outcome);
	}
	if (stopped) {
		error_set(&night->error, STATUS_CANCELLED,
		    "the night was broken off; the next one begins anew");
		end_night(night);
	} else {
		next_job(night);
	}
}

void
night_stop(struct night *night)
{
	atomic_store(&night->work.stop, true);
	/* What runs already sees the flag. */
	(void)uv_cancel((uv_req_t *)&night->request);
}

static void
on_closed(uv_handle_t *handle)
{
	struct night *night = handle->data;

	hub_folder_unlock(night->lock);
	night->lock = NULL;
	night->handlers.on_ended(night->grade, &night->error, night->user);
	night_free(night);
}
