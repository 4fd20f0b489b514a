/*
 * Mending what differs, and the end of the night: commits go both ways, tables
 * are made anew where anything was mended, and all is looked at once more.
 */
#include <stdlib.h>
#include <string.h>

#include "client/engine/engine_private.h"
#include "common/replica/damage.h"
#include "common/replica/defect.h"
#include "common/replica/mend.h"
#include "common/replica/scope.h"
#include "common/replica/unplaced.h"

static uint32_t
list_count(const struct buffer *list)
{
	return (uint32_t)(buffer_view(list).size / sizeof(uint64_t));
}

static uint8_t *
list_data(struct buffer *list)
{
	return list->data + list->start;
}

static uint64_t
list_get(const struct buffer *list, uint32_t i)
{
	uint64_t number;

	memcpy(&number, buffer_view(list).data + i * sizeof(number),
	    sizeof(number));
	return number;
}

static enum status
list_add(struct buffer *list, uint64_t number, struct error *err)
{
	struct bytes bytes = { (const uint8_t *)&number, sizeof(number) };

	if (buffer_append(list, bytes) != STATUS_OK)
		return error_set(err, STATUS_NOMEM, "note what differs");
	return STATUS_OK;
}

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

struct finding {
	struct engine *engine;
	enum status status;
	struct error *err;
};

static int
compare_numbers(const void *a, const void *b)
{
	uint64_t one, other;

	memcpy(&one, a, sizeof(one));
	memcpy(&other, b, sizeof(other));
	return (one > other) - (one < other);
}

static bool
find_sequence(void *context, uint64_t sequence, const struct digest *digest)
{
	struct finding *finding = context;
	struct night_run *night = &finding->engine->night;
	struct bytes items = buffer_view(&night->items_here);
	uint64_t item = sketch_item(&night->set.keys, digest->bytes);

	if (bsearch(&item, items.data, items.size / sizeof(item), sizeof(item),
		compare_numbers) != NULL)
		finding->status =
		    list_add(&night->only_here, sequence, finding->err);
	return finding->status == STATUS_OK;
}

