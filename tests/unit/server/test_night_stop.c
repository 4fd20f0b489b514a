/*
 * What is left of a night that was broken off.  Covers server/night/plan.c.
 */
#include "server/night/plan.h"

#include "nights.h"

static void
job_quick(struct night_work *work, struct night_outcome *outcome)
{
	(void)work;
	outcome_say(outcome, NIGHT_OK, "Done.");
}

/* Goes on until it is told to stop. */
static void
job_endless(struct night_work *work, struct night_outcome *outcome)
{
	uint64_t done = 0;

	outcome_say(outcome, NIGHT_OK, "Never seen.");
	while (night_goes_on(work, done % 100, 100))
		done++;
}

static void
stop_when_it_moves(const char *job, unsigned percent, void *user)
{
	struct run *run = user;

	assert_string_equal(job, "endless");
	assert_true(percent < 100);
	night_stop(run->night);
	night_stop(run->night);
}

/* What was done until then is kept, as a night that did not end; the next one
 * is whole. */
static void
test_stop_in_the_middle_ends_it_soon(void **state)
{
	static const struct night_job jobs[] = { { "quick", job_quick },
		{ "endless", job_endless }, { "never", job_quick },
		{ NULL, NULL } };
	static const struct night_handlers handlers = {
		.on_outcome = run_on_outcome,
		.on_progress = stop_when_it_moves,
		.on_ended = run_on_ended,
	};
	struct run run = { .place = *state };
	struct run next = { .place = *state };
	struct place *place = *state;
	struct night_options options = { .folder = place->folder,
		.jobs = jobs };
	struct night_row row;
	uint64_t last_ms = 1;

	assert_int_equal(uv_loop_init(&run.loop), 0);
	PLACE_OK(place, night_run(&run.loop, &options, &handlers, &run,
			    &run.night, &place->err));
	uv_run(&run.loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&run.loop), 0);
	assert_int_equal(run.why.status, STATUS_CANCELLED);
	assert_int_equal(run.count, 1);
	PLACE_OK(place, night_load(place->replica, NULL, &row, &place->err));
	assert_true(row.ended_ms == 0);
	assert_int_equal(json_array_size(json_object_get(row.document, "jobs")),
	    1);
	night_row_deinit(&row);
	PLACE_OK(place, night_last_ms(place->replica, &last_ms, &place->err));
	assert_true(last_ms == 0);

	run_night(&next);
	assert_int_equal(next.why.status, STATUS_OK);
	run_expect(&next, "backup", NIGHT_OK, "");
}

/* Stopped at the beginning of each job in turn: no half of a backup counts. */
static void
test_stop_at_every_job_leaves_no_half(void **state)
{
	struct place *place = *state;
	char name[BACKUP_NAME_BYTES];

	for (size_t i = 0; night_plan[i].name != NULL; i++) {
		struct run run = { .place = place,
			.stop_at = night_plan[i].name };

		run_night(&run);
		assert_int_equal(run.why.status, STATUS_CANCELLED);
		assert_int_equal(run.count, i);
		assert_false(nights_has(place, "backups", BACKUP_PART));
		assert_int_equal(backups_newest(nights_path(place, "backups",
						    ""),
				     name, NULL),
		    i < 2 ? STATUS_NOT_FOUND : STATUS_OK);
	}
}

/* One night at a time, whoever wants another. */
static void
test_second_night_beside_the_first_is_refused(void **state)
{
	struct run run = { .place = *state };
	struct run second = { .place = *state };
	struct place *place = *state;

	assert_int_equal(uv_loop_init(&run.loop), 0);
	assert_int_equal(uv_loop_init(&second.loop), 0);
	PLACE_OK(place, run_begin(&run, &place->err));
	assert_int_equal(run_begin(&second, &place->err), STATUS_BUSY);
	assert_non_null(strstr(place->err.text, "already"));
	uv_run(&run.loop, UV_RUN_DEFAULT);
	PLACE_OK(place, run_begin(&second, &place->err));
	uv_run(&second.loop, UV_RUN_DEFAULT);
	assert_true(second.ended);
	assert_int_equal(uv_loop_close(&run.loop), 0);
	assert_int_equal(uv_loop_close(&second.loop), 0);
}

int
main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, nights_setup, nights_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_stop_in_the_middle_ends_it_soon),
		TEST(test_stop_at_every_job_leaves_no_half),
		TEST(test_second_night_beside_the_first_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
