/*
 * What is going to happen, by time: a heap of events.  Events of one moment
 * come in the order in which they were put.
 */
#ifndef TESTS_SIM_SCHEDULE_H
#define TESTS_SIM_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

enum event_type {
	EVENT_DEED,     /* number: which of the plan */
	EVENT_CONNECT,  /* who: a computer dials the hub */
	EVENT_ACCEPTED, /* who: a connection has reached the hub */
	EVENT_OPEN,     /* who: a connection is open at the computer */
	EVENT_ARRIVES,  /* who: a connection, number: enum direction */
	EVENT_LOST,     /* who: a connection, number: the end that learns it */
	EVENT_DRAINED,  /* who: a connection; the hub may send more */
	EVENT_WAKE,     /* who: a computer's engine asked to be stepped */
	EVENT_TURN,     /* the hub ends a turn */
	EVENT_TICK,     /* the hub's once a second */
	EVENT_HEAL,     /* number 1: computer who is well again; 0: the hub */
	EVENT_START,    /* number 1: computer who starts again; 0: the hub */
};

struct event {
	uint64_t at_ms;
	uint64_t order;
	enum event_type type;
	uint64_t who;
	uint64_t number;
};

struct schedule {
	struct event *events;
	uint32_t count;
	uint32_t capacity;
	uint64_t orders;
};

void schedule_deinit(struct schedule *schedule);

void schedule_put(struct schedule *schedule, uint64_t at_ms,
    enum event_type type, uint64_t who, uint64_t number);

/* Take the next event at or before until_ms; false when there is none. */
bool schedule_take(struct schedule *schedule, uint64_t until_ms,
    struct event *event);

#endif
