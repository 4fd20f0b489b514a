/*
 * Defects of sync are kept with what is known of them, and not too many.
 */
#include "fixture.h"

#include "common/replica/defect.h"

static int
setup(void **state)
{
	*state = fixture_open(5, OAK);
	return 0;
}

static int
teardown(void **state)
{
	replica_close(*state);
	return 0;
}

static void
note(struct replica *replica, const struct defect *defect)
{
	assert_ok(replica_begin(replica, err));
	assert_ok(defect_note(replica, defect, err));
	assert_ok(replica_commit(replica, err));
}

struct seen {
	struct defect defects[8];
	uint32_t count;
	uint32_t stop_at;
};

static bool
see(void *context, const struct defect *defect)
{
	struct seen *seen = context;

	if (seen->count < 8)
		seen->defects[seen->count] = *defect;
	return ++seen->count != seen->stop_at;
}

static uint32_t
count_since(struct replica *replica, uint64_t since_ms)
{
	struct seen seen = { 0 };

	assert_ok(defect_each(replica, since_ms, see, &seen, err));
	return seen.count;
}

static void
test_defect_is_kept_as_it_was_seen(void **state)
{
	const struct defect later = { NOW_MS + 5, DEFECT_TABLES, 0, 0, 0, 0 };
	const struct defect first = { NOW_MS, DEFECT_HUB_LACKED, 5, 700, 41,
		NOW_MS - 9 };
	struct seen seen = { .stop_at = 2 };

	note(*state, &later);
	note(*state, &first);
	note(*state, &later);
	assert_ok(defect_each(*state, NOW_MS, see, &seen, err));
	assert_int_equal(seen.count, 2);
	assert_memory_equal(&seen.defects[0], &first, sizeof(first));
	assert_memory_equal(&seen.defects[1], &later, sizeof(later));
	assert_int_equal(count_since(*state, NOW_MS + 1), 2);
	assert_int_equal(count_since(*state, NOW_MS + 6), 0);
}

/* A replica that lost everything does not fill the hub's disk with it. */
static void
test_too_many_of_one_night_are_not_kept(void **state)
{
	struct replica *replica = *state;
	struct defect defect = { NOW_MS, DEFECT_UNKNOWN, 5, 1, 1, 0 };

	assert_ok(replica_begin(replica, err));
	for (uint32_t i = 0; i < DEFECTS_A_NIGHT + 3; i++) {
		defect.found_ms++;
		assert_ok(defect_note(replica, &defect, err));
	}
	assert_ok(replica_commit(replica, err));
	assert_int_equal(count_since(replica, 0), DEFECTS_A_NIGHT);
	defect.site = 6;
	note(replica, &defect);
	defect.site = 5;
	defect.found_ms += UINT64_C(24) * 60 * 60 * 1000;
	note(replica, &defect);
	assert_int_equal(count_since(replica, 0), DEFECTS_A_NIGHT + 2);
}

static void
test_old_defects_are_forgotten(void **state)
{
	const struct defect old = { 5, DEFECT_FILE, 5, 0, 0, 0 };
	const struct defect young = { NOW_MS, DEFECT_FILE, 5, 0, 0, 0 };

	note(*state, &old);
	note(*state, &young);
	assert_ok(replica_begin(*state, err));
	assert_ok(defect_forget(*state, NOW_MS, err));
	assert_ok(replica_commit(*state, err));
	assert_int_equal(count_since(*state, 0), 1);
}

static void
test_each_kind_has_words_of_its_own(void **state)
{
	(void)state;
	for (int i = 0; i <= DEFECT_FILE; i++)
		for (int j = i + 1; j <= DEFECT_FILE; j++)
			assert_string_not_equal(defect_name(
						    (enum defect_kind)i),
			    defect_name((enum defect_kind)j));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_defect_is_kept_as_it_was_seen),
		TEST(test_too_many_of_one_night_are_not_kept),
		TEST(test_old_defects_are_forgotten),
		TEST(test_each_kind_has_words_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
