/*
 * The allocation sweep of a hub that found a commit damaged as it was to go
 * out: it is noted, and all are to be compared; or neither, and it is seen
 * again when it is to go out again.
 */
#include "tests/sim/sweep_trial.h"

#include "common/replica/damage.h"
#include "server/core/nights.h"
#include "server/core/table.h"

static void
prepare_damaged(struct scene *s)
{
	struct fixture *f = &s->f;
	struct ledger_row row;

	OK(table_run(f->replica, &f->err,
	    "UPDATE ledger SET bytes = zeroblob(9) WHERE id = ?1", "i",
	    s->note));
	OK(ledger_get(f->replica, s->note, &row, &f->err));
	s->count = row.sequence;
	hub_see_damage(f->hub, s->count);
}

static enum status
try_tick(struct scene *s, struct error *err)
{
	return hub_tick(s->f.hub, s->f.now, err);
}

static void
verify_damaged(struct scene *s)
{
	struct fixture *f = &s->f;
	struct night_state night;
	uint64_t alarms;
	bool noted;

	OK(damage_is_noted(f->replica, s->count, &noted, &f->err));
	assert_true(noted);
	for (uint32_t site = 1; site <= 2; site++) {
		OK(nights_get(f->replica, site, &night, &f->err));
		assert_true(night.wanted);
	}
	OK(counters_get(f->replica, SITE_HUB, "alarm.damaged", &alarms,
	    &f->err));
	/* It failed behind the commit, and was seen twice. */
	assert_in_range(alarms, 1, s->again ? 2 : 1);
}

int
main(void)
{
	static const struct trial trials[] = {
		{ "damaged", prepare_damaged, try_tick, verify_damaged },
		{ NULL, NULL, NULL, NULL },
	};

	return sweep_trials(trials);
}
