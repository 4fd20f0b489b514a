#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/limits.h"
#include "protocol/sketch_entry.h"

enum {
	/*
	 * From here on cell 0 never remains alone: an item that is in none of
	 * cells 1 to 1023 is one in half a million, and there would be two.
	 */
	CELLS_SURE = 1024,
	CELLS_ALWAYS = 512, /* taken, however small the sets are */
	NOT_LISTED = -1,    /* links */
	LIST_END = -2
};

/* --- how many cells ------------------------------------------------------- */

double
sketch_decoder_estimate(const struct sketch_decoder *decoder)
{
	if (decoder->received < 2)
		return fabs((double)decoder->first);
	return decoder->squares / (decoder->received - 1);
}

uint32_t
sketch_cells_wanted(double estimate, uint32_t received, bool long_round_trip)
{
	uint32_t part = long_round_trip ? 8 : 12;
	double step = received + (received + part - 1) / part;
	double wanted = long_round_trip ? 1.40 * estimate : 1.10 * estimate + 4;

	wanted = ceil(fmax(wanted, step));
	return (
	    uint32_t)fmin(fmax(wanted, SKETCH_FIRST_CELLS), LIMIT_SKETCH_CELLS);
}

bool
sketch_list_is_shorter(double estimate, uint64_t items)
{
	return estimate > 0.3 * (double)items;
}

uint32_t
sketch_decoder_wanted(const struct sketch_decoder *decoder,
    bool long_round_trip)
{
	uint64_t items = decoder->theirs > decoder->mine->count
	                     ? decoder->theirs
	                     : decoder->mine->count;
	double estimate = fabs((double)decoder->first);
	uint32_t wanted;

	if (decoder->received >= SKETCH_FIRST_CELLS)
		estimate = fmax(estimate, sketch_decoder_estimate(decoder));
	if (sketch_list_is_shorter(estimate, items) ||
	    decoder->received == decoder->cells_max)
		return 0;
	wanted =
	    sketch_cells_wanted(estimate, decoder->received, long_round_trip);
	return wanted < decoder->cells_max ? wanted : decoder->cells_max;
}

/* --- the difference ------------------------------------------------------- */

/* Lists are sent past 0.3 differences an item, and 1.6 cells find each. */
static uint32_t
cells_max(uint64_t theirs, uint64_t mine)
{
	uint64_t items = theirs > mine ? theirs : mine;
	uint64_t cells = CELLS_ALWAYS + items * 3 / 5;

	return cells < LIMIT_SKETCH_CELLS ? (uint32_t)cells
	                                  : LIMIT_SKETCH_CELLS;
}

enum status
sketch_decoder_init(struct sketch_decoder *decoder, struct sketch_set *mine,
    uint64_t theirs, struct error *err)
{
	*decoder = (struct sketch_decoder){ .mine = mine,
		.theirs = theirs,
		.status = STATUS_AGAIN,
		.ready = LIST_END };
	decoder->cells_max = cells_max(theirs, mine->count);
	if (theirs > LIMIT_SKETCH_ITEMS)
		return error_set(err, STATUS_TOO_LARGE,
		    "compare sketches: the other side says %" PRIu64
		    " items, where %d are the limit",
		    theirs, LIMIT_SKETCH_ITEMS);
	return sketch_set_sort(mine, err);
}

void
sketch_decoder_deinit(struct sketch_decoder *decoder)
{
	free(decoder->cells);
	free(decoder->links);
	free(decoder->found);
	*decoder = (struct sketch_decoder){ .mine = NULL };
}

/* Room for all that hi cells can tell. */
static enum status
decoder_reserve(struct sketch_decoder *decoder, uint32_t hi, struct error *err)
{
	uint64_t capacity = (uint64_t)decoder->capacity * 3 / 2;
	void *cells, *links, *found;

	if (hi <= decoder->capacity)
		return STATUS_OK;
	if (capacity < hi)
		capacity = hi;
	cells = realloc(decoder->cells, capacity * sizeof(*decoder->cells));
	if (cells != NULL)
		decoder->cells = cells;
	links = realloc(decoder->links, capacity * sizeof(*decoder->links));
	if (links != NULL)
		decoder->links = links;
	found = realloc(decoder->found, capacity * sizeof(*decoder->found));
	if (found != NULL)
		decoder->found = found;
	if (cells == NULL || links == NULL || found == NULL)
		return error_set(err, STATUS_NOMEM,
		    "compare sketches of %" PRIu32 " cells", hi);
	decoder->capacity = (uint32_t)capacity;
	return STATUS_OK;
}

/* What an honest sender never says. */
static const char *
block_fault(const struct sketch_decoder *decoder,
    const struct sketch_cell *cells, uint32_t count, unsigned int check_bits)
{
	int64_t theirs = (int64_t)decoder->theirs;

	if (check_bits != 64 && check_bits != 32)
		return "a check has 32 or 64 bits";
	if (check_bits == 32 && decoder->narrow != decoder->received)
		return "short checks stand behind long ones";
	if (decoder->received == 0 && cells[0].count != theirs)
		return "the first cell does not hold as many items as said";
	for (uint32_t i = 0; i < count; i++)
		if (cells[i].count < 0 || cells[i].count > theirs)
			return "a cell holds more items than there are";
	return NULL;
}

/* The terms of cells lo up to hi, mine taken away, found not yet. */
static void
add_to_estimate(struct sketch_decoder *decoder, uint32_t lo, uint32_t hi)
{
	if (lo == 0)
		decoder->first = decoder->cells[lo++].count;
	for (uint32_t i = lo; i < hi; i++) {
		double share = 1 / (1 + (double)i / 2);
		double off = (double)decoder->cells[i].count -
		             share * (double)decoder->first;

		decoder->squares += off * off / (share * (1 - share));
	}
}

