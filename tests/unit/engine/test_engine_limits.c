/*
 * Limits of an engine: how much it asks, sends and says at a time, whatever is
 * stored or waits, and how often it tries what cannot be done.
 */
#include "tests/unit/engine/talk.h"

#include "client/engine/engine_private.h"
#include "common/replica/purge.h"
#include "common/replica/sql.h"

/* --- batches -------------------------------------------------------------- */

static uint32_t
hello_batch(struct talk *t)
{
	struct hello hello;

	talk_connect(t);
	HEARD(t, FRAME_HELLO, hello, &hello);
	talk_disconnect(t);
	return hello.batch_bytes;
}

/* What is stored of the line is kept within what the protocol allows. */
static void
test_stored_batch_is_kept_within_bounds(void **state)
{
	struct talk *t = *state;

	assert_ok(replica_meta_set(t->replica, "batch_bytes", 1, err));
	assert_int_equal(hello_batch(t), LIMIT_BATCH_BYTES_MIN);
	assert_ok(replica_meta_set(t->replica, "batch_bytes", UINT64_C(1) << 40,
	    err));
	assert_int_equal(hello_batch(t), LIMIT_BATCH_BYTES);
}

/* A fast line does not make batches larger than the greatest. */
static void
test_batch_grows_to_the_greatest(void **state)
{
	struct talk *t = *state;
	uint64_t pupil = fixture_pupil(t->replica, "Lane", OAK);
	static char words[8000];
	struct push push;

	memset(words, 'w', sizeof(words) - 1);
	for (int i = 0; i < 40; i++)
		(void)fixture_insert(t->replica, pupil, "note", "category",
		    "pastoral", "happened_on", "2026-07-01", "text", words,
		    NULL);
	assert_ok(replica_meta_set(t->replica, "batch_bytes",
	    LIMIT_BATCH_BYTES - 1000, err));
	talk_connect(t);
	push = push_said(t, 0);
	talk_welcome(t);
	talk_answer(t, &push, REFUSAL_NONE);
	assert_int_equal(talk_meta(t, "batch_bytes"), LIMIT_BATCH_BYTES);
}

/* As many commits as a frame may have, however small they are. */
static void
test_batch_has_so_many_commits_at_most(void **state)
{
	struct talk *t = *state;
	struct draft *draft = NULL;
	struct push push;
	int64_t handle;
	uint64_t id;

	assert_ok(replica_meta_set(t->replica, "batch_bytes", LIMIT_BATCH_BYTES,
	    err));
	assert_ok(replica_begin(t->replica, err));
	for (uint32_t i = 0; i <= LIMIT_BATCH_COMMITS; i++) {
		draft = NULL;
		assert_ok(draft_create(t->replica, OAK, 0, &draft, err));
		assert_ok(draft_insert(draft, "setting", &handle, err));
		assert_ok(draft_set_text(draft, handle, "name",
		    bytes_of_text("a"), err));
		assert_ok(draft_finish(draft, NOW_MS, &id, err));
		draft_destroy(draft);
	}
	assert_ok(replica_commit(t->replica, err));
	talk_connect(t);
	push = push_said(t, 0);
	assert_int_equal(push.commit_count, LIMIT_BATCH_COMMITS);
	push = push_said(t, 1);
	assert_int_equal(push.commit_count, 1);
}

/* --- what is asked -------------------------------------------------------- */

/* So many files at a time; the rest when half of them have come. */
static void
test_files_are_asked_for_by_the_frame(void **state)
{
	enum {
		FILES = LIMIT_FILLS + 50
	};
	struct talk *t = *state;
	struct dossier dossier = { .kind = DOSSIER_KIND_PUPIL,
		.state = DOSSIER_FILLING,
		.fill_to = 1 };
	struct fills fills;

	talk_begin_session(t);
	talk_disconnect(t);
	assert_ok(replica_begin(t->replica, err));
	for (uint32_t i = 0; i < FILES; i++) {
		dossier.number = identifier_make(2, 70000 + i);
		assert_ok(dossier_put(t->replica, &dossier, err));
	}
	assert_ok(replica_commit(t->replica, err));
	talk_connect(t);
	talk_welcome(t);
	HEARD(t, FRAME_FILL, fills, &fills);
	assert_int_equal(fills.fill_count, LIMIT_FILLS);
	talk_tick(t, 10);
	assert_int_equal(said_count(t, FRAME_FILL), 0);
	for (uint32_t i = 0; i < LIMIT_FILLS / 2; i++)
		talk_fill_empty(t, fills.fills[i].dossier, 1);
	HEARD(t, FRAME_FILL, fills, &fills);
	assert_int_equal(fills.fill_count, 50);
}

/* Own numbers, as one who lost all hears them. */
static void
stream_numbers(struct talk *t, uint64_t first, uint32_t count)
{
	struct item *items = arena_array(&t->arena, count, sizeof(*items));

	assert_non_null(items);
	for (uint32_t i = 0; i < count; i++)
		items[i] = (struct item){ .sequence = ++t->line.sequence,
			.id = first + i,
			.received_ms = NOW_MS };
	talk_stream_items(t, items, count);
}

static void
test_commits_are_asked_for_by_the_frame(void **state)
{
	struct talk *t = *state;
	struct fetch fetch;

	talk_begin_session(t);
	stream_numbers(t, identifier_make(1, 70000), LIMIT_FETCHES + 1);
	HEARD(t, FRAME_FETCH, fetch, &fetch);
	assert_int_equal(fetch.id_count, LIMIT_FETCHES);
	SAY(t, FRAME_FETCHED, fetched,
	    (struct fetched){ .missing = fetch.ids,
		.missing_count = LIMIT_FETCHES });
	HEARD(t, FRAME_FETCH, fetch, &fetch);
	assert_int_equal(fetch.id_count, 1);
}

