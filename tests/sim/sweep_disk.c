/*
 * The Nth file operation fails, for N = 1, 2, ... up to the last.
 *
 * Each step of the scenario is swept by itself, from copies of the disks as
 * they were when it began: all computers are switched on, people act, all is
 * synced.  A fault that comes once must be overcome by whoever runs; one that
 * lasts ends after a while with the computer switched off and on.
 */
#include "tests/sim/sweep_disk.h"

#include <stdio.h>

enum {
	TRIES = 6,         /* of people, and of switching on */
	ENDURED_S = 30,    /* how long a lasting fault lasts */
	SETTLED_S = 4,     /* of quiet */
	CONVERGED_S = 400, /* by then all must be in step */
};

enum manner {
	ERROR_ONCE,
	ERROR_LASTS,
	KILL,
	POWER_CUT,
	MANNERS
};

static const char *const manner_names[MANNERS] = { "an error", "lasting errors",
	"a kill", "a power cut" };

static const enum disk_fault manner_faults[MANNERS] = { DISK_FAULT_ONCE,
	DISK_FAULT_LASTS, DISK_FAULT_STOP, DISK_FAULT_STOP };

static const char *const node_names[TRIO_NODES] = { "the hub", "Oak's first",
	"Oak's second", "Elm's" };

/* How the world stood when a step began. */
struct moment {
	struct disk *disks[TRIO_NODES];
	struct trio trio;
};

struct sweep {
	struct trio trio;
	struct moment began;
	struct moment ended_well; /* the step, untouched */
	struct trio_node *victim;
	enum manner manner;
	uint64_t n;
	bool ended; /* the fault, by switching off and on */
	uint64_t operations[TRIO_NODES]; /* when all was synced */
	uint64_t counts[TRIO_NODES];     /* of the step, untouched */
	uint64_t until_next;             /* operations to pass over */
};

/* --- moments -------------------------------------------------------------- */

/* Off, so that the moment is one from which all is switched on. */
static void
stop_all(struct sweep *sweep)
{
	for (uint32_t i = TRIO_NODES; i > 0; i--)
		trio_stop(&sweep->trio.nodes[i - 1]);
}

static void
keep_moment(struct sweep *sweep, struct moment *moment)
{
	stop_all(sweep);
	for (uint32_t i = 0; i < TRIO_NODES; i++)
		disk_copy(sweep->trio.nodes[i].disk, moment->disks[i]);
	moment->trio = sweep->trio;
}

static void
go_back(struct sweep *sweep, const struct moment *moment)
{
	stop_all(sweep);
	sweep->trio = moment->trio;
	for (uint32_t i = 0; i < TRIO_NODES; i++) {
		disk_copy(moment->disks[i], sweep->trio.nodes[i].disk);
		disk_fail_never(sweep->trio.nodes[i].disk);
	}
}

/* --- somebody looks after the computers ----------------------------------- */

/* Off, and what ails it ends.  It is switched on by start_all. */
static void
end_fault(struct sweep *sweep)
{
	struct disk *disk = sweep->victim->disk;

	trio_stop(sweep->victim);
	disk_fail_never(disk);
	if (sweep->manner == POWER_CUT)
		disk_power_cut(disk, sweep->n);
	else
		disk_kill(disk);
	sweep->ended = true;
}

static enum status
start_all(struct sweep *sweep, struct error *err)
{
	enum status status = STATUS_OK;

	for (uint32_t i = 0; i < TRIO_NODES; i++) {
		struct trio_node *node = &sweep->trio.nodes[i];

		if (!trio_is_on(node) && status == STATUS_OK)
			status = trio_start(node, err);
	}
	return status;
}

/* Something failed: what would be done about it, so that trying again is of
 * use?  A single error needs nothing. */
static void
look_after(struct sweep *sweep, bool patience)
{
	struct disk *disk = sweep->victim->disk;

	if (sweep->ended || !disk_failed(disk))
		return;
	if (disk_stopped(disk) || (sweep->manner == ERROR_LASTS && !patience))
		end_fault(sweep);
}

/* --- a run ---------------------------------------------------------------- */

static enum status
act(struct sweep *sweep, const struct trio_step *step, struct error *err)
{
	enum status status = STATUS_AGAIN;

	for (uint32_t i = 0; i < TRIES && status != STATUS_OK; i++) {
		status = start_all(sweep, err);
		if (status == STATUS_OK)
			status = step->act(&sweep->trio, err);
		look_after(sweep, i < 2);
	}
	return status;
}

static enum status
converge(struct sweep *sweep, struct error *err)
{
	uint32_t quiet_s = 0;
	enum status status = STATUS_OK;

	for (uint32_t s = 0; s < CONVERGED_S; s++) {
		bool quiet = false;

		look_after(sweep, s < ENDURED_S);
		status = start_all(sweep, err);
		trio_pass_second(&sweep->trio, &quiet);
		quiet_s = quiet && status == STATUS_OK ? quiet_s + 1 : 0;
		if (quiet_s >= SETTLED_S && trio_is_proved(&sweep->trio))
			return STATUS_OK;
	}
	return status;
}

