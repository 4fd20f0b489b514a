/*
 * The standard scenario: a child is admitted, written about by two at once,
 * sent to another school, called back, and sent again.
 */
#include "tests/sim/trio.h"

#include <assert.h>
#include <string.h>

#include "common/replica/draft.h"
#include "common/replica/record.h"

/* Is in the child's file and nowhere else. */
static const char canary[] = "Canary of the file";

/* --- reading -------------------------------------------------------------- */

struct finding {
	uint64_t id; /* of the last */
	uint64_t count;
};

static bool
note_found(void *context, const struct record *record)
{
	struct finding *found = context;

	found->id = record->id;
	found->count++;
	return true;
}

/* The records of a collection at a node; of a dossier, or (0) of all. */
static enum status
find(struct trio_node *node, const char *collection, uint64_t dossier,
    struct finding *found, struct error *err)
{
	struct record_query query = {
		.collection = catalogue_collection(bytes_of_text(collection)),
		.dossier = dossier,
	};

	*found = (struct finding){ 0 };
	return record_each(node->replica, &query, note_found, found, err);
}

/* Whether a text column of a record has this value. */
static enum status
says(struct trio_node *node, uint64_t record, const char *column,
    const char *expected, bool *so, struct error *err)
{
	struct arena arena = { 0 };
	struct record found;
	struct value value;
	enum status status;

	*so = false;
	status = record_get(node->replica, record, &arena, &found, err);
	if (status == STATUS_OK) {
		value = record_value(&found, column);
		*so = value.type == VALUE_TEXT &&
		      bytes_equal_text(value.bytes, expected);
	}
	arena_deinit(&arena);
	return status;
}

/* --- writing -------------------------------------------------------------- */

/* What one action writes; *context is the action's own. */
typedef enum status action(struct trio_node *node, struct draft *draft,
    const void *context, struct error *err);

static void
note_written(struct trio *trio, uint64_t id)
{
	assert(trio->written_count < TRIO_COMMITS);
	if (id != 0)
		trio->written[trio->written_count++] = id;
}

/* In dossier, or (0) a new one, whose id goes to *pupil. */
static enum status
save(struct trio_node *node, uint64_t dossier, action *write,
    const void *context, uint64_t *commit, struct error *err)
{
	struct draft *draft = NULL;
	uint64_t id = 0;
	enum status status;

	status = replica_begin(node->replica, err);
	if (status != STATUS_OK)
		return status;
	if (dossier == 0)
		status = draft_create_dossier(node->replica, 0, &draft, err);
	else
		status = draft_create(node->replica, dossier, 0, &draft, err);
	if (status == STATUS_OK)
		status = write(node, draft, context, err);
	if (status == STATUS_OK)
		status = draft_finish(draft, node->trio->now_ms, &id, err);
	draft_destroy(draft);
	if (status != STATUS_OK) {
		replica_rollback(node->replica);
		return status;
	}
	status = replica_commit(node->replica, err);
	if (status == STATUS_OK)
		note_written(node->trio, id);
	if (status == STATUS_OK && commit != NULL)
		*commit = id;
	return status;
}

static enum status
set_text(struct draft *draft, int64_t record, const char *column,
    const char *text, enum status status, struct error *err)
{
	if (status != STATUS_OK)
		return status;
	return draft_set_text(draft, record, column, bytes_of_text(text), err);
}

static enum status
set_id(struct draft *draft, int64_t record, const char *column, int64_t id,
    enum status status, struct error *err)
{
	struct value value = value_integer(id);

	if (status != STATUS_OK)
		return status;
	if (id == 0)
		value = value_null();
	return draft_set(draft, record, column, &value, err);
}

/* --- admit ---------------------------------------------------------------- */

static enum status
write_pupil(struct trio_node *node, struct draft *draft, const void *context,
    struct error *err)
{
	int64_t pupil = 0;
	enum status status = draft_insert(draft, "pupil", &pupil, err);

	(void)context;
	status = set_text(draft, pupil, "surname", "Lane", status, err);
	status = set_text(draft, pupil, "forename", "Idris", status, err);
	status =
	    set_text(draft, pupil, "birth_date", "2015-01-19", status, err);
	return set_id(draft, pupil, "holder", (int64_t)node->trio->oak, status,
	    err);
}

static enum status
write_note(struct trio_node *node, struct draft *draft, const void *context,
    struct error *err)
{
	int64_t note = 0;
	enum status status = draft_insert(draft, "note", &note, err);

	(void)node;
	(void)context;
	status = set_text(draft, note, "category", "pastoral", status, err);
	status =
	    set_text(draft, note, "happened_on", "2026-07-01", status, err);
	return set_text(draft, note, "text", canary, status, err);
}

