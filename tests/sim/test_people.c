/*
 * People: the year that is drawn for them, and that each thing they do is
 * done and has its effect where nothing goes wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/sim/node.h"
#include "tests/sim/people/people.h"
#include "tests/sim/world.h"

#define MINUTE_MS UINT64_C(60000)
#define DAY_MS    (24 * 60 * MINUTE_MS)

enum {
	DEEDS = 80,
	SCENE_MOST = 9, /* deeds by which the last scene may go over */
	LIVES = 5
};

/* --- the year ------------------------------------------------------------- */

static void
draw_year(uint64_t seed, struct plan *plan)
{
	struct random random = random_fork(seed, 1);

	*plan = (struct plan){
		.seed = seed,
		.shape = { .schools = 3, .computers = 5 },
	};
	plan_add_year(plan, &random, DEEDS);
}

/* About as many deeds as were asked for, over a whole year, for any seed. */
static void
test_year_has_its_deeds_and_its_days(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 50; seed++) {
		uint64_t length = 0;
		struct plan plan;

		draw_year(seed, &plan);
		assert_in_range(plan.count, DEEDS,
		    DEEDS + plan.shape.computers + SCENE_MOST);
		for (uint32_t i = 0; i < plan.count; i++)
			length += plan.deeds[i].after_ms;
		assert_in_range(length, 365 * DAY_MS, 410 * DAY_MS);
		plan_deinit(&plan);
	}
}

static void
test_year_is_the_same_for_the_same_seed(void **state)
{
	struct plan one, other;

	(void)state;
	draw_year(7, &one);
	draw_year(7, &other);
	assert_int_equal(one.count, other.count);
	for (uint32_t i = 0; i < one.count; i++) {
		assert_int_equal(one.deeds[i].after_ms,
		    other.deeds[i].after_ms);
		assert_int_equal(one.deeds[i].type, other.deeds[i].type);
		assert_int_equal(one.deeds[i].who, other.deeds[i].who);
		assert_int_equal(one.deeds[i].salt, other.deeds[i].salt);
	}
	plan_deinit(&one);
	plan_deinit(&other);
}

/* Nothing sends a drop yet. */
static void
test_all_that_people_do_comes_up_in_fifty_years(void **state)
{
	uint32_t seen[DEED_COUNT] = { 0 };

	(void)state;
	for (uint64_t seed = 1; seed <= 50; seed++) {
		struct plan plan;

		draw_year(seed, &plan);
		for (uint32_t i = 0; i < plan.count; i++)
			seen[plan.deeds[i].type]++;
		plan_deinit(&plan);
	}
	for (int type = 0; type <= DEED_UPGRADE; type++)
		if (type != DEED_DROP && seen[type] == 0)
			fail_msg("nobody ever does \"%s\"",
			    deed_name((enum deed_type)type));
}

/* --- lives ---------------------------------------------------------------- */

/* What happened, as text ended by NUL; to be freed by buffer_deinit. */
static void
live(const struct plan *plan, struct trace *trace)
{
	struct world_outcome outcome;

	memset(trace, 0, sizeof(*trace));
	trace->keep = true;
	world_run(plan, trace, &outcome);
	if (outcome.failed)
		fail_msg("seed %u: %s", (unsigned)plan->seed, outcome.failure);
	assert_int_equal(buffer_append(&trace->text,
			     (struct bytes){ (const uint8_t *)"", 1 }),
	    STATUS_OK);
}

static bool
tells(const struct trace *trace, const char *line)
{
	return strstr((const char *)buffer_view(&trace->text).data, line) !=
	       NULL;
}

/* In a few years without faults everything usual is done by somebody. */
static void
test_years_without_faults_are_full(void **state)
{
	static const char *const lines[] = { ": admit: ", ": import: CTF",
		": edit: pupil", ": note: ", ": delete: delete",
		": open: transfer of", ": answer: ours", ": accept: takes over",
		": cancel: ", ": redact: ", ": staff: comes",
		": staff: changes", ": read: " };
	bool told[sizeof(lines) / sizeof(lines[0])] = { false };

	(void)state;
	for (uint64_t seed = 1; seed <= LIVES; seed++) {
		struct plan plan;
		struct trace trace;

		draw_year(seed, &plan);
		live(&plan, &trace);
		for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
			told[i] |= tells(&trace, lines[i]);
		buffer_deinit(&trace.text);
		plan_deinit(&plan);
	}
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (!told[i])
			fail_msg("in %d years nobody did \"%s\"", LIVES,
			    lines[i]);
}

/* --- one school, two computers -------------------------------------------- */

enum {
	ONE = 0, /* the first and the third are of one school */
	OTHER = 2
};

#define TOPIC(topic, chance) ((uint64_t)(topic) << 32 | (chance))

