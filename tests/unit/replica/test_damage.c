/*
 * Commits that are not what was stored are found, noted, and left out, until
 * they are sound again or make way.
 */
#include "night.h"

static void
test_sound_ledger_has_no_damage(void **state)
{
	struct night *night = *state;
	bool noted;

	assert_int_equal(night_look(night->replica), 0);
	assert_int_equal(night_noted(night->replica), 0);
	assert_ok(damage_is_noted(night->replica, 2, &noted, err));
	assert_false(noted);
}

/* Whatever bit of whatever byte: what can be told by the digest is. */
static void
test_every_byte_tells(void **state)
{
	struct night *night = *state;
	struct replica *replica = night->replica;

	for (uint32_t i = 0; i < night->items[0].commit.size; i++) {
		uint8_t bits = (uint8_t)(1 << i % 8);
		bool noted;

		night_flip(replica, 1, i, bits);
		assert_int_equal(night_look(replica), 1);
		assert_ok(damage_is_noted(replica, 1, &noted, err));
		assert_true(noted);
		night_flip(replica, 1, i, bits);
		/* sound again: nothing else was changed */
		assert_int_equal(night_look(replica), 0);
		assert_int_equal(night_noted(replica), 0);
	}
	night_expect_as_before(night);
}

/* What stands beside the bytes is not theirs. */
static void
test_other_columns_tell(void **state)
{
	static const char *const damages[] = {
		"UPDATE ledger SET id = 999 WHERE sequence = 3",
		"UPDATE ledger SET dossier = 200 WHERE sequence = 3",
		"UPDATE ledger SET digest = zeroblob(16) WHERE sequence = 3",
		"UPDATE ledger SET digest = x'07' WHERE sequence = 3",
		"UPDATE ledger SET mark = x'07' WHERE sequence = 3",
		"UPDATE ledger SET redacted = 1 WHERE sequence = 3",
		"UPDATE ledger SET redacted = 0 WHERE sequence = 2",
		"UPDATE ledger SET bytes = x'' WHERE sequence = 3",
		"UPDATE ledger SET bytes = x'c1' WHERE sequence = 3",
	};

	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		struct night night;

		(void)state;
		night_open(&night, REPLICA_CLIENT);
		night_damage(night.replica, damages[i]);
		assert_int_equal(night_check(night.replica), STATUS_CORRUPT);
		assert_int_equal(night_look(night.replica), 1);
		assert_int_equal(night_look(night.replica), 1);
		assert_int_equal(night_noted(night.replica), 1);
		night_close(&night);
	}
}

/* Part by part; a note keeps the time at which it was first found. */
static void
test_looking_goes_on_where_it_was(void **state)
{
	struct night *night = *state;
	struct replica *replica = night->replica;
	uint64_t upto = 0;
	uint64_t found = 0;
	bool done;

	night_damage(replica, "UPDATE ledger SET bytes = x'c1'"
			      " WHERE sequence IN (1, 9)");
	assert_ok(damage_look(replica, 8, 5, &upto, &found, &done, err));
	assert_int_equal(upto, 9);
	assert_int_equal(found, 2);
	assert_false(done);
	assert_ok(damage_look(replica, 8, 5, &upto, &found, &done, err));
	assert_int_equal(upto, 10);
	assert_int_equal(found, 2);
	assert_true(done);
	upto = 0;
	assert_ok(damage_look(replica, 2, 6, &upto, &found, &done, err));
	assert_int_equal(found, 3);
	SCRIPT_EXPECT(replica,
	    "SELECT group_concat(sequence || ':' || id || ':' || found_ms)"
	    " FROM damaged",
	    "1:100:5,9:230:5");
}

/* In somebody's transaction it is part of that. */
static void
test_looking_inside_a_transaction(void **state)
{
	struct night *night = *state;

	night_damage(night->replica,
	    "UPDATE ledger SET bytes = x'c1' WHERE sequence = 1");
	assert_ok(replica_begin(night->replica, err));
	assert_int_equal(night_look(night->replica), 1);
	assert_int_equal(night_noted(night->replica), 1);
	replica_rollback(night->replica);
	assert_int_equal(night_noted(night->replica), 0);
}

/* Another writes: nothing is noted, and nothing is passed over. */
static void
test_looking_that_cannot_write_says_so(void **state)
{
	struct night *night = *state;
	struct replica *replica = night->replica;
	uint64_t upto = 0;
	uint64_t found = 0;
	bool done;

	night_damage(replica,
	    "UPDATE ledger SET bytes = x'c1' WHERE sequence = 1");
	night_damage(replica, "ALTER TABLE damaged RENAME COLUMN id TO number;"
			      "UPDATE ledger SET mark = mark");
	assert_int_equal(damage_look(replica, 9, 5, &upto, &found, &done,
			     UNREAD),
	    STATUS_CORRUPT);
	assert_false(replica_in_transaction(replica));
	assert_int_equal(upto, 0);
	assert_int_equal(found, 0);
}

