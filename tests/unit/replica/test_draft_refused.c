/*
 * What a draft refuses, before anything of it is in the set.  Covers
 * common/replica/draft_field.c and common/replica/draft_finish.c too.
 */
#include "drafting.h"
#include "script.h"

#include "common/replica/fold_private.h"

static enum status
set_text(struct draft *draft, int64_t record, const char *column,
    const char *text)
{
	return draft_set_text(draft, record, column, bytes_of_text(text),
	    UNREAD);
}

/* The draft ends with that status, and leaves nothing. */
static void
expect_refused(struct replica *replica, struct draft *draft,
    enum status expected)
{
	uint64_t id, waiting, aside, before;

	assert_ok(pending_count(replica, &before, &aside, err));
	assert_int_equal(draft_finish(draft, NOW_MS, &id, UNREAD), expected);
	cancel(replica, draft);
	assert_ok(pending_count(replica, &waiting, &aside, err));
	assert_int_equal(waiting, before);
}

static void
test_what_is_not_there_is_not_found(void **state)
{
	struct replica *replica = *state;
	uint64_t pupil = fixture_pupil(replica, "Lane", OAK);
	struct draft *draft = begin(replica, pupil);
	int64_t record;

	assert_int_equal(draft_insert(draft, "horoscope", &record, UNREAD),
	    STATUS_NOT_FOUND);
	assert_int_equal(draft_delete(draft, 4711, UNREAD), STATUS_NOT_FOUND);
	assert_int_equal(draft_delete(draft, pupil, UNREAD), STATUS_DENIED);
	cancel(replica, draft);
}

static void
test_file_begins_with_its_pupil(void **state)
{
	struct draft *draft = NULL;
	int64_t record;

	assert_ok(replica_begin(*state, err));
	assert_ok(draft_create_dossier(*state, 0, &draft, err));
	assert_int_equal(draft_insert(draft, "contact", &record, UNREAD),
	    STATUS_INVALID);
	cancel(*state, draft);
}

static void
test_file_that_is_gone_is_not_written(void **state)
{
	struct replica *replica = *state;
	uint64_t pupil = fixture_pupil(replica, "Lane", OAK);
	struct draft *draft = NULL;
	struct dossier dossier;

	assert_ok(replica_begin(replica, err));
	assert_ok(dossier_get(replica, pupil, &dossier, err));
	dossier.state = DOSSIER_GONE;
	assert_ok(dossier_put(replica, &dossier, err));
	assert_int_equal(draft_create(replica, pupil, 0, &draft, UNREAD),
	    STATUS_NOT_FOUND);
	assert_null(draft);
	replica_rollback(replica);
}

/* A school's own dossier has no row before its first commit. */
static void
test_hub_writes_in_the_dossier_of_any_school(void **state)
{
	struct replica *hub = script_open(":memory:", REPLICA_HUB);
	struct draft *draft = NULL;

	(void)state;
	script_ledger(hub, 1, 100, 10, 0, "school/100 name=Oak");
	assert_int_equal(sqlite3_exec(replica_database(hub),
			     "DELETE FROM dossier WHERE number = 100", NULL,
			     NULL, NULL),
	    SQLITE_OK);
	draft = begin(hub, 100);
	cancel(hub, draft);
	replica_close(hub);
}

static void
test_what_is_written_once_stays(void **state)
{
	struct replica *replica = *state;
	struct draft *draft;
	uint64_t audit, site;

	fixture_open_dossier(replica, OAK);
	audit = fixture_insert(replica, OAK, "read_audit", "at",
	    "2026-07-21T09:30:00Z", "act", "printed", NULL);
	draft = begin(replica, OAK);
	assert_int_equal(set_text(draft, (int64_t)audit, "why", "other"),
	    STATUS_OK); /* no head of it yet */
	assert_int_equal(set_text(draft, (int64_t)audit, "act", "exported"),
	    STATUS_DENIED);
	cancel(replica, draft);

	site = fixture_insert(replica, 0, "site", "number", "9", "school",
	    "101", "device", "00ff", NULL);
	draft = begin(replica, 0);
	assert_int_equal(set_text(draft, (int64_t)site, "device", "00ff"),
	    STATUS_OK);
	assert_int_equal(set_text(draft, (int64_t)site, "device", "00fe"),
	    STATUS_DENIED);
	cancel(replica, draft);
}

