/*
 * What happened, as lines that a person reads:
 *
 *	[     20.004] oak1: PUSH oak1#3 oak1#4
 *	[     20.031] hub to oak1: ANSWER oak1#3 at 17, oak1#4 refused STALE
 *
 * Times are seconds since the world began.  Ids are told as the computer that
 * made them and the how-manieth commit of it, so that traces of one seed are
 * the same byte for byte, and a short one reads as a dialogue.
 */
#ifndef TESTS_SIM_TRACE_H
#define TESTS_SIM_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/bytes.h"
#include "protocol/digest.h"

struct trace {
	struct buffer text; /* all lines, when kept */
	bool keep;
	bool print;  /* each line at once, on standard output */
	bool frames; /* describe every frame that arrives */
	uint64_t began_ms;
	uint64_t lines;
	uint64_t hash; /* of all lines, whether kept or not */
};

void trace_init(struct trace *trace, uint64_t began_ms);

void trace_deinit(struct trace *trace);

/* Whether anybody reads what trace_frame is told. */
bool trace_wants_frames(const struct trace *trace);

/* A frame arrived: its type and body, of which line is a function, are in the
 * hash; line is for readers, and NULL unless trace_wants_frames.  So traces of
 * one seed have one hash, with frames or without. */
void trace_frame(struct trace *trace, uint64_t now_ms, const char *who,
    uint8_t type, struct bytes body, const char *line);

void trace_line(struct trace *trace, uint64_t now_ms, const char *who,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
