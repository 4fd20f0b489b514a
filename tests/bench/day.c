/*
 * throughline-bench-day: what a day of small changes costs on the wire, TLS
 * not counted, and how many round trips it takes to catch up; one run.
 *
 *	--pupils N	that there are before the day begins
 *	--changes N	commits of the day, one record each
 *	--pushes N	moments of the day at which they are written
 *
 * Three computers of one school: one writes through the day, one is connected
 * all day, one is switched on in the evening.
 */
#include <stdlib.h>
#include <zstd.h>

#include "common/replica/ledger.h"
#include "tests/bench/mix.h"
#include "tests/bench/world.h"

enum {
	WRITER,
	LISTENER,
	SLEEPER
};

struct day {
	struct world world;
	struct dataset dataset;
	struct targets targets;
	struct buffer values;
	uint32_t changes;
	uint32_t pushes;
	uint32_t next;
	uint32_t caught_up;
};

static uint64_t
bytes_of(struct world *world, uint32_t end)
{
	struct engine_status status = world_status(world, end);

	return status.sent_bytes + status.received_bytes;
}

static void
write_changes(struct day *day, uint32_t count)
{
	struct edit edit;

	for (uint32_t i = 0; i < count; i++) {
		mix_edit(&day->dataset, &day->targets, day->next++, &edit);
		mix_append_values(&edit, &day->values);
		mix_write_edit(day->world.ends[WRITER].replica, &edit,
		    day->world.now_ms);
	}
}

static size_t
zstd_19(const struct buffer *values)
{
	size_t room = ZSTD_compressBound(values->size), size;
	void *out = malloc(room);

	if (out == NULL)
		bench_fail("no memory");
	size = ZSTD_compress(out, room, buffer_view(values).data, values->size,
	    19);
	free(out);
	if (ZSTD_isError(size))
		bench_fail("zstd fails");
	return size;
}

static void
prepare(struct day *day)
{
	for (uint32_t i = 0; i < day->dataset.pupil_count; i++)
		(void)mix_write_pupil(day->world.ends[WRITER].replica,
		    &day->dataset.pupils[i], true, day->world.now_ms);
	for (uint32_t i = WRITER; i <= SLEEPER; i++)
		world_connect(&day->world, i);
	(void)world_settle(&day->world);
	world_disconnect(&day->world, SLEEPER);
	targets_load(&day->targets, day->world.ends[WRITER].replica);
}

/* Nobody writes: what keeping a connection up costs. */
static void
measure_idle(struct day *day)
{
	uint64_t before = bytes_of(&day->world, LISTENER);

	world_pass(&day->world, 3600 * 1000);
	bench_json("idle_bytes_an_hour",
	    (double)(bytes_of(&day->world, LISTENER) - before));
}

static void
measure_day(struct day *day)
{
	struct world *world = &day->world;
	uint64_t writer = bytes_of(world, WRITER);
	uint64_t listener = bytes_of(world, LISTENER);
	uint32_t done = 0;

	for (uint32_t push = 1; push <= day->pushes; push++) {
		uint32_t upto = day->changes * push / day->pushes;

		write_changes(day, upto - done);
		done = upto;
		(void)world_settle(world);
	}
	bench_json("day_changes", day->changes);
	bench_json("day_pushes", day->pushes);
	bench_json("day_values_bytes", (double)day->values.size);
	bench_json("day_values_zstd19_bytes", (double)zstd_19(&day->values));
	bench_json("day_writer_bytes",
	    (double)(bytes_of(world, WRITER) - writer));
	bench_json("day_listener_bytes",
	    (double)(bytes_of(world, LISTENER) - listener));
}

/*
 * The third computer comes back, and gets the day's changes.  A round carries
 * what the computer says and brings the hub's answer, so the rounds until
 * nothing is missing here are the round trips.
 */
static void
measure_evening(struct day *day)
{
	struct world *world = &day->world;
	uint64_t before = bytes_of(world, SLEEPER), head;
	struct engine_status status;
	uint32_t rounds = 0;
	struct error err;

	MUST(ledger_head(world->replica, &head, &err), &err);
	world_connect(world, SLEEPER);
	do {
		(void)world_round(world);
		world_hear(world, SLEEPER);
		status = world_status(world, SLEEPER);
		rounds++;
		if (status.cursor >= head && day->caught_up == 0)
			day->caught_up = rounds;
	} while ((status.cursor < head || !status.proved) && rounds < 1000);
	bench_json("catch_up_round_trips", day->caught_up);
	bench_json("catch_up_proved_round_trips", rounds);
	bench_json("catch_up_bytes",
	    (double)(bytes_of(world, SLEEPER) - before));
}

/* As many changes again, written while the line is cut and sent in one go. */
static void
measure_one_go(struct day *day)
{
	struct world *world = &day->world;
	uint64_t before = bytes_of(world, WRITER);

	world_disconnect(world, WRITER);
	buffer_clear(&day->values);
	write_changes(day, day->changes);
	world_connect(world, WRITER);
	(void)world_settle(world);
	bench_json("go_values_bytes", (double)day->values.size);
	bench_json("go_values_zstd19_bytes", (double)zstd_19(&day->values));
	bench_json("go_writer_bytes",
	    (double)(bytes_of(world, WRITER) - before));
}

int
main(int argc, char **argv)
{
	struct day day = { 0 };

	day.changes = bench_number(argc, argv, "--changes", 500);
	day.pushes = bench_number(argc, argv, "--pushes", 60);
	world_open(&day.world, 3);
	dataset_make(&day.dataset, bench_number(argc, argv, "--pupils", 300),
	    day.world.school);
	prepare(&day);
	bench_json_begin();
	measure_idle(&day);
	measure_day(&day);
	measure_evening(&day);
	measure_one_go(&day);
	bench_json_end();
	targets_deinit(&day.targets);
	dataset_deinit(&day.dataset);
	buffer_deinit(&day.values);
	world_close(&day.world);
	return 0;
}
