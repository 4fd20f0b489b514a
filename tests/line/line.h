/*
 * A slow line between two TCP ends, in user space: what a school's broadband
 * does to a connection, repeatably and without privileges.
 *
 * Each connection that comes in is a pair of ends.  What one end reads is cut
 * into segments; each segment takes its turn on the lane of its direction
 * (which all pairs share, as they would a cable), travels for the delay, and
 * is written to the other end.  TCP hides a lost segment from its reader, so
 * a loss is the time in which it is sent again, and all behind it wait.
 *
 * Where it is asked for and permitted, it carries IP packets instead (tun.h),
 * and has two doors: the near one, outside, leads into the near namespace and
 * over the packets to the far one, which leads out again.  TCP itself then
 * meets what the line does.
 */
#ifndef TESTS_LINE_LINE_H
#define TESTS_LINE_LINE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <uv.h>

#include "tests/line/options.h"
#include "tests/line/tun.h"

enum {
	LINE_UP = 0,   /* from who connected */
	LINE_DOWN = 1, /* from where the line leads */
	LINE_READ_BYTES = 64 * 1024,
	LINE_BACKLOG = 128,
	LINE_QUEUE_BYTES_MIN = 4 * 1024,
	LINE_QUEUE_BYTES_MAX = 4 * 1024 * 1024,
	LINE_COMMAND_BYTES = 256,
	LINE_NOT_PERMITTED = 3, /* how it ends where packets are */
	LINE_RESEND_MS = 200,   /* TCP's least time-out, besides a round trip */
};

/* Where connections come in, and where they are led. */
struct door {
	struct line *line;
	uv_tcp_t listener;
	struct sockaddr_storage to;
	bool leads_inside; /* by a socket of the near namespace */
	unsigned connections;
	uint64_t bytes[2]; /* delivered, up and down */
};

struct line {
	uv_loop_t loop;
	struct options options;
	struct shape shape; /* of segments: none where packets have it */
	struct door doors[2];
	int door_count;
	struct tun tun;
	bool has_tun;
	uv_timer_t drop;
	uv_signal_t interrupted;
	uv_signal_t terminated;

	union {
		uv_handle_t handle;
		uv_stream_t stream;
		uv_pipe_t pipe;
		uv_tty_t tty;
	} commands;

	bool has_commands;
	char command[LINE_COMMAND_BYTES];
	size_t command_bytes;
	char input[LINE_READ_BYTES]; /* of whichever handle is being read */
	uint64_t free_ns[2]; /* when what was accepted so far has been sent */
	struct pair *pairs;
	size_t queue_limit; /* bytes, for each direction of each pair */
	size_t queue_max;   /* the most that ever waited in one of them */
	uint64_t random;    /* state of the generator */
	uint64_t began_ns;
	uint64_t cuts;
	uint64_t lost; /* segments sent again */
	FILE *counts;
	bool down;
};

/* Reserve a segment's turn in its direction: when it arrives beyond. */
uint64_t line_schedule(struct line *line, int direction, size_t bytes);

/*
 * Resolve the addresses, open the doors, and say on standard output where the
 * line begins.  An error of libuv, or 0; which address it was is said.
 */
int door_open_all(struct line *line);

/*
 * Keep the kernel from hiding, in its buffers, how slow the line is.  Inside,
 * what waits to be sent is limited too.
 */
void door_limit_buffers(struct line *line, uv_tcp_t *tcp, bool is_inside);

/*
 * Accept who is waiting at the door; at once reset if the line is down.  (A
 * line of packets that is down is silent instead.)
 */
void pair_accept(struct door *door);

/* Cut every connection, losing what is on its way. */
void pair_cut_all(struct line *line);

#endif
