/*
 * Every file operation of the standard scenario fails once.  A fault that comes
 * once must be overcome by whoever runs; one that lasts ends after a while with
 * the computer switched off and on.
 */
#include <stdio.h>

#include "tests/sim/sweep_trio.h"

enum {
	RUNS_MOST = 40 /* when not all are asked for */
};

enum manner {
	ERROR_ONCE,
	ERROR_LASTS,
	KILL,
	POWER_CUT,
	MANNERS
};

static const char *const manner_names[MANNERS] = { "error", "lasting-errors",
	"kill", "power-cut" };

static const enum disk_fault manner_faults[MANNERS] = { DISK_FAULT_ONCE,
	DISK_FAULT_LASTS, DISK_FAULT_STOP, DISK_FAULT_STOP };

static const char *const node_names[TRIO_NODES] = { "hub", "oak", "oak2",
	"elm" };

static struct sweep_series series[TRIO_NODES * MANNERS];

static struct {
	struct trio *trio;
	struct trio_node *victim; /* NULL: the fault has not come */
	enum manner manner;
	bool ended; /* by switching off and on */
} now;

static enum disk_fault
judge(struct disk *disk)
{
	uint32_t node = 0;

	if (now.victim != NULL)
		return DISK_FAULT_NONE;
	while (now.trio->nodes[node].disk != disk)
		node++;
	for (uint32_t m = 0; m < MANNERS; m++)
		if (sweep_branch(&series[node * MANNERS + m])) {
			now.victim = &now.trio->nodes[node];
			now.manner = (enum manner)m;
			return manner_faults[m];
		}
	return DISK_FAULT_NONE;
}

static void
let_come(struct trio *trio, bool may)
{
	now.trio = trio;
	disk_fail_by(may ? judge : NULL);
}

/* Off, and what ails it ends.  Somebody will switch it on. */
static void
switch_off(void)
{
	struct disk *disk = now.victim->disk;

	trio_stop(now.victim);
	disk_fail_never(disk);
	if (now.manner == POWER_CUT)
		disk_power_cut(disk, sweep_nth());
	else
		disk_kill(disk);
	now.ended = true;
}

/* What would be done about it, so that trying again is of use?  A single error
 * needs nothing. */
static void
look_after(struct trio *trio, bool patience)
{
	(void)trio;
	if (now.victim == NULL || now.ended)
		return;
	if (disk_stopped(now.victim->disk) ||
	    (now.manner == ERROR_LASTS && !patience))
		switch_off();
}

static void
end(struct trio *trio)
{
	(void)trio;
	if (now.victim == NULL)
		return;
	if (disk_stopped(now.victim->disk))
		switch_off();
	disk_fail_never(now.victim->disk);
}

int
main(void)
{
	static const struct trio_fault fault = { let_come, look_after, end };

	for (uint32_t i = 0; i < TRIO_NODES * MANNERS; i++)
		snprintf(series[i].name, sizeof(series[i].name), "disk.%s.%s",
		    node_names[i / MANNERS], manner_names[i % MANNERS]);
	sweep_trio("disk", RUNS_MOST, series, TRIO_NODES * MANNERS, &fault);
	return sweep_finish();
}