/* Lost altogether since it was noted. */
static void
test_note_of_what_is_gone_goes(void **state)
{
	struct night *night = *state;

	night_damage(night->replica,
	    "UPDATE ledger SET bytes = x'c1' WHERE sequence = 10");
	assert_int_equal(night_look(night->replica), 1);
	night_damage(night->replica, "DELETE FROM ledger WHERE sequence = 10");
	assert_int_equal(night_look(night->replica), 0);
	assert_int_equal(night_noted(night->replica), 0);
}

/* --- making way ----------------------------------------------------------- */

static bool
make_way(struct replica *replica, uint64_t sequence, uint64_t id)
{
	bool had;

	assert_ok(replica_begin(replica, err));
	assert_ok(damage_make_way(replica, sequence, id, &had, err));
	assert_ok(replica_commit(replica, err));
	return had;
}

/* By place and by number; what is sound stays. */
static void
test_damage_makes_way(void **state)
{
	struct night *night = *state;
	struct replica *replica = night->replica;

	night_damage(replica, "UPDATE ledger SET bytes = x'c1'"
			      " WHERE sequence IN (1, 3, 4)");
	assert_int_equal(night_look(replica), 3);
	assert_false(make_way(replica, 2, 110));
	assert_true(make_way(replica, 3, 200));
	assert_false(make_way(replica, 3, 200));
	assert_int_equal(night_noted(replica), 1);
	SCRIPT_EXPECT(replica,
	    "SELECT group_concat(sequence) FROM (SELECT sequence"
	    " FROM ledger ORDER BY 1)",
	    "1,2,5,6,7,9,10");
	SCRIPT_EXPECT(replica,
	    "SELECT count(*) FROM touch WHERE id IN (120, 200)", "0");
	SCRIPT_EXPECT(replica,
	    "SELECT group_concat(number || ':' || count || ':' || last)"
	    " FROM dossier",
	    "0:1:9,100:5:10,101:1:5,200:0:0");
	SCRIPT_EXPECT(replica,
	    "SELECT hex(sum) FROM dossier WHERE number = 200",
	    "00000000000000000000000000000000");
}

/* Taking out, purging too, does not need to read what it takes out. */
static void
test_damaged_commit_is_removed(void **state)
{
	struct night *night = *state;
	struct replica *replica = night->replica;

	night_damage(replica,
	    "UPDATE ledger SET bytes = x'c1' WHERE sequence = 4");
	assert_int_equal(night_look(replica), 1);
	assert_ok(replica_begin(replica, err));
	assert_ok(ledger_remove(replica, 200, err));
	assert_ok(replica_commit(replica, err));
	assert_int_equal(night_noted(replica), 0);
	SCRIPT_EXPECT(replica, "SELECT count(*) FROM ledger WHERE id = 200",
	    "0");
}

/* --- what is left out ----------------------------------------------------- */

static void
fold_anew(struct replica *replica, uint64_t record)
{
	assert_ok(replica_begin(replica, err));
	assert_ok(fold_record(replica, record, err));
	assert_ok(replica_commit(replica, err));
}

/* Neither what cannot be read nor what reads as something else is folded. */
static void
test_damage_is_not_folded(void **state)
{
	struct night *night = *state;
	struct replica *replica = night->replica;

	night_damage(replica,
	    "UPDATE ledger SET bytes = x'c1' WHERE sequence = 3");
	night_damage(replica, "UPDATE ledger SET digest = zeroblob(16)"
			      " WHERE sequence IN (4, 10)");
	assert_int_equal(night_look(replica), 3);
	fold_anew(replica, 110);
	SCRIPT_EXPECT(replica, "SELECT surname, forename FROM contact",
	    "Lane|Eva");
	fold_anew(replica, 200);
	SCRIPT_EXPECT(replica, "SELECT count(*) FROM record WHERE id = 200",
	    "0");
	assert_ok(replica_begin(replica, err));
	assert_ok(fold_dossier(replica, 200, err));
	assert_ok(fold_dossier(replica, 100, err));
	assert_ok(replica_commit(replica, err));
	SCRIPT_EXPECT(replica, "SELECT group_concat(id) FROM pupil", "100");
}

