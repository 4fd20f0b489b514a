#include "client/agent/back_off.h"

#include "protocol/limits.h"

/* Exponential, with full jitter over the upper half. */
uint64_t
back_off_next(struct back_off *back_off, const struct engine_status *status,
    uint32_t chance)
{
	uint64_t wait = LIMIT_BACKOFF_MS_MIN;

	if (status != NULL) {
		if (status->progress != back_off->progress &&
		    status->goodbye.code != GOODBYE_REPLACED)
			back_off->failures = 0;
		back_off->progress = status->progress;
	}
	for (uint32_t i = 0; i < back_off->failures && wait < LIMIT_BACKOFF_MS;
	     i++)
		wait *= 2;
	if (wait > LIMIT_BACKOFF_MS)
		wait = LIMIT_BACKOFF_MS;
	if (back_off->failures < UINT32_MAX)
		back_off->failures++;
	return wait / 2 + chance % (wait / 2 + 1);
}
