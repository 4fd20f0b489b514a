/* Every route of the table, by everybody who may not take it. */
#include "tests/unit/access/roles.h"
#include "tests/unit/interface/office.h"

static const char *
method_of(const struct route *route)
{
	return http_method_name(route->method);
}

static bool
is_write(const struct route *route)
{
	return route->method != HTTP_METHOD_GET;
}

/* Some path of the route: what a star stands for is not there. */
static const char *
path_of(const struct route *route)
{
	static char path[128];
	size_t size = 0;

	for (const char *at = route->path; *at != '\0'; at++)
		path[size++] = *at == '*' ? '7' : *at;
	path[size] = '\0';
	return path;
}

static void
test_nobody_gets_in_without_a_session(void **state)
{
	struct person person = { .office = *state };

	for (size_t i = 0; i < interface_route_count; i++) {
		const struct route *route = &interface_routes[i];

		if (route->needs != NEEDS_NOTHING)
			person_expect(&person, method_of(route), path_of(route),
			    NULL, 401);
	}
	person_leave(&person);
}

static void
test_locked_session_shows_nothing(void **state)
{
	struct person person;

	person_begin(&person, *state, "head");
	person_expect(&person, "POST", "session/lock", "{}", 200);
	for (size_t i = 0; i < interface_route_count; i++) {
		const struct route *route = &interface_routes[i];

		if (route->needs == NEEDS_OPEN)
			person_expect(&person, method_of(route), path_of(route),
			    NULL, 401);
	}
	person_leave(&person);
}

static void
test_nothing_is_written_without_the_token(void **state)
{
	struct person person;

	person_begin(&person, *state, "head");
	memset(person.token, '0', sizeof(person.token) - 1);
	for (size_t i = 0; i < interface_route_count; i++) {
		const struct route *route = &interface_routes[i];

		if (is_write(route) && route->needs != NEEDS_NOTHING)
			person_expect(&person, method_of(route), path_of(route),
			    "{}", 403);
	}
	person_leave(&person);
}

/* What an action says is refused before the route is. */
static void
test_roles_are_kept_to_their_routes(void **state)
{
	struct person head;
	unsigned refused = 0;

	person_begin(&head, *state, "head");
	for (size_t r = 0; r < ROLE_CODES; r++) {
		struct viewer viewer = viewer_as(role_codes[r]);
		struct person person;

		if (strcmp(role_codes[r], "head") == 0)
			continue;
		person_begin(&person, *state, role_codes[r]);
		for (size_t i = 0; i < interface_route_count; i++) {
			const struct route *route = &interface_routes[i];

			if (route->action == ACTION_COUNT ||
			    rights_may_do(&viewer, route->action))
				continue;
			person_expect(&person, method_of(route), path_of(route),
			    is_write(route) ? "{}" : NULL, 403);
			refused++;
		}
		person_leave(&person);
	}
	print_message("%u refused\n", refused);
	person_leave(&head);
}

/* A teacher by each of the ways that lead to a bereavement. */
static void
test_hidden_records_are_not_there(void **state)
{
	struct office *office = *state;
	uint64_t pupil = fixture_pupil(office->replica, "Lane", office->school);
	uint64_t record = fixture_insert(office->replica, pupil, "circumstance",
	    "kind", "bereavement", NULL);
	struct person person;
	char path[128], body[128];

	person_begin(&person, office, "head");
	person_leave(&person);
	person_begin(&person, office, "teacher");
	(void)snprintf(path, sizeof(path), "records/circumstance/%llu",
	    (unsigned long long)record);
	(void)snprintf(body, sizeof(body),
	    "{\"values\": {\"detail\": \"x\"}, \"was\": {\"detail\": null}, "
	    "\"version\": \"1\"}");
	assert_in_range(person_ask(&person, "GET", path, NULL), 403, 404);
	assert_in_range(person_ask(&person, "PATCH", path, body), 403, 404);
	assert_in_range(person_ask(&person, "DELETE", path, body), 403, 404);
	(void)snprintf(path, sizeof(path), "pupils/%llu",
	    (unsigned long long)pupil);
	person_expect(&person, "GET", path, NULL, 200);
	assert_null(strstr(person_text(&person), "bereavement"));
	(void)snprintf(path, sizeof(path), "records/circumstance/%llu/history",
	    (unsigned long long)record);
	assert_in_range(person_ask(&person, "GET", path, NULL), 403, 404);
	person_leave(&person);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, office_begin, office_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nobody_gets_in_without_a_session),
		TEST(test_locked_session_shows_nothing),
		TEST(test_nothing_is_written_without_the_token),
		TEST(test_roles_are_kept_to_their_routes),
		TEST(test_hidden_records_are_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
