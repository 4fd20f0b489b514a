#include "protocol/sketch.h"

#include <assert.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/bytes.h"
#include "protocol/limits.h"
#include "protocol/sketch_entry.h"

#ifdef __FAST_MATH__
#error "both sides must compute the same cells: IEEE doubles only"
#endif
static_assert(FLT_EVAL_METHOD == 0, "doubles are rounded at each step");
static_assert(sizeof(struct sketch_entry) == 32, "small at 100,000 items");
static_assert(SKETCH_DIGEST_BYTES == (int)LIMIT_DIGEST_BYTES,
    "a digest is whole");
static_assert(SKETCH_KEY_BYTES == crypto_shorthash_siphash24_KEYBYTES,
    "keys are SipHash's");

static const char name[] = "reconcile"; /* without its NUL */

enum {
	NAME_BYTES = sizeof(name) - 1,
	GROW_MIN = 64 /* items */
};

/* --- items ---------------------------------------------------------------- */

static uint64_t
hash_bytes(const uint8_t *key, const uint8_t *in, size_t size)
{
	uint8_t out[crypto_shorthash_siphash24_BYTES];

	crypto_shorthash_siphash24(out, in, size, key);
	return bytes_load64(out);
}

uint64_t
sketch_check(const struct sketch_keys *keys, uint64_t item)
{
	uint8_t in[8];

	bytes_store64(in, item);
	return hash_bytes(keys->check, in, sizeof(in));
}

void
sketch_keys_derive(const uint8_t client_nonce[SKETCH_NONCE_BYTES],
    const uint8_t hub_nonce[SKETCH_NONCE_BYTES], uint64_t school, uint64_t head,
    struct sketch_keys *keys)
{
	uint8_t said[NAME_BYTES + 2 * SKETCH_NONCE_BYTES + 8 + 8];
	uint8_t hash[2 * SKETCH_KEY_BYTES];
	uint8_t *at = said;

	memcpy(at, name, NAME_BYTES);
	memcpy(at += NAME_BYTES, client_nonce, SKETCH_NONCE_BYTES);
	memcpy(at += SKETCH_NONCE_BYTES, hub_nonce, SKETCH_NONCE_BYTES);
	bytes_store64(at += SKETCH_NONCE_BYTES, school);
	bytes_store64(at + 8, head);
	crypto_generichash(hash, sizeof(hash), said, sizeof(said), NULL, 0);
	memcpy(keys->item, hash, SKETCH_KEY_BYTES);
	memcpy(keys->check, hash + SKETCH_KEY_BYTES, SKETCH_KEY_BYTES);
}

uint64_t
sketch_item(const struct sketch_keys *keys,
    const uint8_t digest[SKETCH_DIGEST_BYTES])
{
	return hash_bytes(keys->item, digest, SKETCH_DIGEST_BYTES);
}

/* --- which cells an item is in -------------------------------------------- */

void
sketch_entry_begin(struct sketch_entry *entry)
{
	entry->state = entry->check;
	entry->index = 0;
}

/*
 * Go from cell i to the next that the item is in.  For a state drawn evenly
 * below 2^64 it is beyond j with probability (i+1)(i+2) / ((j+1)(j+2)), from
 * which 1 / (1 + j/2) follows for each cell.
 */
void
sketch_entry_advance(struct sketch_entry *entry)
{
	double i = entry->index;
	double next;

	entry->state *= UINT64_C(0xda942042e4dd58b5);
	next = (i + 1) * (i + 2) * 0x1p64 / ((double)entry->state + 1);
	next = ceil(sqrt(next + 0.25) - 1.5);
	if (next >= LIMIT_SKETCH_CELLS)
		entry->index = LIMIT_SKETCH_CELLS;
	else if (next > i)
		entry->index = (uint32_t)next;
	else
		entry->index++;
}

void
sketch_cell_add(struct sketch_cell *cell, const struct sketch_entry *entry,
    int sign)
{
	cell->sum ^= entry->item;
	cell->check ^= entry->check;
	cell->count += sign * entry->side;
}

void
sketch_entries_add(struct sketch_entry *entries, uint32_t count, uint32_t lo,
    uint32_t hi, struct sketch_cell *cells, int sign)
{
	for (uint32_t i = 0; i < count; i++) {
		struct sketch_entry *entry = &entries[i];

		while (entry->index < lo)
			sketch_entry_advance(entry);
		for (; entry->index < hi; sketch_entry_advance(entry))
			sketch_cell_add(&cells[entry->index - lo], entry, sign);
	}
}