static uint64_t
check_mask(const struct sketch_decoder *decoder, uint32_t i)
{
	return i < decoder->narrow ? UINT32_MAX : UINT64_MAX;
}

/* List a cell that may hold one item alone. */
static void
list_cell(struct sketch_decoder *decoder, uint32_t i)
{
	int64_t count = decoder->cells[i].count;

	if ((count != 1 && count != -1) || decoder->links[i] != NOT_LISTED)
		return;
	decoder->links[i] = decoder->ready;
	decoder->ready = (int32_t)i;
}

/* If cell i holds one item alone, it is found: take it out of every cell. */
static const char *
peel_cell(struct sketch_decoder *decoder, uint32_t i)
{
	const struct sketch_keys *keys = &decoder->mine->keys;
	const struct sketch_cell cell = decoder->cells[i];
	struct sketch_entry *entry = &decoder->found[decoder->found_count];
	bool is_mine;
	uint64_t check;

	if (cell.count != 1 && cell.count != -1)
		return NULL;
	check = sketch_check(keys, cell.sum);
	if (((check ^ cell.check) & check_mask(decoder, i)) != 0)
		return NULL;
	if (decoder->found_count == decoder->received)
		return "more items than cells";
	is_mine = sketch_set_find(decoder->mine, cell.sum) != NULL;
	if (is_mine != (cell.count < 0))
		return is_mine ? "an item that both have is a difference"
		               : "an item is missing there that is not here";
	*entry = (struct sketch_entry){ .item = cell.sum,
		.check = check,
		.side = (int32_t)cell.count };
	decoder->found_count++;
	for (sketch_entry_begin(entry); entry->index < decoder->received;
	     sketch_entry_advance(entry)) {
		sketch_cell_add(&decoder->cells[entry->index], entry, -1);
		list_cell(decoder, entry->index);
	}
	return NULL;
}

static bool
cells_are_zero(const struct sketch_decoder *decoder, uint32_t lo, uint32_t hi)
{
	for (uint32_t i = lo; i < hi; i++) {
		const struct sketch_cell *cell = &decoder->cells[i];

		if (cell->sum != 0 || cell->count != 0 ||
		    (cell->check & check_mask(decoder, i)) != 0)
			return false;
	}
	return true;
}

/* Nothing more can be peeled: *done, or why that can not be. */
static const char *
judge(struct sketch_decoder *decoder, bool *done)
{
	uint32_t received = decoder->received;

	if (!cells_are_zero(decoder, 0, 1)) {
		if (received >= CELLS_SURE &&
		    cells_are_zero(decoder, 1, received))
			return "the first cell is not the sum of the others";
		return NULL;
	}
	if (!cells_are_zero(decoder, 1, received))
		return "all items are found, and a cell is not empty";
	if (!sketch_entries_sort(decoder->found, decoder->found_count))
		return "an item was found twice";
	*done = true;
	return NULL;
}

static const char *
peel(struct sketch_decoder *decoder, uint32_t lo, uint32_t hi)
{
	const char *fault = NULL;

	for (uint32_t i = lo; i < hi; i++) {
		decoder->links[i] = NOT_LISTED;
		list_cell(decoder, i);
	}
	while (decoder->ready != LIST_END && fault == NULL) {
		uint32_t i = (uint32_t)decoder->ready;

		decoder->ready = decoder->links[i];
		decoder->links[i] = NOT_LISTED;
		fault = peel_cell(decoder, i);
	}
	return fault;
}

static enum status
take_block(struct sketch_decoder *decoder, const struct sketch_cell *cells,
    uint32_t count, unsigned int check_bits, struct error *err)
{
	uint32_t lo = decoder->received;
	const char *fault;
	enum status status;
	bool done = false;

	if (count > decoder->cells_max - lo)
		return error_set(err, STATUS_TOO_LARGE,
		    "compare sketches: more than %" PRIu32 " cells",
		    decoder->cells_max);
	status = decoder_reserve(decoder, lo + count, err);
	if (status != STATUS_OK)
		return status;
	fault = block_fault(decoder, cells, count, check_bits);
	if (fault == NULL) {
		struct sketch_cell *block = decoder->cells + lo;

		memcpy(block, cells, count * sizeof(*cells));
		sketch_set_subtract(decoder->mine, lo, lo + count, block);
		add_to_estimate(decoder, lo, lo + count);
		sketch_entries_add(decoder->found, decoder->found_count, lo,
		    lo + count, block, -1);
		decoder->received += count;
		if (check_bits == 32)
			decoder->narrow = decoder->received;
		fault = peel(decoder, lo, lo + count);
	}
	if (fault == NULL)
		fault = judge(decoder, &done);
	if (fault != NULL)
		return error_set(err, STATUS_INVALID, "compare sketches: %s",
		    fault);
	return done ? STATUS_OK : STATUS_AGAIN;
}

enum status
sketch_decoder_feed(struct sketch_decoder *decoder,
    const struct sketch_cell *cells, uint32_t count, unsigned int check_bits,
    struct error *err)
{
	assert(
	    decoder->status == STATUS_AGAIN || decoder->status == STATUS_NOMEM);
	if (count == 0)
		return STATUS_AGAIN;
	decoder->status = take_block(decoder, cells, count, check_bits, err);
	return decoder->status;
}

int32_t
sketch_decoder_side(const struct sketch_decoder *decoder, uint64_t item)
{
	const struct sketch_entry *entry;

	entry = sketch_entries_find(decoder->found, decoder->found_count, item);
	return entry != NULL ? entry->side : 0;
}
