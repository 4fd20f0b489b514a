#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sketch_pair.h"

/* --- what is found -------------------------------------------------------- */

/* Every split of the differences between the sides, with and without what both
 * have, in blocks of any size, and with checks of 32 bits, of 64, or of 32
 * first. */
static void
test_differences_are_found_however_they_lie(void **state)
{
	struct random random = random_begin();

	(void)state;
	for (uint32_t round = 0; round < 600; round++) {
		uint32_t count = round % 20;
		uint32_t theirs = (uint32_t)random_below(&random, count + 1);
		uint32_t both = round % 3 * 40;
		unsigned int bits = round % 4 < 2 ? 32 : 64;
		enum status status = STATUS_AGAIN;
		struct pair pair;

		pair_begin(&pair, &random, both, theirs, count - theirs);
		while (status == STATUS_AGAIN) {
			uint32_t more = (uint32_t)random_number(&random, 40);

			status = pair_feed(&pair, pair.decoder.received + more,
			    bits);
			if (round % 4 == 1 && pair.decoder.received > 4)
				bits = 64;
		}
		assert_int_equal(status, STATUS_OK);
		pair_verify(&pair);
		assert_int_equal(sketch_decoder_side(&pair.decoder, 1), 0);
		pair_end(&pair);
	}
}

/* Each split of ten, and a thousand on one side against nothing at all. */
static void
test_either_side_may_be_empty(void **state)
{
	struct random random = random_begin();
	struct pair pair;

	(void)state;
	for (uint32_t theirs = 0; theirs <= 10; theirs++) {
		pair_begin(&pair, &random, 0, theirs, 10 - theirs);
		assert_int_equal(pair_feed(&pair, 300, 32), STATUS_OK);
		pair_verify(&pair);
		pair_end(&pair);
	}
	for (uint32_t theirs = 0; theirs <= 1000; theirs += 1000) {
		pair_begin(&pair, &random, 0, theirs, 1000 - theirs);
		pair.decoder.cells_max = 2000;
		assert_int_equal(pair_feed(&pair, 1000, 64), STATUS_AGAIN);
		assert_int_equal(pair_feed(&pair, 2000, 64), STATUS_OK);
		pair_verify(&pair);
		pair_end(&pair);
	}
}

/* Equal sets, also empty ones, are known to be equal by their first cell. */
static void
test_equal_sets_need_one_cell(void **state)
{
	struct random random = random_begin();
	struct pair pair;

	(void)state;
	for (uint32_t both = 0; both <= 1000; both += 500) {
		pair_begin(&pair, &random, both, 0, 0);
		assert_int_equal(pair_feed(&pair, 0, 32), STATUS_AGAIN);
		assert_int_equal(pair_feed(&pair, 1, 32), STATUS_OK);
		pair_verify(&pair);
		pair_end(&pair);
	}
}

/* Wherever the stream is cut, nothing is said to be found; and once all is
 * found, it is right, with however few cells. */
static void
test_a_cut_stream_is_never_done_too_early(void **state)
{
	struct random random = random_begin();
	uint32_t needed = 0;
	struct pair pair;

	(void)state;
	for (uint32_t cells = 1; cells <= 120; cells++) {
		struct random same = random;
		enum status status;

		pair_begin(&pair, &same, 100, 20, 20);
		status = pair_feed(&pair, cells, 32);
		if (status == STATUS_OK && needed == 0)
			needed = cells;
		if (status == STATUS_OK)
			pair_verify(&pair);
		assert_int_equal(status,
		    needed == 0 ? STATUS_AGAIN : STATUS_OK);
		pair_end(&pair);
	}
	assert_in_range(needed, 40, 120);
}

/* --- how many cells ------------------------------------------------------- */

/* The environment asks for the long measurement. */
static bool
is_long(void)
{
	return getenv("THROUGHLINE_SKETCH_TRIALS") != NULL;
}

