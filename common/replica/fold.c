/*
 * The fold, commit by commit.  Two short ways lead to what fold_record would
 * find: a creation of which nothing was here before, and a change that
 * replaces exactly the present heads of the fields that it writes.
 */
#include "common/replica/fold.h"

#include <assert.h>

#include "common/replica/damage.h"
#include "common/replica/dossier_private.h"
#include "common/replica/fold_private.h"
#include "common/replica/ledger.h"
#include "common/replica/pending.h"
#include "common/replica/tables.h"

/* One change on its way into the tables. */
struct step {
	struct replica *replica;
	const struct change *change;
	uint64_t id;
	uint64_t stamp;
	uint64_t dossier;
	bool redacted;
	struct arena *arena;
};

static enum status
no_memory(struct error *err)
{
	return error_set(err, STATUS_NOMEM, "there is no memory for a record");
}

static bool
writes_deleted(const struct change *change)
{
	for (uint32_t i = 0; i < change->field_count; i++)
		if (bytes_equal_text(change->fields[i].values[0].column,
			COLUMN_DELETED))
			return true;
	return false;
}

/* --- a record that was not there ------------------------------------------ */

/*
 * Advance heads by all fields of the change.  Each has this one head: they
 * share it.
 */
static enum status
advance_all(const struct step *step, struct folded *folded, bool *simple,
    struct error *err)
{
	struct field_heads *fields;
	struct head *head;
	uint32_t room =
	    folded->heads.field_count + step->change->field_count + 1;

	fields = arena_array(step->arena, room, sizeof(*fields));
	head = arena_alloc(step->arena, sizeof(*head));
	if (fields == NULL || head == NULL)
		return no_memory(err);
	for (uint32_t i = 0; i < folded->heads.field_count; i++)
		fields[i] = folded->heads.fields[i];
	folded->heads.fields = fields;
	*head = (struct head){ step->id, step->stamp };
	*simple = true;
	for (uint32_t i = 0; *simple && i < step->change->field_count; i++) {
		const struct field_write *write = &step->change->fields[i];

		*simple = heads_advance(&folded->heads,
		    heads_field_name(folded->collection, write), write, head);
	}
	return STATUS_OK;
}

static enum status
is_absent(const struct step *step, bool *absent, struct error *err)
{
	struct sql *sql =
	    sql_use(step->replica, "SELECT 1 FROM record WHERE id = ?1");
	uint64_t found;
	enum status status;

	sql_bind_id(sql, 1, step->id);
	status = sql_finish_id(sql, &found, err);
	*absent = status == STATUS_OK && found == 0;
	return status;
}

/* *done stays false when something is there already, or it is not simple. */
static enum status
fold_creation(const struct step *step, bool *done, struct error *err)
{
	struct folded folded = {
		.id = step->id,
		.dossier = step->dossier,
		.fresh = true,
	};
	bool simple;
	enum status status;

	if (step->change->record != step->id || writes_deleted(step->change))
		return STATUS_OK;
	status = is_absent(step, &simple, err);
	if (status != STATUS_OK || !simple)
		return status;
	status =
	    folded_begin(&folded, step->change->collection, step->arena, err);
	if (status == STATUS_OK)
		status = advance_all(step, &folded, &simple, err);
	if (status != STATUS_OK || !simple)
		return status;
	for (uint32_t i = 0; i < step->change->field_count; i++)
		folded_set(&folded, &step->change->fields[i], step->redacted);
	*done = true;
	return folded_store(step->replica, &folded, err);
}

/* --- a record that is there ----------------------------------------------- */

/* Load what is there, when the short way may be taken from it. */
static enum status
load_record(const struct step *step, struct folded *folded, bool *simple,
    struct error *err)
{
	struct sql *sql = sql_use(step->replica,
	    "SELECT heads, collection FROM record WHERE id = ?1"
	    " AND state = 0 AND flags = 0 AND dossier = ?2");
	enum status status;

