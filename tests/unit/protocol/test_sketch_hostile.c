/*
 * What a sender does that is broken or lies, and an allocation that fails: the
 * decoder notices, asks for more, or is right.  It is never wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocol/sketch_entry.h"
#include "sketch_pair.h"

static struct error err;

static enum status
feed(struct pair *pair, const struct sketch_cell *cells, uint32_t count)
{
	return sketch_decoder_feed(&pair->decoder, cells, count, 64, &err);
}

/* Feed, and be told why not. */
static void
refuse(struct pair *pair, const struct sketch_cell *cells, uint32_t count,
    const char *why)
{
	const char prefix[] = "compare sketches: ";

	assert_int_equal(feed(pair, cells, count), STATUS_INVALID);
	assert_memory_equal(err.text, prefix, sizeof(prefix) - 1);
	assert_string_equal(err.text + sizeof(prefix) - 1, why);
}

static struct sketch_cell
cell_of(const struct sketch_keys *keys, uint64_t item, int64_t count)
{
	return (struct sketch_cell){ item, sketch_check(keys, item), count };
}

/* --- damage --------------------------------------------------------------- */

enum {
	CELLS = 80,
	DAMAGES = 4
};

static void
damage(struct random *random, struct sketch_cell *cell, uint32_t which)
{
	uint64_t bit = UINT64_C(1) << random_below(random, 64);

	if (which == 0)
		cell->sum ^= bit;
	else if (which == 1)
		cell->check ^= bit;
	else
		cell->count += which == 2 ? 1 : -1;
}

/* Any field of any cell that was taken. */
static void
test_damage_of_a_block_is_noticed(void **state)
{
	struct random random = random_begin();

	(void)state;
	for (uint32_t i = 0; i < CELLS * DAMAGES; i++) {
		struct sketch_cell cells[CELLS];
		struct pair pair;

		pair_begin(&pair, &random, 60, 8, 8);
		sketch_encode(&pair.theirs, 0, CELLS, cells);
		damage(&random, &cells[i / DAMAGES], i % DAMAGES);
		assert_int_not_equal(feed(&pair, cells, CELLS), STATUS_OK);
		pair_end(&pair);
	}
}

/* Fed cell by cell, it may come too late to matter: then what was found is
 * right.  Else no number of cells leads to an answer. */
static void
test_damage_in_a_stream_never_misleads(void **state)
{
	struct random random = random_begin();
	uint32_t found = 0;

	(void)state;
	for (uint32_t i = 0; i < CELLS * DAMAGES; i++) {
		struct sketch_cell cells[600];
		enum status status = STATUS_AGAIN;
		struct pair pair;
		uint32_t at = 0;

		pair_begin(&pair, &random, 60, 8, 8);
		sketch_encode(&pair.theirs, 0, 600, cells);
		damage(&random, &cells[i / DAMAGES], i % DAMAGES);
		while (status == STATUS_AGAIN)
			status = feed(&pair, &cells[at++], 1);
		if (status == STATUS_OK) {
			assert_true(at <= i / DAMAGES);
			pair_verify(&pair);
			found++;
		} else if (status == STATUS_TOO_LARGE) {
			assert_int_equal(at, pair.decoder.cells_max + 1);
		} else {
			assert_int_equal(status, STATUS_INVALID);
		}
		pair_end(&pair);
	}
	assert_in_range(found, 1, CELLS * DAMAGES - 1);
}

/* A first cell that does not fit the others is not waited for for ever. */
static void
test_a_damaged_first_cell_ends_in_time(void **state)
{
	struct random random = random_begin();
	struct sketch_cell cells[1024];
	struct pair pair;

	(void)state;
	pair_begin(&pair, &random, 1000, 5, 5);
	sketch_encode(&pair.theirs, 0, 1024, cells);
	cells[0].sum ^= 1;
	assert_int_equal(feed(&pair, cells, 1023), STATUS_AGAIN);
	refuse(&pair, cells + 1023, 1,
	    "the first cell is not the sum of the others");
	pair_end(&pair);
}

/* --- lies ----------------------------------------------------------------- */

