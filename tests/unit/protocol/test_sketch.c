#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sketch_pair.h"

/* Key 00 .. 0f, digest 00 .. 0f: a published value of SipHash-2-4; and the
 * check of that item by another implementation. */
static void
test_items_and_checks_are_siphash(void **state)
{
	struct sketch_keys keys;
	struct sketch_set set;
	uint8_t digest[16];

	(void)state;
	for (uint8_t i = 0; i < 16; i++)
		keys.item[i] = keys.check[i] = digest[i] = i;
	assert_true(sketch_item(&keys, digest) == UINT64_C(0x3f2acc7f57c29bdb));
	assert_int_equal(sketch_set_init(&set, &keys, 0, NULL), STATUS_OK);
	assert_int_equal(sketch_set_add(&set, digest, NULL), STATUS_OK);
	assert_true(set.entries[0].item == UINT64_C(0x3f2acc7f57c29bdb));
	assert_true(set.entries[0].check == UINT64_C(0x4e2934bc2e258820));
	sketch_set_deinit(&set);
}

/* Every word that keys are derived from changes both. */
static void
test_keys_depend_on_all_that_they_are_derived_from(void **state)
{
	/* BLAKE2b-256("reconcile" 00 .. 1f 0102030405060708 1112131415161718),
	 * by another implementation */
	static const uint8_t expected[] = { 0x24, 0x7e, 0x27, 0xb1, 0x83, 0x31,
		0x45, 0x3b, 0xfd, 0x4a, 0x09, 0xa5, 0x10, 0xc3, 0x09, 0x14,
		0xa3, 0x57, 0xe1, 0xaf, 0x89, 0x49, 0x3c, 0xd6, 0x16, 0xa5,
		0xfd, 0xde, 0x22, 0xe3, 0x38, 0x04 };
	uint8_t nonces[32];
	struct sketch_keys keys, other;

	(void)state;
	for (uint8_t i = 0; i < 32; i++)
		nonces[i] = i;
	sketch_keys_derive(nonces, nonces + 16, UINT64_C(0x0807060504030201),
	    UINT64_C(0x1817161514131211), &keys);
	assert_memory_equal(keys.item, expected, 16);
	assert_memory_equal(keys.check, expected + 16, 16);
	sketch_keys_derive(nonces + 16, nonces, UINT64_C(0x0807060504030201),
	    UINT64_C(0x1817161514131211), &other);
	assert_memory_not_equal(keys.item, other.item, 16);
	assert_memory_not_equal(keys.check, other.check, 16);
}

/* Its check is SipHash-2-4 of 00 .. 07 under 00 .. 0f. */
static void
test_an_item_is_in_the_cells_of_the_vector(void **state)
{
	static const uint32_t cells[] = { 0, 3, 10, 14, 61, 145, 150, 204, 215,
		288, 289, 362, 390, 6229, 9724, 10763, 10891, 13091, 13951,
		26202 };
	struct sketch_entry entry = { .item = 5,
		.check = UINT64_C(0x93f5f5799a932462),
		.side = 1 };
	struct sketch_set set = { .entries = &entry, .count = 1 };
	struct sketch_cell *found = calloc(26203, sizeof(*found));
	uint32_t next = 0;

	(void)state;
	entry.state = entry.check;
	sketch_encode(&set, 0, 26203, found);
	for (uint32_t i = 0; i < 26203; i++) {
		bool here = i == cells[next];

		assert_int_equal(found[i].count, here);
		assert_int_equal(found[i].sum, here ? 5 : 0);
		assert_true(found[i].check == (here ? entry.check : 0));
		next += here;
	}
	assert_int_equal(next, 20);
	free(found);
}

/* The largest state is followed by the next cell, however doubles round; and
 * the walk ends where cells end. */
static void
test_a_walk_goes_on_and_ends(void **state)
{
	struct sketch_entry entry = { .item = 5,
		.check = 1,
		.state = UINT64_C(0x747c72fcab152a63),
		.side = 1 };
	struct sketch_set set = { .entries = &entry, .count = 1 };
	struct sketch_cell cells[2];

	(void)state;
	sketch_encode(&set, 0, 1, cells);
	assert_true(entry.state == UINT64_MAX);
	assert_int_equal(entry.index, 1);
	sketch_encode(&set, LIMIT_SKETCH_CELLS - 2, LIMIT_SKETCH_CELLS, cells);
	assert_int_equal(entry.index, LIMIT_SKETCH_CELLS);
}

/* The shares 1 / (1 + i/2) on which the estimate depends. */
static void
test_cells_hold_as_many_items_as_expected(void **state)
{
	struct random random = { 3 };
	struct sketch_cell cells[64];
	struct pair pair;

	(void)state;
	pair_begin(&pair, &random, 20000, 0, 0);
	sketch_encode(&pair.theirs, 0, 64, cells);
	for (uint32_t i = 0; i < 64; i++) {
		int64_t expected = (int64_t)sketch_expected(20000, i);

		assert_in_range(cells[i].count + 300, expected, expected + 600);
	}
	assert_int_equal(cells[0].count, 20000);
	assert_int_equal(sketch_expected(20000, 0), 20000);
	assert_int_equal(sketch_expected(5, 1), 3);
	assert_int_equal(sketch_expected(5, 2), 3);
	assert_int_equal(sketch_expected(0, 7), 0);
	assert_true(sketch_expected(LIMIT_SKETCH_ITEMS, UINT32_MAX) == 0);
	pair_end(&pair);
}