static void
begin(struct plan *plan)
{
	*plan = (struct plan){
		.seed = 1,
		.shape = { .schools = 2, .computers = 4 },
	};
	plan_put(plan, 0, DEED_SWITCH_ON, ONE, 0);
	plan_put(plan, 0, DEED_SWITCH_ON, OTHER, 0);
	plan_put(plan, MINUTE_MS, DEED_ADMIT, ONE, TOPIC(1, 1));
	plan_put(plan, MINUTE_MS, DEED_WAIT, 0, 0);
}

static void
switch_both(struct plan *plan, enum deed_type type)
{
	plan_put(plan, MINUTE_MS, type, ONE, 0);
	plan_put(plan, MINUTE_MS, type, OTHER, 0);
	plan_put(plan, MINUTE_MS, DEED_WAIT, 0, 0);
}

/* Both are off and write of the same topics: they meet in a conflict, and
 * somebody settles it. */
static void
test_two_computers_meet_in_a_field(void **state)
{
	struct plan plan;
	struct trace trace;

	(void)state;
	begin(&plan);
	switch_both(&plan, DEED_SWITCH_OFF);
	for (uint32_t topic = 1; topic <= 12; topic++) {
		plan_put(&plan, 10, DEED_EDIT, ONE, TOPIC(topic, 1));
		plan_put(&plan, 10, DEED_EDIT, OTHER, TOPIC(topic, 2));
	}
	switch_both(&plan, DEED_SWITCH_ON);
	plan_put(&plan, 0, DEED_RESOLVE, ONE, TOPIC(1, 1));
	live(&plan, &trace);
	assert_true(tells(&trace, ": resolve: "));
	buffer_deinit(&trace.text);
	plan_deinit(&plan);
}

/* Both take the same transfer back: the second is told that it was done, and
 * tries again. */
static void
test_a_refused_step_is_sent_again(void **state)
{
	struct plan plan;
	struct trace trace;

	(void)state;
	begin(&plan);
	plan_put(&plan, 0, DEED_TRANSFER_OPEN, ONE, TOPIC(3, 1));
	plan_put(&plan, MINUTE_MS, DEED_WAIT, 0, 0);
	switch_both(&plan, DEED_SWITCH_OFF);
	plan_put(&plan, 10, DEED_TRANSFER_CANCEL, ONE, TOPIC(3, 1));
	plan_put(&plan, 10, DEED_TRANSFER_CANCEL, OTHER, TOPIC(3, 2));
	switch_both(&plan, DEED_SWITCH_ON);
	for (uint32_t chance = 1; chance <= 3; chance++)
		plan_put(&plan, 1000, DEED_RETRY, ONE, TOPIC(4, chance));
	live(&plan, &trace);
	assert_true(tells(&trace, ": cancel: "));
	assert_true(tells(&trace, ": retry: "));
	buffer_deinit(&trace.text);
	plan_deinit(&plan);
}

static void
test_a_removed_computer_is_gone(void **state)
{
	struct plan plan;
	struct trace trace;

	(void)state;
	begin(&plan);
	plan_put(&plan, 0, DEED_REVOKE, OTHER, TOPIC(1, 1));
	live(&plan, &trace);
	assert_true(tells(&trace, ": revoke: site"));
	assert_true(tells(&trace, "was removed"));
	buffer_deinit(&trace.text);
	plan_deinit(&plan);
}

/* --- canaries ------------------------------------------------------------- */

/* The child's word is on the disk of its school, and on no other's. */
static void
test_canary_is_where_its_child_is(void **state)
{
	char canary[PEOPLE_CANARY_BYTES];
	struct world *world;
	struct plan plan;
	struct entry *entries;
	uint32_t count;

	(void)state;
	begin(&plan);
	world = world_create(&plan);
	if (setjmp(world->failed) != 0)
		fail_msg("%s", world->failure);
	world_make(world);
	for (uint32_t i = 0; i < world->computer_count; i++)
		computer_start(&world->computers[i]);
	for (uint32_t i = 0; i < plan.count; i++) {
		world_advance(world, plan.deeds[i].after_ms);
		world_do(world, &plan.deeds[i]);
	}
	entries = book_entries(world->book, &count);
	assert_true(count >= 2);
	people_canary(world, entries[0].dossier, canary);
	for (uint32_t i = 0; i < world->computer_count; i++)
		assert_int_equal(disk_contains(world->computers[i].disk,
				     bytes_of_text(canary)),
		    world->computers[i].school == 0);
	world_destroy(world);
	plan_deinit(&plan);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_year_has_its_deeds_and_its_days),
		cmocka_unit_test(test_year_is_the_same_for_the_same_seed),
		cmocka_unit_test(
		    test_all_that_people_do_comes_up_in_fifty_years),
		cmocka_unit_test(test_years_without_faults_are_full),
		cmocka_unit_test(test_two_computers_meet_in_a_field),
		cmocka_unit_test(test_a_refused_step_is_sent_again),
		cmocka_unit_test(test_a_removed_computer_is_gone),
		cmocka_unit_test(test_canary_is_where_its_child_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
