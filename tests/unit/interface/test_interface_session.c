/* Who may speak: the set-up, sessions, and pages of others. */
#include "tests/unit/interface/office.h"

#define LOGIN(name, passphrase) \
	"{\"login\": \"" name "\", \"passphrase\": \"" passphrase "\"}"

/* As long as there is no account, there is nothing but the set-up. */
static void
test_first_account_is_made_by_the_page(void **state)
{
	struct person person = { .office = *state };

	person_expect(&person, "GET", "session", NULL, 200);
	assert_string_equal(person_told(&person, "state"), "setup");
	person_expect(&person, "POST", "session/touch", "{}", 401);
	person_expect(&person, "POST", "setup", LOGIN("head", PASSPHRASE), 422);
	person_expect(&person, "POST", "setup",
	    "{\"login\": \"t\", \"passphrase\": \"" PASSPHRASE "\", \"role\": "
	    "\"teacher\", \"surname\": \"B\", \"forename\": \"A\"}",
	    422);
	person_expect(&person, "POST", "setup",
	    "{\"login\": \"Head\", \"passphrase\": \"" PASSPHRASE
	    "\", \"role\": \"head\", \"surname\": \"Brandt\", \"forename\": "
	    "\"Ana\"}",
	    200);
	assert_string_equal(person_told(&person, "state"), "open");
	assert_string_equal(person_told(&person, "name"), "Ana Brandt");
	person_expect(&person, "POST", "session/touch", "{}", 200);
	person_expect(&person, "POST", "setup", LOGIN("b", PASSPHRASE), 403);
	person_leave(&person);
}

static void
test_session_opens_locks_and_ends(void **state)
{
	struct person person;

	person_begin(&person, *state, "head");
	assert_string_equal(json_string_value(
				json_array_get(json_object_get(person.json,
						   "roles"),
				    0)),
	    "head");
	assert_true(strstr(person.cookie, "throughline-") != NULL);
	person_expect(&person, "POST", "session/lock", "{}", 200);
	person_expect(&person, "POST", "session/touch", "{}", 401);
	assert_true(json_is_true(json_object_get(person.json, "locked")));
	person_expect(&person, "GET", "session", NULL, 200);
	assert_string_equal(person_told(&person, "state"), "locked");
	person_expect(&person, "POST", "session/unlock",
	    "{\"passphrase\": \"something else\"}", 401);
	person_expect(&person, "POST", "session/unlock",
	    "{\"passphrase\": \"" PASSPHRASE "\"}", 200);
	assert_string_equal(person_told(&person, "state"), "open");
	person_expect(&person, "DELETE", "session", NULL, 200);
	person_expect(&person, "POST", "session/touch", "{}", 401);
	person_leave(&person);
}

/* Whoever else was logged in by the old one is out. */
static void
test_passphrase_is_changed(void **state)
{
	struct person person, other;

	person_begin(&person, *state, "head");
	person_login(&other, *state, "head");
	person_expect(&person, "POST", "session/passphrase",
	    "{\"old\": \"not it\", \"new\": \"a kettle under rain\"}", 422);
	person_expect(&person, "POST", "session/passphrase",
	    "{\"old\": \"" PASSPHRASE "\", \"new\": \"short\"}", 422);
	person_expect(&person, "POST", "session/passphrase",
	    "{\"old\": \"" PASSPHRASE "\", \"new\": \"a kettle under rain\"}",
	    200);
	person_expect(&person, "POST", "session/touch", "{}", 200);
	person_expect(&other, "POST", "session/touch", "{}", 401);
	person_expect(&other, "POST", "session", LOGIN("head", PASSPHRASE),
	    401);
	person_expect(&other, "POST", "session",
	    LOGIN("head", "a kettle under rain"), 200);
	person_leave(&person);
	person_leave(&other);
}

static void
test_wrong_tries_have_to_wait(void **state)
{
	struct person person = { .office = *state };
	int code = 401;

	person_begin(&person, *state, "head");
	for (int i = 0; i < 8 && code == 401; i++)
		code = person_ask(&person, "POST", "session",
		    LOGIN("nobody", "four wrong words"));
	assert_int_equal(code, 429);
	assert_non_null(strstr(person_text(&person), "Retry-After: "));
	person_leave(&person);
}

/* A cookie goes along by itself; the token has to be known. */
static void
test_pages_of_others_are_refused(void **state)
{
	struct person person;
	char token[TOKEN_BYTES];

	person_begin(&person, *state, "head");
	memcpy(token, person.token, sizeof(token));
	person.token[0] ^= 1;
	person_expect(&person, "POST", "session/touch", "{}", 403);
	person.token[0] = '\0';
	person_expect(&person, "DELETE", "session", NULL, 403);
	memcpy(person.token, token, sizeof(token));
	person.extra = "Sec-Fetch-Site: cross-site\r\n";
	person_expect(&person, "POST", "session/touch", "{}", 403);
	person.extra = "Host: evil.example\r\n";
	person_expect(&person, "GET", "session", NULL, 400);
	person.extra = "Origin: http://evil.example\r\n";
	person_expect(&person, "GET", "session", NULL, 403);
	person.extra = NULL;
	person_expect(&person, "POST", "session/touch", "{}", 200);
	person_leave(&person);
}

static void
test_bodies_have_to_be_objects_of_a_size(void **state)
{
	static char large[HTTP_BODY_BYTES + 16];
	struct person person = { .office = *state };

	memset(large, ' ', sizeof(large) - 1);
	person_expect(&person, "POST", "session", "[]", 400);
	person_expect(&person, "POST", "session", "{\"a\": 1, \"a\": 2}", 400);
	person_expect(&person, "POST", "session", "{\"login\": 7}", 422);
	person_expect(&person, "POST", "session", large, 413);
	person_expect(&person, "GET", "nothing", NULL, 404);
	person_expect(&person, "GET", "session/", NULL, 404);
	person_expect(&person, "PATCH", "session", "{}", 405);
	person_leave(&person);
}

static void
test_page_is_given_out(void **state)
{
	struct person person = { .office = *state };

	person_expect(&person, "GET", "/", NULL, 200);
	assert_non_null(strstr(person_text(&person), "<!doctype html>"));
	assert_non_null(strstr(person_text(&person), "text/html"));
	person_expect(&person, "GET", "/assets/main-1.js", NULL, 200);
	assert_non_null(strstr(person_text(&person), "immutable"));
	person_expect(&person, "GET", "/assets/none.js", NULL, 404);
	person.extra = "If-None-Match: \"d1\"\r\n";
	person_expect(&person, "GET", "/", NULL, 304);
	person_leave(&person);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, office_begin, office_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_first_account_is_made_by_the_page),
		TEST(test_session_opens_locks_and_ends),
		TEST(test_passphrase_is_changed),
		TEST(test_wrong_tries_have_to_wait),
		TEST(test_pages_of_others_are_refused),
		TEST(test_bodies_have_to_be_objects_of_a_size),
		TEST(test_page_is_given_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
