/*
 * Wrong tries slow down, also over a restart and with a clock that jumps.
 */
#include "tests/unit/replica/fixture.h"

#include <sodium.h>

#include "client/access/tries.h"
#include "tests/unit/scratch.h"

#define NAME bytes_of_text("q")

static enum status
try_at(struct replica *replica, uint64_t seconds)
{
	return tries_begin(replica, NAME, NOW_MS + seconds * 1000, UNREAD);
}

static void
test_waits_double_up_to_a_quarter_of_an_hour(void **state)
{
	static const uint32_t waits[] = { 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128,
		256, 512, 900, 900 };

	(void)state;
	for (uint32_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++)
		assert_int_equal(tries_wait_s(i), waits[i]);
	assert_int_equal(tries_wait_s(UINT32_MAX), 900);
}

static void
test_fourth_try_waits_and_says_how_long(void **state)
{
	struct replica *replica = fixture_open(3, OAK);
	struct error told = { 0 };

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(try_at(replica, 0), STATUS_OK);
	assert_int_equal(tries_begin(replica, NAME, NOW_MS + 1, &told),
	    STATUS_DENIED);
	assert_string_equal(told.text, "there were too many wrong tries for "
				       "this name; try again in 1 s");
	/* Trying too early does not make it longer. */
	assert_int_equal(try_at(replica, 0), STATUS_DENIED);
	assert_int_equal(try_at(replica, 1), STATUS_OK);
	assert_int_equal(try_at(replica, 2), STATUS_DENIED);
	assert_int_equal(try_at(replica, 3), STATUS_OK);
	assert_int_equal(try_at(replica, 6), STATUS_DENIED);
	/* Another name is not slowed down by it. */
	assert_ok(tries_begin(replica, bytes_of_text("r"), NOW_MS, err));
	assert_ok(tries_forget(replica, NAME, err));
	assert_int_equal(try_at(replica, 6), STATUS_OK);
	replica_close(replica);
}

static void
test_restart_does_not_forget(void **state)
{
	char folder[SCRATCH_BYTES], path[SCRATCH_BYTES + 16];
	struct replica *replica;

	(void)state;
	scratch_make(folder);
	snprintf(path, sizeof(path), "%s/replica.db", folder);
	replica = fixture_open_at(path, REPLICA_CLIENT, 3, OAK);
	for (int i = 0; i < 3; i++)
		assert_int_equal(try_at(replica, 0), STATUS_OK);
	replica_close(replica);
	replica = fixture_open_at(path, REPLICA_CLIENT, 3, OAK);
	assert_int_equal(try_at(replica, 0), STATUS_DENIED);
	replica_close(replica);
	scratch_remove(folder);
}

/* Back, one waits no longer than there is to wait; the count stays. */
static void
test_clock_that_jumps(void **state)
{
	struct replica *replica = fixture_open(3, OAK);

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(try_at(replica, 1000000), STATUS_OK);
	assert_int_equal(try_at(replica, 0), STATUS_DENIED);
	assert_int_equal(try_at(replica, 1000001), STATUS_OK);
	replica_close(replica);
}

/* However many names are invented, the one that is guessed at stays. */
static void
test_many_names_do_not_wash_one_away(void **state)
{
	struct replica *replica = fixture_open(3, OAK);
	char name[16];

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(try_at(replica, 0), STATUS_OK);
	for (int i = 0; i < 2 * TRIES_NAMES; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		assert_ok(
		    tries_begin(replica, bytes_of_text(name), NOW_MS + 1, err));
	}
	assert_int_equal(try_at(replica, 0), STATUS_DENIED);
	replica_close(replica);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_waits_double_up_to_a_quarter_of_an_hour),
		cmocka_unit_test(test_fourth_try_waits_and_says_how_long),
		cmocka_unit_test(test_restart_does_not_forget),
		cmocka_unit_test(test_clock_that_jumps),
		cmocka_unit_test(test_many_names_do_not_wash_one_away),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
