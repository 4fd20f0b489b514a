/* A set of ids is ascending, has each once, and survives its blob. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/replica/id_set.h"

static int
setup(void **state)
{
	static struct arena arena;

	arena = (struct arena){ 0 };
	*state = &arena;
	return 0;
}

static int
teardown(void **state)
{
	arena_deinit(*state);
	return 0;
}

static void
assert_ids(const struct id_set *set, const uint64_t *ids, uint32_t count)
{
	assert_int_equal(set->count, count);
	for (uint32_t i = 0; i < count; i++)
		assert_true(set->ids[i] == ids[i]);
}

/* Whatever the order of adding, and however often. */
static void
test_ids_are_ascending_and_once(void **state)
{
	static const uint64_t added[] = { 7, UINT64_MAX, 1, 7, 3, 1 };
	static const uint64_t kept[] = { 1, 3, 7, UINT64_MAX };
	static const uint64_t left[] = { 3, 7 };
	struct id_set set;

	assert_true(id_set_init(&set, 4, *state));
	for (size_t i = 0; i < 6; i++)
		assert_true(id_set_add(&set, added[i]));
	assert_ids(&set, kept, 4);
	id_set_remove(&set, 3);
	id_set_remove(&set, 0);
	assert_ids(&set, left, 2);
}

/* A full set takes no other id, but one that it has already. */
static void
test_no_room_is_said(void **state)
{
	static const uint64_t kept[] = { 4, 5 };
	struct id_set set;

	assert_true(id_set_init(&set, 2, *state));
	assert_true(id_set_add(&set, 5));
	assert_true(id_set_add(&set, 4));
	assert_true(id_set_add(&set, 5));
	assert_false(id_set_add(&set, 6));
	assert_ids(&set, kept, 2);
}

/* Eight bytes an id, the greatest first; a piece at the end is left out. */
static void
test_blob_is_big_endian_and_comes_back(void **state)
{
	static const uint64_t kept[] = { 0x0102030405060708, UINT64_MAX };
	struct id_set set;
	struct id_set again;
	struct value blob;

	assert_true(id_set_init(&set, 2, *state));
	assert_true(id_set_add(&set, kept[1]));
	assert_true(id_set_add(&set, kept[0]));
	assert_true(id_set_store(&set, *state, &blob));
	assert_int_equal(blob.type, VALUE_BLOB);
	assert_int_equal(blob.bytes.size, 16);
	assert_memory_equal(blob.bytes.data, "\1\2\3\4\5\6\7\10", 8);

	blob.bytes.size = 15;
	assert_true(id_set_init(&again, 2, *state));
	assert_true(id_set_load(&again, blob.bytes));
	assert_ids(&again, kept, 1);
	blob.bytes.size = 16;
	assert_true(id_set_load(&again, blob.bytes));
	assert_ids(&again, kept, 2);
	assert_true(id_set_init(&again, 1, *state));
	assert_false(id_set_load(&again, blob.bytes));
}

/* The set of nothing is an empty blob, not a null. */
static void
test_empty_set_is_an_empty_blob(void **state)
{
	struct id_set set;
	struct value blob;

	assert_true(id_set_init(&set, 0, *state));
	assert_true(id_set_store(&set, *state, &blob));
	assert_int_equal(blob.type, VALUE_BLOB);
	assert_int_equal(blob.bytes.size, 0);
	assert_false(id_set_add(&set, 1));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	static const struct CMUnitTest tests[] = {
		TEST(test_ids_are_ascending_and_once),
		TEST(test_no_room_is_said),
		TEST(test_blob_is_big_endian_and_comes_back),
		TEST(test_empty_set_is_an_empty_blob),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