/* A hub that tells one number at two places: it is asked for once. */
static void
test_commit_that_is_told_twice_is_asked_for_once(void **state)
{
	struct talk *t = *state;
	struct fetch fetch;

	talk_begin_session(t);
	stream_numbers(t, identifier_make(1, 70000), 1);
	HEARD(t, FRAME_FETCH, fetch, &fetch);
	stream_numbers(t, identifier_make(1, 70000), 1);
	talk_disconnect(t);
	talk_connect(t);
	talk_welcome(t);
	HEARD(t, FRAME_FETCH, fetch, &fetch);
	assert_int_equal(fetch.id_count, 1);
}

/* --- what is said --------------------------------------------------------- */

/* A reason is cut, not the connection without one. */
static void
test_long_complaint_is_cut(void **state)
{
	struct talk *t = *state;
	struct engine_status status;
	char why[ENGINE_TEXT_BYTES + 50];

	memset(why, 'y', sizeof(why));
	why[sizeof(why) - 1] = '\0';
	talk_begin_session(t);
	assert_int_equal(engine_complain(t->engine, GOODBYE_PROTOCOL, why),
	    STATUS_OK);
	status = talk_status(t);
	assert_int_equal(status.goodbye.text.size, ENGINE_TEXT_BYTES);
	talk_tick(t, 10);
	assert_int_equal(t->update.wish, ENGINE_HANG_UP);
}

/* A GOODBYE that cannot be read is not that this computer has left. */
static void
test_garbled_goodbye_is_not_leaving(void **state)
{
	struct talk *t = *state;

	talk_begin_session(t);
	engine_leave(t->engine);
	talk_tick(t, 10);
	assert_int_equal(said_count(t, FRAME_LEAVE), 1);
	talk_frame(t, FRAME_GOODBYE, bytes_of_text("\x92\xc1"));
	assert_int_equal(t->update.wish, ENGINE_HANG_UP);
	assert_false(t->update.left);
	assert_int_equal(talk_status(t).goodbye.code, GOODBYE_PROTOCOL);
}

/* --- files ---------------------------------------------------------------- */

/* The database may not grow, and has no page to spare. */
static void
fill_disk(struct talk *t)
{
	enum status status;

	assert_ok(sql_run(t->replica, "CREATE TABLE filler (b)", err));
	assert_ok(sql_run(t->replica,
	    "INSERT INTO filler VALUES (zeroblob(1000000))", err));
	assert_ok(sql_run(t->replica, "PRAGMA max_page_count = 1", err));
	for (int size = 1 << 16; size > 0; size /= 2) {
		do {
			struct sql *sql = sql_use(t->replica,
			    "INSERT INTO filler VALUES (zeroblob(?1))");

			sql_bind_integer(sql, 1, size);
			status = sql_finish(sql, UNREAD);
		} while (status == STATUS_OK);
		assert_int_equal(status, STATUS_FULL);
	}
}

/* To overwrite what a purge left is to copy all that is kept: where there is no
 * room for it, it is not tried at every step. */
static void
test_full_disk_is_not_tried_at_every_step(void **state)
{
	struct talk *t = *state;
	char surname[64];

	talk_begin_session(t);
	for (int i = 0; i < 99; i++) { /* a search index of several parts */
		memset(surname, 'a' + i % 26, sizeof(surname));
		snprintf(surname + 50, 14, "%d", i);
		(void)fixture_pupil(t->replica, surname, OAK);
	}
	assert_ok(replica_begin(t->replica, err));
	assert_ok(purge_note(t->replica, err));
	assert_ok(replica_commit(t->replica, err));
	fill_disk(t);
	talk_tick(t, 10);
	assert_int_equal(t->update.wish, ENGINE_KEEP);
	assert_true(purge_is_wanted(t->replica));
	assert_int_equal(t->update.wake_ms, t->elapsed + ENGINE_PURGE_AGAIN_MS);

	assert_ok(sql_run(t->replica, "DROP TABLE filler", err));
	talk_tick(t, ENGINE_PURGE_AGAIN_MS - 1);
	assert_true(purge_is_wanted(t->replica));
	assert_int_equal(t->update.wake_ms, t->elapsed + 1);
	talk_tick(t, 1);
	assert_false(purge_is_wanted(t->replica));
	assert_int_equal(t->update.wake_ms, t->elapsed + LIMIT_PING_MS);
}

static void
test_nothing_is_destroyed(void **state)
{
	struct talk *t = *state;

	engine_destroy(NULL);
	talk_begin_session(t);
	assert_int_equal(t->update.wish, ENGINE_KEEP);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TALK(test_stored_batch_is_kept_within_bounds),
		TALK(test_batch_grows_to_the_greatest),
		TALK(test_batch_has_so_many_commits_at_most),
		TALK(test_files_are_asked_for_by_the_frame),
		TALK(test_commits_are_asked_for_by_the_frame),
		TALK(test_commit_that_is_told_twice_is_asked_for_once),
		TALK(test_long_complaint_is_cut),
		TALK(test_garbled_goodbye_is_not_leaving),
		TALK(test_full_disk_is_not_tried_at_every_step),
		TALK(test_nothing_is_destroyed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
