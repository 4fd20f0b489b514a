#include "server/authority/issuer.h"

#include "server/core/sites.h"
#include "server/core/table.h"

enum status
issuer_create_table(struct replica *replica, struct error *err)
{
	return table_run(replica, err,
	    "CREATE TABLE IF NOT EXISTS certificate("
	    " serial BLOB PRIMARY KEY, site INTEGER NOT NULL,"
	    " not_after INTEGER NOT NULL) STRICT",
	    "");
}

static struct bytes
serial_bytes(const struct certificate_serial *serial)
{
	return (struct bytes){ serial->bytes, sizeof(serial->bytes) };
}

enum status
issuer_issue(struct issuer *issuer, uint32_t site, struct bytes csr,
    struct buffer *out, struct certificate_serial *serial, struct error *err)
{
	size_t before = out->size;
	struct certificate_info info;
	struct bytes made;
	enum status status;

	status = certificate_issue_site(&issuer->authority, csr, site,
	    issuer->certificate_seconds, out, err);
	if (status != STATUS_OK)
		return status;
	made = buffer_view(out);
	bytes_advance(&made, before);
	status = certificate_parse(made, &info, err);
	if (status == STATUS_OK)
		status = table_run(issuer->replica, err,
		    "INSERT INTO certificate VALUES(?1, ?2, ?3)", "bii",
		    serial_bytes(&info.serial), (uint64_t)site,
		    info.not_after_s);
	if (status != STATUS_OK)
		buffer_truncate(out, before);
	else
		*serial = info.serial;
	return status;
}

enum status
issuer_renew(void *context, uint32_t site, struct bytes csr, struct buffer *out,
    struct error *err)
{
	struct certificate_serial serial;

	return issuer_issue(context, site, csr, out, &serial, err);
}

/* The certificates before the one that is shown now are never let in again. */
static enum status
forget_former(struct replica *replica, struct bytes former, struct error *err)
{
	return table_run(replica, err,
	    "DELETE FROM certificate WHERE serial = ?1", "b", former);
}

static enum status
take_place(struct hub_writer *writer, struct bytes serial, uint32_t number,
    struct error *err)
{
	struct bytes former;
	struct site site;
	enum status status;

	status = sites_get(writer->replica, number, &site, err);
	if (status != STATUS_OK || site.revoked)
		return status;
	former = (struct bytes){ site.serial, site.serial_size };
	if (bytes_equal(former, serial))
		return STATUS_OK;
	status = replica_begin(writer->replica, err);
	if (status != STATUS_OK)
		return status;
	status = sites_set_serial(writer, number, serial, err);
	if (status == STATUS_OK)
		status = forget_former(writer->replica, former, err);
	if (status == STATUS_OK)
		status = replica_commit(writer->replica, err);
	if (status != STATUS_OK)
		replica_rollback(writer->replica);
	return status;
}

static enum status
find_site(struct replica *replica, struct bytes serial, uint32_t *site,
    int64_t *not_after_s, struct error *err)
{
	struct sql *row = table_query(replica,
	    "SELECT site, not_after FROM certificate WHERE serial = ?1", "b",
	    serial);
	enum status status;

	status = sql_step(row, err);
	if (status == STATUS_OK) {
		*site = (uint32_t)table_integer(row, 0);
		*not_after_s = (int64_t)table_integer(row, 1);
	}
	sql_release(row);
	return status;
}

enum status
issuer_follow(struct hub_writer *writer,
    const struct certificate_serial *serial, struct error *err)
{
	uint32_t site;
	int64_t not_after_s;
	enum status status;

	status = find_site(writer->replica, serial_bytes(serial), &site,
	    &not_after_s, err);
	if (status == STATUS_OK)
		status = take_place(writer, serial_bytes(serial), site, err);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
issuer_get_expiry(struct replica *replica, struct bytes serial,
    int64_t *not_after_s, struct error *err)
{
	uint32_t site;
	enum status status;

	*not_after_s = 0;
	status = find_site(replica, serial, &site, not_after_s, err);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
