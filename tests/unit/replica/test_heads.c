/* Heads of one record, without any database. */
#include "common/replica/heads_private.h"
#include "tests/unit/replica/script.h"

struct scene {
	struct arena arena;
	struct head_write writes[16];
	size_t count;
	struct record_heads heads;
	bool deleted;
};

static int
setup(void **state)
{
	*state = calloc(1, sizeof(struct scene));
	return *state == NULL;
}

static int
teardown(void **state)
{
	struct scene *scene = *state;

	arena_deinit(&scene->arena);
	free(scene);
	return 0;
}

/* text is a field of script.h */
static void
add(struct scene *scene, uint64_t change, uint64_t stamp, const char *text)
{
	struct field_write *write = arena_alloc(&scene->arena, sizeof(*write));
	char copy[256];

	snprintf(copy, sizeof(copy), "%s", text);
	script_field(&scene->arena, copy, write);
	scene->writes[scene->count++] = (struct head_write){
		.field = heads_field_name(NULL, write),
		.change = change,
		.stamp = stamp,
		.write = write,
	};
}

static const struct field_heads *
compute(struct scene *scene, const char *field)
{
	assert_int_equal(heads_compute(scene->writes, scene->count,
			     &scene->arena, &scene->heads, &scene->deleted),
	    STATUS_OK);
	return heads_field(&scene->heads, bytes_of_text(field));
}

static void
test_replaced_write_is_no_head(void **state)
{
	struct scene *scene = *state;
	const struct field_heads *field;

	add(scene, 30, 3, "a=z>10");
	add(scene, 10, 1, "a=x");
	field = compute(scene, "a");
	assert_int_equal(field->head_count, 1);
	assert_int_equal(field->heads[0].change, 30);
	assert_int_equal(field->ghost_count, 0);
}

/* The later stamp first; with equal stamps the greater id. */
static void
test_heads_are_ordered_by_stamp_and_id(void **state)
{
	struct scene *scene = *state;
	const struct field_heads *field;

	add(scene, 10, 5, "a=x");
	add(scene, 20, 7, "a=y");
	add(scene, 30, 5, "a=x");
	field = compute(scene, "a");
	assert_int_equal(field->head_count, 3);
	assert_int_equal(field->heads[0].change, 20);
	assert_int_equal(field->heads[1].change, 30);
	assert_int_equal(field->heads[2].change, 10);
	assert_true(field->differ);
	assert_int_equal(heads_conflict_count(&scene->heads), 1);
}

static void
test_replaced_and_absent_is_a_ghost(void **state)
{
	struct scene *scene = *state;
	const struct field_heads *field;

	add(scene, 30, 3, "a=z>20,10");
	field = compute(scene, "a");
	assert_int_equal(field->ghost_count, 2);
	assert_int_equal(field->ghosts[0], 10);
	assert_int_equal(field->ghosts[1], 20);
	add(scene, 20, 9, "a=y");
	field = compute(scene, "a");
	assert_int_equal(field->head_count, 1);
	assert_int_equal(field->ghost_count, 1);
}

/* A tied column that one of them leaves out is null in it. */
static void
test_absent_tied_column_is_null(void **state)
{
	struct scene *scene = *state;

	add(scene, 10, 1, "a=x&b=~");
	add(scene, 20, 2, "a=x");
	assert_false(compute(scene, "a")->differ);
	add(scene, 30, 3, "a=x&b=y");
	assert_true(compute(scene, "a")->differ);
}

static void
test_deletion_that_saw_all_deletes(void **state)
{
	struct scene *scene = *state;

	add(scene, 10, 1, "a=x");
	add(scene, 20, 2, "deleted=@10");
	assert_false(compute(scene, COLUMN_DELETED)->differ);
	assert_true(scene->deleted);
	add(scene, 30, 3, "a=y>10");
	assert_true(compute(scene, COLUMN_DELETED)->differ);
	assert_false(scene->deleted);
}

/* Two deletions agree, whatever each saw; between them they saw all. */
static void
test_two_deletions_are_no_conflict(void **state)
{
	struct scene *scene = *state;

	add(scene, 10, 1, "a=x");
	add(scene, 11, 1, "b=x");
	add(scene, 20, 2, "deleted=@10");
	add(scene, 21, 2, "deleted=@11");
	assert_false(compute(scene, COLUMN_DELETED)->differ);
	assert_true(scene->deleted);
}

