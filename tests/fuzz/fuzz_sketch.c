/*
 * Cells of a hostile sender: those of an honest set, changed as the input says.
 * Whatever is found explains every cell that was taken, and lies on the side
 * where it can lie.
 *
 *	4 bytes		items that both have, only they, only mine; block
 *	10 bytes each	cell, field, 8 bytes to change it by
 */
#include "fuzz.h"
#include "protocol/sketch.h"

enum {
	HEAD_BYTES = 4,
	CHANGE_BYTES = 10,
	CELLS = 256,
	BOTH = 1000 /* digests below this are in both sets */
};

static void
add(struct sketch_set *set, uint32_t from, uint32_t count)
{
	uint8_t digest[SKETCH_DIGEST_BYTES] = { 0 };

	for (uint32_t i = from; i < from + count; i++) {
		bytes_store64(digest, i);
		FUZZ_CHECK(sketch_set_add(set, digest, NULL) == STATUS_OK);
	}
}

static void
change(struct sketch_cell *cells, struct bytes in)
{
	for (; in.size >= CHANGE_BYTES; bytes_advance(&in, CHANGE_BYTES)) {
		struct sketch_cell *cell = &cells[in.data[0]];
		uint64_t by = bytes_load64(in.data + 2);

		if (in.data[1] % 4 == 0)
			cell->sum ^= by;
		else if (in.data[1] % 4 == 1)
			cell->check ^= by;
		else if (in.data[1] % 4 == 2)
			cell->count = (int64_t)((uint64_t)cell->count + by);
		else
			*cell = cells[by % CELLS];
	}
}

/* My cells with what was found, put into them, are what was fed. */
static void
check_found(struct sketch_decoder *decoder, const struct sketch_cell *fed,
    unsigned int check_bits)
{
	struct sketch_set found = { .entries = decoder->found,
		.count = decoder->found_count };
	struct sketch_cell mine[CELLS], more[CELLS];
	uint64_t mask = check_bits == 32 ? UINT32_MAX : UINT64_MAX;

	FUZZ_CHECK(sketch_set_sort(&found, NULL) == STATUS_OK);
	for (uint32_t i = 0; i < found.count; i++)
		FUZZ_CHECK((found.entries[i].side < 0) ==
			   (sketch_set_find(decoder->mine,
				found.entries[i].item) != NULL));
	found.reached = CELLS; /* so that it begins again */
	sketch_encode(&found, 0, decoder->received, more);
	sketch_encode(decoder->mine, 0, decoder->received, mine);
	for (uint32_t i = 0; i < decoder->received; i++) {
		FUZZ_CHECK((mine[i].sum ^ more[i].sum) == fed[i].sum);
		FUZZ_CHECK(((mine[i].check ^ more[i].check ^ fed[i].check) &
			       mask) == 0);
		FUZZ_CHECK(mine[i].count + more[i].count == fed[i].count);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct sketch_keys keys = { { 1 }, { 2 } };
	struct sketch_cell cells[CELLS];
	struct sketch_decoder decoder;
	struct sketch_set theirs, mine;
	unsigned int check_bits;
	uint32_t block;

	if (size < HEAD_BYTES)
		return 0;
	check_bits = data[3] % 2 == 0 ? 32 : 64;
	block = 1 + data[3] / 2;
	FUZZ_CHECK(sketch_set_init(&theirs, &keys, 0, NULL) == STATUS_OK);
	FUZZ_CHECK(sketch_set_init(&mine, &keys, 0, NULL) == STATUS_OK);
	add(&theirs, 0, data[0]);
	add(&mine, 0, data[0]);
	add(&theirs, BOTH, data[1]);
	add(&mine, 2 * BOTH, data[2]);
	sketch_encode(&theirs, 0, CELLS, cells);
	change(cells, (struct bytes){ data + HEAD_BYTES, size - HEAD_BYTES });

	FUZZ_CHECK(sketch_decoder_init(&decoder, &mine, theirs.count, NULL) ==
		   STATUS_OK);
	while (
	    decoder.status == STATUS_AGAIN && decoder.received + block <= CELLS)
		(void)sketch_decoder_feed(&decoder, cells + decoder.received,
		    block, check_bits, NULL);
	FUZZ_CHECK(decoder.found_count <= decoder.received);
	FUZZ_CHECK(sketch_decoder_estimate(&decoder) >= 0);
	(void)sketch_decoder_wanted(&decoder, false);
	if (decoder.status == STATUS_OK)
		check_found(&decoder, cells, check_bits);
	sketch_decoder_deinit(&decoder);
	sketch_set_deinit(&theirs);
	sketch_set_deinit(&mine);
	return 0;
}
