/*
 * Every reason for which the hub refuses a commit, one after the other: each
 * is told, counted and kept, and the commit beside it is taken.
 */
#include "tests/unit/server/fixture.h"

/* What a test offers beside a good commit. */
static void
expect_refused(struct fixture *f, uint32_t site, struct bytes bad,
    enum refusal refusal)
{
	struct build good = build(f, site, f->schools[site_schools[site]]);
	struct answer answers[COMMITS];
	struct bytes commits[2] = { bad };
	char counter[64];
	uint64_t before, head;

	build_new(&good, "setting");
	build_text(&good, "name", "colour");
	commits[1] = build_bytes(&good);
	snprintf(counter, sizeof(counter), "refused.%s", refusal_name(refusal));
	if (f->sessions[site] == NULL)
		(void)greet(f, site, 0);
	before = counted(f, site, counter);
	head = head_of(f);
	assert_int_equal(answers_in(f, push(f, site, commits, 2), answers), 2);
	assert_string_equal(refusal_name(answers[0].refusal),
	    refusal_name(refusal));
	assert_int_equal(answers[1].refusal, REFUSAL_NONE);
	assert_int_equal(answers[1].sequence, head + 1);
	assert_int_equal(counted(f, site, counter), before + 1);
}

static void
refused(struct build *b, enum refusal refusal)
{
	expect_refused(b->f, identifier_site(b->commit.id), build_bytes(b),
	    refusal);
}

static struct build
build_setting(struct fixture *f, uint32_t site)
{
	struct build b = build(f, site, f->schools[site_schools[site]]);

	build_new(&b, "setting");
	build_text(&b, "name", "language");
	return b;
}

static uint64_t
add_contact(struct fixture *f, uint32_t site, uint64_t pupil)
{
	struct build b = build(f, site, pupil);
	uint64_t contact = build_new(&b, "contact");

	build_text(&b, "surname", "Lane");
	assert_int_equal(offer(&b), REFUSAL_NONE);
	return contact;
}

static uint64_t
add_staff(struct fixture *f, uint32_t site)
{
	struct build b = build(f, site, 0);
	uint64_t staff = build_new(&b, "staff");

	build_id(&b, "school", f->schools[site_schools[site]]);
	build_text(&b, "surname", "Adeyemi");
	build_text(&b, "forename", "Ruth");
	build_text(&b, "role", "office");
	assert_int_equal(offer(&b), REFUSAL_NONE);
	return staff;
}

/* A commit with the numbers of another computer is not this one's. */
static void
test_another_sites_id_is_refused(void **state)
{
	struct fixture *f = *state;
	struct build b = build_setting(f, 4);

	expect_refused(f, 1, build_bytes(&b), REFUSAL_SITE);
}

/* The same bytes again get the same answer; other bytes do not. */
static void
test_reused_id_is_refused(void **state)
{
	struct fixture *f = *state;
	struct build b = build_setting(f, 1);
	struct bytes first = build_bytes(&b);
	struct answer a[COMMITS], again[COMMITS];

	(void)greet(f, 1, 0);
	assert_int_equal(answers_in(f, push(f, 1, &first, 1), a), 1);
	f->now += 1000;
	assert_int_equal(answers_in(f, push(f, 1, &first, 1), again), 1);
	assert_int_equal(again[0].refusal, REFUSAL_NONE);
	assert_int_equal(again[0].sequence, a[0].sequence);
	assert_int_equal(again[0].received_ms, a[0].received_ms);
	assert_true(mark_equal(&again[0].mark, &a[0].mark));

	build_text(&b, "value", "cy");
	refused(&b, REFUSAL_REUSED);
	assert_int_equal(counted(f, 1, "alarm.reused"), 1);
}

/* A number inside a commit that is held is used, too. */
static void
test_id_inside_another_commit_is_refused(void **state)
{
	struct fixture *f = *state;
	struct build b = build_setting(f, 1);
	struct build inside = build_setting(f, 1);
	uint64_t id = b.commit.id;

	build_new(&b, "setting");
	build_text(&b, "name", "font");
	assert_int_equal(offer(&b), REFUSAL_NONE);
	inside.commit.id = id + 1;
	inside.changes[0].record = id + 1;
	refused(&inside, REFUSAL_REUSED);
}

static void
test_value_of_wrong_type_is_refused(void **state)
{
	struct fixture *f = *state;
	struct build b = build(f, 1, f->schools[OAK]);

	build_new(&b, "setting");
	build_id(&b, "name", 5);
	refused(&b, REFUSAL_TYPE);
}

