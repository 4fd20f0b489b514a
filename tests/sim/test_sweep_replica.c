/*
 * The sweep of a replica's own calls: folding, reading, checking, and what
 * waits for the hub.
 */
#include "tests/sim/trial.h"

#include "common/replica/history.h"
#include "common/replica/search.h"

static enum status
take_backward(struct story *story, struct error *err)
{
	enum status status = STATUS_OK;

	for (uint32_t i = LINES; status == STATUS_OK && i > 0; i--)
		status = take_one(story, i - 1, err);
	return status;
}

/* --- with somebody who watches -------------------------------------------- */

static void
count_touched(void *context, const char *collection, uint64_t record)
{
	(void)collection;
	(void)record;
	++*(uint32_t *)context;
}

static uint32_t touched;

static void
prepare_watched(struct story *story)
{
	touched = 0;
	replica_watch(story->pair->elm, count_touched, &touched);
}

/* Who watches may hear less when memory is short; what is taken is whole. */
static enum status
take_watched(struct story *story, struct error *err)
{
	enum status status = take_all(story, err);

	assert_int_equal(touched, 0); /* not before the commit */
	return status;
}

/* --- folding and looking -------------------------------------------------- */

static enum status
fold_anew(struct story *story, struct error *err)
{
	return fold_all(story->pair->elm, NULL, NULL, err);
}

static bool
count_record(void *context, const struct record *record)
{
	(void)record;
	++*(uint32_t *)context;
	return true;
}

static bool
count_entry(void *context, const struct history_entry *entry)
{
	(void)entry;
	++*(uint32_t *)context;
	return true;
}

static bool
count_conflict(void *context, const struct conflict *conflict)
{
	assert_in_range(conflict->value_count, 2, 3);
	++*(uint32_t *)context;
	return true;
}

static bool
count_pupil(void *context, uint64_t pupil)
{
	(void)pupil;
	++*(uint32_t *)context;
	return true;
}

static enum status
read_lists(struct replica *elm, uint32_t *count, struct error *err)
{
	struct record_query query = {
		.collection = catalogue_collection(bytes_of_text("pupil")),
		.merge_same = true,
	};
	struct record_filter filter = {
		.value = value_c_text("Lay"),
		.column = collection_column(query.collection,
		    bytes_of_text("surname")),
	};
	enum status status = record_each(elm, &query, count_record, count, err);

	query.filters = &filter;
	query.filter_count = 1;
	query.dossier = 100;
	if (status == STATUS_OK)
		status = record_each(elm, &query, count_record, count, err);
	if (status == STATUS_OK)
		status = search_pupils(elm, bytes_of_text("la"), 9, count_pupil,
		    count, err);
	if (status == STATUS_OK)
		status = history_each(elm, 210, count_entry, count, err);
	if (status == STATUS_OK)
		status = conflict_each(elm, 0, count_conflict, count, err);
	return status;
}

/* What people look at. */
static enum status
read_all(struct story *story, struct error *err)
{
	struct replica *elm = story->pair->elm;
	struct arena arena = { 0 };
	struct record_heads heads;
	struct record record;
	struct digest_sum sum;
	uint64_t *pupils, conflicts = 0, id = 0, number;
	uint32_t count = 0, same = 0;
	bool may = false;
	enum status status = read_lists(elm, &count, err);

	if (status == STATUS_OK)
		status = record_get(elm, 210, &arena, &record, err);
	if (status == STATUS_OK)
		status = record_get_heads(elm, 210, &arena, &heads, err);
	if (status == STATUS_OK)
		status = record_same(elm, 200, &arena, &pupils, &same, err);
	if (status == STATUS_OK)
		status = record_find(elm, "pupil", "surname",
		    &(struct value){ .type = VALUE_TEXT,
			.bytes = bytes_of_text("Lay") },
		    &id, err);
	if (status == STATUS_OK)
		status = conflict_count(elm, &conflicts, err);
	if (status == STATUS_OK)
		status = grants_may_read(elm, ELM, 100, 1, &may, err);
	if (status == STATUS_OK)
		status = grants_scope(elm, ELM, &number, &sum, err);
	arena_deinit(&arena);
	if (status != STATUS_OK)
		return status;
	assert_int_equal(count, 1 + 1 + 2 + 6 + 2);
	assert_int_equal(same, 2);
	assert_int_equal(id, 100);
	assert_int_equal(conflicts, 2);
	assert_true(may);
	return STATUS_OK;
}

static enum status
look_at_all(struct story *story, struct error *err)
{
	struct check_result result;
	struct digest digest;
	enum status status =
	    check_replica(story->pair->elm, NULL, NULL, NULL, &result, err);

	if (status == STATUS_OK)
		status = check_tables_digest(story->pair->elm, &digest, err);
	return status;
}

static enum status
settle_conflicts(struct story *story, struct error *err)
{
	struct replica *elm = story->pair->elm;
	uint64_t id;
	enum status status;

	status = conflict_resolve(elm, 210, "deleted", 1, 0, NOW_MS, &id, err);
	if (status == STATUS_OK)
		status = conflict_resolve(elm, 210, "surname", 1, 0, NOW_MS,
		    &id, err);
	return status;
}

/* --- what this site wrote ------------------------------------------------- */

static enum status
try_again(struct story *story, uint64_t commit, struct error *err)
{
	uint64_t id;

	return pending_retry(story->pair->oak, commit, NOW_MS, &id, err);
}

