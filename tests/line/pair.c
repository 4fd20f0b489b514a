/* One connection through the line: two ends, and a queue from each. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tests/line/line.h"

/* Bytes on their way; none means that the sender has ended its side. */
struct segment {
	uv_write_t write;
	struct segment *next;
	uint64_t due_ns;
	size_t bytes;
	char data[];
};

/* One socket, with what was read from it and waits for the other end. */
struct end {
	uv_tcp_t tcp;
	uv_timer_t timer; /* fires when the first of the queue is due */
	uv_shutdown_t shutdown;
	struct pair *pair;
	int direction;
	struct segment *first;
	struct segment **last;
	size_t queued;   /* bytes, those being written included */
	uint64_t due_ns; /* of the segment read last */
	bool reading;
	bool ended;     /* the peer will send nothing more */
	bool passed_on; /* and the other end was told */
};

struct pair {
	struct line *line;
	struct door *door;
	struct pair *next;
	struct pair **link; /* what points at this pair */
	struct end ends[2];
	uv_timer_t greeting;
	uv_connect_t connect;
	int open_handles;
	bool closing;
};

static void on_greeted(uv_timer_t *timer);
static void on_connected(uv_connect_t *connect, int result);
static void on_alloc(uv_handle_t *handle, size_t hint, uv_buf_t *buf);
static void on_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *buf);
static void on_due(uv_timer_t *timer);
static void on_written(uv_write_t *write, int result);
static void on_shutdown(uv_shutdown_t *shutdown, int result);
static void on_closed(uv_handle_t *handle);

static struct end *
other_end(struct end *end)
{
	return &end->pair->ends[1 - end->direction];
}

/* A cut line is seen as a reset; a connection that ended well is not. */
static void
pair_close(struct pair *pair, bool reset)
{
	if (pair->closing)
		return;
	pair->closing = true;
	pair->door->connections--;
	*pair->link = pair->next;
	if (pair->next != NULL)
		pair->next->link = pair->link;

	for (int i = 0; i < 2; i++) {
		struct end *end = &pair->ends[i];

		uv_close((uv_handle_t *)&end->timer, on_closed);
		if (!reset || uv_tcp_close_reset(&end->tcp, on_closed) != 0)
			uv_close((uv_handle_t *)&end->tcp, on_closed);
		while (end->first != NULL) {
			struct segment *segment = end->first;

			end->first = segment->next;
			free(segment);
		}
	}
	uv_close((uv_handle_t *)&pair->greeting, on_closed);
}

static void
on_closed(uv_handle_t *handle)
{
	struct pair *pair = handle->data;

	if (--pair->open_handles == 0)
		free(pair);
}

void
pair_cut_all(struct line *line)
{
	while (line->pairs != NULL)
		pair_close(line->pairs, true);
	line->free_ns[LINE_UP] = 0;
	line->free_ns[LINE_DOWN] = 0;
}

static struct pair *
pair_create(struct door *door)
{
	struct line *line = door->line;
	struct pair *pair = calloc(1, sizeof(*pair));

	if (pair == NULL)
		abort();
	pair->line = line;
	pair->door = door;
	pair->next = line->pairs;
	pair->link = &line->pairs;
	if (pair->next != NULL)
		pair->next->link = &pair->next;
	line->pairs = pair;
	door->connections++;

	for (int i = 0; i < 2; i++) {
		struct end *end = &pair->ends[i];

		end->pair = pair;
		end->direction = i;
		end->last = &end->first;
		uv_tcp_init(&line->loop, &end->tcp);
		uv_timer_init(&line->loop, &end->timer);
		end->tcp.data = pair;
		end->timer.data = pair;
	}
	uv_timer_init(&line->loop, &pair->greeting);
	pair->greeting.data = pair;
	pair->open_handles = 5;
	return pair;
}

/*
 * The kernel has shaken hands already.  Over the real line that would have
 * taken a round trip, so nothing is read for so long.
 */
void
pair_accept(struct door *door)
{
	struct line *line = door->line;
	struct pair *pair = pair_create(door);
	double wait_ms = line->shape.delay_ns * 2 / 1e6;

	if (uv_accept((uv_stream_t *)&door->listener,
		(uv_stream_t *)&pair->ends[LINE_UP].tcp) != 0 ||
	    (line->down && !line->has_tun))
		pair_close(pair, true);
	else
		uv_timer_start(&pair->greeting, on_greeted,
		    wait_ms > 0 ? (uint64_t)wait_ms + 1 : 0, 0);
}

