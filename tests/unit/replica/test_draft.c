/*
 * Drafts: from columns and values to a commit.
 */
#include "drafting.h"

/* The commit of the waiting row with that id, decoded into arena. */
static struct commit
waiting_commit(struct replica *replica, uint64_t id, struct arena *arena)
{
	struct pending_row row;
	struct commit commit;
	struct bytes copy;

	assert_ok(pending_get(replica, id, &row, err));
	copy.data = (const uint8_t *)arena_text(arena, row.bytes);
	copy.size = row.bytes.size;
	assert_ok(commit_decode(copy, arena, &commit, err));
	return commit;
}

static const struct field_write *
find_field(const struct change *change, const char *column)
{
	for (uint32_t f = 0; f < change->field_count; f++)
		for (uint32_t v = 0; v < change->fields[f].value_count; v++)
			if (bytes_equal_text(change->fields[f].values[v].column,
				column))
				return &change->fields[f];
	return NULL;
}

/* A new child begins a dossier of its own, open at once. */
static void
test_new_pupil_begins_an_open_dossier(void **state)
{
	struct replica *replica = *state;
	struct dossier dossier;
	uint64_t pupil = fixture_pupil(replica, "Okafor-Lane", OAK);

	assert_int_equal(identifier_site(pupil), 5);
	assert_ok(dossier_get(replica, pupil, &dossier, err));
	assert_int_equal(dossier.state, DOSSIER_OPEN);
	assert_int_equal(dossier.kind, DOSSIER_KIND_PUPIL);
	fixture_assert_text(replica, pupil, "surname", "Okafor-Lane");
}

/* Behind what the hub answers with commits of its own, numbers stay free. */
static void
test_new_pupil_leaves_numbers_for_the_hub(void **state)
{
	struct replica *replica = *state;
	uint64_t pupil = fixture_pupil(replica, "Lane", OAK);
	uint64_t note = fixture_insert(replica, pupil, "language",
	    "language_type", "F", "language", "ENG", NULL);
	uint64_t next = fixture_insert(replica, pupil, "language",
	    "language_type", "OTH", "language", "FRE", NULL);

	assert_int_equal(note, pupil + 1 + LIMIT_RESERVED_IDS);
	assert_int_equal(next, note + 1);
}

/* References between new records become ids. */
static void
test_handles_become_ids(void **state)
{
	struct replica *replica = *state;
	struct draft *draft = begin(replica, OAK);
	struct arena arena = { 0 };
	struct record record;
	struct value value;
	uint64_t id;
	int64_t staff, school;

	cancel(replica, draft);
	draft = begin(replica, 0);
	assert_ok(draft_insert(draft, "staff", &staff, err));
	assert_ok(draft_insert(draft, "school", &school, err));
	value = value_integer(school);
	assert_ok(draft_set(draft, staff, "school", &value, err));
	assert_ok(draft_set_text(draft, staff, "surname", bytes_of_text("Lane"),
	    err));
	assert_ok(draft_set_text(draft, staff, "forename", bytes_of_text("Ida"),
	    err));
	assert_ok(draft_set_text(draft, staff, "role", bytes_of_text("teacher"),
	    err));
	assert_ok(
	    draft_set_text(draft, school, "name", bytes_of_text("Oak"), err));
	assert_ok(draft_set_text(draft, school, "phase",
	    bytes_of_text("infant"), err));
	assert_ok(
	    draft_set_text(draft, school, "member", bytes_of_text("N"), err));
	assert_ok(draft_finish(draft, NOW_MS, &id, err));
	assert_int_equal(draft_record_id(draft, staff), id);
	assert_int_equal(draft_record_id(draft, school), id + 1);
	assert_ok(record_get(replica, id, &arena, &record, err));
	value = record_value(&record, "school");
	assert_int_equal(value.integer, id + 1);
	arena_deinit(&arena);
	draft_destroy(draft);
	replica_rollback(replica);
}

