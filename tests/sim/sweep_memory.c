/*
 * Allocations that fail, in a sweep.
 */
#include <assert.h>
#include <execinfo.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "tests/sim/memory.h"
#include "tests/sim/sweep.h"

enum {
	OWNERS = 4,
	FRAMES_MAX = 200,
	PLACES_MAX = 1 << 16 /* a power of two */
};

static const char *const owner_names[OWNERS] = { "ours", "sqlite", "statements",
	"arenas" };

struct life {
	sweep_run *run;
	sweep_run *verify;
	void *context;
};

/* Once, and from then on. */
static struct sweep_series all[2 * OWNERS];

/* What fails in this branch. */
static struct {
	uint32_t from_then_on;
	uint32_t owner;
} mine;

/* --- each call once ------------------------------------------------------- */

/* Calls that were seen to fail, shared by all processes.  By owners: SQLite
 * does without some of what it asks for, so that nothing fails. */
static void *(*seen)[PLACES_MAX];

static void
open_seen(void)
{
	if (seen != NULL)
		return;
	seen = mmap(NULL, OWNERS * sizeof(*seen), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert(seen != MAP_FAILED);
}

/* False when it was there already. */
static bool
see_place(uint32_t owner, void *place)
{
	size_t slot =
	    (size_t)((uintptr_t)place * UINT64_C(0x9e3779b97f4a7c15) >> 48);

	while (seen[owner][slot] != NULL && seen[owner][slot] != place)
		slot = (slot + 1) % PLACES_MAX;
	if (seen[owner][slot] == place)
		return false;
	seen[owner][slot] = place;
	return true;
}

/* Some call on the way to this allocation was not seen to fail yet. */
static bool
is_new(uint32_t owner)
{
	void *places[FRAMES_MAX];
	int count = memory_places(places, FRAMES_MAX);
	bool any = false;

	for (int i = 0; i < count; i++)
		any |= see_place(owner, places[i]);
	return any;
}

/* --- the life ------------------------------------------------------------- */

static bool
branches(struct sweep_series *series, uint32_t owner, bool from_then_on)
{
	if (sweep_is_asked("places"))
		return sweep_branch_chosen(series,
		    sweep_is_leader() && !from_then_on && is_new(owner));
	if (sweep_is_asked("ours") && owner != 0)
		return sweep_branch_chosen(series, false);
	return sweep_branch(series);
}

static void
know_way(void)
{
	void *places[FRAMES_MAX] = { NULL };
	int count = backtrace(places, FRAMES_MAX);

	sweep_know_way(&mine, sizeof(mine));
	sweep_know_way(places, (size_t)count * sizeof(places[0]));
}

static bool
judge(enum memory_owner of)
{
	uint32_t owner = 0;

	while (of != 1U << owner)
		owner++;
	if (sweep_nth() > 0)
		return mine.from_then_on != 0 && owner == mine.owner;
	for (uint32_t on = 0; on < 2; on++) {
		if (!branches(&all[2 * owner + on], owner, on != 0))
			continue;
		mine.owner = owner;
		mine.from_then_on = on;
		know_way();
		memory_show(sweep_is_single());
		return true;
	}
	return false;
}

static void
live(void *context)
{
	const struct life *life = context;

	(void)memory_hold(true);
	memory_fail_by(judge);
	life->run(life->context);
	memory_off();
	(void)memory_hold(false);
	life->verify(life->context);
}

void
sweep_memory(const char *name, uint32_t runs_most, sweep_run *run,
    sweep_run *verify, void *context)
{
	struct life life = { run, verify, context };

	if (sweep_is_asked("places"))
		open_seen();
	memset(all, 0, sizeof(all));
	for (uint32_t i = 0; i < 2 * OWNERS; i++)
		snprintf(all[i].name, sizeof(all[i].name), "%s.%s%s", name,
		    owner_names[i / 2], i % 2 != 0 ? "-on" : "");
	sweep_live(name, 2 * runs_most, all, 2 * OWNERS, live, &life);
}