static void
test_text_that_is_too_long_is_refused(void **state)
{
	struct fixture *f = *state;
	struct build b = build(f, 1, f->schools[OAK]);
	char name[102];

	memset(name, 'x', sizeof(name));
	name[101] = '\0';
	build_new(&b, "setting");
	build_text(&b, "name", name);
	refused(&b, REFUSAL_TYPE);
}

/* A new record without what its collection cannot do without. */
static void
test_incomplete_record_is_refused(void **state)
{
	struct fixture *f = *state;
	struct build b = build(f, 1, f->schools[OAK]);

	build_new(&b, "setting");
	build_text(&b, "value", "en");
	refused(&b, REFUSAL_TYPE);
}

/* Replace a text of the same length inside good bytes. */
static struct bytes
patched(struct fixture *f, struct bytes good, const char *from, const char *to)
{
	struct bytes bytes = fixture_copy(f, good);
	uint8_t *data = (uint8_t *)(uintptr_t)bytes.data;
	size_t size = strlen(from);

	assert_int_equal(size, strlen(to));
	for (size_t i = 0; i + size <= bytes.size; i++)
		if (memcmp(data + i, from, size) == 0) {
			memcpy(data + i, to, size);
			return bytes;
		}
	fail_msg("%s is not there", from);
	return bytes;
}

static void
test_text_that_is_not_utf8_is_refused(void **state)
{
	struct fixture *f = *state;
	struct build b = build_setting(f, 1);

	expect_refused(f, 1,
	    patched(f, build_bytes(&b), "language",
		"langu\xC0\x80"
		"e"),
	    REFUSAL_BYTES);
}

/* The same content in another order of columns is not canonical. */
static void
test_bytes_that_are_not_canonical_are_refused(void **state)
{
	struct fixture *f = *state;
	struct build b = build(f, 1, 0);
	struct bytes bytes;

	build_new(&b, "term_date");
	build_id(&b, "school", f->schools[OAK]);
	build_text(&b, "kind", "term");
	bytes = patched(f, build_bytes(&b), "kind", "zind");
	expect_refused(f, 1, bytes, REFUSAL_BYTES);
}

static void
test_column_written_twice_is_refused(void **state)
{
	struct fixture *f = *state;
	struct build b = build_setting(f, 1);
	struct bytes bytes;

	build_new(&b, "training_feedback");
	build_text(&b, "more_of", "a");
	build_text(&b, "will_us", "b");
	bytes = patched(f, build_bytes(&b), "will_us", "more_of");
	expect_refused(f, 1, bytes, REFUSAL_BYTES);
}

/* Columns that are not tied are not one field. */
static void
test_untied_columns_in_one_field_are_refused(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	struct build b = build(f, 1, pupil);
	struct field_write *write;

	build_new(&b, "contact");
	write = build_text(&b, "forename", "Idris");
	write->values[1] =
	    (struct column_value){ text("surname"), value_c_text("Lane") };
	write->value_count = 2;
	refused(&b, REFUSAL_BYTES);
}

static void
test_record_written_twice_is_refused(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	uint64_t contact = add_contact(f, 1, pupil);
	struct build b = build(f, 1, pupil);

	build_change(&b, "contact", contact);
	build_text(&b, "surname", "Laine");
	build_change(&b, "contact", contact);
	build_text(&b, "forename", "Idris");
	refused(&b, REFUSAL_BYTES);
}

static void
test_garbage_is_refused(void **state)
{
	struct fixture *f = *state;

	expect_refused(f, 1, text("no commit at all"), REFUSAL_BYTES);
}

static void
test_unknown_collection_and_column_are_refused(void **state)
{
	struct fixture *f = *state;
	struct build b = build(f, 1, f->schools[OAK]);
	struct build c = build_setting(f, 1);

	build_new(&b, "horoscope");
	build_text(&b, "name", "x");
	refused(&b, REFUSAL_UNKNOWN);
	build_text(&c, "star_sign", "x");
	refused(&c, REFUSAL_UNKNOWN);
}

static void
test_stamp_a_year_ahead_is_refused(void **state)
{
	struct fixture *f = *state;
	struct build b = build_setting(f, 1);
	struct build near = build_setting(f, 1);

	b.commit.stamp = stamp_from_ms(f->now + UINT64_C(31536000000));
	refused(&b, REFUSAL_CLOCK);
	near.commit.stamp = stamp_from_ms(f->now + LIMIT_STAMP_AHEAD_MS);
	assert_int_equal(offer(&near), REFUSAL_NONE);
}

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
test_change_to_a_record_that_is_not_held_is_refused(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	struct build b = build(f, 1, pupil);

	build_change(&b, "contact", pupil + 700);
	build_text(&b, "surname", "Laine");
	refused(&b, REFUSAL_DEPENDS);
}

