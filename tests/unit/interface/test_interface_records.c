/* Records, children and conflicts: seen and written as access has it. */
#include "tests/unit/interface/office.h"

#include <inttypes.h>

static uint64_t
child(struct office *office)
{
	uint64_t pupil = fixture_pupil(office->replica, "Lane", office->school);

	fixture_insert(office->replica, pupil, "contact", "surname", "Lane",
	    NULL);
	return pupil;
}

/* "before" ID "behind", until the next call. */
static const char *
route_of(const char *before, uint64_t id, const char *behind)
{
	static char text[128];

	(void)snprintf(text, sizeof(text), "%s%" PRIu64 "%s", before, id,
	    behind);
	return text;
}

static const json_t *
value_of(const struct person *person, const char *column)
{
	return json_object_get(json_object_get(person->json, "values"), column);
}

static bool
counting(void *context, const struct record *record)
{
	(void)record;
	++*(int *)context;
	return true;
}

static int
count_audits(struct office *office)
{
	struct record_query query = {
		.collection = catalogue_collection(bytes_of_text("read_audit")),
	};
	int count = 0;

	assert_ok(record_each(office->replica, &query, counting, &count, err));
	return count;
}

static void
test_catalogue_shows_what_the_role_sees(void **state)
{
	struct person head, teacher;
	size_t all, some;

	person_begin(&head, *state, "head");
	person_begin(&teacher, *state, "teacher");
	person_expect(&head, "GET", "catalogue", NULL, 200);
	all = json_array_size(json_object_get(head.json, "collections"));
	person_expect(&teacher, "GET", "catalogue", NULL, 200);
	some = json_array_size(json_object_get(teacher.json, "collections"));
	assert_true(all > 40);
	assert_true(some > 5 && some < all);
	person_leave(&head);
	person_leave(&teacher);
}

/* The whole file, and that somebody opened it is kept. */
static void
test_child_is_found_and_opened(void **state)
{
	struct person person;
	const json_t *item;
	uint64_t pupil = child(*state);

	person_begin(&person, *state, "head");
	person_expect(&person, "GET", "pupils?find=lan+teo", NULL, 200);
	item = json_array_get(json_object_get(person.json, "items"), 0);
	assert_string_equal(json_string_value(json_object_get(item, "name")),
	    "Teodora Lane");
	person_expect(&person, "GET", "pupils?find=nobody", NULL, 200);
	assert_int_equal(json_array_size(json_object_get(person.json, "items")),
	    0);
	person_expect(&person, "GET", "pupils", NULL, 200);
	assert_int_equal(json_array_size(json_object_get(person.json, "items")),
	    1);
	assert_int_equal(count_audits(*state), 0);
	person_expect(&person, "GET", route_of("pupils/", pupil, ""), NULL,
	    200);
	assert_int_equal(count_audits(*state), 1);
	assert_true(
	    json_array_size(json_object_get(person.json, "sections")) > 5);
	person_expect(&person, "GET", "pupils/12", NULL, 404);
	person_expect(&person, "GET", "pupils/zoe", NULL, 404);
	person_expect(&person, "GET", "pupils?limit=201", NULL, 422);
	person_leave(&person);
}

/* A list that is asked for again is not sent again, until somebody writes. */
static void
test_lists_are_told_apart(void **state)
{
	static char head[160];
	struct person person;
	const char *etag;

	child(*state);
	person_begin(&person, *state, "head");
	person_expect(&person, "GET", "pupils", NULL, 200);
	etag = strstr(person_text(&person), "ETag: ");
	assert_non_null(etag);
	(void)snprintf(head, sizeof(head), "If-None-Match: %.*s\r\n",
	    (int)strcspn(etag + 6, "\r"), etag + 6);
	person.extra = head;
	person_expect(&person, "GET", "pupils", NULL, 304);
	child(*state);
	person_expect(&person, "GET", "pupils", NULL, 200);
	assert_int_equal(json_array_size(json_object_get(person.json, "items")),
	    2);
	person_leave(&person);
}

