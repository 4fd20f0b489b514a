/*
 * What goes wrong: lines, disks, processes, clocks, memory, and people who
 * copy folders about.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "tests/sim/hostile.h"
#include "tests/sim/node.h"
#include "tests/sim/rot.h"

#define MINUTE_MS UINT64_C(60000)
#define HOUR_MS   (60 * MINUTE_MS)
#define DAY_MS    (24 * HOUR_MS)

static void
note(struct world *world, const char *who, const char *what)
{
	trace_line(&world->trace, world->now_ms, who, "%s", what);
}

/* --- the line ------------------------------------------------------------- */

static struct connection *
line_of(struct computer *computer)
{
	if (computer->connection == 0)
		return NULL;
	return wire_find(&computer->world->wire, computer->connection);
}

static void
change_line(struct computer *computer, struct random *random)
{
	static const uint32_t rates[] = { 0, 500, 2000, 8000, 64000, 0 };
	static const uint32_t pieces[] = { 0, 1, 3, 5, 64, 1400, 1460, 4096 };
	struct line *line = &computer->line;

	line->delay_ms = (uint32_t)random_below_of(random, 600);
	line->jitter_ms = (uint32_t)random_below_of(random, 100);
	line->rate = rates[random_below_of(random, 6)];
	line->piece = pieces[random_below_of(random, 8)];
	/* byte by byte is for small talk: a year of it takes a year */
	if (line->piece > 0 && line->piece < 64 && !random_one_in(random, 4))
		line->piece = 64;
	line->down = random_one_in(random, 6);
	note(computer->world, computer->name,
	    line->down ? "has no line" : "has another line");
}

static void
line_fault(struct computer *computer, const struct deed *deed,
    struct random *random)
{
	struct world *world = computer->world;
	struct connection *connection = line_of(computer);
	uint64_t half = random_below_of(random, 3);

	switch ((int)deed->type) {
	case DEED_LINE:
		change_line(computer, random);
		break;
	case DEED_LINE_UP:
		memset(&computer->line, 0, sizeof(computer->line));
		computer->line.delay_ms = WORLD_DELAY_MS;
		break;
	case DEED_STALL:
		computer->line.stalled = !computer->line.stalled;
		note(world, computer->name, "is stalled, or no more");
		break;
	default:
		if (connection == NULL)
			return;
		if (deed->type == DEED_HALF_OPEN)
			connection_cut(connection, half != 1, half != 0,
			    world->now_ms);
		else if (random_one_in(random, 3))
			connection_cut(connection, false, false, world->now_ms);
		else
			connection_cut_after(connection,
			    1 + random_below_of(random, 4000));
		return;
	}
	if (connection != NULL)
		connection_rearrange(connection, world->now_ms);
}

/* --- disks and memory ----------------------------------------------------- */

/* One in three is the hub's. */
static struct disk *
struck(struct world *world, struct computer *computer, struct random *random,
    struct node_fault **fault)
{
	bool hub = random_one_in(random, 3);

	*fault = hub ? &world->hub.fault : &computer->fault;
	return hub ? world->hub.disk : computer->disk;
}

static void
disk_strikes(struct computer *computer, const struct deed *deed,
    struct random *random)
{
	struct world *world = computer->world;
	struct node_fault *fault;
	struct disk *disk = struck(world, computer, random, &fault);
	uint64_t nth = 1 + random_below_of(random, 400);

	switch ((int)deed->type) {
	case DEED_DISK_FULL:
		fault->on = true;
		disk_set_quota(disk,
		    disk_bytes(disk) + random_below_of(random, 65536));
		break;
	case DEED_DISK_ERROR:
		fault->on = true;
		disk_fail_after(disk, nth, DISK_FAULT_ONCE);
		break;
	case DEED_DISK_SLOW:
		disk_set_sync_ms(disk, (uint32_t)random_below_of(random, 2000));
		break;
	default:
		fault->on = true;
		fault->memory_in = 1 + random_below_of(random, 3000);
		fault->shaken = true;
		world->counts.memory_faults++;
		break;
	}
	if (deed->type != DEED_MEMORY)
		world->counts.disk_faults++;
	/* somebody sees to it after a while */
	schedule_put(&world->schedule,
	    world->now_ms + 1000 + random_below_of(random, 15 * MINUTE_MS),
	    EVENT_HEAL, computer->index, disk != world->hub.disk);
	note(world, disk_name(disk), deed_name(deed->type));
}

