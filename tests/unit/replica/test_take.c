/*
 * What comes from the hub: commits and answers.
 */
#include "pair.h"

/* --- commits -------------------------------------------------------------- */

static void
test_commit_that_comes_twice_is_known(void **state)
{
	struct pair *pair = *state;
	uint64_t term = fixture_term(pair->oak, "term");

	fixture_carry(pair->oak, pair->elm, &pair->line);
	assert_true(is_shown(pair->elm, term));
	assert_int_equal(fixture_take(pair->elm, &pair->line.items[0]),
	    TAKE_KNOWN);
	assert_int_equal(dossier_of(pair->elm, 0).count, 1);
}

/* A dossier that is not open here is none of our business. */
static void
test_foreign_commit_is_not_kept(void **state)
{
	struct pair *pair = *state;
	uint64_t pupil = fixture_pupil(pair->oak, "Lane", OAK);
	struct ledger_row row;

	fixture_send(pair->oak, &pair->line);
	assert_int_equal(fixture_take(pair->elm, &pair->line.items[0]),
	    TAKE_FOREIGN);
	assert_int_equal(ledger_get(pair->elm, pupil, &row, UNREAD),
	    STATUS_NOT_FOUND);
	assert_false(is_shown(pair->elm, pupil));
}

static void
test_broken_commit_is_not_kept(void **state)
{
	struct pair *pair = *state;
	uint8_t bytes[] = { 0x93, 1, 2 };
	struct item item;

	fixture_term(pair->oak, "term");
	fixture_send(pair->oak, &pair->line);
	item = pair->line.items[0];
	item.commit = (struct bytes){ bytes, sizeof(bytes) };
	assert_int_equal(fixture_take(pair->elm, &item), TAKE_BROKEN);
	item = pair->line.items[0];
	item.id++;
	assert_int_equal(fixture_take(pair->elm, &item), TAKE_BROKEN);
	item = pair->line.items[0];
	item.redacted = true;
	assert_int_equal(fixture_take(pair->elm, &item), TAKE_BROKEN);
	assert_int_equal(dossier_of(pair->elm, 0).count, 0);
}

/* Two commits in one place of the hub's order: one of them is a lie. */
static void
test_taken_place_is_broken(void **state)
{
	struct pair *pair = *state;
	struct item item;

	for (int i = 0; i < 2; i++)
		fixture_term(pair->oak, "term");
	fixture_send(pair->oak, &pair->line);
	assert_int_equal(fixture_take(pair->elm, &pair->line.items[0]),
	    TAKE_NEW);
	item = pair->line.items[1];
	item.sequence = pair->line.items[0].sequence;
	assert_int_equal(fixture_take(pair->elm, &item), TAKE_BROKEN);
	assert_int_equal(dossier_of(pair->elm, 0).count, 1);
}

/* The numbers of a database that was lost, or is a copy, go on behind those
 * that the hub knows it used. */
static void
test_own_commit_from_before_moves_the_counter(void **state)
{
	struct pair *pair = *state;
	struct replica_identity own = replica_identity(pair->oak);
	struct replica *later = fixture_open(own.site, own.school);
	uint64_t counter, last;

	for (int i = 0; i < 3; i++)
		last = fixture_term(pair->oak, "term");
	fixture_send(pair->oak, &pair->line);
	for (uint32_t i = 0; i < pair->line.count; i++)
		assert_int_equal(fixture_take(later, &pair->line.items[i]),
		    TAKE_NEW);
	/* What follows from it may bear the numbers behind it. */
	assert_ok(replica_meta_get(later, "counter", 1, &counter, err));
	assert_int_equal(counter,
	    identifier_counter(last) + 1 + LIMIT_RESERVED_IDS);
	replica_close(later);
}

