/*
 * Going back: the hub was restored, and what this replica holds beyond the
 * last place that both went through loses its place.  Single commits do when
 * the hub turns out not to know them.
 */
#include <assert.h>
#include <stdlib.h>

#include "common/replica/damage.h"
#include "common/replica/dossier.h"
#include "common/replica/grants.h"
#include "common/replica/replica_private.h"
#include "common/replica/take_private.h"
#include "common/replica/unplaced.h"

enum {
	OUT_OF_THE_WAY_BITS = 61
};

static uint64_t
least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* --- commits -------------------------------------------------------------- */

/* Those of one generation, in (from, to], with the place that they had. */
static enum status
note_places(struct replica *replica, uint64_t generation, uint64_t from,
    uint64_t to, struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "INSERT OR IGNORE INTO unplaced (id, generation, sequence)"
	    " SELECT id, ?1, sequence FROM ledger"
	    " WHERE sequence > ?2 AND sequence <= ?3");

	sql_bind_id(sql, 1, generation);
	sql_bind_id(sql, 2, from);
	sql_bind_id(sql, 3, to);
	return sql_finish(sql, err);
}

static enum status
note_all_places(struct replica *replica, const struct generation *ours,
    uint32_t count, uint64_t back_to, struct error *err)
{
	enum status status = STATUS_OK;

	for (uint32_t i = 0; status == STATUS_OK && i < count; i++) {
		uint64_t from = i == 0 ? 0 : ours[i].left_at;
		uint64_t to =
		    i + 1 < count ? ours[i + 1].left_at : UNPLACED_FROM - 1;

		if (to > back_to)
			status = note_places(replica, ours[i].number,
			    from > back_to ? from : back_to, to, err);
	}
	return status;
}

static enum status
put_behind(struct replica *replica, uint64_t id, uint64_t sequence,
    struct error *err)
{
	struct sql *sql =
	    sql_use(replica, "UPDATE ledger SET sequence = ?2 WHERE id = ?1");

	sql_bind_id(sql, 1, id);
	sql_bind_id(sql, 2, sequence);
	return sql_finish(sql, err);
}

/* All that has no place, also since an earlier restore, stands behind the rest
 * in the order of the places that it had. */
static enum status
put_all_behind(struct replica *replica, struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "UPDATE ledger SET sequence = sequence + ?1 WHERE sequence >= ?2");
	uint64_t sequence = UNPLACED_FROM;
	enum status status;

	sql_bind_id(sql, 1, UINT64_C(1) << OUT_OF_THE_WAY_BITS);
	sql_bind_id(sql, 2, UNPLACED_FROM);
	status = sql_finish(sql, err);
	if (status != STATUS_OK)
		return status;
	sql = sql_use(replica,
	    "SELECT id FROM unplaced ORDER BY generation, sequence");
	while ((status = sql_step(sql, err)) == STATUS_OK) {
		status =
		    put_behind(replica, sql_column_id(sql, 0), sequence++, err);
		if (status != STATUS_OK)
			break;
	}
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* In the order of the places that they had: mostly it is the last of all. */
static enum status
put_one_behind(struct replica *replica, uint64_t id, struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "SELECT EXISTS (SELECT 1 FROM unplaced AS other"
	    " WHERE (other.generation, other.sequence) >"
	    " (u.generation, u.sequence)) FROM unplaced AS u WHERE u.id = ?1");
	uint64_t others;
	uint64_t last;
	enum status status;

	sql_bind_id(sql, 1, id);
	status = sql_finish_id(sql, &others, err);
	if (status == STATUS_OK && others != 0)
		return put_all_behind(replica, err);
	if (status == STATUS_OK)
		status = ledger_head(replica, &last, err);
	if (status != STATUS_OK)
		return status;
	return put_behind(replica, id,
	    last < UNPLACED_FROM ? UNPLACED_FROM : last + 1, err);
}

/* --- dossiers ------------------------------------------------------------- */

struct going_back {
	struct replica *replica;
	uint64_t to;
	struct dossier *dossiers;
	size_t count;
	size_t room;
	bool no_memory;
};

static bool
collect(void *context, const struct dossier *dossier)
{
	struct going_back *back = context;

	if (back->count == back->room) {
		size_t room = back->room == 0 ? 64 : back->room * 2;
		struct dossier *dossiers =
		    realloc(back->dossiers, room * sizeof(*dossiers));

		back->no_memory = dossiers == NULL;
		if (dossiers == NULL)
			return false;
		back->dossiers = dossiers;
		back->room = room;
	}
	back->dossiers[back->count++] = *dossier;
	return true;
}