/* A reference to a new record of another kind is refused. */
static void
test_handle_of_another_collection_is_refused(void **state)
{
	struct replica *replica = *state;
	struct draft *draft = begin(replica, 0);
	struct value value;
	struct error told = { 0 };
	int64_t one, two;

	assert_ok(draft_insert(draft, "staff", &one, err));
	assert_ok(draft_insert(draft, "staff", &two, err));
	value = value_integer(two);
	assert_int_equal(draft_set(draft, one, "school", &value, &told),
	    STATUS_INVALID);
	assert_non_null(strstr(told.text, "staff: school"));
	cancel(replica, draft);
}

/* A write replaces the head that is there. */
static void
test_update_replaces_the_head(void **state)
{
	struct replica *replica = *state;
	uint64_t pupil = fixture_pupil(replica, "Lane", OAK);
	uint64_t id =
	    fixture_update(replica, pupil, pupil, "surname", "Lord", NULL);
	struct arena arena = { 0 };
	struct commit commit = waiting_commit(replica, id, &arena);
	const struct field_write *write;

	assert_int_equal(commit.change_count, 1);
	assert_int_equal(commit.dossier, pupil);
	assert_int_equal(commit.changes[0].field_count, 1);
	write = find_field(&commit.changes[0], "surname");
	assert_non_null(write);
	assert_int_equal(write->replace_count, 1);
	assert_int_equal(write->replaces[0], pupil);
	fixture_assert_text(replica, pupil, "surname", "Lord");
	arena_deinit(&arena);
}

/* What equals the one head is left out; when all does, there is no commit. */
static void
test_equal_values_are_left_out(void **state)
{
	struct replica *replica = *state;
	uint64_t pupil = fixture_pupil(replica, "Lane", OAK);
	struct arena arena = { 0 };
	struct commit commit;
	uint64_t id;

	assert_int_equal(fixture_update(replica, pupil, pupil, "surname",
			     "Lane", "upn", "", NULL),
	    0);
	id = fixture_update(replica, pupil, pupil, "surname", "Lane",
	    "forename", "Ida", NULL);
	commit = waiting_commit(replica, id, &arena);
	assert_int_equal(commit.changes[0].field_count, 1);
	assert_null(find_field(&commit.changes[0], "surname"));
	arena_deinit(&arena);
}

/* A field of several columns is written whole: what is not set stays. */
static void
test_tied_columns_are_written_whole(void **state)
{
	struct replica *replica = *state;
	uint64_t pupil = fixture_pupil(replica, "Lane", OAK);
	struct arena arena = { 0 };
	const struct field_write *write;
	struct commit commit;
	uint64_t id;

	fixture_update(replica, pupil, pupil, "street", "High Street", "town",
	    "Ely", NULL);
	id = fixture_update(replica, pupil, pupil, "town", "March", NULL);
	commit = waiting_commit(replica, id, &arena);
	assert_int_equal(commit.changes[0].field_count, 1);
	write = find_field(&commit.changes[0], "street");
	assert_non_null(write);
	assert_ptr_equal(write, find_field(&commit.changes[0], "town"));
	assert_ptr_equal(write, find_field(&commit.changes[0], "postcode"));
	fixture_assert_text(replica, pupil, "street", "High Street");
	fixture_assert_text(replica, pupil, "town", "March");
	arena_deinit(&arena);
}

/* A record without what it needs is no record. */
static void
test_missing_required_column_is_refused(void **state)
{
	struct replica *replica = *state;
	uint64_t pupil = fixture_pupil(replica, "Lane", OAK);
	struct draft *draft = begin(replica, pupil);
	struct error told = { 0 };
	int64_t contact;
	uint64_t id;

	assert_ok(draft_insert(draft, "contact", &contact, err));
	assert_ok(draft_set_text(draft, contact, "forename",
	    bytes_of_text("Idris"), err));
	assert_int_equal(draft_finish(draft, NOW_MS, &id, &told),
	    STATUS_INVALID);
	assert_non_null(strstr(told.text, "contact: surname"));
	cancel(replica, draft);
}

