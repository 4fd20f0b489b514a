/*
 * Nights that are kept, and the outcomes of their jobs.  Covers
 * server/night/outcome.c.
 */
#include "nights.h"

/* A night of that day; its document says which job it had. */
static void
store(struct place *place, const char *day, uint64_t ended_ms)
{
	struct night_row row = { .began_ms = 1000, .ended_ms = ended_ms };

	snprintf(row.day, sizeof(row.day), "%s", day);
	row.document = json_pack("{s:s, s:[]}", "grade", "ok", "jobs");
	PLACE_OK(place, night_store(place->replica, &row, &place->err));
	assert_true(row.number > 0);
	night_row_deinit(&row);
}

static bool
count_rows(void *context, const struct night_row *row)
{
	uint32_t *count = context;

	assert_non_null(row->document);
	return ++*count < 1000;
}

static bool
first_alone(void *context, const struct night_row *row)
{
	uint64_t *number = context;

	*number = row->number;
	return false;
}

static uint32_t
count_all(struct place *place)
{
	uint32_t count = 0;

	PLACE_OK(place,
	    night_each(place->replica, count_rows, &count, &place->err));
	return count;
}

/* Before the first night there is no table, and that is no fault. */
static void
test_hub_without_a_night_has_none(void **state)
{
	struct place *place = *state;
	struct night_row row;

	assert_int_equal(count_all(place), 0);
	assert_int_equal(night_load(place->replica, NULL, &row, &place->err),
	    STATUS_NOT_FOUND);
	PLACE_OK(place, night_create_table(place->replica, &place->err));
	assert_int_equal(night_load(place->replica, NULL, &row, &place->err),
	    STATUS_NOT_FOUND);
	assert_string_equal(place->err.text, "there was no night yet");
}

/* The last one of a day, and of all; one number is one row. */
static void
test_night_is_found_by_its_day(void **state)
{
	struct place *place = *state;
	struct night_row row;
	uint64_t last_ms, number = 0;

	PLACE_OK(place, night_create_table(place->replica, &place->err));
	store(place, "2026-11-22", 2000);
	store(place, "2026-11-23", 3000);
	store(place, "2026-11-23", 0);
	PLACE_OK(place,
	    night_load(place->replica, "2026-11-22", &row, &place->err));
	assert_true(row.number == 1 && row.ended_ms == 2000);
	night_row_deinit(&row);
	PLACE_OK(place, night_load(place->replica, NULL, &row, &place->err));
	assert_true(row.number == 3 && row.ended_ms == 0);
	row.ended_ms = 4000;
	PLACE_OK(place, night_store(place->replica, &row, &place->err));
	night_row_deinit(&row);
	assert_int_equal(count_all(place), 3);
	PLACE_OK(place,
	    night_each(place->replica, first_alone, &number, &place->err));
	assert_int_equal(number, 3);
	PLACE_OK(place, night_last_ms(place->replica, &last_ms, &place->err));
	assert_int_equal(last_ms, 1000);
	assert_int_equal(night_load(place->replica, "2026-11-24", &row,
			     &place->err),
	    STATUS_NOT_FOUND);
	assert_string_equal(place->err.text,
	    "there was no night on 2026-11-24");
}

static void
test_oldest_nights_give_way(void **state)
{
	struct place *place = *state;
	struct night_row row;

	PLACE_OK(place, night_create_table(place->replica, &place->err));
	store(place, "2025-01-01", 2000);
	for (int i = 0; i < NIGHTS_KEPT - 1; i++)
		store(place, "2026-01-01", 2000);
	assert_int_equal(count_all(place), NIGHTS_KEPT);
	store(place, "2026-01-02", 2000);
	assert_int_equal(count_all(place), NIGHTS_KEPT);
	assert_int_equal(night_load(place->replica, "2025-01-01", &row,
			     &place->err),
	    STATUS_NOT_FOUND);
}

/* --- outcomes ------------------------------------------------------------- */

/* The grade only gets worse, and what is too much is counted. */
static void
test_outcome_keeps_the_worst_and_bounds_the_rest(void **state)
{
	struct night_outcome outcome;
	json_t *json;

	(void)state;
	outcome_init(&outcome, "backup");
	outcome_add(&outcome, NIGHT_WARNING, "one");
	outcome_say(&outcome, NIGHT_OK, "Well, %d.", 2);
	for (int i = 0; i < NIGHT_DETAILS + 4; i++)
		outcome_add(&outcome, NIGHT_OK, "more");
	outcome_count(&outcome, "files", 7);
	json = outcome_json(&outcome);
	assert_string_equal(json_string_value(json_object_get(json, "grade")),
	    "warning");
	assert_string_equal(json_string_value(
				json_object_get(json, "sentence")),
	    "Well, 2.");
	assert_int_equal(json_array_size(json_object_get(json, "details")),
	    NIGHT_DETAILS);
	assert_int_equal(json_integer_value(json_object_get(json, "more")), 5);
	json_decref(json);
	outcome_deinit(&outcome);
}

/* A name in a path, or cut in the middle of a letter, still makes JSON. */
static void
test_outcome_is_always_utf_8(void **state)
{
	struct night_outcome outcome;
	struct error err = { .status = STATUS_IO, .text = "disk\xff" };
	char name[ERROR_TEXT_BYTES + 2];
	json_t *json;

	(void)state;
	outcome_init(&outcome, "backup");
	outcome_fail(&outcome, "No backup", &err);
	assert_string_equal(outcome.sentence, "No backup: disk?");
	for (size_t i = 0; i + 2 < sizeof(name); i += 2)
		memcpy(name + i, "\xc3\xa9", 3);
	outcome_add(&outcome, NIGHT_OK, "%s", name);
	json = outcome_json(&outcome);
	assert_non_null(json);
	assert_int_equal(json_array_size(json_object_get(json, "details")), 1);
	json_decref(json);
	outcome_deinit(&outcome);
}

int
main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, nights_setup, nights_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_hub_without_a_night_has_none),
		TEST(test_night_is_found_by_its_day),
		TEST(test_oldest_nights_give_way),
		cmocka_unit_test(
		    test_outcome_keeps_the_worst_and_bounds_the_rest),
		cmocka_unit_test(test_outcome_is_always_utf_8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
