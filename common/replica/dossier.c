/*
 * Rows of the dossiers.
 */
#include <assert.h>
#include <inttypes.h>

#include "common/replica/dossier_private.h"
#include "common/replica/fold.h"
#include "common/replica/replica_private.h"

#define ROW_COLUMNS                                                          \
	"number, kind, state, filled, fill_to, frozen, closed, count, sum, " \
	"last"

static enum status
load_sum(struct bytes in, struct digest_sum *sum, struct error *err)
{
	if (in.size != 16)
		return error_set(err, STATUS_CORRUPT,
		    "a dossier's sum has %zu bytes", in.size);
	digest_sum_load(sum, in.data);
	return STATUS_OK;
}

static enum status
read_row(struct sql *sql, struct dossier *dossier, struct error *err)
{
	dossier->number = sql_column_id(sql, 0);
	dossier->kind = (enum dossier_kind)sql_column_id(sql, 1);
	dossier->state = (enum dossier_state)sql_column_id(sql, 2);
	dossier->filled = sql_column_id(sql, 3);
	dossier->fill_to = sql_column_id(sql, 4);
	dossier->frozen = sql_column_id(sql, 5);
	dossier->closed = sql_column_id(sql, 6);
	dossier->count = sql_column_id(sql, 7);
	dossier->last = sql_column_id(sql, 9);
	return load_sum(sql_column_bytes(sql, 8), &dossier->sum, err);
}

enum status
dossier_get(struct replica *replica, uint64_t number, struct dossier *dossier,
    struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "SELECT " ROW_COLUMNS " FROM dossier WHERE number = ?1");
	enum status status;

	sql_bind_id(sql, 1, number);
	status = sql_step(sql, err);
	if (status == STATUS_OK)
		status = read_row(sql, dossier, err);
	else if (status == STATUS_NOT_FOUND)
		error_set(err, status, "dossier %" PRIu64 " is not here",
		    number);
	sql_release(sql);
	return status;
}

static enum status
put_row(struct replica *replica, const struct dossier *dossier,
    struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "INSERT INTO dossier (" ROW_COLUMNS ")"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, zeroblob(16), 0)"
	    " ON CONFLICT (number) DO UPDATE SET kind = ?2, state = ?3,"
	    " filled = ?4, fill_to = ?5, frozen = ?6, closed = ?7");

	replica->grants_followed = false;
	sql_bind_id(sql, 1, dossier->number);
	sql_bind_integer(sql, 2, dossier->kind);
	sql_bind_integer(sql, 3, dossier->state);
	sql_bind_id(sql, 4, dossier->filled);
	sql_bind_id(sql, 5, dossier->fill_to);
	sql_bind_id(sql, 6, dossier->frozen);
	sql_bind_id(sql, 7, dossier->closed);
	return sql_finish(sql, err);
}

/* What was shown and is fetched again is hidden until it is whole. */
enum status
dossier_put(struct replica *replica, const struct dossier *dossier,
    struct error *err)
{
	struct dossier before;
	enum status status;

	assert(replica_in_transaction(replica));
	if (dossier->state != DOSSIER_FILLING)
		return put_row(replica, dossier, err);
	status = dossier_get(replica, dossier->number, &before, err);
	if (status == STATUS_NOT_FOUND)
		return put_row(replica, dossier, err);
	if (status == STATUS_OK)
		status = put_row(replica, dossier, err);
	if (status == STATUS_OK && before.state != DOSSIER_FILLING)
		status = fold_dossier(replica, dossier->number, err);
	return status;
}

