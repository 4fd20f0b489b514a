/*
 * A child's file through the eyes of those who work at the school: what is
 * hidden is hidden however it is asked for.
 */
#include "tests/unit/access/world.h"

/* What a viewer gets of one column: "(hidden)", "(none)" or its text. */
static const char *
shown(const struct view *view, uint64_t id, const char *column)
{
	static char text[100];
	struct arena arena = { 0 };
	struct view_record record;
	struct value value;

	if (view_get(view, id, &arena, &record, UNREAD) != STATUS_OK) {
		arena_deinit(&arena);
		return "(no record)";
	}
	value = record_value(&record.record, column);
	if (record.hidden[world_column(&record.record, column)]) {
		assert_int_equal(value.type, VALUE_NULL);
		snprintf(text, sizeof(text), "(hidden)");
	} else if (value.type != VALUE_TEXT) {
		snprintf(text, sizeof(text), "(none)");
	} else {
		snprintf(text, sizeof(text), "%.*s", (int)value.bytes.size,
		    (const char *)value.bytes.data);
	}
	arena_deinit(&arena);
	return text;
}

#define EXPECT(view, id, column, text) \
	assert_string_equal(shown(view, id, column), text)

/* --- one record ----------------------------------------------------------- */

static void
test_teacher_gets_the_profile_and_own_notes(void **state)
{
	struct world world;
	const struct view *view;

	(void)state;
	world_begin(&world);
	view = world_as(&world, "teacher");
	EXPECT(view, world.pupil, "surname", "Lane");
	EXPECT(view, world.pupil, "upn", "(hidden)");
	/* Hidden whether there is something or not. */
	EXPECT(view, world.pupil, "uln", "(hidden)");
	EXPECT(view, world.pupil, "preferred_surname", "(none)");
	EXPECT(view, world.record, "what_helps", "a quiet start");
	EXPECT(view, world.record, "parent_view", "(hidden)");
	EXPECT(view, world.need, "need_type", "(no record)");
	EXPECT(view, world.contact, "surname", "(no record)");
	EXPECT(view, world.own_note, "text", "helped a friend");
	EXPECT(view, world.other_note, "text", "(no record)");
	assert_int_equal(world_count_of(view, "note"), 1);
	assert_int_equal(world_count_of(view, "pupil"), 1);
	assert_int_equal(world_count_of(view, "need"), -STATUS_DENIED);
	world_end(&world);
}

static void
test_office_gets_no_notes_on_needs(void **state)
{
	struct world world;
	const struct view *view;

	(void)state;
	world_begin(&world);
	view = world_as(&world, "office");
	EXPECT(view, world.pupil, "upn", "R201100018042");
	EXPECT(view, world.contact, "surname", "Lane");
	EXPECT(view, world.fsm, "kind", "fsm");
	EXPECT(view, world.fsm, "detail", "(hidden)");
	EXPECT(view, world.bereavement, "kind", "(no record)");
	EXPECT(view, world.need, "detail", "(no record)");
	EXPECT(view, world.record, "what_helps", "(no record)");
	assert_int_equal(world_count_of(view, "circumstance"), 1);
	assert_int_equal(world_count_of(view, "note"), -STATUS_DENIED);
	world_end(&world);
}

static void
test_lead_gets_everything(void **state)
{
	struct world world;
	const struct view *view;

	(void)state;
	world_begin(&world);
	view = world_as(&world, "deputy_lead");
	EXPECT(view, world.need, "detail", "speaks when drawing");
	EXPECT(view, world.other_note, "text", "moved house");
	EXPECT(view, world.pupil, "former_surname", "Moss");
	assert_int_equal(world_count_of(view, "circumstance"), 2);
	world_end(&world);
}

/* One takes it back while the other says N: nobody has settled it. */
static void
make_confidential_conflict(struct world *world)
{
	struct replica *other = fixture_open(4, OAK);
	struct fixture_line line = { 0 };

	fixture_open_dossier(other, world->pupil);
	fixture_carry(world->replica, other, &line);
	fixture_update(world->replica, world->pupil, world->pupil,
	    "address_confidential", "", NULL);
	fixture_update(other, world->pupil, world->pupil,
	    "address_confidential", "N", NULL);
	fixture_open_dossier(world->replica, world->pupil);
	fixture_carry(other, world->replica, &line);
	arena_deinit(&line.arena);
	replica_close(other);
}

