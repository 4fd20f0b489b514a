/*
 * What the administrator does by a command beside the running hub.
 */
#include <stdio.h>

#include "server/core/sites.h"
#include "tests/sim/node.h"
#include "tests/sim/people/person.h"

static uint64_t
hub_now(const struct world *world)
{
	return (uint64_t)((int64_t)world->now_ms + world->hub.clock_error_ms);
}

static enum status
revoke(struct world *world, uint32_t site, uint64_t seed, struct error *err)
{
	char path[DISK_NAME_BYTES + sizeof(NODE_DATABASE) + 1];
	struct replica_options options = {
		.path = path,
		.vfs = DISK_VFS_NAME,
		.kind = REPLICA_HUB,
		.must_exist = true,
		.busy_ms = 1,
	};
	struct replica *replica = NULL;
	struct hub_writer writer;
	enum status status;

	snprintf(path, sizeof(path), "%s/%s", disk_name(world->hub.disk),
	    NODE_DATABASE);
	status = replica_open(&options, &replica, err);
	if (status == STATUS_OK)
		status = hub_writer_init(&writer, replica, &hub_node_mark_key,
		    hub_now(world), seed, err);
	if (status == STATUS_OK)
		status = sites_revoke(&writer, site, "lost on a bus", err);
	replica_close(replica);
	return status;
}

/* Nobody removes the only computer of a school. */
static bool
has_another(const struct person *person)
{
	const struct world *world = person->world;

	for (uint32_t i = 0; i < world->computer_count; i++) {
		const struct computer *computer = &world->computers[i];

		if (computer->exists && computer->hostile == NULL &&
		    computer->school == person->computer->school &&
		    computer->site != person->computer->site)
			return true;
	}
	return false;
}

/* While the hub is in the middle of a turn it has the database to itself. */
bool
people_revoke(struct person *person)
{
	struct world *world = person->world;
	struct error err = { 0 };
	enum status status;

	if (!world->hub.on || !has_another(person))
		return false;
	node_enter(&world->hub.fault, world->hub.catalogue);
	status =
	    revoke(world, person->computer->site, person_own(person), &err);
	node_leave(&world->hub.fault);
	if (status == STATUS_BUSY || !hub_node_ok(world, status, &err))
		return false;
	person_tell(person, "site %u", person->computer->site);
	return true;
}
