/*
 * Commits that are not what was stored: looking for them, noting them, and
 * making way for sound copies.
 */
#include "common/replica/damage_private.h"

#include <assert.h>

#include "common/replica/dossier_private.h"
#include "common/replica/id_list.h"
#include "common/replica/ledger_private.h"
#include "common/replica/replica_private.h"

/* --- one commit ----------------------------------------------------------- */

/* Of a redacted commit the digest is of the bytes before that. */
static bool
is_of_digest(const struct ledger_row *row, const struct commit *commit)
{
	struct digest found = digest_of(row->bytes);

	return row->redacted ? commit_has_redacted(commit)
	                     : digest_equal(&found, &row->digest);
}

enum status
damage_find(const struct ledger_row *row, struct arena *arena,
    struct commit *commit, enum damage *damage)
{
	enum status status =
	    commit_decode(row->bytes, arena, commit, ERROR_IGNORED);

	if (status == STATUS_NOMEM)
		return status;
	if (status != STATUS_OK)
		*damage = DAMAGE_UNREADABLE;
	else if (commit->id != row->id || commit->dossier != row->dossier)
		*damage = DAMAGE_OTHER;
	else if (!is_of_digest(row, commit))
		*damage = DAMAGE_DIFFERS;
	else
		*damage = DAMAGE_NONE;
	return STATUS_OK;
}

struct ledger_row
damage_as_row(const struct pending_row *pending)
{
	return (struct ledger_row){
		.id = pending->id,
		.dossier = pending->dossier,
		.digest = pending->digest,
		.bytes = pending->bytes,
	};
}

/* --- looking -------------------------------------------------------------- */

/* What is damaged behind after, up to upto. */
struct look {
	struct replica *replica;
	uint64_t now_ms;
	uint64_t after;
	uint64_t upto;
	struct id_list places;
	struct id_list ids;
};

static enum status
no_memory(struct error *err)
{
	return error_set(err, STATUS_NOMEM, "look for damage");
}

static enum status
look_at(struct look *look, struct sql *sql, struct arena *arena,
    struct error *err)
{
	enum damage damage = DAMAGE_UNREADABLE;
	struct ledger_row row;
	struct commit commit;

	/* A digest or mark of another size is damage as any other. */
	arena_reset(arena);
	if (ledger_read_row(sql, &row, ERROR_IGNORED) == STATUS_OK &&
	    damage_find(&row, arena, &commit, &damage) != STATUS_OK)
		return no_memory(err);
	look->upto = row.sequence;
	if (damage != DAMAGE_NONE &&
	    (!id_list_add(&look->places, row.sequence) ||
		!id_list_add(&look->ids, row.id)))
		return no_memory(err);
	return STATUS_OK;
}

static enum status
look_at_all(struct look *look, uint32_t max, bool *done, struct error *err)
{
	struct sql *sql = sql_use(look->replica,
	    "SELECT " LEDGER_COLUMNS " FROM ledger WHERE sequence > ?1"
	    " ORDER BY sequence LIMIT ?2");
	struct arena arena = { 0 };
	uint32_t count = 0;
	enum status status;

	sql_bind_id(sql, 1, look->after);
	sql_bind_integer(sql, 2, max);
	while ((status = sql_step(sql, err)) == STATUS_OK) {
		status = look_at(look, sql, &arena, err);
		if (status != STATUS_OK)
			break;
		count++;
	}
	sql_release(sql);
	arena_deinit(&arena);
	*done = count < max;
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* --- noting --------------------------------------------------------------- */

static bool
is_in(const struct id_list *list, uint64_t place)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->ids[i] == place)
			return true;
	return false;
}

/* Notes of what is sound, or is not there any more. */
static enum status
find_outdated(const struct look *look, struct id_list *outdated,
    struct error *err)
{
	struct sql *sql =
	    sql_use(look->replica, "SELECT sequence FROM damaged"
				   " WHERE sequence > ?1 AND sequence <= ?2");
	enum status status;

