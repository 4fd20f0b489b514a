/*
 * The allocation sweep of a whole night: a hub that looks at itself, and three
 * computers that are compared with it, of whom one lacks what the hub has and
 * has what it lacks, or whose rows went bad.  Any allocation, statement or
 * arena of a computer, or of the hub, fails.  That is told as NOMEM and leaves
 * no half transaction; the night begins anew, the next one finds all equal, and
 * what had gone bad is on record.
 */
#include "tests/sim/disk.h"
#include "tests/sim/play_people.h"

#include <sqlite3.h>

#include "common/replica/damage.h"
#include "common/replica/defect.h"
#include "common/replica/mend.h"
#include "server/night/plan.h"

enum {
	RUNS_MOST = 1, /* of each sweep, when not all are asked for */
	CONTACTS = 6,
	CONTACTS_MORE = 90, /* so that not all fits the first cells */
	FEW = 24,           /* of them: as cells */
	MANY = 60,          /* as a list */
	HOUR_MS = 60 * 60 * 1000
};

/* One kind of night. */
struct sight {
	const char *name;
	void (*spoil)(struct play *p);
	enum defect_kind here;  /* on record at Oak; 0: nothing */
	enum defect_kind there; /* and at the hub */
	uint64_t contacts;      /* that there are */
};

struct night {
	struct play play;
	const struct sight *sight;
};

static uint64_t contacts[CONTACTS_MORE];

/* --- what goes bad -------------------------------------------------------- */

static const char losing[] = "DELETE FROM ledger WHERE id = ?1";
static const char zeroing[] = "UPDATE ledger SET bytes ="
			      " zeroblob(length(bytes)) WHERE id = ?1";
static const char forging[] = "UPDATE ledger SET mark ="
			      " zeroblob(length(mark)) WHERE id = ?1";
static const char renaming[] = "UPDATE pupil SET surname = 'Rot'"
			       " WHERE id = ?1";

static void
spoil(struct replica *replica, const char *text, uint64_t id)
{
	sqlite3 *database = replica_database(replica);
	sqlite3_stmt *statement = NULL;

	assert_int_equal(sqlite3_prepare_v2(database, text, -1, &statement,
			     NULL),
	    SQLITE_OK);
	sqlite3_bind_int64(statement, 1, (sqlite3_int64)id);
	assert_int_equal(sqlite3_step(statement), SQLITE_DONE);
	sqlite3_finalize(statement);
	assert_int_not_equal(sqlite3_changes(database), 0);
}

static void
spoil_nothing(struct play *p)
{
	(void)p;
}

static void
spoil_each_way(struct play *p)
{
	spoil(p->ends[0].replica, losing, contacts[1]);
	spoil(p->f.replica, losing, contacts[2]);
}

static void
spoil_table(struct play *p)
{
	spoil(p->ends[0].replica, renaming, p->second);
}

static void
spoil_stored_here(struct play *p)
{
	spoil(p->ends[0].replica, zeroing, contacts[1]);
}

static void
spoil_stored_there(struct play *p)
{
	spoil(p->f.replica, zeroing, contacts[2]);
}

/* As if the hub had never had it: its author sends it again, and nobody can say
 * that it had. */
static void
spoil_marks(struct play *p)
{
	struct fixture *f = &p->f;

	spoil(f->replica, losing, contacts[2]);
	OK(replica_begin(f->replica, &f->err));
	OK(mend_rebuild(f->replica, NULL, NULL, &f->err));
	OK(replica_commit(f->replica, &f->err));
	for (uint32_t i = 0; i < 2; i++)
		spoil(p->ends[i].replica, forging, contacts[2]);
}

static void
spoil_few(struct play *p)
{
	for (uint32_t i = 0; i < FEW; i++)
		spoil(p->ends[0].replica, losing, contacts[2 * i]);
	spoil(p->f.replica, losing, contacts[1]);
}

