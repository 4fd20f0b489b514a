/*
 * Each invariant fails when what it watches is broken behind the program's
 * back, and none of them does in a world in which nothing was broken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "client/engine/engine_private.h"
#include "common/replica/draft.h"
#include "common/replica/fold.h"
#include "common/replica/heads.h"
#include "protocol/stamp.h"
#include "server/core/session.h"
#include "tests/sim/invariants/look.h"
#include "tests/sim/node.h"

static struct plan plan = {
	.seed = 1,
	.shape = { .schools = 2, .computers = 3 },
};

/* elm1, oak1 and elm2 */
enum {
	ELM1,
	OAK1,
	ELM2
};

struct scene {
	struct world *world;
	struct computer *elm1;
	uint64_t pupil; /* made at elm1, known to elm2 */
};

/* --- the scene ------------------------------------------------------------ */

static enum status
fill_pupil(void *context, struct computer *computer, struct draft *draft,
    struct error *err)
{
	struct value holder = value_integer(
	    (int64_t)computer->world->schools[computer->school].record);
	int64_t *pupil = context;
	enum status status;

	status = draft_insert(draft, "pupil", pupil, err);
	if (status == STATUS_OK)
		status = draft_set_text(draft, *pupil, "surname",
		    bytes_of_text("Example"), err);
	if (status == STATUS_OK)
		status = draft_set_text(draft, *pupil, "forename",
		    bytes_of_text("Idris"), err);
	if (status == STATUS_OK)
		status = draft_set_text(draft, *pupil, "birth_date",
		    bytes_of_text("2015-01-19"), err);
	if (status == STATUS_OK)
		status = draft_set(draft, *pupil, "holder", &holder, err);
	return status;
}

static enum status
fill_surname(void *context, struct computer *computer, struct draft *draft,
    struct error *err)
{
	(void)computer;
	return draft_set_text(draft, *(int64_t *)context, "surname",
	    bytes_of_text("Sample"), err);
}

static uint64_t
write_surname(struct scene *scene)
{
	int64_t pupil = (int64_t)scene->pupil;
	struct write write = {
		.dossier = scene->pupil,
		.fill = fill_surname,
		.context = &pupil,
	};

	return computer_write(scene->elm1, &write);
}

static int
set_up(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	struct world *world = world_create(&plan);
	int64_t pupil = 0;
	struct write write = {
		.create = true,
		.fill = fill_pupil,
		.context = &pupil,
	};

	*state = scene;
	scene->world = world;
	if (setjmp(world->failed) != 0)
		fail_msg("%s", world->failure);
	world_make(world);
	scene->elm1 = &world->computers[ELM1];
	world_calm(world);
	scene->pupil = computer_write(scene->elm1, &write);
	assert_int_not_equal(scene->pupil, 0);
	world_calm(world);
	return 0;
}

static int
tear_down(void **state)
{
	struct scene *scene = *state;

	world_destroy(scene->world);
	free(scene);
	return 0;
}

/* A commit that waits at elm1, whose line is down. */
static uint64_t
write_offline(struct scene *scene)
{
	struct world *world = scene->world;

	if (setjmp(world->failed) != 0)
		fail_msg("%s", world->failure);
	hub_node_stop(world);
	world_advance(world, 5000);
	return write_surname(scene);
}

/* --- breaking things ------------------------------------------------------ */

static void
damage(struct replica *replica, const char *format, ...)
{
	char text[512];
	char *message = NULL;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (sqlite3_exec(replica_database(replica), text, NULL, NULL,
		&message) != SQLITE_OK)
		fail_msg("%s: %s", text, message);
}

enum when {
	AT_STEP = 1,
	AT_TURN = 2,
	AT_CALM = 4
};

static void
look(struct world *world, const char *name, enum when when)
{
	for (uint32_t i = 0; invariants[i] != NULL; i++) {
		const struct invariant *invariant = invariants[i];

		if (strcmp(invariant->name, name) != 0)
			continue;
		if (when == AT_STEP)
			invariant->at_step(world, &world->computers[ELM1]);
		else if (when == AT_TURN)
			invariant->at_turn(world);
		else
			invariant->at_calm(world);
	}
}

/* The invariant says so, in a sentence with these words. */
static void
expect_breach(struct scene *scene, const char *name, enum when when,
    const char *words)
{
	struct world *world = scene->world;

	if (setjmp(world->failed) == 0) {
		world->calm = when == AT_CALM;
		look(world, name, when);
		fail_msg("%s did not see it", name);
	}
	assert_memory_equal(world->failure, name, strlen(name));
	if (strstr(world->failure, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", world->failure, words);
}

/* All that the hub has is new again. */
static void
forget(struct scene *scene)
{
	free(scene->world->invariants);
	scene->world->invariants = NULL;
	assert_true(look_read_news(scene->world));
}

static struct replica *
hub_of(struct scene *scene)
{
	return scene->world->hub.replica;
}

#define PUPIL (long long)scene->pupil

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

static void
test_foreign_commit_is_seen(void **state)
{
	struct scene *scene = *state;

	damage(scene->elm1->replica,
	    "INSERT INTO ledger SELECT 900, 17, %lld, received, digest, mark,"
	    " redacted, bytes FROM ledger WHERE id = %lld",
	    PUPIL + 5, PUPIL);
	expect_breach(scene, "nothing-outside-grants", AT_STEP, "ended");
	expect_breach(scene, "nothing-outside-grants", AT_CALM, "still has");
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

#define TEST(name) \
	cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)

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
		TEST(altered_copy_is_seen),
		TEST(commit_in_two_places_is_seen),
		TEST(foreign_commit_is_seen),
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
