/*
 * The night: two sets are compared, what one side lacks is brought, and what
 * was found is told.
 */
#include "protocol/message_night.h"

#include <assert.h>

#include "protocol/limits.h"
#include "protocol/message_codec.h"
#include "protocol/sketch.h"

static_assert(LIMIT_CELLS * CELL_BYTES_MAX < LIMIT_FRAME_BYTES &&
		  LIMIT_LISTED * 8 < LIMIT_FRAME_BYTES,
    "cells and lists fit a frame also where nothing compresses them");

/* --- what several have ---------------------------------------------------- */

static void
read_nonce(struct reader *reader, uint8_t nonce[NONCE_BYTES])
{
	reader_blob_exact(reader, nonce, NONCE_BYTES, "nonce");
}

static void
check_ascending(struct reader *reader, const uint64_t *numbers, uint32_t count,
    const char *what)
{
	for (uint32_t i = 1; reader->status == STATUS_OK && i < count; i++)
		if (numbers[i] <= numbers[i - 1])
			reader_fail(reader, STATUS_INVALID, what,
			    "out of order");
}

/* To say what no reader takes is a fault of ours. */
static void
assert_ascending(const uint64_t *numbers, uint32_t count)
{
	for (uint32_t i = 1; i < count; i++)
		assert(numbers[i] > numbers[i - 1]);
}

static void
pack_hashes(struct pack *pack, const uint64_t *numbers, uint32_t count)
{
	assert(count <= LIMIT_WANTED);
	pack_numbers(pack, numbers, count);
}

/* Items of a sketch: a blob of 8 bytes for each. */
static uint64_t *
read_hashes(struct reader *reader, uint32_t *count, const char *what)
{
	struct bytes blob = reader_blob(reader, (size_t)LIMIT_WANTED * 8, what);
	uint64_t *numbers;

	if (blob.size % 8 != 0) {
		reader_fail(reader, STATUS_INVALID, what, "not of 8 bytes");
		blob.size = 0;
	}
	*count = (uint32_t)(blob.size / 8);
	numbers = reader_room(reader, count, sizeof(*numbers), what);
	for (uint32_t i = 0; i < *count; i++)
		numbers[i] = bytes_load64(blob.data + (size_t)i * 8);
	return numbers;
}

/* How far a sketch or list goes, and how much of it one frame. */
static uint64_t
form_end(enum sketch_form form)
{
	return form == SKETCH_LIST ? LIMIT_SKETCH_ITEMS : LIMIT_SKETCH_CELLS;
}

static uint32_t
form_count_max(enum sketch_form form)
{
	return form == SKETCH_LIST ? LIMIT_LISTED : LIMIT_CELLS;
}

static enum sketch_form
read_form(struct reader *reader)
{
	return (enum sketch_form)reader_unsigned(reader, SKETCH_LIST, "form");
}

/* --- comparing ------------------------------------------------------------ */

enum status
message_reconcile_encode(const struct reconcile *message, struct buffer *out,
    struct error *err)
{
	uint8_t first[16];
	struct pack pack;

	bytes_store64(first, message->first_sum);
	bytes_store64(first + 8, message->first_check);
	assert_ascending(message->left_out, message->left_out_count);
	message_begin(&pack, out, 6);
	pack_unsigned(&pack, message->at);
	pack_blob(&pack, message->nonce, sizeof(message->nonce));
	pack_unsigned(&pack, message->count);
	pack_sum(&pack, &message->sum);
	pack_blob(&pack, first, sizeof(first));
	pack_list(&pack, message->left_out_count, LIMIT_LEFT_OUT);
	for (uint32_t i = 0; i < message->left_out_count; i++)
		pack_unsigned(&pack, message->left_out[i]);
	return message_end(&pack, "RECONCILE", err);
}

enum status
message_reconcile_decode(struct bytes body, struct arena *arena,
    struct reconcile *message, struct error *err)
{
	uint8_t first[16] = { 0 };
	struct reader in;

	message_open(&in, body, arena, 6, err);
	message->at = message_sequence(&in, "at");
	read_nonce(&in, message->nonce);
	message->count = message_number(&in, "count");
	message_sum(&in, &message->sum);
	reader_blob_exact(&in, first, sizeof(first), "first cell");
	message->first_sum = bytes_load64(first);
	message->first_check = bytes_load64(first + 8);
	message->left_out = reader_list(&in, &message->left_out_count,
	    LIMIT_LEFT_OUT, sizeof(*message->left_out), "left out");
	for (uint32_t i = 0; i < message->left_out_count; i++)
		message->left_out[i] = message_number(&in, "left out");
	check_ascending(&in, message->left_out, message->left_out_count,
	    "left out");
	return message_close(&in, "RECONCILE");
}