/* Counts that no set has. */
static void
test_counts_that_cannot_be_are_refused(void **state)
{
	static const int64_t counts[] = { -1, 106, INT64_MAX, INT64_MIN };
	struct random random = random_begin();
	struct sketch_cell cells[32];
	struct pair pair;

	(void)state;
	for (uint32_t i = 0; i < 32; i++) {
		pair_begin(&pair, &random, 100, 5, 5);
		sketch_encode(&pair.theirs, 0, 32, cells);
		cells[i].count = counts[i % 4];
		assert_int_equal(feed(&pair, cells, 32), STATUS_INVALID);
		pair_end(&pair);
	}
	pair_begin(&pair, &random, 100, 5, 5);
	sketch_encode(&pair.theirs, 0, 32, cells);
	cells[0].count--;
	refuse(&pair, cells, 32,
	    "the first cell does not hold as many items as said");
	sketch_decoder_deinit(&pair.decoder);
	assert_int_equal(sketch_decoder_init(&pair.decoder, &pair.mine,
			     LIMIT_SKETCH_ITEMS + 1, &err),
	    STATUS_TOO_LARGE);
	pair_end(&pair);
}

/* Only what is mine can be missing there, only what is not can be new. */
static void
test_items_on_the_wrong_side_are_refused(void **state)
{
	struct random random = random_begin();
	struct sketch_cell cell, other;
	const struct sketch_keys *keys;
	struct pair pair;

	(void)state;
	pair_begin(&pair, &random, 0, 0, 1);
	keys = &pair.mine.keys;
	cell = cell_of(keys, pair.only[0], 0);
	other = cell_of(keys, 7, 0);
	cell.sum ^= other.sum;
	cell.check ^= other.check;
	refuse(&pair, &cell, 1, "an item is missing there that is not here");
	pair_end(&pair);

	pair_begin(&pair, &random, 0, 3, 2);
	keys = &pair.mine.keys;
	cell = cell_of(keys, pair.only[4], 3);
	refuse(&pair, &cell, 1, "an item that both have is a difference");
	pair_end(&pair);
}

/* Two items that are in both cells, and cell 1 lacks one of them. */
static void
test_more_items_than_cells_are_refused(void **state)
{
	struct random random = random_begin();

	(void)state;
	for (bool done = false; !done;) {
		struct sketch_cell cells[2];
		struct pair pair;

		pair_begin(&pair, &random, 0, 2, 0);
		sketch_encode(&pair.theirs, 0, 2, cells);
		done = cells[1].count == 2;
		cells[1] = cell_of(&pair.mine.keys, pair.only[0], 1);
		if (done)
			refuse(&pair, cells, 2, "more items than cells");
		pair_end(&pair);
	}
}

/* That takes items made to cancel out, so the second find is put there. */
static void
test_an_item_found_twice_is_refused(void **state)
{
	struct random random = random_begin();
	struct sketch_decoder *decoder;
	struct sketch_cell cells[200];
	struct pair pair;

	(void)state;
	pair_begin(&pair, &random, 50, 10, 10);
	decoder = &pair.decoder;
	sketch_encode(&pair.theirs, 0, 200, cells);
	for (uint32_t i = 0; decoder->found_count == 0; i++)
		assert_int_equal(feed(&pair, &cells[i], 1), STATUS_AGAIN);
	decoder->found[decoder->found_count] = decoder->found[0];
	decoder->found[decoder->found_count++].index = LIMIT_SKETCH_CELLS;
	refuse(&pair, cells + decoder->received, 200 - decoder->received,
	    "an item was found twice");
	pair_end(&pair);
}

/* Of theirs: it hides itself, but never is an answer given.  Of mine: it is
 * known at once. */
