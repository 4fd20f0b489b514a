/*
 * The service begins its own night when it is time, and ends it when it stops.
 * Covers server/service/nightly.c.
 */
#include "nights.h"
#include "server/service/service.h"

enum {
	LOOK_MS = 5
};

struct world {
	struct place place;
	uv_loop_t loop;
	uv_timer_t look;
	struct service *service;
	bool until_ended; /* else until it has begun */
	struct night_row row;
};

static int
setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	place_init(&world->place);
	*state = world;
	return 0;
}

static int
teardown(void **state)
{
	struct world *world = *state;

	place_deinit(&world->place);
	night_row_deinit(&world->row);
	free(world);
	return 0;
}

static void
on_look(uv_timer_t *timer)
{
	struct world *world = timer->data;

	if (night_load(world->place.replica, NULL, &world->row, NULL) !=
		STATUS_OK ||
	    (world->until_ended && world->row.ended_ms == 0)) {
		night_row_deinit(&world->row);
		return;
	}
	service_stop(world->service);
	uv_close((uv_handle_t *)timer, NULL);
}

/* Goes on until it is told to stop. */
static void
job_endless(struct night_work *work, struct night_outcome *outcome)
{
	outcome_say(outcome, NIGHT_OK, "Never seen.");
	while (night_goes_on(work, 0, 0))
		continue;
}

static const struct night_job endless[] = { { "endless", job_endless },
	{ NULL, NULL } };

/* Serve until the night has begun, or ended. */
static void
serve(struct world *world, bool until_ended)
{
	struct place *place = &world->place;
	struct service_options options = { .folder = place->folder,
		.replica = place->replica,
		.quiet_ms = 1,
		.night_jobs = until_ended ? NULL : endless };

	assert_int_equal(uv_loop_init(&world->loop), 0);
	world->until_ended = until_ended;
	world->service = NULL;
	PLACE_OK(place, service_start(&world->loop, &options, &world->service,
			    &place->err));
	uv_timer_init(&world->loop, &world->look);
	world->look.data = world;
	uv_timer_start(&world->look, on_look, LOOK_MS, LOOK_MS);
	uv_run(&world->loop, UV_RUN_DEFAULT);
	service_destroy(world->service);
	assert_int_equal(uv_loop_close(&world->loop), 0);
}

/* A hub that has had no night has one after a little quiet, and shows the
 * certificate that was renewed in it. */
static void
test_missed_night_is_done_after_the_start(void **state)
{
	struct world *world = *state;
	struct place *place = &world->place;
	struct buffer before = { 0 };

	snprintf(place->folder->settings.hosts[1],
	    sizeof(place->folder->settings.hosts[1]), "hub.example");
	place->folder->settings.host_count = 2;
	assert_int_equal(buffer_append(&before,
			     buffer_view(&place->folder->certificate)),
	    STATUS_OK);
	serve(world, true);
	assert_true(file_exists(nights_newest(place, "backups")));
	assert_false(bytes_equal(buffer_view(&before),
	    buffer_view(&place->folder->certificate)));
	buffer_deinit(&before);
}

/* A service that stops does not wait for its night, and the next one makes it
 * good. */
static void
test_stop_breaks_the_night_off(void **state)
{
	struct world *world = *state;
	uint64_t number;

	serve(world, false);
	number = world->row.number;
	night_row_deinit(&world->row);
	PLACE_OK(&world->place, night_load(world->place.replica, NULL,
				    &world->row, &world->place.err));
	assert_true(world->row.number == number);
	assert_true(world->row.ended_ms == 0);
	night_row_deinit(&world->row);
	serve(world, true);
	assert_true(world->row.number == number + 1);
}

/* What is off is off. */
static void
test_night_that_is_off_does_not_begin(void **state)
{
	struct world *world = *state;
	struct place *place = &world->place;
	struct service_options options = { .folder = place->folder,
		.replica = place->replica,
		.quiet_ms = 1 };

	place->folder->settings.night_minute = -1;
	assert_int_equal(uv_loop_init(&world->loop), 0);
	PLACE_OK(place, service_start(&world->loop, &options, &world->service,
			    &place->err));
	uv_run(&world->loop, UV_RUN_ONCE); /* the first tick */
	service_stop(world->service);
	uv_run(&world->loop, UV_RUN_DEFAULT);
	service_destroy(world->service);
	assert_int_equal(uv_loop_close(&world->loop), 0);
	assert_int_equal(night_load(place->replica, NULL, &world->row,
			     &place->err),
	    STATUS_NOT_FOUND);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_missed_night_is_done_after_the_start),
		TEST(test_stop_breaks_the_night_off),
		TEST(test_night_that_is_off_does_not_begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
