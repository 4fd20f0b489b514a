/*
 * Recovery of a restored hub, a site's side (section 16 of PROTOCOL.md):
 *
 *	go back   at WELCOME: what lies beyond the last common place loses its
 *		  place, and stays part of the set
 *	offer	  all of it, with the marks that it had
 *	wait	  until the hub has heard all sites; it hangs up then
 *	catch up  the stream from the common place on brings new places
 *	ask	  about what still has none
 *
 * Until the last of these is done nothing is purged, proved or pushed.
 */
#include <string.h>

#include "client/engine/engine_private.h"
#include "common/replica/take.h"
#include "common/replica/unplaced.h"

void
offer_reset(struct engine *engine)
{
	engine->offer.collecting = false;
	engine->offer.offering = false;
	engine->offer.asked_again = false;
	engine->offer.offers_sent = 0;
}

void
offer_tell(struct engine *engine)
{
	engine->status.offering = engine->offer.offering;
	engine->status.collecting =
	    engine->offer.collecting && !engine->offer.offering;
}

/* --- at WELCOME ----------------------------------------------------------- */

enum status
offer_begin(struct engine *engine, const struct welcome *welcome,
    struct error *err)
{
	struct replica *replica = engine->replica;
	bool went;
	enum status status;

	status = unplaced_go_back(replica, welcome->generations,
	    welcome->generation_count, &went, err);
	if (status == STATUS_OK && went)
		status = prove_void(engine, err);
	if (status == STATUS_OK)
		status = replica_meta_get(replica, "offered_generation", 0,
		    &engine->offer.offered_generation, err);
	if (status == STATUS_OK)
		status = replica_meta_get(replica, "offered_sequence", 0,
		    &engine->offer.offered_sequence, err);
	if (status != STATUS_OK)
		return status;
	if (went) {
		/* Places of the hub's former life mean nothing now. */
		status = take_begin(engine, err);
		engine->acknowledged = 0;
		engine->cursor_sent = engine->cursor;
		prove_forget(engine);
		engine_reconcile(engine);
	}
	engine->offer.collecting = welcome->collecting;
	engine->offer.offering = welcome->offer;
	engine->offer.offered_all = false;
	engine->offer.head_then = welcome->head;
	return status;
}

/* In the first flight too: a hub that was restored since would refuse what
 * builds on what it lost. */
bool
offer_holds_pushes(const struct engine *engine)
{
	return engine->offer.collecting || engine->offer.offering ||
	       (engine->offer.recovering && !engine->offer.asked_again);
}

/* --- offering ------------------------------------------------------------- */

struct collecting {
	struct arena *arena;
	struct offer offer;
	uint32_t bytes;
	uint32_t bytes_max;
	bool full; /* more is left than was collected */
	bool out_of_memory;
};

static bool
collect(void *context, uint64_t generation, const struct ledger_row *row)
{
	struct collecting *collecting = context;
	struct offer *offer = &collecting->offer;
	struct item *item = &offer->items[offer->item_count];
	uint8_t *copy;

	if (offer->item_count == 0)
		offer->generation = generation;
	collecting->full = true;
	/* Two commits never had one place; a damaged replica shall not make
	 * this one send what cannot be read. */
	if (offer->item_count == LIMIT_BATCH_COMMITS ||
	    offer->generation != generation ||
	    (offer->item_count > 0 &&
		(collecting->bytes + row->bytes.size > collecting->bytes_max ||
		    item[-1].sequence >= row->sequence)))
		return false;
	copy = arena_alloc(collecting->arena, row->bytes.size);
	if (copy == NULL) {
		collecting->out_of_memory = true;
		return false;
	}
	memcpy(copy, row->bytes.data, row->bytes.size);
	*item = (struct item){
		.sequence = row->sequence,
		.received_ms = row->received_ms,
		.mark = row->mark,
		.id = row->id,
		.commit = { copy, row->bytes.size },
		.redacted = row->redacted,
		.digest = row->digest,
	};
	offer->item_count++;
	collecting->bytes += (uint32_t)row->bytes.size;
	collecting->full = false;
	return true;
}

