#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocol/commit.h"
#include "protocol/digest.h"
#include "sample.h"
#include "vectors.h"

static struct arena arena;
static struct error error;

static int
teardown(void **state)
{
	(void)state;
	arena_deinit(&arena);
	return 0;
}

static void
assert_same_commit(const struct commit *a, const struct commit *b)
{
	assert_int_equal(a->id, b->id);
	assert_int_equal(a->stamp, b->stamp);
	assert_int_equal(a->author, b->author);
	assert_int_equal(a->dossier, b->dossier);
	assert_int_equal(a->change_count, b->change_count);
	for (uint32_t i = 0; i < a->change_count; i++) {
		const struct change *x = &a->changes[i];
		const struct change *y = &b->changes[i];

		assert_true(bytes_equal(x->collection, y->collection));
		assert_int_equal(x->record, y->record);
		assert_int_equal(x->redacted, y->redacted);
		assert_int_equal(x->field_count, y->field_count);
		for (uint32_t j = 0; j < x->field_count; j++) {
			const struct field_write *f = &x->fields[j];
			const struct field_write *g = &y->fields[j];

			assert_int_equal(f->value_count, g->value_count);
			for (uint32_t k = 0; k < f->value_count; k++) {
				assert_true(bytes_equal(f->values[k].column,
				    g->values[k].column));
				assert_true(value_equal(&f->values[k].value,
				    &g->values[k].value));
			}
			assert_int_equal(f->replace_count, g->replace_count);
			for (uint32_t k = 0; k < f->replace_count; k++)
				assert_int_equal(f->replaces[k],
				    g->replaces[k]);
		}
	}
}

/* Whatever is encoded comes back as it was, and again to the same bytes. */
static void
test_random_commits_survive_a_round_trip(void **state)
{
	struct random random = random_begin();

	(void)state;
	for (int i = 0; i < 300; i++) {
		struct commit commit = random_commit(&random, &arena);
		struct buffer first = { 0 };
		struct buffer again = { 0 };
		struct commit decoded;
		struct commit peeked;

		assert_int_equal(commit_encode(&commit, &first, &error), 0);
		if (commit_decode(buffer_view(&first), &arena, &decoded,
			&error) != STATUS_OK)
			fail_msg("%s", error.text);
		assert_same_commit(&commit, &decoded);
		assert_int_equal(commit_encode(&decoded, &again, NULL), 0);
		assert_true(
		    bytes_equal(buffer_view(&first), buffer_view(&again)));
		assert_int_equal(commit_peek(buffer_view(&first), &peeked), 0);
		assert_int_equal(peeked.id, commit.id);
		assert_int_equal(peeked.dossier, commit.dossier);
		assert_int_equal(peeked.change_count, commit.change_count);
		buffer_deinit(&first);
		buffer_deinit(&again);
		arena_reset(&arena);
	}
}

/* What still decodes after damage must be canonical too. */
static void
decode_damaged(struct bytes bytes)
{
	struct buffer again = { 0 };
	struct commit commit;

	if (commit_decode(bytes, &arena, &commit, &error) == STATUS_OK) {
		assert_int_equal(commit_encode(&commit, &again, &error), 0);
		assert_true(bytes_equal(buffer_view(&again), bytes));
	}
	(void)commit_peek(bytes, &commit);
	buffer_deinit(&again);
	arena_reset(&arena);
}

/* Cut anywhere it is refused; damaged anywhere it is refused or canonical. */
static void
test_truncation_and_damage_are_refused(void **state)
{
	struct random random = random_begin();
	struct commit commit = random_commit(&random, &arena);
	struct buffer sample = { 0 };
	struct commit decoded;
	size_t size;

	(void)state;
	assert_int_equal(commit_encode(&commit, &sample, &error), 0);
	arena_reset(&arena);
	size = sample.size < 700 ? sample.size : 700;
	for (size_t cut = 0; cut < sample.size; cut++) {
		uint8_t *copy = malloc(cut + 1);

		memcpy(copy, sample.data, cut);
		assert_int_equal(commit_decode((struct bytes){ copy, cut },
				     &arena, &decoded, &error),
		    STATUS_INVALID);
		arena_reset(&arena);
		free(copy);
	}
	for (size_t at = 0; at < size; at++) {
		uint8_t was = sample.data[at];

		for (int bit = 0; bit < 8; bit++) {
			sample.data[at] = (uint8_t)(was ^ 1 << bit);
			decode_damaged(buffer_view(&sample));
		}
		sample.data[at] = was;
	}
	buffer_deinit(&sample);
}

/* A commit of one change with one field, for the tests to spoil. */
struct small {
	uint64_t replaces[LIMIT_REPLACES + 1];
	struct column_value values[2];
	struct field_write fields[2];
	struct change change;
	struct commit commit;
};

