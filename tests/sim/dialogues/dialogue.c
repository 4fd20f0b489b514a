/*
 * A dialogue begins and ends; what is done to its lines, clocks and disks.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/sim/describe.h"
#include "tests/sim/dialogues/dialogue_private.h"

enum {
	SEED = 7,
	SCHOOLS = 4,
	MEET_MS = 5000
};

struct dialogue dialogue;

/* --- beginning ------------------------------------------------------------ */

static void
fail_test(struct world *world)
{
	fail_msg("%s", world->failure);
}

static uint32_t
school_index(const struct world *world, const char *name, size_t size)
{
	uint32_t i = 0;

	while (i < WORLD_SCHOOLS &&
	       (strncmp(world->schools[i].name, name, size) != 0 ||
		   world->schools[i].name[size] != '\0'))
		i++;
	if (i == WORLD_SCHOOLS)
		fail_msg("there is no school called %.*s", (int)size, name);
	return i;
}

static void
add_computers(struct world *world, const char *names)
{
	while (*names != '\0') {
		size_t size = strcspn(names, " ");
		size_t word = strcspn(names, "0123456789 ");
		uint32_t index = school_index(world, names, word);
		struct computer *computer = world_add_computer(world, index);

		assert_non_null(computer);
		assert_memory_equal(computer->name, names, size);
		names += size + strspn(names + size, " ");
	}
}

struct world *
begin(const char *computers)
{
	struct world *world;

	assert_null(dialogue.world);
	memset(&dialogue, 0, sizeof(dialogue));
	dialogue.plan.seed = SEED;
	dialogue.plan.shape.schools = SCHOOLS;
	world = dialogue.world = world_create(&dialogue.plan);
	world->fails = fail_test;
	world->trace.keep = true;
	world->trace.frames = true;
	world_make(world);
	add_computers(world, computers);
	pass(world, 1000);
	quietly(world);
	return world;
}

struct world *
begin_met(const char *computers)
{
	struct world *world = begin(computers);

	for (uint32_t i = 0; i < world->computer_count; i++)
		computer_start(&world->computers[i]);
	pass(world, MEET_MS);
	quietly(world);
	return world;
}

struct computer *
at(struct world *world, const char *name)
{
	for (uint32_t i = 0; i < world->computer_count; i++)
		if (strcmp(world->computers[i].name, name) == 0)
			return &world->computers[i];
	fail_msg("there is no computer called %s", name);
	return NULL;
}

uint64_t
school(struct world *world, const char *name)
{
	return world->schools[school_index(world, name, strlen(name))].record;
}

/* --- end ------------------------------------------------------------------ */

static void
forget_world(void)
{
	struct world *world = dialogue.world;

	dialogue.world = NULL;
	world_destroy(world);
}

void
end(struct world *world)
{
	uint32_t differences = dialogue.differences;

	world_calm(world);
	forget_world();
	if (differences > 0)
		fail_msg("%u expectations were not met", (unsigned)differences);
}

int
dialogue_teardown(void **state)
{
	(void)state;
	forget_world();
	return 0;
}

/* --- time and lines ------------------------------------------------------- */

void
tell(struct world *world, const char *who, const char *what)
{
	trace_line(&world->trace, world->now_ms, who, "%s", what);
}

void
pass(struct world *world, uint64_t ms)
{
	world_pass(world, ms);
}

static struct connection *
line_of(struct computer *computer)
{
	if (computer->connection == 0)
		return NULL;
	return wire_find(&computer->world->wire, computer->connection);
}

void
unplug(struct computer *computer)
{
	struct world *world = computer->world;
	struct connection *connection = line_of(computer);

	computer->line.down = true;
	tell(world, computer->name, "is unplugged");
	if (connection != NULL)
		connection_cut(connection, false, false, world->now_ms);
}

void
plug_in(struct computer *computer)
{
	computer->line.down = false;
	tell(computer->world, computer->name, "is plugged in");
	if (!computer->on || computer->connection != 0)
		return;
	computer_sleep(computer);
	computer_rouse(computer);
}

/* The listener hears a frame before it leaves. */
static void
listen_for_cuts(struct world *world, struct computer *computer,
    const struct frame *frame, int direction, bool delivered)
{
	struct connection *connection = line_of(computer);
	char line[DESCRIBE_BYTES];

	if (delivered || connection == NULL ||
	    dialogue.cuts[computer->index] != frame->type)
		return;
	dialogue.cuts[computer->index] = 0;
	describe_frame(world, frame, line);
	trace_line(&world->trace, world->now_ms, "line",
	    "breaks, lost %s %s: %s", direction == UP ? "from" : "to",
	    computer->name, line);
	connection_cut(connection, false, false, world->now_ms);
}

void
cut_before(struct computer *computer, enum frame_type type)
{
	dialogue.cuts[computer->index] = (uint8_t)type;
	book_listen(computer->world->book, listen_for_cuts);
}

/* --- clocks and copies ---------------------------------------------------- */

void
set_clock(struct computer *computer, int64_t ahead_ms)
{
	computer->clock_error_ms = ahead_ms;
	trace_line(&computer->world->trace, computer->world->now_ms,
	    computer->name, "its clock is %" PRId64 " s %s",
	    (ahead_ms < 0 ? -ahead_ms : ahead_ms) / 1000,
	    ahead_ms < 0 ? "slow" : "fast");
}

static void
let_happen(struct world *world, uint32_t who, enum deed_type type)
{
	struct deed deed = { .type = type, .who = who };

	faults_do(world, &deed);
}

void
copy_disk(struct computer *computer)
{
	let_happen(computer->world, computer->index, DEED_COPY);
}

void
put_back(struct computer *computer)
{
	assert_non_null(computer->kept);
	let_happen(computer->world, computer->index, DEED_RESTORE);
}

struct computer *
clone(struct computer *computer)
{
	struct computer *copy;

	assert_non_null(computer->kept);
	copy = world_clone_computer(computer->world, computer);
	assert_non_null(copy);
	return copy;
}

void
back_up_hub(struct world *world)
{
	let_happen(world, 0, DEED_HUB_BACKUP);
}
