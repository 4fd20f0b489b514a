#include "tests/sim/run.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/support/options.h"
#include "tests/sim/shrink.h"

enum {
	JOBS_MAX = 64
};

/* What a worker tells while it works; shared with the parent. */
struct desk {
	uint64_t seed; /* the one it is at */
	uint64_t done;
	struct world_counts counts;
	bool failed;
	char failure[512];
};

/* --- the command line ----------------------------------------------------- */

static const struct option_rule rules[] = {
	{ "first", "SEED", "begin with this seed (1)", 0 },
	{ "jobs", "N", "so many processes (as many as processors)", 0 },
	{ "trace", NULL, "print what happens: one seed alone", 0 },
	{ "frames", NULL, "with --trace: every frame that arrives too", 0 },
	{ "twice", NULL, "each seed twice: the traces must be the same", 0 },
	{ "no-shrink", NULL, "leave a failing seed as long as it is", 0 },
	{ 0 },
};

static const char usage[] = "throughline-sim SEEDS [--first SEED]\n"
			    "  throughline-sim --first SEED --trace";

int
run_parse(struct run *run, int argc, char **argv)
{
	struct options options;
	struct error err = { 0 };
	const char *seeds;

	if (options_parse(rules, argc - 1, argv + 1, &options, &err) !=
	    STATUS_OK) {
		fprintf(stderr, "throughline-sim: %s\n", err.text);
		return EXIT_USAGE;
	}
	if (options.help) {
		options_print_help(rules, usage,
		    "a partnership in one process, under every fault", stdout);
		return EXIT_DONE;
	}
	memset(run, 0, sizeof(*run));
	run->first = strtoull(options_text(&options, "first", "1"), NULL, 10);
	run->trace = options_flag(&options, "trace");
	run->frames = options_flag(&options, "frames");
	run->again = options_flag(&options, "twice");
	run->shrink = !options_flag(&options, "no-shrink");
	run->jobs =
	    (uint32_t)strtoul(options_text(&options, "jobs", "0"), NULL, 10);
	if (run->jobs == 0)
		run->jobs = (uint32_t)sysconf(_SC_NPROCESSORS_ONLN);
	if (run->jobs > JOBS_MAX)
		run->jobs = JOBS_MAX;
	seeds = options_positional_count(&options) > 0
	            ? options_positional(&options, 0)
	            : "1";
	run->seeds = strtoull(seeds, NULL, 10);
	if (run->seeds == 0) {
		fprintf(stderr, "throughline-sim: say how many seeds\n");
		return EXIT_USAGE;
	}
	return -1;
}

/* --- counting ------------------------------------------------------------- */

static void
add_counts(struct world_counts *sum, const struct world_counts *counts)
{
	static_assert(sizeof(*sum) % sizeof(uint64_t) == 0,
	    "all of them are counts");
	uint64_t *to = (uint64_t *)sum;
	const uint64_t *from = (const uint64_t *)counts;

	for (size_t i = 0; i < sizeof(*sum) / sizeof(uint64_t); i++)
		to[i] += from[i];
}

static void
print_counts(uint64_t seeds, const struct world_counts *counts, double seconds)
{
	printf("%" PRIu64 " seeds in %.0f s: %.1f years of %" PRIu64
	       " deeds, %" PRIu64 " commits (%" PRIu64 " taken, %" PRIu64
	       " refused), %" PRIu64 " engine steps,\n"
	       "%" PRIu64 " crashes, %" PRIu64 " cuts, %" PRIu64
	       " disk faults, %" PRIu64 " memory faults, %" PRIu64
	       " old copies put back, %" PRIu64 " gone bad, %" PRIu64
	       " hostile frames, %" PRIu64 " times all in step\n",
	    seeds, seconds, (double)counts->simulated_ms / 86400000 / 365.25,
	    counts->deeds, counts->commits, counts->taken, counts->refused,
	    counts->steps, counts->crashes, counts->cuts, counts->disk_faults,
	    counts->memory_faults, counts->restores, counts->rots,
	    counts->hostile_frames, counts->calms);
}

/* --- one seed ------------------------------------------------------------- */

static void
compare_again(const struct plan *plan, struct world_outcome *outcome)
{
	struct world_outcome again;

	world_run(plan, NULL, &again);
	if (again.trace_hash == outcome->trace_hash)
		return;
	outcome->failed = true;
	snprintf(outcome->failure, sizeof(outcome->failure),
	    "same-seed-same-trace: two runs of this seed differ");
}

static void
run_seed(const struct run *run, uint64_t seed, struct world_outcome *outcome)
{
	struct trace trace = { .print = run->trace, .frames = run->frames };
	struct plan plan;

	plan_draw(seed, &plan);
	alarm(RUN_SECONDS);
	world_run(&plan, &trace, outcome);
	if (run->again && !outcome->failed)
		compare_again(&plan, outcome);
	alarm(0);
	plan_deinit(&plan);
}

/* --- workers -------------------------------------------------------------- */

static void *
shared(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert(memory != MAP_FAILED);
	return memory;
}