enum status
message_reconciled_encode(const struct reconciled *message, struct buffer *out,
    struct error *err)
{
	struct pack pack;

	assert((message->state == RECONCILED_DIFFERS) ==
	       (message->cells.size > 0));
	message_begin(&pack, out, 4);
	pack_unsigned(&pack, message->state);
	pack_unsigned(&pack, message->count);
	pack_blob(&pack, message->nonce, sizeof(message->nonce));
	pack_blob(&pack, message->cells.data, message->cells.size);
	return message_end(&pack, "RECONCILED", err);
}

enum status
message_reconciled_decode(struct bytes body, struct arena *arena,
    struct reconciled *message, struct error *err)
{
	struct reader in;

	message_open(&in, body, arena, 4, err);
	message->state = (enum reconciled_state)reader_unsigned(&in,
	    RECONCILED_LATER, "state");
	message->count = message_number(&in, "count");
	read_nonce(&in, message->nonce);
	message->cells =
	    reader_blob(&in, SKETCH_FIRST_CELLS * CELL_BYTES_MAX, "cells");
	if ((message->state == RECONCILED_DIFFERS) != (message->cells.size > 0))
		reader_fail(&in, STATUS_INVALID, "cells",
		    "there are some where the sets differ, and else none");
	return message_close(&in, "RECONCILED");
}

enum status
message_sketch_wish_encode(const struct sketch_wish *message,
    struct buffer *out, struct error *err)
{
	struct pack pack;

	message_begin(&pack, out, 3);
	pack_unsigned(&pack, message->form);
	pack_unsigned(&pack, message->from);
	pack_unsigned(&pack, message->count);
	return message_end(&pack, "SKETCH", err);
}

enum status
message_sketch_wish_decode(struct bytes body, struct arena *arena,
    struct sketch_wish *message, struct error *err)
{
	struct reader in;
	uint64_t end;

	message_open(&in, body, arena, 3, err);
	message->form = read_form(&in);
	end = form_end(message->form);
	message->from = reader_unsigned(&in, end, "from");
	message->count = (uint32_t)reader_unsigned(&in,
	    form_count_max(message->form), "count");
	if (message->count == 0 || message->count > end - message->from)
		reader_fail(&in, STATUS_INVALID, "count", "out of range");
	return message_close(&in, "SKETCH");
}

enum status
message_cells_encode(const struct cells *message, struct buffer *out,
    struct error *err)
{
	struct pack pack;

	message_begin(&pack, out, 3);
	pack_unsigned(&pack, message->form);
	pack_unsigned(&pack, message->from);
	pack_blob(&pack, message->cells.data, message->cells.size);
	return message_end(&pack, "CELLS", err);
}

enum status
message_cells_decode(struct bytes body, struct arena *arena,
    struct cells *message, struct error *err)
{
	struct reader in;
	size_t each;

	message_open(&in, body, arena, 3, err);
	message->form = read_form(&in);
	message->from = reader_unsigned(&in, form_end(message->form), "from");
	each = message->form == SKETCH_LIST ? 8 : CELL_BYTES_MAX;
	message->cells =
	    reader_blob(&in, form_count_max(message->form) * each, "cells");
	return message_close(&in, "CELLS");
}

/* --- mending -------------------------------------------------------------- */

enum status
message_mend_encode(const struct mend *message, struct buffer *out,
    struct error *err)
{
	struct pack pack;

	assert_ascending(message->wanted, message->wanted_count);
	message_begin(&pack, out, 2);
	pack_items(&pack, message->items, message->item_count);
	pack_hashes(&pack, message->wanted, message->wanted_count);
	return message_end(&pack, "MEND", err);
}

enum status
message_mend_decode(struct bytes body, struct arena *arena,
    struct mend *message, struct error *err)
{
	struct reader in;

	message_open(&in, body, arena, 2, err);
	message->items =
	    message_whole_items(&in, &message->item_count, LIMIT_BATCH_COMMITS);
	message->wanted = read_hashes(&in, &message->wanted_count, "wanted");
	check_ascending(&in, message->wanted, message->wanted_count, "wanted");
	return message_close(&in, "MEND");
}

