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
	BAD_SHOWN_MAX = 20,
	PLACES_MAX = 1 << 16, /* a power of two */
	CHOSEN_MAX = 1 << 14
};

struct sweep {
	const char *name;
	sweep_run *run;
	sweep_run *verify;
	void *context;
	enum memory_failure failure;
};

static struct {
	uint64_t sweeps;
	uint64_t runs;
	uint64_t bad;
	uint64_t nth;
} total;

/* Shared with the runs: calls that were, or will be, seen to fail, and the n
 * of the present sweep that see them.  One for each kind of failure: SQLite
 * does without some of what it asks for, so that nothing fails. */
struct seen {
	void *places[PLACES_MAX];
	uint64_t chosen[CHOSEN_MAX];
	uint32_t chosen_count;
};

static struct seen *seen;

static const char *
failure_suffix(enum memory_failure failure)
{
	return failure == MEMORY_FAILS_ONCE ? "" : ":on";
}

/* --- each place once ------------------------------------------------------ */

/* False when it was there already. */
static bool
see_place(void *place)
{
	size_t slot =
	    (size_t)((uintptr_t)place * UINT64_C(0x9e3779b97f4a7c15) >> 48);

	while (seen->places[slot] != NULL && seen->places[slot] != place)
		slot = (slot + 1) % PLACES_MAX;
	if (seen->places[slot] == place)
		return false;
	seen->places[slot] = place;
	return true;
}

static void
choose_new(uint64_t nth, void *const *places, int count)
{
	bool any = false;

	for (int i = 0; i < count; i++)
		any |= see_place(places[i]);
	if (!any)
		return;
	assert(seen->chosen_count < CHOSEN_MAX);
	seen->chosen[seen->chosen_count++] = nth;
}

static void
open_seen(enum memory_owner owner)
{
	static struct seen *all[MEMORY_OWNERS];

	if (all[owner] == NULL)
		all[owner] = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	seen = all[owner];
	assert(seen != MAP_FAILED);
}

/* --- runs ----------------------------------------------------------------- */

/* In the child. */
static void
run_child(const struct sweep *sweep, uint64_t nth, int answer)
{
	uint64_t count;
	bool touched;

	alarm(RUN_SECONDS_MAX);
	total.nth = nth;
	memory_hold(true);
	memory_watch(nth == 0 && seen != NULL ? choose_new : NULL);
	memory_fail_at(nth, sweep->failure);
	sweep->run(sweep->context);
	count = memory_count();
	touched = memory_failures() > 0;
	memory_off();
	memory_hold(false);
	if (touched || nth == 0)
		sweep->verify(sweep->context);
	if (write(answer, &count, sizeof(count)) != sizeof(count))
		exit(EXIT_FAILURE);
	exit(EXIT_SUCCESS);
}

/* How many allocations there were; *well: and nothing was wrong. */
static uint64_t
run_once(const struct sweep *sweep, uint64_t nth, bool *well)
{
	uint64_t count = 0;
	int ends[2], result;
	pid_t child;

	fflush(stdout);
	if (pipe(ends) != 0 || (child = fork()) < 0) {
		perror("sweep");
		exit(EXIT_FAILURE);
	}
	if (child == 0) {
		(void)close(ends[0]);
		run_child(sweep, nth, ends[1]);
	}
	(void)close(ends[1]);
	*well = read(ends[0], &count, sizeof(count)) == sizeof(count);
	(void)close(ends[0]);
	if (waitpid(child, &result, 0) != child || result != 0)
		*well = false;
	total.runs++;
	if (*well)
		return count;
	if (total.bad++ < BAD_SHOWN_MAX)
		printf("BAD: THROUGHLINE_SWEEP=%s:%llu%s\n", sweep->name,
		    (unsigned long long)nth, failure_suffix(sweep->failure));
	return count;
}

/* The one run that was asked for, when it is of this sweep. */
static void
run_asked(struct sweep *sweep, const char *asked)
{
	size_t size = strlen(sweep->name);
	uint64_t nth;
	char *end;
	bool well;

	if (strncmp(asked, sweep->name, size) != 0 || asked[size] != ':')
		return;
	nth = strtoull(asked + size + 1, &end, 10);
	if (strcmp(end, ":on") == 0)
		sweep->failure = MEMORY_FAILS_FROM_THEN_ON;
	memory_show(true);
	(void)run_once(sweep, nth, &well);
}

