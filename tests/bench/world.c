#include "tests/bench/world.h"

#include <stdio.h>
#include <string.h>

#include "common/replica/check.h"
#include "protocol/frame.h"
#include "server/core/sites.h"

enum {
	ROUNDS_MAX = 1000 * 1000,
	ROUND_MS = 1,
	QUIET_MS = 1000 /* what is told only after a while is told too */
};

static const struct mark_key mark_key = { { 7 } };

/* --- opening -------------------------------------------------------------- */

static void
serial_of(uint32_t site, uint8_t serial[2])
{
	serial[0] = 90;
	serial[1] = (uint8_t)site;
}

static void
register_ends(struct world *world, uint32_t ends)
{
	const struct column_text columns[] = {
		{ "name", bytes_of_text("Hollin School") },
		{ "phase", bytes_of_text("secondary") },
	};
	struct hub_writer writer;
	struct error err;
	uint32_t number;
	uint8_t serial[2];

	MUST(hub_writer_init(&writer, world->replica, &mark_key, BENCH_NOW, 42,
		 &err),
	    &err);
	MUST(hub_write_school(&writer, 0, columns, 2, &world->school, &err),
	    &err);
	for (uint32_t i = 0; i < ends; i++) {
		MUST(sites_take_number(&writer, &number, &err), &err);
		serial_of(number, serial);
		MUST(sites_register(&writer, number, world->school,
			 bytes_of_text("office"), (struct bytes){ serial, 2 },
			 &err),
		    &err);
		world->ends[i].site = number;
	}
}

static void
hang_up(void *context, struct session *session)
{
	(void)context;
	(void)session;
	bench_fail("the hub hung up");
}

static void
open_end(struct world *world, struct end *end)
{
	struct replica_options options = { .kind = REPLICA_CLIENT };
	struct replica_identity identity = { end->site, world->school };
	struct engine_options engine = { .program = "bench" };
	struct error err;

	(void)snprintf(end->path, sizeof(end->path), "%s/%u.db", world->folder,
	    end->site);
	options.path = end->path;
	MUST(replica_open(&options, &end->replica, &err), &err);
	MUST(replica_identity_set(end->replica, &identity, &err), &err);
	MUST(replica_jump(end->replica, end->site * 1000, &err), &err);
	MUST(codec_create(&end->codec, &err), &err);
	engine.replica = end->replica;
	engine.codec = end->codec;
	engine.seed = end->site;
	MUST(engine_create(&engine, &end->engine, &err), &err);
}

void
world_open(struct world *world, uint32_t ends)
{
	struct replica_options options = { .kind = REPLICA_HUB };
	struct hub_options hub = { .seed = 42, .hang_up = hang_up };
	char path[BENCH_PATH_BYTES + 8];
	struct error err;

	memset(world, 0, sizeof(*world));
	world->now_ms = BENCH_NOW;
	world->elapsed_ms = 1000;
	world->end_count = ends;
	bench_folder_make(world->folder);
	(void)snprintf(path, sizeof(path), "%s/hub.db", world->folder);
	options.path = path;
	MUST(replica_open(&options, &world->replica, &err), &err);
	MUST(codec_create(&world->codec, &err), &err);
	register_ends(world, ends);
	hub.replica = world->replica;
	hub.codec = world->codec;
	hub.mark_key = mark_key;
	MUST(hub_create(&hub, &world->hub, &err), &err);
	for (uint32_t i = 0; i < ends; i++)
		open_end(world, &world->ends[i]);
}

void
world_close(struct world *world)
{
	for (uint32_t i = 0; i < world->end_count; i++) {
		struct end *end = &world->ends[i];

		if (end->connected)
			world_disconnect(world, i);
		engine_destroy(end->engine);
		replica_close(end->replica);
		codec_destroy(end->codec);
		buffer_deinit(&end->up);
		buffer_deinit(&end->down);
	}
	hub_destroy(world->hub);
	replica_close(world->replica);
	codec_destroy(world->codec);
	bench_folder_remove(world->folder);
}

/* --- nights --------------------------------------------------------------- */

static void
count_night(struct world *world, uint8_t type, size_t bytes)
{
	struct night_cost *night = &world->night;

	if (type < FRAME_RECONCILE || type > FRAME_NIGHT)
		return;
	if (!night->mends) {
		night->find_hub_ns = world->hub_ns;
		night->find_client_ns = world->client_ns;
	}
	night->mends = night->mends || type >= FRAME_MEND;
	*(night->mends ? &night->mend_bytes : &night->find_bytes) += bytes;
	++*(night->mends ? &night->mend_frames : &night->find_frames);
}

/* What is given out is whole frames.  Whether there is a PUSH among them. */
static bool
look_at_frames(struct world *world, struct bytes frames)
{
	bool push = false;

	while (frames.size >= FRAME_HEAD_BYTES) {
		size_t size = (size_t)frames.data[0] << 24 |
		              (size_t)frames.data[1] << 16 |
		              (size_t)frames.data[2] << 8 | frames.data[3];
		uint8_t type = frames.data[4] & (uint8_t)~FRAME_COMPRESSED;

		push = push || type == FRAME_PUSH;
		count_night(world, type, FRAME_HEAD_BYTES + size);
		bytes_advance(&frames, FRAME_HEAD_BYTES + size);
	}
	return push;
}

/* As the agent does it on a thread beside. */
static void
look_at_tables(struct world *world, struct end *end)
{
	struct check_result result = { 0 };
	uint64_t began = bench_ns();
	struct error err;

	if (world->night.checks)
		MUST(check_replica(end->replica, NULL, NULL, NULL, &result,
			 &err),
		    &err);
	world->night.check_ns += bench_ns() - began;
	engine_checked(end->engine, result.faults);
}

