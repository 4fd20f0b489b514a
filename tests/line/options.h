/* What kind of line it is to be, from the command line. */
#ifndef TESTS_LINE_OPTIONS_H
#define TESTS_LINE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/line/shape.h"

enum tun_wish {
	TUN_NO,     /* a proxy for TCP */
	TUN_NEEDED, /* IP packets, or not at all */
	TUN_AUTO,   /* IP packets where that is permitted */
};

struct options {
	const char *listen;     /* ADDR:PORT */
	const char *to;         /* HOST:PORT */
	const char *count_file; /* or NULL */
	struct shape shape;
	enum tun_wish tun;
	double drop_every_ns; /* 0 is never */
	uint64_t split_bytes; /* the largest segment */
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