/* Items are hashes: which commits they are, tells another walk. */
static enum status
find_sequences(struct engine *engine, struct error *err)
{
	struct night_run *night = &engine->night;
	struct finding finding = { .engine = engine, .err = err };
	uint32_t count;
	enum status status;

	if (list_count(&night->items_here) == 0)
		return STATUS_OK;
	status = scope_each_here(engine->replica, night->found.at,
	    find_sequence, &finding, err);
	if (status == STATUS_OK)
		status = finding.status;
	count = list_count(&night->only_here);
	if (status == STATUS_OK && count > 0)
		qsort(list_data(&night->only_here), count, sizeof(uint64_t),
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
	return list_add(&engine->night.offered, row.id, err);
}

/* What only this replica has, as much as fits. */
static enum status
offer(struct engine *engine, struct mend *mend, struct error *err)
{
	struct night_run *night = &engine->night;
	uint32_t count = list_count(&night->only_here), bytes = 0;
	enum status status = STATUS_OK;
	bool full = false;

	buffer_clear(&night->offered);
	if (night->offered_count == count)
		return STATUS_OK;
	mend->items = arena_array(&engine->arena, LIMIT_BATCH_COMMITS,
	    sizeof(*mend->items));
	if (mend->items == NULL)
		return error_set(err, STATUS_NOMEM, "offer what is here");
	while (status == STATUS_OK && !full && night->offered_count < count &&
	       mend->item_count < LIMIT_BATCH_COMMITS) {
		status = offer_one(engine,
		    list_get(&night->only_here, night->offered_count), mend,
		    &bytes, &full, err);
		if (status == STATUS_OK && !full)
			night->offered_count++;
	}
	return status;
}

static enum status
want(struct engine *engine, struct mend *mend, struct error *err)
{
	struct night_run *night = &engine->night;
	uint32_t count = list_count(&night->only_there);

	if (count > LIMIT_WANTED)
		count = LIMIT_WANTED;
	mend->wanted =
	    arena_array(&engine->arena, count, sizeof(*mend->wanted));
	if (count > 0 && mend->wanted == NULL)
		return error_set(err, STATUS_NOMEM, "want what is there");
	for (uint32_t i = 0; i < count; i++)
		mend->wanted[i] = list_get(&night->only_there, i);
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
	night->found.only_hub = list_count(&night->only_there);
	night->found.only_client = list_count(&night->items_here);
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
		status = take_place(engine, list_get(&night->offered, i),
		    &mended->places[i], err);
	return status;
}

/* It is wanted no more. */
static void
strike(struct engine *engine, uint64_t item)
{
	struct buffer *list = &engine->night.only_there;
	uint32_t count = list_count(list);
	uint8_t *data = list_data(list);
	uint8_t *found = count == 0 ? NULL
	                            : bsearch(&item, data, count, sizeof(item),
					  compare_numbers);

	if (found == NULL)
		return;
	memmove(found, found + sizeof(item),
	    (size_t)(data + count * sizeof(item) - found) - sizeof(item));
	buffer_truncate(list, (count - 1) * sizeof(item));
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

	if (item->commit.size == 0)
		return STATUS_OK; /* numbers are not what is wanted */
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
	if (mended.place_count != list_count(&night->offered))
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

/* --- tables and file ------------------------------------------------------ */

static enum status
rebuild(struct engine *engine, struct error *err)
{
	struct night_run *night = &engine->night;
	enum status status;

	status = replica_begin(engine->replica, err);
	if (status == STATUS_OK)
		status = mend_rebuild(engine->replica, NULL, NULL, err);
	if (status == STATUS_OK)
		status =
		    replica_meta_set(engine->replica, "rebuild_wanted", 0, err);
	if (status == STATUS_OK)
		status = replica_commit(engine->replica, err);
	if (status != STATUS_OK) {
		replica_rollback(engine->replica);
		return status;
	}
	night->rebuild = false;
	night->rebuilt = true;
	night->found.refolded = 1;
	prove_forget(engine);
	return STATUS_OK;
}

/* What has no place goes the ways of recovery: it is pushed again, or asked
 * about and dropped. */
static enum status
follow_unplaced(struct engine *engine, struct error *err)
{
	bool recovering;
	enum status status;

	status = unplaced_is_recovering(engine->replica, &recovering, err);
	if (status == STATUS_OK && recovering && !engine->offer.recovering) {
		engine->offer.recovering = true;
		engine->offer.asked_again = false;
		engine->offer.head_then = 0;
	}
	return status;
}

enum status
night_check(struct engine *engine, struct error *err)
{
	struct night_run *night = &engine->night;
	enum status status;

	status = follow_unplaced(engine, err);
	if (status == STATUS_OK && night->rebuild)
		status = rebuild(engine, err);
	if (status != STATUS_OK)
		return status;
	sketch_set_deinit(&night->set);
	memset(&night->set, 0, sizeof(night->set));
	night->stage = NIGHT_CHECKING;
	night->check = true;
	return STATUS_OK;
}

void
engine_checked(struct engine *engine, uint64_t faults)
{
	if (engine->night.stage != NIGHT_CHECKING || !engine->night.check)
		return;
	engine->night.check = false;
	engine->night.checking = false; /* a second look may follow */
	engine->night.checked_faults = faults;
}

enum status
mend_judge(struct engine *engine, struct error *err)
{
	struct night_run *night = &engine->night;
	uint64_t faults = night->checked_faults;
	enum status status;

	if (faults > 0 && night->found.faults == 0)
		night->found.faults = faults;
	if (faults > 0 && !night->rebuilt) {
		night->rebuild = true;
		status = night_check(engine, err);
	} else if (faults > 0) {
		status = night_end(engine, FOUND_FAILED, err);
	} else if (night->found.only_hub + night->found.only_client +
		       night->found.damaged + night->found.faults >
		   0) {
		status = night_end(engine, FOUND_MENDED, err);
	} else {
		status = night_end(engine, FOUND_EQUAL, err);
	}
	return status;
}

/* --- the end -------------------------------------------------------------- */

/* For status, report and the morning. */
static enum status
keep(struct engine *engine, struct error *err)
{
	struct replica *replica = engine->replica;
	struct night_run *night = &engine->night;
	enum status status;

	status = replica_begin(replica, err);
	if (status == STATUS_OK)
		status = replica_meta_set(replica, "reconcile_wanted", 0, err);
	if (status == STATUS_OK)
		status = replica_meta_set(replica, "reconciled_ms",
		    engine->now_ms, err);
	if (status == STATUS_OK)
		status = replica_meta_set_blob(replica, "reconciled",
		    buffer_view(&engine->body), err);
	if (status == STATUS_OK && night->found.faults > 0)
		status = note(engine, DEFECT_TABLES, 0, 0, 0, err);
	if (status == STATUS_OK)
		status = replica_commit(replica, err);
	if (status != STATUS_OK)
		replica_rollback(replica);
	return status;
}

enum status
night_end(struct engine *engine, enum found_outcome outcome, struct error *err)
{
	struct night_run *night = &engine->night;
	enum status status;

	night->found.outcome = outcome;
	night->found.elapsed_ms = engine->elapsed_ms - night->began_ms;
	status = message_found_encode(&night->found, &engine->body, err);
	if (status == STATUS_OK)
		status = keep(engine, err);
	if (status == STATUS_OK)
		status = engine_send(engine, FRAME_FOUND, err);
	if (status != STATUS_OK)
		return status;
	engine->status.found = night->found;
	engine->status.reconciled_ms = engine->now_ms;
	engine->status.nights++;
	engine->status.progress++;
	night_reset(engine);
	night->wanted = false;
	night->spent = outcome == FOUND_UNFINISHED;
	return STATUS_OK;
}
