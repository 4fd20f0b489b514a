#include "server/core/fill.h"

#include <string.h>

#include "common/replica/damage.h"
#include "common/replica/dossier.h"
#include "common/replica/grants.h"
#include "common/replica/scope.h"
#include "server/core/batch.h"
#include "server/core/placement.h"

/* How far a school may read a dossier, and why not further. */
struct reach {
	uint64_t to;
	enum filled_state state; /* FILLED_MORE: it may be read up to `to` */
	struct grant grant;      /* id 0: none is needed */
};

static enum status
find_reach(struct session *session, const struct fill *fill,
    struct reach *reach, struct error *err)
{
	struct replica *replica = session->hub->options.replica;
	bool destroyed;
	enum status status;

	*reach =
	    (struct reach){ .to = session->hub->head, .state = FILLED_MORE };
	status =
	    placement_is_destroyed(replica, fill->dossier, &destroyed, err);
	if (status != STATUS_OK)
		return status;
	if (destroyed) {
		reach->state = FILLED_GONE;
		return STATUS_OK;
	}
	if (fill->dossier != DOSSIER_PARTNERSHIP &&
	    fill->dossier != session->site.school) {
		status = grants_get(replica, session->site.school,
		    fill->dossier, &reach->grant, err);
		if (status == STATUS_NOT_FOUND || reach->grant.closed != 0)
			reach->state = FILLED_ENDED;
		if (status != STATUS_OK)
			return status == STATUS_NOT_FOUND ? STATUS_OK : status;
		if (reach->grant.frozen != 0 && reach->grant.frozen < reach->to)
			reach->to = reach->grant.frozen;
	}
	if (fill->to < reach->to)
		reach->to = fill->to;
	return STATUS_OK;
}

/* {count, sum} of all of the dossier in (0, to]: where it was noted, else by
 * counting.  What is damaged was not sent, and is not counted. */
static enum status
sum_up(struct session *session, const struct reach *reach,
    struct filled *filled, struct error *err)
{
	struct replica *replica = session->hub->options.replica;
	struct dossier dossier;
	uint64_t damaged;
	enum status status;

	status = dossier_get(replica, filled->dossier, &dossier, err);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK; /* nothing was ever written in it */
	if (status != STATUS_OK)
		return status;
	status = damage_count(replica, &damaged, err);
	if (status != STATUS_OK)
		return status;
	if (damaged > 0) {
		status = scope_sum_up(replica, filled->dossier, reach->to,
		    &filled->count, &filled->sum, err);
	} else if (reach->to >= dossier.last) {
		filled->count = dossier.count;
		filled->sum = dossier.sum;
	} else if (reach->grant.id != 0 && reach->grant.frozen == reach->to &&
		   reach->grant.frozen_count != 0) {
		filled->count = reach->grant.frozen_count;
		filled->sum = reach->grant.frozen_sum;
	} else {
		status = scope_sum_up(replica, filled->dossier, reach->to,
		    &filled->count, &filled->sum, err);
	}
	return status;
}

/* The next section of one dossier; the fill moves on by it. */
static enum status
fill_section(struct session *session, struct batch *batch, struct fill *fill,
    struct filled *filled, struct error *err)
{
	struct reach reach;
	uint32_t first = batch->count;
	enum status status;

	*filled = (struct filled){ .dossier = fill->dossier,
		.from = fill->from,
		.upto = fill->from };
	status = find_reach(session, fill, &reach, err);
	if (status != STATUS_OK)
		return status;
	filled->state = reach.state;
	if (reach.state != FILLED_MORE)
		return STATUS_OK;
	if (reach.to > fill->from)
		status = ledger_each_of_dossier(batch->replica, fill->dossier,
		    fill->from, reach.to, batch_visit, batch, err);
	if (status == STATUS_OK && batch->status != STATUS_OK)
		status = error_set(err, batch->status, "make a batch");
	if (status != STATUS_OK)
		return status;
	filled->item_count = batch->count - first;
	if (batch->full) {
		if (filled->item_count > 0)
			filled->upto = batch_reaches(batch, reach.to);
		fill->from = filled->upto;
		return STATUS_OK;
	}
	filled->upto = reach.to > fill->from ? reach.to : fill->from;
	filled->state = FILLED_DONE;
	return sum_up(session, &reach, filled, err);
}

/* Items moved while the batch grew: point the sections into their place. */
static void
place_items(struct filled *filleds, uint32_t count, struct item *items)
{
	for (uint32_t i = 0; i < count; i++) {
		filleds[i].items = items;
		items += filleds[i].item_count;
	}
}

static void
forget_fills(struct session *session, uint32_t count)
{
	session->fill_count -= count;
	memmove(session->fills, session->fills + count,
	    session->fill_count * sizeof(session->fills[0]));
}

enum status
fill_pump(struct session *session, struct error *err)
{
	struct batch batch = { .replica = session->hub->options.replica,
		.arena = &session->arena,
		.limit = session->batch_bytes };
	struct filleds message = { 0 };
	uint32_t done = 0;
	enum status status = STATUS_OK;

	if (session->fill_count == 0)
		return STATUS_OK;
	message.filleds = arena_array(&session->arena, session->fill_count,
	    sizeof(message.filleds[0]));
	if (message.filleds == NULL)
		return error_set(err, STATUS_NOMEM, "answer a fill");
	while (done < session->fill_count && !batch.full) {
		status = fill_section(session, &batch, &session->fills[done],
		    &message.filleds[done], err);
		if (status != STATUS_OK)
			return status;
		message.filled_count++;
		if (batch.full)
			break;
		done++;
	}
	hub_see_damage(session->hub, batch.damaged);
	place_items(message.filleds, message.filled_count, batch.items);
	status = message_filleds_encode(&message, &session->body, err);
	if (status == STATUS_OK)
		status =
		    session_send(session, &session->output, FRAME_FILLED, err);
	if (status == STATUS_OK)
		forget_fills(session, done);
	return status;
}