/* Also that of who lives with the child, and as long as two say different. */
static void
test_confidential_address_is_hidden(void **state)
{
	struct world world;

	(void)state;
	world_begin(&world);
	EXPECT(world_as(&world, "senco"), world.pupil, "postcode", "ZZ1 1AA");
	fixture_update(world.replica, world.pupil, world.pupil,
	    "address_confidential", "Y", NULL);
	EXPECT(world_as(&world, "senco"), world.pupil, "postcode", "(hidden)");
	EXPECT(&world.view, world.contact, "postcode", "(hidden)");
	EXPECT(&world.view, world.contact, "surname", "Lane");
	EXPECT(world_as(&world, "office"), world.pupil, "postcode", "ZZ1 1AA");
	make_confidential_conflict(&world);
	EXPECT(world_as(&world, "senco"), world.pupil, "postcode", "(hidden)");
	EXPECT(&world.view, world.contact, "postcode", "(hidden)");
	fixture_update(world.replica, world.pupil, world.pupil,
	    "address_confidential", "N", NULL);
	EXPECT(world_as(&world, "senco"), world.pupil, "postcode", "ZZ1 1AA");
	world_end(&world);
}

/* --- lists and search ----------------------------------------------------- */

static int
count_where(const struct view *view, const char *collection, const char *column,
    const char *text)
{
	struct record_query query = {
		.collection = catalogue_collection(bytes_of_text(collection)),
		.filter_count = 1,
	};
	struct record_filter filter = {
		.column =
		    collection_column(query.collection, bytes_of_text(column)),
		.value = value_c_text(text),
	};
	int count = 0;
	enum status status;

	query.filters = &filter;
	status = view_each(view, &query, world_count, &count, UNREAD);
	return status == STATUS_OK ? count : -(int)status;
}

static void
test_hidden_columns_find_nothing(void **state)
{
	struct world world;
	const struct view *view;

	(void)state;
	world_begin(&world);
	view = world_as(&world, "teacher");
	assert_int_equal(count_where(view, "pupil", "surname", "Lane"), 1);
	assert_int_equal(count_where(view, "pupil", "upn", "R201100018042"),
	    -STATUS_DENIED);
	view = world_as(&world, "senco");
	assert_int_equal(count_where(view, "pupil", "postcode", "ZZ1 1AA"), 1);
	fixture_update(world.replica, world.pupil, world.pupil,
	    "address_confidential", "Y", NULL);
	assert_int_equal(count_where(view, "pupil", "postcode", "ZZ1 1AA"), 0);
	world_end(&world);
}

static bool
note_pupil(void *context, uint64_t pupil)
{
	*(uint64_t *)context = pupil;
	return true;
}

static uint64_t
find(const struct view *view, const char *text)
{
	uint64_t found = 0;

	assert_ok(view_search(view, bytes_of_text(text), 10, note_pupil, &found,
	    err));
	return found;
}

/* Who may not see a former name does not find the child by it. */
static void
test_nobody_is_found_by_a_name_that_is_hidden(void **state)
{
	struct world world;

	(void)state;
	world_begin(&world);
	assert_true(find(world_as(&world, "office"), "mos") == world.pupil);
	assert_true(find(&world.view, "R2011") == world.pupil);
	assert_true(find(world_as(&world, "senco"), "mos") == 0);
	assert_true(find(&world.view, "R2011") == world.pupil);
	assert_true(find(world_as(&world, "teacher"), "R2011") == 0);
	assert_true(find(&world.view, "lan teo") == world.pupil);
	assert_true(find(&world.view, "lan mos") == 0);
	assert_int_equal(view_search(world_as(&world, "other"),
			     bytes_of_text("lane"), 10, note_pupil, &world.need,
			     UNREAD),
	    STATUS_DENIED);
	world_end(&world);
}

static void
test_limit_counts_what_is_shown(void **state)
{
	struct world world;
	struct record_query query = { .limit = 1 };
	int count = 0;

	(void)state;
	world_begin(&world);
	fixture_insert(world.replica, world.pupil, "circumstance", "kind",
	    "pupil_premium", NULL);
	query.collection = catalogue_collection(bytes_of_text("circumstance"));
	query.after = world.fsm; /* the bereavement lies between */
	assert_ok(view_each(world_as(&world, "office"), &query, world_count,
	    &count, err));
	assert_int_equal(count, 1);
	world_end(&world);
}

/* --- history and conflicts ------------------------------------------------ */

static bool
count_entry(void *context, const struct history_entry *entry)
{
	(void)entry;
	++*(int *)context;
	return true;
}