enum status
dossier_each(struct replica *replica, int state, dossier_visitor *visit,
    void *context, struct error *err)
{
	struct sql *sql =
	    sql_use(replica, "SELECT " ROW_COLUMNS " FROM dossier"
			     " WHERE ?1 < 0 OR state = ?1 ORDER BY number");
	struct dossier dossier;
	enum status status;

	sql_bind_integer(sql, 1, state);
	while ((status = sql_step(sql, err)) == STATUS_OK) {
		status = read_row(sql, &dossier, err);
		if (status != STATUS_OK || !visit(context, &dossier))
			break;
	}
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
dossier_count(struct replica *replica, struct dossier_totals *totals,
    struct error *err)
{
	struct sql *sql =
	    sql_use(replica, "SELECT count(*) FILTER (WHERE state <> 4),"
			     " count(*) FILTER (WHERE state = 1),"
			     " count(*) FILTER (WHERE state = 2),"
			     " count(*) FILTER (WHERE state = 3) FROM dossier");
	enum status status = sql_step(sql, err);

	*totals = (struct dossier_totals){ 0 };
	if (status == STATUS_OK) {
		totals->all = sql_column_id(sql, 0);
		totals->filling = sql_column_id(sql, 1);
		totals->frozen = sql_column_id(sql, 2);
		totals->closing = sql_column_id(sql, 3);
	}
	sql_release(sql);
	return status;
}

enum status
dossier_scope(struct replica *replica, uint64_t *count, struct digest_sum *sum,
    uint64_t *filling, struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "SELECT state IN (0, 2) AND filled >= fill_to, count, sum"
	    " FROM dossier WHERE state IN (0, 1, 2)");
	struct digest_sum more;
	enum status status;

	*count = 0;
	*sum = (struct digest_sum){ 0 };
	*filling = 0;
	while ((status = sql_step(sql, err)) == STATUS_OK) {
		if (sql_column_integer(sql, 0) == 0) {
			++*filling;
			continue;
		}
		status = load_sum(sql_column_bytes(sql, 2), &more, err);
		if (status != STATUS_OK)
			break;
		*count += sql_column_id(sql, 1);
		digest_sum_add_sum(sum, &more);
	}
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* --- for the ledger ------------------------------------------------------- */

enum status
dossier_make(struct replica *replica, uint64_t number, enum dossier_kind kind,
    struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "INSERT OR IGNORE INTO dossier (" ROW_COLUMNS ")"
	    " VALUES (?1, ?2, 0, 0, 0, 0, 0, 0, zeroblob(16), 0)");
	enum status status;

	sql_bind_id(sql, 1, number);
	sql_bind_integer(sql, 2, kind);
	status = sql_finish(sql, err);
	if (status == STATUS_OK && sql_changes(replica) > 0)
		replica->grants_followed = false;
	return status;
}

/*
 * A first epoch record names a safeguarding file, and only there lies one; all
 * else is told by where a collection may lie, a pupil's file before a
 * school's.
 */
static enum dossier_kind
kind_of(const struct commit *commit)
{
	const struct collection *collection =
	    catalogue_collection(commit->changes[0].collection);
	uint32_t kinds = collection == NULL ? 0 : collection->dossiers;

	if (commit->dossier == 0)
		return DOSSIER_KIND_PARTNERSHIP;
	if ((kinds & DOSSIER_KIND_PUPIL) != 0)
		return DOSSIER_KIND_PUPIL;
	if ((kinds & DOSSIER_KIND_SCHOOL) != 0)
		return DOSSIER_KIND_SCHOOL;
	if ((kinds & DOSSIER_KIND_SAFEGUARDING) != 0)
		return DOSSIER_KIND_SAFEGUARDING;
	return DOSSIER_KIND_PUPIL;
}

enum status
dossier_ensure(struct replica *replica, const struct commit *commit,
    struct error *err)
{
	return dossier_make(replica, commit->dossier, kind_of(commit), err);
}

static enum status
add_commit(struct replica *replica, uint64_t dossier,
    const struct digest *digest, uint64_t sequence, struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "UPDATE dossier SET count = count + 1, sum = digest_add(sum, ?2),"
	    " last = max(last, ?3) WHERE number = ?1");

	sql_bind_id(sql, 1, dossier);
	sql_bind_blob(sql, 2,
	    (struct bytes){ digest->bytes, sizeof(digest->bytes) });
	sql_bind_id(sql, 3, sequence);
	return sql_finish(sql, err);
}

enum status
dossier_add_commit(struct replica *replica, const struct commit *commit,
    const struct digest *digest, uint64_t sequence, struct error *err)
{
	enum status status;

	status = add_commit(replica, commit->dossier, digest, sequence, err);
	if (status != STATUS_OK || sql_changes(replica) == 1)
		return status;
	status = dossier_ensure(replica, commit, err);
	if (status == STATUS_OK)
		status =
		    add_commit(replica, commit->dossier, digest, sequence, err);
	return status;
}

enum status
dossier_subtract_commit(struct replica *replica, uint64_t dossier,
    const struct digest *digest, struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "UPDATE dossier SET count = count - 1,"
	    " sum = digest_subtract(sum, ?2), last = coalesce("
	    "(SELECT max(sequence) FROM ledger WHERE dossier = ?1), 0)"
	    " WHERE number = ?1");

	sql_bind_id(sql, 1, dossier);
	sql_bind_blob(sql, 2,
	    (struct bytes){ digest->bytes, sizeof(digest->bytes) });
	return sql_finish(sql, err);
}

enum status
dossier_is_filling(struct replica *replica, uint64_t number, bool *filling,
    struct error *err)
{
	struct sql *sql =
	    sql_use(replica, "SELECT state = 1 FROM dossier WHERE number = ?1");
	uint64_t yes;
	enum status status;

	sql_bind_id(sql, 1, number);
	status = sql_finish_id(sql, &yes, err);
	*filling = yes != 0;
	return status;
}
