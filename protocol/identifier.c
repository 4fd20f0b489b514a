#include "protocol/identifier.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

uint64_t
identifier_make(uint32_t site, uint64_t counter)
{
	assert(site <= SITE_MAX);
	assert(counter <= COUNTER_MAX);
	return (uint64_t)site << LIMIT_COUNTER_BITS | counter;
}

uint32_t
identifier_site(uint64_t id)
{
	assert(id <= IDENTIFIER_MAX);
	return (uint32_t)(id >> LIMIT_COUNTER_BITS);
}

uint64_t
identifier_counter(uint64_t id)
{
	return id & COUNTER_MAX;
}

bool
identifier_is_valid(uint64_t id)
{
	return id >= 1 && id <= IDENTIFIER_MAX;
}

bool
identifier_parse(struct bytes text, uint64_t *id)
{
	uint64_t value = 0;

	if (text.size == 0 || text.size >= IDENTIFIER_TEXT_BYTES)
		return false;
	if (text.data[0] == '0' && text.size > 1)
		return false;
	/* 19 digits do not overflow 64 bits. */
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(text.data[i] - '0');
	}
	if (value > IDENTIFIER_MAX)
		return false;
	*id = value;
	return true;
}

void
identifier_format(uint64_t id, char text[IDENTIFIER_TEXT_BYTES])
{
	assert(id <= IDENTIFIER_MAX);
	(void)snprintf(text, IDENTIFIER_TEXT_BYTES, "%" PRIu64, id);
}
