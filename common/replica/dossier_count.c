/*
 * Counts and sums of the dossiers, from the ledger anew: the index by dossier
 * has all that they are made of.
 */
#include <assert.h>
#include <string.h>

#include "common/replica/dossier_private.h"
#include "common/replica/replica_private.h"

struct tally {
	uint64_t dossier;
	uint64_t count;
	struct digest_sum sum;
	uint64_t last;
};

static enum status
clear(struct replica *replica, uint64_t first, uint64_t last, struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "UPDATE dossier SET count = 0, sum = zeroblob(16), last = 0"
	    " WHERE number >= ?1 AND number <= ?2");

	sql_bind_id(sql, 1, first);
	sql_bind_id(sql, 2, last);
	return sql_finish(sql, err);
}

static enum status
store(struct replica *replica, const struct tally *tally, struct error *err)
{
	struct sql *sql =
	    sql_use(replica, "UPDATE dossier SET count = ?2, sum = ?3,"
			     " last = ?4 WHERE number = ?1");
	uint8_t sum[16];

	digest_sum_store(&tally->sum, sum);
	sql_bind_id(sql, 1, tally->dossier);
	sql_bind_id(sql, 2, tally->count);
	sql_bind_blob(sql, 3, (struct bytes){ sum, sizeof(sum) });
	sql_bind_id(sql, 4, tally->last);
	return sql_finish(sql, err);
}

static void
add(struct tally *tally, struct sql *sql)
{
	struct bytes bytes = sql_column_bytes(sql, 2);
	struct digest digest;

	tally->count++;
	tally->last = sql_column_id(sql, 1);
	if (bytes.size == sizeof(digest.bytes)) {
		memcpy(digest.bytes, bytes.data, bytes.size);
		digest_sum_add(&tally->sum, &digest);
	}
}

enum status
dossier_recount(struct replica *replica, uint64_t first, uint64_t last,
    struct error *err)
{
	struct tally tally = { .dossier = first };
	struct sql *sql;
	enum status status;

	assert(replica_in_transaction(replica));
	status = clear(replica, first, last, err);
	if (status != STATUS_OK)
		return status;
	sql = sql_use(replica, "SELECT dossier, sequence, digest FROM ledger"
			       " WHERE dossier >= ?1 AND dossier <= ?2"
			       " ORDER BY dossier, sequence");
	sql_bind_id(sql, 1, first);
	sql_bind_id(sql, 2, last);
	while ((status = sql_step(sql, err)) == STATUS_OK) {
		uint64_t dossier = sql_column_id(sql, 0);

		if (dossier != tally.dossier) {
			status = store(replica, &tally, err);
			if (status != STATUS_OK)
				break;
			tally = (struct tally){ .dossier = dossier };
		}
		add(&tally, sql);
	}
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? store(replica, &tally, err)
	                                  : status;
}
