/*
 * The allocation sweep: a partnership of three computers lives through first
 * sync, writes, a conflict, a transfer, a purge, a refusal and a restart, and
 * any allocation of a computer, or of the hub, fails.  Whatever fails is told
 * as NOMEM and leaves no half transaction; the link is dropped, the engine or
 * the hub goes on or another takes its place; and in the end all is proved and
 * checks clean.
 */
#include "tests/sim/disk.h"
#include "tests/sim/play_people.h"

enum {
	RUNS_MOST = 2 /* of each sweep, when not all are asked for */
};

/* --- the scenes ----------------------------------------------------------- */

static void
play_first_sync(void *context)
{
	sync_all(context);
}

static void
play_writes(void *context)
{
	struct play *p = context;
	struct end *oak = &p->ends[0];

	p->pupil = act_pupil(p, oak, "Lane");
	p->second = act_pupil(p, oak, "Okafor");
	(void)act_columns(p, oak, p->pupil, "contact", 0,
	    COLUMNS({ "surname", "Lane" }, { "forename", "Mo" }));
	p->contacts++;
	sync_all(p);
}

static enum status
try_to_resolve(struct play *p, struct end *end)
{
	uint64_t commit;
	enum status status;

	status = replica_begin(end->replica, &end->err);
	if (status != STATUS_OK)
		return status;
	status = conflict_resolve(end->replica, p->pupil, "preferred_forename",
	    1, 0, end_now(end), &commit, &end->err);
	if (status == STATUS_OK)
		status = replica_commit(end->replica, &end->err);
	else
		replica_rollback(end->replica);
	assert_false(replica_in_transaction(end->replica));
	return status;
}

static void
play_conflict(void *context)
{
	struct play *p = context;
	struct end *oak = &p->ends[0], *oak2 = &p->ends[1];

	(void)act_columns(p, oak, p->pupil, "pupil", p->pupil,
	    COLUMNS({ "preferred_forename", "Iddy" }));
	p->f.now += 1000;
	(void)act_columns(p, oak2, p->pupil, "pupil", p->pupil,
	    COLUMNS({ "preferred_forename", "Dris" }));
	sync_all(p);
	assert_int_equal(end_conflicts(oak), 1);
	while (!DID(p, SIDE_CLIENT, try_to_resolve(p, oak), &oak->err))
		;
	sync_all(p);
	end_expect(oak2, p->pupil, "preferred_forename", "Iddy");
}

/* What no school may write is refused, with what builds on it; the rest is
 * taken. */
static void
play_refusal(void *context)
{
	struct play *p = context;
	struct end *oak = &p->ends[0];
	uint64_t school = p->f.schools[OAK];
	uint64_t grant = act_columns(p, oak, school, "grant", 0,
	    COLUMNS({ "dossier", "1" }, { "kind", "holder" }));

	(void)act_columns(p, oak, school, "grant", grant,
	    COLUMNS({ "kind", "destination" }));
	(void)act_columns(p, oak, p->pupil, "pupil", p->pupil,
	    COLUMNS({ "middle_names", "Jay" }));
	sync_all(p);
	p->aside = 2;
	end_expect(&p->ends[1], p->pupil, "middle_names", "Jay");
}

static void
play_clock(void *context)
{
	struct play *p = context;
	struct end *oak2 = &p->ends[1];

	oak2->clock_ms = UINT64_C(3600000);
	(void)act_columns(p, oak2, p->pupil, "pupil", p->pupil,
	    COLUMNS({ "middle_names", "Kay" }));
	oak2->clock_ms = 0;
	sync_all(p);
	end_expect(&p->ends[0], p->pupil, "middle_names", "Kay");
}

static void
play_transfer(void *context)
{
	struct play *p = context;
	struct end *oak = &p->ends[0], *elm = &p->ends[2];

	p->transfer = act_open(p, oak, p->pupil, ELM);
	sync_all(p);
	act_answer(p, elm);
	sync_all(p);
	act_step(p, elm, p->pupil, p->transfer, "accepted");
	sync_all(p);
	end_expect(oak, p->transfer, "state", "accepted");
	assert_int_equal(end_count(elm, "contact", p->pupil), p->contacts);
}

static void
play_purge(void *context)
{
	struct play *p = context;
	struct end *oak = &p->ends[0], *elm = &p->ends[2];
	uint64_t transfer = act_open(p, oak, p->second, ELM);

	sync_all(p);
	act_answer(p, elm);
	sync_all(p);
	act_step(p, oak, p->second, transfer, "cancelled");
	sync_all(p);
	assert_int_equal(end_count(elm, "pupil", 0), 1);
	assert_int_equal(end_count(elm, "purge_receipt", 0), 1);
}

