/*
 * Finding out what differs: this replica's set against the hub's sketch of its
 * own.
 */
#include "client/engine/engine_private.h"

#include <stdlib.h>
#include <string.h>

#include "common/replica/damage.h"
#include "common/replica/defect.h"
#include "common/replica/mend.h"
#include "common/replica/scope.h"

/* --- when ----------------------------------------------------------------- */

static uint64_t
hub_now_ms(const struct engine *engine)
{
	int64_t now = (int64_t)engine->now_ms - engine->status.clock_error_ms;

	return now < 0 ? 0 : (uint64_t)now;
}

static void
forget_run(struct engine *engine)
{
	struct night_run *night = &engine->night;

	sketch_decoder_deinit(&night->decoder);
	sketch_set_deinit(&night->set);
	memset(&night->decoder, 0, sizeof(night->decoder));
	memset(&night->set, 0, sizeof(night->set));
	buffer_clear(&night->theirs);
	buffer_clear(&night->items_here);
	buffer_clear(&night->only_here);
	buffer_clear(&night->only_there);
	buffer_clear(&night->offered);
	night->stage = NIGHT_RESTING;
	night->check = false;
}

void
night_reset(struct engine *engine)
{
	/* What smelt wrong smells so still. */
	forget_run(engine);
	engine->night.known = false;
	engine->night.put_off = false;
	engine->night.tries = 0;
}

void
night_deinit(struct engine *engine)
{
	forget_run(engine);
	buffer_deinit(&engine->night.theirs);
	buffer_deinit(&engine->night.items_here);
	buffer_deinit(&engine->night.only_here);
	buffer_deinit(&engine->night.only_there);
	buffer_deinit(&engine->night.offered);
}

enum status
night_begin(struct engine *engine, struct error *err)
{
	uint64_t wanted, rebuild;
	enum status status;

	status = replica_meta_get(engine->replica, "reconcile_wanted", 0,
	    &wanted, err);
	if (status == STATUS_OK)
		status = replica_meta_get(engine->replica, "rebuild_wanted", 0,
		    &rebuild, err);
	if (status != STATUS_OK)
		return status;
	engine->night.wanted = engine->night.wanted || wanted != 0;
	engine->night.rebuild = rebuild != 0;
	return STATUS_OK;
}

void
engine_reconcile(struct engine *engine)
{
	engine->night.wanted = true;
	engine->night.not_before_ms = 0;
}

static bool
is_due(const struct engine *engine)
{
	const struct night_run *night = &engine->night;

	if (!night->known || engine->elapsed_ms < night->not_before_ms)
		return false;
	return night->wanted || engine->elapsed_ms >= night->due_at_ms;
}

/* All else goes first: what waits, what is fetched or filled. */
static enum status
is_free(struct engine *engine, bool *is, struct error *err)
{
	uint64_t waiting, aside;
	enum status status;

	*is = false;
	if (engine->cursor < engine->status.head || engine->offer.recovering ||
	    engine->offer.collecting || engine->offer.offering ||
	    engine->leaving || engine->fresh || engine->fetching > 0 ||
	    take_lacking_count(engine) > 0 || engine->asked_count > 0)
		return STATUS_OK;
	status = pending_count(engine->replica, &waiting, &aside, err);
	*is = status == STATUS_OK && waiting == 0;
	return status;
}

uint64_t
night_wake(const struct engine *engine)
{
	const struct night_run *night = &engine->night;
	uint64_t wake = night->not_before_ms;

	if (night->stage == NIGHT_LOOKING)
		return engine->elapsed_ms;
	if (!night->known || night->stage != NIGHT_RESTING)
		return UINT64_MAX;
	if (!night->wanted && night->due_at_ms > wake)
		wake = night->due_at_ms;
	/* What is due and has not begun waits for something else to end. */
	return wake > engine->elapsed_ms ? wake : UINT64_MAX;
}

