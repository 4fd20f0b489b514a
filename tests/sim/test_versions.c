/*
 * An older and a newer program side by side, each by its own catalogue: as
 * dialogues of the real engine and the real hub, with stored databases that
 * are closed, upgraded and opened again.
 *
 * "Next" is the catalogue of catalogues.h, which knows pupil.call_name,
 * contact.call_name, interest and a new code.
 */
#include "tests/sim/catalogues.h"
#include "tests/unit/server/together.h"

/* --- what the tests share ------------------------------------------------- */

static void
upgrade_hub(struct fixture *f, struct end **ends, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (ends[i]->connected)
			end_break_line(ends[i]);
	f->catalogue = catalogues_next();
	fixture_restart(f);
}

static void
upgrade(struct end *end)
{
	end->catalogue = catalogues_next();
	end_restart(end);
}

/* What this computer's program says to writing it. */
static enum status
try_to_write(struct end *end, uint64_t pupil, const char *collection,
    const char *column)
{
	struct draft *draft = NULL;
	int64_t record = (int64_t)pupil;
	enum status status = STATUS_OK;

	END_OK(end, replica_begin(end->replica, &end->err));
	END_OK(end, draft_create(end->replica, pupil, 0, &draft, &end->err));
	catalogue_use(end->catalogue);
	if (strcmp(collection, "pupil") != 0)
		status = draft_insert(draft, collection, &record, &end->err);
	if (status == STATUS_OK)
		status =
		    draft_set_text(draft, record, column, text("x"), &end->err);
	draft_destroy(draft);
	replica_rollback(end->replica);
	catalogue_use(end->f->catalogue);
	return status;
}

static uint32_t
flags_of(struct end *end, uint64_t id)
{
	struct arena arena = { 0 };
	struct record record;

	END_OK(end, record_get(end->replica, id, &arena, &record, &end->err));
	arena_deinit(&arena);
	return record.flags;
}

static uint32_t
hub_flags_of(struct fixture *f, uint64_t id)
{
	struct record record;

	OK(record_get(f->replica, id, &f->arena, &record, &f->err));
	return record.flags;
}

/* Two computers of one catalogue and one set have the same tables. */
static void
expect_same_tables(struct end *one, struct end *other)
{
	struct digest first, second;

	END_OK(one, check_tables_digest(one->replica, &first, &one->err));
	END_OK(other,
	    check_tables_digest(other->replica, &second, &other->err));
	assert_true(digest_equal(&first, &second));
}

static void
expect_well(struct end *end)
{
	struct engine_status status;

	expect_proved(end);
	expect_sound(end);
	status = end_status(end);
	assert_int_equal(status.aside, 0);
	assert_int_equal(status.alarms, 0);
}

/* --- client newer than hub ------------------------------------------------ */

/* A newer program at an older hub writes nothing that the hub does not know,
 * but a code, which is a value; after the hub's upgrade it writes all. */
static void
test_newer_client_waits_for_the_hub(void **state)
{
	struct fixture *f = *state;
	struct end oak, *ends[] = { &oak };
	uint64_t pupil, contact, interest;

	end_open_with(&oak, f, 1, "oak", catalogues_next());
	sync_end(&oak);
	pupil = end_new_pupil(&oak, "Lane");
	contact = end_write(&oak, pupil, "contact", 0,
	    COLUMNS({ "surname", "Lane" }, { "relationship", NEXT_CODE }));
	assert_int_equal(try_to_write(&oak, pupil, NEXT_COLLECTION, "name"),
	    STATUS_UNSUPPORTED);
	assert_int_equal(try_to_write(&oak, pupil, "pupil", NEXT_COLUMN),
	    STATUS_UNSUPPORTED);
	sync_end(&oak);
	expect_well(&oak);
	assert_int_equal(flags_of(&oak, contact), 0);
	assert_int_equal(hub_flags_of(f, contact), RECORD_UNKNOWN_CODE);

	upgrade_hub(f, ends, 1);
	assert_int_equal(hub_flags_of(f, contact), 0);
	sync_end(&oak);
	end_write(&oak, pupil, "pupil", pupil, COLUMNS({ NEXT_COLUMN, "Id" }));
	interest = end_write(&oak, pupil, NEXT_COLLECTION, 0,
	    COLUMNS({ "name", "Chess" }));
	sync_end(&oak);
	expect_well(&oak);
	expect_text(f, pupil, NEXT_COLUMN, "Id");
	expect_text(f, interest, "name", "Chess");
	end_close(&oak);
}

