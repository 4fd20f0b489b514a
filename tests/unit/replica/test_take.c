/*
 * What comes from the hub: commits, answers, grants, dossiers to be fetched.
 */
#include "common/replica/grants.h"
#include "fixture.h"

struct pair {
	struct replica *oak;
	struct replica *elm;
	struct fixture_line line;
};

static int
setup(void **state)
{
	static struct pair pair;

	pair = (struct pair){ .oak = fixture_open(5, OAK),
		.elm = fixture_open(6, ELM) };
	*state = &pair;
	/* what a school's own dossier holds is here from the start */
	fixture_open_dossier(pair.oak, OAK);
	fixture_open_dossier(pair.elm, ELM);
	return 0;
}

static int
teardown(void **state)
{
	struct pair *pair = *state;

	replica_close(pair->oak);
	replica_close(pair->elm);
	arena_deinit(&pair->line.arena);
	return 0;
}

/* --- what the hub would write --------------------------------------------- */

struct grant_text {
	uint64_t id; /* of the grant record: 0 for a new one */
	uint64_t dossier;
	uint64_t opened;
	uint64_t frozen;
	uint64_t closed;
};

static void
set_number(struct draft *draft, int64_t record, const char *column,
    uint64_t number)
{
	struct value value = value_integer((int64_t)number);

	if (number != 0)
		assert_ok(draft_set(draft, record, column, &value, err));
}

/* Write a grant into the own dossier, as if it had been streamed. */
static uint64_t
write_grant(struct replica *replica, uint64_t school,
    const struct grant_text *text)
{
	struct draft *draft = NULL;
	int64_t grant = (int64_t)text->id;
	uint64_t id;

	assert_ok(replica_begin(replica, err));
	assert_ok(draft_create(replica, school, 0, &draft, err));
	if (text->id == 0) {
		assert_ok(draft_insert(draft, "grant", &grant, err));
		assert_ok(draft_set_text(draft, grant, "kind",
		    bytes_of_text("destination"), err));
		set_number(draft, grant, "dossier", text->dossier);
	}
	set_number(draft, grant, "opened", text->opened);
	set_number(draft, grant, "frozen", text->frozen);
	set_number(draft, grant, "closed", text->closed);
	assert_ok(draft_finish(draft, NOW_MS, &id, err));
	draft_destroy(draft);
	assert_ok(replica_commit(replica, err));
	return id;
}

static void
follow(struct replica *replica, uint64_t start)
{
	assert_ok(replica_begin(replica, err));
	assert_ok(take_grants(replica, start, err));
	assert_ok(replica_commit(replica, err));
}

static struct dossier
dossier_of(struct replica *replica, uint64_t number)
{
	struct dossier dossier;

	assert_ok(dossier_get(replica, number, &dossier, err));
	return dossier;
}

/* A section with all that the line carried. */
static struct filled
section(struct pair *pair, uint64_t dossier, enum filled_state state)
{
	struct filled filled = {
		.dossier = dossier,
		.upto = pair->line.sequence,
		.items = pair->line.items,
		.item_count = pair->line.count,
		.state = state,
	};

	for (uint32_t i = 0; i < pair->line.count; i++) {
		filled.count++;
		digest_sum_add(&filled.sum, &pair->line.items[i].digest);
	}
	return filled;
}

static bool
fill(struct replica *replica, const struct filled *filled)
{
	bool whole;

	assert_ok(replica_begin(replica, err));
	assert_ok(take_filled(replica, filled, &whole, err));
	assert_ok(replica_commit(replica, err));
	return whole;
}

static bool
is_shown(struct replica *replica, uint64_t record)
{
	const struct collection *collection;
	enum record_state state;
	uint64_t dossier;

	return record_locate(replica, record, &dossier, &collection, &state,
		   UNREAD) == STATUS_OK &&
	       state == RECORD_LIVE;
}

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

/* Our own number: it settles what waits, or says what is lacking. */
static void
test_own_number_settles_or_lacks(void **state)
{
	struct pair *pair = *state;
	struct item item = { .sequence = 9, .received_ms = NOW_MS };
	struct ledger_row row;
	uint64_t waiting, aside;

	item.id = fixture_term(pair->oak, "term");
	assert_int_equal(fixture_take(pair->elm, &item), TAKE_LACKING);
	assert_int_equal(fixture_take(pair->oak, &item), TAKE_SETTLED);
	assert_int_equal(fixture_take(pair->oak, &item), TAKE_KNOWN);
	assert_ok(ledger_get(pair->oak, item.id, &row, err));
	assert_int_equal(row.sequence, 9);
	assert_ok(pending_count(pair->oak, &waiting, &aside, err));
	assert_int_equal(waiting, 0);
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

/* --- grants and fetching -------------------------------------------------- */

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

/* A fill that the hub ends drops what had come. */
static void
test_ended_fill_is_dropped(void **state)
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
	assert_int_equal(dossier_of(pair->elm, pupil).state, DOSSIER_GONE);
	assert_int_equal(ledger_get(pair->elm, pupil, &row, UNREAD),
	    STATUS_NOT_FOUND);
	follow(pair->elm, 0);
	assert_int_equal(dossier_of(pair->elm, pupil).state, DOSSIER_GONE);
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
		TEST(test_own_number_settles_or_lacks),
		TEST(test_other_bytes_under_our_number),
		TEST(test_other_bytes_in_the_ledger),
		TEST(test_answer_is_for_its_bytes_alone),
		TEST(test_granted_dossier_is_fetched_then_shown),
		TEST(test_section_holds_its_own_dossier_only),
		TEST(test_stream_right_behind_its_grant),
		TEST(test_fresh_client_keeps_what_it_cannot_judge),
		TEST(test_frozen_dossier_is_kept_and_reopened),
		TEST(test_work_taken_after_the_freeze_leaves),
		TEST(test_closed_grant_begins_closing),
		TEST(test_ended_fill_is_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