static double
cells_needed(struct random *random, uint32_t count)
{
	uint32_t theirs = (uint32_t)random_below(random, count + 1);
	uint32_t hi = 0;
	struct pair pair;

	pair_begin(&pair, random, 0, theirs, count - theirs);
	pair.decoder.cells_max = LIMIT_SKETCH_CELLS;
	while (pair_feed(&pair, ++hi, 64) == STATUS_AGAIN)
		continue;
	pair_verify(&pair);
	pair_end(&pair);
	return hi;
}

/* Cells for each difference, on average, as the measurements of the method
 * say; the long run has their tolerance, the short one what its few trials
 * allow. */
static void
test_cells_for_each_difference_are_as_measured(void **state)
{
	static const struct {
		uint32_t count, trials, trials_long;
		double mean, tolerance, tolerance_long;
	} rows[] = {
		{ 1, 50, 1000, 1, 0, 0 },
		{ 2, 4000, 20000, 1.59, 0.12, 0.08 },
		{ 5, 2000, 10000, 1.76, 0.08, 0.06 },
		{ 10, 1000, 5000, 1.72, 0.06, 0.05 },
		{ 50, 200, 1000, 1.51, 0.03, 0.02 },
		{ 100, 100, 500, 1.455, 0.03, 0.015 },
		{ 1000, 6, 50, 1.376, 0.025, 0.01 },
		{ 10000, 0, 10, 1.36, 0, 0.01 },
	};
	struct random random = { 20240607 };

	(void)state;
	printf("seed %llu\n", (unsigned long long)random.state);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint32_t trials =
		    is_long() ? rows[i].trials_long : rows[i].trials;
		double tolerance =
		    is_long() ? rows[i].tolerance_long : rows[i].tolerance;
		double mean = 0;

		if (trials == 0)
			continue;
		for (uint32_t j = 0; j < trials; j++)
			mean += cells_needed(&random, rows[i].count);
		mean /= (double)trials * rows[i].count;
		printf("d = %u: %.3f cells each\n", rows[i].count, mean);
		assert_true(mean >= rows[i].mean - tolerance &&
			    mean <= rows[i].mean + tolerance);
	}
}

/* On average the estimate from 32 cells is right, wherever the differences
 * lie, and it deviates by about a quarter. */
static void
test_the_estimate_is_unbiased(void **state)
{
	static const uint32_t counts[] = { 1, 5, 30, 300, 3000 };
	struct random random = { 20240608 };
	uint32_t trials = is_long() ? 4000 : 300;

	(void)state;
	printf("seed %llu\n", (unsigned long long)random.state);
	for (uint32_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		double sum = 0, squares = 0;
		uint32_t rounds = counts[i] == 3000 ? trials / 15 : trials;

		for (uint32_t j = 0; j < rounds; j++) {
			struct pair pair;
			double share;

			pair_begin(&pair, &random, 10, counts[i] * (j % 3) / 2,
			    counts[i] - counts[i] * (j % 3) / 2);
			(void)pair_feed(&pair, SKETCH_FIRST_CELLS, 32);
			share =
			    sketch_decoder_estimate(&pair.decoder) / counts[i];
			sum += share;
			squares += (share - 1) * (share - 1);
			pair_end(&pair);
		}
		printf("d = %u: estimate %.3f, deviation squared %.3f\n",
		    counts[i], sum / rounds, squares / rounds);
		assert_true(sum / rounds > 1 - 4 * 0.3 / sqrt(rounds) &&
			    sum / rounds < 1 + 4 * 0.3 / sqrt(rounds));
		assert_true(squares / rounds < (counts[i] < 30 ? 4 : 0.16));
	}
}