static void
test_author_of_another_school_is_refused(void **state)
{
	struct fixture *f = *state;
	uint64_t elm = add_staff(f, 2);
	uint64_t oak = add_staff(f, 1);
	struct build b = build_setting(f, 1);
	struct build own = build_setting(f, 1);
	struct build nobody = build_setting(f, 1);

	b.commit.author = elm;
	refused(&b, REFUSAL_AUTHOR);
	nobody.commit.author = identifier_make(1, 9);
	refused(&nobody, REFUSAL_AUTHOR);
	own.commit.author = oak;
	assert_int_equal(offer(&own), REFUSAL_NONE);
}

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

/* A collection lies in its own kind of dossier. */
static void
test_collection_in_the_wrong_dossier_is_refused(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	struct build b = build(f, 1, f->schools[OAK]);
	struct build second = build_pupil(f, 1);
	struct build nowhere = build_setting(f, 1);

	build_new(&b, "contact");
	build_text(&b, "surname", "Lane");
	refused(&b, REFUSAL_DOSSIER);
	second.commit.dossier = pupil;
	refused(&second, REFUSAL_DOSSIER);
	nowhere.commit.dossier = identifier_make(1, 5);
	refused(&nowhere, REFUSAL_DOSSIER);
}

static void
test_record_of_another_dossier_is_refused(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1), other = add_pupil(f, 1);
	uint64_t contact = add_contact(f, 1, pupil);
	struct build b = build(f, 1, other);
	struct build kind = build(f, 1, pupil);

	build_change(&b, "contact", contact);
	build_text(&b, "surname", "Laine");
	refused(&b, REFUSAL_DOSSIER);
	build_change(&kind, "need", contact);
	build_text(&kind, "need_type", "ASD");
	refused(&kind, REFUSAL_DOSSIER);
}

static void
test_destroyed_dossier_is_refused(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	struct dossier dossier;
	struct build b = build(f, 1, pupil);

	OK(dossier_get(f->replica, pupil, &dossier, &f->err));
	dossier.state = DOSSIER_GONE;
	OK(replica_begin(f->replica, &f->err));
	OK(dossier_put(f->replica, &dossier, &f->err));
	OK(replica_commit(f->replica, &f->err));
	build_change(&b, "pupil", pupil);
	build_text(&b, "surname", "Okafor");
	refused(&b, REFUSAL_GONE);
}

/* A child is created by the school that then holds it. */
static void
test_pupil_held_by_another_school_is_refused(void **state)
{
	struct fixture *f = *state;
	struct build b = build_pupil(f, 1);

	for (uint32_t i = 0; i < b.changes[0].field_count; i++)
		if (bytes_equal_text(b.fields[0][i].values[0].column, "holder"))
			b.values[0][i][0].value =
			    value_integer((int64_t)f->schools[ELM]);
	refused(&b, REFUSAL_STEP);
}

static void
test_two_open_transfers_are_refused(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1), transfer;
	struct build late, second;

	late = build_open(f, 4, pupil, YEW, &transfer);
	(void)open_transfer(f, 1, pupil, ELM);
	refused(&late, REFUSAL_STALE);
	second = build_open(f, 4, pupil, YEW, &transfer);
	refused(&second, REFUSAL_STEP);
}

/* Append-only stays as it was written; so does what is filled once. */
static void
test_what_is_never_replaced_is_refused(void **state)
{
	struct fixture *f = *state;
	struct build b = build(f, 1, 0), change = build(f, 1, 0);
	uint64_t session = build_new(&b, "training_session"), feedback;
	uint64_t pupil = add_pupil(f, 1);
	uint64_t transfer = open_transfer(f, 1, pupil, ELM);
	struct build once = build(f, 1, pupil), twice = build(f, 1, pupil);
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

	build_change(&once, "transfer", transfer);
	build_text(&once, "statement_at", "2027-01-05T10:00:00Z");
	assert_int_equal(offer(&once), REFUSAL_NONE);
	build_change(&twice, "transfer", transfer);
	build_text(&twice, "statement_at", "2027-01-06T10:00:00Z");
	refused(&twice, REFUSAL_STALE);
}

