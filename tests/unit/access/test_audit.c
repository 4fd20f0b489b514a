/*
 * Who read which child's file: once an hour, in one commit for what is read at
 * once, and before it is shown.
 */
#include "tests/unit/access/world.h"

#include "client/access/audit.h"

#define HOUR_MS UINT64_C(3600000)

struct found {
	int entries;
	uint64_t commits[8];
	int commit_count;
	struct replica *replica;
};

static bool
look(void *context, const struct record *record)
{
	struct found *found = context;
	struct arena arena = { 0 };
	struct ledger_row row;
	struct commit commit;

	found->entries++;
	assert_ok(ledger_find_change(found->replica, record->id, &arena, &row,
	    &commit, err));
	assert_int_equal(commit.author, TEACHER);
	if (found->commit_count == 0 ||
	    found->commits[found->commit_count - 1] != commit.id)
		found->commits[found->commit_count++] = commit.id;
	arena_deinit(&arena);
	return true;
}

static struct found
audit_of(struct replica *replica)
{
	struct found found = { .replica = replica };
	struct record_query query = {
		.collection = catalogue_collection(bytes_of_text("read_audit")),
	};

	assert_ok(record_each(replica, &query, look, &found, err));
	return found;
}

static void
open_file(struct world *world, enum audit_act act, uint64_t now_ms)
{
	struct view view = *world_as(world, "senco");
	struct view_record record;
	struct arena arena = { 0 };

	view.act = act;
	view.now_ms = now_ms;
	assert_ok(view_get(&view, world->pupil, &arena, &record, err));
	arena_deinit(&arena);
}

static void
test_once_an_hour_for_each_act(void **state)
{
	struct world world;

	(void)state;
	world_begin(&world);
	open_file(&world, AUDIT_NONE, NOW_MS);
	assert_int_equal(audit_of(world.replica).entries, 0);
	open_file(&world, AUDIT_OPENED, NOW_MS);
	open_file(&world, AUDIT_OPENED, NOW_MS + HOUR_MS - 1);
	assert_int_equal(audit_of(world.replica).entries, 1);
	open_file(&world, AUDIT_PRINTED, NOW_MS + HOUR_MS - 1);
	assert_int_equal(audit_of(world.replica).entries, 2);
	open_file(&world, AUDIT_OPENED, NOW_MS + HOUR_MS);
	assert_int_equal(audit_of(world.replica).entries, 3);
	/* A clock that was set back makes no hole. */
	open_file(&world, AUDIT_OPENED, NOW_MS);
	assert_int_equal(audit_of(world.replica).entries, 4);
	world_end(&world);
}

static void
test_entry_says_who_whom_when_and_what(void **state)
{
	struct world world;
	struct value act = value_c_text("opened");
	struct arena arena = { 0 };
	struct record record;
	uint64_t id;

	(void)state;
	world_begin(&world);
	fixture_insert(world.replica, 0, "site", "number", "3", "school", "101",
	    NULL);
	open_file(&world, AUDIT_OPENED, NOW_MS);
	assert_ok(
	    record_find(world.replica, "read_audit", "act", &act, &id, err));
	assert_ok(record_get(world.replica, id, &arena, &record, err));
	assert_int_equal(record.dossier, OAK);
	assert_int_equal(record_value(&record, "staff").integer, TEACHER);
	assert_true(
	    (uint64_t)record_value(&record, "dossier").integer == world.pupil);
	assert_int_equal(record_value(&record, "site").type, VALUE_INTEGER);
	assert_int_equal(record_value(&record, "at").bytes.size, 20);
	arena_deinit(&arena);
	world_end(&world);
}

struct reading {
	struct world *world;
	int shown;
};

/* By now it is written. */
static bool
look_at_audit(void *context, const struct view_record *record)
{
	struct reading *reading = context;

	(void)record;
	reading->shown++;
	assert_int_equal(audit_of(reading->world->replica).entries, 3);
	return true;
}

static void
test_list_is_noted_in_one_commit_before_it_is_shown(void **state)
{
	struct world world;
	struct record_query query = { 0 };
	struct reading reading = { &world, 0 };
	struct view view;

	(void)state;
	world_begin(&world);
	fixture_pupil(world.replica, "Moss", OAK);
	fixture_pupil(world.replica, "Okafor", OAK);
	view = *world_as(&world, "office");
	view.act = AUDIT_EXPORTED;
	query.collection = catalogue_collection(bytes_of_text("pupil"));
	assert_ok(view_each(&view, &query, look_at_audit, &reading, err));
	assert_int_equal(reading.shown, 3);
	assert_int_equal(audit_of(world.replica).commit_count, 1);
	world_end(&world);
}

/* However many are read at once: in commits that the hub takes. */
static void
test_many_are_a_few_commits(void **state)
{
	static uint64_t pupils[1001];
	struct world world;
	struct found found;

	(void)state;
	world_begin(&world);
	for (size_t i = 0; i < 1001; i++)
		pupils[i] = fixture_pupil(world.replica, "Moss", OAK);
	world_as(&world, "office");
	for (int i = 0; i < 2; i++)
		assert_ok(audit_read(world.replica, &world.viewer, AUDIT_OPENED,
		    pupils, 1001, NOW_MS, err));
	found = audit_of(world.replica);
	assert_int_equal(found.entries, 1001);
	assert_int_equal(found.commit_count, 3);
	world_end(&world);
}

/* What is refused was not read; nor is what is no child's. */
static void
test_only_what_was_read_is_noted(void **state)
{
	struct world world;
	struct view_record record;
	struct arena arena = { 0 };
	struct view view;
	uint64_t term;

	(void)state;
	world_begin(&world);
	term = fixture_term(world.replica, "term");
	view = *world_as(&world, "teacher");
	view.act = AUDIT_OPENED;
	assert_int_equal(view_get(&view, world.need, &arena, &record, UNREAD),
	    STATUS_NOT_FOUND);
	assert_ok(view_get(&view, term, &arena, &record, err));
	assert_int_equal(audit_of(world.replica).entries, 0);
	world.viewer = (struct viewer){ .set_up = true, .school = OAK };
	assert_ok(view_get(&view, world.need, &arena, &record, err));
	assert_int_equal(audit_of(world.replica).entries, 0);
	arena_deinit(&arena);
	world_end(&world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_once_an_hour_for_each_act),
		cmocka_unit_test(test_entry_says_who_whom_when_and_what),
		cmocka_unit_test(
		    test_list_is_noted_in_one_commit_before_it_is_shown),
		cmocka_unit_test(test_many_are_a_few_commits),
		cmocka_unit_test(test_only_what_was_read_is_noted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