static void
work(const struct run *run, uint32_t worker, struct desk *desk)
{
	struct world_outcome outcome;

	for (uint64_t i = worker; i < run->seeds; i += run->jobs) {
		desk->seed = run->first + i;
		run_seed(run, desk->seed, &outcome);
		add_counts(&desk->counts, &outcome.counts);
		desk->done++;
		if (outcome.failed) {
			desk->failed = true;
			memcpy(desk->failure, outcome.failure,
			    sizeof(desk->failure));
			return;
		}
	}
}

/* How a process ended that should have returned. */
static void
note_crash(int status, bool *failed, char failure[512])
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return;
	*failed = true;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		snprintf(failure, 512, "hang: it took more than %d s",
		    RUN_SECONDS);
	else if (WIFSIGNALED(status))
		snprintf(failure, 512, "crash: signal %d", WTERMSIG(status));
	else
		snprintf(failure, 512, "crash: exit status %d",
		    WEXITSTATUS(status));
}

static pid_t
start(void)
{
	pid_t pid;

	fflush(stdout);
	fflush(stderr);
	pid = fork();
	assert(pid >= 0);
	return pid;
}

void
run_apart(const struct plan *plan, struct world_outcome *outcome)
{
	struct world_outcome *desk = shared(sizeof(*desk));
	int status = 0;
	pid_t pid = start();

	if (pid == 0) {
		/* what a sanitizer says is said once, by the first run */
		if (freopen("/dev/null", "w", stderr) == NULL)
			_exit(1);
		alarm(RUN_SECONDS);
		world_run(plan, NULL, desk);
		_exit(0);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	*outcome = *desk;
	note_crash(status, &outcome->failed, outcome->failure);
	munmap(desk, sizeof(*desk));
}

/* --- failing -------------------------------------------------------------- */

static void
print_run(const struct plan *plan)
{
	struct trace trace = { .print = true, .frames = true };
	struct world_outcome outcome;
	int status;
	pid_t pid = start();

	if (pid == 0) {
		world_run(plan, &trace, &outcome);
		fflush(stdout);
		_exit(0);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
}

static void
show_failure(const struct run *run, uint64_t seed, const char *failure)
{
	struct plan plan;
	uint32_t runs;

	printf("\nseed %" PRIu64 " fails: %s\n", seed, failure);
	if (run->shrink && !run->trace) {
		plan_draw(seed, &plan);
		printf("shrinking %u deeds ...\n", plan.count);
		fflush(stdout);
		runs = shrink_plan(&plan, failure, run_apart);
		printf("after %u runs %u deeds are left: ", runs, plan.count);
		shrink_print(&plan);
		print_run(&plan);
	}
	printf("again: ./run sim --first %" PRIu64 " --trace\n", seed);
}

/* --- all ------------------------------------------------------------------ */

static double
seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
show_progress(const struct run *run, const struct desk *desks)
{
	uint64_t done = 0;

	for (uint32_t i = 0; i < run->jobs; i++)
		done += desks[i].done;
	if (isatty(1)) {
		printf("\r%" PRIu64 " of %" PRIu64 " seeds", done, run->seeds);
		fflush(stdout);
	}
}

/* Wait for all; the first failure ends the others.  Returns its desk. */
static struct desk *
watch(const struct run *run, struct desk *desks, pid_t *pids)
{
	const struct timespec a_second = { 1, 0 };
	struct desk *failed = NULL;
	uint32_t left = run->jobs;
	sigset_t ended;
	int status;

	sigemptyset(&ended);
	sigaddset(&ended, SIGCHLD);

	while (left > 0) {
		pid_t pid = waitpid(-1, &status, WNOHANG);

		if (pid == 0) {
			show_progress(run, desks);
			(void)sigtimedwait(&ended, NULL, &a_second);
			continue;
		}
		for (uint32_t i = 0; i < run->jobs; i++) {
			if (pids[i] != pid)
				continue;
			left--;
			pids[i] = 0;
			if (failed == NULL) {
				note_crash(status, &desks[i].failed,
				    desks[i].failure);
				if (desks[i].failed)
					failed = &desks[i];
			}
		}
		for (uint32_t i = 0; failed != NULL && i < run->jobs; i++)
			if (pids[i] > 0)
				kill(pids[i], SIGKILL);
	}
	return failed;
}

bool
run_seeds(const struct run *run)
{
	struct desk *desks = shared(run->jobs * sizeof(*desks));
	struct world_counts sum = { 0 };
	double began = seconds_now();
	pid_t pids[JOBS_MAX] = { 0 };
	struct desk *failed;
	uint64_t done = 0;
	sigset_t ended;

	/* before the first can end, or its end would not be waited for */
	sigemptyset(&ended);
	sigaddset(&ended, SIGCHLD);
	sigprocmask(SIG_BLOCK, &ended, NULL);
	for (uint32_t i = 0; i < run->jobs; i++) {
		pids[i] = start();
		if (pids[i] == 0) {
			work(run, i, &desks[i]);
			fflush(stdout);
			_exit(0);
		}
	}
	failed = watch(run, desks, pids);
	for (uint32_t i = 0; i < run->jobs; i++) {
		add_counts(&sum, &desks[i].counts);
		done += desks[i].done;
	}
	if (isatty(1))
		printf("\r");
	print_counts(done, &sum, seconds_now() - began);
	if (failed != NULL)
		show_failure(run, failed->seed, failed->failure);
	munmap(desks, run->jobs * sizeof(*desks));
	return failed == NULL;
}
