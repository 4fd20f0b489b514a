/*
 * throughline-bench-night: what a night costs, between a real engine and a
 * real session: bytes and frames until it is known what differs and until it
 * is mended, and the time of both sides; one run.
 *
 *	--small N, --middle N, --large N	commits of the sets
 *	--most D	differences at most, by tens from 1 on
 *	--nights N	quiet nights of the middle set
 *
 * Half of the differences are commits that the computer has lost, half such
 * that the hub has.  They are taken out of the ledgers by SQL.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/replica/sql.h"
#include "tests/bench/mix.h"
#include "tests/bench/world.h"

enum {
	PUPILS = 100,
	SPARED = 64,         /* the last commits, by which both know the head */
	PAUSE_MS = 61 * 1000 /* as often as a hub compares with one computer */
};

struct nights {
	struct world world;
	struct dataset dataset;
	struct targets targets;
	uint32_t written;
};

/* --- sets ----------------------------------------------------------------- */

static uint64_t
count_commits(struct replica *replica)
{
	struct error err;
	uint64_t count;

	MUST(sql_finish_id(sql_use(replica, "SELECT count(*) FROM ledger"),
		 &count, &err),
	    &err);
	return count;
}

/* Edits of a hundred children, until so many commits are at both ends. */
static void
grow(struct nights *nights, uint64_t count)
{
	struct world *world = &nights->world;
	struct edit edit;
	uint64_t have = count_commits(world->replica);

	if (nights->written == 0) {
		for (uint32_t i = 0; i < nights->dataset.pupil_count; i++)
			(void)mix_write_pupil(world->ends[0].replica,
			    &nights->dataset.pupils[i], false, world->now_ms++);
		targets_load(&nights->targets, world->ends[0].replica);
		have += nights->dataset.pupil_count;
	}
	for (; have < count; have++) {
		mix_edit(&nights->dataset, &nights->targets, nights->written++,
		    &edit);
		mix_write_edit(world->ends[0].replica, &edit, world->now_ms++);
	}
	(void)world_settle(world);
}

/* Every step'th of the computer's own commits, from the first on. */
static void
lose(struct replica *replica, uint64_t count, uint64_t first, uint64_t step)
{
	struct sql *sql = sql_use(replica,
	    "DELETE FROM ledger WHERE sequence IN (SELECT sequence FROM"
	    " (SELECT sequence, row_number() OVER (ORDER BY sequence) AS n"
	    " FROM ledger WHERE id > (1 << 43)) WHERE n > ?2"
	    " AND (n - ?2) % ?3 = 0 LIMIT ?1)");
	struct error err;

	sql_bind_id(sql, 1, count);
	sql_bind_id(sql, 2, first);
	sql_bind_id(sql, 3, step);
	MUST(sql_finish(sql, &err), &err);
}

/* --- one night ------------------------------------------------------------ */

static struct found
run_night(struct nights *nights)
{
	struct world *world = &nights->world;
	bool checks = world->night.checks;
	uint64_t before = world_status(world, 0).nights;
	struct engine_status status;
	uint32_t quiet = 0;

	world_pass(world, PAUSE_MS);
	world->night = (struct night_cost){ .checks = checks };
	world->hub_ns = world->client_ns = 0;
	engine_reconcile(world->ends[0].engine);
	do {
		quiet = world_round(world) ? 0 : quiet + 1;
		status = world_status(world, 0);
	} while (status.nights == before && quiet < 1000);
	if (status.nights == before || status.found.outcome > FOUND_MENDED)
		bench_fail("a night has not ended as it should");
	return status.found;
}

static void
print(const char *size, uint64_t differences, const char *name, double value)
{
	char key[96];

	(void)snprintf(key, sizeof(key), "%s_%" PRIu64 "_%s", size, differences,
	    name);
	bench_json(key, value);
}

static void
measure(struct nights *nights, const char *size, uint64_t differences)
{
	struct world *world = &nights->world;
	uint64_t here = (differences + 1) / 2, there = differences / 2;
	uint64_t count = count_commits(world->replica) - SPARED;
	struct found found;

	if (here > 0)
		lose(world->ends[0].replica, here, 10, count / (here + 1) / 2);
	if (there > 0)
		lose(world->replica, there, count / 2, count / (there + 1) / 2);
	found = run_night(nights);
	if (found.only_hub != here || found.only_client != there)
		bench_fail("a night has found something else");
	print(size, differences, "find_bytes", (double)world->night.find_bytes);
	print(size, differences, "find_frames",
	    (double)world->night.find_frames);
	print(size, differences, "find_hub_ms",
	    (double)world->night.find_hub_ns / 1e6);
	print(size, differences, "find_client_ms",
	    (double)world->night.find_client_ns / 1e6);
	print(size, differences, "bytes",
	    (double)(world->night.find_bytes + world->night.mend_bytes));
	print(size, differences, "hub_ms", (double)world->hub_ns / 1e6);
	print(size, differences, "client_ms", (double)world->client_ns / 1e6);
}

static void
measure_size(struct nights *nights, const char *size, uint64_t count,
    uint64_t most)
{
	char key[32];

	grow(nights, count);
	(void)snprintf(key, sizeof(key), "%s_commits", size);
	bench_json(key, (double)count_commits(nights->world.replica));
	measure(nights, size, 0);
	for (uint64_t d = 1; d <= most && d * 3 <= count; d *= 10)
		measure(nights, size, d);
}

/* --- quiet nights --------------------------------------------------------- */

static void
measure_quiet(struct nights *nights, uint32_t count)
{
	struct world *world = &nights->world;
	uint64_t hub_ns = 0, client_ns = 0;

	for (uint32_t i = 0; i < count; i++) {
		(void)run_night(nights);
		hub_ns += world->hub_ns;
		client_ns += world->client_ns;
	}
	bench_json("quiet_nights", (double)count);
	bench_json("quiet_hub_ms", (double)hub_ns / 1e6 / count);
	bench_json("quiet_client_ms", (double)client_ns / 1e6 / count);
	world->night.checks = true;
	(void)run_night(nights);
	bench_json("quiet_check_ms", (double)world->night.check_ns / 1e6);
	world->night.checks = false;
}

int
main(int argc, char **argv)
{
	struct nights nights = { 0 };
	uint32_t most = bench_number(argc, argv, "--most", 10000);

	world_open(&nights.world, 1);
	dataset_make(&nights.dataset, PUPILS, nights.world.school);
	world_connect(&nights.world, 0);
	(void)world_settle(&nights.world);
	bench_json_begin();
	measure_size(&nights, "small",
	    bench_number(argc, argv, "--small", 5000), most);
	measure_size(&nights, "middle",
	    bench_number(argc, argv, "--middle", 44000), most);
	measure_quiet(&nights, bench_number(argc, argv, "--nights", 100));
	measure_size(&nights, "large",
	    bench_number(argc, argv, "--large", 100000), most);
	bench_json_end();
	targets_deinit(&nights.targets);
	dataset_deinit(&nights.dataset);
	world_close(&nights.world);
	return 0;
}
