/*
 * Every write of a record, in the order of stamps.  Covers
 * common/replica/id_list.c.
 */
#include "common/replica/history.h"

#include "common/replica/check.h"
#include "fixture.h"
#include "script.h"

struct entries {
	struct history_entry entries[32];
	uint32_t count;
};

static bool
collect(void *context, const struct history_entry *entry)
{
	struct entries *entries = context;

	entries->entries[entries->count] = *entry;
	entries->entries[entries->count++].field = NULL; /* borrowed */
	return true;
}

static bool
stop(void *context, const struct history_entry *entry)
{
	++*(uint32_t *)context;
	return entry == NULL;
}

/* Oldest first; what was replaced is no head; what waits has no place. */
static void
test_history_tells_who_and_when(void **state)
{
	struct replica *replica = fixture_open(5, OAK);
	struct fixture_line line = { 0 };
	uint64_t pupil = fixture_pupil(replica, "Lane", OAK);
	uint64_t language = fixture_insert(replica, pupil, "language",
	    "language_type", "F", "language", "ENG", NULL);
	struct entries entries = { 0 };
	uint32_t calls = 0;
	uint64_t update;

	(void)state;
	fixture_send(replica, &line);
	update =
	    fixture_update(replica, pupil, language, "language", "FRE", NULL);
	assert_ok(history_each(replica, language, collect, &entries, err));
	/* type and language are one field */
	assert_int_equal(entries.count, 2);
	assert_int_equal(entries.entries[0].change, language);
	assert_true(entries.entries[0].created);
	assert_false(entries.entries[0].is_head);
	assert_int_equal(entries.entries[0].sequence, 2);
	assert_int_equal(entries.entries[0].received_ms, NOW_MS + 2);
	assert_int_equal(entries.entries[0].site, 5);
	assert_int_equal(entries.entries[1].change, update);
	assert_false(entries.entries[1].created);
	assert_true(entries.entries[1].is_head);
	assert_int_equal(entries.entries[1].sequence, 0);
	assert_int_equal(entries.entries[1].received_ms, 0);
	assert_true(entries.entries[0].stamp < entries.entries[1].stamp);

	assert_ok(history_each(replica, language, stop, &calls, err));
	assert_int_equal(calls, 1);
	assert_int_equal(history_each(replica, 4711, stop, &calls, UNREAD),
	    STATUS_NOT_FOUND);
	arena_deinit(&line.arena);
	replica_close(replica);
}

/* What was refused is no part of the history. */
static void
test_refused_writes_are_not_history(void **state)
{
	struct replica *replica = fixture_open(5, OAK);
	uint64_t pupil = fixture_pupil(replica, "Lane", OAK);
	struct entries before = { 0 };
	struct entries after = { 0 };
	uint64_t update;

	(void)state;
	assert_ok(history_each(replica, pupil, collect, &before, err));
	update = fixture_update(replica, pupil, pupil, "sex", "F", NULL);
	assert_ok(replica_begin(replica, err));
	assert_ok(
	    pending_set_aside(replica, update, REFUSAL_RIGHTS, NOW_MS, err));
	assert_ok(replica_commit(replica, err));
	assert_ok(history_each(replica, pupil, collect, &after, err));
	assert_int_equal(before.count, after.count);
	replica_close(replica);
}

static bool
expect_no_values_of_redacted(void *context, const struct history_entry *entry)
{
	if (!entry->redacted)
		return true;
	++*(uint32_t *)context;
	for (uint32_t i = 0; i < entry->field->value_count; i++)
		assert_int_equal(entry->field->values[i].value.type,
		    VALUE_NULL);
	return true;
}

static void
assert_redacted(struct replica *replica, uint64_t record)
{
	struct check_result result;
	uint32_t entries = 0;

	assert_ok(history_each(replica, record, expect_no_values_of_redacted,
	    &entries, err));
	assert_true(entries > 0);
	assert_ok(check_replica(replica, NULL, NULL, NULL, &result, err));
}

/* What is redacted is not told, be the redaction waiting or settled; and what
 * is written later does not bring it back. */
static void
test_redacted_values_are_not_told(void **state)
{
	struct replica *replica = fixture_open(5, OAK);
	struct fixture_line line = { 0 };
	uint64_t pupil = fixture_pupil(replica, "Lane", OAK);
	uint64_t home = fixture_update(replica, pupil, pupil, "street",
	    "High Street", "town", "Ely", NULL);
	char change[IDENTIFIER_TEXT_BYTES];

	(void)state;
	fixture_send(replica, &line);
	identifier_format(home, change);
	fixture_insert(replica, pupil, "redaction", "change", change, "reason",
	    "adoption", NULL);
	assert_redacted(replica, pupil);
	fixture_update(replica, pupil, pupil, "town", "March", NULL);
	fixture_assert_text(replica, pupil, "town", "March");
	fixture_assert_text(replica, pupil, "street", NULL);
	fixture_send(replica, &line);
	assert_redacted(replica, pupil);
	arena_deinit(&line.arena);
	replica_close(replica);
}

static bool
tell_texts(void *context, const struct history_entry *entry)
{
	const struct value *value = &entry->field->values[0].value;
	char *told = context;

	snprintf(told + strlen(told), 32, "%.*s%s ",
	    value->type == VALUE_TEXT ? (int)value->bytes.size : 1,
	    value->type == VALUE_TEXT   ? (const char *)value->bytes.data
	    : value->type == VALUE_NULL ? "~"
					: "#",
	    entry->redacted ? "!" : "");
	return true;
}

/* A redaction cannot be redacted, not even by one in its own commit. */
static void
test_redaction_beside_what_it_redacts(void **state)
{
	struct replica *replica = fixture_open(5, OAK);
	char told[128] = "";

	(void)state;
	script_wait(replica, 300, 30, 100,
	    "note/300 text=secret;redaction/301 change=#300;"
	    "redaction/302 change=#301;note/303 text=plain");
	assert_ok(history_each(replica, 300, tell_texts, told, err));
	assert_ok(history_each(replica, 301, tell_texts, told, err));
	assert_ok(history_each(replica, 303, tell_texts, told, err));
	assert_string_equal(told, "~! # plain ");
	replica_close(replica);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_history_tells_who_and_when),
		cmocka_unit_test(test_redacted_values_are_not_told),
		cmocka_unit_test(test_redaction_beside_what_it_redacts),
		cmocka_unit_test(test_refused_writes_are_not_history),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
