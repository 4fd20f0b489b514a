/* What others write is told to who listens; so is the end of a session. */
#include "tests/unit/interface/office.h"

static void
listen_to(struct person *person)
{
	char head[OFFICE_HEAD_BYTES];

	(void)snprintf(head, sizeof(head),
	    "GET /api/1/events HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\n\r\n",
	    interface_address(person->office->interface), person->cookie);
	person_send(person, head, "");
}

static void
hear(struct person *person, const char *text)
{
	while (strstr(person_text(person), text) == NULL) {
		if (person->is_over)
			fail_msg("%s", person_text(person));
		uv_run(&person->office->loop, UV_RUN_ONCE);
	}
}

static void
test_state_is_told(void **state)
{
	struct person person;

	person_begin(&person, *state, "head");
	person_expect(&person, "GET", "state", NULL, 200);
	assert_true(strlen(person_told(&person, "sentence")) > 0);
	assert_true(
	    json_integer_value(json_object_get(person.json, "waiting")) > 0);
	person_leave(&person);
}

static void
test_what_others_write_is_told(void **state)
{
	struct office *office = *state;
	struct person person, writer;

	person_begin(&person, office, "head");
	person_login(&writer, office, "head");
	listen_to(&person);
	hear(&person, "event: state\n");
	assert_null(strstr(person_text(&person), "event: changed"));
	fixture_pupil(office->replica, "Lane", office->school);
	hear(&person, "event: changed\ndata: {\"collections\":[]}\n");
	buffer_clear(&person.heard);
	person_expect(&writer, "POST", "records/pupil",
	    "{\"values\": {\"forename\": \"Ana\", \"surname\": \"Okafor\", "
	    "\"birth_date\": \"2016-02-29\"}}",
	    201);
	hear(&person, "event: changed\ndata: {\"collections\":[\"pupil\"]}\n");
	person_hang_up(&person);
	person_leave(&person);
	person_leave(&writer);
}

static void
test_end_of_a_session_is_told(void **state)
{
	struct person person, same;

	person_begin(&person, *state, "head");
	same = (struct person){ .office = *state };
	memcpy(same.cookie, person.cookie, sizeof(same.cookie));
	memcpy(same.token, person.token, sizeof(same.token));
	listen_to(&person);
	hear(&person, "event: state\n");
	person_expect(&same, "POST", "session/lock", "{}", 200);
	hear(&person, "event: session\ndata: {\"state\":\"locked\"}\n");
	person_expect(&same, "DELETE", "session", NULL, 200);
	hear(&person, "event: session\ndata: {\"state\":\"none\"}\n");
	while (!person.is_over)
		uv_run(&person.office->loop, UV_RUN_ONCE);
	person_hang_up(&person);
	person_leave(&person);
	person_leave(&same);
}

/* The program ends while somebody listens. */
static void
test_listeners_do_not_hold_the_program(void **state)
{
	struct person person;

	person_begin(&person, *state, "head");
	listen_to(&person);
	hear(&person, "event: state\n");
	interface_close(person.office->interface, NULL, NULL);
	while (!person.is_over)
		uv_run(&person.office->loop, UV_RUN_ONCE);
	person.office->interface = NULL;
	person_hang_up(&person);
	person_leave(&person);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, office_begin, office_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_state_is_told),
		TEST(test_what_others_write_is_told),
		TEST(test_end_of_a_session_is_told),
		TEST(test_listeners_do_not_hold_the_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
