/*
 * A hub that is restored at random from random backups, now and then from
 * nothing, while its schools move children about, computers are copied back
 * from old days, and lines are down.  In the end all is one again: covers
 * server/core/recovery_take.c and common/replica/unplaced_go_back.c.
 */
#include "tests/unit/server/restored.h"

enum {
	ENDS = 4,
	BACKUPS = 4,
	PUPILS = 64,
	ROUNDS = 120,
	SEEDS = 4
};

enum {
	WRITTEN = 1024
};

struct written {
	uint64_t id;
	struct end *by;
	bool taken;
};

struct chaos {
	bool copies; /* computers are set back too, so that work may be lost */
	struct written written[WRITTEN];
	uint32_t written_count;
	struct fixture *f;
	struct end ends[ENDS];
	struct end *all[ENDS];
	uint64_t pupils[PUPILS];
	uint32_t pupil_count;
	uint32_t backup_count;
	uint64_t random;
};

static uint32_t
draw(struct chaos *chaos, uint32_t below)
{
	chaos->random = chaos->random * UINT64_C(6364136223846793005) +
	                UINT64_C(1442695040888963407);
	return (uint32_t)(chaos->random >> 33) % below;
}

/* The commit shall be somewhere in the end. */
static uint64_t
note(struct chaos *chaos, struct end *end, uint64_t commit)
{
	assert_true(chaos->written_count < WRITTEN);
	chaos->written[chaos->written_count++] =
	    (struct written){ commit, end, false };
	return commit;
}

static bool
is_here(struct end *end, uint64_t record)
{
	struct arena arena = { 0 };
	struct record found;
	bool is =
	    record_get(end->replica, record, &arena, &found, NULL) == STATUS_OK;

	arena_deinit(&arena);
	return is;
}

static uint64_t
reference_of(struct end *end, uint64_t record, const char *column)
{
	struct arena arena = { 0 };
	struct record found;
	struct value value = value_null();
	uint64_t number = 0;

	if (record_get(end->replica, record, &arena, &found, NULL) == STATUS_OK)
		value = record_value(&found, column);
	if (value.type == VALUE_INTEGER)
		number = (uint64_t)value.integer;
	arena_deinit(&arena);
	return number;
}

static bool
has_state(struct end *end, uint64_t record, const char *state)
{
	struct arena arena = { 0 };
	struct record found;
	bool has = false;

	if (record_get(end->replica, record, &arena, &found, NULL) ==
	    STATUS_OK) {
		struct value value = record_value(&found, "state");

		has = value.type == VALUE_TEXT &&
		      bytes_equal_text(value.bytes, state);
	}
	arena_deinit(&arena);
	return has;
}

static bool
may_be_written(struct end *end, uint64_t pupil)
{
	struct dossier dossier;

	return is_here(end, pupil) &&
	       dossier_get(end->replica, pupil, &dossier, NULL) == STATUS_OK &&
	       dossier.state == DOSSIER_OPEN;
}

/* What a person at that computer might do with that child. */
static void
act(struct chaos *chaos, struct end *end)
{
	uint64_t school = replica_identity(end->replica).school;
	uint64_t pupil, transfer, envelope;
	bool holds;

	if (chaos->pupil_count == 0 ||
	    (chaos->pupil_count < PUPILS && draw(chaos, 5) == 0)) {
		chaos->pupils[chaos->pupil_count++] =
		    note(chaos, end, end_new_pupil(end, "Lane"));
		return;
	}
	envelope = end_last(end, "envelope", school);
	if (envelope != 0 && has_state(end, envelope, "waiting") &&
	    draw(chaos, 2) == 0) {
		note(chaos, end,
		    end_write(end, school, "envelope", envelope,
			COLUMNS({ "state",
			    draw(chaos, 5) == 0 ? "not_ours" : "ours" })));
		return;
	}
	pupil = chaos->pupils[draw(chaos, chaos->pupil_count)];
	if (!may_be_written(end, pupil))
		return;
	holds = reference_of(end, pupil, "holder") == school;
	transfer = reference_of(end, pupil, "open_transfer");
	if (!holds && has_state(end, transfer, "answered")) {
		note(chaos, end,
		    end_step_transfer(end, pupil, transfer, 0, "accepted"));
	} else if (holds && transfer == 0 && draw(chaos, 2) == 0) {
		uint32_t to =
		    (site_schools[end->site] + 1 + draw(chaos, 2)) % 3;

		note(chaos, end, end_step_transfer(end, pupil, 0, to, "open"));
	} else if (holds && transfer != 0 && draw(chaos, 6) == 0) {
		note(chaos, end,
		    end_step_transfer(end, pupil, transfer, 0, "cancelled"));
	} else {
		note(chaos, end,
		    end_write(end, pupil, "contact", 0,
			COLUMNS({ "surname", "Lane" })));
	}
}

