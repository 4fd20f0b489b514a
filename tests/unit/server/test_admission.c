/*
 * Every reason for which the hub refuses a commit, one after the other: each
 * is told, counted and kept, and the commit beside it is taken.
 */
#include "tests/unit/server/refused.h"

#include "server/core/admission.h"
#include "server/core/written.h"

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
		TEST(test_author_of_another_school_is_refused),
		TEST(test_pupil_held_by_another_school_is_refused),
		TEST(test_two_open_transfers_are_refused),
		TEST(test_refused_commit_is_kept),
		TEST(test_collecting_hub_answers_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
