/*
 * The allocation sweep of a rebuild, to its end: what waits in a computer's
 * database, sound or damaged, is saved into a new one (test_sweep_salvage.c),
 * and all else comes from the hub.  Any allocation, statement or arena of the
 * computer fails: as much is saved as without that, and in the end all is
 * proved.
 */
#include "tests/sim/disk.h"
#include "tests/sim/play_people.h"

#include "common/replica/purge.h"
#include "common/replica/salvage.h"

enum {
	RUNS_MOST = 2, /* of each sweep, when not all are asked for */
	NOTES = 40,    /* that wait, on several pages */
	PAGE_BITS = 8 * 4096
};

#define DAMAGED "oak.db"
#define NEW     "oak.new"

struct rescue {
	struct play play;
	struct salvage_result expected;
	struct salvage_result got;
};

/* --- damage --------------------------------------------------------------- */

static struct disk *
disk_of(struct rescue *rescue)
{
	return disk_find(rescue->play.f.folder);
}

/* Done again, it is as it was. */
static void
invert(struct rescue *rescue, uint64_t from, uint64_t bits)
{
	for (uint64_t bit = from; bit < from + bits; bit++)
		assert_true(disk_flip_bit(disk_of(rescue), DAMAGED, bit));
}

/* --- what the rebuild does ------------------------------------------------ */

static void
clear_new(struct rescue *rescue)
{
	(void)disk_remove(disk_of(rescue), NEW);
	(void)disk_remove(disk_of(rescue), NEW "-wal");
	(void)disk_remove(disk_of(rescue), NEW "-shm");
}

/* Opening an empty one, and closing it neatly, are swept elsewhere. */
static enum status
try_to_save(struct rescue *rescue, struct end *end, struct error *err)
{
	struct replica_options options = { .path = end->path,
		.kind = REPLICA_CLIENT };
	char damaged[sizeof(end->path)];
	struct salvage_options salvage = { .path = damaged,
		.site = end->site,
		.now_ms = rescue->play.f.now,
		.jump = 7 };
	enum status status;
	bool held;

	snprintf(damaged, sizeof(damaged), "%s/" DAMAGED,
	    rescue->play.f.folder);
	held = memory_hold(true);
	END_OK(end, replica_open(&options, &end->replica, err));
	(void)memory_hold(held);
	status = salvage_replica(end->replica, &salvage, &rescue->got, err);
	(void)memory_hold(true);
	if (status == STATUS_OK)
		END_OK(end, purge_finish(end->replica, err));
	if (status == STATUS_OK)
		return STATUS_OK;
	replica_close(end->replica);
	end->replica = NULL;
	return status;
}

static void
save(struct rescue *rescue)
{
	struct play *p = &rescue->play;
	struct end *oak = &p->ends[0];

	snprintf(oak->path, sizeof(oak->path), "%s/" NEW, p->f.folder);
	do
		clear_new(rescue);
	while (!DID(p, SIDE_CLIENT, try_to_save(rescue, oak, &oak->err),
	    &oak->err));
}

static void
run_rescue(void *context)
{
	struct rescue *rescue = context;

	save(rescue);
	end_start_engine(&rescue->play.ends[0]);
	sync_all(&rescue->play);
}

/* --- in the end ----------------------------------------------------------- */

static void
expect_saved(struct rescue *rescue)
{
	const struct salvage_result *expected = &rescue->expected;
	const struct salvage_result *got = &rescue->got;

	assert_int_equal(got->waiting, expected->waiting);
	assert_int_equal(got->aside, expected->aside);
	assert_int_equal(got->lost, expected->lost);
	assert_int_equal(got->complete, expected->complete);
}

static void
verify_rescue(void *context)
{
	struct rescue *rescue = context;
	struct play *p = &rescue->play;
	struct fixture *f = &p->f;
	struct check_result result;

	expect_saved(rescue);
	sync_all(p);
	for (uint32_t i = 0; i < ENDS; i++) {
		expect_proved(&p->ends[i]);
		expect_sound(&p->ends[i]);
		assert_int_equal(end_status(&p->ends[i]).alarms, 0);
	}
	OK(check_replica(f->replica, print_fault, NULL, NULL, &result,
	    &f->err));
	for (uint32_t i = 0; i < 2; i++)
		assert_int_equal(end_count(&p->ends[i], "note", p->pupil),
		    1 + rescue->expected.waiting);
	assert_int_equal(end_status(&p->ends[0]).aside, rescue->expected.aside);
	for (uint32_t i = 0; i < ENDS; i++)
		end_close(&p->ends[i]);
	fixture_close(f);
}

/* --- the day before ------------------------------------------------------- */

static uint64_t
write_note(struct play *p, uint32_t number)
{
	static char words[2048];

	memset(words, 'w', 40 + number * 97 % 1900);
	words[40 + number * 97 % 1900] = '\0';
	return act_columns(p, &p->ends[0], p->pupil, "note", 0,
	    COLUMNS({ "category", "pastoral" }, { "happened_on", "2026-07-01" },
		{ "text", words }));
}

/* Oak's first computer has written off the line when it is switched off. */
static void
play_day(struct play *p)
{
	struct end *oak = &p->ends[0];

	sync_all(p);
	p->pupil = act_pupil(p, oak, "Lane");
	(void)write_note(p, 0);
	(void)act_columns(p, oak, p->f.schools[OAK], "grant", 0,
	    COLUMNS({ "dossier", "1" }, { "kind", "holder" }));
	sync_all(p);
	assert_int_equal(end_status(oak).aside, 1);
	lose_link(p, oak);
	for (uint32_t i = 0; i < NOTES; i++)
		(void)write_note(p, i);
	engine_destroy(oak->engine);
	replica_close(oak->replica);
	oak->engine = NULL;
	oak->replica = NULL;
}

/* What is saved when nothing fails. */
static void
expect(struct rescue *rescue)
{
	struct end *oak = &rescue->play.ends[0];

	save(rescue);
	replica_close(oak->replica);
	oak->replica = NULL;
	clear_new(rescue);
	rescue->expected = rescue->got;
}

static void
sweep_rescue(struct rescue *rescue, const char *name)
{
	expect(rescue);
	rescue->play.side = SIDE_CLIENT;
	sweep_memory(name, RUNS_MOST, run_rescue, verify_rescue, rescue);
	rescue->play.side = SIDES;
}

/* A page on which rows that wait lie, but not all of them. */
static void
invert_rows(struct rescue *rescue)
{
	uint64_t pages =
	    (uint64_t)disk_file_bytes(disk_of(rescue), DAMAGED) * 8 / PAGE_BITS;

	for (uint64_t i = 1; i < pages; i++) {
		invert(rescue, i * PAGE_BITS, PAGE_BITS);
		expect(rescue);
		if (rescue->got.lost > 0 && rescue->got.waiting > 0)
			return;
		invert(rescue, i * PAGE_BITS, PAGE_BITS);
	}
	fail_msg("no page has what waits");
}

int
main(void)
{
	struct rescue *rescue = calloc(1, sizeof(*rescue));
	struct play *p = &rescue->play;

	assert_non_null(rescue);
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
	sweep_rescue(rescue, "rebuild-sound");
	assert_int_equal(rescue->expected.waiting, NOTES);
	invert_rows(rescue);
	sweep_rescue(rescue, "rebuild-rows");
	codec_destroy(p->ends[0].codec);
	end_close(&p->ends[1]);
	end_close(&p->ends[2]);
	fixture_close(&p->f);
	free(rescue);
	return sweep_finish();
}
