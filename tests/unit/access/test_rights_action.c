/*
 * Who may do what is no record, and what holds for a collection as a whole
 * (client/access/rights.c).
 */
#include "tests/unit/access/roles.h"

/* --- whole collections ---------------------------------------------------- */

static void
test_some_and_all_of_a_collection(void **state)
{
	const struct collection *circumstance =
	    catalogue_collection(bytes_of_text("circumstance"));
	const struct collection *note =
	    catalogue_collection(bytes_of_text("note"));
	const struct collection *pupil =
	    catalogue_collection(bytes_of_text("pupil"));
	struct viewer office = viewer_as("office");
	struct viewer teacher = viewer_as("teacher");
	struct viewer year = viewer_as("head_of_year");

	(void)state;
	assert_true(rights_may_see_some(&office, circumstance, NULL));
	assert_false(rights_may_see_some(&office, circumstance,
	    collection_column(circumstance, bytes_of_text("detail"))));
	assert_false(rights_may_write_all(&office, circumstance));
	assert_true(rights_may_write_all(&office, pupil));
	assert_false(rights_may_write_all(&year, pupil));
	assert_true(rights_may_write_all(&year, note));
	assert_true(rights_may_see_some(&teacher, note, NULL));
	assert_false(rights_may_write_all(&teacher, note));
	assert_false(rights_may_see_some(&office, note, NULL));
	assert_false(rights_may_see_some(&teacher, pupil,
	    collection_column(pupil, bytes_of_text("upn"))));
}

/* --- actions -------------------------------------------------------------- */

static void
assert_who_may(enum action action, const char *const *who)
{
	for (int i = 0; i < ROLE_CODES; i++) {
		struct viewer viewer = viewer_as(role_codes[i]);

		if (rights_may_do(&viewer, action) !=
		    is_among(role_codes[i], who))
			fail_msg("%s: action %d", role_codes[i], (int)action);
	}
}

#define WHO(...) \
	((const char *const[]){ "lead", "deputy_lead", "head", __VA_ARGS__ })

static void
test_who_may_do_what(void **state)
{
	static const enum action office[] = { ACTION_IMPORT_CTF,
		ACTION_EXPORT_CTF, ACTION_SETTINGS, ACTION_RECONCILE };

	static const enum action movers[] = { ACTION_TRANSFER_OPEN,
		ACTION_TRANSFER_ANSWER, ACTION_TRANSFER_ACCEPT,
		ACTION_TRANSFER_CANCEL };

	static const enum action file[] = { ACTION_IMPORT_CSV,
		ACTION_EXPORT_CSV, ACTION_REPORT };
	struct viewer keeper = { .set_up = true };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		assert_who_may(office[i], WHO("office", NULL));
		assert_who_may(movers[i],
		    WHO("office", "head_of_year", "transition_lead", NULL));
	}
	for (size_t i = 0; i < 3; i++)
		assert_who_may(file[i], WHO("office", "head_of_year",
					    "transition_lead", "senco", NULL));
	assert_who_may(ACTION_STAFF, WHO(NULL));
	assert_who_may(ACTION_SUBJECT, WHO(NULL));
	assert_who_may(ACTION_PROFILE,
	    WHO("senco", "head_of_year", "transition_lead", "teacher",
		"teaching_assistant", NULL));
	for (int i = 0; i < ACTION_COUNT; i++)
		assert_true(rights_may_do(&keeper, (enum action)i));
}

static void
test_refusal_says_for_whom_it_is(void **state)
{
	struct viewer teacher = viewer_as("teacher");
	char roles[RIGHTS_ROLES_BYTES];
	struct error err;

	(void)state;
	assert_int_equal(rights_check(&teacher, ACTION_IMPORT_CTF, &err),
	    STATUS_DENIED);
	assert_string_equal(err.text, "importing a CTF is for safeguarding "
				      "leads, the head and the office");
	rights_name_roles(0, roles);
	assert_string_equal(roles, "nobody");
	rights_name_roles(ROLE_HEAD, roles);
	assert_string_equal(roles, "the head");
	rights_name_roles(ROLE_ALL, roles);
	assert_non_null(strstr(roles, "the office and teachers"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_some_and_all_of_a_collection),
		cmocka_unit_test(test_who_may_do_what),
		cmocka_unit_test(test_refusal_says_for_whom_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
