/*
 * Who may write what, and until when.
 */
#include "tests/unit/server/refused.h"

#include "server/core/rights.h"

static void
test_pupil_of_another_school_is_refused(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	struct build b = build(f, 2, pupil);

	build_change(&b, "pupil", pupil);
	build_text(&b, "surname", "Okafor");
	refused(&b, REFUSAL_RIGHTS);
}

/* Schools, computers and grants are the hub's to write. */
static void
test_what_only_the_hub_writes_is_refused(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	struct build grant = build(f, 2, f->schools[ELM]);
	struct build site = build(f, 1, 0);
	struct build school = build(f, 1, 0);
	struct build outside = build(f, 1, 0);

	build_new(&grant, "grant");
	build_id(&grant, "dossier", pupil);
	build_text(&grant, "kind", "holder");
	refused(&grant, REFUSAL_RIGHTS);
	build_new(&site, "site");
	build_id(&site, "number", 77);
	build_id(&site, "school", f->schools[OAK]);
	refused(&site, REFUSAL_RIGHTS);
	build_new(&school, "school");
	build_text(&school, "name", "Rowan");
	build_text(&school, "phase", "primary");
	build_text(&school, "member", "Y");
	refused(&school, REFUSAL_RIGHTS);
	build_new(&outside, "school");
	build_text(&outside, "name", "Rowan");
	build_text(&outside, "phase", "primary");
	build_text(&outside, "member", "N");
	assert_int_equal(offer(&outside), REFUSAL_NONE);
}

/* Who added an outside school may correct it, but not make it a member. */
static void
test_outside_school_is_not_made_a_member(void **state)
{
	struct fixture *f = *state;
	struct build b = build(f, 1, 0);
	uint64_t school = build_new(&b, "school");
	struct build own = build(f, 4, 0), other = build(f, 2, 0);
	struct build member = build(f, 1, 0);

	build_text(&b, "name", "Rowan");
	build_text(&b, "phase", "primary");
	build_text(&b, "member", "N");
	assert_int_equal(offer(&b), REFUSAL_NONE);
	build_change(&own, "school", school);
	build_text(&own, "email", "office@rowan.example");
	assert_int_equal(offer(&own), REFUSAL_NONE);
	build_change(&other, "school", school);
	build_text(&other, "email", "x@elm.example");
	refused(&other, REFUSAL_RIGHTS);
	build_change(&member, "school", school);
	build_text(&member, "member", "Y");
	refused(&member, REFUSAL_RIGHTS);
}

/* Staff of another school is neither added nor taken over. */
static void
test_record_of_another_school_is_refused(void **state)
{
	struct fixture *f = *state;
	uint64_t elm = add_staff(f, 2);
	struct build take = build(f, 1, 0);

	build_change(&take, "staff", elm);
	build_id(&take, "school", f->schools[OAK]);
	refused(&take, REFUSAL_RIGHTS);
}

static void
test_dossier_of_another_school_is_refused(void **state)
{
	struct fixture *f = *state;
	struct build b = build_setting(f, 1);

	b.commit.dossier = f->schools[ELM];
	refused(&b, REFUSAL_RIGHTS);
}

/* A note is its author's school's; deletion where the catalogue has it. */
static void
test_deletion_follows_the_catalogue(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	uint64_t contact = add_contact(f, 1, pupil);
	struct build b = build(f, 1, pupil), never = build(f, 1, pupil);
	struct build odd = build(f, 1, pupil), beyond = build(f, 1, pupil);
	uint8_t seen[8], no_id[8] = { 0xd0 };

	for (int i = 0; i < 8; i++)
		seen[i] = (uint8_t)(contact >> (56 - 8 * i));
	build_change(&odd, "contact", contact);
	build_value(&odd, "deleted", value_blob((struct bytes){ seen, 7 }));
	refused(&odd, REFUSAL_TYPE);
	build_change(&beyond, "contact", contact);
	build_value(&beyond, "deleted", value_blob((struct bytes){ no_id, 8 }));
	refused(&beyond, REFUSAL_TYPE);
	build_change(&b, "contact", contact);
	build_value(&b, "deleted", value_blob((struct bytes){ seen, 8 }));
	assert_int_equal(offer(&b), REFUSAL_NONE);
	for (int i = 0; i < 8; i++)
		seen[i] = (uint8_t)(pupil >> (56 - 8 * i));
	build_change(&never, "pupil", pupil);
	build_value(&never, "deleted", value_blob((struct bytes){ seen, 8 }));
	refused(&never, REFUSAL_RIGHTS);
}

