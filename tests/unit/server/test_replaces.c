/*
 * What may be replaced, and what not.
 */
#include "tests/unit/server/refused.h"

#include "server/core/replaces.h"

/* What the hub does not hold cannot be replaced. */
static void
test_replaced_id_that_is_not_held_is_refused(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	uint64_t contact = add_contact(f, 1, pupil);
	struct build b = build(f, 1, pupil);
	struct field_write *write;

	build_change(&b, "contact", contact);
	write = build_text(&b, "surname", "Laine");
	write->replaces[0] = contact + 500;
	refused(&b, REFUSAL_DEPENDS);
}

static void
test_replaced_write_of_another_field_is_refused(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	uint64_t contact = add_contact(f, 1, pupil);
	struct build b = build(f, 1, pupil);
	struct field_write *write;

	build_change(&b, "contact", contact);
	write = build_text(&b, "forename", "Idris");
	write->replaces[0] = contact; /* which wrote the surname */
	write->replace_count = 1;
	refused(&b, REFUSAL_DEPENDS);
}

static void
test_replaced_write_of_another_record_is_refused(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	uint64_t contact = add_contact(f, 1, pupil);
	uint64_t other = add_contact(f, 1, pupil);
	struct build b = build(f, 1, pupil);
	struct field_write *write;

	build_change(&b, "contact", contact);
	write = build_text(&b, "surname", "Laine");
	write->replaces[0] = other; /* which wrote its own surname */
	refused(&b, REFUSAL_DEPENDS);
}

/* Append-only stays as it was written; so does what is filled once. */
static void
test_what_is_never_replaced_is_refused(void **state)
{
	struct fixture *f = *state;
	struct build b = build(f, 1, 0), change = build(f, 1, 0);
	uint64_t session = build_new(&b, "training_session"), feedback;
	struct build once = build(f, 1, 0), twice = build(f, 1, 0);
	struct site site;
	struct build given = build(f, 1, 0);

	build_text(&b, "title", "Safer transitions");
	build_text(&b, "kind", "inset");
	assert_int_equal(offer(&b), REFUSAL_NONE);
	feedback = build_new(&given, "training_feedback");
	build_id(&given, "session", session);
	build_id(&given, "useful", 4);
	assert_int_equal(offer(&given), REFUSAL_NONE);
	build_change(&change, "training_feedback", feedback);
	build_id(&change, "useful", 1);
	refused(&change, REFUSAL_RIGHTS);

	OK(sites_get(f->replica, 4, &site, &f->err));
	build_change(&once, "site", site.record);
	build_value(&once, "device", value_blob(text("a key")));
	assert_int_equal(offer(&once), REFUSAL_NONE);
	build_change(&twice, "site", site.record);
	build_value(&twice, "device", value_blob(text("another")));
	refused(&twice, REFUSAL_STALE);
}

static void
test_redaction_names_a_change_of_its_dossier(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1), other = add_pupil(f, 1);
	uint64_t contact = add_contact(f, 1, pupil);
	uint64_t transfer = open_transfer(f, 1, pupil, ELM);
	struct build b = build(f, 1, other), state_lost = build(f, 1, pupil);
	struct build good = build(f, 1, pupil);

	build_new(&b, "redaction");
	build_id(&b, "change", contact);
	build_text(&b, "reason", "wrong_child");
	refused(&b, REFUSAL_DOSSIER);
	build_new(&state_lost, "redaction");
	build_id(&state_lost, "change", transfer);
	build_text(&state_lost, "reason", "wrong_child");
	refused(&state_lost, REFUSAL_STEP);
	build_new(&good, "redaction");
	build_id(&good, "change", contact);
	build_text(&good, "reason", "wrong_child");
	assert_int_equal(offer(&good), REFUSAL_NONE);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_replaced_id_that_is_not_held_is_refused),
		TEST(test_replaced_write_of_another_field_is_refused),
		TEST(test_replaced_write_of_another_record_is_refused),
		TEST(test_what_is_never_replaced_is_refused),
		TEST(test_redaction_names_a_change_of_its_dossier),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