static void
test_pages_of_a_list_follow_each_other(void **state)
{
	struct person person;
	const char *next;

	for (int i = 0; i < 3; i++)
		child(*state);
	person_begin(&person, *state, "head");
	person_expect(&person, "GET", "records/pupil?limit=2", NULL, 200);
	next = person_told(&person, "next");
	person_expect(&person, "GET",
	    route_of("records/pupil?limit=2&after=", strtoull(next, NULL, 10),
		""),
	    NULL, 200);
	assert_int_equal(json_array_size(json_object_get(person.json, "items")),
	    1);
	assert_true(json_is_null(json_object_get(person.json, "next")));
	person_expect(&person, "GET", "records/pupil?surname=Lane", NULL, 200);
	person_expect(&person, "GET", "records/pupil?nothing=1", NULL, 422);
	person_expect(&person, "GET", "records/nothing", NULL, 404);
	person_leave(&person);
}

/* What somebody else wrote meanwhile is never written over unseen. */
static void
test_stale_write_is_refused(void **state)
{
	struct office *office = *state;
	uint64_t pupil = child(office);
	struct person person;

	person_begin(&person, office, "head");
	person_expect(&person, "PATCH", route_of("records/pupil/", pupil, ""),
	    "{\"values\": {\"forename\": \"Tea\"}, \"was\": {\"forename\": "
	    "\"Teodora\"}}",
	    200);
	assert_string_equal(json_string_value(value_of(&person, "forename")),
	    "Tea");
	fixture_update(office->replica, pupil, pupil, "forename", "Thea", NULL);
	person_expect(&person, "PATCH", route_of("records/pupil/", pupil, ""),
	    "{\"values\": {\"forename\": \"Dora\"}, \"was\": {\"forename\": "
	    "\"Tea\"}}",
	    409);
	assert_string_equal(json_string_value(
				json_array_get(json_object_get(person.json,
						   "changed"),
				    0)),
	    "forename");
	fixture_assert_text(office->replica, pupil, "forename", "Thea");
	person_expect(&person, "PATCH", route_of("records/pupil/", pupil, ""),
	    "{\"values\": {\"forename\": \"Dora\"}}", 409);
	person_leave(&person);
}

static void
test_form_is_answered_by_field(void **state)
{
	struct office *office = *state;
	uint64_t pupil = child(office);
	struct person person;
	const json_t *fields;

	person_begin(&person, office, "head");
	person_expect(&person, "PATCH", route_of("records/pupil/", pupil, ""),
	    "{\"values\": {\"birth_date\": \"19/1/2015\", \"forename\": 7}, "
	    "\"was\": {\"birth_date\": \"2015-01-19\", \"forename\": "
	    "\"Teodora\"}}",
	    422);
	fields = json_object_get(person.json, "fields");
	assert_int_equal(json_object_size(fields), 2);
	person_expect(&person, "POST", "records/pupil",
	    "{\"values\": {\"forename\": \"Zo\\u00eb\"}}", 422);
	assert_non_null(
	    json_object_get(json_object_get(person.json, "fields"), "surname"));
	person_expect(&person, "POST", "records/pupil",
	    "{\"values\": {\"forename\": \"Zo\\u00eb\", \"surname\": "
	    "\"<script>alert(1)</script>\", \"birth_date\": \"2016-02-29\"}}",
	    201);
	/* Text is text: its type says so, and nobody guesses another. */
	assert_string_equal(json_string_value(value_of(&person, "surname")),
	    "<script>alert(1)</script>");
	assert_non_null(
	    strstr(person_text(&person), "Content-Type: application/json\r\n"));
	assert_non_null(strstr(person_text(&person),
	    "X-Content-Type-Options: nosniff\r\n"));
	person_leave(&person);
}

