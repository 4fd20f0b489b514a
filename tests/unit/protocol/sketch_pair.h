/*
 * Two sets of invented digests that differ by known items, and a decoder at
 * the side of the second.
 */
#ifndef TESTS_PROTOCOL_SKETCH_PAIR_H
#define TESTS_PROTOCOL_SKETCH_PAIR_H

#include "protocol/limits.h"
#include "protocol/sketch.h"
#include "sample.h"

struct pair {
	struct sketch_set theirs;
	struct sketch_set mine;
	struct sketch_decoder decoder;
	uint64_t *only; /* first those that only they have */
	uint32_t only_theirs;
	uint32_t only_count;
};

static inline struct sketch_keys
random_keys(struct random *random)
{
	struct sketch_keys keys;
	uint64_t words[4];

	for (int i = 0; i < 4; i++)
		words[i] = random_next(random);
	memcpy(keys.item, words, sizeof(keys.item));
	memcpy(keys.check, words + 2, sizeof(keys.check));
	return keys;
}

/* Its item. */
static inline uint64_t
pair_add(struct sketch_set *set, uint64_t high, uint64_t low)
{
	const uint64_t words[2] = { high, low };
	uint8_t digest[SKETCH_DIGEST_BYTES];

	memcpy(digest, words, sizeof(digest));
	assert_int_equal(sketch_set_add(set, digest, NULL), STATUS_OK);
	return set->entries[set->count - 1].item;
}

static inline void
pair_begin(struct pair *pair, struct random *random, uint32_t both,
    uint32_t theirs, uint32_t mine)
{
	const struct sketch_keys keys = random_keys(random);
	uint64_t high = random_next(random);

	*pair =
	    (struct pair){ .only_theirs = theirs, .only_count = theirs + mine };
	pair->only = calloc(theirs + mine + 1, sizeof(*pair->only));
	assert_int_equal(sketch_set_init(&pair->theirs, &keys, both + theirs,
			     NULL),
	    STATUS_OK);
	assert_int_equal(sketch_set_init(&pair->mine, &keys, both + mine, NULL),
	    STATUS_OK);
	for (uint32_t i = 0; i < both; i++) {
		(void)pair_add(&pair->theirs, high, i);
		(void)pair_add(&pair->mine, high, i);
	}
	for (uint32_t i = 0; i < theirs + mine; i++)
		pair->only[i] =
		    pair_add(i < theirs ? &pair->theirs : &pair->mine, high,
			both + i);
	assert_int_equal(sketch_decoder_init(&pair->decoder, &pair->mine,
			     pair->theirs.count, NULL),
	    STATUS_OK);
}

static inline void
pair_end(struct pair *pair)
{
	sketch_decoder_deinit(&pair->decoder);
	sketch_set_deinit(&pair->theirs);
	sketch_set_deinit(&pair->mine);
	free(pair->only);
}

/* Feed their cells up to hi. */
static inline enum status
pair_feed(struct pair *pair, uint32_t hi, unsigned int check_bits)
{
	uint32_t lo = pair->decoder.received;
	struct sketch_cell *cells = calloc(hi - lo + 1, sizeof(*cells));
	enum status status;

	sketch_encode(&pair->theirs, lo, hi, cells);
	for (uint32_t i = 0; i < hi - lo && check_bits == 32; i++)
		cells[i].check &= UINT32_MAX;
	status = sketch_decoder_feed(&pair->decoder, cells, hi - lo, check_bits,
	    NULL);
	free(cells);
	return status;
}

/* What was found is what is there to be found. */
static inline void
pair_verify(const struct pair *pair)
{
	assert_int_equal(pair->decoder.found_count, pair->only_count);
	for (uint32_t i = 0; i < pair->only_count; i++)
		assert_int_equal(sketch_decoder_side(&pair->decoder,
				     pair->only[i]),
		    i < pair->only_theirs ? 1 : -1);
}

#endif
