/*
 * The defects of sync that were seen here.
 */
#include "common/replica/defect.h"

#include <assert.h>

#include "common/replica/replica_private.h"

/* Runs of one replica are further apart than this. */
#define NIGHT_MS (UINT64_C(12) * 60 * 60 * 1000)

static enum status
count_of_night(struct replica *replica, const struct defect *defect,
    uint64_t *count, struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "SELECT count(*) FROM defect WHERE found_ms > ?1 AND site = ?2");
	uint64_t now_ms = defect->found_ms;

	sql_bind_id(sql, 1, now_ms > NIGHT_MS ? now_ms - NIGHT_MS : 0);
	sql_bind_id(sql, 2, defect->site);
	return sql_finish_id(sql, count, err);
}

enum status
defect_note(struct replica *replica, const struct defect *defect,
    struct error *err)
{
	struct sql *sql;
	uint64_t count;
	enum status status;

	assert(replica_in_transaction(replica));
	status = count_of_night(replica, defect, &count, err);
	if (status != STATUS_OK || count >= DEFECTS_A_NIGHT)
		return status;
	sql = sql_use(replica,
	    "INSERT INTO defect (found_ms, kind, site, commit_id, sequence,"
	    " received_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
	sql_bind_id(sql, 1, defect->found_ms);
	sql_bind_integer(sql, 2, defect->kind);
	sql_bind_id(sql, 3, defect->site);
	sql_bind_id(sql, 4, defect->commit_id);
	sql_bind_id(sql, 5, defect->sequence);
	sql_bind_id(sql, 6, defect->received_ms);
	return sql_finish(sql, err);
}

enum status
defect_is_known(struct replica *replica, enum defect_kind kind,
    uint64_t commit_id, uint64_t since_ms, bool *known, struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "SELECT 1 FROM defect WHERE kind = ?1 AND commit_id = ?2"
	    " AND found_ms >= ?3 LIMIT 1");
	enum status status;

	sql_bind_integer(sql, 1, kind);
	sql_bind_id(sql, 2, commit_id);
	sql_bind_id(sql, 3, since_ms);
	status = sql_step(sql, err);
	*known = status == STATUS_OK;
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
defect_each(struct replica *replica, uint64_t since_ms, defect_visitor *visit,
    void *context, struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "SELECT found_ms, kind, site, commit_id, sequence, received_ms"
	    " FROM defect WHERE found_ms >= ?1 ORDER BY found_ms, rowid");
	enum status status;

	sql_bind_id(sql, 1, since_ms);
	while ((status = sql_step(sql, err)) == STATUS_OK) {
		struct defect defect = {
			.found_ms = sql_column_id(sql, 0),
			.kind = (enum defect_kind)sql_column_id(sql, 1),
			.site = (uint32_t)sql_column_id(sql, 2),
			.commit_id = sql_column_id(sql, 3),
			.sequence = sql_column_id(sql, 4),
			.received_ms = sql_column_id(sql, 5),
		};

		if (!visit(context, &defect))
			break;
	}
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

const char *
defect_name(enum defect_kind kind)
{
	switch (kind) {
	case DEFECT_CLIENT_LACKED:
		return "lacking at the computer";
	case DEFECT_HUB_LACKED:
		return "lacking at the hub";
	case DEFECT_UNKNOWN:
		return "not known to the hub";
	case DEFECT_DAMAGED:
		return "damaged";
	case DEFECT_TABLES:
		return "not what its commits say";
	case DEFECT_FILE:
		return "in a damaged file";
	}
	return "of a kind that this program does not know";
}

enum status
defect_forget(struct replica *replica, uint64_t before_ms, struct error *err)
{
	struct sql *sql =
	    sql_use(replica, "DELETE FROM defect WHERE found_ms < ?1");

	assert(replica_in_transaction(replica));
	sql_bind_id(sql, 1, before_ms);
	return sql_finish(sql, err);
}
