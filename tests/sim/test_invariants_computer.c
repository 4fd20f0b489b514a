/*
 * The same of what is broken behind the back of a computer.
 */
#include "client/engine/engine_private.h"
#include "common/replica/fold.h"
#include "common/replica/unplaced.h"
#include "server/core/session.h"
#include "tests/sim/invariants/scene.h"

/* --- what a computer has -------------------------------------------------- */

static void
test_altered_copy_is_seen(void **state)
{
	struct scene *scene = *state;

	damage(scene->elm1->replica,
	    "UPDATE ledger SET bytes = x'00' WHERE id = %lld", PUPIL);
	expect_breach(scene, "commits-are-whole", AT_CALM, "elm1");
}

static void
test_commit_in_two_places_is_seen(void **state)
{
	struct scene *scene = *state;

	damage(scene->elm1->replica,
	    "INSERT INTO pending SELECT id, dossier, 0, 0, 0, 0, digest, bytes"
	    " FROM ledger WHERE id = %lld",
	    PUPIL);
	expect_breach(scene, "nothing-twice", AT_STEP, "waits as well");
	expect_breach(scene, "nothing-twice", AT_CALM, "waits as well");
}

/* The pupil's commit under an id of the hub, in a file that is not elm's. */
static void
insert_foreign(struct scene *scene, uint64_t sequence, int id)
{
	damage(scene->elm1->replica,
	    "INSERT INTO ledger SELECT %lld, %d, %lld, received, digest, mark,"
	    " redacted, bytes FROM ledger WHERE id = %lld",
	    (long long)sequence, id, PUPIL + 5, PUPIL);
}

static void
test_foreign_commit_is_seen(void **state)
{
	struct scene *scene = *state;

	insert_foreign(scene, 900, 17);
	expect_breach(scene, "nothing-outside-grants", AT_STEP, "ended");
	expect_breach(scene, "nothing-outside-grants", AT_CALM, "still has");
}

/* Its number is no place; but it hides none, and goes before all is calm. */
static void
test_foreign_commit_behind_unplaced_is_seen(void **state)
{
	struct scene *scene = *state;

	insert_foreign(scene, UNPLACED_FROM, 17);
	look(scene->world, "nothing-outside-grants", AT_STEP);
	insert_foreign(scene, 900, 18);
	expect_breach(scene, "nothing-outside-grants", AT_STEP, "ended");
	damage(scene->elm1->replica, "DELETE FROM ledger WHERE sequence = 900");
	expect_breach(scene, "nothing-outside-grants", AT_CALM, "still has");
}

/* Places of another life of the hub cannot be compared; those of this can,
 * whatever was put back. */
static void
test_foreign_commit_after_old_copy_is_seen(void **state)
{
	struct scene *scene = *state;
	struct replica *replica = scene->elm1->replica;
	struct generation before = { .number = 1 };
	struct generation *list;
	uint32_t count;

	scene->world->hub.restores = 1;
	scene->elm1->put_back = true;
	assert_int_equal(replica_generations(replica, &scene->world->arena,
			     &list, &count, NULL),
	    STATUS_OK);
	assert_int_equal(replica_begin(replica, NULL), STATUS_OK);
	assert_int_equal(replica_generations_set(replica, &before, 1, NULL),
	    STATUS_OK);
	assert_int_equal(replica_commit(replica, NULL), STATUS_OK);
	insert_foreign(scene, 900, 17);
	look(scene->world, "nothing-outside-grants", AT_STEP);
	assert_int_equal(replica_begin(replica, NULL), STATUS_OK);
	assert_int_equal(replica_generations_set(replica, list, count, NULL),
	    STATUS_OK);
	assert_int_equal(replica_commit(replica, NULL), STATUS_OK);
	expect_breach(scene, "nothing-outside-grants", AT_STEP, "ended");
}

static void
test_cursor_going_back_is_seen(void **state)
{
	struct scene *scene = *state;

	damage(scene->elm1->replica,
	    "UPDATE meta SET value = value - 1 WHERE name = 'cursor'");
	expect_breach(scene, "cursors-never-go-back", AT_STEP, "the cursor");
	damage(hub_of(scene), "UPDATE site_state SET confirmed = 0");
	expect_breach(scene, "cursors-never-go-back", AT_TURN, "confirmed");
	damage(hub_of(scene), "UPDATE site_state SET cursor = 900,"
			      " confirmed = 900");
	expect_breach(scene, "cursors-never-go-back", AT_TURN, "believes");
}

static void
test_alarm_is_seen(void **state)
{
	struct scene *scene = *state;

	scene->elm1->engine->status.alarms = 1;
	expect_breach(scene, "no-alarm-without-cause", AT_STEP, "elm1");
}