/* What was written before this computer ever heard what the hub knows is
 * refused, and goes again by itself when the hub was upgraded: with what was
 * built on it, and with what others wrote meanwhile kept beside it. */
static void
test_unknown_goes_again_after_the_upgrade(void **state)
{
	struct fixture *f = *state;
	struct end oak, oak2, *ends[] = { &oak, &oak2 };
	uint64_t pupil, known, interest;

	end_open_with(&oak, f, 1, "oak", catalogues_next());
	end_open(&oak2, f, 4, "oak2");
	sync_end(&oak2);
	known = end_new_pupil(&oak2, "Lane");
	pupil = end_new_pupil(&oak, "Okafor");
	end_write(&oak, pupil, "pupil", pupil,
	    COLUMNS({ NEXT_COLUMN, "Id" }, { "surname", "Oka" }));
	interest = end_write(&oak, pupil, NEXT_COLLECTION, 0,
	    COLUMNS({ "name", "Chess" }));
	end_write(&oak, pupil, NEXT_COLLECTION, interest,
	    COLUMNS({ "note", "Tuesdays" }));
	together(ends, 2);
	assert_int_equal(end_status(&oak).aside, 3);
	end_expect(&oak, pupil, "surname", "Okafor");
	end_expect(&oak, known, "surname", "Lane");
	f->now += 1000;
	end_write(&oak2, pupil, "pupil", pupil, COLUMNS({ "surname", "For" }));
	together(ends, 2);
	end_restart(&oak);
	together(ends, 2);
	assert_int_equal(end_status(&oak).aside, 3);

	upgrade_hub(f, ends, 2);
	together(ends, 2);
	expect_well(&oak);
	expect_well(&oak2);
	expect_text(f, pupil, NEXT_COLUMN, "Id");
	expect_text(f, interest, "note", "Tuesdays");
	end_expect(&oak, pupil, "surname", "For");
	assert_int_equal(end_conflicts(&oak), 1);
	assert_int_equal(end_conflicts(&oak2), 1);
	upgrade(&oak2);
	together(ends, 2);
	expect_same_tables(&oak, &oak2);
	end_close(&oak);
	end_close(&oak2);
}

/* --- hub newer than client ------------------------------------------------ */

/* A pupil of whom a newer program wrote what an older one does not know. */
static uint64_t
new_pupil_of_next(struct end *end, uint64_t *contact)
{
	uint64_t pupil = end_new_pupil(end, "Lane");

	end_write(end, pupil, "pupil", pupil, COLUMNS({ NEXT_COLUMN, "Id" }));
	end_write(end, pupil, NEXT_COLLECTION, 0, COLUMNS({ "name", "Chess" }));
	*contact = end_write(end, pupil, "contact", 0,
	    COLUMNS({ "surname", "Mo" }, { NEXT_COLUMN, "M" },
		{ "relationship", NEXT_CODE }));
	return pupil;
}

/* An older program keeps what it does not know, proves it, edits beside it
 * without loss, and shows it after its upgrade. */
static void
test_older_client_keeps_what_it_does_not_know(void **state)
{
	struct fixture *f = *state;
	struct end oak, oak2, *ends[] = { &oak, &oak2 };
	uint64_t pupil, contact;

	upgrade_hub(f, NULL, 0);
	end_open_with(&oak, f, 1, "oak", catalogues_next());
	end_open(&oak2, f, 4, "oak2");
	together(ends, 2);
	pupil = new_pupil_of_next(&oak, &contact);
	together(ends, 2);
	expect_well(&oak);
	expect_well(&oak2);
	assert_int_equal(flags_of(&oak2, pupil), RECORD_UNKNOWN_COLUMN);
	assert_int_equal(flags_of(&oak2, contact),
	    RECORD_UNKNOWN_COLUMN | RECORD_UNKNOWN_CODE);

	end_write(&oak2, pupil, "pupil", pupil, COLUMNS({ "surname", "Lee" }));
	end_write(&oak, pupil, "pupil", pupil, COLUMNS({ NEXT_COLUMN, "Ed" }));
	end_write(&oak2, pupil, "contact", contact,
	    COLUMNS({ "surname", "Moe" }, { "relationship", "GDM" }));
	together(ends, 2);
	expect_well(&oak);
	expect_well(&oak2);
	end_expect(&oak, pupil, "surname", "Lee");
	end_expect(&oak, pupil, NEXT_COLUMN, "Ed");
	end_expect(&oak, contact, "surname", "Moe");
	end_expect(&oak, contact, NEXT_COLUMN, "M");
	assert_int_equal(end_conflicts(&oak), 0);

	upgrade(&oak2);
	end_expect(&oak2, pupil, NEXT_COLUMN, "Ed");
	end_expect(&oak2, contact, NEXT_COLUMN, "M");
	assert_int_equal(end_count(&oak2, NEXT_COLLECTION, pupil), 1);
	assert_int_equal(flags_of(&oak2, pupil), 0);
	together(ends, 2);
	expect_well(&oak2);
	expect_same_tables(&oak, &oak2);

	oak2.catalogue = NULL; /* and the older program again */
	end_restart(&oak2);
	together(ends, 2);
	expect_well(&oak2);
	end_expect(&oak2, pupil, "surname", "Lee");
	end_close(&oak);
	end_close(&oak2);
}