static void
sync_some(struct chaos *chaos)
{
	struct end *some[ENDS];
	uint32_t count = 0;

	for (uint32_t i = 0; i < ENDS; i++)
		if (draw(chaos, 2) == 0)
			some[count++] = chaos->all[i];
	if (count > 0 && draw(chaos, 3) == 0)
		some[0]->cut_after = 1 + draw(chaos, 4000);
	if (count > 0)
		together(some, count);
	for (uint32_t i = 0; i < ENDS; i++)
		chaos->ends[i].cut_after = 0;
	if (draw(chaos, 3) == 0)
		take_off_line(chaos->all, ENDS);
}

/* The computer is set back to what it was some time ago. */
static void
copy_back(struct chaos *chaos, struct end *end, uint32_t site, bool keep)
{
	struct replica_options options = { .kind = REPLICA_CLIENT };
	char path[sizeof(end->path) + 8];
	struct buffer content = { 0 };

	snprintf(path, sizeof(path), "%s.old", end->path);
	if (keep) {
		(void)file_remove(path, NULL);
		END_OK(end, check_backup(end->replica, path, &end->err));
		return;
	}
	if (!file_exists(path))
		return;
	take_off_line(chaos->all, ENDS);
	engine_destroy(end->engine);
	replica_close(end->replica);
	end->engine = NULL;
	end->replica = NULL;
	snprintf(end->path + strlen(end->path), 8, "%u", draw(chaos, 1000));
	END_OK(end, file_read(path, 64 * 1024 * 1024, &content, &end->err));
	(void)file_remove(end->path, NULL);
	END_OK(end, file_write(end->path, buffer_view(&content), FILE_SECRET,
			&end->err));
	buffer_deinit(&content);
	options.path = end->path;
	END_OK(end, replica_open(&options, &end->replica, &end->err));
	END_OK(end, replica_jump(end->replica,
			site * 1000 + draw(chaos, 1 << 20), &end->err));
	end_start_engine(end);
}

static void
go_on(struct chaos *chaos)
{
	struct end *end = chaos->all[draw(chaos, ENDS)];
	uint32_t what = draw(chaos, 40);

	if (what < 20) {
		act(chaos, end);
	} else if (what < 32) {
		sync_some(chaos);
	} else if (what < 34) {
		hub_back_up(chaos->f, chaos->backup_count++);
	} else if (what < 36 && chaos->backup_count > 0) {
		take_off_line(chaos->all, ENDS);
		hub_restore_number(chaos->f, draw(chaos, chaos->backup_count));
	} else if (what == 36) {
		take_off_line(chaos->all, ENDS);
		hub_stop(chaos->f);
		hub_start(chaos->f);
	} else if (what == 37 && draw(chaos, 4) == 0) {
		take_off_line(chaos->all, ENDS);
		hub_restore_path(chaos->f, NULL);
	} else if (what >= 38 && chaos->copies) {
		copy_back(chaos, end, end->site, what == 38);
	}
	chaos->f->now += 1000;
}

