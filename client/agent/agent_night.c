/*
 * The agent's part of the night: what takes long is done on libuv's pool, with
 * a connection of its own, one piece at a time.
 *
 *	CHECK    tables and file are looked at, because the engine wants it
 *	REPORT   the morning report is made and kept, once the night has ended
 *
 * In the pool: on_work.  In the loop's thread: on_worked tells the engine.  A
 * check that was asked for on a connection that has ended is broken off; what
 * it found is not told.
 */
#include "client/agent/agent_private.h"

#include <stdlib.h>

#include "client/agent/memo.h"
#include "client/agent/memo_lines.h"
#include "common/replica/check.h"
#include "common/report/report.h"
#include "common/support/clock.h"

static void on_work(uv_work_t *request);
static void on_worked(uv_work_t *request, int result);

bool
agent_night_works(const struct agent *agent)
{
	return agent->night.task != TASK_NONE;
}

static void
begin(struct agent *agent, enum agent_task task)
{
	struct agent_night *night = &agent->night;

	night->task = task;
	night->error = (struct error){ .status = STATUS_OK };
	night->faults = 0;
	atomic_store(&night->stop, false);
	night->request.data = agent;
	/* It fails only without a function to run. */
	(void)uv_queue_work(agent->loop, &night->request, on_work, on_worked);
}

void
agent_night_check(struct agent *agent)
{
	if (agent_night_works(agent))
		agent->night.check_next = true;
	else
		begin(agent, TASK_CHECK);
}

/* --- in the pool ---------------------------------------------------------- */

static bool
goes_on(void *context, uint64_t done, uint64_t of)
{
	struct agent_night *night = context;

	(void)done;
	(void)of;
	return !atomic_load(&night->stop);
}

static enum status
check(struct agent *agent, struct replica *replica, struct error *err)
{
	struct check_result result;
	enum status status;

	status =
	    check_replica(replica, NULL, goes_on, &agent->night, &result, err);
	if (status != STATUS_OK && status != STATUS_CORRUPT)
		return status;
	agent->night.faults = result.faults;
	/* A file so damaged that it cannot be read is one fault. */
	if (status == STATUS_CORRUPT && result.faults == 0)
		agent->night.faults = 1;
	return STATUS_OK;
}

static enum status
report(const struct agent *agent, struct replica *replica, struct error *err)
{
	struct report_about about = {
		.title = config_text(&agent->options.folder->config, "school",
		    "this school"),
		.school = replica_identity(replica).school,
		.now_ms = (uint64_t)clock_unix_ms(),
		.sync = json_array(),
	};
	enum status status = memo_lines_add(replica, about.sync, err);

	if (status == STATUS_OK)
		status = report_make_and_store(replica, &about, NULL, err);
	json_decref(about.sync);
	return status;
}

static void
on_work(uv_work_t *request)
{
	struct agent *agent = request->data;
	struct error *err = &agent->night.error;
	struct replica *replica = NULL;
	enum status status;

	status =
	    folder_open_replica(agent->options.folder, false, &replica, err);
	if (status == STATUS_OK)
		replica_stop_when(replica, &agent->night.stop);
	if (status == STATUS_OK && agent->night.task == TASK_CHECK)
		status = check(agent, replica, err);
	else if (status == STATUS_OK)
		status = report(agent, replica, err);
	agent->night.error.status = status;
	replica_close(replica);
}

/* --- in the loop's thread ------------------------------------------------- */

/* It could not be looked at all: the night begins anew with the next
 * connection. */
static void
tell_engine(struct agent *agent)
{
	const struct error *error = &agent->night.error;

	if (error->status != STATUS_OK) {
		agent_fail(agent, error);
		return;
	}
	agent_measure(agent);
	engine_checked(agent->engine, agent->night.faults);
	agent_step(agent, ENGINE_TICK, (struct bytes){ NULL, 0 });
}

