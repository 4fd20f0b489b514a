/*
 * throughline-bench-sketch: what comparing two sets by their sketches costs;
 * one run.
 *
 *	--items N		of each set
 *	--differences N		half of them on either side
 *
 * Rounds are asked for as a receiver asks.  What the receiver does includes
 * the cells of its own set.
 */
#include <stdlib.h>

#include "protocol/bytes.h"
#include "protocol/limits.h"
#include "protocol/sketch.h"
#include "tests/bench/bench.h"

struct run {
	struct sketch_set theirs;
	struct sketch_set mine;
	uint64_t encode_ns;
	uint64_t decode_ns;
	uint32_t rounds;
	uint32_t cells;
};

static void
fill(struct sketch_set *set, const struct sketch_keys *keys, uint32_t from,
    uint32_t count)
{
	uint8_t digest[SKETCH_DIGEST_BYTES] = { 0 };
	struct error err;

	MUST(sketch_set_init(set, keys, count, &err), &err);
	for (uint32_t i = from; i < from + count; i++) {
		bytes_store64(digest, i);
		MUST(sketch_set_add(set, digest, &err), &err);
	}
}

/* Until all differences are found. */
static void
compare(struct run *run, uint32_t differences)
{
	struct sketch_decoder decoder;
	enum status status = STATUS_AGAIN;
	struct error err;
	uint64_t began = bench_ns();

	MUST(sketch_decoder_init(&decoder, &run->mine, run->theirs.count, &err),
	    &err);
	run->decode_ns = bench_ns() - began;
	while (status == STATUS_AGAIN) {
		uint32_t lo = decoder.received;
		uint32_t hi = sketch_decoder_wanted(&decoder, false);
		struct sketch_cell *cells = calloc(hi, sizeof(*cells));

		if (hi <= lo || cells == NULL)
			bench_fail("the sets differ by too much");
		began = bench_ns();
		sketch_encode(&run->theirs, lo, hi, cells);
		run->encode_ns += bench_ns() - began;
		began = bench_ns();
		status =
		    sketch_decoder_feed(&decoder, cells, hi - lo, 32, &err);
		run->decode_ns += bench_ns() - began;
		run->rounds++;
		free(cells);
	}
	MUST(status, &err);
	if (decoder.found_count != differences)
		bench_fail("not all differences were found");
	run->cells = decoder.received;
	sketch_decoder_deinit(&decoder);
}

int
main(int argc, char **argv)
{
	const struct sketch_keys keys = { { 1 }, { 2 } };
	uint32_t items = bench_number(argc, argv, "--items", 100000);
	uint32_t differences = bench_number(argc, argv, "--differences", 1000);
	struct sketch_cell first[SKETCH_FIRST_CELLS];
	struct run run = { .rounds = 0 };
	uint64_t began = bench_ns(), add_ns, first_ns;

	fill(&run.theirs, &keys, 0, items);
	add_ns = bench_ns() - began;
	fill(&run.mine, &keys, differences / 2, items);
	began = bench_ns();
	sketch_encode(&run.theirs, 0, SKETCH_FIRST_CELLS, first);
	first_ns = bench_ns() - began;
	compare(&run, differences / 2 * 2);

	bench_json_begin();
	bench_json("items", items);
	bench_json("differences", differences);
	bench_json("add_ms", (double)add_ns / 1e6);
	bench_json("first_cells_ms", (double)first_ns / 1e6);
	bench_json("encode_ms", (double)run.encode_ns / 1e6);
	bench_json("decode_ms", (double)run.decode_ns / 1e6);
	bench_json("cells", run.cells);
	bench_json("rounds", run.rounds);
	bench_json_end();
	sketch_set_deinit(&run.theirs);
	sketch_set_deinit(&run.mine);
	return EXIT_SUCCESS;
}