static void
test_an_item_added_twice_is_never_passed_over(void **state)
{
	struct random random = random_begin();
	struct pair pair;

	(void)state;
	pair_begin(&pair, &random, 50, 1, 0);
	(void)pair_add(&pair.theirs, 1, 2);
	(void)pair_add(&pair.theirs, 1, 2);
	pair.decoder.theirs += 2;
	assert_int_equal(pair_feed(&pair, pair.decoder.cells_max, 64),
	    STATUS_AGAIN);
	assert_int_equal(sketch_decoder_wanted(&pair.decoder, false), 0);
	sketch_decoder_deinit(&pair.decoder);
	assert_int_equal(sketch_decoder_init(&pair.decoder, &pair.theirs, 5,
			     &err),
	    STATUS_CORRUPT);
	pair_end(&pair);
}

/* The width of checks is 32 bits, then 64, and nothing else. */
static void
test_checks_do_not_become_narrower(void **state)
{
	static const unsigned int widths[] = { 0, 31, 33, 63, 65, 128, 32 };
	struct random random = random_begin();

	(void)state;
	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		struct pair pair;

		pair_begin(&pair, &random, 50, 10, 10);
		assert_int_equal(pair_feed(&pair, 5, 32), STATUS_AGAIN);
		assert_int_equal(pair_feed(&pair, 10, 64), STATUS_AGAIN);
		assert_int_equal(pair_feed(&pair, 15, widths[i]),
		    STATUS_INVALID);
		pair_end(&pair);
	}
}

/* --- no memory ------------------------------------------------------------ */

/* Its n-th call fails; 0: none.  The linker puts it in the place of realloc. */
static unsigned int failing;

void *__real_realloc(void *block, size_t size);
void *__wrap_realloc(void *block, size_t size);

void *
__wrap_realloc(void *block, size_t size)
{
	if (failing > 0 && --failing == 0)
		return NULL;
	return __real_realloc(block, size);
}

/* Each allocation fails once; the call is made again, and all is found. */
static void
test_a_failed_allocation_is_told_and_costs_nothing(void **state)
{
	struct random random = random_begin();
	struct sketch_set set;
	struct sketch_keys keys = { { 0 }, { 0 } };
	uint8_t digest[16] = { 0 };

	(void)state;
	for (unsigned int n = 1; n <= 6; n++) {
		struct sketch_cell cells[300];
		enum status status = STATUS_AGAIN;
		struct pair pair;

		pair_begin(&pair, &random, 60, 8, 8);
		sketch_encode(&pair.theirs, 0, 300, cells);
		assert_int_equal(feed(&pair, cells, 5), STATUS_AGAIN);
		failing = n;
		status = feed(&pair, cells + 5, 10);
		if (n <= 3) {
			assert_int_equal(status, STATUS_NOMEM);
			assert_int_equal(pair.decoder.received, 5);
			status = feed(&pair, cells + 5, 10);
		}
		assert_int_equal(status, STATUS_AGAIN);
		failing = 0;
		assert_int_equal(feed(&pair, cells + 15, 285), STATUS_OK);
		pair_verify(&pair);
		pair_end(&pair);
	}

	failing = 1;
	assert_int_equal(sketch_set_init(&set, &keys, 5, &err), STATUS_NOMEM);
	sketch_set_deinit(&set);
	assert_int_equal(sketch_set_init(&set, &keys, 0, &err), STATUS_OK);
	failing = 1;
	assert_int_equal(sketch_set_add(&set, digest, &err), STATUS_NOMEM);
	assert_int_equal(set.count, 0);
	assert_int_equal(sketch_set_add(&set, digest, &err), STATUS_OK);
	sketch_set_deinit(&set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_damage_of_a_block_is_noticed),
		cmocka_unit_test(test_damage_in_a_stream_never_misleads),
		cmocka_unit_test(test_a_damaged_first_cell_ends_in_time),
		cmocka_unit_test(test_counts_that_cannot_be_are_refused),
		cmocka_unit_test(test_items_on_the_wrong_side_are_refused),
		cmocka_unit_test(test_more_items_than_cells_are_refused),
		cmocka_unit_test(test_an_item_found_twice_is_refused),
		cmocka_unit_test(test_an_item_added_twice_is_never_passed_over),
		cmocka_unit_test(test_checks_do_not_become_narrower),
		cmocka_unit_test(
		    test_a_failed_allocation_is_told_and_costs_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
