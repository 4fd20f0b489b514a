/* What kind of line it is to be, from the command line. */
#ifndef TESTS_LINE_OPTIONS_H
#define TESTS_LINE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct options {
	const char *listen;     /* ADDR:PORT */
	const char *to;         /* HOST:PORT */
	const char *count_file; /* or NULL */
	double rate_bits;       /* a second, each way; 0 is no limit */
	double delay_ns;        /* one way */
	double drop_every_ns;   /* 0 is never */
	double loss;            /* share of segments, 0 to 1 */
	uint64_t split_bytes;   /* the largest segment */
	uint64_t seed;
	bool down; /* the line is down at first */
	bool help;
};

/* Fill options; false after saying on standard error what is wrong. */
bool options_parse(struct options *options, int argc, char **argv);

/* Cut "HOST:PORT" in two.  False if it has no such form or does not fit. */
bool options_split_address(const char *text, char *host, size_t host_bytes,
    int *port);

#endif