/* Rounds of asking as wanted: few of them, and few cells too many. */
static void
test_asking_as_wanted_costs_little(void **state)
{
	static const double most_cells[2] = { 1.75, 1.95 };
	static const double most_rounds[2] = { 7, 4.5 };
	struct random random = { 20240609 };
	int trials = is_long() ? 200 : 12;

	(void)state;
	for (int is_far = 0; is_far < 2; is_far++) {
		double rounds = 0, cells = 0;

		for (int i = 0; i < trials; i++) {
			enum status status = STATUS_AGAIN;
			struct pair pair;

			pair_begin(&pair, &random, 3000, 140, 160);
			while (status == STATUS_AGAIN) {
				uint32_t hi =
				    sketch_decoder_wanted(&pair.decoder,
					is_far);

				assert_true(hi > pair.decoder.received);
				status = pair_feed(&pair, hi, 32);
				rounds++;
			}
			assert_int_equal(status, STATUS_OK);
			pair_verify(&pair);
			cells += pair.decoder.received;
			pair_end(&pair);
		}
		printf("%.2f cells each in %.2f rounds\n", cells / 300 / trials,
		    rounds / trials);
		assert_true(cells / 300 / trials < most_cells[is_far]);
		assert_true(rounds / trials < most_rounds[is_far]);
	}
}

/* Past three tenths of the larger set, or where cells end, lists are sent. */
static void
test_lists_are_compared_where_they_are_shorter(void **state)
{
	struct random random = { 20240610 };
	struct pair pair;

	(void)state;
	assert_false(sketch_list_is_shorter(30000, 100000));
	assert_true(sketch_list_is_shorter(30001, 100000));
	assert_false(sketch_list_is_shorter(0, 0));

	assert_int_equal(sketch_cells_wanted(0, 0, false), 32);
	assert_int_equal(sketch_cells_wanted(99, 32, false), 113);
	assert_int_equal(sketch_cells_wanted(99, 32, true), 139);
	assert_int_equal(sketch_cells_wanted(100, 120, false), 130);
	assert_int_equal(sketch_cells_wanted(100, 160, true), 180);
	assert_int_equal(sketch_cells_wanted(1e30, 160, true),
	    LIMIT_SKETCH_CELLS);

	pair_begin(&pair, &random, 200, 0, 40);
	assert_true(sketch_decoder_estimate(&pair.decoder) == 0);
	assert_int_equal(sketch_decoder_wanted(&pair.decoder, false), 32);
	assert_int_equal(pair_feed(&pair, 1, 32), STATUS_AGAIN);
	assert_true(sketch_decoder_estimate(&pair.decoder) == 40);
	assert_int_equal(sketch_decoder_wanted(&pair.decoder, false), 48);
	pair_end(&pair);

	pair_begin(&pair, &random, 100, 0, 50);
	assert_int_equal(pair_feed(&pair, 1, 32), STATUS_AGAIN);
	assert_int_equal(sketch_decoder_wanted(&pair.decoder, false), 0);
	pair_end(&pair);

	pair_begin(&pair, &random, 1000, 25, 25);
	pair.decoder.cells_max = 50;
	assert_int_equal(pair_feed(&pair, 32, 32), STATUS_AGAIN);
	assert_int_equal(sketch_decoder_wanted(&pair.decoder, true), 50);
	assert_int_equal(pair_feed(&pair, 50, 32), STATUS_AGAIN);
	assert_int_equal(sketch_decoder_wanted(&pair.decoder, true), 0);
	assert_int_equal(pair_feed(&pair, 51, 32), STATUS_TOO_LARGE);
	pair_end(&pair);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_differences_are_found_however_they_lie),
		cmocka_unit_test(test_either_side_may_be_empty),
		cmocka_unit_test(test_equal_sets_need_one_cell),
		cmocka_unit_test(test_a_cut_stream_is_never_done_too_early),
		cmocka_unit_test(
		    test_cells_for_each_difference_are_as_measured),
		cmocka_unit_test(test_the_estimate_is_unbiased),
		cmocka_unit_test(test_asking_as_wanted_costs_little),
		cmocka_unit_test(
		    test_lists_are_compared_where_they_are_shorter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