static void
test_what_is_needed_is_not_emptied(void **state)
{
	struct replica *replica = *state;
	uint64_t pupil = fixture_pupil(replica, "Lane", OAK);
	struct draft *draft = begin(replica, pupil);

	assert_ok(draft_set_text(draft, (int64_t)pupil, "surname",
	    bytes_of_text(""), err));
	expect_refused(replica, draft, STATUS_INVALID);
}

static void
test_new_record_without_anything_is_refused(void **state)
{
	struct replica *replica = *state;
	uint64_t pupil = fixture_pupil(replica, "Lane", OAK);
	struct draft *draft = begin(replica, pupil);
	int64_t record;

	assert_ok(draft_insert(draft, "support_plan", &record, err));
	expect_refused(replica, draft, STATUS_INVALID);
}

static void
test_too_many_records_are_too_large(void **state)
{
	struct replica *replica = *state;
	uint64_t pupil = fixture_pupil(replica, "Lane", OAK);
	struct draft *draft = begin(replica, pupil);
	int64_t record;

	for (int i = 0; i <= LIMIT_CHANGES; i++) {
		assert_ok(draft_insert(draft, "contact", &record, err));
		assert_ok(draft_set_text(draft, record, "surname",
		    bytes_of_text("Lane"), err));
	}
	expect_refused(replica, draft, STATUS_TOO_LARGE);
}

/* A record that is only looked at is no change. */
static void
test_what_is_left_as_it_is_is_no_change(void **state)
{
	struct replica *replica = *state;
	uint64_t pupil = fixture_pupil(replica, "Lane", OAK);
	struct draft *draft = begin(replica, pupil);
	struct pending_row row;
	struct commit commit;
	int64_t record;
	uint64_t id;

	assert_ok(draft_set_text(draft, (int64_t)pupil, "surname",
	    bytes_of_text("Lane"), err));
	assert_ok(draft_insert(draft, "contact", &record, err));
	assert_ok(draft_set_text(draft, record, "surname",
	    bytes_of_text("Lane"), err));
	assert_ok(draft_finish(draft, NOW_MS, &id, err));
	assert_int_equal(draft_record_id(draft, record), id);
	assert_ok(pending_get(replica, id, &row, err));
	assert_int_equal(commit_peek(row.bytes, &commit), STATUS_OK);
	assert_int_equal(commit.change_count, 1);
	draft_destroy(draft);
	assert_ok(replica_commit(replica, err));
}

/* Nobody's name is on it, so that it is honest. */
static void
test_feedback_has_no_author(void **state)
{
	struct replica *replica = *state;
	struct draft *draft = NULL;
	struct arena arena = { 0 };
	struct pending_row row;
	struct commit commit;
	int64_t record;
	uint64_t id;

	assert_ok(replica_begin(replica, err));
	assert_ok(draft_create(replica, 0, 4711, &draft, err));
	assert_ok(draft_insert(draft, "training_feedback", &record, err));
	assert_ok(
	    draft_set_text(draft, record, "session", bytes_of_text("12"), err));
	assert_ok(
	    draft_set_text(draft, record, "useful", bytes_of_text("4"), err));
	id = fixture_finish(replica, draft);
	assert_ok(pending_get(replica, id, &row, err));
	assert_ok(commit_decode(row.bytes, &arena, &commit, err));
	assert_int_equal(commit.author, 0);
	arena_deinit(&arena);
}

/* 65 values in conflict, of which one change can replace 64. */
static void
test_more_conflicts_than_a_change_replaces(void **state)
{
	struct replica *replica = *state;
	char text[64];
	struct draft *draft;

	script_ledger(replica, 1, 100, 10, 100, "pupil/100 surname=Lane");
	for (unsigned i = 0; i <= LIMIT_REPLACES; i++) {
		snprintf(text, sizeof(text), "pupil/100 surname=L%u>100", i);
		script_ledger(replica, 2 + i, 200 + i, 20 + i, 100, text);
	}
	draft = begin(replica, 100);
	assert_ok(
	    draft_set_text(draft, 100, "surname", bytes_of_text("One"), err));
	expect_refused(replica, draft, STATUS_TOO_LARGE);
}