enum status
night_take_night(struct engine *engine, struct bytes body, struct error *err)
{
	uint64_t hub_ms = hub_now_ms(engine);
	struct night_message message;
	struct error wrong;
	enum status status;

	status = message_night_decode(body, &engine->arena, &message, &wrong);
	if (status != STATUS_OK)
		return engine_misread(engine, status, &wrong, err);
	memcpy(engine->night.nonce, message.nonce, NONCE_BYTES);
	engine->night.due_at_ms = engine->elapsed_ms;
	if (message.due_ms > hub_ms)
		engine->night.due_at_ms += message.due_ms - hub_ms;
	engine->night.known = true;
	engine->night.not_before_ms = 0;
	return STATUS_OK;
}

/* --- asking --------------------------------------------------------------- */

enum status
night_send(struct engine *engine, int type, struct error *err)
{
	struct night_run *night = &engine->night;

	night->found.rounds++;
	night->found.bytes += buffer_view(&engine->body).size;
	night->asked_ms = engine->elapsed_ms;
	return engine_send(engine, (enum frame_type)type, err);
}

bool
night_is_spent(const struct engine *engine)
{
	uint64_t budget = engine->options.night_bytes;

	if (budget == 0 && engine->batch_bytes > LIMIT_BATCH_BYTES_MIN)
		return false;
	if (budget == 0)
		budget = NIGHT_SLOW_BYTES;
	return engine->night.found.bytes >= budget;
}

struct making {
	struct sketch_set *set;
	struct digest_sum sum;
	enum status status;
	struct error *err;
};

static bool
add_commit(void *context, uint64_t sequence, const struct digest *digest)
{
	struct making *making = context;

	(void)sequence;
	digest_sum_add(&making->sum, digest);
	making->status =
	    sketch_set_add(making->set, digest->bytes, making->err);
	return making->status == STATUS_OK;
}

/* Nobody has to guess it: only never the same again. */
static void
make_nonce(struct engine *engine, uint8_t nonce[NONCE_BYTES])
{
	uint64_t source[4] = { engine->options.seed, engine->night.nonces++,
		engine->now_ms, engine->elapsed_ms };
	struct digest digest = digest_of(
	    (struct bytes){ (const uint8_t *)source, sizeof(source) });

	memcpy(nonce, digest.bytes, NONCE_BYTES);
}

static enum status
make_set(struct engine *engine, struct reconcile *reconcile, struct error *err)
{
	struct night_run *night = &engine->night;
	struct making making = { .set = &night->set, .err = err };
	struct sketch_keys keys;
	struct sketch_cell first;
	enum status status;

	make_nonce(engine, reconcile->nonce);
	sketch_keys_derive(reconcile->nonce, night->nonce,
	    engine->identity.school, reconcile->at, &keys);
	status = sketch_set_init(&night->set, &keys, 0, err);
	if (status == STATUS_OK)
		status = scope_each_here(engine->replica, reconcile->at,
		    add_commit, &making, err);
	if (status == STATUS_OK)
		status = making.status;
	if (status != STATUS_OK)
		return status;
	sketch_encode(&night->set, 0, 1, &first);
	reconcile->count = night->set.count;
	reconcile->sum = making.sum;
	reconcile->first_sum = first.sum;
	reconcile->first_check = first.check;
	return STATUS_OK;
}

