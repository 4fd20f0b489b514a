/*
 * What status finds out of a hub with a thousand computers, and how it tells
 * that.  Covers server/command/view_look.c, server/command/view_text.c and
 * server/command/view_json.c.
 */
#include "place.h"

#include "server/command/view_problems.h"

enum {
	COMPUTERS = 1000
};

static int
setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	assert_non_null(place);
	place_init(place);
	*state = place;
	return 0;
}

static int
teardown(void **state)
{
	place_deinit(*state);
	free(*state);
	return 0;
}

static void
add_computers(struct place *place, uint32_t count)
{
	PLACE_OK(place, replica_begin(place->replica, &place->err));
	for (uint32_t i = 0; i < count; i++) {
		uint8_t serial[2] = { (uint8_t)(i >> 8), (uint8_t)i };
		uint32_t number;

		PLACE_OK(place,
		    sites_take_number(&place->writer, &number, &place->err));
		PLACE_OK(place, sites_register(&place->writer, number,
				    i % 2 == 0 ? place->member : place->outside,
				    bytes_of_text("office"),
				    (struct bytes){ serial, 2 }, &place->err));
	}
	PLACE_OK(place, replica_commit(place->replica, &place->err));
}

static struct view
look(struct place *place, struct command *command)
{
	struct view view;

	*command = (struct command){ .data = place->path,
		.folder = place->folder,
		.replica = place->replica };
	PLACE_OK(place, view_look(command, &view, &place->err));
	return view;
}

/* By school and number, and in no time that a person would notice. */
static void
test_thousand_computers_are_told_in_order(void **state)
{
	struct place *place = *state;
	struct command command;
	uint64_t began_ms;
	struct view view;
	json_t *json;

	add_computers(place, COMPUTERS);
	began_ms = clock_monotonic_ms();
	view = look(place, &command);
	json = view_json(&view);
	print_message("%d computers: %llu ms\n", COMPUTERS,
	    (unsigned long long)(clock_monotonic_ms() - began_ms));
	assert_int_equal(view.site_count, COMPUTERS);
	assert_int_equal(view.current, COMPUTERS);
	assert_int_equal(json_array_size(json_object_get(json, "sites")),
	    COMPUTERS);
	for (size_t i = 1; i < view.site_count; i++) {
		int order = strcmp(view.sites[i - 1].school.name,
		    view.sites[i].school.name);

		assert_true(
		    order < 0 || (order == 0 && view.sites[i - 1].site.number <
						    view.sites[i].site.number));
		assert_true(view.sites[i].joined_ms > 0);
	}
	json_decref(json);
	view_deinit(&view);
}

/* A hub that was just made owes nothing but to serve. */
static void
test_new_hub_only_has_to_serve(void **state)
{
	struct place *place = *state;
	struct command command;
	struct view view;
	json_t *json, *problems;

	add_computers(place, 2);
	view = look(place, &command);
	json = view_json(&view);
	problems = json_object_get(json, "problems");
	assert_int_equal(json_array_size(problems), 1);
	assert_string_equal(json_string_value(
				json_object_get(json_array_get(problems, 0),
				    "kind")),
	    "not_serving");
	assert_false(json_is_true(json_object_get(json, "well")));
	json_decref(json);
	view_print(&view);
	view_deinit(&view);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	static const struct CMUnitTest tests[] = {
		TEST(test_thousand_computers_are_told_in_order),
		TEST(test_new_hub_only_has_to_serve),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
