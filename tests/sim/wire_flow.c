/*
 * The two flows of a connection: segments on their way, and the pieces in
 * which they are seen.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/sim/grow.h"
#include "tests/sim/memory.h"
#include "tests/sim/wire_private.h"

enum {
	SEGMENT_MS = 250,        /* what a slow line carries at a time */
	SEGMENT_BYTES_MIN = 256, /* but not less */
	EDGE_ONE_IN = 3,         /* pieces end at the edge of a frame */
	FRAME_LENGTH_BYTES = 4,  /* big-endian, of what follows the type */
	FRAME_EDGE_BYTES = 5
};

void
flow_forget(struct flow *flow)
{
	buffer_clear(&flow->bytes);
	flow->first = flow->count = 0;
}

/* --- sending -------------------------------------------------------------- */

static void
add_segment(struct connection *connection, struct flow *flow, size_t size,
    uint64_t now_ms)
{
	const struct line *line = connection->line;
	struct segment segment = { .size = size };
	uint32_t end = flow->first + flow->count;

	if (flow->free_us < now_ms * 1000)
		flow->free_us = now_ms * 1000;
	if (line->rate > 0)
		flow->free_us += size * UINT64_C(1000000) / line->rate;
	segment.leaves_us = flow->free_us;
	segment.arrives_ms = (flow->free_us + 999) / 1000 + line->delay_ms +
	                     wire_jitter(connection);
	if (segment.arrives_ms < flow->last_ms)
		segment.arrives_ms = flow->last_ms;
	flow->last_ms = segment.arrives_ms;
	if (flow->first > flow->count) {
		memmove(flow->segments, flow->segments + flow->first,
		    flow->count * sizeof(segment));
		flow->first = 0;
		end = flow->count;
	}
	flow->segments =
	    grow(flow->segments, &flow->capacity, end + 1, sizeof(segment));
	flow->segments[end] = segment;
	flow->count++;
}

/* A line has memory, however little its ends have. */
static void
keep(struct buffer *buffer, struct bytes bytes)
{
	bool held = memory_hold(true);

	if (buffer_append(buffer, bytes) != STATUS_OK)
		abort();
	(void)memory_hold(held);
}

void
connection_send(struct connection *connection, enum direction direction,
    struct bytes bytes, uint64_t now_ms)
{
	struct flow *flow = &connection->flows[direction];
	enum direction other = direction == UP ? DOWN : UP;
	size_t most = bytes.size;
	uint32_t rate = connection->line->rate;

	if (connection->closed[direction] || bytes.size == 0)
		return;
	if (connection->broken) {
		flow->dead_bytes += bytes.size;
		return;
	}
	if (connection->closed[other])
		return;
	keep(&flow->bytes, bytes);
	if (rate > 0 && most > rate * (uint64_t)SEGMENT_MS / 1000) {
		most = (size_t)(rate * (uint64_t)SEGMENT_MS / 1000);
		most = most < SEGMENT_BYTES_MIN ? SEGMENT_BYTES_MIN : most;
	}
	while (bytes.size > 0) {
		size_t size = bytes.size < most ? bytes.size : most;

		add_segment(connection, flow, size, now_ms);
		bytes_advance(&bytes, size);
	}
	flow_arrange(connection, direction, now_ms);
}

size_t
connection_unsent(const struct connection *connection, enum direction direction,
    uint64_t now_ms)
{
	const struct flow *flow = &connection->flows[direction];
	size_t unsent = 0;

	if (connection->broken)
		return (size_t)flow->dead_bytes;
	if (connection->line->stalled)
		return flow->bytes.size;
	for (uint32_t i = flow->count; i > 0; i--) {
		const struct segment *segment =
		    &flow->segments[flow->first + i - 1];

		if (segment->leaves_us <= now_ms * 1000)
			break;
		unsent += segment->size;
	}
	return unsent;
}

/* --- arriving ------------------------------------------------------------- */

void
flow_arrange(struct connection *connection, enum direction direction,
    uint64_t now_ms)
{
	struct flow *flow = &connection->flows[direction];
	uint64_t at_ms;

	if (connection->broken || connection->line->stalled)
		return;
	at_ms = flow->count > 0 ? flow->segments[flow->first].arrives_ms
	                        : flow->closes_ms;
	if (at_ms < now_ms)
		at_ms = now_ms;
	if (flow->count == 0) {
		if (flow->closing)
			wire_tell_lost(connection, direction == UP ? DOWN : UP,
			    at_ms);
		return;
	}
	if (flow->awaited_ms != 0 && flow->awaited_ms <= at_ms)
		return;
	flow->awaited_ms = at_ms;
	schedule_put(connection->wire->schedule, at_ms, EVENT_ARRIVES,
	    connection->id, direction);
}