static void
small_init(struct small *small)
{
	*small = (struct small){ 0 };
	small->values[0].column = bytes_of_text("surname");
	small->values[0].value = value_c_text("Okafor-Lane");
	small->values[1].column = bytes_of_text("forename");
	small->values[1].value = value_c_text("Teodora");
	for (int i = 0; i < 2; i++) {
		small->fields[i].values = &small->values[i];
		small->fields[i].value_count = 1;
	}
	small->fields[0].replaces = small->replaces;
	small->change.collection = bytes_of_text("pupil");
	small->change.record = identifier_make(7, 100);
	small->change.fields = small->fields;
	small->change.field_count = 2;
	small->commit = (struct commit){
		.id = identifier_make(7, 100),
		.stamp = 5,
		.dossier = identifier_make(7, 100),
		.changes = &small->change,
		.change_count = 1,
	};
}

static enum status
small_encode(struct small *small)
{
	struct buffer out = { 0 };
	enum status status = commit_encode(&small->commit, &out, &error);

	if (status != STATUS_OK)
		assert_int_equal(out.size, 0);
	buffer_deinit(&out);
	return status;
}

/* Encoding sorts, so the order in which a caller lists things is free. */
static void
test_encoding_sorts_fields_columns_and_ids(void **state)
{
	struct small small;

	(void)state;
	small_init(&small);
	small.replaces[0] = 9;
	small.replaces[1] = 3;
	small.fields[0].replace_count = 2;
	assert_int_equal(small_encode(&small), STATUS_OK);
	assert_true(
	    bytes_equal_text(small.fields[0].values[0].column, "forename"));
	assert_int_equal(small.replaces[0], 3);
	assert_int_equal(small.replaces[1], 9);
}

static void
test_what_has_no_canonical_form_is_refused(void **state)
{
	struct small small;

	(void)state;
	small_init(&small);
	small.values[1].column = bytes_of_text("surname");
	assert_int_equal(small_encode(&small), STATUS_INVALID);
	small_init(&small); /* the same column, second in one field */
	small.fields[0].value_count = 2;
	assert_int_equal(small_encode(&small), STATUS_INVALID);
	small_init(&small);
	small.commit.change_count = 0;
	assert_int_equal(small_encode(&small), STATUS_INVALID);
	small_init(&small);
	small.change.field_count = 0;
	assert_int_equal(small_encode(&small), STATUS_INVALID);
	small_init(&small);
	small.fields[0].value_count = 0;
	assert_int_equal(small_encode(&small), STATUS_INVALID);
	small_init(&small);
	small.commit.id = 0;
	assert_int_equal(small_encode(&small), STATUS_INVALID);
	small_init(&small);
	small.commit.id = (uint64_t)INT64_MAX + 1;
	assert_int_equal(small_encode(&small), STATUS_INVALID);
	small_init(&small);
	small.change.record = 0;
	assert_int_equal(small_encode(&small), STATUS_INVALID);
	small_init(&small);
	small.values[0].value = value_real(NAN);
	assert_int_equal(small_encode(&small), STATUS_INVALID);
	small_init(&small);
	small.values[0].value = value_c_text("\xc0\x80");
	assert_int_equal(small_encode(&small), STATUS_INVALID);
	small_init(&small);
	small.values[0].column = bytes_of_text("Surname;");
	assert_int_equal(small_encode(&small), STATUS_INVALID);
	small_init(&small);
	small.change.redacted = true;
	assert_int_equal(small_encode(&small), STATUS_INVALID);
	change_redact(&small.change);
	assert_int_equal(small_encode(&small), STATUS_OK);
	assert_true(commit_has_redacted(&small.commit));
	small.change.redacted = false;
	assert_false(commit_has_redacted(&small.commit));
}

/* The ids of a commit's changes are its site's own, to the last. */
static void
test_ids_do_not_run_into_the_next_site(void **state)
{
	struct small small;
	struct change changes[2];

	(void)state;
	small_init(&small);
	small.commit.id = identifier_make(7, COUNTER_MAX);
	assert_int_equal(small_encode(&small), STATUS_OK);
	changes[0] = changes[1] = small.change;
	small.commit.changes = changes;
	small.commit.change_count = 2;
	assert_int_equal(small_encode(&small), STATUS_INVALID);
}

