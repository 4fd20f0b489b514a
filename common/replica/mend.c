/*
 * Putting back what one side lacks, and making anew what follows from it.
 */
#include "common/replica/mend.h"

#include <assert.h>

#include "common/replica/damage.h"
#include "common/replica/dossier_private.h"
#include "common/replica/fold.h"
#include "common/replica/ledger_private.h"
#include "common/replica/replica_private.h"
#include "common/replica/take_private.h"
#include "common/replica/unplaced.h"

/* --- places --------------------------------------------------------------- */

/* The life of the hub that the places of now are of; 0: none is known. */
static enum status
generation_now(struct replica *replica, uint64_t *generation, struct error *err)
{
	struct generation *generations;
	struct arena arena = { 0 };
	uint32_t count;
	enum status status;

	status =
	    replica_generations(replica, &arena, &generations, &count, err);
	*generation = status == STATUS_OK && count > 0
	                  ? generations[count - 1].number
	                  : 0;
	arena_deinit(&arena);
	return status;
}

/*
 * The hub says what stands there.  Another commit here has the place by
 * mistake, and the hub is asked for its own.
 */
static enum status
clear_place(struct replica *replica, uint64_t sequence, uint64_t id,
    struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "SELECT id FROM ledger WHERE sequence = ?1 AND id <> ?2");
	uint64_t generation;
	uint64_t other;
	enum status status;

	sql_bind_id(sql, 1, sequence);
	sql_bind_id(sql, 2, id);
	status = sql_finish_id(sql, &other, err);
	if (status != STATUS_OK || other == 0)
		return status;
	status = generation_now(replica, &generation, err);
	if (status == STATUS_OK)
		status = unplaced_add(replica, other, generation, err);
	return status;
}

/* What is held has the item's place. */
static enum status
correct_place(struct replica *replica, const struct item *item,
    enum take_result *result, struct error *err)
{
	struct ledger_row row;
	enum status status;

	status = ledger_get(replica, item->id, &row, err);
	if (status != STATUS_OK || row.sequence == item->sequence)
		return status;
	return take_place(replica, item, row.dossier, result, err);
}

/* --- at a client ---------------------------------------------------------- */

/* Damage may have been to what says in which dossier it lies. */
static enum status
count_again(struct replica *replica, uint64_t id, struct error *err)
{
	struct ledger_row row;
	enum status status;

	status = ledger_get(replica, id, &row, err);
	if (status == STATUS_OK)
		status =
		    dossier_recount(replica, row.dossier, row.dossier, err);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
mend_take(struct replica *replica, const struct item *item,
    enum take_result *result, struct error *err)
{
	bool damaged;
	enum status status;

	assert(replica_in_transaction(replica));
	status =
	    damage_make_way(replica, item->sequence, item->id, &damaged, err);
	if (status == STATUS_OK)
		status = clear_place(replica, item->sequence, item->id, err);
	if (status == STATUS_OK)
		status = take_item(replica, item, false, result, err);
	if (status == STATUS_OK && *result == TAKE_KNOWN)
		status = correct_place(replica, item, result, err);
	if (status == STATUS_OK && damaged)
		status = count_again(replica, item->id, err);
	return status;
}

enum status
mend_place(struct replica *replica, uint64_t id, uint64_t sequence,
    const struct mark *mark, struct error *err)
{
	struct item item = { .id = id, .sequence = sequence, .mark = *mark };
	enum take_result result;
	struct ledger_row row;
	bool damaged;
	enum status status;

	assert(replica_in_transaction(replica));
	status = ledger_get(replica, id, &row, err);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	item.received_ms = row.received_ms;
	status = damage_make_way(replica, sequence, 0, &damaged, err);
	if (status == STATUS_OK)
		status = clear_place(replica, sequence, id, err);
	if (status == STATUS_OK)
		status = take_place(replica, &item, row.dossier, &result, err);
	return status;
}

enum status
mend_unplace(struct replica *replica, uint64_t id, uint64_t generation,
    struct error *err)
{
	return unplaced_add(replica, id, generation, err);
}

/* --- at the hub ----------------------------------------------------------- */

enum status
mend_recount(struct replica *replica, uint64_t dossier, struct error *err)
{
	return dossier_recount(replica, dossier, dossier, err);
}

enum status
mend_put_back(struct replica *replica, const struct ledger_row *row,
    const struct commit *commit, struct error *err)
{
	struct ledger_row again = *row;
	bool damaged;
	enum status status;

	assert(replica_in_transaction(replica) && row->sequence != 0);
	status =
	    damage_make_way(replica, row->sequence, row->id, &damaged, err);
	if (status == STATUS_OK)
		status = ledger_append(replica, &again, commit, err);
	if (status == STATUS_OK)
		status = fold_commit(replica, commit, err);
	if (status == STATUS_OK && damaged)
		status = count_again(replica, row->id, err);
	return status;
}

/* --- all that is computed ------------------------------------------------- */

/* Commits of the set, one after the other, touch their records. */
static enum status
touch_all(struct replica *replica, struct sql *sql, struct error *err)
{
	struct arena arena = { 0 };
	struct commit commit;
	enum status status;

	while ((status = sql_step(sql, err)) == STATUS_OK) {
		arena_reset(&arena);
		status = commit_decode(sql_column_bytes(sql, 0), &arena,
		    &commit, ERROR_IGNORED);
		if (status == STATUS_INVALID || status == STATUS_TOO_LARGE)
			continue; /* what waits can be damaged, too */
		if (status == STATUS_OK)
			status = touch_commit(replica, &commit, err);
		else
			error_set(err, status, "read a commit");
		if (status == STATUS_OK)
			status = dossier_ensure(replica, &commit, err);
		if (status != STATUS_OK)
			break;
	}
	sql_release(sql);
	arena_deinit(&arena);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* What has no place is held. */
static enum status
forget_lost(struct replica *replica, struct error *err)
{
	return sql_run(replica,
	    "DELETE FROM unplaced WHERE id NOT IN (SELECT id FROM ledger)",
	    err);
}

enum status
mend_rebuild(struct replica *replica, fold_progress *progress, void *context,
    struct error *err)
{
	enum status status;

	assert(replica_in_transaction(replica));
	status = damage_note_all(replica, err);
	if (status == STATUS_OK)
		status = sql_run(replica, "DELETE FROM touch", err);
	if (status == STATUS_OK)
		status = touch_all(replica,
		    sql_use(replica,
			"SELECT bytes FROM ledger WHERE sequence NOT IN"
			" (SELECT sequence FROM damaged) ORDER BY sequence"),
		    err);
	if (status == STATUS_OK)
		status = touch_all(replica,
		    sql_use(replica, "SELECT bytes FROM pending"
				     " WHERE state = 0 ORDER BY id"),
		    err);
	if (status == STATUS_OK)
		status = forget_lost(replica, err);
	if (status == STATUS_OK)
		status = dossier_recount(replica, 0, INT64_MAX, err);
	if (status == STATUS_OK)
		status = fold_all(replica, progress, context, err);
	return status;
}
