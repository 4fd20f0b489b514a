/*
 * Files whose keeping is to be decided, and copies of what was passed on.
 *
 * Covers common/report/findings_retention.c.
 */
#include <sqlite3.h>

#include "common/replica/sql.h"
#include "tests/unit/report/fixture.h"

#define TODAY "2026-11-23"

/* A world's replica is of site 7: a word from a computer with a lower number
 * may be the later one. */
static void
write_down(struct world *world, uint64_t pupil, const char *act,
    const char *due)
{
	fixture_insert(world->replica, pupil, "retention", "act", act, "due_on",
	    due, NULL);
}

static void
test_last_word_on_keeping_counts(void **state)
{
	struct world *world = *state;
	uint64_t pupil = add_teodora(world);
	struct finding found;

	write_down(world, pupil, "review", "2026-11-01");
	found = expect_one(world, TODAY, FINDING_RETENTION_DUE);
	assert_int_equal(found.acts, world->oak);
	assert_int_equal(found.subject, 0); /* that it was written tells */
	write_down(world, pupil, "keep", "2030-11-01");
	expect_none(world, TODAY, FINDING_RETENTION_DUE);
	write_down(world, pupil, "destroy", "2026-12-01");
	found = expect_one(world, TODAY, FINDING_RETENTION_DUE);
	assert_int_equal(found.urgency, FINDING_SOON);
	write_down(world, pupil, "hold", "");
	expect_none(world, "2050-01-01", FINDING_RETENTION_DUE);
}

/* The last school keeps until then, and a person reviews. */
static void
test_file_is_reviewed_at_the_25th_birthday(void **state)
{
	struct world *world = *state;
	uint64_t pupil = add_teodora(world); /* born 2015-01-19 */
	struct finding found;

	expect_none(world, "2040-01-04", FINDING_RETENTION_DUE);
	found = expect_one(world, "2040-01-05", FINDING_RETENTION_DUE);
	assert_int_equal(found.urgency, FINDING_SOON);
	assert_int_equal(found.acts, world->oak);
	assert_int_equal(found.subject, pupil);
	expect_due(&found, "2040-01-19");
	found = expect_one(world, "2040-01-20", FINDING_RETENTION_DUE);
	assert_int_equal(found.urgency, FINDING_OVERDUE);
	write_down(world, pupil, "hold", "");
	expect_none(world, "2040-01-20", FINDING_RETENTION_DUE);
	write_down(world, pupil, "lift", "");
	expect_one(world, "2040-01-20", FINDING_RETENTION_DUE);
	write_down(world, pupil, "keep", "2045-01-19");
	expect_none(world, "2040-01-20", FINDING_RETENTION_DUE);
}

/* --- which word is the last ----------------------------------------------- */

/* Another computer of the school has written it: its number is lower. */
static void
alter(struct world *world, const char *text)
{
	char *why = NULL;

	if (sqlite3_exec(replica_database(world->replica), text, NULL, NULL,
		&why) != SQLITE_OK)
		fail_msg("%s: %s", text, why);
}

static void
test_hold_from_a_lower_number_is_no_earlier_word(void **state)
{
	struct world *world = *state;
	uint64_t pupil = add_teodora(world);

	write_down(world, pupil, "review", "2026-11-01");
	expect_one(world, TODAY, FINDING_RETENTION_DUE);
	alter(world, "INSERT INTO ledger SELECT 900000, id, dossier, 0, digest,"
		     " zeroblob(8), 0, bytes FROM pending WHERE id ="
		     "  (SELECT h.id FROM retention AS r JOIN touch AS h"
		     "   ON h.record = r.id)");
	alter(world,
	    "INSERT INTO retention (id, _dossier, act) SELECT 3, _dossier,"
	    " 'hold' FROM retention");
	expect_none(world, TODAY, FINDING_RETENTION_DUE);
}

/* --- copies --------------------------------------------------------------- */

/* Oak passed it on to Elm, by a commit that the hub took then. */
static uint64_t
pass_on(struct world *world, const char *day)
{
	uint64_t pupil = add_child(world, world->elm, "Brandt", "");
	static const char *const texts[] = {
		"INSERT INTO ledger SELECT 700, 700, ?1, unixepoch(?2) * 1000,"
		" zeroblob(16), zeroblob(8), 0, x'00' WHERE ?3 > 0",
		"INSERT INTO grants (grant_id, school, dossier, kind, because,"
		" opened, held, frozen, closed) SELECT 5, ?3, ?1, 1, 0, 1, 1,"
		" 700, 0 WHERE ?2 <> ''",
	};

	for (int i = 0; i < 2; i++) {
		struct sql *sql = sql_use(world->replica, texts[i]);

		sql_bind_id(sql, 1, pupil);
		sql_bind_text(sql, 2, bytes_of_text(day));
		sql_bind_id(sql, 3, world->oak);
		assert_ok(sql_finish(sql, err));
	}
	return pupil;
}

static void
test_copy_is_kept_a_year(void **state)
{
	struct world *world = *state;
	uint64_t pupil = pass_on(world, "2025-12-01");
	struct finding found;

	expect_none(world, "2026-11-16", FINDING_COPY_DUE);
	found = expect_one(world, TODAY, FINDING_COPY_DUE);
	expect_due(&found, "2026-12-01");
	assert_int_equal(found.school, world->oak);
	assert_int_equal(found.acts, world->oak);
	assert_int_equal(found.other, world->elm);
	assert_int_equal(found.subject, pupil);
	alter(world, "UPDATE grants SET closed = 900");
	expect_none(world, "2030-01-01", FINDING_COPY_DUE);
}

static void
test_copy_is_kept_as_the_school_has_set(void **state)
{
	struct world *world = *state;
	uint64_t pupil = pass_on(world, "2026-11-20");
	struct finding found;

	expect_none(world, TODAY, FINDING_COPY_DUE);
	fixture_insert(world->replica, world->oak, "setting", "name",
	    "copies_kept_days", "value", "0", NULL);
	found = expect_one(world, TODAY, FINDING_COPY_DUE);
	expect_due(&found, "2026-11-20");
	write_down(world, pupil, "hold", "");
	expect_none(world, TODAY, FINDING_COPY_DUE);
	write_down(world, pupil, "lift", "");
	expect_one(world, TODAY, FINDING_COPY_DUE);
	fixture_update(world->replica, world->oak, last_of(world, "setting"),
	    "value", "always", NULL);
	expect_none(world, "2090-01-01", FINDING_COPY_DUE);
}

/* It came back: what is here is no copy. */
static void
test_file_that_came_back_is_no_copy(void **state)
{
	struct world *world = *state;
	uint64_t pupil = pass_on(world, "2020-11-20");

	expect_one(world, TODAY, FINDING_COPY_DUE);
	fixture_update(world->replica, pupil, pupil, "holder",
	    id_text(world->oak), NULL);
	expect_none(world, TODAY, FINDING_COPY_DUE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(test_last_word_on_keeping_counts),
		WORLD(test_file_is_reviewed_at_the_25th_birthday),
		WORLD(test_hold_from_a_lower_number_is_no_earlier_word),
		WORLD(test_copy_is_kept_a_year),
		WORLD(test_copy_is_kept_as_the_school_has_set),
		WORLD(test_file_that_came_back_is_no_copy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
