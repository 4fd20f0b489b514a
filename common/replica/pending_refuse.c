/*
 * A commit is refused.  What waits and builds on it is rewritten, or set aside
 * with it.
 */
#include <assert.h>

#include "common/replica/fold_private.h"
#include "common/replica/id_set.h"
#include "common/replica/pending_private.h"

static enum status
no_memory(struct error *err)
{
	return error_set(err, STATUS_NOMEM, "there is no memory for a commit");
}

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

/* Whether commit writes to a record, or lies in a dossier, that a refused one
 * was to create. */
static bool
is_lost(const struct cascade *cascade, const struct commit *commit)
{
	for (const struct refused *refused = cascade->last; refused != NULL;
	     refused = refused->before) {
		if (commit_creates(refused->commit, commit->dossier))
			return true;
		for (uint32_t i = 0; i < commit->change_count; i++)
			if (commit_creates(refused->commit,
				commit->changes[i].record))
				return true;
	}
	return false;
}

/* What one change of a refused commit replaced: in the field of that name, or
 * (NULL) in all. */
static bool
add_replaced(struct id_set *set, const struct commit *refused, uint64_t id,
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
			if (!id_set_add(set, write->replaces[j]))
				return false;
	}
	return true;
}

/* In place of every id of a refused commit stands what that replaced.  The
 * latest refused first: it may have replaced what an earlier one wrote. */
static bool
substitute(const struct cascade *cascade, struct id_set *set,
    const struct bytes *field, bool *changed)
{
	for (const struct refused *refused = cascade->last; refused != NULL;
	     refused = refused->before) {
		for (uint32_t i = 0; i < set->count;) {
			uint64_t id = set->ids[i];

			if (!commit_holds(refused->commit, id)) {
				i++;
				continue;
			}
			*changed = true;
			id_set_remove(set, i);
			if (!add_replaced(set, refused->commit, id, field))
				return false;
			i = 0;
		}
	}
	return true;
}

/* TOO_LARGE: there is no room for it within the limits. */
static enum status
rewrite_replaces(struct cascade *cascade, struct bytes field,
    struct field_write *write, bool *changed)
{
	struct id_set set;

	if (write->replace_count == 0)
		return STATUS_OK;
	if (!id_set_init(&set, LIMIT_REPLACES, &cascade->arena))
		return STATUS_NOMEM;
	for (uint32_t i = 0; i < write->replace_count; i++) {
		bool fits = id_set_add(&set, write->replaces[i]);

		assert(fits); /* no commit is decoded that has more */
	}
	if (!substitute(cascade, &set, &field, changed))
		return STATUS_TOO_LARGE;
	write->replaces = set.ids;
	write->replace_count = set.count;
	return STATUS_OK;
}

static enum status
rewrite_seen(struct cascade *cascade, struct value *value, bool *changed)
{
	struct id_set set;
	bool different = false;

	if (value->type != VALUE_BLOB)
		return STATUS_OK;
	if (!id_set_init(&set, SEEN_MAX, &cascade->arena))
		return STATUS_NOMEM;
	if (!id_set_load(&set, value->bytes) ||
	    !substitute(cascade, &set, NULL, &different))
		return STATUS_TOO_LARGE;
	if (!different)
		return STATUS_OK;
	*changed = true;
	return id_set_store(&set, &cascade->arena, value) ? STATUS_OK
	                                                  : STATUS_NOMEM;
}