/* What was refused is substituted in what builds on it; the deletion too. */
static enum status
refuse_edit(struct story *story, struct error *err)
{
	struct replica *oak = story->pair->oak;
	bool waits;
	enum status status =
	    pending_builds_on_waiting(oak, story->last, &waits, err);

	if (status == STATUS_OK)
		status = pending_set_aside(oak, story->later, REFUSAL_TYPE,
		    NOW_MS, err);
	if (status == STATUS_OK)
		status = pending_set_aside(oak, story->last, REFUSAL_TYPE,
		    NOW_MS, err);
	if (status == STATUS_OK)
		status = try_again(story, story->later, err);
	if (status == STATUS_OK)
		status = try_again(story, story->last, err);
	return status;
}

/* Two writes to one field, the second on the first. */
static void
prepare_chain(struct story *story)
{
	struct replica *oak = story->pair->oak;

	prepare_written(story);
	story->later = fixture_update(oak, story->pupil, story->pupil,
	    "surname", "Lord", NULL);
	story->last = fixture_update(oak, story->pupil, story->pupil, "surname",
	    "Loud", NULL);
}

/* The second stands on what the first replaced. */
static enum status
refuse_first(struct story *story, struct error *err)
{
	return pending_set_aside(story->pair->oak, story->later, REFUSAL_TYPE,
	    NOW_MS, err);
}

/* All goes with the child's file, and comes back by the two ways. */
static enum status
refuse_file(struct story *story, struct error *err)
{
	struct replica *oak = story->pair->oak;
	uint64_t ids[] = { story->pupil, story->contact, story->later };
	uint64_t count;
	enum status status;

	status =
	    pending_set_aside(oak, story->pupil, REFUSAL_UNKNOWN, NOW_MS, err);
	if (status == STATUS_OK)
		status = pending_return_unknown(oak, &count, err);
	if (status == STATUS_OK)
		status = pending_restamp(oak, ids, 3, 7, NOW_MS, err);
	if (status == STATUS_OK)
		status = pending_set_aside(oak, story->pupil, REFUSAL_TYPE,
		    NOW_MS, err);
	if (status == STATUS_OK)
		status = try_again(story, story->pupil, err);
	return status;
}

static bool
see_row(void *context, const struct pending_row *row)
{
	*(uint64_t *)context = row->id;
	return true;
}

static enum status
read_waiting(struct story *story, struct error *err)
{
	struct replica *oak = story->pair->oak;
	uint64_t seen = 0;
	enum status status =
	    pending_each_waiting(oak, LANE_TRANSITION, 0, see_row, &seen, err);

	if (status == STATUS_OK)
		assert_int_equal(seen, story->last);
	return status;
}

/* The hub refuses a commit for want of one that waits before it. */
static enum status
refuse_for_want(struct story *story, struct error *err)
{
	struct answer answer = { .id = story->last,
		.refusal = REFUSAL_DEPENDS };
	struct pending_row row;
	enum status status =
	    pending_get(story->pair->oak, answer.id, &row, err);

	if (status != STATUS_OK)
		return status;
	memcpy(answer.digest, row.digest.bytes, sizeof(answer.digest));
	status = take_answer(story->pair->oak, &answer, NOW_MS, err);
	if (status == STATUS_OK)
		status = pending_get(story->pair->oak, answer.id, &row, err);
	if (status == STATUS_OK)
		assert_int_equal(row.state, PENDING_WAITING);
	return status;
}

/* Other bytes come under our number. */
static void
prepare_copied(struct story *story)
{
	struct replica *copy = fixture_open(5, OAK);

	fixture_term(copy, "closure");
	fixture_send(copy, &story->pair->line);
	replica_close(copy);
	story->last = fixture_term(story->pair->oak, "term");
}

static void
prepare_copied_and_placed(struct story *story)
{
	struct fixture_line line = { 0 };

	prepare_copied(story);
	fixture_send(story->pair->oak, &line);
	arena_deinit(&line.arena);
}

static enum status
take_differing(struct story *story, struct error *err)
{
	enum take_result result = TAKE_KNOWN;
	enum status status = take_item(story->pair->oak,
	    &story->pair->line.items[0], true, &result, err);

	if (status == STATUS_OK)
		assert_int_equal(result, TAKE_DIFFERS);
	return status;
}

int
main(void)
{
	static struct trial trials[] = {
		{ .name = "take", .attempt = take_all },
		{ .name = "take-backward", .attempt = take_backward },
		{ "watched", prepare_watched, take_watched, false, NULL },
		{ "refold", prepare_taken, fold_anew, false, NULL },
		{ "read", prepare_taken, read_all, false, NULL },
		{ "look", prepare_taken, look_at_all, false, NULL },
		{ "settle", prepare_taken, settle_conflicts, false, NULL },
		{ "refuse-edit", prepare_written, refuse_edit, true, NULL },
		{ "refuse-first", prepare_chain, refuse_first, true, NULL },
		{ "refuse-file", prepare_written, refuse_file, true, NULL },
		{ "refuse-want", prepare_written, refuse_for_want, true, NULL },
		{ "waiting", prepare_written, read_waiting, true, NULL },
		{ "copied", prepare_copied, take_differing, true, NULL },
		{ "copied-placed", prepare_copied_and_placed, take_differing,
		    true, NULL },
	};

	return sweep_trials(trials, sizeof(trials) / sizeof(trials[0]));
}
