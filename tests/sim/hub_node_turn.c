/*
 * What server/service does around the core, with the world's lines, disk and
 * clock in place of the real ones.  Bytes of all connections that arrive in
 * one moment are of one turn.
 */
#include <assert.h>
#include <stdlib.h>

#include "server/core/limits.h"
#include "tests/sim/hostile.h"
#include "tests/sim/hostile/watch.h"
#include "tests/sim/hub_node_private.h"
#include "tests/sim/invariants/invariant.h"

enum {
	TICK_MS = 1000
};

/* --- turns ---------------------------------------------------------------- */

void
hub_node_arrange_turn(struct world *world)
{
	struct hub_node *hub = &world->hub;
	uint64_t at = world->now_ms;

	if (hub->turn_due)
		return;
	hub->turn_due = true;
	if (at < hub->busy_until_ms)
		at = hub->busy_until_ms;
	schedule_put(&world->schedule, at, EVENT_TURN, 0, hub->starts);
}

static void
arrange_tick(struct world *world)
{
	struct hub_node *hub = &world->hub;

	if (hub->tick_due)
		return;
	hub->tick_due = true;
	schedule_put(&world->schedule, world->now_ms + TICK_MS, EVENT_TICK, 0,
	    hub->starts);
}

void
hub_node_on_wake(void *context, struct session *session)
{
	struct peer *peer = session_user(session);

	peer->wants_output = true;
	hub_node_arrange_turn(context);
}

void
hub_node_on_hang_up(void *context, struct session *session)
{
	struct peer *peer = session_user(session);

	peer->hang_up = true;
	hub_node_arrange_turn(context);
}

static void
remove_peer(struct world *world, struct peer *peer)
{
	struct peer **link = &world->hub.peers;

	while (*link != peer)
		link = &(*link)->next;
	*link = peer->next;
	if (peer->session != NULL)
		hub_disconnect(world->hub.hub, peer->session);
	free(peer);
}

static void
close_peer(struct world *world, struct peer *peer, bool abrupt)
{
	struct connection *connection =
	    wire_find(&world->wire, peer->connection);

	if (connection != NULL) {
		connection_set_user(connection, NULL);
		connection_close(connection, DOWN, abrupt, world->now_ms);
	}
	remove_peer(world, peer);
}

/* Give out what there is; false when the connection had to be given up. */
static bool
send_output(struct world *world, struct peer *peer)
{
	struct connection *connection =
	    wire_find(&world->wire, peer->connection);
	size_t unsent = connection_unsent(connection, DOWN, world->now_ms);
	struct buffer out = { 0 };
	struct error err = { 0 };
	enum status status;

	status = hub_output(world->hub.hub, peer->session, unsent, &out,
	    hub_node_now(world), &err);
	if (hub_node_ok(world, status, &err) && out.size > 0) {
		book_hear(world, peer->connection, peer->computer, DOWN, false,
		    buffer_view(&out));
		hostile_watch_output(world->watch, peer->computer,
		    peer->session, buffer_view(&out));
		connection_send(connection, DOWN, buffer_view(&out),
		    world->now_ms);
		unsent = connection_unsent(connection, DOWN, world->now_ms);
		if (unsent > 0 && peer->computer->line.rate > 0)
			schedule_put(&world->schedule,
			    world->now_ms + 1 +
				unsent * 1000 / peer->computer->line.rate,
			    EVENT_DRAINED, peer->connection, 0);
	}
	buffer_deinit(&out);
	return status == STATUS_OK;
}

static void
end_peer_turn(struct world *world, struct peer *peer)
{
	bool wants_output = peer->wants_output;
	bool good = true;

	peer->wants_output = false;
	if (wants_output || peer->hang_up)
		good = send_output(world, peer);
	if (peer->hang_up || !good)
		close_peer(world, peer, !good);
}

/* While its disk fails, nothing can be read of it. */
static void
look_closely(struct world *world)
{
	struct node_fault none = { 0 };

	if (world->hub.fault.on)
		return;
	node_enter(&none, world->hub.catalogue);
	hostile_watch_turn(world->watch, world);
	invariants_at_turn(world);
	node_leave(&none);
}

void
hub_node_end_turn(struct world *world)
{
	struct hub_node *hub = &world->hub;
	struct error err = { 0 };
	struct peer *next;

	hub->turn_due = false;
	node_enter(&hub->fault, hub->catalogue);
	(void)hub_node_ok(world,
	    hub_end_turn(hub->hub, hub_node_now(world), &err), &err);
	for (struct peer *peer = hub->peers; peer != NULL; peer = next) {
		next = peer->next;
		end_peer_turn(world, peer);
	}
	hub->busy_until_ms = world->now_ms + disk_take_delay(hub->disk);
	node_leave(&hub->fault);
	look_closely(world);
}

static void
tick(struct world *world)
{
	struct hub_node *hub = &world->hub;
	struct error err = { 0 };

	hub->tick_due = false;
	node_enter(&hub->fault, hub->catalogue);
	(void)hub_node_ok(world, hub_tick(hub->hub, hub_node_now(world), &err),
	    &err);
	node_leave(&hub->fault);
	hub_node_arrange_turn(world);
	if (hub->peers != NULL)
		arrange_tick(world);
}

/* --- connections ---------------------------------------------------------- */

