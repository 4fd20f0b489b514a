/* The ledger's rows, counts and sums, and who may have what. */
#include "tests/unit/replica/script.h"

static int
setup(void **state)
{
	*state = script_open(":memory:", REPLICA_HUB);
	return 0;
}

static int
teardown(void **state)
{
	replica_close(*state);
	return 0;
}

#define PUPIL "pupil/100 forename=Ana surname=Lee birth_date=2015-01-19"

struct heard {
	char text[256];
	uint32_t limit;
};

static bool
hear(void *context, const struct ledger_row *row)
{
	struct heard *heard = context;

	snprintf(heard->text + strlen(heard->text), 32, "%llu:%llu ",
	    (unsigned long long)row->sequence, (unsigned long long)row->id);
	return heard->limit == 0 || --heard->limit > 0;
}

static void
test_sequence_zero_takes_the_next_place(void **state)
{
	struct replica *replica = *state;
	struct error err = { 0 };
	uint64_t head;

	SCRIPT_OK(ledger_head(replica, &head, &err), &err);
	assert_int_equal(head, 0);
	script_ledger(replica, 41, 100, 10, 100, PUPIL);
	script_ledger(replica, 0, 200, 20, 100, "note/200 text=a");
	SCRIPT_OK(ledger_head(replica, &head, &err), &err);
	assert_int_equal(head, 42);
	SCRIPT_EXPECT(replica,
	    "SELECT kind, state, count, last FROM dossier WHERE number = 100",
	    "4|0|2|42");
}

static void
test_taken_id_or_place_is_refused(void **state)
{
	struct replica *replica = *state;
	struct arena arena = { 0 };
	struct error err = { 0 };
	struct commit *commit = script_commit(&arena, 100, 10, 100, PUPIL);
	struct ledger_row row = {
		.sequence = 9,
		.id = 100,
		.dossier = 100,
		.bytes = script_encode(&arena, commit),
	};

	script_ledger(replica, 1, 100, 10, 100, PUPIL);
	SCRIPT_OK(replica_begin(replica, &err), &err);
	assert_int_equal(ledger_append(replica, &row, commit, NULL),
	    STATUS_EXISTS);
	row.sequence = 1;
	row.id = commit->id = 500;
	assert_int_equal(ledger_append(replica, &row, commit, NULL),
	    STATUS_EXISTS);
	replica_rollback(replica);
	arena_deinit(&arena);
}

/* A change is found by its own id, in the ledger or among what waits. */
static void
test_change_is_found_in_its_commit(void **state)
{
	struct replica *replica = *state;
	struct arena arena = { 0 };
	struct error err = { 0 };
	struct ledger_row row;
	struct commit commit;

	script_ledger(replica, 3, 100, 10, 100,
	    PUPIL ";note/101 text=a;note/102 text=b");
	script_wait(replica, 200, 20, 100, "note/200 text=c");
	SCRIPT_OK(ledger_find_change(replica, 102, &arena, &row, &commit, &err),
	    &err);
	assert_int_equal(row.sequence, 3);
	assert_int_equal(commit.id, 100);
	assert_int_equal(ledger_find_change(replica, 103, &arena, &row, &commit,
			     NULL),
	    STATUS_NOT_FOUND);
	SCRIPT_OK(ledger_find_change(replica, 200, &arena, &row, &commit, &err),
	    &err);
	assert_int_equal(row.sequence, 0);
	assert_int_equal(ledger_find_change(replica, 99, &arena, &row, &commit,
			     NULL),
	    STATUS_NOT_FOUND);
	arena_deinit(&arena);
}

/* Its record is touched once, and the touch leaves with it. */
static void
test_commit_that_writes_twice_to_a_record(void **state)
{
	static const char touches[] =
	    "SELECT group_concat(record || ':' || id) FROM touch";
	struct replica *replica = *state;
	struct error err = { 0 };

	script_ledger(replica, 3, 200, 10, 100,
	    "note/200 text=a;note/200 category=learning");
	SCRIPT_EXPECT(replica, "SELECT text, category FROM note", "a|learning");
	SCRIPT_EXPECT(replica, touches, "200:200");
	SCRIPT_OK(replica_begin(replica, &err), &err);
	SCRIPT_OK(ledger_remove(replica, 200, &err), &err);
	SCRIPT_OK(replica_commit(replica, &err), &err);
	SCRIPT_EXPECT(replica, touches, "~");
}