static void
test_deletion_against_keeping_is_a_conflict(void **state)
{
	struct scene *scene = *state;

	add(scene, 10, 1, "a=x");
	add(scene, 20, 2, "deleted=@10");
	add(scene, 30, 3, "deleted=~");
	assert_true(compute(scene, COLUMN_DELETED)->differ);
	assert_false(scene->deleted);
}

/* A deletion that was taken back, and nothing else, is no conflict. */
static void
test_kept_record_is_no_conflict(void **state)
{
	struct scene *scene = *state;

	add(scene, 10, 1, "a=x");
	add(scene, 20, 2, "deleted=@10");
	add(scene, 30, 3, "deleted=~>20");
	assert_false(compute(scene, COLUMN_DELETED)->differ);
	assert_false(scene->deleted);
}

static void
test_code_gives_back_what_it_took(void **state)
{
	struct scene *scene = *state;
	struct buffer blob = { 0 };
	struct buffer again = { 0 };
	struct record_heads read;
	struct error err = { 0 };

	add(scene, 10, 1, "a=x");
	add(scene, 10, 1, "b=x");
	add(scene, 20, 5, "c=x>5,4");
	add(scene, 10, 1, "c=y");
	compute(scene, "a");
	assert_int_equal(heads_encode(&scene->heads, &blob), STATUS_OK);
	SCRIPT_OK(heads_decode(buffer_view(&blob), &scene->arena, &read, &err),
	    &err);
	assert_int_equal(read.field_count, 3);
	assert_int_equal(read.fields[1].heads[0].change, 10);
	assert_int_equal(read.fields[2].head_count, 2);
	assert_true(read.fields[2].differ);
	assert_int_equal(read.fields[2].ghosts[1], 5);
	assert_int_equal(heads_encode(&read, &again), STATUS_OK);
	assert_true(bytes_equal(buffer_view(&blob), buffer_view(&again)));
	buffer_deinit(&again);
	buffer_deinit(&blob);
}

/* Every beginning of a blob is read or refused, never read beyond. */
static void
test_damaged_code_is_refused(void **state)
{
	struct scene *scene = *state;
	struct buffer blob = { 0 };
	struct record_heads read;
	struct bytes view;

	add(scene, 10, 1, "a=x");
	add(scene, 2000, 5, "c=x>5,4");
	compute(scene, "a");
	assert_int_equal(heads_encode(&scene->heads, &blob), STATUS_OK);
	view = buffer_view(&blob);
	for (size_t size = 1; size < view.size; size++) {
		uint8_t *exact = malloc(size);
		enum status status;

		memcpy(exact, view.data, size);
		status = heads_decode((struct bytes){ exact, size },
		    &scene->arena, &read, NULL);
		assert_true(status == STATUS_CORRUPT || read.field_count == 1);
		free(exact);
	}
	buffer_deinit(&blob);
}

/* The short way is open only where exactly the heads are replaced. */
static void
test_advance_takes_exactly_the_heads(void **state)
{
	struct scene *scene = *state;
	struct head head = { 40, 4 };

	add(scene, 10, 1, "a=x");
	add(scene, 20, 1, "a=y");
	add(scene, 30, 2, "a=z>10,20");
	add(scene, 31, 2, "a=z>10");
	add(scene, 32, 2, "b=z");
	scene->count = 2;
	compute(scene, "a");
	assert_true(heads_are_plain(&scene->heads));
	assert_false(heads_advance(&scene->heads, bytes_of_text("a"),
	    scene->writes[3].write, &head));
	assert_true(heads_advance(&scene->heads, bytes_of_text("a"),
	    scene->writes[2].write, &head));
	assert_true(heads_advance(&scene->heads, bytes_of_text("b"),
	    scene->writes[4].write, &head));
	assert_int_equal(scene->heads.field_count, 2);
	assert_int_equal(scene->heads.fields[0].heads[0].change, 40);
	assert_false(scene->heads.fields[0].differ);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_replaced_write_is_no_head),
		TEST(test_heads_are_ordered_by_stamp_and_id),
		TEST(test_replaced_and_absent_is_a_ghost),
		TEST(test_absent_tied_column_is_null),
		TEST(test_deletion_that_saw_all_deletes),
		TEST(test_two_deletions_are_no_conflict),
		TEST(test_deletion_against_keeping_is_a_conflict),
		TEST(test_kept_record_is_no_conflict),
		TEST(test_code_gives_back_what_it_took),
		TEST(test_damaged_code_is_refused),
		TEST(test_advance_takes_exactly_the_heads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
