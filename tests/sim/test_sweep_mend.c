/*
 * The sweep of the night's calls: what is compared, damage, repair, and what
 * is recorded of it.
 */
#include "tests/sim/trial.h"

#include "common/replica/damage.h"
#include "common/replica/defect.h"
#include "common/replica/mend.h"
#include "common/replica/scope.h"

/* --- what is compared ----------------------------------------------------- */

static bool
count_item(void *context, uint64_t sequence, const struct digest *digest)
{
	(void)sequence;
	(void)digest;
	++*(uint32_t *)context;
	return true;
}

/* The grant was opened again behind the place that is asked about. */
static void
prepare_opened_again(struct story *story)
{
	prepare_taken(story);
	script_ledger(story->pair->elm, LINES + 1, 400, 90, ELM,
	    "grant/300 opened=#15>300");
}

static enum status
compare_sets(struct story *story, struct error *err)
{
	struct replica *elm = story->pair->elm;
	uint64_t left_out[4];
	uint32_t here = 0, there = 0, none = 0;
	enum status status =
	    scope_each_here(elm, LINES, count_item, &here, err);

	if (status == STATUS_OK)
		status = scope_left_out(elm, left_out, 4, &none, err);
	if (status == STATUS_OK)
		status = scope_each_of_school(elm, ELM, LINES, left_out, none,
		    count_item, &there, err);
	if (status != STATUS_OK)
		return status;
	assert_int_equal(none, 0);
	assert_int_equal(here, LINES);
	assert_int_equal(there, LINES - 4); /* the other child's file */
	return STATUS_OK;
}

/* --- damage --------------------------------------------------------------- */

static void
damage(struct story *story, const char *text)
{
	assert_int_equal(sqlite3_exec(replica_database(story->pair->elm), text,
			     NULL, NULL, NULL),
	    SQLITE_OK);
}

static enum status
look(struct story *story, uint64_t expected, struct error *err)
{
	uint64_t upto = 0, found = 0, noted;
	bool done = false;
	enum status status = STATUS_OK;

	while (status == STATUS_OK && !done)
		status = damage_look(story->pair->elm, 6, NOW_MS, &upto, &found,
		    &done, err);
	if (status == STATUS_OK)
		status = damage_count(story->pair->elm, &noted, err);
	if (status == STATUS_OK) {
		assert_int_equal(found, expected);
		assert_int_equal(noted, expected);
	}
	return status;
}

/* Two are damaged, one is lost, and a table is wrong. */
static void
prepare_damaged(struct story *story)
{
	prepare_taken(story);
	damage(story, "UPDATE ledger SET bytes = x'c1' WHERE sequence = 3;"
		      "UPDATE ledger SET id = 999 WHERE sequence = 7;"
		      "DELETE FROM ledger WHERE sequence = 5;"
		      "DELETE FROM record WHERE id = 100;"
		      "INSERT INTO damaged VALUES (1, 100, 5)");
}

static enum status
mend_one(struct story *story, uint32_t place, enum take_result expected,
    struct error *err)
{
	enum take_result result = TAKE_BROKEN;
	enum status status =
	    mend_take(story->pair->elm, &story->items[place], &result, err);

	if (status == STATUS_OK)
		assert_int_equal(result, expected);
	return status;
}

static enum status
mend_rest(struct story *story, struct error *err)
{
	enum status status = mend_one(story, 6, TAKE_NEW, err);

	if (status == STATUS_OK)
		status = mend_one(story, 4, TAKE_NEW, err);
	if (status == STATUS_OK)
		status = mend_rebuild(story->pair->elm, NULL, NULL, err);
	return status;
}

static enum status
mend_damage(struct story *story, struct error *err)
{
	enum status status = look(story, 2, err);

	if (status == STATUS_OK)
		status = mend_one(story, 2, TAKE_NEW, err);
	if (status == STATUS_OK)
		status = mend_rest(story, err);
	return status;
}

/* --- places --------------------------------------------------------------- */

static enum status
move_places(struct story *story, struct error *err)
{
	const struct generation generations[] = { { 3, 0 } };
	struct replica *elm = story->pair->elm;
	enum status status = replica_generations_set(elm, generations, 1, err);

	if (status == STATUS_OK)
		status = mend_unplace(elm, 320, 3, err);
	if (status == STATUS_OK)
		status = mend_unplace(elm, 310, 3, err);
	/* where 200 stands: that has no place then */
	if (status == STATUS_OK)
		status = mend_place(elm, 280, 2, &story->items[1].mark, err);
	if (status == STATUS_OK)
		status = mend_one(story, 1, TAKE_PLACED, err);
	if (status == STATUS_OK)
		status = mend_one(story, 9, TAKE_PLACED, err);
	return status;
}

/* --- at a hub ------------------------------------------------------------- */

static enum status
put_back(struct story *story, struct error *err)
{
	const struct item *item = &story->items[2];
	struct ledger_row row = {
		.sequence = item->sequence,
		.id = item->id,
		.dossier = lines[2].dossier,
		.received_ms = item->received_ms,
		.digest = item->digest,
		.bytes = item->commit,
	};
	struct arena arena = { 0 };
	struct commit commit;
	enum status status = commit_decode(item->commit, &arena, &commit, err);

	if (status == STATUS_OK)
		status = look(story, 2, err);
	if (status == STATUS_OK)
		status = mend_put_back(story->pair->elm, &row, &commit, err);
	arena_deinit(&arena);
	if (status == STATUS_OK)
		status = mend_rest(story, err);
	return status;
}

/* --- what is recorded ----------------------------------------------------- */

static bool
count_defect(void *context, const struct defect *defect)
{
	(void)defect;
	++*(uint32_t *)context;
	return true;
}

static enum status
record(struct story *story, struct error *err)
{
	const struct defect defect = { NOW_MS, DEFECT_DAMAGED, 5, 7, 7, 7 };
	struct replica *elm = story->pair->elm;
	uint32_t count = 0;
	enum status status = defect_note(elm, &defect, err);

	if (status == STATUS_OK)
		status = defect_each(elm, 0, count_defect, &count, err);
	if (status == STATUS_OK)
		assert_int_equal(count, 1);
	if (status == STATUS_OK)
		status = defect_forget(elm, NOW_MS + 1, err);
	return status;
}

int
main(void)
{
	static struct trial trials[] = {
		{ "compare", prepare_opened_again, compare_sets, false, NULL },
		{ "mend-damage", prepare_damaged, mend_damage, false, NULL },
		{ "mend-places", prepare_taken, move_places, false, NULL },
		{ "put-back", prepare_damaged, put_back, false, NULL },
		{ "record", prepare_taken, record, false, NULL },
	};

	return sweep_trials(trials, sizeof(trials) / sizeof(trials[0]));
}
