/*
 * The sweep of restores: a story with a transfer, a copied computer and one
 * that comes late, a backup of the hub after each step; then every way to
 * restore it twice in a row.  A branch is one way: from which backup first, who
 * offers then, from which backup again (an earlier or a later one, or that
 * which was made while it collected), in which order computers come back, and
 * what becomes of the one who is absent till the end.  Nothing is lost that
 * anybody holds, nothing is forged or there twice, and a quiet night finds all
 * equal.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/replica/ledger.h"
#include "common/replica/unplaced.h"
#include "protocol/identifier.h"
#include "tests/sim/dialogues/dialogue.h"
#include "tests/sim/dialogues/trouble.h"
#include "tests/sim/hub_node_private.h"
#include "tests/sim/sweep.h"

enum {
	RUNS_MOST = 30, /* when not all are asked for */
	STEPS = 10,
	SITES = 4,
	COMING = SITES - 1, /* all but the absent one */
	HELD_MAX = 256,
	TURN_MS = 4000,
	/* backups: 0 .. STEPS, and */
	WHILE_COLLECTING = STEPS + 1,
	NOT_AGAIN
};

enum absence {
	LATE,    /* the hub waits for it */
	EXCUSED, /* it goes on, and that one comes after all */
	GONE,    /* and it does not come */
	ABSENCES
};

static const char *const sites[SITES] = { "elm1", "oak1", "oak2", "yew1" };

/* The last one is absent. */
static const uint8_t orders[][SITES] = { { 1, 2, 3, 0 }, { 3, 2, 1, 0 },
	{ 0, 2, 3, 1 }, { 3, 2, 0, 1 }, { 0, 1, 3, 2 }, { 3, 1, 0, 2 },
	{ 0, 1, 2, 3 }, { 2, 1, 0, 3 } };

enum {
	ORDERS = sizeof(orders) / sizeof(orders[0])
};

/* One way. */
struct way {
	uint32_t first;   /* backup */
	uint32_t again;   /* and then */
	uint32_t order;   /* in which they come */
	uint32_t offered; /* so many, before it is restored again */
	enum absence absence;
	bool twin; /* oak2's copy speaks for it */
};

enum {
	WAYS = (STEPS + 1) * (NOT_AGAIN + 1) * ORDERS * COMING * ABSENCES * 2
};

struct held {
	uint64_t id;
	bool of_hub;
	struct digest digest;
};

struct story {
	struct world *world;
	struct computer *computers[SITES];
	struct computer *twin;
	uint64_t ana;
	uint64_t bea;
	uint64_t transfer;
	struct held held[HELD_MAX]; /* before the first restore */
	uint32_t held_count;
	const struct way *way;
};

/* --- the story ------------------------------------------------------------ */

static void
change_places(struct story *story, struct computer *off, struct computer *on)
{
	computer_stop(off);
	computer_start(on);
	pass(story->world, TURN_MS);
}

/* One image on two machines, of which both are used. */
static void
copy_oak2(struct story *story)
{
	struct computer *oak2 = story->computers[2];

	copy_disk(oak2);
	story->twin = clone(oak2);
	change_places(story, oak2, story->twin);
	note(story->twin, story->ana, "By the copy.");
	pass(story->world, TURN_MS);
	change_places(story, story->twin, oak2);
	note(oak2, story->ana, "By the original.");
}

static void
story_step(struct story *story, uint32_t step)
{
	struct computer *elm1 = story->computers[0];
	struct computer *oak1 = story->computers[1];
	struct computer *yew1 = story->computers[3];

	switch (step) {
	case 1:
		story->ana = admit(oak1, "Ana");
		break;
	case 2:
		story->transfer = open_transfer(oak1, story->ana, "elm");
		break;
	case 3:
		answer_transfer(elm1, story->transfer, "ours");
		break;
	case 4:
		copy_oak2(story);
		break;
	case 5:
		accept_transfer(elm1, story->transfer);
		break;
	case 6:
		computer_start(yew1);
		story->bea = admit(yew1, "Bea");
		break;
	case 7:
		note(elm1, story->ana, "After.");
		story->transfer = open_transfer(elm1, story->ana, "yew");
		break;
	case 8:
		answer_transfer(yew1, story->transfer, "ours");
		break;
	case 9:
		cancel_transfer(elm1, story->transfer);
		break;
	default:
		edit(elm1, story->ana, "surname", "Okafor");
		break;
	}
	pass(story->world, TURN_MS);
}

