/* Commits that wait, are settled, refused, restamped and sent again. */
#include "protocol/identifier.h"
#include "protocol/stamp.h"
#include "tests/unit/replica/script.h"

static int
setup(void **state)
{
	struct replica_identity identity = { .site = 1, .school = 7 };
	struct replica *replica = script_open(":memory:", REPLICA_CLIENT);
	struct error err = { 0 };

	SCRIPT_OK(replica_begin(replica, &err), &err);
	SCRIPT_OK(replica_identity_set(replica, &identity, &err), &err);
	SCRIPT_OK(replica_commit(replica, &err), &err);
	*state = replica;
	return 0;
}

static int
teardown(void **state)
{
	replica_rollback(*state); /* of a test that failed */
	script_check_fold(*state);
	replica_close(*state);
	return 0;
}

#define PUPIL "pupil/100 forename=Ana surname=Lee birth_date=2015-01-19"

static void
set_aside(struct replica *replica, uint64_t id, uint32_t refusal)
{
	struct error err = { 0 };

	SCRIPT_OK(replica_begin(replica, &err), &err);
	SCRIPT_OK(pending_set_aside(replica, id, refusal, 99, &err), &err);
	SCRIPT_OK(replica_commit(replica, &err), &err);
}

/* The ids that the first field of a waiting commit replaces, after decoding. */
static const char *
replaces(struct replica *replica, uint64_t id)
{
	static char text[256];
	struct arena arena = { 0 };
	struct error err = { 0 };
	struct pending_row row;
	struct commit commit;
	struct digest digest;
	const struct field_write *write;

	SCRIPT_OK(pending_get(replica, id, &row, &err), &err);
	SCRIPT_OK(commit_decode(row.bytes, &arena, &commit, &err), &err);
	digest = digest_of(row.bytes);
	assert_true(digest_equal(&digest, &row.digest));
	write = &commit.changes[0].fields[0];
	text[0] = '\0';
	for (uint32_t i = 0; i < write->replace_count; i++)
		snprintf(text + strlen(text), 24, "%llu ",
		    (unsigned long long)write->replaces[i]);
	arena_deinit(&arena);
	return text;
}

static void
test_settled_commit_moves_to_the_ledger(void **state)
{
	struct replica *replica = *state;
	struct mark mark = { { 1, 2, 3 } };
	struct buffer before = { 0 };
	struct buffer after = { 0 };
	struct error err = { 0 };
	struct ledger_row row;
	uint64_t waiting;
	uint64_t aside;

	script_wait(replica, 100, 10, 100, PUPIL);
	script_dump(replica, &before);
	SCRIPT_OK(replica_begin(replica, &err), &err);
	SCRIPT_OK(pending_settle(replica, 100, 5, 77, &mark, &err), &err);
	SCRIPT_OK(replica_commit(replica, &err), &err);
	script_dump(replica, &after);
	assert_true(bytes_equal(buffer_view(&before), buffer_view(&after)));
	SCRIPT_OK(ledger_get(replica, 100, &row, &err), &err);
	assert_int_equal(row.sequence, 5);
	assert_int_equal(row.received_ms, 77);
	assert_true(mark_equal(&row.mark, &mark));
	SCRIPT_OK(pending_count(replica, &waiting, &aside, &err), &err);
	assert_int_equal(waiting + aside, 0);
	buffer_deinit(&before);
	buffer_deinit(&after);
}

/* In place of the refused write stands what that write replaced; the chain
 * behind it goes on. */
static void
test_refused_write_is_substituted(void **state)
{
	struct replica *replica = *state;

	script_ledger(replica, 1, 100, 10, 100, PUPIL);
	script_wait(replica, 200, 20, 100,
	    "pupil/100 surname=Oak>100 forename=Bea>100");
	script_wait(replica, 300, 30, 100, "pupil/100 surname=Elm>200");
	script_wait(replica, 400, 40, 100, "pupil/100 surname=Ash>300");
	set_aside(replica, 200, REFUSAL_RIGHTS);
	assert_string_equal(replaces(replica, 300), "100 ");
	assert_string_equal(replaces(replica, 400), "300 ");
	SCRIPT_EXPECT(replica, "SELECT surname, forename FROM pupil",
	    "Ash|Ana");
	SCRIPT_EXPECT(replica, "SELECT conflicts FROM record", "0");
	SCRIPT_EXPECT(replica,
	    "SELECT group_concat(id || ':' || state || ':' || refusal, ' ')"
	    " FROM (SELECT * FROM pending ORDER BY id)",
	    "200:1:11 300:0:0 400:0:0");
}