static enum status
rewrite_commit(struct cascade *cascade, struct commit *commit, bool *changed)
{
	enum status status = STATUS_OK;

	for (uint32_t i = 0; i < commit->change_count; i++) {
		struct change *change = &commit->changes[i];
		const struct collection *collection =
		    catalogue_collection(change->collection);

		for (uint32_t j = 0; j < change->field_count; j++) {
			struct field_write *write = &change->fields[j];
			struct bytes field =
			    heads_field_name(collection, write);

			status =
			    rewrite_replaces(cascade, field, write, changed);
			if (status == STATUS_OK &&
			    bytes_equal_text(field, COLUMN_DELETED))
				status = rewrite_seen(cascade,
				    &write->values[0].value, changed);
			if (status != STATUS_OK)
				return status;
		}
	}
	return STATUS_OK;
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
	status = rewrite_commit(cascade, commit, &changed);
	if (status == STATUS_NOMEM)
		return no_memory(err);
	if (status != STATUS_OK) {
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

/* --- who builds on it ----------------------------------------------------- */

/* The first commit after `after` that waits and writes to that record. */
static enum status
next_of_record(struct replica *replica, uint64_t record, uint64_t after,
    uint64_t *id, struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "SELECT t.id FROM touch AS t JOIN pending AS p ON p.id = t.id"
	    " WHERE t.record = ?1 AND t.id > ?2 AND p.state = 0"
	    " ORDER BY t.id LIMIT 1");

	sql_bind_id(sql, 1, record);
	sql_bind_id(sql, 2, after);
	return sql_finish_id(sql, id, err);
}

/* Only what writes to the same records can build on a refused commit; or what
 * lies in the dossier that it was to begin. */
static enum status
next_of_refused(struct replica *replica, const struct commit *refused,
    uint64_t after, uint64_t *id, struct error *err)
{
	enum status status = STATUS_OK;

	*id = 0;
	if (commit_creates(refused, refused->dossier))
		return pending_next(replica, refused->dossier, PENDING_WAITING,
		    after, id, err);
	for (uint32_t i = 0; status == STATUS_OK && i < refused->change_count;
	     i++) {
		uint64_t next;

		status = next_of_record(replica, refused->changes[i].record,
		    after, &next, err);
		if (next != 0 && (*id == 0 || next < *id))
			*id = next;
	}
	return status;
}

static enum status
next_to_judge(const struct cascade *cascade, uint64_t after, uint64_t *id,
    struct error *err)
{
	enum status status = STATUS_OK;

	*id = 0;
	for (const struct refused *refused = cascade->last;
	     status == STATUS_OK && refused != NULL;
	     refused = refused->before) {
		uint64_t next;

		status = next_of_refused(cascade->replica, refused->commit,
		    after, &next, err);
		if (next != 0 && (*id == 0 || next < *id))
			*id = next;
	}
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
		status = next_to_judge(&cascade, next, &next, err);
		if (status != STATUS_OK || next == 0)
			break;
		status = follow_refusal(&cascade, next, err);
	}
	arena_deinit(&cascade.arena);
	return status;
}

/* --- what it builds on ---------------------------------------------------- */

/* Whether a change is of a commit that waits and was written before this. */
static enum status
is_waiting(struct replica *replica, uint64_t change, uint64_t before,
    bool *waits, struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "SELECT bytes FROM pending WHERE id <= ?1 AND id < ?2"
	    " AND state = 0 ORDER BY id DESC LIMIT 1");
	struct commit commit;
	enum status status;

	if (*waits) {
		sql_release(sql);
		return STATUS_OK;
	}
	sql_bind_id(sql, 1, change);
	sql_bind_id(sql, 2, before);
	status = sql_step(sql, err);
	if (status == STATUS_OK)
		*waits = commit_peek(sql_column_bytes(sql, 0), &commit) ==
		             STATUS_OK &&
		         commit_holds(&commit, change);
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status
look_at_field(struct replica *replica, const struct commit *commit,
    const struct field_write *write, bool *waits, struct error *err)
{
	enum status status = STATUS_OK;

	for (uint32_t i = 0; status == STATUS_OK && i < write->replace_count;
	     i++)
		status = is_waiting(replica, write->replaces[i], commit->id,
		    waits, err);
	return status;
}

static enum status
look_at_change(struct replica *replica, const struct commit *commit,
    const struct change *change, bool *waits, struct error *err)
{
	enum status status =
	    is_waiting(replica, change->record, commit->id, waits, err);

	for (uint32_t i = 0; status == STATUS_OK && i < change->field_count;
	     i++)
		status = look_at_field(replica, commit, &change->fields[i],
		    waits, err);
	return status;
}

enum status
pending_builds_on_waiting(struct replica *replica, uint64_t id, bool *waits,
    struct error *err)
{
	struct arena arena = { 0 };
	struct commit commit;
	enum status status;

	*waits = false;
	status =
	    pending_load(replica, id, PENDING_WAITING, &arena, &commit, err);
	if (status == STATUS_OK)
		status = is_waiting(replica, commit.dossier, id, waits, err);
	if (status == STATUS_OK)
		status = is_waiting(replica, commit.author, id, waits, err);
	for (uint32_t i = 0; status == STATUS_OK && i < commit.change_count;
	     i++)
		status = look_at_change(replica, &commit, &commit.changes[i],
		    waits, err);
	arena_deinit(&arena);
	return status;
}