static void
tell_story(struct story *story)
{
	story->world = begin_met("elm1 oak1 oak2 yew1");
	for (uint32_t i = 0; i < SITES; i++)
		story->computers[i] = at(story->world, sites[i]);
	computer_stop(story->computers[3]);
	back_up_hub_as(story->world, 0);
	for (uint32_t step = 1; step <= STEPS; step++) {
		story_step(story, step);
		back_up_hub_as(story->world, step);
	}
}

/* --- what is held --------------------------------------------------------- */

static bool
hold_one(void *context, const struct ledger_row *row)
{
	struct story *story = context;
	struct arena *arena = &story->world->arena;
	struct commit commit;
	struct error err = { 0 };

	for (uint32_t i = 0; i < story->held_count; i++)
		if (story->held[i].id == row->id)
			return true;
	assert_true(story->held_count < HELD_MAX);
	assert_int_equal(commit_decode(row->bytes, arena, &commit, &err),
	    STATUS_OK);
	story->held[story->held_count++] =
	    (struct held){ row->id, unplaced_is_of_hub(&commit), row->digest };
	return true;
}

/* By anybody who comes back. */
static void
note_held(struct story *story)
{
	struct computer *absent =
	    story->computers[orders[story->way->order][COMING]];
	struct error err = { 0 };

	for (uint32_t i = 0; i < SITES; i++)
		if (story->computers[i] != absent ||
		    story->way->absence != GONE)
			assert_int_equal(ledger_each(story->computers[i]
							 ->replica,
					     0, hold_one, story, &err),
			    STATUS_OK);
}

/* The hub went on without the absent one.  What builds on what only that one
 * holds was refused then, and is set aside at its author for a person, also if
 * that one comes after all; and the hub wrote nothing because of it. */
static bool
is_aside(struct story *story, const struct held *held)
{
	const struct way *way = story->way;
	struct computer *absent = story->computers[orders[way->order][COMING]];
	uint32_t author = identifier_site(held->id);

	if (way->absence == LATE)
		return false;
	if (held->of_hub || (way->absence == GONE && author == absent->site))
		return true;
	for (uint32_t i = 0; i < SITES; i++)
		if (author == story->computers[i]->site &&
		    strcmp(refusal_of(story->computers[i], held->id), "no") !=
			0)
			return true;
	return false;
}

/* What the hub wrote because of a step it writes anew. */
static void
expect_held(struct story *story)
{
	struct replica *hub = story->world->hub.replica;
	struct error err = { 0 };
	struct ledger_row row;

	for (uint32_t i = 0; i < story->held_count; i++) {
		const struct held *held = &story->held[i];

		if (is_aside(story, held))
			continue;
		if (ledger_get(hub, held->id, &row, &err) != STATUS_OK ||
		    (!held->of_hub &&
			!digest_equal(&row.digest, &held->digest)))
			fail_msg("the hub has not got back %s",
			    book_name(story->world, held->id));
	}
}

/* --- a way ---------------------------------------------------------------- */

static void
unplug_all(struct story *story)
{
	for (uint32_t i = 0; i < SITES; i++)
		unplug(story->computers[i]);
	unplug(story->twin);
	pass(story->world, 2000);
}

static void
come(struct story *story, uint32_t site)
{
	struct computer *computer = story->computers[site];

	if (site == 2 && story->way->twin) {
		computer_stop(computer);
		plug_in(story->twin);
		computer_start(story->twin);
	} else {
		plug_in(computer);
	}
	pass(story->world, TURN_MS);
}

static struct computer *
speaker(struct story *story, uint32_t site)
{
	return site == 2 && story->way->twin && story->twin->on
	           ? story->twin
	           : story->computers[site];
}

/* The holder's work if it is there, a new child if not. */
static void
write_meanwhile(struct story *story)
{
	uint32_t first = orders[story->way->order][0];

	if (first == 0)
		note(speaker(story, 0), story->ana, "Meanwhile.");
	else
		admit(speaker(story, first), "Cleo");
	pass(story->world, TURN_MS);
}

