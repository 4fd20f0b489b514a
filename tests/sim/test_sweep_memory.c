/*
 * The allocation sweep: a partnership of three computers lives through first
 * sync, writes, a conflict, a transfer, a purge, a refusal and a restart, and
 * any allocation of a computer, or of the hub, fails.  Whatever fails is told
 * as NOMEM and leaves no half transaction; the link is dropped, the engine or
 * the hub goes on or another takes its place; and in the end all is proved and
 * checks clean.
 */
#include "tests/sim/disk.h"
#include "tests/sim/sweep.h"
#include "tests/unit/server/together.h"

enum {
	ENDS = 3,
	ROUNDS_MAX = 400,
	RUNS_MOST = 14 /* of each sweep, when not all are asked for */
};

enum side {
	SIDE_CLIENT,
	SIDE_HUB,
	SIDES
};

struct play {
	struct fixture f;
	struct end ends[ENDS]; /* oak, oak2, elm */
	enum side side;        /* whose memory fails */
	bool restarts;         /* what failed is begun anew */
	uint64_t pupil;
	uint64_t second;
	uint64_t transfer;
	uint64_t pupils;   /* so many were written */
	uint64_t contacts; /* of the first */
	uint64_t aside;    /* of elm */
};

/* --- what may fail -------------------------------------------------------- */

/* The call was made by that side; whether it did what it was to do. */
static bool
went_well(struct play *p, enum side side, enum status status,
    const struct error *err, const char *call)
{
	(void)memory_hold(true);
	if (status == STATUS_OK)
		return true;
	if (status != STATUS_NOMEM || side != p->side || memory_failures() == 0)
		fixture_ok(status, 0, call, err);
	memory_off();
	p->restarts = sweep_nth() % 2 != 0;
	return false;
}

