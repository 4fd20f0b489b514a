/*
 * Commits that lose their place because the hub was restored.  Covers
 * replica/unplaced_go_back.c too.
 */
#include "pair.h"

#include "common/replica/check.h"
#include "common/replica/purge.h"
#include "common/replica/unplaced.h"

static const struct generation first = { 11, 0 };

/* Three commits with places 1, 2, 3 of generation 11, and one that waits. */
static uint64_t
begin(struct pair *pair, uint64_t terms[3])
{
	struct replica *oak = pair->oak;

	assert_ok(replica_generations_set(oak, &first, 1, err));
	for (int i = 0; i < 3; i++)
		terms[i] = fixture_term(oak, "term");
	fixture_send(oak, &pair->line);
	assert_ok(replica_meta_set(oak, "cursor", 3, err));
	return fixture_term(oak, "closure");
}

static bool
go_back(struct replica *replica, uint64_t generation, uint64_t left_at)
{
	const struct generation list[] = { first, { generation, left_at } };
	bool went;

	assert_ok(replica_begin(replica, err));
	assert_ok(unplaced_go_back(replica, list, 2, &went, err));
	assert_ok(replica_commit(replica, err));
	return went;
}

static uint64_t
count_of(struct replica *replica)
{
	uint64_t count;

	assert_ok(unplaced_count(replica, &count, err));
	return count;
}

static void
expect_sound(struct replica *replica)
{
	struct check_result result;

	assert_ok(check_replica(replica, NULL, NULL, NULL, &result, err));
}

static bool
note_place(void *context, uint64_t generation, const struct ledger_row *row)
{
	uint64_t *seen = context;

	assert_int_equal(generation, first.number);
	assert_true(row->sequence > *seen);
	*seen = row->sequence;
	return true;
}

/* What lies behind the place stays in the set, with the place that it had. */
static void
test_commits_beyond_the_place_stay_in_the_set(void **state)
{
	struct pair *pair = *state;
	uint64_t terms[3], waiting = begin(pair, terms), cursor, seen = 1;
	struct ledger_row row;

	assert_true(go_back(pair->oak, 22, 1));
	assert_false(go_back(pair->oak, 22, 1));
	assert_int_equal(count_of(pair->oak), 2);
	assert_ok(replica_meta_get(pair->oak, "cursor", 9, &cursor, err));
	assert_int_equal(cursor, 1);
	assert_ok(unplaced_each(pair->oak, 0, 0, note_place, &seen, err));
	assert_int_equal(seen, 3);
	fixture_assert_text(pair->oak, terms[2], "kind", "term");
	fixture_assert_text(pair->oak, waiting, "kind", "closure");
	assert_ok(ledger_get(pair->oak, terms[2], &row, err));
	assert_true(row.sequence >= UNPLACED_FROM);
	expect_sound(pair->oak);
}

/* Restored again: what had no place then is still in order. */
static void
test_going_back_twice_keeps_the_first_place(void **state)
{
	struct pair *pair = *state;
	uint64_t terms[3], seen = 0;

	(void)begin(pair, terms);
	assert_true(go_back(pair->oak, 22, 2));
	assert_true(go_back(pair->oak, 33, 0));
	assert_int_equal(count_of(pair->oak), 3);
	assert_ok(unplaced_each(pair->oak, 0, 0, note_place, &seen, err));
	assert_int_equal(seen, 3);
	expect_sound(pair->oak);
}

/* A place again by the hub's word; what it has not leaves the set; what this
 * site wrote waits. */
static void
test_each_gets_a_place_or_leaves(void **state)
{
	struct pair *pair = *state;
	struct replica *oak = pair->oak;
	uint64_t terms[3], waiting, aside;
	struct item item;
	enum take_result result;
	struct ledger_row row;

	(void)begin(pair, terms);
	assert_true(go_back(oak, 22, 0));
	item = (struct item){ .sequence = 7,
		.received_ms = NOW_MS,
		.id = terms[0] };
	assert_ok(replica_begin(oak, err));
	assert_ok(take_item(oak, &item, true, &result, err));
	assert_int_equal(result, TAKE_PLACED);
	assert_ok(take_item(oak, &item, true, &result, err));
	assert_int_equal(result, TAKE_KNOWN);
	assert_false(purge_is_wanted(oak));
	assert_ok(unplaced_give_up(oak, terms[1], err));
	assert_true(purge_is_wanted(oak)); /* no byte of it is to stay */
	assert_ok(unplaced_give_up(oak, terms[0], err)); /* it has one */
	assert_ok(unplaced_wait_again(oak, err));
	assert_ok(unplaced_end_recovering(oak, err));
	assert_ok(replica_commit(oak, err));

	assert_ok(ledger_get(oak, terms[0], &row, err));
	assert_int_equal(row.sequence, 7);
	assert_int_equal(ledger_get(oak, terms[1], &row, UNREAD),
	    STATUS_NOT_FOUND);
	assert_ok(pending_count(oak, &waiting, &aside, err));
	assert_int_equal(waiting, 2);
	assert_int_equal(count_of(oak), 0);
	expect_sound(oak);
}

/* A freeze behind the place has not happened until it has a place. */
static void
test_grant_step_without_a_place_frees_nothing(void **state)
{
	struct pair *pair = *state;
	uint64_t pupil = fixture_pupil(pair->oak, "Lane", OAK);
	struct grant_text grant = { .dossier = pupil, .opened = 1 };
	struct filled filled;

	fixture_send(pair->oak, &pair->line);
	assert_ok(replica_generations_set(pair->elm, &first, 1, err));
	grant.id = write_grant(pair->elm, ELM, &grant);
	follow(pair->elm, 1);
	filled = section(pair, pupil, FILLED_DONE);
	assert_true(fill(pair->elm, &filled));
	grant.frozen = 9;
	write_grant(pair->elm, ELM, &grant);
	fixture_send(pair->elm, &pair->line); /* their places are 2 and 3 */
	follow(pair->elm, 0);
	assert_int_equal(dossier_of(pair->elm, pupil).state, DOSSIER_FROZEN);

	assert_true(go_back(pair->elm, 22, 2));
	assert_int_equal(dossier_of(pair->elm, pupil).state, DOSSIER_OPEN);
	follow(pair->elm, 0);
	assert_int_equal(dossier_of(pair->elm, pupil).state, DOSSIER_OPEN);
	assert_true(is_shown(pair->elm, pupil));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_commits_beyond_the_place_stay_in_the_set),
		TEST(test_going_back_twice_keeps_the_first_place),
		TEST(test_each_gets_a_place_or_leaves),
		TEST(test_grant_step_without_a_place_frees_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