static void
excuse_absent(struct story *story)
{
	struct world *world = story->world;

	hub_node_excuse(world,
	    story->computers[orders[story->way->order][COMING]]);
	pass(world, TURN_MS);
	assert_false(hub_collects(world));
	write_meanwhile(story);
}

/* Some offer; if all but the absent one do, and that is excused, it goes on,
 * and is lost again with what was written then. */
static void
restore_first(struct story *story)
{
	const struct way *way = story->way;
	const uint8_t *order = orders[way->order];

	restore_hub_from(story->world, way->first);
	for (uint32_t i = 0; i < way->offered; i++)
		come(story, order[i]);
	assert_true(hub_collects(story->world));
	back_up_hub_as(story->world, WHILE_COLLECTING);
	if (way->offered == COMING && way->absence != LATE)
		excuse_absent(story);
}

static void
restore_again(struct story *story)
{
	const struct way *way = story->way;
	const uint8_t *order = orders[way->order];
	uint32_t site;

	unplug_all(story);
	restore_hub_from(story->world, way->again);
	for (uint32_t i = 0; i < COMING; i++) {
		site = order[(i + 1) % COMING];
		come(story, site);
	}
}

static void
end_absence(struct story *story)
{
	const struct way *way = story->way;
	uint32_t site = orders[way->order][COMING];

	if (hub_collects(story->world) && way->absence != LATE)
		excuse_absent(story);
	if (way->absence == GONE)
		lose(story->computers[site]);
	else
		come(story, site);
}

static void
expect_whole(struct story *story)
{
	struct world *world = story->world;
	struct computer *oak1 = story->computers[1];
	struct computer *yew1 = story->computers[3];

	none_forged(world);
	expect_held(story);
	/* who held the end of its right reads no more, whatever else is lost */
	if (yew1->exists)
		assert_string_not_equal(dossier_is(yew1, story->ana), "open");
	if (story->way->absence != LATE)
		return;
	none_lost_or_forged(world);
	shows(NULL, story->ana, "holder", "elm");
	shows(NULL, story->transfer, "state", "cancelled");
	shows(NULL, story->ana, "surname", "Okafor");
	shows(NULL, story->ana, "forename", "Anna");
	assert_string_equal(dossier_is(oak1, story->ana), "frozen");
	assert_int_equal(count_of(oak1, "note"), 2);
	assert_int_equal(count_of(yew1, "note"), 0);
}

static void
go(struct story *story, const struct way *way)
{
	struct world *world = story->world;

	story->way = way;
	note_held(story);
	unplug_all(story);
	edit(story->computers[0], story->ana, "forename", "Anna");
	restore_first(story);
	if (way->again != NOT_AGAIN)
		restore_again(story);
	else
		for (uint32_t i = way->offered; i < COMING; i++)
			come(story, orders[way->order][i]);
	end_absence(story);
	for (uint32_t i = 0; i < SITES; i++)
		plug_in(story->computers[i]);
	plug_in(story->twin);
	world_calm(world);
	expect_whole(story);
}

/* --- all ways ------------------------------------------------------------- */

static uint32_t
take(uint32_t *number, uint32_t count)
{
	uint32_t digit = *number % count;

	*number /= count;
	return digit;
}

static struct way
way_of(uint32_t number)
{
	struct way way;

	way.first = take(&number, STEPS + 1);
	way.again = take(&number, NOT_AGAIN + 1);
	way.order = take(&number, ORDERS);
	way.absence = (enum absence)take(&number, ABSENCES);
	way.offered = 1 + take(&number, COMING);
	way.twin = number != 0;
	return way;
}

static void
live(void *context)
{
	struct sweep_series *series = context;
	struct story story = { 0 };
	struct way way;

	tell_story(&story);
	for (uint32_t i = 0; i < WAYS && sweep_nth() == 0; i++) {
		way = way_of(i);
		if (!sweep_branch(&series[way.absence]))
			continue;
		story.world->trace.print = sweep_is_single();
		go(&story, &way);
	}
	(void)dialogue_teardown(NULL);
}

int
main(void)
{
	struct sweep_series series[ABSENCES] = { { .name = "restores.late" },
		{ .name = "restores.excused" }, { .name = "restores.gone" } };

	sweep_live("restores", RUNS_MOST, series, ABSENCES, live, series);
	return sweep_finish();
}
