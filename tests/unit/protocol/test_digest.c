#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocol/digest.h"
#include "sample.h"
#include "vectors.h"

/* Digest, running sum and mark of each commit, as the vectors say. */
static void
test_the_vectors_hold(void **state)
{
	struct vectors *vectors = vectors_open("digests.txt");
	struct digest_sum sum = { 0 };

	(void)state;
	while (vectors_next(vectors)) {
		struct digest digest;
		struct mark_key key;
		uint8_t stored[16];
		struct mark mark;

		digest = digest_of(vectors_bytes(vectors, "bytes"));
		assert_memory_equal(digest.bytes,
		    vectors_bytes(vectors, "digest").data, 16);
		digest_sum_add(&sum, &digest);
		digest_sum_store(&sum, stored);
		assert_memory_equal(stored, vectors_bytes(vectors, "sum").data,
		    16);
		memcpy(key.bytes, vectors_bytes(vectors, "key").data, 32);
		mark = mark_make(&key, vectors_number(vectors, "id"), &digest,
		    vectors_number(vectors, "generation"),
		    vectors_number(vectors, "sequence"));
		assert_memory_equal(mark.bytes,
		    vectors_bytes(vectors, "mark").data, 8);
		assert_true(mark_equal(&mark, &mark));
	}
}

/* In whatever order digests come and go, the sum tells only the set. */
static void
test_sums_do_not_depend_on_order(void **state)
{
	struct random random = random_begin();
	struct digest digests[100];
	struct digest_sum forward = { 0 };
	struct digest_sum backward = { 0 };
	struct digest_sum empty = { 0 };
	struct digest_sum half = { 0 };

	(void)state;
	for (int i = 0; i < 100; i++) {
		uint64_t words[2] = { random_next(&random),
			random_next(&random) };

		if (i % 10 == 0)
			words[0] = UINT64_MAX;
		memcpy(digests[i].bytes, words, 16);
		digest_sum_add(&forward, &digests[i]);
		if (i >= 50)
			digest_sum_add(&half, &digests[i]);
	}
	for (int i = 49; i >= 0; i--)
		digest_sum_add(&backward, &digests[i]);
	digest_sum_add_sum(&backward, &half);
	assert_true(digest_sum_equal(&forward, &backward));
	for (int i = 0; i < 100; i++)
		digest_sum_subtract(&forward, &digests[i]);
	assert_true(digest_sum_equal(&forward, &empty));
	assert_false(digest_sum_equal(&backward, &empty));
	assert_true(digest_equal(&digests[1], &digests[1]));
	assert_false(digest_equal(&digests[1], &digests[2]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_vectors_hold),
		cmocka_unit_test(test_sums_do_not_depend_on_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
