/*
 * Commits that wait are rewritten when what they build on was refused, when
 * the clock was wrong, and when a person sends a refused one again.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/replica/fold_private.h"
#include "common/replica/pending_private.h"
#include "protocol/identifier.h"
#include "protocol/stamp.h"

static enum status
no_memory(struct error *err)
{
	return error_set(err, STATUS_NOMEM, "there is no memory for a commit");
}

/* --- what builds on a refused commit --------------------------------------------- */

struct refused {
	const struct commit *commit;
	struct refused *before; /* refused earlier; its id is smaller */
};

/* One pass over what waits behind the refused commit, by id: what builds on a
 * commit has a greater id than it. */
struct cascade {
	struct replica *replica;
	struct arena arena;
	struct refused *last;
	uint64_t now_ms;
};

static bool
holds_change(const struct commit *commit, uint64_t id)
{
	return id >= commit->id && id - commit->id < commit->change_count;
}

static bool
creates(const struct commit *commit, uint64_t record)
{
	return holds_change(commit, record) &&
	       commit->changes[record - commit->id].record == record;
}

/* Whether commit writes to a record, or lies in a dossier, that a refused one
 * was to create. */
static bool
is_lost(const struct cascade *cascade, const struct commit *commit)
{
	for (const struct refused *refused = cascade->last; refused != NULL;
	     refused = refused->before) {
		if (creates(refused->commit, commit->dossier))
			return true;
		for (uint32_t i = 0; i < commit->change_count; i++)
			if (creates(refused->commit, commit->changes[i].record))
				return true;
	}
	return false;
}

/* A set of ids, ascending. */
struct ids {
	uint64_t *ids;
	uint32_t count;
	uint32_t room;
};

static bool
ids_add(struct ids *set, uint64_t id)
{
	uint32_t place = set->count;

	while (place > 0 && set->ids[place - 1] >= id)
		place--;
	if (place < set->count && set->ids[place] == id)
		return true;
	if (set->count == set->room)
		return false;
	memmove(&set->ids[place + 1], &set->ids[place],
	    (set->count - place) * sizeof(*set->ids));
	set->ids[place] = id;
	set->count++;
	return true;
}

/* What one change of a refused commit replaced: in the field of that name, or
 * (NULL) in all. */
static bool
add_replaced(struct ids *set, const struct commit *refused, uint64_t id,
    const struct bytes *field)
{
	const struct change *change = &refused->changes[id - refused->id];
	const struct collection *collection =
	    catalogue_collection(change->collection);

	for (uint32_t i = 0; i < change->field_count; i++) {
		const struct field_write *write = &change->fields[i];
		struct bytes name = heads_field_name(collection, write);

		if (field != NULL && !bytes_equal(name, *field))
			continue;
		for (uint32_t j = 0; j < write->replace_count; j++)
			if (!ids_add(set, write->replaces[j]))
				return false;
	}
	return true;
}

/* In place of every id of a refused commit stands what that replaced.  The
 * latest refused first: it may have replaced what an earlier one wrote. */
static bool
substitute(const struct cascade *cascade, struct ids *set,
    const struct bytes *field, bool *changed)
{
	for (const struct refused *refused = cascade->last; refused != NULL;
	     refused = refused->before) {
		for (uint32_t i = 0; i < set->count;) {
			uint64_t id = set->ids[i];

			if (!holds_change(refused->commit, id)) {
				i++;
				continue;
			}
			*changed = true;
			set->count--;
			memmove(&set->ids[i], &set->ids[i + 1],
			    (set->count - i) * sizeof(*set->ids));
			if (!add_replaced(set, refused->commit, id, field))
				return false;
			i = 0;
		}
	}
	return true;
}

static bool
rewrite_replaces(struct cascade *cascade, struct bytes field,
    struct field_write *write, bool *changed)
{
	struct ids set = { .room = LIMIT_REPLACES };