static struct placed *
read_places(struct reader *reader, uint32_t *count)
{
	struct placed *places;

	places = reader_list(reader, count, LIMIT_BATCH_COMMITS,
	    sizeof(*places), "places");
	for (uint32_t i = 0; i < *count; i++) {
		uint32_t had = message_element(reader, 2, "place");

		places[i].sequence = message_sequence(reader, "sequence");
		reader_blob_exact(reader, places[i].mark.bytes,
		    sizeof(places[i].mark.bytes), "mark");
		message_element_end(reader, had, 2);
	}
	return places;
}

enum status
message_mended_encode(const struct mended *message, struct buffer *out,
    struct error *err)
{
	struct pack pack;

	message_begin(&pack, out, 3);
	pack_list(&pack, message->place_count, LIMIT_BATCH_COMMITS);
	for (uint32_t i = 0; i < message->place_count; i++) {
		const struct placed *place = &message->places[i];

		pack_array(&pack, 2);
		pack_unsigned(&pack, place->sequence);
		pack_blob(&pack, place->mark.bytes, sizeof(place->mark.bytes));
	}
	pack_items(&pack, message->items, message->item_count);
	pack_hashes(&pack, message->withheld, message->withheld_count);
	return message_end(&pack, "MENDED", err);
}

enum status
message_mended_decode(struct bytes body, struct arena *arena,
    struct mended *message, struct error *err)
{
	struct reader in;

	message_open(&in, body, arena, 3, err);
	message->places = read_places(&in, &message->place_count);
	message->items =
	    message_whole_items(&in, &message->item_count, LIMIT_BATCH_COMMITS);
	message->withheld =
	    read_hashes(&in, &message->withheld_count, "withheld");
	return message_close(&in, "MENDED");
}

/* --- what was found ------------------------------------------------------- */

enum status
message_found_encode(const struct found *message, struct buffer *out,
    struct error *err)
{
	const struct room *room = &message->room;
	struct pack pack;

	message_begin(&pack, out, room->known ? 7 : 6);
	pack_unsigned(&pack, message->at);
	pack_unsigned(&pack, message->outcome);
	pack_array(&pack, 5);
	pack_unsigned(&pack, message->only_hub);
	pack_unsigned(&pack, message->only_client);
	pack_unsigned(&pack, message->damaged);
	pack_unsigned(&pack, message->faults);
	pack_unsigned(&pack, message->refolded);
	pack_unsigned(&pack, message->rounds);
	pack_unsigned(&pack, message->bytes);
	pack_unsigned(&pack, message->elapsed_ms);
	if (room->known) {
		pack_array(&pack, 2);
		pack_unsigned(&pack, room->database_bytes);
		pack_unsigned(&pack, room->free_bytes);
	}
	return message_end(&pack, "FOUND", err);
}

static void
read_room(struct reader *reader, struct room *room)
{
	uint32_t had = message_element(reader, 2, "room");

	room->known = true;
	room->database_bytes = message_number(reader, "database");
	room->free_bytes = message_number(reader, "free");
	message_element_end(reader, had, 2);
}

enum status
message_found_decode(struct bytes body, struct arena *arena,
    struct found *message, struct error *err)
{
	struct reader in;
	uint32_t elements, had;

	elements = message_open(&in, body, arena, 6, err);
	message->at = message_sequence(&in, "at");
	message->outcome =
	    (enum found_outcome)reader_unsigned(&in, FOUND_FAILED, "outcome");
	had = message_element(&in, 5, "counts");
	message->only_hub = message_number(&in, "only hub");
	message->only_client = message_number(&in, "only client");
	message->damaged = message_number(&in, "damaged");
	message->faults = message_number(&in, "faults");
	message->refolded = message_number(&in, "refolded");
	message_element_end(&in, had, 5);
	message->rounds = message_number(&in, "rounds");
	message->bytes = message_number(&in, "bytes");
	message->elapsed_ms = message_number(&in, "elapsed");
	message->room = (struct room){ .known = false };
	if (elements > 6)
		read_room(&in, &message->room);
	return message_close(&in, "FOUND");
}

enum status
message_night_encode(const struct night_message *message, struct buffer *out,
    struct error *err)
{
	struct pack pack;

	message_begin(&pack, out, 2);
	pack_unsigned(&pack, message->due_ms);
	pack_blob(&pack, message->nonce, sizeof(message->nonce));
	return message_end(&pack, "NIGHT", err);
}

enum status
message_night_decode(struct bytes body, struct arena *arena,
    struct night_message *message, struct error *err)
{
	struct reader in;

	message_open(&in, body, arena, 2, err);
	message->due_ms = message_number(&in, "due");
	read_nonce(&in, message->nonce);
	return message_close(&in, "NIGHT");
}
