/*
 * Redactions: a record of the collection `redaction` names a change of its own
 * dossier, whose values are dropped.  Every write counts that such a record
 * ever had, so that what is redacted depends on the set and not on what is
 * shown; and a redaction itself cannot be redacted.
 *
 * In the fold a redaction works as soon as it is in the set.  The bytes in the
 * ledger are rewritten only when both have their places there: what waits may
 * still be refused.
 */
#include "common/replica/damage_private.h"
#include "common/replica/fold_private.h"
#include "common/replica/ledger.h"
#include "common/replica/purge.h"

bool
redaction_is_one(const struct change *change)
{
	return bytes_equal_text(change->collection, "redaction");
}

/* The change that a redaction names; 0: none. */
static uint64_t
named_change(const struct change *change)
{
	for (uint32_t i = 0; i < change->field_count; i++) {
		const struct field_write *write = &change->fields[i];

		for (uint32_t j = 0; j < write->value_count; j++) {
			const struct value *value = &write->values[j].value;

			if (bytes_equal_text(write->values[j].column,
				"change") &&
			    value->type == VALUE_INTEGER && value->integer > 0)
				return (uint64_t)value->integer;
		}
	}
	return 0;
}

enum status
redaction_note(struct replica *replica, const struct change *change,
    uint64_t id, uint64_t dossier, struct error *err)
{
	struct sql *sql;
	uint64_t named;

	if (!redaction_is_one(change))
		return STATUS_OK;
	named = named_change(change);
	if (named == 0)
		return STATUS_OK;
	sql = sql_use(replica,
	    "INSERT OR REPLACE INTO redacted"
	    " (redaction, record, change, dossier) VALUES (?1, ?2, ?3, ?4)");
	sql_bind_id(sql, 1, id);
	sql_bind_id(sql, 2, change->record);
	sql_bind_id(sql, 3, named);
	sql_bind_id(sql, 4, dossier);
	return sql_finish(sql, err);
}

enum status
redaction_any(struct replica *replica, uint64_t first, uint32_t count,
    uint64_t dossier, bool *any, struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "SELECT 1 FROM redacted WHERE change >= ?1 AND change < ?2"
	    " AND dossier = ?3 LIMIT 1");
	uint64_t found;
	enum status status;

	sql_bind_id(sql, 1, first);
	sql_bind_integer(sql, 2, (int64_t)(first + count));
	sql_bind_id(sql, 3, dossier);
	status = sql_finish_id(sql, &found, err);
	*any = found != 0;
	return status;
}

/* A commit that is not what was stored is as one that is not here, noted or
 * not: once it is written without a value, no digest vouches for the rest. */
static enum status
find_sound(struct replica *replica, uint64_t change, struct arena *arena,
    struct ledger_row *row, struct commit *commit, struct error *err)
{
	enum damage damage;
	enum status status;

	*row = (struct ledger_row){ 0 };
	status = ledger_find_change(replica, change, arena, row, commit, err);
	/* A digest of another size is told as CORRUPT: the row was read. */
	if (status == STATUS_INVALID || status == STATUS_TOO_LARGE ||
	    (status == STATUS_CORRUPT && row->sequence != 0))
		return STATUS_NOT_FOUND;
	if (status != STATUS_OK || row->sequence == 0)
		return status;
	if (damage_find(row, arena, commit, &damage) != STATUS_OK)
		return error_set(err, STATUS_NOMEM, "look for damage");
	return damage == DAMAGE_NONE ? STATUS_OK : STATUS_NOT_FOUND;
}

/* --- the bytes ------------------------------------------------------------ */

/* Whether a redaction of change has its place in the ledger. */
static enum status
is_final(struct replica *replica, uint64_t change, uint64_t dossier,
    struct arena *arena, bool *final, struct error *err)
{
	struct sql *sql =
	    sql_use(replica, "SELECT redaction FROM redacted WHERE change = ?1 "
			     "AND dossier = ?2");
	enum status status;

	*final = false;
	sql_bind_id(sql, 1, change);
	sql_bind_id(sql, 2, dossier);
	while (!*final && (status = sql_step(sql, err)) == STATUS_OK) {
		struct ledger_row row;
		struct commit commit;

		status = find_sound(replica, sql_column_id(sql, 0), arena, &row,
		    &commit, err);
		if (status != STATUS_OK && status != STATUS_NOT_FOUND)
			break;
		*final = status == STATUS_OK && row.sequence != 0;
	}
	sql_release(sql);
	if (*final || status == STATUS_NOT_FOUND)
		return STATUS_OK;
	return status;
}

static enum status
rewrite(struct replica *replica, struct commit *commit, struct change *change,
    struct error *err)
{
	struct buffer bytes = { 0 };
	enum status status;

	change_redact(change);
	status = commit_encode(commit, &bytes, err);
	if (status == STATUS_OK)
		status = ledger_replace_bytes(replica, commit->id,
		    buffer_view(&bytes), err);
	if (status == STATUS_OK)
		status = purge_note(replica, err);
	buffer_deinit(&bytes);
	return status;
}

/* What redactions say reaches no redaction, so folding it again cannot come
 * back here. */
static enum status
fold_target(struct replica *replica, uint64_t record, struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "SELECT collection <> 'redaction' FROM record WHERE id = ?1");
	uint64_t other;
	enum status status;

	sql_bind_id(sql, 1, record);
	status = sql_finish_id(sql, &other, err);
	if (status == STATUS_OK && other != 0)
		status = fold_record(replica, record, err);
	return status;
}

static enum status
apply_in(struct replica *replica, uint64_t id, uint64_t dossier,
    struct arena *arena, struct error *err)
{
	struct ledger_row row;
	struct commit commit;
	struct change *change;
	bool final = false;
	enum status status;

	status = find_sound(replica, id, arena, &row, &commit, err);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status != STATUS_OK)
		return status;
	change = &commit.changes[id - commit.id];
	if (commit.dossier != dossier || redaction_is_one(change))
		return STATUS_OK;
	if (row.sequence != 0 && !change->redacted)
		status = is_final(replica, id, dossier, arena, &final, err);
	if (status == STATUS_OK && final)
		status = rewrite(replica, &commit, change, err);
	if (status == STATUS_OK)
		status = fold_target(replica, change->record, err);
	return status;
}

enum status
redaction_apply(struct replica *replica, uint64_t change, uint64_t dossier,
    struct error *err)
{
	struct arena arena = { 0 };
	enum status status = apply_in(replica, change, dossier, &arena, err);

	arena_deinit(&arena);
	return status;
}

/* any: some change of the commit is redacted. */
static enum status
follow_change(struct replica *replica, const struct commit *commit,
    uint32_t place, bool any, struct error *err)
{
	const struct change *change = &commit->changes[place];
	uint64_t id = commit->id + place;
	enum status status;

	if (redaction_is_one(change)) {
		id = named_change(change);
		any = id != 0;
	} else if (any) {
		status =
		    redaction_any(replica, id, 1, commit->dossier, &any, err);
		if (status != STATUS_OK)
			return status;
	}
	if (!any)
		return STATUS_OK;
	return redaction_apply(replica, id, commit->dossier, err);
}

enum status
redaction_follow(struct replica *replica, const struct commit *commit,
    struct error *err)
{
	bool any;
	enum status status;

	status = redaction_any(replica, commit->id, commit->change_count,
	    commit->dossier, &any, err);
	for (uint32_t i = 0; status == STATUS_OK && i < commit->change_count;
	     i++)
		status = follow_change(replica, commit, i, any, err);
	return status;
}