	if (write->replace_count == 0)
		return true;
	set.ids = arena_array(&cascade->arena, set.room, sizeof(*set.ids));
	if (set.ids == NULL)
		return false;
	for (uint32_t i = 0; i < write->replace_count; i++)
		if (!ids_add(&set, write->replaces[i]))
			return false;
	if (!substitute(cascade, &set, &field, changed))
		return false;
	write->replaces = set.ids;
	write->replace_count = set.count;
	return true;
}

static uint64_t
load_id(const uint8_t *in)
{
	uint64_t id = 0;

	for (int i = 0; i < 8; i++)
		id = id << 8 | in[i];
	return id;
}

static void
store_id(uint8_t *out, uint64_t id)
{
	for (int i = 7; i >= 0; i--, id >>= 8)
		out[i] = (uint8_t)id;
}

/* The heads that a deletion saw: see COLUMN_DELETED. */
static bool
make_seen(struct arena *arena, const struct ids *set, struct value *value)
{
	uint8_t *blob = arena_array(arena, (size_t)set->count + 1, 8);

	if (blob == NULL)
		return false;
	for (uint32_t i = 0; i < set->count; i++)
		store_id(blob + (size_t)i * 8, set->ids[i]);
	*value = value_blob((struct bytes){ blob, (size_t)set->count * 8 });
	return true;
}

static bool
rewrite_seen(struct cascade *cascade, struct value *value, bool *changed)
{
	struct ids set = { .room = LIMIT_VALUE_BYTES / 8 };
	bool different = false;

	if (value->type != VALUE_BLOB)
		return true;
	set.ids = arena_array(&cascade->arena, set.room, sizeof(*set.ids));
	if (set.ids == NULL)
		return false;
	for (size_t at = 0; at + 8 <= value->bytes.size; at += 8)
		if (!ids_add(&set, load_id(value->bytes.data + at)))
			return false;
	if (!substitute(cascade, &set, NULL, &different))
		return false;
	if (!different)
		return true;
	*changed = true;
	return make_seen(&cascade->arena, &set, value);
}

/* false: it cannot be rewritten within the limits. */
static bool
rewrite_commit(struct cascade *cascade, struct commit *commit, bool *changed)
{
	for (uint32_t i = 0; i < commit->change_count; i++) {
		struct change *change = &commit->changes[i];
		const struct collection *collection =
		    catalogue_collection(change->collection);

		for (uint32_t j = 0; j < change->field_count; j++) {
			struct field_write *write = &change->fields[j];
			struct bytes field =
			    heads_field_name(collection, write);

			if (!rewrite_replaces(cascade, field, write, changed))
				return false;
			if (bytes_equal_text(field, COLUMN_DELETED) &&
			    !rewrite_seen(cascade, &write->values[0].value,
				changed))
				return false;
		}
	}
	return true;
}

/* The commit is out; what comes behind it is judged by it too. */
static enum status
refuse(struct cascade *cascade, const struct commit *commit, uint32_t refusal,
    struct error *err)
{
	struct refused *refused =
	    arena_alloc(&cascade->arena, sizeof(*refused));
	enum status status;

	if (refused == NULL)
		return no_memory(err);
	*refused = (struct refused){ commit, cascade->last };
	cascade->last = refused;
	status = pending_mark_aside(cascade->replica, commit, refusal,
	    cascade->now_ms, err);
	if (status == STATUS_OK)
		status = fold_again(cascade->replica, commit, err);
	return status;
}

