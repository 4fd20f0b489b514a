/*
 * The sweep of what takes a file from one school to the next: answers, grants,
 * fills, purges, and a hub that was restored.
 */
#include "tests/sim/trial.h"

#include "common/replica/purge.h"
#include "common/replica/unplaced.h"

/* --- what passes on ------------------------------------------------------- */

/* Frozen before its last commits have their places, which are later. */
static void
prepare_frozen(struct story *story)
{
	struct replica *oak = story->pair->oak;
	struct dossier dossier;

	prepare_written(story);
	dossier = dossier_of(oak, story->pupil);
	dossier.state = DOSSIER_FROZEN;
	dossier.frozen = 2;
	assert_ok(replica_begin(oak, err));
	assert_ok(dossier_put(oak, &dossier, err));
	assert_ok(replica_commit(oak, err));
	story->pair->line.count = 0;
	for (int lane = 0; lane < LANE_COUNT; lane++)
		assert_ok(pending_each_waiting(oak, (enum lane)lane, 0,
		    fixture_collect, &story->pair->line, err));
}

static enum status
settle_all(struct story *story, struct error *err)
{
	const struct fixture_line *line = &story->pair->line;
	enum status status = STATUS_OK;

	for (uint32_t i = 0; status == STATUS_OK && i < line->count; i++) {
		const struct item *item = &line->items[i];
		struct answer answer = {
			.id = item->id,
			.sequence = item->sequence,
			.mark = item->mark,
			.received_ms = item->received_ms,
		};

		memcpy(answer.digest, item->digest.bytes,
		    sizeof(answer.digest));
		status = take_answer(story->pair->oak, &answer, NOW_MS, err);
	}
	return status;
}

/* By its bytes, as the stream brings what was lacking. */
static enum status
settle_whole(struct story *story, struct error *err)
{
	const struct fixture_line *line = &story->pair->line;
	enum status status = STATUS_OK;

	for (uint32_t i = 0; status == STATUS_OK && i < line->count; i++) {
		struct item number = line->items[i];
		enum take_result result = TAKE_KNOWN;

		number.commit.size = 0;
		status =
		    take_item(story->pair->oak, &number, true, &result, err);
		if (status != STATUS_OK)
			break;
		assert_int_equal(result, TAKE_LACKING);
		status = take_item(story->pair->oak, &line->items[i], true,
		    &result, err);
		if (status == STATUS_OK)
			assert_int_equal(result, TAKE_SETTLED);
	}
	return status;
}

/* Elm was granted the file, and has fetched nothing of it yet. */
static void
prepare_granted(struct story *story)
{
	struct pair *pair = story->pair;
	struct grant_text grant = { .opened = 4 };

	prepare_written(story);
	fixture_send(pair->oak, &pair->line);
	grant.dossier = story->pupil;
	write_grant(pair->elm, ELM, &grant);
	follow(pair->elm, 4);
	story->filled = section(pair, story->pupil, FILLED_DONE);
}

static enum status
fill_file(struct story *story, struct error *err)
{
	bool whole = false;
	enum status status =
	    take_filled(story->pair->elm, &story->filled, &whole, err);

	if (status == STATUS_OK)
		assert_true(whole);
	return status;
}

/* Its first half, then the grant ends. */
static enum status
fill_in_part(struct story *story, struct error *err)
{
	struct filled filled = story->filled;
	bool whole = false;
	enum status status;

	filled.state = FILLED_MORE;
	filled.upto = 2;
	status = take_filled(story->pair->elm, &filled, &whole, err);
	filled.state = FILLED_ENDED;
	if (status == STATUS_OK)
		status = take_filled(story->pair->elm, &filled, &whole, err);
	assert_false(whole);
	return status;
}

/* A grant that was frozen meanwhile, and one that was closed. */
static void
prepare_frozen_grant(struct story *story)
{
	struct replica *elm = story->pair->elm;
	struct grant_text grant = { .dossier = 100, .opened = 1, .frozen = 6 };

	prepare_taken(story);
	follow(elm, 1);
	write_grant(elm, ELM, &grant);
	grant = (struct grant_text){ .dossier = 200, .opened = 1, .closed = 9 };
	write_grant(elm, ELM, &grant);
	grant = (struct grant_text){ .dossier = 999, .opened = 7 };
	write_grant(elm, ELM, &grant);
}

static enum status
follow_grants(struct story *story, struct error *err)
{
	struct replica *elm = story->pair->elm;
	struct purge_result purged;
	enum status status = take_grants(elm, 3, err);

	if (status == STATUS_OK)
		status = purge_dossier(elm, 200, &purged, err);
	return status;
}

