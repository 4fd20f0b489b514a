/*
 * What the hub holds comes in: the stream, in order; dossiers that were opened
 * (fills), beside it; and own commits that this replica lacks (fetches).
 *
 * Each frame is applied in one transaction together with the place that it
 * brings this replica to.  Nothing here trusts the hub further than it must:
 * what lies in a dossier that is not open here is not kept.
 */
#include <string.h>

#include "client/engine/engine_private.h"
#include "common/replica/dossier.h"
#include "common/replica/take.h"
#include "common/replica/unplaced.h"
#include "protocol/identifier.h"

/* --- where this replica stands -------------------------------------------- */

enum status
take_begin(struct engine *engine, struct error *err)
{
	struct replica *replica = engine->replica;
	uint64_t started = 0, proved = 0;
	enum status status;

	status = replica_meta_get(replica, "cursor", 0, &engine->cursor, err);
	if (status == STATUS_OK)
		status =
		    replica_meta_get(replica, "start", 0, &engine->start, err);
	if (status == STATUS_OK)
		status = replica_meta_get(replica, "started", 0, &started, err);
	if (status == STATUS_OK)
		status = replica_meta_get_blob(replica, "lacking",
		    &engine->lacking, err);
	if (status == STATUS_OK)
		status = replica_meta_get(replica, "proved", 0, &proved, err);
	if (status == STATUS_OK)
		status = unplaced_is_recovering(replica,
		    &engine->offer.recovering, err);
	engine->fresh = started == 0;
	engine->proof_stored = proved != 0;
	return status;
}

static enum status
begin_filling(struct engine *engine, uint64_t number, enum dossier_kind kind,
    struct error *err)
{
	struct dossier dossier = {
		.number = number,
		.kind = kind,
		.state = DOSSIER_FILLING,
		.fill_to = engine->start,
	};

	return dossier_put(engine->replica, &dossier, err);
}

enum status
take_start(struct engine *engine, uint64_t start, struct error *err)
{
	struct replica *replica = engine->replica;
	enum status status;

	if (!engine->fresh)
		return STATUS_OK;
	engine->start = start;
	engine->cursor = start;
	engine->fresh = false;
	status = begin_filling(engine, engine->identity.school,
	    DOSSIER_KIND_SCHOOL, err);
	if (status == STATUS_OK)
		status = begin_filling(engine, DOSSIER_PARTNERSHIP,
		    DOSSIER_KIND_PARTNERSHIP, err);
	if (status == STATUS_OK)
		status = replica_meta_set(replica, "start", start, err);
	if (status == STATUS_OK)
		status = replica_meta_set(replica, "cursor", start, err);
	if (status == STATUS_OK)
		status = replica_meta_set(replica, "started", 1, err);
	return status;
}

/* --- own commits that are not here ---------------------------------------- */

uint32_t
take_lacking_count(const struct engine *engine)
{
	return (
	    uint32_t)(buffer_view(&engine->lacking).size / sizeof(uint64_t));
}

static uint64_t
lacking_get(const struct engine *engine, uint32_t i)
{
	uint64_t id;

	memcpy(&id, buffer_view(&engine->lacking).data + i * sizeof(id),
	    sizeof(id));
	return id;
}

static enum status
lacking_keep(struct engine *engine, struct error *err)
{
	return replica_meta_set_blob(engine->replica, "lacking",
	    buffer_view(&engine->lacking), err);
}

static enum status
lacking_add(struct engine *engine, uint64_t id, struct error *err)
{
	struct bytes bytes = { (const uint8_t *)&id, sizeof(id) };

	for (uint32_t i = 0; i < take_lacking_count(engine); i++)
		if (lacking_get(engine, i) == id)
			return STATUS_OK;
	if (buffer_append(&engine->lacking, bytes) != STATUS_OK)
		return error_set(err, STATUS_NOMEM, "note what is missing");
	return lacking_keep(engine, err);
}

static enum status
lacking_remove(struct engine *engine, uint64_t id, struct error *err)
{
	uint32_t count = take_lacking_count(engine);
	struct buffer rest = { 0 };
	enum status status = STATUS_OK;

	for (uint32_t i = 0; status == STATUS_OK && i < count; i++) {
		uint64_t other = lacking_get(engine, i);
		struct bytes bytes = { (const uint8_t *)&other, sizeof(other) };

		if (other != id)
			status = buffer_append(&rest, bytes);
	}
	if (status != STATUS_OK) {
		buffer_deinit(&rest);
		return error_set(err, status, "note what is missing");
	}
	buffer_deinit(&engine->lacking);
	engine->lacking = rest;
	return lacking_keep(engine, err);
}

