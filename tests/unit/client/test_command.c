/*
 * The command line on a prepared folder: exit statuses, sentences and the
 * shapes of the JSON.
 */
#include "tests/unit/client/run.h"

/* --- usage ---------------------------------------------------------------- */

static void
test_wrong_usage_is_2_and_names_the_nearest(void **state)
{
	char *nothing[] = { NULL };

	assert_int_equal(run_words(nothing), 2);
	expect_in(run_errors, "throughline status");
	assert_int_equal(RUN("lst"), 2);
	expect_in(run_errors, "did you mean \"list\"?");
	assert_int_equal(RUN("list", "pupl"), 2);
	expect_in(run_errors, "did you mean \"pupil\"?");
	assert_int_equal(RUN("list", "pupil", "--wher=x"), 2);
	expect_in(run_errors, "--where");
	assert_int_equal(RUN("get", "pupil"), 2);
	assert_int_equal(RUN("get", "pupil", "x1"), 2);
	expect_in(run_errors, "\"x1\" is not an id");
	assert_int_equal(RUN("list", "pupil", "--where", "sirname=x"), 2);
	assert_int_equal(RUN("list", "pupil", "--where", "surname"), 2);
	assert_int_equal(RUN("list", "school", "--search", "x"), 2);
	assert_string_equal(run_out, "");
}

static void
test_every_command_has_help(void **state)
{
	static const char *const names[] = { "join", "leave", "run", "sync",
		"status", "list", "get", "put", "delete", "history",
		"conflicts", "resolve", "refused", "transfer", "import",
		"export", "check", "backup", "rebuild", "subject" };
	char *all[] = { (char[]){ "--help" }, NULL };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(RUN(names[i], "--help"), 0);
		expect_in(run_out, names[i]);
		expect_in(run_out, "--json");
		expect_in(run_out, "--data DIR");
		assert_string_equal(run_errors, "");
	}
	assert_int_equal(run_words(all), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		expect_in(run_out, names[i]);
}

static void
test_folder_that_has_not_joined_is_1(void **state)
{
	struct place none = { "/nonexistent/throughline" };

	(void)state;
	assert_int_equal(run_in(&none, "status", NULL), 1);
	expect_in(run_errors, "throughline status: ");
	expect_in(run_errors, "throughline join CODE");
}

/* --- status --------------------------------------------------------------- */

static void
test_status_tells_what_there_is(void **state)
{
	json_t *json = RUN_JSON("status");

	assert_string_equal(text_of(json, "state"), "offline");
	assert_true(json_is_false(json_object_get(json, "synced")));
	assert_true(json_is_false(json_object_get(json, "agent")));
	assert_int_equal(json_integer_value(json_object_get(json, "conflicts")),
	    1);
	assert_int_equal(json_integer_value(json_object_get(json, "site")), 3);
	assert_string_equal(text_of(json, "school"), "7");
	assert_true(json_is_null(json_object_get(json, "last_heard")));
	json_decref(json);
	assert_int_equal(RUN("status"), 0);
	expect_in(run_out, "Not connected yet; nothing is waiting");
	expect_in(run_out, "1 fields are in conflict");
	assert_int_equal(RUN("status", "--allow-closes"), 0);
}

/* --- put, get, list ------------------------------------------------------- */

static void
test_put_creates_and_changes(void **state)
{
	json_t *json = RUN_JSON("put", "pupil", "surname=Castellan",
	    "forename=Mo", "birth_date=2015-03-21");
	char id[32];

	snprintf(id, sizeof(id), "%s", text_of(json, "id"));
	json_decref(json);
	json = RUN_JSON("get", "pupil", id);
	assert_string_equal(text_of(json, "id"), id);
	assert_string_equal(text_of(json, "surname"), "Castellan");
	assert_string_equal(text_of(json, "holder"), "7");
	assert_string_equal(text_of(json, "@dossier"), id);
	assert_true(json_is_null(json_object_get(json, "upn")));
	assert_true(json_is_true(json_object_get(json, "@waiting")));
	json_decref(json);

	assert_int_equal(RUN("put", "pupil", id, "surname=Moss"), 0);
	json = RUN_JSON("get", "pupil", id);
	assert_string_equal(text_of(json, "surname"), "Moss");
	json_decref(json);
	json = RUN_JSON("put", "contact", "--pupil", id, "surname=Moss");
	json_decref(json);
	assert_int_equal(RUN("get", "pupil", id), 0);
	expect_in(run_out, "waiting for the hub");
}

