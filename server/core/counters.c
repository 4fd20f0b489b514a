#include "server/core/counters.h"

#include <stdio.h>

#include "server/core/limits.h"
#include "server/core/table.h"

enum status
counters_add(struct replica *replica, uint32_t site, const char *name,
    struct error *err)
{
	return table_run(replica, err,
	    "INSERT INTO counter(site, name, count) VALUES(?1, ?2, 1)"
	    " ON CONFLICT DO UPDATE SET count = count + 1",
	    "it", (uint64_t)site, bytes_of_text(name));
}

enum status
counters_get(struct replica *replica, uint32_t site, const char *name,
    uint64_t *count, struct error *err)
{
	struct sql *statement;
	enum status status;

	*count = 0;
	statement = table_query(replica,
	    "SELECT count FROM counter WHERE site = ?1 AND name = ?2", "it",
	    (uint64_t)site, bytes_of_text(name));
	status = sql_step(statement, err);
	if (status == STATUS_OK)
		*count = table_integer(statement, 0);
	sql_release(statement);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status
counters_keep(struct replica *replica, uint32_t site, uint64_t id,
    enum refusal refusal, uint64_t now_ms, struct bytes bytes,
    struct error *err)
{
	enum status status;

	if (bytes.size > LIMIT_COMMIT_BYTES)
		bytes.size = 0;
	status = table_run(replica, err,
	    "INSERT OR REPLACE INTO refused(site, id, reason, at, bytes)"
	    " VALUES(?1, ?2, ?3, ?4, ?5)",
	    "iiiib", (uint64_t)site, id, (uint64_t)refusal, now_ms, bytes);
	if (status != STATUS_OK)
		return status;
	return table_run(replica, err,
	    "DELETE FROM refused WHERE rowid IN (SELECT rowid FROM refused"
	    " WHERE site = ?1 ORDER BY at DESC LIMIT -1 OFFSET ?2)",
	    "ii", (uint64_t)site, (uint64_t)HUB_REFUSED_KEPT);
}

enum status
counters_refused(struct replica *replica, uint32_t site, uint64_t id,
    enum refusal refusal, uint64_t now_ms, struct bytes bytes,
    struct error *err)
{
	char name[64];
	enum status status;

	snprintf(name, sizeof(name), "refused.%s", refusal_name(refusal));
	status = counters_add(replica, site, name, err);
	if (status == STATUS_OK && refusal == REFUSAL_REUSED)
		status = counters_add(replica, site, "alarm.reused", err);
	if (status == STATUS_OK && refusal_remedy(refusal) == REMEDY_SET_ASIDE)
		status = counters_keep(replica, site, id, refusal, now_ms,
		    bytes, err);
	return status;
}

enum status
counters_each(struct replica *replica, counters_visitor *visit, void *context,
    struct error *err)
{
	struct sql *statement;
	enum status status;

	statement = table_query(replica,
	    "SELECT site, name, count FROM counter ORDER BY site, name", "");
	while ((status = sql_step(statement, err)) == STATUS_OK) {
		if (!visit(context, (uint32_t)table_integer(statement, 0),
			sql_column_bytes(statement, 1),
			table_integer(statement, 2)))
			break;
	}
	sql_release(statement);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
counters_each_refused(struct replica *replica, refused_visitor *visit,
    void *context, struct error *err)
{
	struct refused_commit refused;
	struct sql *statement;
	enum status status;

	statement = table_query(replica,
	    "SELECT site, id, reason, at, bytes FROM refused"
	    " ORDER BY at DESC, site, id",
	    "");
	while ((status = sql_step(statement, err)) == STATUS_OK) {
		refused.site = (uint32_t)table_integer(statement, 0);
		refused.id = table_integer(statement, 1);
		refused.refusal = (uint32_t)table_integer(statement, 2);
		refused.at_ms = table_integer(statement, 3);
		refused.bytes = sql_column_bytes(statement, 4);
		if (!visit(context, &refused))
			break;
	}
	sql_release(statement);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