/* --- items ---------------------------------------------------------------- */

static enum status
take_items(struct engine *engine, const struct item *items, uint32_t count,
    bool by_stream, struct error *err)
{
	enum take_result result;
	enum status status = STATUS_OK;

	for (uint32_t i = 0; status == STATUS_OK && i < count; i++) {
		status = take_item(engine->replica, &items[i], by_stream,
		    &result, err);
		if (status != STATUS_OK)
			break;
		switch (result) {
		case TAKE_NEW:
			engine->status.taken_commits++;
			break;
		case TAKE_LACKING:
			status = lacking_add(engine, items[i].id, err);
			break;
		case TAKE_DIFFERS:
		case TAKE_FOREIGN:
		case TAKE_BROKEN:
			engine->status.alarms++;
			break;
		case TAKE_KNOWN:
		case TAKE_PLACED:
		case TAKE_SETTLED:
			break;
		}
	}
	return status;
}

/* The end of each frame's transaction. */
static enum status
finish_transaction(struct engine *engine, enum status status, struct error *err)
{
	/* Who leaves has purged what these grants would have fetched again. */
	if (status == STATUS_OK && !engine->leaving)
		status = take_grants(engine->replica, engine->start, err);
	if (status == STATUS_OK)
		status = prove_void(engine, err);
	if (status == STATUS_OK)
		status = replica_commit(engine->replica, err);
	if (status != STATUS_OK) {
		replica_rollback(engine->replica);
		/* What was noted in memory may not be what is stored. */
		(void)take_begin(engine, ERROR_IGNORED);
	} else {
		engine->status.progress++;
	}
	prove_forget(engine);
	return status;
}

enum status
take_stream(struct engine *engine, struct bytes body, struct error *err)
{
	struct stream stream;
	struct error wrong;
	enum status status;

	status = message_stream_decode(body, &engine->arena, &stream, &wrong);
	if (status != STATUS_OK)
		return engine_misread(engine, status, &wrong, err);
	if (stream.from > engine->cursor)
		return engine_complain(engine, GOODBYE_PROTOCOL,
		    "the hub left out a part of the stream");
	if (stream.upto <= engine->cursor)
		return STATUS_OK;

	status = replica_begin(engine->replica, err);
	if (status != STATUS_OK)
		return status;
	status = take_items(engine, stream.items, stream.item_count, true, err);
	if (status == STATUS_OK)
		status = replica_meta_set(engine->replica, "cursor",
		    stream.upto, err);
	if (status == STATUS_OK)
		engine->cursor = stream.upto;
	if (engine->status.head < stream.upto)
		engine->status.head = stream.upto;
	return finish_transaction(engine, status, err);
}

/* --- fills ---------------------------------------------------------------- */

static bool
is_asked(const struct engine *engine, uint64_t dossier)
{
	for (uint32_t i = 0; i < engine->asked_count; i++)
		if (engine->asked[i] == dossier)
			return true;
	return false;
}

static void
no_longer_asked(struct engine *engine, uint64_t dossier)
{
	for (uint32_t i = 0; i < engine->asked_count; i++)
		if (engine->asked[i] == dossier)
			engine->asked[i] = engine->asked[--engine->asked_count];
}

static enum status
take_section(struct engine *engine, const struct filled *filled,
    struct error *err)
{
	enum status status;
	bool whole = false;

	if (!is_asked(engine, filled->dossier))
		return STATUS_OK;
	status = take_filled(engine->replica, filled, &whole, err);
	if (status == STATUS_OK && filled->state != FILLED_MORE)
		no_longer_asked(engine, filled->dossier);
	engine->status.taken_commits += filled->item_count;
	return status;
}

enum status
take_fills(struct engine *engine, struct bytes body, struct error *err)
{
	struct filleds filleds;
	struct error wrong;
	enum status status;

	status = message_filleds_decode(body, &engine->arena, &filleds, &wrong);
	if (status != STATUS_OK)
		return engine_misread(engine, status, &wrong, err);

	status = replica_begin(engine->replica, err);
	for (uint32_t i = 0; status == STATUS_OK && i < filleds.filled_count;
	     i++)
		status = take_section(engine, &filleds.filleds[i], err);
	return finish_transaction(engine, status, err);
}

/* Dossiers to ask for: the own school's first, so that its grants are known
 * early, then the partnership's, then the pupils'. */