/* What does not fit is not written, in one sentence. */
static void
test_put_that_does_not_fit_is_1(void **state)
{
	json_t *json;

	assert_int_equal(RUN("put", "pupil", "200", "birth_date=soon"), 1);
	expect_in(run_errors, "birth_date");
	assert_int_equal(RUN("put", "pupil", "surname=Castellan"), 1);
	assert_int_equal(RUN("put", "pupil", "200", "surname"), 2);
	assert_int_equal(RUN("get", "pupil", "4711"), 1);
	expect_in(run_errors, "there is no pupil with the id 4711 here");
	assert_int_equal(RUN("get", "school", "200"), 1);
	json = RUN_JSON("status");
	assert_int_equal(json_integer_value(json_object_get(json, "waiting")),
	    0);
	json_decref(json);
}

static void
test_list_filters(void **state)
{
	json_t *json = RUN_JSON("list", "pupil");

	assert_int_equal(json_array_size(json), 2);
	json_decref(json);
	json = RUN_JSON("list", "pupil", "--where", "surname=Lane");
	assert_int_equal(json_array_size(json), 1);
	assert_string_equal(text_of(json_array_get(json, 0), "id"), "100");
	json_decref(json);
	json = RUN_JSON("list", "pupil", "--where",
	    "nc_year_actual=", "--where", "forename=Teodora");
	assert_int_equal(json_array_size(json), 1);
	json_decref(json);
	json = RUN_JSON("list", "pupil", "--limit", "1");
	assert_int_equal(json_array_size(json), 1);
	json_decref(json);
	json = RUN_JSON("list", "pupil", "--search", "oka");
	assert_int_equal(json_array_size(json), 1);
	json_decref(json);
	json = RUN_JSON("list");
	assert_true(json_array_size(json) > 20);
	json_decref(json);
	assert_int_equal(RUN("list", "contact"), 0);
	assert_string_equal(run_out, "(none)\n");
}

/* --- history, conflicts --------------------------------------------------- */

static void
test_history_tells_each_write(void **state)
{
	json_t *json = RUN_JSON("history", "pupil", "100"), *last;

	assert_true(json_array_size(json) >= 3);
	last = json_array_get(json, json_array_size(json) - 1);
	assert_true(json_is_object(json_object_get(last, "values")));
	assert_true(json_is_boolean(json_object_get(last, "head")));
	json_decref(json);
	assert_int_equal(RUN("history", "pupil", "4711"), 1);
}

static void
test_conflict_is_listed_and_resolved(void **state)
{
	json_t *json = RUN_JSON("conflicts"), *one, *values;
	int moss;

	assert_int_equal(json_array_size(json), 1);
	one = json_array_get(json, 0);
	assert_string_equal(text_of(one, "collection"), "pupil");
	assert_string_equal(text_of(one, "id"), "100");
	assert_string_equal(text_of(one, "column"), "surname");
	values = json_object_get(one, "values");
	assert_int_equal(json_array_size(values), 2);
	moss =
	    strcmp(text_of(json_object_get(json_array_get(values, 0), "values"),
		       "surname"),
		"Moss") == 0
		? 0
		: 1;
	json_decref(json);
	assert_int_equal(RUN("resolve", "pupil", "100", "surname"), 2);
	assert_int_equal(RUN("resolve", "pupil", "100", "surname", "--keep",
			     "9"),
	    1);
	assert_int_equal(RUN("resolve", "pupil", "100", "surname", "--keep",
			     moss == 0 ? "0" : "1"),
	    0);
	json = RUN_JSON("conflicts");
	assert_int_equal(json_array_size(json), 0);
	json_decref(json);
	json = RUN_JSON("get", "pupil", "100");
	assert_string_equal(text_of(json, "surname"), "Moss");
	json_decref(json);
}

/* --- refused -------------------------------------------------------------- */

static void
refuse_something(const struct place *place)
{
	struct error err = { 0 };
	struct replica *replica;
	char path[160];

	snprintf(path, sizeof(path), "%s/replica.db", place->data);
	replica = script_open(path, REPLICA_CLIENT);
	script_wait(replica, UINT64_C(3) << 43 | 5, PLACE_STAMP + 9, OKAFOR,
	    "pupil/200 sex=M");
	SCRIPT_OK(replica_begin(replica, &err), &err);
	SCRIPT_OK(pending_set_aside(replica, UINT64_C(3) << 43 | 5,
		      REFUSAL_RIGHTS, UINT64_C(1784652120000), &err),
	    &err);
	SCRIPT_OK(replica_commit(replica, &err), &err);
	replica_close(replica);
}

