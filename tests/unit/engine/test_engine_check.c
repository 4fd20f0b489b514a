/*
 * What follows from the look at tables and file that ends a night.
 */
#include "tests/unit/engine/talk.h"

#include <sqlite3.h>

#include "common/replica/defect.h"
#include "protocol/message_night.h"

/* A session that is in step; the hub has compared, and nothing differs. */
static void
begin_looking(struct talk *t)
{
	talk_begin_session(t);
	(void)fixture_term(t->other, "term");
	talk_stream(t);
	SAY(t, FRAME_NIGHT, night, (struct night_message){ .due_ms = t->now });
	SAY(t, FRAME_RECONCILED, reconciled,
	    (struct reconciled){ .state = RECONCILED_EQUAL });
	assert_true(t->update.check);
}

static void
answer(struct talk *t, uint64_t faults)
{
	engine_checked(t->engine, faults);
	talk_tick(t, 1);
}

/* Tables that were wrong are made anew, and looked at once more. */
static void
test_tables_that_were_mended_are_looked_at_again(void **state)
{
	struct talk *t = *state;
	struct found found;

	begin_looking(t);
	answer(t, 3);
	assert_true(t->update.check);
	assert_int_equal(said_count(t, FRAME_FOUND), 0);
	answer(t, 0);
	HEARD(t, FRAME_FOUND, found, &found);
	assert_int_equal(found.outcome, FOUND_MENDED);
	assert_int_equal(found.faults, 3);
	assert_int_equal(found.refolded, 1);
}

static bool
count_defect(void *context, const struct defect *defect)
{
	assert_int_equal(defect->kind, DEFECT_TABLES);
	++*(uint32_t *)context;
	return true;
}

static void
expect_on_record(struct talk *t, uint32_t expected)
{
	uint32_t count = 0;

	assert_ok(defect_each(t->replica, 0, count_defect, &count, err));
	assert_int_equal(count, expected);
}

/* Who is interrupted then finds tables that are right: that they were not is
 * on record by then, and once. */
static void
test_wrong_tables_are_on_record_once_mended(void **state)
{
	struct talk *t = *state;

	begin_looking(t);
	expect_on_record(t, 0);
	answer(t, 3);
	expect_on_record(t, 1);
	answer(t, 0);
	expect_on_record(t, 1);
}

/* A commit that went bad since the run had looked at it is asked for as any
 * other: nothing is made anew of what cannot be read. */
static void
test_damage_since_the_look_is_mended_first(void **state)
{
	struct talk *t = *state;
	struct reconcile asked;

	begin_looking(t);
	assert_int_equal(sqlite3_exec(replica_database(t->replica),
			     "UPDATE ledger SET bytes = x'c1' WHERE sequence ="
			     " (SELECT max(sequence) FROM ledger)",
			     NULL, NULL, NULL),
	    SQLITE_OK);
	assert_true(sqlite3_changes(replica_database(t->replica)) > 0);
	answer(t, 1);
	assert_false(t->update.check);
	HEARD(t, FRAME_RECONCILE, reconcile, &asked);
}

/* Once anew is enough to know that it does not help. */
static void
test_tables_that_stay_wrong_are_a_failure(void **state)
{
	struct talk *t = *state;
	struct found found;

	begin_looking(t);
	answer(t, 3);
	answer(t, 2);
	HEARD(t, FRAME_FOUND, found, &found);
	assert_int_equal(found.outcome, FOUND_FAILED);
	assert_false(t->update.check);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TALK(test_tables_that_were_mended_are_looked_at_again),
		TALK(test_wrong_tables_are_on_record_once_mended),
		TALK(test_damage_since_the_look_is_mended_first),
		TALK(test_tables_that_stay_wrong_are_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