/* A report that could not be made is made by the next night. */
static void
end_report(struct agent *agent)
{
	struct agent_night *night = &agent->night;

	if (night->error.status != STATUS_OK)
		log_event(agent->options.log, LOG_WARNING,
		    "agent.report_failed",
		    LOG_TOKEN("status", status_name(night->error.status)));
	agent_memo_meet_night(agent);
}

static void
on_worked(uv_work_t *request, int result)
{
	struct agent *agent = request->data;
	struct agent_night *night = &agent->night;
	enum agent_task task = night->task;
	bool stopped = result == UV_ECANCELED || atomic_load(&night->stop);

	night->task = TASK_NONE;
	if (agent->done) {
		agent_finish(agent, NULL);
		return;
	}
	if (task == TASK_REPORT)
		end_report(agent);
	else if (!stopped)
		tell_engine(agent);
	if (night->check_next && !agent->done && !agent_night_works(agent)) {
		night->check_next = false;
		begin(agent, TASK_CHECK);
	}
	if (!agent->done)
		agent_look_whether_done(agent);
}

void
agent_night_forget(struct agent *agent)
{
	struct agent_night *night = &agent->night;

	night->check_next = false;
	if (night->task == TASK_NONE ||
	    (night->task == TASK_REPORT && !agent->done))
		return;
	atomic_store(&night->stop, true);
	/* What runs already sees the flag. */
	(void)uv_cancel((uv_req_t *)&night->request);
}

/* --- what follows it ------------------------------------------------------ */

static void
log_night(struct agent *agent, const struct found *found)
{
	log_event(agent->options.log,
	    found->outcome == FOUND_FAILED ? LOG_ERROR : LOG_INFO,
	    "agent.reconciled",
	    LOG_TOKEN("found", memo_found_name(found->outcome)),
	    LOG_NUMBER("lacked_here", (int64_t)found->only_hub),
	    LOG_NUMBER("lacked_there", (int64_t)found->only_client),
	    LOG_NUMBER("damaged", (int64_t)found->damaged),
	    LOG_NUMBER("faults", (int64_t)found->faults),
	    LOG_NUMBER("bytes", (int64_t)found->bytes));
}

/* The report tells of the proof too, if it comes soon. */
static bool
has_settled(const struct agent *agent, const struct engine_status *status)
{
	return status->proved || status->differs || !agent->open ||
	       clock_monotonic_ms() - agent->night.ended_ms > AGENT_SETTLED_MS;
}

static void
ask_again(struct agent *agent, const struct engine_status *status)
{
	uint64_t now = clock_monotonic_ms();

	if (!status->put_off) {
		/* until it has answered anew */
		if (!status->reconciling)
			agent->night.put_off_ms = 0;
		return;
	}
	if (agent->night.put_off_ms == 0)
		agent->night.put_off_ms = agent->night.asked_again_ms = now;
	if (now - agent->night.asked_again_ms < AGENT_ASK_AGAIN_MS ||
	    (agent->options.mode != AGENT_RECONCILE && agent->night.wish == 0))
		return;
	agent->night.asked_again_ms = now;
	engine_reconcile(agent->engine);
	agent->engine_wake_ms = 0;
}

void
agent_night_follow(struct agent *agent)
{
	struct agent_night *night = &agent->night;
	struct engine_status status;

	if (agent->done || engine_get_status(agent->engine, &status,
			       ERROR_IGNORED) != STATUS_OK)
		return;
	ask_again(agent, &status);
	agent_memo_ask_night(agent, &status);
	if (status.nights != night->known) {
		night->known = status.nights;
		night->ended_ms = clock_monotonic_ms();
		night->report_due = true;
		log_night(agent, &status.found);
	}
	if (night->report_due && !agent_night_works(agent) &&
	    has_settled(agent, &status)) {
		night->report_due = false;
		agent_memo_write(agent, true);
		begin(agent, TASK_REPORT);
	}
}
