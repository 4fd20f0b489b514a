/* The packets of a line: who arrives, when, and in which order. */
#include "tests/line/packets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MS UINT64_C(1000000)

enum {
	MANY = 2000,
};

/* What is on its way, as the first byte of each that arrives until then. */
static size_t
take_all(struct packets *packets, uint64_t now_ns, unsigned char *out)
{
	unsigned char data[16];
	size_t count = 0;

	while (packets_take(packets, now_ns, data, sizeof(data)) > 0)
		out[count++] = data[0];
	return count;
}

static void
put_letters(struct packets *packets, uint64_t now_ns, const char *letters)
{
	for (; *letters != '\0'; letters++)
		packets_put(packets, now_ns, letters, 1);
}

/* Nothing is early, and nothing stays. */
static void
test_delay_is_kept_in_order(void **state)
{
	struct packets packets;
	unsigned char got[8] = { 0 };

	(void)state;
	packets_init(&packets, &(struct shape){ .delay_ns = 3e6 }, 1);
	assert_true(packets_due(&packets) == PACKETS_NEVER);
	put_letters(&packets, 10 * MS, "abcde");
	assert_true(packets_due(&packets) == 13 * MS);
	assert_int_equal(take_all(&packets, 13 * MS - 1, got), 0);
	assert_int_equal(take_all(&packets, 13 * MS, got), 5);
	assert_memory_equal(got, "abcde", 5);
	assert_true(packets_due(&packets) == PACKETS_NEVER);
	packets_deinit(&packets);
}

/* 8 kbit are a byte each millisecond, whenever it was put. */
static void
test_rate_makes_them_wait_for_each_other(void **state)
{
	struct packets packets;
	unsigned char got[8];

	(void)state;
	packets_init(&packets, &(struct shape){ .rate_bits = 8000 }, 1);
	put_letters(&packets, 0, "abc");
	assert_int_equal(take_all(&packets, 1 * MS, got), 1);
	assert_int_equal(take_all(&packets, 2 * MS, got), 1);
	put_letters(&packets, 2 * MS, "d");
	assert_int_equal(take_all(&packets, 3 * MS, got), 1);
	assert_true(packets_due(&packets) == 4 * MS);
	packets_deinit(&packets);
}

/* A full router drops: a second waits, and one more. */
static void
test_too_many_waiting_are_dropped(void **state)
{
	struct packets packets;

	(void)state;
	packets_init(&packets, &(struct shape){ .rate_bits = 8000 }, 1);
	for (int i = 0; i < MANY; i++)
		put_letters(&packets, 0, "a");
	assert_int_equal(packets.count, 1001);
	assert_true(packets.dropped == MANY - 1001);
	packets_deinit(&packets);
}

/* Those held back are overtaken, and arrive. */
static void
test_reordered_arrive_later_and_all(void **state)
{
	struct packets packets;
	unsigned char got[MANY];
	unsigned char byte;
	size_t count;
	unsigned turns = 0;

	(void)state;
	packets_init(&packets,
	    &(struct shape){ .delay_ns = 4e6, .reorder = 0.1 }, 7);
	for (unsigned i = 0; i < 200; i++) {
		byte = (unsigned char)i;
		packets_put(&packets, i * MS, &byte, 1);
	}
	count = take_all(&packets, 1000 * MS, got);
	assert_int_equal(count, 200);
	for (size_t i = 1; i < count; i++)
		turns += got[i] < got[i - 1];
	assert_in_range(packets.late, 5, 40);
	assert_in_range(turns, 1, packets.late);
	packets_deinit(&packets);
}

/* The shares are about what was asked for, and the counts agree. */
static void
test_some_are_lost_and_some_come_twice(void **state)
{
	struct packets packets;
	unsigned char got[MANY * 2];
	size_t count;

	(void)state;
	packets_init(&packets, &(struct shape){ .loss = 0.2, .duplicate = 0.1 },
	    3);
	for (int i = 0; i < MANY; i++)
		put_letters(&packets, 0, "a");
	count = take_all(&packets, 0, got);
	assert_in_range(packets.lost, MANY / 8, MANY / 4);
	assert_in_range(packets.twice, MANY / 20, MANY / 8);
	assert_int_equal(count, MANY - packets.lost + packets.twice);
	assert_true(packets.passed == count);
	packets_deinit(&packets);
}

/* Bounded, whatever comes; and a packet is cut to the room that there is. */
static void
test_limits_hold(void **state)
{
	struct packets packets;
	char byte;

	(void)state;
	packets_init(&packets, &(struct shape){ .delay_ns = 1e9 }, 1);
	for (int i = 0; i < PACKETS_MAX + 5; i++)
		packets_put(&packets, 0, "ab", 2);
	assert_int_equal(packets.count, PACKETS_MAX);
	assert_true(packets.dropped == 5);
	assert_int_equal(packets_take(&packets, 2000 * MS, &byte, 1), 1);
	assert_int_equal(byte, 'a');
	packets_deinit(&packets);
}

/* The same seed, the same fates. */
static void
test_same_seed_same_fates(void **state)
{
	struct packets packets[2];
	unsigned char got[2][MANY * 2];
	size_t count[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		packets_init(&packets[i],
		    &(struct shape){ .delay_ns = 5e6,
			.loss = 0.1,
			.reorder = 0.1,
			.duplicate = 0.1 },
		    42);
		for (unsigned n = 0; n < 500; n++) {
			unsigned char byte = (unsigned char)n;

			packets_put(&packets[i], n * MS, &byte, 1);
		}
		count[i] = take_all(&packets[i], 1000 * MS, got[i]);
		packets_deinit(&packets[i]);
	}
	assert_int_equal(count[0], count[1]);
	assert_memory_equal(got[0], got[1], count[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_delay_is_kept_in_order),
		cmocka_unit_test(test_rate_makes_them_wait_for_each_other),
		cmocka_unit_test(test_too_many_waiting_are_dropped),
		cmocka_unit_test(test_reordered_arrive_later_and_all),
		cmocka_unit_test(test_some_are_lost_and_some_come_twice),
		cmocka_unit_test(test_limits_hold),
		cmocka_unit_test(test_same_seed_same_fates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
