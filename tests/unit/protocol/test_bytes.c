#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocol/bytes.h"
#include "sample.h"

static void
test_views_compare_like_words(void **state)
{
	struct bytes none = { NULL, 0 };

	(void)state;
	assert_true(bytes_equal(none, bytes_of_text("")));
	assert_true(bytes_equal_text(bytes_of_text("abc"), "abc"));
	assert_false(bytes_equal_text(bytes_of_text("abc"), "abcd"));
	assert_true(bytes_compare(bytes_of_text("ab"), bytes_of_text("b")) < 0);
	assert_true(bytes_compare(bytes_of_text("ab"), bytes_of_text("a")) > 0);
	assert_true(bytes_compare(none, bytes_of_text("a")) < 0);
	assert_int_equal(bytes_compare(none, none), 0);
	bytes_advance(&none, 0);
}

/* Only letters have a case: "@" and "`" differ by the same bit. */
static void
test_words_in_any_case(void **state)
{
	(void)state;
	assert_true(bytes_equal_text_any_case(bytes_of_text("yEs1"), "YeS1"));
	assert_false(bytes_equal_text_any_case(bytes_of_text("yes"), "ye"));
	assert_false(bytes_equal_text_any_case(bytes_of_text("@"), "`"));
}

static void
test_trimmed_keeps_what_is_inside(void **state)
{
	(void)state;
	assert_true(
	    bytes_equal_text(bytes_trimmed(bytes_of_text(" \t\r\na b\n ")),
		"a b"));
	assert_int_equal(bytes_trimmed(bytes_of_text(" \n")).size, 0);
	assert_int_equal(bytes_trimmed((struct bytes){ NULL, 0 }).size, 0);
}

/* A buffer is a queue: what goes in at its end comes out at its front. */
static void
test_a_buffer_keeps_order_over_random_use(void **state)
{
	struct random random = random_begin();
	struct buffer buffer = { 0 };
	uint8_t in = 0;
	uint8_t out = 0;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		size_t count = (size_t)random_below(&random, 100);
		uint8_t *room = buffer_reserve(&buffer, count + 10);

		assert_non_null(room);
		for (size_t j = 0; j < count; j++)
			room[j] = in++;
		buffer_produce(&buffer, count);
		count = (size_t)random_below(&random, buffer.size + 1);
		for (size_t j = 0; j < count; j++)
			assert_int_equal(buffer_view(&buffer).data[j], out++);
		buffer_consume(&buffer, count);
	}
	assert_true(buffer.capacity < 64 * 1024);
	buffer_deinit(&buffer);
}

static void
test_truncating_undoes_an_append(void **state)
{
	struct buffer buffer = { 0 };

	(void)state;
	assert_int_equal(buffer_append(&buffer, bytes_of_text("keep")), 0);
	assert_int_equal(buffer_append(&buffer, bytes_of_text("drop")), 0);
	assert_int_equal(buffer_append(&buffer, (struct bytes){ NULL, 0 }), 0);
	buffer_truncate(&buffer, 4);
	assert_true(bytes_equal_text(buffer_view(&buffer), "keep"));
	buffer_clear(&buffer);
	assert_int_equal(buffer_view(&buffer).size, 0);
	assert_null(buffer_reserve(&buffer, SIZE_MAX));
	buffer_deinit(&buffer);
	buffer_deinit(&buffer);
}

/* Aligned, zeroed and not overlapping, also after a reset. */
static void
test_arena_memory_is_aligned_zeroed_and_apart(void **state)
{
	struct random random = random_begin();
	struct arena arena = { 0 };

	(void)state;
	for (int round = 0; round < 3; round++) {
		uint8_t *before = NULL;
		size_t before_size = 0;

		for (int i = 0; i < 1000; i++) {
			size_t size = (size_t)random_below(&random, 600);
			uint8_t *memory = arena_alloc(&arena, size);

			assert_non_null(memory);
			assert_int_equal((uintptr_t)memory %
					     _Alignof(max_align_t),
			    0);
			for (size_t j = 0; j < size; j++)
				assert_int_equal(memory[j], 0);
			memset(memory, 0xff, size);
			for (size_t j = 0; j < before_size; j++)
				assert_int_equal(before[j], 0xff);
			before = memory;
			before_size = size;
		}
		arena_reset(&arena);
	}
	assert_null(arena_array(&arena, SIZE_MAX / 2, 3));
	assert_null(arena_alloc(&arena, SIZE_MAX));
	assert_null(arena_alloc(&arena, PTRDIFF_MAX));
	assert_null(arena_text(&arena, (struct bytes){ NULL, SIZE_MAX }));
	assert_string_equal(arena_text(&arena,
				(struct bytes){ (const uint8_t *)"abcd", 3 }),
	    "abc");
	assert_string_equal(arena_text(&arena, (struct bytes){ NULL, 0 }), "");
	arena_deinit(&arena);
	arena_deinit(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_views_compare_like_words),
		cmocka_unit_test(test_words_in_any_case),
		cmocka_unit_test(test_trimmed_keeps_what_is_inside),
		cmocka_unit_test(test_a_buffer_keeps_order_over_random_use),
		cmocka_unit_test(test_truncating_undoes_an_append),
		cmocka_unit_test(test_arena_memory_is_aligned_zeroed_and_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
