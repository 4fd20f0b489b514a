/*
 * The allocation sweep of salvaging: a sound database, one in which something
 * is in doubt, and one that SQLite cannot open.  What fails is told as NOMEM
 * and leaves the new replica as it was; tried again with memory, all is saved
 * that there was, and the damaged file is as it was.
 */
#include "tests/sim/sweep.h"
#include "tests/unit/replica/ruin.h"

enum {
	RUNS_MOST = 2 /* of each sweep, when not all are asked for */
};

struct trial {
	const char *name;
	void (*spoil)(struct ruin *ruin);
	uint64_t waiting;
};

struct run {
	const struct trial *trial;
	struct ruin *ruin;
	struct replica *replica;
	struct salvage_result result;
};

static enum status
attempt(struct run *run, struct error *err)
{
	struct salvage_options options = {
		.path = run->ruin->path,
		.site = SITE,
		.now_ms = NOW_MS,
	};

	return salvage_replica(run->replica, &options, &run->result, err);
}

static void
run_trial(void *context)
{
	struct run *run = context;
	struct error told = { 0 };
	enum status status;

	run->replica = script_open(":memory:", REPLICA_CLIENT);
	(void)memory_hold(false);
	status = attempt(run, &told);
	(void)memory_hold(true);
	assert_false(replica_in_transaction(run->replica));
	if (status == STATUS_OK)
		return;
	if (status != STATUS_NOMEM || memory_failures() == 0)
		fail_msg("%s: %s", status_name(status), told.text);
	memory_off();
	assert_int_equal(ask(run->replica, "SELECT count(*) FROM pending"), 0);
	sweep_end_if_known(&run->replica, 1, 0);
	status = attempt(run, &told);
	if (status != STATUS_OK)
		fail_msg("%s", told.text);
}

static void
verify_trial(void *context)
{
	struct run *run = context;

	assert_int_equal(run->result.waiting, run->trial->waiting);
	assert_int_equal(run->result.aside, ASIDE);
	assert_int_equal(run->result.passed_on, 1);
	assert_int_equal(ask(run->replica, "SELECT count(*) FROM pending"
					   " WHERE state = 0"),
	    run->trial->waiting);
	assert_int_equal(replica_identity(run->replica).site, SITE);
	replica_close(run->replica);
}

/* --- what is damaged ------------------------------------------------------ */

static void
spoil_nothing(struct ruin *ruin)
{
	put_back(ruin);
}

/* Of one that waits, and four have lost their places. */
static void
spoil_digest(struct ruin *ruin)
{
	alter(ruin, "UPDATE pending SET digest = zeroblob(16) WHERE id ="
		    " (SELECT max(id) FROM pending WHERE state = 0);"
		    "UPDATE ledger SET sequence = sequence + (1 << 62)"
		    " WHERE sequence > 35");
}

static void
spoil_header(struct ruin *ruin)
{
	static const uint8_t nothing[100];

	overwrite(ruin, 0, (struct bytes){ nothing, sizeof(nothing) });
}

int
main(void)
{
	static const struct trial trials[] = {
		{ "salvage-sound", spoil_nothing, WAITING },
		{ "salvage-doubt", spoil_digest, WAITING + 4 - 1 },
		{ "salvage-pages", spoil_header, WAITING },
	};

	for (size_t i = 0; i < sizeof(trials) / sizeof(trials[0]); i++) {
		struct run run = { .trial = &trials[i] };
		void *state = NULL;

		(void)ruin_begin(&state);
		run.ruin = state;
		trials[i].spoil(run.ruin);
		sweep_memory(trials[i].name, RUNS_MOST, run_trial, verify_trial,
		    &run);
		(void)ruin_end(&state);
	}
	return sweep_finish();
}