/* However cells are cut into blocks, and asked for again, they are the same. */
static void
test_blocks_of_any_split_equal_one_block(void **state)
{
	struct random random = random_begin();
	struct sketch_cell whole[500];
	struct sketch_cell part[500];
	struct pair pair;

	(void)state;
	pair_begin(&pair, &random, 100, 0, 0);
	sketch_encode(&pair.theirs, 0, 500, whole);
	for (int round = 0; round < 50; round++) {
		uint32_t lo = 0;

		if (round > 25)
			lo = (uint32_t)random_below(&random, 500);
		while (lo < 500) {
			uint32_t hi =
			    lo + (uint32_t)random_number(&random, 500 - lo);

			sketch_encode(&pair.theirs, lo, hi, part);
			assert_memory_equal(part, whole + lo,
			    (hi - lo) * sizeof(*part));
			lo = hi;
		}
	}
	pair_end(&pair);
}

/* A sorted set lists its items in order and finds each. */
static void
test_a_sorted_set_finds_its_items(void **state)
{
	struct random random = random_begin();
	struct error err;
	struct pair pair;

	(void)state;
	pair_begin(&pair, &random, 1000, 1, 1);
	assert_int_equal(sketch_set_sort(&pair.theirs, &err), STATUS_OK);
	for (uint32_t i = 0; i < pair.theirs.count; i++) {
		const struct sketch_entry *entry = &pair.theirs.entries[i];

		assert_ptr_equal(sketch_set_find(&pair.theirs, entry->item),
		    entry);
		assert_true(i == 0 || entry[-1].item < entry->item);
	}
	assert_non_null(sketch_set_find(&pair.theirs, pair.only[0]));
	assert_null(sketch_set_find(&pair.theirs, pair.only[1]));
	(void)pair_add(&pair.theirs, 1, 2);
	(void)pair_add(&pair.theirs, 1, 2);
	assert_int_equal(sketch_set_sort(&pair.theirs, &err), STATUS_CORRUPT);
	assert_string_equal(err.text, "sketch a set: an item is there twice");
	pair_end(&pair);
}

/* 100,000 items said beforehand are 3.2 MB; more may come. */
static void
test_memory_is_as_said(void **state)
{
	struct random random = random_begin();
	struct sketch_keys keys = random_keys(&random);
	struct sketch_set set;
	struct error err;

	(void)state;
	assert_int_equal(sketch_set_init(&set, &keys, 100000, &err), STATUS_OK);
	assert_int_equal(set.capacity * sizeof(*set.entries), 3200000);
	for (uint32_t i = 0; i < 100001; i++)
		(void)pair_add(&set, 1, i);
	assert_int_equal(set.capacity, 150064);
	sketch_set_deinit(&set);
	sketch_set_deinit(&set);
}

/* What would be larger than the limit is refused, and the limit itself not. */
static void
test_a_set_has_a_limit(void **state)
{
	struct sketch_keys keys = { { 0 }, { 0 } };
	const uint8_t digest[16] = { 1 };
	struct sketch_set set;
	struct error err;

	(void)state;
	assert_int_equal(sketch_set_init(&set, &keys, LIMIT_SKETCH_ITEMS + 1,
			     &err),
	    STATUS_TOO_LARGE);
	assert_string_equal(err.text, "sketch a set: 4194305 items, where "
				      "4194304 are the limit");
	sketch_set_deinit(&set);
	assert_int_equal(sketch_set_init(&set, &keys, LIMIT_SKETCH_ITEMS - 1,
			     &err),
	    STATUS_OK);
	set.count = LIMIT_SKETCH_ITEMS - 1;
	assert_int_equal(sketch_set_add(&set, digest, &err), STATUS_OK);
	assert_int_equal(set.capacity, LIMIT_SKETCH_ITEMS);
	assert_int_equal(sketch_set_add(&set, digest, &err), STATUS_TOO_LARGE);
	assert_int_equal(set.count, LIMIT_SKETCH_ITEMS);
	sketch_set_deinit(&set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_items_and_checks_are_siphash),
		cmocka_unit_test(
		    test_keys_depend_on_all_that_they_are_derived_from),
		cmocka_unit_test(test_an_item_is_in_the_cells_of_the_vector),
		cmocka_unit_test(test_a_walk_goes_on_and_ends),
		cmocka_unit_test(test_cells_hold_as_many_items_as_expected),
		cmocka_unit_test(test_blocks_of_any_split_equal_one_block),
		cmocka_unit_test(test_a_sorted_set_finds_its_items),
		cmocka_unit_test(test_memory_is_as_said),
		cmocka_unit_test(test_a_set_has_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
