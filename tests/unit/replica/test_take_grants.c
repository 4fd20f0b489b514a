/*
 * What comes from the hub: grants, and dossiers to be fetched, kept as they
 * were, or purged.
 */
#include "pair.h"

#include "common/replica/check.h"

/* A granted dossier is fetched unseen, and shown when it is whole. */
static void
test_granted_dossier_is_fetched_then_shown(void **state)
{
	struct pair *pair = *state;
	uint64_t pupil = fixture_pupil(pair->oak, "Lane", OAK);
	struct grant_text grant = { .dossier = pupil, .opened = 1 };
	struct filled filled;

	fixture_insert(pair->oak, pupil, "language", "language_type", "F",
	    "language", "ENG", NULL);
	fixture_send(pair->oak, &pair->line);
	write_grant(pair->elm, ELM, &grant);
	follow(pair->elm, 2);
	assert_int_equal(dossier_of(pair->elm, pupil).state, DOSSIER_FILLING);
	assert_int_equal(dossier_of(pair->elm, pupil).fill_to, 2);

	filled = section(pair, pupil, FILLED_DONE);
	filled.item_count = 1; /* one is lost */
	assert_false(fill(pair->elm, &filled));
	assert_int_equal(dossier_of(pair->elm, pupil).filled, 0);
	assert_false(is_shown(pair->elm, pupil));

	filled = section(pair, pupil, FILLED_MORE);
	filled.item_count = 1;
	filled.upto = 1;
	assert_false(fill(pair->elm, &filled));
	assert_int_equal(dossier_of(pair->elm, pupil).filled, 1);
	assert_false(is_shown(pair->elm, pupil));

	filled = section(pair, pupil, FILLED_DONE);
	filled.sum.low ^= 1;
	assert_false(fill(pair->elm, &filled));
	filled.sum.low ^= 1;
	filled.count++;
	assert_false(fill(pair->elm, &filled));
	filled.count--;
	assert_true(fill(pair->elm, &filled));
	assert_int_equal(dossier_of(pair->elm, pupil).state, DOSSIER_OPEN);
	assert_true(is_shown(pair->elm, pupil));
	follow(pair->elm, 2);
	assert_int_equal(dossier_of(pair->elm, pupil).state, DOSSIER_OPEN);
}

/* What belongs in another dossier does not come in by a section. */
static void
test_section_holds_its_own_dossier_only(void **state)
{
	struct pair *pair = *state;
	uint64_t pupil = fixture_pupil(pair->oak, "Lane", OAK);
	uint64_t other = fixture_term(pair->oak, "term");
	struct grant_text grant = { .dossier = pupil, .opened = 1 };
	struct ledger_row row;
	struct filled filled;

	fixture_send(pair->oak, &pair->line);
	write_grant(pair->elm, ELM, &grant);
	follow(pair->elm, 0);
	filled = section(pair, pupil, FILLED_DONE);
	assert_false(fill(pair->elm, &filled));
	assert_int_equal(ledger_get(pair->elm, other, &row, UNREAD),
	    STATUS_NOT_FOUND);
}

/* A grant and the first commit behind it may come in one batch. */
static void
test_stream_right_behind_its_grant(void **state)
{
	struct pair *pair = *state;
	uint64_t pupil = fixture_pupil(pair->oak, "Lane", OAK);
	struct grant_text grant = { .dossier = pupil, .opened = 1 };

	fixture_send(pair->oak, &pair->line);
	fixture_update(pair->oak, pupil, pupil, "sex", "F", NULL);
	fixture_send(pair->oak, &pair->line);
	write_grant(pair->elm, ELM, &grant);
	assert_int_equal(fixture_take(pair->elm, &pair->line.items[0]),
	    TAKE_NEW);
	assert_int_equal(dossier_of(pair->elm, pupil).state, DOSSIER_FILLING);
	assert_int_equal(dossier_of(pair->elm, pupil).fill_to, 1);
	assert_false(is_shown(pair->elm, pupil));
}

