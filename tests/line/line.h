/*
 * A slow line between two TCP ends, in user space: what a school's broadband
 * does to a connection, repeatably and without privileges.
 *
 * Each connection that comes in is a pair of ends.  What one end reads is cut
 * into segments; each segment takes its turn on the lane of its direction
 * (which all pairs share, as they would a cable), travels for the delay, and
 * is written to the other end.  TCP hides a lost segment from its reader, so
 * a loss is the time in which it is sent again, and all behind it wait.
 */
#ifndef TESTS_LINE_LINE_H
#define TESTS_LINE_LINE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <uv.h>

#include "tests/line/options.h"

enum {
	LINE_UP = 0,   /* from who connected */
	LINE_DOWN = 1, /* from where the line leads */
	LINE_READ_BYTES = 64 * 1024,
	LINE_QUEUE_BYTES_MIN = 4 * 1024,
	LINE_QUEUE_BYTES_MAX = 4 * 1024 * 1024,
	LINE_COMMAND_BYTES = 256,
	LINE_RESEND_MS = 200, /* TCP's least time-out, besides a round trip */
};

struct lane {
	uint64_t free_ns; /* when what was accepted so far has been sent */
	uint64_t bytes;   /* delivered */
};

struct line {
	uv_loop_t loop;
	struct options options;
	struct sockaddr_storage to;
	uv_tcp_t listener;
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
	struct lane lanes[2];
	struct pair *pairs;
	unsigned connections; /* how many pairs */
	size_t queue_limit;   /* bytes, for each direction of each pair */
	size_t queue_max;     /* the most that ever waited in one of them */
	uint64_t random;      /* state of the generator */
	uint64_t began_ns;
	uint64_t cuts;
	uint64_t lost; /* segments sent again */
	FILE *counts;
	bool down;
};

/* Reserve a segment's turn on a lane: when it arrives at the other side. */
uint64_t line_schedule(struct line *line, int direction, size_t bytes);

/* Accept who is waiting at the listener; at once reset if the line is down. */
void pair_accept(struct line *line);

/* Cut every connection, losing what is on its way. */
void pair_cut_all(struct line *line);

#endif
