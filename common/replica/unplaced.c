#include "common/replica/unplaced.h"

#include <assert.h>

#include "common/replica/damage.h"
#include "common/replica/dossier.h"
#include "common/replica/fold.h"
#include "common/replica/id_list.h"
#include "common/replica/pending.h"
#include "common/replica/purge.h"
#include "common/replica/replica_private.h"
#include "common/replica/take_private.h"
#include "protocol/identifier.h"

enum status
unplaced_is_recovering(struct replica *replica, bool *recovering,
    struct error *err)
{
	uint64_t value;
	enum status status;

	status = replica_meta_get(replica, "recovering", 0, &value, err);
	*recovering = value != 0;
	return status;
}

/* --- looking -------------------------------------------------------------- */

enum status
unplaced_count(struct replica *replica, uint64_t *count, struct error *err)
{
	return sql_finish_id(sql_use(replica, "SELECT count(*) FROM unplaced"),
	    count, err);
}

enum status
unplaced_has_commit(struct replica *replica, uint64_t id, bool *has,
    struct error *err)
{
	struct sql *sql =
	    sql_use(replica, "SELECT 1 FROM unplaced WHERE id = ?1");
	uint64_t found;
	enum status status;

	sql_bind_id(sql, 1, id);
	status = sql_finish_id(sql, &found, err);
	*has = found != 0;
	return status;
}

enum status
unplaced_has_record(struct replica *replica, uint64_t record, bool *has,
    struct error *err)
{
	struct sql *sql =
	    sql_use(replica, "SELECT 1 FROM touch AS t JOIN unplaced AS u"
			     " ON u.id = t.id WHERE t.record = ?1 LIMIT 1");
	uint64_t found;
	enum status status;

	sql_bind_id(sql, 1, record);
	status = sql_finish_id(sql, &found, err);
	*has = found != 0;
	return status;
}

static bool
has_text(const struct change *change, const char *column, const char *text)
{
	for (uint32_t i = 0; i < change->field_count; i++) {
		const struct field_write *field = &change->fields[i];

		for (uint32_t j = 0; j < field->value_count; j++)
			if (bytes_equal_text(field->values[j].column, column) &&
			    field->values[j].value.type == VALUE_TEXT &&
			    bytes_equal_text(field->values[j].value.bytes,
				text))
				return true;
	}
	return false;
}

bool
unplaced_is_of_hub(const struct commit *commit)
{
	if (identifier_site(commit->id) == SITE_HUB)
		return true;
	for (uint32_t i = 0; i < commit->change_count; i++) {
		const struct change *change = &commit->changes[i];

		if (bytes_equal_text(change->collection, "grant"))
			return true;
		if (bytes_equal_text(change->collection, "envelope") &&
		    (change->record == commit->id + i ||
			has_text(change, "state", "withdrawn")))
			return true;
		if (bytes_equal_text(change->collection, "transfer") &&
		    (has_text(change, "state", "answered") ||
			has_text(change, "state", "not_ours")))
			return true;
	}
	return false;
}

enum status
unplaced_each(struct replica *replica, uint64_t generation, uint64_t sequence,
    unplaced_visitor *visit, void *context, struct error *err)
{
	struct sql *sql =
	    sql_use(replica, "SELECT id, generation, sequence FROM unplaced"
			     " WHERE (generation, sequence) > (?1, ?2)"
			     " ORDER BY generation, sequence");
	struct ledger_row row;
	enum status status;

	sql_bind_id(sql, 1, generation);
	sql_bind_id(sql, 2, sequence);
	while ((status = sql_step(sql, err)) == STATUS_OK) {
		status = ledger_get(replica, sql_column_id(sql, 0), &row, err);
		if (status != STATUS_OK)
			break;
		row.sequence = sql_column_id(sql, 2);
		if (!visit(context, sql_column_id(sql, 1), &row))
			break;
	}
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* --- a place again, or none ----------------------------------------------- */

static enum status
forget(struct replica *replica, uint64_t id, struct error *err)
{
	struct sql *sql =
	    sql_use(replica, "DELETE FROM unplaced WHERE id = ?1");

	/* A grant step that has no place is not followed: now it is, or is
	 * not there. */
	replica->grants_followed = false;
	sql_bind_id(sql, 1, id);
	return sql_finish(sql, err);
}

enum status
unplaced_place(struct replica *replica, uint64_t id, uint64_t sequence,
    uint64_t received_ms, const struct mark *mark, struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "UPDATE ledger SET sequence = ?2, received = ?3, mark = ?4"
	    " WHERE id = ?1");
	enum status status;

	assert(replica_in_transaction(replica) && sequence < UNPLACED_FROM);
	sql_bind_id(sql, 1, id);
	sql_bind_id(sql, 2, sequence);
	sql_bind_id(sql, 3, received_ms);
	sql_bind_blob(sql, 4,
	    (struct bytes){ mark->bytes, sizeof(mark->bytes) });
	status = sql_finish(sql, err);
	if (status != STATUS_OK)
		return status;
	sql = sql_use(replica,
	    "UPDATE dossier SET last = (SELECT max(sequence) FROM ledger"
	    " WHERE dossier = number) WHERE number ="
	    " (SELECT dossier FROM ledger WHERE id = ?1)");
	sql_bind_id(sql, 1, id);
	status = sql_finish(sql, err);
	if (status == STATUS_OK)
		status = forget(replica, id, err);
	if (status == STATUS_OK)
		status = damage_follow(replica, err);
	return status;
}