/* How long the commit is that bears it, a number alone does not tell. */
static void
test_own_number_from_before_moves_the_counter(void **state)
{
	struct pair *pair = *state;
	struct replica_identity own = replica_identity(pair->oak);
	struct item number = { .sequence = 9, .received_ms = NOW_MS };
	uint64_t counter;

	number.id = identifier_make(own.site + 1, 70000);
	assert_int_equal(fixture_take(pair->oak, &number), TAKE_LACKING);
	assert_ok(replica_meta_get(pair->oak, "counter", 1, &counter, err));
	assert_true(counter < 70000);
	number.id = identifier_make(own.site, 70000);
	assert_int_equal(fixture_take(pair->oak, &number), TAKE_LACKING);
	assert_ok(replica_meta_get(pair->oak, "counter", 1, &counter, err));
	assert_int_equal(counter, 70000 + LIMIT_CHANGES + LIMIT_RESERVED_IDS);
	number.id = identifier_make(own.site, 60000);
	assert_int_equal(fixture_take(pair->oak, &number), TAKE_LACKING);
	assert_ok(replica_meta_get(pair->oak, "counter", 1, &counter, err));
	assert_int_equal(counter, 70000 + LIMIT_CHANGES + LIMIT_RESERVED_IDS);
}

/* The last numbers are used up; the next site's are not begun. */
static void
test_own_number_at_the_end_of_the_range(void **state)
{
	struct pair *pair = *state;
	struct item number = { .sequence = 9, .received_ms = NOW_MS };
	uint64_t counter, first;

	number.id =
	    identifier_make(replica_identity(pair->oak).site, COUNTER_MAX - 1);
	assert_int_equal(fixture_take(pair->oak, &number), TAKE_LACKING);
	assert_ok(replica_meta_get(pair->oak, "counter", 1, &counter, err));
	assert_int_equal(counter, COUNTER_MAX + 1);
	assert_ok(replica_begin(pair->oak, err));
	assert_int_equal(replica_take_ids(pair->oak, 1, 0, &first, NULL),
	    STATUS_FULL);
	replica_rollback(pair->oak);
}

/* Our own number says what is lacking, also when something waits under it: a
 * copy of this computer may have sent other bytes. */
static void
test_own_number_settles_nothing(void **state)
{
	struct pair *pair = *state;
	struct replica *copy = fixture_open(5, OAK);
	struct item number = { .sequence = 9, .received_ms = NOW_MS };
	struct item item;
	uint64_t waiting, aside;

	number.id = fixture_term(pair->oak, "term");
	fixture_term(copy, "closure");
	fixture_send(copy, &pair->line);
	assert_int_equal(fixture_take(pair->elm, &number), TAKE_LACKING);
	assert_int_equal(fixture_take(pair->oak, &number), TAKE_LACKING);
	assert_ok(pending_count(pair->oak, &waiting, &aside, err));
	assert_int_equal(waiting, 1);
	item = pair->line.items[0];
	item.sequence = number.sequence;
	assert_int_equal(fixture_take(pair->oak, &item), TAKE_DIFFERS);
	fixture_assert_text(pair->oak, number.id, "kind", "closure");
	assert_int_equal(fixture_take(pair->oak, &number), TAKE_KNOWN);
	replica_close(copy);
}

/* A copied computer wrote something else under the same number: the hub's
 * copy stands, ours is set aside. */
static void
test_other_bytes_under_our_number(void **state)
{
	struct pair *pair = *state;
	struct replica *copy = fixture_open(5, OAK);
	uint64_t waiting, aside;
	uint64_t id, other;

	id = fixture_term(pair->oak, "term");
	other = fixture_term(copy, "closure");
	assert_int_equal(id, other);
	fixture_send(copy, &pair->line);
	assert_int_equal(fixture_take(pair->oak, &pair->line.items[0]),
	    TAKE_DIFFERS);
	fixture_assert_text(pair->oak, id, "kind", "closure");
	assert_ok(pending_count(pair->oak, &waiting, &aside, err));
	assert_int_equal(waiting, 0);
	assert_int_equal(aside, 1);
	replica_close(copy);
}