/* Purged, and granted anew: the cursor is ahead of all that was fetched. */
static void
prepare_granted_anew(struct story *story)
{
	struct replica *elm = story->pair->elm;
	struct grant_text grant = { .dossier = 777, .opened = 2 };
	struct dossier gone = { .number = 777,
		.kind = DOSSIER_KIND_PUPIL,
		.state = DOSSIER_GONE,
		.closed = 1 };

	assert_ok(replica_begin(elm, err));
	assert_ok(dossier_put(elm, &gone, err));
	assert_ok(replica_meta_set(elm, "cursor", 9, err));
	assert_ok(replica_commit(elm, err));
	write_grant(elm, ELM, &grant);
}

static enum status
follow_anew(struct story *story, struct error *err)
{
	struct replica *elm = story->pair->elm;
	struct dossier dossier = { 0 };
	enum status status = take_grants(elm, 0, err);

	if (status == STATUS_OK)
		status = dossier_get(elm, 777, &dossier, err);
	if (status == STATUS_OK)
		assert_int_equal(dossier.fill_to, 9);
	return status;
}

/* Files that the stream began for grants that do not exist. */
static void
prepare_strangers(struct story *story)
{
	struct replica *elm = story->pair->elm;
	struct dossier stranger = { .number = 100,
		.kind = DOSSIER_KIND_PUPIL,
		.state = DOSSIER_FILLING };

	assert_ok(replica_begin(elm, err));
	assert_ok(dossier_put(elm, &stranger, err));
	assert_ok(take_one(story, 0, err));
	assert_ok(replica_commit(elm, err));
}

static enum status
follow_none(struct story *story, struct error *err)
{
	return take_grants(story->pair->elm, 0, err);
}

/* --- a restored hub ------------------------------------------------------- */

static const struct generation generations[] = { { 11, 0 }, { 22, 2 } };

static void
prepare_restored(struct story *story)
{
	struct replica *elm = story->pair->elm;
	struct dossier dossier = dossier_of(elm, 200);

	prepare_frozen_grant(story);
	follow(elm, 3);
	dossier = dossier_of(elm, 999);
	dossier.fill_to = 9;
	assert_ok(replica_begin(elm, err));
	assert_ok(dossier_put(elm, &dossier, err));
	assert_ok(replica_generations_set(elm, generations, 1, err));
	assert_ok(replica_meta_set(elm, "cursor", LINES, err));
	assert_ok(replica_commit(elm, err));
}

static enum status
go_back(struct story *story, struct error *err)
{
	bool went = false;
	enum status status =
	    unplaced_go_back(story->pair->elm, generations, 2, &went, err);

	assert_true(status != STATUS_OK || went);
	return status;
}

static void
prepare_gone_back(struct story *story)
{
	prepare_restored(story);
	assert_ok(replica_begin(story->pair->elm, err));
	assert_ok(go_back(story, err));
	assert_ok(replica_commit(story->pair->elm, err));
}

static bool
see_unplaced(void *context, uint64_t generation, const struct ledger_row *row)
{
	assert_int_equal(generation, 11);
	*(uint64_t *)context = row->id;
	return true;
}

/* One has a place again, one leaves, one comes otherwise; the rest waits. */
static enum status
recover(struct story *story, struct error *err)
{
	struct replica *elm = story->pair->elm;
	struct item item = story->items[9];
	enum take_result result;
	uint64_t ids[4], seen = 0;
	uint32_t count;
	enum status status = unplaced_to_fetch(elm, ids, 4, &count, err);

	if (status == STATUS_OK)
		status = unplaced_each(elm, 0, 0, see_unplaced, &seen, err);
	item.sequence = 5;
	if (status == STATUS_OK)
		status = take_item(elm, &item, true, &result, err);
	item = (struct item){ .id = 270, .sequence = 6, .received_ms = 1 };
	if (status == STATUS_OK)
		status = take_item(elm, &item, true, &result, err);
	if (status == STATUS_OK)
		status = unplaced_give_up(elm, 280, err);
	if (status == STATUS_OK)
		status = unplaced_wait_again(elm, err);
	if (status == STATUS_OK)
		status = take_grants(elm, 3, err);
	if (status == STATUS_OK)
		status = unplaced_end_recovering(elm, err);
	return status;
}

int
main(void)
{
	static struct trial trials[] = {
		{ "answers", prepare_frozen, settle_all, true, NULL },
		{ "whole", prepare_frozen, settle_whole, true, NULL },
		{ "fill", prepare_granted, fill_file, false, NULL },
		{ "fill-part", prepare_granted, fill_in_part, false, NULL },
		{ "grants", prepare_frozen_grant, follow_grants, false, NULL },
		{ "anew", prepare_granted_anew, follow_anew, false, NULL },
		{ "strangers", prepare_strangers, follow_none, false, NULL },
		{ "go-back", prepare_restored, go_back, false, NULL },
		{ "recover", prepare_gone_back, recover, false, NULL },
	};

	return sweep_trials(trials, sizeof(trials) / sizeof(trials[0]));
}
