/*
 * Cells as they travel.  Whatever is read could have been written only so:
 * a count has one form, and is one that a cell of that set can have.
 */
#include <assert.h>
#include <inttypes.h>

#include "protocol/limits.h"
#include "protocol/message_night.h"
#include "protocol/sketch.h"

/* --- counts --------------------------------------------------------------- */

/* 7 bits a byte, the lowest first; returns how many bytes. */
static size_t
store_varint(uint8_t *out, uint64_t number)
{
	size_t size = 0;

	for (; number >= 0x80; number >>= 7)
		out[size++] = (uint8_t)(number | 0x80);
	out[size++] = (uint8_t)number;
	return size;
}

static const char *
read_varint(struct bytes *in, uint64_t *number)
{
	unsigned int shift = 0;
	uint8_t byte;

	*number = 0;
	for (;; shift += 7) {
		if (in->size == 0)
			return "its count is cut short";
		byte = in->data[0];
		bytes_advance(in, 1);
		if (shift == 63 && byte > 1)
			return "its count has more than 64 bits";
		*number |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			break;
	}
	return byte == 0 && shift > 0 ? "its count could be shorter" : NULL;
}

/* 0, -1, 1, -2, ... as 0, 1, 2, 3, ... */
static uint64_t
zigzag(int64_t number)
{
	return (uint64_t)number << 1 ^ (number < 0 ? UINT64_MAX : 0);
}

static int64_t
unzigzag(uint64_t number)
{
	return (int64_t)(number >> 1) ^ -(int64_t)(number & 1);
}

static int64_t
expected(uint64_t set_count, uint64_t index)
{
	return (int64_t)sketch_expected(set_count, (uint32_t)index);
}

/* --- cells ---------------------------------------------------------------- */

static size_t
check_bytes(enum sketch_form form)
{
	return form == SKETCH_NARROW ? 4 : 8;
}

static size_t
store_cell(uint8_t *out, enum sketch_form form, int64_t likely,
    const struct sketch_cell *cell)
{
	size_t size = 8 + check_bytes(form);

	bytes_store64(out, cell->sum);
	bytes_store64(out + 8, cell->check); /* the low bytes come first */
	return size + store_varint(out + size, zigzag(cell->count - likely));
}

enum status
message_cells_pack(struct buffer *out, enum sketch_form form,
    uint64_t set_count, uint64_t from, const struct sketch_cell *cells,
    uint32_t cell_count, struct error *err)
{
	uint8_t *room =
	    buffer_reserve(out, (size_t)cell_count * CELL_BYTES_MAX);
	size_t size = 0;

	assert(set_count <= LIMIT_SKETCH_ITEMS && from <= LIMIT_SKETCH_ITEMS);
	assert(
	    cell_count <= (form == SKETCH_LIST ? LIMIT_LISTED : LIMIT_CELLS));
	for (uint32_t i = 0; room != NULL && i < cell_count; i++) {
		assert(cells[i].count >= 0 &&
		       (uint64_t)cells[i].count <= set_count);
		if (form != SKETCH_LIST) {
			size += store_cell(room + size, form,
			    expected(set_count, from + i), &cells[i]);
			continue;
		}
		assert(i == 0 || cells[i].sum > cells[i - 1].sum);
		bytes_store64(room + size, cells[i].sum);
		size += 8;
	}
	buffer_produce(out, size);
	return room != NULL ? STATUS_OK
	                    : error_set(err, STATUS_NOMEM, "%" PRIu32 " cells",
				  cell_count);
}

/* What is wrong, or NULL. */
static const char *
read_item(struct bytes *in, uint32_t i, struct sketch_cell *cells)
{
	if (in->size < 8)
		return "cut short";
	cells[i] = (struct sketch_cell){ .sum = bytes_load64(in->data) };
	bytes_advance(in, 8);
	if (i > 0 && cells[i].sum <= cells[i - 1].sum)
		return "out of order";
	return NULL;
}

static const char *
read_cell(struct bytes *in, enum sketch_form form, uint64_t set_count,
    uint64_t index, struct sketch_cell *cell)
{
	int64_t likely = expected(set_count, index);
	size_t check = check_bytes(form);
	uint8_t low[8] = { 0 };
	const char *fault;
	uint64_t number;
	int64_t more;

	if (in->size < 8 + check)
		return "cut short";
	cell->sum = bytes_load64(in->data);
	for (size_t i = 0; i < check; i++)
		low[i] = in->data[8 + i];
	cell->check = bytes_load64(low);
	bytes_advance(in, 8 + check);
	fault = read_varint(in, &number);
	if (fault != NULL)
		return fault;
	more = unzigzag(number);
	if (more < -likely || more > (int64_t)set_count - likely)
		return "it counts what the set cannot hold";
	cell->count = likely + more;
	return NULL;
}

enum status
message_cells_unpack(struct bytes in, enum sketch_form form, uint64_t set_count,
    uint64_t from, struct sketch_cell *cells, uint32_t max,
    uint32_t *cell_count, struct error *err)
{
	const char *fault = NULL;
	uint32_t count = 0;

	*cell_count = 0;
	if (set_count > LIMIT_SKETCH_ITEMS || from > LIMIT_SKETCH_ITEMS)
		return error_set(err, STATUS_INVALID,
		    "cells from %" PRIu64 " of %" PRIu64 " items: out of range",
		    from, set_count);
	while (in.size > 0 && fault == NULL) {
		if (count == max)
			fault = "more than were asked for";
		else if (form == SKETCH_LIST)
			fault = read_item(&in, count, cells);
		else
			fault = read_cell(&in, form, set_count, from + count,
			    &cells[count]);
		count++;
	}
	if (fault != NULL)
		return error_set(err, STATUS_INVALID, "cell %" PRIu64 ": %s",
		    from + count - 1, fault);
	*cell_count = count;
	return STATUS_OK;
}