/* What a deletion saw is substituted too, so that it still deletes. */
static void
test_refused_write_is_substituted_in_a_deletion(void **state)
{
	struct replica *replica = *state;

	script_ledger(replica, 1, 100, 10, 100, PUPIL);
	script_ledger(replica, 2, 150, 10, 100, "note/150 text=a");
	script_wait(replica, 200, 20, 100, "note/150 text=b>150");
	script_wait(replica, 300, 30, 100, "note/150 deleted=@200");
	set_aside(replica, 200, REFUSAL_RIGHTS);
	SCRIPT_EXPECT(replica, "SELECT state FROM record WHERE id = 150", "1");
}

/* A record whose creation was refused takes with it what was written to it,
 * and what was built on that. */
static void
test_refused_creation_takes_its_changes_along(void **state)
{
	struct replica *replica = *state;

	script_ledger(replica, 1, 100, 10, 100, PUPIL);
	script_wait(replica, 200, 20, 100, "note/200 text=a");
	script_wait(replica, 300, 30, 100,
	    "pupil/100 surname=Elm>100;note/200 text=b>200");
	script_wait(replica, 400, 40, 100, "pupil/100 surname=Ash>300");
	script_wait(replica, 500, 50, 100, "note/500 text=free");
	set_aside(replica, 200, REFUSAL_TYPE);
	SCRIPT_EXPECT(replica,
	    "SELECT group_concat(id || ':' || state || ':' || refusal, ' ')"
	    " FROM (SELECT * FROM pending ORDER BY id)",
	    "200:1:5 300:1:12 400:0:0 500:0:0");
	assert_string_equal(replaces(replica, 400), "100 ");
	SCRIPT_EXPECT(replica, "SELECT surname FROM pupil", "Ash");
	SCRIPT_EXPECT(replica, "SELECT group_concat(text) FROM note", "free");
}

/* A dossier whose first commit was refused is nowhere. */
static void
test_refused_dossier_takes_all_along(void **state)
{
	struct replica *replica = *state;

	script_wait(replica, 100, 10, 100, PUPIL);
	script_wait(replica, 200, 20, 100, "note/200 text=a");
	set_aside(replica, 100, REFUSAL_RIGHTS);
	SCRIPT_EXPECT(replica, "SELECT count(*) FROM record", "0");
	SCRIPT_EXPECT(replica, "SELECT count(*) FROM pending WHERE state = 1",
	    "2");
	SCRIPT_EXPECT(replica, "SELECT count(*) FROM touch", "0");
}

static void
test_lanes_put_safeguarding_first(void **state)
{
	struct replica *replica = *state;
	struct dossier file = {
		.number = 300,
		.kind = DOSSIER_KIND_SAFEGUARDING,
	};
	struct error err = { 0 };

	SCRIPT_OK(replica_begin(replica, &err), &err);
	SCRIPT_OK(dossier_put(replica, &file, &err), &err);
	SCRIPT_OK(replica_commit(replica, &err), &err);
	script_wait(replica, 50, 1, 0, "organisation/50 name=Choir");
	script_wait(replica, 100, 10, 100, PUPIL);
	script_wait(replica, 150, 30, 7, "setting/150 name=a");
	script_wait(replica, 200, 20, 7, "intake/200 box=x");
	script_wait(replica, 300, 30, 300, "epoch/300 epoch=#1");
	SCRIPT_EXPECT(replica,
	    "SELECT group_concat(id || ':' || lane, ' ')"
	    " FROM (SELECT * FROM pending ORDER BY lane, id)",
	    "200:0 300:0 100:1 50:2 150:2");
}

/* New stamps in the order given, none before the hub's own; what the hub may
 * have keeps its bytes. */
static void
test_restamp_corrects_what_was_refused_alone(void **state)
{
	struct replica *replica = *state;
	const uint64_t now_ms = UINT64_C(1790000000000);
	uint64_t base = stamp_from_ms(now_ms);
	struct error err = { 0 };
	struct pending_row before, after;
	uint64_t stamp;

	script_ledger(replica, 1, 100, 10, 100, PUPIL);
	script_wait(replica, 200, base * 2, 100, "pupil/100 surname=Oak>100");
	script_wait(replica, 300, base * 2 + 1, 100, "note/300 text=a");
	script_wait(replica, 400, base + 1, 100, "note/400 text=b");
	SCRIPT_OK(pending_get(replica, 400, &before, &err), &err);
	SCRIPT_OK(replica_begin(replica, &err), &err);
	SCRIPT_OK(pending_restamp(replica, (uint64_t[]){ 200, 300, 500 }, 3,
		      base + 4, now_ms, &err),
	    &err);
	SCRIPT_OK(pending_get(replica, 400, &after, &err), &err);
	assert_true(digest_equal(&before.digest, &after.digest));
	SCRIPT_OK(replica_take_stamp(replica, now_ms, &stamp, &err), &err);
	SCRIPT_OK(replica_commit(replica, &err), &err);
	assert_int_equal(stamp, base + 8);
	assert_string_equal(replaces(replica, 200), "100 ");
	SCRIPT_EXPECT(replica,
	    "SELECT count(*) FROM touch WHERE record IN (100, 300)", "3");
}

