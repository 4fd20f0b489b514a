/*
 * Sessions of the page: they lock, end, and follow their account.
 */
#include "tests/unit/access/account.h"

#include "client/access/session.h"

#define MINUTE_MS UINT64_C(60000)

struct desk {
	struct viewer head;
	struct replica *replica;
	struct sessions *sessions;
	struct viewer viewer; /* of the last look */
	uint64_t login;       /* a teacher's */
	struct viewer teacher;
};

static void
desk_begin(struct desk *desk)
{
	*desk = (struct desk){ .sessions = NULL };
	desk->replica = account_school(&desk->head);
	assert_ok(sessions_create(&desk->sessions, err));
	assert_int_equal(account_add(desk->replica, &desk->head, "t", "teacher",
			     &desk->login),
	    STATUS_OK);
	assert_ok(
	    viewer_of_login(desk->replica, desk->login, &desk->teacher, err));
}

static void
desk_end(struct desk *desk)
{
	sessions_destroy(desk->sessions);
	replica_close(desk->replica);
}

static enum session_state
look(struct desk *desk, const char *token, bool touch, uint64_t now_ms)
{
	return session_look(desk->sessions, desk->replica, bytes_of_text(token),
	    touch, now_ms, &desk->viewer, UNREAD);
}

static void
test_token_opens_and_nothing_else_does(void **state)
{
	char token[SESSION_TOKEN_BYTES], other[SESSION_TOKEN_BYTES];
	struct desk desk;

	(void)state;
	desk_begin(&desk);
	session_begin(desk.sessions, &desk.teacher, 0, token);
	session_begin(desk.sessions, &desk.head, 0, other);
	assert_int_equal(strlen(token), 64);
	assert_string_not_equal(token, other);
	assert_int_equal(look(&desk, token, true, 1), SESSION_OPEN);
	assert_true(desk.viewer.login == desk.login);
	assert_int_equal(look(&desk, other, true, 1), SESSION_OPEN);
	assert_int_equal(desk.viewer.roles, ROLE_HEAD);
	token[0] = token[0] == '0' ? '1' : '0';
	assert_int_equal(look(&desk, token, true, 1), SESSION_NONE);
	assert_int_equal(desk.viewer.login, 0);
	assert_int_equal(look(&desk, "", true, 1), SESSION_NONE);
	/* The key of a place that nobody has. */
	memset(token, '0', 64);
	assert_int_equal(look(&desk, token, true, 1), SESSION_NONE);
	session_end(desk.sessions, bytes_of_text(other));
	assert_int_equal(look(&desk, other, true, 1), SESSION_NONE);
	desk_end(&desk);
}

/* A page that asks by itself does not keep it open. */
static void
test_idle_session_locks_and_is_unlocked_by_its_person(void **state)
{
	char token[SESSION_TOKEN_BYTES];
	struct login_attempt attempt;
	struct viewer viewer;
	struct desk desk;

	(void)state;
	desk_begin(&desk);
	session_begin(desk.sessions, &desk.teacher, 0, token);
	assert_int_equal(look(&desk, token, true, 9 * MINUTE_MS), SESSION_OPEN);
	assert_int_equal(look(&desk, token, false, 18 * MINUTE_MS),
	    SESSION_OPEN);
	assert_int_equal(look(&desk, token, true, 19 * MINUTE_MS),
	    SESSION_LOCKED);
	assert_true(desk.viewer.login == desk.login);
	assert_ok(login_enter(desk.replica, "head", bytes_of_text(PASSPHRASE),
	    NOW_MS, &attempt, &viewer, err));
	assert_int_equal(session_unlock(desk.sessions, bytes_of_text(token),
			     &attempt, 20 * MINUTE_MS, UNREAD),
	    STATUS_DENIED);
	assert_ok(login_begin(&attempt, desk.replica, "t", NOW_MS, err));
	assert_ok(login_verify(&attempt, bytes_of_text(OTHER), err));
	assert_int_equal(session_unlock(desk.sessions, bytes_of_text(token),
			     &attempt, 20 * MINUTE_MS, UNREAD),
	    STATUS_DENIED);
	assert_ok(login_verify(&attempt, bytes_of_text(PASSPHRASE), err));
	assert_ok(session_unlock(desk.sessions, bytes_of_text(token), &attempt,
	    20 * MINUTE_MS, err));
	assert_int_equal(look(&desk, token, true, 21 * MINUTE_MS),
	    SESSION_OPEN);
	session_lock(desk.sessions, bytes_of_text(token));
	assert_int_equal(look(&desk, token, true, 21 * MINUTE_MS),
	    SESSION_LOCKED);
	desk_end(&desk);
}

