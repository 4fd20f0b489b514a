/*
 * When computers are compared: at every edge of the window, evenly, and never
 * far in the past.
 */
#include "server/core/nights.h"

#include "server/authority/hub_settings.h"
#include "tests/unit/server/fixture.h"

enum {
	COMPUTERS = 1000,
	PARTS = 10,
	NIGHTS = 20,
	DRAWS = 20000
};

#define MINUTE   UINT64_C(60000)
#define DAY      (NIGHT_DAY_MINUTES * MINUTE)
#define MIDNIGHT (NOW / DAY * DAY)

static const struct night_window early = { 60, 240 };
static const struct night_window late = { 22 * 60, 240 }; /* until 02:00 */

/* Of a computer that was done long ago. */
static struct night_state
done(uint64_t done_ms)
{
	return (struct night_state){ .done_ms = done_ms };
}

/* The computer's time in the window that begins on that day. */
static uint64_t
time_of(uint32_t number, struct night_window window, uint64_t midnight)
{
	uint64_t begins = midnight + window.begins_minute * MINUTE;
	struct night_state state = done(begins - 1);

	return nights_due(&state, number, window, begins - 1);
}

/* Whoever was never compared, or is wanted, is not made to wait. */
static void
test_never_compared_or_wanted_is_due_now(void **state)
{
	struct night_state never = { 0 }, wanted = done(NOW);

	(void)state;
	wanted.wanted = 1;
	assert_int_equal(nights_due(&never, 7, early, NOW), NOW);
	assert_int_equal(nights_due(&wanted, 7, early, NOW), NOW);
}

/* A millisecond to either side of a computer's time, in a window within the
 * day and in one that reaches over midnight. */
static void
test_due_turns_at_its_time(void **state)
{
	const struct night_window windows[] = { early, late };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		for (uint32_t number = 1; number < 50; number++) {
			uint64_t at = time_of(number, windows[i], MIDNIGHT);
			uint64_t next =
			    time_of(number, windows[i], MIDNIGHT + DAY);
			struct night_state before = done(at - 1);
			struct night_state on = done(at), after = done(at + 1);

			assert_int_equal(nights_due(&before, number, windows[i],
					     at - 1),
			    at);
			assert_int_equal(nights_due(&before, number, windows[i],
					     at),
			    at);
			assert_int_equal(nights_due(&before, number, windows[i],
					     at + DAY / 4),
			    at);
			assert_int_equal(nights_due(&on, number, windows[i],
					     at),
			    next);
			assert_int_equal(nights_due(&after, number, windows[i],
					     at + 1),
			    next);
		}
	}
}

/* The window of 22:00 to 02:00 is one night, not two. */
static void
test_window_over_midnight_is_one_night(void **state)
{
	uint32_t beyond = 0;

	(void)state;
	for (uint32_t number = 1; number <= COMPUTERS; number++) {
		uint64_t at = time_of(number, late, MIDNIGHT);
		struct night_state known = done(at);

		assert_in_range(at, MIDNIGHT + 22 * 60 * MINUTE,
		    MIDNIGHT + 26 * 60 * MINUTE - 1);
		beyond += at >= MIDNIGHT + DAY;
		assert_true(nights_due(&known, number, late, at + 1) >=
			    MIDNIGHT + DAY + 22 * 60 * MINUTE);
	}
	assert_in_range(beyond, COMPUTERS / 3, 2 * COMPUTERS / 3);
}

/* What was missed for a month is due since the last night, and not since
 * before that. */
static void
test_due_is_never_before_the_last_night(void **state)
{
	uint64_t draw = 0x5eed;

	(void)state;
	for (int i = 0; i < DRAWS; i++) {
		struct night_window window;
		struct night_state known;
		uint64_t now, due;
		uint32_t number;

		draw = draw * UINT64_C(6364136223846793005) + 1442695040888963;
		window.begins_minute = (uint32_t)(draw >> 33) % 1440;
		window.minutes = 1 + (uint32_t)(draw >> 43) % 1440;
		number = (uint32_t)(draw >> 50);
		now = NOW + draw % (3 * DAY);
		known = done(now - (draw >> 7) % (30 * DAY));
		due = nights_due(&known, number, window, now);
		assert_true(due + DAY + window.minutes * MINUTE > now);
		assert_true(due <= now + 2 * DAY);
		assert_true(due > known.done_ms);
	}
}