/* A range of numbers is used when a commit begins in it or reaches into it. */
static void
test_used_numbers_are_seen(void **state)
{
	static const struct {
		uint64_t first, count;
		bool used;
	} ranges[] = {
		{ 90, 10, false }, /* before it */
		{ 90, 11, true },  /* its first */
		{ 90, 90, true },  /* all around it */
		{ 102, 1, true },  /* its last */
		{ 103, 16, false } /* behind it */
	};
	struct replica *replica = *state;
	struct error err = { 0 };
	bool used;

	script_ledger(replica, 3, 100, 10, 100,
	    PUPIL ";note/101 text=a;note/102 text=b");
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		SCRIPT_OK(ledger_holds_any(replica, ranges[i].first,
			      ranges[i].count, &used, &err),
		    &err);
		assert_int_equal(used, ranges[i].used);
	}
}

static void
test_rows_come_in_order_and_bounded(void **state)
{
	struct replica *replica = *state;
	struct heard heard = { .text = "" };
	struct error err = { 0 };

	script_ledger(replica, 2, 100, 10, 100, PUPIL);
	script_ledger(replica, 4, 200, 20, 100, "note/200 text=a");
	script_ledger(replica, 3, 300, 20, 0, "organisation/300 name=Choir");
	script_ledger(replica, 6, 400, 20, 100, "note/400 text=b");
	SCRIPT_OK(ledger_each(replica, 2, hear, &heard, &err), &err);
	assert_string_equal(heard.text, "3:300 4:200 6:400 ");
	heard = (struct heard){ .limit = 1 };
	SCRIPT_OK(ledger_each_of_dossier(replica, 100, 2, 6, hear, &heard,
		      &err),
	    &err);
	assert_string_equal(heard.text, "4:200 ");
	heard = (struct heard){ .limit = 0 };
	SCRIPT_OK(ledger_each_of_dossier(replica, 100, 0, 4, hear, &heard,
		      &err),
	    &err);
	assert_string_equal(heard.text, "2:100 4:200 ");
}

/* By the latest grant: after it was opened, up to the freeze, not closed. */
static void
test_school_hears_what_its_grants_open(void **state)
{
	struct replica *replica = *state;
	struct heard heard = { .text = "" };
	struct error err = { 0 };

	script_ledger(replica, 1, 7, 1, 0, "school/7 name=Oak member=Y");
	script_ledger(replica, 2, 100, 10, 100, PUPIL);
	script_ledger(replica, 3, 300, 20, 7,
	    "grant/300 dossier=#100 kind=holder opened=#3");
	script_ledger(replica, 4, 200, 20, 100, "note/200 text=a");
	script_ledger(replica, 5, 210, 20, 8, "setting/210 name=other");
	SCRIPT_OK(ledger_each_of_school(replica, 7, 0, 99, hear, &heard, &err),
	    &err);
	assert_string_equal(heard.text, "1:7 3:300 4:200 ");
	script_ledger(replica, 6, 310, 30, 7, "grant/300 frozen=#6");
	script_ledger(replica, 7, 220, 30, 100, "note/220 text=later");
	heard = (struct heard){ .limit = 0 };
	SCRIPT_OK(ledger_each_of_school(replica, 7, 3, 99, hear, &heard, &err),
	    &err);
	assert_string_equal(heard.text, "4:200 6:310 ");
	script_ledger(replica, 8, 320, 30, 7,
	    "grant/320 dossier=#100 kind=destination opened=#7 closed=#8");
	heard = (struct heard){ .limit = 0 };
	SCRIPT_OK(ledger_each_of_school(replica, 7, 3, 99, hear, &heard, &err),
	    &err);
	assert_string_equal(heard.text, "6:310 8:320 ");
}

static void
test_removed_commit_leaves_count_and_sum(void **state)
{
	struct replica *replica = *state;
	struct dossier before;
	struct dossier after;
	struct error err = { 0 };

	script_ledger(replica, 1, 100, 10, 100, PUPIL);
	SCRIPT_OK(dossier_get(replica, 100, &before, &err), &err);
	script_ledger(replica, 2, 200, 20, 100, "note/200 text=a");
	SCRIPT_OK(replica_begin(replica, &err), &err);
	SCRIPT_OK(ledger_remove(replica, 200, &err), &err);
	SCRIPT_OK(replica_commit(replica, &err), &err);
	SCRIPT_OK(dossier_get(replica, 100, &after, &err), &err);
	assert_int_equal(after.count, 1);
	assert_int_equal(after.last, 1);
	assert_true(digest_sum_equal(&before.sum, &after.sum));
	SCRIPT_EXPECT(replica, "SELECT count(*) FROM touch", "1");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_sequence_zero_takes_the_next_place),
		TEST(test_taken_id_or_place_is_refused),
		TEST(test_change_is_found_in_its_commit),
		TEST(test_commit_that_writes_twice_to_a_record),
		TEST(test_used_numbers_are_seen),
		TEST(test_rows_come_in_order_and_bounded),
		TEST(test_school_hears_what_its_grants_open),
		TEST(test_removed_commit_leaves_count_and_sum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
