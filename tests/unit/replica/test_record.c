/*
 * Reading records, lists and conflicts; settling conflicts.  Covers
 * common/replica/conflict.c and common/replica/sql_compose.c.
 */
#include "fixture.h"

/* Two computers of two schools that both have the dossiers of the test. */
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

/* A child that both have. */
static uint64_t
share_pupil(struct pair *pair)
{
	uint64_t pupil = fixture_pupil(pair->oak, "Lane", OAK);

	fixture_open_dossier(pair->elm, pupil);
	fixture_carry(pair->oak, pair->elm, &pair->line);
	return pupil;
}

/* What both wrote crosses. */
static void
cross(struct pair *pair)
{
	struct fixture_line oaks = { .sequence = pair->line.sequence };

	fixture_send(pair->oak, &oaks);
	pair->line.sequence = oaks.sequence;
	fixture_carry(pair->elm, pair->oak, &pair->line);
	for (uint32_t i = 0; i < oaks.count; i++)
		assert_int_equal(fixture_take(pair->elm, &oaks.items[i]),
		    TAKE_NEW);
	arena_deinit(&oaks.arena);
}

struct list {
	uint64_t ids[16];
	uint32_t count;
};

static bool
collect(void *context, const struct record *record)
{
	struct list *list = context;

	list->ids[list->count++] = record->id;
	return true;
}

static struct list
find(struct replica *replica, const char *collection, const char *column,
    struct value value)
{
	struct record_query query = { 0 };
	struct record_filter filter = { .value = value };
	struct list list = { 0 };

	query.collection = catalogue_collection(bytes_of_text(collection));
	if (column != NULL) {
		filter.column =
		    collection_column(query.collection, bytes_of_text(column));
		query.filters = &filter;
		query.filter_count = 1;
	}
	assert_ok(record_each(replica, &query, collect, &list, err));
	return list;
}

/* Lists are by id, and by what a column holds or lacks. */
static void
test_list_by_value_and_by_absence(void **state)
{
	struct pair *pair = *state;
	uint64_t ana = fixture_pupil(pair->oak, "Lane", OAK);
	uint64_t ben = fixture_pupil(pair->oak, "Lord", OAK);
	struct list list;

	fixture_update(pair->oak, ben, ben, "sex", "M", NULL);
	list = find(pair->oak, "pupil", NULL, value_null());
	assert_int_equal(list.count, 2);
	assert_int_equal(list.ids[0], ana);
	list = find(pair->oak, "pupil", "surname", value_c_text("Lord"));
	assert_int_equal(list.count, 1);
	assert_int_equal(list.ids[0], ben);
	list = find(pair->oak, "pupil", "sex", value_null());
	assert_int_equal(list.count, 1);
	assert_int_equal(list.ids[0], ana);
	list = find(pair->oak, "pupil", "surname", value_c_text("' OR 1=1 --"));
	assert_int_equal(list.count, 0);
}

/* A page of a list begins after an id, and ends at its limit. */
static void
test_list_in_pages(void **state)
{
	struct pair *pair = *state;
	struct record_query query = { .limit = 2 };
	uint64_t ids[3];
	struct list list = { 0 };

	for (int i = 0; i < 3; i++)
		ids[i] = fixture_pupil(pair->oak, "Lane", OAK);
	query.collection = catalogue_collection(bytes_of_text("pupil"));
	assert_ok(record_each(pair->oak, &query, collect, &list, err));
	assert_int_equal(list.count, 2);
	query.after = list.ids[1];
	list.count = 0;
	assert_ok(record_each(pair->oak, &query, collect, &list, err));
	assert_int_equal(list.count, 1);
	assert_int_equal(list.ids[0], ids[2]);
	query.after = 0;
	query.dossier = ids[1];
	list.count = 0;
	assert_ok(record_each(pair->oak, &query, collect, &list, err));
	assert_int_equal(list.count, 1);
	assert_int_equal(list.ids[0], ids[1]);
}