/* The sentence names collection and column. */
static void
test_bad_value_is_named(void **state)
{
	struct replica *replica = *state;
	uint64_t pupil = fixture_pupil(replica, "Lane", OAK);
	struct draft *draft = begin(replica, pupil);
	struct error told = { 0 };

	assert_int_equal(draft_set_text(draft, (int64_t)pupil, "birth_date",
			     bytes_of_text("19/1/2015"), &told),
	    STATUS_INVALID);
	assert_non_null(strstr(told.text, "pupil: birth_date"));
	assert_int_equal(draft_set_text(draft, (int64_t)pupil, "shoe",
			     bytes_of_text("9"), &told),
	    STATUS_NOT_FOUND);
	cancel(replica, draft);
}

/* A collection belongs in its kind of dossier. */
static void
test_wrong_dossier_is_refused(void **state)
{
	struct replica *replica = *state;
	struct draft *draft = begin(replica, 0);
	int64_t record;

	assert_int_equal(draft_insert(draft, "contact", &record, UNREAD),
	    STATUS_INVALID);
	cancel(replica, draft);
	assert_ok(replica_begin(replica, err));
	draft = NULL;
	assert_int_equal(draft_create(replica, 987654, 0, &draft, UNREAD),
	    STATUS_NOT_FOUND);
	assert_null(draft);
	replica_rollback(replica);
}

/* A dossier that was passed on is read, not written. */
static void
test_frozen_dossier_is_not_written(void **state)
{
	struct replica *replica = *state;
	uint64_t pupil = fixture_pupil(replica, "Lane", OAK);
	struct draft *draft = NULL;
	struct dossier dossier;

	assert_ok(replica_begin(replica, err));
	assert_ok(dossier_get(replica, pupil, &dossier, err));
	dossier.state = DOSSIER_FROZEN;
	assert_ok(dossier_put(replica, &dossier, err));
	assert_int_equal(draft_create(replica, pupil, 0, &draft, UNREAD),
	    STATUS_DENIED);
	assert_null(draft);
	replica_rollback(replica);
}

/* Nothing is written that the hub does not know yet. */
static void
test_newer_than_the_hub_is_refused(void **state)
{
	struct replica *replica = *state;
	uint64_t pupil = fixture_pupil(replica, "Lane", OAK);
	struct draft *draft = begin(replica, pupil);
	int64_t record = 0;

	draft_limit_catalogue(draft, 0); /* the first version is 1 */
	assert_int_equal(draft_insert(draft, "contact", &record, UNREAD),
	    STATUS_UNSUPPORTED);
	assert_int_equal(draft_set_text(draft, (int64_t)pupil, "surname",
			     bytes_of_text("Lord"), UNREAD),
	    STATUS_UNSUPPORTED);
	cancel(replica, draft);
}

/* A commit is bounded. */
static void
test_too_much_for_one_commit_is_too_large(void **state)
{
	struct replica *replica = *state;
	uint64_t pupil = fixture_pupil(replica, "Lane", OAK);
	struct draft *draft = begin(replica, pupil);
	static char text[8000 + 1];
	struct error told = { 0 };
	int64_t note;
	uint64_t id;

	memset(text, 'x', sizeof(text) - 1);
	for (int i = 0; i < LIMIT_COMMIT_BYTES / 8000 + 1; i++) {
		assert_ok(draft_insert(draft, "note", &note, err));
		assert_ok(draft_set_text(draft, note, "category",
		    bytes_of_text("learning"), err));
		assert_ok(draft_set_text(draft, note, "happened_on",
		    bytes_of_text("2026-05-01"), err));
		assert_ok(draft_set_text(draft, note, "text",
		    bytes_of_text(text), err));
	}
	assert_int_equal(draft_finish(draft, NOW_MS, &id, &told),
	    STATUS_TOO_LARGE);
	assert_string_equal(told.text,
	    "this is too much for one action; at most 256 KiB");
	cancel(replica, draft);
}

