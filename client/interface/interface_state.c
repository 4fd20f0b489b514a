/*
 * What was written, by whomever; how the sync stands; and telling both to the
 * pages that listen.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "client/interface/interface_private.h"
#include "common/replica/dossier.h"
#include "common/replica/pending.h"
#include "protocol/digest.h"

/* --- what was written ----------------------------------------------------- */

/* By this connection.  Who read what changes nothing that is shown. */
static void
note_write(void *context, const char *collection, uint64_t record)
{
	struct interface *interface = context;

	(void)record;
	if (strcmp(collection, "read_audit") == 0)
		return;
	interface->revision++;
	json_object_set_new(interface->changed, collection, json_true());
}

/* The set of commits in some bytes: other processes also write what is no
 * record, such as when the hub was last heard. */
static void
digest_set(struct interface *interface, uint8_t out[REVISION_BYTES])
{
	uint64_t of[5] = { 0 };
	struct digest_sum sum = { 0 };
	crypto_generichash_state state;

	(void)dossier_scope(interface->replica, &of[0], &sum, &of[1],
	    ERROR_IGNORED);
	(void)pending_count(interface->replica, &of[2], &of[3], ERROR_IGNORED);
	(void)conflict_count(interface->replica, &of[4], ERROR_IGNORED);
	crypto_generichash_init(&state, NULL, 0, REVISION_BYTES);
	crypto_generichash_update(&state, (const uint8_t *)of, sizeof(of));
	crypto_generichash_update(&state, (const uint8_t *)&sum, sizeof(sum));
	crypto_generichash_final(&state, out, REVISION_BYTES);
}

void
interface_look(struct interface *interface)
{
	uint8_t seen[REVISION_BYTES];
	uint32_t version = interface->data_version;

	(void)replica_data_version(interface->replica, &version, ERROR_IGNORED);
	if (version == interface->data_version)
		return;
	interface->data_version = version;
	digest_set(interface, seen);
	if (memcmp(seen, interface->seen, sizeof(seen)) == 0)
		return;
	memcpy(interface->seen, seen, sizeof(seen));
	interface->revision++;
	interface->changed_by_others = true;
}

void
interface_watch(struct interface *interface)
{
	uv_timer_init(interface->loop, &interface->timer);
	interface->timer.data = interface;
	replica_watch(interface->replica, note_write, interface);
	(void)replica_data_version(interface->replica, &interface->data_version,
	    ERROR_IGNORED);
	digest_set(interface, interface->seen);
}