static void
test_idle_time_is_a_setting(void **state)
{
	char token[SESSION_TOKEN_BYTES];
	struct desk desk;

	(void)state;
	desk_begin(&desk);
	session_set_idle(desk.sessions, 1);
	session_begin(desk.sessions, &desk.teacher, 0, token);
	assert_int_equal(look(&desk, token, true, MINUTE_MS), SESSION_LOCKED);
	session_set_idle(desk.sessions, 100000);
	session_begin(desk.sessions, &desk.teacher, 0, token);
	assert_int_equal(look(&desk, token, false, 59 * MINUTE_MS),
	    SESSION_OPEN);
	assert_int_equal(look(&desk, token, false, 60 * MINUTE_MS),
	    SESSION_LOCKED);
	desk_end(&desk);
}

static void
test_idle_time_is_the_schools(void **state)
{
	static const char *const values[] = { "2", "x", "0", "100000" };
	static const uint64_t minutes[] = { 2, 10, 10, 60 };
	char token[SESSION_TOKEN_BYTES];
	uint64_t setting, school;
	struct desk desk;

	(void)state;
	desk_begin(&desk);
	school = account_school_id(desk.replica);
	assert_ok(session_read_settings(desk.sessions, desk.replica, err));
	setting = fixture_insert(desk.replica, school, "setting", "name",
	    "lock_minutes", NULL);
	for (int i = 0; i < 4; i++) {
		fixture_update(desk.replica, school, setting, "value",
		    values[i], NULL);
		assert_ok(
		    session_read_settings(desk.sessions, desk.replica, err));
		session_begin(desk.sessions, &desk.teacher, 0, token);
		assert_int_equal(look(&desk, token, false,
				     minutes[i] * MINUTE_MS - 1),
		    SESSION_OPEN);
		assert_int_equal(look(&desk, token, false,
				     minutes[i] * MINUTE_MS),
		    SESSION_LOCKED);
		session_end(desk.sessions, bytes_of_text(token));
	}
	desk_end(&desk);
}

static void
test_twelve_hours_are_the_end(void **state)
{
	char token[SESSION_TOKEN_BYTES];
	uint64_t minute = 0;
	struct desk desk;

	(void)state;
	desk_begin(&desk);
	session_begin(desk.sessions, &desk.teacher, 0, token);
	for (; minute < 12 * 60; minute += 5)
		assert_int_equal(look(&desk, token, true, minute * MINUTE_MS),
		    SESSION_OPEN);
	assert_int_equal(look(&desk, token, true, minute * MINUTE_MS),
	    SESSION_NONE);
	desk_end(&desk);
}

/* Whatever computer it was that closed it, or changed the role. */
static void
test_session_follows_its_account(void **state)
{
	char token[SESSION_TOKEN_BYTES];
	struct desk desk;

	(void)state;
	desk_begin(&desk);
	session_begin(desk.sessions, &desk.teacher, 0, token);
	fixture_update(desk.replica, account_school_id(desk.replica),
	    desk.login, "role", "office", NULL);
	assert_int_equal(look(&desk, token, true, 1), SESSION_OPEN);
	assert_int_equal(desk.viewer.roles, ROLE_OFFICE);
	fixture_update(desk.replica, account_school_id(desk.replica),
	    desk.login, "disabled_on", "2026-07-21T09:30:00Z", NULL);
	assert_int_equal(look(&desk, token, true, 2), SESSION_NONE);
	fixture_update(desk.replica, account_school_id(desk.replica),
	    desk.login, "disabled_on", "", NULL);
	assert_int_equal(look(&desk, token, true, 3), SESSION_NONE);
	desk_end(&desk);
}

static void
test_too_many_end_the_idlest(void **state)
{
	char tokens[SESSION_COUNT_MAX + 1][SESSION_TOKEN_BYTES];
	struct desk desk;

	(void)state;
	desk_begin(&desk);
	for (int i = 0; i < SESSION_COUNT_MAX; i++)
		session_begin(desk.sessions, &desk.teacher, (uint64_t)i,
		    tokens[i]);
	assert_int_equal(look(&desk, tokens[0], true, 100), SESSION_OPEN);
	session_begin(desk.sessions, &desk.teacher, 101,
	    tokens[SESSION_COUNT_MAX]);
	assert_int_equal(look(&desk, tokens[0], true, 102), SESSION_OPEN);
	assert_int_equal(look(&desk, tokens[1], true, 102), SESSION_NONE);
	assert_int_equal(look(&desk, tokens[2], true, 102), SESSION_OPEN);
	session_end_others(desk.sessions, desk.login, bytes_of_text(tokens[2]));
	assert_int_equal(look(&desk, tokens[2], true, 103), SESSION_OPEN);
	assert_int_equal(look(&desk, tokens[0], true, 103), SESSION_NONE);
	desk_end(&desk);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_token_opens_and_nothing_else_does),
		cmocka_unit_test(
		    test_idle_session_locks_and_is_unlocked_by_its_person),
		cmocka_unit_test(test_idle_time_is_a_setting),
		cmocka_unit_test(test_idle_time_is_the_schools),
		cmocka_unit_test(test_twelve_hours_are_the_end),
		cmocka_unit_test(test_session_follows_its_account),
		cmocka_unit_test(test_too_many_end_the_idlest),
	};

	return cmocka_run_group_tests(tests, account_begin, NULL);
}