/* Every tenth of the window has about a tenth of the computers. */
static void
test_a_thousand_computers_are_spread_evenly(void **state)
{
	uint64_t begins = MIDNIGHT + 60 * MINUTE, width = 240 * MINUTE / PARTS;
	uint32_t parts[PARTS] = { 0 };

	(void)state;
	for (uint32_t number = 1; number <= COMPUTERS; number++) {
		uint64_t at = time_of(number, early, MIDNIGHT);

		assert_in_range(at, begins, begins + 240 * MINUTE - 1);
		parts[(at - begins) / width]++;
	}
	for (int i = 0; i < PARTS; i++)
		assert_in_range(parts[i], COMPUTERS / PARTS * 2 / 3,
		    COMPUTERS / PARTS * 4 / 3);
}

/* A computer that is off at one hour has another chance the next night. */
static void
test_time_of_a_computer_moves_from_night_to_night(void **state)
{
	uint64_t width = 240 * MINUTE / PARTS;
	bool seen[PARTS] = { false };
	uint32_t places = 0;

	(void)state;
	for (uint64_t night = 0; night < NIGHTS; night++) {
		uint64_t midnight = MIDNIGHT + night * DAY;
		uint64_t at = time_of(11, early, midnight);

		seen[(at - midnight - 60 * MINUTE) / width] = true;
	}
	for (int i = 0; i < PARTS; i++)
		places += seen[i];
	assert_in_range(places, PARTS / 2, PARTS);
}

/* Half an hour behind the hub's own, which may be off. */
static void
test_window_follows_the_settings(void **state)
{
	struct hub_settings settings = hub_settings_default();

	(void)state;
	assert_int_equal(hub_settings_window(&settings).begins_minute, 150);
	assert_int_equal(hub_settings_window(&settings).minutes, 240);
	settings.night_minute = 23 * 60 + 45;
	settings.night_minutes = 90;
	assert_int_equal(hub_settings_window(&settings).begins_minute, 15);
	assert_int_equal(hub_settings_window(&settings).minutes, 90);
	settings.night_minute = -1;
	assert_int_equal(hub_settings_window(&settings).begins_minute, 60);
}

/* Ended is not wanted any more; of nobody nothing is known. */
static void
test_what_is_wanted_is_kept_until_it_ends(void **state)
{
	struct fixture *f = *state;
	struct found found = { .at = 9, .outcome = FOUND_MENDED };
	struct night_state known;

	OK(nights_want(f->replica, 2, &f->err));
	OK(nights_get(f->replica, 2, &known, &f->err));
	assert_true(known.wanted != 0);
	OK(nights_get(f->replica, 1, &known, &f->err));
	assert_int_equal(known.wanted, 0);
	OK(nights_want(f->replica, 0, &f->err));
	OK(nights_get(f->replica, 1, &known, &f->err));
	assert_true(known.wanted != 0);
	OK(replica_begin(f->replica, &f->err));
	OK(nights_end(f->replica, 1, NOW, 1, &found, &f->err));
	found.outcome = FOUND_FAILED;
	OK(nights_end(f->replica, 2, NOW, 2, &found, &f->err));
	OK(replica_commit(f->replica, &f->err));
	OK(nights_get(f->replica, 1, &known, &f->err));
	assert_int_equal(known.wanted, 0);
	assert_int_equal(known.equal_ms, NOW);
	OK(nights_get(f->replica, 2, &known, &f->err));
	assert_int_equal(known.done_ms, NOW);
	assert_int_equal(known.equal_ms, 0);
	assert_int_equal(known.found.outcome, FOUND_FAILED);
	/* A wish that came after it had begun is for the next run. */
	OK(nights_want(f->replica, 2, &f->err));
	OK(nights_want(f->replica, 2, &f->err));
	OK(replica_begin(f->replica, &f->err));
	OK(nights_end(f->replica, 2, NOW, 1, &found, &f->err));
	OK(replica_commit(f->replica, &f->err));
	OK(nights_get(f->replica, 2, &known, &f->err));
	assert_int_equal(known.wanted, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_never_compared_or_wanted_is_due_now),
		cmocka_unit_test(test_due_turns_at_its_time),
		cmocka_unit_test(test_window_over_midnight_is_one_night),
		cmocka_unit_test(test_due_is_never_before_the_last_night),
		cmocka_unit_test(test_a_thousand_computers_are_spread_evenly),
		cmocka_unit_test(
		    test_time_of_a_computer_moves_from_night_to_night),
		cmocka_unit_test(test_window_follows_the_settings),
		cmocka_unit_test_setup_teardown(
		    test_what_is_wanted_is_kept_until_it_ends, fixture_begin,
		    fixture_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