static enum status
admit(struct trio *trio, struct error *err)
{
	struct trio_node *oak = &trio->nodes[TRIO_OAK];
	struct finding found = { 0 };
	enum status status = find(oak, "pupil", 0, &found, err);

	trio->pupil = found.id;
	if (status == STATUS_OK && found.count == 0)
		status = save(oak, 0, write_pupil, NULL, &trio->pupil, err);
	if (status == STATUS_OK)
		status = find(oak, "note", trio->pupil, &found, err);
	if (status == STATUS_OK && found.count == 0)
		status = save(oak, trio->pupil, write_note, NULL, NULL, err);
	return status;
}

/* --- edits ---------------------------------------------------------------- */

struct edit {
	uint64_t record;
	const char *column;
	const char *text;
};

static enum status
write_edit(struct trio_node *node, struct draft *draft, const void *context,
    struct error *err)
{
	const struct edit *edit = context;

	(void)node;
	return set_text(draft, (int64_t)edit->record, edit->column, edit->text,
	    STATUS_OK, err);
}

static enum status
edit_pupil(struct trio_node *node, const char *column, const char *text,
    struct error *err)
{
	uint64_t pupil = node->trio->pupil;
	struct edit edit = { pupil, column, text };

	return save(node, pupil, write_edit, &edit, NULL, err);
}

static enum status
edit(struct trio *trio, struct error *err)
{
	return edit_pupil(&trio->nodes[TRIO_OAK2], "surname", "Lane-Moss", err);
}

/* Neither has heard of the other: a step begins with all lines down. */
static enum status
edit_at_once(struct trio *trio, struct error *err)
{
	uint64_t conflicts = 0;
	enum status status;

	status = conflict_count(trio->nodes[TRIO_OAK].replica, &conflicts, err);
	if (status != STATUS_OK || conflicts > 0)
		return status;
	status = edit_pupil(&trio->nodes[TRIO_OAK], "preferred_forename",
	    "Iddy", err);
	if (status == STATUS_OK)
		status = edit_pupil(&trio->nodes[TRIO_OAK2],
		    "preferred_forename", "Dris", err);
	return status;
}

static enum status
resolve(struct trio *trio, struct error *err)
{
	struct replica *replica = trio->nodes[TRIO_OAK].replica;
	uint64_t conflicts = 0, id = 0;
	enum status status = conflict_count(replica, &conflicts, err);

	if (status != STATUS_OK || conflicts == 0)
		return status;
	status = replica_begin(replica, err);
	if (status != STATUS_OK)
		return status;
	status = conflict_resolve(replica, trio->pupil, "preferred_forename", 1,
	    0, trio->now_ms, &id, err);
	if (status != STATUS_OK) {
		replica_rollback(replica);
		return status;
	}
	status = replica_commit(replica, err);
	if (status == STATUS_OK)
		note_written(trio, id);
	return status;
}

/* --- transfers ------------------------------------------------------------ */

static enum status
write_open(struct trio_node *node, struct draft *draft, const void *context,
    struct error *err)
{
	struct trio *trio = node->trio;
	int64_t transfer = 0;
	enum status status = draft_insert(draft, "transfer", &transfer, err);

	(void)context;
	status = set_text(draft, transfer, "kind", "phase", status, err);
	status = set_id(draft, transfer, "from_school", (int64_t)trio->oak,
	    status, err);
	status = set_id(draft, transfer, "to_school", (int64_t)trio->elm,
	    status, err);
	status = set_id(draft, (int64_t)trio->pupil, "open_transfer", transfer,
	    status, err);
	return set_text(draft, transfer, "state", "open", status, err);
}

/* The how-manieth transfer of the child is to be there, opened by Oak. */
static enum status
open_nth(struct trio *trio, uint64_t n, struct error *err)
{
	struct trio_node *oak = &trio->nodes[TRIO_OAK];
	struct finding found;
	enum status status = find(oak, "transfer", trio->pupil, &found, err);

	if (status != STATUS_OK || found.count >= n)
		return status;
	return save(oak, trio->pupil, write_open, NULL, NULL, err);
}

static enum status
open_first(struct trio *trio, struct error *err)
{
	return open_nth(trio, 1, err);
}

static enum status
open_second(struct trio *trio, struct error *err)
{
	return open_nth(trio, 2, err);
}

static enum status
answer(struct trio *trio, struct error *err)
{
	struct trio_node *elm = &trio->nodes[TRIO_ELM];
	struct edit edit = { 0, "state", "ours" };
	struct finding found;
	enum status status = find(elm, "envelope", 0, &found, err);

	if (status != STATUS_OK)
		return status;
	if (found.count == 0)
		return error_set(err, STATUS_NOT_FOUND, "no envelope came");
	edit.record = found.id;
	return save(elm, trio->elm, write_edit, &edit, NULL, err);
}

struct move {
	uint64_t transfer;
	const char *state;
	uint64_t holder; /* 0: as it was */
};

static enum status
write_move(struct trio_node *node, struct draft *draft, const void *context,
    struct error *err)
{
	const struct move *move = context;
	int64_t pupil = (int64_t)node->trio->pupil;
	enum status status;

