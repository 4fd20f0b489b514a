#include "protocol/digest.h"

#include <sodium.h>
#include <string.h>

struct digest
digest_of(struct bytes commit)
{
	struct digest digest;

	crypto_generichash(digest.bytes, sizeof(digest.bytes), commit.data,
	    commit.size, NULL, 0);
	return digest;
}

bool
digest_equal(const struct digest *a, const struct digest *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

void
digest_sum_add(struct digest_sum *sum, const struct digest *digest)
{
	struct digest_sum one;

	digest_sum_load(&one, digest->bytes);
	digest_sum_add_sum(sum, &one);
}

void
digest_sum_subtract(struct digest_sum *sum, const struct digest *digest)
{
	struct digest_sum one;

	digest_sum_load(&one, digest->bytes);
	sum->high -= one.high + (sum->low < one.low);
	sum->low -= one.low;
}

void
digest_sum_add_sum(struct digest_sum *sum, const struct digest_sum *more)
{
	sum->low += more->low;
	sum->high += more->high + (sum->low < more->low);
}

bool
digest_sum_equal(const struct digest_sum *a, const struct digest_sum *b)
{
	return a->low == b->low && a->high == b->high;
}

void
digest_sum_store(const struct digest_sum *sum, uint8_t out[16])
{
	bytes_store64(out, sum->low);
	bytes_store64(out + 8, sum->high);
}

void
digest_sum_load(struct digest_sum *sum, const uint8_t in[16])
{
	sum->low = bytes_load64(in);
	sum->high = bytes_load64(in + 8);
}

struct mark
mark_make(const struct mark_key *key, uint64_t id, const struct digest *digest,
    uint64_t generation, uint64_t sequence)
{
	uint8_t said[8 + LIMIT_DIGEST_BYTES + 8 + 8];
	uint8_t hash[LIMIT_DIGEST_BYTES];
	struct mark mark;

	bytes_store64(said, id);
	memcpy(said + 8, digest->bytes, LIMIT_DIGEST_BYTES);
	bytes_store64(said + 8 + LIMIT_DIGEST_BYTES, generation);
	bytes_store64(said + 16 + LIMIT_DIGEST_BYTES, sequence);
	crypto_generichash(hash, sizeof(hash), said, sizeof(said), key->bytes,
	    sizeof(key->bytes));
	memcpy(mark.bytes, hash, sizeof(mark.bytes));
	return mark;
}

bool
mark_equal(const struct mark *a, const struct mark *b)
{
	return sodium_memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}
