/*
 * What is done to a computer or the hub in good order: it leaves, or gets the
 * newer program.
 */
#include "common/replica/ledger.h"
#include "server/core/recovery.h"
#include "tests/sim/catalogues.h"
#include "tests/sim/node.h"

void
computer_leave(struct computer *computer)
{
	struct world *world = computer->world;

	if (!computer->on || computer->hostile != NULL || computer->leaving)
		return;
	computer->leaving = true;
	trace_line(&world->trace, world->now_ms, computer->name,
	    "is going to leave");
	engine_leave(computer->engine);
	computer_look(computer);
}

/* The database is closed under the one catalogue and opened under the other. */
void
computer_upgrade(struct computer *computer)
{
	struct world *world = computer->world;
	bool was_on = computer->on;

	if (computer->catalogue != NULL || !computer->exists ||
	    computer->hostile != NULL)
		return;
	computer_stop(computer);
	computer->catalogue = catalogues_next();
	trace_line(&world->trace, world->now_ms, computer->name,
	    "gets the newer program");
	if (was_on)
		computer_start(computer);
}

void
hub_node_upgrade(struct world *world)
{
	struct hub_node *hub = &world->hub;
	bool was_on = hub->on;

	if (hub->catalogue != NULL)
		return;
	hub_node_stop(world);
	hub->catalogue = catalogues_next();
	trace_line(&world->trace, world->now_ms, "hub",
	    "gets the newer program");
	if (was_on)
		hub_node_start(world);
}

/* --- a hub that is restored ----------------------------------------------- */

/* What it has not got any more. */
static enum status
note_undone(struct world *world, struct replica *replica, struct error *err)
{
	enum status status = STATUS_OK;
	struct entry *entries;
	struct ledger_row row;
	uint32_t count;

	entries = book_entries(world->book, &count);
	for (uint32_t i = 0; status == STATUS_OK && i < count; i++) {
		if (entries[i].fate != ENTRY_TAKEN)
			continue;
		status = ledger_get(replica, entries[i].id, &row, err);
		/* its place in the life that was put back */
		if (status == STATUS_OK)
			entries[i].sequence = row.sequence;
		if (status == STATUS_NOT_FOUND) {
			book_undo(&entries[i]);
			status = STATUS_OK;
		}
	}
	return status;
}

static enum status
begin_anew(struct world *world, struct error *err)
{
	struct replica_options options = {
		.path = "hub/" NODE_DATABASE,
		.vfs = DISK_VFS_NAME,
		.kind = REPLICA_HUB,
		.must_exist = true,
	};
	struct replica *replica = NULL;
	struct hub_writer writer = { 0 };
	enum status status;

	status = replica_open(&options, &replica, err);
	if (status == STATUS_OK)
		status = hub_writer_init(&writer, replica, &hub_node_mark_key,
		    world->now_ms, 42, err);
	if (status == STATUS_OK)
		status = replica_begin(replica, err);
	if (status == STATUS_OK)
		status = recovery_begin(&writer,
		    random_next(&world->hub.random), err);
	if (status == STATUS_OK)
		status = replica_commit(replica, err);
	if (status == STATUS_OK)
		status = note_undone(world, replica, err);
	replica_close(replica);
	return status;
}

/* As `throughline-hub restore` does it, in a new folder. */
void
hub_node_restore(struct world *world)
{
	struct hub_node *hub = &world->hub;
	struct error err = { 0 };
	enum status status;

	hub_node_crash(world, false);
	disk_copy(hub->kept, hub->disk);
	node_heal(&hub->fault, hub->disk);
	node_enter(&hub->fault, hub->catalogue);
	status = begin_anew(world, &err);
	node_leave(&hub->fault);
	(void)hub_node_ok(world, status, &err);
	hub->restores++;
	hub->went_back = true;
	hub->restored_ms =
	    (uint64_t)((int64_t)world->now_ms + hub->clock_error_ms);
	world->counts.restores++;
	trace_line(&world->trace, world->now_ms, "hub", "is restored");
	hub_node_start(world);
}

static enum status
excuse(struct replica *replica, uint32_t site, bool *collecting,
    struct error *err)
{
	bool restored;
	enum status status;

	status = recovery_get(replica, &restored, collecting, err);
	if (status != STATUS_OK || !*collecting)
		return status;
	status = replica_begin(replica, err);
	if (status == STATUS_OK)
		status =
		    recovery_set_offerer(replica, site, OFFERER_EXCUSED, err);
	if (status == STATUS_OK)
		status = replica_commit(replica, err);
	return status;
}

/* By a command beside the hub, as an administrator does it. */
void
hub_node_excuse(struct world *world, const struct computer *computer)
{
	struct replica_options options = {
		.path = "hub/" NODE_DATABASE,
		.vfs = DISK_VFS_NAME,
		.kind = REPLICA_HUB,
		.must_exist = true,
	};
	struct hub_node *hub = &world->hub;
	struct replica *replica = NULL;
	struct error err = { 0 };
	bool collecting = false;
	enum status status;

	node_enter(&hub->fault, hub->catalogue);
	status = replica_open(&options, &replica, &err);
	if (status == STATUS_OK)
		status = excuse(replica, computer->site, &collecting, &err);
	replica_close(replica);
	node_leave(&hub->fault);
	(void)hub_node_ok(world, status, &err);
}