static int
count_history(const struct view *view, uint64_t id)
{
	int count = 0;
	enum status status =
	    view_history(view, id, count_entry, &count, UNREAD);

	return status == STATUS_OK ? count : -(int)status;
}

static void
test_history_leaves_out_what_is_hidden(void **state)
{
	struct world world;
	int all;

	(void)state;
	world_begin(&world);
	all = count_history(world_as(&world, "lead"), world.pupil);
	assert_int_equal(count_history(world_as(&world, "senco"), world.pupil),
	    all - 1); /* the former surname */
	assert_int_equal(count_history(world_as(&world, "teacher"),
			     world.pupil),
	    3); /* two names and the year */
	assert_int_equal(count_history(&world.view, world.need),
	    -STATUS_NOT_FOUND);
	assert_int_equal(count_history(&world.view, world.other_note),
	    -STATUS_NOT_FOUND);
	world_end(&world);
}

/* It was something else before, which is not for the office. */
static void
test_history_of_a_kind_is_judged_as_it_was(void **state)
{
	struct world world;

	(void)state;
	world_begin(&world);
	fixture_update(world.replica, world.pupil, world.bereavement, "kind",
	    "fsm", NULL);
	assert_int_equal(count_history(world_as(&world, "office"),
			     world.bereavement),
	    1);
	assert_int_equal(count_history(world_as(&world, "senco"),
			     world.bereavement),
	    2);
	world_end(&world);
}

static bool
count_conflict(void *context, const struct conflict *conflict)
{
	(void)conflict;
	++*(int *)context;
	return true;
}

static int
count_conflicts(const struct view *view, uint64_t record)
{
	int count = 0;

	assert_ok(view_conflicts(view, record, count_conflict, &count, err));
	return count;
}

/* Two computers write the same fields without knowing of each other. */
static void
make_conflicts(struct world *world)
{
	struct replica *other = fixture_open(4, OAK);
	struct fixture_line line = { 0 };

	fixture_open_dossier(other, world->pupil);
	fixture_carry(world->replica, other, &line);
	fixture_update(world->replica, world->pupil, world->pupil, "upn",
	    "T20110001804V", "surname", "Laine", NULL);
	fixture_update(other, world->pupil, world->pupil, "upn",
	    "H801200001001", "surname", "Layne", NULL);
	fixture_open_dossier(world->replica, world->pupil);
	fixture_carry(other, world->replica, &line);
	arena_deinit(&line.arena);
	replica_close(other);
}

static void
test_conflicts_in_hidden_fields_are_not_shown_or_settled(void **state)
{
	struct world world;
	struct view_record record;
	struct arena arena = { 0 };
	uint64_t commit;

	(void)state;
	world_begin(&world);
	make_conflicts(&world);
	assert_int_equal(count_conflicts(world_as(&world, "office"), 0), 2);
	assert_int_equal(count_conflicts(world_as(&world, "teacher"), 0), 1);
	assert_ok(view_get(&world.view, world.pupil, &arena, &record, err));
	assert_int_equal(record.record.conflicts, 1);
	arena_deinit(&arena);
	assert_ok(replica_begin(world.replica, err));
	assert_int_equal(view_resolve(&world.view, world.pupil, "upn", 0, 0,
			     &commit, UNREAD),
	    STATUS_NOT_FOUND);
	assert_int_equal(view_resolve(&world.view, world.pupil, "surname", 0, 0,
			     &commit, UNREAD),
	    STATUS_DENIED);
	assert_ok(view_resolve(world_as(&world, "office"), world.pupil, "upn",
	    0, 0, &commit, err));
	assert_ok(replica_commit(world.replica, err));
	assert_int_equal(count_conflicts(&world.view, world.pupil), 1);
	world_end(&world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_teacher_gets_the_profile_and_own_notes),
		cmocka_unit_test(test_office_gets_no_notes_on_needs),
		cmocka_unit_test(test_lead_gets_everything),
		cmocka_unit_test(test_confidential_address_is_hidden),
		cmocka_unit_test(test_hidden_columns_find_nothing),
		cmocka_unit_test(test_nobody_is_found_by_a_name_that_is_hidden),
		cmocka_unit_test(test_limit_counts_what_is_shown),
		cmocka_unit_test(test_history_leaves_out_what_is_hidden),
		cmocka_unit_test(test_history_of_a_kind_is_judged_as_it_was),
		cmocka_unit_test(
		    test_conflicts_in_hidden_fields_are_not_shown_or_settled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