/* The set as it is now, and the question whether the hub's is the same. */
static enum status
ask(struct engine *engine, struct error *err)
{
	struct night_run *night = &engine->night;
	struct reconcile reconcile = { .at = engine->cursor };
	enum status status;

	night->found.at = reconcile.at;
	reconcile.left_out = arena_array(&engine->arena, LIMIT_LEFT_OUT,
	    sizeof(*reconcile.left_out));
	if (reconcile.left_out == NULL)
		return error_set(err, STATUS_NOMEM, "compare with the hub");
	status = scope_left_out(engine->replica, reconcile.left_out,
	    LIMIT_LEFT_OUT, &reconcile.left_out_count, err);
	if (status == STATUS_TOO_LARGE) {
		/* A first sync: when it is done. */
		forget_run(engine);
		night->not_before_ms = engine->elapsed_ms + NIGHT_AGAIN_MS;
		return STATUS_OK;
	}
	if (status == STATUS_OK)
		status = make_set(engine, &reconcile, err);
	if (status == STATUS_OK)
		status =
		    message_reconcile_encode(&reconcile, &engine->body, err);
	if (status == STATUS_OK)
		status = night_send(engine, FRAME_RECONCILE, err);
	night->stage = NIGHT_ASKED;
	night->known = false; /* its nonce is used up */
	return status;
}

/* A commit after the other, some in each step, so that nobody waits for it. */
static enum status
look(struct engine *engine, struct error *err)
{
	struct night_run *night = &engine->night;
	bool done;
	enum status status;

	status = damage_look(engine->replica, NIGHT_LOOK_ROWS, engine->now_ms,
	    &night->looked_upto, &night->found.damaged, &done, err);
	if (status != STATUS_OK || !done)
		return status;
	if (night->found.damaged > 0)
		night->rebuild = true;
	return ask(engine, err);
}

static enum status
begin(struct engine *engine, struct error *err)
{
	struct night_run *night = &engine->night;
	enum status status;

	night->stage = NIGHT_LOOKING;
	night->spent = false;
	night->looked_upto = 0;
	night->wide = false;
	night->rebuilt = false;
	night->listed = 0;
	night->offered_count = 0;
	night->began_ms = engine->elapsed_ms;
	night->found = (struct found){ 0 };
	/* Until it has ended: who is interrupted begins anew. */
	status = replica_meta_set(engine->replica, "reconcile_wanted", 1, err);
	return status == STATUS_OK ? look(engine, err) : status;
}

/* A proof failed: the night repairs it, and does not wait for the night. */
static void
follow_proof(struct engine *engine)
{
	struct night_run *night = &engine->night;

	if (!engine->differs || night->wanted || night->spent ||
	    (night->differed_ms != 0 &&
		engine->elapsed_ms < night->differed_ms + NIGHT_DIFFERS_MS))
		return;
	night->differed_ms = engine->elapsed_ms;
	night->wanted = true;
}

enum status
night_pump(struct engine *engine, struct error *err)
{
	struct night_run *night = &engine->night;
	bool is;
	enum status status;

	follow_proof(engine);
	if (night->stage == NIGHT_LOOKING) {
		status = look(engine, err);
	} else if (night->stage == NIGHT_CHECKING && !night->check) {
		status = mend_judge(engine, err);
	} else if (night->stage == NIGHT_RESTING && is_due(engine)) {
		status = is_free(engine, &is, err);
		if (status == STATUS_OK && is)
			status = begin(engine, err);
	} else {
		return STATUS_OK;
	}
	arena_reset(&engine->arena);
	return status;
}

/* --- decoding ------------------------------------------------------------- */

/* What came contradicts itself, or the hub has forgotten the run. */
static enum status
try_again(struct engine *engine, struct error *err)
{
	struct night_run *night = &engine->night;

	if (++night->tries >= NIGHT_TRIES)
		return night_end(engine, FOUND_FAILED, err);
	forget_run(engine);
	return STATUS_OK;
}

static enum status
want_cells(struct engine *engine, enum sketch_form form, uint64_t from,
    uint32_t count, struct error *err)
{
	struct sketch_wish wish = { form, from, count };
	enum status status;

	if (night_is_spent(engine))
		return night_end(engine, FOUND_UNFINISHED, err);
	status = message_sketch_wish_encode(&wish, &engine->body, err);
	if (status == STATUS_OK)
		status = night_send(engine, FRAME_SKETCH, err);
	return status;
}

