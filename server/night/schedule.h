/*
 * When it is time for a night.  Pure: the time comes in.
 */
#ifndef SERVER_NIGHT_SCHEDULE_H
#define SERVER_NIGHT_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

enum {
	SCHEDULE_QUIET_MS = 60 * 1000,            /* after a start */
	SCHEDULE_MISSED_MS = 20 * 60 * 60 * 1000, /* then one is owed */
};

struct schedule {
	int at_minute;       /* of the day, UTC; below 0: never */
	uint64_t started_ms; /* when the hub began to serve */
	uint64_t last_ms;    /* when the last night began; 0: there was none */
	uint64_t quiet_ms;   /* usually SCHEDULE_QUIET_MS */
};

/*
 * Every day at at_minute.  A night that was missed while the hub was off is
 * made good after a start and a little quiet, if the last one is longer ago
 * than SCHEDULE_MISSED_MS and the next is not sooner.
 *
 * The times are Unix milliseconds; UINT64_MAX: never.
 */
uint64_t schedule_next(const struct schedule *schedule);

/* Whether it is time.  A clock that went back takes the others with it: what
 * lies in the future never was. */
bool schedule_is_due(struct schedule *schedule, uint64_t now_ms);

#endif
