#include "server/authority/invitations.h"

#include <sodium.h>

#include "common/support/random.h"
#include "server/core/table.h"

enum {
	HASH_BYTES = 32
};

enum status
invitations_create_table(struct replica *replica, struct error *err)
{
	enum status status;

	status = table_run(replica, err,
	    "CREATE TABLE IF NOT EXISTS invitation("
	    " hash BLOB PRIMARY KEY, school INTEGER NOT NULL,"
	    " created INTEGER NOT NULL, expires INTEGER NOT NULL,"
	    " used_on INTEGER, site INTEGER) STRICT",
	    "");
	if (status != STATUS_OK)
		return status;
	return table_run(replica, err,
	    "CREATE TABLE IF NOT EXISTS invitation_key("
	    " hash BLOB PRIMARY KEY, key BLOB NOT NULL) STRICT",
	    "");
}

static struct bytes
hash_secret(struct bytes secret, uint8_t hash[HASH_BYTES])
{
	crypto_generichash(hash, HASH_BYTES, secret.data, secret.size, NULL, 0);
	return (struct bytes){ hash, HASH_BYTES };
}

enum status
invitations_create(struct replica *replica, uint64_t school, uint64_t now_ms,
    uint64_t expires_ms, uint8_t secret[INVITATION_SECRET_BYTES],
    struct error *err)
{
	uint8_t hash[HASH_BYTES];
	struct bytes key;

	random_bytes(secret, INVITATION_SECRET_BYTES);
	key = hash_secret((struct bytes){ secret, INVITATION_SECRET_BYTES },
	    hash);
	return table_run(replica, err,
	    "INSERT INTO invitation(hash, school, created, expires)"
	    " VALUES(?1, ?2, ?3, ?4)",
	    "biii", key, school, now_ms, expires_ms);
}

enum status
invitations_check(struct replica *replica, struct bytes secret, uint64_t now_ms,
    uint64_t *school, struct error *err)
{
	uint8_t hash[HASH_BYTES];
	struct sql *row;
	enum status status;

	row = table_query(replica,
	    "SELECT school, expires, used_on IS NOT NULL FROM invitation"
	    " WHERE hash = ?1",
	    "b", hash_secret(secret, hash));
	status = sql_step(row, err);
	if (status == STATUS_OK) {
		*school = table_integer(row, 0);
		if (table_integer(row, 2) != 0)
			status = STATUS_EXISTS;
		else if (table_integer(row, 1) <= now_ms)
			status = STATUS_TIMEOUT;
	}
	sql_release(row);
	if (status == STATUS_NOT_FOUND || status == STATUS_EXISTS ||
	    status == STATUS_TIMEOUT)
		return error_set(err, status,
		    "this invitation is wrong, was used already or has "
		    "expired; ask the hub's administrator for a new one");
	return status;
}

enum status
invitations_use(struct replica *replica, struct bytes secret, struct bytes key,
    uint64_t now_ms, uint32_t site, struct error *err)
{
	uint8_t hash[HASH_BYTES];
	enum status status;

	status = table_run(replica, err,
	    "UPDATE invitation SET used_on = ?2, site = ?3 WHERE hash = ?1",
	    "bii", hash_secret(secret, hash), now_ms, (uint64_t)site);
	if (status != STATUS_OK)
		return status;
	return table_run(replica, err,
	    "INSERT OR REPLACE INTO invitation_key(hash, key) VALUES(?1, ?2)",
	    "bb", hash_secret(secret, hash), key);
}

enum status
invitations_admitted(struct replica *replica, struct bytes secret,
    struct bytes key, uint64_t now_ms, uint64_t *school, uint32_t *site,
    struct error *err)
{
	uint8_t hash[HASH_BYTES];
	struct sql *row;
	enum status status;

	*site = 0;
	row = table_query(replica,
	    "SELECT school, site FROM invitation JOIN invitation_key"
	    " USING (hash) WHERE hash = ?1 AND key = ?2 AND expires > ?3",
	    "bbi", hash_secret(secret, hash), key, now_ms);
	status = sql_step(row, err);
	if (status == STATUS_OK) {
		*school = table_integer(row, 0);
		*site = (uint32_t)table_integer(row, 1);
	}
	sql_release(row);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
invitations_each(struct replica *replica, invitations_visitor *visit,
    void *context, struct error *err)
{
	struct invitation_entry entry;
	struct sql *row;
	enum status status;

	row = table_query(replica,
	    "SELECT school, created, expires, ifnull(used_on, 0),"
	    " ifnull(site, 0) FROM invitation ORDER BY created",
	    "");
	while ((status = sql_step(row, err)) == STATUS_OK) {
		entry = (struct invitation_entry){
			.school = table_integer(row, 0),
			.created_ms = table_integer(row, 1),
			.expires_ms = table_integer(row, 2),
			.used_ms = table_integer(row, 3),
			.site = (uint32_t)table_integer(row, 4),
		};
		if (!visit(context, &entry))
			break;
	}
	sql_release(row);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

struct open_count {
	uint64_t now_ms;
	uint64_t count;
};

static bool
count_open(void *context, const struct invitation_entry *entry)
{
	struct open_count *open = context;

	if (entry->used_ms == 0 && entry->expires_ms > open->now_ms)
		open->count++;
	return true;
}

enum status
invitations_count_open(struct replica *replica, uint64_t now_ms,
    uint64_t *count, struct error *err)
{
	struct open_count open = { .now_ms = now_ms };
	enum status status;

	status = invitations_each(replica, count_open, &open, err);
	*count = open.count;
	return status;
}
