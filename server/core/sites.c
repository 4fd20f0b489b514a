#include "server/core/sites.h"

#include <assert.h>
#include <string.h>

#include "common/replica/record.h"
#include "server/core/limits.h"
#include "server/core/table.h"

/* --- reading the records --------------------------------------------------
 */

struct site_search {
	struct site *site;
	sites_visitor *visit;
	void *context;
	bool found;
};

/* Cut where a character ends. */
static void
copy_name(struct site *site, struct bytes name)
{
	if (name.size >= sizeof(site->name)) {
		name.size = sizeof(site->name) - 1;
		while ((name.data[name.size] & 0xc0) == 0x80)
			name.size--;
	}
	memcpy(site->name, name.data, name.size);
}

static void
site_load(struct site *site, const struct record *record)
{
	struct value name = record_value(record, "name");
	struct value serial = record_value(record, "serial");
	struct value number = record_value(record, "number");
	struct value school = record_value(record, "school");

	*site = (struct site){ .record = record->id };
	if (number.type == VALUE_INTEGER)
		site->number = (uint32_t)number.integer;
	if (school.type == VALUE_INTEGER)
		site->school = (uint64_t)school.integer;
	site->revoked = record_value(record, "revoked_on").type != VALUE_NULL;
	if (name.type == VALUE_TEXT)
		copy_name(site, name.bytes);
	if (serial.type == VALUE_BLOB &&
	    serial.bytes.size <= SITE_SERIAL_BYTES && serial.bytes.size > 0) {
		memcpy(site->serial, serial.bytes.data, serial.bytes.size);
		site->serial_size = serial.bytes.size;
	}
}

/* Of several with one number or serial (a revocation that was repeated after a
 * restore), the one that is revoked decides. */
static bool
site_found(void *context, const struct record *record)
{
	struct site_search *search = context;

	if (search->found && search->site->revoked)
		return false;
	site_load(search->site, record);
	search->found = true;
	return true;
}

static enum status
site_search(struct replica *replica, const char *column,
    const struct value *value, struct site *site, struct error *err)
{
	struct site_search search = { .site = site };
	struct record_filter filter;
	struct record_query query;
	enum status status;

	memset(&query, 0, sizeof(query));
	query.collection = catalogue_collection(bytes_of_text("site"));
	assert(query.collection != NULL);
	filter.column =
	    collection_column(query.collection, bytes_of_text(column));
	filter.value = *value;
	query.filters = &filter;
	query.filter_count = 1;
	status = record_each(replica, &query, site_found, &search, err);
	if (status == STATUS_OK && !search.found)
		status = error_set(err, STATUS_NOT_FOUND,
		    "no computer with that %s", column);
	return status;
}

enum status
sites_get(struct replica *replica, uint32_t number, struct site *site,
    struct error *err)
{
	struct value value = value_integer(number);

	return site_search(replica, "number", &value, site, err);
}

enum status
sites_get_by_serial(struct replica *replica, struct bytes serial,
    struct site *site, struct error *err)
{
	struct value value = value_blob(serial);

	return site_search(replica, "serial", &value, site, err);
}

static bool
site_visit(void *context, const struct record *record)
{
	struct site_search *search = context;
	struct site site;

	site_load(&site, record);
	return search->visit(search->context, &site);
}

enum status
sites_each(struct replica *replica, sites_visitor *visit, void *context,
    struct error *err)
{
	struct site_search search = { .visit = visit, .context = context };
	struct record_query query;

	memset(&query, 0, sizeof(query));
	query.collection = catalogue_collection(bytes_of_text("site"));
	return record_each(replica, &query, site_visit, &search, err);
}

/* --- writing the records --------------------------------------------------
 */

/* Begin a transaction unless one is open; *own says which. */
static enum status
sites_begin(struct hub_writer *writer, bool *own, struct error *err)
{
	*own = !replica_in_transaction(writer->replica);
	return *own ? replica_begin(writer->replica, err) : STATUS_OK;
}

static enum status
sites_end(struct hub_writer *writer, bool own, enum status status,
    struct error *err)
{
	if (!own)
		return status;
	if (status == STATUS_OK)
		status = replica_commit(writer->replica, err);
	if (status != STATUS_OK)
		replica_rollback(writer->replica);
	return status;
}

static enum status
number_take(struct hub_writer *writer, uint64_t count, uint32_t *number,
    struct error *err)
{
	uint64_t next;
	enum status status;

	status = replica_meta_get(writer->replica, "next_site", 1, &next, err);
	if (status != STATUS_OK)
		return status;
	if (next + count > SITE_MAX)
		return error_set(err, STATUS_FULL,
		    "all numbers of computers are used");
	*number = (uint32_t)next;
	return replica_meta_set(writer->replica, "next_site", next + count,
	    err);
}

