#include "common/support/random.h"

#include <assert.h>
#include <sodium.h>

/* Without sodium_init randombytes works too; only the first call is slower. */

void
random_bytes(void *out, size_t size)
{
	randombytes_buf(out, size);
}

uint64_t
random_u64(void)
{
	uint64_t value;

	randombytes_buf(&value, sizeof(value));
	return value;
}

uint32_t
random_below(uint32_t below)
{
	assert(below >= 1);
	return randombytes_uniform(below);
}
