/*
 * A computer goes on and off, and its database with it; a command may open
 * that as well, beside the agent.
 */
#include <assert.h>
#include <stdio.h>

#include "client/agent/agent.h"
#include "client/engine/engine_private.h"
#include "tests/sim/computer_private.h"
#include "tests/sim/hostile.h"
#include "tests/sim/node.h"

enum {
	COMMAND_BESIDE_ONE_IN = 8
};

enum status
computer_open(struct computer *computer, struct replica **out,
    struct error *err)
{
	char path[2 * WORLD_NAME_BYTES];
	struct replica_options options = {
		.path = path,
		.vfs = DISK_VFS_NAME,
		.kind = REPLICA_CLIENT,
		.must_exist = true,
		.busy_ms = 1,
	};
	enum status status;

	snprintf(path, sizeof(path), "%s/%s", computer->name, NODE_DATABASE);
	status = replica_open(&options, out, err);
	if (status == STATUS_OK)
		status = replica_jump(*out,
		    (uint32_t)random_next(&computer->random), err);
	return status;
}

static enum status
open_all(struct computer *computer, struct error *err)
{
	struct engine_options options = {
		.codec = computer->codec,
		.program = "sim",
		.seed = random_next(&computer->random),
		.settle_ms = AGENT_SETTLE_MS,
	};
	enum status status;

	status = computer_open(computer, &computer->replica, err);
	options.replica = computer->replica;
	if (status == STATUS_OK)
		status = engine_create(&options, &computer->engine, err);
	if (status == STATUS_OK && computer->leaving)
		engine_leave(computer->engine);
	return status;
}

static void
close_all(struct computer *computer)
{
	hostile_destroy(computer->hostile);
	engine_destroy(computer->engine);
	replica_close(computer->replica);
	computer->hostile = NULL;
	computer->engine = NULL;
	computer->replica = NULL;
	computer->wake_ms = 0;
	computer->asleep = false;
	computer->open = false;
	computer->connection = 0;
	computer->on = false;
}

void
computer_start(struct computer *computer)
{
	struct world *world = computer->world;
	struct error err = { 0 };
	enum status status;

	if (computer->on || !computer->exists)
		return;
	computer->starts++;
	computer->started_ms = world->now_ms;
	node_enter(&computer->fault, computer->catalogue);
	status = open_all(computer, &err);
	node_leave(&computer->fault);
	if (!computer_ok(computer, status, &err)) {
		close_all(computer);
		return;
	}
	computer->on = true;
	computer->back_off = (struct back_off){ 0 };
	trace_line(&world->trace, world->now_ms, computer->name, "starts");
	computer->asleep = world->lids_shut;
	computer_dial_after(computer, COMPUTER_DIAL_FIRST_MS);
}

static void
end_connection(struct computer *computer, bool silent)
{
	struct connection *connection = computer_connection(computer);

	if (connection == NULL)
		return;
	if (silent)
		connection_cut(connection, true, true, computer->world->now_ms);
	else
		connection_close(connection, UP, true, computer->world->now_ms);
}

void
computer_stop(struct computer *computer)
{
	if (!computer->on)
		return;
	end_connection(computer, false);
	node_enter(&computer->fault, computer->catalogue);
	close_all(computer);
	node_leave(&computer->fault);
	trace_line(&computer->world->trace, computer->world->now_ms,
	    computer->name, "stops");
}

void
computer_crash(struct computer *computer, bool power)
{
	struct world *world = computer->world;

	if (!computer->on)
		return;
	end_connection(computer, power);
	if (power)
		disk_power_cut(computer->disk, random_next(&computer->random));
	else
		disk_kill(computer->disk);
	close_all(computer);
	world->counts.crashes++;
	trace_line(&world->trace, world->now_ms, computer->name,
	    power ? "loses power" : "is killed");
}

/* --- reading beside the agent --------------------------------------------- */

struct replica *
computer_replica(struct computer *computer)
{
	struct error err = { 0 };
	struct replica *opened = NULL;
	bool beside;
	enum status status;

	assert(computer->beside == NULL);
	beside = random_one_in(&computer->random, COMMAND_BESIDE_ONE_IN);
	node_enter(&computer->fault, computer->catalogue);
	if (computer->replica != NULL && !beside)
		return computer->replica;
	status = computer_open(computer, &opened, &err);
	if (!computer_ok(computer, status, &err)) {
		replica_close(opened);
		node_leave(&computer->fault);
		return NULL;
	}
	computer->beside = opened;
	return opened;
}

void
computer_release(struct computer *computer)
{
	replica_close(computer->beside);
	computer->beside = NULL;
	node_leave(&computer->fault);
}
