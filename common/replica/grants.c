/*
 * The index of the grants.
 */
#include <assert.h>
#include <inttypes.h>

#include "common/replica/grants.h"
#include "common/replica/replica_private.h"
#include "protocol/identifier.h"

#define ROW_COLUMNS                                                        \
	"grant_id, school, dossier, kind, because, opened, held, frozen, " \
	"closed, frozen_count, frozen_sum"

static enum status
load_sum(struct bytes in, struct digest_sum *sum, struct error *err)
{
	if (in.size != 16)
		return error_set(err, STATUS_CORRUPT,
		    "a grant's sum has %zu bytes", in.size);
	digest_sum_load(sum, in.data);
	return STATUS_OK;
}

static enum status
read_row(struct sql *sql, struct grant *grant, struct error *err)
{
	grant->id = sql_column_id(sql, 0);
	grant->school = sql_column_id(sql, 1);
	grant->dossier = sql_column_id(sql, 2);
	grant->kind = (enum grant_kind)sql_column_id(sql, 3);
	grant->because = sql_column_id(sql, 4);
	grant->opened = sql_column_id(sql, 5);
	grant->held = sql_column_id(sql, 6);
	grant->frozen = sql_column_id(sql, 7);
	grant->closed = sql_column_id(sql, 8);
	grant->frozen_count = sql_column_id(sql, 9);
	return load_sum(sql_column_bytes(sql, 10), &grant->frozen_sum, err);
}

static enum status
read_one(struct sql *sql, struct grant *grant, struct error *err)
{
	enum status status = sql_step(sql, err);

	if (status == STATUS_OK)
		status = read_row(sql, grant, err);
	else if (status == STATUS_NOT_FOUND)
		error_set(err, status, "there is no such grant");
	sql_release(sql);
	return status;
}

enum status
grants_get(struct replica *replica, uint64_t school, uint64_t dossier,
    struct grant *grant, struct error *err)
{
	struct sql *sql =
	    sql_use(replica, "SELECT " ROW_COLUMNS
			     " FROM grants WHERE school = ?1 AND dossier = ?2"
			     " ORDER BY opened DESC, grant_id DESC LIMIT 1");

	sql_bind_id(sql, 1, school);
	sql_bind_id(sql, 2, dossier);
	return read_one(sql, grant, err);
}

enum status
grants_get_by_id(struct replica *replica, uint64_t id, struct grant *grant,
    struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "SELECT " ROW_COLUMNS " FROM grants WHERE grant_id = ?1");

	sql_bind_id(sql, 1, id);
	return read_one(sql, grant, err);
}

enum status
grants_get_holder(struct replica *replica, uint64_t dossier,
    struct grant *grant, struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "SELECT " ROW_COLUMNS " FROM grants WHERE dossier = ?1"
	    " AND closed = 0 AND frozen = 0 AND kind = ?2"
	    " ORDER BY opened DESC, grant_id DESC LIMIT 1");

	sql_bind_id(sql, 1, dossier);
	sql_bind_integer(sql, 2, GRANT_HOLDER);
	return read_one(sql, grant, err);
}

static enum status
visit_rows(struct sql *sql, grants_visitor *visit, void *context,
    struct error *err)
{
	struct grant grant;
	enum status status;

	while ((status = sql_step(sql, err)) == STATUS_OK) {
		status = read_row(sql, &grant, err);
		if (status != STATUS_OK || !visit(context, &grant))
			break;
	}
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* No grant of the same dossier to the same school is later than g. */
#define IS_LATEST                                                      \
	" NOT EXISTS (SELECT 1 FROM grants AS later"                   \
	" WHERE later.school = g.school AND later.dossier = g.dossier" \
	" AND (later.opened, later.grant_id) > (g.opened, g.grant_id))"

enum status
grants_each_of_dossier(struct replica *replica, uint64_t dossier,
    grants_visitor *visit, void *context, struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "SELECT " ROW_COLUMNS " FROM grants AS g WHERE dossier = ?1"
	    " AND closed = 0 AND frozen = 0 AND" IS_LATEST " ORDER BY school");

	sql_bind_id(sql, 1, dossier);
	return visit_rows(sql, visit, context, err);
}

enum status
grants_each_of_school(struct replica *replica, uint64_t school,
    grants_visitor *visit, void *context, struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "SELECT " ROW_COLUMNS " FROM grants AS g WHERE school = ?1"
	    " AND" IS_LATEST " ORDER BY dossier");

	sql_bind_id(sql, 1, school);
	return visit_rows(sql, visit, context, err);
}

enum status
grants_may_read(struct replica *replica, uint64_t school, uint64_t dossier,
    uint64_t sequence, bool *may, struct error *err)
{
	struct grant grant;
	enum status status;

	*may = dossier == DOSSIER_PARTNERSHIP || dossier == school;
	if (*may)
		return STATUS_OK;
	status = grants_get(replica, school, dossier, &grant, NULL);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status != STATUS_OK)
		return error_set(err, status, "read a grant");
	*may = grant.closed == 0 &&
	       (grant.frozen == 0 || sequence <= grant.frozen);
	return STATUS_OK;
}

enum status
grants_set_frozen_sum(struct replica *replica, uint64_t id, uint64_t count,
    const struct digest_sum *sum, struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "UPDATE grants SET frozen_count = ?2, frozen_sum = ?3"
	    " WHERE grant_id = ?1");
	uint8_t stored[16];

	digest_sum_store(sum, stored);
	sql_bind_id(sql, 1, id);
	sql_bind_id(sql, 2, count);
	sql_bind_blob(sql, 3, (struct bytes){ stored, sizeof(stored) });
	return sql_finish(sql, err);
}

/* Of an open dossier all, of a frozen one what it was at the freeze. */
enum status
grants_scope(struct replica *replica, uint64_t school, uint64_t *count,
    struct digest_sum *sum, struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "SELECT count, sum FROM dossier WHERE number IN (0, ?1)"
	    " UNION ALL SELECT iif(g.frozen = 0, d.count, g.frozen_count),"
	    " iif(g.frozen = 0, d.sum, g.frozen_sum)"
	    " FROM grants AS g JOIN dossier AS d ON d.number = g.dossier"
	    " WHERE g.school = ?1 AND g.closed = 0"
	    " AND g.dossier NOT IN (0, ?1) AND" IS_LATEST);
	struct digest_sum more;
	enum status status;

	*count = 0;
	*sum = (struct digest_sum){ 0 };
	sql_bind_id(sql, 1, school);
	while ((status = sql_step(sql, err)) == STATUS_OK) {
		status = load_sum(sql_column_bytes(sql, 1), &more, err);
		if (status != STATUS_OK)
			break;
		*count += sql_column_id(sql, 0);
		digest_sum_add_sum(sum, &more);
	}
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