static void
run_each(struct sweep *sweep, uint64_t count, uint64_t stride)
{
	bool once = sweep->failure == MEMORY_FAILS_ONCE;
	uint64_t first = once ? 1 : 1 + stride / 2; /* not the same places */
	uint64_t runs = 0, bad = total.bad;
	bool well;

	for (uint64_t nth = first; nth <= count; nth += stride, runs++)
		(void)run_once(sweep, nth, &well);
	total.sweeps++;
	printf("%s%s: %llu of %llu allocations, %llu bad\n", sweep->name,
	    failure_suffix(sweep->failure), (unsigned long long)runs,
	    (unsigned long long)count, (unsigned long long)(total.bad - bad));
}

static void
run_chosen(struct sweep *sweep, uint64_t count)
{
	uint64_t bad = total.bad;
	bool well;

	for (uint32_t i = 0; i < seen->chosen_count; i++)
		(void)run_once(sweep, seen->chosen[i], &well);
	total.sweeps++;
	printf("%s: %u of %llu allocations, %llu bad\n", sweep->name,
	    seen->chosen_count, (unsigned long long)count,
	    (unsigned long long)(total.bad - bad));
}

static void
sweep_owner(struct sweep *sweep, enum memory_owner owner, uint32_t runs_most)
{
	const char *asked = getenv("THROUGHLINE_SWEEP");
	uint64_t count, stride = 1;
	bool well;

	if (asked != NULL && strcmp(asked, "places") == 0) {
		open_seen(owner);
	} else if (asked != NULL && strcmp(asked, "ours") == 0) {
		if (owner != MEMORY_OURS)
			return;
	} else if (asked != NULL && strcmp(asked, "all") != 0) {
		run_asked(sweep, asked);
		return;
	}
	if (seen != NULL)
		seen->chosen_count = 0;
	count = run_once(sweep, 0, &well);
	if (!well)
		return;
	if (seen != NULL) {
		run_chosen(sweep, count);
		return;
	}
	if (asked == NULL) { /* once in this one, from then on in the next */
		stride = count / runs_most + 1;
		if ((total.sweeps + total.sweeps / 2) % 2 != 0)
			sweep->failure = MEMORY_FAILS_FROM_THEN_ON;
		run_each(sweep, count, stride);
		return;
	}
	run_each(sweep, count, stride);
	sweep->failure = MEMORY_FAILS_FROM_THEN_ON;
	run_each(sweep, count, stride);
}

void
sweep_memory(const char *name, uint32_t runs_most, sweep_run *run,
    sweep_run *verify, void *context)
{
	static const struct {
		const char *name;
		enum memory_owner owner;
	} owners[] = { { "ours", MEMORY_OURS }, { "sqlite", MEMORY_SQLITE },
		{ "statements", MEMORY_STATEMENTS },
		{ "arenas", MEMORY_ARENAS } };

	static uint32_t calls;
	uint32_t half = (calls ^ calls / 2) % 2; /* in haste: these alone */
	char full[64];

	calls++;
	for (uint32_t i = 0; i < sizeof(owners) / sizeof(owners[0]); i++) {
		struct sweep sweep = { full, run, verify, context,
			MEMORY_FAILS_ONCE };

		if (getenv("THROUGHLINE_SWEEP") == NULL && i % 2 != half)
			continue;
		snprintf(full, sizeof(full), "%s.%s", name, owners[i].name);
		memory_choose(owners[i].owner);
		sweep_owner(&sweep, owners[i].owner, runs_most);
	}
}

uint64_t
sweep_nth(void)
{
	return total.nth;
}

int
sweep_finish(void)
{
	printf("%llu sweeps, %llu runs, %llu bad\n",
	    (unsigned long long)total.sweeps, (unsigned long long)total.runs,
	    (unsigned long long)total.bad);
	return total.bad == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