	sql_bind_id(sql, 1, look->after);
	sql_bind_id(sql, 2, look->upto);
	while ((status = sql_step(sql, err)) == STATUS_OK)
		if (!is_in(&look->places, sql_column_id(sql, 0)) &&
		    !id_list_add(outdated, sql_column_id(sql, 0)))
			break;
	sql_release(sql);
	if (outdated->no_memory)
		return no_memory(err);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status
forget(struct replica *replica, uint64_t sequence, struct error *err)
{
	struct sql *sql =
	    sql_use(replica, "DELETE FROM damaged WHERE sequence = ?1");

	sql_bind_id(sql, 1, sequence);
	return sql_finish(sql, err);
}

static enum status
note(struct replica *replica, uint64_t sequence, uint64_t id, uint64_t now_ms,
    struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "INSERT INTO damaged (sequence, id, found_ms) VALUES (?1, ?2, ?3)"
	    " ON CONFLICT (sequence) DO UPDATE SET id = ?2,"
	    " found_ms = iif(found_ms = 0, ?3, found_ms)");

	sql_bind_id(sql, 1, sequence);
	sql_bind_id(sql, 2, id);
	sql_bind_id(sql, 3, now_ms);
	return sql_finish(sql, err);
}

static enum status
write_notes(const struct look *look, const struct id_list *outdated,
    struct error *err)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < outdated->count; i++)
		status = forget(look->replica, outdated->ids[i], err);
	for (size_t i = 0; status == STATUS_OK && i < look->places.count; i++)
		status = note(look->replica, look->places.ids[i],
		    look->ids.ids[i], look->now_ms, err);
	return status;
}

static enum status
keep_notes(const struct look *look, struct error *err)
{
	bool own = !replica_in_transaction(look->replica);
	struct id_list outdated = { 0 };
	enum status status;

	status = find_outdated(look, &outdated, err);
	if (status == STATUS_OK && outdated.count + look->places.count > 0) {
		if (own)
			status = replica_begin(look->replica, err);
		if (status == STATUS_OK)
			status = write_notes(look, &outdated, err);
		if (own && status == STATUS_OK)
			status = replica_commit(look->replica, err);
		if (own && status != STATUS_OK)
			replica_rollback(look->replica);
	}
	id_list_deinit(&outdated);
	return status;
}

enum status
damage_look(struct replica *replica, uint32_t max, uint64_t now_ms,
    uint64_t *upto, uint64_t *found, bool *done, struct error *err)
{
	struct look look = {
		.replica = replica,
		.now_ms = now_ms,
		.after = *upto,
		.upto = *upto,
	};
	uint64_t reached;
	enum status status;

	assert(max > 0);
	status = look_at_all(&look, max, done, err);
	reached = look.upto;
	if (*done)
		look.upto = INT64_MAX;
	if (status == STATUS_OK)
		status = keep_notes(&look, err);
	if (status == STATUS_OK) {
		*upto = reached;
		*found += look.places.count;
	}
	id_list_deinit(&look.places);
	id_list_deinit(&look.ids);
	return status;
}

enum status
damage_note_all(struct replica *replica, struct error *err)
{
	uint64_t upto = 0;
	uint64_t found = 0;
	bool done;

	assert(replica_in_transaction(replica));
	return damage_look(replica, UINT32_MAX, 0, &upto, &found, &done, err);
}

enum status
damage_count(struct replica *replica, uint64_t *count, struct error *err)
{
	return sql_finish_id(sql_use(replica, "SELECT count(*) FROM damaged"),
	    count, err);
}

enum status
damage_is_noted(struct replica *replica, uint64_t sequence, bool *noted,
    struct error *err)
{
	struct sql *sql =
	    sql_use(replica, "SELECT 1 FROM damaged WHERE sequence = ?1");
	uint64_t found;
	enum status status;

