#include <string.h>

#include "client/agent/memo.h"
#include "client/agent/once.h"
#include "common/support/clock.h"

enum {
	WISH_LOOK_MS = 50,
	WISH_MS = 60 * 1000 /* without an answer from the agent */
};

struct once {
	const struct once_options *options;
	struct once_result *result;
	struct error why;
};

/* --- by an agent of our own ----------------------------------------------- */

static void
on_status(struct agent *agent, const struct engine_status *status, void *user)
{
	struct once *once = user;

	(void)agent;
	once->result->status = *status;
	if (once->options->on_progress != NULL)
		once->options->on_progress(once->options->context, status);
}

static void
on_done(struct agent *agent, const struct error *why, void *user)
{
	struct once *once = user;

	once->why = *why;
	once->result->counts = agent_counts(agent);
	once->result->connections = agent_connections(agent);
	once->result->resumed = agent_resumed(agent);
}

static enum status
run_own(struct once *once, struct error *err)
{
	static const struct agent_handlers handlers = { on_status, on_done };
	struct agent_options options = {
		.folder = once->options->folder,
		.replica = once->options->replica,
		.log = once->options->log,
		.mode = once->options->mode,
	};
	struct agent *agent = NULL;
	uv_loop_t loop;
	enum status status;

	if (uv_loop_init(&loop) != 0)
		return error_set(err, STATUS_NOMEM, "sync");
	status = agent_start(&loop, &options, &handlers, once, &agent, err);
	if (status == STATUS_OK) {
		uv_run(&loop, UV_RUN_DEFAULT);
		status = once->why.status;
		if (status != STATUS_OK && err != NULL)
			*err = once->why;
	}
	agent_destroy(agent);
	(void)uv_loop_close(&loop);
	return status;
}

/* --- by the agent that runs ----------------------------------------------- */

/* STATUS_AGAIN: not yet. */
static enum status
look(struct once *once, uint64_t ticket, struct error *err)
{
	struct memo memo;
	enum status status;
	bool met;

	status = memo_wish_met(once->options->replica, ticket, &met, err);
	if (status != STATUS_OK || !met)
		return status == STATUS_OK ? STATUS_AGAIN : status;
	status = memo_read(once->options->replica, &memo, err);
	once->result->status.waiting = memo.waiting;
	once->result->status.aside = memo.refused;
	once->result->status.proved = memo.state == MEMO_SYNCED;
	if (status == STATUS_OK && memo.state == MEMO_DIFFERS)
		return error_set(err, STATUS_STALE,
		    "this computer's records are not the same as the hub's");
	if (status == STATUS_OK && memo.state == MEMO_COLLECTING)
		return error_set(err, STATUS_BUSY, AGENT_HELD_UP);
	return status;
}

static enum status
wait_for_running(struct once *once, struct error *err)
{
	uint64_t began = clock_monotonic_ms();
	uint64_t ticket;
	enum status status;

	once->result->by_running_agent = true;
	status = memo_wish(once->options->replica, &ticket, err);
	if (status != STATUS_OK)
		return status;
	while ((status = look(once, ticket, err)) == STATUS_AGAIN) {
		if (clock_monotonic_ms() - began > WISH_MS)
			return error_set(err, STATUS_TIMEOUT,
			    "the hub has not been reached yet; throughline is "
			    "running on this folder and goes on trying");
		if (once->options->on_progress != NULL)
			once->options->on_progress(once->options->context,
			    NULL);
		uv_sleep(WISH_LOOK_MS);
	}
	return status;
}

enum status
once_sync(const struct once_options *options, struct once_result *result,
    struct error *err)
{
	struct once once = { .options = options, .result = result };
	uint64_t began = clock_monotonic_ms();
	struct folder_lock *lock = NULL;
	enum status status;

	memset(result, 0, sizeof(*result));
	status = folder_lock(options->data, &lock, err);
	if (status == STATUS_OK)
		status = run_own(&once, err);
	else if (status == STATUS_BUSY && options->mode == AGENT_ONCE)
		status = wait_for_running(&once, err);
	folder_unlock(lock);
	result->elapsed_ms = clock_monotonic_ms() - began;
	return status;
}
