/*
 * Small facts that live in the database, by name.
 */
#include "common/replica/replica_private.h"

enum status
replica_meta_get(struct replica *replica, const char *name, uint64_t fallback,
    uint64_t *value, struct error *err)
{
	struct sql *sql =
	    sql_use(replica, "SELECT value FROM meta WHERE name = ?1");
	enum status status;

	sql_bind_text(sql, 1, bytes_of_text(name));
	status = sql_step(sql, err);
	*value = fallback;
	if (status == STATUS_OK)
		*value = (uint64_t)sql_column_integer(sql, 0);
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static const char insert_meta[] =
    "INSERT OR REPLACE INTO meta (name, value) VALUES (?1, ?2)";

enum status
replica_meta_set(struct replica *replica, const char *name, uint64_t value,
    struct error *err)
{
	struct sql *sql = sql_use(replica, insert_meta);

	sql_bind_text(sql, 1, bytes_of_text(name));
	sql_bind_integer(sql, 2, (int64_t)value);
	return sql_finish(sql, err);
}

enum status
replica_meta_get_blob(struct replica *replica, const char *name,
    struct buffer *out, struct error *err)
{
	struct sql *sql =
	    sql_use(replica, "SELECT value FROM meta WHERE name = ?1");
	enum status status;

	sql_bind_text(sql, 1, bytes_of_text(name));
	status = sql_step(sql, err);
	buffer_clear(out);
	if (status == STATUS_OK)
		status = buffer_append(out, sql_column_bytes(sql, 0));
	sql_release(sql);
	if (status == STATUS_NOMEM)
		return error_set(err, status, "read %s", name);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
replica_meta_set_blob(struct replica *replica, const char *name,
    struct bytes value, struct error *err)
{
	struct sql *sql = sql_use(replica, insert_meta);

	sql_bind_text(sql, 1, bytes_of_text(name));
	sql_bind_blob(sql, 2, value);
	return sql_finish(sql, err);
}