/* --- more than a list may be ---------------------------------------------- */

/* count changes in commits of which none is folded by itself. */
static void
append_changes(struct replica *replica, uint64_t first, uint32_t count,
    void (*write)(struct arena *arena, uint32_t i, struct change *change))
{
	struct arena arena = { 0 };

	assert_ok(replica_begin(replica, err));
	for (uint32_t done = 0; done < count;) {
		struct commit commit = { .id = first + done,
			.stamp = 50,
			.dossier = 100 };
		struct ledger_row row = { .id = commit.id, .dossier = 100 };

		commit.changes =
		    arena_array(&arena, LIMIT_CHANGES, sizeof(struct change));
		while (done < count && commit.change_count < LIMIT_CHANGES)
			write(&arena, done++,
			    &commit.changes[commit.change_count++]);
		row.bytes = script_encode(&arena, &commit);
		row.digest = digest_of(row.bytes);
		assert_ok(ledger_append(replica, &row, &commit, err));
	}
	assert_ok(replica_commit(replica, err));
	arena_deinit(&arena);
}

static void
fold_one(struct replica *replica, uint64_t record)
{
	assert_ok(replica_begin(replica, err));
	assert_ok(fold_record(replica, record, err));
	assert_ok(replica_commit(replica, err));
}

static void
write_contact(struct arena *arena, uint32_t i, struct change *change)
{
	char text[] = "contact/200 surname=Mo";

	(void)i;
	script_change(arena, text, change);
}

/* A deletion names all that its author saw, in one value. */
static void
test_more_heads_than_a_deletion_names(void **state)
{
	struct replica *replica = *state;
	struct draft *draft;
	uint64_t id;

	script_ledger(replica, 1, 100, 10, 100, "pupil/100 surname=Lane");
	script_ledger(replica, 2, 200, 20, 100, "contact/200 surname=Mo");
	script_wait(replica, 300, 30, 100, "contact/200 deleted=@200");
	assert_ok(replica_begin(replica, err));
	assert_ok(pending_set_aside(replica, 300, REFUSAL_RIGHTS, NOW_MS, err));
	assert_ok(replica_commit(replica, err));
	append_changes(replica, 1000, LIMIT_VALUE_BYTES / 8, write_contact);
	fold_one(replica, 200);

	draft = begin(replica, 100);
	assert_ok(draft_delete(draft, 200, err));
	expect_refused(replica, draft, STATUS_TOO_LARGE);
	assert_ok(replica_begin(replica, err));
	assert_int_equal(pending_retry(replica, 300, NOW_MS, &id, UNREAD),
	    STATUS_TOO_LARGE);
	replica_rollback(replica);
}

static void
write_redaction(struct arena *arena, uint32_t i, struct change *change)
{
	char text[64];

	snprintf(text, sizeof(text), "redaction/500 change=#%u", 201 + i);
	script_change(arena, text, change);
}

/* Each write of a redaction counts, however many there are, whatever comes
 * first. */
static void
test_redaction_of_very_many(void **state)
{
	struct replica *replica = *state;

	script_ledger(replica, 1, 100, 10, 100, "pupil/100 surname=Lane");
	script_ledger(replica, 2, 2000, 20, 100, "note/2000 text=secret");
	append_changes(replica, 3000, 1800, write_redaction);
	fold_one(replica, 500);
	SCRIPT_EXPECT(replica, "SELECT text FROM note", "~");
	SCRIPT_EXPECT(replica, "SELECT redacted FROM ledger WHERE id = 2000",
	    "1");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_what_is_not_there_is_not_found),
		TEST(test_file_begins_with_its_pupil),
		TEST(test_file_that_is_gone_is_not_written),
		TEST(test_hub_writes_in_the_dossier_of_any_school),
		TEST(test_what_is_written_once_stays),
		TEST(test_what_is_needed_is_not_emptied),
		TEST(test_new_record_without_anything_is_refused),
		TEST(test_too_many_records_are_too_large),
		TEST(test_what_is_left_as_it_is_is_no_change),
		TEST(test_feedback_has_no_author),
		TEST(test_more_conflicts_than_a_change_replaces),
		TEST(test_more_heads_than_a_deletion_names),
		TEST(test_redaction_of_very_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