/* What is deleted is not listed. */
static void
test_deleted_is_not_listed(void **state)
{
	struct pair *pair = *state;
	uint64_t pupil = fixture_pupil(pair->oak, "Lane", OAK);
	uint64_t language = fixture_insert(pair->oak, pupil, "language",
	    "language_type", "F", "language", "ENG", NULL);

	assert_int_equal(find(pair->oak, "language", NULL, value_null()).count,
	    1);
	fixture_delete(pair->oak, pupil, language);
	assert_int_equal(find(pair->oak, "language", NULL, value_null()).count,
	    0);
}

/* Only a waiting write of an arbitrated field shows as waiting. */
static void
test_arbitrated_write_waits_for_the_hub(void **state)
{
	struct pair *pair = *state;
	uint64_t pupil = fixture_pupil(pair->oak, "Lane", OAK);
	struct arena arena = { 0 };
	struct record record;

	assert_ok(record_get(pair->oak, pupil, &arena, &record, err));
	assert_true(record.waiting);
	fixture_send(pair->oak, &pair->line);
	assert_ok(record_get(pair->oak, pupil, &arena, &record, err));
	assert_false(record.waiting);
	fixture_update(pair->oak, pupil, pupil, "surname", "Lord", NULL);
	assert_ok(record_get(pair->oak, pupil, &arena, &record, err));
	assert_false(record.waiting);
	arena_deinit(&arena);
}

static bool
copy_conflict(void *context, const struct conflict *conflict)
{
	struct conflict *copy = context;

	/* borrowed pointers are looked at only for their values' count */
	assert_int_equal(copy->record, 0);
	*copy = *conflict;
	return true;
}

static uint64_t
resolve(struct replica *replica, uint64_t record, const char *field,
    uint32_t keep)
{
	uint64_t id = 0;

	assert_ok(replica_begin(replica, err));
	assert_ok(conflict_resolve(replica, record, field, keep, 0, NOW_MS, &id,
	    err));
	assert_ok(replica_commit(replica, err));
	return id;
}

/* Two schools correct one name: both values are kept until one decides. */
static void
test_conflict_is_kept_and_settled(void **state)
{
	struct pair *pair = *state;
	uint64_t pupil = share_pupil(pair);
	struct conflict conflict = { 0 };
	uint64_t count;

	fixture_update(pair->oak, pupil, pupil, "surname", "Lord", NULL);
	fixture_update(pair->elm, pupil, pupil, "surname", "Laine", NULL);
	cross(pair);
	assert_ok(conflict_count(pair->oak, &count, err));
	assert_int_equal(count, 1);
	assert_ok(conflict_each(pair->oak, 0, copy_conflict, &conflict, err));
	assert_int_equal(conflict.record, pupil);
	assert_int_equal(conflict.value_count, 2);

	resolve(pair->oak, pupil, "surname", 1);
	fixture_carry(pair->oak, pair->elm, &pair->line);
	assert_ok(conflict_count(pair->elm, &count, err));
	assert_int_equal(count, 0);
	assert_ok(conflict_count(pair->oak, &count, err));
	assert_int_equal(count, 0);
}

/* An ordinary write on a field in conflict settles it too. */
static void
test_write_on_a_conflict_settles_it(void **state)
{
	struct pair *pair = *state;
	uint64_t pupil = share_pupil(pair);
	uint64_t count;

	fixture_update(pair->oak, pupil, pupil, "surname", "Lord", NULL);
	fixture_update(pair->elm, pupil, pupil, "surname", "Laine", NULL);
	cross(pair);
	fixture_update(pair->oak, pupil, pupil, "surname", "Lorne", NULL);
	assert_ok(conflict_count(pair->oak, &count, err));
	assert_int_equal(count, 0);
	fixture_assert_text(pair->oak, pupil, "surname", "Lorne");
}