/* What goes by moves the edge of the frame; a length of which a part has gone
 * by already is not known, and the edge is anywhere. */
static void
move_edge(struct flow *flow, struct bytes bytes, size_t size)
{
	while (size > 0) {
		size_t step;

		if (flow->frame_left == 0) {
			if (bytes.size < FRAME_LENGTH_BYTES)
				return;
			flow->frame_left =
			    FRAME_EDGE_BYTES + ((uint64_t)bytes.data[0] << 24) +
			    ((uint64_t)bytes.data[1] << 16) +
			    ((uint64_t)bytes.data[2] << 8) + bytes.data[3];
		}
		step =
		    flow->frame_left < size ? (size_t)flow->frame_left : size;
		flow->frame_left -= step;
		bytes_advance(&bytes, step);
		size -= step;
	}
}

/* Where the frame ends that begins or goes on with these bytes, give or take
 * one; 0 when that cannot be known. */
static uint64_t
find_edge(struct connection *connection, const struct flow *flow)
{
	struct flow look = { .frame_left = flow->frame_left };
	uint64_t edge = flow->frame_left;

	if (edge == 0) {
		move_edge(&look, buffer_view(&flow->bytes), 1);
		edge = look.frame_left == 0 ? 0 : look.frame_left + 1;
	}
	return edge == 0 ? 0
	                 : edge - 1 + random_below_of(&connection->random, 3);
}

/* How much of what has arrived is seen at once. */
static size_t
choose_piece(struct connection *connection, const struct flow *flow,
    size_t arrived)
{
	size_t piece = connection->line->piece;
	uint64_t edge;

	if (piece == 0 || arrived <= 1)
		return arrived;
	if (piece > arrived)
		piece = arrived;
	if (random_one_in(&connection->random, EDGE_ONE_IN)) {
		edge = find_edge(connection, flow);
		if (edge > 0 && edge <= piece)
			return (size_t)edge;
	}
	return (size_t)random_between(&connection->random, 1, piece);
}

static size_t
count_arrived(const struct flow *flow, uint64_t now_ms)
{
	size_t arrived = 0;

	for (uint32_t i = 0; i < flow->count; i++) {
		const struct segment *segment =
		    &flow->segments[flow->first + i];

		if (segment->arrives_ms > now_ms)
			break;
		arrived += segment->size;
	}
	return arrived;
}

static void
drop_segments(struct flow *flow, size_t size)
{
	while (size > 0) {
		struct segment *segment = &flow->segments[flow->first];

		if (segment->size > size) {
			segment->size -= size;
			return;
		}
		size -= segment->size;
		flow->first++;
		flow->count--;
	}
}

static void
take(struct connection *connection, struct flow *flow, size_t size)
{
	struct wire *wire = connection->wire;
	struct bytes bytes = buffer_view(&flow->bytes);

	move_edge(flow, bytes, size);
	bytes.size = size;
	keep(&wire->taken, bytes);
	buffer_consume(&flow->bytes, size);
	drop_segments(flow, size);
	wire->bytes += size;
}

struct bytes
connection_take(struct connection *connection, enum direction direction,
    uint64_t now_ms)
{
	struct flow *flow = &connection->flows[direction];
	enum direction receiver = direction == UP ? DOWN : UP;
	struct wire *wire = connection->wire;
	bool cut = false;
	size_t size;

	buffer_clear(&wire->taken);
	if (flow->awaited_ms <= now_ms)
		flow->awaited_ms = 0;
	if (connection->broken || connection->line->stalled ||
	    connection->closed[receiver])
		return buffer_view(&wire->taken);
	size = count_arrived(flow, now_ms);
	if (size > 0)
		size = choose_piece(connection, flow, size);
	if (connection->cut_after > 0) {
		cut = size >= connection->cut_after;
		size = cut ? (size_t)connection->cut_after : size;
		connection->cut_after -= size;
	}
	take(connection, flow, size);
	if (cut)
		connection_cut(connection, false, false, now_ms);
	flow_arrange(connection, direction, now_ms);
	return buffer_view(&wire->taken);
}