static void
test_record_is_made_and_deleted(void **state)
{
	struct office *office = *state;
	uint64_t pupil = child(office);
	struct person person;
	char body[256], path[128];

	person_begin(&person, office, "head");
	(void)snprintf(body, sizeof(body),
	    "{\"dossier\": \"%" PRIu64
	    "\", \"values\": {\"category\": \"praise\", "
	    "\"happened_on\": \"2026-05-05\", \"text\": \"helped\"}}",
	    pupil);
	person_expect(&person, "POST", "records/note", body, 201);
	(void)snprintf(path, sizeof(path), "records/note/%s",
	    person_told(&person, "id"));
	(void)snprintf(body, sizeof(body), "{\"version\": \"%s\"}",
	    person_told(&person, "version"));
	person_expect(&person, "DELETE", path, "{\"version\": \"0\"}", 409);
	if (json_is_true(json_object_get(json_object_get(person.json, "record"),
		"may_delete"))) {
		person_expect(&person, "DELETE", path, body, 200);
		person_expect(&person, "GET", path, NULL, 404);
	}
	person_leave(&person);
}

static void
test_history_tells_who_and_when(void **state)
{
	struct office *office = *state;
	uint64_t pupil = child(office);
	struct person person;
	const json_t *last;

	fixture_update(office->replica, pupil, pupil, "forename", "Thea", NULL);
	person_begin(&person, office, "head");
	person_expect(&person, "GET",
	    route_of("records/pupil/", pupil, "/history"), NULL, 200);
	last = json_array_get(json_object_get(person.json, "items"), 0);
	assert_string_equal(json_string_value(
				json_object_get(json_object_get(last,
						    "changes"),
				    "forename")),
	    "Thea");
	person_expect(&person, "GET",
	    route_of("records/contact/", pupil, "/history"), NULL, 404);
	person_leave(&person);
}

/* Two computers wrote one field while they could not see each other. */
static void
test_conflict_is_settled_once(void **state)
{
	struct office *office = *state;
	uint64_t pupil = child(office);
	struct fixture_line line = { .count = 0 };
	struct replica *elm = fixture_open(4, ELM);
	struct person person;
	const json_t *item;
	char body[128], path[128];

	fixture_open_dossier(elm, pupil);
	fixture_carry(office->replica, elm, &line);
	fixture_update(office->replica, pupil, pupil, "forename", "Thea", NULL);
	fixture_update(elm, pupil, pupil, "forename", "Dora", NULL);
	fixture_carry(elm, office->replica, &line);
	person_begin(&person, office, "head");
	person_expect(&person, "GET", "conflicts", NULL, 200);
	item = json_array_get(json_object_get(person.json, "items"), 0);
	assert_int_equal(json_array_size(json_object_get(item, "values")), 2);
	(void)snprintf(body, sizeof(body), "{\"keep\": 1, \"version\": \"%s\"}",
	    json_string_value(json_object_get(item, "version")));
	(void)snprintf(path, sizeof(path), "conflicts/%" PRIu64 "/forename",
	    pupil);
	person_expect(&person, "POST", path,
	    "{\"keep\": 1, \"version\": \"1\"}", 409);
	person_expect(&person, "POST", path, body, 200);
	person_expect(&person, "POST", path, body, 409);
	person_expect(&person, "GET", "conflicts", NULL, 200);
	assert_int_equal(json_array_size(json_object_get(person.json, "items")),
	    0);
	person_leave(&person);
	arena_deinit(&line.arena);
	replica_close(elm);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, office_begin, office_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_catalogue_shows_what_the_role_sees),
		TEST(test_child_is_found_and_opened),
		TEST(test_lists_are_told_apart),
		TEST(test_pages_of_a_list_follow_each_other),
		TEST(test_stale_write_is_refused),
		TEST(test_form_is_answered_by_field),
		TEST(test_record_is_made_and_deleted),
		TEST(test_history_tells_who_and_when),
		TEST(test_conflict_is_settled_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