/* A deletion says what its author saw, and can be taken back. */
static void
test_delete_and_undelete(void **state)
{
	struct replica *replica = *state;
	uint64_t pupil = fixture_pupil(replica, "Lane", OAK);
	uint64_t language = fixture_insert(replica, pupil, "language",
	    "language_type", "F", "language", "ENG", NULL);
	uint64_t id = fixture_delete(replica, pupil, language);
	struct arena arena = { 0 };
	struct commit commit = waiting_commit(replica, id, &arena);
	const struct field_write *write =
	    find_field(&commit.changes[0], COLUMN_DELETED);
	struct draft *draft;
	struct record record;

	assert_non_null(write);
	assert_int_equal(write->values[0].value.type, VALUE_BLOB);
	assert_int_equal(write->values[0].value.bytes.size, 8);
	assert_ok(record_get(replica, language, &arena, &record, err));
	assert_int_equal(record.state, RECORD_DELETED);
	assert_int_equal(fixture_delete(replica, pupil, language), 0);

	draft = begin(replica, pupil);
	assert_int_equal(draft_set_text(draft, (int64_t)language, "proficiency",
			     bytes_of_text("A"), UNREAD),
	    STATUS_DENIED);
	assert_ok(draft_undelete(draft, language, err));
	fixture_finish(replica, draft);
	fixture_assert_text(replica, language, "language", "ENG");
	arena_deinit(&arena);
}

/* At the hub a draft goes into the ledger, with the numbers of its cause. */
static void
test_hub_appends_under_reserved_numbers(void **state)
{
	struct replica *hub = fixture_open_at(":memory:", REPLICA_HUB, 0, 0);
	struct mark_key key = { { 7 } };
	struct draft *draft = begin(hub, 0);
	uint64_t first = identifier_make(5, 900);
	struct ledger_row row;
	struct mark mark;
	int64_t term;
	uint64_t id;

	(void)state;
	assert_ok(draft_insert(draft, "term_date", &term, err));
	assert_ok(
	    draft_set_text(draft, term, "kind", bytes_of_text("term"), err));
	assert_ok(
	    draft_set_text(draft, term, "school", bytes_of_text("101"), err));
	assert_ok(draft_set_text(draft, term, "starts",
	    bytes_of_text("2026-09-01"), err));
	assert_ok(draft_set_text(draft, term, "ends",
	    bytes_of_text("2026-12-18"), err));
	draft_use_ids(draft, first);
	draft_use_mark(draft, &key, 3);
	assert_ok(draft_finish(draft, NOW_MS, &id, err));
	assert_int_equal(id, first);
	assert_ok(ledger_get(hub, id, &row, err));
	mark = mark_make(&key, id, &row.digest, 3, row.sequence);
	assert_true(mark_equal(&mark, &row.mark));
	assert_int_equal(row.received_ms, NOW_MS);
	cancel(hub, draft);
	replica_close(hub);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_new_pupil_begins_an_open_dossier),
		TEST(test_new_pupil_leaves_numbers_for_the_hub),
		TEST(test_handles_become_ids),
		TEST(test_handle_of_another_collection_is_refused),
		TEST(test_update_replaces_the_head),
		TEST(test_equal_values_are_left_out),
		TEST(test_tied_columns_are_written_whole),
		TEST(test_missing_required_column_is_refused),
		TEST(test_bad_value_is_named),
		TEST(test_wrong_dossier_is_refused),
		TEST(test_frozen_dossier_is_not_written),
		TEST(test_newer_than_the_hub_is_refused),
		TEST(test_too_much_for_one_commit_is_too_large),
		TEST(test_delete_and_undelete),
		TEST(test_hub_appends_under_reserved_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
