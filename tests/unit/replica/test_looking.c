/*
 * Looking at sets that are seldom: conflicts of one field among several,
 * deletions against their reversal, kinds that nobody knows, a redaction of
 * nothing.  Covers replica/conflict.c, replica/fold_redaction.c and
 * replica/backup.c too.
 */
#include "fixture.h"
#include "script.h"

#include "common/replica/check.h"
#include "common/replica/history.h"
#include "common/replica/search.h"

static int
setup(void **state)
{
	struct replica *replica = fixture_open(5, OAK);

	script_ledger(replica, 1, 100, 10, 100,
	    "pupil/100 surname=Lane forename=Ida");
	*state = replica;
	return 0;
}

static int
teardown(void **state)
{
	script_check_fold(*state);
	replica_close(*state);
	return 0;
}

enum {
	TOLD_BYTES = 256
};

static void __attribute__((format(printf, 2, 3)))
tell(char told[TOLD_BYTES], const char *format, ...)
{
	size_t used = strlen(told);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(told + used, TOLD_BYTES - used, format, arguments);
	va_end(arguments);
}

/* "field: value|value; " of each conflict, with ~ for null. */
static bool
tell_conflict(void *context, const struct conflict *conflict)
{
	char *told = context;

	tell(told, "%s:", conflict->field);
	for (uint32_t i = 0; i < conflict->value_count; i++) {
		const struct conflict_value *value = &conflict->values[i];
		const struct value *first = &value->values[0].value;

		assert_int_equal(value->value_count, 1);
		tell(told, " %.*s",
		    first->type == VALUE_TEXT ? (int)first->bytes.size : 1,
		    first->type == VALUE_TEXT
			? (const char *)first->bytes.data
			: (first->type == VALUE_NULL ? "~" : "@"));
	}
	tell(told, "; ");
	return true;
}

static void
test_conflict_of_each_field_by_itself(void **state)
{
	char told[TOLD_BYTES] = "";
	uint64_t id;

	script_ledger(*state, 2, 200, 20, 100,
	    "pupil/100 surname=Lord>100 forename=Idy>100");
	script_ledger(*state, 3, 300, 30, 100,
	    "pupil/100 surname=Loud>100 forename=Ido>100");
	assert_ok(conflict_each(*state, 100, tell_conflict, told, err));
	assert_string_equal(told, "forename: Ido Idy; surname: Loud Lord; ");
	assert_ok(replica_begin(*state, err));
	assert_int_equal(conflict_resolve(*state, 100, "surname", 2, 0, NOW_MS,
			     &id, UNREAD),
	    STATUS_NOT_FOUND);
	replica_rollback(*state);
}

/* "Not deleted" is one of the values already, so none is added. */
static void
test_deletion_against_its_reversal(void **state)
{
	char told[TOLD_BYTES] = "";

	script_ledger(*state, 2, 200, 20, 100, "contact/200 surname=Mo");
	script_ledger(*state, 3, 210, 21, 100, "contact/200 deleted=@200");
	script_ledger(*state, 4, 220, 22, 100, "contact/200 deleted=~>210");
	script_ledger(*state, 5, 230, 23, 100, "contact/200 deleted=@200>210");
	assert_ok(conflict_each(*state, 200, tell_conflict, told, err));
	assert_string_equal(told, "deleted: @ ~; ");
}

static void
test_kind_that_nobody_knows(void **state)
{
	struct arena arena = { 0 };
	struct record record;

	script_ledger(*state, 2, 200, 20, 100, "horoscope/200 sign=leo");
	assert_int_equal(record_get(*state, 200, &arena, &record, UNREAD),
	    STATUS_UNSUPPORTED);
	arena_deinit(&arena);
}

/* What comes to a record as another kind of record takes its place. */
static void
test_record_turns_out_to_be_of_another_kind(void **state)
{
	script_ledger(*state, 2, 210, 21, 100, "contact/205 surname=Mo");
	SCRIPT_EXPECT(*state, "SELECT collection FROM record WHERE id = 205",
	    "contact");
	script_ledger(*state, 3, 205, 22, 100, "note/205 text=Mo");
	SCRIPT_EXPECT(*state, "SELECT collection FROM record WHERE id = 205",
	    "note");
	SCRIPT_EXPECT(*state, "SELECT count(*) FROM contact", "0");
}

static void
test_redaction_of_nothing_is_nothing(void **state)
{
	script_ledger(*state, 2, 200, 20, 100, "redaction/200 reason=other");
	SCRIPT_EXPECT(*state, "SELECT count(*) FROM redacted", "0");
	fixture_assert_text(*state, 100, "surname", "Lane");
}

/* Those of one stamp by their numbers; what was set aside is not told. */
static bool
tell_entry(void *context, const struct history_entry *entry)
{
	char *told = context;

	tell(told, "%llu ", (unsigned long long)entry->change);
	return true;
}