/* The same, when ours had a place already. */
static void
test_other_bytes_in_the_ledger(void **state)
{
	struct pair *pair = *state;
	struct replica *copy = fixture_open(5, OAK);
	struct fixture_line line = { 0 };
	uint64_t waiting, aside;
	uint64_t id;

	id = fixture_term(pair->oak, "term");
	fixture_term(copy, "closure");
	fixture_send(pair->oak, &line);
	fixture_send(copy, &pair->line);
	assert_int_equal(fixture_take(pair->oak, &pair->line.items[0]),
	    TAKE_DIFFERS);
	fixture_assert_text(pair->oak, id, "kind", "closure");
	assert_ok(pending_count(pair->oak, &waiting, &aside, err));
	assert_int_equal(aside, 1);
	assert_int_equal(dossier_of(pair->oak, 0).count, 1);
	arena_deinit(&line.arena);
	replica_close(copy);
}

static void
answer(struct replica *replica, struct answer *answer)
{
	assert_ok(replica_begin(replica, err));
	assert_ok(take_answer(replica, answer, NOW_MS, err));
	assert_ok(replica_commit(replica, err));
}

/* An answer counts only for the bytes that it is about. */
static void
test_answer_is_for_its_bytes_alone(void **state)
{
	struct pair *pair = *state;
	struct answer refused = { .refusal = REFUSAL_RIGHTS };
	struct pending_row row;

	refused.id = fixture_term(pair->oak, "term");
	answer(pair->oak, &refused);
	assert_true(is_shown(pair->oak, refused.id));
	assert_ok(pending_get(pair->oak, refused.id, &row, err));
	memcpy(refused.digest, row.digest.bytes, sizeof(refused.digest));
	refused.refusal = REFUSAL_BUSY;
	answer(pair->oak, &refused);
	assert_true(is_shown(pair->oak, refused.id));
	refused.refusal = REFUSAL_RIGHTS;
	answer(pair->oak, &refused);
	assert_false(is_shown(pair->oak, refused.id));
	assert_ok(pending_get(pair->oak, refused.id, &row, err));
	assert_int_equal(row.state, PENDING_ASIDE);
	assert_int_equal(row.refusal, REFUSAL_RIGHTS);
}

/* While what a commit builds on waits still, it was refused for want of that
 * alone; afterwards the reason counts. */
static void
test_refused_for_want_of_what_waits_goes_again(void **state)
{
	struct pair *pair = *state;
	struct answer refused = { .refusal = REFUSAL_DEPENDS }, taken = { 0 };
	struct pending_row row;

	taken.id = fixture_term(pair->oak, "term");
	refused.id =
	    fixture_update(pair->oak, 0, taken.id, "kind", "closure", NULL);
	assert_ok(pending_get(pair->oak, refused.id, &row, err));
	memcpy(refused.digest, row.digest.bytes, sizeof(refused.digest));
	answer(pair->oak, &refused);
	fixture_assert_text(pair->oak, taken.id, "kind", "closure");
	assert_ok(pending_get(pair->oak, refused.id, &row, err));
	assert_int_equal(row.state, PENDING_WAITING);

	assert_ok(pending_get(pair->oak, taken.id, &row, err));
	memcpy(taken.digest, row.digest.bytes, sizeof(taken.digest));
	taken.sequence = 1;
	answer(pair->oak, &taken);
	answer(pair->oak, &refused);
	assert_ok(pending_get(pair->oak, refused.id, &row, err));
	assert_int_equal(row.state, PENDING_ASIDE);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_commit_that_comes_twice_is_known),
		TEST(test_foreign_commit_is_not_kept),
		TEST(test_broken_commit_is_not_kept),
		TEST(test_taken_place_is_broken),
		TEST(test_own_commit_from_before_moves_the_counter),
		TEST(test_own_number_from_before_moves_the_counter),
		TEST(test_own_number_at_the_end_of_the_range),
		TEST(test_own_number_settles_nothing),
		TEST(test_other_bytes_under_our_number),
		TEST(test_other_bytes_in_the_ledger),
		TEST(test_answer_is_for_its_bytes_alone),
		TEST(test_refused_for_want_of_what_waits_goes_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
