#include "client/agent/device.h"

#include <stdlib.h>

#include "common/replica/draft.h"
#include "common/replica/record.h"
#include "common/support/file.h"

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

/* The own record, and whether the key is in it already. */
static enum status
find_site(struct replica *replica, uint64_t *site, bool *has_key,
    struct error *err)
{
	struct value number = value_integer(replica_identity(replica).site);
	struct arena arena = { 0 };
	struct record record;
	enum status status;

	status = record_find(replica, "site", "number", &number, site, err);
	if (status == STATUS_OK)
		status = record_get(replica, *site, &arena, &record, err);
	if (status == STATUS_OK)
		*has_key = record_value(&record, "device").type != VALUE_NULL;
	arena_deinit(&arena);
	return status;
}

enum status
device_introduce(const struct folder *folder, struct replica *replica,
    uint64_t now_ms, struct error *err)
{
	uint64_t site;
	bool has_key;
	enum status status;

	status = replica_begin(replica, err);
	if (status == STATUS_OK)
		status = find_site(replica, &site, &has_key, err);
	if (status == STATUS_OK && !has_key)
		status = write_key(folder, replica, site, now_ms, err);
	if (status == STATUS_OK)
		status = replica_commit(replica, err);
	if (status != STATUS_OK)
		replica_rollback(replica);
	return status;
}

struct room
device_measure(const struct folder *folder)
{
	char *path = folder_file(folder, "replica.db");
	struct room room = { .known = false };

	room.known =
	    path != NULL &&
	    file_size(path, &room.database_bytes, ERROR_IGNORED) == STATUS_OK &&
	    file_free_bytes(path, &room.free_bytes, ERROR_IGNORED) == STATUS_OK;
	free(path);
	return room;
}
