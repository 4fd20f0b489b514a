/*
 * A binary heap, the next event at the top.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/sim/grow.h"
#include "tests/sim/schedule.h"

static bool
is_before(const struct event *a, const struct event *b)
{
	if (a->at_ms != b->at_ms)
		return a->at_ms < b->at_ms;
	return a->order < b->order;
}

void
schedule_deinit(struct schedule *schedule)
{
	free(schedule->events);
	memset(schedule, 0, sizeof(*schedule));
}

void
schedule_put(struct schedule *schedule, uint64_t at_ms, enum event_type type,
    uint64_t who, uint64_t number)
{
	struct event event = { at_ms, schedule->orders++, type, who, number };
	uint32_t place = schedule->count++;
	struct event *events = schedule->events = grow(schedule->events,
	    &schedule->capacity, schedule->count, sizeof(*events));

	while (place > 0 && is_before(&event, &events[(place - 1) / 2])) {
		events[place] = events[(place - 1) / 2];
		place = (place - 1) / 2;
	}
	events[place] = event;
}

bool
schedule_take(struct schedule *schedule, uint64_t until_ms, struct event *event)
{
	struct event *events = schedule->events;
	uint32_t place = 0, child;
	struct event last;

	if (schedule->count == 0 || events[0].at_ms > until_ms)
		return false;
	*event = events[0];
	last = events[--schedule->count];
	while ((child = 2 * place + 1) < schedule->count) {
		if (child + 1 < schedule->count &&
		    is_before(&events[child + 1], &events[child]))
			child++;
		if (!is_before(&events[child], &last))
			break;
		events[place] = events[child];
		place = child;
	}
	if (schedule->count > 0)
		events[place] = last;
	return true;
}
