/*
 * Digests of commits, sums of digests, and marks.
 */
#ifndef PROTOCOL_DIGEST_H
#define PROTOCOL_DIGEST_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/bytes.h"
#include "protocol/limits.h"

/* BLAKE2b-128 of the canonical bytes of a commit. */
struct digest {
	uint8_t bytes[LIMIT_DIGEST_BYTES];
};

/*
 * A set of commits in 16 bytes: the sum of its digests, each read as a
 * little-endian integer, mod 2^128.  {0} is the empty set.
 */
struct digest_sum {
	uint64_t low;
	uint64_t high;
};

/*
 * The bytes by which the hub knows again a commit that it once took: the
 * first 8 of BLAKE2b over id, digest, generation and sequence (little-endian,
 * 8 + 16 + 8 + 8 bytes) under the hub's mark key.
 */
struct mark {
	uint8_t bytes[LIMIT_MARK_BYTES];
};

struct mark_key {
	uint8_t bytes[32];
};

struct digest digest_of(struct bytes commit);

bool digest_equal(const struct digest *a, const struct digest *b);

void digest_sum_add(struct digest_sum *sum, const struct digest *digest);

void digest_sum_subtract(struct digest_sum *sum, const struct digest *digest);

void digest_sum_add_sum(struct digest_sum *sum, const struct digest_sum *more);

bool digest_sum_equal(const struct digest_sum *a, const struct digest_sum *b);

/* 16 bytes, low then high, little-endian. */
void digest_sum_store(const struct digest_sum *sum, uint8_t out[16]);

void digest_sum_load(struct digest_sum *sum, const uint8_t in[16]);

struct mark mark_make(const struct mark_key *key, uint64_t id,
    const struct digest *digest, uint64_t generation, uint64_t sequence);

/* In constant time. */
bool mark_equal(const struct mark *a, const struct mark *b);

#endif
