#include "client/agent/device.h"
#include "common/catalogue/catalogue.h"
#include "common/replica/draft.h"
#include "common/replica/record.h"

struct found {
	uint64_t id;
	bool has_key;
};

static bool
note_site(void *context, const struct record *record)
{
	struct found *found = context;

	found->id = record->id;
	found->has_key = record_value(record, "device").type != VALUE_NULL;
	return false;
}

static enum status
find_site(struct replica *replica, struct found *found, struct error *err)
{
	const struct collection *sites =
	    catalogue_collection(bytes_of_text("site"));
	struct record_filter filter = {
		.column = collection_column(sites, bytes_of_text("number")),
		.value = value_integer(replica_identity(replica).site),
	};
	struct record_query query = {
		.collection = sites,
		.filters = &filter,
		.filter_count = 1,
	};

	return record_each(replica, &query, note_site, found, err);
}

static enum status
write_key(const struct folder *folder, struct replica *replica, uint64_t site,
    uint64_t now_ms, struct error *err)
{
	struct draft *draft = NULL;
	struct value value;
	uint8_t public[32];
	enum status status;
	uint64_t id;

	folder_device_public(folder, public);
	value = value_blob((struct bytes){ public, sizeof(public) });
	status = draft_create(replica, 0, 0, &draft, err);
	if (status == STATUS_OK)
		status = draft_set(draft, (int64_t)site, "device", &value, err);
	if (status == STATUS_OK)
		status = draft_finish(draft, now_ms, &id, err);
	draft_destroy(draft);
	return status;
}

enum status
device_introduce(const struct folder *folder, struct replica *replica,
    uint64_t now_ms, bool *done, struct error *err)
{
	struct found found = { 0 };
	enum status status;

	*done = false;
	status = replica_begin(replica, err);
	if (status == STATUS_OK)
		status = find_site(replica, &found, err);
	if (status == STATUS_OK && found.id != 0) {
		status =
		    replica_meta_set(replica, "site_record", found.id, err);
		if (status == STATUS_OK && !found.has_key)
			status =
			    write_key(folder, replica, found.id, now_ms, err);
		*done = status == STATUS_OK;
	}
	if (status == STATUS_OK)
		status = replica_commit(replica, err);
	if (status != STATUS_OK)
		replica_rollback(replica);
	return status;
}