/* An older program that deletes a record has seen also the columns that it
 * does not know: nobody is asked whether it meant it. */
static void
test_older_client_deletes_what_it_does_not_know(void **state)
{
	struct fixture *f = *state;
	struct end oak, oak2, *ends[] = { &oak, &oak2 };
	struct draft *draft = NULL;
	uint64_t pupil, contact, commit;

	upgrade_hub(f, NULL, 0);
	end_open_with(&oak, f, 1, "oak", catalogues_next());
	end_open(&oak2, f, 4, "oak2");
	together(ends, 2);
	pupil = new_pupil_of_next(&oak, &contact);
	together(ends, 2);
	END_OK(&oak2, replica_begin(oak2.replica, &oak2.err));
	END_OK(&oak2, draft_create(oak2.replica, pupil, 0, &draft, &oak2.err));
	END_OK(&oak2, draft_delete(draft, contact, &oak2.err));
	END_OK(&oak2, draft_finish(draft, end_now(&oak2), &commit, &oak2.err));
	draft_destroy(draft);
	END_OK(&oak2, replica_commit(oak2.replica, &oak2.err));
	together(ends, 2);
	expect_well(&oak);
	expect_well(&oak2);
	assert_int_equal(end_count(&oak, "contact", pupil), 0);
	assert_int_equal(end_conflicts(&oak), 0);
	end_close(&oak);
	end_close(&oak2);
}

/* The file goes to a school with an older program and on from there: nothing
 * of it is lost on the way, and its purge takes the unknown along. */
static void
test_unknown_moves_with_the_file(void **state)
{
	struct fixture *f = *state;
	struct end oak, elm, *ends[] = { &oak, &elm };
	uint64_t pupil, contact, transfer;

	upgrade_hub(f, NULL, 0);
	end_open_with(&oak, f, 1, "oak", catalogues_next());
	end_open(&elm, f, 2, "elm");
	together(ends, 2);
	pupil = new_pupil_of_next(&oak, &contact);
	transfer = end_step_transfer(&oak, pupil, 0, ELM, "open");
	together(ends, 2);
	end_write(&elm, f->schools[ELM], "envelope",
	    end_last(&elm, "envelope", 0), COLUMNS({ "state", "ours" }));
	together(ends, 2);
	expect_well(&elm);
	end_step_transfer(&oak, pupil, transfer, ELM, "cancelled");
	together(ends, 2);
	assert_int_equal(end_count(&elm, "pupil", 0), 0);
	expect_well(&elm);

	transfer = end_step_transfer(&oak, pupil, 0, ELM, "open");
	together(ends, 2);
	end_write(&elm, f->schools[ELM], "envelope",
	    end_last(&elm, "envelope", 0), COLUMNS({ "state", "ours" }));
	together(ends, 2);
	end_step_transfer(&elm, pupil, transfer, ELM, "accepted");
	together(ends, 2);
	end_write(&elm, pupil, "pupil", pupil, COLUMNS({ "surname", "Lee" }));
	together(ends, 2);
	upgrade(&elm);
	together(ends, 2);
	expect_well(&oak);
	expect_well(&elm);
	end_expect(&elm, pupil, NEXT_COLUMN, "Id");
	end_expect(&elm, pupil, "surname", "Lee");
	assert_int_equal(end_count(&elm, NEXT_COLLECTION, pupil), 1);
	end_close(&oak);
	end_close(&elm);
}

/* --- in the middle of something ------------------------------------------- */

/* A first sync, cut after so many bytes, goes on under the newer program, with
 * what waited under the older.  False: it was not cut any more. */
