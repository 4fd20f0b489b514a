/*
 * What the hub does for the nights beside its sessions: nonces, who is wanted
 * now, commits that were found damaged as they were to go out, and how far it
 * has been, should the last ones be lost.
 */
#include <string.h>

#include "common/replica/damage.h"
#include "common/replica/ledger.h"
#include "server/core/reconcile.h"

void
hub_make_nonce(struct hub *hub, uint8_t nonce[NONCE_BYTES])
{
	uint64_t source[3] = { hub->options.seed, hub->nonces++,
		hub->writer.generation };
	struct digest digest;

	static_assert((int)NONCE_BYTES == (int)LIMIT_DIGEST_BYTES,
	    "a nonce is a digest of fresh random bits and a number");
	digest = digest_of(
	    (struct bytes){ (const uint8_t *)source, sizeof(source) });
	memcpy(nonce, digest.bytes, NONCE_BYTES);
}

/* An administrator may want computers to be compared now. */
enum status
hub_follow_nights(struct hub *hub, struct error *err)
{
	enum status status = STATUS_OK;
	bool told;

	for (struct session *session = hub->sessions;
	     session != NULL && status == STATUS_OK; session = session->next) {
		status = reconcile_follow(session, &told, err);
		if (status == STATUS_OK && told && hub->options.wake != NULL)
			hub->options.wake(hub->options.context, session);
	}
	if (status == STATUS_OK)
		hub->nights_wanted = false;
	return status;
}

void
hub_see_damage(struct hub *hub, uint64_t sequence)
{
	if (sequence != 0)
		hub->damaged = sequence;
}

/* The schools may hold it sound: all are compared. */
enum status
hub_note_damage(struct hub *hub, struct error *err)
{
	struct replica *replica = hub->options.replica;
	uint64_t upto = hub->damaged - 1, found = 0;
	bool done;
	enum status status;

	if (hub->damaged == 0)
		return STATUS_OK;
	hub->damaged = 0;
	status = replica_begin(replica, err);
	if (status == STATUS_OK)
		status = damage_look(replica, 1, hub->writer.now_ms, &upto,
		    &found, &done, err);
	if (status == STATUS_OK && found > 0)
		status = nights_want(replica, 0, err);
	hub->nights_wanted = true;
	if (status == STATUS_OK)
		status = hub_count(hub, SITE_HUB, "alarm.damaged", upto, err);
	if (status == STATUS_OK)
		return hub_end_turn(hub, hub->told_ms, err);
	replica_rollback(replica);
	return status;
}

/* Should the last commits go bad, their places are not given again. */
enum status
hub_note_head(struct hub *hub, struct error *err)
{
	struct replica *replica = hub->options.replica;
	uint64_t head;
	enum status status = ledger_head(replica, &head, err);

	if (status != STATUS_OK || head == hub->head)
		return status;
	return replica_meta_set(replica, "head", head, err);
}