/* A note is its author's school's; deletion where the catalogue has it. */
static void
test_deletion_follows_the_catalogue(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	uint64_t contact = add_contact(f, 1, pupil);
	struct build b = build(f, 1, pupil), never = build(f, 1, pupil);
	struct build odd = build(f, 1, pupil);
	uint8_t seen[8];

	for (int i = 0; i < 8; i++)
		seen[i] = (uint8_t)(contact >> (56 - 8 * i));
	build_change(&odd, "contact", contact);
	build_value(&odd, "deleted", value_blob((struct bytes){ seen, 7 }));
	refused(&odd, REFUSAL_TYPE);
	build_change(&b, "contact", contact);
	build_value(&b, "deleted", value_blob((struct bytes){ seen, 8 }));
	assert_int_equal(offer(&b), REFUSAL_NONE);
	for (int i = 0; i < 8; i++)
		seen[i] = (uint8_t)(pupil >> (56 - 8 * i));
	build_change(&never, "pupil", pupil);
	build_value(&never, "deleted", value_blob((struct bytes){ seen, 8 }));
	refused(&never, REFUSAL_RIGHTS);
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

struct kept {
	uint32_t count;
	uint32_t refusal;
	size_t bytes;
};

static bool
note_kept(void *context, const struct refused_commit *refused_commit)
{
	struct kept *kept = context;

	kept->count++;
	kept->refusal = refused_commit->refusal;
	kept->bytes = refused_commit->bytes.size;
	return true;
}

/* Set aside at the hub too, with the reason. */
static void
test_refused_commit_is_kept(void **state)
{
	struct fixture *f = *state;
	struct build b = build_setting(f, 1);
	struct kept kept = { 0 };

	b.commit.dossier = f->schools[ELM];
	refused(&b, REFUSAL_RIGHTS);
	OK(counters_each_refused(f->replica, note_kept, &kept, &f->err));
	assert_int_equal(kept.count, 1);
	assert_int_equal(kept.refusal, REFUSAL_RIGHTS);
	assert_int_equal(kept.bytes, build_bytes(&b).size);
}

/* A restored hub that is still collecting takes nothing new. */
static void
test_collecting_hub_answers_later(void **state)
{
	struct fixture *f = *state;
	struct hub_options options = fixture_options(f);
	struct build b = build_setting(f, 1);

	hub_destroy(f->hub);
	f->hub = NULL;
	OK(replica_begin(f->replica, &f->err));
	OK(replica_meta_set(f->replica, "collecting", 1, &f->err));
	OK(replica_commit(f->replica, &f->err));
	OK(hub_create(&options, &f->hub, &f->err));
	assert_int_equal(offer(&b), REFUSAL_LATER);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_another_sites_id_is_refused),
		TEST(test_reused_id_is_refused),
		TEST(test_id_inside_another_commit_is_refused),
		TEST(test_value_of_wrong_type_is_refused),
		TEST(test_text_that_is_too_long_is_refused),
		TEST(test_incomplete_record_is_refused),
		TEST(test_text_that_is_not_utf8_is_refused),
		TEST(test_bytes_that_are_not_canonical_are_refused),
		TEST(test_column_written_twice_is_refused),
		TEST(test_untied_columns_in_one_field_are_refused),
		TEST(test_record_written_twice_is_refused),
		TEST(test_garbage_is_refused),
		TEST(test_unknown_collection_and_column_are_refused),
		TEST(test_stamp_a_year_ahead_is_refused),
		TEST(test_replaced_id_that_is_not_held_is_refused),
		TEST(test_replaced_write_of_another_field_is_refused),
		TEST(test_change_to_a_record_that_is_not_held_is_refused),
		TEST(test_author_of_another_school_is_refused),
		TEST(test_pupil_of_another_school_is_refused),
		TEST(test_what_only_the_hub_writes_is_refused),
		TEST(test_outside_school_is_not_made_a_member),
		TEST(test_record_of_another_school_is_refused),
		TEST(test_dossier_of_another_school_is_refused),
		TEST(test_collection_in_the_wrong_dossier_is_refused),
		TEST(test_record_of_another_dossier_is_refused),
		TEST(test_destroyed_dossier_is_refused),
		TEST(test_pupil_held_by_another_school_is_refused),
		TEST(test_two_open_transfers_are_refused),
		TEST(test_what_is_never_replaced_is_refused),
		TEST(test_deletion_follows_the_catalogue),
		TEST(test_redaction_names_a_change_of_its_dossier),
		TEST(test_refused_commit_is_kept),
		TEST(test_collecting_hub_answers_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
