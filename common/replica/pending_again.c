/*
 * Commits that go again: with new stamps, after the clock was wrong; a refused
 * one that a person sends again, on the present heads; and what an older hub
 * did not know, as it was.
 */
#include <assert.h>
#include <inttypes.h>

#include "common/replica/dossier.h"
#include "common/replica/fold_private.h"
#include "common/replica/id_set.h"
#include "common/replica/ledger_private.h"
#include "common/replica/pending_private.h"
#include "protocol/stamp.h"

static enum status
no_memory(struct error *err)
{
	return error_set(err, STATUS_NOMEM, "there is no memory for a commit");
}

/* --- a clock that was wrong ----------------------------------------------- */

static enum status
restamp_one(struct replica *replica, uint64_t id, uint64_t stamp,
    struct error *err)
{
	struct arena arena = { 0 };
	struct commit commit;
	enum status status;

	status =
	    pending_load(replica, id, PENDING_WAITING, &arena, &commit, err);
	if (status == STATUS_NOT_FOUND) { /* settled meanwhile */
		arena_deinit(&arena);
		return STATUS_OK;
	}
	if (status == STATUS_OK) {
		commit.stamp = stamp;
		status = pending_encode(replica, &commit, err);
	}
	if (status == STATUS_OK)
		status = fold_again(replica, &commit, err);
	arena_deinit(&arena);
	return status;
}

enum status
pending_restamp(struct replica *replica, const uint64_t *ids, size_t count,
    uint64_t last_stamp, uint64_t now_ms, struct error *err)
{
	uint64_t stamp = last_stamp;
	enum status status = STATUS_OK;

	assert(replica_in_transaction(replica));
	for (size_t i = 0; status == STATUS_OK && i < count; i++) {
		stamp = stamp_next(stamp, now_ms);
		status = restamp_one(replica, ids[i], stamp, err);
	}
	if (status == STATUS_OK)
		status = replica_reset_stamp(replica, stamp, err);
	return status;
}

/* --- sending a refused commit again --------------------------------------- */

/* The refused commit's numbers become new ones, wherever they stand. */
struct renumbering {
	uint64_t from;
	uint64_t to;
	uint32_t count;
};

static uint64_t
renumber(const struct renumbering *numbers, uint64_t id)
{
	if (id < numbers->from || id - numbers->from >= numbers->count)
		return id;
	return numbers->to + (id - numbers->from);
}

static void
renumber_value(const struct renumbering *numbers,
    const struct collection *collection, struct column_value *value)
{
	const struct column *column = NULL;

	if (collection != NULL)
		column = collection_column(collection, value->column);
	if (column == NULL || value->value.type != VALUE_INTEGER ||
	    value->value.integer <= 0 ||
	    (column->type != COLUMN_REFERENCE && column->type != COLUMN_ID))
		return;
	value->value.integer =
	    (int64_t)renumber(numbers, (uint64_t)value->value.integer);
}

/* Records, references and dossier; not what is replaced. */
static void
renumber_commit(const struct renumbering *numbers, struct commit *commit)
{
	commit->dossier = renumber(numbers, commit->dossier);
	for (uint32_t i = 0; i < commit->change_count; i++) {
		struct change *change = &commit->changes[i];
		const struct collection *collection =
		    catalogue_collection(change->collection);

		change->record = renumber(numbers, change->record);
		for (uint32_t j = 0; j < change->field_count; j++) {
			struct field_write *write = &change->fields[j];

			for (uint32_t k = 0; k < write->value_count; k++)
				renumber_value(numbers, collection,
				    &write->values[k]);
		}
	}
}

static enum status
load_heads(struct replica *replica, uint64_t record, struct arena *arena,
    struct record_heads *heads, struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "SELECT heads FROM record WHERE id = ?1 AND state <> 2");
	enum status status;

	sql_bind_id(sql, 1, record);
	status = sql_step(sql, err);
	if (status == STATUS_OK)
		status =
		    heads_decode(sql_column_bytes(sql, 0), arena, heads, err);
	else if (status == STATUS_NOT_FOUND)
		error_set(err, status,
		    "record %" PRIu64 " is not here any more", record);
	sql_release(sql);
	return status;
}

static enum status
replace_heads(const struct record_heads *heads, struct bytes field,
    struct arena *arena, struct field_write *write, struct error *err)
{
	const struct field_heads *present = heads_field(heads, field);

	write->replace_count = 0;
	if (present == NULL || present->head_count == 0)
		return STATUS_OK;
	write->replaces =
	    arena_array(arena, present->head_count, sizeof(*write->replaces));
	if (write->replaces == NULL)
		return no_memory(err);
	for (uint32_t i = 0; i < present->head_count; i++)
		write->replaces[write->replace_count++] =
		    present->heads[i].change;
	return STATUS_OK;
}