/* A refused commit goes again with new numbers on the present heads, and what
 * was set aside with it finds its record again. */
static void
test_retry_renumbers_and_rebases(void **state)
{
	struct replica *replica = *state;
	struct error err = { 0 };
	uint64_t first;
	uint64_t second;

	script_wait(replica, 100, 10, 100, PUPIL);
	script_wait(replica, 200, 20, 100, "note/200 text=a");
	script_wait(replica, 300, 20, 100, "note/200 text=b>200");
	set_aside(replica, 100, REFUSAL_RIGHTS);
	SCRIPT_OK(replica_begin(replica, &err), &err);
	assert_int_equal(pending_retry(replica, 300, 50, &first, NULL),
	    STATUS_NOT_FOUND);
	replica_rollback(replica);
	SCRIPT_OK(replica_begin(replica, &err), &err);
	SCRIPT_OK(pending_retry(replica, 100, 50, &first, &err), &err);
	SCRIPT_OK(pending_retry(replica, 200, 50, &second, &err), &err);
	assert_string_equal(script_query_id(replica,
				"SELECT id = ?1, surname FROM pupil", first),
	    "1|Lee");
	/* the grant that the hub writes for a new child has its numbers */
	assert_true(second > first + LIMIT_RESERVED_IDS);
	SCRIPT_OK(pending_retry(replica, 300, 50, &first, &err), &err);
	SCRIPT_OK(replica_commit(replica, &err), &err);
	assert_string_equal(script_query_id(replica,
				"SELECT id = ?1, _dossier = (SELECT id FROM "
				"pupil), text"
				" FROM note",
				second),
	    "1|1|b");
	assert_int_equal(identifier_site(first), 1);
	SCRIPT_EXPECT(replica, "SELECT count(*), max(state) FROM pending",
	    "3|0");
}

/* What an older hub did not know waits again as it was, with what was set
 * aside beside it; what somebody wrote meanwhile is kept too. */
static void
test_unknown_goes_again_as_it_was(void **state)
{
	struct replica *replica = *state;
	struct error err = { 0 };
	uint64_t count;

	script_ledger(replica, 1, 100, 10, 100, PUPIL);
	script_wait(replica, 200, 20, 100, "pupil/100 surname=Oak>100");
	script_wait(replica, 300, 30, 100, "novelty/300 text=a");
	script_wait(replica, 400, 40, 100, "novelty/300 text=b>300");
	script_wait(replica, 500, 50, 100, "note/500 text=a");
	script_wait(replica, 600, 60, 100, "pupil/100 surname=Elm>200");
	set_aside(replica, 200, REFUSAL_UNKNOWN);
	set_aside(replica, 300, REFUSAL_UNKNOWN);
	set_aside(replica, 500, REFUSAL_RIGHTS);
	SCRIPT_EXPECT(replica,
	    "SELECT group_concat(id || ':' || refusal, ' ')"
	    " FROM (SELECT * FROM pending ORDER BY id)",
	    "200:4 300:4 400:12 500:11 600:0");

	SCRIPT_OK(replica_begin(replica, &err), &err);
	SCRIPT_OK(pending_return_unknown(replica, &count, &err), &err);
	SCRIPT_OK(replica_commit(replica, &err), &err);
	assert_int_equal(count, 3);
	SCRIPT_EXPECT(replica,
	    "SELECT group_concat(id || ':' || state || ':' || refusal, ' ')"
	    " FROM (SELECT * FROM pending ORDER BY id)",
	    "200:0:0 300:0:0 400:0:0 500:1:11 600:0:0");
	assert_string_equal(replaces(replica, 400), "300 ");
	assert_string_equal(replaces(replica, 600), "100 ");
	SCRIPT_EXPECT(replica, "SELECT surname FROM pupil", "Elm");
	SCRIPT_EXPECT(replica, "SELECT conflicts FROM record WHERE id = 100",
	    "1");
	script_check_fold(replica);
}

