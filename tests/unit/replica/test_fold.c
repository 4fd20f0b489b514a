/* The fold, by script. */
#include "tests/unit/replica/script.h"

static int
setup(void **state)
{
	*state = script_open(":memory:", REPLICA_CLIENT);
	return 0;
}

static int
teardown(void **state)
{
	script_check_fold(*state);
	replica_close(*state);
	return 0;
}

#define PUPIL "pupil/100 forename=Ana surname=Lee birth_date=2015-01-19"

/* Both values of a conflict are heads; the one with the greater stamp shows,
 * and who replaces both settles it. */
static void
test_conflict_keeps_both_and_shows_the_later(void **state)
{
	struct replica *replica = *state;

	script_ledger(replica, 1, 100, 10, 100, PUPIL);
	script_ledger(replica, 2, 200, 21, 100, "pupil/100 surname=Oak>100");
	SCRIPT_EXPECT(replica, "SELECT surname FROM pupil", "Oak");
	script_ledger(replica, 3, 300, 20, 100, "pupil/100 surname=Ash>100");
	SCRIPT_EXPECT(replica, "SELECT surname, forename FROM pupil",
	    "Oak|Ana");
	SCRIPT_EXPECT(replica, "SELECT conflicts, state, flags FROM record",
	    "1|0|0");
	script_ledger(replica, 4, 400, 30, 100,
	    "pupil/100 surname=Ash>200,300");
	SCRIPT_EXPECT(replica, "SELECT surname FROM pupil", "Ash");
	SCRIPT_EXPECT(replica, "SELECT conflicts FROM record", "0");
}

/* Two that write the same are two heads, and no conflict. */
static void
test_equal_heads_are_no_conflict(void **state)
{
	struct replica *replica = *state;

	script_ledger(replica, 1, 100, 10, 100, PUPIL);
	script_ledger(replica, 2, 200, 20, 100, "pupil/100 surname=Oak>100");
	script_ledger(replica, 3, 300, 20, 100, "pupil/100 surname=Oak>100");
	SCRIPT_EXPECT(replica, "SELECT conflicts FROM record", "0");
}

/* Tied columns are one field: what a write leaves out becomes null. */
static void
test_tied_columns_are_written_together(void **state)
{
	struct replica *replica = *state;

	script_ledger(replica, 1, 100, 10, 100, PUPIL " town=Ely&postcode=CB7");
	script_ledger(replica, 2, 200, 20, 100, "pupil/100 town=Bath>100");
	SCRIPT_EXPECT(replica, "SELECT town, postcode FROM pupil", "Bath|~");
	script_ledger(replica, 3, 300, 21, 100, "pupil/100 postcode=BA1>100");
	SCRIPT_EXPECT(replica, "SELECT town, postcode FROM pupil", "~|BA1");
	SCRIPT_EXPECT(replica, "SELECT conflicts FROM record", "1");
}

/* Of another catalogue, where they were not tied: both count, together. */
static void
test_tied_columns_written_apart(void **state)
{
	struct replica *replica = *state;

	script_ledger(replica, 1, 100, 10, 100, PUPIL " town=Ely");
	script_ledger(replica, 2, 200, 20, 100,
	    "pupil/100 town=Bath>100 postcode=BA1>100");
	SCRIPT_EXPECT(replica, "SELECT town, postcode FROM pupil", "Bath|BA1");
	SCRIPT_EXPECT(replica, "SELECT conflicts FROM record", "0");
	script_ledger(replica, 3, 300, 30, 100, "pupil/100 town=Wells>200");
	SCRIPT_EXPECT(replica, "SELECT town, postcode FROM pupil", "Wells|~");
}

/* No honest site can write what replaces a later change: in a circle nothing
 * is left to show, whichever comes first, until somebody writes again. */