/* --- a set ---------------------------------------------------------------- */

static enum status
set_reserve(struct sketch_set *set, uint64_t capacity, struct error *err)
{
	struct sketch_entry *entries;

	if (capacity > LIMIT_SKETCH_ITEMS)
		return error_set(err, STATUS_TOO_LARGE,
		    "sketch a set: %" PRIu64 " items, where %d are the limit",
		    capacity, LIMIT_SKETCH_ITEMS);
	entries = realloc(set->entries, (size_t)capacity * sizeof(*entries));
	if (entries == NULL)
		return error_set(err, STATUS_NOMEM,
		    "sketch a set of %" PRIu64 " items", capacity);
	set->entries = entries;
	set->capacity = (uint32_t)capacity;
	return STATUS_OK;
}

enum status
sketch_set_init(struct sketch_set *set, const struct sketch_keys *keys,
    uint64_t capacity, struct error *err)
{
	*set = (struct sketch_set){ .keys = *keys };
	return capacity == 0 ? STATUS_OK : set_reserve(set, capacity, err);
}

void
sketch_set_deinit(struct sketch_set *set)
{
	free(set->entries);
	*set = (struct sketch_set){ .keys = { { 0 }, { 0 } } };
}

enum status
sketch_set_add(struct sketch_set *set,
    const uint8_t digest[SKETCH_DIGEST_BYTES], struct error *err)
{
	struct sketch_entry *entry;
	enum status status = STATUS_OK;

	assert(set->reached == 0);
	if (set->count == set->capacity) {
		uint64_t capacity = set->capacity + set->capacity / 2;

		capacity += GROW_MIN;
		if (capacity > LIMIT_SKETCH_ITEMS &&
		    set->count < LIMIT_SKETCH_ITEMS)
			capacity = LIMIT_SKETCH_ITEMS;
		status = set_reserve(set, capacity, err);
	}
	if (status != STATUS_OK)
		return status;
	entry = &set->entries[set->count++];
	entry->item = sketch_item(&set->keys, digest);
	entry->check = sketch_check(&set->keys, entry->item);
	entry->side = 1;
	sketch_entry_begin(entry);
	return STATUS_OK;
}

static int
compare_items(const void *a, const void *b)
{
	const struct sketch_entry *one = a;
	const struct sketch_entry *other = b;

	return (one->item > other->item) - (one->item < other->item);
}

bool
sketch_entries_sort(struct sketch_entry *entries, uint32_t count)
{
	if (count > 0)
		qsort(entries, count, sizeof(*entries), compare_items);
	for (uint32_t i = 1; i < count; i++)
		if (entries[i].item == entries[i - 1].item)
			return false;
	return true;
}

const struct sketch_entry *
sketch_entries_find(const struct sketch_entry *entries, uint32_t count,
    uint64_t item)
{
	const struct sketch_entry key = { .item = item };

	if (count == 0)
		return NULL;
	return bsearch(&key, entries, count, sizeof(key), compare_items);
}

enum status
sketch_set_sort(struct sketch_set *set, struct error *err)
{
	if (!sketch_entries_sort(set->entries, set->count))
		return error_set(err, STATUS_CORRUPT,
		    "sketch a set: an item is there twice");
	return STATUS_OK;
}

const struct sketch_entry *
sketch_set_find(const struct sketch_set *set, uint64_t item)
{
	return sketch_entries_find(set->entries, set->count, item);
}

static void
set_add_block(struct sketch_set *set, uint32_t lo, uint32_t hi,
    struct sketch_cell *cells, int sign)
{
	assert(lo <= hi && hi <= LIMIT_SKETCH_CELLS);
	for (uint32_t i = 0; lo < set->reached && i < set->count; i++)
		sketch_entry_begin(&set->entries[i]);
	sketch_entries_add(set->entries, set->count, lo, hi, cells, sign);
	set->reached = hi;
}

void
sketch_encode(struct sketch_set *set, uint32_t lo, uint32_t hi,
    struct sketch_cell *cells)
{
	for (uint32_t i = lo; i < hi; i++)
		cells[i - lo] = (struct sketch_cell){ 0 };
	set_add_block(set, lo, hi, cells, 1);
}

void
sketch_set_subtract(struct sketch_set *set, uint32_t lo, uint32_t hi,
    struct sketch_cell *cells)
{
	set_add_block(set, lo, hi, cells, -1);
}

uint64_t
sketch_expected(uint64_t items, uint32_t i)
{
	uint64_t divisor = (uint64_t)i + 2;

	return (2 * items + divisor / 2) / divisor;
}
