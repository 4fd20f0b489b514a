#include <string.h>

#include "client/agent/memo.h"
#include "client/agent/once.h"
#include "common/support/clock.h"

#define NOT_REACHED                                                         \
	"the hub has not been reached yet; throughline is running on this " \
	"folder and goes on trying"

enum {
	WISH_LOOK_MS = 50,
	WISH_MS = 60 * 1000 /* without an answer from the agent */
};

struct once {
	const struct once_options *options;
	struct once_result *result;
	struct error why;
	uint64_t progress_ms; /* monotonic: when it was last seen */
};

/* --- by an agent of our own ----------------------------------------------- */

static void
on_status(struct agent *agent, const struct engine_status *status, void *user)
{
	struct once *once = user;

	(void)agent;
	once->result->status = *status;
	if (once->options->on_progress != NULL)
		once->options->on_progress(once->options->context,
		    once->result);
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

static enum status
look_at_sync(struct once *once, const struct memo *memo, struct error *err)
{
	once->result->status.proved = memo->state == MEMO_SYNCED;
	if (memo->state == MEMO_DIFFERS)
		return error_set(err, STATUS_STALE, AGENT_DIFFERS);
	if (memo->state == MEMO_COLLECTING)
		return error_set(err, STATUS_BUSY, AGENT_HELD_UP);
	return STATUS_OK;
}

/* A comparison takes as long as it takes, once it is under way. */
static enum status
wait_for_night(struct once *once, const struct memo *memo, struct error *err)
{
	uint64_t now = clock_monotonic_ms();

	if (memo->reconciling)
		once->progress_ms = now;
	if (memo->state == MEMO_COLLECTING)
		return error_set(err, STATUS_BUSY, AGENT_HELD_UP);
	if (memo->put_off && now - once->progress_ms > AGENT_PUT_OFF_MS)
		return error_set(err, STATUS_BUSY, AGENT_PUT_OFF);
	if (memo->put_off || now - once->progress_ms <= WISH_MS)
		return STATUS_AGAIN;
	return error_set(err, STATUS_TIMEOUT, NOT_REACHED);
}

/* STATUS_AGAIN: not yet. */
static enum status
look(struct once *once, enum memo_wish wish, uint64_t ticket, struct error *err)
{
	struct replica *replica = once->options->replica;
	struct engine_status *status = &once->result->status;
	struct memo memo;
	enum status result;
	bool met;

	result = memo_wish_met(replica, wish, ticket, &met, err);
	if (result == STATUS_OK)
		result = memo_read(replica, &memo, err);
	if (result != STATUS_OK)
		return result;
	status->waiting = memo.waiting;
	status->aside = memo.refused;
	status->reconciling = memo.reconciling;
	status->put_off = memo.put_off;
	status->found = memo.found;
	if (met && wish == MEMO_WISH_SYNC)
		return look_at_sync(once, &memo, err);
	if (met)
		return STATUS_OK;
	if (wish == MEMO_WISH_NIGHT)
		return wait_for_night(once, &memo, err);
	return clock_monotonic_ms() - once->progress_ms <= WISH_MS
	           ? STATUS_AGAIN
	           : error_set(err, STATUS_TIMEOUT, NOT_REACHED);
}

static enum status
wait_for_running(struct once *once, struct error *err)
{
	enum memo_wish wish = once->options->mode == AGENT_RECONCILE
	                          ? MEMO_WISH_NIGHT
	                          : MEMO_WISH_SYNC;
	uint64_t ticket;
	enum status status;

	once->progress_ms = clock_monotonic_ms();
	once->result->by_running_agent = true;
	status = memo_wish(once->options->replica, wish, &ticket, err);
	if (status != STATUS_OK)
		return status;
	while ((status = look(once, wish, ticket, err)) == STATUS_AGAIN) {
		if (once->options->on_progress != NULL)
			once->options->on_progress(once->options->context,
			    once->result);
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
	else if (status == STATUS_BUSY && options->mode != AGENT_LEAVE)
		status = wait_for_running(&once, err);
	folder_unlock(lock);
	result->elapsed_ms = clock_monotonic_ms() - began;
	return status;
}