static enum status
try_to_open(struct end *end)
{
	struct replica_options options = {
		.path = end->path,
		.kind = REPLICA_CLIENT,
		.must_exist = true,
	};
	struct engine_options engine = {
		.codec = end->codec,
		.program = "test",
		.seed = end->site,
	};
	enum status status;

	status = replica_open(&options, &end->replica, &end->err);
	if (status == STATUS_OK)
		status = replica_jump(end->replica, 7, &end->err);
	engine.replica = end->replica;
	if (status == STATUS_OK)
		status = engine_create(&engine, &end->engine, &end->err);
	if (status != STATUS_OK) {
		replica_close(end->replica);
		end->replica = NULL;
	}
	return status;
}

static enum status
try_to_open_hub(struct fixture *f)
{
	struct replica_options options = {
		.path = f->path,
		.kind = REPLICA_HUB,
		.must_exist = true,
	};
	struct hub_options hub;
	enum status status;

	status = replica_open(&options, &f->replica, &f->err);
	hub = fixture_options(f);
	if (status == STATUS_OK)
		status = hub_create(&hub, &f->hub, &f->err);
	if (status != STATUS_OK) {
		replica_close(f->replica);
		f->replica = NULL;
	}
	return status;
}

static void
play_restart(void *context)
{
	struct play *p = context;
	struct fixture *f = &p->f;

	for (uint32_t i = 0; i < ENDS; i++) {
		struct end *end = &p->ends[i];

		lose_link(p, end);
		engine_destroy(end->engine);
		replica_close(end->replica);
		end->engine = NULL;
		end->replica = NULL;
		while (!DID(p, SIDE_CLIENT, try_to_open(end), &end->err))
			;
	}
	hub_destroy(f->hub);
	replica_close(f->replica);
	f->hub = NULL;
	f->replica = NULL;
	while (!DID(p, SIDE_HUB, try_to_open_hub(f), &f->err))
		;
	(void)act_columns(p, &p->ends[0], p->second, "pupil", p->second,
	    COLUMNS({ "surname", "Oka" }));
	sync_all(p);
}

/* --- in the end ----------------------------------------------------------- */

static void
expect_well(struct play *p, struct end *end)
{
	struct engine_status now = end_status(end);

	expect_proved(end);
	expect_sound(end);
	assert_int_equal(now.alarms, 0);
	assert_int_equal(now.aside, end == &p->ends[0] ? p->aside : 0);
	assert_int_equal(counted(&p->f, end->site, "protocol"), 0);
}

/* Memory is back: everything converges, and is what it should be. */
static void
play_verify(void *context)
{
	struct play *p = context;
	struct fixture *f = &p->f;
	struct check_result result;

	sync_all(p);
	for (uint32_t i = 0; i < ENDS; i++)
		expect_well(p, &p->ends[i]);
	OK(check_replica(f->replica, print_fault, NULL, NULL, &result,
	    &f->err));
	assert_int_equal(end_count(&p->ends[0], "pupil", 0), p->pupils);
	assert_int_equal(end_count(&p->ends[1], "contact", 0), p->contacts);
	for (uint32_t i = 0; i < ENDS; i++)
		end_close(&p->ends[i]);
	fixture_close(f);
}

static void
play_scene(struct play *p, const char *name, sweep_run *scene)
{
	static const char *const sides[SIDES] = { "client", "hub" };
	char full[64];

	for (int side = 0; side < SIDES; side++) {
		p->side = (enum side)side;
		snprintf(full, sizeof(full), "%s.%s", name, sides[side]);
		sweep_memory(full, RUNS_MOST, scene, play_verify, p);
	}
	scene(p);
}

int
main(void)
{
	struct play *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	disk_vfs_register();
	(void)disk_create("sweep");
	snprintf(p->f.folder, sizeof(p->f.folder), "sweep");
	fixture_open(&p->f);
	end_open(&p->ends[0], &p->f, 1, "oak");
	end_open(&p->ends[1], &p->f, 4, "oak2");
	end_open(&p->ends[2], &p->f, 2, "elm");
	play_scene(p, "first-sync", play_first_sync);
	play_scene(p, "writes", play_writes);
	play_scene(p, "conflict", play_conflict);
	play_scene(p, "refusal", play_refusal);
	play_scene(p, "clock", play_clock);
	play_scene(p, "transfer", play_transfer);
	play_scene(p, "purge", play_purge);
	play_scene(p, "restart", play_restart);
	play_verify(p);
	free(p);
	return sweep_finish();
}