static void
test_altered_table_is_seen(void **state)
{
	struct scene *scene = *state;

	damage(scene->elm1->replica,
	    "UPDATE pupil SET surname = 'Another' WHERE id = %lld", PUPIL);
	expect_breach(scene, "same-set-same-tables", AT_CALM, "elm1");
}

/* Each is sound by itself, and they differ. */
static void
test_schoolmates_that_differ_are_seen(void **state)
{
	struct scene *scene = *state;
	struct world *world = scene->world;
	struct replica *replica = world->computers[ELM2].replica;
	struct commit commit;
	struct ledger_row row;

	assert_int_equal(replica_begin(replica, NULL), STATUS_OK);
	assert_int_equal(ledger_find_change(replica, scene->pupil,
			     &world->arena, &row, &commit, NULL),
	    STATUS_OK);
	assert_int_equal(ledger_remove(replica, scene->pupil, NULL), STATUS_OK);
	assert_int_equal(fold_again(replica, &commit, NULL), STATUS_OK);
	assert_int_equal(replica_commit(replica, NULL), STATUS_OK);
	expect_breach(scene, "same-set-same-tables", AT_CALM, "elm2");
}

static void
test_purge_without_receipt_is_seen(void **state)
{
	struct scene *scene = *state;

	damage(scene->elm1->replica,
	    "UPDATE dossier SET state = 4, closed = 3 WHERE number = %lld",
	    PUPIL);
	expect_breach(scene, "purged-with-receipt", AT_CALM, "receipt");
	damage(hub_of(scene),
	    "INSERT INTO purge_receipt (id, _dossier, dossier, sequence, site)"
	    " SELECT 1, 1, %lld, 3, id FROM site WHERE number = %u",
	    PUPIL, scene->elm1->site);
	expect_breach(scene, "purged-with-receipt", AT_CALM, "still holds");
}

static void
test_unsent_edit_gone_is_seen(void **state)
{
	struct scene *scene = *state;
	uint64_t id = write_offline(scene);
	struct entry *entry = book_find(scene->world->book, id);

	assert_non_null(entry);
	damage(scene->elm1->replica, "DELETE FROM pending");
	entry->fate = ENTRY_REFUSED;
	entry->heard = true;
	expect_breach(scene, "refusal-is-visible", AT_CALM, "no more");
	hub_node_start(scene->world);
	entry->fate = ENTRY_WRITTEN;
	expect_breach(scene, "edits-survive", AT_CALM, "nobody");
}

static void
test_synced_while_fetching_is_seen(void **state)
{
	struct scene *scene = *state;

	assert_true(scene->elm1->engine->proved);
	damage(scene->elm1->replica,
	    "UPDATE dossier SET state = 1 WHERE number = %lld", PUPIL);
	expect_breach(scene, "synced-is-so", AT_STEP, "fetches");
}

static void
test_synced_with_another_set_is_seen(void **state)
{
	struct scene *scene = *state;
	struct engine *engine = scene->elm1->engine;

	assert_true(engine->proved);
	look(scene->world, "synced-is-so", AT_STEP);
	damage(scene->elm1->replica,
	    "UPDATE dossier SET count = count + 1 WHERE number = 0");
	expect_breach(scene, "synced-is-so", AT_STEP, "still");
	engine->status.last_proved_ms++;
	expect_breach(scene, "synced-is-so", AT_STEP, "the hub has");
}

static void
test_overlong_queues_are_seen(void **state)
{
	struct scene *scene = *state;
	struct session *session = scene->world->hub.hub->sessions;

	scene->elm1->engine->asked_count = LIMIT_FILLS + 1;
	expect_breach(scene, "queues-are-bounded", AT_STEP, "fills");
	scene->elm1->engine->asked_count = 0;
	assert_non_null(session);
	session->fill_count = LIMIT_FILLS + 1;
	expect_breach(scene, "queues-are-bounded", AT_TURN, "fills");
	session->fill_count = 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(altered_copy_is_seen),
		TEST(commit_in_two_places_is_seen),
		TEST(foreign_commit_is_seen),
		TEST(foreign_commit_behind_unplaced_is_seen),
		TEST(foreign_commit_after_old_copy_is_seen),
		TEST(cursor_going_back_is_seen),
		TEST(alarm_is_seen),
		TEST(altered_table_is_seen),
		TEST(schoolmates_that_differ_are_seen),
		TEST(purge_without_receipt_is_seen),
		TEST(unsent_edit_gone_is_seen),
		TEST(synced_while_fetching_is_seen),
		TEST(synced_with_another_set_is_seen),
		TEST(overlong_queues_are_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
