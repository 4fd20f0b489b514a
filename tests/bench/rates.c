/*
 * throughline-bench-rates: changes a second, written by a computer, admitted
 * by the hub, and taken by a second computer, beside bare SQLite that stores
 * the same values in the same number of transactions; one run.
 *
 *	--pupils N	that arrive, one commit each
 *	--edits N	single edits, one commit each
 *
 * A change is one record written: inserted, or one column of it edited.  What
 * the hub takes is packed by real engines, whose own time is not counted.
 */
#include <stdio.h>

#include "tests/bench/bare.h"
#include "tests/bench/mix.h"
#include "tests/bench/world.h"

enum {
	OFFICES = 8 /* computers that write at the same time */
};

struct rates {
	struct world world;
	struct dataset dataset;
	struct targets targets;
	struct bare *bare;
	uint32_t edits;
};

static void
print_rates(const char *name, uint64_t count, uint64_t ns, uint64_t bare_ns)
{
	char key[64];

	(void)snprintf(key, sizeof(key), "%s_per_s", name);
	bench_json(key, bench_per_second(count, ns));
	(void)snprintf(key, sizeof(key), "%s_bare_per_s", name);
	bench_json(key, bench_per_second(count, bare_ns));
	(void)snprintf(key, sizeof(key), "%s_ratio", name);
	bench_json(key, (double)bare_ns / (double)ns);
}

static uint64_t
bare_pupil(struct bare *bare, const struct dataset_pupil *pupil)
{
	uint64_t dossier = bare_insert(bare, 0, &pupil->records[0]);

	for (uint32_t i = 1; i < pupil->in_ctf_count; i++)
		(void)bare_insert(bare, dossier, &pupil->records[i]);
	return pupil->in_ctf_count;
}

/* --- a computer of a school ----------------------------------------------- */

static void
measure_pupils(struct rates *rates)
{
	struct world *world = &rates->world;
	uint64_t took = 0, bare_took = 0, began, records = 0;

	for (uint32_t i = 0; i < rates->dataset.pupil_count; i++) {
		began = bench_ns();
		(void)mix_write_pupil(world->ends[0].replica,
		    &rates->dataset.pupils[i], false, world->now_ms++);
		took += bench_ns() - began;
		began = bench_ns();
		bare_begin(rates->bare);
		records += bare_pupil(rates->bare, &rates->dataset.pupils[i]);
		bare_commit(rates->bare);
		bare_took += bench_ns() - began;
	}
	print_rates("client_pupils", records, took, bare_took);
}

static void
measure_edits(struct rates *rates)
{
	struct world *world = &rates->world;
	uint64_t took = 0, bare_took = 0, began;
	struct edit edit;

	for (uint32_t i = 0; i < rates->edits; i++) {
		mix_edit(&rates->dataset, &rates->targets, i, &edit);
		began = bench_ns();
		mix_write_edit(world->ends[0].replica, &edit, world->now_ms++);
		took += bench_ns() - began;
		began = bench_ns();
		bare_begin(rates->bare);
		bare_edit(rates->bare, &edit);
		bare_commit(rates->bare);
		bare_took += bench_ns() - began;
	}
	print_rates("client_edits", rates->edits, took, bare_took);
}

/* --- the hub -------------------------------------------------------------- */

/* The same pupils and edits as the first computer has written, in so many
 * transactions. */
static uint64_t
bare_batches(struct rates *rates, uint64_t turns, uint64_t *records)
{
	uint64_t items = rates->dataset.pupil_count + rates->edits, item = 0;
	struct bare *bare = bare_open(rates->world.folder, "batches.db");
	uint64_t began = bench_ns(), took;
	struct edit edit;

	for (uint64_t turn = 1; turn <= turns; turn++) {
		bare_begin(bare);
		for (; item < items * turn / turns; item++) {
			uint64_t number = item - rates->dataset.pupil_count;

			if (item < rates->dataset.pupil_count) {
				*records += bare_pupil(bare,
				    &rates->dataset.pupils[item]);
				continue;
			}
			mix_edit(&rates->dataset, &rates->targets,
			    (uint32_t)number, &edit);
			bare_edit(bare, &edit);
			++*records;
		}
		bare_commit(bare);
	}
	took = bench_ns() - began;
	bare_close(bare);
	return took;
}

/* All that the first computer has written, in frames as its engine packs
 * them. */
static uint64_t
measure_batches(struct rates *rates)
{
	struct world *world = &rates->world;
	uint64_t records = 0, bare_ns, turns;

	world->hub_ns = world->turns = 0;
	world_connect(world, 0);
	(void)world_settle(world);
	turns = world->turns;
	bare_ns = bare_batches(rates, turns, &records);
	bench_json("hub_batches_turns", (double)turns);
	print_rates("hub_batches", records, world->hub_ns, bare_ns);
	return records;
}

/* A second computer of the school gets it all. */
static void
measure_first_sync(struct rates *rates, uint64_t records)
{
	struct world *world = &rates->world;

	world_connect(world, 1);
	world->hub_ns = world->client_ns = 0;
	(void)world_settle(world);
	bench_json("fill_hub_per_s", bench_per_second(records, world->hub_ns));
	bench_json("fill_client_per_s",
	    bench_per_second(records, world->client_ns));
}

static uint64_t
bare_edits(struct rates *rates, uint64_t turns)
{
	uint64_t began = bench_ns();
	struct edit edit;

	for (uint64_t turn = 0, i = 0; turn < turns; turn++) {
		bare_begin(rates->bare);
		for (; i < rates->edits * (turn + 1) / turns; i++) {
			mix_edit(&rates->dataset, &rates->targets,
			    rates->edits + (uint32_t)i, &edit);
			bare_edit(rates->bare, &edit);
		}
		bare_commit(rates->bare);
	}
	return bench_ns() - began;
}

/* Eight computers, one edit each in every turn, told to the other seven. */
static void
measure_turns(struct rates *rates)
{
	struct world *world = &rates->world;
	uint64_t turns;
	struct edit edit;

	for (uint32_t i = 2; i < OFFICES; i++)
		world_connect(world, i);
	(void)world_settle(world);
	world->hub_ns = world->turns = 0;
	for (uint32_t i = 0; i < rates->edits; i++) {
		mix_edit(&rates->dataset, &rates->targets, rates->edits + i,
		    &edit);
		mix_write_edit(world->ends[i % OFFICES].replica, &edit,
		    world->now_ms);
		if (i % OFFICES == OFFICES - 1)
			(void)world_round(world);
	}
	(void)world_settle(world);
	turns = world->turns;
	bench_json("hub_turns_turns", (double)turns);
	print_rates("hub_turns", rates->edits, world->hub_ns,
	    bare_edits(rates, turns));
}

int
main(int argc, char **argv)
{
	struct rates rates = { 0 };
	uint64_t records;

	rates.edits = bench_number(argc, argv, "--edits", 1000);
	world_open(&rates.world, OFFICES);
	dataset_make(&rates.dataset, bench_number(argc, argv, "--pupils", 300),
	    rates.world.school);
	rates.bare = bare_open(rates.world.folder, "bare.db");
	bench_json_begin();
	measure_pupils(&rates);
	targets_load(&rates.targets, rates.world.ends[0].replica);
	measure_edits(&rates);
	records = measure_batches(&rates);
	measure_first_sync(&rates, records);
	measure_turns(&rates);
	bench_json_end();
	bare_close(rates.bare);
	targets_deinit(&rates.targets);
	dataset_deinit(&rates.dataset);
	world_close(&rates.world);
	return 0;
}