static bool
upgrade_after(struct fixture *f, struct end *oak, size_t cut, uint64_t pupils)
{
	struct end oak2, *ends[] = { oak, &oak2 };
	char name[32];
	uint64_t own;
	bool some, broke = false;

	snprintf(name, sizeof(name), "oak2-%zu", cut);
	end_open(&oak2, f, 4, name);
	/* each is another installation: its numbers are its own */
	END_OK(&oak2,
	    replica_jump(oak2.replica, (uint32_t)cut * 100, &oak2.err));
	own = end_new_pupil(&oak2, "Waits");
	end_write(&oak2, own, "pupil", own, COLUMNS({ "surname", "Waited" }));
	oak2.cut_after = cut;
	(void)end_connect(&oak2);
	for (uint32_t i = 0; i < 20 && oak2.connected; i++) {
		struct engine_update update =
		    end_step(&oak2, ENGINE_TICK, (struct bytes){ NULL, 0 });

		if (end_carry_up(&oak2, &update))
			(void)end_carry_down(&oak2, &some);
	}
	broke = !oak2.connected;
	upgrade(&oak2);
	together(ends, 2);
	expect_well(oak);
	expect_well(&oak2);
	end_expect(&oak2, own, "surname", "Waited");
	end_expect(oak, own, "surname", "Waited");
	assert_int_equal(end_count(&oak2, "pupil", 0), pupils + 1);
	expect_same_tables(oak, &oak2);
	end_close(&oak2);
	return broke;
}

static void
test_upgrade_in_the_middle_of_a_first_sync(void **state)
{
	struct fixture *f = *state;
	struct end oak;
	uint64_t pupil, contact, pupils = 0;
	size_t cut = 60;

	upgrade_hub(f, NULL, 0);
	end_open_with(&oak, f, 1, "oak", catalogues_next());
	sync_end(&oak);
	for (; pupils < 3; pupils++) {
		pupil = new_pupil_of_next(&oak, &contact);
		end_write(&oak, pupil, "pupil", pupil,
		    COLUMNS({ "surname", "Lee" }));
	}
	sync_end(&oak);
	while (upgrade_after(f, &oak, cut, pupils)) {
		pupils++;
		cut += 250;
	}
	assert_true(cut > 1000);
	end_close(&oak);
}

/* Work that waits over an upgrade is folded anew with the rest, and sent as it
 * was written. */
static void
test_upgrade_with_waiting_commits(void **state)
{
	struct fixture *f = *state;
	struct end oak, oak2, *ends[] = { &oak, &oak2 };
	uint64_t pupil, contact;

	upgrade_hub(f, NULL, 0);
	end_open_with(&oak, f, 1, "oak", catalogues_next());
	end_open(&oak2, f, 4, "oak2");
	together(ends, 2);
	pupil = new_pupil_of_next(&oak, &contact);
	together(ends, 2);
	end_break_line(&oak2);
	end_write(&oak2, pupil, "pupil", pupil, COLUMNS({ "surname", "Lee" }));
	end_write(&oak2, pupil, "pupil", pupil, COLUMNS({ "surname", "Loo" }));
	end_write(&oak, pupil, "pupil", pupil, COLUMNS({ NEXT_COLUMN, "Ed" }));
	upgrade(&oak2);
	end_expect(&oak2, pupil, "surname", "Loo");
	end_expect(&oak2, pupil, NEXT_COLUMN, "Id");
	assert_int_equal(end_status(&oak2).waiting, 2);
	end_write(&oak2, pupil, "contact", contact,
	    COLUMNS({ NEXT_COLUMN, "Mm" }));
	together(ends, 2);
	expect_well(&oak);
	expect_well(&oak2);
	end_expect(&oak, pupil, "surname", "Loo");
	end_expect(&oak2, pupil, NEXT_COLUMN, "Ed");
	end_expect(&oak, contact, NEXT_COLUMN, "Mm");
	expect_same_tables(&oak, &oak2);
	end_close(&oak);
	end_close(&oak2);
}

int
main(void)
{
#define VERSIONS(test) \
	cmocka_unit_test_setup_teardown(test, fixture_begin, fixture_end)
	const struct CMUnitTest tests[] = {
		VERSIONS(test_newer_client_waits_for_the_hub),
		VERSIONS(test_unknown_goes_again_after_the_upgrade),
		VERSIONS(test_older_client_keeps_what_it_does_not_know),
		VERSIONS(test_older_client_deletes_what_it_does_not_know),
		VERSIONS(test_unknown_moves_with_the_file),
		VERSIONS(test_upgrade_in_the_middle_of_a_first_sync),
		VERSIONS(test_upgrade_with_waiting_commits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