	*simple = false;
	sql_bind_id(sql, 1, step->change->record);
	sql_bind_id(sql, 2, step->dossier);
	status = sql_step(sql, err);
	if (status == STATUS_OK &&
	    bytes_equal(sql_column_bytes(sql, 1), step->change->collection)) {
		status = heads_decode(sql_column_bytes(sql, 0), step->arena,
		    &folded->heads, err);
		*simple =
		    status == STATUS_OK && heads_are_plain(&folded->heads);
	}
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* Tied columns that the write leaves out are null by it. */
static void
clear_field(struct folded *folded, const struct field_write *write)
{
	struct bytes name = heads_field_name(folded->collection, write);
	const struct column *columns = folded->collection->columns;

	for (uint32_t i = 0; columns[i].name != NULL; i++)
		if (bytes_equal_text(name, column_field(&columns[i])))
			folded->values[i] = value_null();
}

static enum status
fold_update(const struct step *step, bool *done, struct error *err)
{
	struct folded folded = {
		.id = step->change->record,
		.dossier = step->dossier,
	};
	bool simple;
	enum status status;

	if (writes_deleted(step->change))
		return STATUS_OK;
	status = load_record(step, &folded, &simple, err);
	if (status != STATUS_OK || !simple)
		return status;
	status =
	    folded_begin(&folded, step->change->collection, step->arena, err);
	if (status == STATUS_OK && folded.collection == NULL)
		return STATUS_OK;
	if (status == STATUS_OK)
		status = advance_all(step, &folded, &simple, err);
	if (status != STATUS_OK || !simple)
		return status;
	status = tables_get_row(step->replica, folded.collection, folded.id,
	    step->arena, folded.values, err);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	for (uint32_t i = 0; i < step->change->field_count; i++) {
		clear_field(&folded, &step->change->fields[i]);
		folded_set(&folded, &step->change->fields[i], step->redacted);
	}
	*done = true;
	return folded_store(step->replica, &folded, err);
}

/* --- one commit ----------------------------------------------------------- */

static enum status
fold_step(const struct step *step, struct error *err)
{
	bool done = false;
	enum status status;

	status = redaction_note(step->replica, step->change, step->id,
	    step->dossier, err);
	if (status == STATUS_OK)
		status = fold_creation(step, &done, err);
	if (status == STATUS_OK && !done)
		status = fold_update(step, &done, err);
	if (status == STATUS_OK && !done)
		status = fold_record(step->replica, step->change->record, err);
	return status;
}

static enum status
fold_changes(struct replica *replica, const struct commit *commit,
    struct arena *arena, struct error *err)
{
	bool any;
	enum status status;

	status = redaction_any(replica, commit->id, commit->change_count,
	    commit->dossier, &any, err);
	for (uint32_t i = 0; status == STATUS_OK && i < commit->change_count;
	     i++) {
		struct step step = {
			.replica = replica,
			.change = &commit->changes[i],
			.id = commit->id + i,
			.stamp = commit->stamp,
			.dossier = commit->dossier,
			.redacted = commit->changes[i].redacted,
			.arena = arena,
		};

		if (any && !step.redacted && !redaction_is_one(step.change))
			status = redaction_any(replica, step.id, 1,
			    step.dossier, &step.redacted, err);
		if (status == STATUS_OK)
			status = fold_step(&step, err);
	}
	return status;
}

enum status
fold_commit(struct replica *replica, const struct commit *commit,
    struct error *err)
{
	struct arena arena = { 0 };
	bool filling;
	enum status status;

	assert(replica_in_transaction(replica));
	status = dossier_is_filling(replica, commit->dossier, &filling, err);
	if (status != STATUS_OK || filling)
		return status;
	status = fold_changes(replica, commit, &arena, err);
	arena_deinit(&arena);
	if (status == STATUS_OK)
		status = redaction_follow(replica, commit, err);
	return status;
}

enum status
fold_again(struct replica *replica, const struct commit *commit,
    struct error *err)
{
	enum status status = STATUS_OK;