static void
spoil_many(struct play *p)
{
	for (uint32_t i = 0; i < MANY; i++)
		spoil(p->ends[0].replica, losing, contacts[i]);
	spoil(p->f.replica, losing, contacts[MANY]);
}

static const struct sight sights[] = {
	{ "quiet", spoil_nothing, 0, 0, CONTACTS },
	{ "each-way", spoil_each_way, DEFECT_CLIENT_LACKED, DEFECT_HUB_LACKED,
	    CONTACTS },
	{ "table", spoil_table, DEFECT_TABLES, 0, CONTACTS },
	{ "stored-here", spoil_stored_here, DEFECT_CLIENT_LACKED,
	    DEFECT_CLIENT_LACKED, CONTACTS },
	{ "stored-there", spoil_stored_there, 0, DEFECT_DAMAGED, CONTACTS },
	{ "marks", spoil_marks, DEFECT_UNKNOWN, DEFECT_UNKNOWN, CONTACTS },
	{ "few", spoil_few, DEFECT_CLIENT_LACKED, DEFECT_HUB_LACKED,
	    CONTACTS_MORE },
	{ "many", spoil_many, DEFECT_CLIENT_LACKED, DEFECT_HUB_LACKED,
	    CONTACTS_MORE },
	{ NULL, NULL, 0, 0, 0 },
};

/* --- the night ------------------------------------------------------------ */

/* The hub's own, on a connection of its own. */
static enum status
try_to_look(struct fixture *f, struct replica *beside, struct error *err)
{
	struct night_outcome outcome;
	struct night_work work = { .replica = beside, .now_ms = f->now };
	enum status status = STATUS_OK;

	outcome_init(&outcome, "integrity");
	job_integrity(&work, &outcome);
	if (strstr(outcome.sentence, "could not be checked") != NULL)
		status = error_set(err, STATUS_NOMEM, "%s", outcome.sentence);
	outcome_deinit(&outcome);
	return status;
}

static void
look_at_the_hub(struct play *p)
{
	struct fixture *f = &p->f;
	struct replica_options options = {
		.path = f->path,
		.kind = REPLICA_HUB,
		.must_exist = true,
	};
	struct replica *beside = NULL;
	bool done;

	do {
		OK(replica_open(&options, &beside, &f->err));
		done =
		    DID(p, SIDE_HUB, try_to_look(f, beside, &f->err), &f->err);
		assert_false(replica_in_transaction(beside));
		replica_close(beside);
		beside = NULL;
		f->now += 1000;
	} while (!done);
}

static void
ask_all(struct play *p)
{
	for (uint32_t i = 0; i < ENDS; i++)
		engine_reconcile(p->ends[i].engine);
}

static void
live_night(void *context)
{
	struct night *night = context;
	struct play *p = &night->play;

	night->sight->spoil(p);
	p->f.now += HOUR_MS;
	look_at_the_hub(p);
	engine_reconcile(p->ends[0].engine);
	sync_all(p);
}

/* --- in the end ----------------------------------------------------------- */

/* With new lines, since the hub does not let itself be asked without end. */
static bool
pass_night(struct play *p)
{
	bool equal = true;

	p->f.now += HOUR_MS;
	for (uint32_t i = 0; i < ENDS; i++)
		lose_link(p, &p->ends[i]);
	ask_all(p);
	sync_all(p);
	for (uint32_t i = 0; i < ENDS; i++) {
		struct engine_status now = end_status(&p->ends[i]);

		assert_int_not_equal(now.nights, 0);
		assert_int_not_equal(now.found.outcome, FOUND_FAILED);
		equal = equal && now.found.outcome == FOUND_EQUAL;
	}
	return equal;
}

struct record_of {
	enum defect_kind kind;
	uint64_t count;
};

static bool
count_kind(void *context, const struct defect *defect)
{
	struct record_of *record = context;

	record->count += defect->kind == record->kind;
	return true;
}

