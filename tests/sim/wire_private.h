/*
 * What the files of the wire share.
 *
 * A flow is what was sent and not yet taken, with the times at which its
 * segments leave the one end and reach the other; pieces are cut when they are
 * taken.  One EVENT_ARRIVES is under way at most for each.
 */
#ifndef TESTS_SIM_WIRE_PRIVATE_H
#define TESTS_SIM_WIRE_PRIVATE_H

#include "tests/sim/wire.h"

struct segment {
	uint64_t leaves_us;
	uint64_t arrives_ms;
	size_t size;
};

struct flow {
	struct buffer bytes; /* sent and not taken */
	struct segment *segments;
	uint32_t first, count, capacity;
	uint64_t free_us;    /* the line has carried all then */
	uint64_t last_ms;    /* the last arrival; nothing overtakes */
	uint64_t awaited_ms; /* of the EVENT_ARRIVES under way; 0: none */
	uint64_t frame_left; /* from what is taken next to its frame's end */
	uint64_t dead_bytes; /* sent into a broken connection */
	bool closing;        /* its sender has hung up in good order */
	uint64_t closes_ms;
};

struct connection {
	struct connection *next;
	struct wire *wire;
	uint64_t id;
	uint32_t computer;
	const struct line *line;
	struct random random;
	void *user;
	struct flow flows[2];  /* by enum direction */
	bool closed[2];        /* by end: UP is the computer */
	uint64_t begins_ms[2]; /* OPEN, ACCEPTED: no end is told before */
	uint64_t lost_ms[2];   /* EVENT_LOST was put for then; 0: not */
	bool broken;
	bool dialling; /* the line was stalled, and OPEN is not put */
	uint64_t cut_after;
};

/* What chance adds to the line's delay. */
static inline uint64_t
wire_jitter(struct connection *connection)
{
	return random_below_of(&connection->random,
	    (uint64_t)connection->line->jitter_ms + 1);
}

/* EVENT_LOST, once, unless that end has closed. */
void wire_tell_lost(struct connection *connection, enum direction end,
    uint64_t at_ms);

/* What was on its way is lost. */
void flow_forget(struct flow *flow);

/* Let the receiver look when the next segment is there; and tell it that the
 * other end has hung up when there is none left. */
void flow_arrange(struct connection *connection, enum direction direction,
    uint64_t now_ms);

#endif
