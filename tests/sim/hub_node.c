/*
 * The hub's process: it goes on and off, and computers join it.  What it does
 * around the core while it is on: hub_node_turn.c.
 */
#include "server/core/sites.h"
#include "tests/sim/hub_node_private.h"

const struct mark_key hub_node_mark_key = { { 7, 1, 9 } };

uint64_t
hub_node_now(const struct world *world)
{
	return (uint64_t)((int64_t)world->now_ms + world->hub.clock_error_ms);
}

bool
hub_node_ok(struct world *world, enum status status, const struct error *err)
{
	if (status == STATUS_OK)
		return true;
	if (!node_may_say(&world->hub.fault, status))
		world_fail(world, "no-error: hub: %s: %s", status_name(status),
		    err->text);
	trace_line(&world->trace, world->now_ms, "hub", "fails: %s",
	    status_name(status));
	return false;
}

void
hub_node_serial(uint32_t site, uint8_t serial[HUB_NODE_SERIAL_BYTES])
{
	serial[0] = 90;
	for (uint32_t i = 1; i < HUB_NODE_SERIAL_BYTES; i++)
		serial[i] = (uint8_t)(site >> (8 * (i - 1)));
}

/* --- on and off ----------------------------------------------------------- */

static enum status
open_all(struct world *world, struct error *err)
{
	struct hub_node *hub = &world->hub;
	struct replica_options options = {
		.path = "hub/" NODE_DATABASE,
		.vfs = DISK_VFS_NAME,
		.kind = REPLICA_HUB,
		.must_exist = true,
		.busy_ms = 1,
	};
	struct hub_options hub_options = {
		.codec = hub->codec,
		.mark_key = hub_node_mark_key,
		.seed = random_next(&hub->random),
		.wake = hub_node_on_wake,
		.hang_up = hub_node_on_hang_up,
		.context = world,
	};
	enum status status;

	status = replica_open(&options, &hub->replica, err);
	hub_options.replica = hub->replica;
	if (status == STATUS_OK)
		status = replica_jump(hub->replica,
		    (uint32_t)random_next(&hub->random), err);
	if (status == STATUS_OK)
		status = hub_create(&hub_options, &hub->hub, err);
	return status;
}

static void
close_all(struct world *world)
{
	struct hub_node *hub = &world->hub;

	hub_destroy(hub->hub);
	replica_close(hub->replica);
	hub->hub = NULL;
	hub->replica = NULL;
	hub->on = false;
	hub->turn_due = false;
	hub->tick_due = false;
	hub->busy_until_ms = 0;
}

void
hub_node_start(struct world *world)
{
	struct hub_node *hub = &world->hub;
	struct error err = { 0 };
	enum status status;

	if (hub->on)
		return;
	hub->starts++;
	node_enter(&hub->fault, hub->catalogue);
	status = open_all(world, &err);
	node_leave(&hub->fault);
	if (!hub_node_ok(world, status, &err)) {
		close_all(world);
		return;
	}
	hub->on = true;
	trace_line(&world->trace, world->now_ms, "hub", "starts");
}

void
hub_node_stop(struct world *world)
{
	struct hub_node *hub = &world->hub;

	if (!hub->on)
		return;
	hub_node_end_turn(world);
	node_enter(&hub->fault, hub->catalogue);
	hub_node_end_connections(world, false);
	close_all(world);
	node_leave(&hub->fault);
	trace_line(&world->trace, world->now_ms, "hub", "stops");
}

void
hub_node_crash(struct world *world, bool power)
{
	struct hub_node *hub = &world->hub;

	if (!hub->on)
		return;
	if (power)
		disk_power_cut(hub->disk, random_next(&hub->random));
	else
		disk_kill(hub->disk);
	hub_node_end_connections(world, power);
	close_all(world);
	world->counts.crashes++;
	trace_line(&world->trace, world->now_ms, "hub",
	    power ? "loses power" : "is killed");
}

/* --- who belongs ---------------------------------------------------------- */

enum status
hub_node_register(struct world *world, uint32_t school, const char *name,
    uint32_t *site, struct error *err)
{
	struct hub_node *hub = &world->hub;
	uint8_t serial[HUB_NODE_SERIAL_BYTES];
	struct hub_writer writer;
	enum status status = STATUS_OK;

	if (replica_in_transaction(hub->replica))
		status = hub_end_turn(hub->hub, hub_node_now(world), err);
	if (status == STATUS_OK)
		status = hub_writer_init(&writer, hub->replica,
		    &hub_node_mark_key, hub_node_now(world), 1, err);
	if (status == STATUS_OK)
		status = replica_begin(hub->replica, err);
	if (status != STATUS_OK)
		return status;
	status = sites_take_number(&writer, site, err);
	hub_node_serial(*site, serial);
	if (status == STATUS_OK)
		status = sites_register(&writer, *site,
		    world->schools[school].record, bytes_of_text(name),
		    (struct bytes){ serial, sizeof(serial) }, err);
	if (status == STATUS_OK)
		status = replica_commit(hub->replica, err);
	if (status != STATUS_OK)
		replica_rollback(hub->replica);
	hub_node_arrange_turn(world);
	return status;
}