struct asking {
	struct engine *engine;
	struct fill fills[LIMIT_FILLS];
	uint32_t count;
};

static bool
ask_for(void *context, const struct dossier *dossier)
{
	struct asking *asking = context;
	struct engine *engine = asking->engine;
	struct fill *fill;

	if (engine->asked_count == LIMIT_FILLS)
		return false;
	/* Its grant has not arrived yet; or who leaves has no use for it. */
	if (dossier->kind == DOSSIER_KIND_PUPIL &&
	    (dossier->fill_to == 0 || engine->leaving))
		return true;
	if (is_asked(engine, dossier->number))
		return true;
	engine->asked[engine->asked_count++] = dossier->number;
	fill = &asking->fills[asking->count++];
	fill->dossier = dossier->number;
	fill->from = dossier->filled;
	fill->to = dossier->fill_to;
	if (dossier->number == engine->identity.school && asking->count > 1) {
		struct fill first = asking->fills[0];

		asking->fills[0] = *fill;
		*fill = first;
	}
	return true;
}

static enum status
ask_fills(struct engine *engine, struct error *err)
{
	struct asking *asking;
	struct fills fills;
	enum status status;

	if (engine->asked_count > LIMIT_FILLS / 2)
		return STATUS_OK;
	asking = arena_alloc(&engine->arena, sizeof(*asking));
	if (asking == NULL)
		return error_set(err, STATUS_NOMEM, "ask for files");
	asking->engine = engine;
	status = dossier_each(engine->replica, DOSSIER_FILLING, ask_for, asking,
	    err);
	if (status != STATUS_OK || asking->count == 0)
		return status;
	fills.fills = asking->fills;
	fills.fill_count = asking->count;
	status = message_fills_encode(&fills, &engine->body, err);
	if (status == STATUS_OK)
		status = engine_send(engine, FRAME_FILL, err);
	return status;
}

/* --- fetches -------------------------------------------------------------- */

enum status
take_ask(struct engine *engine, struct fetch *fetch, struct error *err)
{
	enum status status;

	engine->fetching = fetch->id_count;
	status = message_fetch_encode(fetch, &engine->body, err);
	if (status == STATUS_OK)
		status = engine_send(engine, FRAME_FETCH, err);
	return status;
}

static enum status
ask_fetches(struct engine *engine, struct error *err)
{
	struct fetch fetch = { .id_count = take_lacking_count(engine) };

	if (fetch.id_count == 0 || engine->fetching > 0)
		return STATUS_OK;
	if (fetch.id_count > LIMIT_FETCHES)
		fetch.id_count = LIMIT_FETCHES;
	fetch.ids =
	    arena_array(&engine->arena, fetch.id_count, sizeof(fetch.ids[0]));
	if (fetch.ids == NULL)
		return error_set(err, STATUS_NOMEM, "ask for own commits");
	for (uint32_t i = 0; i < fetch.id_count; i++)
		fetch.ids[i] = lacking_get(engine, i);
	return take_ask(engine, &fetch, err);
}

enum status
take_fetched(struct engine *engine, struct bytes body, struct error *err)
{
	struct fetched fetched;
	struct error wrong;
	enum status status;

	status = message_fetched_decode(body, &engine->arena, &fetched, &wrong);
	if (status != STATUS_OK)
		return engine_misread(engine, status, &wrong, err);
	if (fetched.item_count + fetched.missing_count > engine->fetching)
		return engine_complain(engine, GOODBYE_PROTOCOL,
		    "the hub sent what was not asked");

	status = replica_begin(engine->replica, err);
	if (status == STATUS_OK)
		status = take_items(engine, fetched.items, fetched.item_count,
		    false, err);
	for (uint32_t i = 0; status == STATUS_OK && i < fetched.item_count; i++)
		status = lacking_remove(engine, fetched.items[i].id, err);
	for (uint32_t i = 0; status == STATUS_OK && i < fetched.missing_count;
	     i++) {
		status = lacking_remove(engine, fetched.missing[i], err);
		/* The hub has it not, or not for this school. */
		if (status == STATUS_OK)
			status = unplaced_give_up(engine->replica,
			    fetched.missing[i], err);
	}
	engine->fetching -= fetched.item_count + fetched.missing_count;
	return finish_transaction(engine, status, err);
}

enum status
take_pump(struct engine *engine, struct error *err)
{
	enum status status;

	status = ask_fills(engine, err);
	if (status == STATUS_OK)
		status = ask_fetches(engine, err);
	arena_reset(&engine->arena);
	return status;
}