	assert(replica_in_transaction(replica));
	for (uint32_t i = 0; status == STATUS_OK && i < commit->change_count;
	     i++)
		status = fold_record(replica, commit->changes[i].record, err);
	return status;
}

/* --- many commits --------------------------------------------------------- */

struct walk {
	struct replica *replica;
	struct arena arena;
	fold_progress *progress;
	void *context;
	uint64_t done;
	uint64_t of;
	enum status status;
	struct error *err;
};

static bool
walk_commit(struct walk *walk, struct bytes bytes)
{
	enum {
		PROGRESS_EVERY = 1024
	};
	struct commit commit;

	arena_reset(&walk->arena);
	walk->status =
	    commit_decode(bytes, &walk->arena, &commit, ERROR_IGNORED);
	if (walk->status == STATUS_OK)
		walk->status = fold_commit(walk->replica, &commit, walk->err);
	else if (walk->status == STATUS_NOMEM)
		error_set(walk->err, walk->status, "fold a commit");
	else /* damaged since it was stored or looked at: see damage.h */
		walk->status = STATUS_OK;
	walk->done++;
	if (walk->status == STATUS_OK && walk->progress != NULL &&
	    walk->done % PROGRESS_EVERY == 0 &&
	    !walk->progress(walk->context, walk->done, walk->of))
		walk->status = error_set(walk->err, STATUS_CANCELLED, "%s",
		    status_text(STATUS_CANCELLED));
	return walk->status == STATUS_OK;
}

/* Bytes of commits, one after the other. */
static enum status
walk_commits(struct walk *walk, struct sql *sql)
{
	enum status status;

	while ((status = sql_step(sql, walk->err)) == STATUS_OK)
		if (!walk_commit(walk, sql_column_bytes(sql, 0)))
			break;
	sql_release(sql);
	if (walk->status != STATUS_OK)
		return walk->status;
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* Every record that is folded of the dossier goes. */
static enum status
clear_dossier(struct replica *replica, uint64_t dossier, struct error *err)
{
	uint64_t record = 0;
	enum status status = STATUS_OK;

	while (status == STATUS_OK) {
		struct sql *sql = sql_use(replica,
		    "SELECT id FROM record WHERE dossier = ?1 AND id > ?2"
		    " ORDER BY id LIMIT 1");

		sql_bind_id(sql, 1, dossier);
		sql_bind_id(sql, 2, record);
		status = sql_finish_id(sql, &record, err);
		if (status != STATUS_OK || record == 0)
			break;
		status = folded_remove(replica, record, err);
	}
	return status;
}

static enum status
clear_redactions(struct replica *replica, uint64_t dossier, struct error *err)
{
	struct sql *sql =
	    sql_use(replica, "DELETE FROM redacted WHERE dossier = ?1");

	sql_bind_id(sql, 1, dossier);
	return sql_finish(sql, err);
}

enum status
fold_dossier(struct replica *replica, uint64_t dossier, struct error *err)
{
	struct walk walk = { .replica = replica, .err = err };
	struct sql *sql;
	enum status status;

	assert(replica_in_transaction(replica));
	status = clear_dossier(replica, dossier, err);
	if (status == STATUS_OK)
		status = clear_redactions(replica, dossier, err);
	if (status == STATUS_OK) {
		sql = sql_use(replica,
		    "SELECT bytes FROM ledger WHERE dossier = ?1"
		    " AND sequence NOT IN (SELECT sequence FROM damaged)"
		    " ORDER BY sequence");
		sql_bind_id(sql, 1, dossier);
		status = walk_commits(&walk, sql);
	}
	if (status == STATUS_OK) {
		sql = sql_use(replica,
		    "SELECT bytes FROM pending WHERE dossier = ?1"
		    " AND state = 0 ORDER BY id");
		sql_bind_id(sql, 1, dossier);
		status = walk_commits(&walk, sql);
	}
	arena_deinit(&walk.arena);
	return status;
}

static enum status
clear_all(struct replica *replica, struct error *err)
{
	enum status status = sql_run(replica, "DELETE FROM record", err);

	if (status == STATUS_OK)
		status = tables_clear_all(replica, err);
	if (status == STATUS_OK)
		status = effects_clear(replica, err);
	return status;
}

static enum status
walk_all(struct walk *walk)
{
	struct replica *replica = walk->replica;
	enum status status;

	status = sql_finish_id(sql_use(replica,
				   "SELECT (SELECT count(*) FROM ledger) +"
				   " (SELECT count(*) FROM pending"
				   " WHERE state = 0)"),
	    &walk->of, walk->err);
	if (status == STATUS_OK)
		status = walk_commits(walk,
		    sql_use(replica,
			"SELECT bytes FROM ledger WHERE sequence NOT IN"
			" (SELECT sequence FROM damaged) ORDER BY sequence"));
	if (status == STATUS_OK)
		status = walk_commits(walk,
		    sql_use(replica, "SELECT bytes FROM pending WHERE state = 0"
				     " ORDER BY id"));
	return status;
}

enum status
fold_all(struct replica *replica, fold_progress *progress, void *context,
    struct error *err)
{
	struct walk walk = {
		.replica = replica,
		.progress = progress,
		.context = context,
		.err = err,
	};
	enum status status;

	assert(replica_in_transaction(replica));
	status = clear_all(replica, err);
	if (status == STATUS_OK)
		status = walk_all(&walk);
	if (status == STATUS_OK)
		status = effects_finish(replica, err);
	if (status == STATUS_OK && progress != NULL &&
	    !progress(context, walk.done, walk.of))
		status = error_set(err, STATUS_CANCELLED, "%s",
		    status_text(STATUS_CANCELLED));
	arena_deinit(&walk.arena);
	return status;
}
