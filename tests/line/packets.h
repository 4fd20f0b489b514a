/*
 * One direction of a line that carries IP packets: those on their way, in the
 * order in which they arrive.  No clock and no socket: the time comes in, in
 * nanoseconds of any clock that never goes back.
 *
 * A packet waits for its turn at the line's rate; who would wait longer than
 * PACKETS_WAIT_NS is dropped, as a router with a full buffer does.  Then it
 * travels for the delay.  A reordered packet is held back for half the delay
 * and PACKETS_LATE_NS, so that later ones overtake it.
 */
#ifndef TESTS_LINE_PACKETS_H
#define TESTS_LINE_PACKETS_H

#include <stddef.h>
#include <stdint.h>

#include "tests/line/shape.h"

enum {
	PACKETS_MAX = 4096, /* on their way at once */
	PACKETS_WAIT_NS = 1000000000,
	PACKETS_LATE_NS = 10000000,
};

#define PACKETS_NEVER UINT64_MAX

struct packets {
	struct shape shape;
	uint64_t random;
	uint64_t free_ns; /* when what was accepted so far has been sent */
	uint64_t number;  /* of those accepted, to keep equal dues in order */
	struct packet *heap[PACKETS_MAX]; /* the first due on top */
	size_t count;
	uint64_t passed;
	uint64_t lost;
	uint64_t dropped; /* because too much was waiting */
	uint64_t late;
	uint64_t twice;
};

void packets_init(struct packets *packets, const struct shape *shape,
    uint64_t seed);

/* Frees what is still on its way. */
void packets_deinit(struct packets *packets);

/* Send a packet, which is copied.  What becomes of it, the dice decide. */
void packets_put(struct packets *packets, uint64_t now_ns, const void *data,
    size_t bytes);

/* When the next arrives; PACKETS_NEVER if none is on its way. */
uint64_t packets_due(const struct packets *packets);

/*
 * Take the next that has arrived, cut to room bytes.  Returns its length; 0 if
 * none has.
 */
size_t packets_take(struct packets *packets, uint64_t now_ns, void *data,
    size_t room);

#endif