/* Nor what went bad since anybody looked: the fold never fails. */
static void
test_damage_that_nobody_noted_does_not_end_the_fold(void **state)
{
	struct night *night = *state;
	struct replica *replica = night->replica;

	night_damage(replica,
	    "UPDATE ledger SET bytes = x'c1' WHERE sequence = 3");
	fold_anew(replica, 110);
	SCRIPT_EXPECT(replica, "SELECT surname, forename FROM contact",
	    "Lane|Eva");
	assert_ok(replica_begin(replica, err));
	assert_ok(fold_dossier(replica, 100, err));
	assert_ok(replica_commit(replica, err));
	SCRIPT_EXPECT(replica, "SELECT surname, forename FROM contact",
	    "Lane|Eva");
}

static void
redact_damaged(struct night *night, const char *damage)
{
	struct replica *replica = night->replica;
	enum take_result result;

	night_damage(replica, damage);
	script_ledger(replica, 11, 500, 30, 100,
	    "redaction/500 change=#120 reason=wrong_child");
	SCRIPT_EXPECT(replica, "SELECT max(id) FROM redaction", "500");
	assert_int_equal(night_look(replica), 1);
	assert_ok(replica_begin(replica, err));
	assert_ok(mend_take(replica, &night->items[2], &result, err));
	assert_ok(replica_commit(replica, err));
	SCRIPT_EXPECT(replica,
	    "SELECT count(*) FROM contact WHERE surname = 'Lord'", "0");
	SCRIPT_EXPECT(replica, "SELECT redacted FROM ledger WHERE sequence = 3",
	    "1");
}

/* It arrives, and waits for the sound copy. */
static void
test_redaction_of_damage_that_nobody_noted(void **state)
{
	redact_damaged(*state,
	    "UPDATE ledger SET bytes = substr(bytes, 1, length(bytes) - 1)"
	    " WHERE sequence = 3");
}

/* Also where what is wrong can be read: written without a value it would be
 * vouched for by nothing. */
static void
test_redaction_of_damage_that_can_be_read(void **state)
{
	redact_damaged(*state,
	    "UPDATE ledger SET digest = zeroblob(16) WHERE sequence = 3");
}

/* A redaction that is damaged redacts nothing new; one of what is damaged
 * waits for the sound copy. */
static void
test_redactions_and_damage(void **state)
{
	struct night *night = *state;
	struct replica *replica = night->replica;

	night_damage(replica,
	    "UPDATE ledger SET bytes = x'c1' WHERE sequence IN (2, 6)");
	assert_int_equal(night_look(replica), 2);
	script_ledger(replica, 11, 500, 30, 100,
	    "redaction/500 change=#111 reason=wrong_child");
	fold_anew(replica, 210);
	fold_anew(replica, 100);
	night_rebuild(replica);
	SCRIPT_EXPECT(replica, "SELECT count(*) FROM note", "0");
	SCRIPT_EXPECT(replica, "SELECT group_concat(id) FROM redaction", "500");
	assert_int_equal(night_look(replica), 2);
}

/* --- places --------------------------------------------------------------- */

/* Notes go where the rows go. */
static void
test_notes_follow_their_rows(void **state)
{
	struct night *night = *state;
	struct replica *replica = night->replica;
	bool noted;

	night_damage(replica,
	    "UPDATE ledger SET bytes = x'c1' WHERE sequence = 4");
	assert_int_equal(night_look(replica), 1);
	assert_ok(replica_begin(replica, err));
	assert_ok(unplaced_add(replica, 200, 1, err));
	assert_ok(damage_is_noted(replica, UNPLACED_FROM, &noted, err));
	assert_true(noted);
	assert_ok(unplaced_place(replica, 200, 77, NOW_MS,
	    &night->items[3].mark, err));
	assert_ok(damage_is_noted(replica, 77, &noted, err));
	assert_true(noted);
	assert_ok(replica_commit(replica, err));
	assert_int_equal(night_noted(replica), 1);
	assert_int_equal(night_look(replica), 1);
}

int
main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, night_setup, night_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_sound_ledger_has_no_damage),
		TEST(test_every_byte_tells),
		TEST(test_other_columns_tell),
		TEST(test_looking_goes_on_where_it_was),
		TEST(test_looking_inside_a_transaction),
		TEST(test_looking_that_cannot_write_says_so),
		TEST(test_note_of_what_is_gone_goes),
		TEST(test_damage_makes_way),
		TEST(test_damaged_commit_is_removed),
		TEST(test_damage_is_not_folded),
		TEST(test_damage_that_nobody_noted_does_not_end_the_fold),
		TEST(test_redaction_of_damage_that_nobody_noted),
		TEST(test_redaction_of_damage_that_can_be_read),
		TEST(test_redactions_and_damage),
		TEST(test_notes_follow_their_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