/* Deleted here, corrected there: it stays until one decides. */
static void
decide_on_deletion(struct pair *pair, bool delete)
{
	uint64_t pupil = share_pupil(pair);
	uint64_t language = fixture_insert(pair->oak, pupil, "language",
	    "language_type", "F", "language", "ENG", NULL);
	struct conflict conflict = { 0 };
	struct arena arena = { 0 };
	struct record record;

	fixture_carry(pair->oak, pair->elm, &pair->line);
	fixture_delete(pair->oak, pupil, language);
	fixture_update(pair->elm, pupil, language, "proficiency", "A", NULL);
	cross(pair);
	assert_ok(record_get(pair->oak, language, &arena, &record, err));
	assert_int_equal(record.state, RECORD_LIVE);
	assert_int_equal(record.conflicts, 1);
	assert_ok(
	    conflict_each(pair->oak, language, copy_conflict, &conflict, err));
	assert_int_equal(conflict.value_count, 2);

	resolve(pair->oak, language, COLUMN_DELETED, delete ? 0 : 1);
	fixture_carry(pair->oak, pair->elm, &pair->line);
	assert_ok(record_get(pair->elm, language, &arena, &record, err));
	assert_int_equal(record.state, delete ? RECORD_DELETED : RECORD_LIVE);
	assert_int_equal(record.conflicts, 0);
	arena_deinit(&arena);
}

static void
test_deletion_in_conflict_can_be_confirmed(void **state)
{
	decide_on_deletion(*state, true);
}

static void
test_deletion_in_conflict_can_be_taken_back(void **state)
{
	decide_on_deletion(*state, false);
}

/* There is nothing to settle where there is no conflict. */
static void
test_no_conflict_is_not_found(void **state)
{
	struct pair *pair = *state;
	uint64_t pupil = fixture_pupil(pair->oak, "Lane", OAK);
	uint64_t id;

	assert_ok(replica_begin(pair->oak, err));
	assert_int_equal(conflict_resolve(pair->oak, pupil, "surname", 0, 0,
			     NOW_MS, &id, UNREAD),
	    STATUS_NOT_FOUND);
	assert_int_equal(conflict_resolve(pair->oak, 4711, "surname", 0, 0,
			     NOW_MS, &id, UNREAD),
	    STATUS_NOT_FOUND);
	replica_rollback(pair->oak);
}

/* Two dossiers of one child are shown as one, and apart again. */
static void
test_same_child_is_shown_once(void **state)
{
	struct pair *pair = *state;
	uint64_t ana = fixture_pupil(pair->oak, "Lane", OAK);
	uint64_t twin = fixture_pupil(pair->oak, "Lane", OAK);
	struct record_query query = { .merge_same = true };
	struct arena arena = { 0 };
	struct list list = { 0 };
	char text[IDENTIFIER_TEXT_BYTES];
	uint64_t *pupils;
	uint64_t same;
	uint32_t count;

	identifier_format(ana, text);
	same = fixture_insert(pair->oak, twin, "same_as", "other_pupil", text,
	    "why", "entered twice", "state", "agreed", NULL);
	query.collection = catalogue_collection(bytes_of_text("pupil"));
	assert_ok(record_each(pair->oak, &query, collect, &list, err));
	assert_int_equal(list.count, 1);
	assert_int_equal(list.ids[0], ana);
	assert_ok(record_same(pair->oak, twin, &arena, &pupils, &count, err));
	assert_int_equal(count, 2);
	assert_int_equal(pupils[0], ana);
	assert_int_equal(pupils[1], twin);
	fixture_update(pair->oak, twin, same, "state", "ended", NULL);
	assert_ok(record_same(pair->oak, twin, &arena, &pupils, &count, err));
	assert_int_equal(count, 1);
	assert_int_equal(pupils[0], twin);
	arena_deinit(&arena);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_list_by_value_and_by_absence),
		TEST(test_list_in_pages),
		TEST(test_deleted_is_not_listed),
		TEST(test_arbitrated_write_waits_for_the_hub),
		TEST(test_conflict_is_kept_and_settled),
		TEST(test_write_on_a_conflict_settles_it),
		TEST(test_deletion_in_conflict_can_be_confirmed),
		TEST(test_deletion_in_conflict_can_be_taken_back),
		TEST(test_no_conflict_is_not_found),
		TEST(test_same_child_is_shown_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
