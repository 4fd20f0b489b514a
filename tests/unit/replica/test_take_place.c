/*
 * Where what the hub sends may stand: places that are taken, dossiers that
 * have ended, places after a restore.  Covers replica/take_filled.c too.
 */
#include "pair.h"
#include "script.h"

#include "common/replica/check.h"
#include "common/replica/unplaced.h"

static const struct generation generations[] = { { 11, 0 }, { 22, 1 } };

static void
put_dossier(struct replica *replica, const struct dossier *dossier)
{
	assert_ok(replica_begin(replica, err));
	assert_ok(dossier_put(replica, dossier, err));
	assert_ok(replica_commit(replica, err));
}

/* At Elm, as the stream brings it. */
static enum take_result
take(struct pair *pair, uint64_t sequence, uint64_t id, uint64_t dossier,
    const char *text)
{
	struct commit *commit =
	    script_commit(&pair->line.arena, id, id, dossier, text);
	struct item item = { .sequence = sequence,
		.received_ms = NOW_MS,
		.id = id,
		.commit = script_encode(&pair->line.arena, commit) };

	for (uint32_t i = 0; i < commit->change_count; i++)
		item.redacted = item.redacted || commit->changes[i].redacted;
	item.digest = digest_of(item.commit);
	return fixture_take(pair->elm, &item);
}

/* Up to where it ended, and nothing later; of what was purged nothing. */
static void
test_nothing_comes_behind_the_end(void **state)
{
	struct pair *pair = *state;
	struct dossier dossier = { .number = 100,
		.kind = DOSSIER_KIND_PUPIL,
		.state = DOSSIER_FROZEN,
		.frozen = 3 };

	put_dossier(pair->elm, &dossier);
	assert_int_equal(take(pair, 3, 100, 100, "pupil/100 surname=Lane"),
	    TAKE_NEW);
	assert_int_equal(take(pair, 4, 110, 100, "contact/110 surname=Mo"),
	    TAKE_FOREIGN);
	dossier = dossier_of(pair->elm, 100);
	dossier.state = DOSSIER_CLOSING;
	dossier.closed = 6;
	put_dossier(pair->elm, &dossier);
	assert_int_equal(take(pair, 6, 120, 100, "contact/120 surname=Mo"),
	    TAKE_NEW);
	assert_int_equal(take(pair, 7, 130, 100, "contact/130 surname=Mo"),
	    TAKE_FOREIGN);
	dossier = (struct dossier){ .number = 200,
		.kind = DOSSIER_KIND_PUPIL,
		.state = DOSSIER_GONE };
	put_dossier(pair->elm, &dossier);
	assert_int_equal(take(pair, 8, 200, 200, "pupil/200 surname=Lord"),
	    TAKE_FOREIGN);
	assert_ok(check_replica(pair->elm, NULL, NULL, NULL,
	    &(struct check_result){ 0 }, err));
}

/* A note that it was passed on ends when it comes back. */
static void
test_what_was_passed_on_comes_back(void **state)
{
	struct pair *pair = *state;
	uint64_t passed = identifier_make(6, 900);
	struct pending_row row;

	fixture_open_dossier(pair->elm, 100);
	assert_ok(replica_begin(pair->elm, err));
	assert_ok(pending_note_passed_on(pair->elm, passed, 100, NOW_MS, err));
	assert_ok(replica_commit(pair->elm, err));
	assert_int_equal(take(pair, 3, passed, 100, "note/5 text=mine"),
	    TAKE_NEW);
	assert_int_equal(pending_get(pair->elm, passed, &row, UNREAD),
	    STATUS_NOT_FOUND);
}