static void
expect_one_again(struct chaos *chaos, uint64_t seed)
{
	struct fixture *f = chaos->f;

	together(chaos->all, ENDS);
	assert_false(hub_collects(f));
	for (uint32_t i = 0; i < ENDS; i++) {
		struct engine_status status = end_status(chaos->all[i]);

		if (!status.proved)
			print_message("seed %u\n", (unsigned)seed);
		expect_proved(chaos->all[i]);
		expect_sound(chaos->all[i]);
	}
	hub_expect_sound(f);
	for (uint32_t i = 0; i < chaos->pupil_count; i++) {
		uint32_t holders = hub_holders(f, chaos->pupils[i]);
		struct ledger_row row;
		bool known = ledger_get(f->replica, chaos->pupils[i], &row,
				 &f->err) == STATUS_OK;

		if (holders != known)
			fail_msg("seed %u: pupil %u has %u holders",
			    (unsigned)seed, i, holders);
	}
}

/* What the hub once took. */
static void
note_taken(struct chaos *chaos)
{
	struct ledger_row row;

	for (uint32_t i = 0; i < chaos->written_count; i++)
		if (!chaos->written[i].taken)
			chaos->written[i].taken =
			    ledger_get(chaos->f->replica, chaos->written[i].id,
				&row, NULL) == STATUS_OK;
}

/* Work that was taken after the file had passed on left its author at once: if
 * the hub loses it before the next holder has it, it is gone. */
static bool
has_passed_on(const struct written *written)
{
	struct pending_row row;

	return pending_get(written->by->replica, written->id, &row, NULL) ==
	           STATUS_OK &&
	       row.state == PENDING_PASSED_ON;
}

/* All computers have offered all: what was taken once is there, and no step
 * came out otherwise. */
static void
expect_nothing_lost(struct chaos *chaos, uint64_t seed)
{
	struct fixture *f = chaos->f;
	struct ledger_row row;

	for (uint32_t i = 0; i <= ENDS; i++)
		if (counted(f, i, "alarm.offered") +
			counted(f, i, "alarm.freeze") >
		    0)
			fail_msg("seed %u: an alarm about site %u",
			    (unsigned)seed, i);
	for (uint32_t i = 0; i < chaos->written_count; i++)
		if (chaos->written[i].taken &&
		    !has_passed_on(&chaos->written[i]) &&
		    ledger_get(f->replica, chaos->written[i].id, &row, NULL) !=
			STATUS_OK)
			fail_msg("seed %u: commit %u of site %u is lost",
			    (unsigned)seed, i, chaos->written[i].by->site);
}

static void
run_seed(struct fixture *f, uint64_t seed)
{
	static const char *const names[ENDS] = { "oak", "elm", "yew", "oak2" };
	struct chaos *chaos = calloc(1, sizeof(*chaos));

	assert_non_null(chaos);
	chaos->f = f;
	chaos->random = seed;
	chaos->copies = seed % 2 == 0;
	for (uint32_t i = 0; i < ENDS; i++) {
		end_open(&chaos->ends[i], f, i + 1, names[i]);
		chaos->all[i] = &chaos->ends[i];
	}
	together(chaos->all, ENDS);
	for (uint32_t i = 0; i < ROUNDS; i++) {
		go_on(chaos);
		note_taken(chaos);
	}
	expect_one_again(chaos, seed);
	if (!chaos->copies)
		expect_nothing_lost(chaos, seed);
	for (uint32_t i = 0; i < ENDS; i++)
		end_close(&chaos->ends[i]);
	free(chaos);
}

static uint64_t
first_seed(void)
{
	const char *text = getenv("SEED");

	return text == NULL ? 1 : strtoull(text, NULL, 10);
}

static void
test_whatever_happens_all_is_one_again(void **state)
{
	uint64_t first = first_seed();
	uint32_t count = getenv("SEED") == NULL ? SEEDS : 1;

	for (uint64_t seed = first; seed < first + count; seed++) {
		void *fixture = NULL;

		(void)state;
		print_message("seed %u\n", (unsigned)seed);
		(void)fixture_begin(&fixture);
		run_seed(fixture, seed);
		(void)fixture_end(&fixture);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whatever_happens_all_is_one_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