/* Whether it is being fetched because of a grant that has no place now. */
static enum status
awaits_grant(struct replica *replica, const struct dossier *dossier,
    bool *awaits, struct error *err)
{
	struct grant grant;
	enum status status;

	*awaits = false;
	if (dossier->state != DOSSIER_FILLING ||
	    take_needs_no_grant(replica, dossier->number))
		return STATUS_OK;
	status = grants_get(replica, replica_identity(replica).school,
	    dossier->number, &grant, err);
	if (status == STATUS_OK)
		return unplaced_has_record(replica, grant.id, awaits, err);
	*awaits = status == STATUS_NOT_FOUND;
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/*
 * What ended behind the place has not ended: a grant step that has no place
 * frees nothing.  What is known up to beyond it is known up to it; the stream,
 * or a grant that comes again, carries on from there.
 */
static enum status
take_back(struct going_back *back, struct dossier *dossier, struct error *err)
{
	bool awaits;
	enum status status;

	status = awaits_grant(back->replica, dossier, &awaits, err);
	if (status != STATUS_OK)
		return status;
	dossier->filled = least(dossier->filled, back->to);
	dossier->fill_to = awaits ? 0 : least(dossier->fill_to, back->to);
	if (dossier->frozen > back->to) {
		dossier->frozen = 0;
		if (dossier->state == DOSSIER_FROZEN)
			dossier->state = DOSSIER_OPEN;
	}
	if (dossier->closed > back->to) {
		dossier->closed = 0;
		if (dossier->state == DOSSIER_CLOSING)
			dossier->state = dossier->frozen != 0 ? DOSSIER_FROZEN
			                                      : DOSSIER_OPEN;
	}
	return dossier_put(back->replica, dossier, err);
}

static enum status
take_back_dossiers(struct replica *replica, uint64_t to, struct error *err)
{
	struct going_back back = { .replica = replica, .to = to };
	enum status status;

	status = dossier_each(replica, -1, collect, &back, err);
	if (status == STATUS_OK && back.no_memory)
		status = error_set(err, STATUS_NOMEM, "list the dossiers");
	for (size_t i = 0; status == STATUS_OK && i < back.count; i++)
		status = take_back(&back, &back.dossiers[i], err);
	free(back.dossiers);
	return status;
}

/* What follows when rows have gone behind the rest. */
static enum status
follow_places(struct replica *replica, struct error *err)
{
	enum status status;

	replica->grants_followed = false;
	status = sql_run(replica,
	    "UPDATE dossier SET last = coalesce((SELECT max(sequence)"
	    " FROM ledger WHERE dossier = number), 0)",
	    err);
	if (status == STATUS_OK)
		status = damage_follow(replica, err);
	if (status == STATUS_OK)
		status = replica_meta_set(replica, "recovering", 1, err);
	return status;
}

/* --- all ------------------------------------------------------------------ */

static enum status
take_back_meta(struct replica *replica, const char *name, uint64_t to,
    struct error *err)
{
	uint64_t value;
	enum status status;

	status = replica_meta_get(replica, name, 0, &value, err);
	if (status != STATUS_OK || value <= to)
		return status;
	return replica_meta_set(replica, name, to, err);
}

static enum status
go_back(struct replica *replica, const struct generation *ours, uint32_t count,
    uint64_t to, struct error *err)
{
	enum status status;

	status = note_all_places(replica, ours, count, to, err);
	if (status == STATUS_OK)
		status = put_all_behind(replica, err);
	if (status == STATUS_OK)
		status = take_back_dossiers(replica, to, err);
	if (status == STATUS_OK)
		status = take_back_meta(replica, "cursor", to, err);
	if (status == STATUS_OK)
		status = take_back_meta(replica, "start", to, err);
	if (status == STATUS_OK)
		status = follow_places(replica, err);
	if (status == STATUS_OK)
		status =
		    replica_meta_set(replica, "offered_generation", 0, err);
	if (status == STATUS_OK)
		status = replica_meta_set(replica, "offered_sequence", 0, err);
	return status;
}

enum status
unplaced_go_back(struct replica *replica, const struct generation *generations,
    uint32_t count, bool *went, struct error *err)
{
	struct arena arena = { 0 };
	struct generation *ours;
	uint32_t our_count;
	enum status status;

	assert(replica_in_transaction(replica));
	*went = false;
	status = replica_generations(replica, &arena, &ours, &our_count, err);
	if (status == STATUS_OK && our_count > 0) {
		uint64_t to = replica_generations_common(ours, our_count,
		    generations, count);

		*went = to != INT64_MAX;
		if (*went)
			status = go_back(replica, ours, our_count, to, err);
	}
	if (status == STATUS_OK)
		status =
		    replica_generations_set(replica, generations, count, err);
	arena_deinit(&arena);
	return status;
}

enum status
unplaced_add(struct replica *replica, uint64_t id, uint64_t generation,
    struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "INSERT OR REPLACE INTO unplaced (id, generation, sequence)"
	    " SELECT id, ?2, sequence FROM ledger WHERE id = ?1"
	    " AND sequence < ?3");
	enum status status;

	assert(replica_in_transaction(replica));
	sql_bind_id(sql, 1, id);
	sql_bind_id(sql, 2, generation);
	sql_bind_id(sql, 3, UNPLACED_FROM);
	status = sql_finish(sql, err);
	if (status != STATUS_OK || sql_changes(replica) == 0)
		return status;
	status = put_one_behind(replica, id, err);
	if (status == STATUS_OK)
		status = follow_places(replica, err);
	return status;
}