/* The digest of what was redacted is that of what it was. */
static void
test_redacted_commit_keeps_its_digest(void **state)
{
	struct pair *pair = *state;
	struct commit *commit =
	    script_commit(&pair->line.arena, 100, 10, 0, "school/100 name=Oak");
	struct item item = { .sequence = 1,
		.id = 100,
		.redacted = true,
		.digest = { { 7 } } };
	struct ledger_row row;

	change_redact(&commit->changes[0]);
	item.commit = script_encode(&pair->line.arena, commit);
	assert_int_equal(fixture_take(pair->elm, &item), TAKE_NEW);
	assert_ok(ledger_get(pair->elm, 100, &row, err));
	assert_true(row.redacted);
	assert_true(digest_equal(&row.digest, &item.digest));
	fixture_assert_text(pair->elm, 100, "name", NULL);
}

/* What lies in a dossier that nobody knows is settled all the same. */
static void
test_place_in_an_unknown_dossier_settles(void **state)
{
	struct pair *pair = *state;
	struct ledger_row row;

	script_wait(pair->elm, 700, 700, 4711, "note/5 text=mine");
	assert_int_equal(sqlite3_exec(replica_database(pair->elm),
			     "DELETE FROM dossier WHERE number = 4711", NULL,
			     NULL, NULL),
	    SQLITE_OK);
	assert_int_equal(take(pair, 4, 700, 4711, "note/5 text=mine"),
	    TAKE_SETTLED);
	assert_ok(ledger_get(pair->elm, 700, &row, err));
	assert_int_equal(row.sequence, 4);
}

/* --- after a restore ------------------------------------------------------ */

/* Places 1 to 3 of a dossier that was frozen at 1, of which 2 and 3 are gone
 * with the hub's memory of them; 900 stands at 5 now. */
static void
begin_restored(struct pair *pair)
{
	bool went;

	fixture_open_dossier(pair->elm, 100);
	assert_ok(replica_begin(pair->elm, err));
	assert_ok(replica_generations_set(pair->elm, generations, 1, err));
	assert_ok(replica_commit(pair->elm, err));
	assert_int_equal(take(pair, 1, 100, 100, "pupil/100 surname=Lane"),
	    TAKE_NEW);
	assert_int_equal(take(pair, 2, 110, 100, "contact/110 surname=Mo"),
	    TAKE_NEW);
	assert_int_equal(take(pair, 3, 120, ELM,
			     "grant/120 dossier=#100 kind=holder opened=#1"),
	    TAKE_NEW);
	assert_ok(replica_begin(pair->elm, err));
	assert_ok(unplaced_go_back(pair->elm, generations, 2, &went, err));
	assert_ok(replica_commit(pair->elm, err));
	assert_true(went);
	assert_int_equal(take(pair, 5, 900, 0, "school/900 name=Oak"),
	    TAKE_NEW);
}

/* Another commit stands there: the hub lies. */
static void
test_taken_place_is_broken_again(void **state)
{
	struct pair *pair = *state;
	struct item item = { .sequence = 5, .id = 110 };
	struct ledger_row row;

	begin_restored(pair);
	assert_int_equal(fixture_take(pair->elm, &item), TAKE_BROKEN);
	assert_ok(ledger_get(pair->elm, 110, &row, err));
	assert_true(row.sequence >= UNPLACED_FROM);
}

/* Its new place lies behind the freeze: it leaves. */
static void
test_place_behind_the_freeze_leaves(void **state)
{
	struct pair *pair = *state;
	struct dossier dossier;
	struct ledger_row row;

	begin_restored(pair);
	dossier = dossier_of(pair->elm, 100);
	dossier.state = DOSSIER_FROZEN;
	dossier.frozen = 4;
	put_dossier(pair->elm, &dossier);
	assert_int_equal(take(pair, 6, 110, 100, "contact/110 surname=Mo"),
	    TAKE_PLACED);
	assert_int_equal(ledger_get(pair->elm, 110, &row, UNREAD),
	    STATUS_NOT_FOUND);
	assert_false(is_shown(pair->elm, 110));
}

/* What the hub wrote itself it has written anew, with the places of now. */
static void
test_grant_that_the_hub_wrote_anew(void **state)
{
	struct pair *pair = *state;
	struct ledger_row row;
	uint64_t unplaced;

	begin_restored(pair);
	assert_int_equal(take(pair, 6, 120, ELM,
			     "grant/120 dossier=#100 kind=holder opened=#6"),
	    TAKE_NEW);
	assert_ok(ledger_get(pair->elm, 120, &row, err));
	assert_int_equal(row.sequence, 6);
	assert_ok(unplaced_count(pair->elm, &unplaced, err));
	assert_int_equal(unplaced, 1);
}

