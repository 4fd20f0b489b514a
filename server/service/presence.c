#include "server/service/presence.h"

#include <stdio.h>

enum {
	SITE_BYTES = 4,
	META_NAME_BYTES = 48,
};

static const char *const failure_names[] = {
#define PRESENCE_NAME(name, text) text,
	PRESENCE_FAILURE_LIST(PRESENCE_NAME)
#undef PRESENCE_NAME
};

const char *
presence_failure_name(enum presence_failure failure)
{
	return failure_names[failure];
}

bool
presence_has(const struct presence *presence, uint32_t site)
{
	for (uint32_t i = 0; i < presence->site_count; i++)
		if (presence->sites[i] == site)
			return true;
	return false;
}

static void
failure_meta(int failure, char name[META_NAME_BYTES])
{
	snprintf(name, META_NAME_BYTES, "failure.%s", failure_names[failure]);
}

/* Four bytes a site, big-endian. */
static void
read_sites(struct bytes stored, struct presence *presence)
{
	presence->site_count = 0;
	while (stored.size >= SITE_BYTES &&
	       presence->site_count < LIMIT_SESSIONS) {
		uint32_t site = 0;

		for (int i = 0; i < SITE_BYTES; i++)
			site = site << 8 | stored.data[i];
		presence->sites[presence->site_count++] = site;
		bytes_advance(&stored, SITE_BYTES);
	}
}

static struct bytes
write_sites(const struct presence *presence,
    uint8_t out[LIMIT_SESSIONS * SITE_BYTES])
{
	size_t size = 0;

	for (uint32_t i = 0; i < presence->site_count; i++)
		for (int shift = 24; shift >= 0; shift -= 8)
			out[size++] = (uint8_t)(presence->sites[i] >> shift);
	return (struct bytes){ out, size };
}

enum status
presence_load(struct replica *replica, struct presence *presence,
    struct error *err)
{
	struct buffer stored = { 0 };
	char name[META_NAME_BYTES];
	enum status status;

	status = replica_meta_get_blob(replica, "connected", &stored, err);
	if (status == STATUS_OK)
		read_sites(buffer_view(&stored), presence);
	for (int i = 0; status == STATUS_OK && i < PRESENCE_FAILURES; i++) {
		failure_meta(i, name);
		status = replica_meta_get(replica, name, 0,
		    &presence->failures[i], err);
	}
	buffer_deinit(&stored);
	return status;
}

enum status
presence_store(struct replica *replica, const struct presence *presence,
    struct error *err)
{
	uint8_t sites[LIMIT_SESSIONS * SITE_BYTES];
	char name[META_NAME_BYTES];
	enum status status;

	status = replica_begin(replica, err);
	if (status != STATUS_OK)
		return status;
	status = replica_meta_set_blob(replica, "connected",
	    write_sites(presence, sites), err);
	for (int i = 0; status == STATUS_OK && i < PRESENCE_FAILURES; i++) {
		failure_meta(i, name);
		status =
		    replica_meta_set(replica, name, presence->failures[i], err);
	}
	if (status == STATUS_OK)
		status = replica_commit(replica, err);
	if (status != STATUS_OK)
		replica_rollback(replica);
	return status;
}

enum status
presence_get_port(struct replica *replica, uint16_t *port, struct error *err)
{
	uint64_t stored = 0;
	enum status status;

	status = replica_meta_get(replica, "port", 0, &stored, err);
	*port = stored <= UINT16_MAX ? (uint16_t)stored : 0;
	return status;
}

enum status
presence_set_port(struct replica *replica, uint16_t port, struct error *err)
{
	return replica_meta_set(replica, "port", port, err);
}
