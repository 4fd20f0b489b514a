/*
 * How a world begins: an empty hub with its schools, and computers that have
 * just joined.  Databases are made once a process, and copied.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "server/core/sites.h"
#include "tests/sim/node.h"

static const char *const school_names[WORLD_SCHOOLS] = { "elm", "oak", "yew",
	"fir", "bay", "rowan", "hazel", "larch", "maple", "cedar", "birch",
	"ash" };

/* What every world begins with. */
static struct {
	struct disk *hub;    /* schools, no computer */
	struct disk *client; /* a replica of nobody */
	struct codec *codecs[WORLD_COMPUTERS + 1];
	uint64_t schools[WORLD_SCHOOLS];
} stock;

static void
must(enum status status, const struct error *err)
{
	if (status != STATUS_OK)
		fprintf(stderr, "the world cannot begin: %s\n", err->text);
	assert(status == STATUS_OK);
}

/* --- the stock ------------------------------------------------------------ */

static void
add_schools(struct hub_writer *writer)
{
	struct error err = { 0 };

	for (uint32_t i = 0; i < WORLD_SCHOOLS; i++) {
		bool member = i + 1 < WORLD_SCHOOLS;
		struct column_text columns[] = {
			{ "name", bytes_of_text(school_names[i]) },
			{ "phase",
			    bytes_of_text(i == 0 ? "secondary" : "primary") },
			{ "member", bytes_of_text(member ? "Y" : "N") },
		};

		must(hub_write_school(writer, 0, columns, 3, &stock.schools[i],
			 &err),
		    &err);
	}
}

static void
make_stock(void)
{
	struct replica_options options = { .vfs = DISK_VFS_NAME };
	struct replica *replica = NULL;
	struct hub_writer writer;
	struct error err = { 0 };

	if (stock.hub != NULL)
		return;
	disk_vfs_register();
	disk_vfs_seed(1);
	disk_vfs_set_time(WORLD_BEGAN_MS);
	stock.hub = disk_create("stock-hub");
	options.kind = REPLICA_HUB;
	options.path = "stock-hub/" NODE_DATABASE;
	must(replica_open(&options, &replica, &err), &err);
	must(hub_writer_init(&writer, replica, &hub_node_mark_key,
		 WORLD_BEGAN_MS, 42, &err),
	    &err);
	add_schools(&writer);
	replica_close(replica);
	replica = NULL;
	stock.client = disk_create("stock-client");
	options.kind = REPLICA_CLIENT;
	options.path = "stock-client/" NODE_DATABASE;
	must(replica_open(&options, &replica, &err), &err);
	replica_close(replica);
	for (uint32_t i = 0; i <= WORLD_COMPUTERS; i++)
		must(codec_create(&stock.codecs[i], &err), &err);
}

/* --- computers ------------------------------------------------------------ */

static struct computer *
next_computer(struct world *world, uint32_t school)
{
	struct computer *computer;
	uint32_t same = 1;

	if (world->computer_count == WORLD_COMPUTERS)
		return NULL;
	for (uint32_t i = 0; i < world->computer_count; i++)
		same += world->computers[i].school == school;
	computer = &world->computers[world->computer_count];
	memset(computer, 0, sizeof(*computer));
	computer->world = world;
	computer->index = world->computer_count;
	computer->school = school;
	snprintf(computer->name, sizeof(computer->name), "%.10s%u",
	    school_names[school], same % 100);
	computer->random =
	    random_fork(world->plan->seed, 1000 + computer->index);
	computer->codec = stock.codecs[computer->index];
	computer->catalogue = world->hub.catalogue;
	computer->line.delay_ms = WORLD_DELAY_MS;
	return computer;
}

/* It counts from here on. */
static struct computer *
settle(struct world *world, struct computer *computer)
{
	computer->exists = true;
	world->computer_count++;
	trace_line(&world->trace, world->now_ms, computer->name,
	    "joins as site %u", computer->site);
	return computer;
}

static void
identify(struct computer *computer, uint64_t school)
{
	struct replica_identity identity = { computer->site, school };
	struct replica *replica = NULL;
	struct error err = { 0 };

	must(computer_open(computer, &replica, &err), &err);
	must(replica_identity_set(replica, &identity, &err), &err);
	replica_close(replica);
}

struct computer *
world_add_computer(struct world *world, uint32_t school)
{
	struct computer *computer = next_computer(world, school);
	struct error err = { 0 };
	enum status status;

	if (computer == NULL || world->hub.replica == NULL)
		return NULL;
	node_enter(&world->hub.fault, world->hub.catalogue);
	status = hub_node_register(world, school, computer->name,
	    &computer->site, &err);
	node_leave(&world->hub.fault);
	if (!hub_node_ok(world, status, &err))
		return NULL;
	computer->disk = disk_create(computer->name);
	disk_copy(stock.client, computer->disk);
	node_enter(&computer->fault, computer->catalogue);
	identify(computer, world->schools[school].record);
	node_leave(&computer->fault);
	return settle(world, computer);
}

struct computer *
world_clone_computer(struct world *world, struct computer *computer)
{
	struct computer *clone = next_computer(world, computer->school);

	if (clone == NULL || computer->kept == NULL)
		return NULL;
	clone->site = computer->site;
	clone->catalogue = computer->catalogue;
	clone->put_back = true;
	clone->copies = computer->copies + 1;
	computer->copies = clone->copies;
	computer->put_back = true;
	clone->disk = disk_create(clone->name);
	disk_copy(computer->kept, clone->disk);
	return settle(world, clone);
}

/* --- the world ------------------------------------------------------------ */

static void
open_hub_for_joining(struct world *world)
{
	hub_node_start(world);
	assert(world->hub.on);
}

void
world_make(struct world *world)
{
	const struct world_shape *shape = &world->plan->shape;

	make_stock();
	disk_vfs_seed(world->plan->seed);
	disk_vfs_set_time(world->now_ms);
	world->school_count = shape->schools;
	for (uint32_t i = 0; i < WORLD_SCHOOLS; i++) {
		struct sim_school *school = &world->schools[i];

		snprintf(school->name, sizeof(school->name), "%s",
		    school_names[i]);
		school->record = stock.schools[i];
		school->member = i < shape->schools;
	}
	world->hub.random = random_fork(world->plan->seed, 999);
	world->hub.codec = stock.codecs[WORLD_COMPUTERS];
	world->hub.disk = disk_create("hub");
	disk_copy(stock.hub, world->hub.disk);
	open_hub_for_joining(world);
	for (uint32_t i = 0; i < shape->computers; i++)
		(void)world_add_computer(world, i % shape->schools);
}
