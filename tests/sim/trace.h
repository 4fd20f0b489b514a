/*
 * What happened, as lines that a person reads:
 *
 *	[     20.004] oak1: PUSH oak1#3 oak1#4
 *	[     20.031] hub:  ANSWER oak1#3 at 17, oak1#4 refused STALE
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

void trace_line(struct trace *trace, uint64_t now_ms, const char *who,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