/* A deletion that goes again has seen what there is now. */
static enum status
see_heads(const struct record_heads *heads, struct arena *arena,
    struct value *value, struct error *err)
{
	struct id_set set;

	if (value->type != VALUE_BLOB)
		return STATUS_OK;
	if (!id_set_init(&set, SEEN_MAX, arena))
		return no_memory(err);
	for (uint32_t i = 0; i < heads->field_count; i++) {
		const struct field_heads *field = &heads->fields[i];

		if (bytes_equal_text(field->field, COLUMN_DELETED))
			continue;
		for (uint32_t j = 0; j < field->head_count; j++)
			if (!id_set_add(&set, field->heads[j].change))
				return error_set(err, STATUS_TOO_LARGE,
				    "the record has too many writes");
	}
	return id_set_store(&set, arena, value) ? STATUS_OK : no_memory(err);
}

static enum status
rebase_change(struct replica *replica, struct change *change, bool created,
    struct arena *arena, struct error *err)
{
	const struct collection *collection =
	    catalogue_collection(change->collection);
	struct record_heads heads = { 0 };
	enum status status = STATUS_OK;

	if (!created)
		status =
		    load_heads(replica, change->record, arena, &heads, err);
	for (uint32_t i = 0; status == STATUS_OK && i < change->field_count;
	     i++) {
		struct field_write *write = &change->fields[i];
		struct bytes field = heads_field_name(collection, write);

		status = replace_heads(&heads, field, arena, write, err);
		if (status == STATUS_OK &&
		    bytes_equal_text(field, COLUMN_DELETED))
			status = see_heads(&heads, arena,
			    &write->values[0].value, err);
	}
	return status;
}

/* As has_consequences in draft_finish.c: the hub's own commits that follow
 * from this one bear the numbers behind it. */
static bool
has_consequences(const struct commit *commit)
{
	if (commit_creates(commit, commit->dossier))
		return true;
	for (uint32_t i = 0; i < commit->change_count; i++) {
		const struct change *change = &commit->changes[i];
		const struct collection *collection =
		    catalogue_collection(change->collection);

		for (uint32_t j = 0;
		     collection != NULL && j < change->field_count; j++) {
			const struct column *column =
			    collection_column(collection,
				change->fields[j].values[0].column);

			if (column != NULL &&
			    collection_field_is_arbitrated(collection,
				column_field(column)))
				return true;
		}
	}
	return false;
}

/* New ids, a new stamp, the present heads. */
static enum status
rebase_commit(struct replica *replica, struct commit *commit,
    struct renumbering *numbers, uint64_t now_ms, struct arena *arena,
    struct error *err)
{
	uint32_t skip = has_consequences(commit) ? LIMIT_RESERVED_IDS : 0;
	enum status status;

	*numbers = (struct renumbering){
		.from = commit->id,
		.count = commit->change_count,
	};
	status = replica_take_ids(replica, commit->change_count, skip,
	    &numbers->to, err);
	if (status == STATUS_OK)
		status =
		    replica_take_stamp(replica, now_ms, &commit->stamp, err);
	if (status != STATUS_OK)
		return status;
	commit->id = numbers->to;
	renumber_commit(numbers, commit);
	for (uint32_t i = 0; status == STATUS_OK && i < commit->change_count;
	     i++) {
		struct change *change = &commit->changes[i];

		status = rebase_change(replica, change,
		    commit_creates(commit, change->record), arena, err);
	}
	return status;
}

static enum status
add_again(struct replica *replica, struct commit *commit, uint64_t now_ms,
    struct error *err)
{
	struct buffer bytes = { 0 };
	enum status status;

	status = commit_encode(commit, &bytes, err);
	if (status == STATUS_OK)
		status = pending_add(replica, commit, buffer_view(&bytes),
		    now_ms, err);
	if (status == STATUS_OK)
		status = fold_commit(replica, commit, err);
	buffer_deinit(&bytes);
	return status;
}

/* What was set aside because the record was not created finds it again. */
static enum status
renumber_dependents(struct replica *replica, uint64_t dossier,
    const struct renumbering *numbers, struct error *err)
{
	uint64_t id = numbers->from;
	enum status status = STATUS_OK;

	while (status == STATUS_OK) {
		struct arena arena = { 0 };
		struct commit commit;

		status =
		    pending_next(replica, dossier, PENDING_ASIDE, id, &id, err);
		if (status != STATUS_OK || id == 0)
			break;
		status = pending_load(replica, id, PENDING_ASIDE, &arena,
		    &commit, err);
		if (status == STATUS_OK) {
			renumber_commit(numbers, &commit);
			status = pending_encode(replica, &commit, err);
		}
		arena_deinit(&arena);
	}
	return status;
}