enum status
sites_take_number(struct hub_writer *writer, uint32_t *number,
    struct error *err)
{
	enum status status;
	bool own;

	status = sites_begin(writer, &own, err);
	if (status != STATUS_OK)
		return status;
	status = number_take(writer, 1, number, err);
	return sites_end(writer, own, status, err);
}

enum status
sites_skip_numbers(struct hub_writer *writer, struct error *err)
{
	uint32_t number;
	enum status status;
	bool own;

	status = sites_begin(writer, &own, err);
	if (status != STATUS_OK)
		return status;
	status = number_take(writer, LIMIT_RESTORE_SKIP_SITES, &number, err);
	return sites_end(writer, own, status, err);
}

enum status
sites_pass_number(struct hub_writer *writer, uint32_t number, struct error *err)
{
	uint64_t next;
	enum status status;

	status = replica_meta_get(writer->replica, "next_site", 1, &next, err);
	if (status != STATUS_OK || number < next)
		return status;
	return replica_meta_set(writer->replica, "next_site",
	    (uint64_t)number + 1, err);
}

static enum status
site_insert(struct hub_writer *writer, uint32_t number, uint64_t school,
    struct bytes name, struct bytes serial, struct error *err)
{
	struct value name_value = value_text(name);
	struct value serial_value = value_blob(serial);
	struct draft *draft;
	int64_t record;
	enum status status;

	status = hub_write_begin(writer, DOSSIER_PARTNERSHIP, &draft, err);
	if (status != STATUS_OK)
		return status;
	status = draft_insert(draft, "site", &record, err);
	if (status == STATUS_OK)
		status = hub_set_integer(draft, record, "number", number, err);
	if (status == STATUS_OK)
		status = hub_set_integer(draft, record, "school", school, err);
	if (status == STATUS_OK)
		status = draft_set(draft, record, "name", &name_value, err);
	if (status == STATUS_OK)
		status = draft_set(draft, record, "serial", &serial_value, err);
	return hub_write_end(writer, draft, 1, status, err);
}

enum status
sites_register(struct hub_writer *writer, uint32_t number, uint64_t school,
    struct bytes name, struct bytes serial, struct error *err)
{
	enum status status;
	bool own;

	assert(number != SITE_HUB && number <= SITE_MAX);
	status = sites_begin(writer, &own, err);
	if (status != STATUS_OK)
		return status;
	status = site_insert(writer, number, school, name, serial, err);
	return sites_end(writer, own, status, err);
}

/* One or two columns of a site's record. */
static enum status
site_set(struct hub_writer *writer, uint32_t number, const char *first,
    const struct value *first_value, const char *second,
    const struct value *second_value, struct error *err)
{
	struct draft *draft;
	struct site site;
	enum status status;

	status = sites_get(writer->replica, number, &site, err);
	if (status == STATUS_OK)
		status =
		    hub_write_begin(writer, DOSSIER_PARTNERSHIP, &draft, err);
	if (status != STATUS_OK)
		return status;
	status =
	    draft_set(draft, (int64_t)site.record, first, first_value, err);
	if (status == STATUS_OK && second != NULL)
		status = draft_set(draft, (int64_t)site.record, second,
		    second_value, err);
	return hub_write_end(writer, draft, 1, status, err);
}

enum status
sites_revoke(struct hub_writer *writer, uint32_t number, const char *reason,
    struct error *err)
{
	struct value reason_value = value_c_text(reason);
	char moment[MOMENT_TEXT_BYTES];
	struct value moment_value;
	struct site site;
	enum status status;
	bool own;

	moment_format(writer->now_ms, moment);
	moment_value = value_c_text(moment);
	status = sites_begin(writer, &own, err);
	if (status != STATUS_OK)
		return status;
	status = sites_get(writer->replica, number, &site, err);
	if (status == STATUS_OK && !site.revoked)
		status = site_set(writer, number, "revoked_on", &moment_value,
		    "revoked_reason", &reason_value, err);
	return sites_end(writer, own, status, err);
}

enum status
sites_rename(struct hub_writer *writer, uint32_t number, struct bytes name,
    struct error *err)
{
	struct value value = value_text(name);
	enum status status;
	bool own;

	status = sites_begin(writer, &own, err);
	if (status != STATUS_OK)
		return status;
	status = site_set(writer, number, "name", &value, NULL, NULL, err);
	return sites_end(writer, own, status, err);
}

enum status
sites_set_serial(struct hub_writer *writer, uint32_t number,
    struct bytes serial, struct error *err)
{
	struct value value = value_blob(serial);
	enum status status;
	bool own;

	status = sites_begin(writer, &own, err);
	if (status != STATUS_OK)
		return status;
	status = site_set(writer, number, "serial", &value, NULL, NULL, err);
	return sites_end(writer, own, status, err);
}
