#include "tests/line/options.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct unit {
	const char *name;
	double factor;
};

static const struct unit RATES[] = { { "bit", 1 }, { "kbit", 1e3 },
	{ "mbit", 1e6 }, { NULL, 0 } };
static const struct unit TIMES[] = { { "ms", 1e6 }, { "s", 1e9 }, { NULL, 0 } };
static const struct unit SHARES[] = { { "%", 0.01 }, { NULL, 0 } };
static const struct unit COUNTS[] = { { "", 1 }, { NULL, 0 } };

/* "300ms" by TIMES is 3e8; at most 1e18, so that it fits 64 bits. */
static bool
read_amount(const char *text, const struct unit *units, double *out)
{
	char *end = NULL;
	double number = strtod(text, &end);

	if (end == text || !isfinite(number) || number < 0)
		return false;
	for (; units->name != NULL; units++) {
		if (strcmp(end, units->name) == 0) {
			*out = number * units->factor;
			return *out <= 1e18;
		}
	}
	return false;
}

static bool
read_count(const char *text, uint64_t *out)
{
	double number = 0;

	if (!read_amount(text, COUNTS, &number))
		return false;
	*out = (uint64_t)number;
	return true;
}

static bool
read_share(const char *text, double *out)
{
	return read_amount(text, SHARES, out) && *out < 1;
}

static bool
read_option(struct options *o, const char *name, const char *text)
{
	if (strcmp(name, "--listen") == 0)
		o->listen = text;
	else if (strcmp(name, "--to") == 0)
		o->to = text;
	else if (strcmp(name, "--count-file") == 0)
		o->count_file = text;
	else if (strcmp(name, "--rate") == 0)
		return read_amount(text, RATES, &o->shape.rate_bits);
	else if (strcmp(name, "--delay") == 0)
		return read_amount(text, TIMES, &o->shape.delay_ns);
	else if (strcmp(name, "--drop-every") == 0)
		return read_amount(text, TIMES, &o->drop_every_ns);
	else if (strcmp(name, "--loss") == 0)
		return read_share(text, &o->shape.loss);
	else if (strcmp(name, "--reorder") == 0)
		return read_share(text, &o->shape.reorder);
	else if (strcmp(name, "--duplicate") == 0)
		return read_share(text, &o->shape.duplicate);
	else if (strcmp(name, "--split") == 0)
		return read_count(text, &o->split_bytes) && o->split_bytes > 0;
	else if (strcmp(name, "--seed") == 0)
		return read_count(text, &o->seed);
	else
		return false;
	return true;
}

bool
options_parse(struct options *options, int argc, char **argv)
{
	*options = (struct options){ .listen = "127.0.0.1:0",
		.split_bytes = 1460,
		.seed = 1 };

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--down") == 0) {
			options->down = true;
		} else if (strcmp(argv[i], "--help") == 0) {
			options->help = true;
			return true;
		} else if (strcmp(argv[i], "--tun") == 0) {
			options->tun = TUN_NEEDED;
			if (i + 1 < argc && strcmp(argv[i + 1], "auto") == 0) {
				options->tun = TUN_AUTO;
				i++;
			}
		} else if (i + 1 == argc ||
			   !read_option(options, argv[i], argv[i + 1])) {
			fprintf(stderr,
			    "line: %s %s is not understood; "
			    "see --help\n",
			    argv[i], i + 1 < argc ? argv[i + 1] : "");
			return false;
		} else {
			i++;
		}
	}
	if (options->to == NULL) {
		fprintf(stderr, "line: say where it leads: --to HOST:PORT\n");
		return false;
	}
	if (options->tun == TUN_NO &&
	    (options->shape.reorder > 0 || options->shape.duplicate > 0)) {
		fprintf(stderr,
		    "line: only packets are reordered or duplicated: "
		    "say --tun as well\n");
		return false;
	}
	return true;
}

bool
options_split_address(const char *text, char *host, size_t host_bytes,
    int *port)
{
	const char *colon = strrchr(text, ':');
	char *end = NULL;
	long number;

	if (colon == NULL || (size_t)(colon - text) >= host_bytes)
		return false;
	memcpy(host, text, (size_t)(colon - text));
	host[colon - text] = '\0';
	number = strtol(colon + 1, &end, 10);
	if (end == colon + 1 || *end != '\0' || number < 0 || number > 65535)
		return false;
	*port = (int)number;
	return true;
}