static void
test_history_of_one_stamp(void **state)
{
	char told[TOLD_BYTES] = "";

	script_ledger(*state, 2, 300, 20, 100, "pupil/100 surname=Loud>100");
	script_ledger(*state, 3, 200, 20, 100, "pupil/100 surname=Lord>100");
	script_wait(*state, 400, 30, 100, "pupil/100 surname=Last>100");
	assert_ok(replica_begin(*state, err));
	assert_ok(pending_set_aside(*state, 400, REFUSAL_TYPE, NOW_MS, err));
	assert_ok(replica_commit(*state, err));
	assert_ok(history_each(*state, 100, tell_entry, told, err));
	assert_string_equal(told, "100 100 200 300 ");
}

static bool
stop_at_first(void *context, uint64_t pupil)
{
	(void)pupil;
	++*(int *)context;
	return false;
}

static void
test_search_stops_when_it_is_told_to(void **state)
{
	int seen = 0;

	script_ledger(*state, 2, 200, 20, 200, "pupil/200 surname=Lane");
	assert_ok(search_pupils(*state, bytes_of_text("lane"), 9, stop_at_first,
	    &seen, err));
	assert_int_equal(seen, 1);
}

static bool
count_done(void *context, uint64_t done, uint64_t of)
{
	uint64_t *last = context;

	assert_true(done >= *last && done <= of);
	*last = done;
	return true;
}

/* It is asked at once whether to go on, and never again. */
static bool
stop_at_once(void *context, uint64_t done, uint64_t of)
{
	uint64_t *last = context;

	assert_int_equal(*last, 0);
	assert_true(done < of);
	*last = done;
	return false;
}

static void
test_folding_tells_how_far_it_is(void **state)
{
	struct check_result result;
	uint64_t last = 0;

	assert_ok(replica_begin(*state, err));
	for (uint64_t i = 2; i < 1100; i++) {
		struct arena arena = { 0 };
		char text[32];

		snprintf(text, sizeof(text), "note/%d text=x", 1000 + (int)i);
		script_ledger_in(*state, i,
		    script_commit(&arena, 1000 + i, 20, 100, text));
		arena_deinit(&arena);
	}
	assert_ok(fold_all(*state, count_done, &last, err));
	assert_ok(replica_commit(*state, err));
	assert_int_equal(last, 1099);
	last = 0;
	assert_int_equal(check_replica(*state, NULL, stop_at_once, &last,
			     &result, ERROR_IGNORED),
	    STATUS_CANCELLED);
	assert_true(last > 0 && !replica_in_transaction(*state));
}

static bool
stop_at_the_end(void *context, uint64_t done, uint64_t of)
{
	assert_int_equal(done, of);
	++*(int *)context;
	return false;
}

/* A small set is asked about once, when it is folded; it may still be stopped,
 * and is as it was then. */
static void
test_folding_that_is_stopped_changes_nothing(void **state)
{
	struct error told = { 0 };
	int asked = 0;

	assert_ok(replica_begin(*state, err));
	assert_int_equal(fold_all(*state, stop_at_the_end, &asked, &told),
	    STATUS_CANCELLED);
	replica_rollback(*state);
	assert_string_equal(told.text, status_text(STATUS_CANCELLED));
	assert_int_equal(asked, 1);
	fixture_assert_text(*state, 100, "surname", "Lane");
}

/* Numbers with a fraction are told from one another. */
static void
test_digest_of_fractions(void **state)
{
	struct digest one, two;
	uint64_t record;

	fixture_open_dossier(*state, OAK);
	record = fixture_insert(*state, OAK, "training_attendance", "session",
	    "9", "staff", "8", "state", "came", "hours", "1.5", NULL);
	assert_ok(check_tables_digest(*state, &one, err));
	fixture_update(*state, OAK, record, "hours", "1.25", NULL);
	assert_ok(check_tables_digest(*state, &two, err));
	assert_false(digest_equal(&one, &two));
}

static void
test_backup_to_where_nothing_can_be_written(void **state)
{
	struct error error = { 0 };

	assert_int_equal(check_backup(*state, "/no/such/folder/copy.db",
			     &error),
	    STATUS_IO);
	assert_non_null(strstr(error.text, "backup to /no/such/folder"));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_conflict_of_each_field_by_itself),
		TEST(test_deletion_against_its_reversal),
		TEST(test_kind_that_nobody_knows),
		TEST(test_record_turns_out_to_be_of_another_kind),
		TEST(test_redaction_of_nothing_is_nothing),
		TEST(test_history_of_one_stamp),
		TEST(test_search_stops_when_it_is_told_to),
		TEST(test_folding_tells_how_far_it_is),
		TEST(test_folding_that_is_stopped_changes_nothing),
		TEST(test_digest_of_fractions),
		TEST(test_backup_to_where_nothing_can_be_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