static void
test_refused_is_listed_retried_and_dropped(void **state)
{
	json_t *json, *one;
	char id[32];

	refuse_something(*state);
	json = RUN_JSON("refused");
	assert_int_equal(json_array_size(json), 1);
	one = json_array_get(json, 0);
	snprintf(id, sizeof(id), "%s", text_of(one, "id"));
	assert_string_equal(text_of(one, "reason"), "RIGHTS");
	assert_string_equal(text_of(one, "sentence"),
	    "This school may not write that.");
	assert_string_equal(text_of(one, "at"), "2026-07-21T16:42:00.000Z");
	assert_int_equal(json_array_size(json_object_get(one, "changes")), 1);
	json_decref(json);
	assert_int_equal(RUN("refused", "retry", id), 0);
	json = RUN_JSON("get", "pupil", "200");
	assert_string_equal(text_of(json, "sex"), "M");
	json_decref(json);
	assert_int_equal(RUN("refused", "retry", id), 1);
	assert_int_equal(RUN("refused", "drop", "4711"), 1);
	assert_int_equal(RUN("refused", "eat", id), 2);
}

/* --- transfer, export, subject -------------------------------------------- */

static void
test_transfer_preview_writes_nothing(void **state)
{
	json_t *json = RUN_JSON("transfer", "open", "--year", "6", "--to",
	    "9994002", "--preview");

	assert_int_equal(json_array_size(json), 1);
	assert_string_equal(text_of(json_array_get(json, 0), "pupil"), "200");
	assert_true(
	    json_is_null(json_object_get(json_array_get(json, 0), "transfer")));
	json_decref(json);
	json = RUN_JSON("list", "transfer");
	assert_int_equal(json_array_size(json), 0);
	json_decref(json);
	assert_int_equal(RUN("transfer", "open", "200", "--to", "1111111"), 1);
	assert_int_equal(RUN("transfer", "open", "200", "--to", "9994002"), 0);
	json = RUN_JSON("list", "transfer");
	assert_int_equal(json_array_size(json), 1);
	assert_string_equal(text_of(json_array_get(json, 0), "to_school"), "8");
	json_decref(json);
}

static void
test_export_writes_csv(void **state)
{
	const struct place *place = *state;
	struct buffer out = { 0 };
	struct error err = { 0 };
	char path[160];
	const char *text;

	snprintf(path, sizeof(path), "%s/session", place->data);
	assert_int_equal(RUN("put", "pupil", "200", "forename=Id, \"Ris\""), 0);
	assert_int_equal(RUN("export", "csv", "pupil", path), 0);
	SCRIPT_OK(file_read(path, 100000, &out, &err), &err);
	assert_int_equal(buffer_append(&out,
			     (struct bytes){ (const uint8_t *)"", 1 }),
	    STATUS_OK);
	text = (const char *)buffer_view(&out).data;
	assert_memory_equal(text, "id,pupil,", 9);
	expect_in(text, "\r\n200,200,");
	expect_in(text, "\"Id, \"\"Ris\"\"\"");
	buffer_deinit(&out);
	assert_int_equal(RUN("export", "xml", "pupil", path), 2);
	assert_int_equal(RUN("export", "csv", "pupls", path), 2);
}

static void
test_subject_tells_all_of_a_child(void **state)
{
	json_t *json, *pupil;

	assert_int_equal(RUN("put", "contact", "--pupil", "200",
			     "surname=Okafor"),
	    0);
	json = RUN_JSON("subject", "200");
	assert_int_equal(json_array_size(json), 2);
	pupil = json_array_get(json, 0);
	assert_string_equal(text_of(pupil, "@collection"), "pupil");
	assert_string_equal(text_of(pupil, "surname"), "Okafor-Lane");
	assert_true(json_array_size(json_object_get(pupil, "@history")) > 0);
	json_decref(json);
	assert_int_equal(RUN("subject", "x"), 2);
	assert_int_equal(RUN("subject", "4711"), 1);
}

static void
test_check_finds_it_sound(void **state)
{
	assert_int_equal(RUN("check"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		PLACE(test_wrong_usage_is_2_and_names_the_nearest),
		PLACE(test_every_command_has_help),
		PLACE(test_folder_that_has_not_joined_is_1),
		PLACE(test_status_tells_what_there_is),
		PLACE(test_put_creates_and_changes),
		PLACE(test_put_that_does_not_fit_is_1),
		PLACE(test_list_filters),
		PLACE(test_history_tells_each_write),
		PLACE(test_conflict_is_listed_and_resolved),
		PLACE(test_refused_is_listed_retried_and_dropped),
		PLACE(test_transfer_preview_writes_nothing),
		PLACE(test_export_writes_csv),
		PLACE(test_subject_tells_all_of_a_child),
		PLACE(test_check_finds_it_sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
