/*
 * Mending what differs: commits go both ways, each with its transaction.
 */
#include <stdlib.h>
#include <string.h>

#include "client/engine/engine_private.h"
#include "common/replica/damage.h"
#include "common/replica/defect.h"
#include "common/replica/mend.h"
#include "common/replica/scope.h"
#include "common/replica/unplaced.h"

static enum status
note(struct engine *engine, enum defect_kind kind, uint64_t id,
    uint64_t sequence, uint64_t received_ms, struct error *err)
{
	struct defect defect = { .found_ms = engine->now_ms,
		.kind = kind,
		.site = engine->identity.site,
		.commit_id = id,
		.sequence = sequence,
		.received_ms = received_ms };

	return defect_note(engine->replica, &defect, err);
}

/* A table may be other than its commits until it is made anew, whatever
 * happens to this process.  In a transaction. */
static enum status
want_rebuild(struct engine *engine, struct error *err)
{
	engine->night.rebuild = true;
	return replica_meta_set(engine->replica, "rebuild_wanted", 1, err);
}

/* --- where it is ---------------------------------------------------------- */

static int
compare_numbers(const void *a, const void *b)
{
	const uint64_t *one = a, *other = b;

	return (*one > *other) - (*one < *other);
}

static uint64_t *
find_number(const struct id_list *list, uint64_t number)
{
	return list->count == 0 ? NULL
	                        : bsearch(&number, list->ids, list->count,
				      sizeof(number), compare_numbers);
}

static bool
find_sequence(void *context, uint64_t sequence, const struct digest *digest)
{
	struct night_run *night = context;
	uint64_t item = sketch_item(&night->set.keys, digest->bytes);

	return find_number(&night->items_here, item) == NULL ||
	       id_list_add(&night->only_here, sequence);
}

/* Items are hashes: which commits they are, tells another walk. */
static enum status
find_sequences(struct engine *engine, struct error *err)
{
	struct night_run *night = &engine->night;
	struct id_list *found = &night->only_here;
	enum status status;

	if (night->items_here.count == 0)
		return STATUS_OK;
	status = scope_each_here(engine->replica, night->found.at,
	    find_sequence, night, err);
	if (status == STATUS_OK && found->no_memory)
		status = error_set(err, STATUS_NOMEM, "note what differs");
	if (status == STATUS_OK && found->count > 0)
		qsort(found->ids, found->count, sizeof(*found->ids),
		    compare_numbers);
	return status;
}

/* --- MEND ----------------------------------------------------------------- */

static enum status
offer_one(struct engine *engine, uint64_t sequence, struct mend *mend,
    uint32_t *bytes, bool *full, struct error *err)
{
	struct item *item = &mend->items[mend->item_count];
	struct ledger_row row;
	uint8_t *copy;
	enum status status;

	status = ledger_get_at(engine->replica, sequence, &row, err);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK; /* purged meanwhile */
	if (status != STATUS_OK)
		return status;
	*full = mend->item_count > 0 &&
	        *bytes + row.bytes.size > engine->batch_bytes;
	if (*full)
		return STATUS_OK;
	copy = arena_alloc(&engine->arena, row.bytes.size);
	if (copy == NULL)
		return error_set(err, STATUS_NOMEM, "offer what is here");
	memcpy(copy, row.bytes.data, row.bytes.size);
	*bytes += (uint32_t)row.bytes.size;
	*item = (struct item){ .sequence = row.sequence,
		.received_ms = row.received_ms,
		.mark = row.mark,
		.id = row.id,
		.commit = { copy, row.bytes.size },
		.redacted = row.redacted,
		.digest = row.digest };
	mend->item_count++;
	if (!id_list_add(&engine->night.offered, row.id))
		return error_set(err, STATUS_NOMEM, "offer what is here");
	return STATUS_OK;
}

/* What only this replica has, as much as fits. */
static enum status
offer(struct engine *engine, struct mend *mend, struct error *err)
{
	struct night_run *night = &engine->night;
	size_t count = night->only_here.count;
	uint32_t bytes = 0;
	enum status status = STATUS_OK;
	bool full = false;

	night->offered.count = 0;
	if (night->offered_count == count)
		return STATUS_OK;
	mend->items = arena_array(&engine->arena, LIMIT_BATCH_COMMITS,
	    sizeof(*mend->items));
	if (mend->items == NULL)
		return error_set(err, STATUS_NOMEM, "offer what is here");
	while (status == STATUS_OK && !full && night->offered_count < count &&
	       mend->item_count < LIMIT_BATCH_COMMITS) {
		status = offer_one(engine,
		    night->only_here.ids[night->offered_count], mend, &bytes,
		    &full, err);
		if (status == STATUS_OK && !full)
			night->offered_count++;
	}
	return status;
}

static enum status
want(struct engine *engine, struct mend *mend, struct error *err)
{
	struct night_run *night = &engine->night;
	uint32_t count = night->only_there.count > LIMIT_WANTED
	                     ? LIMIT_WANTED
	                     : (uint32_t)night->only_there.count;

	mend->wanted =
	    arena_array(&engine->arena, count, sizeof(*mend->wanted));
	if (count > 0 && mend->wanted == NULL)
		return error_set(err, STATUS_NOMEM, "want what is there");
	for (uint32_t i = 0; i < count; i++)
		mend->wanted[i] = night->only_there.ids[i];
	mend->wanted_count = count;
	return STATUS_OK;
}

/* First all that is offered, then what is wanted: of two commits with one id
 * the hub's comes last, and stands. */