/* --- rounds --------------------------------------------------------------- */

static void
step(struct world *world, struct end *end, enum engine_event_type type,
    struct bytes bytes)
{
	struct engine_event event = {
		.type = type,
		.now_ms = world->now_ms,
		.elapsed_ms = world->elapsed_ms,
		.bytes = bytes,
	};
	struct engine_update update;
	struct error err;
	uint64_t began = bench_ns();

	MUST(engine_step(end->engine, &event, &update, &err), &err);
	world->client_ns += bench_ns() - began;
	if (type == ENGINE_DISCONNECTED)
		return;
	if (update.wish == ENGINE_HANG_UP)
		bench_fail("an engine hung up");
	if (buffer_append(&end->up, update.output) != STATUS_OK)
		bench_fail("no memory");
	end->wake_ms = update.wake_ms;
	if (!update.check)
		return;
	look_at_tables(world, end);
	step(world, end, ENGINE_TICK, (struct bytes){ NULL, 0 });
}

void
world_connect(struct world *world, uint32_t at)
{
	struct end *end = &world->ends[at];
	uint8_t serial[2];
	struct error err;

	serial_of(end->site, serial);
	MUST(hub_connect(world->hub, (struct bytes){ serial, 2 }, world->now_ms,
		 NULL, &end->session, &err),
	    &err);
	end->connected = true;
	step(world, end, ENGINE_CONNECTED, (struct bytes){ NULL, 0 });
}

void
world_disconnect(struct world *world, uint32_t at)
{
	struct end *end = &world->ends[at];

	hub_disconnect(world->hub, end->session);
	end->session = NULL;
	end->connected = false;
	buffer_clear(&end->up);
	buffer_clear(&end->down);
	step(world, end, ENGINE_DISCONNECTED, (struct bytes){ NULL, 0 });
}

void
world_hear(struct world *world, uint32_t at)
{
	struct end *end = &world->ends[at];

	if (end->down.size > 0)
		step(world, end, ENGINE_RECEIVED, buffer_view(&end->down));
	buffer_clear(&end->down);
}

static bool
clients_step(struct world *world)
{
	bool any = false;

	for (uint32_t i = 0; i < world->end_count; i++) {
		struct end *end = &world->ends[i];

		if (!end->connected)
			continue;
		any = any || end->down.size > 0;
		world_hear(world, i);
		step(world, end, ENGINE_TICK, (struct bytes){ NULL, 0 });
		any = any || end->up.size > 0;
	}
	return any;
}

/* One turn of the hub, with what every computer has to say. */
static bool
hub_step(struct world *world)
{
	struct error err;
	bool came = false, any = false, pushed = false;
	struct bytes down;
	uint64_t began;
	size_t before;

	for (uint32_t i = 0; i < world->end_count; i++)
		pushed =
		    look_at_frames(world, buffer_view(&world->ends[i].up)) ||
		    pushed;
	began = bench_ns();

	for (uint32_t i = 0; i < world->end_count; i++) {
		struct end *end = &world->ends[i];

		if (end->up.size == 0)
			continue;
		came = true;
		MUST(hub_receive(world->hub, end->session,
			 buffer_view(&end->up), world->now_ms, &err),
		    &err);
		buffer_clear(&end->up);
	}
	MUST(hub_end_turn(world->hub, world->now_ms, &err), &err);
	for (uint32_t i = 0; i < world->end_count; i++) {
		struct end *end = &world->ends[i];

		if (!end->connected)
			continue;
		before = end->down.size;
		MUST(hub_output(world->hub, end->session, 0, &end->down,
			 world->now_ms, &err),
		    &err);
		down = buffer_view(&end->down);
		bytes_advance(&down, before);
		(void)look_at_frames(world, down);
		any = any || end->down.size > 0;
	}
	world->hub_ns += bench_ns() - began;
	world->turns += pushed;
	return came || any;
}

bool
world_round(struct world *world)
{
	bool any = clients_step(world);

	any = hub_step(world) || any;
	world->now_ms += ROUND_MS;
	world->elapsed_ms += ROUND_MS;
	return any;
}

uint32_t
world_settle(struct world *world)
{
	uint32_t rounds = 0, quiet = 0;
	struct engine_status status;

	while (quiet < 4 && rounds < ROUNDS_MAX) {
		if (world_round(world)) {
			quiet = 0;
			rounds++;
			continue;
		}
		quiet++;
		world->now_ms += QUIET_MS;
		world->elapsed_ms += QUIET_MS;
	}
	for (uint32_t i = 0; i < world->end_count; i++) {
		status = world_status(world, i);
		if (!world->ends[i].connected || status.proved)
			continue;
		(void)fprintf(stderr, "%u: waiting %u aside %u filling %u\n", i,
		    (unsigned)status.waiting, (unsigned)status.aside,
		    (unsigned)status.filling);
		bench_fail("a computer is not proved equal to the hub");
	}
	return rounds;
}

void
world_pass(struct world *world, uint64_t ms)
{
	uint64_t until = world->elapsed_ms + ms;

	while (world->elapsed_ms < until) {
		uint64_t wake = until;

		for (uint32_t i = 0; i < world->end_count; i++)
			if (world->ends[i].connected &&
			    world->ends[i].wake_ms < wake)
				wake = world->ends[i].wake_ms;
		if (wake > world->elapsed_ms) {
			world->now_ms += wake - world->elapsed_ms;
			world->elapsed_ms = wake;
		}
		(void)world_round(world);
	}
}

struct engine_status
world_status(struct world *world, uint32_t end)
{
	struct engine_status status;
	struct error err;

	MUST(engine_get_status(world->ends[end].engine, &status, &err), &err);
	return status;
}
