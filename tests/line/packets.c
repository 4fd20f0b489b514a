#include "tests/line/packets.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct packet {
	uint64_t due_ns;
	uint64_t number;
	size_t bytes;
	unsigned char data[];
};

void
packets_init(struct packets *packets, const struct shape *shape, uint64_t seed)
{
	*packets = (struct packets){ .shape = *shape, .random = seed };
}

void
packets_deinit(struct packets *packets)
{
	while (packets->count > 0)
		free(packets->heap[--packets->count]);
}

static bool
is_before(const struct packet *one, const struct packet *other)
{
	if (one->due_ns != other->due_ns)
		return one->due_ns < other->due_ns;
	return one->number < other->number;
}

static void
rise(struct packet **heap, size_t at)
{
	struct packet *packet = heap[at];

	for (; at > 0 && is_before(packet, heap[(at - 1) / 2]);
	     at = (at - 1) / 2)
		heap[at] = heap[(at - 1) / 2];
	heap[at] = packet;
}

static void
sink(struct packet **heap, size_t count)
{
	struct packet *packet = heap[0];
	size_t at = 0;
	size_t child;

	while ((child = at * 2 + 1) < count) {
		if (child + 1 < count &&
		    is_before(heap[child + 1], heap[child]))
			child++;
		if (!is_before(heap[child], packet))
			break;
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = packet;
}

static void
add(struct packets *packets, uint64_t due_ns, const void *data, size_t bytes)
{
	struct packet *packet;

	if (packets->count == PACKETS_MAX) {
		packets->dropped++;
		return;
	}
	packet = malloc(sizeof(*packet) + bytes);
	if (packet == NULL)
		abort();
	packet->due_ns = due_ns;
	packet->number = packets->number++;
	packet->bytes = bytes;
	memcpy(packet->data, data, bytes);
	packets->heap[packets->count] = packet;
	rise(packets->heap, packets->count++);
}

/* One throw for each question, asked or not: a seed is a series of fates. */
void
packets_put(struct packets *packets, uint64_t now_ns, const void *data,
    size_t bytes)
{
	const struct shape *shape = &packets->shape;
	bool is_lost = dice_throw(&packets->random) < shape->loss;
	bool is_late = dice_throw(&packets->random) < shape->reorder;
	bool is_twice = dice_throw(&packets->random) < shape->duplicate;
	double travel = shape->delay_ns;

	if (packets->free_ns < now_ns)
		packets->free_ns = now_ns;
	if (packets->free_ns - now_ns > PACKETS_WAIT_NS) {
		packets->dropped++;
		return;
	}
	if (shape->rate_bits > 0)
		packets->free_ns +=
		    (uint64_t)((double)bytes * 8e9 / shape->rate_bits);
	if (is_lost) {
		packets->lost++;
		return;
	}
	if (is_late) {
		packets->late++;
		travel += shape->delay_ns / 2 + PACKETS_LATE_NS;
	}
	add(packets, packets->free_ns + (uint64_t)travel, data, bytes);
	if (is_twice) {
		packets->twice++;
		add(packets, packets->free_ns + (uint64_t)travel, data, bytes);
	}
}

uint64_t
packets_due(const struct packets *packets)
{
	return packets->count > 0 ? packets->heap[0]->due_ns : PACKETS_NEVER;
}

size_t
packets_take(struct packets *packets, uint64_t now_ns, void *data, size_t room)
{
	struct packet *packet = packets->heap[0];
	size_t bytes;

	if (packets_due(packets) > now_ns || packets->count == 0)
		return 0;
	bytes = packet->bytes < room ? packet->bytes : room;
	memcpy(data, packet->data, bytes);
	free(packet);
	packets->heap[0] = packets->heap[--packets->count];
	if (packets->count > 0)
		sink(packets->heap, packets->count);
	packets->passed++;
	return bytes;
}