/* A file that was passed on ends where it did also while it is fetched. */
static void
test_what_is_behind_the_freeze_does_not_come_in(void **state)
{
	struct pair *pair = *state;
	uint64_t pupil = fixture_pupil(pair->oak, "Lane", OAK);
	struct grant_text grant = { .dossier = pupil,
		.opened = 1,
		.frozen = 1 };

	fixture_send(pair->oak, &pair->line);
	fixture_update(pair->oak, pupil, pupil, "sex", "F", NULL);
	fixture_send(pair->oak, &pair->line);
	write_grant(pair->elm, ELM, &grant);
	follow(pair->elm, 1);
	assert_int_equal(dossier_of(pair->elm, pupil).state, DOSSIER_FILLING);
	assert_int_equal(fixture_take(pair->elm, &pair->line.items[0]),
	    TAKE_FOREIGN);
	assert_int_equal(dossier_of(pair->elm, pupil).count, 0);
}

/* Purged, and granted anew by a hub that was restored to before the close:
 * what the stream brought since the opening went with the purge. */
static void
test_purged_dossier_is_fetched_up_to_the_cursor(void **state)
{
	struct pair *pair = *state;
	struct dossier gone = { .number = 4711,
		.kind = DOSSIER_KIND_PUPIL,
		.state = DOSSIER_GONE,
		.closed = 1 };
	struct grant_text grant = { .dossier = 4711, .opened = 2 };

	assert_ok(replica_begin(pair->elm, err));
	assert_ok(dossier_put(pair->elm, &gone, err));
	assert_ok(replica_meta_set(pair->elm, "cursor", 9, err));
	assert_ok(replica_commit(pair->elm, err));
	write_grant(pair->elm, ELM, &grant);
	follow(pair->elm, 0);
	assert_int_equal(dossier_of(pair->elm, 4711).state, DOSSIER_FILLING);
	assert_int_equal(dossier_of(pair->elm, 4711).filled, 0);
	assert_int_equal(dossier_of(pair->elm, 4711).fill_to, 9);
}

/* While the own dossier is fetched, nothing can be judged: what comes is kept
 * unseen, and goes again when there turns out to be no grant. */
static void
test_fresh_client_keeps_what_it_cannot_judge(void **state)
{
	struct pair *pair = *state;
	uint64_t ours = fixture_pupil(pair->oak, "Lane", OAK);
	uint64_t strange = fixture_pupil(pair->oak, "Lord", OAK);
	struct dossier own = { .number = ELM,
		.kind = DOSSIER_KIND_SCHOOL,
		.state = DOSSIER_FILLING,
		.fill_to = 2 };
	struct grant_text grant = { .dossier = ours, .opened = 1 };
	struct ledger_row row;

	fixture_send(pair->oak, &pair->line);
	assert_ok(replica_begin(pair->elm, err));
	assert_ok(dossier_put(pair->elm, &own, err));
	assert_ok(replica_commit(pair->elm, err));
	for (int i = 0; i < 2; i++)
		assert_int_equal(fixture_take(pair->elm, &pair->line.items[i]),
		    TAKE_NEW);
	write_grant(pair->elm, ELM, &grant);
	own.state = DOSSIER_OPEN;
	assert_ok(replica_begin(pair->elm, err));
	assert_ok(dossier_put(pair->elm, &own, err));
	assert_ok(fold_dossier(pair->elm, ELM, err));
	assert_ok(replica_commit(pair->elm, err));
	follow(pair->elm, 2);
	assert_int_equal(dossier_of(pair->elm, ours).fill_to, 2);
	assert_int_equal(dossier_of(pair->elm, ours).count, 1);
	assert_int_equal(dossier_of(pair->elm, strange).state, DOSSIER_GONE);
	assert_int_equal(ledger_get(pair->elm, strange, &row, UNREAD),
	    STATUS_NOT_FOUND);
}

/* Before its own dossier is known nothing is judged: all is kept. */
static void
test_client_without_its_own_dossier_drops_nothing(void **state)
{
	struct pair *pair = *state;
	struct replica *fresh = fixture_open(7, ELM);
	uint64_t strange = fixture_pupil(pair->oak, "Lord", OAK);
	struct ledger_row row;

	fixture_send(pair->oak, &pair->line);
	assert_int_equal(fixture_take(fresh, &pair->line.items[0]), TAKE_NEW);
	follow(fresh, 2);
	assert_int_equal(dossier_of(fresh, strange).state, DOSSIER_FILLING);
	assert_ok(ledger_get(fresh, strange, &row, err));
	replica_close(fresh);
}

/* Passed on: kept as it was; what was taken later leaves; a later grant goes
 * on where it stopped. */
