/* A child's transfer is opened, looked at and cancelled by the page; and
 * the morning report. */
#include "tests/unit/interface/office.h"

#include <inttypes.h>

#include "client/transfer/transfer.h"

static void
test_transfer_is_opened_once_and_cancelled(void **state)
{
	struct office *office = *state;
	uint64_t pupil = fixture_pupil(office->replica, "Lane", office->school);
	uint64_t elm = fixture_insert(office->replica, 0, "school", "name",
	    "Elm School", "phase", "junior", "member", "Y", NULL);
	struct person person;
	const json_t *item;
	char body[192], preview[192], path[64];

	(void)snprintf(body, sizeof(body),
	    "{\"pupils\": [\"%" PRIu64 "\"], \"to\": \"%" PRIu64 "\"}", pupil,
	    elm);
	(void)snprintf(preview, sizeof(preview),
	    "{\"pupils\": [\"%" PRIu64 "\"], \"to\": \"%" PRIu64
	    "\", \"preview\": true}",
	    pupil, elm);
	person_begin(&person, office, "head");
	person_expect(&person, "POST", "transfers", preview, 200);
	person_expect(&person, "GET", "transfers", NULL, 200);
	assert_int_equal(json_array_size(json_object_get(person.json, "items")),
	    0);
	person_expect(&person, "POST", "transfers", body, 200);
	person_expect(&person, "POST", "transfers", body, 200);
	assert_non_null(
	    strstr(person_text(&person), "has an open transfer already"));
	person_expect(&person, "GET", "transfers?state=open", NULL, 200);
	item = json_array_get(json_object_get(person.json, "items"), 0);
	assert_string_equal(json_string_value(json_object_get(item, "name")),
	    "Teodora Lane");
	(void)snprintf(path, sizeof(path), "transfers/%s/cancel",
	    json_string_value(json_object_get(item, "id")));
	person_expect(&person, "POST", path, "{\"reason\": \"they stay\"}",
	    200);
	person_expect(&person, "GET", "transfers?state=open", NULL, 200);
	assert_int_equal(json_array_size(json_object_get(person.json, "items")),
	    0);
	person_expect(&person, "POST", "transfers/7/answer", "{\"ours\": true}",
	    404);
	person_expect(&person, "POST", "transfers", "{\"to\": \"7\"}", 422);
	person_leave(&person);
}

/* Of now; and of a night that there was not. */
static void
test_report_is_made(void **state)
{
	struct person person;

	fixture_pupil(((struct office *)*state)->replica, "Lane", OAK);
	person_begin(&person, *state, "head");
	person_expect(&person, "GET", "report", NULL, 200);
	assert_string_equal(person_told(&person, "for"), "school");
	assert_true(json_is_array(json_object_get(person.json, "findings")));
	person_expect(&person, "GET", "report?day=2020-01-01", NULL, 404);
	person_leave(&person);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, office_begin, office_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_transfer_is_opened_once_and_cancelled),
		TEST(test_report_is_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
