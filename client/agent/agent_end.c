/*
 * When an agent is done, and how it ends.
 */
#include "client/agent/agent_private.h"
#include "common/support/clock.h"

/* --- the end -------------------------------------------------------------- */

static void
on_timer_closed(uv_handle_t *handle)
{
	struct agent *agent = handle->data;

	agent->timer_open = false;
	agent_memo_end(agent);
	if (agent->handlers.on_done != NULL)
		agent->handlers.on_done(agent, &agent->why, agent->user);
}

void
agent_finish(struct agent *agent, const struct error *why)
{
	if (!agent->done) {
		agent->done = true;
		if (why != NULL)
			agent->why = *why;
	}
	agent_night_forget(agent);
	if (agent->link != NULL) {
		link_close(agent->link);
		return;
	}
	if (agent_night_works(agent))
		return;
	if (!uv_is_closing((uv_handle_t *)&agent->timer))
		uv_close((uv_handle_t *)&agent->timer, on_timer_closed);
}

void
agent_fail(struct agent *agent, const struct error *why)
{
	log_event(agent->options.log, LOG_ERROR, "agent.failed",
	    LOG_TOKEN("status", status_name(why->status)),
	    LOG_NUMBER("rebuild", why->status == STATUS_CORRUPT));
	if (agent->options.mode != AGENT_RUN) {
		agent_finish(agent, why);
		return;
	}
	/* A full disk may have room tomorrow: go on trying. */
	if (agent->link != NULL)
		link_abort(agent->link);
}

/* --- is it done? ---------------------------------------------------------- */

/* A night that was due is not left in the middle: a computer that is only
 * synced now and then has it so. */
static bool
has_night(struct agent *agent, const struct engine_status *status)
{
	return status->reconciling || agent->night.report_due ||
	       agent_night_works(agent);
}

static bool
has_succeeded(struct agent *agent, const struct engine_status *status)
{
	switch (agent->options.mode) {
	case AGENT_ONCE:
		return status->proved && !has_night(agent, status);
	case AGENT_RECONCILE:
		return status->nights > 0 && !has_night(agent, status);
	case AGENT_RUN:
	case AGENT_LEAVE: /* the hub says so */
		break;
	}
	return false;
}

/* Why it comes to no end.  The hub that has put the night off is not asked
 * for ever. */
static bool
is_in_vain(struct agent *agent, const struct engine_status *status,
    struct error *why)
{
	uint64_t now = clock_monotonic_ms();
	uint64_t progress = status->sent_bytes + status->received_bytes;

	if (progress != agent->progress) {
		agent->progress = progress;
		agent->progress_at_ms = now;
	}
	if (agent->options.mode == AGENT_ONCE && status->differs)
		error_set(why, STATUS_STALE, AGENT_DIFFERS);
	else if (status->collecting)
		error_set(why, STATUS_BUSY, AGENT_HELD_UP);
	else if (agent->night.put_off_ms != 0 &&
		 now - agent->night.put_off_ms > AGENT_PUT_OFF_MS)
		error_set(why, STATUS_BUSY, AGENT_PUT_OFF);
	else if (now - agent->progress_at_ms > AGENT_ONCE_MS)
		error_set(why, STATUS_TIMEOUT,
		    "the hub was not reached in time; try again later");
	else
		return false;
	return true;
}

void
agent_look_whether_done(struct agent *agent)
{
	struct engine_status status;

	if (engine_get_status(agent->engine, &status, ERROR_IGNORED) !=
	    STATUS_OK)
		return;
	if (status.state >= ENGINE_CATCHING_UP)
		agent->clock_error_ms = status.clock_error_ms;
	if (agent->options.mode == AGENT_RUN) {
		if (status.proved || status.differs || status.collecting)
			agent_memo_meet(agent);
		return;
	}
	if (has_succeeded(agent, &status)) {
		/* The hub has all that was sent: it said so. */
		if (agent->link != NULL && status.proved)
			link_close_soon(agent->link);
	} else if (!is_in_vain(agent, &status, &agent->why)) {
		return;
	}
	agent_finish(agent, &agent->why);
}