static enum status
send_offer(struct engine *engine, struct error *err)
{
	struct collecting collecting = {
		.arena = &engine->arena,
		.bytes_max = engine->batch_bytes,
	};
	struct offer *offer = &collecting.offer;
	enum status status;

	offer->items = arena_array(&engine->arena, LIMIT_BATCH_COMMITS + 1,
	    sizeof(*offer->items));
	if (offer->items == NULL)
		return error_set(err, STATUS_NOMEM, "offer what is here");
	status =
	    unplaced_each(engine->replica, engine->offer.offered_generation,
		engine->offer.offered_sequence, collect, &collecting, err);
	if (status == STATUS_OK && collecting.out_of_memory)
		status = error_set(err, STATUS_NOMEM, "offer what is here");
	offer->end = !collecting.full;
	if (status == STATUS_OK)
		status = message_offer_encode(offer, &engine->body, err);
	if (status == STATUS_OK)
		status = engine_send(engine, FRAME_OFFER, err);
	if (status != STATUS_OK)
		return status;
	if (offer->item_count > 0) {
		engine->offer.offered_generation = offer->generation;
		engine->offer.offered_sequence =
		    offer->items[offer->item_count - 1].sequence;
	}
	engine->offer.offered_all = offer->end;
	engine->offer.offers_sent++;
	return STATUS_OK;
}

/* All up to there is safe with the hub: a broken line goes on behind it. */
enum status
offer_take_offered(struct engine *engine, struct bytes body, struct error *err)
{
	struct offered offered;
	struct error wrong;
	enum status status;

	status = message_offered_decode(body, &engine->arena, &offered, &wrong);
	if (status != STATUS_OK)
		return engine_misread(engine, status, &wrong, err);
	if (engine->offer.offers_sent == 0)
		return engine_complain(engine, GOODBYE_PROTOCOL,
		    "the hub has kept what was not offered");
	engine->offer.offers_sent--;
	engine->status.alarms += offered.refused;
	if (offered.upto > 0) {
		status = replica_begin(engine->replica, err);
		if (status == STATUS_OK)
			status = replica_meta_set(engine->replica,
			    "offered_generation", offered.generation, err);
		if (status == STATUS_OK)
			status = replica_meta_set(engine->replica,
			    "offered_sequence", offered.upto, err);
		if (status == STATUS_OK)
			status = replica_commit(engine->replica, err);
		if (status == STATUS_OK)
			engine->status.progress++;
		else
			replica_rollback(engine->replica);
	}
	if (offered.end)
		engine->offer.offering = false;
	return status;
}

/* --- what still has no place ---------------------------------------------- */

/* The stream has brought all that it will, and no file is being fetched. */
static bool
is_caught_up(const struct engine *engine)
{
	return engine->cursor >= engine->offer.head_then &&
	       engine->fetching == 0 && take_lacking_count(engine) == 0 &&
	       engine->asked_count == 0;
}

static enum status
ask(struct engine *engine, struct error *err)
{
	struct fetch fetch = { 0 };
	enum status status;

	fetch.ids =
	    arena_array(&engine->arena, LIMIT_FETCHES, sizeof(fetch.ids[0]));
	if (fetch.ids == NULL)
		return error_set(err, STATUS_NOMEM, "ask for what is here");
	status = replica_begin(engine->replica, err);
	if (status == STATUS_OK && !engine->offer.asked_again)
		status = unplaced_wait_again(engine->replica, err);
	if (status == STATUS_OK)
		status = unplaced_to_fetch(engine->replica, fetch.ids,
		    LIMIT_FETCHES, &fetch.id_count, err);
	if (status == STATUS_OK && fetch.id_count == 0)
		status = unplaced_end_recovering(engine->replica, err);
	if (status == STATUS_OK && fetch.id_count == 0)
		status = take_grants(engine->replica, engine->start, err);
	if (status == STATUS_OK)
		status = replica_commit(engine->replica, err);
	if (status != STATUS_OK) {
		replica_rollback(engine->replica);
		return status;
	}
	/* What waits again has smaller numbers than what was sent before. */
	engine->send_again = engine->send_again || !engine->offer.asked_again;
	engine->again_at_ms = engine->elapsed_ms;
	engine->offer.asked_again = true;
	engine->offer.recovering = fetch.id_count > 0;
	prove_forget(engine);
	return fetch.id_count > 0 ? take_ask(engine, &fetch, err) : STATUS_OK;
}

enum status
offer_pump(struct engine *engine, struct error *err)
{
	enum status status = STATUS_OK;

	while (status == STATUS_OK && engine->offer.offering &&
	       !engine->offer.offered_all &&
	       engine->offer.offers_sent < ENGINE_OFFERS_IN_FLIGHT)
		status = send_offer(engine, err);
	if (status == STATUS_OK && engine->offer.recovering &&
	    !engine->offer.offering && !engine->offer.collecting &&
	    is_caught_up(engine))
		status = ask(engine, err);
	arena_reset(&engine->arena);
	return status;
}