static struct build
build_note(struct fixture *f, uint32_t site, uint64_t pupil)
{
	struct build b = build(f, site, pupil);

	build_new(&b, "note");
	build_text(&b, "category", "praise");
	build_text(&b, "happened_on", "2026-12-01");
	build_text(&b, "text", "Read aloud to the class");
	return b;
}

/* The site has stored all that there is, and nothing waits. */
static void
confirm(struct fixture *f, uint32_t site)
{
	struct confirm message = { .batch_bytes = 64 * 1024 };
	struct buffer body = { 0 };

	disconnect_site(f, site);
	(void)greet(f, site, head_of(f));
	message.cursor = message.confirmed = head_of(f);
	OK(message_confirm_encode(&message, &body, &f->err));
	(void)exchange(f, site, FRAME_CONFIRM, &body);
}

/* A right to write lasts until the site has confirmed where it ended. */
/* The school's other computer had written to it meanwhile; then somebody takes
 * the deletion back. */
static void
test_deleted_record_is_still_of_its_school(void **state)
{
	struct fixture *f = *state;
	struct build b = build(f, 1, 0);
	uint64_t term = build_new(&b, "term_date");
	struct field_write *days;
	uint8_t seen[8];

	build_id(&b, "school", f->schools[OAK]);
	build_text(&b, "kind", "closure");
	days = build_text(&b, "starts", "2027-02-15");
	days->values[days->value_count++] =
	    (struct column_value){ text("ends"), value_c_text("2027-02-19") };
	assert_int_equal(offer(&b), REFUSAL_NONE);
	for (int i = 0; i < 8; i++)
		seen[i] = (uint8_t)(term >> (8 * (7 - i)));
	b = build(f, 1, 0);
	build_change(&b, "term_date", term);
	build_value(&b, "deleted", value_blob((struct bytes){ seen, 8 }));
	assert_int_equal(offer(&b), REFUSAL_NONE);
	b = build(f, 2, 0);
	build_change(&b, "term_date", term);
	build_text(&b, "kind", "term");
	assert_int_equal(offer(&b), REFUSAL_RIGHTS);
	b = build(f, 4, 0);
	build_change(&b, "term_date", term);
	build_text(&b, "kind", "training_day");
	assert_int_equal(offer(&b), REFUSAL_NONE);
	b = build(f, 1, 0);
	build_change(&b, "term_date", term);
	build_null(&b, "deleted");
	assert_int_equal(offer(&b), REFUSAL_NONE);
}

static void
test_late_work_is_taken_until_the_freeze_is_confirmed(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1), transfer;
	struct build b;

	pass_on(f, 1, 2, pupil);
	b = build_note(f, 1, pupil);
	assert_int_equal(offer(&b), REFUSAL_NONE);
	/* but it takes no step by it */
	b = build_open(f, 1, pupil, YEW, &transfer);
	assert_int_equal(offer(&b), REFUSAL_RIGHTS);
	confirm(f, 1);
	b = build_note(f, 1, pupil);
	assert_int_equal(offer(&b), REFUSAL_RIGHTS);
	/* the other computer of that school has not confirmed */
	b = build_note(f, 4, pupil);
	assert_int_equal(offer(&b), REFUSAL_NONE);
}

static void
test_late_work_is_refused_after_thirty_days(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	struct build b;

	pass_on(f, 1, 2, pupil);
	f->now += (LIMIT_WRITE_AFTER_END_DAYS + 1) * UINT64_C(86400000);
	b = build_note(f, 1, pupil);
	assert_int_equal(offer(&b), REFUSAL_RIGHTS);
}

/* What a destination may write, and what not, before it holds. */
static void
test_destination_writes_what_the_catalogue_gives_it(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	uint64_t envelope;
	struct build note, name;

	(void)open_transfer(f, 1, pupil, ELM);
	envelope = last_record(f, "envelope", f->schools[ELM]);
	assert_int_equal(answer_envelope(f, 2, envelope, "ours"), 0);
	note = build_note(f, 2, pupil);
	assert_int_equal(offer(&note), REFUSAL_NONE);
	name = build(f, 2, pupil);
	build_change(&name, "pupil", pupil);
	build_text(&name, "surname", "Lane");
	assert_int_equal(offer(&name), REFUSAL_RIGHTS);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_pupil_of_another_school_is_refused),
		TEST(test_what_only_the_hub_writes_is_refused),
		TEST(test_outside_school_is_not_made_a_member),
		TEST(test_record_of_another_school_is_refused),
		TEST(test_dossier_of_another_school_is_refused),
		TEST(test_deletion_follows_the_catalogue),
		TEST(test_deleted_record_is_still_of_its_school),
		TEST(test_late_work_is_taken_until_the_freeze_is_confirmed),
		TEST(test_late_work_is_refused_after_thirty_days),
		TEST(test_destination_writes_what_the_catalogue_gives_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