static void
test_what_is_over_a_limit_is_too_large(void **state)
{
	static uint8_t blob[LIMIT_VALUE_BYTES + 1];
	struct column_value values[5];
	struct small small;

	(void)state;
	small_init(&small);
	small.values[0].value =
	    value_blob((struct bytes){ blob, LIMIT_VALUE_BYTES });
	assert_int_equal(small_encode(&small), STATUS_OK);
	small.fields[0].values[0].value =
	    value_blob((struct bytes){ blob, sizeof(blob) });
	assert_int_equal(small_encode(&small), STATUS_TOO_LARGE);

	small_init(&small);
	for (int i = 0; i < 5; i++)
		values[i] = (struct column_value){ random_name(&arena,
						       (uint64_t)i),
			value_blob((struct bytes){ blob, LIMIT_VALUE_BYTES }) };
	small.fields[0].values = values;
	small.fields[0].value_count = 5;
	assert_int_equal(small_encode(&small), STATUS_TOO_LARGE);

	small_init(&small);
	small.fields[0].values =
	    arena_array(&arena, LIMIT_COLUMNS_PER_CHANGE + 1, sizeof(*values));
	small.fields[0].value_count = LIMIT_COLUMNS_PER_CHANGE + 1;
	assert_int_equal(small_encode(&small), STATUS_TOO_LARGE);

	small_init(&small);
	small.commit.changes =
	    arena_array(&arena, LIMIT_CHANGES + 1, sizeof(struct change));
	small.commit.change_count = LIMIT_CHANGES + 1;
	assert_int_equal(small_encode(&small), STATUS_TOO_LARGE);

	small_init(&small);
	for (uint32_t i = 0; i <= LIMIT_REPLACES; i++)
		small.replaces[i] = i + 1;
	small.fields[0].replace_count = LIMIT_REPLACES;
	assert_int_equal(small_encode(&small), STATUS_OK);
	small_init(&small);
	for (uint32_t i = 0; i <= LIMIT_REPLACES; i++)
		small.replaces[i] = i + 1;
	small.fields[0].replace_count = LIMIT_REPLACES + 1;
	assert_int_equal(small_encode(&small), STATUS_TOO_LARGE);
}

/* A count of four thousand million asks for no memory. */
static void
test_a_huge_count_is_refused_without_allocation(void **state)
{
	static const uint8_t bytes[] = { 0x95, 1, 1, 0, 0, 0xdd, 0xff, 0xff,
		0xff, 0xff };
	struct arena empty = { 0 };
	struct commit commit;

	(void)state;
	assert_int_equal(commit_decode((struct bytes){ bytes, sizeof(bytes) },
			     &empty, &commit, &error),
	    STATUS_INVALID);
	assert_null(empty.first);
}

/* 0 and -0 are one value, written one way. */
static void
test_minus_zero_is_written_as_zero(void **state)
{
	struct buffer a = { 0 };
	struct buffer b = { 0 };
	struct small small;

	(void)state;
	small_init(&small);
	small.values[0].value = value_real(0);
	assert_int_equal(commit_encode(&small.commit, &a, &error), 0);
	small_init(&small);
	small.values[0].value =
	    (struct value){ .type = VALUE_REAL, .real = -0.0 };
	assert_int_equal(commit_encode(&small.commit, &b, &error), 0);
	assert_true(bytes_equal(buffer_view(&a), buffer_view(&b)));
	buffer_deinit(&a);
	buffer_deinit(&b);
}

static void
check_good_vector(struct vectors *vectors, const struct commit *commit)
{
	struct bytes bytes = vectors_bytes(vectors, "bytes");
	struct digest digest = digest_of(bytes);

	assert_int_equal(commit->id, vectors_number(vectors, "id"));
	assert_int_equal(commit->stamp, vectors_number(vectors, "stamp"));
	assert_int_equal(commit->author, vectors_number(vectors, "author"));
	assert_int_equal(commit->dossier, vectors_number(vectors, "dossier"));
	assert_int_equal(commit->change_count,
	    vectors_number(vectors, "changes"));
	assert_memory_equal(digest.bytes, vectors_bytes(vectors, "digest").data,
	    sizeof(digest.bytes));
}

/* Every way of not being canonical that we could think of, by name. */
static void
test_the_vectors_are_judged_as_they_say(void **state)
{
	struct vectors *vectors = vectors_open("commits.txt");

	(void)state;
	while (vectors_next(vectors)) {
		const char *expected = vectors_text(vectors, "status");
		struct commit commit;
		enum status status;

		status = commit_decode(vectors_bytes(vectors, "bytes"), &arena,
		    &commit, &error);
		if (strcmp(status_name(status), expected) != 0)
			fail_msg("%s: %s, not %s",
			    vectors_text(vectors, "name"), status_name(status),
			    expected);
		if (status == STATUS_OK)
			check_good_vector(vectors, &commit);
		arena_reset(&arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_commits_survive_a_round_trip),
		cmocka_unit_test(test_truncation_and_damage_are_refused),
		cmocka_unit_test(test_encoding_sorts_fields_columns_and_ids),
		cmocka_unit_test(test_what_has_no_canonical_form_is_refused),
		cmocka_unit_test(test_ids_do_not_run_into_the_next_site),
		cmocka_unit_test(test_what_is_over_a_limit_is_too_large),
		cmocka_unit_test(
		    test_a_huge_count_is_refused_without_allocation),
		cmocka_unit_test(test_minus_zero_is_written_as_zero),
		cmocka_unit_test(test_the_vectors_are_judged_as_they_say),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}
