/*
 * An engine killed at any moment, the real hub on the other side: another goes
 * on where it was.  What was written is taken once, and both are proved equal.
 */
#include "tests/unit/server/together.h"

#include <time.h>

enum {
	KILL_ENDS = 2,
	KILL_STEPS = 600,
	KILL_PUPILS = 64
};

struct killing {
	struct fixture *f;
	struct end ends[KILL_ENDS];
	uint64_t pupils[KILL_ENDS][KILL_PUPILS];
	uint32_t pupil_count[KILL_ENDS];
	uint64_t written; /* commits */
	uint64_t random;
};

static uint32_t
draw(struct killing *k, uint32_t below)
{
	k->random ^= k->random << 13;
	k->random ^= k->random >> 7;
	k->random ^= k->random << 17;
	return (uint32_t)((k->random >> 20) % below);
}

/* A new child, or a change of one that was written here. */
static void
write_something(struct killing *k, uint32_t who)
{
	struct end *end = &k->ends[who];
	uint32_t count = k->pupil_count[who];
	char name[16];

	snprintf(name, sizeof(name), "N%u", draw(k, 1000000));
	if (count == 0 || (count < KILL_PUPILS && draw(k, 2) == 0)) {
		k->pupils[who][count] = end_new_pupil(end, name);
		k->pupil_count[who]++;
	} else {
		uint64_t pupil = k->pupils[who][draw(k, count)];

		/* equal by chance would be nothing to write */
		if (end_write(end, pupil, "pupil", pupil,
			COLUMNS({ "surname", name })) == 0)
			return;
	}
	k->written++;
}

/* One of the things that can happen, in any order. */
static void
happen(struct killing *k)
{
	uint32_t who = draw(k, KILL_ENDS);
	struct end *end = &k->ends[who];
	struct engine_update update;
	bool some;

	switch (draw(k, 10)) {
	case 0:
		end_restart(end);
		break;
	case 1:
		end->cut_after = 1 + draw(k, 3000);
		break;
	case 2:
	case 3:
		write_something(k, who);
		break;
	case 4:
		k->f->now += draw(k, 20000);
		break;
	case 5:
	case 6:
		if (end->connected)
			(void)end_carry_down(end, &some);
		break;
	default:
		if (!end->connected) {
			(void)end_connect(end);
			break;
		}
		update = end_step(end, ENGINE_TICK, (struct bytes){ NULL, 0 });
		if (draw(k, 8) == 0)
			end_restart(end); /* its output is lost with it */
		else
			(void)end_carry_up(end, &update);
		break;
	}
}

static void
run_seed(struct fixture *f, uint64_t seed)
{
	struct killing *k = calloc(1, sizeof(*k));
	uint64_t head, pupils;

	assert_non_null(k);
	print_message("seed %llu\n", (unsigned long long)seed);
	k->f = f;
	k->random = seed | 1;
	end_open(&k->ends[0], f, 1, "oak");
	end_open(&k->ends[1], f, 4, "oak2");
	head = head_of(f);
	for (uint32_t i = 0; i < KILL_STEPS; i++)
		happen(k);
	k->ends[0].cut_after = 0;
	k->ends[1].cut_after = 0;
	together((struct end *[]){ &k->ends[0], &k->ends[1] }, 2);

	pupils = k->pupil_count[0] + k->pupil_count[1];
	for (uint32_t i = 0; i < KILL_ENDS; i++) {
		expect_proved(&k->ends[i]);
		expect_sound(&k->ends[i]);
		assert_int_equal(end_status(&k->ends[i]).aside, 0);
		assert_int_equal(end_status(&k->ends[i]).alarms, 0);
		assert_int_equal(end_count(&k->ends[i], "pupil", 0), pupils);
	}
	/* each commit once; a new child brings the hub's grant with it */
	assert_int_equal(head_of(f) - head, k->written + pupils);
	end_close(&k->ends[0]);
	end_close(&k->ends[1]);
	free(k);
}

static void
test_killed_engine_goes_on_where_it_was(void **state)
{
	const char *given = getenv("THROUGHLINE_SEED");
	uint64_t seed =
	    given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);

	run_seed(*state, seed);
}

static void
test_killed_engine_of_a_known_seed(void **state)
{
	run_seed(*state, 20260721);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_killed_engine_goes_on_where_it_was, fixture_begin,
		    fixture_end),
		cmocka_unit_test_setup_teardown(
		    test_killed_engine_of_a_known_seed, fixture_begin,
		    fixture_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
