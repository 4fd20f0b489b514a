/*
 * Connections: how they begin, break and end.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/sim/wire_private.h"

enum {
	LEARN_MS = 1000 /* an end hears within this of a cut */
};

void
wire_init(struct wire *wire, struct schedule *schedule)
{
	memset(wire, 0, sizeof(*wire));
	wire->schedule = schedule;
}

static void
connection_destroy(struct connection *connection)
{
	for (int i = UP; i <= DOWN; i++) {
		buffer_deinit(&connection->flows[i].bytes);
		free(connection->flows[i].segments);
	}
	free(connection);
}

void
wire_deinit(struct wire *wire)
{
	while (wire->first != NULL) {
		struct connection *connection = wire->first;

		wire->first = connection->next;
		connection_destroy(connection);
	}
	buffer_deinit(&wire->taken);
}

/* --- to find them --------------------------------------------------------- */

/* Gone when it has closed, or the moment of its EVENT_LOST has passed: whoever
 * learns it at that moment can still ask. */
static bool
is_gone(const struct connection *connection, enum direction end,
    uint64_t now_ms)
{
	uint64_t lost_ms = connection->lost_ms[end];

	return connection->closed[end] || (lost_ms != 0 && lost_ms < now_ms);
}

static void
forget_old(struct wire *wire, uint64_t now_ms)
{
	struct connection **link = &wire->first;

	while (*link != NULL) {
		struct connection *connection = *link;

		if (is_gone(connection, UP, now_ms) &&
		    is_gone(connection, DOWN, now_ms)) {
			*link = connection->next;
			connection_destroy(connection);
		} else {
			link = &connection->next;
		}
	}
}

struct connection *
wire_find(struct wire *wire, uint64_t id)
{
	struct connection *connection = wire->first;

	while (connection != NULL && connection->id != id)
		connection = connection->next;
	return connection == NULL ||
	               (connection->closed[UP] && connection->closed[DOWN])
	           ? NULL
	           : connection;
}

uint32_t
connection_computer(const struct connection *connection)
{
	return connection->computer;
}

uint64_t
connection_id(const struct connection *connection)
{
	return connection->id;
}

void
connection_set_user(struct connection *connection, void *user)
{
	connection->user = user;
}

void *
connection_user(const struct connection *connection)
{
	return connection->user;
}

bool
connection_is_open(const struct connection *connection, enum direction end)
{
	return !connection->closed[end] && connection->lost_ms[end] == 0;
}

/* --- dialling ------------------------------------------------------------- */

/* Nothing arrives at an end before it is told that the connection is there. */
static void
dial(struct connection *connection, uint64_t now_ms)
{
	struct schedule *schedule = connection->wire->schedule;
	uint64_t delay_ms = connection->line->delay_ms;
	uint64_t accepted = now_ms + 3 * delay_ms + wire_jitter(connection);
	uint64_t open = accepted + delay_ms + wire_jitter(connection);

	connection->dialling = connection->line->stalled;
	if (connection->dialling)
		return;
	connection->begins_ms[DOWN] = connection->flows[UP].last_ms = accepted;
	connection->begins_ms[UP] = connection->flows[DOWN].last_ms = open;
	schedule_put(schedule, accepted, EVENT_ACCEPTED, connection->id, 0);
	schedule_put(schedule, open, EVENT_OPEN, connection->id, 0);
}

uint64_t
wire_connect(struct wire *wire, uint32_t computer, const struct line *line,
    uint64_t now_ms, uint64_t seed)
{
	struct connection *connection = calloc(1, sizeof(*connection));

	if (connection == NULL)
		abort();
	forget_old(wire, now_ms);
	connection->next = wire->first;
	wire->first = connection;
	connection->wire = wire;
	connection->id = ++wire->ids;
	connection->computer = computer;
	connection->line = line;
	connection->random = random_fork(seed, 0);
	dial(connection, now_ms);
	return connection->id;
}

/* --- its end -------------------------------------------------------------- */

void
wire_tell_lost(struct connection *connection, enum direction end,
    uint64_t at_ms)
{
	if (connection->closed[end] || connection->lost_ms[end] != 0)
		return;
	if (at_ms < connection->begins_ms[end])
		at_ms = connection->begins_ms[end];
	connection->lost_ms[end] = at_ms;
	schedule_put(connection->wire->schedule, at_ms, EVENT_LOST,
	    connection->id, end);
}

static void
break_up(struct connection *connection)
{
	connection->broken = true;
	flow_forget(&connection->flows[UP]);
	flow_forget(&connection->flows[DOWN]);
}

void
connection_cut(struct connection *connection, bool half_open_computer,
    bool half_open_hub, uint64_t now_ms)
{
	uint64_t computer =
	    now_ms + random_below_of(&connection->random, LEARN_MS);
	uint64_t hub = now_ms + random_below_of(&connection->random, LEARN_MS);

	if (connection->broken)
		return;
	break_up(connection);
	connection->wire->cuts++;
	if (!half_open_computer || connection->dialling)
		wire_tell_lost(connection, UP, computer);
	if (!half_open_hub || connection->dialling)
		wire_tell_lost(connection, DOWN, hub);
}

void
connection_cut_after(struct connection *connection, uint64_t bytes)
{
	connection->cut_after = bytes;
}

void
connection_close(struct connection *connection, enum direction from,
    bool abrupt, uint64_t now_ms)
{
	enum direction other = from == UP ? DOWN : UP;
	struct flow *flow = &connection->flows[from];
	const struct line *line = connection->line;
	uint64_t fin_ms;

	if (connection->closed[from])
		return;
	connection->closed[from] = true;
	flow_forget(&connection->flows[other]);
	if (connection->broken)
		return;
	fin_ms = now_ms + line->delay_ms + wire_jitter(connection);
	if (connection->dialling) {
		break_up(connection);
		connection->closed[other] = true; /* it never knew */
	} else if (abrupt) {
		break_up(connection);
		if (!line->stalled)
			wire_tell_lost(connection, other, fin_ms);
	} else {
		flow->closing = true;
		flow->closes_ms =
		    fin_ms > flow->last_ms ? fin_ms : flow->last_ms;
		flow_arrange(connection, from, now_ms);
	}
}

/* --- the line changes ----------------------------------------------------- */

void
connection_rearrange(struct connection *connection, uint64_t now_ms)
{
	struct wire *wire = connection->wire;
	const struct line *line = connection->line;

	if (line->stalled)
		return;
	for (connection = wire->first; connection != NULL;
	     connection = connection->next) {
		if (connection->line != line || connection->broken)
			continue;
		if (connection->dialling)
			dial(connection, now_ms);
		flow_arrange(connection, UP, now_ms);
		flow_arrange(connection, DOWN, now_ms);
		if (connection->user != NULL)
			schedule_put(wire->schedule, now_ms, EVENT_DRAINED,
			    connection->id, 0);
	}
}
