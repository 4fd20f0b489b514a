/*
 * A small calm world of two schools, to be damaged: elm1 made a pupil, elm2
 * and the hub know it.
 */
#ifndef TESTS_SIM_SCENE_H
#define TESTS_SIM_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "common/replica/draft.h"
#include "tests/sim/invariants/look.h"
#include "tests/sim/node.h"

static struct plan scene_plan = {
	.seed = 1,
	.shape = { .schools = 2, .computers = 3 },
};

/* elm1, oak1 and elm2 */
enum {
	ELM1,
	OAK1,
	ELM2
};

struct scene {
	struct world *world;
	struct computer *elm1;
	uint64_t pupil; /* made at elm1, known to elm2 */
};

/* --- the scene ------------------------------------------------------------ */

static inline enum status
fill_pupil(void *context, struct computer *computer, struct draft *draft,
    struct error *err)
{
	struct value holder = value_integer(
	    (int64_t)computer->world->schools[computer->school].record);
	int64_t *pupil = context;
	enum status status;

	status = draft_insert(draft, "pupil", pupil, err);
	if (status == STATUS_OK)
		status = draft_set_text(draft, *pupil, "surname",
		    bytes_of_text("Example"), err);
	if (status == STATUS_OK)
		status = draft_set_text(draft, *pupil, "forename",
		    bytes_of_text("Idris"), err);
	if (status == STATUS_OK)
		status = draft_set_text(draft, *pupil, "birth_date",
		    bytes_of_text("2015-01-19"), err);
	if (status == STATUS_OK)
		status = draft_set(draft, *pupil, "holder", &holder, err);
	return status;
}

static inline enum status
fill_surname(void *context, struct computer *computer, struct draft *draft,
    struct error *err)
{
	(void)computer;
	return draft_set_text(draft, *(int64_t *)context, "surname",
	    bytes_of_text("Sample"), err);
}

static inline uint64_t
write_surname(struct scene *scene)
{
	int64_t pupil = (int64_t)scene->pupil;
	struct write write = {
		.dossier = scene->pupil,
		.fill = fill_surname,
		.context = &pupil,
	};

	return computer_write(scene->elm1, &write);
}

static inline int
set_up(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	struct world *world = world_create(&scene_plan);
	int64_t pupil = 0;
	struct write write = {
		.create = true,
		.fill = fill_pupil,
		.context = &pupil,
	};

	*state = scene;
	scene->world = world;
	if (setjmp(world->failed) != 0)
		fail_msg("%s", world->failure);
	world_make(world);
	scene->elm1 = &world->computers[ELM1];
	world_calm(world);
	scene->pupil = computer_write(scene->elm1, &write);
	assert_int_not_equal(scene->pupil, 0);
	world_calm(world);
	return 0;
}

static inline int
tear_down(void **state)
{
	struct scene *scene = *state;

	world_destroy(scene->world);
	free(scene);
	return 0;
}

/* A commit that waits at elm1, whose line is down. */
static inline uint64_t
write_offline(struct scene *scene)
{
	struct world *world = scene->world;

	if (setjmp(world->failed) != 0)
		fail_msg("%s", world->failure);
	hub_node_stop(world);
	world_advance(world, 5000);
	return write_surname(scene);
}

/* --- breaking things ------------------------------------------------------ */

static inline void
damage(struct replica *replica, const char *format, ...)
{
	char text[512];
	char *message = NULL;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (sqlite3_exec(replica_database(replica), text, NULL, NULL,
		&message) != SQLITE_OK)
		fail_msg("%s: %s", text, message);
}

enum when {
	AT_STEP = 1,
	AT_TURN = 2,
	AT_CALM = 4
};

static inline void
look(struct world *world, const char *name, enum when when)
{
	for (uint32_t i = 0; invariants[i] != NULL; i++) {
		const struct invariant *invariant = invariants[i];

		if (strcmp(invariant->name, name) != 0)
			continue;
		if (when == AT_STEP)
			invariant->at_step(world, &world->computers[ELM1]);
		else if (when == AT_TURN)
			invariant->at_turn(world);
		else
			invariant->at_calm(world);
	}
}

/* The invariant says so, in a sentence with these words. */
static inline void
expect_breach(struct scene *scene, const char *name, enum when when,
    const char *words)
{
	struct world *world = scene->world;

	if (setjmp(world->failed) == 0) {
		world->calm = when == AT_CALM;
		look(world, name, when);
		fail_msg("%s did not see it", name);
	}
	assert_memory_equal(world->failure, name, strlen(name));
	if (strstr(world->failure, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", world->failure, words);
}

/* All that the hub has is new again. */
static inline void
forget(struct scene *scene)
{
	free(scene->world->invariants);
	scene->world->invariants = NULL;
	assert_true(look_read_news(scene->world));
}

static inline struct replica *
hub_of(struct scene *scene)
{
	return scene->world->hub.replica;
}

#define PUPIL (long long)scene->pupil

#define TEST(name) \
	cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)

#endif
