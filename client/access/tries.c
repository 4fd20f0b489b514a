#include "client/access/tries.h"

#include <inttypes.h>
#include <sodium.h>

#include "common/replica/sql.h"

enum {
	DIGEST_BYTES = 16,
	DOUBLINGS_MAX = 10
};

uint32_t
tries_wait_s(uint32_t wrong)
{
	uint32_t wait;

	if (wrong < TRIES_FREE)
		return 0;
	wrong -= TRIES_FREE;
	wait = UINT32_C(1) << (wrong < DOUBLINGS_MAX ? wrong : DOUBLINGS_MAX);
	return wait < TRIES_WAIT_S_MAX ? wait : TRIES_WAIT_S_MAX;
}

static enum status
make_table(struct replica *replica, struct error *err)
{
	return sql_run(replica,
	    "CREATE TABLE IF NOT EXISTS login_try (name BLOB PRIMARY KEY,"
	    " wrong INTEGER NOT NULL, at INTEGER NOT NULL) STRICT",
	    err);
}

static struct bytes
key_of(struct bytes name, uint8_t digest[DIGEST_BYTES])
{
	crypto_generichash(digest, DIGEST_BYTES, name.data, name.size, NULL, 0);
	return (struct bytes){ digest, DIGEST_BYTES };
}

/* A clock that was set back makes nobody wait longer than there is to wait. */
static enum status
check_wait(struct replica *replica, struct bytes digest, uint64_t now_ms,
    struct error *err)
{
	struct sql *sql =
	    sql_use(replica, "SELECT wrong, at FROM login_try WHERE name = ?1");
	uint64_t wait_ms = 0, since = 0;
	enum status status;

	sql_bind_blob(sql, 1, digest);
	status = sql_step(sql, err);
	if (status == STATUS_OK) {
		wait_ms = UINT64_C(1000) *
		          tries_wait_s((uint32_t)sql_column_id(sql, 0));
		since = sql_column_id(sql, 1);
	}
	sql_release(sql);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	since = since > now_ms ? 0 : now_ms - since;
	if (since >= wait_ms)
		return STATUS_OK;
	return error_set(err, STATUS_DENIED,
	    "there were too many wrong tries for this name; try again in "
	    "%" PRIu64 " s",
	    (wait_ms - since + 999) / 1000);
}

static enum status
count_one(struct replica *replica, struct bytes digest, uint64_t now_ms,
    struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "INSERT INTO login_try (name, wrong, at) VALUES (?1, 1, ?2)"
	    " ON CONFLICT (name) DO UPDATE SET wrong = wrong + 1, at = ?2");
	enum status status;

	sql_bind_blob(sql, 1, digest);
	sql_bind_id(sql, 2, now_ms);
	status = sql_finish(sql, err);
	if (status != STATUS_OK)
		return status;
	/* Many invented names do not wash away one that is tried often. */
	sql = sql_use(replica,
	    "DELETE FROM login_try WHERE name IN (SELECT name FROM login_try"
	    " WHERE name <> ?1 ORDER BY wrong DESC, at DESC"
	    " LIMIT -1 OFFSET ?2)");
	sql_bind_blob(sql, 1, digest);
	sql_bind_integer(sql, 2, TRIES_NAMES - 1);
	return sql_finish(sql, err);
}

static enum status
end(struct replica *replica, enum status status, struct error *err)
{
	if (status == STATUS_OK)
		status = replica_commit(replica, err);
	if (status != STATUS_OK)
		replica_rollback(replica);
	return status;
}

enum status
tries_begin(struct replica *replica, struct bytes name, uint64_t now_ms,
    struct error *err)
{
	uint8_t digest[DIGEST_BYTES];
	struct bytes key = key_of(name, digest);
	enum status status = replica_begin(replica, err);

	if (status != STATUS_OK)
		return status;
	status = make_table(replica, err);
	if (status == STATUS_OK)
		status = check_wait(replica, key, now_ms, err);
	if (status == STATUS_OK)
		status = count_one(replica, key, now_ms, err);
	return end(replica, status, err);
}

enum status
tries_forget(struct replica *replica, struct bytes name, struct error *err)
{
	uint8_t digest[DIGEST_BYTES];
	struct bytes key = key_of(name, digest);
	struct sql *sql;
	enum status status = replica_begin(replica, err);

	if (status != STATUS_OK)
		return status;
	status = make_table(replica, err);
	if (status == STATUS_OK) {
		sql = sql_use(replica, "DELETE FROM login_try WHERE name = ?1");
		sql_bind_blob(sql, 1, key);
		status = sql_finish(sql, err);
	}
	return end(replica, status, err);
}
