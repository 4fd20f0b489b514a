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
}

void
agent_memo_look(struct agent *agent)
{
	uint64_t wish, met;

	if (memo_get_wish(agent->options.replica, &wish, ERROR_IGNORED) !=
		STATUS_OK ||
	    replica_meta_get(agent->options.replica, "wish_met", 0, &met,
		ERROR_IGNORED) != STATUS_OK ||
	    wish <= met)
		return;
	agent->wish = wish;
	engine_hurry(agent->engine);
	if (agent->link == NULL)
		agent->connect_at_ms = 0;
}

void
agent_memo_meet(struct agent *agent)
{
	if (agent->wish == 0)
		return;
	(void)memo_meet_wish(agent->options.replica, agent->wish,
	    ERROR_IGNORED);
	agent->wish = 0;
}