/* The step with the fault (n 0: without), then all healed and looked at. */
static enum status
run(struct sweep *sweep, const struct trio_step *step, struct error *err)
{
	struct disk *disk = sweep->victim->disk;
	enum status status;

	go_back(sweep, &sweep->began);
	sweep->ended = false;
	disk_vfs_seed(1); /* until the fault comes, runs are the same */
	if (sweep->n > 0)
		disk_fail_after(disk, sweep->n, manner_faults[sweep->manner]);
	status = act(sweep, step, err);
	if (status == STATUS_OK)
		status = converge(sweep, err);
	for (uint32_t i = 0; i < TRIO_NODES; i++)
		sweep->operations[i] =
		    disk_counts(sweep->trio.nodes[i].disk)->operations;
	if (sweep->n > 0 && status == STATUS_OK && !disk_failed(disk))
		return error_set(err, STATUS_CORRUPT, "the fault never came");
	if (disk_stopped(disk))
		end_fault(sweep);
	disk_fail_never(disk);
	if (status == STATUS_OK)
		status = start_all(sweep, err);
	if (status == STATUS_OK)
		status = converge(sweep, err);
	if (status == STATUS_OK)
		status = trio_check(&sweep->trio, err);
	if (status == STATUS_OK)
		status = step->expect(&sweep->trio, err);
	return status;
}

static enum status
sweep_manner(struct sweep *sweep, const struct trio_step *step, uint32_t stride,
    struct sweep_result *result, struct error *err)
{
	uint64_t count = sweep->counts[sweep->victim->number];

	for (sweep->n = 1; sweep->n <= count; sweep->n++) {
		enum status status;

		if (sweep->until_next-- > 0)
			continue;
		sweep->until_next = stride - 1;
		result->operations++;
		status = run(sweep, step, err);
		if (status != STATUS_OK)
			return error_wrap(err, "%s, %s at operation %d of %s",
			    step->name, manner_names[sweep->manner],
			    (int)sweep->n, node_names[sweep->victim->number]);
	}
	return STATUS_OK;
}

/* As it should be: how many operations are there? */
static enum status
run_untouched(struct sweep *sweep, const struct trio_step *step,
    struct error *err)
{
	enum status status;

	sweep->n = 0;
	sweep->victim = &sweep->trio.nodes[TRIO_HUB];
	for (uint32_t i = 0; i < TRIO_NODES; i++)
		sweep->counts[i] =
		    disk_counts(sweep->trio.nodes[i].disk)->operations;
	status = run(sweep, step, err);
	for (uint32_t i = 0; i < TRIO_NODES; i++)
		sweep->counts[i] = sweep->operations[i] - sweep->counts[i];
	if (status != STATUS_OK)
		return error_wrap(err, "%s, untouched", step->name);
	return STATUS_OK;
}

static enum status
sweep_step(struct sweep *sweep, const struct trio_step *step, uint32_t stride,
    struct sweep_result *result, struct error *err)
{
	enum status status;

	keep_moment(sweep, &sweep->began);
	status = run_untouched(sweep, step, err);
	keep_moment(sweep, &sweep->ended_well);
	for (uint32_t v = 0; v < TRIO_NODES; v++)
		for (uint32_t m = 0; m < MANNERS && status == STATUS_OK; m++) {
			sweep->victim = &sweep->trio.nodes[v];
			sweep->manner = (enum manner)m;
			status = sweep_manner(sweep, step, stride, result, err);
		}
	go_back(sweep, &sweep->ended_well);
	return status;
}

static void
create_moment(struct moment *moment, const char *prefix)
{
	char name[DISK_NAME_BYTES];

	for (uint32_t i = 0; i < TRIO_NODES; i++) {
		snprintf(name, sizeof(name), "%s-%u", prefix, i);
		moment->disks[i] = disk_create(name);
	}
}

static void
destroy_moment(struct moment *moment)
{
	for (uint32_t i = 0; i < TRIO_NODES; i++)
		disk_destroy(moment->disks[i]);
}

enum status
sweep_disk(uint32_t stride, struct sweep_result *result, struct error *err)
{
	struct sweep sweep = { 0 };
	enum status status = trio_create(&sweep.trio, err);

	*result = (struct sweep_result){ 0 };
	create_moment(&sweep.began, "began");
	create_moment(&sweep.ended_well, "ended");
	for (uint32_t i = 0; i < trio_step_count && status == STATUS_OK; i++)
		status =
		    sweep_step(&sweep, &trio_steps[i], stride, result, err);
	trio_destroy(&sweep.trio);
	destroy_moment(&sweep.began);
	destroy_moment(&sweep.ended_well);
	return status;
}