static void
test_writes_that_replace_each_other(void **state)
{
	struct replica *replica = *state;

	script_ledger(replica, 1, 100, 10, 100, PUPIL);
	script_ledger(replica, 2, 200, 20, 100,
	    "pupil/100 surname=Oak>100,300");
	script_ledger(replica, 3, 300, 30, 100, "pupil/100 surname=Elm>200");
	SCRIPT_EXPECT(replica, "SELECT surname, forename FROM pupil", "~|Ana");
	SCRIPT_EXPECT(replica, "SELECT conflicts FROM record", "0");
	script_ledger(replica, 4, 400, 40, 100, "pupil/100 surname=Ash");
	SCRIPT_EXPECT(replica, "SELECT surname FROM pupil", "Ash");
}

/* A deletion that saw every head deletes; one that did not is in conflict. */
static void
test_deletion_meets_an_edit(void **state)
{
	struct replica *replica = *state;

	script_ledger(replica, 1, 100, 10, 100, PUPIL);
	script_ledger(replica, 2, 200, 20, 100,
	    "note/200 text=a category=praise");
	script_ledger(replica, 3, 210, 21, 100, "note/200 deleted=@200");
	SCRIPT_EXPECT(replica, "SELECT count(*) FROM note", "0");
	SCRIPT_EXPECT(replica, "SELECT state FROM record WHERE id = 200", "1");
	script_ledger(replica, 4, 300, 22, 100, "note/200 text=b>200");
	SCRIPT_EXPECT(replica, "SELECT text FROM note", "b");
	SCRIPT_EXPECT(replica,
	    "SELECT state, conflicts FROM record WHERE id = 200", "0|1");
	script_ledger(replica, 5, 310, 23, 100,
	    "note/200 deleted=@200,300>210");
	SCRIPT_EXPECT(replica, "SELECT count(*) FROM note", "0");
	script_ledger(replica, 6, 320, 24, 100, "note/200 deleted=~>310");
	SCRIPT_EXPECT(replica, "SELECT text, category FROM note", "b|praise");
	SCRIPT_EXPECT(replica, "SELECT conflicts FROM record WHERE id = 200",
	    "0");
}

/* A change that arrives before the creation waits for it unseen. */
static void
test_change_before_creation_is_incomplete(void **state)
{
	struct replica *replica = *state;

	script_ledger(replica, 1, 200, 20, 100, "pupil/100 surname=Oak>100");
	SCRIPT_EXPECT(replica, "SELECT count(*) FROM pupil", "0");
	SCRIPT_EXPECT(replica, "SELECT state FROM record", "2");
	script_ledger(replica, 2, 100, 10, 100, PUPIL);
	SCRIPT_EXPECT(replica, "SELECT surname, forename FROM pupil",
	    "Oak|Ana");
	SCRIPT_EXPECT(replica, "SELECT state, conflicts FROM record", "0|0");
}

/* What was replaced before it came is remembered through later writes. */
static void
test_ghost_that_comes_late_is_no_head(void **state)
{
	struct replica *replica = *state;

	script_ledger(replica, 1, 100, 10, 100, PUPIL);
	script_ledger(replica, 2, 300, 30, 100,
	    "pupil/100 surname=Oak>100,200");
	script_ledger(replica, 3, 400, 40, 100, "pupil/100 surname=Elm>300");
	script_check_fold(replica);
	script_ledger(replica, 4, 200, 90, 100, "pupil/100 surname=Ash>100");
	SCRIPT_EXPECT(replica, "SELECT surname FROM pupil", "Elm");
	SCRIPT_EXPECT(replica, "SELECT conflicts FROM record", "0");
}

static const char redacted_note[] =
    "SELECT n.text, l.redacted FROM note AS n, ledger AS l WHERE l.id = 200";

/* The values go from the tables and from the ledger's bytes; digests stay. */
static void
test_redaction_after_the_change(void **state)
{
	struct replica *replica = *state;

	script_ledger(replica, 1, 100, 10, 100, PUPIL);
	script_ledger(replica, 2, 200, 20, 100, "note/200 text=secret");
	script_ledger(replica, 3, 300, 30, 100,
	    "redaction/300 change=#200 reason=wrong_child");
	SCRIPT_EXPECT(replica, redacted_note, "~|1");
	SCRIPT_EXPECT(replica,
	    "SELECT count(*) FROM ledger WHERE instr(bytes, x'736563726574')",
	    "0");
}

