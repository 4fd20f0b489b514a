/*
 * Each invariant fails when what it watches is broken behind the hub's back,
 * and none of them does in a world in which nothing was broken.
 */
#include "common/replica/record.h"
#include "protocol/stamp.h"
#include "tests/sim/invariants/scene.h"
#include "tests/sim/rot.h"

/* --- nothing is broken ---------------------------------------------------- */

/* A world that was left alone holds all of them, seen anew as well. */
static void
test_sound_world_breaks_none(void **state)
{
	struct scene *scene = *state;

	if (setjmp(scene->world->failed) != 0)
		fail_msg("%s", scene->world->failure);
	free(scene->world->invariants);
	scene->world->invariants = NULL;
	world_calm(scene->world);
	assert_int_not_equal(write_surname(scene), 0);
	world_calm(scene->world);
}

/* --- what the hub has ----------------------------------------------------- */

static void
test_lost_commit_is_seen(void **state)
{
	struct scene *scene = *state;

	damage(hub_of(scene), "DELETE FROM ledger WHERE id = %lld", PUPIL);
	expect_breach(scene, "acknowledged-is-kept", AT_CALM, "no more");
}

static void
test_commit_moved_is_seen(void **state)
{
	struct scene *scene = *state;

	damage(hub_of(scene),
	    "UPDATE ledger SET sequence = sequence + 100 WHERE id = %lld",
	    PUPIL);
	expect_breach(scene, "acknowledged-is-kept", AT_CALM, "was told");
	forget(scene);
	expect_breach(scene, "order-only-grows", AT_TURN, "the one before");
	expect_breach(scene, "marks-are-right", AT_TURN, "mark");
}

static void
test_commit_under_another_number_is_seen(void **state)
{
	struct scene *scene = *state;

	damage(hub_of(scene),
	    "INSERT INTO ledger SELECT 900, id - 1, dossier, received, digest,"
	    " mark, redacted, bytes FROM ledger WHERE id = %lld",
	    PUPIL);
	forget(scene);
	expect_breach(scene, "commits-are-whole", AT_TURN, "what is not");
}

static void
test_overlapping_commits_are_seen(void **state)
{
	struct scene *scene = *state;
	struct world *world = scene->world;
	struct ledger_row row;
	struct commit commit;
	struct buffer bytes = { 0 };
	struct sql *sql;

	assert_int_equal(ledger_get(hub_of(scene), scene->pupil, &row, NULL),
	    STATUS_OK);
	assert_int_equal(commit_decode(row.bytes, &world->arena, &commit, NULL),
	    STATUS_OK);
	commit.changes =
	    (struct change[]){ commit.changes[0], commit.changes[0] };
	commit.change_count = 2;
	assert_int_equal(commit_encode(&commit, &bytes, NULL), STATUS_OK);
	sql = sql_use(hub_of(scene),
	    "INSERT INTO ledger SELECT 900, id - 1, dossier, received, digest,"
	    " mark, redacted, ?2 FROM ledger WHERE id = ?1");
	sql_bind_id(sql, 1, scene->pupil);
	commit.id--;
	buffer_clear(&bytes);
	commit.changes[0].record--;
	assert_int_equal(commit_encode(&commit, &bytes, NULL), STATUS_OK);
	sql_bind_blob(sql, 2, buffer_view(&bytes));
	assert_int_equal(sql_finish(sql, NULL), STATUS_OK);
	buffer_deinit(&bytes);
	forget(scene);
	expect_breach(scene, "nothing-twice", AT_TURN, "number");
}

static void
test_changed_digest_is_seen(void **state)
{
	struct scene *scene = *state;

	damage(hub_of(scene),
	    "UPDATE ledger SET digest = zeroblob(16) WHERE id = %lld", PUPIL);
	expect_breach(scene, "acknowledged-is-kept", AT_CALM, "other bytes");
	expect_breach(scene, "commits-are-whole", AT_CALM, "other bytes");
	expect_breach(scene, "sums-are-right", AT_CALM, "the hub");
	forget(scene);
	expect_breach(scene, "commits-are-whole", AT_TURN, "digest");
	expect_breach(scene, "sums-are-right", AT_TURN, "the hub");
}

static void
test_untouched_record_is_seen(void **state)
{
	struct scene *scene = *state;

	damage(hub_of(scene), "DELETE FROM touch WHERE id = %lld", PUPIL);
	forget(scene);
	expect_breach(scene, "commits-are-whole", AT_TURN, "history");
}

static void
test_stamp_ahead_is_seen(void **state)
{
	struct scene *scene = *state;
	struct world *world = scene->world;
	struct buffer bytes = { 0 };
	struct ledger_row row;
	struct commit commit;

	assert_int_equal(ledger_get(hub_of(scene), scene->pupil, &row, NULL),
	    STATUS_OK);
	assert_int_equal(commit_decode(row.bytes, &world->arena, &commit, NULL),
	    STATUS_OK);
	commit.stamp = stamp_from_ms(world->now_ms + 10 * 60 * 1000);
	assert_int_equal(commit_encode(&commit, &bytes, NULL), STATUS_OK);
	assert_int_equal(replica_begin(hub_of(scene), NULL), STATUS_OK);
	assert_int_equal(ledger_replace_bytes(hub_of(scene), scene->pupil,
			     buffer_view(&bytes), NULL),
	    STATUS_OK);
	assert_int_equal(replica_commit(hub_of(scene), NULL), STATUS_OK);
	buffer_deinit(&bytes);
	forget(scene);
	expect_breach(scene, "no-stamp-ahead", AT_TURN, "after");
}