/* Only its author can say whether it still holds at the new school. */
static void
test_unknown_stays_aside_when_its_file_has_passed_on(void **state)
{
	struct replica *replica = *state;
	struct error err = { 0 };
	struct dossier dossier;
	uint64_t count;

	script_ledger(replica, 1, 100, 10, 100, PUPIL);
	script_wait(replica, 200, 20, 100, "pupil/100 surname=Oak>100");
	set_aside(replica, 200, REFUSAL_UNKNOWN);
	SCRIPT_OK(dossier_get(replica, 100, &dossier, &err), &err);
	dossier.state = DOSSIER_FROZEN;
	SCRIPT_OK(replica_begin(replica, &err), &err);
	SCRIPT_OK(dossier_put(replica, &dossier, &err), &err);
	SCRIPT_OK(pending_return_unknown(replica, &count, &err), &err);
	SCRIPT_OK(replica_commit(replica, &err), &err);
	assert_int_equal(count, 0);
	SCRIPT_EXPECT(replica, "SELECT state || ':' || refusal FROM pending",
	    "1:4");
	SCRIPT_EXPECT(replica, "SELECT surname FROM pupil", "Lee");
}

/* A deletion that goes again has seen all but deletions; its reversal names
 * what it replaces and has seen nothing. */
static void
test_retried_deletion_and_its_reversal(void **state)
{
	static const char heads[] = "SELECT state, conflicts FROM record"
				    " WHERE id = 200";
	struct replica *replica = *state;
	struct error err = { 0 };
	uint64_t id;

	script_ledger(replica, 1, 100, 10, 100, PUPIL);
	script_ledger(replica, 2, 200, 20, 100, "note/200 text=a");
	script_wait(replica, 300, 30, 100, "note/200 deleted=@200");
	set_aside(replica, 300, REFUSAL_RIGHTS);
	script_wait(replica, 310, 31, 100, "note/200 deleted=~");
	set_aside(replica, 310, REFUSAL_RIGHTS);
	script_ledger(replica, 3, 320, 32, 100, "note/200 deleted=~");
	script_ledger(replica, 4, 330, 33, 100, "note/200 text=b>200");
	SCRIPT_OK(replica_begin(replica, &err), &err);
	SCRIPT_OK(pending_retry(replica, 310, 50, &id, &err), &err);
	SCRIPT_OK(replica_commit(replica, &err), &err);
	assert_string_equal(replaces(replica, id), "320 ");
	SCRIPT_EXPECT(replica, heads, "0|0");
	SCRIPT_OK(replica_begin(replica, &err), &err);
	SCRIPT_OK(pending_retry(replica, 300, 60, &id, &err), &err);
	SCRIPT_OK(replica_commit(replica, &err), &err);
	SCRIPT_EXPECT(replica, heads, "1|0");
}

/* The hub's own commit that follows from it will bear a number behind it. */
static void
test_retried_arbitrated_write_leaves_numbers_for_the_hub(void **state)
{
	struct replica *replica = *state;
	struct error err = { 0 };
	uint64_t id, next;

	script_ledger(replica, 1, 100, 10, 100, PUPIL);
	script_wait(replica, 200, 20, 100, "pupil/100 holder=#8");
	set_aside(replica, 200, REFUSAL_RIGHTS);
	SCRIPT_OK(replica_begin(replica, &err), &err);
	SCRIPT_OK(pending_retry(replica, 200, 50, &id, &err), &err);
	SCRIPT_OK(replica_take_ids(replica, 1, 0, &next, &err), &err);
	SCRIPT_OK(replica_commit(replica, &err), &err);
	assert_int_equal(next, id + 1 + LIMIT_RESERVED_IDS);
}

static void
test_dropped_commit_is_forgotten(void **state)
{
	struct replica *replica = *state;
	struct error err = { 0 };

	script_wait(replica, 100, 10, 100, PUPIL);
	SCRIPT_OK(replica_begin(replica, &err), &err);
	assert_int_equal(pending_drop(replica, 100, NULL), STATUS_NOT_FOUND);
	SCRIPT_OK(pending_set_aside(replica, 100, REFUSAL_TYPE, 9, &err), &err);
	SCRIPT_OK(pending_drop(replica, 100, &err), &err);
	SCRIPT_OK(replica_commit(replica, &err), &err);
	SCRIPT_EXPECT(replica, "SELECT count(*) FROM pending", "0");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_settled_commit_moves_to_the_ledger),
		TEST(test_refused_write_is_substituted),
		TEST(test_refused_write_is_substituted_in_a_deletion),
		TEST(test_refused_creation_takes_its_changes_along),
		TEST(test_refused_dossier_takes_all_along),
		TEST(test_lanes_put_safeguarding_first),
		TEST(test_restamp_corrects_what_was_refused_alone),
		TEST(test_retry_renumbers_and_rebases),
		TEST(test_unknown_goes_again_as_it_was),
		TEST(test_unknown_stays_aside_when_its_file_has_passed_on),
		TEST(test_retried_deletion_and_its_reversal),
		TEST(test_retried_arbitrated_write_leaves_numbers_for_the_hub),
		TEST(test_dropped_commit_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