static void
test_redaction_before_the_change(void **state)
{
	struct replica *replica = *state;

	script_ledger(replica, 1, 100, 10, 100, PUPIL);
	script_ledger(replica, 2, 300, 30, 100,
	    "redaction/300 change=#200 reason=wrong_child");
	script_ledger(replica, 3, 200, 20, 100, "note/200 text=secret");
	SCRIPT_EXPECT(replica, redacted_note, "~|1");
}

/* A redaction that waits hides, but what it hides is kept until it has its
 * place; refused, it hides no longer. */
static void
test_waiting_redaction_may_be_undone(void **state)
{
	struct replica *replica = *state;
	struct error err = { 0 };
	struct mark mark = { { 0 } };

	script_ledger(replica, 1, 100, 10, 100, PUPIL);
	script_ledger(replica, 2, 200, 20, 100, "note/200 text=secret");
	script_wait(replica, 300, 30, 100, "redaction/300 change=#200");
	SCRIPT_EXPECT(replica, redacted_note, "~|0");
	SCRIPT_OK(replica_begin(replica, &err), &err);
	SCRIPT_OK(pending_set_aside(replica, 300, REFUSAL_RIGHTS, 9, &err),
	    &err);
	SCRIPT_EXPECT(replica, redacted_note, "secret|0");
	SCRIPT_OK(replica_commit(replica, &err), &err);
	script_wait(replica, 301, 30, 100, "redaction/301 change=#200");
	SCRIPT_OK(replica_begin(replica, &err), &err);
	SCRIPT_OK(pending_settle(replica, 301, 3, 9, &mark, &err), &err);
	SCRIPT_OK(replica_commit(replica, &err), &err);
	SCRIPT_EXPECT(replica, redacted_note, "~|1");
}

/* A redaction reaches its own dossier only. */
static void
test_redaction_from_another_dossier_is_nothing(void **state)
{
	struct replica *replica = *state;

	script_ledger(replica, 1, 100, 10, 100, PUPIL);
	script_ledger(replica, 2, 200, 20, 100, "note/200 text=kept");
	script_ledger(replica, 3, 300, 30, 777, "redaction/300 change=#200");
	SCRIPT_EXPECT(replica, redacted_note, "kept|0");
}

/* Agreed ones join, through a third too; an ended one parts again. */
static void
test_same_as_joins_and_ends(void **state)
{
	struct replica *replica = *state;
	const char *all = "SELECT group_concat(pupil || '>' || shown, ' ') FROM"
			  " (SELECT * FROM same ORDER BY pupil)";

	script_ledger(replica, 1, 100, 10, 100, PUPIL);
	script_ledger(replica, 2, 500, 20, 300,
	    "same_as/500 other_pupil=#200 state=agreed");
	SCRIPT_EXPECT(replica, all, "200>200 300>200");
	script_ledger(replica, 3, 501, 20, 100,
	    "same_as/501 other_pupil=#300 state=proposed");
	SCRIPT_EXPECT(replica, all, "200>200 300>200");
	script_ledger(replica, 4, 502, 21, 100, "same_as/501 state=agreed>501");
	SCRIPT_EXPECT(replica, all, "100>100 200>100 300>100");
	script_ledger(replica, 5, 503, 22, 300, "same_as/500 state=ended>500");
	SCRIPT_EXPECT(replica, all, "100>100 300>100");
}

/* What does not fit is missing and flagged; set right, the flag goes. */
static void
test_bad_value_is_missing_and_flagged(void **state)
{
	struct replica *replica = *state;

	script_ledger(replica, 1, 100, 10, 100,
	    "pupil/100 surname=#7 forename=Ana ethnicity=QQQQ");
	SCRIPT_EXPECT(replica, "SELECT surname, forename, ethnicity FROM pupil",
	    "~|Ana|QQQQ");
	SCRIPT_EXPECT(replica, "SELECT flags FROM record", "3");
	script_ledger(replica, 2, 200, 20, 100,
	    "pupil/100 surname=Lee>100 ethnicity=WBRI>100");
	SCRIPT_EXPECT(replica, "SELECT flags FROM record", "0");
}

