/*
 * Writing through a viewer: what may not be written is refused before there is
 * a commit, with one sentence.
 */
#include "tests/unit/access/world.h"

static char refusal[ERROR_TEXT_BYTES];

static enum status
finish(const struct view *view, struct draft *draft)
{
	struct error told = { 0 };
	uint64_t id;
	enum status status = view_finish(view, draft, &id, &told);

	memcpy(refusal, told.text, sizeof(refusal));
	draft_destroy(draft);
	if (status == STATUS_OK)
		assert_ok(replica_commit(view->replica, err));
	else
		replica_rollback(view->replica);
	return status;
}

static enum status
write_one(const struct view *view, uint64_t dossier, uint64_t record,
    const char *column, const char *text)
{
	struct draft *draft = NULL;

	assert_ok(replica_begin(view->replica, err));
	assert_ok(draft_create(view->replica, dossier, view_author(view, 0),
	    &draft, err));
	assert_ok(draft_set_text(draft, (int64_t)record, column,
	    bytes_of_text(text), err));
	return finish(view, draft);
}

static enum status
insert_one(const struct view *view, uint64_t dossier, const char *collection,
    ...)
{
	struct draft *draft = NULL;
	int64_t handle;
	va_list columns;

	assert_ok(replica_begin(view->replica, err));
	assert_ok(draft_create(view->replica, dossier, view_author(view, 0),
	    &draft, err));
	assert_ok(draft_insert(draft, collection, &handle, err));
	va_start(columns, collection);
	fixture_set_all(draft, handle, columns);
	va_end(columns);
	return finish(view, draft);
}

static enum status
delete_one(const struct view *view, uint64_t dossier, uint64_t record)
{
	struct draft *draft = NULL;

	assert_ok(replica_begin(view->replica, err));
	assert_ok(draft_create(view->replica, dossier, view_author(view, 0),
	    &draft, err));
	assert_ok(draft_delete(draft, record, err));
	return finish(view, draft);
}

static void
test_teacher_writes_own_notes_and_nothing_else(void **state)
{
	struct world world;
	const struct view *view;
	uint64_t pupil;

	(void)state;
	world_begin(&world);
	pupil = world.pupil;
	view = world_as(&world, "teaching_assistant");
	assert_int_equal(insert_one(view, pupil, "note", "category", "praise",
			     "happened_on", "2026-05-07", "text", "read aloud",
			     NULL),
	    STATUS_OK);
	assert_int_equal(write_one(view, pupil, world.own_note, "text", "x"),
	    STATUS_OK);
	assert_int_equal(write_one(view, pupil, world.other_note, "text", "x"),
	    STATUS_NOT_FOUND);
	assert_int_equal(delete_one(view, pupil, world.other_note),
	    STATUS_NOT_FOUND);
	assert_int_equal(delete_one(view, pupil, world.own_note), STATUS_OK);
	assert_int_equal(write_one(view, pupil, pupil, "surname", "x"),
	    STATUS_DENIED);
	assert_string_equal(refusal,
	    "your role does not write surname of pupil");
	assert_int_equal(write_one(view, pupil, world.record, "what_helps",
			     "x"),
	    STATUS_DENIED);
	assert_int_equal(insert_one(view, pupil, "need", "need_type", "SLCN",
			     NULL),
	    STATUS_DENIED);
	assert_string_equal(refusal, "your role does not write need");
	world_end(&world);
}

/* Also when the value is what is there: that would tell. */
static void
test_hidden_columns_are_not_written(void **state)
{
	struct world world;
	const struct view *view;

	(void)state;
	world_begin(&world);
	view = world_as(&world, "office");
	assert_int_equal(write_one(view, world.pupil, world.fsm, "detail",
			     "since autumn"),
	    STATUS_DENIED);
	assert_int_equal(write_one(view, world.pupil, world.fsm, "value",
			     "TFSM"),
	    STATUS_OK);
	assert_int_equal(write_one(view, world.pupil, world.fsm, "kind",
			     "bereavement"),
	    STATUS_DENIED);
	assert_int_equal(insert_one(view, world.pupil, "circumstance", "kind",
			     "young_carer", NULL),
	    STATUS_OK);
	assert_int_equal(insert_one(view, world.pupil, "circumstance", "kind",
			     "traveller", NULL),
	    STATUS_DENIED);
	assert_int_equal(delete_one(view, world.pupil, world.bereavement),
	    STATUS_NOT_FOUND);
	world_end(&world);
}

/* Attendance belongs to whom it names, not to who wrote it down. */
static void
test_training_is_ones_own_by_its_column(void **state)
{
	struct world world;
	const struct view *view;
	uint64_t mine;

	(void)state;
	world_begin(&world);
	world_insert_by(world.replica, TEACHER, OAK, "training_attendance",
	    "session", "77", "staff", "10", "state", "came", NULL);
	mine = world_insert_by(world.replica, COLLEAGUE, OAK,
	    "training_attendance", "session", "77", "staff", "9", "state",
	    "came", NULL);
	view = world_as(&world, "teacher");
	assert_int_equal(world_count_of(view, "training_attendance"), 1);
	assert_int_equal(write_one(view, OAK, mine, "reflection", "x"),
	    STATUS_OK);
	assert_int_equal(write_one(view, OAK, mine, "staff", "10"),
	    STATUS_DENIED);
	assert_int_equal(insert_one(view, OAK, "training_attendance", "session",
			     "78", "staff", "10", "state", "booked", NULL),
	    STATUS_DENIED);
	assert_int_equal(insert_one(view, OAK, "training_attendance", "session",
			     "78", "staff", "9", "state", "booked", NULL),
	    STATUS_OK);
	world_end(&world);
}

/* Nobody gives themselves an account, or forges what was read. */
static void
test_accounts_and_audit_are_not_written_by_hand(void **state)
{
	struct world world;

	(void)state;
	world_begin(&world);
	assert_int_equal(insert_one(world_as(&world, "lead"), OAK, "login",
			     "login_name", "x", "role", "lead", NULL),
	    STATUS_DENIED);
	world.viewer = (struct viewer){ .set_up = true, .school = OAK };
	assert_int_equal(insert_one(&world.view, OAK, "read_audit", "at",
			     "2026-07-21T09:30:00Z", "act", "opened", NULL),
	    STATUS_DENIED);
	assert_int_equal(view_author(&world.view, 12), 12);
	assert_int_equal(view_author(world_as(&world, "lead"), 12), TEACHER);
	world_end(&world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_teacher_writes_own_notes_and_nothing_else),
		cmocka_unit_test(test_hidden_columns_are_not_written),
		cmocka_unit_test(test_training_is_ones_own_by_its_column),
		cmocka_unit_test(
		    test_accounts_and_audit_are_not_written_by_hand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