static int
open_way_out(struct pair *pair)
{
	uv_tcp_t *tcp = &pair->ends[LINE_DOWN].tcp;
	int made;

	if (pair->door->leads_inside)
		made = tun_socket(&pair->line->tun, TUN_NEAR);
	else
		made = socket(pair->door->to.ss_family,
		    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	return made < 0 ? UV_EMFILE : uv_tcp_open(tcp, made);
}

static void
on_greeted(uv_timer_t *timer)
{
	struct pair *pair = timer->data;
	uv_tcp_t *tcp = &pair->ends[LINE_DOWN].tcp;

	if (open_way_out(pair) != 0) {
		pair_close(pair, true);
		return;
	}
	door_limit_buffers(pair->line, tcp, pair->door->leads_inside);
	if (uv_tcp_connect(&pair->connect, tcp,
		(const struct sockaddr *)&pair->door->to, on_connected) != 0)
		pair_close(pair, true);
}

/* Pause reading while the queue is full, so that the sender is held back. */
static void
read_as_room(struct end *end)
{
	size_t limit = end->pair->line->queue_limit;

	if (end->pair->closing || end->ended)
		return;
	if (end->reading && end->queued >= limit) {
		uv_read_stop((uv_stream_t *)&end->tcp);
		end->reading = false;
	} else if (!end->reading && end->queued <= limit / 2) {
		uv_read_start((uv_stream_t *)&end->tcp, on_alloc, on_read);
		end->reading = true;
	}
}

static void
on_connected(uv_connect_t *connect, int result)
{
	struct pair *pair = connect->handle->data;

	if (result != 0) {
		pair_close(pair, true);
		return;
	}
	for (int i = 0; i < 2; i++) {
		uv_tcp_nodelay(&pair->ends[i].tcp, 1);
		read_as_room(&pair->ends[i]);
	}
}

static struct end *
end_of(const void *handle)
{
	struct pair *pair = ((const uv_handle_t *)handle)->data;
	const struct end *up = &pair->ends[LINE_UP];
	bool is_up = handle == &up->tcp || handle == &up->timer;

	return &pair->ends[is_up ? LINE_UP : LINE_DOWN];
}

static void
on_alloc(uv_handle_t *handle, size_t hint, uv_buf_t *buf)
{
	struct end *end = end_of(handle);
	struct line *line = end->pair->line;
	size_t room = line->queue_limit - end->queued;

	(void)hint;
	*buf = uv_buf_init(line->input,
	    (unsigned)(room < sizeof(line->input) ? room
						  : sizeof(line->input)));
}

static void
arm(struct end *end)
{
	uint64_t now = uv_hrtime();
	uint64_t due;

	if (end->first == NULL)
		return;
	due = end->first->due_ns;
	uv_update_time(&end->pair->line->loop);
	uv_timer_start(&end->timer, on_due,
	    due > now ? (due - now + 999999) / 1000000 : 0, 0);
}

static void
enqueue(struct end *end, const char *data, size_t bytes)
{
	struct line *line = end->pair->line;
	struct segment *segment = malloc(sizeof(*segment) + bytes);
	bool idle = end->first == NULL;
	uint64_t due_ns = line_schedule(line, end->direction, bytes);

	if (segment == NULL)
		abort();
	/* TCP delivers in order: what was sent later arrives later. */
	if (end->due_ns < due_ns)
		end->due_ns = due_ns;
	segment->next = NULL;
	segment->due_ns = end->due_ns;
	segment->bytes = bytes;
	if (bytes > 0)
		memcpy(segment->data, data, bytes);
	*end->last = segment;
	end->last = &segment->next;
	end->queued += bytes;
	if (end->queued > line->queue_max)
		line->queue_max = end->queued;
	if (idle)
		arm(end);
}

static void
on_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *buf)
{
	struct end *end = end_of(stream);
	size_t split = (size_t)end->pair->line->options.split_bytes;

	if (got == UV_EOF) {
		uv_read_stop(stream);
		end->reading = false;
		end->ended = true;
		enqueue(end, NULL, 0);
	} else if (got < 0) {
		pair_close(end->pair, true);
	} else {
		for (size_t at = 0; at < (size_t)got; at += split) {
			size_t left = (size_t)got - at;

			enqueue(end, buf->base + at,
			    left < split ? left : split);
		}
		read_as_room(end);
	}
}

static void
on_due(uv_timer_t *timer)
{
	struct end *end = end_of(timer);
	uint64_t now = uv_hrtime();

	while (end->first != NULL && end->first->due_ns <= now) {
		struct segment *segment = end->first;
		uv_buf_t buf =
		    uv_buf_init(segment->data, (unsigned)segment->bytes);

		end->first = segment->next;
		if (end->first == NULL)
			end->last = &end->first;
		if (segment->bytes == 0) {
			free(segment);
			end->shutdown.data = end;
			uv_shutdown(&end->shutdown,
			    (uv_stream_t *)&other_end(end)->tcp, on_shutdown);
			return;
		}
		end->pair->door->bytes[end->direction] += segment->bytes;
		segment->write.data = end;
		if (uv_write(&segment->write,
			(uv_stream_t *)&other_end(end)->tcp, &buf, 1,
			on_written) != 0) {
			free(segment);
			pair_close(end->pair, true);
			return;
		}
	}
	arm(end);
}

static void
on_written(uv_write_t *write, int result)
{
	struct end *end = write->data;
	struct segment *segment = (struct segment *)(void *)write;

	assert(end->queued >= segment->bytes);
	end->queued -= segment->bytes;
	free(segment);
	if (result != 0)
		pair_close(end->pair, true);
	else
		read_as_room(end);
}

/* The pair is over when both sides know that no more will come. */
static void
on_shutdown(uv_shutdown_t *shutdown, int result)
{
	struct end *end = shutdown->data;

	end->passed_on = true;
	if (result != 0)
		pair_close(end->pair, true);
	else if (other_end(end)->passed_on)
		pair_close(end->pair, false);
}
