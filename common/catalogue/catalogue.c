/*
 * Finding collections and columns by name.  Every change of every commit asks
 * for both, so the names stand in hash tables, built once before main from the
 * tables of partnership.c, school.c, pupil.c and transition.c.  What is built
 * depends on nothing but these.
 */
#include "common/catalogue/catalogue.h"

#include <assert.h>
#include <string.h>

#include "common/catalogue/declare.h"

enum {
	COLLECTIONS_MAX = 96,
	COLLECTION_SLOTS = 256, /* powers of two, at most half full */
	COLUMNS_MAX = 1024,
	COLUMN_SLOTS = 2048,
	SLOT_FREE = 0 /* else 1 + the place */
};

#define HASH_START UINT64_C(0xcbf29ce484222325)
#define HASH_PRIME UINT64_C(0x100000001b3)

/* A column of a collection, by their places. */
struct column_place {
	uint16_t collection;
	uint16_t column;
};

static struct {
	struct collection collections[COLLECTIONS_MAX];
	uint32_t column_counts[COLLECTIONS_MAX];
	uint32_t collection_count;
	struct column_place columns[COLUMNS_MAX];
	uint32_t column_count;
	uint16_t collection_slots[COLLECTION_SLOTS];
	uint16_t column_slots[COLUMN_SLOTS];
	uint64_t fingerprint;
} index_of;

/* FNV-1a */
static uint64_t
hash_bytes(uint64_t hash, struct bytes bytes)
{
	for (size_t i = 0; i < bytes.size; i++)
		hash = (hash ^ bytes.data[i]) * HASH_PRIME;
	return hash;
}

/* With its length before it, so that no two lists of texts hash as one. */
static uint64_t
hash_text(uint64_t hash, const char *text)
{
	struct bytes bytes = bytes_of_text(text == NULL ? "" : text);

	hash = (hash ^ bytes.size) * HASH_PRIME;
	return hash_bytes(hash, bytes);
}

static uint64_t
hash_number(uint64_t hash, uint64_t number)
{
	return (hash ^ number) * HASH_PRIME;
}

/* The high bits of FNV-1a are mixed better than the low ones. */
static uint32_t
slot_of(uint64_t hash, uint32_t slots)
{
	return (uint32_t)((hash ^ (hash >> 32)) & (slots - 1));
}

static uint32_t
column_slot(uint32_t collection, struct bytes name)
{
	return slot_of(hash_bytes(hash_number(HASH_START, collection), name),
	    COLUMN_SLOTS);
}

static void
index_columns(uint32_t place)
{
	const struct column *columns = index_of.collections[place].columns;
	uint32_t slot;
	uint32_t i;

	for (i = 0; columns[i].name != NULL; i++) {
		assert(index_of.column_count < COLUMNS_MAX);
		index_of.columns[index_of.column_count++] =
		    (struct column_place){ (uint16_t)place, (uint16_t)i };
		slot = column_slot(place, bytes_of_text(columns[i].name));
		while (index_of.column_slots[slot] != SLOT_FREE)
			slot = (slot + 1) % COLUMN_SLOTS;
		index_of.column_slots[slot] = (uint16_t)index_of.column_count;
	}
	index_of.column_counts[place] = i;
}

static void
index_collections(const struct collection *collections)
{
	uint32_t place;
	uint32_t slot;

	for (; collections->name != NULL; collections++) {
		place = index_of.collection_count++;
		assert(place < COLLECTIONS_MAX);
		index_of.collections[place] = *collections;
		slot = slot_of(hash_bytes(HASH_START,
				   bytes_of_text(collections->name)),
		    COLLECTION_SLOTS);
		while (index_of.collection_slots[slot] != SLOT_FREE)
			slot = (slot + 1) % COLLECTION_SLOTS;
		index_of.collection_slots[slot] = (uint16_t)(place + 1);
		index_columns(place);
	}
}

/* What the folded tables depend on: names, types, limits, ties, and which
 * codes are known (an unknown one is flagged). */
