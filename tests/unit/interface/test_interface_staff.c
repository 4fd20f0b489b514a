/* Accounts by the page; and what was refused. */
#include "tests/unit/interface/office.h"

#include <inttypes.h>

static void
test_account_lives_and_ends(void **state)
{
	struct person head, ana;
	char path[64];

	person_begin(&head, *state, "head");
	person_expect(&head, "POST", "staff",
	    "{\"login\": \"ana\", \"passphrase\": \"" PASSPHRASE
	    "\", \"role\": \"teacher\"}",
	    422);
	person_expect(&head, "POST", "staff",
	    "{\"login\": \"ana\", \"passphrase\": \"" PASSPHRASE
	    "\", \"role\": \"teacher\", \"surname\": \"Okafor\", "
	    "\"forename\": \"Ana\"}",
	    201);
	assert_string_equal(person_told(&head, "name"), "Ana Okafor");
	assert_null(strstr(person_text(&head), "secret"));
	(void)snprintf(path, sizeof(path), "staff/%s",
	    person_told(&head, "id"));
	person_login(&ana, *state, "ana");
	person_expect(&ana, "GET", "staff", NULL, 403);
	person_expect(&head, "PATCH", path, "{\"role\": \"senco\"}", 200);
	person_expect(&ana, "GET", "session", NULL, 200);
	assert_string_equal(json_string_value(
				json_array_get(json_object_get(ana.json,
						   "roles"),
				    0)),
	    "senco");
	person_expect(&head, "PATCH", path,
	    "{\"passphrase\": \"a kettle under rain\"}", 200);
	person_expect(&ana, "POST", "session/touch", "{}", 401);
	person_expect(&head, "DELETE", path, "{}", 200);
	assert_true(strlen(person_told(&head, "disabled_on")) > 0);
	person_expect(&ana, "POST", "session",
	    "{\"login\": \"ana\", \"passphrase\": \"a kettle under rain\"}",
	    401);
	person_expect(&head, "GET", "staff", NULL, 200);
	assert_int_equal(json_array_size(json_object_get(head.json, "items")),
	    2);
	person_leave(&head);
	person_leave(&ana);
}

/* One's own account does not end by mistake: the last that manages stays. */
static void
test_last_manager_stays(void **state)
{
	struct person head;
	char path[64];

	person_begin(&head, *state, "head");
	person_expect(&head, "GET", "staff", NULL, 200);
	(void)snprintf(path, sizeof(path), "staff/%s",
	    json_string_value(
		json_object_get(json_array_get(json_object_get(head.json,
						   "items"),
				    0),
		    "id")));
	person_expect(&head, "DELETE", path, "{}", 403);
	person_expect(&head, "DELETE", "staff/zoe", "{}", 404);
	person_leave(&head);
}

static uint64_t
refuse_one(struct office *office)
{
	struct replica *replica = office->replica;
	uint64_t pupil = fixture_pupil(replica, "Lane", office->school);
	uint64_t commit =
	    fixture_update(replica, pupil, pupil, "forename", "Thea", NULL);

	assert_ok(replica_begin(replica, err));
	assert_ok(
	    pending_set_aside(replica, commit, REFUSAL_RIGHTS, NOW_MS, err));
	assert_ok(replica_commit(replica, err));
	return commit;
}

static void
test_refused_entry_is_sent_again_or_let_go(void **state)
{
	uint64_t first = refuse_one(*state), second = refuse_one(*state);
	struct person head;
	char path[64];

	person_begin(&head, *state, "head");
	person_expect(&head, "GET", "refused", NULL, 200);
	assert_int_equal(json_array_size(json_object_get(head.json, "items")),
	    2);
	assert_non_null(strstr(person_text(&head), "Thea"));
	assert_non_null(strstr(person_text(&head), "Teodora Lane"));
	(void)snprintf(path, sizeof(path), "refused/%" PRIu64 "/retry", first);
	person_expect(&head, "POST", path, "{}", 200);
	person_expect(&head, "POST", path, "{}", 404);
	(void)snprintf(path, sizeof(path), "refused/%" PRIu64, second);
	person_expect(&head, "DELETE", path, "{}", 200);
	person_expect(&head, "GET", "refused", NULL, 200);
	assert_int_equal(json_array_size(json_object_get(head.json, "items")),
	    0);
	person_leave(&head);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, office_begin, office_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_account_lives_and_ends),
		TEST(test_last_manager_stays),
		TEST(test_refused_entry_is_sent_again_or_let_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