static enum status
mend_next(struct engine *engine, struct error *err)
{
	struct night_run *night = &engine->night;
	struct mend mend = { 0 };
	enum status status;

	if (night_is_spent(engine))
		return night_end(engine, FOUND_UNFINISHED, err);
	status = offer(engine, &mend, err);
	if (status == STATUS_OK && mend.item_count == 0)
		status = want(engine, &mend, err);
	if (status != STATUS_OK)
		return status;
	if (mend.item_count == 0 && mend.wanted_count == 0)
		return night_check(engine, err);
	night->mended = 0;
	status = message_mend_encode(&mend, &engine->body, err);
	if (status == STATUS_OK)
		status = night_send(engine, FRAME_MEND, err);
	return status;
}

enum status
mend_begin(struct engine *engine, struct error *err)
{
	struct night_run *night = &engine->night;
	enum status status;

	night->stage = NIGHT_MENDING;
	night->found.only_hub = night->only_there.count;
	night->found.only_client = night->items_here.count;
	status = find_sequences(engine, err);
	sketch_decoder_deinit(&night->decoder);
	memset(&night->decoder, 0, sizeof(night->decoder));
	return status == STATUS_OK ? mend_next(engine, err) : status;
}

/* --- MENDED --------------------------------------------------------------- */

static enum status
lose_place(struct engine *engine, uint64_t id, uint64_t sequence,
    struct error *err)
{
	struct generation *generations;
	uint32_t count;
	enum status status;

	engine->status.alarms++;
	status = replica_generations(engine->replica, &engine->arena,
	    &generations, &count, err);
	if (status != STATUS_OK)
		return status;
	return mend_unplace(engine->replica, id,
	    replica_generation_at(generations, count, sequence), err);
}

/* The hub had lost it, or does not know it. */
static enum status
take_place(struct engine *engine, uint64_t id, const struct placed *placed,
    struct error *err)
{
	struct ledger_row row;
	enum status status = ledger_get(engine->replica, id, &row, err);

	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status == STATUS_OK)
		status = note(engine,
		    placed->sequence != 0 ? DEFECT_HUB_LACKED : DEFECT_UNKNOWN,
		    id, row.sequence, row.received_ms, err);
	if (status == STATUS_OK && placed->sequence != 0)
		return mend_place(engine->replica, id, placed->sequence,
		    &placed->mark, err);
	if (status == STATUS_OK)
		status = lose_place(engine, id, row.sequence, err);
	return status;
}

static enum status
take_places(struct engine *engine, const struct mended *mended,
    struct error *err)
{
	struct night_run *night = &engine->night;
	enum status status = STATUS_OK;

	for (uint32_t i = 0; status == STATUS_OK && i < mended->place_count;
	     i++)
		status = take_place(engine, night->offered.ids[i],
		    &mended->places[i], err);
	return status;
}

/* It is wanted no more. */
static void
strike(struct engine *engine, uint64_t item)
{
	struct id_list *list = &engine->night.only_there;
	uint64_t *found = find_number(list, item);

	if (found == NULL)
		return;
	list->count--;
	memmove(found, found + 1,
	    (size_t)(list->ids + list->count - found) * sizeof(*found));
	engine->night.mended++;
}

static enum status
take_one(struct engine *engine, const struct item *item, struct error *err)
{
	struct night_run *night = &engine->night;
	struct digest digest =
	    item->redacted ? item->digest : digest_of(item->commit);
	enum take_result result;
	enum status status;

	status = mend_take(engine->replica, item, &result, err);
	if (status != STATUS_OK)
		return status;
	strike(engine, sketch_item(&night->set.keys, digest.bytes));
	if (result == TAKE_DIFFERS || result == TAKE_FOREIGN ||
	    result == TAKE_BROKEN)
		engine->status.alarms++;
	return note(engine, DEFECT_CLIENT_LACKED, item->id, item->sequence,
	    item->received_ms, err);
}

static enum status
take_all(struct engine *engine, const struct mended *mended, struct error *err)
{
	enum status status = take_places(engine, mended, err);

	for (uint32_t i = 0; status == STATUS_OK && i < mended->item_count; i++)
		status = take_one(engine, &mended->items[i], err);
	for (uint32_t i = 0; i < mended->withheld_count; i++)
		strike(engine, mended->withheld[i]);
	if (status == STATUS_OK)
		status = want_rebuild(engine, err);
	if (status == STATUS_OK)
		status = prove_void(engine, err);
	return status;
}

enum status
mend_take_mended(struct engine *engine, struct bytes body, struct error *err)
{
	struct night_run *night = &engine->night;
	struct mended mended;
	struct error wrong;
	enum status status;

	status = message_mended_decode(body, &engine->arena, &mended, &wrong);
	if (status != STATUS_OK)
		return engine_misread(engine, status, &wrong, err);
	if (night->stage != NIGHT_MENDING)
		return STATUS_OK;
	if (mended.place_count != night->offered.count)
		return engine_complain(engine, GOODBYE_PROTOCOL,
		    "the hub has placed what was not offered");
	night->found.bytes += body.size;
	status = replica_begin(engine->replica, err);
	if (status == STATUS_OK)
		status = take_all(engine, &mended, err);
	if (status == STATUS_OK)
		status = replica_commit(engine->replica, err);
	if (status != STATUS_OK) {
		replica_rollback(engine->replica);
		return status;
	}
	engine->status.progress++;
	prove_forget(engine);
	/* The hub has nothing of what it said that it has. */
	if (mended.place_count == 0 && night->mended == 0)
		return night_end(engine, FOUND_FAILED, err);
	return mend_next(engine, err);
}