static void
test_order_broken_is_seen(void **state)
{
	struct scene *scene = *state;

	damage(hub_of(scene), "UPDATE ledger SET received = 5 WHERE id = %lld",
	    PUPIL);
	forget(scene);
	expect_breach(scene, "order-only-grows", AT_TURN, "received");
}

static void
test_head_going_back_is_seen(void **state)
{
	struct scene *scene = *state;

	forget(scene);
	look(scene->world, "order-only-grows", AT_TURN);
	damage(hub_of(scene), "DELETE FROM ledger WHERE sequence > 5");
	assert_true(look_read_news(scene->world));
	expect_breach(scene, "order-only-grows", AT_TURN, "one generation");
}

static void
test_wrong_count_is_seen(void **state)
{
	struct scene *scene = *state;

	damage(scene->elm1->replica,
	    "UPDATE dossier SET count = count + 1 WHERE number = %lld", PUPIL);
	expect_breach(scene, "sums-are-right", AT_CALM, "elm1");
}

static void
test_wrong_freeze_is_seen(void **state)
{
	struct scene *scene = *state;

	damage(hub_of(scene),
	    "UPDATE grants SET frozen = 900 WHERE dossier = %lld", PUPIL);
	expect_breach(scene, "sums-are-right", AT_CALM, "freeze");
}

static void
test_two_holders_or_none_are_seen(void **state)
{
	struct scene *scene = *state;

	damage(hub_of(scene),
	    "INSERT INTO grants SELECT grant_id + 1, school + 1, dossier, kind,"
	    " because, opened, held, frozen, closed, frozen_count, frozen_sum"
	    " FROM grants WHERE dossier = %lld",
	    PUPIL);
	expect_breach(scene, "one-holder", AT_CALM, "2 holders");
	damage(hub_of(scene),
	    "UPDATE grants SET closed = 5 WHERE dossier = %lld", PUPIL);
	expect_breach(scene, "one-holder", AT_CALM, "0 holders");
	forget(scene);
	expect_breach(scene, "one-holder", AT_TURN, "0 holders");
}

static void
test_open_transfer_of_nothing_is_seen(void **state)
{
	struct scene *scene = *state;

	damage(hub_of(scene),
	    "UPDATE pupil SET open_transfer = 5 WHERE id = %lld", PUPIL);
	expect_breach(scene, "one-holder", AT_CALM, "transfer");
	damage(hub_of(scene),
	    "UPDATE pupil SET open_transfer = NULL, holder = 5 WHERE id = %lld",
	    PUPIL);
	expect_breach(scene, "one-holder", AT_CALM, "names");
}

static void
test_lost_head_is_seen(void **state)
{
	struct scene *scene = *state;
	struct record_heads none = { 0 };
	struct buffer blob = { 0 };
	struct sql *sql;

	assert_int_equal(heads_encode(&none, &blob), STATUS_OK);
	sql = sql_use(hub_of(scene),
	    "UPDATE record SET heads = ?2 WHERE id = ?1");
	sql_bind_id(sql, 1, scene->pupil);
	sql_bind_blob(sql, 2, buffer_view(&blob));
	assert_int_equal(sql_finish(sql, NULL), STATUS_OK);
	buffer_deinit(&blob);
	expect_breach(scene, "no-value-is-lost", AT_CALM, "neither");
	expect_breach(scene, "same-set-same-tables", AT_CALM, "hub");
}

static void
test_number_used_twice_is_seen(void **state)
{
	struct scene *scene = *state;

	damage(hub_of(scene),
	    "INSERT INTO counter VALUES (%u, 'alarm.reused', 1)",
	    scene->elm1->site);
	expect_breach(scene, "numbers-are-used-once", AT_CALM, "elm1");
}

/* A copy of what went bad, put back after all was mended, would be excused by
 * nothing: none is kept. */
static void
test_copy_of_what_went_bad_is_not_kept(void **state)
{
	struct scene *scene = *state;
	struct world *world = scene->world;
	struct deed backup = { .type = DEED_HUB_BACKUP };
	struct deed copy = { .type = DEED_COPY, .who = ELM1 };

	assert_true(rot_by(world, NULL, "DELETE FROM ledger WHERE id = ?1",
	    scene->pupil));
	faults_do(world, &backup);
	assert_null(world->hub.kept);
	faults_do(world, &copy);
	assert_non_null(scene->elm1->kept);
	world_calm(world);
	assert_false(world->rotten);
	faults_do(world, &backup);
	assert_non_null(world->hub.kept);
	look(world, "commits-are-whole", AT_CALM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sound_world_breaks_none),
		TEST(lost_commit_is_seen),
		TEST(commit_moved_is_seen),
		TEST(commit_under_another_number_is_seen),
		TEST(overlapping_commits_are_seen),
		TEST(changed_digest_is_seen),
		TEST(untouched_record_is_seen),
		TEST(stamp_ahead_is_seen),
		TEST(order_broken_is_seen),
		TEST(head_going_back_is_seen),
		TEST(wrong_count_is_seen),
		TEST(wrong_freeze_is_seen),
		TEST(two_holders_or_none_are_seen),
		TEST(open_transfer_of_nothing_is_seen),
		TEST(lost_head_is_seen),
		TEST(number_used_twice_is_seen),
		TEST(copy_of_what_went_bad_is_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
