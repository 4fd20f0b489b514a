/*
 * Who is looking: roles by their codes, and the school without an account.
 */
#include "tests/unit/replica/fixture.h"

#include "client/access/viewer.h"

static uint32_t
role(const char *code)
{
	return viewer_roles_of(bytes_of_text(code));
}

static void
test_roles_of_codes(void **state)
{
	(void)state;
	assert_int_equal(role("lead"), ROLE_LEAD);
	assert_int_equal(role("deputy_lead"), ROLE_LEAD);
	assert_int_equal(role("transition_lead"), ROLE_YEAR);
	assert_int_equal(role("teaching_assistant"), ROLE_TEACHER);
	assert_int_equal(role("other"), 0);
	assert_int_equal(role("administrator"), 0);
	assert_int_equal(role(""), 0);
}

/* Each code of the directory but "other" gives some role. */
static void
test_every_code_of_a_role_is_known(void **state)
{
	const struct collection *staff =
	    catalogue_collection(bytes_of_text("staff"));
	const struct column *column =
	    collection_column(staff, bytes_of_text("role"));

	(void)state;
	for (const struct code *code = column->codes->codes; code->code != NULL;
	     code++)
		assert_true((role(code->code) != 0) !=
			    (strcmp(code->code, "other") == 0));
}

static void
test_first_account_ends_the_set_up(void **state)
{
	struct replica *replica = fixture_open(3, OAK);
	struct viewer viewer;
	uint64_t count, login;

	(void)state;
	assert_ok(viewer_count_accounts(replica, &count, err));
	assert_int_equal(count, 0);
	assert_ok(viewer_begin_set_up(replica, &viewer, err));
	assert_true(viewer.set_up);
	login = fixture_insert(replica, OAK, "login", "login_name", "q",
	    "staff", "9", "role", "office", "second_role", "senco", NULL);
	assert_int_equal(viewer_begin_set_up(replica, &viewer, UNREAD),
	    STATUS_DENIED);
	assert_false(viewer.set_up);
	assert_ok(viewer_of_login(replica, login, &viewer, err));
	assert_false(viewer.set_up);
	assert_int_equal(viewer.roles, ROLE_OFFICE | ROLE_SENCO);
	assert_int_equal(viewer.staff, 9);
	assert_int_equal(viewer.school, OAK);
	replica_close(replica);
}

/* A closed account stays one: the school does not go back to its set-up. */
static void
test_disabled_account_is_nobody(void **state)
{
	struct replica *replica = fixture_open(3, OAK);
	struct viewer viewer;
	uint64_t login, pupil;

	(void)state;
	login = fixture_insert(replica, OAK, "login", "login_name", "q", "role",
	    "head", NULL);
	fixture_update(replica, OAK, login, "disabled_on",
	    "2026-07-21T09:30:00Z", NULL);
	assert_int_equal(viewer_of_login(replica, login, &viewer, UNREAD),
	    STATUS_DENIED);
	assert_int_equal(viewer.roles, 0);
	assert_int_equal(viewer_begin_set_up(replica, &viewer, UNREAD),
	    STATUS_DENIED);
	pupil = fixture_pupil(replica, "Lane", OAK);
	assert_int_equal(viewer_of_login(replica, pupil, &viewer, UNREAD),
	    STATUS_DENIED);
	assert_int_equal(viewer_of_login(replica, 12345, &viewer, UNREAD),
	    STATUS_DENIED);
	replica_close(replica);
}

/* A computer that does the same to the account without knowing of the other. */
static void
update_at_both(struct replica *replica, uint64_t login, const char *column,
    const char *here, const char *there)
{
	struct replica *other = fixture_open(4, OAK);
	struct fixture_line line = { 0 };

	fixture_open_dossier(other, OAK);
	fixture_open_dossier(replica, OAK);
	fixture_carry(replica, other, &line);
	fixture_update(replica, OAK, login, column, here, NULL);
	fixture_update(other, OAK, login, column, there, NULL);
	fixture_carry(other, replica, &line);
	arena_deinit(&line.arena);
	replica_close(other);
}

static void
test_roles_in_conflict_give_what_both_give(void **state)
{
	static const char *const ways[2][2] = { { "office", "senco" },
		{ "senco", "office" } };
	struct viewer viewer;

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct replica *replica = fixture_open(3, OAK);
		uint64_t login =
		    fixture_insert(replica, OAK, "login", "login_name", "q",
			"role", "head", "second_role", "teacher", NULL);

		update_at_both(replica, login, "role", ways[i][0], ways[i][1]);
		assert_ok(viewer_of_login(replica, login, &viewer, err));
		assert_int_equal(viewer.roles, ROLE_TEACHER);
		/* Whoever manages accounts says it again, and that is that. */
		fixture_update(replica, OAK, login, "role", "senco", NULL);
		assert_ok(viewer_of_login(replica, login, &viewer, err));
		assert_int_equal(viewer.roles, ROLE_SENCO | ROLE_TEACHER);
		replica_close(replica);
	}
}

static void
test_account_that_one_closed_is_closed(void **state)
{
	struct replica *replica = fixture_open(3, OAK);
	struct viewer viewer;
	uint64_t login;

	(void)state;
	login = fixture_insert(replica, OAK, "login", "login_name", "q", "role",
	    "head", "disabled_on", "2026-07-20T09:30:00Z", NULL);
	update_at_both(replica, login, "disabled_on", "2026-07-21T09:30:00Z",
	    "");
	assert_int_equal(viewer_of_login(replica, login, &viewer, UNREAD),
	    STATUS_DENIED);
	replica_close(replica);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_roles_of_codes),
		cmocka_unit_test(test_every_code_of_a_role_is_known),
		cmocka_unit_test(test_first_account_ends_the_set_up),
		cmocka_unit_test(test_disabled_account_is_nobody),
		cmocka_unit_test(test_roles_in_conflict_give_what_both_give),
		cmocka_unit_test(test_account_that_one_closed_is_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