#define DID(p, by, call, err)            \
	(memory_hold((p)->side != (by)), \
	    went_well((p), (by), (call), (err), #call))

/* --- the line ------------------------------------------------------------- */

static void
lose_link(struct play *p, struct end *end)
{
	struct fixture *f = &p->f;
	struct engine_event event = {
		.type = ENGINE_DISCONNECTED,
		.now_ms = f->now,
		.elapsed_ms = ++together_elapsed,
	};
	struct engine_update update;

	f->hangs[end->site] = false;
	if (!end->connected)
		return;
	hub_disconnect(f->hub, f->sessions[end->site]);
	f->sessions[end->site] = NULL;
	end->connected = false;
	(void)DID(p, SIDE_CLIENT,
	    engine_step(end->engine, &event, &update, &end->err), &end->err);
}

static void
lose_end(struct play *p, struct end *end)
{
	assert_false(replica_in_transaction(end->replica));
	lose_link(p, end);
	if (p->restarts)
		end_restart(end);
}

static void
lose_hub(struct play *p)
{
	assert_false(replica_in_transaction(p->f.replica));
	if (!p->restarts)
		return;
	for (uint32_t i = 0; i < ENDS; i++)
		lose_link(p, &p->ends[i]);
	fixture_restart(&p->f);
}

/* What the engine says goes to the hub. */
static bool
step(struct play *p, struct end *end, enum engine_event_type type,
    struct bytes bytes)
{
	struct fixture *f = &p->f;
	struct engine_event event = {
		.type = type,
		.now_ms = f->now,
		.elapsed_ms = ++together_elapsed,
		.bytes = bytes,
	};
	struct engine_update update;
	struct engine_status now;

	if (!DID(p, SIDE_CLIENT,
		engine_step(end->engine, &event, &update, &end->err),
		&end->err)) {
		lose_end(p, end);
		return false;
	}
	END_OK(end, engine_get_status(end->engine, &now, &end->err));
	if (now.goodbye.code == GOODBYE_PROTOCOL)
		fail_msg("one of them broke the protocol");
	if (update.output.size > 0 &&
	    (!DID(p, SIDE_HUB,
		 hub_receive(f->hub, f->sessions[end->site], update.output,
		     f->now, &f->err),
		 &f->err) ||
		!DID(p, SIDE_HUB, hub_end_turn(f->hub, f->now, &f->err),
		    &f->err)))
		lose_hub(p);
	if (end->connected && update.wish == ENGINE_HANG_UP)
		lose_link(p, end);
	return end->connected;
}

static bool
listen(struct play *p, struct end *end, bool *some)
{
	struct fixture *f = &p->f;
	struct buffer out = { 0 };
	bool up = true;

	if (!DID(p, SIDE_HUB,
		hub_output(f->hub, f->sessions[end->site], 0, &out, f->now,
		    &f->err),
		&f->err)) {
		buffer_deinit(&out);
		lose_link(p, end);
		lose_hub(p);
		return false;
	}
	*some = out.size > 0;
	if (*some)
		up = step(p, end, ENGINE_RECEIVED, buffer_view(&out));
	buffer_deinit(&out);
	if (up && f->hangs[end->site]) {
		lose_link(p, end);
		up = false;
	}
	return up;
}

static bool
dial(struct play *p, struct end *end)
{
	struct fixture *f = &p->f;

	if (!DID(p, SIDE_HUB,
		hub_connect(f->hub, serial_of(end->site), f->now, NULL,
		    &f->sessions[end->site], &f->err),
		&f->err)) {
		lose_hub(p);
		return false;
	}
	f->hangs[end->site] = false;
	end->connected = true;
	return step(p, end, ENGINE_CONNECTED, (struct bytes){ NULL, 0 });
}

static bool
talk_once(struct play *p, struct end *end)
{
	bool some = false;

	if (!end->connected) {
		(void)dial(p, end);
		return true;
	}
	if (!step(p, end, ENGINE_TICK, (struct bytes){ NULL, 0 }) ||
	    !listen(p, end, &some))
		return true;
	return some;
}

/* Until nobody has anything to say, whatever fails meanwhile. */
static void
sync_all(struct play *p)
{
	struct fixture *f = &p->f;
	uint32_t quiet = 0;

	for (uint32_t round = 0; round < ROUNDS_MAX && quiet < 4; round++) {
		bool any = false;

		if (!DID(p, SIDE_HUB, hub_tick(f->hub, f->now, &f->err),
			&f->err))
			lose_hub(p);
		for (uint32_t i = 0; i < ENDS; i++)
			any |= talk_once(p, &p->ends[i]);
		quiet = any ? 0 : quiet + 1;
		f->now += 1000;
	}
	assert_true(quiet >= 4);
}

/* --- what people do ------------------------------------------------------- */

struct deed {
	uint64_t dossier; /* 0: a new pupil's */
	const char *collection;
	uint64_t record;                       /* 0: a new one */
	const struct column_and_text *columns; /* #id is a number */
	uint64_t pupil;                        /* its columns too; or 0 */
	const struct column_and_text *pupil_columns;
};

static enum status
set_columns(struct draft *draft, int64_t record,
    const struct column_and_text *columns, struct error *err)
{
	enum status status = STATUS_OK;

	for (; status == STATUS_OK && columns->column != NULL; columns++) {
		struct value value = value_null();

		if (columns->text != NULL && columns->text[0] == '#')
			value =
			    value_integer(strtoll(columns->text + 1, NULL, 10));
		if (columns->text == NULL || columns->text[0] == '#')
			status = draft_set(draft, record, columns->column,
			    &value, err);
		else
			status = draft_set_text(draft, record, columns->column,
			    bytes_of_text(columns->text), err);
	}
	return status;
}

/* "@" is the new record itself. */
static enum status
set_itself(struct draft *draft, int64_t pupil, int64_t record,
    struct error *err)
{
	struct value value = value_integer(record);

	return draft_set(draft, pupil, "open_transfer", &value, err);
}

static enum status
write_deed(struct end *end, const struct deed *deed, struct draft **draft,
    uint64_t *commit, struct error *err)
{
	int64_t record = (int64_t)deed->record;
	enum status status;

	status = deed->dossier == 0
	             ? draft_create_dossier(end->replica, 0, draft, err)
	             : draft_create(end->replica, deed->dossier, 0, draft, err);
	if (status == STATUS_OK && record == 0)
		status = draft_insert(*draft, deed->collection, &record, err);
	if (status == STATUS_OK)
		status = set_columns(*draft, record, deed->columns, err);
	if (status == STATUS_OK && deed->pupil != 0 && deed->record == 0)
		status = set_itself(*draft, (int64_t)deed->pupil, record, err);
	if (status == STATUS_OK && deed->pupil != 0)
		status = set_columns(*draft, (int64_t)deed->pupil,
		    deed->pupil_columns, err);
	if (status == STATUS_OK)
		status = draft_finish(*draft, end_now(end), commit, err);
	return status;
}

/* One transaction: wholly or not at all. */
static enum status
try_deed(struct end *end, const struct deed *deed, uint64_t *commit)
{
	struct draft *draft = NULL;
	enum status status;

	status = replica_begin(end->replica, &end->err);
	if (status != STATUS_OK) {
		assert_false(replica_in_transaction(end->replica));
		return status;
	}
	status = write_deed(end, deed, &draft, commit, &end->err);
	draft_destroy(draft);
	if (status == STATUS_OK)
		status = replica_commit(end->replica, &end->err);
	else
		replica_rollback(end->replica);
	assert_false(replica_in_transaction(end->replica));
	return status;
}

static uint64_t
act(struct play *p, struct end *end, const struct deed *deed)
{
	uint64_t commit = 0;

	while (!DID(p, SIDE_CLIENT, try_deed(end, deed, &commit), &end->err))
		if (p->restarts)
			lose_end(p, end);
	return commit;
}

static const char *
number(uint64_t id)
{
	static char texts[4][24];
	static uint32_t next;
	char *text_of_it = texts[next++ % 4];

	snprintf(text_of_it, sizeof(texts[0]), "#%llu", (unsigned long long)id);
	return text_of_it;
}

static uint64_t
act_pupil(struct play *p, struct end *end, const char *surname)
{
	struct deed deed = {
		.collection = "pupil",
		.columns = COLUMNS({ "surname", surname },
		    { "forename", "Idris" }, { "birth_date", "2015-01-19" },
		    { "holder",
			number(p->f.schools[site_schools[end->site]]) }),
	};

	p->pupils++;
	return act(p, end, &deed);
}

static uint64_t
act_columns(struct play *p, struct end *end, uint64_t dossier,
    const char *collection, uint64_t record,
    const struct column_and_text *columns)
{
	struct deed deed = { dossier, collection, record, columns, 0, NULL };

	return act(p, end, &deed);
}

static uint64_t
act_open(struct play *p, struct end *end, uint64_t pupil, uint32_t school)
{
	struct fixture *f = &p->f;
	struct deed deed = {
		.dossier = pupil,
		.collection = "transfer",
		.columns = COLUMNS({ "kind", "phase" },
		    { "from_school",
			number(f->schools[site_schools[end->site]]) },
		    { "to_school", number(f->schools[school]) },
		    { "state", "open" }),
		.pupil = pupil,
		.pupil_columns = COLUMNS({ NULL, NULL }),
	};

	return act(p, end, &deed);
}

static void
act_step(struct play *p, struct end *end, uint64_t pupil, uint64_t transfer,
    const char *state)
{
	const char *holder = number(p->f.schools[site_schools[end->site]]);
	bool accepted = strcmp(state, "accepted") == 0;
	struct deed deed = {
		.dossier = pupil,
		.collection = "transfer",
		.record = transfer,
		.columns = COLUMNS({ "state", state }),
		.pupil = pupil,
		.pupil_columns = COLUMNS({ "open_transfer", NULL },
		    { accepted ? "holder" : NULL, holder }),
	};

	(void)act(p, end, &deed);
}

static void
act_answer(struct play *p, struct end *elm)
{
	uint64_t envelope = end_last(elm, "envelope", 0);

	assert_int_not_equal(envelope, 0);
	(void)act_columns(p, elm, p->f.schools[ELM], "envelope", envelope,
	    COLUMNS({ "state", "ours" }));
}

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