	status = set_id(draft, pupil, "open_transfer", 0, STATUS_OK, err);
	status = set_text(draft, (int64_t)move->transfer, "state", move->state,
	    status, err);
	if (move->holder == 0)
		return status;
	return set_id(draft, pupil, "holder", (int64_t)move->holder, status,
	    err);
}

/* The child's last transfer gets a state, unless it has it. */
static enum status
move_last(struct trio_node *node, const char *state, uint64_t holder,
    struct error *err)
{
	struct trio *trio = node->trio;
	struct move move = { .state = state, .holder = holder };
	struct finding found;
	bool so = false;
	enum status status = find(node, "transfer", trio->pupil, &found, err);

	if (status == STATUS_OK && found.count == 0)
		return error_set(err, STATUS_NOT_FOUND, "no transfer came");
	move.transfer = found.id;
	if (status == STATUS_OK)
		status = says(node, found.id, "state", state, &so, err);
	if (status != STATUS_OK || so)
		return status;
	return save(node, trio->pupil, write_move, &move, NULL, err);
}

static enum status
cancel(struct trio *trio, struct error *err)
{
	return move_last(&trio->nodes[TRIO_OAK], "cancelled", 0, err);
}

static enum status
accept_child(struct trio *trio, struct error *err)
{
	return move_last(&trio->nodes[TRIO_ELM], "accepted", trio->elm, err);
}

static enum status
nothing(struct trio *trio, struct error *err)
{
	(void)trio;
	(void)err;
	return STATUS_OK;
}

/* --- what must be true ---------------------------------------------------- */

static enum status
expect_count(struct trio *trio, uint32_t node, const char *collection,
    uint64_t count, struct error *err)
{
	struct finding found;
	enum status status =
	    find(&trio->nodes[node], collection, 0, &found, err);

	if (status == STATUS_OK && found.count != count)
		return error_set(err, STATUS_CORRUPT,
		    "%s: %d of them at computer %u, not %d", collection,
		    (int)found.count, node, (int)count);
	return status;
}

static enum status
expect_schools(struct trio *trio, struct error *err)
{
	return expect_count(trio, TRIO_ELM, "school", 2, err);
}

/* Once at Oak, and not at Elm. */
static enum status
expect_at_oak(struct trio *trio, struct error *err)
{
	enum status status = expect_count(trio, TRIO_OAK2, "pupil", 1, err);

	if (status == STATUS_OK)
		status = expect_count(trio, TRIO_OAK2, "note", 1, err);
	if (status == STATUS_OK)
		status = expect_count(trio, TRIO_ELM, "note", 0, err);
	return status;
}

static enum status
expect_conflicts(struct trio *trio, uint64_t expected, struct error *err)
{
	uint64_t count = 0;
	enum status status =
	    conflict_count(trio->nodes[TRIO_OAK2].replica, &count, err);

	if (status == STATUS_OK && count != expected)
		return error_set(err, STATUS_CORRUPT, "%d conflicts",
		    (int)count);
	return status;
}

static enum status
expect_conflict(struct trio *trio, struct error *err)
{
	return expect_conflicts(trio, 1, err);
}

static enum status
expect_no_conflict(struct trio *trio, struct error *err)
{
	return expect_conflicts(trio, 0, err);
}

/* No byte of the file is left at Elm, and Elm has said so, once. */
static enum status
expect_purged(struct trio *trio, struct error *err)
{
	enum status status = expect_at_oak(trio, err);

	if (status == STATUS_OK)
		status = expect_count(trio, TRIO_ELM, "pupil", 0, err);
	if (status == STATUS_OK)
		status = expect_count(trio, TRIO_ELM, "purge_receipt", 1, err);
	if (status == STATUS_OK &&
	    disk_contains(trio->nodes[TRIO_ELM].disk, bytes_of_text(canary)))
		return error_set(err, STATUS_CORRUPT,
		    "bytes of a purged file are left");
	return status;
}

static enum status
expect_at_elm(struct trio *trio, struct error *err)
{
	enum status status = expect_count(trio, TRIO_ELM, "pupil", 1, err);

	if (status == STATUS_OK)
		status = expect_count(trio, TRIO_ELM, "note", 1, err);
	return status;
}

const struct trio_step trio_steps[] = {
	{ "first sync", nothing, expect_schools },
	{ "admit", admit, expect_at_oak },
	{ "edit", edit, expect_at_oak },
	{ "edit at once", edit_at_once, expect_conflict },
	{ "resolve", resolve, expect_no_conflict },
	{ "open", open_first, expect_at_oak },
	{ "answer", answer, expect_at_elm },
	{ "cancel", cancel, expect_purged },
	{ "open again", open_second, expect_purged },
	{ "answer again", answer, expect_at_elm },
	{ "accept", accept_child, expect_at_elm },
};

const uint32_t trio_step_count = sizeof(trio_steps) / sizeof(*trio_steps);