static bool
is_of_hub(struct pair *pair, uint64_t id, const char *text)
{
	return unplaced_is_of_hub(
	    script_commit(&pair->line.arena, id, 10, 0, text));
}

static void
test_what_is_of_the_hub(void **state)
{
	struct pair *pair = *state;
	uint64_t oaks = identifier_make(5, 50);
	char text[64];

	assert_true(is_of_hub(pair, 50, "contact/50 surname=Mo"));
	assert_false(is_of_hub(pair, oaks, "contact/50 surname=Mo"));
	assert_true(is_of_hub(pair, oaks, "grant/9 kind=holder"));
	assert_true(is_of_hub(pair, oaks, "envelope/9 state=withdrawn"));
	assert_false(is_of_hub(pair, oaks, "envelope/9 state=expected"));
	snprintf(text, sizeof(text), "envelope/%llu surname=Mo",
	    (unsigned long long)oaks);
	assert_true(is_of_hub(pair, oaks, text));
	assert_true(is_of_hub(pair, oaks, "transfer/9 state=answered"));
	assert_true(is_of_hub(pair, oaks, "transfer/9 state=not_ours"));
	assert_false(is_of_hub(pair, oaks, "transfer/9 state=open"));
}

/* --- sections ------------------------------------------------------------- */

/* One that was not asked for, and one with a hole before it. */
static void
test_section_out_of_turn_changes_nothing(void **state)
{
	struct pair *pair = *state;
	struct filled filled = { .dossier = 100,
		.from = 5,
		.upto = 9,
		.state = FILLED_MORE };
	struct dossier dossier = { .number = 100,
		.kind = DOSSIER_KIND_PUPIL,
		.state = DOSSIER_FILLING,
		.filled = 2,
		.fill_to = 9 };

	assert_false(fill(pair->elm, &filled));
	put_dossier(pair->elm, &dossier);
	assert_false(fill(pair->elm, &filled));
	assert_int_equal(dossier_of(pair->elm, 100).filled, 2);
	filled.from = 2;
	assert_false(fill(pair->elm, &filled));
	assert_int_equal(dossier_of(pair->elm, 100).filled, 9);
}

/* A freeze that is known before the fill has ended bounds it. */
static void
test_fill_reaches_to_the_freeze(void **state)
{
	struct pair *pair = *state;
	struct grant_text grant = { .dossier = 100, .opened = 9, .frozen = 4 };

	grant.id = write_grant(pair->elm, ELM, &grant);
	follow(pair->elm, 0);
	assert_int_equal(dossier_of(pair->elm, 100).fill_to, 4);

	grant = (struct grant_text){ .dossier = 200, .opened = 9 };
	grant.id = write_grant(pair->elm, ELM, &grant);
	follow(pair->elm, 0);
	assert_int_equal(dossier_of(pair->elm, 200).fill_to, 9);
	grant.frozen = 6;
	write_grant(pair->elm, ELM, &grant);
	follow(pair->elm, 0);
	assert_int_equal(dossier_of(pair->elm, 200).state, DOSSIER_FILLING);
	assert_int_equal(dossier_of(pair->elm, 200).fill_to, 6);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_nothing_comes_behind_the_end),
		TEST(test_what_was_passed_on_comes_back),
		TEST(test_redacted_commit_keeps_its_digest),
		TEST(test_place_in_an_unknown_dossier_settles),
		TEST(test_taken_place_is_broken_again),
		TEST(test_place_behind_the_freeze_leaves),
		TEST(test_grant_that_the_hub_wrote_anew),
		TEST(test_what_is_of_the_hub),
		TEST(test_section_out_of_turn_changes_nothing),
		TEST(test_fill_reaches_to_the_freeze),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
