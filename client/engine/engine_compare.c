/*
 * Finding out what differs: the hub's sketch of its set is decoded against
 * this replica's; where cells would be more than the items, the items come.
 */
#include <string.h>

#include "client/engine/engine_private.h"

/* --- decoding ------------------------------------------------------------- */

/* What came contradicts itself, or the hub has forgotten the run. */
static enum status
try_again(struct engine *engine, struct error *err)
{
	struct night_run *night = &engine->night;

	if (++night->tries >= NIGHT_TRIES)
		return night_end(engine, FOUND_FAILED, err);
	night_forget(engine);
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

static enum status merge_lists(struct engine *engine, struct error *err);

/* What is left of the hub's; it may have none at all. */
static enum status
want_list(struct engine *engine, struct error *err)
{
	struct night_run *night = &engine->night;
	uint64_t left = night->decoder.theirs - night->listed;

	night->stage = NIGHT_LISTING;
	if (left == 0)
		return merge_lists(engine, err);
	return want_cells(engine, SKETCH_LIST, night->listed,
	    left < LIMIT_LISTED ? (uint32_t)left : LIMIT_LISTED, err);
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
add_number(struct id_list *list, uint64_t number, struct error *err)
{
	if (!id_list_add(list, number))
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

	if (sketch_decoder_init(&night->decoder, &night->set, reconciled->count,
		ERROR_IGNORED) != STATUS_OK)
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
		night_forget(engine);
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
	if (night->crossed) {
		/* The hub sketched by the nonce of its NIGHT, not by ours. */
		night_forget(engine);
		night->wanted = true;
		return STATUS_OK;
	}
	return take_difference(engine, &reconciled, err);
}

/* --- lists, where cells would be more ------------------------------------- */

/* Two ascending lists: what is in only one of them. */
static enum status
merge_lists(struct engine *engine, struct error *err)
{
	struct night_run *night = &engine->night;
	const struct id_list *theirs = &night->theirs;
	size_t i = 0;
	enum status status = sketch_set_sort(&night->set, err);

	for (uint32_t j = 0; status == STATUS_OK && j <= night->set.count;
	     j++) {
		bool end = j == night->set.count;
		uint64_t mine = end ? 0 : night->set.entries[j].item;

		while (status == STATUS_OK && i < theirs->count &&
		       (end || theirs->ids[i] < mine))
			status = add_number(&night->only_there,
			    theirs->ids[i++], err);
		if (!end && i < theirs->count && theirs->ids[i] == mine)
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
	enum status status;
	uint64_t before =
	    night->listed == 0 ? 0 : night->theirs.ids[night->listed - 1];

	if (cells->from != night->listed || count == 0 ||
	    count > night->decoder.theirs - night->listed)
		return try_again(engine, err);
	for (size_t i = 0; i < count; i++) {
		uint64_t item = bytes_load64(cells->cells.data + 8 * i);

		if (night->listed + i > 0 && item <= before)
			return try_again(engine, err);
		before = item;
		status = add_number(&night->theirs, item, err);
		if (status != STATUS_OK)
			return status;
	}
	night->listed += count;
	return want_list(engine, err);
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
