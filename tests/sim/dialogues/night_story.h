/*
 * Two computers of a school at night, and what goes bad there.
 */
#ifndef TESTS_SIM_DIALOGUES_NIGHT_STORY_H
#define TESTS_SIM_DIALOGUES_NIGHT_STORY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sim/dialogues/dialogue.h"
#include "tests/sim/dialogues/trouble.h"

static const char losing[] = "DELETE FROM ledger WHERE id = ?1";

/* Two children at Oak, on both of its computers; of that nothing is told. */
struct story {
	struct world *world;
	struct computer *oak1;
	struct computer *oak2;
	uint64_t ana;
	uint64_t bea;
};

static inline struct story
story_begin(void)
{
	struct story story = { .world = begin_met("oak1 oak2") };

	story.oak1 = at(story.world, "oak1");
	story.oak2 = at(story.world, "oak2");
	story.ana = admit(story.oak1, "Ana");
	story.bea = admit(story.oak2, "Bea");
	/* those of the day are over, and others may follow */
	pass(story.world, 90 * 1000);
	quietly(story.world);
	tell_nights(true);
	return story;
}

/* Both have both, and say so. */
static inline void
story_end(struct story *story)
{
	shows(story->oak1, story->ana, "forename", "Ana");
	shows(story->oak2, story->ana, "forename", "Ana");
	shows(story->oak1, story->bea, "forename", "Bea");
	shows(story->oak2, story->bea, "forename", "Bea");
	assert_true(holds(story->oak1, story->ana));
	assert_true(holds(story->oak1, story->bea));
	tell_nights(false);
	end(story->world);
}

#endif