/* --- clocks --------------------------------------------------------------- */

static void
clock_fault(struct computer *computer, const struct deed *deed,
    struct random *random)
{
	static const uint64_t jumps[] = { 30000, 4 * MINUTE_MS, 6 * MINUTE_MS,
		HOUR_MS, DAY_MS, 400 * DAY_MS, 3600 * DAY_MS };
	struct world *world = computer->world;
	int64_t jump = (int64_t)jumps[random_below_of(random, 7)];

	if (random_one_in(random, 2))
		jump = -jump;
	if (deed->type == DEED_HUB_CLOCK) {
		/* the hub's clock is looked after: minutes, not years */
		world->hub.clock_error_ms =
		    jump / (int64_t)DAY_MS != 0 ? jump % 200000 : jump / 20;
		note(world, "hub", "its clock jumps");
		return;
	}
	computer->clock_error_ms = random_one_in(random, 4) ? 0 : jump;
	computer->drift_ppm = (int32_t)random_below_of(random, 400) - 200;
	note(world, computer->name, "its clock jumps");
}

/* --- copies --------------------------------------------------------------- */

/* What went bad would come back with it after all was mended. */
static void
keep_copy(struct world *world, const char *name, const struct node_fault *fault,
    struct disk *disk, struct disk **kept, uint64_t *kept_ms)
{
	char copy[DISK_NAME_BYTES];

	if (fault->rotten)
		return;
	snprintf(copy, sizeof(copy), "%.20s-old", name);
	if (*kept == NULL)
		*kept = disk_create(copy);
	disk_copy(disk, *kept);
	*kept_ms = world->now_ms;
	note(world, name, "is copied");
}

/* As one restores an office computer from last week's image. */
static void
put_back(struct computer *computer)
{
	struct world *world = computer->world;
	bool was_on = computer->on;

	if (computer->kept == NULL || !computer->exists)
		return;
	computer_crash(computer, false);
	disk_copy(computer->kept, computer->disk);
	computer->put_back = true;
	book_disk_went_back(world->book, computer->index, computer->kept_ms);
	world->counts.restores++;
	note(world, computer->name, "is put back to its copy");
	if (was_on)
		computer_start(computer);
}

/* One number on two machines: the newer one has what the copy had. */
static void
clone(struct computer *computer)
{
	struct computer *clone;

	if (computer->kept == NULL || !computer->exists)
		return;
	clone = world_clone_computer(computer->world, computer);
	if (clone != NULL)
		computer_start(clone);
}

static void
copies(struct computer *computer, const struct deed *deed)
{
	if (deed->type == DEED_COPY && computer->exists)
		keep_copy(computer->world, computer->name, &computer->fault,
		    computer->disk, &computer->kept, &computer->kept_ms);
	else if (deed->type == DEED_RESTORE)
		put_back(computer);
	else if (deed->type == DEED_CLONE)
		clone(computer);
}

/* --- the hub -------------------------------------------------------------- */

static void
hub_fault(struct world *world, const struct deed *deed)
{
	struct hub_node *hub = &world->hub;

	switch ((int)deed->type) {
	case DEED_HUB_OFF:
		hub_node_stop(world);
		break;
	case DEED_HUB_ON:
		hub_node_start(world);
		break;
	case DEED_HUB_KILL:
	case DEED_HUB_POWER_CUT:
		hub_node_crash(world, deed->type == DEED_HUB_POWER_CUT);
		schedule_put(&world->schedule,
		    world->now_ms + 1000 + deed->salt % 60000, EVENT_START, 0,
		    0);
		break;
	case DEED_HUB_BACKUP:
		keep_copy(world, "hub", &hub->fault, hub->disk, &hub->kept,
		    &hub->kept_ms);
		break;
	default:
		if (hub->kept != NULL)
			hub_node_restore(world);
		break;
	}
}

/* --- doing them ----------------------------------------------------------- */

