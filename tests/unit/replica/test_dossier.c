/* Dossiers: what they are made of, and the client's scope. */
#include "common/catalogue/in_force.h"
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
	replica_close(*state);
	return 0;
}

static void
put(struct replica *replica, const struct dossier *dossier)
{
	struct error err = { 0 };

	SCRIPT_OK(replica_begin(replica, &err), &err);
	SCRIPT_OK(dossier_put(replica, dossier, &err), &err);
	SCRIPT_OK(replica_commit(replica, &err), &err);
}

static void
test_partnership_is_there_from_the_start(void **state)
{
	struct dossier dossier;
	struct error err = { 0 };

	SCRIPT_OK(dossier_get(*state, 0, &dossier, &err), &err);
	assert_int_equal(dossier.kind, DOSSIER_KIND_PARTNERSHIP);
	assert_int_equal(dossier.state, DOSSIER_OPEN);
	assert_int_equal(dossier_get(*state, 5, &dossier, NULL),
	    STATUS_NOT_FOUND);
}

/* A put changes what is known of the dossier, not what is counted in it. */
static void
test_put_keeps_count_and_sum(void **state)
{
	struct replica *replica = *state;
	struct dossier dossier;
	struct error err = { 0 };

	script_ledger(replica, 1, 100, 10, 100, "pupil/100 surname=Lee");
	put(replica, &(struct dossier){ .number = 100,
			 .kind = DOSSIER_KIND_PUPIL,
			 .state = DOSSIER_FROZEN,
			 .filled = 5,
			 .frozen = 6,
			 .closed = 7 });
	SCRIPT_OK(dossier_get(replica, 100, &dossier, &err), &err);
	assert_int_equal(dossier.count, 1);
	assert_int_equal(dossier.last, 1);
	assert_int_equal(dossier.filled, 5);
	assert_int_equal(dossier.frozen, 6);
	assert_int_equal(dossier.closed, 7);
}

/* The scope is what is whole, open or frozen; the rest is named or left. */
static void
test_scope_leaves_out_what_is_not_whole(void **state)
{
	struct replica *replica = *state;
	struct dossier_totals totals;
	struct digest_sum sum;
	struct dossier open;
	struct dossier frozen;
	struct error err = { 0 };
	uint64_t count;
	uint64_t filling;

	script_ledger(replica, 1, 100, 10, 100, "pupil/100 surname=Lee");
	script_ledger(replica, 2, 200, 10, 200, "pupil/200 surname=Oak");
	script_ledger(replica, 3, 300, 10, 300, "pupil/300 surname=Elm");
	script_ledger(replica, 4, 400, 10, 400, "pupil/400 surname=Ash");
	put(replica, &(struct dossier){ .number = 200,
			 .kind = DOSSIER_KIND_PUPIL,
			 .state = DOSSIER_FROZEN });
	put(replica, &(struct dossier){ .number = 300,
			 .kind = DOSSIER_KIND_PUPIL,
			 .state = DOSSIER_FILLING,
			 .fill_to = 9 });
	put(replica, &(struct dossier){ .number = 400,
			 .kind = DOSSIER_KIND_PUPIL,
			 .state = DOSSIER_CLOSING });
	SCRIPT_OK(dossier_scope(replica, &count, &sum, &filling, &err), &err);
	assert_int_equal(count, 2);
	assert_int_equal(filling, 1);
	SCRIPT_OK(dossier_get(replica, 100, &open, &err), &err);
	SCRIPT_OK(dossier_get(replica, 200, &frozen, &err), &err);
	digest_sum_add_sum(&open.sum, &frozen.sum);
	assert_true(digest_sum_equal(&sum, &open.sum));
	SCRIPT_OK(dossier_count(replica, &totals, &err), &err);
	assert_int_equal(totals.all, 5);
	assert_int_equal(totals.filling, 1);
	assert_int_equal(totals.frozen, 1);
	assert_int_equal(totals.closing, 1);
}

static bool
collect(void *context, const struct dossier *dossier)
{
	uint64_t *total = context;

	*total = *total * 10 + dossier->number;
	return true;
}

static void
test_each_goes_by_state_and_number(void **state)
{
	struct replica *replica = *state;
	struct error err = { 0 };
	uint64_t seen = 0;

	put(replica, &(struct dossier){ .number = 3,
			 .kind = DOSSIER_KIND_PUPIL,
			 .state = DOSSIER_GONE });
	put(replica,
	    &(struct dossier){ .number = 2, .kind = DOSSIER_KIND_PUPIL });
	SCRIPT_OK(dossier_each(replica, -1, collect, &seen, &err), &err);
	assert_int_equal(seen, 23);
	seen = 0;
	SCRIPT_OK(dossier_each(replica, DOSSIER_GONE, collect, &seen, &err),
	    &err);
	assert_int_equal(seen, 3);
}

/* The kind of a dossier that begins with a record of some collection. */
static void
test_kind_is_told_by_where_a_collection_may_lie(void **state)
{
	static const struct column columns[] = {
		{ .name = "name", .type = COLUMN_TEXT, .max = 9 },
		{ .name = NULL },
	};
	static const struct collection collections[] = {
		{ .name = "paper",
		    .label = "Papers",
		    .dossiers = DOSSIER_KIND_SCHOOL | DOSSIER_KIND_PUPIL,
		    .columns = columns },
		{ .name = "card",
		    .label = "Cards",
		    .dossiers = DOSSIER_KIND_PARTNERSHIP | DOSSIER_KIND_SCHOOL,
		    .columns = columns },
		{ .name = "seal",
		    .label = "Seals",
		    .dossiers = DOSSIER_KIND_SAFEGUARDING,
		    .columns = columns },
		{ .name = NULL },
	};
	struct catalogue *catalogue = NULL;
	struct error err = { 0 };
	struct replica *replica;

	(void)state;
	SCRIPT_OK(catalogue_create(9, collections, &catalogue, &err), &err);
	catalogue_use(catalogue);
	replica = script_open(":memory:", REPLICA_HUB);
	script_ledger(replica, 1, 100, 10, 100, "paper/100 name=a");
	script_ledger(replica, 2, 200, 20, 200, "card/200 name=a");
	script_ledger(replica, 3, 300, 30, 300, "seal/300 name=a");
	script_ledger(replica, 4, 400, 40, 400, "novelty/400 name=a");
	SCRIPT_EXPECT(replica,
	    "SELECT group_concat(number || ':' || kind, ' ') FROM dossier",
	    "0:1 100:4 200:2 300:8 400:4");
	replica_close(replica);
	catalogue_use(NULL);
	catalogue_destroy(catalogue);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_partnership_is_there_from_the_start),
		TEST(test_put_keeps_count_and_sum),
		TEST(test_scope_leaves_out_what_is_not_whole),
		TEST(test_each_goes_by_state_and_number),
		TEST(test_kind_is_told_by_where_a_collection_may_lie),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
