/*
 * Who sees what: each sentence of the domain's table of roles, tried against
 * every column of every collection.
 */
#include "tests/unit/access/roles.h"

static bool
sees(const char *role, const struct rights_about *about,
    const struct column *column)
{
	struct viewer viewer = viewer_as(role);

	return rights_may_see(&viewer, about, column);
}

static bool
writes(const char *role, const struct rights_about *about,
    const struct column *column)
{
	struct viewer viewer = viewer_as(role);

	return rights_may_write(&viewer, about, column);
}

#define EXPECT(condition, role, about, column)                         \
	do {                                                           \
		if (!(condition))                                      \
			fail_msg("%s: %s.%s: not %s", role,            \
			    (about)->collection->name, (column)->name, \
			    #condition);                               \
	} while (0)

static bool
is_of_pupil(const struct rights_about *about)
{
	return about->dossier == DOSSIER_KIND_PUPIL;
}

/* Nobody is to try passphrases on it. */
static bool
is_kept_of_passphrase(const struct rights_about *about,
    const struct column *column)
{
	return strcmp(about->collection->name, "login") == 0 &&
	       AMONG(column->name, "secret", "public_key");
}

/* --- the lead, the head --------------------------------------------------- */

static void
lead_sees(const struct rights_about *about, const struct column *column)
{
	bool kept = is_kept_of_passphrase(about, column);

	EXPECT(sees("lead", about, column) == !kept, "lead", about, column);
	EXPECT(sees("deputy_lead", about, column) == !kept, "deputy", about,
	    column);
}

/* Everything of their school's pupils, safeguarding included. */
static void
test_lead_and_deputy_see_everything(void **state)
{
	(void)state;
	for_each_column(lead_sees);
}

static void
head_sees(const struct rights_about *about, const struct column *column)
{
	bool sealed = about->dossier == DOSSIER_KIND_SAFEGUARDING ||
	              (strcmp(about->collection->name, "attachment") == 0 &&
			  (about->kind.size == 0 ||
			      bytes_equal_text(about->kind, "sealed")));

	EXPECT(sees("head", about, column) ==
		   !(sealed || is_kept_of_passphrase(about, column)),
	    "head", about, column);
}

static void
test_head_sees_everything_but_sealed_text(void **state)
{
	(void)state;
	for_each_column(head_sees);
}

static void
nobody_else_sees_sealed(const struct rights_about *about,
    const struct column *column)
{
	for (int i = 2; i < ROLE_CODES; i++)
		if (about->dossier == DOSSIER_KIND_SAFEGUARDING) {
			EXPECT(!sees(role_codes[i], about, column),
			    role_codes[i], about, column);
			EXPECT(!sees(role_codes[i], about, NULL), role_codes[i],
			    about, column);
		}
}

/* Not even that there is one. */
static void
test_safeguarding_files_are_for_leads_alone(void **state)
{
	(void)state;
	for_each_column(nobody_else_sees_sealed);
}

/* --- the SENCO, the head of year ------------------------------------------ */

/* The files of a child that are about more than its transition. */
static bool
is_beside_transition(const struct rights_about *about,
    const struct column *column)
{
	return AMONG(about->collection->name, "identifier", "sibling",
		   "same_as", "ctf_import", "redaction") ||
	       AMONG(column->name, "former_surname", "former_forename",
		   "address_confidential");
}

static bool
is_sealed(const struct rights_about *about)
{
	return bytes_equal_text(about->kind, "sealed") ||
	       (about->kind.size == 0 &&
		   strcmp(about->collection->name, "attachment") == 0);
}

static void
senco_sees(const struct rights_about *about, const struct column *column)
{
	if (is_of_pupil(about))
		EXPECT(sees("senco", about, column) ==
			   !(is_beside_transition(about, column) ||
			       is_sealed(about)),
		    "senco", about, column);
}

static void
test_senco_sees_the_transition_file_with_needs_and_plans(void **state)
{
	(void)state;
	for_each_column(senco_sees);
}

static bool
is_plan(const struct rights_about *about, const struct column *column)
{
	return AMONG(about->collection->name, "support_plan", "retention") ||
	       (strcmp(about->collection->name, "need") == 0 &&
		   strcmp(column->name, "detail") == 0) ||
	       bytes_equal_text(about->kind, "sen_plan") ||
	       bytes_equal_text(about->kind, "medical_plan") ||
	       (bytes_equal_text(about->kind, "report") &&
		   strcmp(about->collection->name, "attachment") == 0);
}

static void
year_sees(const struct rights_about *about, const struct column *column)
{
	bool expected = !is_beside_transition(about, column) &&
	                !is_sealed(about) && !is_plan(about, column);

	if (!is_of_pupil(about))
		return;
	EXPECT(sees("head_of_year", about, column) == expected, "head of year",
	    about, column);
	EXPECT(sees("transition_lead", about, column) == expected,
	    "transition lead", about, column);
}

/* ... and of plans only that there is a need. */
static void
test_head_of_year_sees_the_transition_file(void **state)
{
	(void)state;
	for_each_column(year_sees);
}

/* --- the office ----------------------------------------------------------- */

static void
office_sees(const struct rights_about *about, const struct column *column)
{
	const char *collection = about->collection->name;

	if (!is_of_pupil(about))
		return;
	/* details, contacts, enrolment, the state of transfers */
	if (AMONG(collection, "pupil", "identifier", "language", "contact",
		"enrolment", "attendance", "assessment", "transfer", "package"))
		EXPECT(sees("office", about, column), "office", about, column);
	/* not notes on needs */
	if (AMONG(collection, "need", "support_plan", "transition_record",
		"friendship", "note", "family_meeting", "sibling",
		"retention") ||
	    AMONG(column->name, "detail", "how_it_went") ||
	    (strcmp(collection, "nomination") == 0 &&
		AMONG(column->name, "reason", "note")))
		EXPECT(!sees("office", about, column), "office", about, column);
	/* what touches meals and funding, and nothing else of a family */
	if (strcmp(collection, "circumstance") == 0)
		EXPECT(sees("office", about, column) ==
			   (strcmp(column->name, "detail") != 0 &&
			       (bytes_equal_text(about->kind, "fsm") ||
				   bytes_equal_text(about->kind,
				       "pupil_premium") ||
				   bytes_equal_text(about->kind,
				       "service_child") ||
				   bytes_equal_text(about->kind,
				       "young_carer") ||
				   bytes_equal_text(about->kind,
				       "looked_after"))),
		    "office", about, column);
	if (strcmp(collection, "attachment") == 0)
		EXPECT(sees("office", about, column) ==
			   (bytes_equal_text(about->kind, "general_record") ||
			       bytes_equal_text(about->kind, "voice")),
		    "office", about, column);
}

static void
test_office_sees_details_and_not_notes_on_needs(void **state)
{
	(void)state;
	for_each_column(office_sees);
}

/* --- the teacher, and who has no role in the school's care ---------------- */

static bool
is_on_the_profile(const char *collection, const char *column)
{
	if (strcmp(collection, "pupil") == 0)
		return AMONG(column, "surname", "forename", "preferred_surname",
		    "preferred_forename", "nc_year_actual");
	if (strcmp(collection, "enrolment") == 0)
		return strcmp(column, "class_name") == 0;
	return strcmp(collection, "transition_record") == 0 &&
	       AMONG(column, "strengths", "what_helps", "what_to_avoid",
		   "must_know", "pupil_voice");
}

static void
teacher_sees(const struct rights_about *about, const struct column *column)
{
	const char *collection = about->collection->name;
	struct rights_about own = *about;
	bool theirs = AMONG(collection, "note", "training_attendance");

	own.own = true;
	if (about->dossier == DOSSIER_KIND_PARTNERSHIP)
		return;
	for (int i = 7; i <= 8; i++) {
		EXPECT(sees(role_codes[i], about, column) ==
			   is_on_the_profile(collection, column->name),
		    role_codes[i], about, column);
		EXPECT(!writes(role_codes[i], about, column), role_codes[i],
		    about, column);
		EXPECT(sees(role_codes[i], &own, column) ==
			   (theirs ||
			       is_on_the_profile(collection, column->name)),
		    role_codes[i], about, column);
		EXPECT(writes(role_codes[i], &own, column) == theirs,
		    role_codes[i], about, column);
	}
}

/* And what they wrote themselves. */
static void
test_teacher_sees_the_profile_alone(void **state)
{
	(void)state;
	for_each_column(teacher_sees);
}

static void
other_sees(const struct rights_about *about, const struct column *column)
{
	bool shared = about->dossier == DOSSIER_KIND_PARTNERSHIP &&
	              !AMONG(about->collection->name, "site", "redaction",
			  "destroyed_dossier");

	EXPECT(sees("other", about, column) == shared, "other", about, column);
}

static void
test_whoever_else_works_here_sees_what_all_schools_share(void **state)
{
	(void)state;
	for_each_column(other_sees);
}

/* --- what holds for all --------------------------------------------------- */

static void
writer_sees(const struct rights_about *about, const struct column *column)
{
	for (int i = 0; i < ROLE_CODES; i++)
		EXPECT(!writes(role_codes[i], about, column) ||
			   sees(role_codes[i], about, column),
		    role_codes[i], about, column);
}

static void
test_nobody_writes_what_they_do_not_see(void **state)
{
	(void)state;
	for_each_column(writer_sees);
}

static void
two_roles_see(const struct rights_about *about, const struct column *column)
{
	struct viewer viewer;

	for (int i = 0; i < ROLE_CODES; i++)
		for (int k = 0; k < i; k++) {
			viewer = viewer_as(role_codes[i]);
			viewer.roles |= viewer_as(role_codes[k]).roles;
			EXPECT(rights_may_see(&viewer, about, column) ==
				   (sees(role_codes[i], about, column) ||
				       sees(role_codes[k], about, column)),
			    role_codes[i], about, column);
		}
}

static void
test_second_role_sees_the_union(void **state)
{
	(void)state;
	for_each_column(two_roles_see);
}

static void
set_up_does(const struct rights_about *about, const struct column *column)
{
	struct viewer keeper = { .set_up = true };
	bool kept = AMONG(about->collection->name, "login", "read_audit",
	    "purge_receipt");

	EXPECT(rights_may_see(&keeper, about, column), "keeper", about, column);
	EXPECT(rights_may_write(&keeper, about, column) == !kept, "keeper",
	    about, column);
	for (int i = 0; kept && i < ROLE_CODES; i++)
		EXPECT(!writes(role_codes[i], about, column), role_codes[i],
		    about, column);
}

/* Accounts and the audit are written by the program, for nobody by hand. */
static void
test_before_the_first_account_all_is_open(void **state)
{
	(void)state;
	for_each_column(set_up_does);
}

static void
tied_alike(const struct rights_about *about, const struct column *column)
{
	for (const struct column *other = about->collection->columns;
	     other->name != NULL; other++)
		if (strcmp(column_field(other), column_field(column)) == 0)
			assert_int_equal(other->roles, column->roles);
}

/* They are one field: history shows them together or not at all. */
static void
test_tied_columns_are_for_the_same_people(void **state)
{
	(void)state;
	for_each_column(tied_alike);
}

static void
test_kind_that_is_not_known_is_for_who_sees_every_kind(void **state)
{
	struct rights_about about = {
		.collection = catalogue_collection(bytes_of_text("attachment")),
		.kind = bytes_of_text("hologram"),
	};
	const struct column *name =
	    collection_column(about.collection, bytes_of_text("name"));

	(void)state;
	assert_true(sees("lead", &about, name));
	for (int i = 2; i < ROLE_CODES; i++)
		assert_false(sees(role_codes[i], &about, NULL));
}

static void
address_is_hidden(const struct rights_about *about, const struct column *column)
{
	bool address =
	    column->tie != NULL && strcmp(column->tie, "address") == 0;
	struct rights_about secret = *about;

	if (!AMONG(about->collection->name, "pupil", "contact"))
		return;
	secret.address_confidential = true;
	for (int i = 0; i < ROLE_CODES; i++) {
		bool keeps = AMONG(role_codes[i], "lead", "deputy_lead", "head",
		    "office");

		EXPECT(sees(role_codes[i], &secret, column) ==
			   (sees(role_codes[i], about, column) &&
			       (keeps || !address)),
		    role_codes[i], about, column);
		EXPECT(!writes(role_codes[i], &secret, column) || keeps ||
			   !address,
		    role_codes[i], about, column);
	}
}

/* That of the child, and those of who the child lives with. */
static void
test_confidential_address_is_for_lead_head_and_office(void **state)
{
	(void)state;
	for_each_column(address_is_hidden);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lead_and_deputy_see_everything),
		cmocka_unit_test(test_head_sees_everything_but_sealed_text),
		cmocka_unit_test(test_safeguarding_files_are_for_leads_alone),
		cmocka_unit_test(
		    test_senco_sees_the_transition_file_with_needs_and_plans),
		cmocka_unit_test(test_head_of_year_sees_the_transition_file),
		cmocka_unit_test(
		    test_office_sees_details_and_not_notes_on_needs),
		cmocka_unit_test(test_teacher_sees_the_profile_alone),
		cmocka_unit_test(
		    test_whoever_else_works_here_sees_what_all_schools_share),
		cmocka_unit_test(test_nobody_writes_what_they_do_not_see),
		cmocka_unit_test(test_second_role_sees_the_union),
		cmocka_unit_test(test_before_the_first_account_all_is_open),
		cmocka_unit_test(test_tied_columns_are_for_the_same_people),
		cmocka_unit_test(
		    test_kind_that_is_not_known_is_for_who_sees_every_kind),
		cmocka_unit_test(
		    test_confidential_address_is_for_lead_head_and_office),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
