/*
 * When a restored hub has heard enough: everybody whom it knows has offered, or
 * a person excused the last.
 */
#include "server/core/hub_state.h"
#include "server/core/recovery.h"
#include "server/core/session.h"

/* Everybody comes again, and finds a hub that goes on as usual. */
static void
hub_call_again(struct hub *hub)
{
	for (struct session *session = hub->sessions; session != NULL;
	     session = session->next) {
		session->ends = true;
		session->end_code = GOODBYE_STOPPING;
	}
}

/* In the turn's transaction. */
static enum status
hub_finish_recovery(struct hub *hub, struct error *err)
{
	bool ended;
	enum status status;

	status = recovery_finish(&hub->writer, &ended, err);
	if (status != STATUS_OK || !ended)
		return status;
	hub_call_again(hub);
	return hub_count(hub, SITE_HUB, "recovered", hub->writer.generation,
	    err);
}

enum status
hub_end_offer(struct hub *hub, struct session *session, struct error *err)
{
	enum status status;

	status = recovery_set_offerer(hub->options.replica,
	    session->site.number, OFFERER_OFFERED, err);
	if (status == STATUS_OK)
		status = hub_finish_recovery(hub, err);
	session->offering = false;
	/* Who it is may be known now. */
	if (session->stranger && !hub->collecting) {
		session->ends = true;
		session->end_code = GOODBYE_STOPPING;
	}
	return status;
}

enum status
hub_look_for_the_end(struct hub *hub, struct error *err)
{
	enum status status = STATUS_OK;

	if (hub->collecting) {
		status = replica_begin(hub->options.replica, err);
		if (status == STATUS_OK)
			status = hub_finish_recovery(hub, err);
		if (status == STATUS_OK)
			status = hub_end_turn(hub, hub->told_ms, err);
		else
			replica_rollback(hub->options.replica);
	}
	if (status == STATUS_OK)
		hub->recovery_looked = true;
	return status;
}