/* See begin_sync in server/service/peer.c: an open turn is ended first. */
static enum status
connect_session(struct world *world, struct peer *peer, struct error *err)
{
	struct hub_node *hub = &world->hub;
	uint8_t serial[HUB_NODE_SERIAL_BYTES];
	enum status status = STATUS_OK;

	hub_node_serial(peer->computer->site, serial);
	if (replica_in_transaction(hub->replica))
		status = hub_end_turn(hub->hub, hub_node_now(world), err);
	if (status == STATUS_OK)
		status = hub_connect(hub->hub,
		    (struct bytes){ serial, sizeof(serial) },
		    hub_node_now(world), peer, &peer->session, err);
	/* it may have joined after the backup from which this was restored */
	if (status == STATUS_DENIED)
		status = hub_connect_stranger(hub->hub, peer->computer->site,
		    hub_node_now(world), peer, &peer->session, err);
	return status;
}

/* As peer_send_off does for one who is not let in. */
static void
send_off(struct world *world, struct connection *connection,
    enum goodbye_code code)
{
	struct goodbye goodbye = { .code = (uint32_t)code,
		.text = bytes_of_text("no") };
	struct buffer body = { 0 }, frame = { 0 };

	if (message_goodbye_encode(&goodbye, &body, NULL) == STATUS_OK &&
	    frame_write(&frame, FRAME_GOODBYE, buffer_view(&body), NULL,
		NULL) == STATUS_OK)
		connection_send(connection, DOWN, buffer_view(&frame),
		    world->now_ms);
	buffer_deinit(&body);
	buffer_deinit(&frame);
	connection_close(connection, DOWN, false, world->now_ms);
}

static void
accepted(struct world *world, struct connection *connection)
{
	struct hub_node *hub = &world->hub;
	struct peer *peer = calloc(1, sizeof(*peer));
	struct error err = { 0 };
	enum status status;

	assert(peer != NULL);
	peer->connection = connection_id(connection);
	peer->computer = &world->computers[connection_computer(connection)];
	node_enter(&hub->fault, hub->catalogue);
	status = connect_session(world, peer, &err);
	node_leave(&hub->fault);
	hub_node_arrange_turn(world);
	arrange_tick(world);
	if (status != STATUS_OK) {
		free(peer);
		if (status != STATUS_DENIED)
			(void)hub_node_ok(world, status, &err);
		send_off(world, connection,
		    status == STATUS_DENIED ? GOODBYE_REVOKED
					    : GOODBYE_INTERNAL);
		return;
	}
	peer->next = hub->peers;
	hub->peers = peer;
	connection_set_user(connection, peer);
}

static void
arrived(struct world *world, struct connection *connection)
{
	struct hub_node *hub = &world->hub;
	struct peer *peer = connection_user(connection);
	struct bytes bytes = connection_take(connection, UP, world->now_ms);
	struct error err = { 0 };

	if (peer == NULL || peer->session == NULL || bytes.size == 0)
		return;
	book_hear(world, peer->connection, peer->computer, UP, true, bytes);
	node_enter(&hub->fault, hub->catalogue);
	(void)hub_node_ok(world,
	    hub_receive(hub->hub, peer->session, bytes, hub_node_now(world),
		&err),
	    &err);
	node_leave(&hub->fault);
	hub_node_arrange_turn(world);
}

void
hub_node_end_connections(struct world *world, bool silent)
{
	while (world->hub.peers != NULL) {
		struct peer *peer = world->hub.peers;
		struct connection *connection =
		    wire_find(&world->wire, peer->connection);

		if (silent && connection != NULL)
			connection_cut(connection, true, true, world->now_ms);
		close_peer(world, peer, true);
	}
}

/* --- events --------------------------------------------------------------- */

static void
lost(struct world *world, struct connection *connection)
{
	struct peer *peer = connection_user(connection);

	if (peer != NULL) {
		connection_set_user(connection, NULL);
		remove_peer(world, peer);
	}
}

/* The loop is held up by a slow disk: what comes waits its turn. */
static bool
is_busy(struct world *world, const struct event *event)
{
	uint64_t until = world->hub.busy_until_ms;

	if (world->now_ms >= until)
		return false;
	schedule_put(&world->schedule, until, event->type, event->who,
	    event->number);
	return true;
}

static void
connection_event(struct world *world, const struct event *event)
{
	struct connection *connection = wire_find(&world->wire, event->who);
	struct peer *peer;

	if (connection == NULL)
		return;
	if (!world->hub.on) {
		/* nobody listens there */
		if (event->type == EVENT_ACCEPTED)
			connection_close(connection, DOWN, true, world->now_ms);
		return;
	}
	peer = connection_user(connection);
	if (event->type == EVENT_LOST) {
		lost(world, connection);
	} else if (is_busy(world, event)) {
		return;
	} else if (event->type == EVENT_ACCEPTED) {
		/* it may be lost already, when the loop was held up */
		if (connection_is_open(connection, DOWN))
			accepted(world, connection);
	} else if (event->type == EVENT_ARRIVES) {
		arrived(world, connection);
	} else if (event->type == EVENT_DRAINED && peer != NULL) {
		peer->wants_output = true;
		hub_node_arrange_turn(world);
	}
}

void
hub_node_event(struct world *world, const struct event *event)
{
	struct hub_node *hub = &world->hub;

	switch (event->type) {
	case EVENT_ACCEPTED:
	case EVENT_ARRIVES:
	case EVENT_LOST:
	case EVENT_DRAINED:
		connection_event(world, event);
		break;
	case EVENT_TURN:
		if (hub->on && event->number == hub->starts && hub->turn_due &&
		    !is_busy(world, event))
			hub_node_end_turn(world);
		break;
	case EVENT_TICK:
		if (hub->on && event->number == hub->starts && hub->tick_due)
			tick(world);
		break;
	case EVENT_HEAL:
		hub_node_heal(world);
		break;
	case EVENT_START:
		hub_node_start(world);
		break;
	case EVENT_DEED:
	case EVENT_CONNECT:
	case EVENT_OPEN:
	case EVENT_WAKE:
		break;
	}
}
