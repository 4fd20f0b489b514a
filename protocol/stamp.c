#include "protocol/stamp.h"

enum {
	STAMP_SHIFT = 16
};

uint64_t
stamp_next(uint64_t last, uint64_t now_ms)
{
	uint64_t now = stamp_from_ms(now_ms);

	if (last >= STAMP_MAX)
		return STAMP_MAX;
	return now > last ? now : last + 1;
}

uint64_t
stamp_from_ms(uint64_t unix_ms)
{
	uint64_t ms;

	if (unix_ms < STAMP_EPOCH_UNIX_MS)
		return 0;
	ms = unix_ms - STAMP_EPOCH_UNIX_MS;
	if (ms > (uint64_t)STAMP_MAX >> STAMP_SHIFT)
		return STAMP_MAX;
	return ms << STAMP_SHIFT;
}

uint64_t
stamp_to_ms(uint64_t stamp)
{
	return (stamp >> STAMP_SHIFT) + STAMP_EPOCH_UNIX_MS;
}
