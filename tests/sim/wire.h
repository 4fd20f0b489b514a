/*
 * The lines between the computers and the hub, as TCP behaves: two streams of
 * bytes that arrive late, slowly, in pieces of any size, and break anywhere.
 *
 * A connection has two ends, and they learn of its end each at its own time or
 * (half-open) never: so an old connection may be alive at the hub while the
 * computer has a new one.  What was on its way when it broke is lost.
 *
 * The wire knows no replica, engine or session: the world gives it bytes, asks
 * when the next arrive (EVENT_ARRIVES), and takes them.
 */
#ifndef TESTS_SIM_WIRE_H
#define TESTS_SIM_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/bytes.h"
#include "tests/sim/random.h"
#include "tests/sim/schedule.h"

enum direction {
	UP,  /* computer to hub */
	DOWN /* hub to computer */
};

/* What a computer's line is like; may change while connections live. */
struct line {
	uint32_t delay_ms;  /* one way */
	uint32_t jitter_ms; /* added to it, 0 .. jitter */
	uint32_t rate;      /* bytes a second each way; 0: no limit */
	uint32_t piece;     /* at most so many bytes arrive at once; 0: all */
	bool down;          /* nothing can be dialled */
	bool stalled;       /* nothing arrives, nobody is told */
};

struct connection; /* one at most is current at a computer */

/* Opaque to all but wire.c; ids are never used again. */
struct wire {
	struct schedule *schedule;
	struct connection *first;
	uint64_t ids;
	uint64_t cuts;       /* so far */
	uint64_t bytes;      /* that arrived */
	struct buffer taken; /* what connection_take gave */
};

void wire_init(struct wire *wire, struct schedule *schedule);

void wire_deinit(struct wire *wire);

/*
 * A connection for computer over line (borrowed, read at every send): two
 * round trips until EVENT_OPEN, one and a half until EVENT_ACCEPTED, from when
 * the line is not stalled.  seed is of its chances alone.  Returns its id.
 */
uint64_t wire_connect(struct wire *wire, uint32_t computer,
    const struct line *line, uint64_t now_ms, uint64_t seed);

/* NULL when both ends have forgotten it: good until the next wire_connect. */
struct connection *wire_find(struct wire *wire, uint64_t id);

uint32_t connection_computer(const struct connection *connection);

uint64_t connection_id(const struct connection *connection);

/* The session at the hub, kept here for the world. */
void connection_set_user(struct connection *connection, void *user);

void *connection_user(const struct connection *connection);

/* Bytes leave this end (they are copied). */
void connection_send(struct connection *connection, enum direction direction,
    struct bytes bytes, uint64_t now_ms);

/* Sent from this end and not yet left it, by the line's rate; all that has
 * not arrived when it is stalled or broken. */
size_t connection_unsent(const struct connection *connection,
    enum direction direction, uint64_t now_ms);

/* What has arrived by now, or a piece of it, cut by chance and with a liking
 * for the edges of frames; borrowed until the next call.  Empty when nothing
 * has.  The next EVENT_ARRIVES is put when there is more. */
struct bytes connection_take(struct connection *connection,
    enum direction direction, uint64_t now_ms);

/* When so many more bytes have arrived, both directions together, it breaks by
 * itself (connection_cut); 0: not. */
void connection_cut_after(struct connection *connection, uint64_t bytes);

/* It breaks now.  Each end gets EVENT_LOST within a second, or (half_open)
 * that end never, unless its dial was still under way. */
void connection_cut(struct connection *connection, bool half_open_computer,
    bool half_open_hub, uint64_t now_ms);

/* This end hangs up in good order: what it sent before still arrives, then
 * the other end gets EVENT_LOST.  abrupt: what is on its way is lost, and on a
 * stalled line the other end never hears of it. */
void connection_close(struct connection *connection, enum direction from,
    bool abrupt, uint64_t now_ms);

/* False when this end (UP: the computer, DOWN: the hub) has closed, or its
 * EVENT_LOST has been put: it sends and hears no more. */
bool connection_is_open(const struct connection *connection,
    enum direction end);

/* The line changed (stalled or not): what waits on it, in any connection, is
 * arranged anew.  The hub gets EVENT_DRAINED where it may send again. */
void connection_rearrange(struct connection *connection, uint64_t now_ms);

#endif