enum status
unplaced_give_up(struct replica *replica, uint64_t id, struct error *err)
{
	struct arena arena = { 0 };
	struct commit commit;
	struct ledger_row row;
	bool has;
	enum status status;

	status = unplaced_has_commit(replica, id, &has, err);
	if (status != STATUS_OK || !has)
		return status;
	status = ledger_find_change(replica, id, &arena, &row, &commit, err);
	if (status == STATUS_OK)
		status = ledger_remove(replica, id, err);
	if (status == STATUS_OK)
		status = fold_again(replica, &commit, err);
	if (status == STATUS_OK)
		status = purge_note(replica, err);
	arena_deinit(&arena);
	return status;
}

/* --- asking about it ------------------------------------------------------ */

static enum status
list_ids(struct sql *sql, struct id_list *list, struct error *err)
{
	enum status status;

	while ((status = sql_step(sql, err)) == STATUS_OK)
		if (!id_list_add(list, sql_column_id(sql, 0)))
			break;
	sql_release(sql);
	if (list->no_memory)
		return error_set(err, STATUS_NOMEM, "list what has no place");
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* What was redacted can only be asked for: nothing new may be so. */
static enum status
wait_again(struct replica *replica, uint64_t id, struct error *err)
{
	struct arena arena = { 0 };
	struct commit commit;
	struct ledger_row row;
	enum status status;

	status = ledger_find_change(replica, id, &arena, &row, &commit, err);
	if (status == STATUS_OK && !row.redacted &&
	    !unplaced_is_of_hub(&commit)) {
		status = ledger_remove(replica, id, err);
		if (status == STATUS_OK)
			status = pending_add(replica, &commit, row.bytes,
			    row.received_ms, err);
	}
	arena_deinit(&arena);
	return status;
}

enum status
unplaced_wait_again(struct replica *replica, struct error *err)
{
	uint32_t site = replica_identity(replica).site;
	struct id_list list = { 0 };
	enum status status;

	assert(replica_in_transaction(replica));
	status =
	    list_ids(sql_use(replica, "SELECT id FROM unplaced ORDER BY id"),
		&list, err);
	for (size_t i = 0; status == STATUS_OK && i < list.count; i++)
		if (identifier_site(list.ids[i]) == site)
			status = wait_again(replica, list.ids[i], err);
	id_list_deinit(&list);
	return status;
}

enum status
unplaced_to_fetch(struct replica *replica, uint64_t *ids, uint32_t max,
    uint32_t *count, struct error *err)
{
	struct sql *sql =
	    sql_use(replica, "SELECT id FROM unplaced ORDER BY id LIMIT ?1");
	enum status status;

	*count = 0;
	sql_bind_integer(sql, 1, max);
	while ((status = sql_step(sql, err)) == STATUS_OK)
		ids[(*count)++] = sql_column_id(sql, 0);
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* --- the end -------------------------------------------------------------- */

/*
 * A pupil's file that no grant opens and that was not begun here just now.  A
 * hub that lost a grant does not empty its schools: it stays as it is.
 */
static enum status
close_orphans(struct replica *replica, struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "UPDATE dossier SET state = 3, closed = 0"
	    " WHERE kind = 4 AND state IN (0, 2) AND number NOT IN"
	    " (SELECT dossier FROM grants WHERE school = ?1)"
	    " AND number NOT IN (SELECT dossier FROM pending WHERE state = 0)");

	static_assert(DOSSIER_CLOSING == 3 && DOSSIER_FROZEN == 2 &&
			  DOSSIER_OPEN == 0 && DOSSIER_KIND_PUPIL == 4,
	    "as above");
	sql_bind_id(sql, 1, replica_identity(replica).school);
	return sql_finish(sql, err);
}

enum status
unplaced_end_recovering(struct replica *replica, struct error *err)
{
	enum status status;

	assert(replica_in_transaction(replica));
	status = close_orphans(replica, err);
	if (status == STATUS_OK)
		status = replica_meta_set(replica, "recovering", 0, err);
	replica->grants_followed = false;
	return status;
}
