#include "tests/sim/sweep.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	RUN_SECONDS_MAX = 120,
	BAD_SHOWN_MAX = 20
};

enum part {
	UNTOUCHED,
	LEADER,
	BRANCH
};

/* What all processes have together. */
struct total {
	uint64_t sweeps;
	uint64_t runs;
	uint64_t bad;
	uint64_t places; /* of the present sweep */
	uint64_t places_all;
};

static struct total *total;

static struct {
	enum part part;
	uint64_t stride;
	uint64_t until; /* places to pass over */
	uint64_t nth;
} me;

static const char *
asked(void)
{
	return getenv("THROUGHLINE_SWEEP");
}

bool
sweep_is_asked(const char *what)
{
	return asked() != NULL && strcmp(asked(), what) == 0;
}

bool
sweep_is_single(void)
{
	return asked() != NULL && strchr(asked(), ':') != NULL;
}

/* "restart.hub" is of "restart.hub.ours", and of itself. */
static bool
begins(const char *name, const char *longer, char end)
{
	size_t size = strlen(name);

	return strncmp(name, longer, size) == 0 &&
	       (longer[size] == end || longer[size] == '\0');
}

/* A sweep or series is asked for by its name, with all its places. */
static bool
is_named(void)
{
	return asked() != NULL && *asked() != '\0' && !sweep_is_single() &&
	       !sweep_is_asked("all") && !sweep_is_asked("places") &&
	       !sweep_is_asked("ours") && strtoull(asked(), NULL, 10) == 0;
}

bool
sweep_is_leader(void)
{
	return me.part == LEADER;
}

uint64_t
sweep_nth(void)
{
	return me.nth;
}

/* --- branches ------------------------------------------------------------- */

static void
tell_bad(const char *name, uint64_t nth)
{
	if (total->bad++ < BAD_SHOWN_MAX)
		printf("BAD: THROUGHLINE_SWEEP=%s:%llu\n", name,
		    (unsigned long long)nth);
}

static pid_t
begin_process(void)
{
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child < 0) {
		perror("sweep");
		exit(EXIT_FAILURE);
	}
	return child;
}

static bool
ended_well(pid_t child)
{
	int result;

	return waitpid(child, &result, 0) == child && result == 0;
}

static bool
is_this(const struct sweep_series *series)
{
	size_t size = strlen(series->name);

	return strncmp(asked(), series->name, size) == 0 &&
	       asked()[size] == ':' &&
	       strtoull(asked() + size + 1, NULL, 10) == series->count;
}

static bool
begin_branch(struct sweep_series *series)
{
	pid_t child = sweep_is_single() ? 0 : begin_process();

	total->runs += child == 0;
	if (child == 0) {
		alarm(RUN_SECONDS_MAX);
		me.part = BRANCH;
		me.nth = series->count;
		return true;
	}
	series->runs++;
	if (!ended_well(child)) {
		series->bad++;
		tell_bad(series->name, series->count);
	}
	return false;
}

bool
sweep_branch_chosen(struct sweep_series *series, bool chosen)
{
	if (me.part == BRANCH)
		return false;
	series->count++;
	if (me.part == UNTOUCHED) {
		total->places++;
		return false;
	}
	if (sweep_is_single())
		chosen = is_this(series);
	return chosen && begin_branch(series);
}

bool
sweep_branch(struct sweep_series *series)
{
	bool chosen = me.part == LEADER && me.until == 0;

	if (me.part == LEADER)
		me.until = chosen ? me.stride - 1 : me.until - 1;
	if (is_named())
		chosen = begins(asked(), series->name, '.');
	return sweep_branch_chosen(series, chosen);
}

/* --- lives ---------------------------------------------------------------- */

/* Odd, as kinds of faults take turns; and not always from the first. */
static void
choose_stride(uint32_t runs_most)
{
	uint64_t stride = total->places / runs_most + 1;

	if (sweep_is_asked("all") || sweep_is_asked("ours"))
		stride = 1;
	else if (asked() != NULL && strtoull(asked(), NULL, 10) > 0)
		stride = strtoull(asked(), NULL, 10);
	me.stride = stride | 1;
	me.until = me.stride / 2;
}

static void
tell_series(const struct sweep_series *series, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (series[i].runs > 0)
			printf("%s: %llu of %llu, %llu bad\n", series[i].name,
			    (unsigned long long)series[i].runs,
			    (unsigned long long)series[i].count,
			    (unsigned long long)series[i].bad);
}

/* In a process of its own, so that the caller's stays as it is; but not the
 * one life that was asked for, for the sake of debuggers. */
static bool
live(enum part part, sweep_life *life, void *context,
    const struct sweep_series *series, uint32_t count)
{
	bool here = part == LEADER && sweep_is_single();
	pid_t child = here ? 0 : begin_process();

	if (child > 0)
		return ended_well(child);
	me.part = part;
	life(context);
	if (me.part == LEADER)
		tell_series(series, count);
	if (here)
		printf("%s\n", me.nth > 0 ? "well" : "there is no such place");
	exit(EXIT_SUCCESS);
}

/* Whether anything of this sweep is asked for. */
static bool
is_of(const char *name)
{
	if (sweep_is_single())
		return begins(name, asked(), '.') || begins(name, asked(), ':');
	return !is_named() || begins(name, asked(), '.') ||
	       begins(asked(), name, '.');
}

static void
open_total(void)
{
	if (total != NULL)
		return;
	total = mmap(NULL, sizeof(*total), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert(total != MAP_FAILED);
	sweep_know_sound();
}

void
sweep_live(const char *name, uint32_t runs_most, struct sweep_series *series,
    uint32_t series_count, sweep_life *life, void *context)
{
	open_total();
	if (!is_of(name))
		return;
	total->sweeps++;
	total->places = 0;
	if (!live(UNTOUCHED, life, context, series, series_count)) {
		tell_bad(name, 0);
		return;
	}
	total->places_all += total->places;
	choose_stride(runs_most);
	if (!live(LEADER, life, context, series, series_count))
		tell_bad(name, 0);
}

int
sweep_finish(void)
{
	printf("%llu sweeps, %llu of %llu places, %llu bad\n",
	    (unsigned long long)total->sweeps, (unsigned long long)total->runs,
	    (unsigned long long)total->places_all,
	    (unsigned long long)total->bad);
	return total->bad == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
