/*
 * Accounts: entering, the first one, changing and closing them.
 */
#include "tests/unit/access/account.h"

#include <inttypes.h>

#include "client/access/rights.h"

/* --- entering ------------------------------------------------------------- */

static void
test_entering_by_name_and_passphrase(void **state)
{
	struct viewer head, viewer;
	struct replica *replica = account_school(&head);

	(void)state;
	assert_int_equal(account_enter(replica, "head", PASSPHRASE, NOW_MS,
			     &viewer),
	    STATUS_OK);
	assert_int_equal(viewer.roles, ROLE_HEAD);
	assert_true(viewer.staff != 0 && viewer.staff == head.staff);
	assert_int_equal(account_enter(replica, " HEAD ", PASSPHRASE, NOW_MS,
			     &viewer),
	    STATUS_OK);
	assert_int_equal(account_enter(replica, "head", OTHER, NOW_MS, &viewer),
	    STATUS_DENIED);
	assert_int_equal(viewer.roles, 0);
	replica_close(replica);
}

/* Neither the sentence nor the waiting tells which names there are. */
static void
test_unknown_name_is_told_the_same(void **state)
{
	static const char *const names[] = { "head", "nobody", "gone" };
	struct viewer head, viewer;
	struct replica *replica = account_school(&head);
	struct login_attempt attempt;
	struct error told[2] = { 0 };
	uint64_t login;

	(void)state;
	assert_int_equal(account_add(replica, &head, "gone", "office", &login),
	    STATUS_OK);
	assert_ok(login_close(replica, &head, login, NULL, NOW_MS, err));
	for (int i = 0; i < 3; i++) {
		for (int k = 0; k < 4; k++)
			assert_int_equal(login_enter(replica, names[i],
					     bytes_of_text(OTHER), NOW_MS,
					     &attempt, &viewer, &told[k == 3]),
			    STATUS_DENIED);
		assert_string_equal(told[0].text,
		    "the name or the passphrase is not right");
		assert_non_null(strstr(told[1].text, "try again in 1 s"));
	}
	assert_int_equal(account_enter(replica, "", OTHER, NOW_MS, &viewer),
	    STATUS_DENIED);
	assert_int_equal(account_enter(replica, "a b", OTHER, NOW_MS, &viewer),
	    STATUS_DENIED);
	replica_close(replica);
}

static void
test_right_passphrase_forgets_wrong_tries(void **state)
{
	struct viewer viewer;
	struct replica *replica = account_school(&viewer);

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 2; i++)
			assert_int_equal(account_enter(replica, "head", OTHER,
					     NOW_MS, &viewer),
			    STATUS_DENIED);
		assert_int_equal(account_enter(replica, "head", PASSPHRASE,
				     NOW_MS, &viewer),
		    STATUS_OK);
	}
	/* While one waits, not even the right one is looked at. */
	for (int i = 0; i < 3; i++)
		(void)account_enter(replica, "head", OTHER, NOW_MS, &viewer);
	assert_int_equal(account_enter(replica, "head", PASSPHRASE, NOW_MS,
			     &viewer),
	    STATUS_DENIED);
	assert_int_equal(account_enter(replica, "head", PASSPHRASE,
			     NOW_MS + 1000, &viewer),
	    STATUS_OK);
	replica_close(replica);
}

/* --- making --------------------------------------------------------------- */

static void
test_first_account_can_make_others(void **state)
{
	struct replica *replica = account_open();
	struct viewer keeper, head;
	uint64_t login = 0;

	(void)state;
	assert_ok(viewer_begin_set_up(replica, &keeper, err));
	assert_int_equal(account_add(replica, &keeper, "o", "office", &login),
	    STATUS_INVALID);
	assert_int_equal(account_add(replica, &keeper, "h", "head", &login),
	    STATUS_OK);
	/* The set-up is over, also for who was in the middle of it. */
	assert_int_equal(account_add(replica, &keeper, "h2", "head", &login),
	    STATUS_DENIED);
	assert_ok(viewer_of_login(replica, login, &head, err));
	assert_int_equal(account_add(replica, &head, "o", "office", &login),
	    STATUS_OK);
	assert_int_equal(account_add(replica, &head, "O", "office", &login),
	    STATUS_EXISTS);
	assert_int_equal(account_add(replica, &head, "a b", "office", &login),
	    STATUS_INVALID);
	assert_int_equal(account_add(replica, &head, "x", "wizard", &login),
	    STATUS_INVALID);
	replica_close(replica);
}

/* Who has only just joined, or made the database anew, does not know yet that
 * there are accounts. */
static void
test_nobody_is_first_before_the_first_sync(void **state)
{
	struct replica *replica = fixture_open(3, OAK);
	struct viewer keeper;
	uint64_t login;

	(void)state;
	assert_ok(viewer_begin_set_up(replica, &keeper, err));
	assert_int_equal(account_add(replica, &keeper, "h", "head", &login),
	    STATUS_NOT_FOUND);
	replica_close(replica);
}