static void
expect_on_record(struct play *p, struct replica *replica, enum defect_kind kind)
{
	struct record_of record = { .kind = kind };
	struct fixture *f = &p->f;
	uint64_t damaged;

	OK(defect_each(replica, 0, count_kind, &record, &f->err));
	assert_true(kind == 0 || record.count > 0);
	OK(damage_count(replica, &damaged, &f->err));
	assert_int_equal(damaged, 0);
}

/* Memory is back: what was interrupted is done, and then nothing differs. */
static void
verify_night(void *context)
{
	struct night *night = context;
	struct play *p = &night->play;
	struct fixture *f = &p->f;
	struct check_result result;

	sync_all(p);
	(void)pass_night(p);
	assert_true(pass_night(p));
	for (uint32_t i = 0; i < ENDS; i++) {
		expect_proved(&p->ends[i]);
		expect_sound(&p->ends[i]);
	}
	OK(check_replica(f->replica, print_fault, NULL, NULL, &result,
	    &f->err));
	for (uint32_t i = 0; i < 2; i++)
		assert_int_equal(end_count(&p->ends[i], "contact", p->second),
		    night->sight->contacts);
	end_expect(&p->ends[0], p->second, "surname", "Okafor");
	expect_on_record(p, p->ends[0].replica, night->sight->here);
	expect_on_record(p, f->replica, night->sight->there);
	for (uint32_t i = 0; i < ENDS; i++)
		end_close(&p->ends[i]);
	fixture_close(f);
}

/* --- the day before ------------------------------------------------------- */

static void
write_contacts(struct play *p, uint64_t upto)
{
	for (; p->contacts < upto; p->contacts++)
		contacts[p->contacts] =
		    act_columns(p, &p->ends[p->contacts % 2], p->second,
			"contact", 0, COLUMNS({ "surname", "Okafor" }));
	sync_all(p);
}

static void
play_day(struct play *p)
{
	struct end *oak = &p->ends[0], *elm = &p->ends[2];

	sync_all(p);
	p->pupil = act_pupil(p, oak, "Lane");
	p->second = act_pupil(p, oak, "Okafor");
	p->transfer = act_open(p, oak, p->pupil, ELM);
	sync_all(p);
	write_contacts(p, CONTACTS);
	act_answer(p, elm);
	sync_all(p);
	act_step(p, elm, p->pupil, p->transfer, "accepted");
	sync_all(p);
}

static void
sweep_sight(struct night *night, enum side side)
{
	static const char *const sides[SIDES] = { "client", "hub" };
	char name[SWEEP_NAME_BYTES];

	night->play.side = side;
	snprintf(name, sizeof(name), "night-%s.%s", night->sight->name,
	    sides[side]);
	sweep_memory(name, RUNS_MOST, live_night, verify_night, night);
}

int
main(void)
{
	struct night *night = calloc(1, sizeof(*night));
	struct play *p = &night->play;

	assert_non_null(night);
	disk_vfs_register();
	(void)disk_create("sweep");
	snprintf(p->f.folder, sizeof(p->f.folder), "sweep");
	fixture_open(&p->f);
	end_open(&p->ends[0], &p->f, 1, "oak");
	end_open(&p->ends[1], &p->f, 4, "oak2");
	end_open(&p->ends[2], &p->f, 2, "elm");
	p->side = SIDES;
	sweep_spare_checks();
	play_day(p);
	for (night->sight = sights; night->sight->name != NULL;
	     night->sight++) {
		p->side = SIDES;
		write_contacts(p, night->sight->contacts);
		sweep_sight(night, SIDE_CLIENT);
		sweep_sight(night, SIDE_HUB);
	}
	for (uint32_t i = 0; i < ENDS; i++)
		end_close(&p->ends[i]);
	fixture_close(&p->f);
	free(night);
	return sweep_finish();
}