static enum status
want_list(struct engine *engine, struct error *err)
{
	engine->night.stage = NIGHT_LISTING;
	return want_cells(engine, SKETCH_LIST, engine->night.listed,
	    LIMIT_LISTED, err);
}

static enum status
want_more(struct engine *engine, struct error *err)
{
	struct night_run *night = &engine->night;
	struct sketch_decoder *decoder = &night->decoder;
	uint32_t wanted = sketch_decoder_wanted(decoder, night->slow_line);

	if (wanted <= decoder->received)
		return want_list(engine, err);
	if (sketch_decoder_estimate(decoder) > SKETCH_WIDE_FROM)
		night->wide = true;
	wanted -= decoder->received;
	if (wanted > LIMIT_CELLS)
		wanted = LIMIT_CELLS;
	night->stage = NIGHT_SKETCHING;
	return want_cells(engine, night->wide ? SKETCH_WIDE : SKETCH_NARROW,
	    decoder->received, wanted, err);
}

static enum status
add_number(struct buffer *list, uint64_t number, struct error *err)
{
	struct bytes bytes = { (const uint8_t *)&number, sizeof(number) };

	if (buffer_append(list, bytes) != STATUS_OK)
		return error_set(err, STATUS_NOMEM, "note what differs");
	return STATUS_OK;
}

static enum status
note_decoded(struct engine *engine, struct error *err)
{
	struct night_run *night = &engine->night;
	enum status status = STATUS_OK;

	for (uint32_t i = 0;
	     status == STATUS_OK && i < night->decoder.found_count; i++) {
		const struct sketch_entry *entry = &night->decoder.found[i];

		if (entry->side > 0)
			status =
			    add_number(&night->only_there, entry->item, err);
		else
			status =
			    add_number(&night->items_here, entry->item, err);
	}
	if (status == STATUS_OK)
		status = mend_begin(engine, err);
	return status;
}

/* Feed a block of cells; then it is known what differs, or more are needed. */
static enum status
feed(struct engine *engine, enum sketch_form form, uint64_t from,
    struct bytes packed, struct error *err)
{
	struct night_run *night = &engine->night;
	struct sketch_cell *cells;
	struct error wrong;
	uint32_t count;
	enum status status;

	cells = arena_array(&engine->arena, LIMIT_CELLS, sizeof(*cells));
	if (cells == NULL)
		return error_set(err, STATUS_NOMEM, "read a sketch");
	status = message_cells_unpack(packed, form, night->decoder.theirs, from,
	    cells, LIMIT_CELLS, &count, &wrong);
	if (status == STATUS_OK && count == 0)
		status = STATUS_INVALID;
	if (status == STATUS_OK)
		status = sketch_decoder_feed(&night->decoder, cells, count,
		    form == SKETCH_WIDE ? 64 : 32, &wrong);
	switch ((int)status) {
	case STATUS_OK:
		return note_decoded(engine, err);
	case STATUS_AGAIN:
		return want_more(engine, err);
	case STATUS_TOO_LARGE:
		return want_list(engine, err);
	case STATUS_NOMEM:
		return error_set(err, status, "%s", wrong.text);
	default:
		return try_again(engine, err);
	}
}

static enum status
take_difference(struct engine *engine, const struct reconciled *reconciled,
    struct error *err)
{
	struct night_run *night = &engine->night;
	struct error wrong;
	enum status status;

	status = sketch_decoder_init(&night->decoder, &night->set,
	    reconciled->count, &wrong);
	if (status == STATUS_NOMEM)
		return error_set(err, status, "%s", wrong.text);
	if (status != STATUS_OK)
		return try_again(engine, err);
	return feed(engine, SKETCH_NARROW, 0, reconciled->cells, err);
}

enum status
night_take_reconciled(struct engine *engine, struct bytes body,
    struct error *err)
{
	struct night_run *night = &engine->night;
	struct reconciled reconciled;
	struct error wrong;
	enum status status;