static void
test_only_lead_and_head_manage_accounts(void **state)
{
	static const char *const roles[] = { "lead", "deputy_lead", "senco",
		"transition_lead", "office", "teacher", "other" };
	struct viewer head, viewer;
	struct replica *replica = account_school(&head);
	uint64_t login, made;

	(void)state;
	for (int i = 0; i < 7; i++) {
		bool may = i < 2;

		assert_int_equal(account_add(replica, &head, roles[i], roles[i],
				     &login),
		    STATUS_OK);
		assert_ok(viewer_of_login(replica, login, &viewer, err));
		assert_int_equal(account_add(replica, &viewer,
				     may ? "m1" : "m2", "teacher", &made),
		    may && i == 0 ? STATUS_OK
		    : may         ? STATUS_EXISTS
				  : STATUS_DENIED);
		if (may)
			continue;
		assert_int_equal(login_set_roles(replica, &viewer, login,
				     "head", NULL, NOW_MS, UNREAD),
		    STATUS_DENIED);
		assert_int_equal(login_close(replica, &viewer, head.login, NULL,
				     NOW_MS, UNREAD),
		    STATUS_DENIED);
		assert_int_equal(login_set_passphrase(replica, &viewer,
				     head.login, NULL, bytes_of_text(OTHER),
				     NOW_MS, UNREAD),
		    STATUS_DENIED);
	}
	replica_close(replica);
}

/* For somebody who stands in the directory already. */
static void
test_account_of_known_staff(void **state)
{
	struct viewer head, viewer;
	struct replica *replica = account_school(&head);
	struct login_new account = {
		.login_name = "known",
		.role = "teacher",
		.passphrase = bytes_of_text(PASSPHRASE),
	};
	char school[32];
	uint64_t login;

	(void)state;
	snprintf(school, sizeof(school), "%" PRIu64,
	    account_school_id(replica));
	account.staff = fixture_insert(replica, 0, "staff", "school", school,
	    "surname", "Lane", "forename", "Idris", "role", "teacher", NULL);
	assert_ok(login_add(replica, &head, &account, NOW_MS, &login, err));
	assert_ok(viewer_of_login(replica, login, &viewer, err));
	assert_true(viewer.staff == account.staff);
	account.login_name = "foreign";
	account.staff = fixture_insert(replica, 0, "staff", "school", "102",
	    "surname", "Moss", "forename", "Ada", "role", "teacher", NULL);
	assert_int_equal(login_add(replica, &head, &account, NOW_MS, &login,
			     UNREAD),
	    STATUS_NOT_FOUND);
	replica_close(replica);
}

/* --- changing ------------------------------------------------------------- */

static void
test_own_passphrase_needs_the_present_one(void **state)
{
	struct viewer head, viewer;
	struct replica *replica = account_school(&head);
	struct login_attempt proof;
	uint64_t login;

	(void)state;
	assert_int_equal(account_add(replica, &head, "t", "teacher", &login),
	    STATUS_OK);
	assert_ok(login_enter(replica, "t", bytes_of_text(PASSPHRASE), NOW_MS,
	    &proof, &viewer, err));
	assert_int_equal(login_set_passphrase(replica, &viewer, login, NULL,
			     bytes_of_text(OTHER), NOW_MS, UNREAD),
	    STATUS_DENIED);
	assert_int_equal(login_set_passphrase(replica, &viewer, login, &proof,
			     bytes_of_text("short"), NOW_MS, UNREAD),
	    STATUS_INVALID);
	assert_ok(login_set_passphrase(replica, &viewer, login, &proof,
	    bytes_of_text(OTHER), NOW_MS, err));
	assert_int_equal(account_enter(replica, "t", PASSPHRASE, NOW_MS,
			     &viewer),
	    STATUS_DENIED);
	assert_int_equal(account_enter(replica, "t", OTHER, NOW_MS, &viewer),
	    STATUS_OK);
	/* Who manages accounts sets a new one for who forgot theirs. */
	assert_ok(login_set_passphrase(replica, &head, login, NULL,
	    bytes_of_text(PASSPHRASE), NOW_MS, err));
	assert_int_equal(account_enter(replica, "t", PASSPHRASE, NOW_MS,
			     &viewer),
	    STATUS_OK);
	/* Not their own, by a page left open. */
	assert_int_equal(login_set_passphrase(replica, &head, head.login, NULL,
			     bytes_of_text(OTHER), NOW_MS, UNREAD),
	    STATUS_DENIED);
	replica_close(replica);
}