static void
test_frozen_dossier_is_kept_and_reopened(void **state)
{
	struct pair *pair = *state;
	uint64_t pupil = fixture_pupil(pair->oak, "Lane", OAK);
	struct grant_text grant = { .dossier = pupil, .opened = 1 };
	struct dossier dossier;
	uint64_t late;

	fixture_send(pair->oak, &pair->line);
	late = fixture_insert(pair->oak, pupil, "language", "language_type",
	    "F", "language", "ENG", NULL);
	pair->line.sequence = 6; /* frozen at 5 */
	fixture_send(pair->oak, &pair->line);
	assert_true(is_shown(pair->oak, late));
	grant.id = write_grant(pair->oak, OAK, &grant);
	follow(pair->oak, 0);
	assert_int_equal(dossier_of(pair->oak, pupil).state, DOSSIER_OPEN);
	grant.frozen = 5;
	write_grant(pair->oak, OAK, &grant);
	follow(pair->oak, 0);
	dossier = dossier_of(pair->oak, pupil);
	assert_int_equal(dossier.state, DOSSIER_FROZEN);
	assert_int_equal(dossier.frozen, 5);
	assert_int_equal(dossier.filled, 5);
	assert_int_equal(dossier.count, 1);
	assert_true(is_shown(pair->oak, pupil));
	assert_false(is_shown(pair->oak, late));

	grant = (struct grant_text){ .dossier = pupil, .opened = 9 };
	write_grant(pair->oak, OAK, &grant);
	follow(pair->oak, 0);
	dossier = dossier_of(pair->oak, pupil);
	assert_int_equal(dossier.state, DOSSIER_FILLING);
	assert_int_equal(dossier.filled, 5);
	assert_int_equal(dossier.fill_to, 9);
	assert_int_equal(dossier.frozen, 0);
}

/* Work that waited when the dossier was passed on: taken, and gone here. */
static void
test_work_taken_after_the_freeze_leaves(void **state)
{
	struct pair *pair = *state;
	uint64_t pupil = fixture_pupil(pair->oak, "Lane", OAK);
	struct grant_text grant = { .dossier = pupil, .opened = 1 };
	uint64_t late;

	fixture_send(pair->oak, &pair->line);
	late = fixture_insert(pair->oak, pupil, "language", "language_type",
	    "F", "language", "ENG", NULL);
	grant.frozen = 2;
	write_grant(pair->oak, OAK, &grant);
	follow(pair->oak, 0);
	assert_true(is_shown(pair->oak, late));
	pair->line.sequence = 6;
	fixture_send(pair->oak, &pair->line);
	assert_false(is_shown(pair->oak, late));
	assert_int_equal(dossier_of(pair->oak, pupil).count, 1);
}

/* The same of what waited while the dossier was closed, opened again and
 * passed on: answered before the grants were heard of, or while it fills. */
static void
test_work_taken_after_an_unseen_freeze_leaves(void **state)
{
	struct pair *pair = *state;
	uint64_t pupil = fixture_pupil(pair->oak, "Lane", OAK);
	struct grant_text grant = { .dossier = pupil, .opened = 1 };
	uint64_t early, late;
	struct ledger_row row;

	fixture_send(pair->oak, &pair->line);
	early = fixture_insert(pair->oak, pupil, "language", "language_type",
	    "F", "language", "ENG", NULL);
	pair->line.sequence = 20;
	fixture_send(pair->oak, &pair->line);
	late = fixture_insert(pair->oak, pupil, "language", "language_type",
	    "F", "language", "POL", NULL);
	grant.closed = 6;
	write_grant(pair->oak, OAK, &grant);
	follow(pair->oak, 0);
	grant = (struct grant_text){ .dossier = pupil, .opened = 8 };
	grant.frozen = 12;
	write_grant(pair->oak, OAK, &grant);
	follow(pair->oak, 0);
	assert_int_equal(dossier_of(pair->oak, pupil).state, DOSSIER_FILLING);
	assert_int_equal(dossier_of(pair->oak, pupil).count, 1);
	assert_int_equal(ledger_get(pair->oak, early, &row, UNREAD),
	    STATUS_NOT_FOUND);

	fixture_send(pair->oak, &pair->line);
	assert_int_equal(dossier_of(pair->oak, pupil).count, 1);
	assert_int_equal(ledger_get(pair->oak, late, &row, UNREAD),
	    STATUS_NOT_FOUND);
}