	status = message_reconciled_decode(body, &engine->arena, &reconciled,
	    &wrong);
	if (status != STATUS_OK)
		return engine_misread(engine, status, &wrong, err);
	night->found.bytes += body.size;
	memcpy(night->nonce, reconciled.nonce, NONCE_BYTES);
	night->known = true;
	if (reconciled.state == RECONCILED_LATER) {
		forget_run(engine);
		night->put_off = true;
		night->not_before_ms = engine->elapsed_ms + NIGHT_AGAIN_MS;
		return STATUS_OK;
	}
	night->put_off = false;
	if (night->stage != NIGHT_ASKED)
		return STATUS_OK;
	night->slow_line =
	    engine->elapsed_ms - night->asked_ms > NIGHT_SLOW_LINE_MS;
	if (reconciled.state == RECONCILED_EQUAL)
		return night_check(engine, err);
	return take_difference(engine, &reconciled, err);
}

/* --- lists, where cells would be more ------------------------------------- */

static uint64_t
get_number(struct bytes list, size_t i)
{
	uint64_t number;

	memcpy(&number, list.data + i * sizeof(number), sizeof(number));
	return number;
}

/* Two ascending lists: what is in only one of them. */
static enum status
merge_lists(struct engine *engine, struct error *err)
{
	struct night_run *night = &engine->night;
	struct bytes theirs = buffer_view(&night->theirs);
	size_t count = theirs.size / sizeof(uint64_t), i = 0;
	enum status status = sketch_set_sort(&night->set, err);

	for (uint32_t j = 0; status == STATUS_OK && j <= night->set.count;
	     j++) {
		bool end = j == night->set.count;
		uint64_t mine = end ? 0 : night->set.entries[j].item;

		while (status == STATUS_OK && i < count &&
		       (end || get_number(theirs, i) < mine))
			status = add_number(&night->only_there,
			    get_number(theirs, i++), err);
		if (!end && i < count && get_number(theirs, i) == mine)
			i++;
		else if (!end && status == STATUS_OK)
			status = add_number(&night->items_here, mine, err);
	}
	return status == STATUS_OK ? mend_begin(engine, err) : status;
}

/* Items as they are sent, little-endian and ascending. */
static enum status
take_list(struct engine *engine, const struct cells *cells, struct error *err)
{
	struct night_run *night = &engine->night;
	size_t count = cells->cells.size / 8;
	uint64_t before = night->listed == 0
	                      ? 0
	                      : get_number(buffer_view(&night->theirs),
				    (size_t)night->listed - 1);

	if (cells->from != night->listed || count == 0 ||
	    count > night->decoder.theirs - night->listed)
		return try_again(engine, err);
	for (size_t i = 0; i < count; i++) {
		uint64_t item = bytes_load64(cells->cells.data + 8 * i);

		if (night->listed + i > 0 && item <= before)
			return try_again(engine, err);
		before = item;
		if (add_number(&night->theirs, item, err) != STATUS_OK)
			return STATUS_NOMEM;
	}
	night->listed += count;
	return night->listed < night->decoder.theirs ? want_list(engine, err)
	                                             : merge_lists(engine, err);
}

enum status
night_take_cells(struct engine *engine, struct bytes body, struct error *err)
{
	struct night_run *night = &engine->night;
	struct error wrong;
	struct cells cells;
	enum status status;

	status = message_cells_decode(body, &engine->arena, &cells, &wrong);
	if (status != STATUS_OK)
		return engine_misread(engine, status, &wrong, err);
	night->found.bytes += body.size;
	if (night->stage == NIGHT_LISTING && cells.form == SKETCH_LIST)
		return take_list(engine, &cells, err);
	if (night->stage != NIGHT_SKETCHING || cells.form == SKETCH_LIST)
		return STATUS_OK; /* of a run that is over */
	if (cells.from != night->decoder.received)
		return try_again(engine, err);
	return feed(engine, cells.form, cells.from, cells.cells, err);
}