/* Unknown columns and collections stay in the ledger, flagged. */
static void
test_unknown_names_are_kept_and_flagged(void **state)
{
	struct replica *replica = *state;

	script_ledger(replica, 1, 100, 10, 100, PUPIL " shoe_size=#36");
	SCRIPT_EXPECT(replica, "SELECT surname FROM pupil", "Lee");
	SCRIPT_EXPECT(replica, "SELECT flags FROM record", "4");
	script_ledger(replica, 2, 200, 20, 100, "horoscope/200 sign=Leo");
	SCRIPT_EXPECT(replica,
	    "SELECT collection, flags, state FROM record WHERE id = 200",
	    "horoscope|4|0");
}

/* A dossier that is being fetched is kept, and shown at once when whole. */
static void
test_filling_dossier_is_not_shown(void **state)
{
	struct replica *replica = *state;
	struct dossier dossier = {
		.number = 100,
		.kind = DOSSIER_KIND_PUPIL,
		.state = DOSSIER_FILLING,
		.fill_to = 9,
	};
	struct error err = { 0 };

	SCRIPT_OK(replica_begin(replica, &err), &err);
	SCRIPT_OK(dossier_put(replica, &dossier, &err), &err);
	SCRIPT_OK(replica_commit(replica, &err), &err);
	script_ledger(replica, 1, 100, 10, 100, PUPIL);
	script_wait(replica, 200, 20, 100, "note/200 text=a");
	SCRIPT_EXPECT(replica, "SELECT count(*) FROM record", "0");
	dossier.state = DOSSIER_OPEN;
	SCRIPT_OK(replica_begin(replica, &err), &err);
	SCRIPT_OK(dossier_put(replica, &dossier, &err), &err);
	SCRIPT_OK(fold_dossier(replica, 100, &err), &err);
	SCRIPT_OK(replica_commit(replica, &err), &err);
	SCRIPT_EXPECT(replica, "SELECT count(*) FROM record", "2");
	SCRIPT_EXPECT(replica, "SELECT count FROM dossier WHERE number = 100",
	    "1");
	dossier.state = DOSSIER_FILLING;
	SCRIPT_OK(replica_begin(replica, &err), &err);
	SCRIPT_OK(dossier_put(replica, &dossier, &err), &err);
	SCRIPT_OK(replica_commit(replica, &err), &err);
	SCRIPT_EXPECT(replica, "SELECT count(*) FROM record", "0");
	SCRIPT_EXPECT(replica, "SELECT count(*) FROM search", "0");
}

/* The index follows the pupil's names. */
static void
test_search_index_follows_the_pupil(void **state)
{
	struct replica *replica = *state;

	script_ledger(replica, 1, 100, 10, 100,
	    "pupil/100 forename=Zo\xc3\xab surname=Lee");
	SCRIPT_EXPECT(replica,
	    "SELECT rowid FROM search WHERE search MATCH '\"zo\"*'", "100");
	script_ledger(replica, 2, 200, 20, 100, "pupil/100 forename=Ida>100");
	SCRIPT_EXPECT(replica,
	    "SELECT rowid FROM search WHERE search MATCH '\"zo\"*'", "");
	SCRIPT_EXPECT(replica,
	    "SELECT rowid FROM search WHERE search MATCH 'ida'", "100");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_conflict_keeps_both_and_shows_the_later),
		TEST(test_equal_heads_are_no_conflict),
		TEST(test_tied_columns_are_written_together),
		TEST(test_tied_columns_written_apart),
		TEST(test_writes_that_replace_each_other),
		TEST(test_deletion_meets_an_edit),
		TEST(test_change_before_creation_is_incomplete),
		TEST(test_ghost_that_comes_late_is_no_head),
		TEST(test_redaction_after_the_change),
		TEST(test_redaction_before_the_change),
		TEST(test_waiting_redaction_may_be_undone),
		TEST(test_redaction_from_another_dossier_is_nothing),
		TEST(test_same_as_joins_and_ends),
		TEST(test_bad_value_is_missing_and_flagged),
		TEST(test_unknown_names_are_kept_and_flagged),
		TEST(test_filling_dossier_is_not_shown),
		TEST(test_search_index_follows_the_pupil),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