static uint64_t
fingerprint_column(uint64_t hash, const struct column *column)
{
	const struct code *code;

	hash = hash_text(hash, column->name);
	hash = hash_number(hash, column->type);
	hash = hash_number(hash, column->min);
	hash = hash_number(hash, column->max);
	hash = hash_number(hash, (uint64_t)(int64_t)column->min_value);
	hash = hash_number(hash, (uint64_t)(int64_t)column->max_value);
	hash = hash_number(hash, column->flags & COLUMN_ARBITRATED);
	hash = hash_text(hash, column->tie);
	hash = hash_text(hash, column->refers);
	if (column->codes == NULL)
		return hash;
	hash = hash_number(hash, column->codes->closed);
	for (code = column->codes->codes; code->code != NULL; code++)
		hash = hash_text(hash, code->code);
	return hash;
}

static uint64_t
fingerprint(void)
{
	uint64_t hash = HASH_START;
	const struct collection *collection;

	for (uint32_t i = 0; i < index_of.collection_count; i++) {
		collection = &index_of.collections[i];
		hash = hash_text(hash, collection->name);
		hash = hash_number(hash, collection->dossiers);
		for (uint32_t k = 0; k < index_of.column_counts[i]; k++)
			hash =
			    fingerprint_column(hash, &collection->columns[k]);
	}
	return hash;
}

__attribute__((constructor)) static void
index_build(void)
{
	index_collections(catalogue_partnership);
	index_collections(catalogue_school);
	index_collections(catalogue_pupil);
	index_collections(catalogue_transition);
	assert(index_of.collection_count * 2 <= COLLECTION_SLOTS);
	assert(index_of.column_count * 2 <= COLUMN_SLOTS);
	index_of.fingerprint = fingerprint();
}

const struct collection *
catalogue_collections(uint32_t *count)
{
	*count = index_of.collection_count;
	return index_of.collections;
}

const struct collection *
catalogue_collection(struct bytes name)
{
	uint32_t slot = slot_of(hash_bytes(HASH_START, name), COLLECTION_SLOTS);
	const struct collection *collection;

	while (index_of.collection_slots[slot] != SLOT_FREE) {
		collection =
		    &index_of.collections[index_of.collection_slots[slot] - 1];
		if (bytes_equal_text(name, collection->name))
			return collection;
		slot = (slot + 1) % COLLECTION_SLOTS;
	}
	return NULL;
}

static uint32_t
place_of(const struct collection *collection)
{
	assert(collection >= index_of.collections &&
	       collection < index_of.collections + index_of.collection_count);
	return (uint32_t)(collection - index_of.collections);
}

const struct column *
collection_column(const struct collection *collection, struct bytes name)
{
	uint32_t place = place_of(collection);
	uint32_t slot = column_slot(place, name);
	const struct column_place *found;
	const struct column *column;

	while (index_of.column_slots[slot] != SLOT_FREE) {
		found = &index_of.columns[index_of.column_slots[slot] - 1];
		column = &collection->columns[found->column];
		if (found->collection == place &&
		    bytes_equal_text(name, column->name))
			return column;
		slot = (slot + 1) % COLUMN_SLOTS;
	}
	return NULL;
}

uint32_t
collection_column_count(const struct collection *collection)
{
	return index_of.column_counts[place_of(collection)];
}

uint32_t
collection_column_index(const struct collection *collection,
    const struct column *column)
{
	assert(
	    column >= collection->columns &&
	    column < collection->columns + collection_column_count(collection));
	return (uint32_t)(column - collection->columns);
}

const char *
column_field(const struct column *column)
{
	return column->tie != NULL ? column->tie : column->name;
}

bool
collection_field_is_arbitrated(const struct collection *collection,
    const char *field)
{
	const struct column *column;

	for (column = collection->columns; column->name != NULL; column++)
		if ((column->flags & COLUMN_ARBITRATED) != 0 &&
		    strcmp(column_field(column), field) == 0)
			return true;
	return false;
}

uint64_t
catalogue_fingerprint(void)
{
	return index_of.fingerprint;
}