static enum status
move_dossier(struct replica *replica, uint64_t from, uint64_t to,
    struct error *err)
{
	struct sql *sql;

	if (from == to)
		return STATUS_OK;
	sql = sql_use(replica,
	    "UPDATE pending SET dossier = ?2 WHERE dossier = ?1");
	sql_bind_id(sql, 1, from);
	sql_bind_id(sql, 2, to);
	return sql_finish(sql, err);
}

enum status
pending_retry(struct replica *replica, uint64_t refused, uint64_t now_ms,
    uint64_t *id, struct error *err)
{
	struct arena arena = { 0 };
	struct commit commit;
	struct renumbering numbers;
	uint64_t dossier = 0;
	enum status status;

	assert(replica_in_transaction(replica));
	status =
	    pending_load(replica, refused, PENDING_ASIDE, &arena, &commit, err);
	if (status == STATUS_OK) {
		dossier = commit.dossier;
		status = rebase_commit(replica, &commit, &numbers, now_ms,
		    &arena, err);
	}
	if (status == STATUS_OK)
		status = pending_drop(replica, refused, err);
	if (status == STATUS_OK)
		status = add_again(replica, &commit, now_ms, err);
	if (status == STATUS_OK)
		status = renumber_dependents(replica, dossier, &numbers, err);
	if (status == STATUS_OK)
		status = move_dossier(replica, dossier, commit.dossier, err);
	*id = status == STATUS_OK ? commit.id : 0;
	arena_deinit(&arena);
	return status;
}

/* --- a hub that knows more than before ------------------------------------ */

struct returned {
	struct commit commit;
	struct returned *before;
};

/* The next that was set aside because the hub did not know something in it, or
 * together with such a one. */
static enum status
next_unknown(struct replica *replica, uint64_t *id, uint64_t *refusal,
    struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "SELECT id, refusal FROM pending WHERE state = 1 AND id > ?1"
	    " AND refusal IN (4, 12) ORDER BY id LIMIT 1");
	enum status status;

	static_assert(REFUSAL_UNKNOWN == 4 && REFUSAL_DEPENDS == 12, "above");
	sql_bind_id(sql, 1, *id);
	status = sql_step(sql, err);
	*id = status == STATUS_OK ? sql_column_id(sql, 0) : 0;
	*refusal = status == STATUS_OK ? sql_column_id(sql, 1) : 0;
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* Whether it was lost with a commit that goes again. */
static bool
was_lost_with(const struct returned *returned, const struct commit *commit)
{
	for (; returned != NULL; returned = returned->before) {
		if (commit_creates(&returned->commit, commit->dossier))
			return true;
		for (uint32_t i = 0; i < commit->change_count; i++)
			if (commit_creates(&returned->commit,
				commit->changes[i].record))
				return true;
	}
	return false;
}

/* What has passed on since is for its author to decide. */
static enum status
may_return(struct replica *replica, uint64_t number, bool *may,
    struct error *err)
{
	struct dossier dossier;
	enum status status;

	status = dossier_get(replica, number, &dossier, err);
	*may = status == STATUS_NOT_FOUND ||
	       (status == STATUS_OK && (dossier.state == DOSSIER_OPEN ||
					   dossier.state == DOSSIER_FILLING));
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status
return_one(struct replica *replica, const struct commit *commit,
    struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "UPDATE pending SET state = 0, refusal = 0 WHERE id = ?1");
	enum status status;

	sql_bind_id(sql, 1, commit->id);
	status = sql_finish(sql, err);
	if (status == STATUS_OK)
		status = touch_commit(replica, commit, err);
	if (status == STATUS_OK)
		status = fold_commit(replica, commit, err);
	return status;
}

enum status
pending_return_unknown(struct replica *replica, uint64_t *count,
    struct error *err)
{
	struct arena arena = { 0 };
	struct returned *last = NULL, *next;
	uint64_t id = 0, refusal;
	bool may;
	enum status status = STATUS_OK;

	assert(replica_in_transaction(replica));
	*count = 0;
	while (status == STATUS_OK) {
		status = next_unknown(replica, &id, &refusal, err);
		if (status != STATUS_OK || id == 0)
			break;
		next = arena_alloc(&arena, sizeof(*next));
		if (next == NULL) {
			status = no_memory(err);
			break;
		}
		status = pending_load(replica, id, PENDING_ASIDE, &arena,
		    &next->commit, err);
		if (status == STATUS_OK)
			status = may_return(replica, next->commit.dossier, &may,
			    err);
		if (status != STATUS_OK || !may ||
		    (refusal == REFUSAL_DEPENDS &&
			!was_lost_with(last, &next->commit)))
			continue;
		next->before = last;
		last = next;
		++*count;
		status = return_one(replica, &next->commit, err);
	}
	arena_deinit(&arena);
	return status;
}
