/*
 * All of them, and when they look.
 */
#include "tests/sim/invariants/look.h"

#define INVARIANT_LIST(X) \
	X(acknowledged)   \
	X(alarms)         \
	X(cursors)        \
	X(grants)         \
	X(holder)         \
	X(ids)            \
	X(kept)           \
	X(limits)         \
	X(marks)          \
	X(nights)         \
	X(once)           \
	X(order)          \
	X(purged)         \
	X(refused)        \
	X(stamps)         \
	X(sums)           \
	X(synced)         \
	X(tables)         \
	X(values)         \
	X(whole)

#define DECLARE(name) extern const struct invariant invariant_##name;
INVARIANT_LIST(DECLARE)
#undef DECLARE

#define REFER(name) &invariant_##name,
const struct invariant *const invariants[] = { INVARIANT_LIST(REFER) NULL };
#undef REFER

static bool
is_expected(const struct world *world, const struct invariant *invariant)
{
	return !world->rotten || invariant->bears_rot;
}

void
invariants_at_step(struct world *world, struct computer *computer)
{
	for (uint32_t i = 0; invariants[i] != NULL; i++)
		if (invariants[i]->at_step != NULL &&
		    is_expected(world, invariants[i]))
			invariants[i]->at_step(world, computer);
	catalogue_use(NULL);
}

void
invariants_at_turn(struct world *world)
{
	(void)look_read_news(world);
	for (uint32_t i = 0; invariants[i] != NULL; i++)
		if (invariants[i]->at_turn != NULL &&
		    is_expected(world, invariants[i]))
			invariants[i]->at_turn(world);
	catalogue_use(NULL);
}

void
invariants_at_calm(struct world *world)
{
	(void)look_read_news(world);
	for (uint32_t i = 0; invariants[i] != NULL; i++) {
		if (invariants[i]->at_turn != NULL)
			invariants[i]->at_turn(world);
		if (invariants[i]->at_calm != NULL)
			invariants[i]->at_calm(world);
	}
	catalogue_use(NULL);
}