	sql_bind_id(sql, 1, sequence);
	status = sql_finish_id(sql, &found, err);
	*noted = found != 0;
	return status;
}

enum status
damage_each(struct replica *replica, uint64_t since_ms, damaged_visitor *visit,
    void *context, struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "SELECT d.sequence, d.id, d.found_ms, coalesce(l.received, 0)"
	    " FROM damaged AS d LEFT JOIN ledger AS l USING (sequence)"
	    " WHERE d.found_ms >= ?1 ORDER BY d.sequence");
	enum status status;

	sql_bind_id(sql, 1, since_ms);
	while ((status = sql_step(sql, err)) == STATUS_OK) {
		struct damaged damaged = {
			.sequence = sql_column_id(sql, 0),
			.id = sql_column_id(sql, 1),
			.found_ms = sql_column_id(sql, 2),
			.received_ms = sql_column_id(sql, 3),
		};

		if (!visit(context, &damaged))
			break;
	}
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
damage_follow(struct replica *replica, struct error *err)
{
	return sql_run(replica,
	    "UPDATE OR REPLACE damaged SET sequence = l.sequence"
	    " FROM ledger AS l WHERE l.id = damaged.id"
	    " AND l.sequence <> damaged.sequence",
	    err);
}

/* --- making way ----------------------------------------------------------- */

static enum status
find_dossier(struct replica *replica, uint64_t sequence, uint64_t *dossier,
    struct error *err)
{
	struct sql *sql =
	    sql_use(replica, "SELECT dossier FROM ledger WHERE sequence = ?1");

	sql_bind_id(sql, 1, sequence);
	return sql_finish_id(sql, dossier, err);
}

/* What it touches can only be told by its number, and not by its bytes. */
static enum status
take_out(struct replica *replica, uint64_t sequence, uint64_t id,
    struct error *err)
{
	struct sql *sql;
	uint64_t dossier;
	enum status status;

	status = find_dossier(replica, sequence, &dossier, err);
	if (status == STATUS_OK)
		status = touch_remove_all(replica, id, err);
	if (status == STATUS_OK) {
		sql = sql_use(replica, "DELETE FROM unplaced WHERE id = ?1");
		sql_bind_id(sql, 1, id);
		status = sql_finish(sql, err);
	}
	if (status == STATUS_OK) {
		sql =
		    sql_use(replica, "DELETE FROM ledger WHERE sequence = ?1");
		sql_bind_id(sql, 1, sequence);
		status = sql_finish(sql, err);
	}
	if (status == STATUS_OK)
		status = forget(replica, sequence, err);
	if (status == STATUS_OK)
		status = dossier_recount(replica, dossier, dossier, err);
	return status;
}

/* STATUS_NOT_FOUND */
static enum status
find_noted(struct replica *replica, uint64_t *sequence, uint64_t *id,
    struct error *err)
{
	struct sql *sql =
	    sql_use(replica, "SELECT sequence, id FROM damaged"
			     " WHERE sequence = ?1 OR id = ?2 LIMIT 1");
	enum status status;

	sql_bind_id(sql, 1, *sequence);
	sql_bind_id(sql, 2, *id);
	status = sql_step(sql, err);
	if (status == STATUS_OK) {
		*sequence = sql_column_id(sql, 0);
		*id = sql_column_id(sql, 1);
	}
	sql_release(sql);
	return status;
}

enum status
damage_make_way(struct replica *replica, uint64_t sequence, uint64_t id,
    bool *had, struct error *err)
{
	enum status status;

	assert(replica_in_transaction(replica));
	*had = false;
	for (;;) {
		uint64_t place = sequence;
		uint64_t stored = id;

		status = find_noted(replica, &place, &stored, err);
		if (status != STATUS_OK)
			break;
		*had = true;
		status = take_out(replica, place, stored, err);
		if (status != STATUS_OK)
			break;
	}
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
