/*
 * What other processes on this computer see of the agent, and wish of it.
 */
#include "client/agent/agent_private.h"
#include "client/agent/memo.h"
#include "common/support/clock.h"

void
agent_memo_write(struct agent *agent, bool always)
{
	struct engine_status status;
	struct error error;
	uint64_t now = clock_monotonic_ms();

	if (engine_get_status(agent->engine, &status, &error) != STATUS_OK)
		return;
	if (agent->handlers.on_status != NULL)
		agent->handlers.on_status(agent, &status, agent->user);
	if (!always && status.state == agent->remembered_state &&
	    status.proved == agent->remembered_proved &&
	    status.collecting == agent->remembered_collecting &&
	    status.waiting == agent->remembered_waiting &&
	    status.reconciling == agent->remembered_reconciling &&
	    status.put_off == agent->remembered_put_off &&
	    now - agent->remembered_at_ms < AGENT_REMEMBER_MS)
		return;
	if (memo_write(agent->options.replica, &status, agent->offline_since_ms,
		&error) != STATUS_OK)
		return;
	agent->remembered_at_ms = now;
	agent->remembered_state = status.state;
	agent->remembered_proved = status.proved;
	agent->remembered_collecting = status.collecting;
	agent->remembered_waiting = status.waiting;
	agent->remembered_reconciling = status.reconciling;
	agent->remembered_put_off = status.put_off;
}

/* A wish that nobody has told the engine about. */
static bool
is_new(struct agent *agent, enum memo_wish kind, uint64_t *known)
{
	uint64_t wish;

	if (memo_get_wish(agent->options.replica, kind, &wish, ERROR_IGNORED) !=
		STATUS_OK ||
	    wish <= *known)
		return false;
	*known = wish;
	return true;
}

void
agent_memo_look(struct agent *agent)
{
	bool sync = is_new(agent, MEMO_WISH_SYNC, &agent->wish);
	bool night = is_new(agent, MEMO_WISH_NIGHT, &agent->night.wish);

	if (sync)
		engine_hurry(agent->engine);
	if (night)
		agent->night.asked = false;
	if ((sync || night) && agent->link == NULL)
		agent->connect_at_ms = 0;
}

void
agent_memo_meet(struct agent *agent)
{
	if (agent->wish == 0)
		return;
	(void)memo_meet_wish(agent->options.replica, MEMO_WISH_SYNC,
	    agent->wish, ERROR_IGNORED);
	agent->wish = 0;
}

/* --- the night ------------------------------------------------------------ */

void
agent_memo_ask_night(struct agent *agent, const struct engine_status *status)
{
	struct agent_night *night = &agent->night;

	/* One that is under way may have looked before the wish came. */
	if (night->wish == 0 || night->asked || status->reconciling)
		return;
	night->asked = true;
	night->asked_after = status->nights;
	engine_reconcile(agent->engine);
	agent->engine_wake_ms = 0;
}

void
agent_memo_meet_night(struct agent *agent)
{
	struct agent_night *night = &agent->night;

	if (night->wish == 0 || !night->asked ||
	    night->known == night->asked_after)
		return;
	(void)memo_meet_wish(agent->options.replica, MEMO_WISH_NIGHT,
	    night->wish, ERROR_IGNORED);
	night->wish = 0;
}

/* --- an end without an end ------------------------------------------------ */

enum status
agent_memo_begin(struct agent *agent, struct error *err)
{
	struct replica *replica = agent->options.replica;
	uint64_t running, ticket;
	enum status status;

	status = replica_meta_get(replica, "running", 0, &running, err);
	if (status != STATUS_OK || running == 0)
		return status == STATUS_OK
		           ? replica_meta_set(replica, "running", 1, err)
		           : status;
	log_event(agent->options.log, LOG_WARNING, "agent.was_cut_off",
	    LOG_NUMBER("site", replica_identity(replica).site));
	return memo_wish(replica, MEMO_WISH_NIGHT, &ticket, err);
}

void
agent_memo_end(struct agent *agent)
{
	agent_memo_meet_night(agent);
	(void)replica_meta_set(agent->options.replica, "running", 0,
	    ERROR_IGNORED);
}