static enum status
follow_refusal(struct cascade *cascade, uint64_t id, struct error *err)
{
	struct commit *commit = arena_alloc(&cascade->arena, sizeof(*commit));
	bool changed = false;
	enum status status;

	if (commit == NULL)
		return no_memory(err);
	status = pending_load(cascade->replica, id, PENDING_WAITING,
	    &cascade->arena, commit, err);
	if (status != STATUS_OK)
		return status;
	if (is_lost(cascade, commit))
		return refuse(cascade, commit, REFUSAL_DEPENDS, err);
	if (!rewrite_commit(cascade, commit, &changed)) {
		/* Decoded again, so that it is kept as it was. */
		status = pending_load(cascade->replica, id, PENDING_WAITING,
		    &cascade->arena, commit, err);
		if (status == STATUS_OK)
			status = refuse(cascade, commit, REFUSAL_DEPENDS, err);
		return status;
	}
	if (!changed)
		return STATUS_OK;
	status = pending_encode(cascade->replica, commit, err);
	if (status == STATUS_OK)
		status = fold_again(cascade->replica, commit, err);
	return status;
}

enum status
pending_set_aside(struct replica *replica, uint64_t id, uint32_t refusal,
    uint64_t now_ms, struct error *err)
{
	struct cascade cascade = { .replica = replica, .now_ms = now_ms };
	struct commit commit;
	uint64_t next = id;
	enum status status;

	assert(replica_in_transaction(replica));
	status = pending_load(replica, id, PENDING_WAITING, &cascade.arena,
	    &commit, err);
	if (status == STATUS_OK)
		status = refuse(&cascade, &commit, refusal, err);
	while (status == STATUS_OK) {
		status = pending_next(replica, commit.dossier, PENDING_WAITING,
		    next, &next, err);
		if (status != STATUS_OK || next == 0)
			break;
		status = follow_refusal(&cascade, next, err);
	}
	arena_deinit(&cascade.arena);
	return status;
}

/* --- a clock that was wrong ------------------------------------------------------------ */

static enum status
restamp_one(struct replica *replica, uint64_t id, uint64_t stamp,
    struct error *err)
{
	struct arena arena = { 0 };
	struct commit commit;
	enum status status;

	status =
	    pending_load(replica, id, PENDING_WAITING, &arena, &commit, err);
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
pending_restamp(struct replica *replica, uint64_t last_stamp, uint64_t now_ms,
    struct error *err)
{
	uint64_t stamp = last_stamp;
	uint64_t id = 0;
	enum status status = STATUS_OK;

	assert(replica_in_transaction(replica));
	while (status == STATUS_OK) {
		struct sql *sql = sql_use(replica,
		    "SELECT min(id) FROM pending WHERE state = 0 AND id > ?1");

		sql_bind_id(sql, 1, id);
		status = sql_finish_id(sql, &id, err);
		if (status != STATUS_OK || id == 0)
			break;
		stamp = stamp_next(stamp, now_ms);
		status = restamp_one(replica, id, stamp, err);
	}
	if (status == STATUS_OK)
		status = replica_reset_stamp(replica, stamp, err);
	return status;
}

/* --- sending a refused commit again ------------------------------------------------------ */

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
	struct ids set = { .room = LIMIT_VALUE_BYTES / 8 };

	if (value->type != VALUE_BLOB)
		return STATUS_OK;
	set.ids = arena_array(arena, set.room, sizeof(*set.ids));
	if (set.ids == NULL)
		return no_memory(err);
	for (uint32_t i = 0; i < heads->field_count; i++) {
		const struct field_heads *field = &heads->fields[i];

		if (bytes_equal_text(field->field, COLUMN_DELETED))
			continue;
		for (uint32_t j = 0; j < field->head_count; j++)
			if (!ids_add(&set, field->heads[j].change))
				return error_set(err, STATUS_TOO_LARGE,
				    "the record has too many writes");
	}
	return make_seen(arena, &set, value) ? STATUS_OK : no_memory(err);
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

/* New ids, a new stamp, the present heads. */
static enum status
rebase_commit(struct replica *replica, struct commit *commit,
    struct renumbering *numbers, uint64_t now_ms, struct arena *arena,
    struct error *err)
{
	enum status status;

	*numbers = (struct renumbering){
		.from = commit->id,
		.count = commit->change_count,
	};
	status = replica_take_ids(replica, commit->change_count, 0,
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
		    creates(commit, change->record), arena, err);
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
