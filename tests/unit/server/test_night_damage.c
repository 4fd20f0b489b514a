/*
 * What the night does about damage in the hub's own database.  Covers
 * server/night/job_database.c.
 */
#include "common/replica/damage.h"
#include "common/replica/defect.h"
#include "server/core/nights.h"
#include "server/core/table.h"
#include "server/night/plan.h"
#include "tests/unit/server/fixture.h"

#define DAY_MS (UINT64_C(24) * 60 * 60 * 1000)

static void
expect_integrity(struct fixture *f, enum night_grade grade, const char *part)
{
	struct night_work work = { .replica = f->replica,
		.folder = f->folder,
		.now_ms = f->now };
	struct night_outcome outcome;

	outcome_init(&outcome, "integrity");
	job_integrity(&work, &outcome);
	if (outcome.grade != grade || strstr(outcome.sentence, part) == NULL)
		fail_msg("%s: \"%s\"", night_grade_word(outcome.grade),
		    outcome.sentence);
	outcome_deinit(&outcome);
}

static void
alter(struct fixture *f, const char *sql)
{
	OK(table_run(f->replica, &f->err, sql, ""));
}

struct tally {
	uint32_t count;
	struct defect last;
};

static bool
count_defect(void *context, const struct defect *defect)
{
	struct tally *tally = context;

	tally->count++;
	tally->last = *defect;
	return true;
}

static struct tally
defects(struct fixture *f)
{
	struct tally tally = { 0 };

	OK(defect_each(f->replica, 0, count_defect, &tally, &f->err));
	return tally;
}

static bool
is_wanted(struct fixture *f, uint32_t number)
{
	struct night_state known;

	OK(nights_get(f->replica, number, &known, &f->err));
	return known.wanted;
}

/* Each of them may hold a sound copy. */
static void
test_damaged_commit_is_asked_of_every_computer(void **state)
{
	struct fixture *f = *state;
	struct tally tally;

	expect_integrity(f, NIGHT_OK, "sound");
	assert_false(is_wanted(f, 1));
	alter(f, "UPDATE ledger SET bytes = x'00' WHERE sequence = 2");
	expect_integrity(f, NIGHT_FAILED, "Damaged commits: 1; sound copies");
	for (uint32_t number = 1; number < SITES; number++)
		assert_true(is_wanted(f, number));
	tally = defects(f);
	assert_int_equal(tally.count, 1);
	assert_int_equal(tally.last.kind, DEFECT_DAMAGED);
	assert_int_equal(tally.last.sequence, 2);
	assert_int_equal(tally.last.site, 0);
	assert_int_equal(tally.last.received_ms, NOW);
}

/* A second night with the same damage asks again, and notes nothing new. */
static void
test_damage_is_a_defect_once(void **state)
{
	struct fixture *f = *state;

	alter(f, "UPDATE ledger SET bytes = x'00' WHERE sequence = 2");
	expect_integrity(f, NIGHT_FAILED, "Damaged commits: 1");
	alter(f, "UPDATE night_site SET wanted = 0");
	f->now += DAY_MS;
	expect_integrity(f, NIGHT_FAILED, "Damaged commits: 1");
	assert_true(is_wanted(f, 3));
	assert_int_equal(defects(f).count, 1);
}

/* The look has stored what it found before the night was broken off: the next
 * one puts it on record, once. */
static void
test_damage_of_a_night_that_was_broken_off_is_a_defect(void **state)
{
	struct fixture *f = *state;
	uint64_t upto = 0, found = 0;
	bool done;

	alter(f, "UPDATE ledger SET bytes = x'00' WHERE sequence = 2");
	OK(damage_look(f->replica, 1000, f->now, &upto, &found, &done,
	    &f->err));
	assert_int_equal(defects(f).count, 0);
	for (int night = 0; night < 2; night++) {
		f->now += DAY_MS;
		expect_integrity(f, NIGHT_FAILED, "Damaged commits: 1");
		assert_int_equal(defects(f).count, 1);
	}
}

/* A hub with another catalogue folds everything anew as it starts: what is
 * damaged does not keep it from that, and is a defect of the next night. */
static void
test_damage_before_another_catalogue_is_a_defect(void **state)
{
	struct fixture *f = *state;

	alter(f, "UPDATE ledger SET bytes = x'00' WHERE sequence = 2");
	alter(f, "UPDATE meta SET value = 12345 WHERE name = 'catalogue'");
	fixture_restart(f);
	for (int night = 0; night < 2; night++) {
		f->now += DAY_MS;
		expect_integrity(f, NIGHT_FAILED, "Damaged commits: 1");
		assert_int_equal(defects(f).count, 1);
		assert_true(is_wanted(f, 3));
	}
}

/* That is for a person: nobody is asked for what nobody lacks. */
static void
test_wrong_table_is_for_a_person(void **state)
{
	struct fixture *f = *state;

	alter(f, "UPDATE school SET phase = 'junior'");
	expect_integrity(f, NIGHT_FAILED, "check --repair");
	assert_false(is_wanted(f, 1));
	assert_int_equal(defects(f).count, 0);
}

static void
test_defects_are_forgotten_after_two_years(void **state)
{
	struct fixture *f = *state;
	struct defect old = { .found_ms = NOW - 731 * DAY_MS,
		.kind = DEFECT_TABLES };
	struct defect young = { .found_ms = NOW - 729 * DAY_MS,
		.kind = DEFECT_FILE };

	OK(replica_begin(f->replica, &f->err));
	OK(defect_note(f->replica, &old, &f->err));
	OK(defect_note(f->replica, &young, &f->err));
	OK(replica_commit(f->replica, &f->err));
	expect_integrity(f, NIGHT_OK, "sound");
	assert_int_equal(defects(f).count, 1);
	assert_int_equal(defects(f).last.kind, DEFECT_FILE);
}

int
main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)
	static const struct CMUnitTest tests[] = {
		TEST(test_damaged_commit_is_asked_of_every_computer),
		TEST(test_damage_is_a_defect_once),
		TEST(test_damage_of_a_night_that_was_broken_off_is_a_defect),
		TEST(test_damage_before_another_catalogue_is_a_defect),
		TEST(test_wrong_table_is_for_a_person),
		TEST(test_defects_are_forgotten_after_two_years),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