/* A close begins the end; a second one, or none held, changes nothing. */
static void
test_closed_grant_begins_closing(void **state)
{
	struct pair *pair = *state;
	uint64_t pupil = fixture_pupil(pair->oak, "Lane", OAK);
	struct grant_text grant = { .dossier = pupil,
		.opened = 1,
		.closed = 7 };
	struct grant_text unknown = { .dossier = 4711,
		.opened = 1,
		.closed = 2 };
	struct dossier dossier;

	write_grant(pair->oak, OAK, &grant);
	write_grant(pair->oak, OAK, &unknown);
	for (int i = 0; i < 2; i++) {
		follow(pair->oak, 0);
		dossier = dossier_of(pair->oak, pupil);
		assert_int_equal(dossier.state, DOSSIER_CLOSING);
		assert_int_equal(dossier.closed, 7);
	}
	assert_int_equal(dossier_get(pair->oak, 4711, &dossier, UNREAD),
	    STATUS_NOT_FOUND);
}

/* A fill that the hub ends leaves what had come to be purged. */
static void
test_ended_fill_begins_closing(void **state)
{
	struct pair *pair = *state;
	uint64_t pupil = fixture_pupil(pair->oak, "Lane", OAK);
	struct grant_text grant = { .dossier = pupil, .opened = 5 };
	struct ledger_row row;
	struct filled filled;

	fixture_send(pair->oak, &pair->line);
	write_grant(pair->elm, ELM, &grant);
	follow(pair->elm, 0);
	filled = section(pair, pupil, FILLED_MORE);
	fill(pair->elm, &filled);
	assert_ok(ledger_get(pair->elm, pupil, &row, err));
	filled = (struct filled){ .dossier = pupil, .state = FILLED_ENDED };
	assert_false(fill(pair->elm, &filled));
	assert_int_equal(dossier_of(pair->elm, pupil).state, DOSSIER_CLOSING);
	assert_int_equal(dossier_of(pair->elm, pupil).closed, 5);
	assert_ok(check_replica(pair->elm, NULL, NULL, NULL,
	    &(struct check_result){ 0 }, err));
	follow(pair->elm, 0);
	assert_int_equal(dossier_of(pair->elm, pupil).state, DOSSIER_CLOSING);
}

/* A hub that says so all the same takes nothing away. */
static void
test_what_needs_no_grant_is_never_closed(void **state)
{
	struct pair *pair = *state;
	uint64_t numbers[] = { ELM, DOSSIER_PARTNERSHIP };

	for (size_t i = 0; i < 2; i++) {
		struct grant_text grant = { .dossier = numbers[i],
			.opened = 1,
			.closed = 2 };
		struct filled filled = { .dossier = numbers[i],
			.state = FILLED_GONE };
		struct dossier dossier;

		if (numbers[i] != DOSSIER_PARTNERSHIP)
			write_grant(pair->elm, ELM, &grant);
		follow(pair->elm, 0);
		assert_int_not_equal(dossier_of(pair->elm, numbers[i]).state,
		    DOSSIER_CLOSING);
		dossier = dossier_of(pair->elm, numbers[i]);
		dossier.state = DOSSIER_FILLING;
		assert_ok(replica_begin(pair->elm, err));
		assert_ok(dossier_put(pair->elm, &dossier, err));
		assert_ok(replica_commit(pair->elm, err));
		(void)fill(pair->elm, &filled);
		assert_int_equal(dossier_of(pair->elm, numbers[i]).state,
		    DOSSIER_FILLING);
	}
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_granted_dossier_is_fetched_then_shown),
		TEST(test_section_holds_its_own_dossier_only),
		TEST(test_stream_right_behind_its_grant),
		TEST(test_what_is_behind_the_freeze_does_not_come_in),
		TEST(test_purged_dossier_is_fetched_up_to_the_cursor),
		TEST(test_fresh_client_keeps_what_it_cannot_judge),
		TEST(test_client_without_its_own_dossier_drops_nothing),
		TEST(test_frozen_dossier_is_kept_and_reopened),
		TEST(test_work_taken_after_the_freeze_leaves),
		TEST(test_work_taken_after_an_unseen_freeze_leaves),
		TEST(test_closed_grant_begins_closing),
		TEST(test_ended_fill_begins_closing),
		TEST(test_what_needs_no_grant_is_never_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