static void
test_roles_change_at_once_and_in_the_directory(void **state)
{
	struct viewer head, viewer;
	struct replica *replica = account_school(&head);
	uint64_t login;

	(void)state;
	assert_int_equal(account_add(replica, &head, "t", "teacher", &login),
	    STATUS_OK);
	assert_ok(login_set_roles(replica, &head, login, "office", "senco",
	    NOW_MS, err));
	assert_ok(viewer_of_login(replica, login, &viewer, err));
	assert_int_equal(viewer.roles, ROLE_OFFICE | ROLE_SENCO);
	fixture_assert_text(replica, viewer.staff, "role", "office");
	fixture_assert_text(replica, viewer.staff, "second_role", "senco");
	assert_ok(login_set_roles(replica, &head, login, "teacher", NULL,
	    NOW_MS, err));
	fixture_assert_text(replica, viewer.staff, "second_role", NULL);
	replica_close(replica);
}

/* --- leaving -------------------------------------------------------------- */

static void
test_leaver_is_closed_out_and_noted(void **state)
{
	struct viewer head, viewer;
	struct replica *replica = account_school(&head);
	uint64_t login;

	(void)state;
	assert_int_equal(account_add(replica, &head, "t", "teacher", &login),
	    STATUS_OK);
	assert_ok(viewer_of_login(replica, login, &viewer, err));
	assert_ok(
	    login_close(replica, &head, login, "2026-07-21", NOW_MS, err));
	fixture_assert_text(replica, viewer.staff, "left_on", "2026-07-21");
	assert_int_equal(account_enter(replica, "t", PASSPHRASE, NOW_MS,
			     &viewer),
	    STATUS_DENIED);
	assert_int_equal(login_close(replica, &head, login, NULL, NOW_MS,
			     UNREAD),
	    STATUS_NOT_FOUND);
	assert_int_equal(login_set_passphrase(replica, &head, login, NULL,
			     bytes_of_text(OTHER), NOW_MS, UNREAD),
	    STATUS_NOT_FOUND);
	/* Their name is not given to another, who would be taken for them. */
	assert_int_equal(account_add(replica, &head, "t", "teacher", &login),
	    STATUS_EXISTS);
	replica_close(replica);
}

static void
test_last_account_that_manages_stays(void **state)
{
	struct viewer head;
	struct replica *replica = account_school(&head);
	uint64_t lead, teacher;

	(void)state;
	assert_int_equal(account_add(replica, &head, "t", "teacher", &teacher),
	    STATUS_OK);
	assert_int_equal(login_close(replica, &head, head.login, NULL, NOW_MS,
			     UNREAD),
	    STATUS_DENIED);
	assert_int_equal(login_set_roles(replica, &head, head.login, "teacher",
			     NULL, NOW_MS, UNREAD),
	    STATUS_DENIED);
	assert_int_equal(account_add(replica, &head, "l", "lead", &lead),
	    STATUS_OK);
	assert_ok(login_close(replica, &head, lead, NULL, NOW_MS, err));
	assert_int_equal(login_close(replica, &head, head.login, NULL, NOW_MS,
			     UNREAD),
	    STATUS_DENIED);
	assert_ok(login_set_roles(replica, &head, teacher, "teacher", "head",
	    NOW_MS, err));
	assert_ok(login_close(replica, &head, head.login, NULL, NOW_MS, err));
	replica_close(replica);
}

/* --- two computers -------------------------------------------------------- */

/* Two made the same name at once: everywhere the same one counts. */
static void
test_same_name_twice_is_the_lesser_number(void **state)
{
	struct viewer head, viewer;
	struct replica *replica = account_school(&head);
	uint64_t first, second, found;

	(void)state;
	assert_int_equal(account_add(replica, &head, "t", "teacher", &first),
	    STATUS_OK);
	second = fixture_insert(replica, account_school_id(replica), "login",
	    "login_name", "T", "role", "head", NULL);
	assert_true(first < second);
	assert_int_equal(account_enter(replica, "t", PASSPHRASE, NOW_MS,
			     &viewer),
	    STATUS_OK);
	assert_true(viewer.login == first);
	assert_ok(login_close(replica, &head, first, NULL, NOW_MS, err));
	assert_ok(login_find(replica, "t", &found, err));
	assert_true(found == second);
	assert_int_equal(login_find(replica, "nobody", &found, UNREAD),
	    STATUS_NOT_FOUND);
	replica_close(replica);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entering_by_name_and_passphrase),
		cmocka_unit_test(test_unknown_name_is_told_the_same),
		cmocka_unit_test(test_right_passphrase_forgets_wrong_tries),
		cmocka_unit_test(test_first_account_can_make_others),
		cmocka_unit_test(test_nobody_is_first_before_the_first_sync),
		cmocka_unit_test(test_only_lead_and_head_manage_accounts),
		cmocka_unit_test(test_account_of_known_staff),
		cmocka_unit_test(test_own_passphrase_needs_the_present_one),
		cmocka_unit_test(
		    test_roles_change_at_once_and_in_the_directory),
		cmocka_unit_test(test_leaver_is_closed_out_and_noted),
		cmocka_unit_test(test_last_account_that_manages_stays),
		cmocka_unit_test(test_same_name_twice_is_the_lesser_number),
	};

	return cmocka_run_group_tests(tests, account_begin, NULL);
}