static void
crash(struct computer *computer, const struct deed *deed)
{
	struct world *world = computer->world;

	if (!computer->on)
		return;
	computer_crash(computer, deed->type == DEED_POWER_CUT);
	schedule_put(&world->schedule, world->now_ms + 500 + deed->salt % 30000,
	    EVENT_START, computer->index, 1);
}

static void
turn_hostile(struct computer *computer, const struct deed *deed)
{
	if (!computer->on || computer->hostile != NULL)
		return;
	if (line_of(computer) != NULL)
		computer_stop(computer);
	computer_start(computer);
	if (!computer->on)
		return;
	computer->was_hostile = true;
	computer->hostile = hostile_create(computer, deed->salt);
	note(computer->world, computer->name, "is in other hands");
}

/* Who may be the last to hold a commit sound is left alone until all is. */
static bool
takes_away(enum deed_type type)
{
	return type == DEED_RESTORE || type == DEED_CLONE ||
	       type == DEED_HUB_RESTORE || type == DEED_HOSTILE;
}

void
faults_do(struct world *world, const struct deed *deed)
{
	struct random random = random_fork(deed->salt, deed->type);
	struct computer *computer =
	    &world->computers[deed->who % world->computer_count];

	if (world->rotten && takes_away(deed->type))
		return;
	switch ((int)deed->type) {
	case DEED_CUT:
	case DEED_HALF_OPEN:
	case DEED_STALL:
	case DEED_LINE:
	case DEED_LINE_UP:
		line_fault(computer, deed, &random);
		break;
	case DEED_KILL:
	case DEED_POWER_CUT:
		crash(computer, deed);
		break;
	case DEED_DISK_FULL:
	case DEED_DISK_ERROR:
	case DEED_DISK_SLOW:
	case DEED_MEMORY:
		disk_strikes(computer, deed, &random);
		break;
	case DEED_CLOCK:
	case DEED_HUB_CLOCK:
		clock_fault(computer, deed, &random);
		break;
	case DEED_COPY:
	case DEED_RESTORE:
	case DEED_CLONE:
		copies(computer, deed);
		break;
	case DEED_HOSTILE:
		turn_hostile(computer, deed);
		break;
	case DEED_ROT:
		rot_computer(computer, &random);
		break;
	case DEED_HUB_ROT:
		rot_hub(world, &random);
		break;
	case DEED_HUB_NIGHT:
		hub_node_night(world);
		break;
	default:
		hub_fault(world, deed);
		break;
	}
}

/* --- their end ------------------------------------------------------------ */

void
node_heal(struct node_fault *fault, struct disk *disk)
{
	fault->on = false;
	fault->memory_in = 0;
	disk_set_quota(disk, 0);
	disk_fail_never(disk);
	disk_set_sync_ms(disk, 0);
}

/* What ran out of memory is started anew. */
void
computer_heal(struct computer *computer)
{
	bool again = computer->fault.shaken && computer->on;

	node_heal(&computer->fault, computer->disk);
	computer->fault.shaken = false;
	if (!again)
		return;
	computer_crash(computer, false);
	computer_start(computer);
}

void
hub_node_heal(struct world *world)
{
	struct hub_node *hub = &world->hub;
	bool again = hub->fault.shaken && hub->on;

	node_heal(&hub->fault, hub->disk);
	hub->fault.shaken = false;
	if (!again)
		return;
	hub_node_crash(world, false);
	hub_node_start(world);
}

/* Who has been in other hands is not given back to an office. */
static void
take_away(struct computer *computer)
{
	computer_stop(computer);
	computer->exists = false;
}

void
faults_end(struct world *world)
{
	hub_node_heal(world);
	for (uint32_t i = 0; i < world->computer_count; i++) {
		struct computer *computer = &world->computers[i];
		struct connection *connection;

		if (computer->hostile != NULL)
			take_away(computer);
		computer_heal(computer);
		connection = line_of(computer);
		memset(&computer->line, 0, sizeof(computer->line));
		computer->line.delay_ms = WORLD_DELAY_MS;
		if (connection != NULL)
			connection_rearrange(connection, world->now_ms);
	}
}
